"""Lesson 18: the exercises are tinynet's files and measures, and the committed results are what the lesson says."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.datasets import reber

LESSON = manifest.lesson(18)
ANSWERS = LESSON.solution


@pytest.fixture(scope="module")
def gates():
    return manifest.load_module(LESSON.path / "gates.py")


@pytest.mark.parametrize("bits", [1, 2, 3, 8])
@pytest.mark.parametrize("widths", [[7, 20, 7], [3, 5, 2], [5, 3, 9]])
def test_an_lstm_of_few_bits_takes_the_bytes_of_its_file(bits, widths, tmp_path):
    net = tn.RecurrentNet(widths, weight=tn.Quantized(bits=bits))
    assert tn.save(net, tmp_path / "net.safetensors").payload == ANSWERS.lstm_bytes(*widths, bits)


@pytest.mark.parametrize("size", [648, 959, 9548])
def test_the_widest_lstm_fits_and_the_next_does_not(size, tmp_path):
    payload = lambda h: tn.save(tn.RecurrentNet([7, h, 7]), tmp_path / "net.safetensors").payload
    h = ANSWERS.widest_lstm(7, 7, size)
    assert payload(h) <= size < payload(h + 1)


def test_wrong_strings_are_those_of_the_data_set():
    inputs, rng = tn.datasets.load("reber").test.inputs, np.random.default_rng(0)
    legal = reber.legal_targets(inputs)
    scores = legal * 1.0 + 0.7 * rng.random(legal.shape) + (rng.random(legal.shape) < 0.01)
    share = reber.errors(scores, inputs)[0].mean()
    assert 0.1 < share < 0.9
    assert ANSWERS.wrong_strings(scores, legal) == pytest.approx(share)


def test_the_ranks_are_those_of_low_rank_recipes():
    r, s = ANSWERS.gate_ranks(64, 64, 2560)
    numbers = lambda recipe, shape: sum(p.numpy().size for p in recipe.build(shape, 0).parameters())
    assert numbers(tn.LowRank(rank=r), (64, 256)) == 4 * numbers(tn.LowRank(rank=s), (64, 64)) == 2560


def test_the_committed_results_are_what_the_lesson_says(gates, tmp_path):
    found, sizes = {}, {}
    for row in gates.committed():
        found.setdefault((row["data"], row["method"], row["factor"]), []).append(row["error"])
        sizes[row["data"], row["method"], row["factor"]] = row["bytes"]
    assert {len(errors) for errors in found.values()} == {8}
    for (data, method, factor), size in sizes.items():
        assert tn.save(gates.build(data, method, factor, 0), tmp_path / "net.safetensors").payload == size
    mean = {key: np.mean(errors) for key, errors in found.items()}
    stuck = found["reber", "quantized", "1/16"]
    assert mean["reber", "quantized", "1/16"] > mean["reber", "quantized", "1/32"]
    assert sum(error > 0.01 for error in stuck) == 1 and max(stuck) > 0.4  # one start of eight
    dense, one_bit = mean["text", "dense", "1"], mean["text", "quantized", "1/32"]
    assert one_bit - dense == pytest.approx(0.1, abs=0.02)
    assert mean["text", "dense", "1/4"] > one_bit and sizes["text", "dense", "1/4"] // 1000 == 36
    assert sizes["text", "quantized", "1/32"] == 5944
