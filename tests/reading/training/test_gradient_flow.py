"""Gradient flow against differences of a loss computed in NumPy alone, and against products known in advance."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.layers.base import Layer
from tinynet.reading.training.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def by_differences(loss, shape, h=1e-5):
    """Return the norm of dL/dv at v = 0, entry by entry, for loss(v) with v of this shape."""
    g = np.zeros(shape)
    for k in np.ndindex(*shape):
        bump = np.zeros(shape)
        bump[k] = h
        g[k] = (loss(bump) - loss(-bump)) / (2 * h)
    return np.linalg.norm(g)


def cross_entropy(scores, labels):
    """Mean of -log softmax at the label, over those that are not -1."""
    p = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    return np.mean([-np.log(p[k][y]) for k, y in np.ndenumerate(labels) if y != -1])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def set_all(layer, **values):
    """Give a recurrent layer its W, U and b."""
    layer.weight.W.data, layer.recurrent.W.data, layer.bias.data = (
        np.broadcast_to(np.asarray(values[k], np.float64), shape)
        for k, shape in zip("WUb", (layer.weight.shape, layer.recurrent.shape, layer.bias.shape), strict=True)
    )
    return layer


# ---------------------------------------------------------------------- through depth


@pytest.mark.parametrize("training", [True, False])
def test_by_layer_agrees_with_differences(training):
    net = tn.MLP([5, 4, 6, 3], batch_norm=True, seed=1).astype(np.float64).train(training)
    x, labels = drawn(7, 5), np.arange(7) % 3
    flow = gradient_flow(net, (x, labels))
    kinds = ["Linear", "BatchNorm", "Tanh", "Linear", "BatchNorm", "Tanh", "Linear"]
    assert flow.along == "layer" and flow.names == [f"{i} {kind}" for i, kind in enumerate(kinds)]
    assert flow.norms["a"].dtype == np.float64 and list(flow.norms) == ["a"]

    def loss(bump, l):
        a = tn.Tensor(x)
        for i, layer in enumerate(net.layers):
            a = layer(a) + (bump if i == l else 0)
        return cross_entropy(a.numpy(), labels)

    a = tn.Tensor(x)
    for l, layer in enumerate(net.layers):
        a = layer(a)
        assert flow.norms["a"][l] == pytest.approx(by_differences(lambda v, l=l: loss(v, l), a.shape), rel=1e-6)


def turned(s, n=4):
    """Return s times a matrix that only moves entries about."""
    return s * np.roll(np.eye(n), 1, axis=1)


@pytest.mark.parametrize("s", [0.5, 1, 2])
def test_a_linear_chain_scales_by_s_a_layer(s):
    net = tn.Sequential(*[tn.Linear(4, 4) for _ in range(10)])
    for layer in net.layers:
        layer.weight.W.data = turned(s)
    norms = gradient_flow(net, (drawn(3, 4), drawn(3, 4, seed=1))).norms["a"]
    np.testing.assert_allclose(norms / norms[-1], float(s) ** np.arange(9, -1, -1), rtol=1e-12)


def test_entries_of_variance_one_by_width_keep_the_length():
    net = tn.Sequential(*[tn.Linear(300, 300, seed=k) for k in range(6)])
    batch = drawn(2, 300), drawn(2, 300, seed=1)
    norms = gradient_flow(net, batch, loss=lambda scores, g: (scores * g).sum()).norms["a"]  # g knows no W
    np.testing.assert_allclose(norms[:-1] / norms[1:], 1, atol=0.1)


def test_a_loss_of_ones_own():
    net = tn.Sequential(tn.Tanh(), tn.ReLU())
    x = np.array([[0.5, -1, 2], [3, 1, -1]])
    flow = gradient_flow(net, (x, np.zeros((2, 3))), loss=lambda scores, _: scores.sum())
    np.testing.assert_allclose(flow.norms["a"], [2, 6**0.5])  # four entries pass the ReLU; six are summed


def test_where_no_gradient_arrives_the_norm_is_zero():
    class Cut(Layer):
        def __call__(self, x):
            return x.detach()

    try:
        flow = gradient_flow(tn.Sequential(tn.Tanh(), Cut(), tn.Linear(3, 2)), (drawn(2, 3), np.array([0, 1])))
    finally:
        del Layer.registry["Cut"]
    assert (flow.norms["a"] == 0).tolist() == [True, True, False]


# ---------------------------------------------------------------------- through time


def numpy_loss(net, x, labels, place="", t=0, bump=0.0):
    """Return the loss of recurrent layers and a Linear, in NumPy, with `bump` added to a layer's h_t or c_t."""
    *layers, top = net.layers
    y = np.swapaxes(x, 0, 1)
    for l, layer in enumerate(layers):
        W, U, b = layer.weight.W.numpy(), layer.recurrent.W.numpy(), layer.bias.numpy()
        name = f"{l} {type(layer).__name__}"
        h = c = np.zeros((len(x), len(U)))
        outputs = []
        for s, row in enumerate(y):
            z = row @ W + h @ U + b
            if isinstance(layer, tn.LSTM):
                i, f, g, o = np.split(z, 4, axis=1)
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g) + (bump if (place, t) == (f"{name} c", s) else 0)
                h = sigmoid(o) * np.tanh(c)
            else:
                h = np.tanh(z)
            h = h + (bump if (place, t) == (f"{name} h", s) else 0)
            outputs.append(h)
        y = np.stack(outputs)
    scores = (y[-1] if net.last else np.swapaxes(y, 0, 1)) @ top.weight.W.numpy() + top.bias.numpy()
    return cross_entropy(scores, labels)


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("layers", [(tn.RNN,), (tn.LSTM,), (tn.LSTM, tn.RNN, tn.LSTM)], ids=["RNN", "LSTM", "three"])
def test_by_step_agrees_with_differences(layers, last):
    x = drawn(2, 4, 3)
    labels = np.array([0, 1]) if last else np.array([[0, 1, -1, 1], [1, -1, 0, 0]])
    built = [layer(3, 3, seed=k) for k, layer in enumerate(layers)]
    net = tn.SequenceNet(*built, tn.Linear(3, 2, seed=9), last=last).astype(np.float64)
    flow = gradient_flow(net, (x, labels))
    assert flow.along == "step" and flow.names == ["0", "1", "2", "3"]
    assert list(flow.norms) == [
        f"{i} {layer.__name__} {part}" for i, layer in enumerate(layers) for part in ("hc" if layer is tn.LSTM else "h")
    ]
    for place, norms in flow.norms.items():
        expected = [
            by_differences(lambda v, p=place, t=t: numpy_loss(net, x, labels, p, t, v), (2, 3)) for t in range(4)
        ]
        np.testing.assert_allclose(norms, expected, rtol=1e-6, err_msg=place)


