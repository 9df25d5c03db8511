"""Freezing: equal to the trained network, not close to it; small on disk and in memory; nothing else is accepted."""

import json
import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as to_bytes

import tinynet as tn
from tinynet.frozen.bits import BitLinear
from tinynet.frozen.network import FEW, Frozen, flat
from tinynet.frozen.thresholds import find_thresholds
from tinynet.kernels.bits import pack_signs
from tinynet.layers.folding import Affine
from tinynet.storage.file_size import ModelFileError
from tinynet.storage.gate import checksum

LEVELS = (2 * np.arange(256) / 255 - 1).astype(np.float32)  # the inputs that stand for pixels


def norms(net):
    return [layer for layer in net.layers if isinstance(layer, tn.BatchNorm)]


def pixels_for(width, rows=40, seed=0):
    """Return uint8 pixels, among them rows of one level only: the extreme sums."""
    pixels = np.random.default_rng(seed).integers(0, 256, (rows, width)).astype(np.uint8)
    pixels[:4] = np.array([0, 255, 127, 128])[:rows, None]
    return pixels


def float_scores(net, pixels):
    training = net.training
    with tn.no_grad():
        scores = net.eval()(LEVELS[pixels]).numpy()
    net.train(training)
    return scores


def unruly(net, seed, pixels):
    """Give batch norms values of every kind, many with some example's sum exactly at the border, or one ulp beside."""
    rng = np.random.default_rng(seed)
    a = tn.Tensor(LEVELS[pixels])
    with tn.no_grad():
        for layer in net.eval().layers:
            if isinstance(layer, tn.BatchNorm):
                at_the_border = a.numpy()[rng.integers(len(pixels), size=layer.n), np.arange(layer.n)]
                beside = np.nextafter(at_the_border, rng.choice([-np.inf, np.inf], layer.n)).astype(np.float32)
                drawn = rng.normal(0, 3, layer.n).astype(np.float32)
                kind = rng.integers(4, size=layer.n)
                layer.running_mean[:] = np.choose(kind, [at_the_border, beside, drawn, 1e6 * drawn])
                layer.running_var[:] = rng.choice([0, 1e-12, 1e-3, 1, 40, 1e9], layer.n)
                layer.gamma.data = rng.choice([-1e4, -1, -1e-30, -0.0, 0, 1e-30, 0.3, 1, 1e4], layer.n).astype("f4")
                layer.beta.data = (rng.choice([0, -0.0, 1], layer.n) * rng.normal(size=layer.n)).astype("f4")
            a = layer(a)
    return net


# ---- equal, for every example


@given(
    st.lists(st.integers(1, 140), min_size=1, max_size=4), st.integers(2, 12), st.integers(0, 2**32), st.booleans()
)  # fmt: skip
@settings(max_examples=120)
def test_a_frozen_binary_network_gives_the_trained_ones_scores_exactly(widths, classes, seed, dropout):
    pixels = pixels_for(widths[0], seed=seed)
    net = unruly(tn.BinaryMLP([*widths, classes], seed, dropout=(0.2, 0.4) if dropout else (0.0, 0.0)), seed, pixels)
    frozen, expected = tn.freeze(net), float_scores(net, pixels)

    assert frozen.scores(pixels).dtype == np.float32
    np.testing.assert_array_equal(frozen.scores(pixels), expected)
    np.testing.assert_array_equal(frozen.predict(pixels), expected.argmax(axis=1))


@pytest.mark.parametrize("stochastic", [False, True])
def test_a_network_trained_on_digits_is_equal_on_every_example(stochastic):
    data = tn.datasets.load("digits")
    net = tn.BinaryMLP([64, 100, 70, 10], seed=1, dropout=(0.1, 0.1), stochastic=stochastic)
    how = dict(epochs=4, lr=0.01, optimizer=tn.Adam, loss=tn.functional.squared_hinge)
    tn.fit(net, data.train, data.valid, **how)
    frozen = tn.freeze(net)

    for split in data:
        np.testing.assert_array_equal(
            frozen.scores(data.to_pixels(split.inputs)), float_scores(net, data.to_pixels(split.inputs))
        )
        assert tn.evaluate(frozen, split) == tn.evaluate(net, split)


