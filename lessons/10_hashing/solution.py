"""Lesson 10, exercises: share a few numbers among many connections, train them, and look at the same layer twice."""

import numpy as np


def mix(z):
    """Return whole numbers scrambled: 64-bit numbers that look random, the same ones each time.

    This is the output step of SplitMix64 (Steele, Lea, Flood 2014). Change one bit of z, and each bit of the result
    changes with probability 1/2. Different z never give the same result.

    Args:
        z: a whole number, or an integer array of any shape; sums and products beyond 2^64 wrap around.

    Returns:
        uint64, of the shape of z. (NumPy makes float64 of uint64 + int64, which loses digits. If you add a range to
        a scrambled number, use np.arange(n, dtype=np.uint64).)
    """
    z = np.asarray(z)
    if z.dtype.kind not in "iu":
        raise TypeError(f"mix: {z.dtype} given; whole numbers are needed (uint64 + int64 makes float64)")
    with np.errstate(over="ignore"):
        z = z.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(z ^ (z >> np.uint64(31)))


def assign(seed, layer, m, n, K):
    """Return the bucket and the sign of every entry of an m x n matrix.

    They look random, but the same arguments give the same arrays, and nothing is stored. What is wanted:

    - The buckets are filled about equally, and so are the two signs.
    - Bucket and sign of an entry know nothing of each other.
    - Entry (i, j) depends on seed, layer, i, j and K alone. In a larger matrix it is the same.
    - Another seed, another layer, another row or another column gives other buckets and signs, as if drawn anew.

    Use mix, given above.

    Args:
        seed: a whole number from 0 to 2^63 - 1, the same for all layers of a network.
        layer: the number of the layer, counted from 0.
        m, n: the shape.
        K: the number of buckets, far below 2^32.

    Returns:
        a tuple (h, xi) of two (m, n) arrays: h holds whole numbers from 0 to K - 1, xi holds +1 and -1
    """
    # begin solution
    rows, columns = np.arange(m, dtype=np.uint64)[:, None], np.arange(n, dtype=np.uint64)
    z = mix(mix(mix(mix(seed) ^ np.uint64(layer)) ^ rows) ^ columns)
    return (z % np.uint64(K)).astype(np.intp), np.where(mix(z) >> np.uint64(63), -1, 1)
    # end solution


def virtual(w, h, xi):
    """Return the virtual matrix: each entry is the number in its bucket, times its sign.

    Args:
        w: (K,), the stored numbers.
        h: (m, n), the bucket of each entry.
        xi: (m, n), the sign of each entry, +1 or -1.

    Returns:
        (m, n)
    """
    # begin solution
    return xi * w[h]
    # end solution


def bucket_gradient(G, h, xi, K):
    """Return the gradient of the loss with respect to the K stored numbers.

    A bucket that no entry uses has the gradient 0.

    Args:
        G: (m, n), the gradient of the loss with respect to each entry of the virtual matrix.
        h: (m, n), the bucket of each entry.
        xi: (m, n), the sign of each entry, +1 or -1.
        K: the number of buckets.

    Returns:
        (K,)
    """
    # begin solution
    g = np.zeros(K)
    np.add.at(g, h, xi * G)
    return g
    # end solution


def virtual_step(G, h, xi, K, lr):
    """Return by how much each entry of the virtual matrix changes in one SGD step.

    The step is taken on the stored numbers w, without momentum. w itself is not given, and it is not needed.

    Args:
        G: (m, n), the gradient of the loss with respect to each entry of the virtual matrix.
        h: (m, n), the bucket of each entry.
        xi: (m, n), the sign of each entry, +1 or -1.
        K: the number of buckets.
        lr: the learning rate.

    Returns:
        (m, n): the virtual matrix after the step minus the virtual matrix before it
    """
    # begin solution
    return virtual(-lr * bucket_gradient(G, h, xi, K), h, xi)
    # end solution


def phi(a, h, xi, j, K):
    """Return the hashed features of output unit j: what must be multiplied by w to get this unit's sums.

    Whatever w is, phi @ w must be column j of a W, where W is the virtual matrix of w. phi does not depend on w.

    Args:
        a: (examples, m), the inputs of the layer.
        h: (m, n), the bucket of each entry of the virtual matrix.
        xi: (m, n), the sign of each entry, +1 or -1.
        j: the output unit, counted from 0.
        K: the number of buckets.

    Returns:
        (examples, K)
    """
    # begin solution
    features = np.zeros((len(a), K))
    for i in range(len(h)):
        features[:, h[i, j]] += xi[i, j] * a[:, i]
    return features
    # end solution


def multiplications(h):
    """Return how many multiplications one example's sums cost, for all output units together, with hashed features.

    For each unit, the inputs that share a bucket are first added up, which costs no multiplication (nor does a
    sign). Then each of these totals is multiplied by its w. A bucket that a unit does not use costs nothing.

    Args:
        h: (m, n), the bucket of each entry of the virtual matrix. Column j belongs to output unit j.

    Returns:
        a whole number
    """
    # begin solution
    return sum(len(set(column)) for column in h.T.tolist())
    # end solution
