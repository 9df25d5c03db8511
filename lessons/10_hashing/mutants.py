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


def one_number(z, K):
    """Return buckets and signs from a number for each entry that is still to be scrambled."""
    z = mix(np.array(z, dtype=np.uint64))
    return bucket(z, K), sign(z)


@instead_of(
    "assign",
    "seed, layer, i and j were written side by side, which does not show where i ends and j begins; scramble between",
)
def written_side_by_side(seed, layer, m, n, K):
    return one_number([[int(f"{seed}{layer}{i}{j}") for j in range(n)] for i in range(m)], K)


@instead_of(
    "assign", "shifts pushed the upper bits of the seed out of the 64: scramble the seed before the layer joins in"
)
def upper_bits_lost(seed, layer, m, n, K):
    rows, columns = np.arange(m, dtype=np.uint64)[:, None] << np.uint64(16), np.arange(n, dtype=np.uint64)
    return one_number((np.uint64(seed << 16 & 0xFFFFFFFF) + np.uint64(layer) << np.uint64(32)) + rows + columns, K)


@instead_of(
    "assign",
    "layer 10 of one seed is layer 0 of the next: a factor of 10 leaves room for 10 layers only. Scramble in between",
)
def layers_by_the_hundred(seed, layer, m, n, K):
    z = scrambled(1000 * seed + 100 * layer, 0, m, n)
    return bucket(z, K), sign(mix(z))


@instead_of(
    "assign",
    "the sign was made of z + 1, which is the next entry's z: scramble the scrambled number once more, mix(mix(z))",
)
def sign_of_the_next_number(seed, layer, m, n, K):
    z = mix(mix(mix(seed) ^ np.uint64(layer)) ^ np.arange(m, dtype=np.uint64)[:, None]) + np.arange(n, dtype=np.uint64)
    return bucket(mix(z), K), np.where(mix(z + np.uint64(1)) % np.uint64(2), -1, 1)


@instead_of(
    "assign", "unsigned whole numbers have no -1: use np.where(.., -1, 1), or .astype(int) before the subtraction"
)
def unsigned_signs(seed, layer, m, n, K):
    z = scrambled(seed, layer, m, n)
    return bucket(z, K), np.uint64(1) - np.uint64(2) * (z >> np.uint64(63))


@instead_of("assign", "Python's hash leaves neighbours alike; scramble with mix")
def hash_of_python(seed, layer, m, n, K):
    z = np.array([[hash((seed, layer, i, j)) for j in range(n)] for i in range(m)])
    return z % K, np.where(z >> 40 & 1, -1, 1)


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


@instead_of("virtual", "the bucket's number itself was used as the weight; it says where in w the weight is")
def whole_numbers_of_buckets(w, h, xi):
    return xi * h


@instead_of("virtual", "the sign belongs to the weight, not to its place in w: xi * w[h], not w[xi * h]")
def sign_in_the_index(w, h, xi):
    return w[xi * h]


W_AND_XI = "w has K numbers and xi has m x n; look up the number of each entry first, w[h], then multiply by xi"


@instead_of("virtual", W_AND_XI)
def signs_before_the_look_up(w, h, xi):
    return (xi * w)[h]


@instead_of("virtual", W_AND_XI)
def w_times_xi(w, h, xi):
    return w * xi


@instead_of("virtual", W_AND_XI)
def w_times_h(w, h, xi):
    return w * h * xi


@instead_of("virtual", "xi was added; an entry is xi times its number")
def sign_added(w, h, xi):
    return w[h] + xi


@instead_of("virtual", "every sign is the wrong way round: xi = +1 leaves the number as it is")
def signs_turned(w, h, xi):
    return -xi * w[h]


TRANSPOSED = "h was transposed; entry (i, j) of W is in bucket h[i, j]"


@instead_of("virtual", TRANSPOSED)
def buckets_transposed(w, h, xi):
    return xi * w[h.T]


@instead_of("virtual", "the buckets were counted from 1; w[0] belongs to bucket 0")
def counted_up(w, h, xi):
    return xi * w[h + 1]


