"""Lesson 3: the exercises compute what tinynet computes, and float32 ends the race where the text says."""

import numpy as np
import pytest

import tinynet as tn
from tinynet import functional as F
from tinynet.course import manifest
from tinynet.course.grading import grade_exercise, solved
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


def test_each_confidence_is_in_the_bin_of_the_text():
    """Every border j / bins belongs to bin j: 0.55 times 100 is above 55 in floats, but 0.55 is not above 55 / 100."""
    for bins in (*range(1, 31), 55, 100):
        borders = np.array([j / bins for j in range(1, bins + 1)])
        for j, border in enumerate(borders.tolist(), 1):
            confidence = np.array([border, (j - 0.5) / bins])  # one right and one wrong: in one bin they nearly cancel
            found = lesson.solution.calibration_error(confidence, np.array([True, False]), bins)
            assert found == pytest.approx(abs(1 - confidence.sum()) / 2, abs=1e-12)


def shifted(by, scores):
    return scores - by(scores) - np.log(np.exp(scores - by(scores)).sum(axis=1, keepdims=True))


def mean(scores):
    return scores.mean(axis=1, keepdims=True)


def by_class(scores, labels):
    losses = -lesson.solution.log_softmax(scores)[np.arange(len(labels)), labels]
    return float(np.mean([losses[labels == label].mean() for label in set(labels.tolist())]))


def gradient(p, labels):
    return (p - np.eye(p.shape[1])[labels]) / len(labels)


def naive(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def step(velocity):
    def sgd_step(w, v, g, lr, momentum):
        v = velocity(v, g, momentum)
        return w - lr * v, v

    return sgd_step


def three_numbers(w, v, g, lr, momentum):
    w, v = lesson.solution.sgd_step(w, v, g, lr, momentum)
    return np.array(list(w)), np.array(list(v))


def binned(place):
    def calibration_error(confidence, right, bins):
        places = place(confidence, bins)
        return sum(abs((right - confidence)[places == j].sum()) for j in set(places.tolist())) / len(confidence)

    return calibration_error


def upper(confidence, bins):
    return np.minimum(np.floor(confidence * bins), bins - 1)


# right on ordinary scores, with a momentum above 0, inside the bins
PLANTED = {
    "one class": ("log_softmax", lambda s: lesson.solution.log_softmax(s) if s.shape[1] > 1 else s),
    "by class": ("cross_entropy", by_class),
    "mean score": ("cross_entropy", lambda s, y: -shifted(mean, s)[range(len(y)), y].mean()),
    "at most 700": ("loss_gradient", lambda s, y: gradient(naive(np.minimum(s, 700)), y)),
    "nan as 1": ("loss_gradient", lambda s, y: gradient(np.nan_to_num(naive(s), nan=1.0), y)),
    "g itself": ("sgd_step", step(lambda v, g, momentum: momentum * v + g if momentum else g)),
    "g itself at first": ("sgd_step", step(lambda v, g, momentum: momentum * v + g if v.any() else g)),
    "momentum 0.9": ("sgd_step", step(lambda v, g, momentum: (momentum or 0.9) * v + g)),
    "clipped": ("sgd_step", step(lambda v, g, momentum: momentum * v + np.clip(g, -10, 10))),
    "three numbers": ("sgd_step", three_numbers),
    "upper bin": ("calibration_error", binned(upper)),
    "ten bins": ("calibration_error", binned(lambda confidence, bins: np.ceil(confidence * 10))),
    "at most twenty": ("calibration_error", binned(lambda confidence, bins: np.ceil(confidence * min(bins, 20)))),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_wrong_answer_that_is_right_in_ordinary_cases_is_rejected(planted):
    name, function = PLANTED[planted]
    for seed in range(4):
        assert not grade_exercise(lesson, lesson.exercise(name), solved(lesson, **{name: function}), seed).passed


def test_a_velocity_that_is_the_callers_array_is_named():
    function = PLANTED["g itself"][1]
    message = grade_exercise(lesson, lesson.exercise("sgd_step"), solved(lesson, sgd_step=function)).message
    assert "returned its argument g, where a new array was expected" in message
