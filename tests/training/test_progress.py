"""The progress bar: on a terminal, or where it is asked for."""

import sys

import pytest

import tinynet as tn


def test_there_is_no_bar_where_there_is_no_terminal(blobs, capfd):
    tn.fit(tn.MLP([2, 2]), blobs(), epochs=2)

    assert capfd.readouterr() == ("", "")


def test_a_bar_that_is_asked_for_shows_the_latest_figures_on_stderr(blobs, capfd):
    history = tn.fit(tn.MLP([2, 2]), blobs(), blobs(), epochs=3, progress=True)
    out, err = capfd.readouterr()

    assert out == "" and "training" in err and "100%" in err
    assert f"{history.loss[-1]:.4f}" in err.replace("\n", "")


@pytest.mark.parametrize("progress", [None, True])
def test_without_a_console_training_runs_in_silence(progress, blobs, monkeypatch, capfd):
    monkeypatch.setattr(sys, "stderr", None)  # as under pythonw, and in services
    history = tn.fit(tn.MLP([2, 2]), blobs(), epochs=2, progress=progress)
    assert len(history) == 2 and capfd.readouterr() == ("", "")
