"""The grader of lesson 10: `test_NAME` grades the function NAME in exercise.py."""

import numpy as np

STRIDES = [*range(1, 33), 37, 50, 64, 97, 100, 101, 128, 200, 256, 257, 500, 512, 997, 1000, 1009, 1023, 1024, 1025]
MOVED = {  # what to say if an assignment is like itself in this way
    "with rows and columns exchanged": " Entries (i, j) and (j, i) get the same: scramble i before j joins in.",
    "moved by -1 rows and 1 columns": " All entries with the same i + j get the same: scramble i before j joins in.",
}
ONE_SIGN = ": all entries of a bucket got the same sign"
LOW_BIT = (
    ". z % K and z & 1 use the same low bit of z: take the sign from a high bit, as z >> 63, or scramble z once more"
)
SECOND_NUMBER = "for a second number, scramble the first one once more: mix(mix(z)), not mix(z + 1)"
BESIDE = {(0, 1): "on the right", (1, 0): "below", (0, -1): "on the left", (-1, 0): "above"}
MANY = 2**20  # buckets, so that hardly any two entries share one by chance
LAYERS = *range(1, 13), 16, 20, 32, 50, 64, 100, 101, 128, 200, 256, 500, 512, 1000, 1024
SEED_BITS = 8, 10, 16, 20, 24, 32, 40, 48, 56, 62
POORLY = ". Does every number go through mix? Python's hash, crc32 and the like scramble too little"
UPPER = " The upper bits of the seed are lost in a product or a shift: scramble the seed before the layer joins in."
LIMIT = 6.5  # standard deviations: chance exceeds them about once in ten thousand million draws


def sharing(rng, m, n, K):
    """Return buckets and signs of m x n entries."""
    return rng.integers(K, size=(m, n)).astype(np.intp), rng.choice([-1, 1], size=(m, n))


def entries(h):
    """Yield the place of each entry and its bucket."""
    for i in range(h.shape[0]):
        for j in range(h.shape[1]):
            yield i, j, int(h[i, j])


def beyond_chance(total, terms):
    """Return by how many standard deviations a sum of `terms` independent signs misses 0."""
    return abs(total) / max(1, terms) ** 0.5


def overlaps(a, b, same):
    """Yield (shift, cut of a, cut of b) for b moved against a by up to one row and column, and for b turned over.

    The latter compares the common square of a and b's transpose. If a and b are the `same`, the unmoved pair is left
    out.
    """
    m, n = a[0].shape
    for down in range(-1, 2):
        for right in range(2) if same else range(-1, 2):
            if same and (right, down) <= (0, 0):
                continue
            rows, columns = slice(max(0, down), m + min(0, down)), slice(max(0, right), n + min(0, right))
            back = slice(max(0, -down), m + min(0, -down)), slice(max(0, -right), n + min(0, -right))
            moved = f"moved by {down} rows and {right} columns" if down or right else "place by place"
            yield moved, [x[rows, columns] for x in a], [x[back] for x in b]
    k = min(m, n)
    off = ~np.eye(k, dtype=bool) if same else np.ones((k, k), bool)
    upper = np.triu(off) if same else off
    yield "with rows and columns exchanged", [x[:k, :k][upper] for x in a], [x[:k, :k].T[upper] for x in b]


def likeness(a, b, K):
    """Return "" if two assignments agree as often as chance would have it, else what agrees too often or too rarely."""
    (h, xi), (other, signs) = a, b
    same = (h == other).ravel()
    expected = len(same) / K
    if abs(same.sum() - expected) > LIMIT * (expected * (1 - 1 / K)) ** 0.5:
        return f"the buckets agree in {same.sum()} of {len(same)} places, where chance gives about {expected:.0f}"
    products = (xi * signs).ravel()
    if beyond_chance(products.sum(), len(products)) > LIMIT:
        agree = (products > 0).sum()
        return f"the signs agree in {agree} of {len(products)} places, where chance gives about half"
    return ""


