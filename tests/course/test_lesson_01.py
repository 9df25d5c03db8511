"""Lesson 1: train.py makes the network and its table of errors; the grader asks beyond ordinary arrays."""

import json

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.course.grading import grade_exercise, solved

LESSON = manifest.lesson(1)

# right on ordinary arrays of a few rows and columns
PLANTED = {
    "in the dtype of x": ("affine", lambda x, W, b: (x @ W + b).astype(x.dtype)),
    "five inputs": ("affine", lambda x, W, b: x[:, :5] @ W[:5] + b),
    "z up to 10": ("affine", lambda x, W, b: np.clip(x @ W + b, -10, 10)),
    "rounded": ("affine", lambda x, W, b: np.round(x @ W + b, 6)),
    "flat for one unit": ("affine", lambda x, W, b: (x @ W + b)[:, 0] if len(b) == 1 else x @ W + b),
    "in the dtype of z": ("tanh_layer", lambda x, W, b: np.tanh(z := x @ W + b).astype(z.dtype)),
    "no axes of length 1": ("tanh_layer", lambda x, W, b: np.squeeze(np.tanh(x @ W + b))),
    "divides by s": ("three_steps", lambda x, U, s, V: (x @ U * s / s, x @ U * s, x @ U * s @ V.T)),
    "never unit 0": ("feature_image", lambda W, j, height, width: W[:, j or 1].reshape(height, width)),
    "softmax overflows": ("predict", lambda scores: (np.exp(scores) / np.exp(scores).sum(1, keepdims=True)).argmax(1)),
    "begins at -10^9": ("predict", lambda scores: np.column_stack([[-1e9] * len(scores), scores]).argmax(1) - 1),
    "all largest": ("predict", lambda scores: np.nonzero(scores == scores.max(1, keepdims=True))[1]),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_wrong_answer_that_is_right_on_ordinary_arrays_is_rejected(planted):
    name, function = PLANTED[planted]
    for seed in range(4):
        assert not grade_exercise(LESSON, LESSON.exercise(name), solved(LESSON, **{name: function}), seed).passed


@pytest.fixture(scope="module")
def rows():
    return json.loads((LESSON.path / "depth.json").read_text())


def test_the_network_is_small_and_has_the_error_in_the_table(rows):
    path = LESSON.path / "digits.safetensors"
    assert path.stat().st_size < 12_000
    [row] = [row for row in rows if row["widths"] == [64, 32, 10] and row["seed"] == 0]
    assert tn.evaluate(tn.load(path), tn.datasets.load("digits").test) == pytest.approx(row["test error"], abs=0.002)


def test_the_script_makes_the_table(rows):
    """Check one row, to one percentage point, because another processor rounds differently."""
    train = manifest.load_module(LESSON.path / "train.py")
    row = train.row("digits", [64, 10], "usual", seed=1)
    [committed] = [r for r in rows if r["widths"] == [64, 10] and r["seed"] == 1]
    assert row.keys() == committed.keys()
    assert row["parameters"] == committed["parameters"]
    assert row["test error"] == pytest.approx(committed["test error"], abs=0.01)


def test_each_network_has_eight_starts_and_those_on_spirals_equally_many_parameters(rows):
    seeds, parameters = {}, {}
    for row in rows:
        seeds.setdefault((tuple(row["widths"]), row["start"]), []).append(row["seed"])
        parameters[tuple(row["widths"])] = row["parameters"]
    assert len(seeds) == 9
    assert all(found == list(range(8)) for found in seeds.values())
    assert parameters[2, 16, 16, 2] == pytest.approx(parameters[2, 70, 2], rel=0.01)


def test_two_layers_tell_spirals_apart_from_a_spread_start(rows):
    """At zero biases all lines pass through the origin; the claim that depth is needed rests on that start."""
    error = lambda start: [r["test error"] for r in rows if r["widths"] == [2, 70, 2] and r["start"] == start]
    assert min(error("usual")) > 0.25 > 0.02 > max(error("spread"))


def test_the_lines_of_a_spread_start_lie_all_over_the_square_and_those_of_a_usual_one_meet():
    train = manifest.load_module(LESSON.path / "train.py")
    for start, far in (("usual", 0), ("spread", 1)):
        first = train.fresh([2, 400, 2], start, seed=0).layers[0]
        W, b = first.weight.W.numpy(), first.bias.numpy()
        distances = np.abs(b) / np.linalg.norm(W, axis=0)
        np.testing.assert_allclose(np.quantile(distances, [0, 0.5, 1]), [0, far / 2, far], atol=0.07)
    np.testing.assert_array_equal(W, 8 * tn.MLP([2, 400, 2], seed=0).layers[0].weight.W.numpy())


def test_three_steps_agree_with_the_instrument():
    """The exercise and the picture in tinynet.reading take the same steps."""
    from tinynet.reading import svd

    W, x = np.random.default_rng(0).normal(size=(4, 3)), np.random.default_rng(1).normal(size=(5, 4))
    steps = LESSON.solution.three_steps(x, *svd.turns(W))
    for ours, theirs in zip(steps, svd.three_steps(W, x)[1:], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
