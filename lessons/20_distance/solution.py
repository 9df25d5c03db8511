"""Lesson 20, exercises: how far apart do two networks perform, and what does it cost to find out?"""

import math

import numpy as np


def gap_bound(of_a, of_b, delta):
    """Return a bound that |e_a - e_b| exceeds with probability delta at most, by Hoeffding's inequality.

    The inputs are drawn at random and nobody knows their labels. e_a and e_b are the error rates of the two networks
    over all inputs that there are, not only over these. Use the inequality of the lesson as it stands: it bounds one
    side only, and that is enough.

    Args:
        of_a, of_b: (n,), whole numbers: the classes that network a and network b predict for n inputs.
        delta: the probability with which the bound may fail, such as 0.05.

    Returns:
        a number
    """
    # begin solution
    return np.mean(of_a != of_b) + math.sqrt(math.log(1 / delta) / (2 * len(of_a)))
    # end solution


def spearman(x, y):
    """Return Spearman's rank correlation of x and y: the ordinary (Pearson) correlation of their ranks.

    The smallest value has rank 1. Equal values share the mean of the ranks that they take up together: 5, 7, 7, 9 have
    the ranks 1, 2.5, 2.5, 4.

    Args:
        x, y: (n,), numbers; neither has all values equal.

    Returns:
        a number from -1 to 1
    """
    # begin solution
    ranks = [[np.sum(v < one) + (np.sum(v == one) + 1) / 2 for one in v] for v in (x, y)]
    return np.corrcoef(*ranks)[0, 1]
    # end solution


def paired_test(of_a, of_b, label):
    """Return the gap between two networks on n inputs, and the p-value of the sign test.

    A label costs money. So ask for each at most once, and only where a and b predict different
    classes; the grader refuses more.

    The p-value: of all inputs, count those on which a alone is wrong, and those on which b alone is wrong. If a and b
    err equally often, each of these inputs is the toss of a fair coin. p is the probability that this number of fair
    tosses divides at least as unevenly as these did, whichever side is ahead. So p is 1 if they divide evenly, or if
    there are none.

    Args:
        of_a, of_b: (n,), whole numbers: the classes that a and b predict. n is below 500.
        label: a function; label(i) returns the true class of input i, counted from 0.

    Returns:
        (gap, p): the gap is the error rate of a minus that of b on these n inputs; both are numbers
    """
    # begin solution
    labels = {i: label(i) for i in np.flatnonzero(of_a != of_b).tolist()}
    a_alone = sum(int(of_b[i] == y) for i, y in labels.items())  # int, so that 2**tosses cannot overflow
    b_alone = sum(int(of_a[i] == y) for i, y in labels.items())
    tosses, fewer = a_alone + b_alone, min(a_alone, b_alone)
    tail = sum(math.comb(tosses, k) for k in range(fewer + 1)) / 2**tosses
    return (a_alone - b_alone) / len(of_a), min(1.0, 2 * tail)
    # end solution


def labels_needed(a_alone, b_alone, both, z):
    """Return how many inputs and how many labels it takes until the gap is z standard errors long.

    Draw n inputs at random. The gap measured on them is a mean of n numbers: 1 where a alone is wrong, -1 where b alone
    is wrong, else 0. Its standard error is the standard deviation of one such number over the square root of n. An
    input needs a label if a and b predict different classes for it.

    Args:
        a_alone, b_alone: the probabilities that a alone and that b alone is wrong on an input; they differ.
        both: the probability that both are wrong, and predict different classes.
        z: how many standard errors the true gap |a_alone - b_alone| must be long at least, such as 1.96.

    Returns:
        (n, labels): the smallest whole number of inputs, and the expected number of labels for them, a number that need
        not be whole
    """
    # begin solution
    gap = a_alone - b_alone
    variance = a_alone + b_alone - gap**2
    n = math.ceil(z**2 * variance / gap**2)
    return n, n * (a_alone + b_alone + both)
    # end solution


def linear_cka(X, Y):
    """Return how alike two layers are: the colleague's number in the lesson, with its mistake mended.

    The number is 1 if Y is X turned, scaled by one number, and with a constant added to each unit. It is close to 0
    if no unit of X is correlated with a unit of Y. It never changes if a constant is added to all activations of a
    unit, whatever the constant, in X or in Y.

    Args:
        X: (N, p), activations of p units for N inputs; no column need have mean 0.
        Y: (N, q), activations of q other units for the same inputs.

    Returns:
        a number from 0 to 1
    """
    # begin solution
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    return np.linalg.norm(X.T @ Y) ** 2 / (np.linalg.norm(X.T @ X) * np.linalg.norm(Y.T @ Y))
    # end solution


def consensus(classes):
    """Return the class that most networks predict, for each input; of classes with equally many votes the lowest.

    Args:
        classes: (networks, n), whole numbers from 0: a row for each network, a column for each input.

    Returns:
        (n,), an array of whole numbers
    """
    # begin solution
    votes = [(classes == c).sum(axis=0) for c in range(classes.max() + 1)]
    return np.argmax(votes, axis=0)
    # end solution
