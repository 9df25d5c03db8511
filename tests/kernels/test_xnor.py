"""Every rung against a product of exact integers, at every edge of its tiles."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinynet as tn
from tinynet.kernels import bits, jit, xnor

RUNGS = ["numpy", "words", "tile", "panel", "carry"]


def signs(rows, n, seed):
    return np.random.default_rng(seed).choice(np.array([-1.0, 1.0]), (rows, n))


def operands(m, n, k, seed=0):
    """Both sides packed, and their product in int64."""
    A, B = signs(m, k, [seed, 0]), signs(n, k, [seed, 1])
    return tn.pack_signs(A), tn.pack_signs(B), A.astype(np.int64) @ B.astype(np.int64).T


def multiply(rung, *arguments, **options):
    return getattr(xnor, f"xnor_matmul_{rung}")(*arguments, **options)


@pytest.mark.parametrize("rung", RUNGS)
@given(m=st.integers(0, 20), n=st.integers(0, 70), k=st.integers(0, 300), seed=st.integers(0, 99))
@settings(max_examples=50)
def test_every_rung_is_exact(rung, m, n, k, seed):
    a, b, expected = operands(m, n, k, seed)
    dot = multiply(rung, a, b, k)
    assert dot.dtype == np.int32 and dot.shape == (m, n) and np.array_equal(dot, expected)


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize(
    ("m", "n", "k"),
    [(8, 32, 64), (9, 33, 65), (7, 31, 63), (1, 100, 129), (100, 1, 129), (16, 64, 31 * 64), (16, 64, 5000),
     (130, 40, 100), (0, 4, 9), (4, 0, 9), (3, 4, 0)],
)  # fmt: skip
def test_edges_of_the_tiles(rung, m, n, k):
    a, b, expected = operands(m, n, k)
    assert np.array_equal(multiply(rung, a, b, k), expected)
    assert np.array_equal(tn.xnor_matmul(a, b, k), expected)


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("k", [255 * 64, 2**20, 2**20 - 1])
def test_long_rows_fill_no_counter(rung, k):
    """All agree or all differ: the largest sums there are."""
    x = np.ones((9, k), bool)
    a, b = tn.pack_signs(x), tn.pack_signs(np.vstack([x[:1], ~x[:1], x[:1]]))
    assert np.array_equal(multiply(rung, a, b, k), np.tile([k, -k, k], (9, 1)))


@pytest.mark.parametrize("rung", RUNGS[1:])
@pytest.mark.parametrize("threads", [1, 2, 3, 50])
@pytest.mark.parametrize("m", [1, 8, 37])
def test_threads_change_nothing(rung, threads, m):
    a, b, expected = operands(m, 50, 200)
    assert np.array_equal(multiply(rung, a, b, 200, threads=threads), expected)
    assert np.array_equal(tn.xnor_matmul(a, b, 200, threads=threads), expected)


@pytest.mark.parametrize("size", [1, 11, 5 * 7])
def test_numpy_blocks_do_not_show(monkeypatch, size):
    monkeypatch.setattr("tinynet.kernels.xnor.equation.BLOCK_WORDS", size)
    a, b, expected = operands(3, 20, 5 * 64)
    assert np.array_equal(xnor.xnor_matmul_numpy(a, b, 5 * 64), expected)


def test_numpy_holds_a_block_beside_the_result():
    import tracemalloc

    a = b = np.zeros((300, 4096), np.uint64)  # all pairs at once would be 2.9 GB
    tracemalloc.start()
    xnor.xnor_matmul_numpy(a[:2], b, 4096 * 64)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20 + 2**20 + 2**20  # XOR, its counts (a byte a word), small change


@given(m=st.integers(0, 20), n=st.integers(0, 140), k=st.integers(0, 200), seed=st.integers(0, 99), kept=st.booleans())
def test_thresholds_are_those_of_the_products(m, n, k, seed, kept):
    a, b, dot = operands(m, n, k, seed)
    rng = np.random.default_rng(seed)
    thresholds = rng.integers(-k // 8 - 1, k // 8 + 2, n).astype(np.int32)  # many are met exactly
    thresholds[rng.random(n) < 0.2] = -(2**31)
    flip = rng.random(n) < 0.5
    packed = xnor.xnor_threshold(a, b, k, thresholds, flip, panels=xnor.pack_panels(b) if kept else None)
    assert np.array_equal(packed, bits.pack_reference((dot >= thresholds) ^ flip))


def test_kept_panels_serve_again():
    a, b, expected = operands(13, 45, 130)
    panels = xnor.pack_panels(b)
    for rows in (13, 1, 0):
        assert np.array_equal(tn.xnor_matmul(a[:rows], b, 130, panels=panels), expected[:rows])


A, B, BITS = operands(3, 4, 100)[0], operands(3, 4, 100)[1], 100
DIRTY = A | np.array([0, 1 << 40], np.uint64)
FOUR = np.zeros(4, np.int32)
PANELS = np.zeros((1, 5, 32), np.uint32)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.uint64])
@pytest.mark.parametrize("rung", [*RUNGS, None])
def test_the_length_may_be_an_integer_of_numpy(rung, kind):
    dot = (lambda *a: multiply(rung, *a)) if rung else tn.xnor_matmul
    np.testing.assert_array_equal(dot(A, B, kind(BITS)), dot(A, B, BITS))
    np.testing.assert_array_equal(tn.kernels.bits.unpack_signs(A, kind(BITS)), tn.kernels.bits.unpack_signs(A, BITS))


@pytest.mark.parametrize("rung", [*RUNGS, None])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (A.astype(np.int64), B, BITS),
            TypeError,
            "a_bits is int64; it must be a uint64 array: make it with pack_signs",
        ),
        ((A.tolist(), B, BITS), TypeError, "a_bits is list"),
        ((A[0], B, BITS), ValueError, r"a_bits has shape \(2,\); 100 bits take \(rows, 2\)"),
        ((A, B[:, :1], BITS), ValueError, r"b_bits has shape \(4, 1\)"),
        ((A, B, 64), ValueError, r"64 bits take \(rows, 1\)"),
        ((A, B, 129), ValueError, "pass the n_bits that pack_signs was given"),
        ((A, B, -1), ValueError, r"n_bits=-1; it must lie in 0 .. 2\^30"),
        ((A, B, 2**31), ValueError, "n_bits=2147483648"),
        ((A, B, 100.0), TypeError, "n_bits is 100.0; it must be an integer"),
        ((A, B[::2], BITS), ValueError, r"b_bits has strides \(32, 8\).*np.ascontiguousarray"),
        ((DIRTY, B, BITS), ValueError, "a_bits has ones behind bit 100 of a row"),
    ],
)
def test_bad_operands_are_named(rung, arguments, error, message):
    with pytest.raises(error, match=message):
        (multiply(rung, *arguments) if rung else tn.xnor_matmul(*arguments))
    if rung is None:
        with pytest.raises(error, match=message):
            xnor.xnor_threshold(*arguments, FOUR, FOUR > 0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tn.xnor_matmul(A, B, BITS, threads=0), ValueError, "threads=0; there must be at least 1"),
        (lambda: xnor.xnor_threshold(A, B, BITS, FOUR * 1.0, FOUR > 0), TypeError, "thresholds is float64; pass int32"),
        (lambda: xnor.xnor_threshold(A, B, BITS, FOUR, FOUR), TypeError, "flip is int32; pass bool"),
        (lambda: xnor.xnor_threshold(A, B, BITS, FOUR[:3], FOUR > 0), ValueError, r"\(3,\); b_bits has 4 rows"),
    ],
)
def test_bad_options_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.skipif(xnor.best_rung() not in ("panel", "carry"), reason="this machine multiplies without panels")
@pytest.mark.parametrize("panels", [PANELS, PANELS.astype(np.int64), PANELS[:0]])
def test_foreign_panels_are_refused(panels):
    with pytest.raises(ValueError, match=r"b_bits \(4, 2\) takes uint32 .* pack_panels"):
        tn.xnor_matmul(A, B, BITS, panels=panels)


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
        timeout=600,
    )


EVERY_RUNG = """
    import numpy as np, tinynet as tn
    from tinynet.kernels import worth, xnor
    worth.PATIENCE = 0
    rng = np.random.default_rng(0)
    for m, n, k, equal in [(17, 70, 300, 0), (8, 32, 5000, 0), (1, 5, 64, 0), (9, 33, 2**14, 1)]:
        A, B = np.ones((m, k)), -np.ones((n, k))  # all bits differ: the largest sums
        if not equal:
            A, B = (rng.choice([-1.0, 1.0], (rows, k)) for rows in (m, n))
        dot, a, b = (A @ B.T).astype(int), tn.pack_signs(A), tn.pack_signs(B)
        for rung in ("words", "tile", "panel", "carry"):
            assert np.array_equal(getattr(xnor, "xnor_matmul_" + rung)(a, b, k), dot), rung
        assert np.array_equal(tn.xnor_matmul(a, b, k), dot)
        zero = np.zeros(n, np.int32)
        packed = xnor.xnor_threshold(a, b, k, zero, zero > 0, panels=xnor.pack_panels(b))
        assert np.array_equal(packed, tn.pack_signs(dot >= 0.0))
    print(xnor.best_rung())
