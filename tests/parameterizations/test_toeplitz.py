"""Convolutions as matrices, against SciPy, PyTorch and Toeplitz's own matrix; pooling against whole pixels."""

import re

import numpy as np
import pytest
from scipy.linalg import toeplitz
from scipy.signal import correlate

import tinynet as tn
from tinynet.parameterizations.base import MOST_ENTRIES

CONVOLUTIONS = [  # the settings, and the side of the picture
    (dict(kernel=3), 7),
    (dict(kernel=4, stride=2, channels=3), 10),
    (dict(kernel=3, stride=2, channels=2, padding=1), 6),  # the last window ends before the padding does
    (dict(kernel=3, stride=3, padding=2), 8),
    (dict(kernel=5, channels=2, dimensions=1), 9),
    (dict(kernel=4, stride=3, channels=2, padding=3, dimensions=1), 9),
    (dict(kernel=1, channels=3), 2),
]


def built_for(settings, side, features=4, **more):
    """Return the convolution that finds so many features in pictures of this side."""
    recipe = tn.Toeplitz(**settings, **more)
    out = (side + 2 * recipe.padding - recipe.kernel) // recipe.stride + 1
    return recipe.build((recipe.channels * side**recipe.dimensions, features * out**recipe.dimensions), seed=3)


@pytest.mark.parametrize(("settings", "side"), CONVOLUTIONS, ids=str)
def test_it_is_scipys_correlation_with_each_window(settings, side):
    built = built_for(settings, side)
    d, c, p, k = built.dimensions, built.channels, built.padding, built.kernel
    x = np.random.default_rng(0).normal(size=(3, built.m)).astype(np.float32)
    pictures = np.pad(x.reshape(3, *[side] * d, c), [(0, 0), *[(p, p)] * d, (0, 0)])
    K = built.K.weight().numpy().reshape(*[k] * d, c, 4)
    each = [[correlate(one, K[..., f], mode="valid")[..., 0] for f in range(4)] for one in pictures]
    strided = np.moveaxis(each, 1, -1)[:, *[slice(None, None, built.stride)] * d]  # (3, positions .., features)

    np.testing.assert_allclose(built.matmul(tn.Tensor(x)).numpy(), strided.reshape(3, -1), atol=1e-5)
    np.testing.assert_allclose(x @ built.weight().numpy(), strided.reshape(3, -1), atol=1e-5)


@pytest.mark.parametrize(("settings", "side"), CONVOLUTIONS[:4], ids=str)
def test_it_is_pytorchs_convolution_with_the_same_gradients(settings, side, torch):
    built = built_for(settings, side)
    x = np.random.default_rng(0).normal(size=(3, built.m)).astype(np.float32)
    ours, theirs = tn.Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    K = torch.tensor(built.K.W.numpy(), requires_grad=True)
    kernel = K.reshape(built.kernel, built.kernel, built.channels, 4).permute(3, 2, 0, 1)
    pictures = theirs.reshape(3, side, side, built.channels).permute(0, 3, 1, 2)
    z = torch.nn.functional.conv2d(pictures, kernel, stride=built.stride, padding=built.padding)
    y, z = built.matmul(ours), z.permute(0, 2, 3, 1).reshape(3, -1)
    g = np.random.default_rng(1).normal(size=y.shape).astype(np.float32)
    y.backward(g), z.backward(torch.tensor(g))

    for mine, reference in [(y.numpy(), z.detach()), (ours.grad, theirs.grad), (built.K.W.grad, K.grad)]:
        np.testing.assert_allclose(mine, reference.numpy(), atol=2e-5)


def test_in_one_dimension_it_is_toeplitzs_matrix():
    built = tn.Toeplitz(kernel=3, dimensions=1).build((6, 4), seed=1)
    k = built.K.W.numpy().ravel()
    assert np.array_equal(built.weight().numpy(), toeplitz([*k, 0, 0, 0], [k[0], 0, 0, 0]))
    assert built.stored_bits() == 3 * 32


def test_the_nearest_member_has_the_mean_of_each_diagonal():
    W = np.random.default_rng(0).normal(size=(6, 4))
    kept = tn.Toeplitz(kernel=3, dimensions=1).from_dense(W).weight().numpy()
    for offset in range(-5, 4):
        mean = W.diagonal(offset).mean() if -2 <= offset <= 0 else 0
        np.testing.assert_allclose(kept.diagonal(offset), mean, atol=1e-15)


