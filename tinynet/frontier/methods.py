"""What each method does with a byte budget.

The budget is a factor f, the share of the dense net's weight bytes that may be kept. Every method keeps the widths of
the net, except `dense`, which is the honest rival: an ordinary net made narrower until its file is as small.

    hashed, sparse, lowrank-random     f m n numbers in each layer
    lowrank                            one rank k for all layers, the largest that fits into f sum m n numbers; a layer
                                       that two factors would not make smaller stays dense
    quantized, binary                  32 f bits an entry; ternary at f = 1/20
    hashed+quantized                   4 bits a bucket, so 8 f m n buckets
    binary-mlp                         another network: signs for activations too, batch norm, frozen before it is saved

A class of parameterization that is not in this table can be swept by its own name, if its first setting is `factor` or
`density`: it is built as Class(f). One without settings has a single size, drawn at factor 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from difflib import get_close_matches
from itertools import pairwise
from math import isclose

from tinynet.layers import Sequential
from tinynet.models import MLP, BinaryMLP
from tinynet.parameterizations import Binary, Dense, Hashed, LowRank, Parameterization, Quantized, Sparse

Weight = Parameterization | list[Parameterization]  # one recipe, or one a layer
Recipe = Callable[[float, Sequence[int]], Weight | None]  # None where the budget is out of reach

TERNARY = 1 / 20  # 1.6 of 32 bits


def _lowrank(f: float, widths: Sequence[int]) -> Weight | None:
    shapes = list(pairwise(widths))
    dense = sum(m * n for m, n in shapes)
    sizes = {k: sum(min(m * n, k * (m + n)) for m, n in shapes) for k in range(1, max(widths) + 1)}
    rank = max((k for k, size in sizes.items() if size <= f * dense), default=None)
    if rank is None or f == 1:
        return None
    return [LowRank(rank=rank) if rank * (m + n) < m * n else Dense() for m, n in shapes]


def _quantized(f: float, widths: Sequence[int]) -> Weight | None:
    if isclose(f, TERNARY):
        return Quantized(levels=3)
    bits = round(32 * f)
    return Quantized(bits=bits) if 1 <= bits <= 8 and isclose(bits, 32 * f) else None


# fmt: off
METHODS: dict[str, Recipe] = {
    "dense":            lambda f, widths: Dense(),
    "lowrank":          _lowrank,
    "lowrank-random":   lambda f, widths: LowRank(factor=f, bank="random") if f < 1 else None,
    "hashed":           lambda f, widths: Hashed(f) if f < 1 else None,
    "sparse":           lambda f, widths: Sparse(f) if f < 1 else None,
    "quantized":        _quantized,
    "binary":           lambda f, widths: Binary() if isclose(f, 1 / 32) else None,
    "hashed+quantized": lambda f, widths: Hashed(8 * f, inner=Quantized(bits=4)) if 8 * f <= 1 else None,
    "binary-mlp":       lambda f, widths: Binary(scale=None) if isclose(f, 1 / 32) else None,
}
# fmt: on


def available(method: str, factor: float, widths: Sequence[int]) -> bool:
    """Return whether a method has a recipe for this factor. ValueError for an unknown method."""
    return _lookup(method, factor, widths) is not None


def recipe(method: str, factor: float, widths: Sequence[int]) -> Weight:
    """Return the recipe of a method at a factor. ValueError for one that is unknown or cannot meet it."""
    weight = _lookup(method, factor, widths)
    if weight is None:
        raise ValueError(f"frontier: {method} has no recipe for the factor {factor:g}")
    return weight


def _lookup(method: str, factor: float, widths: Sequence[int]) -> Weight | None:
    if method in METHODS:
        return METHODS[method](factor, widths)
    cls = Parameterization.registry.get(method)
    settings = [f.name for f in fields(cls)] if cls else ["?"]
    if cls is None or settings[:1] not in ([], ["factor"], ["density"]):
        near = "".join(f"; did you mean {name!r}?" for name in get_close_matches(method, METHODS, n=1))
        raise ValueError(f"frontier: unknown method {method!r}{near}; known are {', '.join(METHODS)}")
    if not settings:
        return cls() if factor == 1 else None  # it has one size only
    return cls(factor)  # type: ignore[call-arg]


def build(method: str, factor: float, widths: Sequence[int], seed: int) -> Sequential:
    """Return the untrained net of a method at a factor."""
    weight = recipe(method, factor, widths)
    if method == "binary-mlp":
        return BinaryMLP(widths, seed)
    return MLP(narrowed(widths, factor) if method == "dense" else widths, weight, seed)


def narrowed(widths: Sequence[int], factor: float) -> list[int]:
    """Return widths with the hidden ones shrunk together, so that a dense net is as small as the other methods' at f.

    Their bytes are those of f sum m n numbers and of all the biases of the wide net.
    """
    pairs = list(pairwise(widths))
    budget = 4 * (factor * sum(m * n for m, n in pairs) + sum(widths[1:]))
    narrow = list(widths)
    for share in range(max(widths[1:-1], default=1), 0, -1):
        hidden = [max(1, round(h * share / max(widths[1:-1]))) for h in widths[1:-1]]
        narrow = [widths[0], *hidden, widths[-1]]
        if sum(4 * (m + 1) * n for m, n in pairwise(narrow)) <= budget:
            break
    return narrow
