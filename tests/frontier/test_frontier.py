"""The frontier: which points are efficient, what a sweep stores, and that the same seeds give the same numbers."""

import csv
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinynet as tn
from tinynet.frontier.methods import METHODS
from tinynet.frontier.run import run
from tinynet.frontier.settings import Settings
from tinynet.frontier.sweep import plan
from tinynet.frontier.tasks import task_of
from tinynet.layers.table import payload_bytes

SWEEP = sys.modules["tinynet.frontier.sweep"]  # the module: the package's name for it is the function
QUICK = dict(hidden=(16,), epochs=2, rates=(0.1,), jobs=1)
WIDTHS = [64, 256, 10]


def without_clock(rows):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


# ---- efficient points


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=25))
def test_a_point_is_efficient_when_no_other_dominates_it(points):
    def dominated(p):
        return any(q[0] <= p[0] and q[1] <= p[1] and q != p for q in points)

    assert tn.frontier.pareto(points) == {i for i, p in enumerate(points) if not dominated(p)}


def test_points_are_means_over_seeds():
    rows = [
        dict(method="a", stage="trained", factor="1", payload_bytes=10, header_bytes=1, test_error=e, seed=i)
        for i, e in enumerate([0.1, 0.3])
    ]
    [point] = tn.frontier.summarize(rows)
    assert (point.error, point.seeds, point.efficient) == (pytest.approx(0.2), 2, True)
    assert point.spread == pytest.approx(np.std([0.1, 0.3], ddof=1))


# ---- budgets


SHAPES = list(pairwise(WIDTHS))
OFFERS = [(m, f) for m in METHODS for f in (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64) if METHODS[m](f, SHAPES)]


@pytest.mark.parametrize(("method", "factor"), OFFERS)
def test_methods_meet_their_byte_budget(method, factor):
    weights, biases = 64 * 256 + 256 * 10, 266
    budget = 4 * factor * weights + 4 * biases
    net = task_of("digits").build(method, factor, WIDTHS, seed=0)
    size = payload_bytes(tn.freeze(net) if method == "binary-mlp" else net)
    assert size <= budget + 48  # seeds, steps and rounding to whole numbers
    assert size > 0.75 * budget


def test_the_binary_network_is_measured_as_its_frozen_file():
    [row] = tn.frontier.sweep(
        methods=["binary-mlp"], factors=["1/32", "1/8"], seeds=1, epochs=3, hidden=(32,), rates=(0.1,), jobs=1,
        after_training=True,
    )  # fmt: skip
    assert row["payload_bytes"] == 64 * 32 // 8 + 32 * 10 // 8 + 4 * 32 + 32 // 8  # weights, thresholds, directions
    assert row["test_error"] < 0.5


def test_the_dense_rival_is_as_wide_as_the_budget_allows():
    for factor in (1 / 2, 1 / 8, 1 / 64):
        h = task_of("digits").narrowed("dense", factor, WIDTHS)[1]
        budget = 4 * (factor * (64 * 256 + 2560) + 266)
        assert 4 * (65 * h + 10 * (h + 1)) <= budget < 4 * (65 * (h + 1) + 10 * (h + 2))


# ---- sweeps


def test_a_sweep_is_the_same_whatever_runs_it(tmp_path):
    what = dict(methods=["hashed", "binary"], factors=["1/8", "1/32"], seeds=2) | QUICK
    here = without_clock(tn.frontier.sweep(**what))
    assert len(here) == 6
    assert without_clock(tn.frontier.sweep(**what | {"jobs": 2})) == here
    with ThreadPoolExecutor(2) as threads:
        assert without_clock(tn.frontier.sweep(**what, executor=threads)) == here


def test_a_sweep_runs_on_a_dask_cluster():
    distributed = pytest.importorskip("distributed", reason='Dask is missing: pip install -e ".[dask]"')
    what = dict(methods=["hashed"], factors=["1/8"], seeds=2) | QUICK
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        rows = tn.frontier.sweep(**what, executor=client.get_executor())
    assert without_clock(rows) == without_clock(tn.frontier.sweep(**what))


def test_finished_runs_are_not_repeated_and_a_changed_setting_is_a_new_row(tmp_path, monkeypatch):
    what = dict(methods=["hashed"], factors=["1/8"], seeds=2, store=tmp_path / "runs.sqlite") | QUICK
    first = tn.frontier.sweep(**what)

    def forbidden(settings):
        raise AssertionError(f"{settings} was run again")

    with monkeypatch.context() as patch:
        patch.setattr(SWEEP, "run", forbidden)
        assert tn.frontier.sweep(**what) == first
    tn.frontier.sweep(**what | {"epochs": 1})
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        assert connection.execute("SELECT COUNT(*), COUNT(DISTINCT settings) FROM runs").fetchone() == (4, 4)
    connection.close()


