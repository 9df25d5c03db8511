"""The grader of lesson 1: `test_NAME` grades the function NAME in exercise.py.

Each test begins with small arrays, which a report can show in full. Then it goes where a wrong answer may still be
right on those: arrays with a single row or column, wide ones, large and tiny numbers, and whole numbers.
"""

import math

import numpy as np


def layer(rng, examples, m, n, scale=1.0):
    return scale * rng.normal(size=(examples, m)), rng.normal(size=(m, n)), scale * rng.normal(size=n)


def layers(rng, *small):
    """Yield x, W and b: small layers, thin ones, wide ones whose z is tiny or large, and two of whole numbers."""
    for shape in *small, (4, 1, 3), (3, 4, 1), (1, 1, 1):
        yield layer(rng, *shape)
    for scale in 1e-4, 30:
        yield layer(rng, *rng.integers(9, 13, size=3), scale)
    whole = rng.integers(-3, 4, size=(4, 3)), rng.integers(-3, 4, size=(3, 2)), rng.integers(-3, 4, size=2)
    yield whole
    yield whole[0], *layer(rng, 4, 3, 2)[1:]


def sums(x, W, b):
    """Return z: for each unit the sum over its inputs, plus its own bias."""
    return np.einsum("em,mn->en", x, W) + b


def tanh(z):
    """Return (1 - e) / (1 + e) with e = exp(-2 |z|), and the sign of z: this is tanh z for z of any size."""
    e = math.exp(-2 * abs(z))
    return math.copysign((1 - e) / (1 + e), z)


def test_affine(exercise, rng):
    for x, W, b in layers(rng, (3, 3, 3), (5, 3, 2), (1, 2, 4)):
        exercise.affine(x, W, b).equals(sums(x, W, b).astype(float))


def test_tanh_layer(exercise, rng):
    """In the end try z from 2 to 7, where tanh is not quite flat yet, and z beyond 709, where e^z overflows."""
    cases = list(layers(rng, (3, 3, 3), (4, 2, 5)))
    cases += [(np.arange(2, 7)[:, None] + rng.uniform(0, 1, (5, 1)), np.array([[1.0, -1.0]]), np.zeros(2))]
    far = rng.uniform(800, 1200)
    cases += [(far * np.array([[1.0], [-1.0]]), np.array([[1.0, -2.0]]), far * np.array([-1.5, 0.5]))]
    for x, W, b in cases:
        z = sums(x, W, b)
        exercise.tanh_layer(x, W, b).equals(np.reshape([tanh(value) for value in z.flat], z.shape))


def orthonormal(rng, rows, columns):
    return np.linalg.qr(rng.normal(size=(rows, columns)))[0]


def factors(rng):
    """Yield x, U, s and V. After the small ones x holds whole numbers, and stretches are short, the first one 0."""
    for examples, m, k, n in (3, 3, 3, 3), (4, 5, 3, 3), (5, 4, 2, 6), (2, 3, 3, 4):
        s = rng.uniform(0.5, 3, size=k)
        s[-1] *= -1  # a reflection
        yield rng.normal(size=(examples, m)), orthonormal(rng, m, k), s, orthonormal(rng, n, k)
    for examples, m, k, n in (3, 4, 1, 2), (1, 2, 2, 3), (11, 12, 8, 10):
        s = rng.uniform(-0.4, 0.4, size=k)
        s[0] *= k == 1
        yield rng.integers(-5, 6, size=(examples, m)), orthonormal(rng, m, k), s, orthonormal(rng, n, k)


def test_three_steps(exercise, rng):
    """Build the steps from products with the columns of U, and W from k outer products."""
    for x, U, s, V in factors(rng):
        turned = np.stack([[row @ u for u in U.T] for row in x])
        stretched = np.stack([length * column for length, column in zip(s, turned.T, strict=True)], axis=1)
        W = sum(length * np.outer(u, v) for length, u, v in zip(s, U.T, V.T, strict=True))
        exercise.three_steps(x, U, s, V).equals((turned, stretched, x @ W))


