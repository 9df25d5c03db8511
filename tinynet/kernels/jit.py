"""Compiling at first use.

Numba is imported when a compiled function is first called, not before, and compiled code is kept on disk between runs.
Where Numba is missing the NumPy reference does the work, with one warning.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

_lock = threading.RLock()


def compiled(reference: Callable[..., Any], **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for loops that compute what `reference` does; options go to `numba.njit`."""

    def decorate(loops: Callable[..., Any]) -> Callable[..., Any]:
        function: Callable[..., Any] | None = None

        @wraps(reference)
        def run(*args: Any, **named: Any) -> Any:
            nonlocal function
            if function is None:
                with _lock:
                    function = _compile(loops, options) if numba_found() else reference
            return function(*args, **named)

        return run

    return decorate


def _compile(loops: Callable[..., Any], options: dict[str, Any]) -> Callable[..., Any]:
    import numba

    return numba.njit(cache=True, nogil=True, **options)(loops)


@cache
def numba_found() -> bool:
    """Return whether Numba can be imported; warn, once, where it cannot."""
    try:
        import numba  # noqa: F401
    except ImportError:
        warnings.warn("Numba is missing, slower NumPy kernels run instead: pip install numba", stacklevel=3)
        return False
    return True
