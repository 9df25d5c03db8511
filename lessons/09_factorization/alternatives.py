"""Other right answers of lesson 09; the grader must accept them too."""

import numpy as np

from tinynet.course import instead_of


@instead_of("largest_saving_rank", "rounded up, minus one")
def ceiling_minus_one(m, n):
    return int(np.ceil(m * n / (m + n))) - 1


@instead_of("largest_saving_rank", "rank by rank")
def by_counting(m, n):
    return sum(1 for k in range(1, min(m, n) + 1) if k * (m + n) < m * n)


@instead_of("nearest", "from the eigenvectors of W^T W, and by projecting on them")
def by_eigenvectors(W, k):
    s2, B = np.linalg.eigh(W.T @ W)
    B, s = B[:, ::-1][:, :k], np.sqrt(s2[::-1][:k])
    return W @ B / np.sqrt(s), (B * np.sqrt(s)).T


@instead_of("nearest", "with diagonal matrices, and all signs turned around")
def with_diagonal_matrices(W, k):
    A, s, Bt = np.linalg.svd(W)
    root = np.diag(s[:k] ** 0.5)
    return -A[:, :k] @ root, -root @ Bt[:k, :]


@instead_of("nearest", "in float32, as a list")
def in_float32(W, k):
    A, s, Bt = np.linalg.svd(W.astype(np.float32), full_matrices=False)
    return [A[:, :k] * np.sqrt(s[:k]), (Bt[:k].T * np.sqrt(s[:k])).T]


@instead_of("gradients", "by einsum")
def by_einsum(G, U, V):
    return np.einsum("ij,cj->ic", G, V), np.einsum("ic,ij->cj", U, G)


@instead_of("gradients", "entry by entry")
def entry_by_entry(G, U, V):
    dU, dV = np.zeros_like(U), np.zeros_like(V)
    for i in range(U.shape[0]):
        for c in range(U.shape[1]):
            for j in range(V.shape[1]):
                dU[i, c] += G[i, j] * V[c, j]
                dV[c, j] += G[i, j] * U[i, c]
    return dU, dV


@instead_of("mended_rates", "by the ratio of the two rates, c^4")
def by_the_ratio(c, lr):
    rate = lr / (c * c)
    return rate * c**4, rate


@instead_of("mended_rates", "as an array")
def as_an_array(c, lr):
    return lr * np.array([c, 1 / c]) ** 2


@instead_of("share_seen", "by the singular vectors of U")
def by_singular_vectors(x, U):
    A = np.linalg.svd(U, full_matrices=False)[0]
    return float(((x @ A) ** 2).sum() / (x**2).sum())


@instead_of("share_seen", "by least squares: what remains is lost")
def by_least_squares(x, U):
    rest = x.T - U @ np.linalg.lstsq(U, x.T, rcond=None)[0]
    return 1 - (rest**2).sum() / (x**2).sum()


@instead_of("share_seen", "by the inverse of U^T U")
def by_the_normal_equations(x, U):
    first = x @ U @ np.linalg.inv(U.T @ U) @ U.T
    return np.sum(first * x) / np.sum(x * x)


@instead_of("smooth_bank", "a bump is the product of a bump along the rows and one along the columns")
def by_outer_products(side, centres, sigma):
    along = np.exp(-((np.arange(side)[:, None, None] - centres) ** 2) / (2 * sigma**2))  # (side, k, 2)
    along = along / np.linalg.norm(along, axis=0)
    return np.einsum("rk,ck->rck", along[:, :, 0], along[:, :, 1]).reshape(side * side, len(centres))


@instead_of("smooth_bank", "pixel by pixel")
def pixel_by_pixel(side, centres, sigma):
    U = []
    for row, column in centres:
        bump = [np.exp(-((r - row) ** 2 + (c - column) ** 2) / 2 / sigma**2) for r in range(side) for c in range(side)]
        U.append(np.array(bump) / sum(b * b for b in bump) ** 0.5)
    return np.array(U).T


@instead_of("rank_that_fits", "rank by rank")
def rank_by_rank(m, n, budget, bank):
    k = 0
    while True:
        numbers = (k + 1) * n + (0 if bank in ("random", "grid") else (k + 1) * m)
        if 4 * numbers + (8 if bank == "random" else 0) > budget:
            return k
        k += 1


@instead_of("rank_that_fits", "in bits")
def in_bits(m, n, budget, bank):
    if bank == "random":
        return max(0, int((8 * budget - 64) / (32 * n)))
    return int(8 * budget / (32 * n if bank == "grid" else 32 * (m + n)))
