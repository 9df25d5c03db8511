"""What the tests of training share."""

import sys

import numpy as np
import pytest

import tinynet as tn

training = sys.modules["tinynet.training.fit"]  # the module: the package's name for it is the function


@pytest.fixture(scope="session")
def blobs():
    """A function that returns two clouds of points in the plane, far apart, so that a line separates them."""

    def draw(n=120, seed=0):
        rng = np.random.default_rng(seed)
        labels = np.arange(n) % 2
        return (rng.normal(size=(n, 2)) + 6 * labels[:, None] - 3).astype(np.float32), labels

    return draw


@pytest.fixture(scope="session")
def line():
    """A function that returns inputs and real targets of a linear function, for regression."""

    def draw(n=40):
        x = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
        return x, x @ np.array([[1, 0], [2, -1], [0, 3]], np.float32)

    return draw


@pytest.fixture(scope="session")
def bits():
    """A function that returns all values of a net, parameters and running statistics, as one string of bytes."""
    return lambda net: b"".join(a.tobytes() for a in [*(p.numpy() for p in net.parameters()), *net.buffers()])


@pytest.fixture(scope="session")
def interrupt_at():
    """A function that returns a loss which raises at the given call, counted from 1."""

    def make(step, loss=tn.functional.softmax_cross_entropy, error=KeyboardInterrupt):
        calls = 0

        def interrupted(scores, labels):
            nonlocal calls
            calls += 1
            if calls == step:
                raise error
            return loss(scores, labels)

        return interrupted

    return make


@pytest.fixture
def epochs_with_errors(monkeypatch, blobs, bits):
    """A function that trains while validation returns these errors: the net, its state by epoch, the history."""

    def train(errors, **options):
        net, states, remaining = tn.MLP([2, 4, 2], batch_norm=True), [], iter(errors)

        def evaluate(net, data, name):
            states.append(bits(net))
            return next(remaining)

        monkeypatch.setattr(training, "evaluate", evaluate)
        history = tn.fit(net, blobs(), blobs(seed=1), epochs=len(errors), batch_size=10, **options)
        return net, states, history

    return train


@pytest.fixture
def a_checkpoint(blobs):
    """A function that writes the checkpoint of a run of two epochs."""

    def write(path):
        tn.fit(tn.MLP([2, 4, 2]), blobs(), epochs=2, checkpoint=path)

    return write
