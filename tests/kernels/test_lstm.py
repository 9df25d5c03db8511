"""The compiled walks and products against the NumPy reference; threads change no bit."""

import numpy as np
import pytest

from tinynet.kernels import lstm as kernel
from tinynet.kernels.jit import numba_found

pytestmark = pytest.mark.skipif(not numba_found(), reason="without Numba the reference is all there is")
SHAPES = [(1, 1, 1, 1), (4, 3, 2, 5), (3, 7, 5, 13), (2, 20, 9, 16), (5, 13, 33, 40)]
SPLITS = [(2, 40), (7, 3), (300, 50), (513, 6)]  # K, M: blocks and tiles in part


def drawn(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(scale=0.7, size=shape).astype(np.float32) for shape in shapes]


def inputs(T, B, n_in, H):
    arrays = drawn((T, B, n_in), (n_in, 4 * H), (H, 4 * H), (4 * H,), (B, H), (B, H))
    return arrays, 1 + np.arange(B) % T


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("threads", [1, 3])
def test_the_walks_equal_the_reference(shape, threads):
    (x, W, U, b, h, c), lengths = inputs(*shape)
    results = kernel.forward(x, W, U, b, h, c, lengths, True, threads)
    expected = kernel.forward_numpy(x, W, U, b, h, c, lengths, True)
    on = np.arange(shape[0])[:, None] < lengths  # behind its end a row has no gates to speak of
    np.testing.assert_allclose(results[0], expected[0], atol=3e-6)
    for a, other in zip(results[1:], expected[1:], strict=True):
        np.testing.assert_allclose(a[on], other[on], atol=3e-6)
    (gy,) = drawn(results[0].shape, seed=1)
    back = kernel.backward(gy, U, lengths, *results[1:], threads)
    for a, other in zip(back, kernel.backward_numpy(gy, U, lengths, *expected[1:]), strict=True):
        np.testing.assert_allclose(a, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("K, M", SPLITS)
def test_the_products_equal_numpys(K, M):
    A, B, C = drawn((K, M), (K, 37), (M, 37))
    np.testing.assert_allclose(kernel.transposed_product(A, B), A.T @ B, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(kernel.product(A, C), A @ C, rtol=1e-4, atol=1e-4)


def test_threads_change_no_bit():
    (x, W, U, b, h, c), lengths = inputs(6, 17, 5, 24)

    def all_of_it(threads):
        y, gates, cells = kernel.forward(x, W, U, b, h, c, lengths, True, threads)
        dz, dh, dc = kernel.backward(y, U, lengths, gates, cells, threads)
        rows = dz.reshape(-1, 96)
        return y, dz, dh, dc, kernel.product(rows, W.T, threads), kernel.transposed_product(rows, rows, threads)

    one = all_of_it(1)
    for threads in (2, 3, 17):
        for a, other in zip(one, all_of_it(threads), strict=True):
            np.testing.assert_array_equal(a, other)


def test_gates_keep_their_digits_saturate_and_hand_on_nan():
    from tinynet.kernels.lstm import walks

    z = np.concatenate([np.linspace(-85, 85, 4001), np.geomspace(1e-6, 1, 500)]).astype(np.float32)
    exact = z.astype(np.float64)
    np.testing.assert_allclose([walks._tanh(v) for v in z], np.tanh(exact), rtol=4e-7)
    np.testing.assert_allclose([walks._sigmoid(v) for v in z], 1 / (1 + np.exp(-exact)), rtol=4e-7)
    ends = np.array([-1e30, 1e30, -np.inf, np.inf, np.nan], np.float32)
    np.testing.assert_array_equal([walks._tanh(v) for v in ends], [-1, 1, -1, 1, np.nan])
    np.testing.assert_allclose([walks._sigmoid(v) for v in ends], [0, 1, 0, 1, np.nan], atol=1e-37)


def test_without_numba_the_reference_runs(monkeypatch):
    monkeypatch.setattr("tinynet.kernels.lstm.run.numba_found", lambda: False)
    (x, W, U, b, h, c), lengths = inputs(3, 4, 2, 5)
    results = kernel.forward(x, W, U, b, h, c, lengths, True)
    for a, other in zip(results, kernel.forward_numpy(x, W, U, b, h, c, lengths, True), strict=True):
        np.testing.assert_array_equal(a, other)


def of(*shape, dtype=np.float32):
    return np.zeros(shape, dtype)


T, B, N, H = 3, 4, 5, 2
GOOD = dict(x=of(T, B, N), W=of(N, 4 * H), U=of(H, 4 * H), b=of(4 * H), h=of(B, H), c=of(B, H))
MISFITS = {
    "W": of(N - 1, 4 * H), "U": of(H, 4 * H - 1), "b": of(4 * H, dtype=np.float64), "h": of(B - 1, H),
    "c": of(H, B).T,
}  # fmt: skip


@pytest.mark.parametrize("name", MISFITS)
def test_operands_that_would_be_read_beyond_their_ends_are_refused(name):
    lengths = np.full(B, T)
    kernel.forward(**GOOD, lengths=lengths, keep=True)
    with pytest.raises(ValueError, match="fits the other ones"):
        kernel.forward(**GOOD | {name: MISFITS[name]}, lengths=lengths, keep=True)


def test_products_and_the_way_back_refuse_them_too():
    for act in (
        lambda: kernel.product(of(6, 3), of(4, 2)),
        lambda: kernel.product(of(3, 6).T, of(3, 2)),
        lambda: kernel.transposed_product(of(6, 3), of(5, 2)),
        lambda: kernel.backward(of(T + 2, B, H), of(H, 4 * H), np.full(B, T), of(T, B, 4 * H), of(T, B, H)),
        lambda: kernel.backward(of(T + 3, B, H), of(H, 4 * H), np.full(B, T), of(T, B, 4 * H), of(T, B, H + 1)),
    ):
        with pytest.raises(ValueError, match="fits the other ones"):
            act()
