"""Lesson 22, exercises: who owns a byte range, how sure that is, and a parameterization of your own."""

from dataclasses import dataclass

import numpy as np

from tinynet import functional as F
from tinynet.engine.tensor import Parameter
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import uniform


def seeds_needed(difference, spread_a, spread_b):
    """Return how many seeds two methods must be trained from, so that their difference stands out.

    It stands out if it is at least twice its standard error. Both methods are trained from the same number of seeds,
    and the runs are independent of each other. The figures come from a pilot experiment, and we hope that they stay.

    Args:
        difference: between the two mean errors; its sign does not matter, but it is not 0.
        spread_a, spread_b: the standard deviations of the errors of each method, from seed to seed.

    Returns:
        the least number of seeds, a whole number; at least 2, since a single seed has no spread
    """
    # begin solution
    return max(2, int(np.ceil(4 * (spread_a**2 + spread_b**2) / difference**2 - 1e-9)))
    # end solution


def owners(points, budget):
    """Return the methods that own a budget: the best method there, and all that cannot be told apart from it.

    Each method may use any of its points that fit into the budget, and uses the one with the lowest mean error. A
    method that has no such point takes no part. The best method is the one whose mean is lowest then. Another method is
    told apart from it if its mean is higher by more than twice the standard error of the difference: the two are
    independent, and the variance of a mean of K errors is their variance (divide by K - 1) over K.

    Args:
        points: {method: [(bytes, errors), ..]}, where errors (K,) come from K seeds, K at least 2; each point
            has its own K.
        budget: in bytes; a point that takes exactly the budget fits.

    Returns:
        the names of the owners, in alphabetical order; [] if nothing fits
    """
    # begin solution
    best = {}
    for method, found in points.items():
        fitting = [errors for size, errors in found if size <= budget]
        if fitting:
            best[method] = min(fitting, key=np.mean)
    if not best:
        return []
    first = min(best.values(), key=np.mean)
    of_mean = lambda errors: np.var(errors, ddof=1) / len(errors)
    limit = lambda errors: np.mean(first) + 2 * np.sqrt(of_mean(errors) + of_mean(first))
    return sorted(method for method, errors in best.items() if np.mean(errors) <= limit(errors) or errors is first)
    # end solution


def tie(W, bucket, sign, K):
    """Return the K shared numbers with which a hashed matrix comes nearest to W.

    The hashed matrix is V[i, j] = sign[i, j] * w[bucket[i, j]]. Nearest means that the sum of (W - V)^2 over all
    entries is as small as it can be. Derive it: how does that sum depend on a single w[k]?

    Args:
        W: (m, n).
        bucket: (m, n), whole numbers from 0 to K - 1. A bucket may have no entry; then its number is 0.
        sign: (m, n), 1 or -1.
        K: the number of buckets.

    Returns:
        w, (K,)
    """
    # begin solution
    total = np.bincount(bucket.ravel(), (sign * W).ravel(), K)
    return total / np.maximum(1, np.bincount(bucket.ravel(), minlength=K))
    # end solution


def unexplained(predicted, targets, mean):
    """Return which share of the variance of the targets a network leaves unexplained, all outputs together.

    It is 0 for a perfect network, and 1 for one that always answers with the mean of the training targets. (That one
    does not even look at its inputs.) A network can be worse than 1.

    Args:
        predicted: (N, k), the network's outputs for N test examples.
        targets: (N, k), what they should be.
        mean: (k,), the mean of the training targets.

    Returns:
        a number
    """
    # begin solution
    return np.sum((predicted - targets) ** 2) / np.sum((mean - targets) ** 2)
    # end solution


@dataclass(repr=False)
class Mine(Parameterization):
    """A parameterization of your own: W (m, n), made of fewer numbers than m n. Delete __post_init__, and write down

        title = ".."              a short name, under which it runs in the race, and that no other method has
        about = ".."              a sentence for the last page: what is W made of?
        holds                     what a file holds: {"c": ("c", "K")} for an attribute c of shape (K,)
        initialize(rng, fan_in)   make what `holds` names, each a Parameter of float32 numbers drawn from rng
        weight()                  return W (self.m, self.n), a Tensor made of the parameters

    For a factor f it may hold at most f m n + m + n numbers and two seeds. (The race allows f m n; what is above it
    counts as bytes, and the lesson says so.) Entries of x W should start with the variance of the entries of x.
    How W is made is up to you. The grader refuses W only if it has the same bits as one of tinynet's, such as a Hashed
    by another name: whether an idea of lessons 9 to 12 in your own words is your own, you must say yourself.
    tn.check_parameterization(Mine(1 / 8)) says which promise is broken, if one is.

    Args:
        factor: the numbers that are stored, as a share of m n.
    """

    factor: float = 1 / 8

    # begin solution
    title = "wallpaper"
    about = "A list of numbers is written again and again, row by row, until W is full."
    holds = {"c": ("c", "K")}

    @property
    def K(self):
        K = max(1, int(self.factor * self.m * self.n))
        while np.gcd(K, self.n) > 1:  # else the pattern would begin anew in the same columns
            K -= 1
        return K

    def initialize(self, rng, fan_in):
        self.c = Parameter(uniform(rng, (self.K,), fan_in))

    def weight(self):
        size = self.m * self.n
        return F.tile(self.c, -(-size // self.K))[:size].reshape(self.m, self.n)

    # end solution