"""
X86 = pytest.mark.skipif("sse2" not in jit.cpu_features(), reason="names of x86 machines")


@X86
@pytest.mark.parametrize(
    ("name", "features", "rung"),
    [
        pytest.param("haswell", "+avx2,+popcnt", "carry", marks=pytest.mark.long),  # as in kernels/test_layer.py
        pytest.param("nehalem", "+popcnt,+sse4.2", "tile", marks=pytest.mark.long),
        ("x86-64", "+sse2", "tile"),
    ],
)
def test_smaller_machines_take_another_rung_to_the_same_integers(name, features, rung):
    if "avx2" in features and "avx2" not in jit.cpu_features():
        pytest.skip("no AVX2 here")
    done = run(EVERY_RUNG, NUMBA_CPU_NAME=name, NUMBA_CPU_FEATURES=features)
    assert done.stdout.split() == [rung]


ASSEMBLY = """
    import numba, numpy as np
    from tinynet.kernels.xnor import panels as kernels
    tiles = numba.njit(kernels._rows_by_panel.py_func)  # afresh: code from the disk cannot be read
    stream, panels, dots = np.zeros((8, 4), np.uint32), np.zeros((1, 4, 32), np.uint32), np.zeros((8, 32), np.int32)
    tiles(stream, 0, panels, 0, 1, True, np.int32(64), np.uintp(dots.ctypes.data), 32)
    [assembly] = tiles.inspect_asm().values()
    print(assembly.count("zmm"), assembly.count("ymm"), assembly.count("vpshufb"), assembly.count("vpopcntd"))