@given(st.integers(1, 300), st.integers(0, 2**32), st.sampled_from([1.0, -0.7, 0.0, 1 / 255]))
@settings(max_examples=60)
def test_thresholds_are_those_of_an_evaluation_of_all_sums(bound, seed, scale):
    rng, n = np.random.default_rng(seed), 20
    norm = tn.BatchNorm(n, eps=1e-4).eval()
    norm.gamma.data = (rng.normal(size=n) * rng.choice([-1, 0, 1], n)).astype("f4")
    norm.beta.data = (rng.normal(size=n) * rng.choice([0, 1], n)).astype("f4")
    norm.running_mean[:] = (scale * rng.integers(-bound - 2, bound + 3, n)).astype("f4")
    norm.running_var[:] = rng.uniform(0.01, 10, n)
    asked = []

    def on(z):
        asked.append(z)
        return norm(tn.Scale(scale)(tn.Tensor(z.astype("f4")[None]))).numpy()[0] >= 0

    thresholds, flip = find_thresholds(on, n, bound)
    questions = len(asked)
    for z in range(-bound, bound + 1):
        np.testing.assert_array_equal(on(np.full(n, z)), (z >= thresholds) != flip)
    assert np.all((-bound < thresholds) & (thresholds <= bound + 1)) and thresholds.dtype == np.int32
    assert all(np.abs(z).max() <= bound for z in asked)
    assert questions <= 2 + np.ceil(np.log2(2 * bound + 1))  # bisection


@pytest.mark.parametrize("bound, questions", [(4096, 16), (784 * 255, 21)])
def test_bisection_asks_as_few_questions_as_the_docstring_says(bound, questions):
    asked = []
    find_thresholds(lambda z: asked.append(z) or z >= np.array([-bound, -7, 0, bound, bound + 1]), 5, bound)

    assert len(asked) == questions


def test_units_that_are_always_on_or_always_off_stay_so():
    net = tn.BinaryMLP([9, 4, 3], seed=0)
    [norm] = norms(net)
    norm.gamma.data = np.zeros(4, np.float32)
    norm.beta.data = np.array([1, -1, 0, -0.0], np.float32)  # sign(0) = +1
    first = tn.freeze(net).layers[0]

    np.testing.assert_array_equal(first.thresholds, [9 * 255 + 1] * 4)
    np.testing.assert_array_equal(first.flip, [True, False, True, True])


# ---- the integer layers against integers


def test_examples_in_several_blocks_are_the_same_examples(monkeypatch):
    pixels, frozen = pixels_for(20, rows=100), tn.freeze(tn.BinaryMLP([20, 70, 33, 4]))
    at_once = frozen.scores(pixels)
    monkeypatch.setattr("tinynet.frozen.network.ROWS", 32)
    np.testing.assert_array_equal(frozen.scores(pixels), at_once)


@pytest.mark.parametrize("takes", ["signs", "pixels"])
@pytest.mark.parametrize("gives", ["signs", "floats"])
@pytest.mark.parametrize("n_in, n_out", [(1, 1), (8, 5), (64, 64), (65, 3), (130, 129)])
def test_a_bit_layer_computes_what_its_description_says(takes, gives, n_in, n_out):
    rng = np.random.default_rng(n_in)
    W = rng.choice([-1, 1], (n_in, n_out))
    x = rng.integers(0, 256, (6, n_in)) if takes == "pixels" else rng.choice([-1, 1], (6, n_in))
    z = (2 * x - 255 if takes == "pixels" else x) @ W
    thresholds, flip = z[0].astype(np.int32), rng.random(n_out) < 0.5  # one example exactly at each threshold
    bias = rng.normal(size=n_out).astype(np.float32)
    layer = BitLinear(n_in, n_out, takes, gives, bias=gives == "floats")
    offsets = dict(bias=bias) if gives == "floats" else dict(thresholds=thresholds, flip=flip)
    layer.hold(pack_signs(np.ascontiguousarray(W.T).astype(np.float32)), **offsets)
    y = layer(tn.Tensor(x.astype(np.uint8) if takes == "pixels" else pack_signs(x.astype(np.float32)))).numpy()

    if gives == "floats":
        np.testing.assert_array_equal(y, z.astype(np.float32) + bias)
    else:
        np.testing.assert_array_equal(y, pack_signs((z >= thresholds) != flip))


