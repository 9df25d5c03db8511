"""Wrong answers of lesson 20, each with the mistake behind it; the grader must reject them."""

import math

import numpy as np

from tinynet.course import instead_of

# ---- gap_bound


def hoeffding(n, delta):
    return math.sqrt(math.log(1 / delta) / (2 * n))


@instead_of("gap_bound", "t was subtracted, which bounds the disagreement from below; an upper bound adds t")
def wrong_side(of_a, of_b, delta):
    return np.mean(of_a != of_b) - hoeffding(len(of_a), delta)


@instead_of("gap_bound", "this is the disagreement on these inputs alone; by chance it may be too small, so add t")
def no_margin(of_a, of_b, delta):
    return np.mean(of_a != of_b)


@instead_of(
    "gap_bound", "2 / delta is for a bound on both sides; the lesson's inequality bounds one side, with 1 / delta"
)
def two_sided(of_a, of_b, delta):
    return np.mean(of_a != of_b) + hoeffding(len(of_a), delta / 2)


@instead_of("gap_bound", "this fails with probability 1 - delta; the exponential itself must be delta")
def confidence_for_delta(of_a, of_b, delta):
    return np.mean(of_a != of_b) + hoeffding(len(of_a), 1 - delta)


@instead_of("gap_bound", "the 2 in exp(-2 n t^2) got lost")
def no_two(of_a, of_b, delta):
    return np.mean(of_a != of_b) + math.sqrt(math.log(1 / delta) / len(of_a))


@instead_of("gap_bound", "this is t^2; take the square root")
def no_root(of_a, of_b, delta):
    return np.mean(of_a != of_b) + math.log(1 / delta) / (2 * len(of_a))


@instead_of("gap_bound", "n got lost: the more inputs, the smaller t")
def no_n(of_a, of_b, delta):
    return np.mean(of_a != of_b) + math.sqrt(math.log(1 / delta) / 2)


@instead_of("gap_bound", "this counts where a and b agree; the gap comes from where they differ")
def agreement(of_a, of_b, delta):
    return np.mean(of_a == of_b) + hoeffding(len(of_a), delta)


@instead_of("gap_bound", "the differing inputs were counted, but not divided by n; D is a share")
def not_a_share(of_a, of_b, delta):
    return np.sum(of_a != of_b) + hoeffding(len(of_a), delta)


@instead_of("gap_bound", "class numbers were subtracted; a 3 for an 8 is one difference, not five")
def class_numbers(of_a, of_b, delta):
    return np.mean(np.abs(of_a - of_b)) + hoeffding(len(of_a), delta)


@instead_of("gap_bound", "the logarithm to base 10 was taken; exp has the natural logarithm, np.log")
def base_ten(of_a, of_b, delta):
    return np.mean(of_a != of_b) + math.sqrt(math.log10(1 / delta) / (2 * len(of_a)))


@instead_of("gap_bound", "this is the normal approximation with 1.96; use Hoeffding's inequality, and the delta given")
def normal(of_a, of_b, delta):
    D = np.mean(of_a != of_b)
    return D + 1.96 * math.sqrt(D * (1 - D) / len(of_a))


@instead_of("gap_bound", "t was multiplied by the disagreement; add it")
def multiplied(of_a, of_b, delta):
    return np.mean(of_a != of_b) * (1 + hoeffding(len(of_a), delta))


@instead_of("gap_bound", "t grows with n here; the more inputs, the smaller it must be, so n belongs below the line")
def n_above(of_a, of_b, delta):
    return np.mean(of_a != of_b) + math.sqrt(math.log(1 / delta) / 2 * len(of_a))


@instead_of("gap_bound", "this is t alone; the bound is the disagreement on these inputs plus t")
def only_t(of_a, of_b, delta):
    return hoeffding(len(of_a), delta)


@instead_of("gap_bound", "0.05 stands where delta should")
def fixed_delta(of_a, of_b, delta):
    return np.mean(of_a != of_b) + hoeffding(len(of_a), 0.05)


@instead_of("gap_bound", "the bound is in percent; it must be a share, from 0 to 1")
def in_percent(of_a, of_b, delta):
    return 100 * (np.mean(of_a != of_b) + hoeffding(len(of_a), delta))


@instead_of("gap_bound", "this is the normal approximation; use Hoeffding's inequality, which holds for every n")
def normal_quantile(of_a, of_b, delta):
    from scipy import stats

    D = np.mean(of_a != of_b)
    return D + stats.norm.ppf(1 - delta) * math.sqrt(D * (1 - D) / len(of_a))