def test_assign(exercise, rng):
    """Count: how full each bucket is, how its signs add up, and how often two assignments agree."""
    seed, m, n = int(rng.integers(2**20)), 40, 48
    for K in 8, 12, 7:
        answer = exercise.assign(seed, 0, m, n, K)
        right = isinstance(answer.value, (tuple, list)) and len(answer.value) == 2
        answer.satisfies(right and all(np.shape(x) == (m, n) for x in answer.value), f"two arrays of shape ({m}, {n})")
        h, xi = map(np.asarray, answer.value)
        answer.satisfies(
            h.dtype.kind in "iu" and (h < K).all() and (h >= 0).all(), f"whole numbers h from 0 to {K - 1}"
        )
        unsigned = ". Unsigned whole numbers have no -1, so 1 - 2 * z wraps around: use np.where(.., -1, 1), or turn "
        unsigned += "z into ordinary whole numbers first, z.astype(int)"
        answer.satisfies(
            xi.dtype.kind in "if" and (abs(xi) == 1).all(),
            f"signs xi that are +1 or -1{unsigned * (xi.dtype.kind == 'u')}",
        )
        full = np.bincount(h.ravel().astype(np.intp), minlength=K)
        uneven = ((full - h.size / K) ** 2).sum() / (h.size / K)
        answer.satisfies(
            abs(uneven - (K - 1)) < LIMIT * (2 * K) ** 0.5 + 8,
            f"buckets filled as by chance, about {h.size // K} entries in each; here they hold {full.tolist()}. Do "
            "many entries get the same number before it is scrambled, as with i + j, i * j or i ^ j?",
        )
        plus = np.bincount(h.ravel().astype(np.intp), (xi > 0).ravel(), minlength=K).astype(int)
        answer.satisfies(
            beyond_chance(xi.sum(), xi.size) < LIMIT, f"about as many +1 as -1; here {plus.sum()} of {xi.size} are +1"
        )
        one_sign = ONE_SIGN * all(p in (0, f) for p, f in zip(plus, full, strict=True))
        low_bit = LOW_BIT * (K % 2 == 0 and (len(set(xi[h % 2 == 0])), len(set(xi[h % 2 == 1]))) == (1, 1))
        answer.satisfies(
            not tied(h, xi, K),
            f"signs that know nothing of the buckets; here the buckets hold {full.tolist()} entries, of which "
            f"{plus.tolist()} have the sign +1{one_sign}{low_bit}",
        )
        for (down, right), side in BESIDE.items():
            signs = xi[max(0, -down) : m - max(0, down), max(0, -right) : n - max(0, right)]
            beside = h[max(0, down) : m + min(0, down), max(0, right) : n + min(0, right)]
            answer.satisfies(
                not tied(beside, signs, K),
                f"signs that know nothing of the buckets; here the sign of an entry goes with the bucket of its "
                f"neighbour {side}: {SECOND_NUMBER}",
            )

    K = 8
    first = [np.asarray(x).astype(np.int64) for x in exercise.assign(seed, 0, m, n, K).value]
    answer = exercise.assign(seed, 0, m - 9, n - 11, K)
    agree = all(np.array_equal(x, np.asarray(y)[: m - 9, : n - 11]) for x, y in zip(answer.value, first, strict=True))
    answer.satisfies(
        agree,
        f"the same entries as in the upper left corner of the ({m}, {n}) matrix of this seed. An entry must not depend "
        "on the size of the matrix: i n + j does, and so does what a random generator draws in order",
    )

    answer = exercise.assign(seed, 0, 2, 2200, K)  # as if the rows of a matrix lay one after the other
    h, xi = map(np.asarray, answer.value)
    for right in STRIDES:
        above, below = [x[0, right:] for x in (h, xi)], [x[1, : x.shape[1] - right] for x in (h, xi)]
        found = likeness(above, below, K)
        all_same = f". So {right} i + j, or something like it, is all that your function knows of i and j: scramble i "
        hint = all_same + "before j joins in" if np.array_equal(above[0], below[0]) else POORLY
        answer.satisfies(
            not found,
            f"a second row that has nothing in common with the first one moved by {right} columns; {found}{hint}",
        )

    compare(answer, "itself", first, first, K)
    of_its_own(answer, [exercise.assign(s, 0, m, 120, MANY).value for s in (seed, 0, seed + 1)])
    made = {(seed, 0): first}
    for place in (seed, 1), (seed + 1, 0), (0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0):
        answer = exercise.assign(*place, m, n, K)
        now = [np.asarray(x).astype(np.int64) for x in answer.value]
        for (s, layer), before in made.items():
            compare(answer, f"the one of seed {s}, layer {layer},", now, before, K, why(place, (s, layer)))
        made[place] = now

    first_rows = {}
    for place in (
        [(s, 0) for s in (0, *LAYERS)]
        + [(s, x) for x in LAYERS for s in (0, 1)]
        + [(seed + more, 0) for more in (0, *(2**bits for bits in SEED_BITS))]
    ):
        answer = exercise.assign(*place, 2, 8, MANY)
        for row, buckets in enumerate(np.asarray(answer.value[0]).tolist()):
            other = first_rows.setdefault(tuple(buckets), place)
            lost = place[0] - other[0] in [2**bits for bits in SEED_BITS] and place[1] == other[1]
            answer.satisfies(
                other == place,
                f"buckets that no other seed and layer have; row {row} is the same as a row of seed {other[0]}, layer "
                f"{other[1]}.{UPPER if lost and place[0] >= seed else why(place, other)}",
            )


def tied(h, xi, K):
    """Return whether the signs of a bucket's entries add up to more than chance lets them, over all buckets."""
    full = np.bincount(h.ravel().astype(np.int64), minlength=K)
    sums = np.bincount(h.ravel().astype(np.int64), xi.ravel(), minlength=K)
    excess = sum(beyond_chance(total, f) ** 2 for total, f in zip(sums, full, strict=True))
    return excess >= K + LIMIT * (2 * K) ** 0.5 + 8


