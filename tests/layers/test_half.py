"""A network whose floats take 16 bits each."""

import numpy as np
import pytest

import tinynet as tn

X = np.random.default_rng(0).normal(size=(50, 16)).astype(np.float32)
RECIPES = [
    tn.Dense(), tn.Quantized(bits=4, scale="column"), tn.Quantized(levels=3), tn.Binary(scale=None),
    tn.Scaled(tn.Hashed(1 / 4)), tn.Sparse(1 / 2), tn.LowRank(rank=3, bank="random", inner=tn.Quantized(bits=2)),
]  # fmt: skip


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_every_float_is_stored_in_two_bytes_and_the_scores_come_back_bit_for_bit(recipe, tmp_path):
    net = tn.MLP([16, 12, 4], recipe, seed=1, batch_norm=True)
    half = tn.half(net)
    floats = [a for a in net.state().values() if a.dtype.kind == "f"]
    codes = [a for a in net.state().values() if a.dtype.kind != "f"]

    size = tn.save(half, tmp_path / "net")
    assert size.payload == sum(2 * a.size for a in floats) + sum(a.nbytes for a in codes)
    assert 0 <= 8 * size.payload - half.stored_bits() < 8 * len(net.state())
    loaded = tn.load(tmp_path / "net")
    assert np.array_equal(loaded(X).numpy(), half(X).numpy())
    assert loaded.stored_bits() == half.stored_bits() and f"in 16 bits: {size.payload:,} bytes" in repr(loaded)
    assert all(p.dtype == np.float32 for p in loaded.parameters())

    scores = net.eval()(X).numpy()
    np.testing.assert_allclose(half(X).numpy(), scores, atol=0.01 * np.abs(scores).max())  # three digits or so


def test_numbers_are_rounded_to_the_nearest_and_none_becomes_zero():
    net = tn.Sequential(tn.Linear(1, 5))
    net.layers[0].bias.data = np.array([1 + 2**-11, 1 + 3 * 2**-11, -1e-9, 0, 65504], np.float32)
    found = tn.half(net).layers[0].bias.numpy()
    assert found.tolist() == [1, 1 + 2**-9, -(2**-24), 0, 65504]  # of two equally near ones, the even one


def test_a_number_too_large_is_named():
    net = tn.Sequential(tn.Linear(2, 2))
    net.layers[0].bias.data = np.array([0, 1e5], np.float32)
    with pytest.raises(ValueError, match=r"^half: the array '0\.b' holds 1e\+05; float16 ends at 65,504"):
        tn.half(net)