@instead_of("gap_bound", "this is the exact binomial bound, tighter but not what was asked; use Hoeffding's inequality")
def exact(of_a, of_b, delta):
    from scipy import stats

    k, n = np.sum(of_a != of_b), len(of_a)
    return stats.beta.ppf(1 - delta, k + 1, n - k)


# ---- spearman


def mean_ranks(v):
    return np.array([np.sum(v < one) + (np.sum(v == one) + 1) / 2 for one in v])


def in_order(v):
    return np.argsort(np.argsort(v, kind="stable"), kind="stable") + 1


@instead_of("spearman", "equal values got different ranks, in order of appearance; they share the mean of their ranks")
def no_ties(x, y):
    return np.corrcoef(in_order(x), in_order(y))[0, 1]


@instead_of("spearman", "equal values got different ranks, in order of appearance; they share the mean of their ranks")
def no_ties_by_formula(x, y):
    d = in_order(x) - in_order(y)
    return 1 - 6 * np.sum(d**2) / (len(x) ** 3 - len(x))


@instead_of("spearman", "1 - 6 sum d^2 / (n^3 - n) holds only without ties; correlate the ranks")
def short_formula(x, y):
    d = mean_ranks(x) - mean_ranks(y)
    return 1 - 6 * np.sum(d**2) / (len(x) ** 3 - len(x))


@instead_of("spearman", "argsort alone gives the places of the sorted values, not the rank of each value")
def one_argsort(x, y):
    return np.corrcoef(np.argsort(x, kind="stable"), np.argsort(y, kind="stable"))[0, 1]


@instead_of("spearman", "the values themselves were correlated; correlate their ranks")
def pearson(x, y):
    return np.corrcoef(x, y)[0, 1]


@instead_of("spearman", "equal values got the lowest of their ranks; they share the mean")
def lowest_rank(x, y):
    return np.corrcoef(*([np.sum(v < one) for one in v] for v in (x, y)))[0, 1]


@instead_of("spearman", "equal values got the highest of their ranks; they share the mean")
def highest_rank(x, y):
    return np.corrcoef(*([np.sum(v <= one) for one in v] for v in (x, y)))[0, 1]


@instead_of(
    "spearman", "ranks were not skipped after equal values: 5, 7, 7, 9 have the ranks 1, 2.5, 2.5, 4, not 1, 2, 2, 3"
)
def dense_ranks(x, y):
    return np.corrcoef(*(np.unique(v, return_inverse=True)[1].ravel() for v in (x, y)))[0, 1]


@instead_of("spearman", "only one of the two was ranked")
def one_ranked(x, y):
    return np.corrcoef(mean_ranks(x), y)[0, 1]


@instead_of("spearman", "the sign is lost or reversed: large x with large y is a positive correlation")
def reversed_sign(x, y):
    return np.corrcoef(mean_ranks(x), mean_ranks(-y))[0, 1]


@instead_of("spearman", "this is the whole matrix of correlations; return its entry [0, 1]")
def whole_matrix(x, y):
    return np.corrcoef(mean_ranks(x), mean_ranks(y))


@instead_of("spearman", "this is Kendall's tau, which counts pairs in the same order; correlate ranks")
def kendall(x, y):
    from scipy import stats

    return stats.kendalltau(x, y).statistic


@instead_of("spearman", "equal values got different ranks, in order of appearance; they share the mean of their ranks")
def no_ties_by_default(x, y):
    return np.corrcoef(np.argsort(np.argsort(x)), np.argsort(np.argsort(y)))[0, 1]


@instead_of("spearman", "the correlation has lost its sign; it is negative if large x go with small y")
def absolute(x, y):
    return abs(np.corrcoef(mean_ranks(x), mean_ranks(y))[0, 1])


@instead_of("spearman", "the means of the ranks were not subtracted; a correlation is of what deviates from the mean")
def uncentred_ranks(x, y):
    p, q = mean_ranks(x), mean_ranks(y)
    return p @ q / math.sqrt((p @ p) * (q @ q))


@instead_of("spearman", "this is the covariance of the ranks; divide it by both standard deviations")
def covariance(x, y):
    return np.cov(mean_ranks(x), mean_ranks(y))[0, 1]


@instead_of("spearman", "the covariance divides by n - 1, the standard deviations by n; take the same for both")
def mixed_denominators(x, y):
    p, q = mean_ranks(x), mean_ranks(y)
    return np.cov(p, q)[0, 1] / (p.std() * q.std())


@instead_of("spearman", "this is SciPy's p-value; the correlation is its .statistic")
def p_value(x, y):
    from scipy import stats

    return stats.spearmanr(x, y).pvalue


@instead_of("spearman", "argsort alone gives the places of the sorted values, not the rank of each value")
def one_argsort_by_default(x, y):
    return np.corrcoef(np.argsort(x), np.argsort(y))[0, 1]


