"""Random graphs: backward agrees with forward mode, which needs no tape."""

# ruff: noqa: E501  (tables)

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import tinynet as tn

F = tn.functional


class Dual:
    """Forward mode, to compare with: a value and its slope in one direction: (u + v e)^2 = u^2 + 2 u v e."""

    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def map(self, value, slope):
        return Dual(value, slope * self.slope)


# fmt: off
BINARY = {  # on Tensors, on Duals
    "add":      (lambda a, b: a + b,                lambda a, b: Dual(a.value + b.value, a.slope + b.slope)),
    "sub":      (lambda a, b: a - b,                lambda a, b: Dual(a.value - b.value, a.slope - b.slope)),
    "mul":      (lambda a, b: a * b,                lambda a, b: Dual(a.value * b.value, a.slope * b.value + a.value * b.slope)),
    "div":      (lambda a, b: a / (b * b + 1),      lambda a, b: Dual(a.value / (b.value**2 + 1), a.slope / (b.value**2 + 1) - 2 * a.value * b.value * b.slope / (b.value**2 + 1) ** 2)),
    "maximum":  (lambda a, b: F.maximum(a, b),      lambda a, b: Dual(np.maximum(a.value, b.value), (a.slope * ((a.value > b.value) + (a.value == b.value) / 2)) + (b.slope * ((b.value > a.value) + (a.value == b.value) / 2)))),
    "where":    (lambda a, b: F.where(a > b, b, a), lambda a, b: Dual(np.where(a.value > b.value, b.value, a.value), np.where(a.value > b.value, b.slope, a.slope))),
}
UNARY = {
    "neg":      (lambda a: -a,                        lambda a: a.map(-a.value, -1)),
    "tanh":     (lambda a: a.tanh(),                  lambda a: a.map(np.tanh(a.value), 1 / np.cosh(np.clip(a.value, -300, 300)) ** 2)),
    "exp":      (lambda a: a.clip(-2, 2).exp(),       lambda a: a.map(np.exp(np.clip(a.value, -2, 2)), np.exp(a.value.clip(-2, 2)) * (abs(a.value) <= 2))),
    "square":   (lambda a: a ** 2,                    lambda a: a.map(a.value**2, 2 * a.value)),
    "root":     (lambda a: (a * a + 1).sqrt(),        lambda a: a.map(np.sqrt(a.value**2 + 1), a.value / np.sqrt(a.value**2 + 1))),
    "rows":     (lambda a: a[[0, 0]] if a.ndim > 1 else a,  lambda a: Dual(a.value[[0, 0]], a.slope[[0, 0]]) if np.ndim(a.value) > 1 else a),
    "sum":      (lambda a: a.sum(),                   lambda a: Dual(np.sum(a.value), np.sum(a.slope))),
    "mean":     (lambda a: a.mean(axis=-1, keepdims=True) if a.ndim else a,  lambda a: Dual(a.value.mean(axis=-1, keepdims=True), a.slope.mean(axis=-1, keepdims=True)) if np.ndim(a.value) else a),
}
# fmt: on
SHAPES = [(), (3,), (1, 3), (2, 1), (2, 3)]  # any two broadcast
place = st.integers(0, 30)
program = st.lists(
    st.one_of(st.tuples(st.sampled_from(sorted(BINARY)), place, place), st.tuples(st.sampled_from(sorted(UNARY)), place)),
    min_size=1, max_size=9,
)  # fmt: skip


def run(program, inputs, column):
    """Return the last value of a program: each instruction takes earlier values, often the same one again."""
    values = list(inputs)
    for name, *places in program:
        values.append((BINARY | UNARY)[name][column](*[values[-1 - p % len(values)] for p in places]))
    return values[-1]


@settings(max_examples=200)
@given(program, st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_a_random_graph_agrees_with_forward_mode(program, shapes, seed):
    rng = np.random.default_rng(seed)
    draw = lambda shape: np.asarray(rng.normal(size=shape))
    leaves = [tn.Tensor(draw(s), requires_grad=True) for s in shapes]
    directions = [draw(s) for s in shapes]
    dual = run(program, [Dual(x.numpy(), v) for x, v in zip(leaves, directions, strict=True)], 1)
    y = run(program, leaves, 0)
    np.testing.assert_allclose(y.data, dual.value, rtol=1e-10)
    assume(np.abs(dual.value).max() < 1e30)
    u = draw(y.shape)
    if y.requires_grad:
        y.backward(u)
    products = [v * (0 if x.grad is None else x.grad) for x, v in zip(leaves, directions, strict=True)]
    forward, backward = np.sum(u * dual.slope), sum(p.sum() for p in products)
    scale = 1 + sum(np.abs(p).sum() for p in products) + np.abs(u * dual.slope).sum()
    assert abs(forward - backward) <= 1e-10 * scale