@pytest.mark.parametrize("takes, n_in, entries", [("pixels", 130, 130), ("signs", 130, 3)])
def test_a_bit_layer_refuses_rows_of_another_width(takes, n_in, entries):
    layer = BitLinear(n_in, 5, takes, "floats").hold(np.zeros((5, 3), np.uint64))
    rows = np.zeros((20, entries + 1), np.uint8 if takes == "pixels" else np.uint64)

    assert layer(tn.Tensor(rows[:, :-1])).shape == (20, 5)
    with pytest.raises(ValueError, match=f"takes rows of {entries} entries"):
        layer(tn.Tensor(rows))


I5, OFF, F5, ONE = np.zeros(5, np.int32), np.zeros(5, bool), np.zeros(5, np.float32), np.zeros((5, 1), np.uint64)
WRONG = {
    "long thresholds": ("signs", ONE, dict(thresholds=I5.astype(np.int64), flip=OFF), "'thresholds' is int64"),
    "no sum is so high": ("signs", ONE, dict(thresholds=I5 + (2**31 - 1), flip=OFF), "run from 2147483647 .* and 1530"),
    "no sum is so low": ("signs", ONE, dict(thresholds=I5 - 1531, flip=OFF), "between -1530"),
    "numbers as flips": ("signs", ONE, dict(thresholds=I5, flip=I5), "'flip' is int32"),
    "no flips": ("signs", ONE, dict(thresholds=I5), "'flip' is missing"),
    "double precision": ("floats", ONE, dict(bias=F5.astype(np.float64)), "'bias' is float64"),
    "a bias too short": ("floats", ONE, dict(bias=F5[:4]), r"'bias' is float32\[4\]"),
    "too few words": ("floats", ONE[:4], dict(bias=F5), r"'words' is uint64\[4, 1\]"),
    "bytes for words": ("floats", ONE.astype(np.uint8), dict(bias=F5), "'words' is uint8"),
}


@pytest.mark.parametrize("gives, words, offsets, message", WRONG.values(), ids=WRONG.keys())
def test_a_bit_layer_refuses_arrays_that_kernels_would_misread(gives, words, offsets, message):
    with pytest.raises(ValueError, match=message):
        BitLinear(6, 5, "pixels", gives, bias=gives == "floats").hold(words, **offsets)


# ---- other networks

