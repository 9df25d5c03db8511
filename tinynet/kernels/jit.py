"""Compiling at first use.

Numba is imported when a compiled function is first called, not before; compiled code is kept on disk between runs.
Where Numba is missing the NumPy reference does the work, with one warning.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

_lock = threading.RLock()


def compiled(reference: Callable[..., Any], **options: Any) -> Callable[[Callable], Callable]:
    """Return a decorator for the loops that do the same as `reference`; options go to `numba.njit`."""

    def decorate(loops: Callable[..., Any]) -> Callable[..., Any]:
        @cache
        def compile_once() -> Callable[..., Any]:
            if not numba_found():
                return reference
            import numba

            return numba.njit(cache=True, nogil=True, **options)(loops)

        @wraps(reference)
        def run(*args: Any) -> Any:
            with _lock:
                function = compile_once()
            return function(*args)

        return run

    return decorate


@cache
def numba_found() -> bool:
    """Return whether Numba can be imported; warn once where it cannot."""
    try:
        import numba  # noqa: F401
    except ImportError:
        warnings.warn("Numba is missing: the slower NumPy kernels run; pip install numba", RuntimeWarning, stacklevel=4)
        return False
    return True
