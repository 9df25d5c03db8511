"""Folding batch norm into the layers before it, against the network in evaluation and against PyTorch."""

import numpy as np
import pytest

import tinynet as tn

X = np.random.default_rng(0).normal(size=(300, 16)).astype(np.float32)
LABELS = (X[:, :4].argmax(axis=1)).astype(np.int64)

FREE = [  # what each stores beside codes and biases stays as many numbers
    tn.Dense(),
    tn.Quantized(bits=4, scale="column"),
    tn.Quantized(bits=1, scale="column"),
    tn.Quantized(levels=3, scale="column"),
    tn.Grid("half steps", bits=3, scale="column"),
    tn.Grid("powers of two", bits=3, scale="column"),
    tn.Binary(scale="column"),
    tn.Scaled(tn.Hashed(1 / 2)),
    tn.Scaled(tn.Binary(scale=None), normalize=True),
    tn.LowRank(rank=3),
    tn.LowRank(rank=3, bank="random"),
]
PAID = [  # a number for each column comes in
    tn.Quantized(bits=4),
    tn.Binary(),
    tn.Hashed(1 / 4),
    tn.Supermask(),
    tn.Sparse(1 / 2),
    tn.LowRank(rank=3, inner=tn.Quantized(bits=3, scale="column")),
    tn.Columns([tn.Dense(), tn.Binary(scale="column")]),
]


def trained(recipe, **options):
    """A network that has seen batches, in which some of batch norm's factors are negative."""
    net = tn.MLP([16, 12, 9, 4], recipe, seed=1, batch_norm=True, **options)
    tn.fit(net, (X, LABELS), epochs=2, lr=0.05)
    for norm in (layer for layer in net.layers if isinstance(layer, tn.BatchNorm)):
        norm.gamma.data = norm.gamma.numpy() * np.where(np.arange(norm.n) % 3, 1, -1).astype(np.float32)
    return net


@pytest.mark.parametrize(("recipe", "added"), [(r, 0) for r in FREE] + [(r, 12 + 9) for r in PAID], ids=repr)
def test_a_folded_network_computes_the_same_from_fewer_numbers(recipe, added, tmp_path):
    net = trained(recipe, activation=tn.ReLU, dropout=0.2)
    before = {name: a.copy() for name, a in net.state().items()}
    folded = tn.fold(net)

    scores = net(X).numpy()
    np.testing.assert_allclose(folded(X).numpy(), scores, atol=1e-5 * np.abs(scores).max())
    assert not any(isinstance(layer, tn.BatchNorm | tn.Dropout) for layer in folded.layers)
    norms = 4 * (12 + 9)
    assert net.stored_bits() - folded.stored_bits() == 32 * (norms - (12 + 9) - added)  # a bias each comes in

    tn.save(folded, tmp_path / "net")
    assert np.array_equal(tn.load(tmp_path / "net")(X).numpy(), folded(X).numpy())
    assert all(np.array_equal(a, before[name]) for name, a in net.state().items())  # the network itself is left alone


def test_a_bias_before_batch_norm_is_folded_too_as_pytorch_does(torch):
    linear, norm = tn.Linear(5, 3, seed=1), tn.BatchNorm(3)
    linear.bias.data = np.array([1, -2, 3], np.float32)
    norm.gamma.data, norm.beta.data = np.array([2, -1, 0.5], np.float32), np.array([0, 1, 2], np.float32)
    norm.running_mean[:], norm.running_var[:] = [1, 2, 3], [4, 0.25, 1]

    theirs, batch_norm = torch.nn.Linear(5, 3), torch.nn.BatchNorm1d(3)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(linear.weight.weight().numpy().T.copy()))
        for to, a in (
            (theirs.bias, linear.bias.numpy()), (batch_norm.weight, norm.gamma.numpy()),
            (batch_norm.bias, norm.beta.numpy()), (batch_norm.running_mean, norm.running_mean),
            (batch_norm.running_var, norm.running_var),
        ):  # fmt: skip
            to.copy_(torch.tensor(a))
    expected = torch.nn.utils.fuse_linear_bn_weights(
        theirs.weight, theirs.bias, batch_norm.running_mean, batch_norm.running_var, norm.eps,
        batch_norm.weight, batch_norm.bias,
    )  # fmt: skip

    [folded] = tn.fold(tn.Sequential(linear, norm)).layers
    np.testing.assert_allclose(folded.weight.weight().numpy().T, expected[0].detach().numpy(), rtol=1e-5)
    np.testing.assert_allclose(folded.bias.numpy(), expected[1].detach().numpy(), rtol=1e-5)


def test_a_column_that_batch_norm_has_switched_off_still_saves(tmp_path):
    net = trained(tn.Quantized(bits=2, scale="column"))
    net.layers[1].gamma.data = np.zeros(12, np.float32)
    tn.save(tn.half(tn.fold(net)), tmp_path / "net")
    np.testing.assert_allclose(tn.load(tmp_path / "net")(X).numpy(), net(X).numpy(), atol=0.01)


def test_batch_norm_that_follows_no_linear_or_goes_by_channel_becomes_two_numbers(tmp_path):
    net = tn.Sequential(
        tn.BatchNorm(16), tn.Linear(16, 27, tn.Toeplitz(2, inner=tn.Quantized(bits=4)), bias=False),
        tn.BatchNorm(27, channels=3), tn.ReLU(), tn.BatchNorm(27), tn.Linear(27, 4),
    )  # fmt: skip
    tn.fit(net, (X, LABELS), epochs=2)
    folded, norms = tn.fold(net), 16 + 3 + 27
    names = [type(layer).__name__ for layer in folded.layers]
    assert names == ["Affine", "Linear", "Affine", "ReLU", "Affine", "Linear"]
    scores = net(X).numpy()
    np.testing.assert_allclose(folded(X).numpy(), scores, atol=1e-5 * np.abs(scores).max())
    assert net.stored_bits() - folded.stored_bits() == 2 * 32 * norms
    tn.save(tn.half(folded), tmp_path / "net")
    np.testing.assert_allclose(tn.load(tmp_path / "net")(X).numpy(), scores, atol=0.02)
    assert tn.load(tmp_path / "net")(X[None]).shape == (1, 300, 4)  # over sequences, as every layer


@pytest.mark.parametrize("channels", [0, 4, 2.0])
def test_affine_refuses_channels_that_do_not_share_its_columns(channels):
    with pytest.raises(ValueError, match="Affine"):
        tn.Layer.registry["Affine"](18, channels)


def test_a_network_inside_a_network_is_folded_as_one():
    inner = tn.Sequential(tn.Linear(16, 8), tn.Dropout(0.1))
    net = tn.Sequential(inner, tn.BatchNorm(8), tn.Tanh(), tn.Linear(8, 4))
    tn.fit(net, (X, LABELS), epochs=1)
    folded = tn.fold(net)
    assert [type(layer).__name__ for layer in folded.layers] == ["Linear", "Tanh", "Linear"]
    np.testing.assert_allclose(folded(X).numpy(), net(X).numpy(), atol=1e-5)


@pytest.mark.parametrize("function", [tn.fold, tn.half])
def test_a_recurrent_network_is_refused(function):
    with pytest.raises(TypeError, match=rf"^{function.__name__}: RecurrentNet is not a network of layers one after"):
        function(tn.RecurrentNet([3, 4, 2]))