@instead_of("virtual", "the sign of w was lost; xi turns it round or leaves it, but does not replace it")
def sizes_of_w(w, h, xi):
    return xi * np.abs(w[h])


@instead_of("virtual", "W was stored in an array of whole numbers, like h; start with np.zeros(h.shape)")
def stored_like_h(w, h, xi):
    W = np.zeros_like(h)
    W[:] = xi * w[h]
    return W


@instead_of("virtual", "1 / w was taken where the sign is -1; the sign is a factor, not an exponent")
def sign_as_exponent(w, h, xi):
    return w[h] ** xi


@instead_of("virtual", "entries with the sign -1 became 0; they are minus their number")
def negative_ones_dropped(w, h, xi):
    return np.where(xi > 0, w[h], 0)


@instead_of("virtual", "every row got the buckets of the first one; entry (i, j) is in bucket h[i, j]")
def buckets_of_the_first_row(w, h, xi):
    return xi * w[h[0]]


@instead_of("virtual", "the loop over the columns has the length of the rows' loop; W has h.shape[1] columns")
def square_loop(w, h, xi):
    W = np.zeros(h.shape)
    for i in range(h.shape[0]):
        for j in range(h.shape[0]):
            W[i, j] = xi[i, j] * w[h[i, j]]
    return W


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


def of_buckets(h, values, K):
    """Return the sum of the values in each bucket."""
    return np.bincount(h.ravel(), values.ravel(), minlength=K)


MEAN = "this is the mean over each bucket; the gradient of a number used n times is a sum of n"


@instead_of("bucket_gradient", MEAN)
def mean_of_an_empty_bucket(G, h, xi, K):
    return of_buckets(h, xi * G, K) / of_buckets(h, np.ones(h.shape), K)


@instead_of("bucket_gradient", "the buckets were counted from 1; they are 0 .. K - 1")
def buckets_from_one(G, h, xi, K):
    return np.array([(xi * G)[h == k].sum() for k in range(1, K + 1)])


@instead_of("bucket_gradient", "the buckets were counted from 1; they are 0 .. K - 1")
def buckets_from_one_to_the_last(G, h, xi, K):
    return np.array([(xi * G)[h == k].sum() for k in range(1, K)])


@instead_of("bucket_gradient", "only the signs were summed; each is multiplied by its G_ij")
def signs_alone(G, h, xi, K):
    return of_buckets(h, xi, K)


@instead_of("bucket_gradient", "this is minus the gradient; the minus comes with the SGD step")
def downhill(G, h, xi, K):
    return -of_buckets(h, xi * G, K)


@instead_of("bucket_gradient", "one bucket too few or too many: K was guessed from h; an empty bucket has gradient 0")
def used_buckets_alone(G, h, xi, K):
    return np.array([(xi * G)[h == k].sum() for k in np.unique(h)])


@instead_of("bucket_gradient", "G was indexed with buckets; h says into which entry of g a gradient goes")
def looked_up_in_g(G, h, xi, K):
    return (xi * G)[h]


ROW_BY_ROW = (
    "row by row or column by column, g[..] += still keeps one entry of each bucket: use np.add.at, or go entry by entry"
)


@instead_of("bucket_gradient", ROW_BY_ROW)
def row_by_row(G, h, xi, K):
    g = np.zeros(K)
    for buckets, signs, pulls in zip(h, xi, G, strict=True):
        g[buckets] += signs * pulls
    return g


@instead_of("bucket_gradient", ROW_BY_ROW)
def column_by_column(G, h, xi, K):
    return row_by_row(G.T, h.T, xi.T, K)


@instead_of("bucket_gradient", "g was made in the shape of G; it has one entry for each bucket, np.zeros(K)")
def in_the_shape_of_G(G, h, xi, K):
    g = np.zeros_like(G)
    np.add.at(g, h, xi * G)
    return g


TWO_SUMS = "signs and gradients were summed apart; multiply each G_ij by its own sign, then sum"


