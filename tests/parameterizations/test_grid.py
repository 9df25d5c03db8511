"""Grid: half steps and powers of two, grids without a zero."""

from statistics import NormalDist

import numpy as np
import pytest

import tinynet as tn

GRIDS = [tn.Grid("half steps", k) for k in (1, 2, 3, 8)] + [tn.Grid("powers of two", k) for k in (1, 2, 3, 4)]
every_grid = pytest.mark.parametrize("grid", GRIDS, ids=str)


@pytest.mark.parametrize(("bits", "distortion"), [(1, 0.3634), (2, 0.1188), (3, 0.03744), (4, 0.01154), (5, 0.003495)])
def test_half_steps_come_as_near_to_normal_numbers_as_any_even_grid_does(bits, distortion):
    """J. Max 1960, "Quantizing for minimum distortion", table II: equally spaced levels for a normal distribution."""
    W = np.reshape([NormalDist().inv_cdf((i + 0.5) / 20_000) for i in range(20_000)], (200, 100))
    error = W - tn.Grid("half steps", bits).from_dense(W).weight().numpy()
    assert np.square(error).mean() == pytest.approx(distortion, rel=0.01)


@pytest.mark.parametrize("grid", GRIDS[1:3] + GRIDS[5:], ids=str)
def test_no_step_comes_much_nearer_than_the_one_that_from_dense_finds(grid):
    levels = grid.levels
    for seed in range(5):
        W = np.random.default_rng(seed).normal(size=(6, 5))
        s = np.geomspace(0.01, 30, 3000)[:, None, None, None]
        nearest = np.abs(W[..., None] - s * levels).min(axis=-1)  # (3000, 6, 5)
        least = np.sqrt(np.square(nearest).sum(axis=(1, 2)).min())
        found = grid.from_dense(W)
        assert np.linalg.norm(W - found.weight().numpy()) < 1.05 * least
        L = found.weight().numpy() / found.s.item()
        assert found.s.item() == pytest.approx((W * L).sum() / (L * L).sum())  # by least squares


def test_the_levels_are_those_of_the_names():
    assert tn.Grid("half steps", 2).levels.tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert tn.Grid("half steps", 8).levels[[0, -1]].tolist() == [-127.5, 127.5]
    assert tn.Grid("powers of two", 3).levels.tolist() == [-1, -0.5, -0.25, -0.125, 0.125, 0.25, 0.5, 1]
    assert tn.Grid("powers of two", 4).levels.min(where=tn.Grid("powers of two", 4).levels > 0, initial=1) == 2**-7


@every_grid
def test_every_weight_is_the_level_of_its_code_times_the_step(grid):
    built = grid.build((9, 7), seed=3)
    state, k = built.state(), grid.bits
    bits = np.unpackbits(state["codes"], bitorder="little")[: 63 * k].reshape(63, k)
    codes = bits @ 2 ** np.arange(k)
    expected = grid.levels.astype(np.float32)[codes].reshape(9, 7) * state["s"]
    assert np.array_equal(built.weight().numpy(), expected)
    assert 2 ** min(k, 3) <= len(np.unique(codes)) <= 2**k and built.stored_bits() == 63 * k + 32


def test_the_step_has_the_published_gradient():
    """Esser et al. 2019, equation 3, with L in place of round."""
    built = tn.Grid("half steps", 2).build((6, 5), seed=0)
    V, u = np.random.default_rng(0).normal(size=(2, 6, 5))
    built.V.data, built.s.data = V, np.full((1, 1), 0.4)
    built.weight().backward(u)
    inside = np.abs(V / 0.4) < 1.5
    L = np.clip(np.floor(V / 0.4) + 0.5, -1.5, 1.5)
    assert built.s.grad.item() == pytest.approx(np.sum(u * np.where(inside, L - V / 0.4, L)))
    assert np.allclose(built.V.grad, u * inside)
    assert built.s.grad_scale == pytest.approx((30 * 1.5) ** -0.5)


def test_one_bit_is_binary():
    W = np.random.default_rng(0).normal(size=(8, 6))
    for grid in (tn.Grid("half steps", 1, "column"), tn.Grid("powers of two", 1, "column")):
        expected = tn.Binary("column").from_dense(W).weight().numpy()
        np.testing.assert_allclose(grid.from_dense(W).weight().numpy(), expected, rtol=1e-12)


@every_grid
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_the_smallest_step_still_tells_all_levels_apart(grid, dtype):
    built = grid.from_dense(np.zeros((2**grid.bits, 1), dtype))
    assert (built.weight().numpy() > 0).all()  # zero counts as positive
    codes = np.arange(2**grid.bits)
    packed = np.packbits(codes[:, None] >> np.arange(grid.bits) & 1, bitorder="little")
    again = grid.from_state((2**grid.bits, 1), {"codes": packed, "s": built.state()["s"]})
    assert np.array_equal(again.state()["codes"], packed)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("s", np.zeros((1, 1), np.float32), "not positive"),
        ("s", np.full((1, 1), -1, np.float32), "not positive"),
        ("s", np.full((1, 1), 1e-40, np.float32), "too small for its levels"),
        ("s", np.ones(1, np.float32), r"shape \[1, 1\]"),
        ("codes", np.full(14, 255, np.uint8), "padding"),
        ("codes", np.zeros(13, np.uint8), r"uint8\[13\]"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(name, array, message):
    state = tn.Grid("half steps", 3).build((5, 7), seed=1).state()
    with pytest.raises(ValueError, match=message):
        tn.Grid("half steps", 3).from_state((5, 7), state | {name: array})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tn.Grid("thirds"), "kind='thirds'"),
        (lambda: tn.Grid("half steps", 9), "bits=9; give 'half steps' with bits=1 to 8"),
        (lambda: tn.Grid("powers of two", 5), "'powers of two' with bits=1 to 4"),
        (lambda: tn.Grid("half steps", 0), "bits=0"),
        (lambda: tn.Grid("half steps", True), "bits=True"),
        (lambda: tn.Grid("half steps", 2.0), r"bits=2\.0"),
        (lambda: tn.Grid(scale="row"), "'layer' or 'column'"),
    ],
)
def test_bad_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_two_bits_without_a_zero_beat_ternary_on_the_digits():
    data, errors = tn.datasets.load("digits"), []
    for recipe in (tn.Grid(bits=2), tn.Quantized(bits=2)):
        nets = [tn.MLP([64, 16, 10], recipe, seed=seed) for seed in range(2)]
        for net in nets:
            tn.fit(net, data.train, data.valid, epochs=10, schedule=tn.optim.cosine, progress=False)
        errors.append(np.mean([tn.evaluate(net, data.test) for net in nets]))
    assert errors[0] < errors[1] < 0.1
