"""Wrong answers of lesson 22, each with the mistake behind it; the grader must reject them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

import tinynet as tn
from tinynet import functional as F
from tinynet.course import instead_of
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Parameter
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import uniform

# ---- how many seeds


@instead_of(
    "seeds_needed", "one standard error is enough here; the difference must be twice as large, so 4 times the seeds"
)
def one_standard_error(difference, spread_a, spread_b):
    return max(2, int(np.ceil((spread_a**2 + spread_b**2) / difference**2)))


@instead_of("seeds_needed", "2 was left as it is when both sides were squared; 2^2 = 4")
def two_not_squared(difference, spread_a, spread_b):
    return max(2, int(np.ceil(2 * (spread_a**2 + spread_b**2) / difference**2)))


@instead_of("seeds_needed", "standard deviations were added; of independent runs the variances add up")
def spreads_added(difference, spread_a, spread_b):
    return max(2, int(np.ceil(4 * (spread_a + spread_b) ** 2 / difference**2 - 1e-9)))


@instead_of("seeds_needed", "only one method's spread is counted; both means are uncertain")
def one_spread(difference, spread_a, spread_b):
    return max(2, int(np.ceil(4 * spread_a**2 / difference**2)))


@instead_of("seeds_needed", "rounded down; with one seed fewer than needed the difference does not stand out yet")
def rounded_down(difference, spread_a, spread_b):
    return max(2, int(4 * (spread_a**2 + spread_b**2) / difference**2))


@instead_of("seeds_needed", "a single seed has no spread; the answer is at least 2")
def one_is_enough(difference, spread_a, spread_b):
    return int(np.ceil(4 * (spread_a**2 + spread_b**2) / difference**2 - 1e-9))


@instead_of(
    "seeds_needed", "the difference was not squared: twice as small a difference takes four times as many seeds"
)
def difference_not_squared(difference, spread_a, spread_b):
    return max(2, int(np.ceil(4 * (spread_a**2 + spread_b**2) / abs(difference))))


@instead_of("seeds_needed", "the root was left out on one side: n is the square of 2 spread / difference")
def root_of_the_answer(difference, spread_a, spread_b):
    return max(2, int(np.ceil(2 * np.hypot(spread_a, spread_b) / abs(difference))))


@instead_of("seeds_needed", "standard deviations were added; of independent runs the variances add up")
def spreads_added_and_one_is_enough(difference, spread_a, spread_b):
    return int(np.ceil((2 * (spread_a + spread_b) / difference) ** 2 - 1e-9))


@instead_of(
    "seeds_needed",
    "rounded to the nearest whole number; with fewer seeds than needed the difference does not stand out",
)
def rounded(difference, spread_a, spread_b):
    return max(2, round(4 * (spread_a**2 + spread_b**2) / difference**2))


@instead_of("seeds_needed", "only the larger spread is counted; both means are uncertain")
def larger_spread(difference, spread_a, spread_b):
    return max(2, int(np.ceil(4 * max(spread_a, spread_b) ** 2 / difference**2 - 1e-9)))


@instead_of("seeds_needed", "not rounded yet: the next whole number is asked for")
def not_whole(difference, spread_a, spread_b):
    return max(2.0, 4 * (spread_a**2 + spread_b**2) / difference**2)


@instead_of("seeds_needed", "not rounded yet: the next whole number is asked for")
def ratio_squared(difference, spread_a, spread_b):
    return (2 * np.hypot(spread_a, spread_b) / difference) ** 2


@instead_of("seeds_needed", "the root was left out on one side: n is the square of 2 spread / difference")
def root_rounded_up(difference, spread_a, spread_b):
    return int(np.ceil(2 * np.hypot(spread_a, spread_b) / difference))


@instead_of("seeds_needed", "one too many where a whole number comes out: then the difference stands out already")
def floor_and_one(difference, spread_a, spread_b):
    return max(2, int(np.floor(4 * (spread_a**2 + spread_b**2) / difference**2 + 1e-9)) + 1)


@instead_of("seeds_needed", "one too many where a whole number comes out: then the difference stands out already")
def int_and_one(difference, spread_a, spread_b):
    return int(4 * (spread_a**2 + spread_b**2) / difference**2) + 1


@instead_of("seeds_needed", "1.96 was taken for the 2 that is asked for")
def two_sigma_exactly(difference, spread_a, spread_b):
    return max(2, int(np.ceil(1.96**2 * (spread_a**2 + spread_b**2) / difference**2)))


# ---- who owns a budget


def chosen(points, budget, best=np.mean, fits=lambda size, budget: size <= budget):
    """Return each method's best errors within the budget."""
    found = {m: [e for size, e in each if fits(size, budget)] for m, each in points.items()}
    return {m: min(fitting, key=best) for m, fitting in found.items() if fitting}


