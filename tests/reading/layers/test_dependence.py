"""Dependent units that were planted, least squares by NumPy's own, and networks of every parameterization."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.layers.dependence import (
    _cheapest_gone,
    correlations,
    dependent_units,
    numerical_rank,
    plot_dependence,
    plot_shrink,
    remove_dependent,
    shrink,
)
from tinynet.reading.units import rearrange, unit_activations

DIGITS = tn.datasets.load("digits")


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def planted(seed=0):
    """Return a net of 12 units of which 8 is a copy of 0, 9 of -1, 10 and 11 are constant; the rest is random."""
    net = tn.MLP([6, 12, 3], seed=seed)
    first, _, last = net.layers
    W, b = drawn(6, 12, seed=seed), drawn(12, seed=seed + 1)
    W[:, 8], W[:, 9], W[:, 10:] = W[:, 0], -W[:, 1], 0
    b[8], b[9] = b[0], -b[1]
    first.weight.W.data, first.bias.data, last.weight.W.data = W, b, drawn(12, 3, seed=seed + 2)
    return net


def scores(net, x):
    return net.eval()(x).numpy()


# ---------------------------------------------------------------------- known answers


@pytest.mark.parametrize("seed", range(5))
def test_planted_units_are_found_and_removed(seed):
    net, x = planted(seed), drawn(200, 6, seed=7)
    found = remove_dependent(net, x)
    assert len({0, 8} & set(found.dependence.removed)) == len({1, 9} & set(found.dependence.removed)) == 1
    assert {10, 11} < set(found.dependence.removed) and len(found.dependence.removed) == 4
    fresh = drawn(1000, 6, seed=8)
    assert np.abs(scores(net, fresh) - scores(found.net, fresh)).max() < 1e-5 and found.change < 1e-5
    assert found.net.layers[0].n_out == found.net.layers[2].n_in == 8 and net.layers[0].n_out == 12
    assert dependent_units(unit_activations(net, x)).removed.tolist() == found.dependence.removed.tolist()


def test_units_that_mix_others_are_removed_down_to_the_rank():
    net = tn.Sequential(tn.Linear(5, 9, seed=1), tn.Linear(9, 4, seed=2))  # nothing between: 9 units span 5 dimensions
    net.layers[0].bias.data = drawn(9)
    x = drawn(100, 5)
    found = remove_dependent(net, x)
    assert numerical_rank(unit_activations(net, x)) == found.net.layers[0].n_out == 5
    np.testing.assert_allclose(scores(found.net, drawn(50, 5, seed=3)), scores(net, drawn(50, 5, seed=3)), atol=1e-5)


def test_an_error_that_is_allowed_is_kept_to():
    net = tn.MLP([64, 40, 10], seed=0)
    removed = []
    for error in (1e-5, 0.1, 1.0):
        found = remove_dependent(net, DIGITS.train.inputs, error=error)
        assert found.change <= error
        kept = scores(net, DIGITS.train.inputs) - scores(found.net, DIGITS.train.inputs)
        assert found.change == pytest.approx(np.abs(kept).max())
        removed.append(len(found.dependence.removed))
    assert 0 == removed[0] < removed[1] < removed[2]


def test_correlations_and_rank():
    A = drawn(300, 4) @ drawn(4, 7, seed=1)
    A[:, 6] = 3.5  # constant
    C = correlations(A)
    np.testing.assert_allclose(C[:6, :6], np.corrcoef(A[:, :6].T), atol=1e-12)
    assert C[6].tolist() == [0, 0, 0, 0, 0, 0, 1] and numerical_rank(A) == 4
    assert numerical_rank(np.ones((5, 3))) == 0
    found = dependent_units(A)
    assert len(found.kept) == 4 and 6 in found.removed
    np.testing.assert_allclose(A[:, found.kept] @ found.c + found.d, A[:, found.removed], atol=1e-9)


@pytest.mark.parametrize("N", [3, 7, 10, 101])
def test_constant_units_correlate_with_nothing_whatever_their_value(N):
    A = np.repeat([[0.1, 0.7, -1e8 / 3, 1e-200 / 3]], N, axis=0)  # the means of these are not these numbers
    np.testing.assert_array_equal(correlations(A), np.eye(4))
    assert numerical_rank(A) == 0 and len(dependent_units(np.r_[A, A, A]).kept) == 1
    x = drawn(N, 1)
    np.testing.assert_allclose(correlations(np.c_[A, x, -1e-200 * x])[4:, :], [[0] * 4 + [1, -1], [0] * 4 + [-1, 1]])


def test_the_fold_is_the_least_squares_refit_of_the_next_layer():
    net, x = tn.MLP([6, 12, 3], seed=3), drawn(80, 6)
    small = shrink(net, x, [5])[5]
    z = scores(net, x).astype(np.float64)
    kept = np.column_stack([unit_activations(small, x), np.ones(80)])
    wanted = np.linalg.lstsq(kept, z, rcond=None)[0]
    np.testing.assert_allclose(small.layers[2].weight.W.numpy(), wanted[:-1], atol=1e-4)
    np.testing.assert_allclose(small.layers[2].bias.numpy(), wanted[-1], atol=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_the_cheapest_unit_is_that_of_trying_all(seed):
    A, W = np.tanh(drawn(60, 7, seed=seed) @ drawn(7, 7, seed=seed + 10)), drawn(7, 2, seed=seed + 20)
    left = list(range(7))

    def rest(units):
        X = np.column_stack([A[:, units], np.ones(60)])
        z = A @ W
        return ((z - X @ np.linalg.lstsq(X, z, rcond=None)[0]) ** 2).sum()

    for width in range(6, 0, -1):
        left.remove(min(left, key=lambda j: rest([i for i in left if i != j])))
        assert _cheapest_gone(A, W, width).tolist() == left


def test_shrinking_takes_planted_units_first():
    small = shrink(planted(), drawn(200, 6), [8, 7])
    fresh = drawn(100, 6, seed=9)
    np.testing.assert_allclose(scores(small[8], fresh), scores(planted(), fresh), atol=1e-5)
    assert np.abs(scores(small[7], fresh) - scores(planted(), fresh)).max() > 1e-3


def test_tuning_goes_on_from_step_to_step():
    net, x, widths = planted(), drawn(200, 6), []

    def tune(small):
        widths.append(small.layers[0].n_out)
        small.layers[2].bias.data = small.layers[2].bias.numpy() + 1

    small = shrink(net, x, [12, 8], tune=tune)
    assert widths == [12, 8]
    np.testing.assert_allclose(scores(small[8], x), scores(net, x) + 2, atol=1e-5)
    np.testing.assert_allclose(scores(small[12], x), scores(net, x) + 1, atol=1e-5)


# ---------------------------------------------------------------------- every kind of network


def test_every_parameterization(recipe):
    net = tn.MLP([64, 24, 24, 10], recipe, batch_norm=True, dropout=0.1, seed=1)
    tn.fit(net, DIGITS.train, epochs=1)
    for hidden in (0, 1):
        found = remove_dependent(net, DIGITS.train.inputs, hidden, error=0.5)
        assert found.change <= 0.5
        small = shrink(net, DIGITS.train.inputs, [20, 6], hidden)
        assert [len(unit_activations(n, DIGITS.test.inputs, hidden).T) for n in small.values()] == [20, 6]
    assert net.layers[0].n_out == 24 and type(net.layers[0].weight) is type(recipe)


def test_a_binary_network():
    net = tn.BinaryMLP([64, 32, 32, 10], seed=1)
    tn.fit(net, DIGITS.train, epochs=1, optimizer=tn.Adam, lr=0.01)
    before, between = scores(net, DIGITS.test.inputs), net.layers[2]
    same = remove_dependent(net, DIGITS.train.inputs, hidden=1, error=1e-5)
    np.testing.assert_allclose(scores(same.net, DIGITS.test.inputs), before, atol=1e-4)
    assert shrink(net, DIGITS.train.inputs, [10])[10].layers[1].n_out == 10 and net.layers[2] is between


# ---------------------------------------------------------------------- errors, the pictures


def test_errors_say_what_to_do():
    net, x = planted(), drawn(50, 6)
    with pytest.raises(ValueError, match="12 inputs for 12 units; give more inputs, or all will seem"):
        remove_dependent(net, x[:12])
    with pytest.raises(ValueError, match=r"inputs of shape \(0, 6\); at least one example is needed"):
        remove_dependent(net, x[:0])
    with pytest.raises(ValueError, match="layer 0 Linear gives values that are not finite"):
        remove_dependent(net, np.full((20, 6), np.inf))
    with pytest.raises(ValueError, match=r"activations of shape \(3, 2\), not all finite; a finite \(N, units\)"):
        correlations(np.full((3, 2), np.nan))
    with pytest.raises(ValueError, match="hidden=1; the network has 1 hidden layers, counted from 0"):
        remove_dependent(net, x, hidden=1)
    with pytest.raises(ValueError, match=r"widths=\[4, 8\]; they must fall, from at most 12, the layer's own, to 1"):
        shrink(net, x, [4, 8])
    with pytest.raises(TypeError, match="layer 0 LSTM does not work unit by unit; hidden units are read where Linear"):
        remove_dependent(tn.RecurrentNet([3, 4, 2]), drawn(5, 4, 3))
    with pytest.raises(TypeError, match="reading: Linear is no Sequential; put the layer into one"):
        remove_dependent(tn.Linear(3, 4), x)
    with pytest.raises(TypeError, match="units behind 1 ReLU cannot be turned, it is not odd; permute only"):
        rearrange(tn.MLP([2, 3, 2], activation=tn.ReLU), 0, np.arange(3), np.array([1, -1, 1]))
    with pytest.raises(ValueError, match="plot_dependence: nothing to draw; pass"):
        plot_dependence({})
    with pytest.raises(ValueError, match="plot_shrink: no curves to draw; pass"):
        plot_shrink({})


def test_the_pictures_show_what_they_were_given():
    A = drawn(50, 4)
    A[:, 3] = A[:, 0]
    one, two, spectra, bar = plot_dependence({"before": drawn(50, 4, seed=1), "after": A}).axes
    assert [one.get_title(), two.get_title()] == ["before: rank 4 of 4", "after: rank 3 of 4"]
    np.testing.assert_array_equal(two.images[0].get_array(), correlations(A))
    assert bar.get_ylabel() == "correlation" and [line.get_label() for line in spectra.lines] == ["before", "after"]
    np.testing.assert_allclose(spectra.lines[0].get_ydata()[0], drawn(50, 4, seed=1).std(axis=0).max(), rtol=0.3)
    axes = plot_shrink({"shrunk": {8: 0.1, 2: 0.3}}).axes[0]
    assert axes.lines[0].get_xdata().tolist() == [2, 8] and axes.lines[0].get_ydata().tolist() == [30, 10]
