"""Lesson 19: the exercises are tinynet's soft loss, and the committed results are what the lesson says."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.engine.more_losses import soft_targets

LESSON = manifest.lesson(19)
ANSWERS = LESSON.solution
rng = np.random.default_rng(0)


@pytest.mark.parametrize("T", [0.5, 1.0, 4.0, 20.0])
def test_the_exercises_are_the_loss_and_gradient_of_soft_targets(T):
    s, v = rng.normal(size=(6, 10)), 3 * rng.normal(size=(6, 10))
    S = tn.Tensor(s, requires_grad=True)
    theirs = soft_targets(S, v, T)
    theirs.backward()
    assert ANSWERS.soft_loss(s, v, T) == pytest.approx(theirs.item())
    np.testing.assert_allclose(ANSWERS.soft_gradient(s, v, T), S.grad, atol=1e-14)


def test_the_gradient_tends_to_its_limit_like_one_over_T():
    s, v = rng.normal(size=(6, 10)), 3 * rng.normal(size=(6, 10))
    distance = lambda T: np.linalg.norm(ANSWERS.soft_gradient(s, v, T) - ANSWERS.high_temperature(s, v))
    assert distance(1e4) / distance(1e3) == pytest.approx(0.1, rel=0.01)


def test_paired_errors_do_not_count_a_luck_that_both_share():
    luck = rng.normal(size=8)
    gain, noise = ANSWERS.paired(luck + 1, luck)
    assert gain == pytest.approx(1)
    assert noise == pytest.approx(0, abs=1e-12)


def test_the_scores_for_even_doubts_in_larger_are_those_of_the_exercise():
    larger = manifest.load_module(LESSON.path / "larger.py")
    v, labels = rng.normal(size=(7, 10)), rng.integers(0, 10, 7)
    T = larger.TEMPERATURE
    wanted = ANSWERS.spread_evenly(ANSWERS.soften(v, T), labels)
    np.testing.assert_allclose(ANSWERS.soften(larger.spread_evenly(v, labels), T), wanted, atol=1e-6)


def test_the_committed_students_are_what_the_lesson_says():
    found = {}
    for row in manifest.load_module(LESSON.path / "larger.py").committed():
        found.setdefault((row["data"], row["factor"], row["examples"], row["kind"]), []).append(row["error"])
    for data in "mnist", "fashion":
        for factor in "1/16", "1/64":
            gain = {}
            for n in 100, 500, 5000:
                gain[n], noise = ANSWERS.paired(found[data, factor, n, "hard"], found[data, factor, n, "soft"])
                assert len(found[data, factor, n, "soft"]) == 8
                assert (gain[n] > 2 * noise) == (n < 5000)
            assert gain[100] > gain[500]
            if data == "fashion":  # a little harm in the end
                assert gain[5000] < -2 * noise
                assert 100 * gain[5000] == pytest.approx({"1/16": -0.3, "1/64": -0.5}[factor], abs=0.05)
