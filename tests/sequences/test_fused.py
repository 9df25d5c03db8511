"""The fused LSTM against a cell written in primitives, against finite differences, and against PyTorch."""

import tracemalloc

import numpy as np
import pytest

import tinynet as tn

F = tn.functional
NAMES = ["x", "W", "U", "b", "h0", "c0"]
SHAPES = {  # T, B, n_in, H
    "non-square":     (5, 3, 4, 2),
    "one step":       (1, 3, 2, 4),
    "one row":        (4, 1, 3, 5),
    "one of all":     (1, 1, 1, 1),
    "partial tiles":  (3, 7, 5, 13),
}  # fmt: skip
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def drawn(T, B, n_in, H, dtype=np.float64, seed=0):
    """Return x, W, U, b, h0, c0 as leaves."""
    rng = np.random.default_rng(seed)
    shapes = [(T, B, n_in), (n_in, 4 * H), (H, 4 * H), (4 * H,), (B, H), (B, H)]
    return [tn.Tensor(rng.normal(scale=0.7, size=s).astype(dtype), requires_grad=True) for s in shapes]


def mixed_lengths(T, B):
    return 1 + np.arange(B) * 2 % T  # 1, 3, 5, ..


def by_cells(x, W, U, b, h, c, lengths=None):
    """Return what F.lstm returns, from primitives, step by step."""
    H, outputs = U.shape[0], []
    lengths = np.full(x.shape[1], len(x)) if lengths is None else lengths
    for t in range(len(x)):
        z = x[t] @ W + h @ U + b
        i, f, g, o = (z[:, k * H : (k + 1) * H] for k in range(4))
        on = (t < lengths)[:, None]
        new_c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        new_h = o.sigmoid() * new_c.tanh()
        outputs.append(F.where(on, new_h, 0 * new_h))
        h, c = F.where(on, new_h, h), F.where(on, new_c, c)
    return F.stack(outputs), h, c


def random_loss(results, seed=1):
    """Return a scalar to which every entry of every result contributes with its own random weight."""
    rng = np.random.default_rng(seed)
    return sum((r * rng.normal(size=r.shape).astype(r.dtype)).sum() for r in results)


def all_in_one(*results):
    return F.concatenate([r.reshape(-1) for r in results])


# ---------------------------------------------------------------------- values and gradients


@every_shape
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-13), (np.float32, 2e-5)], ids=["float64", "float32"])
@pytest.mark.parametrize("ends", [False, True], ids=["whole", "lengths"])
def test_it_equals_a_cell_made_of_primitives(shape, dtype, tolerance, ends):
    lengths = mixed_lengths(*shape[:2]) if ends else None
    fused, cells = drawn(*shape, dtype), drawn(*shape, dtype)
    ours, theirs = F.lstm(*fused, lengths), by_cells(*cells, lengths)
    for a, b in zip(ours, theirs, strict=True):
        assert a.dtype == dtype
        np.testing.assert_allclose(a.data, b.data, atol=tolerance)
    random_loss(ours).backward()
    random_loss(theirs).backward()
    for name, a, b in zip(NAMES, fused, cells, strict=True):
        assert a.grad.dtype == dtype
        np.testing.assert_allclose(a.grad, b.grad, atol=10 * tolerance, err_msg=name)


@every_shape
@pytest.mark.parametrize("ends", [False, True], ids=["whole", "lengths"])
def test_gradients_agree_with_differences(shape, ends):
    lengths = mixed_lengths(*shape[:2]) if ends else None
    tn.check_gradients(lambda *inputs: all_in_one(*F.lstm(*inputs, lengths)), *drawn(*shape))


@pytest.mark.parametrize("pick", [0, 1, 2], ids=["outputs", "h", "c"])
def test_one_result_alone_has_gradients(pick):
    tn.check_gradients(lambda *inputs: F.lstm(*inputs, np.array([4, 2, 1]))[pick], *drawn(4, 3, 2, 3))


