"""Every row of the table of primitives: its values are NumPy's, its gradients agree with differences.

A case is one function of (m, arrays), run twice: with m = tinynet.functional on Tensors and m = numpy on arrays.
"""

# ruff: noqa: E501  (tables)

import inspect

import numpy as np
import pytest

import tinynet as tn
from tinynet.engine import kinks, more_primitives, primitives, reductions, shapes

F = tn.functional
TABLES = (primitives, more_primitives, kinks, reductions, shapes)

PAIRS = [  # shapes that broadcast: equal, inner and outer products, scalars, leading axes, axes of length 1 and 0
    ((3, 4), (3, 4)), ((3, 1), (4,)), ((4,), (3, 1)), ((), (3,)), ((3, 4), ()), ((), ()),
    ((2, 3, 4), (3, 4)), ((4,), (2, 3, 4)), ((2, 1, 4), (3, 1)), ((1, 1), (2,)), ((0, 3), (3,)), ((1, 3), (0, 3)),
]  # fmt: skip
MATRICES = [  # shapes for @: matrices, batches, batches that broadcast, vectors on either side, empty sums
    ((3, 4), (4, 2)), ((5, 3, 4), (5, 4, 2)), ((5, 3, 4), (4, 2)), ((3, 4), (5, 4, 2)), ((5, 1, 3, 4), (2, 4, 1)),
    ((4,), (4,)), ((4,), (4, 2)), ((3, 4), (4,)), ((5, 3, 4), (4,)), ((4,), (5, 4, 2)),
    ((2, 5, 3, 4), (4,)), ((4,), (2, 5, 4, 3)), ((1,), (1,)), ((2, 1, 3, 4), (5, 4, 2)), ((1, 4), (5, 4, 1)),
    ((3, 0), (0, 2)), ((0, 4), (4, 2)), ((0,), (0,)),
]  # fmt: skip
AXES = [None, 0, 1, -1, (0, 2), (-1, 0), (2, 1, 0), ()]
INDICES = {
    "int": 1,
    "negative int": -1,
    "NumPy int": np.int64(2),
    "slice": slice(1, 3),
    "slice with a step": slice(None, None, 2),
    "slice backwards": slice(None, None, -1),
    "slice backwards with a step": slice(-1, None, -2),
    "empty slice": slice(2, 2),
    "ellipsis": (..., 0),
    "ellipsis alone": ...,
    "empty tuple": (),
    "newaxis": (slice(None), None, 1),
    "None": None,
    "int and slice": (0, slice(1, None)),
    "list": [0, 2],
    "repeated list": [2, 0, 2, 2],
    "repeated and negative": np.array([0, -3, 1, -1]),
    "no index": np.array([], dtype=int),
    "matrix of indices": np.array([[0, 1], [1, 1]]),
    "pairs, repeated": (np.array([0, 2, 0]), np.array([1, 3, 1])),
    "indices that broadcast": (np.array([[0], [2]]), np.array([1, 1, 3])),
    "slice and repeated": (slice(None), [1, 1, 0]),
    "repeated, newaxis, slice": ([1, 1], None, slice(0, 2)),
    "mask": np.array([True, False, True]),
    "mask of nothing": np.zeros(3, bool),
    "mask over two axes": np.arange(12).reshape(3, 4) % 3 == 0,
    "mask and int": (np.array([True, False, True]), 1),
    "True": True,
}
CONDITION = np.array([[True, False, True, False], [False, False, True, True], [True, True, False, False]])

CASES = {}  # name: (f, shapes); arrays named p and q are positive


def case(name, f, *shapes):
    assert name not in CASES, name
    CASES[name] = (f, shapes)


# fmt: off
for a, b in PAIRS:
    case(f"a + b {a} {b}",    lambda m, a, b: a + b,            a, b)
    case(f"a - b {a} {b}",    lambda m, a, b: a - b,            a, b)
    case(f"a * b {a} {b}",    lambda m, a, b: a * b,            a, b)
    case(f"a / q {a} {b}",    lambda m, a, q: a / q,            a, b)
    case(f"p ** b {a} {b}",   lambda m, p, b: p ** b,           a, b)
    case(f"a % q {a} {b}",    lambda m, a, q: a % q,            a, b)
    case(f"maximum {a} {b}",  lambda m, a, b: m.maximum(a, b),  a, b)
    case(f"minimum {a} {b}",  lambda m, a, b: m.minimum(a, b),  a, b)
for a, b in MATRICES:
    case(f"a @ b {a} {b}",    lambda m, a, b: a @ b,            a, b)
    case(f"matmul {a} {b}",   lambda m, a, b: m.matmul(a, b),   a, b)
for a in [(3, 4), (), (0, 3), (1,)]:
    case(f"-x {a}",           lambda m, x: -x,          a)
    case(f"abs(x) {a}",       lambda m, x: abs(x),      a)
    case(f"exp {a}",          lambda m, x: m.exp(x),    a)
    case(f"log {a}",          lambda m, p: m.log(p),    a)
    case(f"sqrt {a}",         lambda m, p: m.sqrt(p),   a)
    case(f"tanh {a}",         lambda m, x: m.tanh(x),   a)
    case(f"sin {a}",          lambda m, x: m.sin(x),    a)
    case(f"cos {a}",          lambda m, x: m.cos(x),    a)
    case(f"sinh {a}",         lambda m, x: m.sinh(x),   a)
    case(f"cosh {a}",         lambda m, x: m.cosh(x),   a)
    case(f"expm1 {a}",        lambda m, x: m.expm1(x),  a)
    case(f"log1p {a}",        lambda m, p: m.log1p(p),  a)
    case(f"sigmoid {a}",      lambda m, x: F.sigmoid(x) if m is F else 1 / (1 + np.exp(-x)),  a)
    case(f"relu {a}",         lambda m, x: F.relu(x) if m is F else np.where(x > 0, x, 0.0),  a)
    case(f"clip {a}",         lambda m, x: x.clip(-0.5, 0.7),      a)
    case(f"clip below {a}",   lambda m, x: x.clip(-0.5),           a)
    case(f"clip above {a}",   lambda m, x: x.clip(max=0.7),        a)
    case(f"x * x + x {a}",    lambda m, x: x * x + x,              a)
    case(f"astype {a}",       lambda m, x: x.astype(np.float64),   a)