@instead_of("bucket_gradient", TWO_SUMS)
def product_of_two_sums(G, h, xi, K):
    return of_buckets(h, xi, K) * of_buckets(h, G, K)


@instead_of("bucket_gradient", TWO_SUMS)
def sign_of_the_signs(G, h, xi, K):
    return np.sign(of_buckets(h, xi, K)) * of_buckets(h, G, K)


@instead_of("bucket_gradient", "entries with the sign -1 were left out; they count with a minus")
def positive_entries_alone(G, h, xi, K):
    return of_buckets(h, np.where(xi > 0, G, 0), K)


@instead_of("bucket_gradient", "the sums were stored as whole numbers; start with np.zeros(K)")
def in_whole_numbers(G, h, xi, K):
    g = np.zeros(K, int)
    np.add.at(g, h, (xi * G).astype(int))
    return g


@instead_of("bucket_gradient", "np.bincount takes flat arrays; flatten both first: h.ravel() and (xi * G).ravel()")
def bincount_of_a_matrix(G, h, xi, K):
    return np.bincount(h, xi * G, minlength=K)


@instead_of(
    "bucket_gradient", "the sign of a bucket's first entry was used for all of them; each has a sign of its own"
)
def sign_of_the_first_entry(G, h, xi, K):
    return np.array([xi[h == k][0] * G[h == k].sum() if (h == k).any() else 0.0 for k in range(K)])


@instead_of(
    "bucket_gradient", "only one axis was summed; sum over all entries of the bucket, whatever their row or column"
)
def over_one_axis(G, h, xi, K):
    return np.array([((xi * G) * (h == k)).sum(axis=0) for k in range(K)])


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


@instead_of("virtual_step", "each entry took its own step -lr G_ij; but w has only K numbers, and those take the step")
def own_signed_steps(G, h, xi, K, lr):
    return -lr * xi * G


def moves(G, h, xi, K):
    """Return by how much the entries move uphill for lr = 1."""
    return xi * of_buckets(h, xi * G, K)[h]


@instead_of("virtual_step", "the signs are missing, on the way in and on the way back: xi stands in both places")
def no_signs(G, h, xi, K, lr):
    return -lr * of_buckets(h, G, K)[h]


@instead_of("virtual_step", "this is the virtual matrix of the gradient; a step is -lr times it")
def without_minus_lr(G, h, xi, K, lr):
    return moves(G, h, xi, K)


@instead_of("virtual_step", "G is no W: return the change alone, not G plus the change")
def added_to_G(G, h, xi, K, lr):
    return G - lr * moves(G, h, xi, K)


@instead_of("virtual_step", "W after the step was returned, from a w of your own; return by how much it changes")
def after_the_step(G, h, xi, K, lr):
    return xi * (np.ones(K) - lr * of_buckets(h, xi * G, K))[h]


@instead_of("virtual_step", "the last write wins: g[h] += .. keeps one entry for each bucket; use your bucket_gradient")
def of_the_last_write(G, h, xi, K, lr):
    g = np.zeros(K)
    g[h] += xi * G
    return -lr * xi * g[h]


@instead_of("virtual_step", "this was divided by K; SGD steps along the gradient as it is")
def divided_by_k(G, h, xi, K, lr):
    return -lr * moves(G, h, xi, K) / K


@instead_of("virtual_step", "lr counts twice; the step is -lr times the gradient")
def lr_twice(G, h, xi, K, lr):
    return -lr * lr * moves(G, h, xi, K)


@instead_of(
    "virtual_step", "the entry's own gradient was multiplied by the size of its bucket; sum the bucket's entries"
)
def own_step_times_size(G, h, xi, K, lr):
    return -lr * G * np.bincount(h.ravel(), minlength=K)[h]


@instead_of("virtual_step", "the entry itself was left out of its bucket's sum")
def of_the_others(G, h, xi, K, lr):
    return -lr * (moves(G, h, xi, K) - G)


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


ROW = "row j was taken: output unit j is column j of h and xi"


@instead_of("phi", ROW)
def row_in_a_loop_over_inputs(a, h, xi, j, K):
    out = np.zeros((len(a), K))
    for i in range(len(h)):
        out[:, h[j, i]] += xi[j, i] * a[:, i]
    return out


