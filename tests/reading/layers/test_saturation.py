"""Saturation of units whose z is known, and of trained networks of every method."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.layers.saturation import plot_saturation, plot_squashed, saturation, squashed


def test_the_example_of_three_inputs():
    """z = 4 x1 + 2 x2 + 3 x3, a = tanh(z + 0.5): the slope is 0.104 at |z + 0.5| = 1.8, and 0.010 at 3."""
    net = tn.Sequential(tn.Linear(3, 1), tn.Tanh()).astype(np.float64)
    net.layers[0].weight.W.data, net.layers[0].bias.data = np.array([[4.0], [2], [3]]), np.array([0.5])
    x = np.array([[0, 0, -0.5 / 3], [0.2, 0.25, 0], [0.5, 0.25, 0], [-0.6, 0.05, 0]])  # z + 0.5: 0, 1.8, 3, -1.8
    np.testing.assert_allclose(squashed(net, x)["1 Tanh"].ravel(), [0, 1.8, 3, -1.8], atol=1e-12)
    h = 1e-6
    a = lambda x: net(tn.Tensor(x)).numpy().ravel()
    step = np.array([h, 0, 0])
    slope = (a(x + step) - a(x - step)) / (2 * h) / 4
    np.testing.assert_allclose(slope, [1, 0.104, 0.010, 0.104], atol=5e-4)
    assert 4 * slope[1] == pytest.approx(0.41, abs=0.005)
    assert saturation(net, x) == {"1 Tanh": 0.25}  # at 1.8 just not yet
    assert saturation(net, x, below=0.11) == {"1 Tanh": 0.75}


@pytest.mark.parametrize(
    ("layer", "edge"),
    [(tn.Tanh, 1.8184), (tn.Sigmoid, 3.6369), (tn.SignActivation, 1.0)],
    ids=["Tanh", "Sigmoid", "Sign"],
)
def test_where_saturation_begins(layer, edge):
    x = np.array([[edge - 1e-3, 1e-3 - edge, 0, edge + 1e-3, -edge - 1e-3]])
    assert saturation(tn.Sequential(layer()), x)["0 " + layer.__name__] == pytest.approx(2 / 5)
    if layer is not tn.SignActivation:
        t = tn.Tensor(np.array([0.0, edge]), requires_grad=True)
        layer()(t).backward(np.ones(2))
        assert t.grad[1] / t.grad[0] == pytest.approx(0.1, abs=1e-4)


def test_normal_z_saturates_by_the_tail_of_the_normal():
    x = np.random.default_rng(0).normal(size=(2000, 100))
    assert saturation(tn.Sequential(tn.Tanh()), x)["0 Tanh"] == pytest.approx(0.0690, abs=0.003)  # 2 Phi(-1.8184)


RECIPES = [
    tn.Dense(), tn.LowRank(rank=3), tn.Hashed(1 / 8), tn.Sparse(1 / 8), tn.Quantized(bits=3), tn.Binary(),
    tn.Scaled(tn.Hashed(1 / 8)), tn.Columns([tn.Dense(), tn.Binary()]),
]  # fmt: skip


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_every_parameterization_by_epoch(recipe):
    train, _, _ = tn.datasets.load("digits")
    net, shares = tn.MLP([64, 20, 15, 10], recipe, batch_norm=True), []
    tn.fit(net, train, epochs=2, report=lambda _: shares.append(saturation(net, train.inputs)))
    assert [list(s) for s in shares] == [["2 Tanh", "5 Tanh"]] * 2
    assert all(0 <= share <= 1 for s in shares for share in s.values())


def test_a_binary_network_has_signs():
    assert list(saturation(tn.BinaryMLP([5, 4, 4, 3]), np.ones((2, 5)))) == ["4 SignActivation", "7 SignActivation"]


def test_the_pictures():
    shares = [{"1 Tanh": 0.1, "3 Tanh": 0.5}, {"1 Tanh": 0.2, "3 Tanh": 0.6}]
    left, right = plot_saturation({"SGD": shares, "full batch": shares[:1]}).axes
    assert [list(line.get_ydata()) for line in left.lines] == [[10, 20], [50, 60]] and right.get_title() == "full batch"
    net = tn.MLP([4, 5, 5, 2])
    zs = squashed(net, np.random.default_rng(0).normal(size=(50, 4)))
    panels = plot_squashed({"before": zs, "after": {name: 2 * z for name, z in zs.items()}}).axes
    assert [axes.get_title() for axes in panels] == ["1 Tanh", "3 Tanh"] and len(panels[0].lines) == 2


def test_errors_say_what_to_do():
    x = np.ones((2, 3))
    with pytest.raises(
        ValueError, match="layers are Linear, ReLU, Linear; at least one of Tanh, Sigmoid, SignActivation"
    ):
        saturation(tn.MLP([3, 2, 2], activation=tn.ReLU), x)
    with pytest.raises(ValueError, match="below=0; a share of the steepest slope"):
        saturation(tn.MLP([3, 2, 2]), x, below=0)
    with pytest.raises(ValueError, match="at least one example is needed"):
        saturation(tn.MLP([3, 2, 2]), x[:0])
    with pytest.raises(ValueError, match="saturation: the inputs are not finite"):
        saturation(tn.MLP([3, 2, 2]), x * np.inf)
    with pytest.raises(ValueError, match="layer 0 Linear gives values that are not finite"):
        net = tn.MLP([3, 2, 2])
        net.layers[0].weight.W.data = np.full((3, 2), 2e38, np.float32)
        saturation(net, x)
    with pytest.raises(ValueError, match="takes rows of 3 entries"):
        saturation(tn.MLP([3, 2, 2]), np.ones((2, 4)))
    with pytest.raises(ValueError, match=r"pass \{label: \[saturation"):
        plot_saturation({})
    with pytest.raises(ValueError, match=r"layers of 0 moments .* pass \{label: squashed"):
        plot_squashed({})
