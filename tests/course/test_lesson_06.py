"""Lesson 6: the exercises give what tinynet.reading gives."""

import numpy as np

import tinynet as tn
from tinynet.course import manifest
from tinynet.reading import dependence, splits, units

SOLUTION = manifest.lesson(6).solution
rng = np.random.default_rng(0)


def test_gain_agrees_with_the_tree():
    z, labels = rng.normal(size=(40, 3)), rng.integers(4, size=40)
    root = splits.grow(z, labels, depth=1)
    ours = [SOLUTION.information_gain(column, labels) for column in z.T]
    assert np.argmax(ours) == root.unit
    np.testing.assert_allclose(max(ours), root.gain, rtol=1e-12)


def test_rank_is_the_numerical_rank():
    A = rng.normal(size=(30, 8)) * 0.1 ** np.arange(8) + 3
    for tolerance in (1e-1, 1e-2, 1e-4):
        assert SOLUTION.rank(A, tolerance) == dependence.numerical_rank(A, tolerance)


def test_merge_is_removal_of_one_unit():
    net, x = tn.MLP([6, 4, 3], seed=0), rng.normal(size=(50, 6)).astype(np.float32)
    A = units.unit_activations(net, x)
    c, d = SOLUTION.fit_unit(A[:, 2], A[:, 0])
    one = dependence.Dependence(np.arange(1, 4), np.array([0]), np.array([[0], [c], [0]]), np.array([d]), np.zeros(1))
    small = dependence.without(net, one)
    (W, b), (V, e) = (units.matrices(net, place) for place in (0, 2))
    theirs = [part for place in (0, 2) for part in units.matrices(small, place)]
    for ours, part in zip(SOLUTION.merge(W, b, V, e, 2, 0, c, d), theirs, strict=True):
        np.testing.assert_allclose(ours, part, rtol=1e-5, atol=1e-6)
