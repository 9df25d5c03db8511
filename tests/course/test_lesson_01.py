"""Lesson 1: train.py makes the network and the table of errors that come with the lesson."""

import json

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest

LESSON = manifest.lesson(1)


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
