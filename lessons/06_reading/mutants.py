"""Wrong answers to the exercises of lesson 6. Each shows one common mistake, and the sentence that explains it."""

import numpy as np

from tinynet.course import instead_of

# ---- information_gain


def shares(y):
    return np.unique(y, return_counts=True)[1] / len(y)


def entropy(y):
    return -np.sum(shares(y) * np.log2(shares(y)))


def gain(z, labels, impurity=entropy, weights=None):
    sides = [side for side in (labels[z >= 0], labels[z < 0]) if len(side)]
    weights = [len(side) / len(labels) for side in sides] if weights is None else weights
    return impurity(labels) - sum(w * impurity(side) for w, side in zip(weights, sides, strict=False))


@instead_of("information_gain", "this uses the natural logarithm, but bits need log2")
def in_nats(z, labels):
    return gain(z, labels, lambda y: -np.sum(shares(y) * np.log(shares(y))))


@instead_of("information_gain", "z = 0 was counted as a no, but the question is z >= 0")
def zero_is_no(z, labels):
    return gain(np.where(z == 0, -1.0, z), labels)


@instead_of("information_gain", "both answers got the same weight; weight each by its share of the examples")
def sides_alike(z, labels):
    return gain(z, labels, weights=[0.5, 0.5])


@instead_of("information_gain", "the two entropies were added unweighted; weight each by its share of the examples")
def sides_added(z, labels):
    return gain(z, labels, weights=[1, 1])


@instead_of("information_gain", "this is the entropy that is left after the answer; the gain is H(labels) minus that")
def what_is_left(z, labels):
    return entropy(labels) - gain(z, labels)


@instead_of("information_gain", "this uses the Gini impurity, 1 - sum p^2; the gain here is measured with the entropy")
def gini(z, labels):
    return gain(z, labels, lambda y: 1 - np.sum(shares(y) ** 2))


@instead_of("information_gain", "0 log2(0) gives nan: leave out classes and answers that do not occur")
def nan_for_none(z, labels):
    def entropy_of_all(y):
        with np.errstate(divide="ignore", invalid="ignore"):
            p = np.array([np.sum(y == c) for c in np.unique(labels)]) / len(y)
            return -np.sum(p * np.log2(p))

    return gain(z, labels, entropy_of_all)


@instead_of("information_gain", "z was cut to an integer first, which makes a 0 of everything between -1 and 0")
def cut_to_integers(z, labels):
    return gain(z.astype(int), labels)


@instead_of("information_gain", "the labels were counted from 0 up, but they may be any integers: use np.unique")
def labels_from_zero(z, labels):
    def entropy_from_zero(y):
        p = np.array([np.mean(y == c) for c in range(labels.max() + 1)])
        return -np.sum(p[p > 0] * np.log2(p[p > 0]))

    return gain(z, labels, entropy_from_zero)


@instead_of("information_gain", "this is the gain as a share of H(labels); return the gain itself, in bits")
def as_a_share(z, labels):
    return gain(z, labels) / entropy(labels) if entropy(labels) else 0.0


# ---- rank


def singular_values(A):
    return np.linalg.svd(A - A.mean(axis=0), compute_uv=False)


@instead_of("rank", "the means were left in, so the constant counts as a unit; subtract each column's mean")
def uncentred(A, tolerance):
    s = np.linalg.svd(A, compute_uv=False)
    return int(np.sum(s > tolerance * s[0]))


@instead_of(
    "rank",
    "the means were left in, and the tolerance was used as an absolute bound: subtract each column's mean, and compare "
    "with tolerance times the largest singular value (matrix_rank calls that share rtol, not tol)",
)
def absolute_uncentred(A, tolerance):
    return int(np.linalg.matrix_rank(A, tol=tolerance))


@instead_of(
    "rank",
    "the tolerance was used as an absolute bound; it is a share of the largest singular value (for matrix_rank: rtol)",
)
def absolute(A, tolerance):
    return int(np.sum(singular_values(A) > tolerance))


@instead_of("rank", "these are squared singular values, the eigenvalues of A^T A: take their roots first")
def squares(A, tolerance):
    s = singular_values(A) ** 2
    return int(np.sum(s > tolerance * s[0]))


@instead_of("rank", "the tolerance was used as a share of the sum; it is a share of the largest singular value")
def of_the_sum(A, tolerance):
    s = singular_values(A)
    return int(np.sum(s > tolerance * s.sum()))


@instead_of("rank", "the tolerance was used as a share of another norm; it is a share of the largest singular value")
def of_the_frobenius_norm(A, tolerance):
    s = singular_values(A)
    return int(np.sum(s > tolerance * np.linalg.norm(s)))


@instead_of("rank", "the tolerance was a share of a norm of A with its means; subtract them first, for both sides of >")
def of_the_uncentred(A, tolerance):
    return int(np.sum(singular_values(A) > tolerance * np.linalg.norm(A, 2)))


