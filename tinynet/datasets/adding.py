"""Adding: remember two marked numbers in a long row, and add them. Generated from a seed.

    x[t] = (v[t], m[t]),    v[t] uniform in [0, 1),    m[t] = 1 at t = i and t = j, else 0
    target = v[i] + v[j],   i uniform in the first half of the row, j in the second

Only two of the `length` steps matter, half a row apart on average. A network that forgets can do no better than predict
the mean, 1, and its squared error is then the variance of the sum,

    2 x 1/12 = 1/6 = 0.1667

So the task is solved, not merely begun, when the mean squared error is far below that.

The numbers are real, not on the 256 levels of pixels.py. Rows are drawn whole, the numbers and each marker with
generators of their own, so the first rows stay the same whatever the sizes, though not when the length changes.

Source: S. Hochreiter & J. Schmidhuber (1997), Long short-term memory, Neural Computation 9, experiment 4 (with v in
[-1, 1], rows of mixed length, target 0.5 + (v[i] + v[j]) / 4). We draw v in [0, 1) and take the plain sum, as in
Q. Le, N. Jaitly, G. Hinton (2015), arXiv 1504.00941.
"""

from functools import partial

import numpy as np

from tinynet.datasets.base import SequenceDataset, Split
from tinynet.datasets.generated import draw_splits


def load(
    seed: int = 0, length: int = 200, train: int = 10_000, valid: int = 1_000, test: int = 1_000
) -> SequenceDataset:
    """Return rows with one real target: inputs (N, length, 2) and labels (N, 1), both float32."""
    if not isinstance(length, int | np.integer) or length < 2:
        raise ValueError(f"length={length!r}: each half of a row holds one marked number; pass an integer, at least 2")
    splits = draw_splits(partial(sample, length), seed, train=train, valid=valid, test=test)
    return SequenceDataset(*splits, name="adding", source=f"generated, seed {seed}, length {length}")


def sample(length: int, n: int, rng: np.random.Generator) -> Split:
    """Return n rows and the sums of their marked numbers."""
    value_rng, i_rng, j_rng = rng.spawn(3)
    rows, half = np.arange(n), length // 2
    v = value_rng.random((n, length), np.float32)
    i, j = i_rng.integers(half, size=n), j_rng.integers(half, length, size=n)
    m = np.zeros_like(v)
    m[rows, i] = m[rows, j] = 1
    return Split(np.stack([v, m], axis=2), (v[rows, i] + v[rows, j])[:, None])
