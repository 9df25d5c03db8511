"""Batches of a text: windows for truncated backpropagation through time.

Imagine several people reading the same book, each from a page of their own, all turning the page together. The text of
n ids is cut into `batch` such streams, each T = floor(n / batch) long:

    s[t, b] = ids[b T + t]        time first, as an LSTM reads

(The last n - batch T < batch characters are left out; with batch = 1 none are.) The pages are windows of `steps` steps,
cut across all streams, in order:

    window k:   inputs s[k steps + t],   targets s[k steps + t + 1],    t = 0 .. steps - 1

Column b begins window k + 1 with the state in which it ended window k, though the gradient stops at the border. The
last window is as short as what is left. Every character except the first of each stream is predicted exactly once.

Source: R. Williams & J. Peng (1990), An efficient gradient-based algorithm for on-line training of recurrent network
trajectories, Neural Computation 2.
"""

from collections.abc import Iterator

import numpy as np


def streams(ids: np.ndarray, batch: int) -> np.ndarray:
    """Return the ids (n,) of a text as `batch` contiguous streams side by side, (n // batch, batch)."""
    ids = np.asarray(ids)
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        raise ValueError(
            f"ids of shape {ids.shape}, dtype {ids.dtype}; give one row of integers: encode(text, alphabet), or"
            " inputs[0] of a split of text"
        )
    _check_counts(batch=batch)
    T = len(ids) // batch
    if T < 2:
        raise ValueError(
            f"{len(ids)} characters in {batch} streams leave {T} for each, and predicting one takes two; give a"
            " longer text or a smaller batch"
        )
    return np.ascontiguousarray(ids[: batch * T].reshape(batch, T).T)


def windows(ids: np.ndarray, batch: int, steps: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Return the windows in order: inputs (steps, batch), in the ids' dtype, and targets (steps, batch), int64."""
    _check_counts(steps=steps)
    s = streams(ids, batch)  # (T, batch)
    last = len(s) - 1
    cuts = [(start, min(start + steps, last)) for start in range(0, last, steps)]
    return ((s[start:stop], s[start + 1 : stop + 1].astype(np.int64)) for start, stop in cuts)


def _check_counts(**counts: int) -> None:
    """Raise ValueError unless every count is an integer, at least 1."""
    for what, count in counts.items():
        if not isinstance(count, int | np.integer) or count < 1:
            raise ValueError(f"{what}={count!r}; it must be an integer, at least 1")
