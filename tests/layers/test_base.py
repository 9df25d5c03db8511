"""What every layer gets from the base class: storage, JSON, two modes, a row in the table."""

import json
import re
import textwrap
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pytest

import tinynet as tn
from tinynet.engine.recording import evaluating, mode
from tinynet.layers import base
from tinynet.layers.base import Layer

X = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)


@pytest.fixture(autouse=True)
def _registry(monkeypatch):
    """Layers defined in a test are known within this test alone."""
    monkeypatch.setattr(Layer, "registry", dict(Layer.registry))


# ---- a layer of one's own


@pytest.fixture
def shift():
    """The layer that the head of base.py writes down, y = x + b, run as it stands there."""
    [example] = re.findall(r"(?ms)^    @dataclass.*?(?=^\S)", base.__doc__)
    names = {"dataclass": dataclass, "Layer": Layer, "Parameter": tn.Parameter, "np": np, "__name__": __name__}
    exec(textwrap.dedent(example), names)
    return names["Shift"]


@pytest.fixture
def residual():
    """A layer with a matrix, and another layer inside it: y = x + norm(x) W."""

    @dataclass(eq=False, repr=False)
    class Residual(Layer):
        n: int
        weight: Any = field(default_factory=tn.Dense)
        seed: int = 0

        holds: ClassVar = {"W": ("weight",), "norm": ("norm",)}

        def __post_init__(self):
            self.norm = tn.LayerNorm.from_config({"n": self.n})
            self.weight = self.weight.shaped((self.n, self.n))
            self.fill()

        def fill(self):
            self.weight.fill(self.seed)
            self.norm.fill()

        def __call__(self, x):
            return x + self.weight.matmul(self.norm(x))

    return Residual


def test_the_layer_of_the_docstring_is_stored_and_described_by_its_declaration_alone(shift):
    layer, again = shift(3), shift(3)
    [b] = layer.parameters()
    b.data = np.array([1, -2, 3], np.float32)

    assert b is layer.b and layer.stored_bits() == 3 * 32
    assert {name: a.tolist() for name, a in layer.state().items()} == {"b": [1, -2, 3]}
    assert layer.to_json() == {"Shift": {"n": 3}} and repr(layer) == "Shift(n=3)"
    again.restore(layer.state())
    np.testing.assert_array_equal(again(tn.Tensor(X)).numpy(), X + np.float32([1, -2, 3]))


def test_a_layer_that_holds_a_matrix_and_a_layer_is_stored_and_described_by_its_declaration_alone(residual):
    layer = residual(3, tn.Quantized(bits=3), seed=5)

    assert layer.parameters() == [*layer.weight.parameters(), layer.norm.gamma, layer.norm.beta]
    assert list(layer.state()) == ["W.codes", "W.s", "norm.gamma", "norm.beta"]
    assert layer.stored_bits() == 9 * 3 + 32 + 2 * 3 * 32
    assert layer.to_json() == {"Residual": {"n": 3, "weight": {"Quantized": {"bits": 3}}}}
    assert [(name, W, shape) for name, W, shape in layer.matrices()] == [("", layer.weight, (3, 3))]
    assert layer.sublayers() == [layer.norm] and not layer.eval().norm.training


def test_layers_of_ones_own_are_trained_saved_loaded_and_tabled(shift, residual, tmp_path):
    net = tn.Sequential(residual(3, tn.Hashed(1 / 2)), shift(3), tn.Linear(3, 2))
    before = [p.numpy() for p in net.parameters()]
    tn.fit(net, (X, np.arange(6) % 2), epochs=3, batch_size=3)
    size = tn.save(net, tmp_path / "net")
    again = tn.load(tmp_path / "net")

    assert all(np.any(p.numpy() != a) for p, a in zip(net.parameters(), before, strict=True))
    assert [type(layer) for layer in again.layers] == [residual, shift, tn.Linear]
    assert again(X).data.tobytes() == net(X).data.tobytes()
    assert size.payload == 8 + 4 * (4 + 2 * 3) + 4 * 3 + 4 * (6 + 2)  # seed, buckets, norm; b; W, b
    rows = [line.split() for line in repr(net).split("\n")]
    assert ["Residual", "Hashed(factor=0.5)", "3", "x", "3", "4", "21.3", "24"] in rows
    assert ["bias", "6", "6", "32", "24"] in rows
    assert ["Shift", "3", "12"] in rows