RECIPES = [
    tn.Dense(),
    tn.LowRank(rank=3),
    tn.LowRank(rank=3, bank="random"),
    tn.LowRank(rank=4, bank=tn.Bank("smooth")),
    tn.Hashed(1 / 8),
    tn.Hashed(1 / 4, rescale=True),
    tn.Sparse(1 / 3),
    *[tn.Quantized(bits=k) for k in range(1, 9)],
    tn.Quantized(bits=1, scale="column"),
    tn.Quantized(bits=3, scale="column"),
    tn.Quantized(levels=3),
    tn.Quantized(levels=3, scale="column"),
    tn.Binary(),
    tn.Binary(scale="column"),
    tn.Binary(scale=None),
    tn.Grid("half steps", bits=3),
    tn.Grid("powers of two", bits=4, scale="column"),
    tn.Scaled(),
    tn.Scaled(tn.Quantized(bits=3), normalize=True),
    tn.LowRank(rank=3, inner=tn.Binary()),
    tn.LowRank(rank=3, inner=tn.Quantized(levels=3)),
    tn.Hashed(1 / 4, inner=tn.Quantized(bits=4)),
    tn.Kronecker(factor=1 / 4, inner=tn.Quantized(bits=4)),
    tn.Circulant(1 / 8),
    tn.TensorTrain(rank=3, inner=tn.Quantized(bits=4)),
    tn.Sum(tn.Fixed(tn.Quantized(bits=2)), tn.LowRank(rank=2)),
]


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
@pytest.mark.parametrize("widths", [[64, 50, 5], [1, 3], [300, 333]], ids=str)
def test_other_methods_agree_to_rounding_and_save_and_load(recipe, widths, tmp_path):
    if isinstance(recipe, tn.LowRank) and recipe.bank is not None and recipe.bank.kind == "smooth":
        widths = [n * n for n in (8, 5, 2)]  # pictures
    pixels = pixels_for(widths[0])
    net = tn.MLP(widths, recipe, seed=3, batch_norm=True, dropout=0.2)
    net(LEVELS[pixels])  # moves the running statistics
    for p in net.parameters():
        p.data = p.numpy() + np.random.default_rng(1).normal(0, 0.01, p.shape).astype(np.float32)
    frozen, expected = tn.freeze(net), float_scores(net, pixels)
    size = tn.save(frozen, tmp_path / "frozen")
    again = tn.load(tmp_path / "frozen")

    np.testing.assert_allclose(frozen.scores(pixels), expected, rtol=1e-5, atol=2e-5 * np.abs(expected).max())
    np.testing.assert_array_equal(again.scores(pixels), frozen.scores(pixels))
    assert size.payload == tn.save(net, tmp_path / "net").payload and size.header <= 2048
    assert 0 <= 8 * size.payload - frozen.stored_bits() < 8 * len(frozen.state())


@pytest.mark.parametrize("recipe", [*RECIPES, "bits"], ids=repr)
def test_a_pickled_network_gives_the_same_scores(recipe):
    frozen = tn.freeze(tn.BinaryMLP([81, 9, 4]) if recipe == "bits" else tn.MLP([81, 9, 4], weight=recipe, seed=3))
    for rows in (FEW, FEW + 1):  # both ways through it
        pixels = pixels_for(81, rows)
        scores, classes = frozen.scores(pixels), frozen.predict(pixels)
        again = pickle.loads(pickle.dumps(frozen))
        assert np.array_equal(again.scores(pixels), scores) and np.array_equal(again.predict(pixels), classes)
    assert b"numba" not in pickle.dumps(frozen)  # it can be read where there is no compiler


@pytest.mark.parametrize("activation", [tn.Tanh, tn.Sigmoid, tn.ReLU])
@pytest.mark.parametrize("recipe", [tn.Dense(), tn.Hashed(1 / 8)], ids=repr)
def test_where_the_arithmetic_is_the_same_so_are_the_scores(activation, recipe):
    net = tn.MLP([64, 30, 20, 5], recipe, activation=activation, batch_norm=True)
    pixels = pixels_for(64, rows=200)

    np.testing.assert_array_equal(tn.freeze(net).scores(pixels), float_scores(net, pixels))


def bits(m, n, bias=False, seed=0):
    return tn.Linear(m, n, tn.Binary(scale=None), bias=bias, seed=seed)


SIGN = tn.SignActivation


def convolution():
    net = tn.Sequential(
        tn.Linear(36, 16, tn.Bank("pool"), bias=False),
        tn.Linear(16, 18, tn.Toeplitz(kernel=2, inner=tn.Quantized(bits=4)), bias=False),
        tn.BatchNorm(18, channels=2), tn.ReLU(),
        tn.Linear(18, 4, tn.Toeplitz(channels=2, inner=tn.Scaled(tn.Binary(scale=None)))),
    )  # fmt: skip
    net(LEVELS[pixels_for(36)])
    return net


