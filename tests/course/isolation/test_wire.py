import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tinynet.course.calls import identical
from tinynet.course.isolation import wire
from tinynet.course.isolation.wire import WireError, decode, encode

dtypes = (
    arrays.boolean_dtypes() | arrays.integer_dtypes(endianness="=") | arrays.unsigned_integer_dtypes(endianness="=")
    | arrays.floating_dtypes(endianness="=")
)  # fmt: skip
array = arrays.arrays(dtypes, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
atoms = (
    st.none() | st.booleans() | st.integers(-(1 << 1000), 1 << 1000) | st.floats() | st.text(max_size=5)
    | array | array.filter(lambda a: a.ndim == 0).map(lambda a: a[()])
)  # fmt: skip
keys = st.text(max_size=3) | st.integers() | st.tuples(st.integers(), st.text(max_size=2))
values = st.recursive(
    atoms,
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


def same(a: object, b: object) -> bool:
    """Return whether two values are the same; a nan is the same as itself."""
    if isinstance(a, (float, np.generic)):
        return type(a) is type(b) and np.asarray(a).tobytes() == np.asarray(b).tobytes()
    if isinstance(a, (tuple, list)) and type(a) is type(b):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and type(a) is type(b):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return identical(a, b)


@given(values)
def test_a_value_comes_back_as_it_was(value):
    assert same(decode(encode(value)), value)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_one_clear_error(data):
    try:
        decode(data)
    except WireError as error:
        assert str(error)


lists = st.recursive(
    st.none()
    | st.integers(0, 9)
    | st.binary(max_size=8)
    | st.sampled_from(["t", "l", "d", "a", "n", "i", "f", "<f8", ""]),
    lambda inner: st.lists(inner, max_size=4),
)


@given(lists)
def test_any_lists_give_a_value_or_one_clear_error(message):
    """These lists are valid MessagePack, but they need not stand for a value."""
    try:
        decode(msgpack.packb(message))
    except WireError as error:
        assert str(error)


def test_arrays_arrive_writable_contiguous_and_in_native_order():
    for sent in (np.arange(6.0).reshape(2, 3).T, np.arange(3, dtype=">i4"), np.arange(8)[::2], np.zeros((0, 3))):
        came = decode(encode(sent))
        assert came.flags.writeable and came.flags.c_contiguous and came.dtype.isnative
        np.testing.assert_array_equal(came, sent)


def test_a_function_is_sent_as_a_number_for_the_other_side_to_call():
    sent = []
    data = encode((1, [len, min]), sent)
    assert sent == [len, min]
    assert decode(data, lambda number: f"function {number}") == (1, ["function 0", "function 1"])
    with pytest.raises(WireError, match="a list that is no value"):
        decode(data)
    with pytest.raises(WireError, match="an object of type builtin_function_or_method"):
        encode(len)


def deep(depth: int) -> list:
    value: list = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value, message",
    [
        ({1, 2}, "an object of type set, where an array or a number was expected"),
        (1j, "an object of type complex"),
        (b"x", "an object of type bytes"),
        (np.zeros(2, "c16"), "an array of dtype complex128"),
        (np.array(["a"]), "an array of dtype <U1"),
        (np.array([None]), "an array of dtype object"),
        (np.zeros(2, "M8[s]"), r"an array of dtype datetime64\[s\]"),
        (np.broadcast_to(1.0, (10**6, 10**6)), "an array of 8,000,000,000,000 bytes, where at most 8,388,608"),
        (np.zeros(wire.MESSAGE, "u1"), "8,388,6.. bytes, where at most 8,388,608 can be sent"),
        ([0] * wire.ITEMS, "a list too deep or too long to be sent"),
        (deep(wire.DEPTH + 2), "a list too deep or too long to be sent"),
        (1 << wire.BITS, "an integer of more than 1024 bits"),
        ("\ud800", "a string with half a surrogate pair, which is no text"),
        (type("S", (str,), {})(), "an object of type S"),
        (type("D", (dict,), {})(), "an object of type D"),
    ],
)
def test_what_cannot_be_sent_is_named(value, message):
    with pytest.raises(WireError, match=message):
        encode(value)


nested = msgpack.packb([])
bomb = b"\xdd" + (wire.ITEMS).to_bytes(4, "big")  # a list that claims as many items as are allowed


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", r"bytes that are no value \(ValueError\)"),
        (bytes(wire.MESSAGE + 1), "a message of 8,388,609 bytes, where at most 8,388,608 are read"),
        (b"\xdd\xff\xff\xff\xff", "bytes that are no value"),
        (bomb * 600, "bytes that are no value"),
        (b"\x91" * 1_000_000, "bytes that are no value"),
        (b"\x92\xa1l" * 100 + b"\xc0", "lists more than 32 deep"),
        (b"\x81\x01\x02", "bytes that are no value"),  # a map
        (b"\xc7\x01\x05x", "bytes that are no value"),  # an extension
        (b"\xd6\xff\0\0\0\0", "bytes that are no value"),  # a time
        (b"\xa2\xff\xff", "bytes that are no value"),  # not UTF-8
        (b"\xc0\xc0", "bytes that are no value"),  # with something after it
        (msgpack.packb(b"x"), "bytes where a value was expected"),
        (msgpack.packb([]), "a list that is no value"),
        (msgpack.packb(["x", 1]), "a list that is no value"),
        (msgpack.packb(["d", 1]), "bytes that are no value"),
        (msgpack.packb(["d", ["l"], 1]), "bytes that are no value"),  # a list cannot be a key
        (msgpack.packb(["i", "f" * 300]), "a list that is no value"),
        (msgpack.packb(["i", "no"]), "bytes that are no value"),
        (msgpack.packb(["a", "<f8", [3], bytes(16)]), r"an array of shape \(3,\) and dtype <f8 in 16 bytes"),
        (msgpack.packb(["a", "<f8", [-1, -2], bytes(16)]), "an array of an impossible shape"),
        (msgpack.packb(["a", "<f8", [1 << 62, 0], b""]), "an array of an impossible shape"),
        (msgpack.packb(["a", "<f8", [True], bytes(8)]), "an array of an impossible shape"),
        (msgpack.packb(["a", "<f8", [1] * 33, bytes(8)]), "an array of an impossible shape"),
        (msgpack.packb(["a", "|O", [1], bytes(8)]), "an array of an unknown dtype"),
        (msgpack.packb(["a", "f8,O", [1], bytes(16)]), "an array of an unknown dtype"),
        (msgpack.packb(["n", "|V8", bytes(8)]), "an array of an unknown dtype"),
        (msgpack.packb(["f", 0]), "a list that is no value"),
    ],
)
def test_hostile_bytes_are_refused_with_a_reason(data, message):
    with pytest.raises(WireError, match=message):
        decode(data)
