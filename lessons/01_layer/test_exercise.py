"""The grader of lesson 1: `test_NAME` grades the function NAME in exercise.py."""

import math

import numpy as np


def layer(rng, examples, m, n):
    return rng.normal(size=(examples, m)), rng.normal(size=(m, n)), rng.normal(size=n)


def sums(x, W, b):
    """Return z: for each unit the sum over its inputs, plus its own bias."""
    return np.einsum("em,mn->en", x, W) + b


def test_affine(exercise, rng):
    for shape in (3, 3, 3), (5, 3, 2), (1, 2, 4):
        x, W, b = layer(rng, *shape)
        exercise.affine(x, W, b).equals(sums(x, W, b))


def test_tanh_layer(exercise, rng):
    """tanh(z) = 1 - 2 / (e^2z + 1), entry by entry."""
    for shape in (3, 3, 3), (4, 2, 5):
        x, W, b = layer(rng, *shape)
        z = sums(x, W, b)
        expected = [1 - 2 / (math.exp(2 * value) + 1) for value in z.flat]
        exercise.tanh_layer(x, W, b).equals(np.reshape(expected, z.shape))
    x, W, b = np.array([[1.0], [-1.0]]) * rng.uniform(800, 1200), np.array([[1.0, -2.0]]), np.zeros(2)
    exercise.tanh_layer(x, W, b).equals(np.array([[1.0, -1.0], [-1.0, 1.0]]))


def orthonormal(rng, rows, columns):
    return np.linalg.qr(rng.normal(size=(rows, columns)))[0]


def test_three_steps(exercise, rng):
    """Build the steps from products with the columns of U, and W from k outer products."""
    for examples, m, k, n in (3, 3, 3, 3), (4, 5, 3, 3), (5, 4, 2, 6), (2, 3, 3, 4):
        x, U, V = rng.normal(size=(examples, m)), orthonormal(rng, m, k), orthonormal(rng, n, k)
        s = rng.uniform(0.5, 3, size=k)
        s[-1] *= -1  # a reflection
        turned = np.stack([[row @ U[:, i] for i in range(k)] for row in x])
        stretched = np.stack([s[i] * turned[:, i] for i in range(k)], axis=1)
        W = sum(s[i] * np.outer(U[:, i], V[:, i]) for i in range(k))
        exercise.three_steps(x, U, s, V).equals((turned, stretched, x @ W))


def test_feature_image(exercise, rng):
    """Pixel (r, c) has the number r * width + c, and column j holds the weights of unit j."""
    for height, width, n in (2, 2, 4), (3, 2, 4), (2, 4, 3), (4, 4, 5):  # a report prints the first three in full
        W, j = rng.normal(size=(height * width, n)), int(rng.integers(1, n))
        pixels = [[W[r * width + c, j] for c in range(width)] for r in range(height)]
        exercise.feature_image(W, j, height, width).equals(np.array(pixels))


def test_predict(exercise, rng):
    """For each class, count the classes with a larger score; the class with none is the answer."""
    scores = np.array([[-9.0, 2, 4, 0], [6, -8, 1, 3], [-4, -7, -1, -3], [-5, 8, 9, -2]])
    cases = [scores, rng.normal(size=(6, 3)), -1 - rng.random((3, 8)), rng.normal(size=(1, 10))]
    for scores in cases[:1] + [case + 0.1 * rng.random(case.shape) for case in cases]:
        larger = (scores[:, None, :] > scores[:, :, None]).sum(axis=2)  # (examples, classes)
        exercise.predict(scores).equals(np.array([list(row).index(0) for row in larger]))


def test_unseen(exercise, rng):
    """Complete U to a square matrix with orthonormal columns: the unseen part is what lies along the new ones."""
    for examples, m, k in (2, 3, 1), (4, 5, 3), (3, 4, 2), (1, 6, 5):
        Q, x = orthonormal(rng, m, m), 10.0 ** rng.integers(-2, 3) * rng.normal(size=(examples, m))
        U, new = Q[:, :k], Q[:, k:]
        along = np.zeros((examples, m))
        for i in range(m - k):
            along += np.outer([row @ new[:, i] for row in x], new[:, i])
        exercise.unseen(x, U).equals(along)


def test_collapse(exercise, rng):
    """The bias is what comes out for x = 0, and row i of the matrix is what an input of 1 at place i adds to it."""
    for m, h, n in (3, 3, 3), (2, 4, 3), (5, 2, 2), (1, 3, 1):
        W1, W2, b1, b2 = rng.normal(size=(m, h)), rng.normal(size=(h, n)), rng.normal(size=h), rng.normal(size=n)
        two = lambda x, W1=W1, b1=b1, W2=W2, b2=b2: sums(sums(x, W1, b1), W2, b2)
        b = two(np.zeros((1, m)))[0]
        exercise.collapse(W1, b1, W2, b2).equals((two(np.eye(m)) - b, b))
