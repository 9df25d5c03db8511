"""Lesson 19, exercises: soften scores, learn from them, and find out what in them is worth learning."""

import numpy as np


def soften(scores, T):
    """Return the probabilities softmax(scores / T).

    Scores may be as large as 10,000 or as small as -10,000, and no probability may come out as NaN.

    Args:
        scores: (N, C), a row for each example, a column for each class.
        T: the temperature, a positive number.

    Returns:
        (N, C), every row sums to 1
    """
    # begin solution
    z = scores / T
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    # end solution


def soft_loss(scores, teacher, T):
    """Return the loss that is smallest where the student's softened probabilities q are the teacher's p.

    It is T^2 times the cross-entropy -sum_c p_c log q_c, averaged over the examples. Student and teacher are softened
    by the same T. Scores lie between -30 and 30.

    Args:
        scores: (N, C), the student's scores s.
        teacher: (N, C), the teacher's scores v.
        T: the temperature, a positive number, 0.5 or more.

    Returns:
        a number
    """
    # begin solution
    p, q = soften(teacher, T), soften(scores, T)
    return -(T**2) * np.mean(np.sum(p * np.log(q), axis=1))
    # end solution


def soft_gradient(scores, teacher, T):
    """Return the gradient of `soft_loss` with respect to the student's scores.

    Args:
        scores, teacher, T: as for `soft_loss`.

    Returns:
        (N, C)
    """
    # begin solution
    return T * (soften(scores, T) - soften(teacher, T)) / len(scores)
    # end solution


def high_temperature(scores, teacher):
    """Return what `soft_gradient` tends to as T grows without limit.

    The scores of an example need not sum to 0.

    Args:
        scores, teacher: (N, C), as for `soft_loss`.

    Returns:
        (N, C), without any T in it
    """
    # begin solution
    difference = scores - teacher
    return (difference - difference.mean(axis=1, keepdims=True)) / difference.size
    # end solution


def paired(a, b):
    """Return by how much a exceeds b in the mean, and the standard error of that mean.

    a[k] and b[k] belong together: both networks started from seed k and learned from the same pictures. What a lucky
    or unlucky draw of pictures does to both of them must not count as noise.

    Args:
        a, b: (K,), the errors of two methods from K seeds, K at least 2.

    Returns:
        the mean difference, and its standard error: a standard deviation over the seeds (with K - 1 in its
        denominator), divided by the square root of K
    """
    # begin solution
    difference = np.asarray(a) - np.asarray(b)
    return difference.mean(), difference.std(ddof=1) / np.sqrt(len(difference))
    # end solution


def spread_evenly(p, labels):
    """Return targets that doubt as much as the teacher does, but without telling the wrong classes apart.

    In each row the true class keeps its probability, and all wrong classes get equal shares of the rest.

    Args:
        p: (N, C), the teacher's probabilities.
        labels: (N,), the true classes, from 0 to C - 1.

    Returns:
        (N, C), every row sums to 1
    """
    # begin solution
    true = np.arange(p.shape[1]) == labels[:, None]
    right = p[np.arange(len(p)), labels][:, None]
    return np.where(true, right, (1 - right) / (p.shape[1] - 1))
    # end solution


def by_class(p, labels):
    """Return targets that tell wrong classes apart, but not one example of a class from another.

    Every example gets the mean of p over all examples that have its label.

    Args:
        p: (N, C), the teacher's probabilities.
        labels: (N,), the true classes, from 0 to C - 1; a class may have no example.

    Returns:
        (N, C), every row sums to 1; examples with the same label have the same row
    """
    # begin solution
    return np.stack([p[labels == label].mean(axis=0) for label in labels])
    # end solution
