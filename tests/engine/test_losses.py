"""Losses against a formula written by loops and against PyTorch."""

# ruff: noqa: E501  (tables)

import math

import numpy as np
import pytest

import tinynet as tn
from tinynet.engine import losses

F = tn.functional
LABELS = np.array([2, 0, 4, 4, 1, 3])
SOFT = np.random.default_rng(5).dirichlet(np.ones(5), size=6)

# ----------------------------------------------------------------------------- the formulas, by loops


def cross_entropy_by_hand(scores, targets):
    total = 0.0
    for s, t in zip(scores, targets, strict=True):
        normaliser = math.log(sum(math.exp(v) for v in s))
        total -= sum(p * (v - normaliser) for v, p in zip(s, t, strict=True))
    return total / len(scores)


def hinge_by_hand(scores, labels):
    total = 0.0
    for s, label in zip(scores, labels, strict=True):
        total += sum(max(0.0, 1 - (1 if c == label else -1) * v) ** 2 for c, v in enumerate(s))
    return total / scores.size


def over_steps_by_hand(scores, labels):
    losses = [
        cross_entropy_by_hand([s], np.eye(5)[[k]]) for s, k in zip(scores, np.ravel(labels), strict=True) if k >= 0
    ]
    return sum(losses) / len(losses)


STEPS = np.array([[2, -1, 0], [4, 1, -1]])  # labels of two sequences of three steps

# fmt: off
LOSSES = {  # loss(scores), the same by hand
    "cross-entropy, labels":  (lambda s: F.softmax_cross_entropy(s, LABELS),        lambda s: cross_entropy_by_hand(s, np.eye(5)[LABELS])),
    "cross-entropy, list":    (lambda s: F.softmax_cross_entropy(s, LABELS.tolist()), lambda s: cross_entropy_by_hand(s, np.eye(5)[LABELS])),
    "cross-entropy, uint8":   (lambda s: F.softmax_cross_entropy(s, LABELS.astype(np.uint8)), lambda s: cross_entropy_by_hand(s, np.eye(5)[LABELS])),
    "cross-entropy, soft":    (lambda s: F.softmax_cross_entropy(s, SOFT),          lambda s: cross_entropy_by_hand(s, SOFT)),
    "cross-entropy, Tensor":  (lambda s: F.softmax_cross_entropy(s, tn.Tensor(SOFT)), lambda s: cross_entropy_by_hand(s, SOFT)),
    "cross-entropy, sum 3":   (lambda s: F.softmax_cross_entropy(s, 3 * SOFT),      lambda s: 3 * cross_entropy_by_hand(s, SOFT)),
    "squared hinge":          (lambda s: F.squared_hinge(s, LABELS),                lambda s: hinge_by_hand(s, LABELS)),
    "squared hinge, uint8":   (lambda s: F.squared_hinge(s, LABELS.astype(np.uint8)), lambda s: hinge_by_hand(s, LABELS)),
    "over steps":             (lambda s: F.sequence_cross_entropy(s.reshape(2, 3, 5), STEPS), lambda s: over_steps_by_hand(s, STEPS)),
    "over steps, all count":  (lambda s: F.sequence_cross_entropy(s.reshape(3, 2, 5), LABELS.reshape(3, 2).astype(np.uint8)), lambda s: cross_entropy_by_hand(s, np.eye(5)[LABELS])),
    "over steps, last ones":  (lambda s: F.sequence_cross_entropy(s, [-1, 3, -1, -1, 0, -1]), lambda s: over_steps_by_hand(s, [-1, 3, -1, -1, 0, -1])),
    "squared error":          (lambda s: F.mean_squared_error(s, SOFT),             lambda s: sum((s - SOFT).ravel()**2) / 30),
}
OTHERS = {  # rows that are no losses: f(x), the same by hand
    "softmax":      (lambda s: F.softmax(s),      lambda s: np.array([[math.exp(v) / sum(map(math.exp, r)) for v in r] for r in s])),
    "log_softmax":  (lambda s: F.log_softmax(s),  lambda s: np.array([[v - math.log(sum(map(math.exp, r))) for v in r] for r in s])),
}
# fmt: on