def of_its_own(answer, drawn):
    """Fail if two entries have the same bucket for each of several seeds."""
    found = np.stack([np.asarray(h).astype(np.int64).ravel() for h, _ in drawn])
    _, first, of, counts = np.unique(found, axis=1, return_index=True, return_inverse=True, return_counts=True)
    shared = counts[np.ravel(of)] > 1
    if shared.any():
        last = int(np.flatnonzero(shared & (first[np.ravel(of)] != np.arange(len(shared))))[0])
        (i, j), (u, v) = (divmod(int(place), np.shape(drawn[0][0])[1]) for place in (first[np.ravel(of)[last]], last))
        answer.satisfies(
            False,
            f"a number of its own for every entry; here {shared.sum()} of {len(shared)} entries share theirs with "
            f"another one, whatever the seed, such as ({i}, {j}) and ({u}, {v}). What do you scramble? Written side by "
            'side, for example, (1, 12) and (11, 2) are both "112"',
        )


def why(place, other):
    """Return what is likely to be wrong if the assignments of two (seed, layer) are the same, as a sentence."""
    if place[0] == other[0]:
        return " Does the layer change anything?"
    if place[1] == other[1]:
        return " Does the seed change anything?"
    return " Other seeds and layers made the same number: scramble the seed before the layer joins in."


def compare(answer, name, a, b, K, same=""):
    """Fail unless two assignments have no more in common than chance gives them, wherever one is laid on the other.

    same: what to say if they are the same place by place.
    """
    for moved, here, there in overlaps(a, b, a is b):
        found = likeness(here, there, K)
        hint = same if moved == "place by place" else MOVED.get(moved, "") if a is b else ""
        hint *= np.array_equal(here[0], there[0])
        answer.satisfies(
            not found,
            f"an assignment that has nothing in common with {name} when laid over it, {moved}; {found}.{hint}",
        )


def test_virtual(exercise, rng):
    """Fill W bucket by bucket."""
    for m, n, K in (2, 3, 2), (3, 3, 4), (5, 4, 3), (4, 6, 30):
        w, (h, xi) = rng.normal(size=K), sharing(rng, m, n, K)
        W = np.zeros((m, n))
        for k in range(K):
            W[h == k] = w[k]
        exercise.virtual(w, h, xi).equals(np.where(xi > 0, W, -W))


def test_bucket_gradient(exercise, rng):
    """The chain rule, one bucket at a time: W_ij changes by xi_ij when w_k grows by 1, wherever h_ij = k."""
    for m, n, used, K in (2, 3, 2, 2), (3, 3, 3, 3), (5, 4, 3, 3), (3, 5, 8, 8), (4, 3, 4, 6):
        G, (h, xi) = rng.normal(size=(m, n)), sharing(rng, m, n, used)
        exercise.bucket_gradient(G, h, xi, K).equals(np.array([(G * xi)[h == k].sum() for k in range(K)]))


def test_virtual_step(exercise, rng):
    """Two entries change together: the change of one is -lr times a sum over all entries in its bucket."""
    for m, n, K in (2, 3, 2), (3, 3, 3), (5, 4, 3), (3, 5, 8), (4, 3, 40):
        G, (h, xi), lr = rng.normal(size=(m, n)), sharing(rng, m, n, K), float(rng.uniform(0.01, 3))
        change = np.zeros((m, n))
        for i, j, k in entries(h):
            for u, v, other in entries(h):
                if k == other:
                    change[i, j] -= lr * xi[i, j] * xi[u, v] * G[u, v]
        exercise.virtual_step(G, h, xi, K, lr).equals(change)


def test_phi(exercise, rng):
    """Column k of phi is what the unit's sums are when w holds a 1 in bucket k and zeros elsewhere."""
    for examples, m, n, used, K in (2, 3, 3, 2, 2), (3, 4, 4, 3, 3), (1, 6, 2, 3, 3), (4, 3, 5, 9, 9), (2, 5, 5, 3, 5):
        a, (h, xi), j = rng.normal(size=(examples, m)), sharing(rng, m, n, used), int(rng.integers(n))
        features = np.stack([a @ np.where(h == k, xi, 0)[:, j] for k in range(K)], axis=1)
        exercise.phi(a, h, xi, j, K).equals(features)


def test_multiplications(exercise, rng):
    """Count an entry if no entry above it in its column has the same bucket. Some rows and columns occur twice."""
    for m, n, K, twice in (3, 3, 2, ""), (3, 4, 3, "column"), (6, 2, 4, "row"), (2, 5, 30, "column"), (8, 6, 5, "row"):
        h, _ = sharing(rng, m, n, K)
        if twice == "column":
            h[:, 1] = h[:, 0]
        if twice == "row":
            h[1] = h[0]
        new = sum(k not in h[:i, j] for i, j, k in entries(h))
        exercise.multiplications(h).equals(int(new))
