"""Lesson 11: the exercises are tinynet's Quantized, taken apart."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.course.grading import grade_exercise, solved

LESSON = manifest.lesson(11)
SOLUTION = LESSON.solution
rng = np.random.default_rng(0)


@pytest.fixture(params=[2, 3, 4, 8])
def weight(request):
    """Return a quantized matrix of float64, with entries inside and beyond its grid."""
    weight = tn.Quantized(bits=request.param).build((12, 7), seed=0)
    weight.V.data = rng.normal(size=(12, 7))
    weight.s.data = np.full((1, 1), 1.5 / weight.Q)
    return weight


def test_the_exercises_have_the_values_and_gradients_of_quantized(weight):
    g, V, s = rng.normal(size=(12, 7)), weight.V.numpy(), weight.s.item()
    weight.weight().backward(g)
    np.testing.assert_allclose(SOLUTION.quantize(V, s, weight.bits), weight.weight().numpy(), atol=1e-12)
    np.testing.assert_allclose(SOLUTION.straight_through(g, V, s, weight.bits), weight.V.grad, atol=1e-12)
    assert SOLUTION.step_gradient(g, V, s, weight.bits) == pytest.approx(weight.s.grad.item())


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_the_best_step_loses_no_more_than_the_nearest_member_of_quantized(bits):
    W = rng.normal(size=(20, 10))
    theirs = tn.Quantized(bits=bits).from_dense(W).weight().numpy()
    lost = np.sum((W - theirs) ** 2) / np.sum(W**2)
    assert SOLUTION.error_of(W, SOLUTION.best_step(W, bits), bits) <= 1.01 * lost


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_the_widest_network_fits_the_budget_and_the_next_does_not(bits, tmp_path):
    def payload(hidden):
        return tn.save(tn.MLP([64, hidden, 10], tn.Quantized(bits=bits)), tmp_path / "net.safetensors").payload - 2 * 4

    hidden = SOLUTION.widest(bits, 680)
    assert payload(hidden) <= 680 < payload(hidden + 1)


def losses(W, steps, bits):
    return [SOLUTION.error_of(W, s, bits) for s in steps]


def downhill(W, bits, low=1e-3):
    """Search by thirds, as if the loss had one valley."""
    Q = 2 ** (bits - 1) - 1
    low, high = low * np.abs(W).max() / Q, np.abs(W).max() / Q
    for _ in range(60):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if SOLUTION.error_of(W, a, bits) < SOLUTION.error_of(W, b, bits) else (a, high)
    return (low + high) / 2


def scanned(count, what):
    """Return a scan of some candidates, up to the largest entry over Q, that returns something else than it should."""

    def best(W, bits):
        Q, peak = 2 ** (bits - 1) - 1, np.abs(W).max()
        steps = np.linspace(1 / count, 1, count) * peak / Q
        found = losses(W, steps, bits)
        k = int(np.argmin(found))
        return what(k, found[k], steps[k], Q, peak)

    return best


@pytest.mark.parametrize(
    "wrong, cause",
    [
        (downhill, "more than one valley"),
        (scanned(10, lambda k, loss, s, Q, peak: s), "that is close: are the candidates near enough"),
        (scanned(500, lambda k, loss, s, Q, peak: k), "is this the number of a candidate"),
        (scanned(500, lambda k, loss, s, Q, peak: loss), "this is the least loss"),
        (scanned(500, lambda k, loss, s, Q, peak: s * Q / peak), "multiply it by the largest entry over Q"),
        (scanned(500, lambda k, loss, s, Q, peak: s / peak), "multiply it by the largest entry over Q"),
        (scanned(500, lambda k, loss, s, Q, peak: s * Q), "this is the end of the grid"),
    ],
)
def test_a_wrong_step_is_told_its_cause(wrong, cause):
    for seed in 0, 1:
        message = grade_exercise(LESSON, LESSON.exercise("best_step"), solved(LESSON, best_step=wrong), seed).message
        assert cause in message
