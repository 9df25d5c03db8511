"""Updates of one unit by hand, an update that is known, and that the watch leaves training alone."""

import numpy as np
import pytest

import tinynet as tn
from tinynet import functional as F
from tinynet.reading.training.updates import Watch, chance, plot_steps


def data(n=40, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)).astype(np.float32)
    return x, (x[:, 0] + x[:, 1] > 0).astype(np.int64)


def test_a_watched_fit_ends_with_the_same_bits():
    nets, pair = [tn.MLP([3, 5, 2], batch_norm=True) for _ in range(2)], data()
    tn.fit(nets[0], pair, epochs=3, batch_size=8, momentum=0.9)
    tn.fit(
        nets[1], pair, epochs=3, batch_size=8, optimizer=lambda p, **s: Watch(nets[1], pair[0])(p, **s, momentum=0.9)
    )
    for p, q in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        np.testing.assert_array_equal(p.numpy(), q.numpy())


def test_one_update_of_one_unit_by_hand():
    net = tn.Sequential(tn.Linear(1, 1, bias=False), tn.Tanh()).astype(np.float64)
    net.layers[0].weight.W.data = np.array([[2.0]])
    x = np.array([[-1.0], [0.5], [1.0], [0.25]])
    watch = Watch(net, x)
    # L = mean (a - t)^2 with t = 0: dL/dw = mean 2 a (1 - a^2) x, plain descent with lr 0.1
    tn.fit(net, (x, np.zeros((4, 1))), epochs=1, batch_size=4, lr=0.1, optimizer=watch)
    a = np.tanh(2 * x)
    moved = -0.1 * (2 * a * (1 - a**2) * x).mean()
    np.testing.assert_allclose(watch.before["1 Tanh"][0], 2 * x)
    np.testing.assert_allclose(watch.change["1 Tanh"][0], moved * x, rtol=1e-6)
    steps = watch.steps("1 Tanh", bins=3)
    np.testing.assert_allclose(steps.z, [0.5, 1, 2])
    np.testing.assert_allclose(steps.size, -moved * np.array([0.25, 0.5, 1]))
    np.testing.assert_allclose(steps.outward, -steps.size)  # all shrink
    assert steps.of.tolist() == [1, 1, 2] and watch.mean_size("1 Tanh") == pytest.approx([1.375])


def test_every_and_since():
    net, pair = tn.MLP([3, 4, 2]), data()
    watch = Watch(net, pair[0][:7], every=3)
    tn.fit(net, pair, epochs=2, batch_size=8, optimizer=watch)  # 10 updates
    assert watch.at == [0, 3, 6, 9] and watch.steps("1 Tanh", since=6).of.sum() == 2 * 7 * 4
    assert [z.shape for z in watch.before["1 Tanh"]] == [(7, 4)] * 4


def test_the_hinge_stops_where_cross_entropy_goes_on():
    """Two points far apart, full batch: with each margin met the hinge moves nothing, cross-entropy all the same."""
    x, labels = np.array([[3.0, 0, 0], [-3.0, 0, 0]], np.float32), np.array([0, 1])
    last = {}
    for name, loss in (("hinge", F.squared_hinge), ("entropy", F.softmax_cross_entropy)):
        net = tn.MLP([3, 4, 2])
        watch = Watch(net, x, every=100)
        tn.fit(net, (x, labels), epochs=1501, batch_size=2, lr=0.5, loss=loss, optimizer=watch)
        last[name] = np.abs(watch.change["1 Tanh"][-1]).max()
    assert last["hinge"] < 1e-6 < 1e-5 < last["entropy"]


def test_chance_has_no_aim():
    scores = tn.Tensor(np.zeros((500, 40)), requires_grad=True)
    loss = chance(seed=3)
    for _ in range(2):
        loss(scores, None).backward()
    signs = scores.grad * scores.size
    assert set(np.unique(signs)) == {-2, 0, 2} and abs(signs.mean()) < 0.05  # two draws, independent of each other
    assert (signs == 0).mean() == pytest.approx(0.5, abs=0.02)


def test_binary_networks_and_the_picture():
    net, pair = tn.BinaryMLP([3, 4, 2]), data()
    watch = Watch(net, pair[0], every=2, make=tn.Adam)
    tn.fit(net, pair, epochs=2, batch_size=8, lr=0.01, optimizer=watch)
    figure = plot_steps({"Adam": watch, "again": watch}, "4 SignActivation", since=2)
    assert [len(axes.lines) for axes in figure.axes] == [2, 2, 3] and "update 2" in figure.axes[1].get_title()


def test_errors_say_what_to_do():
    net, (x, labels) = tn.MLP([3, 4, 2]), data()
    with pytest.raises(ValueError, match="every=0; it must be at least 1"):
        Watch(net, x, every=0)
    with pytest.raises(ValueError, match="at least one of Tanh"):
        Watch(tn.MLP([3, 2]), x)
    watch = Watch(net, x)
    with pytest.raises(ValueError, match="layer '1 Tanh' since update 0; noted are 1 Tanh at 0 updates up to none"):
        watch.steps("1 Tanh")
    tn.fit(net, (x, labels), epochs=1, batch_size=40, optimizer=watch)
    with pytest.raises(ValueError, match="layer '2 Tanh' since update 0; noted are 1 Tanh at 1 updates up to 0"):
        watch.steps("2 Tanh")
    with pytest.raises(ValueError, match=r"no watches to draw; pass \{label: watch"):
        plot_steps({}, "1 Tanh")
