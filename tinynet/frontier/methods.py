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

These are METHODS, which a sweep compares unless it is told otherwise. MEMBERS are the rest of the family, and what the
first ones become with 4 bits a number. "all" means both.

    lowrank+quantized, kronecker, tensortrain, circulant, pruned, ..
                                       one size for all layers, the largest that fits (budget.py)
    sum+quantized                      half of the bytes for a low rank, half for the largest entries
    toeplitz                           a first layer of windows on a picture, a fifth as wide, for as many features as
                                       fit; so the hidden layer may become wider
    narrow+..                          narrow networks like narrow+quantized, of other kinds of few bits

A parameterization that is in neither table can be swept by its class's name, if its first setting is `factor` or
`density`: it is built as Class(f). A class without settings has only one size, drawn at factor 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from math import isclose, isqrt

from tinynet.frontier.budget import Family, Shapes, fitted, most_bits
from tinynet.parameterizations import (
    Binary,
    Circulant,
    Codebook,
    Coded,
    Columns,
    Dense,
    Grid,
    Hashed,
    Kronecker,
    LowRank,
    Parameterization,
    Pruned,
    Quantized,
    Sparse,
    Sum,
    Supermask,
    TensorTrain,
    Toeplitz,
)

Weight = Parameterization | list[Parameterization]  # one recipe, or one a matrix
Recipe = Callable[[float, Shapes], Weight | None]  # None where the budget is out of reach

Q4 = Quantized(bits=4)
TERNARY = 1 / 20  # 1.6 of 32 bits
GRAIN = 4096  # sizes between a share of nothing and of everything
FACTORS = ("1", "1/2", "1/4", "1/8", "1/16", "1/20", "1/32", "1/64")


def _sized(family: Family, plain: Parameterization) -> Recipe:
    return lambda f, shapes: fitted(family, plain, f, shapes)


def _quantized(f: float, shapes: Shapes) -> Weight | None:
    if isclose(f, TERNARY):
        return Quantized(levels=3)
    bits = round(32 * f)
    return Quantized(bits=bits) if 1 <= bits <= 8 and isclose(bits, 32 * f) else None