@pytest.mark.parametrize("f, by_hand", (LOSSES | OTHERS).values(), ids=LOSSES | OTHERS)
def test_value_by_hand_and_gradient_by_differences(leaf, drawn, f, by_hand):
    scores = leaf(drawn(6, 5, scale=2))
    np.testing.assert_allclose(f(scores).data, by_hand(scores.data), rtol=1e-13)
    tn.check_gradients(f, scores)
    tn.check_gradients(lambda s: -3 * f(s * 2).sum(), scores)


@pytest.mark.parametrize("f", [f for f, _ in LOSSES.values()], ids=LOSSES)
def test_a_loss_is_a_scalar_in_the_dtype_of_the_scores(leaf, drawn, f):
    scores = leaf(drawn(6, 5), np.float32)
    loss = f(scores)
    assert (loss.shape, loss.dtype) == ((), np.float32)
    loss.backward()
    assert (scores.grad.shape, scores.grad.dtype) == ((6, 5), np.float32)


@pytest.mark.parametrize("shape", [(3, 4), (4,), (2, 3, 4), (1, 1), (0, 3)])
@pytest.mark.parametrize("f", [F.softmax, F.log_softmax])
def test_softmax_works_along_the_last_axis(leaf, drawn, f, shape):
    x = leaf(drawn(*shape))
    p = np.exp(f(x).data) if f is F.log_softmax else f(x).data
    np.testing.assert_allclose(p.sum(axis=-1), np.ones(shape[:-1]))
    tn.check_gradients(f, x)


def test_softmax_does_not_change_when_a_constant_is_added(leaf, drawn):
    x = drawn(3, 4)
    np.testing.assert_allclose(F.softmax(leaf(x + 1e4)).data, F.softmax(leaf(x)).data, rtol=1e-10)


def test_log_softmax_keeps_what_log_of_softmax_would_lose(leaf):
    x = leaf([[0.0, -1000.0]])
    np.testing.assert_array_equal(F.log_softmax(x).data, [[0, -1000]])
    np.testing.assert_array_equal(F.softmax(x).data, [[1, 0]])


# -------------------------------------------------------------------------------------- scores of 1e4

# fmt: off
EXTREMES = [  # scores, label, loss, dL/dscores
    ("sure and right",  [1e4, -1e4, -1e4],  0, 0.0,        [0, 0, 0]),
    ("sure and wrong",  [1e4, -1e4, -1e4],  1, 2e4,        [1, -1, 0]),
    ("all high",        [1e4, 1e4],         0, np.log(2),  [-0.5, 0.5]),
    ("all low",         [-1e4, -1e4],       1, np.log(2),  [0.5, -0.5]),
]
# fmt: on


@pytest.mark.parametrize("scores, label, loss, gradient", [e[1:] for e in EXTREMES], ids=[e[0] for e in EXTREMES])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("soft", [False, True])
def test_cross_entropy_is_exact_at_extreme_scores(leaf, scores, label, loss, gradient, dtype, soft):
    s = leaf([scores], dtype)
    y = F.softmax_cross_entropy(s, np.eye(len(scores))[[label]] if soft else [label])
    y.backward()
    np.testing.assert_allclose(y.item(), loss, rtol=1e-3 if dtype == np.float16 else 1e-6)
    np.testing.assert_array_equal(s.grad, [gradient])


def test_softmax_of_extreme_scores_has_finite_gradients(leaf):
    s = leaf([[1e4, -1e4, 0.0]])
    (F.softmax(s) * [1.0, 2.0, 3.0] + F.log_softmax(s) * [1.0, 0.0, 1.0]).sum().backward()
    np.testing.assert_array_equal(s.grad, [[-1, 0, 1]])


def test_squared_hinge_at_extreme_scores_and_at_its_kink(leaf):
    s = leaf([[1e4, -1e4], [-1e4, 1e4], [1.0, -1.0]])
    y = F.squared_hinge(s, [0, 0, 0])
    y.backward()
    assert y.item() == 2 * 10001.0**2 / 6
    np.testing.assert_array_equal(s.grad, [[0, 0], [-20002 / 6, 20002 / 6], [0, 0]])


