"""The benchmark: what it keeps of a run that fails or is cut off, what it writes, and all of it on the fake driver."""

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from gpu.bench.measure import Run
from gpu.bench.report import plot, report
from gpu.bench.stages import STAGES

ROOT = Path(__file__).parents[2]


class Clock:
    """A session whose events tell made-up times: the n-th call takes n milliseconds.

    `late` times the device is found to have gone on before all was queued.
    """

    def __init__(self, late=0):
        self.driver, self.calls, self.launched, self.late = self, 0, 0, late
        self.held = []

    def empty(self, shape, dtype):
        return np.empty(shape, dtype)

    def launch(self, *arguments):
        self.launched += 1
        self.held.append(arguments[-1])

    def synchronize(self):
        pass

    def Event(self):
        return Event(self)


class Event:
    def __init__(self, clock):
        self.clock, self.at = clock, 0

    def record(self):
        self.at = self.clock.calls * (self.clock.calls + 1) / 2

    def query(self):
        self.clock.late -= 1
        return self.clock.late >= 0

    def time_since(self, other):
        return self.at - other.at


def test_the_figure_is_the_median_of_single_calls(tmp_path):
    clock = Clock()
    run = Run(clock, tmp_path, quick=False, minutes=1)

    def call():
        clock.calls += 1

    # call 1 compiles; call 2 takes 2 ms, so that 50 ms make 26 calls, to warm up; 200 ms are 100, at most 30
    found = run.milliseconds(call)
    assert found == {"ms": 28 + 15.5, "low": 28 + 7.75, "high": 28 + 23.25, "calls": 30, "queued": True}
    assert clock.launched == 3  # each time something held the device before


@pytest.mark.parametrize(("late", "held", "queued"), [(2, [1], True), (3, [1, 2], True), (9, [1, 2, 4, 8], False)])
def test_the_device_is_held_until_all_is_queued(tmp_path, late, held, queued):
    run = Run(clock := Clock(late), tmp_path, quick=False, minutes=1)
    found = run.milliseconds(lambda: setattr(clock, "calls", clock.calls + 1))
    assert (found["queued"], found["calls"]) == (queued, 30)
    assert clock.held[2:] == [150_000 * times for times in held]  # two came before, to warm up


def test_what_was_measured_before_a_fault_is_on_disk(tmp_path):
    run = Run(Clock(), tmp_path, quick=True, minutes=1)

    def fault(run):
        assert json.loads((tmp_path / "gpu.json").read_text())["first"] == [1, 2]  # already
        raise RuntimeError("an illegal memory access was encountered")

    run.stage("first", lambda run: [1, 2])
    run.stage("second", fault)
    run.stage("third", lambda run: 3)
    found = json.loads((tmp_path / "gpu.json").read_text())
    assert found["second"] == {"error": "RuntimeError: an illegal memory access was encountered"}
    assert (found["first"], found["third"]) == ([1, 2], 3)


def test_what_a_stage_has_until_now_is_on_disk(tmp_path):
    run = Run(Clock(), tmp_path, quick=True, minutes=1)

    def stage(run):
        run.so_far([1])
        assert json.loads((tmp_path / "gpu.json").read_text()) == {"first": [1]}
        return [1, 2]

    run.stage("first", stage)
    assert run.figures["first"] == [1, 2]


def test_nothing_begins_when_the_time_is_up(tmp_path):
    run = Run(Clock(), tmp_path, quick=True, minutes=0)
    run.stage("late", lambda run: pytest.fail("it began"))
    assert json.loads((tmp_path / "gpu.json").read_text()) == {"not measured": ["late"]}


def figures(emulated=False, wrong=0):
    """Return figures as a run makes them: 8192 cubed, made up."""
    ms = {"xnor mma": 0.5, "xnor registers": 4.0, "float naive": 200.0, "cuBLAS float32": 22.0, "cuBLAS bf16": 1.5}
    cubes = [
        {"side": side, "m": n, "n": n, "k": n, "ms": t * (n / 8192) ** 3, "TOPS": 2 * 8192**3 / t / 1e9, "wrong": wrong}
        for n in (8192, 4096)
        for side, t in ms.items()
    ]
    networks = [
        {"side": side, "batch": 1000, "ms": t} for side, t in (("bits, tensor cores", 1.0), ("float naive", 12.0))
    ]
    return {
        "environment": {"device": "A Device", "emulated": emulated, "nvcc": "release 13.0\nBuild"},
        "cubes": [*cubes, {"side": "cuBLAS int8", "m": 8192, "n": 8192, "k": 8192, "not measured": "no PyTorch"}],
        "networks": {"widths": [784, 10], "kernel": "mma", "scores as on the CPU": {"bits": True}, "rows": networks},
        "ceilings": {"copy": {"GB/s": 4000.0}, "ceiling_mma_and": {"TOPS": 4000.0}},
        "packing": {"error": "RuntimeError: launch failed"},
    }


def with_wgmma():
    """Return figures of a device that has it: twice as fast, and its ceiling twice as high and a half."""
    found = figures()
    found["cubes"] += [
        row | {"side": "xnor wgmma", "ms": row["ms"] / 2, "TOPS": 2 * row["TOPS"]}
        for row in found["cubes"]
        if row["side"] == "xnor mma"
    ]
    found["ceilings"]["ceiling_wgmma"] = {"TOPS": 10_000.0}
    found["networks"]["kernel"] = "wgmma"
    return found


def write(folder, found):
    (folder / "gpu.json").write_text(json.dumps(found))
    return report(folder)