def affine(n):
    layer = Affine(n, n)
    layer.a.data, layer.c.data = np.random.default_rng(0).normal(size=(2, n)).astype(np.float32)
    return layer


MIXED = {
    "a bias before the sign": lambda: [tn.Rounded(255), bits(20, 30, True), tn.Scale(1 / 255), SIGN(), bits(30, 4)],
    "a bias on the scores": lambda: [tn.Rounded(255), bits(20, 30), SIGN(), bits(30, 4, True)],
    "no batch norm": lambda: [tn.Rounded(255), bits(20, 30), SIGN(), bits(30, 9), SIGN(), bits(9, 4)],
    "signs as scores": lambda: [tn.Rounded(255), bits(20, 70), SIGN()],
    "one layer of bits": lambda: [tn.Rounded(255), bits(20, 4), tn.Scale(0.1)],
    "rounding inside": lambda: [tn.Rounded(255), bits(20, 30), tn.Rounded(0.01), SIGN(), bits(30, 4), tn.Rounded(0.5)],
    "floats after signs": lambda: [tn.Rounded(255), bits(20, 70), SIGN(), tn.Linear(70, 4, tn.Quantized(bits=2))],
    "floats after bits": lambda: [tn.Rounded(255), bits(20, 70), tn.Scale(0.01), tn.Tanh(), tn.Linear(70, 4)],
    "nested": lambda: [tn.Sequential(tn.Rounded(255), tn.Sequential(bits(20, 30), SIGN())), tn.Sequential(bits(30, 4))],
    "rounding before floats": lambda: [tn.Rounded(255), tn.Linear(20, 4), tn.Scale(1 / 255)],
    "bits after floats": lambda: [tn.Linear(20, 30), tn.Tanh(), bits(30, 4)],
    "a convolution": lambda: convolution().layers,
    "a folded convolution": lambda: tn.fold(convolution()).layers,
    "affine before the sign": lambda: [tn.Rounded(255), bits(20, 30), affine(30), SIGN(), bits(30, 4)],
    "batch norm first": lambda: [tn.BatchNorm(20), tn.Linear(20, 4)],
}


@pytest.mark.parametrize("make", MIXED.values(), ids=MIXED.keys())
def test_mixed_networks_freeze(make, tmp_path):
    net = tn.Sequential(*make())
    pixels = pixels_for(next(layer.n_in for _, layer in flat(net.layers) if isinstance(layer, tn.Linear)))
    for layer in net.layers:
        if getattr(layer, "bias", None) is not None:
            layer.bias.data = np.random.default_rng(0).normal(0, 9, layer.bias.shape).astype(np.float32)
    frozen, expected = tn.freeze(net), float_scores(net, pixels)
    tn.save(frozen, tmp_path / "frozen")

    np.testing.assert_allclose(frozen.scores(pixels), expected, rtol=1e-5, atol=1e-4)
    np.testing.assert_array_equal(tn.load(tmp_path / "frozen").scores(pixels), frozen.scores(pixels))


def test_freezing_leaves_the_network_alone_and_later_training_leaves_the_frozen_one_alone():
    net, pixels = tn.BinaryMLP([20, 15, 4], seed=2), pixels_for(20)
    mlp = tn.MLP([20, 15, 4], batch_norm=True)
    for each in (net, mlp):
        frozen = tn.freeze(each)
        before = frozen.scores(pixels)
        assert each.training and tn.freeze(frozen) is frozen
        tn.fit(each, (LEVELS[pixels], np.arange(40) % 4), epochs=2, batch_size=10, lr=0.1)
        assert not np.array_equal(float_scores(each, pixels), before)
        np.testing.assert_array_equal(frozen.scores(pixels), before)


def test_a_frozen_network_cannot_be_trained():
    with pytest.raises(ValueError, match="0 parameters"):
        tn.fit(tn.freeze(tn.MLP([20, 4])), (LEVELS[pixels_for(20)], np.arange(40) % 4), batch_size=10)


