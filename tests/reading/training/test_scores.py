"""Scores against arithmetic by hand and against exact sums that SGD must keep."""

import math

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.training.scores import plot_scores, score_record


class Fixed(tn.Sequential):
    """A net whose scores are its inputs."""

    def __init__(self):
        super().__init__(tn.Scale(1.0))


def record(*rows, labels=None, dtype=np.float32):
    labels = np.zeros(len(rows), int) if labels is None else np.array(labels)
    return score_record(Fixed(), (np.array(rows, dtype), labels))


def test_by_hand():
    r = record([2, 0, 1], [0, 3, -3], labels=[0, 2], dtype=np.float64)
    p = [math.exp(2) / (math.exp(2) + 1 + math.e), math.exp(-3) / (1 + math.exp(3) + math.exp(-3))]
    assert (r.true, r.others) == (pytest.approx((2 - 3) / 2), pytest.approx((0 + 1 + 0 + 3) / 4))
    assert (r.least_margin, r.median_margin) == (-6, pytest.approx((1 - 6) / 2))
    assert r.loss == pytest.approx(-(math.log(p[0]) + math.log(p[1])) / 2) and r.loss64 == r.loss
    assert r.error == pytest.approx(1 - sum(p) / 2) and r.imbalance < 1e-15 and r.exactly_zero == r.weight_norm == 0


def test_the_loss_is_exactly_zero_from_a_margin_of_24_log_2():
    edge = 24 * math.log(2)  # 16.6355
    below, above = record([edge - 0.01, 0]), record([edge + 0.01, 0])
    assert below.exactly_zero == 0 < below.loss and above.exactly_zero == 1 and above.loss == 0
    assert above.loss64 == pytest.approx(math.exp(-edge - 0.01), rel=1e-5) and above.error > 0
    for k in (4, 9, 99):
        assert record([edge - 0.01] + k * [0]).exactly_zero == 0
        assert record([edge + math.log(k) + 0.01] + k * [0]).exactly_zero == 1


def test_in_float32_the_terms_then_no_longer_sum_to_zero():
    assert record([3, 1, 2]).imbalance < 1.2e-7  # one rounding
    r = record([20, 0, 0])
    assert r.loss == 0 and r.imbalance == pytest.approx(2 * math.exp(-20), rel=1e-5)
    assert record([103, 0]).imbalance > 0 == record([105, 0]).imbalance
    assert record([20, 0, 0], dtype=np.float64).imbalance < 1e-15


@pytest.mark.parametrize("batch_norm", [False, True])
def test_sgd_keeps_the_sum_over_classes_of_the_last_layer(batch_norm):
    train, _, _ = tn.datasets.load("digits")
    net = tn.MLP([64, 20, 10], batch_norm=batch_norm)
    last = net.layers[-1]
    start, moved = last.weight.W.numpy().sum(axis=1), last.weight.W.numpy()
    tn.fit(net, train, epochs=5)
    np.testing.assert_allclose(last.weight.W.numpy().sum(axis=1), start, atol=1e-5)
    assert abs(last.bias.numpy().sum()) < 1e-5 and np.abs(last.weight.W.numpy() - moved).max() > 0.1


def test_scores_part_in_training():
    train, _, _ = tn.datasets.load("digits")
    net, records = tn.MLP([64, 20, 10], tn.Hashed(1 / 4)), []
    tn.fit(net, train, epochs=6, report=lambda _: records.append(score_record(net, train)))
    assert records[-1].true > records[0].true and records[-1].others < records[0].others < records[0].true
    assert records[-1].loss == pytest.approx(records[-1].loss64, rel=1e-4)
    assert records[-1].weight_norm > records[0].weight_norm
    panels = plot_scores({"hashed": records, "again": records[:2]}).axes
    assert [len(axes.lines) for axes in panels] == [4, 4, 4, 2]
    assert list(panels[0].lines[0].get_ydata()) == [r.true for r in records]


@pytest.mark.parametrize(
    "recipe", [tn.LowRank(rank=3), tn.Sparse(1 / 4), tn.Quantized(bits=2), tn.Binary(), tn.Scaled()], ids=repr
)
def test_every_parameterization(recipe):
    _, valid, _ = tn.datasets.load("digits")
    assert np.isfinite(score_record(tn.MLP([64, 8, 10], recipe), valid)).all()


def test_errors_say_what_to_do():
    net, x = tn.MLP([3, 4, 2]), np.ones((2, 3), np.float32)
    with pytest.raises(ValueError, match=r"labels of dtype float64, scores of shape .* integer labels"):
        score_record(net, (x, np.ones((2, 2))))
    with pytest.raises(ValueError, match=r"scores of shape \(2, 1\); .* at least two scores"):
        score_record(tn.MLP([3, 1]), (x, np.zeros(2, int)))
    with pytest.raises(ValueError, match="inputs must be"):
        score_record(net, (x[:0], np.zeros(0, int)))
    net.layers[2].bias.data = np.array([np.nan, 0], np.float32)
    with pytest.raises(ValueError, match="the scores are not finite, first in row 0"):
        score_record(net, (x, np.zeros(2, int)))
    with pytest.raises(ValueError, match=r"pass \{label: \[score_record"):
        plot_scores({})
