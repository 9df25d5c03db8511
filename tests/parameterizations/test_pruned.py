"""Pruned: which entries are kept, how they come back, and their positions in a file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinynet as tn
from tinynet.parameterizations import gaps
from tinynet.parameterizations.packing import pack


def random_matrix(m=12, n=8):
    return np.random.default_rng(1).normal(size=(m, n)).astype(np.float32)


# ---- the mask


def test_the_largest_entries_are_kept_unchanged():
    W = random_matrix()
    found = tn.Pruned(1 / 4).from_dense(W).weight().numpy()
    smallest = np.argsort(np.abs(W), axis=None)[:72]
    expected = W.copy()
    expected.ravel()[smallest] = 0
    assert np.array_equal(found, expected)


def test_the_gradient_reaches_all_entries_and_a_pruned_one_comes_back():
    built = tn.Pruned(1 / 4).from_dense(np.array([[1, 0.5, -0.9, 0.1]]))
    for _ in range(3):
        before = built.weight()
        before.backward(np.array([[0.0, -1.0, 0.0, 0.0]]))
        assert before.numpy().tolist() == [[1, 0, 0, 0]]
        tn.SGD(built.parameters(), lr=0.2).step()
        built.V.grad = None
    assert np.allclose(built.weight().numpy(), [[0, 1.1, 0, 0]])


def test_kept_zeros_come_back_where_they_were():
    W = np.zeros((5, 6), np.float32)
    W[1, 2] = W[4, 5] = 1
    built = tn.Pruned(1 / 3).from_dense(W)
    again = tn.Pruned(1 / 3).from_state((5, 6), built.state())
    assert built.kept.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 29]
    assert again.state()["gaps"].tobytes() == built.state()["gaps"].tobytes()


@pytest.mark.parametrize("recipe", [tn.Pruned(1 / 2, tn.Hashed(1 / 2)), tn.Codebook(bits=6, inner=tn.Hashed(1 / 2))])
def test_training_goes_on_with_the_hash_of_the_file(recipe):
    built = recipe.build((12, 8), seed=7)
    again = recipe.from_state((12, 8), built.state())
    again.V.move(np.float32(1e-6) * random_matrix())
    again.weight()
    assert np.array_equal(again.state()[f"{list(recipe.holds)[1]}.seed"], [7])


def test_what_comes_back_can_be_converted():
    built = tn.Pruned(1 / 2).build((12, 8), seed=7)
    again = tn.Pruned(1 / 2).from_state((12, 8), built.state())
    again.V.data = again.V.numpy().astype(np.float64)
    assert again.weight().dtype == np.float64
    assert np.array_equal(again.weight().numpy(), built.weight().numpy())


@pytest.mark.parametrize("inner", [tn.Codebook(bits=4), tn.Quantized(bits=4), tn.Dense()], ids=repr)
def test_a_pruned_network_learns_saves_loads_and_freezes(inner, tmp_path):
    train, _, test = tn.datasets.load("digits")
    net = tn.MLP([64, 32, 10], tn.Pruned(1 / 4, inner), seed=0)
    tn.fit(net, train, epochs=5, progress=False)
    tn.save(net, tmp_path / "net")
    loaded = tn.load(tmp_path / "net")
    assert tn.evaluate(loaded, test) < 0.1
    assert np.array_equal(loaded(test.inputs).numpy(), net(test.inputs).numpy())
    assert np.allclose(tn.freeze(loaded)(test.inputs), loaded(test.inputs).numpy(), atol=1e-4)


@pytest.mark.parametrize("density", [0, -1, 1.5, float("nan")])
def test_a_bad_density_is_named(density):
    with pytest.raises(ValueError, match=f"density={density}; the share of entries to keep"):
        tn.Pruned(density)


# ---- its positions


def test_the_example_of_the_docstring():
    places = np.array([2, 3, 20])
    assert gaps.encode(places, 3).tolist() == [2, 0, 7, 7, 2]
    assert gaps.encode(places, 1).tolist() == [1, 1, 0, 0] + 16 * [1] + [0]


@given(st.sets(st.integers(0, 3000), min_size=1), st.integers(1, 8))
def test_places_come_back_from_gaps_of_any_width_and_from_the_shortest(places, b):
    places = np.array(sorted(places))
    assert np.array_equal(gaps.decode(gaps.encode(places, b), b), places)
    state = gaps.packed(places)
    assert np.array_equal(gaps.unpacked(state, len(places), 3001), places)
    assert gaps.stored_bits(places) == 64 + min(w * len(gaps.encode(places, w)) for w in range(1, 9))
    assert state["gaps"].nbytes + state["form"].nbytes == -(-gaps.stored_bits(places) // 8)


@pytest.mark.parametrize("density, least", [(0.5, 1.0), (0.1, 0.469), (0.02, 0.1414)])  # entropies of the mask
def test_random_places_cost_little_more_than_their_entropy(density, least):
    places = np.flatnonzero(np.random.default_rng(0).random(100_000) < density)
    assert least < gaps.stored_bits(places) / 100_000 < 1.2 * least


def shape(b, count):
    return np.array([b, count], np.uint32)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"form": shape(0, 3)}, "3 gaps of 0 bits cannot say which 3 of 24"),
        ({"form": shape(9, 3)}, "3 gaps of 9 bits"),
        ({"form": shape(3, 2)}, "2 gaps of 3 bits"),
        ({"form": shape(3, 2**32 - 1)}, "4294967295 gaps of 3 bits"),
        ({"form": shape(3, 6)}, "'gaps' is uint8"),
        ({"form": np.array([3, 5], np.uint64)}, "'form' is uint64"),
        ({"gaps": pack(np.array([2, 0, 7, 7, 7]), 8)}, "do not lead to 3 of 24 places"),
        ({"gaps": pack(np.array([2, 0, 7, 6, 2]), 8)}, "do not lead to 3 of 24 places"),
        ({"gaps": pack(np.array([6, 0, 7, 7, 2]), 8)}, "do not lead to 3 of 24 places"),
        ({"form": shape(8, 3), "gaps": np.array([2, 0, 16], np.uint8)}, "by the shortest way"),
        ({"gaps": np.array([0xC2, 0xFF], np.uint8)}, "must be zero"),
    ],
)
def test_damaged_positions_are_refused(state, message):
    good = gaps.packed(np.array([2, 3, 20]))
    assert good["form"].tolist() == [3, 5]
    with pytest.raises(ValueError, match=message):
        gaps.unpacked(good | state, 3, 24)
