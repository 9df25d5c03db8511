"""Packing against Python's own integers, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinynet.kernels import bits

matrices = given(rows=st.integers(0, 5), n=st.integers(0, 200), seed=st.integers(0, 999))


def words(row):
    """The words of one row, from the definition: bit k of word w is entry 64 w + k."""
    return [sum(2**k for k, x in enumerate(row[w : w + 64]) if x >= 0) for w in range(0, len(row), 64)]


@matrices
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4"])
def test_words_are_those_of_python_integers(rows, n, seed, dtype):
    x = np.random.default_rng(seed).integers(-2, 3, (rows, n)).astype(dtype)  # every fifth entry is 0
    expected = np.array([words(row) for row in x.tolist()], np.uint64).reshape(rows, -(-n // 64))
    for packed in (bits.pack_signs(x), bits.pack_reference(x), bits.pack_signs(x >= 0), bits.pack_reference(x >= 0)):
        assert packed.dtype == np.uint64 and packed.shape == expected.shape and (packed == expected).all()


@matrices
def test_unpacked_signs_are_the_signs(rows, n, seed):
    x = np.random.default_rng(seed).integers(-2, 3, (rows, n)).astype(np.float32)
    signs = bits.unpack_signs(bits.pack_signs(x), n)
    assert signs.dtype == np.int8 and np.array_equal(signs, np.where(x >= 0, 1, -1))


def test_special_values():
    x = np.array([[0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, -1.0]])
    assert bits.pack_signs(x).tolist() == bits.pack_reference(x).tolist() == [[0b00100111]]


def test_a_wide_float_is_not_rounded_to_zero():
    assert bits.pack_signs(np.array([[-1e-300]])).tolist() == [[0]]


def test_transposed_and_strided_matrices_are_read_right():
    x = np.random.default_rng(0).normal(size=(70, 140))
    for view in (x.T, x[::2], x[:, ::-3], (x > 0)[::2].T):
        assert np.array_equal(bits.pack_signs(view), bits.pack_reference(np.ascontiguousarray(view)))


def test_popcount_counts_each_row():
    x = np.random.default_rng(0).normal(size=(5, 150))
    assert np.array_equal(bits.popcount(bits.pack_signs(x)), (x >= 0).sum(axis=1))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: bits.pack_signs(np.ones((2, 2), int)), TypeError, "x is int64; it must be float or bool: pass x >= 0"),
        (lambda: bits.pack_signs(np.ones((2, 2), complex)), TypeError, "x is complex128"),
        (lambda: bits.pack_signs(np.ones(3)), ValueError, r"shape \(3,\); it must be \(rows, n\)"),
        (lambda: bits.unpack_signs(np.zeros((2, 1), np.uint64), 65), ValueError, r"65 bits take \(rows, 2\)"),
        (lambda: bits.unpack_signs(np.zeros((2, 1), np.uint64), 0), ValueError, r"0 bits take \(rows, 0\)"),
        (lambda: bits.unpack_signs(np.ones((2, 1), np.uint64) << np.uint64(9), 9), ValueError, "ones behind bit 9"),
    ],
)
def test_errors_name_the_values_and_the_way_out(call, error, message):
    with pytest.raises(error, match=message):
        call()
