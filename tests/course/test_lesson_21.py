"""Lesson 21: its program is tinynet's shrink, its harm is the measured one, and committed results are as it says."""

import numpy as np
import pytest
from scipy import stats

import tinynet as tn
from tinynet.course import manifest

LESSON = manifest.lesson(21)
ANSWERS = LESSON.solution
RIVALS = manifest.load_module(LESSON.path / "rivals.py")
rng = np.random.default_rng(0)


def a_network(m=5, n=12, k=3, examples=200):
    """Return a network whose units depend on each other, its numbers, and inputs."""
    net = tn.MLP([m, n, k], seed=3)
    W, b, V, e = RIVALS.numbers(net)
    numbers = W, b + rng.normal(size=n) / 4, V * rng.uniform(0.3, 2, (n, 1)), e + 0.1
    return RIVALS.network(*numbers), RIVALS.numbers(RIVALS.network(*numbers)), rng.normal(size=(examples, m))


def test_the_exercise_shrinks_as_tinynet_does_and_as_the_experiments_do():
    net, numbers, X = a_network()
    scores = RIVALS.network(*ANSWERS.shrink(*numbers, X, 5))(X).numpy()
    theirs = tn.reading.dependence.shrink(net, X, [5])[5](X).numpy()
    np.testing.assert_allclose(scores, theirs, atol=1e-4)
    np.testing.assert_allclose(scores, RIVALS.shrunk(net, X, 5, "harm", True)(X).numpy(), atol=1e-4)


def test_the_harm_is_the_change_of_the_scores_that_folding_brings():
    _, (W, b, V, e), X = a_network()
    A = np.tanh(X @ W + b)
    for j, harm in enumerate(ANSWERS.harms(A, V)):
        W2, b2, V2, e2 = ANSWERS.fold(W, b, V, e, j, *ANSWERS.explain(A, j))
        change = A @ V + e - np.tanh(X @ W2 + b2) @ V2 - e2
        assert (change**2).sum(axis=1).mean() == pytest.approx(harm)


@pytest.mark.parametrize("width", RIVALS.WIDTHS)
def test_a_sceptic_has_as_many_tries_as_cost_the_same(width):
    for data, m in ("digits", 64), ("mnist", 196):
        first, second = RIVALS.EPOCHS[data]
        path = ANSWERS.multiplications([(64, first), (width, second)], 800, m, 10)
        assert RIVALS.starts(data, width) == path // ANSWERS.multiplications([(width, first + second)], 800, m, 10)


def errors(data, kind, width):
    rows = [row for row in RIVALS.committed() if (row["data"], row["kind"], row["width"]) == (data, kind, width)]
    assert [row["seed"] for row in rows] == list(range(len(rows)))
    return np.array([[row["valid"], row["test"]] for row in rows]).T


def excess(data, width, kept, kind="harm"):
    """Return by how much what each of eight sceptics has exceeds the shrunk network, in units of the standard error."""
    n, (valid, test) = RIVALS.starts(data, width), errors(data, "steps", width)
    assert len(test) == 8 * n
    ours = errors(data, kind, width)[1]
    theirs = np.array([kept(valid[i : i + n], test[i : i + n]) for i in range(0, 8 * n, n)])
    gain = theirs - ours
    return gain.mean() / (gain.std(ddof=1) / 8**0.5)


def test_the_committed_networks_are_what_the_lesson_says():
    best = lambda valid, test: ANSWERS.best_of(valid + 1e-9 * np.arange(len(valid)), test, len(test))
    one = lambda valid, test: test.mean()
    assert all(excess("digits", width, one) > 2 for width in (3, 4, 6))
    assert all(excess("digits", width, best) > 2 for width in (3, 4))
    assert all(abs(excess("digits", width, best)) < 2 for width in (6, 8, 16))
    for data in "mnist", "fashion":
        assert all(excess(data, width, best) < -2 for width in (3, 4, 6))
        assert abs(excess(data, 4, best, "more")) < 2  # which cost two thirds of a start more
        assert abs(excess(data, 4, one)) < 2
    leads = {(data, width): excess(data, width, best) for data in RIVALS.EPOCHS for width in RIVALS.WIDTHS}
    clear = sorted(abs(lead) for lead in leads.values() if abs(lead) > 2)
    assert len(leads) == 15 and len(clear) == 9 and sum(lead < 2.5 for lead in clear) == 4
    assert leads["mnist", 16] > 2  # and one or so is clear by chance:
    assert 15 * 2 * stats.t.sf(2, 7) == pytest.approx(1.3, abs=0.05)
    for data in RIVALS.EPOCHS:
        starts = errors(data, "steps", 4)[1].reshape(8, -1).var(axis=1, ddof=1).mean() ** 0.5
        shrunk, long = (errors(data, kind, 4)[1].std(ddof=1) for kind in ("harm", "long"))
        assert (starts > max(shrunk, long)) == (data != "fashion")
        assert long < shrunk


def test_a_shrunk_network_of_four_units_costs_exactly_eleven_starts():
    trained = lambda data, kind: {r["epochs"] for r in RIVALS.committed() if (r["data"], r["kind"]) == (data, kind)}
    for data, (first, second) in RIVALS.EPOCHS.items():
        assert trained(data, "harm") == {second} and trained(data, "steps") == {first + second}
        for m in 64, 196:
            ours, start = (ANSWERS.multiplications(path, 800, m, 10) for path in (
                [(64, first), (4, second)], [(4, first + second)],
            ))  # fmt: skip
            assert ours == 11 * start
