"""A sweep that is stopped or killed at any moment leaves no process, loses no finished run, and says one line."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import pytest

from tinynet.frontier.settings import Settings
from tinynet.frontier.store import Store
from tinynet.frontier.workers import cluster, undisturbed

LIMIT = 60  # seconds within which everything must have ended
COMMAND = ["frontier", "--methods", "hashed", "--factors", "1/8", "--seeds", "16", "--epochs", "200", "--hidden", "16",
           "--rates", "0.1", "--jobs", "2", "--out", "here"]  # fmt: skip
RUNS = [Settings("digits", "hashed", "1/8", hidden=(16,), epochs=200, rates=(0.1,), seed=seed) for seed in range(16)]
OTHERS = ("TERM", "HUP")  # signals that end a command as Ctrl-C does: one of the tests below proves it
EXECUTE = ("tinynet.frontier.sweep", "_execute")  # is called when all is planned, and starts the workers
unix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")


def finished(folder):
    """Return how many runs are in the store; it must be a sound one."""
    with closing(Store(folder / "here" / "runs.sqlite")) as store:
        return sum(store.get(settings) is not None for settings in RUNS)


@unix
@pytest.mark.parametrize("trial", [0, pytest.param(1, marks=pytest.mark.long)])
def test_a_killed_sweep_leaves_no_worker(tmp_path, killed, trial):
    after = np.random.default_rng(trial).uniform(0, 4)
    code, _, left = killed(COMMAND, *EXECUTE, tmp_path, signal.SIGKILL, after)
    assert code == -signal.SIGKILL and left == [] and finished(tmp_path) < len(RUNS)


@unix
@pytest.mark.parametrize(
    "group", [False, pytest.param(True, marks=pytest.mark.long)], ids=["alone", "with its workers"]
)
@pytest.mark.parametrize("name", ["SIGINT", *(pytest.param(f"SIG{n}", marks=pytest.mark.long) for n in OTHERS)])
def test_a_stopped_sweep_says_one_line_and_leaves_no_worker(tmp_path, killed, name, group):
    number = getattr(signal, name)
    after = np.random.default_rng([number, group]).uniform(0, 2.5)
    code, said, left = killed(COMMAND, *EXECUTE, tmp_path, number, after, group)
    assert left == [] and code == 128 + number and finished(tmp_path) < len(RUNS)
    assert said == "tinynet: stopped; finished runs are kept, and the same command continues from there\n"


@unix
def test_a_signal_is_put_off_to_the_end_of_what_must_not_be_disturbed():
    done = []
    with pytest.raises(KeyboardInterrupt):
        with undisturbed():
            for number in (signal.SIGINT, signal.SIGINT):
                signal.raise_signal(number)  # to this very thread, so at once
            done.append("undisturbed")
        done.append("interrupted")
    assert done == ["undisturbed"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler


@unix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_command_ends_like_ctrl_c_unless_the_signal_is_ignored(tmp_path, name):
    program = f"""
import os, signal, sys, time
import tinynet.cli, tinynet.storage.save_load as module
signal.signal(signal.{name}, getattr(signal, sys.argv.pop(1)))
def load(path):
    os.kill(os.getpid(), signal.{name})
    raise ValueError("it went on")
module.load = load
tinynet.cli.main()"""

    def ended(before):
        command = [sys.executable, "-c", program, before, "info", "net"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=LIMIT)
        return done.returncode, done.stderr

    assert ended("SIG_DFL") == (128 + getattr(signal, name), "tinynet: stopped\n")
    assert ended("SIG_IGN") == (1, "tinynet: it went on\n")  # as under nohup


def test_a_cluster_without_workers_is_said_again_and_again(capsys):
    distributed = pytest.importorskip("distributed", reason='Dask is missing: pip install -e ".[dask]"')
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as scheduler:
        address = scheduler.scheduler_address
        with cluster(address, first=0.05, then=0.05) as executor:
            future = executor.submit(abs, -3)
            until, said = time.monotonic() + LIMIT, ""
            while said.count("\n") < 2 and time.monotonic() < until:
                time.sleep(0.05)
                said += capsys.readouterr().err
            line = f"tinynet: the Dask cluster at {address} has no workers, so nothing runs; start some: dask worker "
            assert said.splitlines()[:2] == [line + address] * 2
            scheduler.scale(1)
            assert future.result(timeout=LIMIT) == 3
