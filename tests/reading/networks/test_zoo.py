"""The zoo's arithmetic on networks that were made up, and a zoo of a few that are trained."""

import sys
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import spearmanr

import tinynet as tn
from tinynet.reading.networks.zoo import Measured, Member, Zoo, compare, members, open_zoo, rank_correlations
from tinynet.reading.units import opened

OPTIONS = dict(widths=(16, 8, 4), train=400, valid=300, test=10_000)


def made_up(rates, n=2000, probe=300):
    """Return networks that err at these rates, and the labels of test and probe: all 0, an error is the class k + 1."""
    rng = np.random.default_rng(0)
    animals = []
    for k, rate in enumerate(rates):
        net = opened(tn.MLP([3, 4, len(rates) + 1], seed=k))
        test, seen, random = ((k + 1) * (rng.random(m) < rate) for m in (n, probe, probe))
        X = rng.normal(size=(probe, 4))
        animals.append(Measured(test, seen, random, X, (net.to_json(), net.state())))
    return animals, np.zeros(n, int), np.zeros(probe, int)


def test_the_members_are_all_that_have_a_recipe():
    found = members()
    assert len(found) == len(set(found)) >= 60
    assert Member("hashed", 1 / 64, 16, 500, 0) in found
    assert members([("binary", 1 / 8), ("dense", 1)], [16], [500], [0]) == [Member("dense", 1, 16, 500, 0)]


def test_pairs_and_their_estimates():
    rates, i, j = (0.1, 0.2, 0.4, 0, 0), *np.triu_indices(5, 1)  # two are always right, so the majority is
    animals, labels, probe_labels = made_up(rates)
    zoo = compare(animals, labels, probe_labels)
    wrong = np.array([(animal.classes != 0).mean() for animal in animals])
    np.testing.assert_allclose(zoo.errors, wrong)
    np.testing.assert_allclose(zoo.gaps, np.abs(wrong[i] - wrong[j]))
    seen = [animal.probe_classes != 0 for animal in animals]
    either = [(seen[a] | seen[b]).mean() for a, b in zip(i, j, strict=True)]  # an error is its own class
    np.testing.assert_allclose(zoo.estimates["disagreement, 300 inputs"], either)
    np.testing.assert_allclose(zoo.estimates["consensus of the zoo"], zoo.estimates["labelled gap, 300 inputs"])
    assert zoo.labels["labelled gap, 300 inputs"] == pytest.approx(300 * np.mean(either))
    assert {n for n, count in zoo.labels.items() if count} == {f"labelled gap, {n} inputs" for n in (30, 100, 300)}
    assert zoo.above == 0 and zoo.outside == 0


def test_a_crowd_misled_by_its_bad_networks_is_mended_by_its_closer_half():
    wrong = np.zeros((7, 1000), int)  # class 0 is right
    wrong[[1, 3, 4, 5, 6], :100] = 1  # five share these errors, so the majority has them too
    wrong[2, 100:200] = 1
    wrong[[3, 4], 200:600] = wrong[[5, 6], 600:] = 1
    animals, *_ = made_up([0] * 7)
    animals = [animal._replace(classes=w, probe_classes=w) for animal, w in zip(animals, wrong, strict=True)]
    zoo = compare(animals, np.zeros(1000, int), np.zeros(1000, int))
    good = [k for k, (i, j) in enumerate(combinations(range(7), 2)) if j < 3]  # pairs of 0, 1 and 2
    np.testing.assert_allclose(zoo.gaps[good], [0.1, 0.1, 0])
    np.testing.assert_allclose(zoo.estimates["consensus of the zoo"][good], [0.1, 0.1, 0.2])
    np.testing.assert_allclose(zoo.estimates["consensus of its closer half"], zoo.gaps, atol=1e-12)


def test_rank_correlations_and_their_interval_over_networks():
    errors = np.random.default_rng(1).random(20)
    i, j = np.triu_indices(20, 1)
    gaps = np.abs(errors[i] - errors[j])
    random = np.random.default_rng(2).random(len(gaps))
    found = rank_correlations(Zoo(errors, gaps, {"true": gaps**2, "random": random}, {}, 0, 0), draws=50)
    assert found["true"] == pytest.approx((1, 1, 1))
    rho, low, high = found["random"]
    assert low <= rho <= high and low < 0 < high and abs(rho) < 0.25


def test_an_estimate_that_only_tells_bad_from_good_is_worth_nothing_among_the_good():
    rng = np.random.default_rng(0)
    errors = np.concatenate([rng.uniform(0.5, 0.9, 8), rng.uniform(0.10, 0.12, 8)])[rng.permutation(16)]
    i, j = np.triu_indices(16, 1)
    gaps, good = np.abs(errors[i] - errors[j]), errors < 0.2
    bad_or_good = np.abs(good[i].astype(int) - good[j]) + 0.01 * rng.random(len(gaps))
    zoo = Zoo(errors, gaps, {"bad or good": bad_or_good, "true": gaps}, {}, 0, 0)
    both_good = good[i] & good[j]
    expected = spearmanr(bad_or_good[both_good], gaps[both_good]).statistic
    half = rank_correlations(zoo, draws=20, share=0.5)
    assert half["bad or good"][0] == pytest.approx(expected) and abs(expected) < 0.3
    assert half["true"] == pytest.approx((1, 1, 1))
    assert rank_correlations(zoo, draws=20)["bad or good"][0] > 0.5
    with pytest.raises(ValueError, match=r"rank_correlations: share=0\.1 of 16 networks; three at least"):
        rank_correlations(zoo, share=0.1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_small_zoo_is_trained(jobs):
    some = members([("dense", 1), ("hashed", 1 / 4)], [8], [50, 400], [0], n_in=16, n_out=4)
    zoo = open_zoo(some, "teacher", OPTIONS, epochs=10, jobs=jobs)
    assert len(some) == len(zoo.errors) == 4 and len(zoo.gaps) == 6
    assert zoo.errors[1] < zoo.errors[0]  # more examples
    assert all(len(values) == 6 and np.isfinite(values).all() for values in zoo.estimates.values())
    assert (zoo.gaps <= zoo.estimates["disagreement, 300 inputs"] + 0.15).all()
    np.testing.assert_array_equal(zoo.errors, open_zoo(some, "teacher", OPTIONS, epochs=10, jobs=1).errors)


def test_without_a_console_there_is_no_bar(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    some = members([("dense", 1)], [8], [50], [0, 1], n_in=16, n_out=4)
    assert len(open_zoo(some, "teacher", OPTIONS, epochs=1, jobs=1).errors) == 2


def test_one_network_has_no_pair():
    with pytest.raises(ValueError, match="open_zoo: 1 members; a pair needs two at least"):
        open_zoo(members()[:1])
