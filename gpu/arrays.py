"""Arrays on the host and on the device: tell them apart, and check that a kernel may read them.

A kernel receives an address and some integers, and nothing stops it from reading beyond the array. So everything is
checked here, before a device is opened. An array lies on the device if it has the attribute `__cuda_array_interface__`,
as the arrays of PyCUDA, CuPy and PyTorch do: a dict with its address, shape, type and strides
(https://numba.readthedocs.io/en/stable/cuda/cuda_array_interface.html).

We do not look at values on the device, because we would have to wait for them. The padding bits behind the last entry
must be 0: this is checked for arrays on the host, but taken on trust for arrays on the device.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.kernels.bits import check_bits, n_words


def on_device(caller: str, **operands: Any) -> bool:
    """Return whether the operands lie on the device. Raises TypeError if only some of them do."""
    where = {name: hasattr(x, "__cuda_array_interface__") for name, x in operands.items()}
    if len(set(where.values())) > 1:
        told = ", ".join(f"{name} on the {'device' if there else 'host'}" for name, there in where.items())
        raise TypeError(f"{caller}: {told}; bring them to one place: pycuda.gpuarray.to_gpu(array), or array.get()")
    return all(where.values())


def check_device(caller: str, name: str, x: Any, dtype: Any) -> None:
    """Raise TypeError or ValueError unless x, on the device, is a contiguous matrix of this type."""
    interface = x.__cuda_array_interface__
    found, shape, strides = np.dtype(interface["typestr"]), tuple(interface["shape"]), interface.get("strides")
    if found != dtype:
        raise TypeError(f"{caller}: {name} is {found} on the device; it must be {np.dtype(dtype)} there")
    if len(shape) != 2:
        raise ValueError(f"{caller}: {name} has shape {shape}; it must be a matrix: reshape it")
    if interface["data"][0] % found.itemsize:
        raise ValueError(
            f"{caller}: {name} begins at {interface['data'][0]:#x}, no multiple of the {found.itemsize} bytes of an "
            "entry: pass a copy"
        )
    wanted = (shape[1] * found.itemsize, found.itemsize)
    steps = zip(shape, strides or wanted, wanted, strict=True)
    if 0 not in shape and any(length > 1 and step != by for length, step, by in steps):  # a single row has no step
        raise ValueError(
            f"{caller}: {name} has strides {tuple(strides)}; its rows must lie one after the other, {wanted}: "
            "pass a contiguous copy"
        )


def check_device_bits(caller: str, n_bits: int, **operands: Any) -> int:
    """Return n_bits, or raise as `check_bits` does for arrays on the host; padding is not checked."""
    n_bits = check_bits(caller, n_bits)
    for name, bits in operands.items():
        check_device(caller, name, bits, np.uint64)
        if bits.shape[1] != n_words(n_bits):
            raise ValueError(
                f"{caller}: {name} has shape {tuple(bits.shape)}; {n_bits} bits take (rows, {n_words(n_bits)}): "
                "pass the number of entries that were packed"
            )
    return n_bits