case("x ** 2",           lambda m, x: x ** 2,            (3, 4))
case("x ** 0",           lambda m, x: x ** 0,            (3, 4))
case("x ** -1.0",        lambda m, x: x ** -1.0,         (3, 4))
case("p ** 0.5",         lambda m, p: p ** 0.5,          (3, 4))
case("2 ** x",           lambda m, x: 2 ** x,            (3, 4))
case("1 - x",            lambda m, x: 1 - x,             (3, 4))
case("1 / p",            lambda m, p: 1 / p,             (3, 4))
case("x % 0.7",          lambda m, x: x % 0.7,           (3, 4))
case("x % -0.7",         lambda m, x: x % -0.7,          (3, 4))
case("2.5 % -p",         lambda m, p: 2.5 % -p,          (3, 4))
case("array % x",        lambda m, x: np.ones((2, 1, 1)) % x,        (3, 4))
case("array - x",        lambda m, x: np.ones((2, 1, 1)) - x,        (3, 4))
case("array @ x",        lambda m, x: np.ones((2, 3)) @ x,           (3, 4))
case("clip by arrays",   lambda m, x: x.clip(np.full((2, 1, 1), -0.4), np.linspace(0, 1, 4)),  (3, 4))
case("where",            lambda m, a, b: m.where(CONDITION, a, b),     (3, 4), (3, 4))
case("where, broadcast", lambda m, a, b: m.where(CONDITION, a, b),     (3, 1), (4,))
case("where, leading",   lambda m, a, b: m.where(CONDITION, a, b),     (2, 1, 1), ())
case("where, 0 else",    lambda m, x: m.where(CONDITION[:, :1], x, 0.0),  (3, 4))
for axis in AXES:
    for keep in (False, True):
        case(f"sum {axis} {keep}",   lambda m, x, axis=axis, keep=keep: m.sum(x, axis=axis, keepdims=keep),   (2, 3, 4))
        case(f"mean {axis} {keep}",  lambda m, x, axis=axis, keep=keep: m.mean(x, axis=axis, keepdims=keep),  (2, 3, 4))
        case(f"max {axis} {keep}",   lambda m, x, axis=axis, keep=keep: m.max(x, axis=axis, keepdims=keep),   (2, 3, 4))
        case(f"min {axis} {keep}",   lambda m, x, axis=axis, keep=keep: m.min(x, axis=axis, keepdims=keep),   (2, 3, 4))
        case(f"var {axis} {keep}",   lambda m, x, axis=axis, keep=keep: m.var(x, axis=axis, keepdims=keep),   (2, 3, 4))
        case(f"prod {axis} {keep}",  lambda m, x, axis=axis, keep=keep: m.prod(x, axis=axis, keepdims=keep),  (2, 3, 4))
        if axis != ():  # the standard deviation of one number is 0, a kink of the root
            case(f"std {axis} {keep}",  lambda m, x, axis=axis, keep=keep: m.std(x, axis=axis, keepdims=keep),  (2, 3, 4))
for axis in (None, 0, (0, 2)):
    for ddof in (1, 0.5, -1):
        case(f"var {axis} {ddof}",  lambda m, x, axis=axis, ddof=ddof: x.var(axis=axis, ddof=ddof),  (2, 3, 4))
        case(f"std {axis} {ddof}",  lambda m, x, axis=axis, ddof=ddof: x.std(axis=axis, ddof=ddof),  (2, 3, 4))
for axis in (None, 0, 1, -1):
    case(f"cumsum {axis}",   lambda m, x, axis=axis: x.cumsum(axis),                  (2, 3, 4))
    case(f"repeat {axis}",   lambda m, x, axis=axis: x.repeat(2, axis),               (2, 3, 4))
case("cumsum of a number",   lambda m, x: m.cumsum(x),       ())
case("cumsum of nothing",    lambda m, x: m.cumsum(x, 0),    (0, 3))
case("prod of a number",     lambda m, x: x.prod(),          ())
case("prod of nothing",      lambda m, x: x.prod(axis=0),    (0, 3))
case("sum of a number",      lambda m, x: x.sum(),           ())
case("sum of nothing",       lambda m, x: x.sum(axis=0),     (0, 3))
case("mean of a number",     lambda m, x: x.mean(),          ())
case("max of a number",      lambda m, x: x.max(),           ())
case("reshape",              lambda m, x: x.reshape(4, 3),         (3, 4))
case("reshape, a tuple",     lambda m, x: x.reshape((2, 6)),       (3, 4))
case("reshape, -1",          lambda m, x: x.reshape(2, -1),        (3, 4))
case("reshape to ()",        lambda m, x: x.reshape(()),           (1, 1))
case("reshape nothing",      lambda m, x: x.reshape(3, 0),         (0, 2))
case("ravel",                lambda m, x: x.ravel(),               (3, 4))
case("flatten a number",     lambda m, x: x.flatten(),             ())
case("squeeze",              lambda m, x: x.squeeze(),             (1, 3, 1))
case("squeeze, last axis",   lambda m, x: x.squeeze(-1),           (1, 3, 1))
case("T",                    lambda m, x: x.T,                     (2, 3, 4))
case("T of a number",        lambda m, x: x.T * x,                 ())
case("T of a vector",        lambda m, x: x.T,                     (3,))
case("transpose",            lambda m, x: x.transpose(),           (3, 4))
case("transpose, axes",      lambda m, x: x.transpose(2, 0, 1),    (2, 3, 4))
case("transpose, negative",  lambda m, x: x.transpose((-1, 0, -2)),  (2, 3, 4))
case("transpose, function",  lambda m, x: m.transpose(x, (1, 2, 0)), (2, 3, 4))
case("swapaxes",             lambda m, x: x.swapaxes(0, -1),       (2, 3, 4))
case("swapaxes, itself",     lambda m, x: x.swapaxes(1, 1),        (2, 3, 4))
case("expand_dims",          lambda m, x: m.expand_dims(x, -1),    (3, 4))
case("expand_dims, two",     lambda m, x: m.expand_dims(x, (0, 2)),  (3, 4))
case("expand_dims, a list",  lambda m, x: m.expand_dims(x, [0, 2]),  (3, 4))
case("moveaxis",             lambda m, x: m.moveaxis(x, 0, -1),    (2, 3, 4))
case("moveaxis, several",    lambda m, x: m.moveaxis(x, [0, 1], [-1, 0]),  (2, 3, 4, 1))
case("repeat, unequally",    lambda m, x: x.repeat([2, 0, 3], axis=1),     (2, 3, 4))
case("repeat a number",      lambda m, x: m.repeat(x, 3),          ())
for reps in (2, (2,), (3, 2), (2, 1, 3), (1, 0), [2, 2], ()):
    case(f"tile {reps}",     lambda m, x, reps=reps: m.tile(x, reps),  (3, 4))