"""


@X86
def test_code_for_avx2_has_no_wider_register_and_counts_by_table():
    zmm, ymm, vpshufb, vpopcntd = map(
        int, run(ASSEMBLY, NUMBA_CPU_NAME="haswell", NUMBA_CPU_FEATURES="+avx2,+popcnt").stdout.split()
    )
    assert zmm == vpopcntd == 0 and ymm > 50 and vpshufb >= 8


@pytest.mark.skipif("avx512vpopcntdq" not in jit.cpu_features(), reason="needs AVX-512 VPOPCNTDQ")
def test_code_for_avx512_counts_in_wide_registers():
    zmm, _, _, vpopcntd = map(int, run(ASSEMBLY).stdout.split())
    assert zmm > 50 and vpopcntd >= 32


def test_without_numba_numpy_multiplies_after_one_warning():
    done = run("""
        import sys, warnings
        sys.modules["numba"] = None  # an import of it fails
        import numpy as np, tinynet as tn
        from tinynet.kernels import xnor
        x = np.random.default_rng(0).normal(size=(5, 70))
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            a = tn.pack_signs(x)
            dots = [tn.xnor_matmul(a, a, 70), *(getattr(xnor, "xnor_matmul_" + rung)(a, a, 70) for rung in
                    ("words", "tile", "panel", "carry"))]
            packed = xnor.xnor_threshold(a, a, 70, np.zeros(5, np.int32), np.zeros(5, bool))
        s = np.where(x >= 0, 1, -1)
        print(len(seen), seen[0].message, xnor.best_rung(), xnor.pack_panels(a))
        print(all(np.array_equal(dot, s @ s.T) for dot in dots), np.array_equal(packed, tn.pack_signs(s @ s.T >= 0)))
    """)
    first, second = done.stdout.splitlines()
    assert first.startswith("1 Numba is missing") and first.endswith("numpy None") and second == "True True"


def test_compiling_is_said_once_and_a_cache_is_silent(tmp_path):
    code = """
        import numpy as np, tinynet as tn
        from tinynet.kernels import xnor
        a = tn.pack_signs(np.ones((3, 3)))
        xnor.xnor_matmul_words(a, a, 3)
    """
    first, second = (run(code, NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(2))
    assert first.stderr == "tinynet: compiling kernels, once; later runs find them on disk\n"
    assert second.stderr == ""