@pytest.mark.parametrize("s", [1, 0.5, 2])
def test_an_rnn_of_small_signals_scales_by_s_a_step(s):
    rnn = set_all(tn.RNN(2, 4), W=0, U=turned(s) if s != 1 else np.eye(4), b=0)  # h = 0, so tanh' = 1
    net = tn.SequenceNet(rnn, tn.Linear(4, 3), last=True)
    norms = gradient_flow(net, (drawn(5, 150, 2), np.arange(5) % 3)).norms["0 RNN h"]
    np.testing.assert_allclose(norms / norms[-1], float(s) ** np.arange(149, -1, -1), rtol=1e-12)  # 0.5^149: no float32


class FreshRNN(tn.RNN):
    """An RNN with another random U at every step."""

    def step(self, x_W, state, U):
        self.drawn = getattr(self, "drawn", 0) + 1
        return super().step(x_W, state, tn.Tensor(drawn(*U.shape, seed=self.drawn) / len(U) ** 0.5))


del Layer.registry["FreshRNN"]  # a layer of this test alone


@pytest.mark.parametrize("seed", range(3))
def test_inputs_make_the_gradient_vanish_not_the_return_of_the_same_matrix(seed):
    x = drawn(16, 50, 64, seed=seed)
    first_alone = x * (np.arange(50) == 0)[:, None]
    lost = {}
    for layer in (tn.RNN, FreshRNN):
        net = tn.SequenceNet(layer(64, 64, seed=seed), tn.Linear(64, 10, seed=seed), last=True)
        for when, batch in (("always", x), ("once", first_alone)):
            norms = gradient_flow(net, (batch, np.arange(16) % 10)).norms[f"0 {layer.__name__} h"]
            lost[layer, when] = np.log10(norms[-1] / norms[0])
    assert all(8 < lost[layer, "always"] < 12 for layer in (tn.RNN, FreshRNN))
    assert all(-1 < lost[layer, "once"] < 2 for layer in (tn.RNN, FreshRNN))


def test_an_rnn_keeps_the_bound():
    net = tn.RecurrentNet([3, 8, 2], layer=tn.RNN, last=True)
    U = net.layers[0].recurrent.W.numpy()
    norms = gradient_flow(net, (drawn(4, 30, 3), np.arange(4) % 2)).norms["0 RNN h"]
    assert (norms[:-1] <= np.linalg.norm(U, 2) * norms[1:]).all()


@pytest.mark.parametrize("f", [0.5, 0.75, 1])
def test_an_lstm_of_closed_ways_hands_on_f_a_step(f):
    b = np.zeros(4 * 3)
    b[3:6] = np.log(f / (1 - f)) if f < 1 else 100  # sigmoid(100) = 1 in float64
    lstm = set_all(tn.LSTM(2, 3), W=0, U=0, b=b)  # nothing passes through h and the gates
    net = tn.SequenceNet(lstm, tn.Linear(3, 2), last=True)
    flow = gradient_flow(net, (drawn(4, 20, 2), np.arange(4) % 2))
    c = flow.norms["0 LSTM c"]
    np.testing.assert_allclose(c / c[-1], float(f) ** np.arange(19, -1, -1), rtol=1e-12)
    assert not flow.norms["0 LSTM h"][:-1].any()


