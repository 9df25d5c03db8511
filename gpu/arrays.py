"""Arrays on the host and on the device: which is which, and whether a kernel may read them.

A kernel gets an address and some integers; nothing stops it from reading what is not there. So everything is checked
here, before a device is opened. What lies on the device is known by the attribute `__cuda_array_interface__`, which the
arrays of PyCUDA, CuPy and PyTorch have (https://numba.readthedocs.io/en/stable/cuda/cuda_array_interface.html): a dict
of address, shape, type and strides.

Values on the device are not looked at, because that would mean to wait for them: that bits behind the last entry are
0 is checked for arrays of the host, and taken on trust for those of the device.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.kernels.bits import check_bits, n_words


def on_device(caller: str, **operands: Any) -> bool:
    """Return whether the operands lie on the device. TypeError where one does and another does not."""
    where = {name: hasattr(x, "__cuda_array_interface__") for name, x in operands.items()}
    if len(set(where.values())) > 1:
        told = ", ".join(f"{name} on the {'device' if there else 'host'}" for name, there in where.items())
        raise TypeError(f"{caller}: {told}; bring them to one place: pycuda.gpuarray.to_gpu(array), or array.get()")
    return all(where.values())


def check_device(caller: str, name: str, x: Any, dtype: Any) -> None:
    """Raise TypeError or ValueError unless x is a contiguous matrix of that type on the device."""
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
    if 0 not in shape and any(length > 1 and step != by for length, step, by in steps):  # from 1 row there is no step
        raise ValueError(
            f"{caller}: {name} has strides {tuple(strides)}; its rows must lie one after the other, {wanted}: "
            "pass a contiguous copy"
        )


def check_device_bits(caller: str, n_bits: int, **operands: Any) -> int:
    """Return n_bits, or raise what `check_bits` raises for arrays of the host, but for ones behind the last bit."""
    n_bits = check_bits(caller, n_bits)
    for name, bits in operands.items():
        check_device(caller, name, bits, np.uint64)
        if bits.shape[1] != n_words(n_bits):
            raise ValueError(
                f"{caller}: {name} has shape {tuple(bits.shape)}; {n_bits} bits take (rows, {n_words(n_bits)}): "
                "pass the n_bits that pack_signs was given"
            )
    return n_bits