@instead_of("rank", "the units were scaled to the same spread first; only subtract the means")
def standardized(A, tolerance):
    spread = A.std(axis=0)
    s = singular_values(A / np.where(spread > 1e-9, spread, 1))
    return int(np.sum(s > tolerance * s[0]))


@instead_of("rank", "a constant layer has rank 0: a singular value of 0 is not larger than tolerance times 0")
def as_large_as(A, tolerance):
    s = singular_values(A)
    return int(np.sum(s >= tolerance * s[0]))


@instead_of("rank", "the tolerance was not used: matrix_rank alone counts all that is above rounding error")
def exactly(A, tolerance):
    return int(np.linalg.matrix_rank(A))


@instead_of("rank", "the small singular values were counted; the rank counts those above the tolerance")
def small_ones(A, tolerance):
    s = singular_values(A)
    return int(np.sum(s <= tolerance * s[0]))


# ---- fit_unit


@instead_of("fit_unit", "this c is the correlation; multiply it by the spread of a_j over the spread of a_i")
def correlation(a_i, a_j):
    c = np.corrcoef(a_i, a_j)[0, 1]
    return c, a_j.mean() - c * a_i.mean()


@instead_of("fit_unit", "np.cov divides by n - 1 but var by n; use one divisor for both, as in np.var(.., ddof=1)")
def two_divisors(a_i, a_j):
    c = np.cov(a_i, a_j)[0, 1] / a_i.var()
    return c, a_j.mean() - c * a_i.mean()


@instead_of("fit_unit", "this writes a_i in terms of a_j; unit i stays, so write a_j in terms of a_i")
def other_way_round(a_i, a_j):
    centred = a_j - a_j.mean()
    c = centred @ (a_i - a_i.mean()) / (centred @ centred)
    return c, a_i.mean() - c * a_j.mean()


@instead_of("fit_unit", "the means were left in c, which forces the line through the origin; subtract them first")
def through_the_origin(a_i, a_j):
    c = (a_i @ a_j) / (a_i @ a_i)
    return c, a_j.mean() - c * a_i.mean()


@instead_of("fit_unit", "d is not just the mean of a_j: subtract c times the mean of a_i")
def mean_alone(a_i, a_j):
    centred = a_i - a_i.mean()
    return centred @ (a_j - a_j.mean()) / (centred @ centred), a_j.mean()


@instead_of("fit_unit", "this c is the ratio of the spreads; multiply it by the correlation")
def ratio_of_spreads(a_i, a_j):
    c = a_j.std() / a_i.std()
    return c, a_j.mean() - c * a_i.mean()


# ---- merge


def without(W, b, V, e, j):
    return np.delete(W, j, axis=1), np.delete(b, j), np.delete(V, j, axis=0), e


def added(V, i, row):
    V = V.copy()
    V[i] += row
    return V


@instead_of("merge", "d was lost: d V_j is the same for every input, so add it to the bias e")
def bias_not_folded(W, b, V, e, i, j, c, d):
    return without(W, b, added(V, i, c * V[j]), e, j)


@instead_of("merge", "unit j was only cut out; what it added to the scores must go on: add c V_j to row i")
def cut_out(W, b, V, e, i, j, c, d):
    return without(W, b, V, e + d * V[j], j)


@instead_of("merge", "row j was added without c: the part of a_j that goes along with a_i is c a_i, so add c V_j")
def without_c(W, b, V, e, i, j, c, d):
    return without(W, b, added(V, i, V[j]), e + d * V[j], j)


@instead_of("merge", "d V_i was added to the bias; d belongs to unit j, whose row is V_j")
def row_of_i(W, b, V, e, i, j, c, d):
    return without(W, b, added(V, i, c * V[j]), e + d * V[i], j)


@instead_of("merge", "d itself was added to every score; it reaches the scores through unit j's row, as d V_j")
def d_alone(W, b, V, e, i, j, c, d):
    return without(W, b, added(V, i, c * V[j]), e + d, j)


@instead_of("merge", "unit i was removed and unit j kept; a_j can be computed from a_i, so j should go")
def wrong_one_gone(W, b, V, e, i, j, c, d):
    return without(W, b, added(V, j, c * V[i]), e + d * V[i], i)


@instead_of("merge", "row i was changed after unit j was cut out, when all units behind j had moved up by one")
def moved_up(W, b, V, e, i, j, c, d):
    W2, b2, V2, e2 = without(W, b, V, e + d * V[j], j)
    return W2, b2, added(V2, i, c * V[j]), e2


@instead_of("merge", "this changes the caller's V: work on V.copy()")
def in_place(W, b, V, e, i, j, c, d):
    V[i] += c * V[j]
    return without(W, b, V, e + d * V[j], j)
