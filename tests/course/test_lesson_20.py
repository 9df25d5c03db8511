"""Lesson 20: the exercises are tinynet's measures of distance, and the committed zoos are what the lesson says."""

import csv

import numpy as np
import pytest
from scipy import stats

from tinynet.course import manifest
from tinynet.reading.networks import distance, zoo

LESSON = manifest.lesson(20)
ANSWERS = LESSON.solution
rng = np.random.default_rng(0)


def two(n=300, classes=10):
    """Return labels, and the classes that two networks of different error predict."""
    labels = rng.integers(classes, size=n)
    says = lambda error: np.where(rng.random(n) < error, rng.integers(classes, size=n), labels)
    return labels, says(0.1), says(0.2)


def test_the_bound_is_one_side_of_hoeffdings():
    _, a, b = two()
    wanted = np.mean(a != b) + distance.hoeffding(300, confidence=0.90)  # each side fails with 5 %
    assert ANSWERS.gap_bound(a, b, 0.05) == pytest.approx(wanted)


def test_the_rank_correlation_is_scipys_also_with_ties():
    x, y = rng.integers(5, size=40), rng.normal(size=40)
    assert ANSWERS.spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)


def test_the_paired_test_buys_as_few_labels_as_tinynet_and_is_the_binomial_test():
    labels, a, b = two()
    bought = []
    gap, p = ANSWERS.paired_test(a, b, lambda i: bought.append(i) or labels[i])
    theirs = distance.paired_gap(a, b, labels)
    assert gap == pytest.approx(theirs.value) and len(bought) == theirs.labels
    a_alone, b_alone = np.sum((a != labels) & (b == labels)), np.sum((a == labels) & (b != labels))
    assert p == pytest.approx(stats.binomtest(int(a_alone), int(a_alone + b_alone)).pvalue)


def test_nine_to_three_and_worse_has_fifteen_percent():
    a = np.repeat([1, 0], [9, 3])
    assert ANSWERS.paired_test(a, 1 - a, lambda i: 0) == pytest.approx((0.5, 0.146), abs=5e-4)


def test_four_labels_are_enough_if_all_speak_for_the_same_side():
    n, labels = ANSWERS.labels_needed(0.001, 0.0, 0.0, 1.96)
    assert labels == pytest.approx(1.96**2, rel=0.01) and n > 3800
    assert ANSWERS.labels_needed(0.5, 0.0, 0.0, 1.96) == (4, 2.0)  # fewer, if the gap is huge
    for tosses, p in (4, 0.125), (5, 0.0625), (6, 0.03125):
        assert ANSWERS.paired_test(np.ones(tosses), np.zeros(tosses), lambda i: 0) == (1.0, p)


def test_at_196_standard_errors_the_test_is_a_toss_up():
    shares = 0.03, 0.02, 0.01
    n, _ = ANSWERS.labels_needed(*shares, 1.96)
    larger, _ = ANSWERS.labels_needed(*shares, 1.96 + stats.norm.ppf(0.95))
    assert larger / n == pytest.approx(3.4, abs=0.05)
    power = {}
    for size in n, larger:
        a_alone, b_alone, *_ = rng.multinomial(size, [*shares, 1 - sum(shares)], size=4000).T
        fewer = np.minimum(a_alone, b_alone)
        power[size] = np.mean(2 * stats.binom.cdf(fewer, a_alone + b_alone, 0.5) < 0.05)
    assert power[n] == pytest.approx(0.49, abs=0.03) and power[larger] == pytest.approx(0.95, abs=0.015)


def test_cka_is_tinynets_and_the_colleagues_number_calls_shuffled_sigmoids_alike():
    X = np.tanh(rng.normal(size=(300, 20)))
    Y = X[rng.permutation(300)]
    Z = X @ rng.normal(size=(20, 5))
    assert ANSWERS.linear_cka(X, Z) == pytest.approx(distance.linear_cka(X, Z))
    for shift in 0, 1:
        assert ANSWERS.linear_cka(X + shift, Y + shift) == pytest.approx(distance.linear_cka(X, Y))
    X, Y = (1 + X) / 2, (1 + Y) / 2
    assert np.linalg.norm(X.T @ Y) ** 2 / (np.linalg.norm(X.T @ X) * np.linalg.norm(Y.T @ Y)) > 0.8
    assert ANSWERS.linear_cka(X, Y) < 0.15


def test_the_consensus_is_the_zoos_majority():
    classes = rng.integers(10, size=(12, 200))
    np.testing.assert_array_equal(ANSWERS.consensus(classes), zoo._majority(classes))


@pytest.fixture(scope="module")
def zoos():
    return manifest.load_module(LESSON.path / "zoos.py")


def test_the_committed_figures_are_those_of_the_benchmark(zoos):
    with zoos.RESULTS.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file))[1:] == list(zoos.measured())


def test_the_committed_zoos_are_what_the_lesson_says(zoos):
    found = zoos.committed()
    half = lambda data, estimate, figure="half": found[data, estimate][figure]
    vote, labelled = "consensus of its closer half", "labelled gap, 1000 inputs"
    assert half("fashion", "disagreement, 1000 inputs") == pytest.approx(0.44, abs=0.005)
    assert half("mnist", vote) > half("mnist", "disagreement, 1000 inputs", "half_high")
    assert half("fashion", vote) < half("fashion", "disagreement, 1000 inputs", "half_high")
    assert half("fashion", "consensus of the zoo") == pytest.approx(0.05, abs=0.005)
    assert half("fashion", "consensus of the zoo", "half_high") == pytest.approx(0.24, abs=0.005)
    by_300 = {data: half(data, "labelled gap, 300 inputs") for data in ("mnist", "fashion")}
    assert by_300 == pytest.approx({"mnist": 0.55, "fashion": 0.64}, abs=0.005)
    assert by_300["mnist"] < half("mnist", vote) and by_300["fashion"] > half("fashion", vote)
    for data in "mnist", "fashion":  # but their intervals overlap
        for of, other in (vote, "labelled gap, 300 inputs"), ("labelled gap, 300 inputs", vote):
            assert half(data, of, "half_low") < half(data, other, "half_high")
    for data in "mnist", "fashion":
        assert half(data, labelled) > half(data, vote, "half_high")
        assert half(data, "labelled gap, 100 inputs") < half(data, vote) < half(data, labelled)
