"""Kronecker products against np.kron, and against the singular values of a matrix rearranged entry by entry."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.parameterizations import factors, kronecker


def terms(built):
    """Return the pairs (A_t, B_t)."""
    m1, n1, m2, n2 = built.sizes
    U, V = built.UV.U.weight().numpy(), built.UV.V.weight().numpy()
    return [(a.reshape(m1, n1), b.reshape(m2, n2)) for a, b in zip(U.T, V, strict=True)]


@pytest.mark.parametrize("split", [None, (2, 3), (12, 1), (1, 6)], ids=str)
def test_the_weight_is_a_sum_of_kronecker_products(split):
    built = tn.Kronecker(rank=3, split=split).build((12, 6), seed=1)
    np.testing.assert_allclose(built.weight().numpy(), sum(np.kron(A, B) for A, B in terms(built)), atol=1e-6)


def test_a_kronecker_product_is_found_again():
    rng = np.random.default_rng(0)
    W = np.kron(rng.normal(size=(3, 2)), rng.normal(size=(4, 5)))
    np.testing.assert_allclose(tn.Kronecker(split=(3, 2)).from_dense(W).weight().numpy(), W, atol=1e-12)


def test_the_nearest_sum_misses_what_the_left_out_singular_values_hold():
    W = np.random.default_rng(0).normal(size=(12, 10))
    blocks = [W[4 * i : 4 * i + 4, 5 * j : 5 * j + 5].ravel() for i in range(3) for j in range(2)]  # one for each A_ij
    s = np.linalg.svd(blocks, compute_uv=False)
    for r in range(1, 7):
        near = tn.Kronecker(rank=r, split=(3, 2)).from_dense(W).weight().numpy()
        assert np.linalg.norm(W - near) == pytest.approx(np.linalg.norm(s[r:]), abs=1e-12)


def test_with_columns_and_rows_as_factors_it_is_low_rank():
    columns_and_rows = tn.Kronecker(rank=3, split=(9, 1)).build((9, 8), seed=4)
    assert np.array_equal(columns_and_rows.weight().numpy(), tn.LowRank(rank=3).build((9, 8), seed=4).weight().numpy())


@pytest.mark.parametrize("shape", [(64, 32), (64, 10), (12, 18), (7, 11), (1, 6), (1, 1)], ids=str)
def test_the_balanced_split_takes_the_fewest_numbers(shape):
    m, n = shape
    fewest = min(k + m * n // k for k in range(1, m * n + 1) if m * n % k == 0)
    m1, n1 = factors.balanced(m, n)
    assert m % m1 == n % n1 == 0 and m1 * n1 + m * n // (m1 * n1) == fewest


def test_among_equals_the_balanced_split_can_have_the_highest_rank():
    assert factors.balanced(64, 32) == (8, 4)  # rank 4 x 8 = 32; (32, 1) and (2, 32) would have 1 x 2
    built = tn.Kronecker().build((64, 32), seed=0)
    assert np.linalg.matrix_rank(built.weight().numpy(), tol=1e-3) == 32 and built.stored_bits() == 32 * (32 + 64)


def test_the_product_never_builds_the_matrix(monkeypatch):
    built = tn.Kronecker(rank=2).build((784, 300), seed=0)
    x = np.random.default_rng(0).normal(size=(4, 784)).astype(np.float32)
    expected = x @ built.weight().numpy()
    monkeypatch.setattr(tn.Kronecker, "weight", None)
    np.testing.assert_allclose(built.matmul(x).numpy(), expected, atol=1e-5)


def test_with_many_terms_the_product_never_grows_beyond_the_matrix(monkeypatch):
    built = tn.Kronecker(rank=30, split=(30, 1)).build((30, 30), seed=0)  # A^T X B_t for all t: 30 30 30 numbers a row
    x = np.ones((2, 30), np.float32)
    monkeypatch.setattr(kronecker, "reshape", None)
    np.testing.assert_allclose(built.matmul(x).numpy(), x @ built.weight().numpy(), atol=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tn.Kronecker(0.1, rank=2), "factor=0.1, rank=2; give a share of m n up to 1"),
        (lambda: tn.Kronecker(rank=0), "rank=0"),
        (lambda: tn.Kronecker(-1.0), "factor=-1.0"),
        (lambda: tn.Kronecker(2), "factor=2, rank=None; .* or a number of terms"),
        (lambda: tn.Kronecker(split=(2, 3, 4)), r"split=\[2, 3, 4\]; give the shape of A, such as \(28, 10\)"),
        (lambda: tn.Kronecker(split=(2, 0)), r"split=\[2, 0\]"),
        (lambda: tn.Kronecker(split=(True, 1)), r"split=\[True, 1\]"),
        (lambda: tn.Kronecker(split=(4, 4)).build((12, 6)), r"split=\[4, 4\] does not divide .* shape \(12, 6\)"),
        (lambda: tn.Kronecker(rank=2.5).build((12, 6)), "widths must be integers"),
    ],
)
def test_bad_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_split_keeps_the_contract():
    tn.check_parameterization(tn.Kronecker(rank=2, split=(3, 2)))


def test_a_split_names_the_next_shape_that_fits():
    assert tn.Kronecker(split=(2, 3)).fitting((9, 7)) == (10, 9) and tn.Kronecker().fitting((9, 7)) == (9, 7)


def test_the_state_of_another_split_is_refused():
    state = tn.Kronecker(split=(2, 3)).build((12, 6)).state()
    with pytest.raises(ValueError, match="'W' is float32"):
        tn.Kronecker(split=(3, 3)).from_state((12, 6), state)