def test_a_single_label_puts_the_loss_at_its_step():
    net = tn.RecurrentNet([5, 4, 3])
    x = np.random.default_rng(0).integers(5, size=(3, 9))
    labels = np.full((3, 9), -1)
    labels[:, 6] = [0, 1, 2]
    flow = gradient_flow(net, (x, labels))
    shorter = tn.SequenceNet(*net.layers, last=True)
    expected = gradient_flow(shorter, (x[:, :7], labels[:, 6]))
    for what, norms in flow.norms.items():
        np.testing.assert_allclose(norms[:7], expected.norms[what], rtol=1e-12)
        assert not norms[7:].any()


# ---------------------------------------------------------------------- what is left alone, errors, the picture


def test_the_net_is_left_as_it_was():
    net = tn.MLP([4, 5, 2], tn.Hashed(1 / 2), batch_norm=True, dropout=0.3)
    for k, p in enumerate(net.parameters()):
        p.grad = np.full(p.shape, k, np.float32) if k else None
    held, kept = (
        [p.grad for p in net.parameters()],
        [p.grad if p.grad is None else p.grad.copy() for p in net.parameters()],
    )
    values, buffers = [p.numpy() for p in net.parameters()], [b.copy() for b in net.buffers()]
    random = [g.bit_generator.state for g in net.generators()]
    batch = drawn(6, 4), np.arange(6) % 2
    in_training = gradient_flow(net, batch)
    assert net.training and all(layer.training for layer in net.layers)
    for p, grad, copy, value in zip(net.parameters(), held, kept, values, strict=True):
        assert p.grad is grad and p.dtype == np.float32
        np.testing.assert_array_equal(p.numpy(), value)
        if grad is not None:
            np.testing.assert_array_equal(grad, copy)
    np.testing.assert_equal(net.buffers(), buffers)
    assert [g.bit_generator.state for g in net.generators()] == random
    np.testing.assert_array_equal(gradient_flow(net, batch).norms["a"], in_training.norms["a"])
    assert (gradient_flow(net.eval(), batch).norms["a"] != in_training.norms["a"]).any() and not net.training


def test_a_recurrent_net_is_left_fused():
    net = tn.RecurrentNet([3, 4, 2], last=True)
    gradient_flow(net, (drawn(2, 5, 3), np.array([0, 1])))
    assert "step" not in vars(net.layers[0]) and "over" not in vars(net.layers[0])
    assert all(p.grad is None for p in net.parameters())


def test_errors_say_what_to_do():
    x, labels = drawn(3, 4), np.array([0, 1, 0])
    with pytest.raises(
        TypeError, match="gradient_flow: Linear is no Sequential or SequenceNet; put the layer into one"
    ):
        gradient_flow(tn.Linear(4, 2), (x, labels))
    with pytest.raises(ValueError, match=r"batch: labels of shape \(3,\) from 0 to 5; the network has 2 outputs"):
        gradient_flow(tn.MLP([4, 2]), (x, np.array([0, 1, 5])))
    with pytest.raises(ValueError, match=r"batch: a pair \(inputs, labels\) is needed, got ndarray"):
        gradient_flow(tn.MLP([4, 2]), x)
    with pytest.raises(ValueError, match=r"no flows to draw; pass \{label: gradient_flow\(net, batch\)"):
        plot_gradient_flow({})


def test_the_picture_counts_back_from_the_loss():
    deep = gradient_flow(tn.MLP([4, 5, 5, 2]), (drawn(3, 4), np.array([0, 1, 0])))
    rnn = GradientFlow("step", list("0123"), {"0 RNN h": np.array([1e-3, 1e-2, 0.1, 0])})
    lstm = GradientFlow("step", list("0123"), {"0 LSTM h": np.ones(4), "0 LSTM c": np.arange(1.0, 5)})
    depth, time = plot_gradient_flow({"deep": deep, "RNN": rnn, "LSTM": lstm}).axes
    assert [axes.get_title() for axes in (depth, time)] == ["through depth", "through time"]
    assert [axes.get_xlabel() for axes in (depth, time)] == ["layers back from the loss", "steps back from the loss"]
    assert [axes.get_ylabel() for axes in (depth, time)] == ["|dL/da|", "|dL/dh|, |dL/dc|"]
    assert {axes.get_yscale() for axes in (depth, time)} == {"log"}
    shown = {line.get_label(): line.get_ydata().tolist() for axes in (depth, time) for line in axes.lines}
    assert shown == {
        "deep": deep.norms["a"][::-1].tolist(),
        "RNN": [0.1, 1e-2, 1e-3],  # no gradient at the step behind the loss
        "LSTM: 0 LSTM h": [1, 1, 1, 1],
        "LSTM: 0 LSTM c": [4, 3, 2, 1],
    }
    assert [t.get_text() for t in time.get_legend().get_texts()] == ["RNN", "LSTM: 0 LSTM h", "LSTM: 0 LSTM c"]
    assert len(plot_gradient_flow({"RNN": rnn}).axes) == 1