@instead_of("spearman", "argsort alone gives the places of the sorted values, not the rank of each value")
def one_argsort_by_formula(x, y):
    d = np.argsort(x) - np.argsort(y)
    return 1 - 6 * np.sum(d**2) / (len(x) ** 3 - len(x))


@instead_of("spearman", "this is Kendall's tau, which counts pairs in the same order; correlate ranks")
def kendall_by_pairs(x, y):
    signs = [np.sign(v[:, None] - v)[np.triu_indices(len(v), 1)] for v in (x, y)]
    return np.mean(signs[0] * signs[1])


# ---- paired_test


def bought(of_a, of_b, label):
    """Return where a and b differ, and the labels there."""
    where = np.flatnonzero(of_a != of_b)
    return where, np.array([label(i) for i in where.tolist()], int)


def counts(of_a, of_b, label):
    where, y = bought(of_a, of_b, label)
    return int(np.sum(of_b[where] == y)), int(np.sum(of_a[where] == y)), len(where)


def tail(m, k):
    return sum(math.comb(m, j) for j in range(k + 1)) / 2**m


def sign_test(n10, n01):
    """Return the p-value as it should be."""
    return min(1.0, 2 * tail(n10 + n01, min(n10, n01)))


@instead_of("paired_test", "such a label tells nothing about the gap, so do not buy it")
def buys_all(of_a, of_b, label):
    y = np.array([label(i) for i in range(len(of_a))])
    n10, n01 = int(np.sum((of_a != y) & (of_b == y))), int(np.sum((of_a == y) & (of_b != y)))
    return (n10 - n01) / len(y), sign_test(n10, n01)


@instead_of("paired_test", "it takes one whole number, the place of an input")
def asks_for_arrays(of_a, of_b, label):
    where = np.flatnonzero(of_a != of_b)
    y = label(where)
    n10, n01 = int(np.sum(of_b[where] == y)), int(np.sum(of_a[where] == y))
    return (n10 - n01) / len(of_a), sign_test(n10, n01)


@instead_of("paired_test", "the sign of the gap is reversed; it is positive if a errs more")
def reversed_gap(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n01 - n10) / len(of_a), sign_test(n10, n01)