def of_mean(errors, ddof=1):
    """Return the variance of the mean of errors."""
    return np.var(errors, ddof=ddof) / len(errors)


def told_apart(e, first, variance=lambda e, first: of_mean(e) + of_mean(first), times=2.0, middle=np.mean):
    return middle(e) - middle(first) > times * np.sqrt(variance(e, first))


def close_to_first(best, close=lambda e, first: not told_apart(e, first)):
    if not best:
        return []
    first = min(best.values(), key=np.mean)
    return sorted(m for m, e in best.items() if e is first or close(np.asarray(e), np.asarray(first)))


def owned(points, budget, **test):
    """Return what `owners` returns if `told_apart` gets these keywords."""
    return close_to_first(chosen(points, budget), lambda e, first: not told_apart(e, first, **test))


@instead_of("owners", "standard deviations were taken for standard errors: the variance of a mean of K is divided by K")
def by_standard_deviations(points, budget):
    variance = lambda e, first: np.var(e, ddof=1) + np.var(first, ddof=1)
    return owned(points, budget, variance=variance)


@instead_of("owners", "one standard error tells apart here; it takes more than two")
def once(points, budget):
    return owned(points, budget, times=1.0)


@instead_of("owners", "bars that overlap are no test: the standard errors are added here, and the variances should be")
def overlapping_bars(points, budget):
    return owned(points, budget, variance=lambda e, first: (of_mean(e) ** 0.5 + of_mean(first) ** 0.5) ** 2)


@instead_of("owners", "only the best method's noise is counted; the other mean is uncertain too")
def noise_of_the_best(points, budget):
    return owned(points, budget, variance=lambda e, first: of_mean(first))


@instead_of("owners", "only the other method's noise is counted; the best mean is uncertain too")
def noise_of_the_other(points, budget):
    return owned(points, budget, variance=lambda e, first: of_mean(e))


@instead_of("owners", "divided by K, not by K - 1: the variance is that of a sample (ddof=1)")
def of_a_population(points, budget):
    return owned(points, budget, variance=lambda e, first: of_mean(e, 0) + of_mean(first, 0))


@instead_of("owners", "a point that takes exactly the budget fits, and was left out")
def below_the_budget(points, budget):
    best = chosen(points, budget, fits=lambda size, budget: size < budget)
    return close_to_first(best)


@instead_of("owners", "the budget is not looked at: points that are too large take part")
def no_budget(points, budget):
    best = chosen(points, budget, fits=lambda size, budget: True)
    return close_to_first(best)


@instead_of("owners", "of a method's points the largest that fits was taken; it may use the one with the lowest mean")
def largest_that_fits(points, budget):
    best = {}
    for method, found in points.items():
        for size, e in sorted(found, key=lambda point: point[0]):
            if size <= budget:
                best[method] = e
    return close_to_first(best)


@instead_of("owners", "of a method's points the first that fits was taken; it may use the one with the lowest mean")
def first_that_fits(points, budget):
    best = {}
    for method, found in points.items():
        for size, e in found:
            if size <= budget:
                best.setdefault(method, e)
    return close_to_first(best)


@instead_of("owners", "only the winner is named; methods that cannot be told apart from it own the budget too")
def winner_only(points, budget):
    return close_to_first(chosen(points, budget), lambda e, first: False)