case("tile a number",        lambda m, x: m.tile(x, (2, 3)),       ())
for mode in ("constant", "edge", "reflect", "symmetric", "wrap"):
    for width in (2, (1, 2), ((1, 2), (0, 3)), 0):
        case(f"pad {mode} {width}",  lambda m, x, mode=mode, width=width: m.pad(x, width, mode),  (3, 4))
case("pad with numbers",     lambda m, x: m.pad(x, 1, constant_values=((1, 2), (3, 4))),  (3, 4))
case("pad nothing",          lambda m, x: m.pad(x, ((0, 0), (2, 1))),  (3, 0))
for sections in (3, [2], [1, 4], [4, 2], [0, 5, 9], np.array([3])):
    case(f"split {sections}",  lambda m, x, sections=sections: m.concatenate(m.split(x, sections)[::-1]),  (6, 2))
case("split, last axis",     lambda m, x: m.vstack(m.split(x, 2, axis=-1)),  (3, 4))
case("split, one piece",     lambda m, x: m.split(x, [1, 3])[1],   (6, 2))
case("transpose, an array",  lambda m, x: x.transpose(np.array([2, 0, 1])),  (2, 3, 4))
for axis in (None, 0, -1, (0, 2)):
    case(f"flip {axis}",     lambda m, x, axis=axis: m.flip(x, axis),  (2, 3, 4))
case("broadcast_to",         lambda m, x: m.broadcast_to(x, (5, 3, 4)),  (3, 1))
case("broadcast_to, number", lambda m, x: m.broadcast_to(x, (2, 3)),     ())
for name, index in INDICES.items():
    case(f"x[{name}]",       lambda m, x, index=index: x[index],   (3, 4))
case("x[...] of a number",   lambda m, x: x[...],                  ())
for axis in (0, 1, -1, -2):
    case(f"stack {axis}",    lambda m, a, b, c, axis=axis: m.stack([a, b, c], axis=axis),  (3, 4), (3, 4), (3, 4))
case("stack, same twice",    lambda m, x: m.stack([x, x], axis=-1),                (3,))
case("stack, numbers",       lambda m, a, b: m.stack([a, b]),                      (), ())
case("concatenate",          lambda m, a, b: m.concatenate([a, b]),                (3, 4), (2, 4))
case("concatenate, last",    lambda m, a, b, c: m.concatenate([a, b, c], axis=-1), (3, 4), (3, 1), (3, 2))
case("concatenate, -2",      lambda m, a, b: m.concatenate([a, b], axis=-2),       (2, 3, 4), (2, 1, 4))
case("concatenate, twice",   lambda m, x: m.concatenate([x, x], axis=1),           (3, 4))
case("concatenate, empty",   lambda m, a, b: m.concatenate([a, b]),                (0, 4), (2, 4))
case("concatenate, array",   lambda m, x: m.concatenate([np.ones((1, 4)), x]),     (3, 4))
case("vstack",               lambda m, a, b: m.vstack([a, b]),                     (4,), (2, 4))
case("vstack, numbers",      lambda m, a, b: m.vstack([a, b]),                     (), ())
case("vstack, boxes",        lambda m, a, b: m.vstack([a, b]),                     (2, 3, 4), (1, 3, 4))
case("hstack",               lambda m, a, b: m.hstack([a, b]),                     (3, 4), (3, 2))
case("hstack, vectors",      lambda m, a, b: m.hstack([a, b]),                     (4,), (2,))
case("hstack, numbers",      lambda m, a, b: m.hstack([a, b, 3.0]),                (), (3,))
case("hstack, boxes",        lambda m, a, b: m.hstack([a, b]),                     (2, 3, 4), (2, 1, 4))
case("concatenate, flat",    lambda m, a, b: m.concatenate([a, b], axis=None),     (3, 4), (2,))
# fmt: on


def arrays_of(name):
    """Return distinct values for the arguments of a case, at least 1e-3 from one another and from the kinks."""
    f, shapes = CASES[name]
    rng = np.random.default_rng(1)
    arrays = []
    for k, (letter, shape) in enumerate(zip(list(inspect.signature(f).parameters)[1:], shapes, strict=False)):
        size = int(np.prod(shape))
        values = rng.permutation(np.linspace(-1.9, 2.1, size + 2)[1:-1]) + 0.013 * k + 0.003
        arrays.append(np.reshape(np.abs(values) + 0.2 if letter in "pq" else values, shape))
    return f, arrays


