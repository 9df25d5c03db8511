"""The grader of lesson 20: `test_NAME` grades the function NAME in exercise.py."""

import math
from fractions import Fraction

import numpy as np

from tinynet.course import Wrong


def predictions(rng, n, classes, errors):
    """Return labels, and what networks with about these error rates predict; they share some of their mistakes."""
    labels = rng.integers(classes, size=n)
    ugly = rng.random(n) < 0.2
    rows = []
    for error in errors:
        wrong = rng.random(n) < np.where(ugly, 0.6, error)
        rows.append(np.where(wrong, (labels + rng.integers(1, classes, size=n)) % classes, labels))
    return labels, rows


def test_gap_bound(exercise, rng):
    for n, classes, delta in (400, 10, 0.05), (250, 3, 0.01), (1000, 2, 0.2), (330, 5, 0.05):
        _, (a, b) = predictions(rng, n, classes, (0.05, 0.2))
        differ = sum(int(p) != int(q) for p, q in zip(a, b, strict=True))
        t = math.sqrt(-math.log(delta) / 2 / n)
        exercise.gap_bound(a, b, delta).equals(differ / n + t)


def ranks_of(values):
    """Return ranks as fractions: the mean place of each value in the sorted list."""
    row = sorted(values)
    return [Fraction(2 * row.index(v) + row.count(v) + 1, 2) for v in values]


def correlation(x, y):
    n = len(x)
    mx, my = sum(x, Fraction(0)) / n, sum(y, Fraction(0)) / n
    over = sum((p - mx) * (q - my) for p, q in zip(x, y, strict=True))
    return float(over) / math.sqrt(float(sum((p - mx) ** 2 for p in x)) * float(sum((q - my) ** 2 for q in y)))


def test_spearman(exercise, rng):
    smooth = rng.normal(size=8)
    pairs = [
        (smooth, np.exp(2 * smooth) + 0.1 * rng.normal(size=8)),
        (np.exp(2 * smooth), 0.3 * rng.normal(size=8) - smooth),
        (rng.integers(0, 4, size=9) / 4, rng.normal(size=9)),
        (rng.normal(size=12), rng.integers(0, 3, size=12) / 2),
        (rng.integers(0, 5, size=30) / 10, rng.integers(0, 5, size=30) / 10),
        (np.array([5.0, 7.0, 7.0, 9.0]), np.array([-3.0, 8.0, -1.0, 0.5])),
    ]
    for x, y in pairs:
        if len(set(x.tolist())) > 1 and len(set(y.tolist())) > 1:
            wanted = correlation(ranks_of(x.tolist()), ranks_of(y.tolist()))
            exercise.spearman(x, y).equals(wanted)


def seller(labels, a, b, sold):
    """Return a function that sells the label of one input, but only where a and b differ, and notes what it sold."""

    def label(i):
        if not (np.ndim(i) == 0 and isinstance(i, (int, np.integer))):
            raise Wrong(f"paired_test: label({i!r}) was asked for; it takes one whole number, the place of an input")
        if not 0 <= i < len(labels):
            raise Wrong(
                f"paired_test: label({i}) was asked for, but the inputs are counted from 0 to {len(labels) - 1}"
            )
        if a[i] == b[i]:
            raise Wrong(
                f"paired_test: label({i}) was asked for, but a and b both predict class {a[i]} there; "
                "such a label tells nothing about the gap, so do not buy it"
            )
        sold.append(int(i))
        return int(labels[i])

    return label


def sign_test(labels, a, b):
    """Return the gap and the p-value, in whole numbers as far as possible."""
    a_alone = sum(p != y and q == y for y, p, q in zip(labels, a, b, strict=True))
    b_alone = sum(p == y and q != y for y, p, q in zip(labels, a, b, strict=True))
    m, lead = a_alone + b_alone, abs(a_alone - b_alone)
    as_uneven = sum(math.comb(m, k) for k in range(m + 1) if abs(m - 2 * k) >= lead)
    return (a_alone - b_alone) / len(labels), float(Fraction(as_uneven, 2**m))


def split(rng, a_alone, b_alone, both, n):
    """Return labels and predictions with so many inputs of each kind; a is wrong alone on the first kind."""
    kinds = rng.permutation(np.repeat([0, 1, 2, 3], [a_alone, b_alone, both, n - a_alone - b_alone - both]))
    labels = rng.integers(5, size=n)
    shift_a, shift_b = np.array([2, 0, 1, 0])[kinds], np.array([0, 3, 2, 0])[kinds]
    shared = np.where((kinds == 3) & (rng.random(n) < 0.2), 4, 0)  # both wrong, and alike
    return labels, (labels + shift_a + shared) % 5, (labels + shift_b + shared) % 5


