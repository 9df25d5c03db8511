"""Calibration of outcomes drawn with the stated probability, of certainty, and by hand."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.decisions.calibration import (
    best_temperature,
    by_chance,
    calibration,
    plot_calibration,
    plot_reliability,
    reliability,
)


def two(confidence):
    """Probabilities of two classes, the first the answer."""
    confidence = np.asarray(confidence, float)
    return np.stack([confidence, 1 - confidence], axis=1)


def test_by_hand():
    found = reliability(two([0.95, 0.85, 0.9, 0.55]), [0, 1, 0, 1], bins=5)
    np.testing.assert_array_equal(found.examples, [0, 0, 1, 0, 3])
    np.testing.assert_allclose(found.confidence[[2, 4]], [0.55, 0.9])
    np.testing.assert_allclose(found.accuracy[[2, 4]], [0, 2 / 3])
    assert np.isnan(found.accuracy[0]) and found.error == 0.5
    assert found.ece == pytest.approx(1 / 4 * 0.55 + 3 / 4 * (0.9 - 2 / 3))


def test_a_bin_holds_its_upper_edge():
    assert reliability(two([0.6, 0.8, 1.0]), [0, 0, 0], bins=5).examples.tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("bins", [1, 3, 5, 10, 15, 20, 50, 100])
def test_borders_are_those_of_scikit_learn(bins):
    edges = np.linspace(0, 1, bins + 1)  # the two lines of sklearn.calibration.calibration_curve
    both = np.r_[edges, np.nextafter(edges, 2)[:-1], np.nextafter(edges, -1)[1:], np.arange(bins + 1) / bins]
    confidence = both[both >= 0.5]
    expected = np.bincount(np.searchsorted(edges[1:-1], confidence), minlength=bins)
    assert reliability(two(confidence), np.zeros(len(confidence), int), bins).examples.tolist() == expected.tolist()


def test_0_55_belongs_to_the_bin_that_ends_there():
    assert 0.55 * 100 > 55 and reliability(two([0.55]), [0], bins=100).examples.argmax() == 54


@pytest.mark.parametrize(("labels", "ece"), [([0] * 10, 0), ([1] * 10, 1), ([0] * 7 + [1] * 3, 0.3)])
def test_certainty(labels, ece):
    assert reliability(two(np.ones(10)), labels).ece == pytest.approx(ece)


def test_right_nine_times_of_ten_is_calibrated():
    assert reliability(two(np.full(10, 0.9)), [0] * 9 + [1]).ece == pytest.approx(0)


def test_outcomes_drawn_as_stated_leave_chance_alone():
    rng = np.random.default_rng(0)
    p = two(rng.uniform(0.5, 1, 20_000))
    labels = (rng.random(len(p)) >= p[:, 0]).astype(int)
    expected = by_chance(p)
    assert reliability(p, labels).ece == pytest.approx(expected, rel=0.6) and expected < 0.01
    assert by_chance(p[:200]) == pytest.approx(10 * expected, rel=0.3)  # falls with the root of N
    sharper = p**3 / (p**3).sum(axis=1, keepdims=True)
    assert reliability(sharper, labels).ece > 10 * expected


class Fixed(tn.Sequential):
    """A net whose scores are its inputs."""

    def __init__(self):
        super().__init__(tn.Scale(1.0))


def drawn(n=4000, T=1.0, seed=0):
    """Scores, and labels drawn with the probabilities softmax(scores / T)."""
    rng = np.random.default_rng(seed)
    s = rng.normal(scale=2, size=(n, 5))
    noise = rng.gumbel(size=s.shape)  # the largest of s / T + Gumbel noise is a draw from softmax(s / T)
    return s, (s / T + noise).argmax(axis=1)


@pytest.mark.parametrize("T", [0.02, 0.4, 1.0, 7.0])
def test_the_temperature_that_drew_the_labels_is_found(T):
    assert best_temperature(Fixed(), drawn(T=T)) == pytest.approx(T, rel=0.12)


@pytest.mark.parametrize("seed", range(3))
def test_no_other_temperature_has_less_cross_entropy(seed):
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    s, labels = drawn(200, 0.5, seed)
    loss = lambda b: -log_softmax(b * s, axis=1)[np.arange(200), labels].mean()
    least = 1 / minimize_scalar(loss, bounds=(1e-3, 1e3), method="bounded", options={"xatol": 1e-9}).x
    assert best_temperature(Fixed(), (s, labels)) == pytest.approx(least, rel=1e-5)
    for factor in (1e-6, 1e6):
        assert best_temperature(Fixed(), (factor * s, labels)) == pytest.approx(factor * least, rel=1e-5)


def test_scores_divided_by_their_temperature_are_calibrated():
    s, labels = drawn(20_000, 0.4)
    as_they_are, divided = (calibration(Fixed(), (s, labels), temperature=T) for T in (1, 0.4))
    assert as_they_are.ece > 0.15 > 0.02 > divided.ece and as_they_are.error == divided.error
    twice = calibration(Fixed(), (s / 0.4, labels))
    assert twice.ece == pytest.approx(divided.ece, abs=1e-12)


RECIPES = [tn.Dense(), tn.LowRank(rank=3), tn.Hashed(1 / 8), tn.Sparse(1 / 8), tn.Quantized(bits=3), tn.Binary()]


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_every_parameterization_by_epoch(recipe):
    train, valid, _ = tn.datasets.load("digits")
    net, found = tn.MLP([64, 12, 10], recipe), []
    tn.fit(net, train, epochs=2, report=lambda _: found.append(calibration(net, valid)))
    assert found[-1].error == tn.evaluate(net, valid) and found[-1].examples.sum() == len(valid.inputs)
    assert len(plot_calibration({"net": found}).axes[0].lines) == 2
    assert len(plot_reliability({"epoch 1": found[0], "epoch 2": found[1]}).axes[0].lines) == 3


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match=r"p of shape \(2,\), labels \(2,\); \(N, classes\) and \(N,\)"):
        reliability([0.5, 0.5], [0, 1])
    with pytest.raises(ValueError, match=r"no probabilities; pass softmax\(scores\)"):
        reliability([[2.0, 1.0]], [0])
    with pytest.raises(ValueError, match="bins=0; at least 1"):
        reliability([[0.5, 0.5]], [0], bins=0)
    with pytest.raises(ValueError, match="inputs of shape"):
        calibration(tn.MLP([3, 2]), (np.ones((0, 3)), np.ones(0, int)))
    with pytest.raises(ValueError, match="temperature=0; a positive number"):
        calibration(Fixed(), (np.eye(2), [0, 1]), temperature=0)
    for labels, what in (([0, 1], "all answers are right"), ([1, 0], "the scores say nothing about the labels")):
        with pytest.raises(ValueError, match=f"{what}, so no T is the best; pass more examples"):
            best_temperature(Fixed(), (np.eye(2), labels))
    with pytest.raises(ValueError, match="the scores say nothing"):
        best_temperature(Fixed(), (np.ones((3, 2)), [0, 0, 1]))
    with pytest.raises(ValueError, match=r"nothing to draw; pass \{label: calibration"):
        plot_reliability({})
    with pytest.raises(ValueError, match=r"pass \{label: \[calibration"):
        plot_calibration({"net": []})
