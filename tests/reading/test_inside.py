"""The readers that all instruments share."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.inside import EachEpoch, activations, scores, weights

X = np.random.default_rng(0).uniform(-1, 1, (30, 3)).astype(np.float32)


def test_the_last_activations_are_the_scores_in_evaluation_mode():
    net = tn.MLP([3, 4, 2], batch_norm=True)
    net(X)  # batch statistics differ from running ones
    found = activations(net, X)
    assert list(found) == ["0 Linear", "1 BatchNorm", "2 Tanh", "3 Linear"]
    np.testing.assert_array_equal(found["3 Linear"], scores(net, X))
    assert net.training
    assert not np.array_equal(scores(net, X), net(X).numpy())


def test_the_mode_comes_back_when_the_network_fails():
    net = tn.MLP([3, 4, 2])
    for read in (activations, scores):
        with pytest.raises(ValueError, match="takes rows of 3 entries"):
            read(net, X[:, :2])
        assert net.training


def test_weights_are_copies():
    net = tn.MLP([3, 4, 2])
    weights(net)["0 Linear"][:] = 0
    assert weights(net)["0 Linear"].any()


def test_each_epoch_reads_once_an_epoch():
    net, labels = tn.MLP([3, 4, 2]), (X[:, 0] > 0).astype(np.int64)
    told = EachEpoch(scores, net, X)
    tn.fit(net, (X, labels), epochs=3, batch_size=10, report=told)
    first, _, last = told.seen
    assert not np.array_equal(first, last)
    np.testing.assert_array_equal(last, scores(net, X))
