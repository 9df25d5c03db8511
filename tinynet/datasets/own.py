"""Your own data: anything that NumPy can hold becomes a data set of three splits.

    data = tn.datasets.from_arrays(X, y)                      # lists, arrays, data frames; y numbers or texts
    data = tn.datasets.from_arrays(X, y, regression=True)     # y real numbers to be predicted

The rows are shuffled once, by the seed. Of each class the same share goes to each split, so that a rare class is in
all three. The training rows alone decide how numbers are scaled: see levels.py.

Targets of regression are shown to the network as (target - mean) / s, with mean and standard deviation s of the
training rows. So a mean squared error of 1 is what always answering the mean would get, and 0.1 leaves a tenth of the
variance unexplained.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinynet.datasets.base import Dataset, Split
from tinynet.datasets.levels import Levels
from tinynet.datasets.pixels import from_pixels
from tinynet.training.progress import say

SHARES = "give shares such as valid=0.15, test=0.2, whose sum leaves most rows to train"


def from_arrays(
    inputs: Any,
    labels: Any,
    *,
    name: str = "own",
    regression: bool = False,
    valid: float = 0.15,
    test: float = 0.2,
    seed: int = 0,
    scale: str | None = None,
    columns: Sequence[str] = (),
    source: str = "",
) -> Dataset:
    """Return the data set of your own arrays.

    Args:
        inputs: numbers (N, n); or pictures (N, height, width), whose pixels become the n inputs.
        labels: (N,) integers, texts or truth values, one class for each that occurs; or real targets (N,) or (N, d).
        name: of the data set, as pictures and tables show it.
        regression: whether labels are real targets.
        valid, test: the shares of these two splits.
        seed: fixes which row goes where.
        scale: "range" or "standard", see levels.py; or "pixels" for integers 0 .. 255 that are levels already. By
            default arrays of uint8 are pixels, and all others are stretched by their range.
        columns: the names of the inputs; a data frame brings its own.
        source: where the data come from, and their licence.

    Raises ValueError for arrays that do not fit each other, values that are missing or no numbers (with their place),
    fewer than three rows of a class, and anything else from which a network could not learn.
    """
    columns = tuple(map(str, columns or getattr(inputs, "columns", ())))
    values, shape = _numbers(name, inputs, columns)
    targets = np.asarray(labels)
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]  # a data frame of one column
    if len(values) != len(targets):
        raise ValueError(f"{name}: {len(values)} rows of inputs, but {len(targets)} labels; give one for each row")
    if not (0 < valid < 1 and 0 < test < 1 and valid + test < 0.9):
        raise ValueError(f"{name}: valid={valid}, test={test}; {SHARES}")
    if regression:
        targets = _real(name, targets)
        names = tuple(map(str, getattr(labels, "columns", ()))) or ("target",) * targets.shape[1]
        groups = [np.arange(len(targets))]
    else:
        names, targets = _classes(name, targets)
        groups = [np.flatnonzero(targets == k) for k in range(len(names))]
    rows = _split(name, groups, (valid, test), np.random.default_rng(seed))
    targets, unit = _standardized(targets, targets[rows[0]]) if regression else (targets, None)
    pixels, levels = _pixels(name, values, values[rows[0]], scale, columns)
    splits: Any = [Split(from_pixels(pixels[each]), targets[each]) for each in rows]
    told: dict[str, Any] = dict(
        name=name, shape=shape, source=source, classes=names, columns=columns, levels=levels, unit=unit
    )
    return Dataset(*splits, **told)


def _numbers(name: str, inputs: Any, columns: tuple[str, ...]) -> tuple[np.ndarray, tuple[int, ...]]:
    """Return the inputs as finite numbers (N, n), and the shape of a row where it is a picture."""
    try:
        values = np.asarray(inputs)
    except ValueError as error:
        raise ValueError(f"{name}: the inputs are no array, because rows differ in length: {error}") from None
    if values.ndim < 2 or 0 in values.shape:
        raise ValueError(f"{name}: inputs of shape {values.shape}; give rows of numbers (N, n), or pictures (N, h, w)")
    shape, values = values.shape[1:], values.reshape(len(values), -1)
    if columns and len(columns) != values.shape[1]:
        raise ValueError(f"{name}: {len(columns)} names of columns for {values.shape[1]} columns")

    def place(row: int, column: int) -> str:
        return f"row {row}, column {columns[column] if columns else column}"

    if values.dtype.kind not in "biuf":
        odd = next((at for at, value in np.ndenumerate(values) if _as_number(value) is None), None)
        if odd is not None:
            held = repr(np.asarray(values[odd]).item())[:40]
            what = f"{name}: {place(*odd)} holds {held}, no number"
            raise ValueError(f"{what}; leave the column out, or turn it into numbers")
        values = values.astype(np.float64)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        at = np.argwhere(~np.isfinite(values))
        raise ValueError(
            f"{name}: {len(at)} values are missing or infinite, the first in {place(*at[0])} ({values[tuple(at[0])]}); "
            "fill them in, or leave those rows out"
        )
    return values, shape if len(shape) > 1 else ()


def _as_number(value: Any) -> float | None:
    """Return a value as a number, or None; a missing one is nan."""
    try:
        return float("nan") if value is None else float(value)
    except (TypeError, ValueError):
        return None


def _real(name: str, targets: np.ndarray) -> np.ndarray:
    """Return real targets as float64 (N, d)."""
    try:
        targets = targets.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: the targets of a regression are numbers, but: {error}") from None
    if targets.ndim not in (1, 2) or not np.isfinite(targets).all():
        what = f"of shape {targets.shape}" if targets.ndim > 2 else "some of them missing or infinite"
        raise ValueError(f"{name}: targets {what}; give finite numbers (N,) or (N, d)")
    return targets.reshape(len(targets), -1)


def _standardized(targets: np.ndarray, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (targets - mean) / deviation, float32 (N, d), and mean and deviation of the training rows, (2, d)."""
    deviation = train.std(axis=0)
    unit = np.stack([train.mean(axis=0), np.where(deviation > 0, deviation, 1)])
    return ((targets - unit[0]) / unit[1]).astype(np.float32), unit


