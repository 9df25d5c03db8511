"""Other right answers of lesson 10; the grader must accept them."""

from pathlib import Path

import numpy as np

from tinynet.course import instead_of
from tinynet.course.manifest import load_module
from tinynet.parameterizations import hashing

mix = load_module(Path(__file__).with_name("solution.py")).mix


@instead_of(
    "assign", "entry by entry, in Python's own integers, with a remainder for the bucket and a bit for the sign"
)
def entry_by_entry(seed, layer, m, n, K):
    h, xi = np.zeros((m, n), int), np.zeros((m, n), int)
    start = int(mix(int(mix(seed)) ^ layer))
    for i in range(m):
        row = int(mix(start ^ i))
        for j in range(n):
            z = int(mix(row ^ j))
            h[i, j], xi[i, j] = (z >> 32) % K, 1 - 2 * (z & 1)
    return h, xi


@instead_of("assign", "as tinynet does: two streams, and the upper half of a number scaled to the buckets")
def two_streams(seed, layer, m, n, K):
    place = hashing.places(int(mix(int(mix(seed)) ^ layer)), m, n, K).astype(np.int64)
    return place % K, np.where(place < K, 1, -1)


@instead_of("assign", "one key with room for each part, scrambled once for the bucket and once more for the sign")
def one_key(seed, layer, m, n, K):
    places = np.arange(m)[:, None] * 2**20 + np.arange(n)
    z = mix(mix(int(mix(seed)) // 2 + layer) ^ places.astype(np.uint64))
    return (mix(z ^ np.uint64(1)) >> np.uint64(20)) % np.uint64(K), 1.0 - 2 * (mix(z ^ np.uint64(2)) % np.uint64(2))


@instead_of("virtual", "a look-up in the doubled table (w, -w)")
def doubled_table(w, h, xi):
    return np.concatenate([w, -w])[h + len(w) * (xi < 0)]


@instead_of("virtual", "a product with a one-hot array, in float32")
def one_hot(w, h, xi):
    return (xi * (np.eye(len(w))[h] @ w)).astype(np.float32)


@instead_of("bucket_gradient", "np.bincount with weights")
def with_bincount(G, h, xi, K):
    return np.bincount(h.ravel(), weights=(xi * G).ravel(), minlength=K)


@instead_of("bucket_gradient", "a loop over the entries, into a list")
def loop(G, h, xi, K):
    g = [0.0] * K
    for k, s, value in zip(h.ravel().tolist(), xi.ravel().tolist(), G.ravel().tolist(), strict=True):
        g[k] += s * value
    return np.array(g)


@instead_of("bucket_gradient", "two sums, of the entries with +1 and of those with -1")
def two_sums(G, h, xi, K):
    return np.array([G[(h == k) & (xi > 0)].sum() - G[(h == k) & (xi < 0)].sum() for k in range(K)])


@instead_of("virtual_step", "the virtual matrix after the step minus the one before, from any w")
def after_minus_before(G, h, xi, K, lr):
    w = np.linspace(-1, 1, K)
    g = np.bincount(h.ravel(), (xi * G).ravel(), minlength=K)
    return xi * (w - lr * g)[h] - xi * w[h]


@instead_of("virtual_step", "bucket by bucket")
def by_bucket(G, h, xi, K, lr):
    step = np.zeros(G.shape)
    for k in set(h.ravel().tolist()):
        step[h == k] = -lr * (xi * G)[h == k].sum()
    return step * xi


@instead_of("phi", "a product with a matrix that says which input goes into which bucket")
def by_a_matrix(a, h, xi, j, K):
    return (a * xi[:, j]) @ (h[:, j][:, None] == np.arange(K))


@instead_of("phi", "one example after the other, with np.bincount")
def example_by_example(a, h, xi, j, K):
    return np.array([np.bincount(h[:, j], row * xi[:, j], minlength=K) for row in a])


@instead_of("phi", "read off: the unit's sums when w is a unit vector")
def read_off(a, h, xi, j, K):
    return np.stack([a @ (xi * np.eye(K)[k][h])[:, j] for k in range(K)], axis=1)


@instead_of("multiplications", "with np.unique, as a NumPy number")
def with_unique(h):
    return np.sum([np.unique(h[:, j]).size for j in range(h.shape[1])])


@instead_of("multiplications", "sorted columns: a new bucket begins where the number changes")
def sorted_columns(h):
    return h.shape[1] + int(np.count_nonzero(np.diff(np.sort(h, axis=0), axis=0)))