def test_layers_that_do_not_fit_together_are_no_network():
    with pytest.raises(ValueError, match="no layers"):
        Frozen()
    with pytest.raises(ValueError, match="last layer gives signs"):
        Frozen(BitLinear(6, 5, "pixels", "signs"))
    with pytest.raises(ValueError, match="layer 1, BitLinear, takes 4 signs, but 5 signs"):
        Frozen(BitLinear(6, 5, "pixels", "signs"), BitLinear(4, 3))


# ---- what cannot be frozen


class Unheard(tn.Layer):
    def __call__(self, x):
        return x


def with_norm(**values):
    net = tn.BinaryMLP([6, 5, 3])
    [norm] = norms(net)
    for name, value in values.items():
        array = getattr(norm, name)
        (array._data if isinstance(array, tn.Tensor) else array)[2] = value
    return net


IMPOSSIBLE = {
    "unknown layer": (lambda: tn.Sequential(tn.Linear(6, 5), Unheard()), r"layer 1, Unheard.*no frozen form"),
    "float weights": (lambda: tn.MLP([6, 5, 3], activation=SIGN), r"layer 1, SignActivation.*no integer sum"),
    "scaled bits": (
        lambda: tn.Sequential(tn.Rounded(255), tn.Linear(6, 5, tn.Binary()), SIGN()),
        r"layer 2, SignActivation.*no integer sum",
    ),
    "bits on inputs as they are": (lambda: tn.Sequential(bits(6, 5), SIGN(), bits(5, 3)), r"layer 1, SignActivation"),
    "bits on other roundings": (lambda: tn.Sequential(tn.Rounded(31), bits(6, 5), SIGN()), r"layer 2, SignActivation"),
    "tanh before a sign": (lambda: tn.Sequential(tn.Rounded(255), bits(6, 5), tn.Tanh(), SIGN()), r"layer 3, SignAct"),
    "a nested one": (lambda: tn.Sequential(tn.Sequential(tn.Linear(6, 5), Unheard())), r"layer 0\.1, Unheard"),
    "double precision": (lambda: tn.MLP([6, 3]).astype(np.float64), r"layer 0, Linear.*float64.*astype"),
    "no linear layer": (lambda: tn.Sequential(tn.Tanh()), "no Linear"),
    "too wide": (lambda: tn.Sequential(tn.Rounded(255), bits(65_794, 1), SIGN()), r"layer 1, Linear.*16777470.*exact"),
    "nan": (lambda: with_norm(gamma=np.nan), r"layer 3, BatchNorm.*not finite"),
    "infinite statistics": (lambda: with_norm(running_var=np.inf), r"layer 3, BatchNorm.*not finite"),
    "negative variance": (lambda: with_norm(running_var=-1), r"layer 4, SignActivation.*not finite"),
    "overflow": (lambda: with_norm(running_mean=3e38, gamma=1e30), r"layer 4, SignActivation.*not finite"),
    "overflow at high sums alone": (
        lambda: with_norm(running_mean=-6, running_var=0, gamma=3.5e35, beta=-1e37),
        r"layer 4, SignActivation.*not finite",
    ),
    "zero times infinity": (lambda: with_norm(running_mean=3e38, running_var=0, gamma=0), r"layer 4.*not finite"),
}


