"""Wrong answers of lesson 10, each with the mistake behind it; the grader must reject them."""

from pathlib import Path

import numpy as np

from tinynet.course import instead_of
from tinynet.course.manifest import load_module

mix = load_module(Path(__file__).with_name("solution.py")).mix


def scrambled(seed, layer, m, n):
    """Return a scrambled number for every entry, as the solution does."""
    rows, columns = np.arange(m, dtype=np.uint64)[:, None], np.arange(n, dtype=np.uint64)
    return mix(mix(mix(mix(seed) ^ np.uint64(layer)) ^ rows) ^ columns)


def bucket(z, K):
    return (z % np.uint64(K)).astype(np.int64)


def sign(z):
    return np.where(z >> np.uint64(63), -1, 1)


@instead_of("assign", "the sign is tied to the bucket: all entries of a bucket got the same sign")
def sign_of_the_bucket(seed, layer, m, n, K):
    h = bucket(scrambled(seed, layer, m, n), K)
    return h, np.where(h % 2, -1, 1)


@instead_of(
    "assign",
    "bucket and sign come from the same bits: z % K and z % 2 agree for even K. Scramble z once more for the sign",
)
def the_same_bits(seed, layer, m, n, K):
    z = scrambled(seed, layer, m, n)
    return bucket(z, K), np.where(z % np.uint64(2), -1, 1)


@instead_of("assign", "the same buckets and signs in every layer: the layer was left out")
def same_in_every_layer(seed, layer, m, n, K):
    z = scrambled(seed, 0, m, n)
    return bucket(z, K), sign(mix(z))


@instead_of("assign", "the seed was left out, so every network gets the same buckets")
def same_for_every_seed(seed, layer, m, n, K):
    z = scrambled(0, layer, m, n)
    return bucket(z, K), sign(mix(z))


@instead_of(
    "assign", "seed and layer were added: layer 1 of one network is layer 0 of the next. Scramble before you add"
)
def seed_plus_layer(seed, layer, m, n, K):
    z = scrambled(seed + layer, 0, m, n)
    return bucket(z, K), sign(mix(z))


@instead_of(
    "assign", "seed and layer were multiplied: 1 x 2 is 2 x 1, and seed 0 has one layer only. Scramble before you join"
)
def seed_times_layer(seed, layer, m, n, K):
    z = scrambled(seed * (layer + 1), 0, m, n)
    return bucket(z, K), sign(mix(z))


@instead_of("assign", "i and j were added, so (0, 1) and (1, 0) are the same entry. Scramble i before you add j")
def row_plus_column(seed, layer, m, n, K):
    rows, columns = np.arange(m, dtype=np.uint64)[:, None], np.arange(n, dtype=np.uint64)
    z = mix(mix(mix(seed) ^ np.uint64(layer)) ^ (rows + columns))
    return bucket(z, K), sign(mix(z))


@instead_of("assign", "the entries were numbered i n + j, which depends on the width n of the matrix")
def numbered_in_a_row(seed, layer, m, n, K):
    z = mix(mix(mix(seed) ^ np.uint64(layer)) ^ np.arange(m * n, dtype=np.uint64).reshape(m, n))
    return bucket(z, K), sign(mix(z))


@instead_of("assign", "a random generator fills the matrix in order, so an entry depends on n; scramble its place")
def drawn_in_order(seed, layer, m, n, K):
    rng = np.random.default_rng([seed, layer])
    return rng.integers(K, size=(m, n)), rng.choice([-1, 1], size=(m, n))


@instead_of("assign", "the sign belongs to the row alone, not to the entry")
def sign_of_the_row(seed, layer, m, n, K):
    z = scrambled(seed, layer, m, n)
    return bucket(z, K), np.broadcast_to(sign(mix(z[:, :1])), (m, n)).copy()


@instead_of("assign", "the buckets were dealt out in turn, 0, 1, .., K - 1, 0, 1, ..; they should look random")
def dealt_in_turn(seed, layer, m, n, K):
    return np.add.outer(np.arange(m), np.arange(n)) % K, sign(mix(scrambled(seed, layer, m, n)))


@instead_of("virtual", "the signs are missing: an entry is xi_ij times its number")
def without_signs(w, h, xi):
    return w[h]


@instead_of("virtual", "this is one number for each bucket; every entry (i, j) takes the number in its own bucket")
def entry_for_bucket(w, h, xi):
    return (xi * np.resize(w, h.shape)).astype(float)


@instead_of("virtual", "h and xi were transposed; W has the shape of h")
def transposed(w, h, xi):
    return (xi * w[h]).T


@instead_of("virtual", "the bucket's number itself was used as the weight; it says where in w the weight is")
def number_of_the_bucket(w, h, xi):
    return xi * h.astype(float)


@instead_of("virtual", "the buckets were counted from 1; w[0] belongs to bucket 0")
def counted_from_one(w, h, xi):
    return xi * w[h - 1]


LAST_WINS = "the last write wins: g[h] += .. keeps one entry for each bucket, and the others are lost; sum them all"


@instead_of("bucket_gradient", LAST_WINS)
def last_write_wins(G, h, xi, K):
    g = np.zeros(K)
    g[h] += xi * G
    return g


@instead_of("bucket_gradient", "the signs are missing: an entry with xi = -1 pulls its bucket the other way")
def unsigned(G, h, xi, K):
    return np.bincount(h.ravel(), G.ravel(), minlength=K)


