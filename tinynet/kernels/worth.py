"""When a kernel is worth compiling: NumPy works first, so that a short program waits neither for Numba nor for LLVM.

Both give the same bits. Whoever rents skis until the rents reach their price, then buys, pays at most twice the best.
"""

import time
from collections import defaultdict
from typing import Any

PATIENCE = 0.5  # seconds of NumPy's work on a kernel; 0 compiles at the first call, as a benchmark wants it
_worked: dict[str, float] = defaultdict(float)


def waits(kernel: str) -> bool:
    """Return whether NumPy has not worked for long on this kernel."""
    return _worked[kernel] < PATIENCE


def in_numpy(kernel: str, reference: Any, *args: Any) -> Any:
    """Return reference(*args), and note how long it took."""
    began = time.perf_counter()
    result = reference(*args)
    _worked[kernel] += time.perf_counter() - began
    return result
