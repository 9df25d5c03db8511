"""Boolean: which functions of bits can units of +1 and -1 represent? For up to four inputs we count them all.

A function of n bits is a table with 2^n lines, and each line says +1 or -1. So there are 2^(2^n) functions: 4, 16, 256,
65,536 for n = 1 to 4, few enough to try them all.

    x in {-1, +1}^n      the inputs, 2^n points; the first input changes slowest
    f(x) in {-1, +1}     a function, held as its truth table: an integer whose bit p is set where f(x_p) = +1

XNOR of two bits of +-1 is their product. So products and constants alone make only +- products of some of the inputs.
These are the affine functions over GF(2), 2^(n + 1) of them (Post 1941), and AND is not among them.

A unit adds products up and compares the sum with a threshold: f(x) = sign(w . x - t), with sign(0) = +1. For real w and
t these threshold functions number (Muroga 1971; sequence A000609 of the OEIS)

    n                      1     2      3        4
    all functions          4    16    256   65,536
    threshold functions    4    14    104    1,882

If t = 0 and the sum is never 0 (w of +-1, n odd), then f(-x) = -f(x): f is self-dual, one of 2^(2^(n - 1)) functions,
and layers of such units stay self-dual. A constant input, or another t, removes this limit: every function of n inputs
is f(x, 1) for some self-dual f of n + 1 inputs.

In two layers, an output unit adds up +-1 times the signs of k hidden units and compares. 2^(n - 1) hidden units are
enough for every f: an AND for each point where f is +1 (or where it is -1, if those are fewer), and an OR of them. So
XNOR with thresholds spans all functions, and XNOR alone does not. Counted here is how many units it takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from tinynet import drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_INPUTS = 4  # of five inputs there are 2^32 functions
Functions = set[int]  # truth tables


def points(n: int) -> np.ndarray:
    """Return all inputs, int64 (2^n, n) of +-1. ValueError unless n is 1, 2, 3 or 4."""
    if n not in range(1, MOST_INPUTS + 1):
        raise ValueError(f"boolean: {n} inputs; functions of 1 to {MOST_INPUTS} inputs are counted")
    return np.array(list(product((-1, 1), repeat=n)))


def tables(values: np.ndarray) -> Functions:
    """Return the truth tables of functions given by their values (.., 2^n), read as +1 where they are >= 0."""
    packed = np.packbits((values >= 0).reshape(-1, values.shape[-1]), axis=1, bitorder="little")  # one or two bytes
    return set(np.unique(packed @ 256 ** np.arange(packed.shape[1])).tolist())


def values(functions: Iterable[int], n: int) -> np.ndarray:
    """Return the values of functions, int8 (functions, 2^n) of +-1, in ascending order of their tables."""
    held = np.array(sorted(functions), np.int64)[:, None]
    return (2 * (held >> np.arange(2**n) & 1) - 1).astype(np.int8)


def is_self_dual(table: int, n: int) -> bool:
    """Return whether f(-x) = -f(x)."""
    [f] = values([table], n)
    return bool((f == -f[::-1]).all())  # because -x_p is point 2^n - 1 - p


# ---- products


def xnor_closure(n: int, constants: bool = True) -> Functions:
    """Return the functions that any number of XNOR layers make of the inputs and, with `constants`, of +1 and -1."""
    start = np.concatenate([points(n).T, np.ones((1, 2**n)), -np.ones((1, 2**n))][: 3 if constants else 1])
    found, size = tables(start), 0
    while len(found) > size:
        size, f = len(found), values(found, n)
        found |= tables(f[:, None] * f[None])
    return found


# ---- one unit


def threshold_functions(n: int, weights: Iterable[int] = (-1, 1), thresholds: str = "any") -> Functions:
    """Return the functions sign(w . x - t) with all entries of w among the weights.

    Args:
        n: number of inputs.
        weights: integers. A binary layer has (-1, 1); range(-3, 4) gives all threshold functions of four inputs.
        thresholds: "zero" for t = 0; "constant" for one more input that is always 1, with a weight like the others;
            "any" for all t, so with the constant functions.

    Raises ValueError for other thresholds.
    """
    _check_thresholds(thresholds)
    weights = list(weights)
    w = np.array(list(product(weights, repeat=n)))  # (units, n)
    return _with_thresholds(w @ points(n).T, weights if thresholds == "constant" else None, thresholds == "any")


def _with_thresholds(sums: np.ndarray, constant: Iterable[int] | None = None, every: bool = False) -> Functions:
    """Return the functions sign(sums - t) of sums (units, 2^n), for t = 0, for minus each constant, or for every t."""
    if not every:
        return set().union(*[tables(sums + c) for c in ([0] if constant is None else constant)])
    t = range(int(sums.min()), int(sums.max()) + 2)  # sums are integers, so a t between these gives nothing new
    return set().union(*[tables(sums - k) for k in t])


# ---- two layers


def two_layers(hidden: Functions, n: int, k: int, thresholds: str = "any") -> Functions:
    """Return the functions that an output unit with weights +-1 makes of k hidden units from the set `hidden`.

    A hidden unit may be used more than once. `thresholds` is about the output unit, as in `threshold_functions`; with
    "zero" and an even k the sum can be 0, and sign(0) = +1. ValueError for more than a million choices of k units.
    """
    _check_thresholds(thresholds)
    f = values(hidden, n)
    f = np.unique(np.concatenate([f, -f]), axis=0)  # each unit with weight +1 and with -1
    if (choices := comb(len(f) + k - 1, k)) > 1_000_000:
        raise ValueError(
            f"boolean: {choices:,} choices of {k} among {len(f)} units; take fewer, up to 1,000,000 choices"
        )
    sums, last = np.zeros((1, 2**n), np.int8), np.zeros(1, np.int64)
    for _ in range(k):
        i, j = np.nonzero(last[:, None] <= np.arange(len(f)))  # ascending, so that each choice comes up once
        sums, last = sums[i] + f[j], j
    return _with_thresholds(sums, (-1, 1) if thresholds == "constant" else None, thresholds == "any")


def _check_thresholds(thresholds: str) -> None:
    if thresholds not in ("zero", "constant", "any"):
        raise ValueError(f"boolean: thresholds={thresholds!r}; it is 'zero', 'constant' or 'any'")


# ---- the picture


def reached(n: int) -> dict[str, int]:
    """Return how many functions of n inputs each kind of network can represent."""
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
    """Return the picture of `reached`: bars on a logarithmic axis, with a line at the number of all functions."""
    inputs = list(inputs)
    figure, panels = drawing.panels(4 + 3 * len(inputs), 4.2, columns=len(inputs), sharey=True)
    for i, (axes, n) in enumerate(zip(panels, inputs, strict=True)):
        counts = reached(n)
        axes.barh(list(counts), list(counts.values()), color=drawing.colour(1 + i), log=True)
        for y, count in enumerate(counts.values()):
            white = dict(pad=0.5, facecolor="white", edgecolor="none")
            axes.text(1.2 * count, y, f"{count:,}", va="center", fontsize="small", bbox=white)
        axes.axvline(2**2**n, color="black", linewidth=1, zorder=0)
        axes.set(xlabel="functions reached", xlim=(1, 2 ** (2**n) * 6), title=f"{n} inputs: {2 ** (2**n):,} functions")
    panels[0].invert_yaxis()  # and with it all others
    return figure