@instead_of("owners", "the names are in another order; sort them by the alphabet")
def unsorted(points, budget):
    best = chosen(points, budget)
    if not best:
        return []
    first = min(best.values(), key=np.mean)
    return sorted((m for m, e in best.items() if not told_apart(e, first)), key=lambda m: (np.mean(best[m]), m))


@instead_of("owners", "the names are in another order; sort them by the alphabet")
def as_they_came(points, budget):
    best = chosen(points, budget)
    if not best:
        return []
    first = min(best.values(), key=np.mean)
    return [m for m, e in best.items() if not told_apart(e, first)]


@instead_of(
    "owners", "runs were compared pair by pair; those of two methods are independent, so their variances add up"
)
def pair_by_pair(points, budget):
    def close(e, first):
        k = min(len(e), len(first))
        d = e[:k] - first[:k]
        return d.mean() <= 2 * d.std(ddof=1) / np.sqrt(k)

    return close_to_first(chosen(points, budget), close)


@instead_of("owners", "of a method's points the one with the luckiest seed was taken; it is the mean that counts")
def luckiest_seed(points, budget):
    return close_to_first(chosen(points, budget, np.min))


@instead_of("owners", "medians were compared; it is the mean whose standard error is taken")
def medians(points, budget):
    best = chosen(points, budget, np.median)
    return close_to_first(best, lambda e, first: not told_apart(e, first, middle=np.median))


@instead_of("owners", "the best method's noise is counted twice, and that of the other one not at all")
def noise_of_the_best_twice(points, budget):
    return owned(points, budget, variance=lambda e, first: 2 * of_mean(first))


@instead_of("owners", "ranges that overlap are no test: the luckiest seed of one against the unluckiest of the other")
def overlapping_ranges(points, budget):
    return close_to_first(chosen(points, budget), lambda e, first: np.min(e) <= np.max(first))


@instead_of("owners", "the two samples were pooled, K + L seeds in all; each mean has its own K")
def pooled(points, budget):
    variance = lambda e, first: (np.var(e, ddof=1) + np.var(first, ddof=1)) / (len(e) + len(first))
    return owned(points, budget, variance=variance)


@instead_of("owners", "nothing fits into the smallest budget; the answer is [] there")
def nothing_fits(points, budget):
    best = chosen(points, budget)
    first = min(best.values(), key=np.mean)
    return sorted(m for m, e in best.items() if not told_apart(e, first))


@instead_of("owners", "each variance was divided by the best method's K; each mean has its own K")
def winners_count_for_both(points, budget):
    variance = lambda e, first: (np.var(e, ddof=1) + np.var(first, ddof=1)) / len(first)
    return owned(points, budget, variance=variance)


@instead_of("owners", "each variance was divided by the other method's K; each mean has its own K")
def others_count_for_both(points, budget):
    variance = lambda e, first: (np.var(e, ddof=1) + np.var(first, ddof=1)) / len(e)
    return owned(points, budget, variance=variance)


@instead_of("owners", "of a method's points the last that fits was taken; it may use the one with the lowest mean")
def last_that_fits(points, budget):
    fitting = {m: [e for size, e in each if size <= budget] for m, each in points.items()}
    best = {m: found[-1] for m, found in fitting.items() if found}
    return close_to_first(best)


@instead_of("owners", "all of a method's points were thrown together; it uses one of them, the best that fits")
def points_together(points, budget):
    fitting = {m: [e for size, e in each if size <= budget] for m, each in points.items()}
    best = {m: np.concatenate(found) for m, found in fitting.items() if found}
    return close_to_first(best)


# ---- the nearest shared numbers


@instead_of("tie", "w[bucket] += .. adds only one entry for each bucket; np.bincount, or np.add.at, adds all")
def one_entry_counts(W, bucket, sign, K):
    w = np.zeros(K)
    w[bucket] += sign * W
    return w / np.maximum(1, np.bincount(bucket.ravel(), minlength=K))