@instead_of("phi", ROW)
def row_in_a_loop_over_units(a, h, xi, j, K):
    out = np.zeros((len(a), K))
    for i in range(h.shape[1]):
        out[:, h[j, i]] += xi[j, i] * a[:, i]
    return out


@instead_of("phi", ROW)
def row_of_rows(a, h, xi, j, K):
    out = np.zeros((len(a), K))
    for i in range(len(h)):
        out[:, h[j][i]] += xi[j][i] * a[:, i]
    return out


@instead_of("phi", "phi was transposed: its rows are examples and its columns are buckets")
def buckets_in_rows(a, h, xi, j, K):
    return features(a, h[:, j], xi[:, j], K).T


@instead_of("phi", "the examples were added up; each example has a row of its own")
def examples_added_up(a, h, xi, j, K):
    return features(a, h[:, j], xi[:, j], K).sum(axis=0)


@instead_of("phi", "a[i] is example i; input i of all examples is the column a[:, i]")
def example_for_input(a, h, xi, j, K):
    out = np.zeros((len(a), K))
    for i in range(len(h)):
        out[:, h[i, j]] += xi[i, j] * a[i]
    return out


@instead_of("phi", "input j was taken every time; j is the output unit, and the inputs are i = 0, 1, ..")
def input_j(a, h, xi, j, K):
    out = np.zeros((len(a), K))
    for i in range(len(h)):
        out[:, h[i, j]] += xi[i, j] * a[:, j]
    return out


@instead_of(
    "phi", "the inputs of a bucket were summed along the wrong axis; sum over inputs, axis=1, not over examples"
)
def summed_over_examples(a, h, xi, j, K):
    return np.stack([(xi[:, j] * a)[:, h[:, j] == k].sum(axis=0) for k in range(K)], axis=1)


@instead_of("phi", "one column too few: K was guessed from h; a bucket that nothing falls into has a column of zeros")
def used_buckets(a, h, xi, j, K):
    return np.stack([(xi[:, j] * a)[:, h[:, j] == k].sum(axis=1) for k in np.unique(h[:, j])], axis=1)


@instead_of("phi", "the inputs were signed, but not collected: add up those that fall into the same bucket")
def signed_inputs(a, h, xi, j, K):
    return a * xi[:, j]


@instead_of("phi", "the buckets were counted from 1; they are 0 .. K - 1")
def bucket_after(a, h, xi, j, K):
    return np.stack([(xi[:, j] * a)[:, h[:, j] == k + 1].sum(axis=1) for k in range(K)], axis=1)


@instead_of("phi", "the sign was applied to the whole sum of the bucket; each input has a sign of its own")
def sign_of_the_sum(a, h, xi, j, K):
    out = np.zeros((len(a), K))
    for i in range(len(h)):
        out[:, h[i, j]] = (out[:, h[i, j]] + a[:, i]) * xi[i, j]
    return out


EACH_EXAMPLE = (
    "a holds several examples, and phi has a row for each: start with np.zeros((len(a), K)), and add input i of all "
    "examples, a[:, i], to a column of it; with np.bincount, go example by example"
)


@instead_of("phi", EACH_EXAMPLE)
def first_example_alone(a, h, xi, j, K):
    return features(a, h[:, j], xi[:, j], K)[0]


@instead_of("phi", EACH_EXAMPLE)
def last_example_alone(a, h, xi, j, K):
    return features(a, h[:, j], xi[:, j], K)[-1]


@instead_of("phi", EACH_EXAMPLE)
def mean_of_the_examples(a, h, xi, j, K):
    return features(a, h[:, j], xi[:, j], K).mean(axis=0)


@instead_of("phi", EACH_EXAMPLE)
def bincount_of_all_examples(a, h, xi, j, K):
    return np.bincount(h[:, j], xi[:, j] * a, minlength=K)


