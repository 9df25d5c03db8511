"""Lesson 5: students.csv holds what students.py makes and tinynet's instruments find, as do the exercises."""

import csv
import math
from collections import Counter
from itertools import permutations, product

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.course.grading import grade_exercise, solved
from tinynet.reading import alignment, solutions, units

LESSON = manifest.lesson(5)
SOLUTION = LESSON.solution
TEACHER = solutions.teacher_net(tn.datasets.teacher.network(1, (8, 4, 3)))
students = manifest.load_module(LESSON.path / "students.py")
X_TRAIN, X_TEST = students.x_train, students.x_test


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
    again = students.row("8-4-3", [4], 160, 7)
    assert again.keys() == row.keys()
    assert {**row, "error": 0, "found": 4} == {name: str(value) for name, value in again.items()} | {
        "error": 0, "found": again["found"],
    }  # fmt: skip
    assert abs(math.log(float(again["error"]) / student.error)) < 1e-3


def test_the_jobs_are_the_rows(rows):
    jobs = [(name, "-".join(map(str, w)), str(e), str(s)) for name, w, e, n in students.JOBS for s in range(n)]
    assert jobs == [tuple(row.values())[:4] for row in rows]
    assert students.committed("8-4-3", "3", 160) == [
        (float(row["error"]), int(row["found"])) for row in rows if row["hidden"] == "3"
    ]


def test_what_the_lesson_says_of_the_committed_students():
    reached = {
        (width, epochs): sum(found == 4 for _, found in students.committed("8-4-3", width, epochs))
        for width, epochs in (("4", 160), ("4", 640), ("8", 160), ("8", 640))
    }
    assert reached == {("4", 160): 10, ("4", 640): 20, ("8", 160): 17, ("8", 640): 20}
    medians = {
        name: np.median([error for error, _ in students.committed("8-4-4-3", name, 640)])
        for name in ("4", "8", "16", "32", "64", "4-4", "8-8")
    }
    assert min(medians, key=medians.get) == "8-8" and medians["64"] / medians["8-8"] == pytest.approx(10.1, abs=0.1)


def test_a_student_that_misses_lacks_the_unit_that_adds_least_and_was_only_slow():
    teacher, net = students.TEACHERS["8-4-3"], tn.MLP([8, 4, 3], seed=0)
    A = students.hidden(teacher)
    assert (A.std(axis=0) * np.linalg.norm(teacher[1][0], axis=1)).argmin() == 3
    layers = students.train(net, teacher, 0)
    order, _ = SOLUTION.align(A, students.hidden(layers))
    S = np.abs(students.correlations(A, students.hidden(layers)))[range(4), order]
    assert S.argmin() == 3 and S[3] < 0.7
    assert 1 - students.error(teacher, layers) ** 2 > 0.95
    assert students.found(teacher, students.train(net, teacher, 0, 480)) == 4


@pytest.mark.parametrize("number", range(4))
def test_a_hash_leaves_the_teacher_and_the_teacher_turned_round(number):
    recipe, (W, b), (V, _) = tn.Hashed(1 / 2), *students.TEACHERS["8-4-3"]
    seeds = [layer.weight.seed for layer in tn.MLP([8, 4, 3], recipe, seed=number).layers[::2]]
    W, V = (recipe.from_dense(M, seed).weight().numpy() for M, seed in zip((W, V), seeds, strict=True))
    asked = []

    def obeys(*setting):
        nearest = (
            recipe.from_dense(setting[at], seed).weight().numpy() for at, seed in zip((0, 2), seeds, strict=True)
        )
        if obey := all(map(np.allclose, nearest, setting[::2])):
            asked.append(setting)
        return obey

    assert SOLUTION.settings_left(W, b, V, obeys) == 2
    for sign, setting in zip((1, -1), asked, strict=True):
        for ours, theirs in zip(setting, (W, b, V), strict=True):
            np.testing.assert_array_equal(ours, sign * theirs)


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


def by(W, b, V, orders, signs, move=lambda M, order: M[order]):
    """Yield settings by these orders and signs."""
    for order, s in product(map(list, orders), signs):
        yield W[:, order] * s, b[order] * s, move(V, order) * np.array(s)[:, None]


def all_signs(n, values=(1, -1)):
    return list(product(values, repeat=n))


def half_mended(firsts=False, size=False, least=False):
    """Return the lesson's draft with some of its three faults mended."""

    def count_solutions(nets, threshold):
        seen = nets[:1]
        for B in nets[1:]:
            for A in seen if firsts else seen[-1:]:
                order, _ = SOLUTION.align(A, B)
                n = len(order)
                S = np.corrcoef(A.T, B.T)[:n, n:][np.arange(n), order]
                S = np.abs(S) if size else S
                if (S.min() if least else S.mean()) >= threshold:
                    if not firsts:
                        seen[-1] = B
                    break
            else:
                seen.append(B)
        return len(seen)

    return count_solutions