@pytest.mark.parametrize("make, message", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_cannot_be_frozen_is_named_with_the_reason(make, message):
    net = make()
    with pytest.raises(ValueError, match=message):
        tn.freeze(net)
    assert net.training


# ---- bad input

BAD = {
    "floats": (np.zeros((2, 6)), TypeError, "float64.*to_pixels"),
    "nan": (np.full((2, 6), np.nan, np.float32), TypeError, "float32"),
    "bools": (np.zeros((2, 6), bool), TypeError, "bool"),
    "objects": (np.full((2, 6), None), TypeError, "object"),
    "text": ([["a"] * 6], TypeError, "integers"),
    "too narrow": (np.zeros((2, 5), np.uint8), ValueError, r"\(2, 5\).*\(N, 6\)"),
    "a picture": (np.zeros((2, 2, 3), np.uint8), ValueError, r"\(2, 2, 3\)"),
    "one row": (np.zeros(6, np.uint8), ValueError, r"\(6,\)"),
    "above": (np.full((2, 6), 256), ValueError, "from 256 to 256"),
    "below": (np.full((2, 6), -1, np.int8), ValueError, "from -1"),
}


@pytest.mark.parametrize("model", [tn.BinaryMLP, tn.MLP])
@pytest.mark.parametrize("pixels, error, message", BAD.values(), ids=BAD.keys())
def test_bad_pixels_are_refused(model, pixels, error, message):
    frozen = tn.freeze(model([6, 5, 3]))
    for ask in (frozen.scores, frozen.predict):
        with pytest.raises(error, match=message):
            ask(pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int64])
def test_any_integers_in_range_are_pixels(dtype):
    net, pixels = tn.BinaryMLP([6, 5, 3]), pixels_for(6)

    np.testing.assert_array_equal(tn.freeze(net).scores(pixels.astype(dtype)), float_scores(net, pixels))
    assert tn.freeze(net).scores(pixels[:0]).shape == (0, 3)
    np.testing.assert_array_equal(tn.freeze(net).scores(pixels[::2, :]), float_scores(net, pixels[::2]))


@pytest.mark.parametrize("value", [0.5, np.nan, 1.01, -2])
def test_inputs_between_the_pixels_are_refused(value):
    with pytest.raises(ValueError, match="round them"):
        tn.freeze(tn.BinaryMLP([6, 5, 3]))(np.full((2, 6), value, np.float32))


def test_the_number_of_examples_changes_nothing():
    net, pixels = tn.BinaryMLP([20, 30, 4], seed=1), pixels_for(20, rows=1000)
    frozen = tn.freeze(net)
    one_by_one = np.concatenate([frozen.scores(pixels[i : i + 1]) for i in range(0, 1000, 50)])

    np.testing.assert_array_equal(frozen.scores(pixels), float_scores(net, pixels))
    np.testing.assert_array_equal(frozen.scores(pixels)[::50], one_by_one)


# ---- on disk and in memory


@pytest.fixture(scope="module")
def large():
    return tn.freeze(tn.BinaryMLP([784, 4096, 4096, 4096, 10]))