@instead_of("tie", "a bucket's entries were added up; the nearest number is their mean")
def summed(W, bucket, sign, K):
    return np.bincount(bucket.ravel(), (sign * W).ravel(), K)


@instead_of("tie", "the signs are forgotten: an entry with the sign -1 asks for the number -W")
def unsigned(W, bucket, sign, K):
    count = np.maximum(1, np.bincount(bucket.ravel(), minlength=K))
    return np.bincount(bucket.ravel(), W.ravel(), K) / count


@instead_of("tie", "of each bucket only one entry is used: an assignment by index keeps the last one")
def last_wins(W, bucket, sign, K):
    w = np.zeros(K)
    w[bucket] = sign * W
    return w


@instead_of("tie", "an empty bucket gives nan: 0 / 0; its number is 0")
def nan_where_empty(W, bucket, sign, K):
    count = np.bincount(bucket.ravel(), minlength=K)
    return np.bincount(bucket.ravel(), (sign * W).ravel(), K) / count


@instead_of("tie", "every bucket was divided by the mean number of entries; each has a count of its own")
def mean_count(W, bucket, sign, K):
    return np.bincount(bucket.ravel(), (sign * W).ravel(), K) / (W.size / K)


@instead_of("tie", "divided by the sum of the signs; each entry counts once, since sign^2 = 1")
def sum_of_signs(W, bucket, sign, K):
    total = np.bincount(bucket.ravel(), sign.ravel().astype(float), K)
    return np.bincount(bucket.ravel(), W.ravel(), K) / np.where(total == 0, 1, total)


@instead_of("tie", "the median is nearest in absolute distances; in squares it is the mean")
def median(W, bucket, sign, K):
    return np.array([np.median((sign * W)[bucket == k]) if (bucket == k).any() else 0.0 for k in range(K)])


@instead_of("tie", "there is one number too few: buckets behind the last one in use need a number too")
def as_many_as_used(W, bucket, sign, K):
    count = np.maximum(1, np.bincount(bucket.ravel()))
    return np.bincount(bucket.ravel(), (sign * W).ravel()) / count


@instead_of("tie", "buckets without an entry are left out; they need a number too, which is 0")
def only_those_in_use(W, bucket, sign, K):
    return np.array([(sign * W)[bucket == k].mean() for k in np.unique(bucket)])


@instead_of("tie", "absolute values were averaged: then entries that should cancel each other add up")
def sizes(W, bucket, sign, K):
    total = np.bincount(bucket.ravel(), np.abs(W).ravel(), K)
    return total / np.maximum(1, np.bincount(bucket.ravel(), minlength=K))


@instead_of("tie", "this is the hashed matrix, (m, n); asked for are the K numbers that it is made of")
def the_whole_matrix(W, bucket, sign, K):
    count = np.maximum(1, np.bincount(bucket.ravel(), minlength=K))
    return sign * (np.bincount(bucket.ravel(), (sign * W).ravel(), K) / count)[bucket]


@instead_of("tie", "the signs are forgotten: an entry with the sign -1 asks for the number -W")
def unsigned_and_nan(W, bucket, sign, K):
    return np.bincount(bucket.ravel(), W.ravel(), K) / np.bincount(bucket.ravel(), minlength=K)


@instead_of("tie", "divided by the number of all entries; each bucket has a count of its own")
def by_all_entries(W, bucket, sign, K):
    return np.bincount(bucket.ravel(), (sign * W).ravel(), K) / W.size


@instead_of("tie", "an empty bucket has the number 0, not the mean of all entries")
def mean_where_empty(W, bucket, sign, K):
    found = [(sign * W)[bucket == k] for k in range(K)]
    return np.array([entries.mean() if entries.size else np.mean(sign * W) for entries in found])


@instead_of("tie", "divided by the root of the count; the nearest number is the mean, the sum over the count")
def by_root_of_count(W, bucket, sign, K):
    count = np.maximum(1, np.bincount(bucket.ravel(), minlength=K))
    return np.bincount(bucket.ravel(), (sign * W).ravel(), K) / np.sqrt(count)


# ---- what is left unexplained