def test_a_killed_sweep_keeps_what_it_finished(tmp_path, monkeypatch):
    what = dict(methods=["hashed"], factors=["1/8"], seeds=3, store=tmp_path / "runs.sqlite") | QUICK
    done = []

    def killed_at_the_third(settings):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(settings)
        return run(settings)

    monkeypatch.setattr(SWEEP, "run", killed_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        tn.frontier.sweep(**what)
    monkeypatch.setattr(SWEEP, "run", lambda s: done.append(s) or run(s))
    assert len(tn.frontier.sweep(**what)) == 3 and len(done) == 3


def test_a_failed_run_is_named_after_the_others_are_stored(tmp_path, monkeypatch):
    def fails_for_seed_0(settings):
        if settings.seed == 0:
            raise tn.TrainingError("diverged")
        return run(settings)

    monkeypatch.setattr(SWEEP, "run", fails_for_seed_0)
    what = dict(methods=["hashed"], factors=["1/8"], seeds=2, store=tmp_path / "runs.sqlite") | QUICK
    with pytest.raises(RuntimeError, match=r"1 of 2 runs failed.*method='hashed'.*diverged"):
        tn.frontier.sweep(**what)
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        assert connection.execute("SELECT seed FROM runs").fetchall() == [(1,)]
    connection.close()


def test_a_run_measures_the_file_and_what_it_holds():
    settings = Settings("digits", "quantized", "1/8", hidden=(16,), epochs=3, rates=(0.1,))
    row = run(settings)
    assert row["payload_bytes"] == (64 * 16 + 16 * 10) // 2 + 4 * 2 + 4 * 26
    assert 0 < row["header_bytes"] <= 2048
    assert 0 <= row["test_error"] < 0.3


def test_the_rate_is_chosen_on_the_validation_split():
    base = Settings("digits", "dense", "1", hidden=(16,), epochs=3, rates=(1e-5, 0.1))
    both, slow, fast = (run(replace(base, rates=r)) for r in ((1e-5, 0.1), (1e-5,), (0.1,)))
    assert fast["valid_error"] < slow["valid_error"]
    assert (both["lr"], both["test_error"]) == (0.1, fast["test_error"])


def test_after_training_compresses_one_dense_net_with_and_without_tuning():
    rows = tn.frontier.sweep(methods=["dense", "hashed"], factors=["1", "1/8"], seeds=1, after_training=True, **QUICK)
    stages = {(row["method"], row["stage"]) for row in rows}
    assert stages == {("dense", "trained"), ("hashed", "trained"), ("hashed", "after"), ("hashed", "tuned")}
    sizes = {row["payload_bytes"] for row in rows if row["method"] == "hashed"}
    assert len(sizes) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(methods=["magic"]), "unknown method 'magic'; known are dense"),
        (dict(factors=["0"]), "factor '0'"),
        (dict(factors=["3/2"]), "factor '3/2'"),
        (dict(factors=["half"]), "factor 'half'"),
        (dict(data="nowhere"), "no data set is called 'nowhere'"),
    ],
)
def test_what_cannot_be_swept_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        tn.frontier.sweep(**dict(methods=["hashed"], factors=["1/8"], seeds=1) | QUICK | change)


def test_factors_have_one_spelling():
    spellings = [plan("digits", ["hashed"], [f], 1, False) for f in ("1/8", "0.125", "2/16", 1 / 8)]
    assert all(s == spellings[0] for s in spellings)


def test_a_file_that_is_no_store_is_refused(tmp_path):
    (tmp_path / "runs.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(ValueError, match="is no store of results"):
        tn.frontier.Store(tmp_path / "runs.sqlite")


# ---- the picture, the table, the CSV


@pytest.fixture(scope="module")
def rows():
    return tn.frontier.sweep(methods=["dense", "hashed"], factors=["1", "1/8", "1/64"], seeds=2, **QUICK)


def test_the_picture_shows_every_point_once_and_the_frontier(rows, tmp_path):
    figure = tn.frontier.plot(rows, tmp_path / "frontier.png")
    [axes] = figure.axes
    points = tn.frontier.summarize(rows)
    drawn = list(axes.containers)
    assert sum(len(c[0].get_xdata()) for c in drawn) == len(points)
    assert {c.get_label() for c in drawn} == {"dense", "hashed"}
    frontier = next(line for line in axes.lines if line.get_label() == "efficient frontier")
    assert set(frontier.get_xdata()) == {p.bytes for p in points if p.efficient}
    assert axes.get_xscale() == "log" and "bytes" in axes.get_xlabel() and "%" in axes.get_ylabel()
    assert (tmp_path / "frontier.png").stat().st_size > 10_000


def test_methods_differ_in_colour_and_marker():
    from tinynet.drawing import COLOURS, MARKERS

    assert len(set(COLOURS)) >= len(METHODS) <= len(set(MARKERS))


def test_no_rows_cannot_be_drawn():
    with pytest.raises(ValueError, match="no rows"):
        tn.frontier.plot([])


def test_the_table_and_the_csv_hold_every_point(rows, tmp_path):
    points = tn.frontier.summarize(rows)
    assert tn.frontier.table(rows).row_count == len(points)
    tn.frontier.write_csv(rows, tmp_path / "frontier.csv")
    with open(tmp_path / "frontier.csv", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["method"], float(line["bytes"]), float(line["error"])) for line in lines] == [
        (p.method, p.bytes, p.error) for p in points
    ]