def test_a_row_of_zero_scores_costs_the_logarithm_of_the_classes(leaf):
    assert F.softmax_cross_entropy(leaf(np.zeros((3, 10))), [0, 5, 9]).item() == pytest.approx(math.log(10))
    assert F.squared_hinge(leaf(np.zeros((3, 10))), [0, 5, 9]).item() == 1


def test_the_loss_is_the_mean_over_the_batch(leaf, drawn):
    s = drawn(6, 5)
    twice = lambda a: np.concatenate([a, a])
    for loss, t in [
        (F.softmax_cross_entropy, LABELS),
        (F.squared_hinge, LABELS),
        (F.mean_squared_error, SOFT),
    ]:
        assert loss(leaf(twice(s)), twice(t)).item() == pytest.approx(loss(leaf(s), t).item(), rel=1e-13)


# --------------------------------------------------------------------------------------------- errors

SCORES = tn.Tensor(np.zeros((4, 3)))
OVER_TIME = SCORES.reshape(2, 2, 3)
CE, HINGE, MSE, STEPWISE = F.softmax_cross_entropy, F.squared_hinge, F.mean_squared_error, F.sequence_cross_entropy
# fmt: off
ERRORS = {
    "label too high":           (lambda: CE(SCORES, [0, 1, 2, 3]),                  "softmax_cross_entropy", "0 to 3", "0 .. 2"),
    "label too low":            (lambda: CE(SCORES, [0, 1, 2, -1]),                 "softmax_cross_entropy", "-1 to 2", "0 .. 2"),
    "hinge, too high":          (lambda: HINGE(SCORES, [0, 1, 2, 3]),               "squared_hinge", "0 to 3", "0 .. 2"),
    "hinge, too low":           (lambda: HINGE(SCORES, [0, 1, 2, -1]),              "squared_hinge", "-1 to 2", "0 .. 2"),
    "too few labels":           (lambda: CE(SCORES, [0, 1]),                        "softmax_cross_entropy", "(4, 3)", "(2,)", "(batch,)"),
    "labels in a column":       (lambda: CE(SCORES, np.zeros((4, 1), int)),         "softmax_cross_entropy", "(4, 3)", "(4, 1)"),
    "one-hot integers":         (lambda: CE(SCORES, np.eye(4, 3, dtype=int)),       "softmax_cross_entropy", "(4, 3)", "int64"),
    "float labels":             (lambda: CE(SCORES, np.zeros(4)),                   "softmax_cross_entropy", "(4, 3)", "(4,)", "integers"),
    "truth values":             (lambda: CE(SCORES, np.zeros(4, bool)),             "softmax_cross_entropy", "(4, 3)", "(4,)", "integers"),
    "soft targets, wrong":      (lambda: CE(SCORES, np.zeros((3, 4))),              "softmax_cross_entropy", "(4, 3)", "(3, 4)"),
    "soft targets, one row":    (lambda: CE(SCORES, np.zeros((1, 3))),              "softmax_cross_entropy", "(4, 3)", "(1, 3)"),
    "hinge, float labels":      (lambda: HINGE(SCORES, np.zeros(4)),                "squared_hinge", "(4, 3)", "float64", "integers"),
    "hinge, too few":           (lambda: HINGE(SCORES, [0, 1]),                     "squared_hinge", "(4, 3)", "(2,)"),
    "hinge, soft targets":      (lambda: HINGE(SCORES, np.zeros((4, 3))),           "squared_hinge", "(4, 3)", "integers"),
    "scores in a row":          (lambda: CE(SCORES[0], [0, 1, 2]),                  "softmax_cross_entropy", "(3,)", "(batch, classes)"),
    "scores in a row, soft":    (lambda: CE(SCORES[0], np.ones(3) / 3),             "softmax_cross_entropy", "(3,)", "(batch, classes)"),
    "scores over time":         (lambda: CE(SCORES.reshape(2, 2, 3), [0, 1]),       "softmax_cross_entropy", "(2, 2, 3)", "(batch, classes)"),
    "scores over time, soft":   (lambda: CE(SCORES.reshape(2, 2, 3), np.zeros((2, 2, 3))), "softmax_cross_entropy", "(2, 2, 3)", "(batch, classes)"),
    "steps, a label a row":     (lambda: STEPWISE(OVER_TIME, [0, 1]),                "sequence_cross_entropy", "(2, 2, 3)", "(2,)", "must be integers (2, 2)"),
    "steps, time first":        (lambda: STEPWISE(OVER_TIME[:, :1], [[0, 1]]),       "sequence_cross_entropy", "(2, 1, 3)", "(1, 2)", "must be integers (2, 1)"),
    "steps, floats":            (lambda: STEPWISE(OVER_TIME, np.zeros((2, 2))),      "sequence_cross_entropy", "(2, 2, 3)", "float64", "must be integers (2, 2)"),
    "steps, label too high":    (lambda: STEPWISE(OVER_TIME, [[0, -1], [3, 1]]),     "sequence_cross_entropy", "0 to 3", "3 classes"),
    "steps, label too low":     (lambda: STEPWISE(OVER_TIME, [[0, -1], [-2, 1]]),    "sequence_cross_entropy", "-2 to 1", "3 classes"),
    "steps, nothing to predict": (lambda: STEPWISE(OVER_TIME, np.full((2, 2), -1)),  "sequence_cross_entropy", "4 labels, all -1", "at least one"),
    "squared error, broadcast": (lambda: MSE(SCORES, np.zeros(3)),                  "mean_squared_error", "(4, 3)", "(3,)", "equal"),
    "squared error, column":    (lambda: MSE(SCORES[:, :1], np.zeros(4)),           "mean_squared_error", "(4, 1)", "(4,)", "equal"),
}
# fmt: on