@instead_of("unexplained", "this is the share that is explained, 1 minus the one that is asked for")
def explained(predicted, targets, mean):
    return 1 - np.sum((predicted - targets) ** 2) / np.sum((mean - targets) ** 2)


@instead_of("unexplained", "shares were averaged over outputs, so one that hardly varies counts as much as the others")
def mean_of_shares(predicted, targets, mean):
    return np.mean(np.sum((predicted - targets) ** 2, axis=0) / np.sum((mean - targets) ** 2, axis=0))


@instead_of(
    "unexplained", "the mean of the test targets was used; a network could not know it, the training mean it could"
)
def mean_of_the_test(predicted, targets, mean):
    return np.sum((predicted - targets) ** 2) / np.sum((targets.mean(axis=0) - targets) ** 2)


@instead_of("unexplained", "all outputs were given one common mean; each has its own")
def one_mean(predicted, targets, mean):
    return np.sum((predicted - targets) ** 2) / np.sum((mean.mean() - targets) ** 2)


@instead_of("unexplained", "this is a ratio of lengths; a share of the variance is its square")
def not_squared(predicted, targets, mean):
    return np.sqrt(np.sum((predicted - targets) ** 2) / np.sum((mean - targets) ** 2))


@instead_of("unexplained", "this is the mean squared error, which is not compared with anything yet")
def error_alone(predicted, targets, mean):
    return np.mean((predicted - targets) ** 2)


@instead_of("unexplained", "the predictions' own variance was used; the targets are what is to be explained")
def of_the_predictions(predicted, targets, mean):
    return np.sum((predicted - targets) ** 2) / np.sum((mean - predicted) ** 2)


@instead_of("unexplained", "compared with the answer 0; the dull answer is the mean of the training targets")
def compared_with_zero(predicted, targets, mean):
    return np.sum((predicted - targets) ** 2) / np.sum(targets**2)


@instead_of(
    "unexplained", "np.var takes one mean of all test targets; each output has its own, from the training targets"
)
def variance_of_all(predicted, targets, mean):
    return np.mean((predicted - targets) ** 2) / np.var(targets)


@instead_of("unexplained", "there is a share for each output here; sum over all outputs before you divide")
def one_for_each_output(predicted, targets, mean):
    return np.sum((predicted - targets) ** 2, axis=0) / np.sum((mean - targets) ** 2, axis=0)


@instead_of("unexplained", "this is how much the predictions vary; they may vary and be wrong")
def spread_of_the_predictions(predicted, targets, mean):
    return 1 - np.sum((predicted - mean) ** 2) / np.sum((targets - mean) ** 2)


@instead_of("unexplained", "distances were not squared; a variance is made of squares")
def absolute(predicted, targets, mean):
    return np.sum(np.abs(predicted - targets)) / np.sum(np.abs(mean - targets))


@instead_of("unexplained", "each error was divided by its own distance from the mean; divide the sums")
def mean_of_ratios(predicted, targets, mean):
    return np.mean((predicted - targets) ** 2 / (mean - targets) ** 2)


@instead_of("unexplained", "np.var takes off the mean error, and with it a part that the network gets wrong")
def without_the_mean_error(predicted, targets, mean):
    return np.var(predicted - targets) / np.var(targets)


@instead_of("unexplained", "np.var takes off the mean error, and with it a part that the network gets wrong")
def without_the_mean_error_over_the_sum(predicted, targets, mean):
    return np.var(predicted - targets) * targets.size / np.sum((mean - targets) ** 2)


@instead_of("unexplained", "it was cut off at 1, but a network can be worse than the mean")
def cut_off_at_one(predicted, targets, mean):
    return min(1.0, np.sum((predicted - targets) ** 2) / np.sum((mean - targets) ** 2))


# ---- a parameterization of one's own: methods that would be right, but for one mistake


