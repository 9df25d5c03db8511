"""Lesson 5: students.csv holds what tinynet's instruments find, and the exercises agree with them too."""

import csv
import math
from collections import Counter

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.reading import alignment, solutions, units

LESSON = manifest.lesson(5)
SOLUTION = LESSON.solution
TEACHER = solutions.teacher_net(tn.datasets.teacher.network(1, (8, 4, 3)))
rng = np.random.default_rng(0)
X_TRAIN, X_TEST = (rng.uniform(-1, 1, (1000, 8)).astype(np.float32) for _ in range(2))


@pytest.fixture(scope="module")
def rows():
    with (LESSON.path / "students.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_kind_of_student_has_all_its_starts(rows):
    kinds = Counter((row["teacher"], row["hidden"], row["epochs"]) for row in rows)
    assert sum(kinds.values()) == len({tuple(row.values())[:4] for row in rows}) == 230
    assert {kind: n for kind, n in kinds.items() if kind[0] == "8-4-3"} == {
        ("8-4-3", width, epochs): 20
        for width, epochs in [*((str(w), "160") for w in (2, 3, 4, 6, 8, 16)), ("4", "640"), ("8", "640")]
    }
    assert all(n == 5 for kind, n in kinds.items() if kind[0] == "8-4-4-3")


def test_a_student_is_what_the_instruments_say(rows):
    """Compare to a factor of 1.5, because another processor rounds differently."""
    net = tn.MLP([8, 4, 3], seed=7)
    targets = TEACHER(X_TRAIN).numpy()
    tn.fit(net, (X_TRAIN, targets), epochs=160, batch_size=100, lr=0.2, schedule=tn.optim.cosine, seed=7)
    student = solutions.judged(TEACHER, net, X_TEST)
    [row] = [r for r in rows if (r["teacher"], r["hidden"], r["epochs"], r["start"]) == ("8-4-3", "4", "160", "7")]
    assert student.found == int(row["found"]) == 4
    assert abs(math.log(student.error / float(row["error"]))) < math.log(1.5)


def test_the_exercises_agree_with_the_instruments():
    nets = [tn.MLP([8, 5, 3], seed=seed) for seed in (0, 1)]
    A, B = (units.unit_activations(net, X_TEST) for net in nets)
    [match] = alignment.match_units(*nets, X_TEST)
    order, signs = SOLUTION.align(A, B)
    np.testing.assert_array_equal(order, match.order)
    np.testing.assert_array_equal(signs, match.signs)
    aligned = alignment.align(*nets, X_TEST)
    (W, b), (V, _) = (units.matrices(nets[1], place) for place in (0, 2))
    (W2, b2), (V2, _) = (units.matrices(aligned, place) for place in (0, 2))
    for ours, theirs in zip(SOLUTION.rearrange(W, b, V, order, signs), (W2, b2, V2), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    many = [nets[0], aligned, nets[1], tn.MLP([8, 5, 3], seed=2)]
    count = SOLUTION.count_solutions([units.unit_activations(net, X_TEST) for net in many], 0.99)
    assert count == len(set(solutions.distinct(many, X_TEST))) == 3
