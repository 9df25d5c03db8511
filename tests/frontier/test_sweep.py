"""Sweeps: what is run, what is stored, and that the same seeds give the same numbers."""

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import tinynet as tn
from tinynet.frontier.methods import MEMBERS, METHODS
from tinynet.frontier.run import run
from tinynet.frontier.settings import Settings
from tinynet.frontier.sweep import plan
from tinynet.frontier.tasks import task_of

SWEEP = sys.modules["tinynet.frontier.sweep"]  # the module: the package's name for it is the function


def without_clock(rows):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


def test_factors_have_one_spelling():
    spellings = [plan("digits", ["hashed"], [f], 1, False) for f in ("1/8", "0.125", "2/16", 1 / 8)]
    assert all(s == spellings[0] for s in spellings)


def test_what_is_named_twice_is_run_once():
    runs = plan("digits", ["dense", "hashed", "dense"], ["1/8", 0.125], 1, False)
    assert [(s.method, s.factor) for s in runs] == [("dense", "1/8"), ("hashed", "1/8")]


def test_all_means_the_methods_of_the_data_and_the_rest_of_the_family():
    swept = {s.method for s in plan("digits", ["hashed", "all"], ["1/32", "1/8"], 1, False)}
    assert swept == {*METHODS, *MEMBERS}
    assert "binary-mlp" not in {s.method for s in plan("reber", ["all"], ["1/32"], 1, False)}
    assert {s.method for s in plan("digits", None, ["1/32", "1/8"], 1, False)} == {*METHODS}


def test_a_rate_at_which_scores_become_nan_is_left_out(monkeypatch):
    task = type(task_of("digits"))
    fit = task.fit

    def diverging(self, net, data, settings, lr, **soft):
        if lr > 1:
            net.parameters()[0]._data[...] = np.nan
            tn.evaluate(net, data.valid, name="valid")
        return fit(self, net, data, settings, lr, **soft)

    monkeypatch.setattr(task, "fit", diverging)
    row = run(Settings("digits", "dense", "1/8", hidden=(16,), epochs=1, rates=(9, 0.1)))
    assert row["lr"] == 0.1
    with pytest.raises(tn.TrainingError, match="diverged at every rate; valid: the scores of row 0 are NaN"):
        run(Settings("digits", "dense", "1/8", hidden=(16,), epochs=1, rates=(9,)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(methods=["magic"]), "unknown method 'magic'; known are dense"),
        (dict(factors=["0"]), "factor '0'"),
        (dict(factors=["3/2"]), "factor '3/2'"),
        (dict(factors=["half"]), "factor 'half'"),
        (dict(factors=["1/0"]), "factor '1/0'"),
        (dict(factors=[np.inf]), "factor inf"),
        (dict(data="nowhere"), "no data set is called 'nowhere'"),
    ],
)
def test_what_cannot_be_swept_is_named(change, message, quick):
    with pytest.raises(ValueError, match=message):
        tn.frontier.sweep(**dict(methods=["hashed"], factors=["1/8"], seeds=1) | quick | change)


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


def test_text_is_swept_by_its_loss(monkeypatch):
    words = np.random.default_rng(0).choice(["the", "cat", "dog", "sat", "on", "a", "mat"], 500)
    tiny = tn.datasets.text.from_text(" ".join(words), "shakespeare")
    monkeypatch.setattr(sys.modules["tinynet.frontier.run"], "data_of", lambda settings: tiny)
    [row] = tn.frontier.sweep("shakespeare", ["binary+norm"], ["1/32"], 1, jobs=1, epochs=3, hidden=(16,), batch_size=4)
    assert 0 < row["test_error"] < np.log(len(tiny.alphabet)) and row["test_error"] != row["valid_error"]


def test_a_sweep_is_the_same_whatever_runs_it(tmp_path, quick):
    what = dict(methods=["hashed", "binary"], factors=["1/8", "1/32"], seeds=2) | quick
    here = without_clock(tn.frontier.sweep(**what))
    assert len(here) == 6
    assert without_clock(tn.frontier.sweep(**what | {"jobs": 2})) == here
    with ThreadPoolExecutor(2) as threads:
        assert without_clock(tn.frontier.sweep(**what, executor=threads)) == here


def test_a_sweep_runs_on_a_dask_cluster(quick):
    distributed = pytest.importorskip("distributed", reason='Dask is missing: pip install -e ".[dask]"')
    what = dict(methods=["hashed"], factors=["1/8"], seeds=2) | quick
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        rows = tn.frontier.sweep(**what, executor=client.get_executor())
    assert without_clock(rows) == without_clock(tn.frontier.sweep(**what))


