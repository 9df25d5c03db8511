"""Boolean: which functions of bits can units of +1 and -1 represent? All of them counted, for up to four inputs.

Notation
    x in {-1, +1}^n      the inputs, 2^n points; the first input changes slowest
    f(x) in {-1, +1}     one of 2^(2^n) functions, held as its truth table: an integer, bit p set where f(x_p) = +1

XNOR of two bits of +-1 is their product, so what products and constants alone can make is +- a product of some inputs:
the affine functions over GF(2), 2^(n + 1) of them (Post 1941). AND is not one.

A unit adds products up and compares, f(x) = sign(w . x - t), sign(0) = +1: a threshold function. Their number, w and t
any real numbers (Muroga 1971; sequence A000609 of the OEIS):

    n            1     2      3        4
    of           4    16    256   65,536
    threshold    4    14    104    1,882

With t = 0 and sums that are never 0 (w of +-1 and n odd) f(-x) = -f(x): f is self-dual, one of 2^(2^(n - 1)), and
layers of such units remain self-dual. A constant input, or t other than 0, ends that: f(x, 1) of a self-dual f of n + 1
inputs is any function of n inputs.

Two layers: an output unit adds up +-1 times the signs of k hidden units, and compares. 2^(n - 1) hidden units are
enough for every f: an AND for each point where f is +1, or where it is -1 if these are fewer, and an OR. So XNOR with
thresholds spans all functions and XNOR alone does not; counted here is how many units it takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from tinynet.drawing import COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_INPUTS = 4  # five have 2^32 functions
Functions = set[int]  # truth tables


def points(n: int) -> np.ndarray:
    """Return all inputs, int64 (2^n, n) of +-1. ValueError unless n is 1 .. 4."""
    if n not in range(1, MOST_INPUTS + 1):
        raise ValueError(f"boolean: {n} inputs; functions of 1 to {MOST_INPUTS} inputs are counted")
    return np.array(list(product((-1, 1), repeat=n)))


def tables(values: np.ndarray) -> Functions:
    """Return the truth tables of values (.., 2^n): +1 where they are >= 0."""
    packed = np.packbits((values >= 0).reshape(-1, values.shape[-1]), axis=1, bitorder="little")  # one byte, or two
    return set(np.unique(packed @ 256 ** np.arange(packed.shape[1])).tolist())


def values(functions: Iterable[int], n: int) -> np.ndarray:
    """Return the values of functions, int8 (functions, 2^n) of +-1, in the order of their tables."""
    held = np.array(sorted(functions), np.int64)[:, None]
    return (2 * (held >> np.arange(2**n) & 1) - 1).astype(np.int8)


def is_self_dual(table: int, n: int) -> bool:
    """Return whether f(-x) = -f(x); -x_p is the point 2^n - 1 - p."""
    [f] = values([table], n)
    return bool((f == -f[::-1]).all())


# ---- products


def xnor_closure(n: int, constants: bool = True) -> Functions:
    """Return what XNOR makes of the inputs, and of +1 and -1 with `constants`, over any number of layers."""
    start = np.concatenate([points(n).T, np.ones((1, 2**n)), -np.ones((1, 2**n))][: 3 if constants else 1])
    found, size = tables(start), 0
    while len(found) > size:
        size, f = len(found), values(found, n)
        found |= tables(f[:, None] * f[None])
    return found


# ---- one unit


def threshold_functions(n: int, weights: Iterable[int] = (-1, 1), thresholds: str = "any") -> Functions:
    """Return the functions sign(w . x - t), w from the weights.

    Args:
        n: inputs.
        weights: integers; (-1, 1) are those of a binary layer, range(-3, 4) are enough for all threshold functions of
            four inputs.
        thresholds: "zero" for t = 0; "constant" for a further input that is always 1, with a weight like the others;
            "any" for all t, constant functions included.

    Raises ValueError for other thresholds.
    """
    _check_thresholds(thresholds)
    weights = list(weights)
    w = np.array(list(product(weights, repeat=n)))  # (units, n)
    return _with_thresholds(w @ points(n).T, weights if thresholds == "constant" else None, thresholds == "any")


def _with_thresholds(sums: np.ndarray, constant: Iterable[int] | None = None, every: bool = False) -> Functions:
    """Return the functions sign(sums - t) of sums (units, 2^n): t = 0, t = -each of the constants, or every t."""
    if not every:
        return set().union(*[tables(sums + c) for c in ([0] if constant is None else constant)])
    t = range(int(sums.min()), int(sums.max()) + 2)  # sums are integers, so that no t between these differs
    return set().union(*[tables(sums - k) for k in t])


# ---- two layers


def two_layers(hidden: Functions, n: int, k: int, thresholds: str = "any") -> Functions:
    """Return what an output unit of weights +-1 makes of k hidden units, each any of the functions `hidden`.

    A unit may be taken more than once. The thresholds are those of the output, as in `threshold_functions`; with "zero"
    an even k can tie, and sign(0) = +1. ValueError where there are more than a million choices of k units.
    """
    _check_thresholds(thresholds)
    f = values(hidden, n)
    f = np.unique(np.concatenate([f, -f]), axis=0)  # weights of +-1
    if (choices := comb(len(f) + k - 1, k)) > 1_000_000:
        raise ValueError(
            f"boolean: {choices:,} choices of {k} among {len(f)} units; take fewer, up to 1,000,000 choices"
        )
    sums, last = np.zeros((1, 2**n), np.int8), np.zeros(1, np.int64)
    for _ in range(k):
        i, j = np.nonzero(last[:, None] <= np.arange(len(f)))  # in ascending order, so that each choice comes once
        sums, last = sums[i] + f[j], j
    return _with_thresholds(sums, (-1, 1) if thresholds == "constant" else None, thresholds == "any")


def _check_thresholds(thresholds: str) -> None:
    if thresholds not in ("zero", "constant", "any"):
        raise ValueError(f"boolean: thresholds={thresholds!r}; it is 'zero', 'constant' or 'any'")


# ---- the picture


def reached(n: int) -> dict[str, int]:
    """Return how many functions of n inputs each kind of network reaches, by what it is made of."""
    small = threshold_functions(n)
    kinds = {
        "XNOR alone, any depth": xnor_closure(n, constants=False),
        "XNOR and constants, any depth": xnor_closure(n),
        "a unit of ±1, threshold 0": threshold_functions(n, thresholds="zero"),
        "a unit of ±1, a constant input": threshold_functions(n, thresholds="constant"),
        "a unit of ±1, any threshold": small,
        "a unit of 0, ±1, any threshold": threshold_functions(n, (-1, 0, 1)),
        "a unit of any weights and threshold": threshold_functions(n, range(-3, 4)),
        "two layers of ±1, 3 hidden units, thresholds 0": two_layers(
            threshold_functions(n, thresholds="zero"), n, 3, "zero"
        ),
        "two layers of ±1, 2 hidden units": two_layers(small, n, 2),
        "two layers of ±1, 3 hidden units": two_layers(small, n, 3),
    }
    return {kind: len(functions) for kind, functions in kinds.items()}


def plot_boolean(inputs: Iterable[int] = (2, 3, 4)) -> Figure:
    """Return the figure of `reached`: the share of all functions, on a logarithmic axis, with the counts."""
    from matplotlib.figure import Figure

    inputs = list(inputs)
    figure = Figure(figsize=(4 + 3 * len(inputs), 4.2), layout="constrained")
    panels = figure.subplots(1, len(inputs), sharey=True, squeeze=False)[0]
    for i, (axes, n) in enumerate(zip(panels, inputs, strict=True)):
        counts = reached(n)
        axes.barh(list(counts), list(counts.values()), color=COLOURS[1 + i], log=True)
        for y, count in enumerate(counts.values()):
            axes.text(
                1.2 * count, y, f"{count:,}", va="center", fontsize="small", bbox=dict(pad=0.5, fc="white", ec="none")
            )
        axes.axvline(2**2**n, color="black", linewidth=1, zorder=0)
        axes.set(xlabel="functions reached", xlim=(1, 2 ** (2**n) * 6), title=f"{n} inputs: {2 ** (2**n):,} functions")
    panels[0].invert_yaxis()  # shared
    return figure
