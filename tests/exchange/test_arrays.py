"""Networks as pairs of matrix and bias, in and out."""

import numpy as np
import pytest

import tinynet as tn

RNG = np.random.default_rng(0)
PAIRS = [
    (RNG.normal(size=(5, 4)), RNG.normal(size=4)),
    (RNG.normal(size=(4, 3)), None),
    (RNG.normal(size=(3, 2)), [1, 2]),
]
X = RNG.normal(size=(7, 5)).astype(np.float32)
FUNCTIONS = {
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "identity": lambda z: z,
}


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_the_scores_are_those_of_the_formula(activation, tmp_path):
    net = tn.from_arrays(PAIRS, activation)
    a = X.astype(np.float64)
    for i, (W, b) in enumerate(PAIRS):
        z = a @ W + (0 if b is None else np.asarray(b))
        a = FUNCTIONS[activation](z) if i < len(PAIRS) - 1 else z
    np.testing.assert_allclose(net(X).numpy(), a, rtol=1e-5, atol=1e-6)
    tn.save(net, tmp_path / "net")
    assert np.array_equal(tn.load(tmp_path / "net")(X).numpy(), net(X).numpy())


@pytest.mark.parametrize(
    "recipe", [tn.Dense(), tn.Hashed(1 / 2), tn.Quantized(bits=3), tn.Scaled(tn.Binary())], ids=repr
)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_what_goes_out_comes_in_again(recipe, batch_norm):
    net = tn.MLP([5, 6, 4, 2], recipe, batch_norm=batch_norm, activation=tn.ReLU, dropout=0.1)
    tn.fit(net, (X, np.arange(7) % 2), epochs=2, batch_size=7)
    pairs = tn.to_arrays(net)
    assert all(W.dtype == b.dtype == np.float32 and b.shape == W.shape[1:] for W, b in pairs)
    again = tn.from_arrays(pairs, "relu")
    np.testing.assert_allclose(again(X).numpy(), net(X).numpy(), rtol=1e-4, atol=1e-5)
    pairs[0][0][:] = 0  # a copy
    assert net.layers[0].weight.weight().numpy().any()


BAD = {
    r"^from_arrays: there are no layers; give pairs": [],
    r"^from_arrays: layer 0: W is float64\[3\]; an array of numbers with 2 axes": [(np.ones(3), None)],
    r"^from_arrays: layer 0: W is <U1\[1, 1\]": [([["a"]], None)],
    r"^from_arrays: layer 0: b of shape \(3,\) for W of shape \(2, 4\)": [(np.ones((2, 4)), np.ones(3))],
    r"^from_arrays: layer 0: W holds values that are not finite": [(np.full((2, 2), np.nan), None)],
    r"^from_arrays: layer 0: W holds values that are not finite in float32": [(np.full((2, 2), 1e300), None)],
    r"^from_arrays: layer 1: W of shape \(3, 4\) takes 3 inputs, but 4 reach it; is W the other way round": [
        (np.ones((2, 4)), None),
        (np.ones((3, 4)), None),
    ],
    r"^from_arrays: layer 1: W of shape \(3, 5\) takes 3 inputs, but 4 reach it$": [
        (np.ones((2, 4)), None),
        (np.ones((3, 5)), None),
    ],
}


@pytest.mark.parametrize("message", BAD)
def test_arrays_that_are_no_network_are_refused(message):
    with pytest.raises(ValueError, match=message):
        tn.from_arrays(BAD[message])


def test_an_unknown_activation_and_a_layer_that_is_no_matrix_are_named():
    with pytest.raises(ValueError, match=r"activation='gelu': it must be tanh, relu, sigmoid, logistic or identity"):
        tn.from_arrays(PAIRS, "gelu")
    with pytest.raises(ValueError, match=r"^to_arrays: layer 1, SignActivation, is no matrix with a bias"):
        tn.to_arrays(tn.Sequential(tn.Linear(5, 4), tn.SignActivation(), tn.Linear(4, 2)))