def _classes(name: str, labels: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the names of the classes, sorted, and the class of each row, int64 (N,)."""
    if labels.ndim != 1:
        raise ValueError(f"{name}: labels of shape {labels.shape}; give one for each row, or pass regression=True")
    if labels.dtype.kind == "O":
        labels = labels.astype(str)
    elif labels.dtype.kind == "f" and not (np.isfinite(labels).all() and (labels == np.rint(labels)).all()):
        example = labels[~(labels == np.rint(labels))][0]
        raise ValueError(f"{name}: a label is {example:g}, which names no class; for real targets pass regression=True")
    found, classes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if len(found) < 2:
        raise ValueError(f"{name}: all {len(labels)} rows are of one class, {found[0]}; there is nothing to tell apart")
    if counts.min() < 3:
        few = f"class {found[counts.argmin()]} has {counts.min()} of {len(labels)} rows, and {len(found)} classes occur"
        raise ValueError(
            f"{name}: {few}; each split needs one of each class, so at least 3. For real targets pass regression=True"
        )
    kind = int if found.dtype.kind == "f" else lambda value: value
    return tuple(str(kind(each)) for each in found), classes.astype(np.int64)


def _split(
    name: str, groups: list[np.ndarray], shares: tuple[float, float], rng: np.random.Generator
) -> list[np.ndarray]:
    """Return the rows of train, valid and test: of each group the same share, at least one row each."""
    parts: list[list[np.ndarray]] = [[], [], []]
    for group in groups:
        n_valid, n_test = (max(1, round(share * len(group))) for share in shares)
        if len(group) <= n_valid + n_test:
            raise ValueError(f"{name}: {len(group)} rows are too few for three splits; {SHARES}")
        valid, test, train = np.split(rng.permutation(group), [n_valid, n_valid + n_test])
        for part, some in zip(parts, (train, valid, test), strict=True):
            part.append(some)
    return [rng.permutation(np.concatenate(part)) for part in parts]


def _pixels(
    name: str, values: np.ndarray, train: np.ndarray, scale: str | None, columns: tuple[str, ...]
) -> tuple[np.ndarray, Levels | None]:
    """Return the levels of all rows, uint8 (N, n), and how they were found; None where they were levels already."""
    if scale == "pixels" or (scale is None and values.dtype == np.uint8):
        pixels = values.astype(np.uint8)
        if not np.array_equal(pixels, values):
            odd = values[pixels != values][0]
            raise ValueError(f"{name}: scale='pixels', but a value is {odd:g}; pixels are whole numbers 0 .. 255")
        return pixels, None
    constant = np.flatnonzero((train == train[0]).all(axis=0))
    if len(constant):
        named = ", ".join(columns[i] if columns else str(i) for i in constant[:5]) + ", .." * (len(constant) > 5)
        say(f"{name}: {len(constant)} of {train.shape[1]} columns are constant in training and tell nothing: {named}")
    levels = Levels.of(train.astype(np.float64), scale or "range")
    return levels.pixels(values.astype(np.float64)), levels
