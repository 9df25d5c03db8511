"""Bounds against sums of binomial probabilities and their own promise, CKA against its definition by Gram matrices."""

from math import comb

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.networks.distance import (
    cka,
    clopper_pearson,
    disagreement,
    hoeffding,
    labelled_gap,
    linear_cka,
    noise,
    paired_gap,
    plot_estimates,
)

DIGITS = tn.datasets.load("digits")


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def at_least(k, n, p):
    return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))


# ---------------------------------------------------------------------- bounds


@pytest.mark.parametrize(("k", "n"), [(3, 20), (1, 5), (19, 20), (50, 100)])
@pytest.mark.parametrize("confidence", [0.9, 0.99])
def test_clopper_pearson_ends_where_the_tails_are_half_of_what_may_fail(k, n, confidence):
    low, high = clopper_pearson(k, n, confidence)
    assert at_least(k, n, low) == pytest.approx((1 - confidence) / 2, rel=1e-6)
    assert 1 - at_least(k + 1, n, high) == pytest.approx((1 - confidence) / 2, rel=1e-6)


def test_clopper_pearson_at_its_ends():
    assert clopper_pearson(0, 10)[0] == 0 and clopper_pearson(10, 10)[1] == 1
    assert clopper_pearson(0, 100)[1] == pytest.approx(1 - 0.025 ** (1 / 100))  # the rule of three, exact
    assert hoeffding(200, span=2) == pytest.approx(2 * np.sqrt(np.log(40) / 400))


def test_the_paired_bound_keeps_its_promise_and_beats_hoeffding():
    rng, inside, widths = np.random.default_rng(0), [], []
    for _ in range(500):
        kind = rng.choice(4, size=200, p=[0.6, 0.1, 0.04, 0.26])  # both right, only b right, only a right, both wrong
        labels = np.zeros(200, int)
        bound = paired_gap(np.isin(kind, [1, 3]).astype(int), 2 * np.isin(kind, [2, 3]).astype(int), labels, 0.9)
        inside.append(bound.low <= 0.06 <= bound.high)
        widths.append(bound.high - bound.low)
    assert np.mean(inside) >= 0.9 and max(widths) < 2 * hoeffding(200, 0.9, span=2)


def trained(seed=0, epochs=1, recipe=None):
    net = tn.MLP([64, 20, 10], recipe, seed=seed)
    tn.fit(net, DIGITS.train, epochs=epochs, seed=seed)
    return net


def test_gap_and_disagreement_of_real_networks():
    a, b = trained(0, 1), trained(1, 8)
    gap, differ = labelled_gap(a, b, DIGITS.test), disagreement(a, b, DIGITS.test.inputs)
    true = tn.evaluate(a, DIGITS.test) - tn.evaluate(b, DIGITS.test)
    assert gap.value == pytest.approx(true) and gap.low < true < gap.high and gap.inputs == 797
    of_a, of_b = (net(DIGITS.test.inputs).numpy().argmax(axis=1) for net in (a, b))
    assert gap.labels == round(differ.value * 797) == (of_a != of_b).sum()
    assert abs(true) <= differ.value and differ.labels == 0 and differ.low < differ.value < differ.high
    assert disagreement(a, a, DIGITS.test.inputs).value == 0
    back = labelled_gap(b, a, DIGITS.test)
    assert (back.value, back.low, back.high) == pytest.approx((-gap.value, -gap.high, -gap.low))


# ---------------------------------------------------------------------- CKA


def test_linear_cka_is_the_centred_one_of_gram_matrices():
    X, Y = drawn(30, 4) + 5, drawn(30, 6, seed=1) - 3
    H = np.eye(30) - 1 / 30
    K, L = H @ X @ X.T @ H, H @ Y @ Y.T @ H
    assert linear_cka(X, Y) == pytest.approx((K * L).sum() / np.sqrt((K * K).sum() * (L * L).sum()))
    assert linear_cka(X, Y) < 0.5 < linear_cka(np.r_[X, -X], np.r_[Y, -Y])  # not centred they would look alike


