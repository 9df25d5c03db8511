"""What the processor can do, as far as Numba is allowed to use it."""

from __future__ import annotations

from functools import cache


@cache
def features() -> frozenset[str]:
    """Return the names of the instruction sets that Numba compiles for, such as "avx2"; empty where it is missing.

    They are the machine's own, unless NUMBA_CPU_FEATURES names others (with NUMBA_CPU_NAME, the way to build and test
    for a smaller machine).
    """
    try:
        from llvmlite import binding
        from numba.core import config
    except ImportError:
        return frozenset()
    named = config.CPU_FEATURES
    if named is None:
        named = binding.get_host_cpu_features().flatten()
    return frozenset(feature[1:] for feature in named.split(",") if feature.startswith("+"))