def tensors_of(arrays, dtype=np.float64):
    return [tn.Tensor(a.astype(dtype), requires_grad=True) for a in arrays]


@pytest.mark.parametrize("name", CASES)
def test_value_is_numpys(name):
    f, arrays = arrays_of(name)
    ours, numpys = f(F, *tensors_of(arrays)), f(np, *arrays)
    assert isinstance(ours, tn.Tensor)
    assert ours.shape == np.shape(numpys)
    np.testing.assert_allclose(ours.data, numpys, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_gradient_agrees_with_differences(name):
    f, arrays = arrays_of(name)
    tn.check_gradients(lambda *tensors: f(F, *tensors), *tensors_of(arrays))


@pytest.mark.parametrize("name", CASES)
def test_gradient_has_the_shape_and_dtype_of_its_input_and_memory_of_its_own(name):
    f, arrays = arrays_of(name)
    tensors = tensors_of(arrays, np.float32)
    y = f(F, *tensors)
    y.backward(np.ones(y.shape))
    for x in tensors:
        assert type(x.grad) is np.ndarray
        assert (x.grad.shape, x.grad.dtype) == (x.shape, np.float32)
        assert x.grad.flags.owndata
        assert x.grad.flags.writeable


@pytest.mark.parametrize("name", CASES)
def test_gradient_has_a_gradient_that_agrees_with_differences_of_gradients(name):
    f, arrays = arrays_of(name)
    rng = np.random.default_rng(2)
    u = rng.normal(size=f(np, *arrays).shape if not np.isscalar(f(np, *arrays)) else ())
    directions = [rng.normal(size=a.shape) for a in arrays]

    def squared(tensors):
        y = f(F, *tensors)
        return y * y  # a gradient that depends on x even if f is linear

    def gradients(h):
        tensors = tensors_of([a + h * v for a, v in zip(arrays, directions, strict=True)])
        squared(tensors).backward(u)
        return [x.grad for x in tensors]

    tensors = tensors_of(arrays)
    grads = tn.grad(squared(tensors), tensors, u)
    for g, right in zip(grads, gradients(0), strict=True):
        np.testing.assert_allclose(g.numpy(), right, rtol=1e-12, atol=1e-14)
    slope = F.concatenate([(g * v).reshape(-1) for g, v in zip(grads, directions, strict=True)]).sum()
    products = [h.numpy() for h in tn.grad(slope, tensors)]  # of the Hessian with the directions
    for product, above, below in zip(products, gradients(1e-5), gradients(-1e-5), strict=True):
        np.testing.assert_allclose(
            product, (above - below) / 2e-5, rtol=1e-6, atol=1e-6 * (1 + np.abs(above).max(initial=0))
        )


def test_every_vjp_of_every_row_has_a_case(rows):
    checked = set()
    for name in CASES:
        f, arrays = arrays_of(name)
        stack = [f(F, *tensors_of(arrays))]
        while stack:
            y = stack.pop()
            if y is not None and y._node is not None:
                checked |= {(y._node.name, k) for k, x in enumerate(y._node.inputs) if x is not None}
                stack += y._node.inputs
    tables = dict(pair for table in TABLES for pair in rows(table).items())
    assert len(tables) >= 39
    assert {(name, k) for name, count in tables.items() for k in range(count)} - checked == set()


def test_every_row_is_in_functional(rows):
    for name in [name for table in TABLES for name in rows(table)]:
        assert callable(getattr(F, name, None)), name


# ----------------------------------------------------------------------------------------------- kinks

X = np.array([-2.0, 0.0, 3.0])
# fmt: off
KINKS = [  # y = f(x), dy/dx at -2, 0 and 3
    ("abs",                lambda x: abs(x),              [-1, 0, 1]),
    ("relu",               lambda x: x.relu(),            [0, 0, 1]),
    ("clip, low end",      lambda x: x.clip(0, 5),        [0, 1, 1]),
    ("clip, high end",     lambda x: x.clip(-5, 0),       [1, 1, 0]),
    ("clip, both ends",    lambda x: x.clip(-2, 3),       [1, 1, 1]),
    ("clip, no end",       lambda x: x.clip(),            [1, 1, 1]),
    ("maximum with 0",     lambda x: F.maximum(x, 0),     [0, 0.5, 1]),
    ("0 with maximum",     lambda x: F.maximum(0, x),     [0, 0.5, 1]),
    ("minimum with 0",     lambda x: F.minimum(x, 0),     [1, 0.5, 0]),
    ("maximum of itself",  lambda x: F.maximum(x, x),     [1, 1, 1]),
    ("x ** 0",             lambda x: x ** 0,              [0, 0, 0]),
    ("x ** 1",             lambda x: x ** 1,              [1, 1, 1]),
    ("x ** 2",             lambda x: x ** 2,              [-4, 0, 6]),
    ("x ** 3.0",           lambda x: x ** 3.0,            [12, 0, 27]),
]
# fmt: on


@pytest.mark.parametrize("f, slopes", [k[1:] for k in KINKS], ids=[k[0] for k in KINKS])
def test_slope_at_a_kink(f, slopes):
    x = tn.Tensor(X, requires_grad=True)
    f(x).backward(np.array([1.0, 10.0, 100.0]))
    np.testing.assert_array_equal(x.grad, np.array([1.0, 10.0, 100.0]) * slopes)


NAN = float("nan")


@pytest.mark.parametrize(
    "f, a, b",
    [
        (F.maximum, [NAN, 1.0, 2.0, 3.0], [1.0, NAN, 3.0, 3.0]),
        (F.minimum, [NAN, 1.0, 2.0, 3.0], [1.0, NAN, 3.0, 3.0]),
        (F.power, [-2.0, 0.0, 0.0, 2.0, 0.0], [2.0, 2.0, 0.0, 2.0, -1.0]),
    ],
    ids=["maximum", "minimum", "power"],
)
def test_slopes_at_nan_and_beyond_the_domain_are_those_of_pytorch(torch, f, a, b):
    ours = [tn.Tensor(x, requires_grad=True) for x in (a, b)]
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (a, b)]
    with np.errstate(divide="ignore"):  # 0 to the power of -1
        f(*ours).backward(np.ones(len(a)))
    getattr(torch, "pow" if f is F.power else f.__name__)(*theirs).backward(torch.ones(len(a), dtype=torch.float64))
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x.grad, y.grad.numpy(), rtol=1e-12)


