"""Compile at first use, and do without Numba where it is missing.

Importing Numba takes half a second, so it waits for the first call. Compiled code is kept on disk; a call that really
compiles says so on stderr, since it takes seconds. Where Numba is missing, NumPy does the work, after one warning; with
NUMBA_DISABLE_JIT=1 too, without one. The compiled loops are no Python to debug: they read addresses, and call LLVM.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable
from functools import cache, wraps
from importlib import import_module
from typing import Any

_lock = threading.RLock()
_said: list[bool] = []


def compiled(reference: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for loops that compute the same as `reference`."""

    def decorate(loops: Callable[..., Any]) -> Callable[..., Any]:
        function: Callable[..., Any] | None = None

        @wraps(reference)
        def run(*args: Any, **named: Any) -> Any:
            nonlocal function
            if function is None:
                with _lock:
                    function = (
                        import_module("numba").njit(cache=True, nogil=True)(loops) if numba_found() else reference
                    )
                    for names in (loops.__globals__, reference.__globals__):
                        if names.get(loops.__name__) is run:
                            names[loops.__name__] = function  # from now on calls go straight to it
            return function(*args, **named)

        return run

    return decorate


@cache
def numba_found() -> bool:
    """Return whether Numba compiles here; warn, once, where it is missing."""
    try:
        from numba.core import config, event
    except ImportError:
        warnings.warn("Numba is missing, slower NumPy kernels run instead: pip install numba", stacklevel=3)
        return False
    if config.DISABLE_JIT:
        return False
    notice = event.RecordingListener()  # hears of real compilations only, not of code found on disk
    notice.on_start = _say_once
    event.register("numba:compile", notice)
    return True


def _say_once(compilation: Any) -> None:
    if sys.stderr and not _said and compilation.data["dispatcher"].py_func.__module__.startswith("tinynet."):
        _said.append(True)
        print("tinynet: compiling kernels, once; later runs find them on disk", file=sys.stderr)


@cache
def cpu_features() -> frozenset[str]:
    """Return the instruction sets that Numba compiles for, such as "avx2": this machine's, or NUMBA_CPU_FEATURES."""
    from llvmlite import binding
    from numba.core import config

    named = config.CPU_FEATURES
    named = binding.get_host_cpu_features().flatten() if named is None else named
    return frozenset(feature[1:] for feature in named.split(",") if feature.startswith("+"))