def test_json_leaves_out_defaults_and_the_seed_of_first_values(residual):
    assert residual(3, seed=7).to_json() == {"Residual": {"n": 3}}
    assert tn.Linear(3, 2, seed=7).to_json() == {"Linear": {"n_in": 3, "n_out": 2, "weight": {"Dense": {}}}}
    assert tn.Linear(3, 2, bias=False).to_json()["Linear"]["bias"] is False
    assert tn.LayerNorm(3).to_json() == {"LayerNorm": {"n": 3}}


def test_numbers_of_numpy_are_described_as_pythons():
    three, half = np.int64(3), np.float32(0.5)
    for layer in (
        tn.Linear(three, three),
        tn.BatchNorm(three, eps=half, rate=half),
        tn.LayerNorm(three),
        tn.Scale(half),
    ):
        [[_, config]] = json.loads(json.dumps(layer.to_json())).items()
        assert {value for value in config.values() if not isinstance(value, dict)} <= {3, 0.5}


def every_layer():
    """Return a layer of each kind that works on rows of 3, with values that are not the first ones."""
    layers = [
        tn.Linear(3, 3, tn.Scaled(tn.Hashed(1 / 2)), seed=3), tn.Linear(3, 3, bias=False), tn.BatchNorm(3, eps=0.1),
        tn.LayerNorm(3), tn.LayerNorm(3, bias=False), tn.Dropout(0.3, seed=4), tn.Tanh(), tn.Sigmoid(), tn.ReLU(),
        tn.SignActivation(), tn.SignActivation(stochastic=True, seed=5), tn.Scale(0.5), tn.Rounded(3.0),
        tn.Sequential(tn.Linear(3, 3), tn.Sequential(tn.BatchNorm(3), tn.Tanh())),
    ]  # fmt: skip
    for layer in layers:
        layer(tn.Tensor(X))  # moves running means
        for p in layer.parameters():
            p.data = p.numpy() + np.float32(0.25)
    return layers


@pytest.mark.parametrize("layer", every_layer(), ids=lambda layer: type(layer).__name__)
def test_state_and_json_bring_every_layer_back_bit_for_bit(layer):
    again = Layer.from_json(json.loads(json.dumps(layer.to_json())))
    again.restore(layer.state())

    assert type(again) is type(layer) and again.to_json() == layer.to_json()
    assert again.stored_bits() == layer.stored_bits() <= 8 * sum(a.nbytes for a in layer.state().values())
    x = tn.Tensor(X)
    assert again.eval()(x).data.tobytes() == layer.eval()(x).data.tobytes()


def test_a_subclass_that_forgets_its_call_is_told():
    class Forgetful(Layer):
        pass

    with pytest.raises(NotImplementedError, match=r"Forgetful must define __call__"):
        Forgetful()(np.ones((1, 1)))


def test_layers_print_as_the_call_that_makes_them():
    assert repr(tn.Dropout(0.5)) == "Dropout(p=0.5, seed=0)"
    assert repr(tn.Tanh()) == "Tanh()"
    assert repr(tn.Linear(3, 4)) == "Linear(n_in=3, n_out=4, weight=Dense())"
    assert repr(tn.LSTM(3, 4, tn.Hashed(1 / 2))) == "LSTM(n_in=3, n_hidden=4, weight=Hashed(factor=0.5))"


@pytest.mark.parametrize(
    "layer", [tn.Linear(3, 4, tn.Scaled(tn.Hashed(1 / 2)), bias=False), tn.Dropout(0.25)], ids=repr
)
def test_what_a_layer_prints_makes_it_again(layer):
    assert eval(repr(layer), vars(tn)).to_json() == layer.to_json()


# ---- the two modes


