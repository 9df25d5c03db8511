"""The papers' tables: what a sitting that ends too early leaves, and that the next one goes on from there."""

import time

import pytest

from benchmarks import resumable
from benchmarks.reproduce.__main__ import EXPERIMENTS, quick, reproduce
from benchmarks.reproduce.experiment import Row, Run


def rows_of(experiment):
    return [vars(row) | {"seconds": 0} for row in sorted(experiment.rows.rows.values(), key=lambda row: str(row))]


def test_an_experiment_goes_on_where_it_was_stopped(tmp_path):
    whole, parts = (quick(EXPERIMENTS["batch_norm"], tmp_path / name) for name in ("whole", "parts"))
    reproduce(whole, hours=1)
    reproduce(parts, hours=0)
    assert not parts.rows.rows and "6 are left" in parts.write()
    run = next(parts.phases())[0]
    parts.rows.add(parts.train(run))
    parts.rows.write()
    again = quick(EXPERIMENTS["batch_norm"], tmp_path / "parts")  # as on another machine: only the CSV is there
    assert run in again.rows.rows
    final = again.in_full("plain", 0)
    assert again.train(final, end=time.monotonic()) is None  # after its first epoch of two
    assert again.file(final).with_suffix(".checkpoint").exists()
    reproduce(again, hours=1)
    assert rows_of(again) == rows_of(whole)
    assert (tmp_path / "parts" / "batch_norm.md").exists() and (tmp_path / "parts" / "batch_norm.png").exists()


def test_only_full_runs_see_the_test_data_and_every_case_is_tuned_alike(tmp_path):
    experiment = quick(EXPERIMENTS["soft_targets"], tmp_path)
    done, left, _ = experiment.left()
    assert (done, left) == (0, 3 * (1 + 2))
    reproduce(experiment, hours=1)
    rows = experiment.rows.rows.values()
    assert all((row.test_error is not None) == (row.epochs == experiment.full) for row in rows)
    assert experiment.left()[:2] == (9, 0)
    assert {case: len(found) for case, found in experiment.results().items()} == dict.fromkeys(
        ("teacher", "student alone", "student taught"), 2
    )


def test_a_rate_at_which_training_diverges_is_a_row_and_is_not_chosen(tmp_path):
    experiment = quick(EXPERIMENTS["batch_norm"], tmp_path)
    for run in (Run("plain", 1e30, 0.0, 1, 0), Run("plain", 0.1, 0.0, 1, 0)):
        experiment.rows.add(experiment.train(run))
    assert experiment.chosen("plain").lr == 0.1


def test_rows_come_back_as_they_were_written(tmp_path):
    rows = resumable.Rows(tmp_path / "rows.csv", Row, Run)
    rows.add(Row("a b", 0.1, 0.0, 5, 1, 123, 0.25, None, 1.5, "3.00 2.50"))
    rows.add(Row("a b", 0.1, 0.0, 5, 2, 123, 0.25, 0.125, 1.5, ""))
    rows.write()
    assert resumable.Rows(tmp_path / "rows.csv", Row, Run).rows == rows.rows


def test_once_the_time_is_up_no_run_begins():
    assert list(resumable.outcomes([1, 2], lambda run, end: run, time.monotonic() - 1, None)) == []
    assert list(
        resumable.outcomes([1, 2], lambda run, end: run if run == 2 else None, time.monotonic() + 60, None)
    ) == [(2, 2)]


@pytest.mark.long
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_runs_whole_in_small(tmp_path, name):
    experiment = quick(EXPERIMENTS[name], tmp_path)
    reproduce(experiment, hours=1)
    assert experiment.left()[1] == 0
