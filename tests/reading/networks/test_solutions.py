"""Students whose solution is known: copies of the teacher, scrambled or changed, and some that are trained."""

from itertools import permutations, product

import numpy as np
import pytest

import tinynet as tn
from tinynet.datasets import teacher as hidden_network
from tinynet.reading.networks.solutions import distinct, judged, plot_students, students, teacher_net
from tinynet.reading.units import opened, rearrange

LAYERS = hidden_network.network(0, (8, 4, 3))
X = np.random.default_rng(0).uniform(-1, 1, (500, 8)).astype(np.float32)


def scrambled(net, seed):
    rng, copy = np.random.default_rng(seed), opened(net)
    rearrange(copy, 0, rng.permutation(4), rng.choice([-1, 1], 4))
    return copy


def test_the_teacher_gives_the_scores_of_its_data_set():
    np.testing.assert_allclose(teacher_net(LAYERS)(X).numpy(), hidden_network.scores(X, LAYERS), atol=1e-5)


def test_a_scrambled_teacher_has_reached_itself():
    teacher = teacher_net(LAYERS)
    student = judged(teacher, scrambled(teacher, 1), X)
    assert student.reached and student.found == 4 and student.error < 1e-5


def test_a_student_without_one_unit_has_found_the_others():
    teacher = teacher_net(LAYERS)
    part = opened(teacher)
    rearrange(part, 0, np.array([3, 0, 2]))
    student = judged(teacher, part, X)
    assert (student.found, student.reached) == (3, False) and student.error > 0.1
    whole = judged(part, teacher, X)  # and a wider one has found all, with one more beside them
    assert (whole.found, whole.reached) == (3, True)


def test_solutions_are_counted():
    one, two = teacher_net(LAYERS), teacher_net(hidden_network.network(1, (8, 4, 3)))
    nets = [one, scrambled(two, 1), scrambled(one, 2), scrambled(one, 3), two, tn.MLP([8, 5, 3])]
    assert distinct(nets, X).tolist() == [0, 1, 0, 0, 1, 2]


def beside(teacher, columns, biases, rows):
    """A binary student that has the units of a binary teacher, and as many others beside them."""
    student, m = tn.MLP([8, 4 + len(rows), 3], tn.Binary()), teacher.layers
    for place, more, axis in ((0, columns, 1), (2, rows, 0)):
        W, like = student.layers[place].weight, m[place].weight
        W.V.data = np.concatenate([like.V.numpy(), np.asarray(more, np.float32)], axis=axis)
        W.s.data = like.s.numpy()
    student.layers[0].bias.data = np.concatenate([m[0].bias.numpy(), np.asarray(biases, np.float32)])
    student.layers[2].bias.data = m[2].bias.numpy()
    return student


def binary_teacher(seed=7):
    teacher, rng = tn.MLP([8, 4, 3], tn.Binary(), seed=seed), np.random.default_rng(seed)
    for place in (0, 2):
        teacher.layers[place].bias.data = rng.normal(size=teacher.layers[place].n_out).astype(np.float32)
    return teacher


def test_surplus_binary_units_are_silent_in_pairs_with_opposite_rows():
    teacher, rng = binary_teacher(), np.random.default_rng(0)
    columns, rows, biases = rng.choice([-1, 1], (8, 2)), rng.choice([-1, 1], (2, 3)), rng.normal(size=2)
    student = beside(
        teacher, np.repeat(columns, 2, axis=1), np.repeat(biases, 2), np.concatenate([rows, -rows])[[0, 2, 1, 3]]
    )
    outcome = judged(teacher, student, X)
    assert outcome.reached and outcome.error < 1e-6
    student.layers[0].bias.data += np.array([0] * 7 + [0.1], np.float32)  # a pair whose units differ is heard
    assert judged(teacher, student, X).error > 0.01


def test_binary_units_may_all_be_there_twice_at_half_the_scale():
    teacher = binary_teacher()
    (W, b), (V, _) = ((layer.weight.V.numpy(), layer.bias.numpy()) for layer in teacher.layers[::2])
    student = beside(teacher, W, b, V)
    assert judged(teacher, student, X).error > 0.5
    scale = student.layers[2].weight.s
    scale.data = scale.numpy() / 2
    outcome = judged(teacher, student, X)
    assert outcome.reached and outcome.error < 1e-6


