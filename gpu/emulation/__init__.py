"""Kernels on the CPU: `launch` runs the same CUDA C text that a GPU runs, thread by thread.

    bits = np.zeros((3, 2), np.uint64)
    launch("pack_signs", (3, 1, 1), (256, 1, 1), x, bits, 3, 100, 2)

The emulation is made for reading and for tests. It says nothing about speed, but it finds reads and writes outside the
arrays, missing barriers, and waits that never end. emulation.h explains how. It needs g++ on Linux.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from gpu.emulation.build import build
from gpu.launch import TABLE

ACCESS = np.dtype([("thread", "i4"), ("array", "i4"), ("write", "i4"), ("bytes", "i4"), ("offset", "i8")])


def launch(
    name: str,
    grid: Sequence[int],
    block: Sequence[int],
    *arguments: Any,
    order: Literal["forward", "reverse"] = "forward",
    source: str | None = None,
    shared: int = 0,
    record: bool = False,
) -> np.ndarray:
    """Run a kernel on arrays and integers; it writes into the arrays. Return a record of accesses if asked for.

    Args:
        name: a kernel in gpu/launch.py or in `source`.
        grid, block: the number of blocks, and of threads in a block, as (x, y, z).
        arguments: the kernel's arguments in order: contiguous arrays, and integers of 32 bits.
        order: the order in which the threads of a block take turns.
        source: CUDA C text to run in place of the kernel's own.
        shared: bytes of shared memory that a block gets, besides the arrays that its text declares.
        record: whether to record what the threads of block (0, 0, 0) read and write. Each row of the record is (thread,
            array, write, bytes, offset), in order of time. `array` counts the arrays among the arguments from 0; -1
            means shared memory. Without `record` there are no rows.

    Raises RuntimeError if a thread leaves the arrays or waits forever, ValueError if the text does not compile.
    """
    arrays = [a for a in arguments if isinstance(a, np.ndarray)]
    for a in arrays:
        if not a.flags.c_contiguous:
            raise ValueError(f"emulation: an array has strides {a.strides}; pass np.ascontiguousarray of it")
    library = ctypes.PyDLL(
        str(build(TABLE[name].source() if source is None else source))
    )  # PyDLL holds the GIL: one launch at a time
    n = len(arrays)
    first = (ctypes.c_void_p * n)(*[a.ctypes.data for a in arrays])
    sizes = (ctypes.c_size_t * n)(*[a.nbytes for a in arrays])
    library.emulation__configure(int(order == "reverse"), int(record), n, first, sizes)

    values = [ctypes.c_void_p(a.ctypes.data) if isinstance(a, np.ndarray) else ctypes.c_int32(a) for a in arguments]
    pointers = (ctypes.c_void_p * len(values))(*[ctypes.addressof(v) for v in values])
    run = getattr(library, f"{name}__launch")
    run.restype = ctypes.c_char_p
    error = run(*[ctypes.c_uint(v) for v in (*grid, *block, shared)], pointers)
    if error:
        raise RuntimeError(f"emulation: {name}: {error.decode()}")
    return _trace(library)


def _trace(library: ctypes.PyDLL) -> np.ndarray:
    """Return a copy of the last launch's record."""
    rows = ctypes.c_void_p()
    library.emulation__trace.restype = ctypes.c_size_t
    count = library.emulation__trace(ctypes.byref(rows))
    return np.frombuffer(ctypes.string_at(rows, count * ACCESS.itemsize), ACCESS) if count else np.zeros(0, ACCESS)