@pytest.mark.parametrize("act, words", [(e[0], e[1:]) for e in ERRORS.values()], ids=ERRORS)
def test_error_names_the_loss_the_shapes_and_the_fix(act, words):
    with pytest.raises(ValueError) as caught:
        act()
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("loss", [F.softmax_cross_entropy, F.squared_hinge])
def test_integer_scores_are_refused(loss):
    with pytest.raises(TypeError, match=f"{loss.__name__}.*int64.*astype"):
        loss(tn.Tensor(np.zeros((2, 3), int)), [0, 1])


@pytest.mark.parametrize("loss", [F.softmax_cross_entropy, F.mean_squared_error])
def test_targets_that_require_a_gradient_are_refused_since_they_would_not_get_it(leaf, drawn, loss):
    targets = leaf(SOFT)
    with pytest.raises(ValueError, match=f"{loss.__name__}.*detach"):
        loss(leaf(drawn(6, 5)), targets * 1.0)


def test_targets_written_after_the_loss_do_not_change_its_gradient(leaf, drawn):
    for loss in (F.softmax_cross_entropy, F.mean_squared_error):
        s, targets = leaf(drawn(6, 5)), SOFT.copy()
        y = loss(s, targets)
        targets[:] = 0
        y.backward()
        right = leaf(s.data)
        loss(right, SOFT).backward()
        np.testing.assert_array_equal(s.grad, right.grad)


def test_scores_of_steps_without_a_label_get_no_gradient(leaf, drawn):
    s = leaf(drawn(2, 3, 5))
    F.sequence_cross_entropy(s, STEPS).backward()
    np.testing.assert_array_equal(s.grad.any(axis=-1), STEPS != -1)


# --------------------------------------------------------------------------------------- completeness


def test_every_row_is_tested_here(leaf, drawn, rows):
    nodes = {f(leaf(drawn(6, 5)))._node for f, _ in (LOSSES | OTHERS).values()}
    assert set(rows(losses)) <= {node.name for node in nodes}


# ------------------------------------------------------------------------------------ against PyTorch


