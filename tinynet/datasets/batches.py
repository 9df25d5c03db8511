"""Windows over a text, for truncated backpropagation through time.

A text of n ids is cut into `batch` streams that are read side by side, each T = floor(n / batch) long:

    s[t, b] = ids[b T + t]        time first, as an LSTM reads

(the last n - batch T < batch characters are left out; with batch = 1 none are). The streams are cut across into
windows of `steps` steps, in order:

    window k:   inputs s[k steps + t],   targets s[k steps + t + 1],    t = 0 .. steps - 1

so the state that column b ends window k with is the state that it begins window k + 1 with, though the gradient
stops there. The last window is as short as what is left. Every character but the first of each stream is
predicted exactly once. And since a split is cut on its own, no window reaches into another.

Source: R. Williams & J. Peng (1990), An efficient gradient-based algorithm for on-line training of recurrent
network trajectories, Neural Computation 2.
"""

from collections.abc import Iterator

import numpy as np


def streams(ids: np.ndarray, batch: int) -> np.ndarray:
    """The text's ids (n,) as `batch` contiguous streams side by side, (n // batch, batch)."""
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
    """The windows in order: inputs (steps, batch), of the dtype of the ids, and targets (steps, batch), int64."""
    _check_counts(steps=steps)
    s = streams(ids, batch)  # (T, batch)
    last = len(s) - 1
    cuts = [(start, min(start + steps, last)) for start in range(0, last, steps)]
    return ((s[start:stop], s[start + 1 : stop + 1].astype(np.int64)) for start, stop in cuts)


def _check_counts(**counts: int) -> None:
    for what, count in counts.items():
        if not isinstance(count, int | np.integer) or count < 1:
            raise ValueError(f"{what}={count!r}; it must be an integer, at least 1")
