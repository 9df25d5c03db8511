"""Percentiles of known distributions, and drift by hand."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.training.percentiles import input_percentiles, median_drift, plot_percentiles


def test_percentiles_of_normal_inputs():
    x = np.random.default_rng(0).normal([0, 5], [1, 2], size=(20_000, 2)).astype(np.float32)
    net = tn.Sequential(tn.Scale(3.0), tn.Tanh(), tn.Linear(2, 2), tn.Tanh())
    one = input_percentiles(tn.Sequential(*net.layers[:2]), x)
    np.testing.assert_allclose(one, [[-3.11, 15 - 6.22], [0, 15], [3.11, 15 + 6.22]], atol=0.15)  # z of 15 %: 1.0364
    assert input_percentiles(net, x, at=(0, 100)).shape == (2, 2)
    np.testing.assert_array_equal(
        input_percentiles(net, x, at=(0,))[0], net.layers[2](tn.Tensor(np.tanh(3 * x))).numpy().min(axis=0)
    )


def test_batch_norm_puts_the_percentiles_where_beta_and_gamma_say():
    rng = np.random.default_rng(1)
    net = tn.Sequential(tn.BatchNorm(1, rate=1.0), tn.Tanh())
    net.layers[0].gamma.data, net.layers[0].beta.data = np.full(1, 2, np.float32), np.full(1, 7, np.float32)
    seen = []
    for mean in (-100, 40):
        x = rng.normal(mean, 30, size=(20_000, 1)).astype(np.float32)
        net.train()(tn.Tensor(x))
        seen.append(input_percentiles(net, x))
    np.testing.assert_allclose(seen, [[[7 - 2.07], [7], [7 + 2.07]]] * 2, atol=0.07)
    assert median_drift(seen) < 0.05


def test_drift_by_hand():
    a = np.array([[-2.0, 0], [0, 1], [2, 2]])
    np.testing.assert_allclose(median_drift([a, a + np.array([1, 3]), a]), [(1 / 2 + 3 / 1) / 2] * 2)


def test_drift_in_units_of_z_by_hand():
    a = np.array([[-2.0, 0], [0, 1], [2, 2]])
    np.testing.assert_allclose(median_drift([a, a + np.array([1, 3]), 3 * a], relative=False), [2, (1 + 1) / 2])


def test_a_band_of_width_zero_hides_nothing():
    band = np.array([[0.0, 5], [1, 5], [2, 5]])  # all inputs give unit 1 the same z
    assert median_drift([band, band + np.array([1, 0])]) == (1 / 1 + 0) / 2  # its median has not moved
    assert median_drift([band, band + np.array([0, 1e-9])]) == np.inf
    np.testing.assert_allclose(median_drift([band, band + np.array([1, 1e-9])], relative=False), (1 + 1e-9) / 2)
    tiny = band * 1e-13  # narrow, but not zero
    np.testing.assert_allclose(median_drift([tiny[:, :1], tiny[:, :1] + 2e-13]), 2, rtol=1e-6)


def test_the_picture_of_percentiles():
    a = np.arange(6.0).reshape(3, 2)
    panels = plot_percentiles({"without": [a, a + 1], "with": [a, a]}, unit=1, steps=14).axes
    assert [axes.get_title() for axes in panels] == ["without", "with"]
    [line] = panels[0].lines
    assert line.get_xdata().tolist() == [14, 28] and line.get_ydata().tolist() == [3, 4]


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="at least one of Tanh"):
        input_percentiles(tn.MLP([3, 2]), np.ones((2, 3)))
    with pytest.raises(ValueError, match="at least one example is needed"):
        input_percentiles(tn.MLP([3, 2, 2]), np.ones((0, 3)))
    with pytest.raises(ValueError, match="median_drift: 1 moments; at least two"):
        median_drift([np.ones((3, 2))])
    with pytest.raises(ValueError, match=r"pass \{label: \[input_percentiles"):
        plot_percentiles({"a": []})
