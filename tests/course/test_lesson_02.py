"""Lesson 2: its grader rejects recursion, and wrong gradients that a cotangent of ones would accept."""

import functools
import sys

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
    for seed in range(6):
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
    assert "on a chain of 1,501 nodes, recursion goes as deep as the graph does" in message


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
        return np.dot(v, vjp(u, x)), np.dot(u, f(x + h * v) - f(x - h * v)) / (2 * h)

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


def middle_axis_missed(g, shape):
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    ones = [i for i, length in enumerate(shape) if length == 1]
    return g.sum(axis=tuple({0, len(shape) - 1} & set(ones)), keepdims=True)


def list_extended(root, inputs_of):
    inputs, todo = {root: list(inputs_of(root))}, inputs_of(root)
    while todo:
        if (node := todo.pop()) not in inputs:
            inputs[node] = list(inputs_of(node))
            todo += inputs[node]
    return LESSON.solution.topological_order(root, inputs.__getitem__)


def recursion_under_a_raised_limit(root, inputs_of):
    finished, seen, limit = [], set(), sys.getrecursionlimit()

    def visit(node):
        seen.add(node)
        for x in inputs_of(node):
            if x not in seen:
                yield from visit(x)
        yield node

    sys.setrecursionlimit(100_000)
    finished += visit(root)
    sys.setrecursionlimit(limit)
    return finished[::-1]


def asks_at_each_use(root, inputs_of):
    once = functools.cache(inputs_of)
    order = LESSON.solution.topological_order(root, once)
    for node in order:
        for x in once(node):
            inputs_of(x)
    return order


def into(which):
    """Return addition into one of two arrays, the first or the second; numbers are added as they are."""
    return lambda *pair: np.add(*pair, out=pair[which]) if np.ndim(pair[which]) else pair[0] + pair[1]


def sum_of(add):
    """Return a backward that adds up with the given function."""

    def backward(order, vjp, g):
        cotangents = {order[0]: g.copy()}
        for node in order:
            for x, gx in vjp(node, cotangents[node].copy()):
                cotangents[x] = add(cotangents[x], gx) if x in cotangents else gx
        return cotangents

    return backward


def numbered(order, vjp, g):
    cotangents = LESSON.solution.backward(order, vjp, g)
    return {node: cotangents[node] for node in order if node}  # 0 and "" are left out


def vjp_beside_x(f, vjp, x, u, v, h):
    between = (vjp(u, x + h * v) + vjp(u, x - h * v)) / 2
    return LESSON.solution.cotangent_check(f, lambda u, x: between, x, u, v, h)


def own_h(f, vjp, x, u, v, h):
    return LESSON.solution.cotangent_check(f, vjp, x, u, v, 1e-5)


def rows_and_columns(f, vjp, x, u, v, h):
    return LESSON.solution.cotangent_check(f, vjp, x, u, v, h) if x.ndim == u.ndim else (0.0, 0.0)


# right on ordinary arrays and on graphs of a few letters
BEYOND = {
    "x in z / x": ("multiply_vjp", lambda g, x, y: (g * (x * y) / x, g * (x * y) / y)),
    "in the dtype of x": ("multiply_vjp", lambda g, x, y: ((g * y).astype(x.dtype), (g * x).astype(y.dtype))),
    "three axes": ("multiply_vjp", lambda g, x, y: (g * y, g * x) if g.ndim < 4 else (g, g)),
    "four examples": ("matmul_vjp", lambda g, x, W: (g @ W.T, x[:4].T @ g[:4])),
    "one input": ("matmul_vjp", lambda g, x, W: (g @ W.T, x.T @ g) if len(W) > 1 else (g * W, x * g)),
    "flat where nearly flat": ("tanh_vjp", lambda g, a: np.where(np.abs(a) > 0.99, 0, g * (1 - a * a))),
    "in the dtype of g": ("tanh_vjp", lambda g, a: (g * (1 - a * a)).astype(g.dtype)),
    "where x is not 0": ("sum_vjp", lambda g, x, axis: (x != 0) * (g[:, None] if axis == 1 else g)),
    "without the middle": ("unbroadcast", middle_axis_missed),
    "changes the graph": ("topological_order", list_extended),
    "recursion": ("topological_order", recursion_under_a_raised_limit),
    "more than four calls": ("topological_order", asks_at_each_use),
    "+=": ("backward", sum_of(into(0))),
    "into what arrives": ("backward", sum_of(into(1))),
    "no false names": ("backward", numbered),
    "vectors": ("backward", sum_of(lambda there, more: np.atleast_1d(there + more))),
    "own h": ("cotangent_check", own_h),
    "vjp beside x": ("cotangent_check", vjp_beside_x),
    "as many axes": ("cotangent_check", rows_and_columns),
}


@pytest.mark.parametrize("planted", BEYOND)
def test_a_wrong_answer_that_is_right_in_ordinary_cases_is_rejected(planted):
    for seed in range(4):
        assert not graded(*BEYOND[planted], seed).passed


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
