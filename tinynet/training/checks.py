"""What `fit` and `evaluate` check before they begin, so that the loop itself need not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinynet.engine.recording import evaluating
from tinynet.layers.base import Layer
from tinynet.storage.gate import checksum

Pair = tuple[np.ndarray, np.ndarray]
Augment = Callable[[np.ndarray, np.random.Generator], np.ndarray]


class Diverged(ValueError):
    """The scores of a network are NaN, so no class is the best."""


def are_classes(labels: np.ndarray) -> bool:
    """Return whether labels name classes: whether they are integers."""
    return labels.dtype.kind in "iu"


def counts(*numbers: Any) -> bool:
    """Return whether all of the numbers are integers, at least 1."""
    return all(isinstance(n, int | np.integer) and n >= 1 for n in numbers)


def check_pair(name: str, net: Layer, pair: Any) -> Pair:
    """Return inputs and labels as arrays. ValueError says what is wrong with them."""
    if not (isinstance(pair, tuple) and len(pair) == 2):
        raise ValueError(
            f"{name}: a pair (inputs, labels) is needed, got {type(pair).__name__}; pass one split of a data set, "
            "such as data.train"
        )
    inputs, labels = np.asarray(pair[0]), np.asarray(pair[1])
    if inputs.ndim < 2 or not len(inputs) or len(inputs) != len(labels):
        raise ValueError(
            f"{name}: inputs of shape {inputs.shape}, labels of shape {labels.shape}; inputs must be (N, n_in), N at "
            "least 1, with one label per row"
        )
    for what, a in (("inputs", inputs), ("labels", labels)):
        if a.dtype.kind == "f" and not np.isfinite(a).all():
            bad = int(np.argwhere(~np.isfinite(a))[0][0])
            raise ValueError(f"{name}: the {what} are not finite, first in row {bad}; remove or impute such rows")
    with evaluating(net):
        _, *steps, outputs = net(_probe(inputs)).shape  # raises where width or symbols are wrong
    if are_classes(labels):
        wanted, least = (len(inputs), *steps), -1 if steps else 0
        if labels.shape != wanted or labels.min() < least or labels.max() >= outputs:
            raise ValueError(
                f"{name}: labels of shape {labels.shape} from {labels.min()} to {labels.max()}; the network has "
                f"{outputs} outputs, so labels must be {wanted if steps else '(N,)'} in {least} .. {outputs - 1}"
            )
        if steps and (empty := (labels < 0).all(axis=tuple(range(1, labels.ndim)))).any():
            raise ValueError(
                f"{name}: {empty.sum()} sequences have no label but -1, the first in row {empty.argmax()}; there is "
                "nothing to predict in them: leave them out"
            )
    elif labels.shape != (len(inputs), outputs):
        raise ValueError(
            f"{name}: targets of shape {labels.shape}, dtype {labels.dtype}; real targets must be "
            f"{(len(inputs), outputs)}, class labels must be integers"
        )
    return inputs, labels


def check_settings(
    net: Layer, train: Pair, valid: Pair | None, epochs: int, batch_size: int, clip: float | None, seed: int
) -> None:
    """Raise ValueError for settings of fit that cannot be used."""
    if not (counts(epochs, batch_size) and batch_size <= len(train[0])):
        raise ValueError(
            f"fit: epochs={epochs}, batch_size={batch_size}, {len(train[0])} examples; epochs and batch size must be "
            "integers, at least 1, the batch size at most the number of examples"
        )
    count = len(train[0])
    smallest = count // -(-count // batch_size)  # the examples are split as evenly as possible
    if (needed := least_batch(net)) > smallest:
        raise ValueError(
            f"fit: batch_size={batch_size} splits {count} examples into batches of which the smallest has {smallest}, "
            f"but this network trains on batches of {needed} or more; choose another batch_size"
        )
    if seed < 0:
        raise ValueError(f"fit: seed={seed}; it must be non-negative")
    if clip is not None and not clip > 0:
        raise ValueError(f"fit: clip={clip}; the longest gradient must be positive, or None for any length")
    if valid is not None and are_classes(valid[1]) != are_classes(train[1]):
        raise ValueError(
            f"valid: labels of dtype {valid[1].dtype}, but {train[1].dtype} in train; give both the same kind of labels"
        )


def least_batch(net: Layer) -> int:
    """Return how many examples a batch must have at least for this network to train on it."""
    return max([getattr(net, "least_batch", 1), *map(least_batch, net.sublayers())])


def augmented(augment: Augment | None, inputs: np.ndarray, seed: list[int]) -> np.ndarray:
    """Return augment(inputs, rng), or the inputs where there is no such function. ValueError for what is unlike them.

    seed: of the rng.
    """
    if augment is None:
        return inputs
    made, like = augment(inputs, np.random.default_rng(seed)), f"{inputs.dtype}{list(inputs.shape)}"
    if not isinstance(made, np.ndarray) or made.shape != inputs.shape or made.dtype != inputs.dtype:
        found = f"{made.dtype}{list(made.shape)}" if isinstance(made, np.ndarray) else type(made).__name__
        raise ValueError(
            f"fit: augment was given inputs {like} and returned {found}; it must return an array like them"
        )
    if made.dtype.kind == "f" and not np.isfinite(made).all():
        raise ValueError(f"fit: augment was given inputs {like} and returned some that are not finite")
    return made


def trace(augment: Augment | None, inputs: np.ndarray, seed: int) -> str | None:
    """Return what tells one augmentation from another: the checksum of what it makes of these inputs."""
    return None if augment is None else checksum("", {"": augmented(augment, inputs.copy(), [seed])})


def _probe(inputs: np.ndarray) -> np.ndarray:
    """Return three rows of the inputs: the first, and the rows with the smallest and the largest entry."""
    rows = [0, *(int(np.unravel_index(i, inputs.shape)[0]) for i in (inputs.argmin(), inputs.argmax()))]
    return inputs[rows]