def test_results_may_be_used_several_times_and_pass_through_two_layers():
    x, W, U, b, h0, c0 = drawn(4, 3, 2, 2)
    V = drawn(1, 1, 2, 2, seed=5)[1]

    def two_layers(x, W, U, b, h0, c0, V):
        outputs, h, c = F.lstm(x, W, U, b, h0, c0)
        above, h2, _ = F.lstm(outputs, V, U, None, h, c)
        return all_in_one(outputs * outputs, above[1:], above + outputs, h * h2)

    tn.check_gradients(two_layers, x, W, U, b, h0, c0, V)


def test_left_out_biases_and_states_are_zeros():
    x, W, U, *_ = drawn(4, 3, 2, 5)
    zeros = np.zeros(20), np.zeros((3, 5)), np.zeros((3, 5))
    for a, b in zip(F.lstm(x, W, U), F.lstm(x, W, U, *zeros), strict=True):
        np.testing.assert_array_equal(a.data, b.data)
    tn.check_gradients(lambda *inputs: F.lstm(*inputs)[0], x, W, U)


def test_only_the_inputs_that_want_a_gradient_get_one():
    x, W, U, b, h0, c0 = drawn(3, 2, 4, 3)
    outputs, *_ = F.lstm(x.detach(), W, U, b.data, h0, c0.data)
    outputs.sum().backward()
    assert [a.grad is not None for a in (x, W, U, b, h0, c0)] == [False, True, True, False, True, False]


def test_after_its_end_a_row_has_outputs_of_zero_keeps_its_state_and_ignores_its_input():
    inputs = drawn(6, 3, 2, 4)
    lengths = [2, 6, 1]
    outputs, h, c = F.lstm(*inputs, lengths)
    random_loss((outputs, h, c)).backward()
    for r, n in enumerate(lengths):
        alone, h_alone, c_alone = F.lstm(*(a[:n, r : r + 1] if a.ndim == 3 else a for a in inputs[:1]), *inputs[1:4],
                                         *(a[r : r + 1] for a in inputs[4:]))  # fmt: skip
        np.testing.assert_allclose(outputs.data[:n, r], alone.data[:, 0], rtol=1e-13)
        np.testing.assert_allclose([h.data[r], c.data[r]], [h_alone.data[0], c_alone.data[0]], rtol=1e-13)
        assert not outputs.data[n:, r].any() and not inputs[0].grad[n:, r].any()


def test_dtypes_mix_as_in_numpy_and_gradients_have_those_of_their_tensors():
    x, W, U, b, h0, c0 = drawn(3, 2, 4, 3)
    x, b = (tn.Tensor(a.data.astype(np.float32), requires_grad=True) for a in (x, b))
    outputs, *_ = F.lstm(x, W, U, b, h0, c0)
    outputs.sum().backward()
    assert (outputs.dtype, x.grad.dtype, b.grad.dtype, W.grad.dtype) == (np.float64, np.float32, np.float32, np.float64)


# ---------------------------------------------------------------------- against PyTorch


@every_shape
@pytest.mark.parametrize("ends", [False, True], ids=["whole", "packed"])
def test_values_and_gradients_of_pytorch(shape, ends, torch):
    T, B, n_in, H = shape
    x, W, U, b, h0, c0 = inputs = drawn(*shape, np.float32)
    theirs = torch.nn.LSTM(n_in, H)
    with torch.no_grad():
        for p, a in zip(theirs.parameters(), (W.data.T, U.data.T, b.data / 4, 3 * b.data / 4), strict=True):
            p.copy_(torch.tensor(a))
    tx, th, tc = (torch.tensor(a.numpy(), requires_grad=True) for a in (x, h0, c0))
    lengths = mixed_lengths(T, B) if ends else None
    if ends:
        packed = torch.nn.utils.rnn.pack_padded_sequence(tx, torch.tensor(lengths), enforce_sorted=False)
        outputs, (h, c) = theirs(packed, (th[None], tc[None]))
        outputs, _ = torch.nn.utils.rnn.pad_packed_sequence(outputs, total_length=T)
    else:
        outputs, (h, c) = theirs(tx, (th[None], tc[None]))
    ours = F.lstm(*inputs, lengths)
    for a, other in zip(ours, (outputs, h[0], c[0]), strict=True):
        np.testing.assert_allclose(a.data, other.detach().numpy(), atol=2e-6)
    weights = [np.random.default_rng(k).normal(size=r.shape).astype(np.float32) for k, r in enumerate(ours)]
    sum((r * w).sum() for r, w in zip(ours, weights, strict=True)).backward()
    sum((r * torch.tensor(w)).sum() for r, w in zip((outputs, h[0], c[0]), weights, strict=True)).backward()
    dW, dU, db, _ = (p.grad.numpy().T for p in theirs.parameters())
    for name, a, grad in zip(NAMES, inputs, (tx.grad, dW, dU, db, th.grad, tc.grad), strict=True):
        np.testing.assert_allclose(a.grad, grad, rtol=1e-4, atol=1e-5, err_msg=name)