def test_relu_and_abs_do_not_hide_a_value_that_is_not_a_number():
    x = tn.Tensor([NAN, -1.0, 2.0], requires_grad=True)
    x.relu().backward(np.array([5.0, 5.0, 5.0]))
    np.testing.assert_array_equal(x.grad, [5, 0, 5])  # as in PyTorch
    y = tn.Tensor([NAN], requires_grad=True)
    abs(y).backward()
    assert np.isnan(y.grad).all()


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_std_of_equal_values_has_gradient_zero_and_of_others_that_of_the_root_of_the_variance(axis, keepdims, dtype):
    values = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(dtype)
    x, y, same = (tn.Tensor(v, requires_grad=True) for v in (values, values, np.full_like(values, 3)))
    std = x.std(axis=axis, keepdims=keepdims)
    g = np.random.default_rng(1).normal(size=std.shape).astype(dtype)
    std.backward(g)
    y.var(axis=axis, keepdims=keepdims).sqrt().backward(g)
    np.testing.assert_allclose(x.grad, y.grad, rtol=1e-4 if dtype == np.float32 else 1e-10, atol=1e-6)
    same.std(axis=axis, keepdims=keepdims).backward(g)
    np.testing.assert_array_equal(same.grad, np.zeros_like(values))


@pytest.mark.parametrize("pack", [lambda i: i, lambda i: (i, 1), lambda i: (slice(None), i)])
def test_an_index_may_be_a_tensor_of_integers(pack):
    values, index = np.arange(9.0).reshape(3, 3), np.array([2, 0, 2])
    x, y = (tn.Tensor(values, requires_grad=True) for _ in range(2))
    picked, same = x[pack(tn.Tensor(index))], y[pack(index)]
    np.testing.assert_array_equal(picked.data, same.data)
    g = np.random.default_rng(0).normal(size=picked.shape)
    picked.backward(g)
    same.backward(g)
    np.testing.assert_array_equal(x.grad, y.grad)


@pytest.mark.parametrize(
    "f",
    [
        F.softmax,
        F.log_softmax,
        lambda x: x.max(axis=-1),
        lambda x: x.min(axis=-1),
        lambda x: F.softmax_cross_entropy(x, x.data),
    ],
)
def test_a_maximum_over_nothing_asks_for_an_entry(f):
    with pytest.raises(ValueError, match="the axis that is reduced needs at least one entry"):
        f(tn.Tensor(np.zeros((3, 0))))


def test_minimum_takes_python_numbers_and_lists_on_either_side_as_maximum_does():
    x = tn.Tensor(X.astype(np.float32))
    for y in (F.minimum(1, x), F.minimum(x, 1), F.minimum(1.0, x), F.minimum(True, x)):
        assert y.dtype == np.float32
        np.testing.assert_array_equal(y.data, [-2, 0, 1])
    np.testing.assert_array_equal(F.minimum([1.0, 1.0, 1.0], x).data, [-2, 0, 1])


@pytest.mark.parametrize("reduce, extreme", [("max", 5.0), ("min", 1.0)])
def test_ties_share_the_gradient(reduce, extreme):
    x = tn.Tensor([[1.0, 5.0, 5.0, 1.0], [1.0, 1.0, 5.0, 1.0]], requires_grad=True)
    getattr(x, reduce)(axis=1).backward(np.array([6.0, 60.0]))
    tied = x.data == extreme
    np.testing.assert_array_equal(x.grad, tied * np.array([[6.0], [60.0]]) / tied.sum(axis=1, keepdims=True))


def test_power_with_a_base_of_zero_has_finite_gradients():
    base = tn.Tensor([0.0, 0.0, 0.0, 2.0], requires_grad=True)
    exponent = tn.Tensor([0.0, 1.0, 2.0, 3.0], requires_grad=True)
    (base**exponent).sum().backward()
    np.testing.assert_array_equal(base.grad, [0, 1, 0, 12])
    np.testing.assert_allclose(exponent.grad, [0, 0, 0, 8 * np.log(2)])


def test_power_of_a_negative_base_with_a_whole_exponent():
    x = tn.Tensor([-2.0], requires_grad=True)
    (x**3 + x**-1).backward()
    np.testing.assert_allclose(x.grad, [12 - 1 / 4])


def test_the_branch_not_taken_by_where_gives_no_gradient():
    x = tn.Tensor([4.0, 9.0], requires_grad=True)
    y = tn.Tensor([1.0, 2.0], requires_grad=True)
    F.where([True, False], x, y).backward(np.array([3.0, 5.0]))
    np.testing.assert_array_equal(x.grad, [3, 0])
    np.testing.assert_array_equal(y.grad, [0, 5])


def test_where_takes_the_truth_values_of_a_comparison_of_tensors():
    x = tn.Tensor([-1.0, 4.0], requires_grad=True)
    y = F.where(x > 0, x, 2 * x)
    np.testing.assert_array_equal(y.data, [-2, 4])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [2, 1])


