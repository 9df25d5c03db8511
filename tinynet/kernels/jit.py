"""Compile what has become worth it, and do without Numba where it is missing.

Where Numba is missing, NumPy does all the work, after one warning; with NUMBA_DISABLE_JIT=1 too, without one. The
compiled loops are no Python to debug: they read addresses, and call LLVM.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from tinynet.kernels.worth import in_numpy, waits

_lock = threading.RLock()


def compiled(reference: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for loops that compute the same as `reference`, bit for bit."""

    def decorate(loops: Callable[..., Any]) -> Callable[..., Any]:
        kernel, function = f"{loops.__module__}.{loops.__name__}", None

        @wraps(reference)
        def run(*args: Any) -> Any:
            nonlocal function
            if function is None:
                if waits(kernel) or not numba_found():
                    return in_numpy(kernel, reference, *args)
                with _lock:
                    function = _njit(loops)
                    for names in (loops.__globals__, reference.__globals__):
                        if names.get(loops.__name__) is run:
                            names[loops.__name__] = function  # from now on calls go straight to it
            return function(*args)

        return run

    return decorate


def _njit(loops: Callable[..., Any]) -> Callable[..., Any]:
    from tinynet.kernels.cached import njit

    return njit()(loops)


@cache
def numba_found() -> bool:
    """Return whether Numba compiles here; warn, once, where it is missing."""
    if sys.platform == "emscripten":  # a browser: nothing can be compiled there, so nothing is missing
        return False
    try:
        from numba.core import config
    except ImportError:
        warnings.warn("Numba is missing, slower NumPy kernels run instead: pip install numba", stacklevel=3)
        return False
    return not config.DISABLE_JIT


@cache
def cpu_features() -> frozenset[str]:
    """Return the instruction sets that Numba compiles for, such as "avx2": this machine's, or NUMBA_CPU_FEATURES."""
    from llvmlite import binding
    from numba.core import config

    named = config.CPU_FEATURES
    named = binding.get_host_cpu_features().flatten() if named is None else named
    return frozenset(feature[1:] for feature in named.split(",") if feature.startswith("+"))