@pytest.mark.parametrize("scale", [1, 30, 1e4])
def test_losses_and_gradients_equal_pytorchs(leaf, drawn, torch, scale):
    f = torch.nn.functional
    values = drawn(6, 5, scale=scale)
    signs = torch.tensor(2 * np.eye(5)[LABELS] - 1)
    for ours, theirs in [
        (lambda s: F.softmax_cross_entropy(s, LABELS), lambda s: f.cross_entropy(s, torch.tensor(LABELS))),
        (lambda s: F.softmax_cross_entropy(s, SOFT), lambda s: f.cross_entropy(s, torch.tensor(SOFT))),
        (
            lambda s: F.sequence_cross_entropy(s.reshape(2, 3, 5), STEPS),
            lambda s: f.cross_entropy(s, torch.tensor(STEPS.ravel()), ignore_index=-1),
        ),
        (lambda s: F.squared_hinge(s, LABELS), lambda s: (f.relu(1 - signs * s) ** 2).mean()),
        (lambda s: F.mean_squared_error(s, SOFT), lambda s: f.mse_loss(s, torch.tensor(SOFT))),
        (lambda s: (F.softmax(s) * SOFT).sum(), lambda s: (f.softmax(s, -1) * torch.tensor(SOFT)).sum()),
        (
            lambda s: (F.log_softmax(s) * SOFT).sum(),
            lambda s: (f.log_softmax(s, -1) * torch.tensor(SOFT)).sum(),
        ),
    ]:
        s, t = leaf(values), torch.tensor(values, requires_grad=True)
        y, z = ours(s), theirs(t)
        y.backward()
        z.backward()
        np.testing.assert_allclose(y.item(), z.item(), rtol=1e-12)
        np.testing.assert_allclose(s.grad, t.grad.numpy(), rtol=1e-10, atol=1e-14)


FAR = [[-np.inf, 0, 1], [-3e38, 3e38, 1], [-np.inf, -np.inf, 2]]  # scores of classes that are as good as impossible
SURE = [1, 1, 2]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_class_that_is_impossible_leaves_the_loss_of_the_others_finite(torch, dtype):
    f, scores = torch.nn.functional, np.array(FAR, dtype)
    for ours, theirs in [
        (lambda s: F.softmax_cross_entropy(s, np.array(SURE)), lambda s: f.cross_entropy(s, torch.tensor(SURE))),
        (lambda s: F.softmax_cross_entropy(s, np.eye(3)[SURE]), lambda s: f.cross_entropy(s, torch.tensor(SURE))),
        (lambda s: F.sequence_cross_entropy(s, np.array(SURE)), lambda s: f.cross_entropy(s, torch.tensor(SURE))),
    ]:
        s, t = tn.Tensor(scores, requires_grad=True), torch.tensor(scores, requires_grad=True)
        with np.errstate(over="ignore"):  # float32 does not reach the difference of -3e38 and 3e38
            y, z = ours(s), theirs(t)
            y.backward()
            z.backward()
        np.testing.assert_allclose(y.item(), z.item(), rtol=1e-6)
        np.testing.assert_allclose(s.grad, t.grad.numpy(), rtol=1e-6, atol=1e-12)


def test_the_loss_of_a_true_class_that_is_ruled_out_is_infinite_and_its_gradient_is_not():
    s = tn.Tensor([[-np.inf, 0.0, 1.0]], requires_grad=True)
    loss = F.softmax_cross_entropy(s, np.array([0]))
    loss.backward()
    assert loss.item() == np.inf
    np.testing.assert_allclose(s.grad, [[-1, 1 / (1 + np.e), np.e / (1 + np.e)]])


def test_targets_of_a_teacher_that_rules_a_class_out_are_finite():
    s = tn.Tensor([[-np.inf, 0.0, 1.0]], requires_grad=True)
    loss = F.soft_targets(s, np.array([[-np.inf, 1.0, 1.0]]))
    loss.backward()
    np.testing.assert_allclose(loss.item(), np.log(1 + np.e) - 0.5)
    np.testing.assert_allclose(s.grad, [[0, 1 / (1 + np.e) - 0.5, np.e / (1 + np.e) - 0.5]])