@dataclass(repr=False)
class Pattern(Parameterization):
    """The same numbers again and again, row by row."""

    factor: float = 1 / 8

    holds = {"c": ("c", "K")}

    @property
    def K(self):
        K = max(1, int(self.factor * self.m * self.n))
        return K - (K > 1 and np.gcd(K, self.n) > 1)

    def initialize(self, rng, fan_in):
        self.c = Parameter(uniform(rng, (self.K,), fan_in))

    def weight(self):
        size = self.m * self.n
        return F.tile(self.c, -(-size // self.K))[:size].reshape(self.m, self.n)


@dataclass(repr=False)
class Rows(Parameterization):
    """Inputs share rows that the seed draws; each stretches its own."""

    factor: float = 1 / 8

    holds = {"C": ("C", "K", "n"), "g": ("g", "m")}
    seeded = True

    @property
    def K(self):
        return max(1, int(self.factor * self.m))

    @cached_property
    def row(self):
        return np.random.default_rng(self.seed).integers(0, self.K, self.m)

    def initialize(self, rng, fan_in):
        self.C = Parameter(uniform(rng, (self.K, self.n), fan_in))
        self.g = Parameter(rng.choice([-1.0, 1.0], self.m).astype(np.float32))

    def weight(self):
        return self.C[self.row] * self.g.reshape(-1, 1)


@dataclass(repr=False)
class Product(Parameterization):
    """Two thin matrices, and a length for each column."""

    factor: float = 1 / 8

    holds = {"U": ("U", "m", "k"), "V": ("V", "k", "n"), "g": ("g", "n")}

    @property
    def k(self):
        return max(1, int(self.factor * self.m * self.n / (self.m + self.n)))

    def initialize(self, rng, fan_in):
        self.U = Parameter(uniform(rng, (self.m, self.k), fan_in))
        self.V = Parameter(uniform(rng, (self.k, self.n), self.k))
        self.g = Parameter(np.ones(self.n, np.float32))

    def weight(self):
        return self.U @ self.V * self.g


@instead_of("Mine", "No gradient arrives: weight() leaves the tape on the way, through numpy()")
@dataclass(repr=False)
class CutByNumpy(Pattern):
    def weight(self):
        return tn.Tensor(np.resize(self.c.numpy(), self.shape)) * 1.0


@instead_of("Mine", "No gradient arrives: weight() leaves the tape on the way, through numpy()")
@dataclass(repr=False)
class LengthsCut(Product):
    def weight(self):
        return self.U @ self.V * self.g.numpy()


@instead_of("Mine", "A part of the gradient is lost on the way, or counted twice")
@dataclass(repr=False)
class ScaledByItsOwnSize(Pattern):
    def weight(self):
        return super().weight() * (1 + np.abs(self.c.numpy()).mean())


@instead_of("Mine", "not a Tensor: compute W with tensors")
@dataclass(repr=False)
class AnArray(Rows):
    def weight(self):
        return self.C.numpy()[self.row] * self.g.numpy()[:, None]


@instead_of("Mine", "W moves in steps: round with F.round or F.sign from tinynet.functional")
@dataclass(repr=False)
class RoundedOnItsOwn(Pattern):
    def weight(self):
        return primitive("mine", lambda x: np.rint(8 * x) / 8, lambda g, y, x: g)(super().weight())


@instead_of("Mine", "weight() must compute W anew each time, not keep it")
@dataclass(repr=False)
class KeptForever(Pattern):
    @cached_property
    def W(self):
        return super().weight()

    def weight(self):
        return self.W


@instead_of("Mine", "still gives old values: something was computed once and kept")
@dataclass(repr=False)
class RowsKept(Rows):
    @property
    def row(self):
        if "drawn" not in vars(self):
            self.drawn = np.random.default_rng(self.seed).integers(0, self.K, self.m)
        return self.drawn


@instead_of("Mine", "which training would not change: make it a Parameter")
@dataclass(repr=False)
class LengthsNotLearned(Product):
    def initialize(self, rng, fan_in):
        super().initialize(rng, fan_in)
        self.g = tn.Tensor(np.ones(self.n, np.float32))


@instead_of("Mine", "draw it from self.seed where it is needed")
@dataclass(repr=False)
class RowsDrawnOnce(Rows):
    row = None

    def initialize(self, rng, fan_in):
        super().initialize(rng, fan_in)
        self.drawn = rng.integers(0, self.K, self.m)

    def weight(self):
        return self.C[self.drawn] * self.g.reshape(-1, 1)


@instead_of("Mine", "the seed is ignored")
@dataclass(repr=False)
class SeedIgnored(Product):
    def initialize(self, rng, fan_in):
        super().initialize(np.random.default_rng(0), fan_in)


@instead_of("Mine", "draw every random number from the rng")
@dataclass(repr=False)
class GlobalRandomNumbers(Pattern):
    def initialize(self, rng, fan_in):
        self.c = Parameter((np.random.randn(self.K) / np.sqrt(fan_in)).astype(np.float32))  # noqa: NPY002


@instead_of("Mine", "set `seeded = True`")
@dataclass(repr=False)
class SeedNotStored(Rows):
    seeded = False


@instead_of("Mine", "does `holds` name all that initialize() makes")
@dataclass(repr=False)
class LengthsNotHeld(Product):
    holds = {"U": ("U", "m", "k"), "V": ("V", "k", "n")}


@instead_of("Mine", "does `holds` name all that initialize() makes, each with its shape?")
@dataclass(repr=False)
class ShapesSwapped(Product):
    holds = {"U": ("U", "k", "m"), "V": ("V", "n", "k"), "g": ("g", "n")}


@instead_of("Mine", "state() hands out the parameter's own array")
@dataclass(repr=False)
class StateNotCopied(Pattern):
    def state(self):
        return {"c": self.c._data}


@instead_of("Mine", "count every array, at 8 bits a byte")
@dataclass(repr=False)
class BytesForBits(Product):
    def stored_bits(self):
        return super().stored_bits() // 8


@instead_of("Mine", "and the 64 bits of a seed that is kept")
@dataclass(repr=False)
class SeedForgotten(Rows):
    def stored_bits(self):
        return super().stored_bits() - 64


@instead_of("Mine", "An entry of W needs the variance 1 / fan_in")
@dataclass(repr=False)
class FanInOfTheNumbers(Pattern):
    def initialize(self, rng, fan_in):
        self.c = Parameter(uniform(rng, (self.K,), self.K))


@instead_of("Mine", "What does weight() do to it, by a sum, a product or zeros?")
@dataclass(repr=False)
class ProductOfSmallNumbers(Product):
    def initialize(self, rng, fan_in):
        super().initialize(rng, fan_in)
        self.V = Parameter(uniform(rng, (self.k, self.n), fan_in))


@instead_of("Mine", "rows of W are inputs and columns are outputs")
@dataclass(repr=False)
class RowsForColumns(Rows):
    holds = {"C": ("C", "K", "m"), "g": ("g", "n")}

    @property
    def row(self):
        return np.random.default_rng(self.seed).integers(0, self.K, self.n)

    def initialize(self, rng, fan_in):
        self.C = Parameter(uniform(rng, (self.K, self.m), fan_in))
        self.g = Parameter(np.ones(self.n, np.float32))


@instead_of("Mine", "the method must do for any m and n, odd ones and 1 too")
@dataclass(repr=False)
class PairsOfColumns(Product):
    def weight(self):
        half = self.U @ self.V[:, : (self.n + 1) // 2]
        return F.concatenate([half, -half], axis=1)


@instead_of("Mine", "make it float32")
@dataclass(repr=False)
class InDoublePrecision(Pattern):
    def initialize(self, rng, fan_in):
        self.c = Parameter(rng.normal(size=self.K) / np.sqrt(fan_in))


@instead_of("Mine", "does matmul() use all that weight() uses")
@dataclass(repr=False)
class FasterButAnother(Product):
    def matmul(self, x):
        return (x @ self.U) @ self.V


@instead_of("Mine", "x may have any number of axes before its last")
@dataclass(repr=False)
class ForBatchesOnly(Product):
    def matmul(self, x):
        return F.einsum("em,mn->en", x, self.weight())


@instead_of("Mine", "the settings do not come back from JSON")
@dataclass(repr=False)
class FactorChanged(Pattern):
    def __post_init__(self):
        self.factor = self.factor / 2


@instead_of("Mine", "How does what you store depend on self.factor?")
@dataclass(repr=False)
class AsManyNumbersAsDense(Product):
    @property
    def k(self):
        return max(1, self.m * self.n // (self.m + self.n))


@instead_of("Mine", "make W in another way")
@dataclass(repr=False)
class HashedByAnotherName(tn.Hashed):
    pass


@instead_of("Mine", "must be a parameterization")
@dataclass(repr=False)
class NoParameterization:
    factor: float = 1 / 8


@instead_of("Mine", "does `@dataclass(repr=False)` stand before the class?")
class NoDataclass(Parameterization):
    factor: float = 1 / 8


@instead_of("Mine", "keep the line `factor: float = 1 / 8`, with its type")
@dataclass(repr=False)
class FactorWithoutType(Parameterization):
    factor = 1 / 8


@instead_of("Mine", "the first setting is 'title', not 'factor'")
@dataclass(repr=False)
class TitleWithType(Parameterization):
    title: str = "mine"
    factor: float = 1 / 8


@instead_of("Mine", "Delete __post_init__; put sizes into a property")
@dataclass(repr=False)
class SizesTooEarly(Pattern):
    def __post_init__(self):
        self.size = self.m * self.n


@instead_of("Mine", "signs or masks made by NumPy are whole numbers: signs.astype(np.float32)")
@dataclass(repr=False)
class WholeNumbers(Rows):
    def weight(self):
        signs = np.random.default_rng(self.seed).choice([-1, 1], self.n)
        return super().weight() * signs


@instead_of("Mine", "`K` is a method here, and `holds` needs a number: put @property above it")
@dataclass(repr=False)
class WithoutProperty(Pattern):
    def K(self):
        return max(1, int(self.factor * self.m * self.n))


@instead_of("Mine", "never runs initialize(): make `K` a property")
@dataclass(repr=False)
class SizeSetAtTheStart(Parameterization):
    factor: float = 1 / 8
    holds = {"c": ("c", "K")}

    def initialize(self, rng, fan_in):
        self.K = max(1, int(self.factor * self.m * self.n))
        self.c = Parameter(uniform(rng, (self.K,), fan_in))

    def weight(self):
        size = self.m * self.n
        return F.tile(self.c, -(-size // self.K))[:size].reshape(self.m, self.n)


@instead_of("Mine", "the first name in each tuple of `holds` must be a parameter")
@dataclass(repr=False)
class ShapesAlone(Pattern):
    holds = {"c": ("m", "K")}


@instead_of("Mine", "`holds` must be a dictionary of tuples")
@dataclass(repr=False)
class HoldsAList(Pattern):
    holds = ["c"]


@instead_of("Mine", "is one of your sizes 0 here? Take max(1, ..)")
@dataclass(repr=False)
class NoRowsAtAll(Rows):
    @property
    def K(self):
        return int(self.factor * self.m)


@instead_of("Mine", "sizes, settings and parameters belong to the object: self.m")
@dataclass(repr=False)
class SelfForgotten(Pattern):
    def weight(self):
        return F.tile(self.c, -(-m * self.n // self.K))[: self.m * self.n].reshape(self.m, self.n)  # noqa: F821


@instead_of("Mine", "W is 0 everywhere when it starts")
@dataclass(repr=False)
class AllZeros(Product):
    def initialize(self, rng, fan_in):
        super().initialize(rng, fan_in)
        self.U, self.V = (Parameter(np.zeros(of.shape, np.float32)) for of in (self.U, self.V))


@instead_of("Mine", "the title 'hashed' belongs to another method of the race")
@dataclass(repr=False)
class TitleTaken(Product):
    title = "hashed"


@instead_of("Mine", "it stands in legends, so begin it with a letter")
@dataclass(repr=False)
class TitleHidden(Product):
    title = "_mine"