@instead_of("phi", EACH_EXAMPLE)
def examples_into_one_row(a, h, xi, j, K):
    out = np.zeros(K)
    for i in range(len(h)):
        out[h[i, j]] += xi[i, j] * a[:, i]
    return out


@instead_of("phi", EACH_EXAMPLE)
def example_i_into_one_row(a, h, xi, j, K):
    out = np.zeros(K)
    for i in range(len(h)):
        out[h[i, j]] += xi[i, j] * a[i]
    return out


@instead_of("phi", EACH_EXAMPLE)
def added_at_one_row(a, h, xi, j, K):
    out = np.zeros(K)
    np.add.at(out, h[:, j], xi[:, j] * a)
    return out


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


@instead_of(
    "multiplications",
    "the buckets of the whole matrix were counted for each unit; a unit uses only those in its column",
)
def all_used_buckets_for_each(h):
    return len(np.unique(h)) * h.shape[1]


LARGEST = "the largest bucket was taken for their number; some below it may be unused: count the different ones"


@instead_of("multiplications", LARGEST)
def largest_bucket_of_the_column(h):
    return int((h.max(axis=0) + 1).sum())


@instead_of("multiplications", LARGEST)
def largest_bucket(h):
    return int(h.max() + 1)


@instead_of("multiplications", "a bucket with several inputs costs one multiplication, too; these were left out")
def used_once(h):
    return sum(int((np.unique(column, return_counts=True)[1] == 1).sum()) for column in h.T)


@instead_of(
    "multiplications", "only buckets with several inputs were counted; one with a single input is multiplied, too"
)
def used_several_times(h):
    return sum(int((np.unique(column, return_counts=True)[1] > 1).sum()) for column in h.T)


@instead_of("multiplications", "these are the counts of the single units; add them up")
def counts_of_units(h):
    return [len(set(column)) for column in h.T.tolist()]


@instead_of("multiplications", "this is the mean count of a unit; add up all of them")
def mean_of_units(h):
    return float(np.mean([len(set(column)) for column in h.T.tolist()]))


WHOLE = "np.unique with an axis compares whole rows or columns; look for different buckets within each column"


@instead_of("multiplications", WHOLE)
def different_columns(h):
    return np.unique(h, axis=1).size


@instead_of("multiplications", WHOLE)
def different_rows(h):
    return np.unique(h, axis=0).size


@instead_of("multiplications", "this is the most that a unit can need; count the buckets that it really uses")
def upper_limit(h):
    return min(len(h), int(h.max()) + 1) * h.shape[1]


@instead_of("multiplications", "the additions were counted, too; only multiplications cost something here")
def with_additions(h):
    return h.size + sum(len(set(column)) for column in h.T.tolist())


@instead_of(
    "multiplications", "a set of rows cannot be made; make a set of each column's numbers: set(h[:, j].tolist())"
)
def set_of_the_array(h):
    return len(set(h))


@instead_of("multiplications", "the buckets' own numbers were added up; count how many different ones there are")
def numbers_added_up(h):
    return int(h.sum())


@instead_of("multiplications", "this is the right count as a float; return a whole number, int(..)")
def as_a_float(h):
    return float(sum(len(set(column)) for column in h.T.tolist()))


@instead_of("multiplications", "these are the counts of the single units; add them up")
def array_of_counts(h):
    return np.array(counts_of_units(h))


@instead_of("multiplications", "this is the mean count of a unit; add up all of them")
def whole_mean_of_units(h):
    return sum(counts_of_units(h)) // h.shape[1]


@instead_of("multiplications", "this is the largest count of any unit; add up all of them")
def most_of_any_unit(h):
    return max(counts_of_units(h))


@instead_of("multiplications", "the largest count of any unit was taken for all of them; count each and add up")
def most_for_each_unit(h):
    return max(counts_of_units(h)) * h.shape[1]


@instead_of("multiplications", "this is the share that is left; return how many multiplications that are")
def share_left(h):
    return sum(counts_of_units(h)) / h.size


@instead_of("multiplications", "this was divided by the number of inputs; add up the counts of all units")
def for_each_input(h):
    return sum(counts_of_units(h)) / h.shape[0]
