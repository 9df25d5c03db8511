"""Lesson 8: the exercises find what tinynet's files and frontier say."""

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.course import manifest
from tinynet.storage.file_size import file_size

lesson = manifest.lesson(8)
WIDTHS = [64, 256, 10]


def test_the_longer_result_is_the_one_in_the_documentation_without_a_rival_that_comes_in_lesson_22():
    def rows(path):
        with open(path, newline="") as file:
            found = [{name: cell for name, cell in row.items() if name != "efficient"} for row in csv.DictReader(file)]
        return [row for row in found if row["method"] != "narrow+quantized"]

    assert rows(lesson.path / "frontier.csv") == rows(Path(__file__).parents[2] / "docs" / "frontier.csv")


def test_bits_and_bytes_agree_with_files(tmp_path):
    for recipe, describe in (
        (tn.Dense(), lambda m, n: {"method": "dense"}),
        (tn.Quantized(bits=3), lambda m, n: {"method": "quantized", "bits": 3}),
        (tn.LowRank(rank=8), lambda m, n: {"method": "lowrank", "rank": 8}),
        (tn.Hashed(1 / 8), lambda m, n: {"method": "hashed", "buckets": round(m * n / 8)}),
    ):
        net = tn.MLP(WIDTHS, recipe)
        layers = [{"shape": shape, "bias": True, **describe(*shape)} for shape in pairwise(WIDTHS)]
        assert lesson.solution.stored_bits(layers) == net.stored_bits()
        tn.save(net, tmp_path / "net.safetensors")
        content = np.fromfile(tmp_path / "net.safetensors", np.uint8)
        assert lesson.solution.file_parts(content) == tuple(file_size(tmp_path / "net.safetensors"))


def test_the_widest_network_fits_and_the_next_does_not():
    h = lesson.solution.widest(10_000, 64, 10)
    bits = [tn.MLP([64, width, 10]).stored_bits() for width in (h, h + 1)]
    assert bits[0] <= 80_000 < bits[1]


def test_a_dense_network_of_the_binary_ones_bytes_has_11_units():
    payload = tn.MLP(WIDTHS, tn.Binary()).stored_bits() // 8
    assert lesson.solution.widest(payload, 64, 10) == 11


def test_low_rank_at_an_eighth_has_four_numbers_for_ten_scores():
    assert [recipe.rank for recipe in tn.frontier.methods.recipe("lowrank", 1 / 8, [(64, 256), (256, 10)])] == [4, 4]


def test_the_longer_result_says_what_the_lesson_reads_from_it():
    with open(lesson.path / "frontier.csv", newline="") as file:
        rows = [row | {"bytes": float(row["bytes"]), "error": float(row["error"])} for row in csv.DictReader(file)]

    def smallest(accepted):
        row = min((row for row in rows if row["error"] <= accepted), key=lambda row: row["bytes"])
        return row["method"], row["factor"], row["bytes"]

    [whole] = [row for row in rows if (row["method"], row["factor"]) == ("dense", "1")]
    assert whole["bytes"] == 76_840 and round(whole["error"], 3) == 0.030
    assert [smallest(accepted) for accepted in (0.10, 0.05, 0.03, 0.025)] == [
        ("dense", "1/64", 2140),
        ("hashed+quantized", "1/64", 2272),
        ("quantized", "1/32", 3440),
        ("dense", "1/8", 10240),
    ]
    assert smallest(whole["error"])[2] < whole["bytes"] / 20
    best = min(row["error"] for row in rows)
    assert smallest(best + 0.005) == ("dense", "1/8", 10240)


def test_the_frontier_agrees_with_the_library():
    rng = np.random.default_rng(0)
    for _ in range(50):
        points = [tuple(point) for point in rng.integers(0, 5, (12, 2)).tolist()]
        assert lesson.solution.pareto(points) == sorted(tn.frontier.pareto(points))
