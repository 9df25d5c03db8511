"""Other right answers to the exercises of lesson 5. The grader must accept them."""

from itertools import permutations, product
from math import prod

import numpy as np

from tinynet.course import instead_of


@instead_of("equivalent_settings", "counts unit by unit: the k-th has k places to go and two signs")
def unit_by_unit(widths):
    count = 1
    for n in widths:
        for k in range(1, n + 1):
            count *= 2 * k
    return count


@instead_of("equivalent_settings", "multiplies the even numbers 2, 4, .., 2n")
def even_numbers(widths):
    return prod(prod(range(2, 2 * n + 1, 2)) for n in widths)


@instead_of("align", "tries all orders, with correlations from np.corrcoef")
def brute_force(A, B):
    n = A.shape[1]
    S = np.corrcoef(A.T, B.T)[:n, n:]
    order = max(permutations(range(n)), key=lambda order: sum(abs(S[i, j]) for i, j in enumerate(order)))
    return np.array(order), np.array([np.sign(S[i, j]) for i, j in enumerate(order)])


@instead_of("align", "uses the Hungarian method in float32")
def single_precision(A, B):
    from scipy.optimize import linear_sum_assignment

    A, B = ((X - X.mean(axis=0)).astype(np.float32) for X in (A, B))
    S = A.T @ B / np.outer(np.sqrt((A * A).sum(axis=0)), np.sqrt((B * B).sum(axis=0)))
    rows, order = linear_sum_assignment(np.abs(S), maximize=True)
    return order, np.sign(S[rows, order])


@instead_of("rearrange", "multiplies by a signed permutation matrix P: W P, b P, P^T V")
def by_matrix(W, b, V, order, signs):
    P = np.zeros((len(b), len(b)))
    P[order, np.arange(len(b))] = signs
    return W @ P, b @ P, P.T @ V


@instead_of("rearrange", "loops over the units in float32")
def loops(W, b, V, order, signs):
    W2, b2, V2 = (np.zeros(X.shape, np.float32) for X in (W, b, V))
    for i in range(len(b)):
        W2[:, i] = signs[i] * W[:, order[i]]
        b2[i] = signs[i] * b[order[i]]
        V2[i, :] = signs[i] * V[order[i], :]
    return W2, b2, V2


@instead_of("count_solutions", "removes one solution after the other, and tries all orders")
def by_recursion(nets, threshold):
    if not nets:
        return 0
    n = nets[0].shape[1]

    def partners(B):
        S = np.abs(np.corrcoef(nets[0].T, B.T)[:n, n:])
        return max(([S[i, j] for i, j in enumerate(order)] for order in permutations(range(n))), key=sum)

    return 1 + by_recursion([B for B in nets[1:] if min(partners(B)) < threshold], threshold)


@instead_of("count_solutions", "takes the mean product of standardized units")
def by_standard_scores(nets, threshold):
    firsts = []
    for net in nets:
        z = (net - net.mean(axis=0)) / net.std(axis=0)
        matches = [[abs((first * z[:, order]).mean(axis=0)) for order in permutations(range(z.shape[1]))]
                   for first in firsts]  # fmt: skip
        if not any(min(max(pairs, key=sum)) >= threshold for pairs in matches):
            firsts.append(z)
    return len(firsts)


@instead_of("settings_left", "multiplies by signed permutation matrices")
def left_by_matrices(W, b, V, obeys):
    count = 0
    n = len(b)
    for order in permutations(range(n)):
        for signs in product((-1.0, 1.0), repeat=n):
            P = np.diag(signs)[:, list(order)]
            if obeys(W @ P, b @ P, P.T @ V):
                count += 1
    return count


@instead_of("settings_left", "turns the units first, then places them one after the other, in float32")
def left_by_recursion(W, b, V, obeys):
    W, b, V = (X.astype(np.float32) for X in (W, b, V))

    def placed(columns, rest):
        if not rest:
            W2, b2, V2 = zip(*columns, strict=True)
            return int(bool(obeys(np.stack(W2, axis=1), np.array(b2), np.stack(V2))))
        return sum(
            placed([*columns, (s * W[:, j], s * b[j], s * V[j])], [other for other in rest if other != j])
            for j in rest
            for s in (1, -1)
        )

    return placed([], list(range(len(b))))


@instead_of("settings_left", "writes all settings into a list, then asks")
def left_listed(W, b, V, obeys):
    n = len(b)
    settings = [
        (W[:, list(order)] * signs, b[list(order)] * signs, V[list(order)] * np.array(signs)[:, None])
        for order, signs in product(permutations(range(n)), product([1, -1], repeat=n))
    ]
    return len([setting for setting in settings if obeys(*setting)])


@instead_of("split", "the new unit is turned round as well")
def split_and_turned(W, b, V, i, share):
    V2 = np.array(V, float)
    V2[i] *= share
    return np.hstack([W, -W[:, [i]]]), np.append(b, -b[i]), np.vstack([V2, (share - 1) * V[i]])


@instead_of("split", "multiplies by a matrix that repeats unit i, and by one that shares out its row")
def split_by_matrices(W, b, V, i, share):
    n = len(b)
    repeat = np.hstack([np.eye(n), np.eye(n)[:, [i]]])  # (n, n + 1)
    parts = repeat.T.copy()
    parts[i, i], parts[n, i] = share, 1 - share
    return W @ repeat, b @ repeat, parts @ V


@instead_of("split", "the new row is what is missing from the old one, as lists")
def split_by_lists(W, b, V, i, share):
    rows = [[share * v for v in row] if j == i else list(row) for j, row in enumerate(V)]
    rows.append([v - kept for v, kept in zip(V[i], rows[i], strict=True)])
    return [[*row, row[i]] for row in W], [*b, b[i]], rows