def nested():
    """Return a network with layers inside layers, and all its layers, in no regular modes."""
    switched_off = tn.Dropout(0.5).eval()
    inner = tn.Sequential(tn.BatchNorm(3), switched_off)
    net = tn.Sequential(tn.Linear(3, 3), inner, tn.Dropout(0.2), tn.Sequential(inner, tn.Tanh()).eval())
    inner.layers[0].train()
    return net, [net, *net.layers, *inner.layers, *net.layers[-1].layers]


def test_train_and_eval_reach_every_layer_also_nested_ones():
    net, everything = nested()

    assert net.eval() is net and not any(layer.training for layer in everything)
    assert net.train() is net and all(layer.training for layer in everything)


@pytest.mark.parametrize("error", [None, ZeroDivisionError, KeyboardInterrupt])
def test_evaluating_puts_back_each_layers_own_mode_whatever_happens(error):
    net, everything = nested()
    before = [layer.training for layer in everything]
    assert {True, False} == set(before)

    with pytest.raises(error) if error else nullcontext(), evaluating(net):
        assert not any(layer.training for layer in everything)
        if error:
            raise error

    assert [layer.training for layer in everything] == before


def test_evaluating_records_nothing_inside_and_records_again_after_an_error():
    net = tn.Sequential(tn.Linear(3, 2))
    with evaluating(net):
        inside = mode.recording, net(X).requires_grad
    with pytest.raises(ZeroDivisionError), evaluating(net):
        raise ZeroDivisionError

    assert inside == (False, False)
    assert mode.recording and net(X).requires_grad


def test_evaluating_two_networks_one_inside_the_other_s_context():
    net, other = nested()[0], tn.Sequential(tn.Dropout(0.5))
    before = [layer.training for layer in (net, *net.layers)]
    with evaluating(net, other):
        with evaluating(net):
            assert not net.training
        assert not net.training and not other.layers[0].training and not mode.recording

    assert [layer.training for layer in (net, *net.layers)] == before and other.layers[0].training


# ---- a layer that is used twice


def tied(layer):
    return tn.Sequential(tn.Linear(3, 4), layer, tn.Tanh(), layer, tn.BatchNorm(4), tn.Linear(4, 2, seed=3))


@pytest.mark.parametrize("recipe", [tn.Dense(), tn.Hashed(1 / 2), tn.Quantized(bits=2), tn.Binary()], ids=repr)
def test_a_layer_used_twice_is_trained_counted_and_saved_once(tmp_path, recipe):
    shared = tn.Linear(4, 4, recipe, seed=1)
    net = tied(shared)
    once = tn.Sequential(*dict.fromkeys(net.layers))
    assert [id(p) for p in net.parameters()] == [id(p) for p in once.parameters()]
    assert net.stored_bits() == once.stored_bits()
    assert tn.save(net, tmp_path / "net").payload == tn.save(once, tmp_path / "once").payload

    loaded, x = tn.load(tmp_path / "net"), np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    assert loaded.layers[1] is loaded.layers[3] and loaded.layers[0] is not loaded.layers[5]
    assert np.array_equal(net.eval()(x)._data, loaded(x)._data)
    assert "as layer 2" in str(loaded)


def test_a_layer_used_twice_moves_by_the_sum_of_its_gradients_once():
    shared = tn.Linear(2, 2, bias=False)
    net = tn.Sequential(shared, shared)
    W, x = shared.weight.W.numpy(), np.array([[1.0, 2.0]], np.float32)
    opt = tn.SGD(net.parameters(), lr=0.5)
    net(x).sum().backward()
    opt.step()
    gradient = x.T @ np.ones((1, 2)) @ W.T + (x @ W).T @ np.ones((1, 2))  # of x W W
    np.testing.assert_allclose(shared.weight.W.numpy(), W - 0.5 * gradient, rtol=1e-6)


@pytest.mark.parametrize("places", [[0, 7], [0, "x"], 3, None, [[0]]], ids=repr)
def test_a_file_that_points_to_a_layer_that_is_not_there_is_refused(places):
    with pytest.raises(ValueError, match="does not fit the layer Sequential"):
        tn.Layer.from_json({"Sequential": {"layers": [tn.Tanh().to_json()], "places": places}})