def test_sigmoid_does_not_overflow():
    for dtype in (np.float16, np.float32, np.float64):
        x = tn.Tensor(np.array([-1e4, 0, 1e4], dtype), requires_grad=True)
        y = x.sigmoid()
        np.testing.assert_array_equal(y.data, [0, 0.5, 1])
        y.sum().backward()
        np.testing.assert_array_equal(x.grad, [0, 0.25, 0])


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
@pytest.mark.parametrize("shape, axis", [((0, 3), 0), ((3, 0), 0), ((3, 0), None)])
def test_mean_without_entries_has_an_empty_gradient(shape, axis):
    x = tn.Tensor(np.zeros(shape), requires_grad=True)
    y = x.mean(axis=axis)
    y.backward(np.ones(y.shape))
    assert x.grad.shape == shape


# ---------------------------------------------------------------------------------------------- dtypes


# fmt: off
NUMBERS = [("int", 3), ("float", 3.0), ("bool", True), ("np.float64", np.float64(3))]
OPERATORS = {
    "x + s":  lambda x, s: x + s,    "s + x":  lambda x, s: s + x,
    "x - s":  lambda x, s: x - s,    "s - x":  lambda x, s: s - x,
    "x * s":  lambda x, s: x * s,    "s * x":  lambda x, s: s * x,
    "x / s":  lambda x, s: x / s,    "s / x":  lambda x, s: s / x,
    "x ** s": lambda x, s: x ** s,   "s ** x": lambda x, s: s ** x,
}
# fmt: on


@pytest.mark.parametrize("number", [n[1] for n in NUMBERS], ids=[n[0] for n in NUMBERS])
@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_number_takes_the_dtype_of_the_tensor(operator, number, dtype):
    values = np.array([[0.5, 1.0, 2.0]], dtype)
    x = tn.Tensor(values, requires_grad=True)
    y = operator(x, number)
    assert isinstance(y, tn.Tensor)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y.data, operator(values, dtype(number)))
    y.sum().backward()
    assert x.grad.dtype == dtype


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_an_array_on_either_side_gives_a_tensor_with_numpys_values(operator):
    values, array = np.array([[0.5, 1.0, 2.0]]), np.array([[2.0], [3.0]])
    x = tn.Tensor(values, requires_grad=True)
    y = operator(x, array)
    assert isinstance(y, tn.Tensor)
    np.testing.assert_array_equal(y.data, operator(values, array))
    tn.check_gradients(lambda x: operator(x, array), x)


# fmt: off
PRECISE = {
    "sin": lambda x: x.sin(),                "cos": lambda x: x.cos(),
    "sinh": lambda x: x.sinh(),              "cosh": lambda x: x.cosh(),
    "expm1": lambda x: x.expm1(),            "log1p": lambda x: x.log1p(),
    "mod": lambda x: x % 0.3,                "prod": lambda x: x.prod(axis=1),
    "cumsum": lambda x: x.cumsum(axis=1),    "trace": lambda x: x.trace(),
    "repeat": lambda x: x.repeat(2),         "tile": lambda x: F.tile(x, 2),
    "pad": lambda x: F.pad(x, 1),            "pad, edge": lambda x: F.pad(x, 1, "edge"),
    "einsum": lambda x: F.einsum("ij->", x), "tensordot": lambda x: F.tensordot(x, x),
    "outer": lambda x: F.outer(x, x),        "split": lambda x: F.split(x, 3, axis=1)[1],
    "ddof": lambda x: x.var(ddof=1),         "std, ddof": lambda x: x.std(axis=0, ddof=1),
    "sum": lambda x: x.sum(),                "mean": lambda x: x.mean(axis=0),
    "max": lambda x: x.max(axis=-1),         "var": lambda x: x.var(),
    "std": lambda x: x.std(),                "exp": lambda x: x.exp(),
    "tanh": lambda x: x.tanh(),              "sigmoid": lambda x: x.sigmoid(),
    "relu": lambda x: x.relu(),              "abs": lambda x: abs(x),
    "log": lambda x: x.log(),                "sqrt": lambda x: x.sqrt(),
    "matmul": lambda x: x @ x.T,             "getitem": lambda x: x[0],
    "reshape": lambda x: x.reshape(-1),      "clip": lambda x: x.clip(0.1, 0.9),
    "clip by np.float64": lambda x: x.clip(np.float64(0.1), np.float64(0.9)),
    "maximum": lambda x: F.maximum(x, 0.5),  "where": lambda x: F.where(x > 0.5, x, 0.0),
    "where, number first": lambda x: F.where(x > 0.5, 1.0, x),
    "stack": lambda x: F.stack([x, x]),      "concatenate": lambda x: F.concatenate([x, x]),
    "sign": lambda x: F.sign(x),             "round": lambda x: F.round(x),
    "softmax": lambda x: F.softmax(x),       "log_softmax": lambda x: F.log_softmax(x),
    "times truth values": lambda x: x * (x > 0.5),
    "times one truth value": lambda x: x.sum() * (x.sum() > 0),
}
# fmt: on


@pytest.mark.parametrize("f", PRECISE.values(), ids=PRECISE)
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_low_precision_stays(f, dtype):
    x = tn.Tensor(np.array([[0.25, 0.5, 0.75], [1.0, 2.0, 3.0]], dtype), requires_grad=True)
    y = f(x)
    assert y.dtype == dtype
    y.backward(np.ones(y.shape))
    assert x.grad.dtype == dtype


def test_two_precisions_give_the_higher_and_gradients_their_own():
    a = tn.Tensor(np.float32([1, 2]), requires_grad=True)
    b = tn.Tensor(np.float64([3, 4]), requires_grad=True)
    y = a * b
    assert y.dtype == np.float64
    y.sum().backward()
    assert (a.grad.dtype, b.grad.dtype) == (np.float32, np.float64)


