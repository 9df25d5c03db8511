"""Files in the safetensors format without its library: the same to the byte, and refused when the library refuses."""

import json
import sys

import numpy as np
import pytest
import safetensors
from safetensors.numpy import save as to_bytes

import tinynet as tn
from tinynet.storage import tensors

TYPES = ["b1", "u1", "i1", "u2", "i2", "f2", "u4", "i4", "f4", "u8", "i8", "f8", ">f4", ">i2"]
SHAPES = [(), (0,), (3,), (2, 0, 4), (4, 5), (1, 2, 3)]


def arrays():
    rng = np.random.default_rng(0)
    named = {f"{kind}{shape}": rng.normal(0, 50, shape).astype(kind) for kind in TYPES for shape in SHAPES}
    return named | {'ä\n"\\\x7f\U0001f600': np.ones((2, 3), "f4").T[::-1], "": np.zeros(1, "f4"), "z" * 99: np.ones(2)}


def both(path):
    """Return what the library and this file say about a file: {name: (type, shape, bytes)}, or None if refused."""
    said = []
    for reader in (safetensors, tensors):
        try:
            with reader.safe_open(path, framework="numpy") as file:
                found = {}
                for name in file.keys():  # noqa: SIM118
                    kind = file.get_slice(name).get_dtype()
                    a = None if kind in tensors.OTHERS else file.get_tensor(name)
                    found[name] = kind, a if a is None else (a.dtype, a.shape, a.tobytes())
                said.append((file.metadata(), found))
        except reader.SafetensorError:
            said.append(None)
    return said


@pytest.mark.parametrize("metadata", [None, {}, {"ü\t": "1 \x00 \U0001f600"}])
def test_a_file_is_the_same_to_the_byte(metadata, tmp_path):
    named = {name: np.ascontiguousarray(a) if a.ndim else a for name, a in arrays().items()}
    content = tensors.save(arrays(), metadata)
    assert content == to_bytes(named, metadata)
    (tmp_path / "f").write_bytes(content)
    theirs, ours = both(tmp_path / "f")
    assert ours == theirs and len(ours[1]) == len(TYPES) * len(SHAPES) + 3


def test_arrays_are_copies_that_may_be_written_to(tmp_path):
    (tmp_path / "f").write_bytes(tensors.save({"a": np.arange(3.0)}))
    with tensors.safe_open(tmp_path / "f") as file:
        file.get_tensor("a")[:] = 7
        assert file.get_tensor("a").tolist() == [0, 1, 2]


def test_an_array_of_another_type_cannot_be_saved():
    with pytest.raises(ValueError, match=r"'a' is complex128; a file holds bool, integers and floats"):
        tensors.save({"a": np.ones(2, complex)})


A = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
FORGED = {
    "a gap": {"a": A, "b": A | {"data_offsets": [9, 17]}},
    "an overlap": {"a": A, "b": A | {"data_offsets": [4, 12]}},
    "too few bytes": {"a": A | {"shape": [3], "data_offsets": [0, 12]}},
    "too many bytes": {"a": A | {"shape": [1], "data_offsets": [0, 4]}},
    "backwards": {"a": A | {"data_offsets": [8, 0]}},
    "another size": {"a": A | {"shape": [3]}},
    "negative": {"a": A | {"shape": [-1, -2]}},
    "negative offsets": {"a": A | {"data_offsets": [-8, 0]}},
    "an overflow": {"a": A | {"shape": [2**33, 2**33, 0], "data_offsets": [0, 0]}},
    "a huge number": {"a": A | {"shape": [2**64]}},
    "a fraction": {"a": A | {"shape": [2.0]}},
    "a word": {"a": A | {"shape": "2"}},
    "truth": {"a": A | {"shape": [True, 2]}},
    "three offsets": {"a": A | {"data_offsets": [0, 4, 8]}},
    "an unknown type": {"a": A | {"dtype": "F128"}},
    "a type that is a list": {"a": A | {"dtype": ["F32"]}},
    "no type": {"a": {"shape": [2], "data_offsets": [0, 8]}},
    "no description": {"a": None},
    "metadata of numbers": {"__metadata__": {"a": 1}, "a": A},
    "metadata of lists": {"__metadata__": [], "a": A},
    "a list": [A],
    "a number": 3,
    "nothing": {},
}  # fmt: skip


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_header_is_refused(what, tmp_path):
    text = json.dumps(FORGED[what]).encode()
    (tmp_path / "f").write_bytes(len(text).to_bytes(8, "little") + text + bytes(8))
    assert both(tmp_path / "f") == [None, None]


