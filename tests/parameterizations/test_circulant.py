"""Circulant blocks against scipy.linalg.circulant, and products by Fourier transform against products by matrix."""

import numpy as np
import pytest
from scipy.linalg import circulant

import tinynet as tn
from tinynet.parameterizations.circulant import convolve


def expected(built):
    """Return W from blocks that SciPy makes, signs and cuts."""
    k, columns = built.k, iter(built.c.weight().numpy().T)
    W = np.block([[circulant(next(columns)).T for _ in range(built.Q)] for _ in range(built.P)])
    signs = np.ones(built.P * k)
    signs[: built.m] = built.signs
    return (W * signs[:, None])[: built.m, : built.n]


@pytest.mark.parametrize("shape", [(12, 8), (9, 7), (7, 9), (5, 5), (1, 6), (6, 1), (1, 1)], ids=str)
@pytest.mark.parametrize("factor", [None, 1 / 4, 1 / 3, 0.4, 1])
def test_the_weight_is_made_of_circulant_blocks(shape, factor):
    built = tn.Circulant(factor).build(shape, seed=3)
    assert np.array_equal(built.weight().numpy(), expected(built).astype(np.float32))
    assert built.k == min(max(shape), {None: 99, 1 / 4: 4, 1 / 3: 3, 0.4: 2, 1: 1}[factor])
    assert built.stored_bits() == 64 + 32 * built.k * -(-shape[0] // built.k) * -(-shape[1] // built.k)


def test_half_of_the_rows_have_their_signs_turned_and_another_seed_turns_others():
    first, second = (tn.Circulant().build((1000, 3), seed).signs for seed in (0, 1))
    assert "".join("+-"[int(s < 0)] for s in first[:20]) == "++-++-++-+-++-+----+"  # files rely on them
    assert set(first) == {1, -1} and abs(first.mean()) < 0.1 and abs((first * second.astype(int)).mean()) < 0.1


def test_the_spectrum_of_the_numbers_holds_the_singular_values():
    built = tn.Circulant().build((8, 8), seed=1)
    c = built.c.weight().numpy().ravel()
    s = np.linalg.svd(built.weight().numpy(), compute_uv=False)  # signs of rows change none of them
    np.testing.assert_allclose(s, np.sort(np.abs(np.fft.fft(c)))[::-1], rtol=1e-4)


def test_no_member_is_nearer_than_the_means():
    W = np.random.default_rng(0).normal(size=(10, 7))
    near = tn.Circulant(1 / 4).from_dense(W, seed=2)
    residual = tn.Tensor(near.weight().numpy() - W)
    near.weight().backward(residual)  # the slope of the squared distance along each number
    [c] = near.parameters()
    np.testing.assert_allclose(c.grad, 0, atol=1e-12)


@pytest.mark.parametrize(("P", "Q", "k"), [(1, 1, 1), (2, 3, 4), (3, 1, 5)])
def test_the_convolution_has_right_values_and_gradients(P, Q, k):
    rng = np.random.default_rng(0)
    x, c = (tn.Tensor(rng.normal(size=shape), requires_grad=True) for shape in ((6, P, k), (P, Q, k)))
    y, (X, C) = convolve(x, c).numpy(), (x.numpy(), c.numpy())
    for q in range(Q):
        for j in range(k):
            by_sum = sum(X[:, p, i] * C[p, q, (j - i) % k] for p in range(P) for i in range(k))
            np.testing.assert_allclose(y[:, q, j], by_sum, atol=1e-12)
    tn.check_gradients(convolve, x, c)


@pytest.mark.parametrize("dtypes", [("f4", "f4"), ("f4", "f8"), ("f8", "f4"), ("f2", "f2")], ids=str)
def test_products_have_the_precision_of_a_product_by_the_matrix(dtypes):
    built = tn.Circulant(1 / 4).from_dense(np.random.default_rng(0).normal(size=(9, 7)).astype(dtypes[1]), seed=1)
    x = tn.Tensor(np.ones((2, 9), dtypes[0]), requires_grad=True)
    y, reference = built.matmul(x), x @ built.weight()
    assert y.dtype == reference.dtype
    np.testing.assert_allclose(y.numpy(), reference.numpy(), atol=1e-2 if "f2" in dtypes else 1e-5)
    y.backward(np.ones(y.shape))
    assert x.grad.dtype == x.dtype and [p.grad.dtype for p in built.parameters()] == [np.dtype(dtypes[1])]


def test_the_product_never_builds_the_matrix(monkeypatch):
    built = tn.Circulant().build((784, 300), seed=0)
    x = np.random.default_rng(0).normal(size=(4, 784)).astype(np.float32)
    by_matrix = x @ built.weight().numpy()
    monkeypatch.setattr(tn.Circulant, "weight", None)
    np.testing.assert_allclose(built.matmul(x).numpy(), by_matrix, atol=1e-5)


def test_the_smallest_factor_there_is_gives_one_block():
    assert tn.Circulant(5e-324).build((4, 6)).k == 6


@pytest.mark.parametrize("factor", [0, -0.5, 2, np.nan])
def test_a_factor_that_is_no_share_is_refused(factor):
    with pytest.raises(ValueError, match=rf"factor={factor}; the stored share of m n lies in \(0, 1\]"):
        tn.Circulant(factor)
