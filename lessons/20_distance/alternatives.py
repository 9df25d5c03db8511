"""Other right answers of lesson 20; the grader must accept them too."""

import math
from collections import Counter

import numpy as np
from scipy import stats

from tinynet.course import instead_of


@instead_of("gap_bound", "with the square root of log(1 / delta) in one piece, never above 1")
def capped(of_a, of_b, delta):
    n = of_a.size
    return min(1.0, np.count_nonzero(of_a - of_b) / n + np.sqrt(-np.log(delta) / n / 2))


@instead_of("gap_bound", "one minus the agreement")
def from_agreement(of_a, of_b, delta):
    agree = sum(1 for p, q in zip(of_a, of_b, strict=True) if p == q)
    return 1 - agree / len(of_a) + (math.log(delta) / (-2 * len(of_a))) ** 0.5


@instead_of("spearman", "with SciPy")
def by_scipy(x, y):
    return stats.spearmanr(x, y).statistic


@instead_of("spearman", "ranks from np.unique, with running counts")
def by_unique(x, y):
    def ranks(values):
        _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
        return (np.cumsum(counts) - (counts - 1) / 2)[place.ravel()]

    p, q = ranks(x), ranks(y)
    p, q = p - p.mean(), q - q.mean()
    return p @ q / np.sqrt((p @ p) * (q @ q))


@instead_of("spearman", "ranks counted from 0, by comparing all pairs")
def from_zero(x, y):
    p, q = (np.sign(v[:, None] - v).sum(axis=1) / 2 for v in (x, y))
    return (p * q).sum() / math.sqrt((p**2).sum() * (q**2).sum())


@instead_of("paired_test", "with SciPy's binomial test")
def by_binomtest(of_a, of_b, label):
    n10 = n01 = 0
    for i in range(len(of_a)):
        if of_a[i] != of_b[i]:
            y = label(i)
            n10 += int(of_b[i] == y)
            n01 += int(of_a[i] == y)
    p = stats.binomtest(n10, n10 + n01).pvalue if n10 + n01 else 1.0
    return (n10 - n01) / len(of_a), p


@instead_of("paired_test", "all tosses that divide at least as unevenly, added up")
def by_adding_up(of_a, of_b, label):
    where = np.where(of_a != of_b)[0]
    y = np.array([label(i) for i in where], int)
    n10, n01 = int(np.sum(of_b[where] == y)), int(np.sum(of_a[where] == y))
    m = n10 + n01
    odds = sum(math.comb(m, k) for k in range(m + 1) if abs(2 * k - m) >= abs(n10 - n01))
    return [(n10 - n01) / of_a.size, odds / 2**m]


@instead_of("paired_test", "errors counted on the differing inputs only, p from the upper tail")
def by_errors(of_a, of_b, label):
    errors_a, errors_b, scores = 0, 0, Counter()
    for i in np.nonzero(of_a - of_b)[0]:
        y = label(int(i))
        errors_a += of_a[i] != y
        errors_b += of_b[i] != y
        scores["a" if of_a[i] == y else "b" if of_b[i] == y else "none"] += 1
    m, most = scores["a"] + scores["b"], max(scores["a"], scores["b"])
    upper = sum(math.comb(m, k) * 0.5**m for k in range(most, m + 1))
    return (errors_a - errors_b) / len(of_a), 1.0 if 2 * most == m else 2 * upper


@instead_of("labels_needed", "variance from the three outcomes, n by searching")
def by_searching(a_alone, b_alone, both, z):
    gap = a_alone - b_alone
    variance = a_alone * (1 - gap) ** 2 + b_alone * (1 + gap) ** 2 + (1 - a_alone - b_alone) * gap**2
    n = 1
    while abs(gap) / np.sqrt(variance / n) < z:
        n += 1
    return n, n * (a_alone + b_alone + both)


@instead_of("labels_needed", "n as the float that np.ceil gives, variance with its covariance")
def by_covariance(a_alone, b_alone, both, z):
    variance = a_alone * (1 - a_alone) + b_alone * (1 - b_alone) + 2 * a_alone * b_alone
    n = np.ceil(z**2 * variance / (a_alone - b_alone) ** 2)
    return n, n * both + n * a_alone + n * b_alone


@instead_of("linear_cka", "from the tables of all pairs of inputs, centred on both sides")
def by_tables(X, Y):
    H = np.eye(len(X)) - 1 / len(X)
    K, L = H @ X @ X.T @ H, H @ Y @ Y.T @ H
    return np.sum(K * L) / np.sqrt(np.sum(K * K) * np.sum(L * L))


@instead_of("linear_cka", "from covariance matrices")
def by_covariances(X, Y):
    C = np.cov(X, Y, rowvar=False)
    p = X.shape[1]
    return np.sum(C[:p, p:] ** 2) / math.sqrt(np.sum(C[:p, :p] ** 2) * np.sum(C[p:, p:] ** 2))


@instead_of("linear_cka", "with einsum, centred with a mean kept as a row")
def by_einsum(X, Y):
    X, Y = (Z - np.mean(Z, axis=0, keepdims=True) for Z in (X, Y))
    size = lambda A, B: np.sum(np.einsum("ni,nj->ij", A, B) ** 2)
    return size(X, Y) / (size(X, X) * size(Y, Y)) ** 0.5


@instead_of("consensus", "np.bincount, input by input")
def by_bincount(classes):
    return np.array([np.bincount(votes).argmax() for votes in classes.T])


@instead_of("consensus", "SciPy's mode")
def by_mode(classes):
    return stats.mode(classes, axis=0).mode


@instead_of("consensus", "sorted by votes, then by class")
def by_sorting(classes):
    said = []
    for column in classes.T.tolist():
        count = Counter(column)
        said.append(sorted(count, key=lambda c: (-count[c], c))[0])
    return np.array(said)