# wrong answers that a first grader might let through
PLANTED = {
    "cyclic orders": ("settings_left", lambda W, b, V, obeys: sum(bool(obeys(*s)) for s in by(
        W, b, V, (np.roll(range(len(b)), k) for k in range(len(b))), all_signs(len(b))
    ))),
    "swaps": ("settings_left", lambda W, b, V, obeys: sum(bool(obeys(*s)) for s in by(
        W, b, V, (o for o in permutations(range(len(b))) if sum(np.array(o) != range(len(b))) < 3), all_signs(len(b))
    ))),
    "V backwards": ("settings_left", lambda W, b, V, obeys: sum(bool(obeys(*s)) for s in by(
        W, b, V, permutations(range(len(b))), all_signs(len(b)), lambda M, order: M[np.argsort(order)]
    ))),
    "V stays in place": ("settings_left", lambda W, b, V, obeys: sum(bool(obeys(*s)) for s in by(
        W, b, V, permutations(range(len(b))), all_signs(len(b)), lambda M, order: M
    ))),
    "signs 0 and 1": ("settings_left", lambda W, b, V, obeys: sum(bool(obeys(*s)) for s in by(
        W, b, V, permutations(range(len(b))), all_signs(len(b), (0, 1))
    ))),
    "V never turned": ("settings_left", lambda W, b, V, obeys: sum(
        bool(obeys(W[:, list(o)] * s, b[list(o)] * s, V[list(o)]))
        for o in permutations(range(len(b))) for s in all_signs(len(b))
    )),
    "b never turned": ("settings_left", lambda W, b, V, obeys: sum(
        bool(obeys(W[:, list(o)] * s, b[list(o)], V[list(o)] * np.array(s)[:, None]))
        for o in permutations(range(len(b))) for s in all_signs(len(b))
    )),
    "stops at the first": ("settings_left", lambda W, b, V, obeys: int(any(
        obeys(*s) for s in by(W, b, V, permutations(range(len(b))), all_signs(len(b)))
    ))),
    "a share of all": ("settings_left", lambda W, b, V, obeys: np.mean(
        [bool(obeys(*s)) for s in by(W, b, V, permutations(range(len(b))), all_signs(len(b)))]
    )),
    "always 2": ("settings_left", lambda W, b, V, obeys: 2),
    "up to three units": ("settings_left", lambda W, b, V, obeys: sum(bool(obeys(*s)) for s in by(
        W, b, V, permutations(range(len(b))), all_signs(len(b))
    )) if len(b) < 4 else 384),
    "the draft": ("count_solutions", half_mended()),
    "the draft with the firsts": ("count_solutions", half_mended(firsts=True)),
    "the draft with sizes": ("count_solutions", half_mended(size=True)),
    "the draft with the least": ("count_solutions", half_mended(least=True)),
    "the draft but for the firsts": ("count_solutions", half_mended(size=True, least=True)),
    "the draft but for the sizes": ("count_solutions", half_mended(firsts=True, least=True)),
    "the draft but for the least": ("count_solutions", half_mended(firsts=True, size=True)),
    "share kept within 0 and 1": ("split", lambda W, b, V, i, share: SOLUTION.split(W, b, V, i, min(max(share, 0), 1))),
    "a silent unit": ("split", lambda W, b, V, i, share: (
        np.column_stack([W, W[:, i]]), np.append(b, b[i]), np.vstack([V, 0 * V[i]])
    )),
    "always unit 0": ("split", lambda W, b, V, i, share: SOLUTION.split(W, b, V, 0, share)),
    "the unit before": ("split", lambda W, b, V, i, share: SOLUTION.split(W, b, V, i - 1, share)),
    "a column of V": ("split", lambda W, b, V, i, share: (
        np.column_stack([W, W[:, i]]), np.append(b, b[i]),
        np.vstack([V * np.where(np.arange(V.shape[1]) == i, share, 1), (1 - share) * V[i]]),
    )),
    "W and b alone": ("split", lambda W, b, V, i, share: (np.column_stack([W, W[:, i]]), np.append(b, b[i]))),
    "b before W": ("split", lambda W, b, V, i, share: (
        lambda W, b, V: (b, W, V)
    )(*SOLUTION.split(W, b, V, i, share))),
    "a row of W": ("split", lambda W, b, V, i, share: (
        np.vstack([W, W[i % len(W)]]), *SOLUTION.split(W, b, V, i, share)[1:]
    )),
    "turned, but for its row": ("split", lambda W, b, V, i, share: (
        np.column_stack([W, -W[:, i]]), np.append(b, -b[i]), SOLUTION.split(W, b, V, i, share)[2]
    )),
    "a new unit alone": ("split", lambda W, b, V, i, share: tuple(
        M[..., -1:] if axis else M[-1:] for M, axis in zip(SOLUTION.split(W, b, V, i, share), (1, 1, 0), strict=True)
    )),
    "nothing": ("split", lambda W, b, V, i, share: None),
    "text": ("split", lambda W, b, V, i, share: ("W", "b", "V")),
}  # fmt: skip


def test_the_draft_with_all_three_faults_mended_is_right():
    function = half_mended(firsts=True, size=True, least=True)
    for seed in range(3):
        source = solved(LESSON, count_solutions=function)
        assert grade_exercise(LESSON, LESSON.exercise("count_solutions"), source, seed).passed


@pytest.mark.parametrize("planted", PLANTED)
def test_a_wrong_answer_that_looks_right_is_rejected(planted):
    name, function = PLANTED[planted]
    for seed in range(3):
        message = grade_exercise(LESSON, LESSON.exercise(name), solved(LESSON, **{name: function}), seed).message
        assert message and "cannot judge" not in message