def test_astype_to_integers_is_refused_since_it_rounds():
    x = tn.Tensor([1.4, 2.6], requires_grad=True)
    with pytest.raises(TypeError, match=r"astype.*int64"):
        x.astype(np.int64)


# ---------------------------------------------------------------------------------------------- errors


def zeros(*shape, dtype=np.float64):
    return tn.Tensor(np.zeros(shape, dtype))


# fmt: off
ERRORS = {  # what is done, the error, and words of its message: the operation, the shapes, the fix
    "add":             (lambda: zeros(2, 3) + zeros(2, 4),                     ValueError, "add", "(2, 3) and (2, 4)", "equal or broadcast"),
    "add an array":    (lambda: np.zeros(5) + zeros(2, 4),                     ValueError, "add", "(5,) and (2, 4)", "equal or broadcast"),
    "maximum":         (lambda: F.maximum(zeros(3), zeros(2)),                 ValueError, "maximum", "(3,) and (2,)", "equal or broadcast"),
    "where":           (lambda: F.where([True] * 4, zeros(3), zeros(3)),       ValueError, "where", "(3,) and (3,)", "equal or broadcast"),
    "matmul":          (lambda: zeros(2, 3) @ zeros(2, 4),                     ValueError, "matmul", "(2, 3) and (2, 4)", "swapaxes"),
    "matmul batches":  (lambda: zeros(5, 2, 3) @ zeros(4, 3, 2),               ValueError, "matmul", "(5, 2, 3) and (4, 3, 2)", "equal m"),
    "matmul number":   (lambda: zeros(2, 3) @ 2.0,                             ValueError, "matmul", "(2, 3) and ()", "*"),
    "number matmul":   (lambda: 2.0 @ zeros(2, 3),                             ValueError, "matmul", "() and (2, 3)", "*"),
    "concatenate":     (lambda: F.concatenate([zeros(2, 3), zeros(3, 2)]),     ValueError, "concatenate", "(2, 3) and (3, 2)", "along the joined axis"),
    "no tensors":      (lambda: F.concatenate([]),                             ValueError, "concatenate", "at least one"),
    "stack":           (lambda: F.stack([zeros(2), zeros(3)]),                 ValueError, "stack", "(2,) and (3,)"),
    "reshape":         (lambda: zeros(2, 3).reshape(4),                        ValueError, "reshape", "(2, 3)", "number of entries"),
    "broadcast_to":    (lambda: F.broadcast_to(zeros(2), (4, 3)),              ValueError, "broadcast_to", "(2,)", "(4,3)"),
    "out of range":    (lambda: zeros(2, 3)[2],                                IndexError, "getitem", "(2, 3)", "inside its axis"),
    "too many":        (lambda: zeros(2, 3)[0, 0, 0],                          IndexError, "getitem", "(2, 3)", "no more indices than axes"),
    "sum":             (lambda: zeros(2, 3).sum(axis=2),                       ValueError, "sum", "(2, 3)", "axis 2"),
    "max of nothing":  (lambda: zeros(0, 3).max(axis=0),                       ValueError, "max", "(0, 3)", "zero-size"),
    "transpose":       (lambda: zeros(2, 3).transpose(0, 0),                   ValueError, "transpose", "(2, 3)", "once"),
    "swapaxes":        (lambda: zeros(2, 3).swapaxes(0, 2),                    ValueError, "swapaxes", "(2, 3)", "axes lie in -ndim .. ndim - 1"),
    "expand_dims":     (lambda: F.expand_dims(zeros(2, 3), 4),                 ValueError, "expand_dims", "(2, 3)", "axes lie in -ndim .. ndim - 1"),
    "moveaxis":        (lambda: F.moveaxis(zeros(2, 3), 0, 2),                 ValueError, "moveaxis", "(2, 3)", "axis 2"),
    "moveaxis twice":  (lambda: F.moveaxis(zeros(2, 3), [0, 0], [0, 1]),       ValueError, "moveaxis", "(2, 3)", "once"),
    "sum, a list":     (lambda: zeros(2, 3).sum(axis=[0, 0]),                  ValueError, "sum", "(2, 3)", "once"),
    "prod":            (lambda: zeros(2, 3).prod(axis=-3),                     ValueError, "prod", "(2, 3)", "axis -3"),
    "cumsum":          (lambda: zeros(2, 3).cumsum(axis=2),                    ValueError, "cumsum", "(2, 3)", "axis 2"),
    "mod":             (lambda: zeros(2, 3) % zeros(2),                        ValueError, "mod", "(2, 3) and (2,)", "equal or broadcast"),
    "mod integers":    (lambda: zeros(2, dtype=int) % 2,                       TypeError, "mod", "int64", "astype"),
    "split unequally": (lambda: F.split(zeros(7, 2), 3),                       ValueError, "array split does not result in an equal division"),
    "split axis":      (lambda: F.split(zeros(6, 2), 3, axis=2),               ValueError, "axis 2 is out of bounds for array of dimension 2"),
    "repeat":          (lambda: zeros(3).repeat([1, 2]),                       ValueError, "(3,)", "(2,)"),
    "repeat axis":     (lambda: zeros(3).repeat(2, axis=1),                    ValueError, "axis 1 is out of bounds for array of dimension 1"),
    "repeat < 0":      (lambda: zeros(3).repeat(-1),                           ValueError, "negative"),
    "pad widths":      (lambda: F.pad(zeros(2, 3), ((1, 2, 3),)),              ValueError, "pad", "(2, 3)", "two for each axis"),
    "pad < 0":         (lambda: F.pad(zeros(2, 3), -1),                        ValueError, "pad", "(2, 3)", "negative"),
    "pad mode":        (lambda: F.pad(zeros(2, 3), 1, "mean"),                 ValueError, "pad: mode='mean'", "constant, edge, reflect, symmetric or wrap"),
    "vstack":          (lambda: F.vstack([zeros(2), zeros(3)]),                ValueError, "concatenate", "(1, 2) and (1, 3)", "along the joined axis"),
    "hstack":          (lambda: F.hstack([zeros(2, 3), zeros(3, 3)]),          ValueError, "concatenate", "(2, 3) and (3, 3)", "along the joined axis"),
    "hstack mixed":    (lambda: F.hstack([zeros(2), zeros(2, 3)]),             ValueError, "concatenate", "(2,) and (2, 3)"),
    "einsum":          (lambda: F.einsum("ij,jk->ik", zeros(2, 3), zeros(2, 3)),  ValueError, "einsum", "(2, 3) and (2, 3)", "equal lengths"),
    "einsum letters":  (lambda: F.einsum("ijk->i", zeros(2, 3)),               ValueError, "einsum", "(2, 3)", "each axis needs one letter"),
    "einsum result":   (lambda: F.einsum("ij->ik", zeros(2, 3)),               ValueError, "einsum", "(2, 3)", "only letters of the operands"),
    "einsum operands": (lambda: F.einsum("ij,jk", zeros(2, 3)),                ValueError, "einsum", "(2, 3)"),
    "einsum lists":    (lambda: F.einsum(zeros(2, 3), [0, 1]),                 TypeError, "einsum", "Tensor", "'ij,jk->ik'"),
    "tensordot":       (lambda: F.tensordot(zeros(2, 3), zeros(2, 3), 1),      ValueError, "tensordot", "(2, 3) and (2, 3)", "equal lengths"),
    "tensordot of 1":  (lambda: F.tensordot(zeros(2, 1), zeros(3, 2), 1),      ValueError, "tensordot", "(2, 1) and (3, 2)", "equal lengths"),
    "tensordot axes":  (lambda: F.tensordot(zeros(2), zeros(2), ([1], [0])),   IndexError, "tensordot", "(2,) and (2,)", "must exist"),
    "trace":           (lambda: zeros(3).trace(),                              ValueError, "moveaxis", "(3,)", "axis 1"),
    "flip":            (lambda: F.flip(zeros(3), 1),                           ValueError, "axis 1 is out of bounds for array of dimension 1"),
    "squeeze":         (lambda: zeros(2, 3).squeeze(0),                        ValueError, "squeeze", "(2, 3)"),
    "integers":        (lambda: zeros(2, dtype=int) + 1.0,                     TypeError, "add", "(2,) and ()", "int64", "astype"),
    "integer array":   (lambda: zeros(2) * np.array([1, 2]),                   TypeError, "mul", "(2,) and (2,)", "float64 and int64", "astype"),
    "array integer":   (lambda: np.array([[1], [2]]) - zeros(2),               TypeError, "sub", "(2, 1) and (2,)", "int64 and float64", "astype"),
    "integer sum":     (lambda: zeros(2, dtype=int).sum(),                     TypeError, "sum", "(2,)", "int64", "astype"),
    "integer stack":   (lambda: F.stack([zeros(2), zeros(2, dtype=int)]),      TypeError, "stack", "float64 and int64", "astype"),
    "truth values":    (lambda: zeros(2, dtype=bool).mean(),                   TypeError, "mean", "bool", "astype"),
    "complex":         (lambda: zeros(2) * 1j,                                 TypeError, "mul", "complex128"),
    "text":            (lambda: zeros(2) + "a",                                TypeError, "add", "U1"),
    "None":            (lambda: zeros(2) + None,                               TypeError, "add", "object"),
    "too few":         (lambda: F.add(zeros(2)),                               TypeError, "add"),
    "a third operand": (lambda: F.maximum(zeros(2), zeros(2), zeros(2)),       TypeError, "maximum"),
    "one more axis":   (lambda: F.sum(zeros(2), 0, True, 3),                   TypeError, "sum"),
    "unknown keyword": (lambda: zeros(2).sum(dtype=np.float32),                TypeError, "sum", "dtype"),
    "out":             (lambda: F.exp(zeros(2), out=np.zeros(2)),              TypeError, "exp", "out"),
}
# fmt: on


