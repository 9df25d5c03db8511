"""Sweeps over data of one's own: in this process, in others, from the command line; told apart by their content."""

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

import tinynet as tn
from tinynet import frontier
from tinynet.datasets import from_arrays
from tinynet.frontier.sweep import plan

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 6)) * [1, 10, 100, 1, 1, 1]
KINDS = np.where(X[:, 0] + X[:, 3] > 0, "cat", "dog")
PETS = from_arrays(X, KINDS, name="pets")
QUICK = dict(methods=["dense", "hashed"], factors=["1", "1/2"], seeds=1, epochs=40, hidden=(8,), rates=(0.1,))


def figures(rows):
    return [(row["method"], row["factor"], row["payload_bytes"], row["test_error"]) for row in rows]


def test_own_data_are_swept_like_any_other_and_alike_wherever_the_runs_go():
    here = frontier.sweep(PETS, jobs=1, **QUICK)
    assert len(here) == 3 and all(row["data"] == "pets" and row["test_error"] < 0.3 for row in here)
    assert figures(frontier.sweep(PETS, jobs=2, **QUICK)) == figures(here)
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:  # a process that knows nothing of this one
        assert figures(frontier.sweep(PETS, executor=executor, **QUICK)) == figures(here)


def test_a_registered_name_reaches_every_worker(monkeypatch):
    monkeypatch.setattr(tn.datasets, "LOADERS", dict(tn.datasets.LOADERS))
    tn.datasets.register("my pets", lambda: PETS)
    assert figures(frontier.sweep("my pets", jobs=2, **QUICK)) == figures(frontier.sweep(PETS, jobs=1, **QUICK))


def test_rows_are_found_again_by_the_content_and_not_by_the_name(tmp_path):
    store = tmp_path / "runs.sqlite"
    frontier.sweep(PETS, store=store, jobs=1, **QUICK)
    other = from_arrays(-X, KINDS, name="pets")

    def no_run(*arguments):
        raise AssertionError("it was run again")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["tinynet.frontier.sweep"], "run", no_run)
        assert len(frontier.sweep(from_arrays(X, KINDS, name="pets"), store=store, jobs=1, **QUICK)) == 3
        with pytest.raises(RuntimeError, match="it was run again"):
            frontier.sweep(other, store=store, jobs=1, **QUICK)


def test_regression_is_drawn_in_shares_of_the_variance(tmp_path):
    data = from_arrays(X, X[:, 0] * 3 + 5, regression=True, name="heights")
    rows = frontier.sweep(data, methods=["dense"], factors=["1", "1/2"], seeds=2, epochs=15, hidden=(16,), jobs=1)
    assert all(0 < row["test_error"] < 0.3 for row in rows)  # the mean alone has about 1
    [axes, *_] = frontier.plot(rows, tmp_path / "f.png").axes
    assert axes.get_ylabel() == "test error (share of the variance)"
    assert max(line.get_ydata().max() for line in axes.lines) < 0.3  # no percent
    assert "binary-mlp" not in {s.method for s in plan(data, None, ["1/32"], 1, False)}


def test_a_registered_name_of_a_regression_is_compressed_in_shares_of_the_variance(monkeypatch):
    monkeypatch.setattr(tn.datasets, "LOADERS", dict(tn.datasets.LOADERS))
    data = from_arrays(X, X[:, 0] * 3 + 5, regression=True, name="heights")
    tn.datasets.register("my heights", lambda: data)
    rows = [copy.row for copy in frontier.of_network(tn.MLP([6, 4, 1]), "my heights", ["hashed"], ["1/2"])]
    assert rows == [copy.row for copy in frontier.of_network(tn.MLP([6, 4, 1]), data, ["hashed"], ["1/2"])]
    assert frontier.plot(rows).axes[0].get_ylabel() == "test error (share of the variance)"


def test_sequences_of_ones_own_are_refused():
    with pytest.raises(
        ValueError, match=r"^sweep: SequenceDataset digits_rows.*of your own data, only rows can be swept"
    ):
        frontier.sweep(tn.datasets.load("digits_rows"), jobs=1)
    with pytest.raises(ValueError, match=r"^of_network: SequenceDataset digits_rows.*only rows can be swept"):
        frontier.of_network(tn.MLP([8, 10]), tn.datasets.load("digits_rows"))