@instead_of("bucket_gradient", "this is the mean over each bucket; the gradient of a number used n times is a sum of n")
def mean_of_the_bucket(G, h, xi, K):
    total = np.bincount(h.ravel(), (xi * G).ravel(), minlength=K)
    return total / np.maximum(1, np.bincount(h.ravel(), minlength=K))


@instead_of("bucket_gradient", "sizes were added up: a gradient has a sign, so drop none")
def of_sizes(G, h, xi, K):
    return np.bincount(h.ravel(), abs(G).ravel(), minlength=K)


@instead_of("bucket_gradient", "one bucket too few or too many: K was guessed from h; an empty bucket has gradient 0")
def empty_buckets_lost(G, h, xi, K):
    return np.bincount(h.ravel(), (xi * G).ravel())


@instead_of("bucket_gradient", "this is a gradient for each entry of W; there is one for each stored number")
def for_each_entry(G, h, xi, K):
    return xi * G


@instead_of("virtual_step", "each entry took its own step -lr G_ij; but w has only K numbers, and those take the step")
def own_steps(G, h, xi, K, lr):
    return -lr * G


@instead_of("virtual_step", "this is the step of w, one number for each bucket; how far does each entry of W move?")
def step_of_w(G, h, xi, K, lr):
    return -lr * np.bincount(h.ravel(), (xi * G).ravel(), minlength=K)


@instead_of("virtual_step", "W moves downhill: the step is minus lr times the gradient")
def uphill(G, h, xi, K, lr):
    return lr * xi * np.bincount(h.ravel(), (xi * G).ravel(), minlength=K)[h]


@instead_of("virtual_step", "the sign is missing at the end: an entry with xi = -1 moves against its bucket")
def signs_lost_on_the_way_back(G, h, xi, K, lr):
    return -lr * np.bincount(h.ravel(), (xi * G).ravel(), minlength=K)[h]


@instead_of("virtual_step", "the signs are missing at the beginning: the gradient of a bucket sums xi G")
def signs_lost_on_the_way_in(G, h, xi, K, lr):
    return -lr * xi * np.bincount(h.ravel(), G.ravel(), minlength=K)[h]


@instead_of("virtual_step", "the bucket took the mean of its entries' gradients; SGD steps along their sum")
def mean_step(G, h, xi, K, lr):
    total = np.bincount(h.ravel(), (xi * G).ravel(), minlength=K)
    return -lr * xi * (total / np.maximum(1, np.bincount(h.ravel(), minlength=K)))[h]


@instead_of("virtual_step", "lr is missing")
def without_lr(G, h, xi, K, lr):
    return -xi * np.bincount(h.ravel(), (xi * G).ravel(), minlength=K)[h]


def features(a, buckets, signs, K):
    """Return the inputs (examples, m) added up by bucket, each times its sign."""
    out = np.zeros((len(a), K))
    np.add.at(out, (slice(None), buckets), a * signs)
    return out


@instead_of("phi", "the last write wins: an input that shares its bucket with a later one is lost; sum them")
def last_input_wins(a, h, xi, j, K):
    out = np.zeros((len(a), K))
    out[:, h[:, j]] += a * xi[:, j]
    return out


@instead_of("phi", "the signs are missing: each input enters its bucket times xi_ij")
def features_without_signs(a, h, xi, j, K):
    return features(a, h[:, j], np.ones(len(h)), K)


@instead_of("phi", "row j was taken: output unit j is column j of h and xi")
def row_for_column(a, h, xi, j, K):
    n = min(h.shape)
    return features(a[:, :n], h[j % len(h), :n], xi[j % len(h), :n], K)


@instead_of("phi", "the unit before j was taken: units are counted from 0")
def unit_before(a, h, xi, j, K):
    return features(a, h[:, j - 1], xi[:, j - 1], K)


@instead_of("phi", "the inputs of a bucket were averaged; they are summed")
def averaged(a, h, xi, j, K):
    return features(a, h[:, j], xi[:, j], K) / np.maximum(1, np.bincount(h[:, j], minlength=K))


@instead_of("phi", "these are the signs that each bucket collects; each sign must be multiplied by its input")
def without_inputs(a, h, xi, j, K):
    return features(np.ones(a.shape), h[:, j], xi[:, j], K)


@instead_of("phi", "one column too few: K was guessed from h; a bucket that nothing falls into has a column of zeros")
def columns_guessed(a, h, xi, j, K):
    return features(a, h[:, j], xi[:, j], int(h.max()) + 1)


@instead_of("phi", "all units' buckets were added up; unit j has hashed features of its own")
def of_all_units(a, h, xi, j, K):
    return sum(features(a, h[:, c], xi[:, c], K) for c in range(h.shape[1]))


@instead_of("multiplications", "an empty bucket costs nothing; count the buckets that a unit uses, not all K of them")
def all_buckets(h):
    return (int(h.max()) + 1) * h.shape[1]


@instead_of(
    "multiplications", "this counts every entry; inputs that share a bucket are added up before they are multiplied"
)
def every_entry(h):
    return h.size


@instead_of("multiplications", "the buckets were counted along the rows; a unit is a column")
def along_rows(h):
    return sum(len(set(row)) for row in h.tolist())


@instead_of("multiplications", "the buckets of the whole matrix were counted once; every unit has totals of its own")
def once_for_all(h):
    return len(np.unique(h))


@instead_of("multiplications", "this is the count for one unit; add up all of them")
def of_one_unit(h):
    return len(np.unique(h[:, 0]))


@instead_of("multiplications", "these are the multiplications saved; count those that are left")
def saved(h):
    return h.size - sum(len(set(column)) for column in h.T.tolist())