# ---------------------------------------------------------------------- memory and depth


def peak(f):
    f()
    tracemalloc.start()
    f()
    bytes_used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return bytes_used


def train_step(T, B, n_in, H):
    inputs = drawn(T, B, n_in, H, np.float32)
    return lambda: F.lstm(*inputs)[0].sum().backward()


def test_two_thousand_steps_take_memory_linear_in_time():
    thousand, two_thousand = peak(train_step(1000, 2, 3, 8)), peak(train_step(2000, 2, 3, 8))
    assert 1.5 * thousand < two_thousand < 2.2 * thousand


def test_without_gradients_no_gates_are_kept():
    T, B, n_in, H = 500, 4, 3, 16
    inputs = drawn(T, B, n_in, H, np.float32)
    outputs = T * B * H * 4

    def evaluate():
        with tn.no_grad():
            F.lstm(*inputs)

    assert peak(evaluate) < 1.5 * outputs  # the gates alone would be 4 times the outputs
    assert peak(lambda: F.lstm(*(a.detach() for a in inputs))) < 2 * outputs  # constants: detach copies x
    assert peak(lambda: F.lstm(*inputs)) > 5 * outputs


# ---------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "change, message",
    [
        ({"x": (3, 4)}, r"x has shape \(3, 4\); it must be \(steps, batch, inputs\)"),
        ({"x": (0, 3, 4)}, r"x has shape \(0, 3, 4\); .* at least one step"),
        ({"x": (5, 3, 6)}, r"W has shape \(4, 8\); for x \(5, 3, 6\) and H = 2 .* must be \(6, 8\)"),
        ({"W": (4, 9)}, r"W has shape \(4, 9\).* must be \(4, 8\)"),
        ({"U": (2, 2)}, r"U has shape \(2, 2\).* must be \(2, 8\)"),
        ({"U": ()}, r"U has shape \(\).* must be"),
        ({"b": (2,)}, r"b has shape \(2,\).* must be \(8,\)"),
        ({"h0": (2,)}, r"h0 has shape \(2,\).* must be \(3, 2\)"),
        ({"c0": (2, 3)}, r"c0 has shape \(2, 3\).* must be \(3, 2\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(change, message):
    inputs = dict(zip(NAMES, drawn(5, 3, 4, 2), strict=True))
    inputs |= {name: np.zeros(shape) for name, shape in change.items()}
    with pytest.raises(ValueError, match=message):
        F.lstm(**inputs)


@pytest.mark.parametrize(
    "lengths, message",
    [
        ([1, 2], r"shape \(2,\) and dtype int64; they must be integers \(3,\)"),
        ([1.0, 2.0, 3.0], "dtype float64; they must be integers"),
        ([0, 2, 5], "run from 0 to 5; they must lie in 1 .. 5"),
        ([1, 2, 6], "run from 1 to 6; they must lie in 1 .. 5"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(lengths, message):
    with pytest.raises(ValueError, match=message):
        F.lstm(*drawn(5, 3, 4, 2), lengths)
