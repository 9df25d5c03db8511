"""A loop written by hand, as people know it from micrograd and PyTorch, trains without an optimizer."""

import numpy as np
import pytest

import tinynet as tn

F = tn.functional
NETS = {
    "dense": lambda: tn.MLP([3, 8, 2]),
    "hashed": lambda: tn.MLP([3, 8, 2], tn.Hashed(1 / 2)),
    "low rank": lambda: tn.MLP([3, 8, 2], tn.LowRank(rank=2)),
    "weight normalization": lambda: tn.MLP([3, 8, 2], tn.Scaled(normalize=True)),
    "batch norm": lambda: tn.MLP([3, 8, 2], batch_norm=True),
}
RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(40, 3)).astype(np.float32), RNG.integers(0, 2, 40)
LR = 0.2


def subtract(p):
    p.data -= LR * p.grad


def write_entries(p):
    p.data[...] = p.data - LR * p.grad


def bind_anew(p):
    p.data = p.data - LR * p.grad


@pytest.mark.parametrize("make", NETS.values(), ids=NETS)
@pytest.mark.parametrize("step", [subtract, write_entries, bind_anew])
def test_the_steps_are_those_of_sgd(make, step, tmp_path):
    net, twin = make(), make()
    sgd, losses = tn.SGD(twin.parameters(), lr=LR), []
    for _ in range(10):
        loss = F.softmax_cross_entropy(net(X), LABELS)
        loss.backward()
        for p in net.parameters():
            step(p)
            p.grad = None
        losses.append(loss.item())
        tn.save(net, tmp_path / "net")  # looking does not disturb
        sgd.zero_grad()
        F.softmax_cross_entropy(twin(X), LABELS).backward()
        sgd.step()

    for p, q in zip(net.parameters(), twin.parameters(), strict=True):
        np.testing.assert_array_equal(p.numpy(), q.numpy())
    assert losses[-1] < losses[0] - 0.01
    np.testing.assert_array_equal(tn.load(tmp_path / "net")(X).numpy(), net.eval()(X).numpy())


def test_arrays_taken_once_before_the_loop_may_be_written_in_it():
    w = tn.Tensor([0.0, 0.0], requires_grad=True)
    values = w.data
    for _ in range(50):
        ((w - [3.0, -1.0]) ** 2).sum().backward()
        values -= 0.25 * w.grad
        w.grad = None

    np.testing.assert_allclose(w.numpy(), [3, -1], rtol=1e-12)


def test_a_step_between_forward_and_backward_is_refused_not_wrong():
    net = tn.MLP([3, 8, 2])
    F.softmax_cross_entropy(net(X), LABELS).backward()
    loss = F.softmax_cross_entropy(net(X), LABELS)
    for p in net.parameters():
        subtract(p)
        p.grad = None

    with pytest.raises(RuntimeError, match="written in place after its use"):
        loss.backward()
    assert all(p.grad is None for p in net.parameters())


def test_tensors_of_single_numbers_fit_a_line():
    a, b = tn.Tensor(0.0, requires_grad=True), tn.Tensor(0.0, requires_grad=True)
    x = np.linspace(-1, 1, 20)
    for _ in range(300):
        loss = ((a * x + b - (2 * x + 0.5)) ** 2).mean()
        loss.backward()
        for p in (a, b):
            p.data -= 0.3 * p.grad
            p.grad = None

    np.testing.assert_allclose([a.item(), b.item()], [2, 0.5], rtol=1e-6)
