"""What is shared in a network is shared in its file, and in the network that comes back."""

import json

import numpy as np
import pytest

import tinynet as tn
from tinynet.storage.file_size import ModelFileError
from tinynet.storage.gate import packed, unpacked
from tinynet.storage.save_load import NETWORK as KIND

x = np.random.default_rng(0).normal(size=(20, 6)).astype(np.float32)
labels = np.arange(20) % 6


def matrix_shared(recipe):
    a, b = tn.Linear(6, 6, recipe, seed=1), tn.Linear(6, 6, recipe, seed=2)
    b.weight = a.weight
    return tn.Sequential(a, tn.Tanh(), b)


def bias_shared():
    a, b = tn.Linear(6, 6, seed=1), tn.Linear(6, 6, seed=2)
    b.bias = a.bias
    return tn.Sequential(a, tn.Tanh(), b)


def layer_in_two_networks():
    shared = tn.Linear(6, 6, tn.Hashed(1 / 2), seed=3)
    return tn.Sequential(tn.Sequential(shared, tn.Tanh()), tn.Sequential(shared, tn.Linear(6, 6)))


NETS = {
    "a matrix": lambda: matrix_shared(tn.Dense()),
    "a hashed matrix": lambda: matrix_shared(tn.Hashed(1 / 2)),
    "a matrix of signs": lambda: matrix_shared(tn.Binary()),
    "a matrix inside another": lambda: matrix_shared(tn.Scaled(tn.Quantized(bits=4))),
    "a bias": bias_shared,
    "a layer": layer_in_two_networks,
}


@pytest.mark.parametrize("make", NETS.values(), ids=NETS)
def test_a_tie_is_stored_once_and_comes_back(make, tmp_path):
    net = make()
    size = tn.save(net, tmp_path / "net")
    apart = make()
    names = set(apart.state())
    _, arrays = unpacked(tmp_path / "net", KIND)
    assert set(arrays) < names and size.payload < sum(a.nbytes for a in net.state().values())
    back = tn.load(tmp_path / "net")
    assert len(back.parameters()) == len(net.parameters()) < len(net.held())
    np.testing.assert_array_equal(back(x).numpy(), net.eval()(x).numpy())


@pytest.mark.parametrize("make", NETS.values(), ids=NETS)
def test_a_network_that_comes_back_trains_as_one_thing(make, tmp_path):
    """Latent weights are not stored, so both begin from the file."""
    tn.save(make(), tmp_path / "net")
    one, other = tn.load(tmp_path / "net"), tn.load(tmp_path / "net")
    for net in one, other:
        tn.fit(net, (x, labels), epochs=2, batch_size=10, lr=0.1, progress=False)
    tn.save(one, tmp_path / "again")
    np.testing.assert_array_equal(tn.load(tmp_path / "again")(x).numpy(), other.eval()(x).numpy())
    assert len(one.parameters()) == len(make().parameters())


def test_a_network_without_ties_has_no_word_of_them(tmp_path):
    tn.save(tn.MLP([6, 5, 4]), tmp_path / "net")
    assert list(unpacked(tmp_path / "net", KIND)[0]) == ["MLP"] or "ties" not in unpacked(tmp_path / "net", KIND)[0]


@pytest.mark.parametrize(
    "ties, message",
    [
        ({"2.W": "9.W"}, "its tie '2.W' leads to '9.W', which the file does not hold"),
        ({"2.W": "0.b"}, "missing"),
        ({"2.W.W": "0.b"}, "expected"),
        ({"2.b": "0.W"}, "missing|array"),
        ({"2.W": "2.W"}, "tied themselves"),
        ({"2.W": 3}, "do not map places to places"),
        ([1], "do not map places to places"),
        ({"7.W": "0.W"}, "missing"),
        ({"2.W": "0.W", "0": "1"}, "which the file does not hold"),
        ({f"{i}.W": "0.W" for i in range(2, 3000)}, "tied themselves"),
    ],
)
def test_forged_ties_are_refused(ties, message, tmp_path):
    tn.save(matrix_shared(tn.Dense()), tmp_path / "net")
    description, arrays = unpacked(tmp_path / "net", KIND)
    (tmp_path / "net").write_bytes(packed(KIND, json.dumps(description | {"ties": ties}), arrays))
    with pytest.raises(ModelFileError, match=message):
        tn.load(tmp_path / "net")