def test_the_file_is_thirty_times_smaller_and_info_shows_one_bit_a_weight(large, tmp_path):
    size = tn.save(large, tmp_path / "frozen")
    weights = 784 * 4096 + 2 * 4096**2 + 4096 * 10

    assert (tmp_path / "frozen").stat().st_size * 30 < 4 * weights  # of float32, without any bias
    assert size.header <= 2048 and size.payload < weights / 8 * 1.02
    rows = [line.split() for line in repr(tn.load(tmp_path / "frozen")).splitlines() if "BitLinear" in line]
    assert [row[-2] for row in rows] == ["1"] * 4  # bits/entry
    assert [int(row[-1].replace(",", "")) for row in rows] == [784 * 512, 4096 * 512, 4096 * 512, 4096 * 10 // 8]


def test_predicting_needs_little_memory_beside_the_file_and_the_activations(large, tmp_path):
    rows = 512
    file, activations = sum(tn.save(large, tmp_path / "frozen")), 4 * rows * 4096
    large.predict(pixels_for(784, 2))  # compiles
    pixels = pixels_for(784, rows)
    tracemalloc.start()
    frozen = tn.load(tmp_path / "frozen")
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    frozen.predict(pixels)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert held < 1.1 * file and peak < 1.5 * file + activations


@pytest.mark.parametrize(
    "recipe",
    [tn.Hashed(1 / 64), tn.Quantized(bits=2), tn.Quantized(levels=3), tn.Binary(), tn.LowRank(rank=8)],
    ids=repr,
)
def test_a_compressed_matrix_is_never_whole(recipe, tmp_path):
    m, n = 1600, 1000
    frozen, pixels = tn.freeze(tn.MLP([m, n], recipe)), pixels_for(m, 4)
    tn.save(frozen, tmp_path / "frozen")
    frozen.scores(pixels)  # compiles
    tracemalloc.start()
    frozen = tn.load(tmp_path / "frozen")
    tracemalloc.reset_peak()
    frozen.scores(pixels)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 4 * m * n / 4  # a quarter of the float32 matrix


# ---- corrupt files: whoever edits a file can also compute its checksum


def forged(path, net, config=None, **arrays):
    """Write a frozen network with some arrays, or the description, replaced; None takes an array out."""
    state = {name: a for name, a in (net.state() | arrays).items() if a is not None}
    text = json.dumps(net.to_json())
    for old, new in (config or {}).items():
        assert old in text
        text = text.replace(old, new, 1)
    state = {name: np.ascontiguousarray(a) for name, a in state.items()}
    path.write_bytes(to_bytes(state, {"tinynet": "1", "net": text, "check": checksum(text, state)}))
    return path


I4, U1 = np.int32, np.uint8
FORGED = {
    "a threshold too high": ({"0.thresholds": np.full(5, 6 * 255 + 2, I4)}, {}, r"thresholds run .* to 1532"),
    "a threshold too low": ({"1.thresholds": np.full(4, -6, I4)}, {}, "thresholds run from -6"),
    "other numbers as thresholds": ({"0.thresholds": np.zeros(5, np.int64)}, {}, "int64"),
    "float thresholds": ({"0.thresholds": np.zeros(5, np.float32)}, {}, "float32"),
    "too few thresholds": ({"0.thresholds": np.zeros(4, I4)}, {}, r"\[4\]"),
    "no thresholds": ({"0.thresholds": None}, {}, "missing"),
    "padding of weights": ({"0.bits": np.full((5, 1), 255, U1)}, {}, "2 padding bits after 6"),
    "padding of flips": ({"0.flip": np.array([255], U1)}, {}, "padding"),
    "wide words": ({"0.bits": np.zeros((5, 1), np.uint64)}, {}, "uint64"),
    "too few weights": ({"0.bits": np.zeros((4, 1), U1)}, {}, r"\[4, 1\]"),
    "no weights": ({"2.bits": None}, {}, "missing"),
    "an array too many": ({"9.bits": np.zeros(3, U1)}, {}, "9.bits"),
    "signs for pixels": ({}, {'"takes": "pixels"': '"takes": "signs"'}, "takes 6 signs, but 6 pixels"),
    "something else to take": ({}, {'"takes": "pixels"': '"takes": "words"'}, "takes='words'"),
    "another width": ({}, {'"n_in": 5': '"n_in": 7'}, "takes 7 signs, but 5 signs"),
    "a negative width": ({}, {'"n_in": 6': '"n_in": -6'}, "exact"),
    "a width of text": ({}, {'"n_in": 6': '"n_in": "6"'}, "exact"),
    "an enormous width": ({}, {'"n_out": 3': '"n_out": 1000000000000'}, "allows"),
    "no width": ({}, {'"n_out": 3': '"n_out": 0'}, "n_out=0"),
    "signs as scores": ({}, {'"gives": "floats"': '"gives": "signs"'}, "takes 3 floats, but 3 signs"),
    "no layers": ({}, {'"layers": [': '"layers": [], "were": ['}, "no layers"),
}


@pytest.mark.parametrize("arrays, config, message", FORGED.values(), ids=FORGED.keys())
def test_a_forged_file_is_refused(arrays, config, message, tmp_path):
    net = tn.freeze(tn.BinaryMLP([6, 5, 4, 3]))
    with pytest.raises(ModelFileError, match=message):
        tn.load(forged(tmp_path / "net", net, config, **arrays))
    np.testing.assert_array_equal(
        tn.load(forged(tmp_path / "good", net)).scores(pixels_for(6)), net.scores(pixels_for(6))
    )