@pytest.mark.parametrize("surplus", [1, 4])
def test_surplus_binary_units_are_silent_as_constants_that_a_bias_takes_off(surplus):
    teacher, rng = binary_teacher(), np.random.default_rng(1)
    columns, rows = rng.choice([-1, 1], (8, surplus)), rng.choice([-1, 1], (surplus, 3))
    student = beside(teacher, columns, np.full(surplus, 30), rows)  # tanh(30 + z) is 1 in float32
    assert judged(teacher, student, X).error > 0.01
    last = student.layers[2]
    last.bias.data -= last.weight.s.numpy().reshape(-1) * rows.sum(axis=0).astype(np.float32)
    outcome = judged(teacher, student, X)
    assert outcome.found == 4 and outcome.error < 1e-6


@pytest.mark.parametrize("hashed", range(3))
def test_a_hash_allows_a_teacher_and_its_negative_among_384_settings(hashed):
    recipe = tn.Hashed(1 / 2)
    W, V = (layer.weight for layer in tn.MLP([8, 4, 3], recipe, seed=hashed).layers[::2])

    def obeys(M, like):
        return np.allclose(recipe.from_dense(M, like.seed).weight().numpy(), M, atol=1e-6)

    def allowed(P):
        return obeys(W.weight().numpy() @ P, W) and obeys(P.T @ V.weight().numpy(), V)

    turns = [np.eye(4)[list(order)] * signs for order in permutations(range(4)) for signs in product((1, -1), repeat=4)]
    obeying = [P for P in turns if allowed(P)]
    assert len(turns) == 384 and len(obeying) == 2
    np.testing.assert_array_equal(obeying[0], -obeying[1])
    np.testing.assert_array_equal(np.abs(obeying[0]), np.eye(4))


def test_wider_students_come_near_the_teacher_narrower_do_not():
    teacher = teacher_net(LAYERS)
    [wide] = students(teacher, X, [8], starts=(1,), epochs=150)
    narrow = students(teacher, X, [2], starts=(0, 1), epochs=20)
    assert wide.error < 0.05 and wide.found >= 2 and all(s.error > 0.3 and s.found == 0 for s in narrow)
    again = students(teacher, X, [2], starts=(1,), epochs=20)
    np.testing.assert_array_equal(again[0].net(X).numpy(), narrow[1].net(X).numpy())


def test_a_fixed_seed_gives_all_students_the_same_hash_and_other_values():
    teacher = tn.MLP([8, 4, 3], tn.Hashed(1 / 2), seed=7)
    fixed = [s.net.layers[0].weight for s in students(teacher, X, [4], tn.Hashed(1 / 2), (0, 1), seed=7, epochs=1)]
    free = [s.net.layers[0].weight for s in students(teacher, X, [4], tn.Hashed(1 / 2), (0, 1), epochs=1)]
    assert fixed[0].seed == fixed[1].seed == teacher.layers[0].weight.seed and free[0].seed != free[1].seed
    assert (fixed[0].weight().numpy() != fixed[1].weight().numpy()).any()


def test_errors_and_the_picture():
    with pytest.raises(ValueError, match="distinct: no networks to compare; pass a list of trained ones"):
        distinct([], X)
    with pytest.raises(ValueError, match="plot_students: no students to draw; pass"):
        plot_students({})
    teacher = teacher_net(LAYERS)
    good, bad = judged(teacher, scrambled(teacher, 1), X), judged(teacher, tn.MLP([8, 4, 3]), X)
    axes = plot_students({"dense": {4: [good, bad]}, "binary": {6: [bad]}}).axes[0]
    points = [line for line in axes.lines if len(line.get_xdata())]
    assert [line.get_fillstyle() for line in points] == ["full", "none", "none"]
    assert points[1].get_ydata()[0] == bad.error and [t.get_text() for t in axes.get_xticklabels()] == ["4", "6"]
