"""Lesson 2: its grader rejects recursion, and wrong gradients that a cotangent of ones would accept."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.course.grading import grade_exercise, solved

LESSON = manifest.lesson(2)
RNG = np.random.default_rng(0)
X, Y, W = RNG.normal(size=(3, 3, 3))
B = RNG.normal(size=3)


def graded(name, function, seed=0):
    return grade_exercise(LESSON, LESSON.exercise(name), solved(LESSON, **{name: function}), seed)


def slopes_of_the_sum(f, x, h=1e-6):
    """Return the gradient of f(x).sum() by differences, which is all that a cotangent of ones checks."""
    found = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        found[i] = (f(x + e).sum() - f(x - e).sum()) / (2 * h)
    return found


# exercise, wrong answer, its arguments after g, and for each cotangent it returns the function f and the point x
PLANTED = [
    ("multiply_vjp", lambda g, x, y: (y, x), (X, Y), [(lambda x: x * Y, X), (lambda y: X * y, Y)]),
    ("multiply_vjp", lambda g, x, y: (g * g * y, g * g * x), (X, Y), [(lambda x: x * Y, X), (lambda y: X * y, Y)]),
    (
        "matmul_vjp",
        lambda g, x, W: (np.ones_like(g) @ W.T, x.T @ np.ones_like(g)),
        (X, W),
        [(lambda x: x @ W, X), (lambda W: X @ W, W)],
    ),
    (
        "matmul_vjp",
        lambda g, x, W: (g[::-1] @ W.T, x.T @ g[::-1]),
        (X, W),
        [(lambda x: x @ W, X), (lambda W: X @ W, W)],
    ),
    ("tanh_vjp", lambda g, a: 1 - a * a, (np.tanh(X),), [(np.tanh, X)]),
    ("sum_vjp", lambda g, x, axis: np.ones(x.shape), (X, 0), [(lambda x: x.sum(0), X)]),
    (
        "sum_vjp",
        lambda g, x, axis: np.ones(x.shape) * (g if axis is None else np.expand_dims(g, 1 - axis)),
        (X, 0),
        [(lambda x: x.sum(0), X)],
    ),
    ("unbroadcast", lambda g, shape: np.full(shape, g.size / np.prod(shape)), ((3,),), [(lambda b: X + b, B)]),
]


@pytest.mark.parametrize(("name", "wrong", "arguments", "checks"), PLANTED, ids=range(len(PLANTED)))
def test_mistakes_that_a_cotangent_of_ones_accepts_are_rejected(name, wrong, arguments, checks):
    f, x = checks[0]
    came = wrong(np.ones_like(f(x)), *arguments)
    for gx, (f, x) in zip(came if isinstance(came, tuple) else (came,), checks, strict=True):
        np.testing.assert_allclose(gx, slopes_of_the_sum(f, x), atol=1e-7)  # ones find nothing wrong
    for seed in range(20):
        assert "expected" in graded(name, wrong, seed).message


def test_backward_that_begins_with_ones_is_rejected():
    def from_ones(order, vjp, g):
        return LESSON.solution.backward(order, vjp, np.ones_like(g))

    assert "begins with g" in graded("backward", from_ones).message


def test_recursion_is_rejected_on_a_long_chain():
    def recursive(root, inputs_of):
        finished = []

        def visit(node):
            for x in inputs_of(node):
                if x not in finished:
                    visit(x)
            if node not in finished:
                finished.append(node)

        visit(root)
        return finished[::-1]

    message = graded("topological_order", recursive).message
    assert "on a chain of 1,501 nodes Python gave up. Recursion goes as deep as the graph does" in message


def test_a_walk_that_never_ends_is_stopped_after_too_many_calls():
    def endless(root, inputs_of):
        todo = [root]
        while todo:
            todo += inputs_of(todo[0])  # nothing is ever removed
        return todo

    assert "does the list of nodes to visit ever become empty?" in graded("topological_order", endless).message


def test_an_error_of_the_learners_is_shown():
    """The known mistakes are run to explain it and call inputs_of again; those calls do not count."""

    def fails(root, inputs_of):
        return [inputs_of(node) for node in inputs_of(root)][9]

    assert "IndexError" in graded("topological_order", fails).message


def test_a_check_for_vectors_only_is_rejected():
    """The lesson calls the learner's check with tables of numbers."""

    def for_vectors(f, vjp, x, u, v, h):
        return v @ vjp(u, x), np.dot(u, f(x + h * v) - f(x - h * v)) / (2 * h)

    assert "for arrays of any shape it is np.sum(a * b)" in graded("cotangent_check", for_vectors).message


def test_a_cotangent_of_a_wrong_shape_is_named():
    def backwards(order, vjp, g):
        cotangents = {order[0]: g}
        for node in order[::-1]:
            for x, gx in vjp(node, cotangents.get(node, 0)):
                cotangents[x] = cotangents.get(x, 0) + gx
        return cotangents

    assert "was given a g of shape (); that node has shape (3,)" in graded("backward", backwards).message


def test_a_walk_along_every_path_is_stopped_even_if_its_order_is_right():
    def every_path(root, inputs_of):
        depth = {root: 0}
        stack = [root]
        while stack:
            node = stack.pop()
            for x in inputs_of(node):
                depth[x] = max(depth.get(x, 0), depth[node] + 1)
                stack.append(x)
        return sorted(depth, key=depth.get)

    assert "not once for each path to it" in graded("topological_order", every_path).message


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("yxabc", "'a' before 'x'"),
        ("yabc", "all nodes that root was computed from"),
        ("yabccx", "each node once"),
    ],
)
def test_the_message_says_what_is_wrong_with_an_order(order, expected):
    right = LESSON.solution.topological_order
    wrong = lambda root, inputs_of: list(order) if root == "y" else right(root, inputs_of)
    assert expected in graded("topological_order", wrong).message


def test_the_parts_agree_with_tinynet():
    """Each VJP gives what the tape gives, for a random cotangent."""
    solution, rng = LESSON.solution, np.random.default_rng(1)
    x, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    tensors = [tn.Tensor(a, requires_grad=True) for a in (x, W, b)]
    a = (tensors[0] @ tensors[1] + tensors[2]).tanh()
    g = rng.normal(size=(4, 2))
    a.backward(g)
    gz = solution.tanh_vjp(g, a.numpy())
    ours = (*solution.matmul_vjp(gz, x, W), solution.unbroadcast(gz, b.shape))
    for mine, tensor in zip(ours, tensors, strict=True):
        np.testing.assert_allclose(mine, tensor.grad, rtol=1e-12, atol=1e-14)
