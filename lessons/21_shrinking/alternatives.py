"""Other right answers of lesson 21; the grader must accept them too."""

import numpy as np

from tinynet.course import instead_of


@instead_of("explain", "centred first, d from the means")
def centred(A, j):
    mean = A.mean(axis=0)
    C = A - mean
    c = np.linalg.lstsq(np.delete(C, j, axis=1), C[:, j], rcond=None)[0]
    return c, mean[j] - np.delete(mean, j) @ c


@instead_of("explain", "normal equations, with the ones in front")
def normal_equations(A, j):
    X = np.hstack([np.ones((len(A), 1)), A[:, np.arange(A.shape[1]) != j]])
    found = np.linalg.solve(X.T @ X, X.T @ A[:, j])
    return found[1:], float(found[0])


@instead_of("explain", "from the inverse of the covariances")
def from_inverse(A, j):
    P = np.linalg.inv(np.atleast_2d(np.cov(A.T)))
    c = -np.delete(P[j], j) / P[j, j]
    return c, A[:, j].mean() - np.delete(A, j, axis=1).mean(axis=0) @ c


@instead_of("fold", "one unit after another")
def in_a_loop(W, b, V, e, j, c, d):
    stay = [i for i in range(len(b)) if i != j]
    V_new, e_new = V[stay].copy(), e.copy()
    for place in range(len(stay)):
        V_new[place] += c[place] * V[j]
    e_new += d * V[j]
    return W[:, stay], b[stay], V_new, e_new


@instead_of("fold", "as a product with a matrix that expresses all units by those that stay")
def by_matrix(W, b, V, e, j, c, d):
    n = len(b)
    M = np.delete(np.eye(n), j, axis=1)
    M[j] = c
    constant = np.zeros(n)
    constant[j] = d
    mask = np.arange(n) != j
    return W[:, mask], b[mask], M.T @ V, e + constant @ V


@instead_of("harms", "all residuals from one inverse: 1 / (G^-1)_jj of the centred activations")
def one_inverse(A, V):
    C = A - A.mean(axis=0)
    return (V**2).sum(axis=1) / np.diag(np.linalg.inv(C.T @ C)) / len(A)


@instead_of("harms", "measured, removal by removal")
def measured(A, V):
    found, scores = [], A @ V
    for j in range(len(V)):
        X = np.column_stack([np.delete(A, j, axis=1), np.ones(len(A))])
        c = np.linalg.lstsq(X, A[:, j], rcond=None)[0]
        M = np.vstack([np.delete(V, j, axis=0), np.zeros(V.shape[1])]) + np.outer(c, V[j])
        found.append(((X @ M - scores) ** 2).sum() / len(A))
    return np.array(found)


@instead_of("harms", "the best refit of all scores at once does the same")
def refitted(A, V):
    found, scores = [], A @ V
    for j in range(len(V)):
        X = np.column_stack([np.delete(A, j, axis=1), np.ones(len(A))])
        left = scores - X @ np.linalg.lstsq(X, scores, rcond=None)[0]
        found.append((left**2).sum(axis=1).mean())
    return np.array(found)


def _harms(A, V):
    C = A - A.mean(axis=0)
    return (V**2).sum(axis=1) / np.diag(np.linalg.inv(C.T @ C))


@instead_of("shrink", "chosen step by step, refitted once at the end, to the scores")
def refitted_at_the_end(W, b, V, e, X, width):
    A = np.tanh(X @ W + b)
    scores, left, rows = A @ V + e, list(range(len(b))), V
    while len(left) > width:
        left.pop(int(np.argmin(_harms(A[:, left], rows))))
        ones = np.column_stack([A[:, left], np.ones(len(A))])
        rows = np.linalg.lstsq(ones, scores, rcond=None)[0][:-1]
    if len(left) == len(b):
        return W, b, V, e
    fit = np.linalg.lstsq(np.column_stack([A[:, left], np.ones(len(A))]), scores, rcond=None)[0]
    return W[:, left], b[left], fit[:-1], fit[-1]


@instead_of("shrink", "one removal, then the smaller network shrinks itself")
def recursive(W, b, V, e, X, width):
    if len(b) == width:
        return W, b, V, e
    A = np.tanh(X @ W + b)
    j = int(_harms(A, V).argmin())
    P = np.linalg.inv(np.atleast_2d(np.cov(A.T)))
    c = -np.delete(P[j], j) / P[j, j]
    d = A[:, j].mean() - np.delete(A, j, axis=1).mean(axis=0) @ c
    V_new = np.delete(V, j, axis=0) + np.outer(c, V[j])
    return recursive(np.delete(W, j, axis=1), np.delete(b, j), V_new, e + d * V[j], X, width)


@instead_of("multiplications", "product by product")
def product_by_product(path, examples, m, k):
    total = 0
    for units, epochs in path:
        forward = examples * m * units + examples * units * k
        backward = units * examples * k + examples * k * units + m * examples * units
        total += epochs * (forward + backward)
    return total


@instead_of("multiplications", "in NumPy")
def in_numpy(path, examples, m, k):
    units, epochs = np.array(path).T
    return int(units @ epochs) * examples * (2 * m + 3 * k)


@instead_of("best_of", "sceptic by sceptic")
def sceptic_by_sceptic(valid, test, tries):
    kept = []
    for first in range(0, len(valid) - tries + 1, tries):
        best = first + np.argmin(valid[first : first + tries])
        kept.append(test[best])
    return sum(kept) / len(kept)


@instead_of("best_of", "by sorting the pairs of each group")
def by_sorting(valid, test, tries):
    pairs = list(zip(valid, test, strict=True))
    groups = [pairs[i : i + tries] for i in range(0, len(pairs), tries)]
    return float(np.mean([min(group)[1] for group in groups if len(group) == tries]))
