"""Lesson 13: the exercises give tinynet's integers, and what the lesson says of other machines and of gates holds."""

import itertools

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.kernels.xnor import xnor_matmul_numpy

LESSON = manifest.lesson(13)
ANSWERS = LESSON.solution
RESULTS = manifest.HERE.parents[1] / "benchmarks" / "results"


@pytest.fixture(scope="module")
def machines():
    return manifest.load_module(LESSON.path / "machines.py")


@pytest.mark.parametrize("d", [1, 63, 64, 65, 128, 300])
def test_the_exercises_give_the_words_and_products_of_tinynet(d):
    rng = np.random.default_rng(d)
    x, y = rng.normal(size=(4, d)), rng.normal(size=(8, d))
    x[0, 0] = 0
    a, b = ANSWERS.pack(x), ANSWERS.pack(y)
    np.testing.assert_array_equal(a, tn.pack_signs(x))
    dots = xnor_matmul_numpy(a, b, d)
    np.testing.assert_array_equal(ANSWERS.products(a, b, d), dots)
    agree = np.bitwise_count(~(a[:, None] ^ b)).sum(axis=-1, dtype=np.int64)
    np.testing.assert_array_equal(2 * agree - d - ANSWERS.too_high(d), dots)
    load_a, load_b = (lambda i, w, side=side: int(side[i, w]) for side in (a, b))
    np.testing.assert_array_equal(ANSWERS.in_tiles(load_a, load_b, 4, 8, d), dots)


def test_the_best_tiles_are_the_ones_that_the_lesson_prints():
    assert [ANSWERS.best_tile(n) for n in (8, 16, 32, 64)] == [(2, 2), (4, 3), (5, 5), (8, 7)]


def full(x, y, z):
    return x ^ y ^ z, x & y | z & (x ^ y)


def test_the_adders_add_and_have_as_many_gates_as_the_lesson_says():
    for x, y, z in itertools.product((0, 1), repeat=3):
        bit, carry = full(x, y, z)
        assert bit + 2 * carry == x + y + z
    # x ^ y, (x ^ y) ^ z, x & y, z & (x ^ y) and one OR: five


def gates_of(bits, d):
    """Return the full adders, half adders and all gates of a dot product of d pairs of numbers."""
    used = []
    adders = (
        lambda x, y, z: (used.append(5), full(x, y, z))[1],
        lambda x, y: (used.append(2), (x ^ y, x & y))[1],
    )
    columns = [[] for _ in range(2 * bits)]
    for _ in range(d):
        products = ANSWERS.partial_products([1] * bits, [1] * bits, lambda p, q: (used.append(1), p & q)[1])
        for column, found in zip(columns, products, strict=True):
            column += found
    total = ANSWERS.add_up(columns, *adders)
    assert sum(bit << k for k, bit in enumerate(total)) == d * (2**bits - 1) ** 2
    return used.count(5), used.count(2), sum(used)


@pytest.mark.parametrize("k", [2, 8, 11, 24])
def test_an_array_multiplier_has_the_gates_of_the_textbook(k):
    assert gates_of(k, 1) == (k * (k - 2), k, 6 * k * k - 8 * k)


def test_a_popcount_takes_nearly_a_full_adder_for_each_bit():
    assert gates_of(1, 64)[:2] == (57, 6)
    assert gates_of(1, 63)[:2] == (57, 0)


def test_a_product_in_float32_has_about_six_hundred_times_the_gates_of_a_sign():
    signs, floats = gates_of(1, 64)[2], gates_of(24, 64)[2]
    assert signs / 64 == pytest.approx(5.64, abs=0.005) and floats / signs == pytest.approx(612, abs=0.5)
    assert [gates_of(k, 1)[2] for k in (11, 24)] == [638, 3264]


def test_the_committed_ratios_are_the_measured_ones(machines):
    assert machines.committed() == list(machines.measured(RESULTS)) and len(machines.committed()) == 12
    assert [values[-1] for values in machines.series().values()] == [35.6, 7.1, 9.3]


def test_the_first_machine_gains_less_where_blas_uses_its_wide_registers():
    restricted = (RESULTS / "xnor.md").read_text().split("## AVX-512 BLAS")[1].split("## AVX2")[0]
    for rung, times in ("panel", " 16.6 ("), ("carry", " 17.0 ("):
        [row] = [line for line in restricted.splitlines() if line.startswith(f"| 4096 x 4096 x 4096 | 1 | {rung}")]
        assert times in row
