"""Tensor trains against sums over all paths, Kronecker products, low rank, and a plain TT-SVD."""

from itertools import product

import numpy as np
import pytest

import tinynet as tn
from tinynet.parameterizations import factors
from tinynet.parameterizations import tensortrain as module

MODES = [(2, 3), (3, 2), (2, 1)]
W = np.random.default_rng(0).normal(size=(12, 6))


def cores(built):
    """Return the cores as arrays (r_(k-1), m_k, n_k, r_k)."""
    found = [core.weight().numpy() for core in built.train]
    shapes = [(len(G) // a, a, b, G.shape[1] // b) for G, a, b in zip(found, built.a, built.b, strict=True)]
    return [G.reshape(shape) for G, shape in zip(found, shapes, strict=True)]


def test_an_entry_is_the_product_of_what_its_digits_pick():
    built = tn.TensorTrain(rank=3, modes=MODES).build((12, 6), seed=1)
    G, found = cores(built), built.weight().numpy()
    for i, rows in enumerate(product(*(range(a) for a, _ in MODES))):  # i_1 is the digit that counts most
        for j, columns in enumerate(product(*(range(b) for _, b in MODES))):
            picks = [core[:, p, q] for core, p, q in zip(G, rows, columns, strict=True)]
            np.testing.assert_allclose(found[i, j], np.linalg.multi_dot(picks)[0, 0], atol=1e-6)


def test_of_rank_one_it_is_the_kronecker_product_of_the_cores():
    built = tn.TensorTrain(rank=1, modes=MODES).build((12, 6), seed=1)
    A, B, C = (G[0, :, :, 0] for G in cores(built))
    np.testing.assert_allclose(built.weight().numpy(), np.kron(A, np.kron(B, C)), atol=1e-6)


def test_of_two_cores_it_is_a_sum_of_kronecker_products():
    built = tn.TensorTrain(rank=3, modes=[(4, 2), (3, 3)]).from_dense(W)
    A, B = cores(built)
    np.testing.assert_allclose(built.weight().numpy(), sum(np.kron(A[0, ..., t], B[t, ..., 0]) for t in range(3)))
    as_sum = tn.Kronecker(rank=3, split=(4, 2)).from_dense(W)
    np.testing.assert_allclose(built.weight().numpy(), as_sum.weight().numpy(), atol=1e-12)


def test_with_rows_in_one_core_and_columns_in_the_other_it_is_low_rank():
    low_rank = tn.LowRank(rank=3).from_dense(W)
    train = tn.TensorTrain(rank=3, modes=[(12, 1), (1, 6)]).from_dense(W)
    np.testing.assert_allclose(train.weight().numpy(), low_rank.weight().numpy(), atol=1e-12)
    for core, factor in zip(train.train, (low_rank.U, low_rank.V), strict=True):  # of equal lengths, up to signs
        np.testing.assert_allclose(np.abs(core.weight().numpy()), np.abs(factor.weight().numpy()), atol=1e-12)
    state = low_rank.state()
    again = tn.TensorTrain(rank=3, modes=[(12, 1), (1, 6)]).from_state(
        (12, 6), {"G0.W": state["U.W"], "G1.W": state["V.W"]}
    )
    assert np.array_equal(again.weight().numpy(), low_rank.weight().numpy())  # the cores are U and V themselves


def tt_svd(W, modes, rank):
    """Return what Oseledets' algorithm makes of W, with orthonormal cores and the lengths in the last one."""
    d = len(modes)
    C = W.reshape(*(a for a, _ in modes), *(b for _, b in modes))
    C, parts, r = C.transpose(*(axis for k in range(d) for axis in (k, d + k))), [], 1
    for a, b in modes[:-1]:
        A, s, B = np.linalg.svd(C.reshape(r * a * b, -1), full_matrices=False)
        parts.append(A[:, :rank].reshape(r, a, b, -1))
        C, r = s[:rank, None] * B[:rank], len(s[:rank])
    parts.append(C.reshape(r, *modes[-1], 1))
    return np.einsum("aijb,bklc,cmnd->ikmjln", *parts).reshape(W.shape)


@pytest.mark.parametrize("rank", [1, 2, 3, 6])
def test_from_dense_is_tt_svd(rank):
    found = tn.TensorTrain(rank=rank, modes=MODES).from_dense(W).weight().numpy()
    np.testing.assert_allclose(found, tt_svd(W, MODES, rank), atol=1e-10)


def test_cores_make_up_for_the_rounding_of_those_before_them():
    recipe = tn.TensorTrain(rank=6, modes=MODES, inner=tn.Quantized(bits=3))
    by_turns = recipe.from_dense(W)
    exact = tn.TensorTrain(rank=6, modes=MODES).from_dense(W)
    each_alone = recipe.build((12, 6))
    each_alone.train = [recipe.inner.from_dense(core.weight().numpy()) for core in exact.train]
    miss, miss_alone = (np.linalg.norm(b.weight().numpy() - W) for b in (by_turns, each_alone))
    assert miss < 0.9 * miss_alone


def test_what_is_zero_can_still_be_learned():
    built = tn.TensorTrain(rank=2).from_dense(np.zeros((8, 8)))
    assert not built.weight().numpy().any()
    built.weight().backward(np.random.default_rng(0).normal(size=(8, 8)))
    assert any(p.grad.any() for p in built.parameters())


def test_ranks_are_no_higher_than_any_matrix_needs_and_numbers_are_counted():
    built = tn.TensorTrain(rank=100, modes=MODES).build((12, 6))
    assert [G.shape for G in cores(built)] == [(1, 2, 3, 6), (6, 3, 2, 2), (2, 2, 1, 1)]
    assert built.stored_bits() == 32 * (36 + 72 + 4)
    assert np.allclose(tn.TensorTrain(rank=100, modes=MODES).from_dense(W).weight().numpy(), W)


@pytest.mark.parametrize("d", [1, 2, 3, 4, 16])
@pytest.mark.parametrize("m", [1, 7, 10, 32, 784, 2**26])
def test_digits_multiply_to_the_width(m, d):
    found = factors.digits(m, d)
    assert np.prod(found) == m and len(found) == d


def test_the_splits_that_files_rely_on():
    assert factors.digits(2**12, 4) == [8] * 4 and factors.digits(10, 3) == [2, 1, 5]
    assert [factors.digits(m, 3) for m in (784, 300, 64, 32)] == [[8, 7, 14], [6, 5, 10], [4, 4, 4], [2, 4, 4]]
    built = tn.TensorTrain(cores=3).build((784, 300))
    assert (built.a, built.b) == ((8, 7, 14), (10, 5, 6))


def test_all_cores_start_with_entries_of_one_size():
    built = tn.TensorTrain(rank=8).build((784, 300), seed=0)
    stds = [G.std() for G in cores(built)]
    assert len({G.flat[0] for G in cores(built)}) == 3  # each has a seed of its own
    assert max(stds) < 1.2 * min(stds)
    assert built.weight().numpy().var() * 784 == pytest.approx(1, rel=0.25)


def test_the_product_never_builds_the_matrix(monkeypatch):
    built = tn.TensorTrain(rank=4).build((784, 300), seed=0)
    x = np.random.default_rng(0).normal(size=(4, 784)).astype(np.float32)
    expected = x @ built.weight().numpy()
    monkeypatch.setattr(tn.TensorTrain, "weight", None)
    np.testing.assert_allclose(built.matmul(x).numpy(), expected, atol=1e-5)


def test_a_product_that_would_be_larger_than_the_matrix_takes_the_matrix(monkeypatch):
    built = tn.TensorTrain(rank=40, modes=[(1, 40), (40, 1)]).build((40, 40), seed=0)  # 40^3 numbers a row
    x = np.ones((2, 40), np.float32)
    monkeypatch.setattr(module, "reshape", None)
    np.testing.assert_allclose(built.matmul(x).numpy(), x @ built.weight().numpy(), atol=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tn.TensorTrain(0), "rank=0, cores=3"),
        (lambda: tn.TensorTrain(True), "rank=True"),
        (lambda: tn.TensorTrain(2.5), "rank=2.5"),
        (lambda: tn.TensorTrain(cores=0), "cores=0"),
        (lambda: tn.TensorTrain(cores=17), "1 to 16 cores"),
        (lambda: tn.TensorTrain(modes=[]), r"modes=\[\]"),
        (lambda: tn.TensorTrain(modes=[(2, 3, 4)]), "pairs such as"),
        (lambda: tn.TensorTrain(modes=[(2, 3), (4,)]), "pairs such as"),
        (lambda: tn.TensorTrain(modes=[(2, -3)]), "pairs such as"),
        (lambda: tn.TensorTrain(modes=[(1, 1)] * 17), "pairs such as"),
        (lambda: tn.TensorTrain(modes=MODES).build((12, 7)), r"do not make a matrix of shape \(12, 7\)"),
    ],
)
def test_bad_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