@pytest.mark.parametrize("act, error, words", [(e[0], e[1], e[2:]) for e in ERRORS.values()], ids=ERRORS)
def test_error_names_the_operation_the_shapes_and_the_fix(act, error, words):
    with pytest.raises(error) as caught:
        act()
    for word in words:
        assert word in str(caught.value)


# --------------------------------------------------------------------------------- what arrays come in


def awkward(values):
    """Return arrays of these values as NumPy users have them: views, read-only, in Fortran order, byte-swapped."""
    spaced = np.zeros((2 * len(values), values.shape[1] * 3))
    spaced[::2, ::3] = values
    frozen = values.copy()
    frozen.flags.writeable = False
    backwards = values[::-1, ::-1].copy()[::-1, ::-1]
    return [
        spaced[::2, ::3],
        frozen,
        np.asfortranarray(values),
        values.astype(">f8"),
        backwards,
        values.tolist(),
    ]


@pytest.mark.parametrize("k", range(6))
def test_views_and_read_only_and_byte_swapped_arrays_work(k):
    values = np.arange(6.0).reshape(2, 3) + 1
    x = tn.Tensor(awkward(values)[k], requires_grad=True)
    y = x.T @ awkward(values)[k] if k < 5 else x.T @ values
    z = y[[0, 0, 2]].sum() + x.reshape(-1)[::2].exp().sum()
    np.testing.assert_allclose(z.item(), (values.T @ values)[[0, 0, 2]].sum() + np.exp(values.ravel()[::2]).sum())
    z.backward()
    column = 2 * values.sum(axis=1, keepdims=True) * [1, 0, 0] + values.sum(axis=1, keepdims=True) * [0, 0, 1]
    np.testing.assert_allclose(x.grad, column + np.exp(values) * [[1, 0, 1], [0, 1, 0]])
