"""Lesson 3: the exercises compute what tinynet computes, and float32 ends the race where the text says."""

import numpy as np

import tinynet as tn
from tinynet import functional as F
from tinynet.course import manifest
from tinynet.reading.decisions.calibration import reliability

lesson = manifest.lesson(3)


def drawn(n=7, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(scale=3, size=(n, classes)), rng.integers(classes, size=n)


def test_loss_and_gradient_agree_with_the_tape():
    values, labels = drawn()
    scores = tn.Tensor(values, requires_grad=True)
    loss = F.softmax_cross_entropy(scores, labels)
    loss.backward()
    np.testing.assert_allclose(lesson.solution.log_softmax(values), F.log_softmax(tn.Tensor(values)).numpy())
    np.testing.assert_allclose(lesson.solution.cross_entropy(values, labels), loss.numpy())
    np.testing.assert_allclose(lesson.solution.loss_gradient(values, labels), scores.grad, atol=1e-15)


def test_three_steps_agree_with_the_optimizer():
    parameter = tn.Sequential(tn.Linear(3, 2, bias=False, seed=0)).astype(np.float64).parameters()[0]
    w, v, rng = parameter.numpy().copy(), np.zeros(parameter.shape), np.random.default_rng(0)
    optimizer = tn.SGD([parameter], lr=0.2, momentum=0.7)
    for _ in range(3):
        parameter.grad = rng.normal(size=parameter.shape)
        w, v = lesson.solution.sgd_step(w, v, parameter.grad, 0.2, 0.7)
        optimizer.step()
    np.testing.assert_allclose(w, parameter.numpy(), rtol=1e-12)


def test_calibration_agrees_with_the_instrument():
    values, labels = drawn(200)
    p = np.exp(lesson.solution.log_softmax(values))
    for bins in 4, 15:
        ours = lesson.solution.calibration_error(p.max(axis=1), p.argmax(axis=1) == labels, bins)
        np.testing.assert_allclose(ours, reliability(p, labels, bins).ece)


def test_in_float32_nothing_lifts_the_true_score_beyond_the_last_margin():
    label = np.array([0])
    for margin, zero in ((16.6, False), (16.7, True), (20, True)):
        scores = np.array([[margin, 0]], np.float32)
        assert bool(lesson.solution.cross_entropy(scores, label) == 0) is zero
    lifted, lowered = lesson.solution.loss_gradient(scores, label)[0]
    assert lifted == 0 < lowered
