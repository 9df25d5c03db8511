"""What each method does with a byte budget.

The budget is a factor f: the share of the dense network's weight bytes that may be kept. Every method keeps the widths
of the network, except two. They are the honest rivals: an ordinary network made narrower until its file is as small,
which is `dense`, and the same with 4 bits an entry. What shares numbers is worth its trouble only where it beats both.

    hashed, sparse, lowrank-random     f m n numbers in each layer
    lowrank                            one rank k for all layers, the largest that fits into f sum m n numbers; a layer
                                       that two factors would not make smaller stays dense
    quantized, binary                  32 f bits an entry; ternary at f = 1/20
    hashed+quantized                   4 bits a bucket, so 8 f m n buckets
    narrow+quantized                   4 bits an entry, so 8 f sum m n entries
    binary-mlp                         another network, whose activations are signs too, with batch norm; frozen before
                                       it is saved

A parameterization that is not in this table can be swept by its class's name, if its first setting is `factor` or
`density`: it is built as Class(f). A class without settings has only one size, drawn at factor 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from difflib import get_close_matches
from fractions import Fraction
from math import isclose

from tinynet.parameterizations import Binary, Dense, Hashed, LowRank, Parameterization, Quantized, Sparse

Weight = Parameterization | list[Parameterization]  # one recipe, or one a matrix
Shapes = Sequence[tuple[int, int]]  # of the network's weight matrices
Recipe = Callable[[float, Shapes], Weight | None]  # None where the budget is out of reach

TERNARY = 1 / 20  # 1.6 of 32 bits
NARROWED = {"dense": 1.0, "narrow+quantized": 4 / 32}  # what an entry costs, in floats, where widths meet the budget
FACTORS = ("1", "1/2", "1/4", "1/8", "1/16", "1/20", "1/32", "1/64")


def _lowrank(f: float, shapes: Shapes) -> Weight | None:
    dense = sum(m * n for m, n in shapes)
    highest = max(max(shape) for shape in shapes)
    sizes = {k: sum(min(m * n, k * (m + n)) for m, n in shapes) for k in range(1, highest + 1)}
    rank = max((k for k, size in sizes.items() if size <= f * dense), default=None)
    if rank is None or f == 1:
        return None
    return [LowRank(rank=rank) if rank * (m + n) < m * n else Dense() for m, n in shapes]


def _quantized(f: float, shapes: Shapes) -> Weight | None:
    if isclose(f, TERNARY):
        return Quantized(levels=3)
    bits = round(32 * f)
    return Quantized(bits=bits) if 1 <= bits <= 8 and isclose(bits, 32 * f) else None


# fmt: off
METHODS: dict[str, Recipe] = {
    "dense":            lambda f, shapes: Dense(),
    "lowrank":          _lowrank,
    "lowrank-random":   lambda f, shapes: LowRank(factor=f, bank="random") if f < 1 else None,
    "hashed":           lambda f, shapes: Hashed(f) if f < 1 else None,
    "sparse":           lambda f, shapes: Sparse(f) if f < 1 else None,
    "quantized":        _quantized,
    "binary":           lambda f, shapes: Binary() if isclose(f, 1 / 32) else None,
    "hashed+quantized": lambda f, shapes: Hashed(8 * f, inner=Quantized(bits=4)) if 8 * f <= 1 else None,
    "narrow+quantized": lambda f, shapes: Quantized(bits=4) if 8 * f <= 1 else None,
    "binary-mlp":       lambda f, shapes: Binary(scale=None) if isclose(f, 1 / 32) else None,
}
# fmt: on


def checked_factor(share: str | float) -> str:
    """Return a factor in its one spelling, such as "1/8". ValueError unless it lies above 0 and at most at 1."""
    try:
        factor = Fraction(share).limit_denominator(10**6)  # 0.05 is 1/20
    except (ValueError, ZeroDivisionError, OverflowError):
        factor = Fraction(0)
    if not 0 < factor <= 1:
        raise ValueError(f"frontier: factor {share!r}; factors are shares such as '1/8', above 0 and at most 1")
    return str(factor)


def available(method: str, factor: float, shapes: Shapes) -> bool:
    """Return whether a method has a recipe for this factor. ValueError for an unknown method."""
    return _lookup(method, factor, shapes) is not None


def recipe(method: str, factor: float, shapes: Shapes) -> Weight:
    """Return the recipe of a method at a factor. ValueError if the method is unknown or cannot meet the factor."""
    weight = _lookup(method, factor, shapes)
    if weight is None:
        met = [f for f in FACTORS if _lookup(method, float(Fraction(f)), shapes) is not None]
        raise ValueError(f"frontier: {method} has no recipe for the factor {factor:g}; of the usual ones it has {met}")
    return weight


def _lookup(method: str, factor: float, shapes: Shapes) -> Weight | None:
    if method in METHODS:
        return METHODS[method](factor, shapes)
    cls = Parameterization.registry.get(method)
    settings = [f.name for f in fields(cls)] if cls else ["?"]
    if cls is None or settings[:1] not in ([], ["factor"], ["density"]):
        near = "".join(f"; did you mean {name!r}?" for name in get_close_matches(method, METHODS, n=1))
        raise ValueError(f"frontier: unknown method {method!r}{near}; known are {', '.join(METHODS)}")
    if not settings:
        return cls() if factor == 1 else None  # it has one size only
    return cls(factor)
