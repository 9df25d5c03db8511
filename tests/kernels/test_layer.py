"""Pixels times signs, by bytes and by planes, against exact integers."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import tinynet as tn
from tinynet.kernels.bits import pack_signs
from tinynet.kernels.jit import cpu_features, numba_found
from tinynet.kernels.xnor import best_rung
from tinynet.kernels.xnor import layer as kernel


def case(rows, n, n_out, seed):
    """Return pixels, signs as bits, and their products; among them the extreme sums."""
    rng = np.random.default_rng(seed)
    pixels, s = rng.integers(0, 256, (rows, n)).astype(np.uint8), rng.choice([-1, 1], (n, n_out))
    pixels[: rows // 4], pixels[rows // 4 : rows // 2] = 255, 0
    s[:, : n_out // 4], s[:, n_out // 4 : n_out // 2] = 1, -1
    return pixels, pack_signs(np.ascontiguousarray(s.T).astype(np.float32)), (2 * pixels.astype(np.int64) - 255) @ s


@given(st.integers(1, 40), st.integers(1, 300), st.integers(1, 70), st.integers(0, 2**32))
@example(16, 1024, 32, 0)  # bytes are added up in 16 bits, 64 words at a time, with AVX2
@example(17, 2050, 33, 0)
@settings(max_examples=60, deadline=None)
def test_both_ways_give_the_products_of_integers(rows, n, n_out, seed):
    pixels, words, z = case(rows, n, n_out, seed)
    rng = np.random.default_rng(seed)
    thresholds, flip = z[rng.integers(0, rows, n_out), np.arange(n_out)].astype(np.int32), rng.random(n_out) < 0.5

    for sums in (kernel.pixel_sums, kernel.sums_by_planes):
        found = sums(pixels, words)
        assert found.dtype == np.int32
        np.testing.assert_array_equal(found, z)
    signs = kernel.pixel_signs(pixels, words, thresholds, flip)
    np.testing.assert_array_equal(signs, pack_signs((z >= thresholds) != flip))


def test_rows_that_lie_apart_are_the_same_rows():
    pixels, words, z = case(40, 100, 20, 0)
    apart = np.repeat(pixels, 2, axis=0)[::2]
    assert not apart.flags.c_contiguous
    np.testing.assert_array_equal(kernel.pixel_sums(apart, words), z)


def test_many_rows_are_multiplied_by_bytes_where_the_processor_does():
    can = best_rung() in ("panel", "carry") and {"avx2", "avx512vnni"} & cpu_features()
    assert kernel._by_bytes(np.zeros((16, 8), np.uint8)) == bool(can)
    assert not kernel._by_bytes(np.zeros((1, 8), np.uint8))


EITHER_WAY = """
    import numpy as np
    from test_layer import case, kernel
    from tinynet.kernels import worth
    worth.PATIENCE = 0
    for rows, n, n_out in ((16, 1, 1), (24, 784, 70), (33, 2050, 33)):
        pixels, words, z = case(rows, n, n_out, 0)
        assert np.array_equal(kernel.pixel_sums(pixels, words), z), (rows, n, n_out)
    print(kernel._by_bytes(pixels))
"""


@pytest.mark.skipif("sse2" not in cpu_features(), reason="names of x86 machines")
@pytest.mark.parametrize(
    ("name", "features"),
    [  # frozen/test_network.py asks a whole network of both
        pytest.param("haswell", "+avx2,+popcnt", marks=pytest.mark.long),
        pytest.param("nehalem", "+popcnt,+sse4.2", marks=pytest.mark.long),
    ],
)
def test_machines_with_and_without_avx2_come_to_the_same_integers(name, features):
    if "avx2" in features and "avx2" not in cpu_features():
        pytest.skip("no AVX2 here")
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(EITHER_WAY)], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": path, "NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features},
        timeout=600,
    )  # fmt: skip
    assert done.stdout.split() == [str("avx2" in features)]


WORDS, LIMITS, FLIP = np.zeros((5, 2), np.uint64), np.zeros(5, np.int32), np.zeros(5, bool)
PIXELS, BITS = np.zeros((20, 100), np.uint8), np.zeros((20, 2), np.uint64)
MISFITS = {
    "weights of other pixels": lambda: kernel.pixel_sums(np.zeros((20, 784), np.uint8), WORDS),
    "floats for pixels": lambda: kernel.pixel_sums(np.zeros((20, 100), np.float32), WORDS),
    "a row of pixels": lambda: kernel.pixel_signs(PIXELS[0], WORDS, LIMITS, FLIP),
    "too few thresholds": lambda: kernel.pixel_signs(PIXELS, WORDS, LIMITS[:4], FLIP),
    "too few flips": lambda: kernel.signs(BITS, WORDS, 100, LIMITS, FLIP[:4]),
    "long thresholds": lambda: kernel.signs(BITS, WORDS, 100, LIMITS.astype(np.int64), FLIP),
    "numbers as flips": lambda: kernel.signs(BITS, WORDS, 100, LIMITS, LIMITS),
    "weights of other signs": lambda: kernel.sums(np.zeros((20, 3), np.uint64), WORDS, 150),
    "signs of another number": lambda: kernel.sums(BITS, WORDS, 150),
    "pixels for signs": lambda: kernel.sums(PIXELS, WORDS, 100),
    "every second word": lambda: kernel.sums(np.zeros((20, 4), np.uint64)[:, ::2], WORDS, 100),
}


@pytest.mark.parametrize("act", MISFITS.values(), ids=MISFITS.keys())
def test_operands_that_would_be_read_beyond_their_ends_are_refused(act):
    with pytest.raises(ValueError, match="do not fit"):
        act()
    kernel.pixel_signs(PIXELS, WORDS, LIMITS, FLIP), kernel.signs(BITS, WORDS, 100, LIMITS, FLIP)  # these fit


@pytest.mark.skipif(not numba_found(), reason="only a compiled call reads by address")
def test_a_whole_network_refuses_pixels_of_another_width():
    from tinynet.kernels.xnor.whole import classes, scores

    net = tn.freeze(tn.BinaryMLP([100, 70, 10])).net
    for shape, out in (((1, 99), (1, 10)), ((1, 101), (1, 10)), ((2, 100), (1, 10)), ((1, 100), (1, 9))):
        with pytest.raises(ValueError, match="do not have the widths of the network"):
            scores(np.zeros(shape, np.uint8), net, np.zeros(out, np.float32))
    with pytest.raises(ValueError, match="do not have the widths of the network"):
        classes(np.zeros((1, 99), np.uint8), net, np.zeros(1, np.int64))