def test_report(tmp_path):
    text, failed = write(tmp_path, figures())
    assert failed  # a stage broke off
    assert (tmp_path / "gpu.md").read_text() == text + "\n"
    assert (tmp_path / "gpu.png").read_bytes().startswith(b"\x89PNG")
    for line in (
        "| xnor by popcount, times cuBLAS float32, 8192^3 | 3.4 | 5.5 |",
        "| xnor by popcount, times float naive, 8192^3 | 23 | 50 |",
        "| xnor mma, times cuBLAS bf16, 8192^3 | 2 | 3 |",
        "| xnor mma, times cuBLAS float32, 8192^3 | 40 | 44 |",
        "| xnor mma, times instruction ceiling, 8192^3 | 0.5 | 0.55 |",
        "| whole network of bits, times float naive, batch 1000 | 7 | 12 |",
        "| copying, bytes read and written, GB/s | 4,000 |",
        "| xnor mma | 2,199 (0.5 ms) | 2,199 (0.0625 ms) |",
        "| cuBLAS int8 | - | - |",
        "Stage packing broke off: RuntimeError: launch failed",
        "    release 13.0",
    ):
        assert line in text.splitlines()
    assert "EMULATED" not in text


def test_report_of_the_best_tensor_cores(tmp_path):
    text, _ = write(tmp_path, with_wgmma())
    for line in (
        "| xnor wgmma, times cuBLAS bf16, 8192^3 | 2 | 6 |",
        "| xnor wgmma, times cuBLAS float32, 8192^3 | 40 | 88 |",
        "| xnor wgmma, times instruction ceiling, 8192^3 | 0.5 | 0.44 |",
        "| xnor mma, times instruction ceiling, 8192^3 | 0.5 | 0.55 |",
        "| wgmma b1, AND, TOPS | 10,000 |",
    ):
        assert line in text.splitlines()
    assert "Tensor cores: xnor_wgmma." in text


def test_what_a_device_lacks_is_a_dash(tmp_path):
    found = figures()
    found["ceilings"]["ceiling_wgmma"] = {"not measured": "it takes compute capability 9.0 and no other"}
    found["cubes"] += [{"side": "xnor wgmma", "m": 8192, "n": 8192, "k": 8192, "not measured": "ValueError: gpu: .."}]
    text, _ = write(tmp_path, found)
    assert "| wgmma b1, AND, TOPS | - |" in text.splitlines()
    assert "| xnor wgmma | - | - |" in text.splitlines()
    assert "| xnor mma, times cuBLAS bf16, 8192^3 | 2 | 3 |" in text.splitlines()


def test_every_side_of_the_plot_looks_different():
    pytest.importorskip("matplotlib")
    rows = [{"side": f"side {i}", "k": k, "TOPS": i + 1.0} for i in range(18) for k in (1024, 2048)]
    figure = plot(rows, "title")
    figure.draw_without_rendering()
    (axes,), (legend,) = figure.axes, figure.legends
    assert len({(line.get_color(), line.get_marker()) for line in axes.lines}) == 18
    assert len({line.get_color() for line in axes.lines}) == 18
    assert legend.get_window_extent().x0 > axes.get_window_extent().x1  # beside the curves, not on them


def test_report_of_wrong_results(tmp_path):
    found = figures(wrong=3)
    del found["packing"]
    text, failed = write(tmp_path, found)
    assert failed
    assert "wrong: 30." in text


def test_report_of_a_run_without_faults(tmp_path):
    found = figures()
    del found["packing"], found["cubes"]
    assert not write(tmp_path, found)[1]


def test_emulated_figures_say_so(tmp_path):
    text, _ = write(tmp_path, figures(emulated=True))
    assert "**EMULATED on a CPU" in text
    assert "| goal, at least | emulated |" in text


@pytest.mark.parametrize("missing", ["environment", "cubes", "networks", "ceilings"])
def test_report_of_a_run_that_was_cut_off(tmp_path, missing):
    found = figures()
    del found[missing]
    text, _ = write(tmp_path, found)
    assert "## Goals" in text
    assert (missing == "environment") == ("EMULATED" in text)  # nothing counts as measured unless a device was named


def test_no_emulated_figure_is_committed():
    for path in (ROOT / "benchmarks" / "results").glob("gpu*"):
        assert b"EMULATED" not in path.read_bytes()
        assert b'"emulated": true' not in path.read_bytes()


def test_without_a_gpu_it_says_why(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.modules['pycuda'] = None; sys.argv[1:] = ['--out', sys.argv[1]]\n"
         "from gpu.bench.__main__ import main; sys.exit(main())", str(tmp_path)],
        capture_output=True, text=True, cwd=ROOT,
        timeout=600,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("gpu.bench: ")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(find_spec("pycuda") is None, reason="PyCUDA is missing (an extra: gpu)")
@pytest.mark.skipif(shutil.which("g++") is None or shutil.which("nm") is None, reason="g++ or nm is missing")
def test_all_stages_on_the_fake_driver(tmp_path):
    command = [sys.executable, "-m", "gpu.bench", "--quick", "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "gpu.emulation.fake", *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "gpu.json").read_text())
    assert found["environment"]["emulated"]
    assert set(STAGES) <= set(found)
    assert not [name for name, stage in found.items() if isinstance(stage, dict) and "error" in stage]
    assert {row["wrong"] for row in found["correctness"]} == {0}
    assert set(found["networks"]["scores as on the CPU"].values()) == {True}
    ours = [row for row in found["cubes"] if not row["side"].startswith("cuBLAS")]
    assert all(row["ms"] > 0 for row in ours)
    assert "EMULATED" in (tmp_path / "gpu.md").read_text()
    assert (tmp_path / "gpu.png").exists()
