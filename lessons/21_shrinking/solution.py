"""Lesson 21, exercises: take hidden units out of a network, let the others take over, and compare fairly.

a = tanh(x W + b)        W (m, n), b (n,)
scores = a V + e         V (n, k), e (k,)

Row j of V holds the outgoing weights of unit j.
"""

import numpy as np


def explain(A, j):
    """Return how the other units explain unit j best: A_j is about A_others c + d.

    The same c and d hold for all examples. Best means that the mean square of what is left, A_j - A_others c - d, is as
    small as possible.

    Args:
        A: (N, n), activations, a column for each unit; n is 2 or more, N larger than n, and no unit is an exact
            combination of the others and a constant.
        j: the unit, from 0 to n - 1.

    Returns:
        c (n - 1,), an entry for each of the other units in their old order, and d, a number
    """
    # begin solution
    others = np.column_stack([np.delete(A, j, axis=1), np.ones(len(A))])
    found = np.linalg.lstsq(others, A[:, j], rcond=None)[0]
    return found[:-1], found[-1]
    # end solution


def fold(W, b, V, e, j, c, d):
    """Return the network without unit j, in which the other units and the last bias say what unit j said.

    If a_j = a_others c + d for an example, its scores stay the same.

    Args:
        W (m, n), b (n,), V (n, k), e (k,): the network, n is 2 or more.
        j: the unit that goes, from 0 to n - 1.
        c: (n - 1,), an entry for each unit that stays, in their old order.
        d: a number.

    Returns:
        W (m, n - 1), b (n - 1,), V (n - 1, k), e (k,); new arrays, with the units that stay in their old order
    """
    # begin solution
    V_new = np.delete(V, j, axis=0) + np.outer(c, V[j])
    return np.delete(W, j, axis=1), np.delete(b, j), V_new, e + d * V[j]
    # end solution


def harms(A, V):
    """Return the harm that each unit's removal would do, before anything is removed.

    Unit j would be removed alone, by `fold` with the c and d of `explain`. The harm is how much this changes the
    scores: sum the squared changes of an example's k scores, and take the mean over the examples.

    Args:
        A: (N, n), activations, as for `explain`.
        V: (n, k), the matrix that turns them into scores.

    Returns:
        (n,), the harm of unit 0, 1, ..
    """
    # begin solution
    found = []
    for j in range(len(V)):
        c, d = explain(A, j)
        left = A[:, j] - np.delete(A, j, axis=1) @ c - d
        found.append(np.mean(left**2) * np.sum(V[j] ** 2))
    return np.array(found)
    # end solution


def shrink(W, b, V, e, X, width):
    """Return a network of this width, made by removing one unit after another. Mend the draft in the lesson.

    At every step the unit goes that does the least harm to the network as it is at this step, and the others take over
    by `explain` and `fold`.

    Args:
        W (m, n), b (n,), V (n, k), e (k,): the network; as given, it must not change.
        X: (N, m), the inputs on which units are explained and harms are computed.
        width: how many hidden units stay, from 1 to n; with n, the network stays as it is.

    Returns:
        W (m, width), b (width,), V (width, k), e (k,), with the units in their old order
    """
    # begin solution
    A = np.tanh(X @ W + b)
    while len(b) > width:
        j = np.argmin(harms(A, V))
        c, d = explain(A, j)
        W, b, V, e = fold(W, b, V, e, j, c, d)
        A = np.delete(A, j, axis=1)
    return W, b, V, e
    # end solution


def multiplications(path, examples, m, k):
    """Return how many multiplications it takes to train a network along a path of widths.

    Count only products of matrices, p q r multiplications for (p, q) times (q, r). For every example there are two in
    the forward pass, x W and a V, and some in the backward pass: it computes the gradients with respect to W, to V, and
    to whatever it needs to get there. Nobody needs the gradient with respect to x. Biases, tanh, the loss, the update
    of the weights, and the removal of units do not count.

    Args:
        path: a list of pairs (units, epochs): how many hidden units the network has, and for how many epochs it is
            trained at this width, from the start of the path to its end.
        examples: the training set's size; in an epoch each example is used once.
        m, k: numbers of inputs and of scores.

    Returns:
        an integer
    """
    # begin solution
    return sum(epochs * examples * units * (2 * m + 3 * k) for units, epochs in path)
    # end solution


def best_of(valid, test, tries):
    """Return the error that a sceptic can expect who trains several networks and keeps the best one.

    Networks 0 to tries - 1 are the first sceptic's, the next `tries` the second's, and so on. Too few for a whole group
    at the end do not count. Each sceptic must choose without looking at the test set.

    Args:
        valid: (K,), each network's error on the validation set, no two of one group the same.
        test: (K,), each network's error on the test set.
        tries: how many networks each sceptic trains, from 1 to K.

    Returns:
        a number, the mean test error of what the sceptics keep
    """
    # begin solution
    groups = len(valid) // tries
    valid = valid[: groups * tries].reshape(groups, tries)
    test = test[: groups * tries].reshape(groups, tries)
    return test[np.arange(groups), valid.argmin(axis=1)].mean()
    # end solution