# ---- sequences

STRINGS = dict(data="reber", hidden=(6,), epochs=2, rates=(0.01,), seeds=1, jobs=1)


@pytest.mark.parametrize("method", task_of("reber").methods)
def test_every_method_of_sequences_meets_its_budget_and_is_measured_from_its_file(method):
    factor = {"quantized": "1/16", "quantized+norm": "1/16", "binary": "1/32", "binary+norm": "1/32"}.get(method, "1/4")
    factor = "1/8" if method == "hashed+quantized" else factor
    [row] = tn.frontier.sweep(methods=[method], factors=[factor], **STRINGS | dict(hidden=(24,)))
    weights, biases = 4 * 24 * (7 + 24) + 24 * 7, 4 * 24 + 7
    norms = 9 * 24 if method.endswith("+norm") else 0
    budget = 4 * float(Fraction(factor)) * weights + 4 * (biases + norms)
    assert 0.75 * budget < row["payload_bytes"] <= budget + 64
    assert 0 <= row["test_error"] <= 1


def test_the_error_on_strings_is_the_share_with_an_illegal_step():
    net = tn.RecurrentNet([7, 6, 7], seed=0)
    split = tn.datasets.load("reber", test=20).test
    wrong = 0
    for string, labels in zip(split.inputs, split.labels, strict=True):
        text = "".join("BTPSXVE"[k] for k in string[: (labels >= 0).sum()])
        picks = net(string[None]).numpy()[0].argmax(axis=1)
        wrong += any("BTPSXVE"[picks[t]] not in tn.datasets.reber.legal_next(text[: t + 1]) for t in range(len(text)))
    assert task_of("reber").error(net, split) == wrong / 20


def test_a_set_of_sequences_has_settings_of_its_own_and_axes_that_say_what_is_measured():
    assert all(s.hidden == (20,) and s.epochs == 60 for s in plan("reber", None, ["1/4"], 1, False))
    rows = tn.frontier.sweep(methods=["dense"], factors=["1", "1/4"], **STRINGS)
    assert tn.frontier.plot(rows).axes[0].get_ylabel() == "test strings with an illegal prediction (%)"
    assert task_of("shakespeare").measure == "test loss (nats a character)" and task_of("shakespeare").unit == 1


def test_text_is_swept_by_its_loss(monkeypatch):
    words = np.random.default_rng(0).choice(["the", "cat", "dog", "sat", "on", "a", "mat"], 500)
    tiny = tn.datasets.text.from_text(" ".join(words), "shakespeare")
    monkeypatch.setattr(sys.modules["tinynet.frontier.run"], "_data", lambda name: tiny)
    [row] = tn.frontier.sweep("shakespeare", ["binary+norm"], ["1/32"], 1, jobs=1, epochs=3, hidden=(16,), batch_size=4)
    assert 0 < row["test_error"] < np.log(len(tiny.alphabet)) and row["test_error"] != row["valid_error"]


def test_sequences_can_be_compressed_after_training():
    rows = tn.frontier.sweep(methods=["hashed", "binary+norm"], factors=["1/4"], after_training=True, **STRINGS)
    assert [row["stage"] for row in rows] == ["trained", "after", "tuned"]


# ---- soft targets