def test_paired_test(exercise, rng):
    kinds = [(7, 2, 3, 40), (2, 6, 4, 30), (4, 4, 2, 25), (0, 5, 0, 20), (0, 0, 3, 15), (0, 0, 0, 10), (1, 1, 1, 9),
             (52, 31, 12, 300), (30, 55, 6, 400)]  # fmt: skip
    for kind in kinds:
        labels, a, b = split(rng, *kind)
        gap, p = sign_test(labels.tolist(), a.tolist(), b.tolist())
        sold: list[int] = []
        exercise.paired_test(a, b, seller(labels, a, b, sold)).equals((gap, p))
        if again := sorted({i for i in sold if sold.count(i) > 1}):
            raise Wrong(
                f"paired_test: label({again[0]}) was asked for {sold.count(again[0])} times, and paid for each time; "
                "ask once, and keep the answer"
            )


def test_labels_needed(exercise, rng):
    cases = [(z, rng.uniform(0.01, 0.04), rng.uniform(0.06, 0.25)) for z in (1.96, 3.6, 1.0, 1.96)]
    # the variance is 1/4, and z^2 variance / g^2 is 16, 16, 6.25 and 20.25, without rounding errors
    cases += [(2.0, 1 / 32, 9 / 32), (1.0, 9 / 128, 25 / 128), (1.25, 1 / 32, 9 / 32), (1.125, 9 / 128, 25 / 128)]
    for z, low, high in cases:
        a_alone, b_alone = (low, high) if rng.random() < 0.5 else (high, low)
        both = float(rng.uniform(0.01, 0.05))
        mean = a_alone - b_alone
        variance = a_alone * (1 - mean) ** 2 + b_alone * (-1 - mean) ** 2 + (1 - a_alone - b_alone) * mean**2
        n = 1
        while abs(mean) * math.sqrt(n) < z * math.sqrt(variance):
            n += 1
        answer = exercise.labels_needed(a_alone, b_alone, both, z)
        wanted = n, n * (a_alone + b_alone + both)
        got = answer.value.tolist() if isinstance(answer.value, np.ndarray) else answer.value
        floats = isinstance(got, (list, tuple)) and got and isinstance(got[0], float)
        if isinstance(answer.value, np.ndarray):
            answer.equals(np.array(wanted))
        else:
            answer.equals((float(n), wanted[1]) if floats else wanted)


def alike(X, Y):
    """Compute linear CKA from the covariances of all pairs of units."""
    N = len(X)
    means = [[math.fsum(Z[:, j]) / N for j in range(Z.shape[1])] for Z in (X, Y)]

    def squares(P, p, Q, q):
        return math.fsum(
            math.fsum((P[n, i] - p[i]) * (Q[n, j] - q[j]) for n in range(N)) ** 2
            for i in range(P.shape[1]) for j in range(Q.shape[1])
        )  # fmt: skip

    x, y = means
    return squares(X, x, Y, y) / math.sqrt(squares(X, x, X, x) * squares(Y, y, Y, y))


def test_linear_cka(exercise, rng):
    for N, p, q in (12, 3, 2), (8, 1, 3), (20, 4, 4), (5, 6, 3):
        X = rng.normal(size=(N, p)) * rng.uniform(0.3, 2, size=p) + rng.normal(size=p)
        Y = np.tanh(X @ rng.normal(size=(p, q))) + 0.5 * rng.normal(size=(N, q)) + 2 * rng.normal(size=q)
        exercise.linear_cka(X, Y).equals(alike(X, Y))
    turn, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    X = rng.normal(size=(20, 4)) * np.array([1, 2, 0.5, 1]) + 1
    exercise.linear_cka(X, -3 * X @ turn + np.array([5.0, -40, 1, 0])).equals(1.0)


def test_consensus(exercise, rng):
    for networks, n, classes in (5, 6, 3), (4, 8, 4), (7, 5, 10), (6, 12, 2), (1, 4, 5):
        votes = rng.integers(classes, size=(networks, n))
        votes[0, 0] = classes - 1
        wanted = [max(range(classes), key=lambda c, k=k: (int((votes[:, k] == c).sum()), -c)) for k in range(n)]
        exercise.consensus(votes).equals(np.array(wanted))
    tied = np.array([[9, 2, 4, 1], [3, 2, 4, 7], [9, 5, 0, 7], [3, 5, 0, 1]])
    exercise.consensus(tied).equals(np.array([3, 2, 0, 1]))
