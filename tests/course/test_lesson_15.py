"""Lesson 15: its model of a block, what its kernels do on the emulation, and the speeds that it shows."""

import json
from pathlib import Path

import numpy as np
import pytest

from tinynet.course import manifest

LESSON = manifest.lesson(15)
SOLUTION = LESSON.solution
measured = manifest.load_module(LESSON.path / "measured.py")
RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "gpu.json"
emulated = pytest.mark.skipif(bool(measured.missing()), reason=f"no emulation: {measured.missing()}")


def test_the_shares_that_the_lesson_asks_for():
    down, across, idle = SOLUTION.cover(1000, 10, 16)
    assert (down, across, idle) == (63, 1, 6128) and idle / (down * across * 256) == pytest.approx(0.38, abs=0.005)
    naive, tiled = SOLUTION.loads(64, 64, 64, 16)
    assert naive == 16 * tiled


@pytest.mark.parametrize("m, k, n", [(4, 4, 4), (6, 12, 10), (1, 1, 1), (9, 5, 13)])
def test_the_model_counts_what_the_formula_says_in_every_order(m, k, n):
    rng = np.random.default_rng(0)
    a, b = rng.integers(-9, 10, (m, k)), rng.integers(-9, 10, (k, n))
    for order in range(10):
        product, count = SOLUTION.tiled(a.item, b.item, m, n, k, order)
        assert (product == a @ b).all() and count == SOLUTION.loads(m, n, k, SOLUTION.TILE)[1]


def test_orders_differ_and_a_seed_gives_the_same_one_again():
    def entered(order):
        came = []
        SOLUTION.launch(lambda block, thread: came.append((block, thread)), (2, 1), (2, 4), order)
        return came

    assert entered(1) == entered(1) != entered(2)
    assert sorted(entered(1)) == [((i, 0), (x, y)) for i in range(2) for x in range(2) for y in range(4)]


def test_a_barrier_that_some_never_reach_is_named():
    def kernel(block, thread):
        if thread[0] < 2:
            yield

    with pytest.raises(RuntimeError, match=r"thread \(0, 0\) waits at a barrier that thread \(2, 0\) never reaches"):
        SOLUTION.launch(kernel, (1, 1), (4, 1), 0)


@pytest.mark.parametrize("place", [(-1, 0), (0, 3), (2, 0), 0, (slice(0, 1), 0)])
def test_memory_refuses_what_is_not_one_number_inside(place):
    memory = SOLUTION.Memory(np.zeros((2, 3)).item, 2, 3)
    with pytest.raises(IndexError):
        memory[place]
    assert memory.loads == 0


def test_the_speeds_are_those_of_the_benchmark():
    if not RESULTS.is_file():
        pytest.skip("the results of the benchmark are only in a clone")
    assert measured.committed("speeds.json") == measured.speeds(json.loads(RESULTS.read_text()))


def test_the_verdicts_are_those_of_the_note():
    speeds = measured.committed("speeds.json")
    large, network = speeds["TOPS"]["8192"], speeds["network, ms"]
    assert round(large["xnor registers"] / large["cuBLAS float32"], 2) == 7.04
    small = speeds["TOPS"]["2048"]
    assert round(small["xnor registers"] / small["cuBLAS float32"], 2) == 5.96
    assert round(large["xnor registers"] / large["cuBLAS bf16"], 2) == 0.47
    assert round(large["xnor wgmma"] / large["cuBLAS bf16"], 2) == 8.42
    assert round(small["xnor wgmma"] / small["cuBLAS bf16"], 2) == 2.03
    assert speeds["XOR and popcount alone"] < 0.75 * large["xnor registers"]  # it counts fewer bits than there are
    assert round(network["float naive"] / network["bits, popcount"], 1) == 23.3
    assert round(network["cuBLAS float32"] / network["bits, popcount"], 1) == 2.7
    assert round(network["cuBLAS float32"] / network["bits, tensor cores"], 1) == 19.3
    assert round(network["bits, popcount"] / network["cuBLAS bf16"], 1) == 3.9
    assert round(network["cuBLAS bf16"] / network["bits, tensor cores"], 2) == 1.85
    assert speeds["network"] == [784, 4096, 4096, 4096, 10]


@pytest.mark.parametrize("threads, steps", [(1, 2), (2, 5), (8, 11), (64, 20)])
def test_a_block_that_adds_by_halves_takes_three_steps_a_round(threads, steps):
    assert SOLUTION.block_sum(np.ones(threads).item, threads, threads, 0) == (threads, steps)


def test_what_was_emulated_says_what_the_text_says():
    found = measured.committed("emulated.json")
    assert (found["float_naive: loads"], found["float_tiled: loads"]) == SOLUTION.loads(64, 64, 64, 16)
    assert all(found[f"{name}: wrong"] == 0 for name in ("float_naive", "float_tiled", "xnor_naive", "xnor_tiled"))
    assert found["exchanged: wrong"] == 0
    assert [found[f"{name}: sectors"] for name in ("float_naive", "exchanged", "xnor_naive")] == [2, 8.5, 9]
    for order in ("forward", "reverse"):  # one tile hides the missing second barrier
        assert found[f"no second barrier, k = 16, {order}"] == 0
        assert found[f"no second barrier, k = 48, {order}"] > 0.9
        assert all(found[f"no first barrier, k = {k}, {order}"] > 0.9 for k in (16, 48))


@emulated
def test_the_emulation_still_counts_the_same_loads():
    found = measured.committed("emulated.json")
    for name in ("float_naive", "float_tiled"):
        wrong, rows = measured.run(name, 64, 64, 64, record=True)
        assert wrong == 0 and 16 * len(measured.from_global(rows)) == found[f"{name}: loads"]
        assert measured.sectors(rows) == (found[f"{name}: reads"], found[f"{name}: sectors"])


@emulated
@pytest.mark.long
def test_the_emulation_still_gives_all_of_it():
    assert measured.emulated() == measured.committed("emulated.json")


def test_without_a_compiler_the_reason_is_said(monkeypatch):
    monkeypatch.setattr(measured, "which", lambda name: None)
    monkeypatch.setattr(measured.sys, "platform", "linux")
    assert "g++ is not on PATH" in measured.missing()
    monkeypatch.setattr(measured.sys, "platform", "darwin")
    assert "needs Linux" in measured.missing()
    monkeypatch.setattr(measured, "find_spec", lambda name: None)
    assert "no package gpu" in measured.missing()
