"""What is refused before a device is even looked for: wrong operands, on the host and on the device."""

from types import SimpleNamespace

import numpy as np
import pytest

import gpu
import tinynet as tn
from gpu.arrays import check_device
from gpu.products import PRODUCTS, choose_product


class OnDevice:
    """An array as PyCUDA, CuPy and PyTorch show theirs; its address is never used here."""

    def __init__(self, shape, dtype, strides=None, at=0):
        self.shape = shape
        self.__cuda_array_interface__ = {
            "shape": shape, "typestr": np.dtype(dtype).str, "strides": strides, "data": (at, False), "version": 3,
        }  # fmt: skip


def bits(rows=3, n=100, seed=0):
    return tn.pack_signs(np.random.default_rng(seed).standard_normal((rows, n)))


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.ones((2, 3), np.int32), TypeError, "x is int32; it must be float or bool: pass x >= 0"),
        (np.ones(3, np.float32), ValueError, r"x has shape \(3,\); it must be \(rows, n\)"),
        (OnDevice((2, 3), np.float64), TypeError, "x is float64 on the device; it must be float32 there"),
        (OnDevice((3,), np.float32), ValueError, r"x has shape \(3,\); it must be a matrix"),
        (OnDevice((2, 3), np.float32, (4, 8)), ValueError, r"x has strides \(4, 8\); .*\(12, 4\): pass a contiguous"),
    ],
)
def test_pack_signs_refuses(x, error, message):
    with pytest.raises(error, match=f"pack_signs: {message}"):
        gpu.pack_signs(x)


@pytest.mark.parametrize(
    ("a", "b", "n_bits", "error", "message"),
    [
        (bits(), bits(n=200), 100, ValueError, r"b_bits has shape \(3, 4\); 100 bits take \(rows, 2\)"),
        (bits(), bits(), 129, ValueError, r"a_bits has shape \(3, 2\); 129 bits take \(rows, 3\)"),
        (bits(), bits(), 99, ValueError, "a_bits has ones behind bit 99 of a row"),
        (bits(), bits(), 100.0, TypeError, "n_bits is 100.0; it must be an integer"),
        (bits(), bits().astype(np.int64), 100, TypeError, "b_bits is int64; it must be a uint64 array"),
        (bits(6)[::2], bits(), 100, ValueError, r"a_bits has strides \(32, 8\); .*np.ascontiguousarray"),
        (bits(), bits()[0], 100, ValueError, r"b_bits has shape \(2,\)"),
        (bits(), OnDevice((3, 2), np.uint64), 100, TypeError, "a_bits on the host, b_bits on the device; bring them"),
    ],
)
def test_xnor_matmul_refuses(a, b, n_bits, error, message):
    with pytest.raises(error, match=f"xnor_matmul: {message}"):
        gpu.xnor_matmul(a, b, n_bits)


@pytest.mark.parametrize(
    ("b", "n_bits", "error", "message"),
    [
        (OnDevice((5, 2), np.int64), 100, TypeError, "b_bits is int64 on the device; it must be uint64"),
        (OnDevice((5, 3), np.uint64), 100, ValueError, r"b_bits has shape \(5, 3\); 100 bits take \(rows, 2\)"),
        (
            OnDevice((5, 2), np.uint64, (8, 40)),
            100,
            ValueError,
            r"b_bits has strides \(8, 40\); .*pass a contig",
        ),
        (OnDevice((5, 2), np.uint64, at=516), 100, ValueError, "b_bits begins at 0x204, no multiple of the 8 bytes"),
        (OnDevice((5, 2), np.uint64), -1, ValueError, "n_bits=-1; it must lie in 0"),
    ],
)
def test_xnor_matmul_refuses_on_the_device(b, n_bits, error, message):
    with pytest.raises(error, match=f"xnor_matmul: {message}"):
        gpu.xnor_matmul(OnDevice((3, 2), np.uint64), b, n_bits)


def test_one_row_of_a_wider_matrix_is_no_gap():
    check_device("f", "x", OnDevice((1, 20), np.float32, (400, 4)), np.float32)
    with pytest.raises(ValueError, match=r"x has strides \(400, 4\)"):
        check_device("f", "x", OnDevice((2, 20), np.float32, (400, 4)), np.float32)


def test_an_unknown_kernel():
    with pytest.raises(ValueError, match="kernel='fast'; there are naive, tiled, registers, mma, wgmma"):
        gpu.xnor_matmul(bits(), bits(), 100, kernel="fast")


@pytest.mark.parametrize(
    ("capability", "best", "refused"),
    [
        ((7, 5), "registers", {"mma": "8.0 or later", "wgmma": "9.0 and no other"}),
        ((8, 0), "mma", {"wgmma": "9.0 and no other"}),
        ((9, 0), "wgmma", {}),
        ((10, 0), "mma", {"wgmma": "9.0 and no other"}),
    ],
)
def test_the_kernel_for_a_device(capability, best, refused):
    s = SimpleNamespace(capability=capability)
    assert choose_product(s) == best
    for kernel in PRODUCTS:
        if kernel not in refused:
            assert choose_product(s, kernel) == kernel
            continue
        has = ".".join(map(str, capability))
        with pytest.raises(ValueError) as caught:
            choose_product(s, kernel)
        assert str(caught.value) == (
            f"gpu: kernel='{kernel}' takes compute capability {refused[kernel]}; this device has {has}: "
            f"use kernel='{best}', or None for the best"
        )


@pytest.fixture(scope="module")
def frozen():
    return tn.freeze(tn.BinaryMLP([20, 30, 10]))


@pytest.mark.parametrize(
    ("pixels", "error", "message"),
    [
        (np.zeros((2, 20), np.float32), TypeError, "pixels of dtype float32"),
        (np.zeros((2, 21), np.uint8), ValueError, r"pixels of shape \(2, 21\); \(N, 20\) is expected"),
        (np.full((2, 20), 256), ValueError, "pixels from 256 to 256"),
        (OnDevice((2, 20), np.int32), TypeError, "pixels is int32 on the device; it must be uint8"),
        (OnDevice((2, 21), np.uint8), ValueError, r"pixels of shape \(2, 21\); \(N, 20\) is expected"),
        (OnDevice((2, 20), np.uint8, (1, 2)), ValueError, r"pixels has strides \(1, 2\)"),
    ],
)
def test_run_refuses_pixels(frozen, pixels, error, message):
    with pytest.raises(error, match=message):
        gpu.run(frozen, pixels)


def test_run_refuses_other_networks():
    with pytest.raises(TypeError, match=r"frozen is BinaryMLP; pass tn\.freeze\(net\)"):
        gpu.run(tn.BinaryMLP([20, 30, 10]), np.zeros((2, 20), np.uint8))
    with pytest.raises(ValueError, match=r"layer 0 is FromPixels\(n=20\); only networks of bits.*use frozen.scores"):
        gpu.run(tn.freeze(tn.MLP([20, 30, 10])), np.zeros((2, 20), np.uint8))