def test_linear_cka_sees_no_rotation_shift_or_scale():
    X = drawn(50, 5)
    Q = np.linalg.qr(drawn(5, 5, seed=1))[0]
    assert linear_cka(X, 3 * X @ Q - 7) == pytest.approx(1)
    assert linear_cka(X, X * [9, 1, 1, 1, 1]) < 0.9 and linear_cka(X, np.ones((50, 2))) == 0


@pytest.mark.parametrize("N", [3, 7, 10, 50])
def test_linear_cka_of_constant_columns_is_0_whatever_their_value(N):
    constant, X = np.repeat([[0.1, 0.7, -1e8 / 3]], N, axis=0), drawn(N, 4)
    assert linear_cka(constant, 3 * constant) == linear_cka(constant, X) == linear_cka(X, constant) == 0
    assert linear_cka(np.c_[X, constant], X) == pytest.approx(1)


@pytest.mark.parametrize("scale", [1e-200, 1e-60, 1e60, 1e200])
def test_linear_cka_sees_no_scale_however_far_from_1(scale):
    X, Y = drawn(30, 4), drawn(30, 6, seed=1)
    assert linear_cka(scale * X, Y) == pytest.approx(linear_cka(X, Y))


# ---------------------------------------------------------------------- every kind of network, errors, the picture


def test_every_parameterization(recipe):
    a, b = trained(0, recipe=recipe), trained(1)
    assert 0 < disagreement(a, b, DIGITS.test.inputs).value < 1 and 0 < cka(a, b, DIGITS.test.inputs) < 1
    assert 0 < disagreement(a, b, noise(500, 64)).value < 1 and a.training is False


def test_a_binary_network_in_training_mode_is_left_as_it_was():
    a, b = tn.BinaryMLP([64, 32, 32, 10]).train(), trained()
    buffers = [x.copy() for x in a.buffers()]
    assert disagreement(a, b, DIGITS.test.inputs).value > 0 and 0 < cka(a, b, DIGITS.test.inputs) < 1
    np.testing.assert_equal(a.buffers(), buffers)
    assert a.training


def test_noise_is_uniform_over_the_levels():
    x = noise(2000, 8, seed=3)
    assert x.dtype == np.float32 and x.min() == -1 and x.max() == 1 and len(np.unique(x)) == 256
    assert abs(x.mean()) < 0.02 and (x == noise(2000, 8, seed=3)).all()


def test_errors_say_what_to_do():
    a, x = tn.MLP([4, 5, 3]), drawn(6, 4)
    with pytest.raises(ValueError, match=r"inputs of shape \(0, 4\); at least one example is needed"):
        disagreement(a, a, x[:0])
    with pytest.raises(ValueError, match="networks of 3 and 2 classes; both must have the same"):
        disagreement(a, tn.MLP([4, 5, 2]), x)
    with pytest.raises(ValueError, match="the network gives scores that are not finite"):
        disagreement(a, a, np.full((2, 4), np.nan))
    with pytest.raises(ValueError, match="labels of dtype float64; it compares classifiers, give integer classes"):
        labelled_gap(a, a, (x, drawn(6, 3)))
    with pytest.raises(ValueError, match=r"0 hits of 6, confidence 1; 0 <= k <= n, n >= 1, a level in \(0, 1\)"):
        disagreement(a, a, x, confidence=1)
    with pytest.raises(ValueError, match=r"shapes \(3, 2\) and \(4, 2\); \(N, p\) and \(N, q\) of the same N >= 2"):
        linear_cka(drawn(3, 2), drawn(4, 2))
    with pytest.raises(ValueError, match="linear_cka: the activations are not all finite"):
        linear_cka(np.full((3, 2), np.inf), drawn(3, 2))
    with pytest.raises(ValueError, match="plot_estimates: nothing to draw; pass"):
        plot_estimates({}, np.ones(2))


def test_the_picture_names_the_rank_correlation():
    gaps = np.array([0.1, 0.3, 0.2])
    up, down, *hidden = plot_estimates({"up": gaps**3, "down": -gaps}, gaps).axes
    assert [axes.get_title() for axes in (up, down)] == ["Spearman 1.00", "Spearman -1.00"] and not hidden
    assert up.get_xlabel() == "up" and up.get_ylabel() == "true gap (points)"
    np.testing.assert_allclose(up.lines[0].get_ydata(), [10, 30, 20])