# fmt: off
METHODS: dict[str, Recipe] = {
    "dense":            lambda f, shapes: Dense(),
    "lowrank":          _sized(lambda k: LowRank(rank=k), Dense()),
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


def _sum(f: float, shapes: Shapes) -> Weight | None:
    smooth = fitted(lambda k: LowRank(rank=k, inner=Q4), Q4, f / 2, shapes)
    exceptions = fitted(lambda k: Pruned(min(1, k / GRAIN), inner=Q4), Q4, f / 2, shapes)
    return smooth and exceptions and [Sum(a, b) for a, b in zip(smooth, exceptions, strict=True)]


def _windows(m: int, inner: Parameterization) -> Toeplitz:
    """Return windows on a picture of m pixels, a fifth as wide."""
    return Toeplitz(kernel=max(3, isqrt(m) // 5), stride=max(1, isqrt(m) // 10), inner=inner)


def positions(m: int) -> int:
    """Return how many windows see a picture of m pixels."""
    return _windows(m, Q4).fitting((m, 1))[1]


def _windowed(inner: Parameterization) -> Recipe:
    """Return windows for the first matrix, and `inner` for those behind it; None where inputs are no picture."""

    def recipe(f: float, shapes: Shapes) -> Weight | None:
        m = shapes[0][0]
        if m < 25 or isqrt(m) ** 2 != m or len(shapes) < 2:
            return None
        return [_windows(m, inner), *[inner] * (len(shapes) - 1)]

    return recipe


def _narrow(inner: Parameterization) -> Recipe:
    """Return the recipe of networks that are made narrower, where the wide one would not fit."""

    def recipe(f: float, shapes: Shapes) -> Weight | None:
        possible = all(inner.fitting(shape) == shape for shape in shapes)
        return inner if possible and most_bits([inner] * len(shapes), shapes) > 32 * f * entries(shapes) else None

    return recipe


def entries(shapes: Shapes) -> int:
    """Return how many entries these matrices have."""
    return sum(m * n for m, n in shapes)


# fmt: off
NARROWED: dict[str, Parameterization] = {
    "dense":             Dense(),
    "narrow+quantized":  Q4,
    "narrow+codebook":   Codebook(bits=4),
    "narrow+coded":      Coded(Q4),
    "narrow+powers":     Grid("powers of two", bits=4),
    "narrow+columns":    Columns([Binary(), Q4]),
    "narrow+half-steps": Grid("half steps", bits=2),
    "narrow+ternary":    Quantized(levels=3),
    "narrow+binary":     Binary(),
    "narrow+supermask":  Supermask(),
}
WINDOWED: dict[str, Recipe] = {
    "toeplitz":           _windowed(Dense()),
    "toeplitz+quantized": _windowed(Q4),
}
MEMBERS: dict[str, Recipe] = {
    "lowrank+quantized":     _sized(lambda k: LowRank(rank=k, inner=Q4), Q4),
    "kronecker":             _sized(lambda k: Kronecker(rank=k), Dense()),
    "kronecker+quantized":   _sized(lambda k: Kronecker(rank=k, inner=Q4), Q4),
    "tensortrain":           _sized(lambda k: TensorTrain(rank=k), Dense()),
    "tensortrain+quantized": _sized(lambda k: TensorTrain(rank=k, inner=Q4), Q4),
    "circulant":             _sized(lambda k: Circulant(min(1, k / GRAIN)), Dense()),
    "circulant+quantized":   _sized(lambda k: Circulant(min(1, k / GRAIN), inner=Q4), Q4),
    "pruned":                _sized(lambda k: Pruned(min(1, k / GRAIN)), Dense()),
    "pruned+codebook+coded": _sized(lambda k: Coded(Pruned(min(1, k / GRAIN), inner=Codebook(bits=4))), Q4),
    "sum+quantized":         _sum,
    **WINDOWED,
    **{name: _narrow(inner) for name, inner in NARROWED.items() if name not in METHODS},
}
# fmt: on
ALL = METHODS | MEMBERS


def narrowed_bits(method: str, shapes: Shapes) -> int:
    """Return how many bits the matrices of a method in NARROWED or WINDOWED take at most."""
    if method in METHODS:  # without the steps, which the other methods among METHODS do not count either
        return {"dense": 32, "narrow+quantized": 4}[method] * entries(shapes)
    weight = WINDOWED[method](1, shapes) if method in WINDOWED else [NARROWED[method]] * len(shapes)
    return most_bits(weight, shapes)  # type: ignore[arg-type]


def checked_factor(share: str | float) -> str:
    """Return a factor in its one spelling, such as "1/8". ValueError unless it lies above 0 and at most at 1."""
    try:
        factor = Fraction(share).limit_denominator(10**6)  # 0.05 is 1/20
    except (ValueError, ZeroDivisionError, OverflowError):
        factor = Fraction(0)
    if not 0 < factor <= 1:
        raise ValueError(f"frontier: factor {share!r}; factors are shares such as '1/8', above 0 and at most 1")
    return str(factor)


def named(methods: Sequence[str], usual: Sequence[str]) -> list[str]:
    """Return the methods, each once; "all" stands for the usual ones and MEMBERS."""
    return list(dict.fromkeys(n for name in methods for n in ([*usual, *MEMBERS] if name == "all" else [name])))


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
    if method in ALL:
        return _recipe(method, factor, tuple(shapes))
    cls = Parameterization.registry.get(method)
    settings = [f.name for f in fields(cls)] if cls else ["?"]
    if cls is None or settings[:1] not in ([], ["factor"], ["density"]):
        near = "".join(f"; did you mean {name!r}?" for name in get_close_matches(method, ALL, n=1))
        raise ValueError(f"frontier: unknown method {method!r}{near}; known are {', '.join(ALL)}")
    if not settings:
        return cls() if factor == 1 else None  # it has one size only
    return cls(factor)


@lru_cache(maxsize=1000)
def _recipe(method: str, factor: float, shapes: Shapes) -> Weight | None:
    return ALL[method](factor, shapes)
