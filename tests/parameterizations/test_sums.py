"""Sums of matrices, fixed matrices, and a small correction that is learned on top of a fixed base."""

import gc
import weakref

import numpy as np
import pytest

import tinynet as tn
from tinynet.frozen.stored import product
from tinynet.parameterizations.base import Parameterization

W = np.random.default_rng(0).normal(size=(20, 15)).astype(np.float32)


def misses(built):
    return np.linalg.norm(built.weight().numpy() - W)


# ---- sums


def test_the_weight_is_the_sum_of_two_parts_with_seeds_of_their_own():
    built = tn.Sum(tn.Hashed(1 / 4), tn.Hashed(1 / 4)).build((9, 7), seed=3)
    A, B = built.A.weight().numpy(), built.B.weight().numpy()
    assert np.array_equal(built.weight().numpy(), A + B)
    assert not np.allclose(np.abs(A), np.abs(B)) and not np.array_equal(built.A.places, built.B.places)
    assert built.stored_bits() == built.A.stored_bits() + built.B.stored_bits()


@pytest.mark.parametrize(
    "recipe", [tn.Sum(tn.Fixed(), tn.Dense()), tn.Sum(tn.Sum(tn.Dense(), tn.Dense()), tn.Dense())], ids=repr
)
def test_the_variances_of_the_parts_add_up_to_that_of_one_matrix(recipe):
    W = recipe.build((200, 100), seed=0).weight().numpy()
    assert W.var() * 200 == pytest.approx(1, rel=0.03)


@pytest.mark.parametrize("a", [tn.LowRank(rank=2), tn.Quantized(bits=2), tn.Binary()], ids=repr)
@pytest.mark.parametrize("b", [tn.LowRank(rank=2), tn.Sparse(1 / 4), tn.Binary()], ids=repr)
def test_turns_come_nearer_than_one_turn(a, b, monkeypatch):
    recipe = tn.Sum(a, b)
    by_turns = misses(recipe.from_dense(W))
    monkeypatch.setattr("tinynet.parameterizations.sums.TURNS", 1)
    one = recipe.from_dense(W)
    assert np.array_equal(one.A.weight().numpy(), a.from_dense(W, one.A.seed).weight().numpy())
    assert by_turns <= misses(one) < misses(a.from_dense(W))
    if isinstance(a, tn.LowRank) != isinstance(b, tn.LowRank):  # elsewhere there is little left to win, or nothing
        assert by_turns < 0.97 * misses(one)


def test_a_low_rank_matrix_with_exceptions_is_taken_apart():
    L, spikes = np.outer(W[:, 0], W[0]).astype(np.float64), np.zeros((20, 15))
    spikes[[3, 7, 7, 11, 18], [2, 4, 14, 9, 0]] = [6, -6, 5, 7, -5]
    found = tn.Sum(tn.LowRank(rank=1), tn.Pruned(5 / 300)).from_dense(L + spikes)
    assert np.array_equal(found.B.weight().numpy() != 0, spikes != 0)
    np.testing.assert_allclose(found.A.weight().numpy(), L, atol=1e-3)


def test_zeros_are_the_sum_of_zeros():
    assert not tn.Sum(tn.Dense(), tn.LowRank(rank=2)).from_dense(0 * W).weight().numpy().any()


def test_two_parts_of_bits_make_a_matrix_of_four_levels():
    built = tn.Sum(tn.Binary(), tn.Binary()).from_dense(W)
    assert len(np.unique(built.weight().numpy())) == 4 and built.stored_bits() == 2 * (300 + 32)


def test_both_recipes_are_always_shown():
    assert repr(tn.Sum(b=tn.LowRank(rank=1))) == "Sum(a=Dense(), b=LowRank(rank=1))"


@pytest.mark.parametrize("wrong", [dict(a=3), dict(b=None), dict(b=tn.Binary)], ids=str)
def test_parts_that_are_no_recipes_are_refused(wrong):
    with pytest.raises(ValueError, match="both must be recipes"):
        tn.Sum(**wrong)
    with pytest.raises(ValueError, match="no recipe"):
        Parameterization.from_json({"Sum": {"a": 3}})


# ---- fixed


@pytest.mark.parametrize(
    "inner",
    [
        tn.Pruned(1 / 4, tn.Codebook(bits=2)),
        tn.Dense(),
        tn.Quantized(bits=2),
        tn.Columns([tn.Binary(), tn.LowRank(rank=2)]),
        tn.Bank("random"),
    ],
    ids=repr,
)
def test_a_fixed_matrix_is_the_inner_one_without_parameters(inner):
    state = inner.build((20, 15), seed=2).state()
    for fixed, plain in [
        (tn.Fixed(inner).build((20, 15), seed=2), inner.build((20, 15), seed=2)),
        (tn.Fixed(inner).from_dense(W, seed=2), inner.from_dense(W, seed=2)),
        (
            tn.Fixed(inner).from_state((20, 15), {f"W.{n}": a for n, a in state.items()}),
            inner.from_state((20, 15), state),
        ),
    ]:
        assert np.array_equal(fixed.weight().numpy(), plain.weight().numpy())
        assert fixed.parameters() == [] and not fixed.weight().requires_grad
        assert fixed.stored_bits() == plain.stored_bits()


def test_gradients_pass_through_a_fixed_matrix_to_its_input():
    x = tn.Tensor(W.T, requires_grad=True)
    fixed = tn.Fixed(tn.Binary()).build((20, 15), seed=1)
    fixed.matmul(x).backward(np.ones((15, 15), np.float32))
    np.testing.assert_allclose(x.grad, np.ones((15, 15)) @ fixed.weight().numpy().T, rtol=1e-5)


# ---- both: LoRA


def test_a_correction_of_a_fixed_base_starts_at_zero_and_can_move():
    lora = tn.Sum(tn.Fixed(), tn.LowRank(rank=2)).from_dense(W)
    assert np.array_equal(lora.weight().numpy(), W)
    lora.weight().backward(W)
    assert [bool(p.grad.any()) for p in lora.parameters()] == [False, True]  # U meets V = 0, as in the paper


def test_lora_learns_the_correction_and_leaves_the_quantized_base():
    data = tn.datasets.load("digits")
    net = tn.MLP([64, 16, 10], seed=0)
    tn.fit(net, data.train, data.valid, epochs=4)
    linear = [layer for layer in net.layers if isinstance(layer, tn.Linear)]
    for layer in linear:
        layer.weight = tn.Sum(tn.Fixed(tn.Quantized(levels=3)), tn.LowRank(rank=1)).from_dense(
            layer.weight.weight().numpy()
        )
    before, error = [layer.weight.A.state() for layer in linear], tn.evaluate(net, data.test)
    tn.fit(net, data.train, data.valid, epochs=4)
    for layer, state in zip(linear, before, strict=True):
        assert all(np.array_equal(a, state[name]) for name, a in layer.weight.A.state().items())
    assert len(net.parameters()) == 2 * 3 and tn.evaluate(net, data.test) < error


def test_a_frozen_sum_lets_go_of_latent_weights():
    built = tn.Sum(tn.Fixed(tn.Quantized(bits=2)), tn.Binary()).build((20, 15), seed=0)
    run, latent = product(built, built.state()), [weakref.ref(part) for part in (built.A.W, built.B)]
    expected = W.T @ built.weight().numpy()
    del built
    gc.collect()
    assert [part() for part in latent] == [None, None]
    np.testing.assert_allclose(run(W.T), expected, rtol=1e-5, atol=1e-5)