def test_finished_runs_are_not_repeated_and_a_changed_setting_is_a_new_row(tmp_path, monkeypatch, quick):
    what = dict(methods=["hashed"], factors=["1/8"], seeds=2, store=tmp_path / "runs.sqlite") | quick
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


def test_a_killed_sweep_keeps_what_it_finished(tmp_path, monkeypatch, quick):
    what = dict(methods=["hashed"], factors=["1/8"], seeds=3, store=tmp_path / "runs.sqlite") | quick
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


def test_a_failed_run_is_named_after_the_others_are_stored(tmp_path, monkeypatch, quick):
    def fails_for_seed_0(settings):
        if settings.seed == 0:
            raise tn.TrainingError("diverged")
        return run(settings)

    monkeypatch.setattr(SWEEP, "run", fails_for_seed_0)
    what = dict(methods=["hashed"], factors=["1/8"], seeds=2, store=tmp_path / "runs.sqlite") | quick
    with pytest.raises(RuntimeError, match=r"1 of 2 runs failed.*method='hashed'.*diverged"):
        tn.frontier.sweep(**what)
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        assert connection.execute("SELECT seed FROM runs").fetchall() == [(1,)]
    connection.close()


def test_without_a_console_there_is_no_bar(monkeypatch, quick):
    monkeypatch.setattr(sys, "stderr", None)
    assert len(tn.frontier.sweep(methods=["hashed"], factors=["1/8"], seeds=1, **quick)) == 1


def test_a_file_that_is_no_store_is_refused(tmp_path):
    (tmp_path / "runs.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(ValueError, match="is no store of results"):
        tn.frontier.Store(tmp_path / "runs.sqlite")


def test_after_training_compresses_one_dense_net_with_and_without_tuning(quick):
    rows = tn.frontier.sweep(methods=["dense", "hashed"], factors=["1", "1/8"], seeds=1, after_training=True, **quick)
    stages = {(row["method"], row["stage"]) for row in rows}
    assert stages == {("dense", "trained"), ("hashed", "trained"), ("hashed", "after"), ("hashed", "tuned")}
    sizes = {row["payload_bytes"] for row in rows if row["method"] == "hashed"}
    assert len(sizes) == 1


def test_sequences_can_be_compressed_after_training(strings):
    rows = tn.frontier.sweep(methods=["hashed", "binary+norm"], factors=["1/4"], after_training=True, **strings)
    assert [row["stage"] for row in rows] == ["trained", "after", "tuned"]


# ---- soft targets


def test_with_a_teacher_every_method_is_trained_a_second_time_and_drawn_dashed(tmp_path, quick):
    teacher = tmp_path / "teacher.safetensors"
    tn.save(tn.MLP([64, 32, 10], seed=3), teacher)
    what = dict(methods=["dense", "hashed"], factors=["1", "1/8"], seeds=1, after_training=True) | quick
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


def test_rows_are_kept_by_the_content_of_the_teachers_file(tmp_path, monkeypatch, quick):
    what = dict(methods=["hashed"], factors=["1/8"], seeds=1, store=tmp_path / "runs.sqlite") | quick
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


def test_a_teacher_that_cannot_teach_is_named_before_anything_is_trained(tmp_path, monkeypatch, quick):
    monkeypatch.setattr(SWEEP, "run", lambda settings: pytest.fail("something was trained"))
    teacher = tmp_path / "teacher.safetensors"
    tn.save(tn.MLP([64, 3]), teacher)
    what = dict(methods=["hashed"], factors=["1/8"], seeds=1) | quick
    with pytest.raises(ValueError, match="the teacher has 3 outputs; digits has 10 classes"):
        tn.frontier.sweep(**what, teacher=teacher)
    with pytest.raises(FileNotFoundError):
        tn.frontier.sweep(**what, teacher=tmp_path / "missing")
    tn.save(tn.MLP([64, 10]), teacher)
    for wrong in (dict(temperature=0), dict(temperature=1e-310), dict(temperature=np.nan), dict(mix=2)):
        with pytest.raises(ValueError, match="sweep: temperature="):
            tn.frontier.sweep(**what, **wrong, teacher=teacher)
    with pytest.raises(ValueError, match="a teacher for adding; soft targets need class labels"):
        tn.frontier.sweep("adding", **what, teacher=teacher)
    with pytest.raises(ValueError, match=r"unknown method 'hashed\+soft'"):
        tn.frontier.sweep(**what | dict(methods=["hashed+soft"]))


def test_strings_are_taught_at_every_step(tmp_path, strings):
    tn.save(tn.RecurrentNet([7, 6, 7]), tmp_path / "teacher.safetensors")
    rows = tn.frontier.sweep(methods=["hashed"], factors=["1/4"], teacher=tmp_path / "teacher.safetensors", **strings)
    assert [row["method"] for row in rows] == ["hashed", "hashed+soft"]