@pytest.mark.parametrize(
    "content",
    [b"", b"\x01", bytes(8), b"\xff" * 8, b"\x02" + bytes(7) + b"{", b"\x04" + bytes(7) + b"{\xff\xfe}",
     b"\x06" + bytes(7) + b"{null}", (10**8 + 1).to_bytes(8, "little") + b"{}", (60).to_bytes(8, "little") + b"[" * 60,
     (10**6).to_bytes(8, "little") + b"[" * 10**6, (5000).to_bytes(8, "little") + b'{"a":' + b"9" * 4994 + b"}"],
)  # fmt: skip
def test_what_has_no_header_is_refused(content, tmp_path):
    (tmp_path / "f").write_bytes(content)
    assert both(tmp_path / "f") == [None, None]


def test_a_name_that_occurs_twice_is_refused(tmp_path):
    text = '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
    (tmp_path / "f").write_bytes(len(text).to_bytes(8, "little") + text.encode() + b"x")
    with pytest.raises(tensors.SafetensorError, match="a name occurs twice"):
        tensors.safe_open(tmp_path / "f")


def test_a_file_with_changed_bytes_is_read_as_the_library_reads_it_or_refused(tmp_path):
    rng = np.random.default_rng(1)
    content = tensors.save({"a": np.arange(6, dtype="f4").reshape(2, 3), "b": np.ones(3, "u1")}, {"k": "v"})
    end, read = 8 + int.from_bytes(content[:8], "little"), 0
    for _ in range(150):
        changed = bytearray(content)
        changed[rng.integers(end)] = rng.choice(list(b'0123456789[]{},:"aIFU \xff\x00'))
        (tmp_path / "f").write_bytes(changed)
        theirs, ours = both(tmp_path / "f")
        assert ours is None or ours == theirs, bytes(changed)
        read += ours is not None
    assert 5 < read < 140


@pytest.fixture
def without_the_library(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "safetensors"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "safetensors", None)


def test_networks_are_the_same_files_without_the_library(tmp_path, without_the_library, monkeypatch):
    net = tn.MLP([64, 32, 10], weight=[tn.LowRank(rank=2), tn.Binary()], batch_norm=True)
    size = tn.save(net, tmp_path / "without")
    x = np.random.default_rng(0).normal(size=(5, 64)).astype(np.float32)
    loaded = tn.load(tmp_path / "without").eval()
    monkeypatch.undo()
    assert tn.save(net, tmp_path / "with") == size
    assert (tmp_path / "with").read_bytes() == (tmp_path / "without").read_bytes()
    np.testing.assert_array_equal(loaded(x).numpy(), net.eval()(x).numpy())


def test_files_of_pytorch_are_read_without_the_library(tmp_path, without_the_library):
    rng = np.random.default_rng(0)
    (tmp_path / "f").write_bytes(
        tensors.save({"0.weight": rng.normal(size=(3, 4)).astype("f4"), "0.bias": np.ones(3, "f4")})
    )
    assert tn.import_safetensors(tmp_path / "f").layers[0].n_out == 3
    (tmp_path / "f").write_bytes((tmp_path / "f").read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"is no safetensors file: its arrays do not fill the 59 bytes"):
        tn.import_safetensors(tmp_path / "f")