@instead_of("paired_test", "the gap has lost its sign; it is negative if b errs more")
def absolute_gap(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return abs(n01 - n10) / len(of_a), sign_test(n10, n01)


@instead_of("paired_test", "the gap was divided by the number of labels; error rates are shares of all n inputs")
def per_label(of_a, of_b, label):
    n10, n01, differ = counts(of_a, of_b, label)
    return (n10 - n01) / max(differ, 1), sign_test(n10, n01)


@instead_of("paired_test", "the gap was divided by the number of tosses; error rates are shares of all n inputs")
def per_toss(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / max(n10 + n01, 1), sign_test(n10, n01)


@instead_of("paired_test", "this p counts one side only; either network may be ahead, so it is twice as large")
def one_sided(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), 1.0 if n10 == n01 else tail(n10 + n01, min(n10, n01))


@instead_of("paired_test", "this p is one side only, and below 1 even where the tosses divide evenly")
def one_sided_always(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), tail(n10 + n01, min(n10, n01))


@instead_of("paired_test", "p is above 1 where the tosses divide evenly, since the middle was counted twice")
def above_one(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), 2 * tail(n10 + n01, min(n10, n01))


@instead_of("paired_test", "inputs on which both are wrong were counted as tosses; they favour neither")
def both_wrong_tossed(of_a, of_b, label):
    n10, n01, differ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), min(1.0, 2 * tail(differ, min(n10, n01)))


@instead_of("paired_test", "inputs on which both are wrong were counted as tosses; they favour neither")
def both_wrong_tossed_up(of_a, of_b, label):
    n10, n01, differ = counts(of_a, of_b, label)
    more = sum(math.comb(differ, k) for k in range(max(n10, n01), differ + 1)) / 2**differ
    return (n10 - n01) / len(of_a), min(1.0, 2 * more)


@instead_of("paired_test", "where both are wrong, b does not win: a is wrong, but b must be right as well")
def not_right_is_wrong(of_a, of_b, label):
    where, y = bought(of_a, of_b, label)
    n10, n01 = int(np.sum(of_a[where] != y)), int(np.sum(of_a[where] == y))
    return (n10 - n01) / len(of_a), sign_test(n10, n01)


@instead_of("paired_test", "all errors of a and of b were made tosses; where both are wrong nobody scores")
def errors_as_tosses(of_a, of_b, label):
    where, y = bought(of_a, of_b, label)
    wrong_a, wrong_b = int(np.sum(of_a[where] != y)), int(np.sum(of_b[where] != y))
    return (wrong_a - wrong_b) / len(of_a), min(1.0, 2 * tail(wrong_a + wrong_b, min(wrong_a, wrong_b)))


@instead_of("paired_test", "this is the probability of exactly this split; add the more uneven ones")
def exactly_this(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), 1.0 if n10 == n01 else 2 * math.comb(n10 + n01, n10) / 2 ** (n10 + n01)


@instead_of("paired_test", "the observed split itself is missing from the sum; count k up to the smaller score")
def strictly_more(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), 1.0 if n10 == n01 else 2 * tail(n10 + n01, min(n10, n01) - 1)


@instead_of("paired_test", "a normal curve was put in place of the tosses; with so few of them, add up the exact odds")
def by_chi_square(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    z = abs(n10 - n01) / math.sqrt(max(n10 + n01, 1))
    return (n10 - n01) / len(of_a), math.erfc(z / math.sqrt(2))


@instead_of("paired_test", "the sum runs up to the larger score, so p is close to 1; sum up to the smaller one")
def larger_score(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), min(1.0, 2 * tail(n10 + n01, max(n10, n01)))


@instead_of(
    "paired_test", "the scores were tested as tosses among all n inputs; only where one alone is right is a toss"
)
def among_all(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), min(1.0, 2 * tail(len(of_a), min(n10, n01)))


@instead_of("paired_test", "2**m overflows to 0 if m is one of NumPy's whole numbers and above 62; turn it into an int")
def overflowing(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    with np.errstate(all="ignore"):
        m = np.int64(n10 + n01)
        below = np.float64(sum(math.comb(int(m), j) for j in range(min(n10, n01) + 1)))
        return (n10 - n01) / len(of_a), float(min(1.0, 2 * below / np.int64(2) ** m))


@instead_of("paired_test", "division by zero, or no p, if no input favours either network; then p is 1 and the gap 0")
def nothing_to_toss(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    if n10 + n01 == 0:
        return 0.0, 0.0
    return (n10 - n01) / len(of_a), sign_test(n10, n01)


@instead_of("paired_test", "2**m overflows to 0 if m is one of NumPy's whole numbers and above 62; turn it into an int")
def overflowing_sums(of_a, of_b, label):
    where, y = bought(of_a, of_b, label)
    n10, n01 = np.sum(of_b[where] == y), np.sum(of_a[where] == y)
    m = n10 + n01
    return (n10 - n01) / len(of_a), min(1, 2 * sum(math.comb(m, k) for k in range(min(n10, n01) + 1)) / 2**m)


@instead_of("paired_test", "gap and p have changed places; the gap comes first")
def swapped_values(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return sign_test(n10, n01), (n10 - n01) / len(of_a)


@instead_of("paired_test", "the gap is a number of inputs; divide by n for a difference of error rates")
def gap_counted(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return n10 - n01, sign_test(n10, n01)


@instead_of("paired_test", "chi-squared with a correction came in place of the tosses; add up the exact odds")
def corrected_chi_square(of_a, of_b, label):
    from scipy import stats

    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), stats.chi2.sf((abs(n10 - n01) - 1) ** 2 / max(n10 + n01, 1), 1)


@instead_of("paired_test", "if no input favours either network there is nothing to toss; then the gap is 0 and p is 1")
def binomial_of_none(of_a, of_b, label):
    from scipy import stats

    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), stats.binomtest(n10, n10 + n01).pvalue


@instead_of("paired_test", "the observed split itself is missing from the sum; count k up to the smaller score")
def range_too_short(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), min(1.0, 2 * tail(n10 + n01, min(n10, n01) - 1))


@instead_of("paired_test", "this is the probability of exactly this split; add the more uneven ones")
def this_split(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), min(1.0, 2 * math.comb(n10 + n01, n10) / 2 ** (n10 + n01))


@instead_of("paired_test", "the sum runs up to the score of a, whoever is behind; sum up to the smaller of the two")
def up_to_a(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), min(1.0, 2 * tail(n10 + n01, n01))


@instead_of("paired_test", "and paid for each time; ask once, and keep the answer")
def asks_twice(of_a, of_b, label):
    counts(of_a, of_b, label)
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), sign_test(n10, n01)


@instead_of("paired_test", "and paid for each time; ask once, and keep the answer")
def asks_for_either(of_a, of_b, label):
    where = np.flatnonzero(of_a != of_b).tolist()
    n10, n01 = sum(of_b[i] == label(i) for i in where), sum(of_a[i] == label(i) for i in where)
    m = int(n10 + n01)
    return (n10 - n01) / len(of_a), min(1.0, 2 * tail(m, min(n10, n01)))


# The same mistakes again, without a thought of inputs that favour neither network: some then divide by zero.


@instead_of("paired_test", "the gap was divided by the number of labels; error rates are shares of all n inputs")
def per_label_unguarded(of_a, of_b, label):
    n10, n01, differ = counts(of_a, of_b, label)
    return (n10 - n01) / differ, sign_test(n10, n01)


@instead_of("paired_test", "the gap was divided by the number of labels; error rates are shares of all n inputs")
def per_label_in_numpy(of_a, of_b, label):
    n10, n01, differ = counts(of_a, of_b, label)
    return np.int64(n10 - n01) / np.int64(differ), sign_test(n10, n01)


@instead_of("paired_test", "the gap was divided by the number of tosses; error rates are shares of all n inputs")
def per_toss_unguarded(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / (n10 + n01), sign_test(n10, n01)


@instead_of("paired_test", "the gap was divided by the number of tosses; error rates are shares of all n inputs")
def per_toss_in_numpy(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return np.int64(n10 - n01) / np.int64(n10 + n01), sign_test(n10, n01)


@instead_of("paired_test", "a normal curve was put in place of the tosses; with so few of them, add up the exact odds")
def normal_unguarded(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), math.erfc(abs(n10 - n01) / math.sqrt(n10 + n01) / math.sqrt(2))


@instead_of("paired_test", "a normal curve was put in place of the tosses; with so few of them, add up the exact odds")
def normal_in_numpy(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    z = np.int64(abs(n10 - n01)) / np.sqrt(n10 + n01)
    return (n10 - n01) / len(of_a), math.erfc(z / math.sqrt(2))


@instead_of("paired_test", "a normal curve was put in place of the tosses; with so few of them, add up the exact odds")
def chi_square_unguarded(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), math.erfc(math.sqrt((n10 - n01) ** 2 / (n10 + n01) / 2))


@instead_of("paired_test", "a normal curve was put in place of the tosses; with so few of them, add up the exact odds")
def corrected_normal(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    z = (abs(n10 - n01) - 1) / math.sqrt(max(n10 + n01, 1))
    return (n10 - n01) / len(of_a), min(1.0, math.erfc(z / math.sqrt(2))) if n10 + n01 else 1.0


@instead_of("paired_test", "this p counts only tosses in which a errs as often or more; add those in which b does")
def one_sided_for_a(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), tail(n10 + n01, n01)


@instead_of("paired_test", "this p counts only tosses in which b errs as often or more; add those in which a does")
def one_sided_for_b(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), tail(n10 + n01, n10)


@instead_of("paired_test", "the sum runs up to the score of b, whoever is behind; sum up to the smaller of the two")
def up_to_b(of_a, of_b, label):
    n10, n01, _ = counts(of_a, of_b, label)
    return (n10 - n01) / len(of_a), min(1.0, 2 * tail(n10 + n01, n10))


@instead_of("paired_test", "where both are wrong, a does not win: b is wrong, but a must be right as well")
def not_right_is_wrong_for_b(of_a, of_b, label):
    n10, n01, differ = counts(of_a, of_b, label)
    n01 = differ - n10
    return (n10 - n01) / len(of_a), min(1.0, 2 * tail(differ, min(n10, n01)))


# ---- labels_needed


def answer(n, labels):
    return math.ceil(n), math.ceil(n) * labels


def given(a_alone, b_alone):
    gap = a_alone - b_alone
    return gap, a_alone + b_alone - gap**2


@instead_of(
    "labels_needed", "the two kinds of errors were taken as independent; they exclude each other: var d = E d^2 - g^2"
)
def independent(a_alone, b_alone, both, z):
    gap, _ = given(a_alone, b_alone)
    variance = a_alone * (1 - a_alone) + b_alone * (1 - b_alone)
    return answer(z**2 * variance / gap**2, a_alone + b_alone + both)


@instead_of("labels_needed", "unpaired: this adds the variances of two error rates, each with pictures of its own")
def unpaired(a_alone, b_alone, both, z):
    gap, _ = given(a_alone, b_alone)
    a, b = a_alone + both, b_alone + both
    return answer(z**2 * (a * (1 - a) + b * (1 - b)) / gap**2, a_alone + b_alone + both)


@instead_of("labels_needed", "g^2 is missing from the variance: var d = E d^2 - (E d)^2")
def second_moment(a_alone, b_alone, both, z):
    gap, _ = given(a_alone, b_alone)
    return answer(z**2 * (a_alone + b_alone) / gap**2, a_alone + b_alone + both)


@instead_of("labels_needed", "inputs on which both are wrong give 0; they do not add to the variance")
def both_in_variance(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return answer(z**2 * (variance + both) / gap**2, a_alone + b_alone + both)


@instead_of("labels_needed", "where both are wrong but differ, a label is needed too; nobody knows that before")
def both_unpaid(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return answer(z**2 * variance / gap**2, a_alone + b_alone)


@instead_of("labels_needed", "every input was given a label; only where a and b differ one is needed")
def all_paid(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return answer(z**2 * variance / gap**2, 1)


@instead_of("labels_needed", "z is not squared")
def z_not_squared(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return answer(z * variance / gap**2, a_alone + b_alone + both)


@instead_of("labels_needed", "z is not used; 1.96 stands in its place")
def fixed_z(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return answer(1.96**2 * variance / gap**2, a_alone + b_alone + both)


@instead_of("labels_needed", "the gap is not squared: n = z^2 variance / g^2")
def gap_not_squared(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return answer(z**2 * variance / abs(gap), a_alone + b_alone + both)


@instead_of("labels_needed", "the standard deviation was taken for the variance")
def deviation(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return answer(z**2 * math.sqrt(variance) / gap**2, a_alone + b_alone + both)


@instead_of(
    "labels_needed", "n was rounded down, where the gap is still a little shorter than z standard errors; round up"
)
def rounded_down(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    n = math.floor(z**2 * variance / gap**2)
    return n, n * (a_alone + b_alone + both)


@instead_of("labels_needed", "n is not a whole number; round it up")
def not_rounded(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    n = z**2 * variance / gap**2
    return n, n * (a_alone + b_alone + both)


@instead_of("labels_needed", "the labels were computed from n before it was rounded up")
def labels_of_unrounded(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    n = z**2 * variance / gap**2
    return math.ceil(n), n * (a_alone + b_alone + both)


@instead_of("labels_needed", "the number of labels was rounded; it is an expected number and need not be whole")
def whole_labels(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    n = math.ceil(z**2 * variance / gap**2)
    return n, math.ceil(n * (a_alone + b_alone + both))


@instead_of("labels_needed", "inputs and labels have changed places; the inputs come first")
def swapped(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    n = math.ceil(z**2 * variance / gap**2)
    return n * (a_alone + b_alone + both), n


@instead_of("labels_needed", "this is the bound p (1 - p) <= 1/4 of a single share; the variance is known here")
def worst_case(a_alone, b_alone, both, z):
    gap, _ = given(a_alone, b_alone)
    return answer(z**2 / 4 / gap**2, a_alone + b_alone + both)


@instead_of("labels_needed", "the number of labels was rounded; it is an expected number and need not be whole")
def labels_to_nearest(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    n = math.ceil(z**2 * variance / gap**2)
    return n, round(n * (a_alone + b_alone + both))


@instead_of("labels_needed", "these are the inputs on which a and b agree; labels are needed where they differ")
def labels_of_agreement(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return answer(z**2 * variance / gap**2, 1 - a_alone - b_alone - both)


@instead_of(
    "labels_needed", "the covariance has the wrong sign: a gap of two numbers that exclude each other varies more"
)
def covariance_subtracted(a_alone, b_alone, both, z):
    gap, _ = given(a_alone, b_alone)
    variance = a_alone * (1 - a_alone) + b_alone * (1 - b_alone) - 2 * a_alone * b_alone
    return answer(z**2 * variance / gap**2, a_alone + b_alone + both)


@instead_of("labels_needed", "D (1 - D) is the variance of the disagreement; find the variance of 1, -1 and 0")
def of_disagreement(a_alone, b_alone, both, z):
    gap, _ = given(a_alone, b_alone)
    D = a_alone + b_alone + both
    return answer(z**2 * D * (1 - D) / gap**2, D)


@instead_of("labels_needed", "|g| (1 - |g|) is the variance of a share; the numbers 1, -1 and 0 have E d^2 - g^2")
def as_a_share(a_alone, b_alone, both, z):
    gap = abs(a_alone - b_alone)
    return answer(z**2 * gap * (1 - gap) / gap**2, a_alone + b_alone + both)


@instead_of(
    "labels_needed", "solve |g| = z sqrt(variance / n) for n: square both sides, so z sqrt(variance) / |g| is sqrt(n)"
)
def root_of_n(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return answer(z * math.sqrt(variance) / abs(gap), a_alone + b_alone + both)


@instead_of("labels_needed", "this is the number of labels for one input; multiply by n")
def labels_per_input(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return math.ceil(z**2 * variance / gap**2), a_alone + b_alone + both


@instead_of("labels_needed", "the gap is not squared: n = z^2 variance / g^2")
def signed_gap(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return answer(z**2 * variance / gap, a_alone + b_alone + both)


@instead_of(
    "labels_needed", "n is one too large where z^2 variance / g^2 is whole; math.ceil leaves such a number as it is"
)
def floor_plus_one(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    n = math.floor(z**2 * variance / gap**2) + 1
    return n, n * (a_alone + b_alone + both)


@instead_of("labels_needed", "n is one too large; math.ceil alone rounds up")
def ceil_plus_one(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    n = math.ceil(z**2 * variance / gap**2) + 1
    return n, n * (a_alone + b_alone + both)


@instead_of("labels_needed", "n was rounded to the nearest whole number; round up, or the gap may still be too short")
def to_nearest(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    n = round(z**2 * variance / gap**2)
    return n, n * (a_alone + b_alone + both)


@instead_of("labels_needed", "where both are wrong there is still one input, and it needs one label, not two")
def both_paid_twice(a_alone, b_alone, both, z):
    gap, variance = given(a_alone, b_alone)
    return answer(z**2 * variance / gap**2, a_alone + b_alone + 2 * both)


# ---- linear_cka


def score(X, Y):
    return np.linalg.norm(X.T @ Y) ** 2 / (np.linalg.norm(X.T @ X) * np.linalg.norm(Y.T @ Y))


@instead_of(
    "linear_cka", "this is the colleague's function unchanged: the means of the units still make layers look alike"
)
def uncentred(X, Y):
    return score(X, Y)


@instead_of("linear_cka", "the mean was taken over the units of an input; each unit has its own mean, over the inputs")
def centred_rows(X, Y):
    return score(X - X.mean(axis=1, keepdims=True), Y - Y.mean(axis=1, keepdims=True))


@instead_of("linear_cka", "one mean was taken off all entries; each unit has its own")
def centred_at_once(X, Y):
    return score(X - X.mean(), Y - Y.mean())


@instead_of("linear_cka", "only X was centred; Y's units have means as well")
def only_one(X, Y):
    return score(X - X.mean(axis=0), Y)


@instead_of("linear_cka", "only Y was centred; X's units have means as well")
def only_other(X, Y):
    return score(X, Y - Y.mean(axis=0))


@instead_of("linear_cka", "the products were centred, not the activations")
def products_centred(X, Y):
    centred = lambda M: M - M.mean(axis=0)
    return np.linalg.norm(centred(X.T @ Y)) ** 2 / (
        np.linalg.norm(centred(X.T @ X)) * np.linalg.norm(centred(Y.T @ Y)) + 1e-300
    )


@instead_of("linear_cka", "units were also divided by their standard deviation, so turning the axes changes the result")
def standardized(X, Y):
    z = lambda M: (M - M.mean(axis=0)) / M.std(axis=0)
    return score(z(X), z(Y))


@instead_of("linear_cka", "the norm above the line is not squared")
def not_squared(X, Y):
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    return np.linalg.norm(X.T @ Y) / np.sqrt(np.linalg.norm(X.T @ X) * np.linalg.norm(Y.T @ Y))


@instead_of("linear_cka", "this is a distance, 1 - CKA; the colleague's number is 1 for layers that are alike")
def as_distance(X, Y):
    return 1 - score(X - X.mean(axis=0), Y - Y.mean(axis=0))


@instead_of("linear_cka", "the median was taken off; a constant goes away with it, but CKA takes the mean off")
def medians(X, Y):
    return score(X - np.median(X, axis=0), Y - np.median(Y, axis=0))


@instead_of("linear_cka", "this is the largest singular value; the norm is the root of the sum of all squares")
def spectral(X, Y):
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    size = lambda M: np.linalg.norm(M, 2)
    return size(X.T @ Y) ** 2 / (size(X.T @ X) * size(Y.T @ Y))


@instead_of("linear_cka", "the smallest value of each unit was taken off; take off its mean")
def from_smallest(X, Y):
    return score(X - X.min(axis=0), Y - Y.min(axis=0))


@instead_of("linear_cka", "sigmoid was turned back into tanh with 2x - 1; it must work whatever the constant is")
def back_to_tanh(X, Y):
    return score(2 * X - 1, 2 * Y - 1)


@instead_of("linear_cka", "the table of inputs was centred on one side only; rows and columns both have a mean")
def one_side(X, Y):
    K, L = (Z @ Z.T - (Z @ Z.T).mean(axis=0) for Z in (X, Y))
    return np.sum(K * L) / (np.linalg.norm(K) * np.linalg.norm(L))


@instead_of("linear_cka", "below the line stand the norms of X^T X and Y^T Y, not those of X and Y squared")
def norms_of_layers(X, Y):
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    return np.linalg.norm(X.T @ Y) ** 2 / (np.linalg.norm(X) * np.linalg.norm(Y)) ** 2


@instead_of("linear_cka", "the square above the line got lost")
def square_lost(X, Y):
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    return np.linalg.norm(X.T @ Y) / (np.linalg.norm(X.T @ X) * np.linalg.norm(Y.T @ Y))


@instead_of(
    "linear_cka", "the first input was taken off; then the result depends on which input comes first. Take off the mean"
)
def from_first(X, Y):
    return score(X - X[0], Y - Y[0])


@instead_of(
    "linear_cka", "units were also scaled to the same range; a unit that says little then counts as much as the others"
)
def same_range(X, Y):
    unit = lambda M: (M - M.mean(axis=0)) / (M.max(axis=0) - M.min(axis=0))
    return score(unit(X), unit(Y))


@instead_of("linear_cka", "the table of inputs was centred by one mean; rows and columns each have their own")
def one_mean_for_tables(X, Y):
    K, L = (Z @ Z.T - np.mean(Z @ Z.T) for Z in (X, Y))
    return np.sum(K * L) / (np.linalg.norm(K) * np.linalg.norm(L))


# ---- consensus


def votes_of(classes):
    return np.array([(classes == c).sum(axis=0) for c in range(classes.max() + 1)])


@instead_of("consensus", "class numbers were averaged; between a 3 and a 7 there is no 5")
def mean_class(classes):
    return np.round(classes.mean(axis=0)).astype(int)


@instead_of("consensus", "this is the median of the class numbers; count votes instead")
def median_class(classes):
    return np.median(classes, axis=0).astype(int)


@instead_of("consensus", "of classes with equally many votes the highest was taken; take the lowest")
def highest_of_equals(classes):
    votes = votes_of(classes)
    return len(votes) - 1 - np.argmax(votes[::-1], axis=0)


@instead_of("consensus", "of classes with equally many votes the first that came up was taken; take the lowest")
def first_of_equals(classes):
    from collections import Counter

    return np.array([Counter(column).most_common(1)[0][0] for column in classes.T.tolist()])


@instead_of("consensus", "this is how many votes the winner has; return which class it is")
def number_of_votes(classes):
    return votes_of(classes).max(axis=0)


@instead_of("consensus", "the votes of a network over all inputs were counted; each input has its own vote")
def by_network(classes):
    return np.array([np.bincount(row).argmax() for row in classes])


@instead_of("consensus", "all inputs were counted together; each input has its own vote")
def all_together(classes):
    return np.full(classes.shape[1], np.bincount(classes.ravel()).argmax())


@instead_of("consensus", "the highest class was never counted; classes run up to and including classes.max()")
def one_too_few(classes):
    top = classes.max()
    if top == 0:
        return np.zeros(classes.shape[1], int)
    return np.argmax([(classes == c).sum(axis=0) for c in range(top)], axis=0)


@instead_of("consensus", "this is what the first network says; let all of them vote")
def first_network(classes):
    return classes[0].copy()


@instead_of("consensus", "a class was taken only with more than half of the votes; the most votes are enough")
def absolute_majority(classes):
    votes = votes_of(classes)
    return np.where(votes.max(axis=0) * 2 > len(classes), votes.argmax(axis=0), 0)


@instead_of("consensus", "this is the place in the list of classes that occur, not the class itself")
def place_in_list(classes):
    return np.argmax([(classes == c).sum(axis=0) for c in np.unique(classes)], axis=0)


@instead_of("consensus", "as many classes were counted as there are networks; count all classes up to classes.max()")
def as_many_as_networks(classes):
    return np.argmax([(classes == c).sum(axis=0) for c in range(len(classes))], axis=0)


@instead_of(
    "consensus", "the largest count was looked for among the inputs; for each input, look among the classes (axis 0)"
)
def wrong_axis(classes):
    return np.argmax([(classes == c).sum(axis=0) for c in range(10)], axis=1)


@instead_of("consensus", "class 0 was not counted, so all answers are one too low")
def from_one(classes):
    return np.argmax([(classes == c).sum(axis=0) for c in range(1, max(classes.max(), 1) + 1)], axis=0)


@instead_of("consensus", "this is the median of the class numbers; count votes instead")
def upper_median(classes):
    return np.sort(classes, axis=0)[len(classes) // 2]


@instead_of("consensus", "only the classes 0, 1 and 2 were counted; count all classes up to classes.max()")
def three_classes(classes):
    return np.argmax([(classes == c).sum(axis=0) for c in range(3)], axis=0)


@instead_of("consensus", "this is the table of votes; return the class with the most votes, np.argmax along axis 0")
def table_of_votes(classes):
    return votes_of(classes)


@instead_of("consensus", "this is the table of votes; return the class with the most votes, np.argmax along axis 0")
def table_by_input(classes):
    return votes_of(classes).T
