"""Compile at first use, and do without Numba where it is missing.

Importing Numba takes half a second, so it is imported when a compiled function is first called, not before. Compiled
code is kept on disk between runs. The first call that really compiles says so once on stderr, because that takes
seconds. Where Numba is missing, the NumPy reference does the work, after one warning.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

_lock = threading.RLock()


def compiled(reference: Callable[..., Any], **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for loops that compute the same as `reference`; options go to `numba.njit`."""

    def decorate(loops: Callable[..., Any]) -> Callable[..., Any]:
        function: Callable[..., Any] | None = None

        @wraps(reference)
        def run(*args: Any, **named: Any) -> Any:
            nonlocal function
            if function is None:
                with _lock:
                    function = _compile(loops, options) if numba_found() else reference
                    for names in (loops.__globals__, reference.__globals__):
                        if names.get(loops.__name__) is run:
                            names[loops.__name__] = function  # from now on calls go straight to it
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
        from numba.core import event
    except ImportError:
        warnings.warn("Numba is missing, slower NumPy kernels run instead: pip install numba", stacklevel=3)
        return False
    notice = event.RecordingListener()  # hears of real compilations only, not of code found on disk
    notice.on_start = _say_once
    event.register("numba:compile", notice)
    return True


_said = False


def _say_once(compilation: Any) -> None:
    global _said
    if not _said and compilation.data["dispatcher"].py_func.__module__.startswith("tinynet."):
        _said = True
        print("tinynet: compiling kernels, once; later runs find them on disk", file=sys.stderr)


@cache
def cpu_features() -> frozenset[str]:
    """Return the names of the instruction sets that Numba compiles for, such as "avx2".

    They are this machine's own unless NUMBA_CPU_FEATURES names others. Together with NUMBA_CPU_NAME that is how to
    build and test for a smaller machine.
    """
    from llvmlite import binding
    from numba.core import config

    named = config.CPU_FEATURES
    if named is None:
        named = binding.get_host_cpu_features().flatten()
    return frozenset(feature[1:] for feature in named.split(",") if feature.startswith("+"))