def test_with_a_teacher_every_method_is_trained_a_second_time_and_drawn_dashed(tmp_path):
    teacher = tmp_path / "teacher.safetensors"
    tn.save(tn.MLP([64, 32, 10], seed=3), teacher)
    what = dict(methods=["dense", "hashed"], factors=["1", "1/8"], seeds=1, after_training=True) | QUICK
    plain = tn.frontier.sweep(**what)
    rows = tn.frontier.sweep(**what, teacher=teacher, mix=1.0)
    assert without_clock(rows[: len(plain)]) == without_clock(plain)
    taught = [(row["method"], row["stage"], row["factor"]) for row in rows[len(plain) :]]
    assert taught == [
        ("dense+soft", "trained", "1"), ("dense+soft", "trained", "1/8"), ("hashed+soft", "trained", "1/8"),
        ("hashed+soft", "tuned", "1/8"),  # what is compressed after training and left as it is learns from no one
    ]  # fmt: skip
    error = {(row["method"], row["factor"]): row["test_error"] for row in rows if row["stage"] == "trained"}
    assert error["dense+soft", "1"] > error["dense", "1"] + 0.2  # the teacher was not trained, and mix = 1 trusts it
    shown = {c.get_label(): c[0] for c in tn.frontier.plot(rows).axes[0].containers}
    assert shown["hashed"].get_color() == shown["hashed+soft"].get_color() != shown["dense"].get_color()
    assert shown["hashed"].get_linestyle() == "-" and shown["hashed+soft"].get_linestyle() == "--"


def test_rows_are_kept_by_the_content_of_the_teachers_file(tmp_path, monkeypatch):
    what = dict(methods=["hashed"], factors=["1/8"], seeds=1, store=tmp_path / "runs.sqlite") | QUICK
    done = []
    monkeypatch.setattr(SWEEP, "run", lambda s: done.append(s.method) or run(s))
    teacher = tmp_path / "teacher.safetensors"
    tn.frontier.sweep(**what)
    for seed, temperature, new in ((3, 4.0, 1), (3, 4.0, 0), (3, 2.0, 1), (4, 4.0, 1)):
        tn.save(tn.MLP([64, 32, 10], seed=seed), teacher)
        before = len(done)
        rows = tn.frontier.sweep(**what, teacher=teacher, temperature=temperature)
        assert len(rows) == 2 and done[before:] == ["hashed+soft"] * new
    assert rows[1]["teacher"].file == str(teacher) and rows[0]["teacher"] is None


def test_a_teacher_that_cannot_teach_is_named_before_anything_is_trained(tmp_path, monkeypatch):
    monkeypatch.setattr(SWEEP, "run", lambda settings: pytest.fail("something was trained"))
    teacher = tmp_path / "teacher.safetensors"
    tn.save(tn.MLP([64, 3]), teacher)
    what = dict(methods=["hashed"], factors=["1/8"], seeds=1) | QUICK
    with pytest.raises(ValueError, match="the teacher has 3 outputs; digits has 10 classes"):
        tn.frontier.sweep(**what, teacher=teacher)
    with pytest.raises(FileNotFoundError):
        tn.frontier.sweep(**what, teacher=tmp_path / "missing")
    with pytest.raises(ValueError, match="a teacher for adding; soft targets are of classes"):
        tn.frontier.sweep("adding", **what, teacher=teacher)
    with pytest.raises(ValueError, match=r"unknown method 'hashed\+soft'"):
        tn.frontier.sweep(**what | dict(methods=["hashed+soft"]))


def test_strings_are_taught_at_every_step(tmp_path):
    tn.save(tn.RecurrentNet([7, 6, 7]), tmp_path / "teacher.safetensors")
    rows = tn.frontier.sweep(methods=["hashed"], factors=["1/4"], teacher=tmp_path / "teacher.safetensors", **STRINGS)
    assert [row["method"] for row in rows] == ["hashed", "hashed+soft"]


def test_what_is_named_twice_is_run_once():
    runs = plan("digits", ["dense", "hashed", "dense"], ["1/8", 0.125], 1, False)
    assert [(s.method, s.factor) for s in runs] == [("dense", "1/8"), ("hashed", "1/8")]


def test_a_method_that_cannot_meet_a_factor_says_which_it_can():
    with pytest.raises(ValueError, match=r"binary has no recipe for the factor 1; of the usual ones it has \['1/32'\]"):
        task_of("shakespeare").build("binary", 1, [5, 8, 5], 0)


def test_a_perfect_score_has_a_place_on_the_axis():
    row = dict(method="dense", stage="trained", data="reber", header_bytes=9)
    rows = [row | dict(factor=f, payload_bytes=b, test_error=e) for f, b, e in (("1", 99, 0.0), ("1/4", 25, 0.02))]
    axes = tn.frontier.plot(rows).axes[0]
    low, high = axes.get_ylim()
    assert axes.get_yscale() == "symlog" and low < 0 < 2 < high and 0 in axes.get_yticks()
    assert tn.frontier.plot(rows[1:]).axes[0].get_yscale() == "log"
