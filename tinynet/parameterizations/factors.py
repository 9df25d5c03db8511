"""Widths as products: how a matrix (m, n) is cut into smaller ones whose sizes multiply to m and n.

All of this is done in integers, so that a file means the same matrix on every machine.
"""

from __future__ import annotations

from functools import lru_cache
from math import isqrt


@lru_cache(1000)
def divisors(m: int) -> list[int]:
    """Return all divisors of m; the root of a square comes twice."""
    small = [k for k in range(1, isqrt(m) + 1) if m % k == 0]
    return small + [m // k for k in small]


@lru_cache(1000)
def balanced(m: int, n: int) -> tuple[int, int]:
    """Return (m1, n1) for which m1 n1 + m2 n2 is least; among equals, one that lets A (x) B have the highest rank."""
    splits = ((m1, n1, m // m1, n // n1) for m1 in divisors(m) for n1 in divisors(n))
    return min(splits, key=lambda s: (s[0] * s[1] + s[2] * s[3], -min(s[:2]) * min(s[2:])))[:2]


@lru_cache(1000)
def digits(m: int, d: int) -> list[int]:
    """Return d factors of m: each time the largest that leaves room for as many of its size as are missing."""
    factors = []
    for missing in range(d, 1, -1):
        factors.append(max(k for k in divisors(m) if k**missing <= m))
        m //= factors[-1]
    return [*factors, m]
