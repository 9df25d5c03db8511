"""evaluate: what it counts, and that it leaves the network as it was."""

import numpy as np
import pytest

import tinynet as tn


def test_evaluate_counts_the_wrong_ones():
    net = tn.Sequential(tn.Scale(1.0), tn.Linear(2, 2))
    net.layers[1].weight.W.data = np.eye(2, dtype=np.float32)  # the scores are the inputs
    scores = np.array([[1, 0], [0, 1], [2, 3], [5, 4], [0, 9]], np.float32)

    assert tn.evaluate(net, (scores, np.array([0, 1, 1, 0, 1]))) == 0
    assert tn.evaluate(net, (scores, np.array([0, 1, 0, 0, 0]))) == 0.4
    assert tn.evaluate(net, (scores, scores + np.array([1, 3], np.float32))) == 5  # (1 + 9) / 2


@pytest.mark.parametrize("mode", [True, False])
def test_evaluate_works_in_evaluation_mode_and_puts_the_mode_back(blobs, bits, mode):
    net = tn.MLP([2, 8, 2], batch_norm=True, dropout=0.5).train(mode)
    before = bits(net), net.generators()[0].bit_generator.state
    a, b = (tn.evaluate(net, blobs()) for _ in range(2))

    assert a == b
    assert (bits(net), net.generators()[0].bit_generator.state) == before
    assert all(layer.training == mode for layer in [net, *net.layers])


@pytest.mark.parametrize("mode", [True, False])
def test_evaluate_puts_the_mode_back_after_an_error_too(mode):
    net = tn.MLP([2, 8, 2], batch_norm=True).train(mode)
    with pytest.raises(ValueError, match="rows of 2"):
        tn.evaluate(net, (np.ones((4, 3), np.float32), np.zeros(4, int)))

    assert net.training == mode


def test_evaluate_leaves_a_dropout_off_that_was_switched_off(blobs):
    net = tn.MLP([2, 8, 8, 2], dropout=0.5)
    first, second = (layer for layer in net.layers if isinstance(layer, tn.Dropout))
    first.eval()
    tn.evaluate(net, blobs())

    assert net.training and second.training and not first.training


@pytest.mark.parametrize("kind", ["classes", "regression"])
def test_evaluate_gives_the_same_whatever_the_batch_size(blobs, line, kind):
    data = blobs(50) if kind == "classes" else line(50)
    net = tn.MLP([data[0].shape[1], 8, 2], batch_norm=True, dropout=0.5)
    tn.fit(net, data, epochs=1, batch_size=10)
    results = [tn.evaluate(net, data, batch_size=size) for size in (1, 7, 50, 1000)]

    assert results == pytest.approx([results[0]] * 4, rel=1e-6)


@pytest.mark.parametrize("batch_size", [0, -1, 2.5])
def test_evaluate_refuses_a_batch_size_that_is_no_count(blobs, batch_size):
    with pytest.raises(ValueError, match="batch_size"):
        tn.evaluate(tn.MLP([2, 2]), blobs(), batch_size=batch_size)


def test_evaluate_records_nothing(blobs, monkeypatch):
    monkeypatch.setattr(tn.Layer, "registry", dict(tn.Layer.registry))
    recorded = []

    class Look(tn.Layer):
        def __call__(self, x):
            recorded.append(x.requires_grad)
            return x

    net = tn.Sequential(tn.Linear(2, 2), Look())
    net(blobs()[0])
    assert recorded == [True]
    tn.evaluate(net, blobs())

    assert len(recorded) > 1 and not any(recorded[1:])


def test_scores_that_are_not_numbers_are_no_prediction(blobs):
    net = tn.Sequential(tn.Scale(1.0))
    x = np.zeros((7, 2), np.float32)
    x[5, 1] = 3e38
    net = tn.Sequential(tn.Linear(2, 2), tn.Linear(2, 2))
    net.layers[0].weight.W.data = np.array([[1, 1], [4, 4]], np.float32)  # 4 * 3e38 overflows
    net.layers[1].weight.W.data = np.array([[1, 0], [-1, 0]], np.float32)  # inf - inf
    with np.errstate(all="ignore"):
        for name, message in ({}, "data: the scores of row 5 are NaN"), ({"name": "test"}, "test: the scores of row 5"):
            with pytest.raises(ValueError, match=message):
                tn.evaluate(net, (x, np.zeros(7, int)), batch_size=2, **name)
