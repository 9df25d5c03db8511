"""`pack_signs` and `xnor_matmul` on the device, with the arguments, the integers and the errors of tinynet's own.

NumPy arrays    are copied to the device, and the result is copied back.
device arrays   (PyCUDA, CuPy, PyTorch) stay where they are. The result is a pycuda.gpuarray.GPUArray, which the other
                libraries take over without a copy: torch.as_tensor(out, device="cuda"), cupy.asarray(out).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gpu.arrays import check_device, check_device_bits, on_device
from gpu.device import Session, session
from tinynet.kernels.bits import check_bits, n_words

PRODUCTS = ("naive", "tiled", "registers", "mma", "wgmma")  # kernels/xnor_*.cu, from the plainest to the fastest
TENSOR_CORES = {
    "mma": "8.0 or later",
    "wgmma": "9.0 and no other",
}  # the compute capability they take; they also need the ones in each row


def pack_signs(x: Any) -> Any:
    """Return the signs of x as bits, uint64 (rows, ceil(n / 64)): 1 where x >= 0 or x is True, 0 elsewhere and for NaN.

    Args:
        x: float or bool (rows, n); on the device float32.

    Raises TypeError for another dtype, ValueError for another number of axes or for rows on the device that do not lie
    one after the other, GpuUnavailable, and MemoryError.
    """
    device = on_device("pack_signs", x=x)
    if device:
        check_device("pack_signs", "x", x, np.float32)
    else:
        x = _float32_of_signs(np.asarray(x))
    with session() as s:
        s.wait_for(x)
        bits = packed(s, x if device else s.upload(x))
        return bits if device else bits.get()


def _float32_of_signs(x: np.ndarray) -> np.ndarray:
    """Return float32 numbers with the signs of x. Rounding would not do: a tiny negative number becomes -0 >= 0."""
    if x.dtype != bool and not np.issubdtype(x.dtype, np.floating):
        raise TypeError(f"pack_signs: x is {x.dtype}; it must be float or bool: pass x >= 0")
    if x.ndim != 2:
        raise ValueError(f"pack_signs: x has shape {x.shape}; it must be (rows, n): pass x.reshape(rows, n)")
    if x.dtype == np.float32:
        return np.ascontiguousarray(x)
    return np.where(x if x.dtype == bool else x >= 0, np.float32(1), np.float32(-1))


def packed(s: Session, x: Any) -> Any:
    """Return the packed signs of float32 x (rows, n); both lie on the device."""
    rows, n = x.shape
    bits = s.empty((rows, n_words(n)), np.uint64)
    s.launch("pack_signs", bits.shape, x, bits, rows, n, n_words(n))
    return bits


def xnor_matmul(a_bits: Any, b_bits: Any, n_bits: int, *, kernel: str | None = None) -> Any:
    """Return A B^T, int32 (M, N), of two sign matrices given by their bits.

    Args:
        a_bits: uint64 (M, ceil(n_bits / 64)), from `pack_signs`.
        b_bits: uint64 (N, ceil(n_bits / 64)), the columns of the weight matrix, one in each row.
        n_bits: K, the number of entries in a row, at most 2^30.
        kernel: "naive", "tiled", "registers", "mma" or "wgmma"; None for the last of them that the device can run.

    Raises TypeError and ValueError for operands of another type, shape or layout, for ones in the padding (not checked
    on the device), and for a kernel that the device cannot run; GpuUnavailable; and MemoryError.
    """
    device = on_device("xnor_matmul", a_bits=a_bits, b_bits=b_bits)
    n_bits = (check_device_bits if device else check_bits)("xnor_matmul", n_bits, a_bits=a_bits, b_bits=b_bits)
    if kernel not in (None, *PRODUCTS):
        raise ValueError(f"xnor_matmul: kernel={kernel!r}; there are {', '.join(PRODUCTS)}")
    with session() as s:
        kernel = choose_product(s, kernel)
        s.wait_for(a_bits, b_bits)
        a, b = (a_bits, b_bits) if device else (s.upload(a_bits), s.upload(b_bits))
        out = product(s, a, b, n_bits, kernel)
        return out if device else out.get()


def runs(kernel: str, capability: tuple[int, int]) -> bool:
    """Return whether a device of this compute capability can run a product."""
    return {"mma": capability >= (8, 0), "wgmma": capability == (9, 0)}.get(kernel, True)


def choose_product(s: Session, kernel: str | None = None) -> str:
    """Return the kernel, or for None the last that the device can run. ValueError if the device cannot run it."""
    best = [name for name in PRODUCTS if runs(name, s.capability)][-1]
    if kernel and not runs(kernel, s.capability):
        raise ValueError(
            f"gpu: kernel={kernel!r} takes compute capability {TENSOR_CORES[kernel]}; "
            f"this device has {s.capability[0]}.{s.capability[1]}: use kernel={best!r}, or None for the best"
        )
    return kernel or best


def product(s: Session, a: Any, b: Any, n_bits: int, kernel: str) -> Any:
    """Return the products, int32 (M, N), of packed rows a (M, words) and b (N, words); all lie on the device."""
    out = s.empty((a.shape[0], b.shape[0]), np.int32)
    multiply(s, kernel, a, b, out, n_bits, *[ones(s, bits) for bits in (a, b) if kernel in TENSOR_CORES])
    return out


def multiply(s: Session, kernel: str, a: Any, b: Any, out: Any, n_bits: int, *ones_of_both: Any) -> None:
    """Write the products of a and b to out. Tensor cores also need the ones in the rows of a and of b."""
    (m, words), n = a.shape, b.shape[0]
    s.launch(f"xnor_{kernel}", (m, n), a, b, out, m, n, words, n_bits, *ones_of_both)


def ones(s: Session, bits: Any, counts: Any = None) -> Any:
    """Return the number of ones in each row of bits (.., words) as int32 on the device, in `counts` if it is given."""
    *shape, words = bits.shape
    counts = s.empty(tuple(shape), np.int32) if counts is None else counts
    s.launch("popcount_rows", (counts.size,), bits, counts, counts.size, words)
    return counts