def test_a_step_a_column_of_the_inner_matrix_is_one_a_feature():
    built = built_for(dict(kernel=3), 7, inner=tn.Quantized(bits=4, scale="column"))
    assert built.K.s.shape == (1, 4) and built.stored_bits() == 9 * 4 * 4 + 4 * 32


@pytest.mark.parametrize(
    ("settings", "shape", "nearest"),
    [
        (dict(), (250, 784), (256, 784)),
        (dict(channels=3), (256, 784), (243, 784)),
        (dict(), (4, 4), (9, 4)),
        (dict(dimensions=1, channels=2), (7, 4), (8, 4)),
        (dict(padding=1), (256, 700), (256, 768)),
        (dict(), (256, 10), (256, 196)),
    ],
)
def test_a_shape_that_does_not_fit_is_told_the_nearest_that_does(settings, shape, nearest):
    recipe = tn.Toeplitz(**settings)
    with pytest.raises(ValueError, match=re.escape(f"{shape} does not fit, {nearest} would")):
        recipe.build(shape)
    assert recipe.build(nearest).shape == nearest


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kernel", 0),
        ("kernel", 2.0),
        ("stride", 0),
        ("channels", True),
        ("padding", 3),
        ("padding", -1),
        ("dimensions", 3),
    ],
)
def test_settings_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name}={value}[,;].* all are integers, the first three at least 1"):
        tn.Toeplitz(**{name: value})


def test_windows_never_hold_more_numbers_than_the_matrix():
    """A file of few bytes can name a large kernel; what a row turns into is then bounded as W is, see gate.py."""
    for k in (1, 2, 5, 10):
        for padding in {0, k // 2, k - 1}:
            built = built_for(dict(kernel=k, padding=padding), 10, features=1)
            assert built.windows.cut(np.ones((1, 100))).size <= built.m * built.n <= MOST_ENTRIES


# ---- pooling, and batch norm by channel


@pytest.mark.parametrize(("side", "out"), [(28, 16), (28, 7), (6, 4), (5, 5), (3, 5), (4, 1)])
def test_pooling_takes_the_mean_of_each_area(side, out):
    built = tn.Bank("pool").build((side**2, out**2))
    x = np.random.default_rng(0).normal(size=(3, side**2)).astype(np.float32)
    fine = np.kron(x.reshape(3, side, side), np.ones((1, out, out)))  # pixels small enough for whole ones in each area
    areas = fine.reshape(3, out, side, out, side).mean(axis=(2, 4)).reshape(3, -1)
    U = built.weight().numpy()

    np.testing.assert_allclose(built.matmul(tn.Tensor(x)).numpy(), areas, atol=1e-6)
    np.testing.assert_allclose(x @ U, areas, atol=1e-6)
    np.testing.assert_allclose(U.sum(axis=0), 1, rtol=1e-6)
    np.testing.assert_allclose(U.sum(axis=1), (out / side) ** 2, rtol=1e-6)  # each pixel counts alike


def test_pooling_costs_no_byte_and_has_a_gradient(tmp_path):
    layer = tn.Linear(36, 16, tn.Bank("pool"), bias=False)
    x = tn.Tensor(np.random.default_rng(0).normal(size=(2, 36)), requires_grad=True)
    tn.check_gradients(layer, x)
    assert layer.parameters() == [] and layer.state() == {} and layer.stored_bits() == 0
    net = tn.Sequential(layer, tn.Linear(16, 3))
    tn.save(net, tmp_path / "net")
    assert np.array_equal(tn.load(tmp_path / "net")(x._data).numpy(), net(x._data).numpy())


@pytest.mark.parametrize(("shape", "message"), [((250, 16), "250 inputs"), ((256, 15), "15 outputs")])
def test_pooling_needs_squares(shape, message):
    with pytest.raises(ValueError, match=f"pooling needs a square picture, but {message} are not a square number"):
        tn.Bank("pool").build(shape)


AROUND = [tn.Scaled, tn.Coded, tn.Fixed, lambda r: tn.Sum(tn.Dense(), r), lambda r: tn.Sum(r)]


@pytest.mark.parametrize("around", AROUND)
def test_what_stands_around_a_convolution_fits_the_same_shapes(around):
    recipe = tn.Toeplitz(kernel=2)
    assert around(recipe).fitting((10, 7)) == recipe.fitting((10, 7)) == (9, 8)