def test_feature_image(exercise, rng):
    """Pixel (r, c) has the number r * width + c, and column j holds the weights of unit j."""
    wide = tuple(int(length) for length in rng.integers(6, 12, size=3))
    for height, width, n in (2, 2, 4), (3, 2, 4), (2, 4, 3), (4, 4, 5), (1, 5, 3), (4, 1, 2), (3, 2, 1), wide:
        W = rng.normal(size=(height * width, n))
        for j in dict.fromkeys((int(rng.integers(n)), 0, n - 1)):
            pixels = [[W[r * width + c, j] for c in range(width)] for r in range(height)]
            exercise.feature_image(W, j, height, width).equals(np.array(pixels))


def ranked(rng, examples, classes):
    """Return scores near 0, 1, 2, .. in another order in each row, at least 1/2 apart."""
    return rng.permuted(np.arange(classes) + rng.uniform(0, 0.5, (examples, classes)), axis=1)


def tables(rng):
    """Yield scores of any height: between -1 and 0, beyond what exp can take, and with rows at different heights."""
    yield np.array([[-9.0, 2, 4, 0], [6, -8, 1, 3], [-4, -7, -1, -3], [-5, 8, 9, -2]]) + 0.1 * rng.random((4, 4))
    for shape, scale, height in (
        ((6, 3), 1, -1), ((3, 8), 0.1, -1), ((5, 4), 1e-3, 0), ((1, 10), 1, -1000), ((4, 3), 1, 1000),
        ((3, 4), 1000, 0), (rng.integers(20, 30, size=2), 1e28, -1e30),
    ):  # fmt: skip
        yield height + scale * ranked(rng, *shape)
    yield np.array([[-1000.0], [0.0], [1000.0]]) + ranked(rng, 3, 3)


def test_predict(exercise, rng):
    """For each class, count the classes with a larger score; the class with none is the answer."""
    for scores in tables(rng):
        larger = (scores[:, None, :] > scores[:, :, None]).sum(axis=2)  # (examples, classes)
        exercise.predict(scores).equals(np.array([list(row).index(0) for row in larger]))
    scores = rng.integers(3, size=(8, 5)).astype(float)  # with ties
    answer = exercise.predict(scores)
    found = np.asarray(answer.value)
    right = found.shape == (8,) and found.dtype.kind in "iu" and set(found.tolist()) <= set(range(5))
    right = right and all(row[c] == max(row) for row, c in zip(scores, found, strict=True))
    answer.satisfies(right, "an array of shape (8,): for each row the position of its largest score, or of one of them")


def test_unseen(exercise, rng):
    """Complete U to a square matrix with orthonormal columns: the unseen part is what lies along the new ones.

    In the end x is large, or holds whole numbers; and U is square, so that nothing is unseen.
    """
    cases = [
        (10.0 ** rng.integers(-2, 3) * rng.normal(size=(examples, m)), orthonormal(rng, m, m), k)
        for examples, m, k in ((2, 3, 1), (4, 5, 3), (3, 4, 2), (1, 6, 5))
    ]
    cases += [(1e3 * rng.normal(size=(3, 12)), orthonormal(rng, 12, 12), 8)]
    cases += [(1e-4 * rng.normal(size=(3, 4)), orthonormal(rng, 4, 4), 2)]
    cases += [(rng.integers(-9, 10, size=(3, 5)), orthonormal(rng, 5, 5), 2)]
    cases += [(rng.integers(-9, 10, size=(2, 4)), np.eye(4)[rng.permutation(4)], 4)]
    for x, Q, k in cases:
        along = np.zeros(x.shape)
        for new in Q.T[k:]:
            along += np.outer([row @ new for row in x], new)
        exercise.unseen(x, Q[:, :k]).equals(along)


def test_collapse(exercise, rng):
    """The bias is what comes out for x = 0, and row i of the matrix is what an input of 1 at place i adds to it."""
    for m, h, n, scale in (3, 3, 3, 1), (2, 4, 3, 1), (5, 2, 2, 1), (1, 3, 1, 1), (3, 1, 2, 1e-2), (9, 11, 10, 30):
        layers = [scale * rng.normal(size=shape) for shape in ((m, h), h, (h, n), n)]
        whole = [rng.integers(-3, 4, size=each.shape) for each in layers]
        for W1, b1, W2, b2 in layers, whole[:1] + layers[1:], layers[:2] + whole[2:]:
            two = lambda x, W1=W1, b1=b1, W2=W2, b2=b2: sums(sums(x, W1, b1), W2, b2)
            b = two(np.zeros((1, m)))[0]
            exercise.collapse(W1, b1, W2, b2).equals((two(np.eye(m)) - b, b))
