"""Codebook: k-means against the optimum by dynamic programming, and its training step against Deep Compression's."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.parameterizations.k_means import k_means
from tinynet.parameterizations.packing import pack


def least_error(values, K):
    """Return the least sum of squares around K centroids, by dynamic programming over the sorted values."""
    v = np.sort(values)
    N = len(v)
    cost = np.array([[((v[i:j] - v[i:j].mean()) ** 2).sum() if j > i else 0 for j in range(N + 1)] for i in range(N)])
    best = np.r_[0, np.full(N, np.inf)]
    for _ in range(K):
        best = np.array([0, *(min(best[i] + cost[i, j] for i in range(j)) for j in range(1, N + 1))])
    return best[N]


@pytest.mark.parametrize("K", [2, 4, 7])
@pytest.mark.parametrize("draw", ["normal", "laplace", "uniform"])
def test_k_means_is_near_the_optimum(draw, K):
    values = getattr(np.random.default_rng(K), draw)(size=60)
    c = k_means(values, K)
    nearest = np.abs(values[:, None] - c).argmin(axis=1)
    assert np.allclose(c, [values[nearest == k].mean() for k in range(K)])
    assert ((values - c[nearest]) ** 2).sum() <= 1.6 * least_error(values, K)


def test_k_means_finds_as_many_values_as_there_are_centroids():
    values = np.array([-2, -1.5, 0, 0.25, 7])
    assert np.allclose(k_means(np.repeat(values, [500, 1, 30, 2, 1]), 5), values)


def test_a_step_that_changes_no_code_moves_each_centroid_by_the_mean_step_of_its_entries():
    W = np.random.default_rng(0).choice([-1.0, 0.1, 0.5, 2.0], (9, 7))
    built, u = tn.Codebook(bits=2).from_dense(W), np.random.default_rng(1).normal(size=(9, 7))
    built.weight().backward(u)
    tn.SGD(built.parameters(), lr=0.01).step()
    found = built.weight().numpy()
    for c in np.unique(W):
        assert np.allclose(found[c == W], c - 0.01 * u[c == W].mean())


def test_entries_change_their_codes_in_training_and_training_goes_on_from_a_file():
    train, _, test = tn.datasets.load("digits")
    net = tn.MLP([64, 16, 10], tn.Codebook(bits=2), seed=0)
    first = net.state()["0.W.codes"]
    tn.fit(net, train, epochs=5, progress=False)
    again = tn.MLP([64, 16, 10], tn.Codebook(bits=2))
    again.restore(net.state())
    before = tn.evaluate(again, test)
    tn.fit(again, train, epochs=5, lr=0.02, progress=False)
    assert not np.array_equal(first, net.state()["0.W.codes"])
    assert tn.evaluate(again, test) < before < 0.2
    assert np.allclose(tn.freeze(again)(test.inputs), again(test.inputs).numpy(), atol=1e-4)


@pytest.mark.parametrize("inner", [tn.Dense(), tn.Quantized(bits=2), tn.Hashed(1 / 2)], ids=repr)
def test_each_entry_takes_the_nearest_centroid_whatever_the_inner_recipe_made_of_it(inner):
    W = np.random.default_rng(0).normal(size=(9, 7))
    built = tn.Codebook(bits=3, inner=inner).from_dense(W)
    found, c = built.weight().numpy(), built.centroids.weight().numpy()[0]
    assert np.allclose(np.abs(W - found), np.abs(W[..., None] - c).min(axis=-1))


def test_zeros_stay_zeros():
    assert not tn.Codebook(bits=2).from_dense(np.zeros((3, 4), np.float32)).weight().numpy().any()


@pytest.mark.parametrize(
    ("recipe", "bits"),
    [
        (tn.Codebook(bits=4), 4 * 63 + 32 * 16),
        (tn.Codebook(levels=3), 8 * 13 + 32 * 3),  # five ternary codes to a byte
        (tn.Codebook(bits=3, inner=tn.Quantized(bits=8)), 3 * 63 + 8 * 8 + 32),
    ],
    ids=repr,
)
def test_the_codes_and_the_centroids_are_all_that_is_stored(recipe, bits):
    built = recipe.build((9, 7), seed=1)
    assert built.stored_bits() == bits
    assert len(np.unique(built.weight().numpy())) <= recipe.K


@pytest.mark.parametrize("settings", [{}, {"bits": 9}, {"levels": 1}, {"levels": 257}, {"bits": 2, "levels": 4}])
def test_bad_settings_are_named(settings):
    with pytest.raises(ValueError, match="give bits=1 to 8 or levels=2 to 256"):
        tn.Codebook(**settings)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"codes": pack(np.full(63, 5), 8)}, "the code 5 lies above the highest, 4"),
        ({"codes": np.zeros(23, np.uint8)}, r"the array 'codes' is uint8\[23\]"),
        ({"c.W": np.zeros((1, 4), np.float32)}, r"shape \[1, 5\] expected"),
        ({"c.W": np.full((1, 5), np.nan, np.float32)}, "not finite"),
    ],
)
def test_a_damaged_state_is_refused(change, message):
    state = tn.Codebook(levels=5).build((9, 7), seed=1).state()
    with pytest.raises(ValueError, match=message):
        tn.Codebook(levels=5).from_state((9, 7), state | change)
