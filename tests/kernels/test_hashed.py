"""The hash against Python integers, each kernel against its reference, gather and scatter against each other."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinynet.kernels import jit
from tinynet.kernels.hashed import REFERENCES
from tinynet.parameterizations import hash_grids, hashing
from tinynet.parameterizations.bank import uniforms
from tinynet.parameterizations.sparse import mask

MASK = 2**64 - 1
grids = given(
    seed=st.integers(0, MASK), m=st.integers(1, 12), n=st.integers(1, 12), K=st.integers(1, 40) | st.just(2**31 - 1)
)


def buckets(seed: int, m: int, n: int, K: int) -> np.ndarray:
    """Return h(i, j), int64 (m, n): the upper half of each hash scaled to 0 .. K - 1, without a division."""
    return (hashing.places(seed, m, n, K) % np.uint32(K)).astype(np.int64)


def signs(seed: int, m: int, n: int) -> np.ndarray:
    """Return xi(i, j), int64 (m, n), +1 or -1: the top bit of the second stream."""
    return 1 - 2 * hashing.places(seed, m, n, 1).astype(np.int64)


def mix(z):
    """SplitMix64's finalizer on Python integers."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def entry_hash(seed, stream, i, j):
    golden = 0x9E3779B97F4A7C15
    z = mix((mix(seed) + golden * (stream + 1)) & MASK)
    z = mix((z + golden * (i + 1)) & MASK)
    return mix((z + golden * (j + 1)) & MASK)


def test_the_finalizer_gives_the_published_sequence():
    """The first outputs of SplitMix64 from seed 1234567, as Rosetta Code and others print them."""
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    states = (1234567 + int(hashing.GOLDEN) * np.arange(1, 5, dtype=object)) & MASK
    assert hashing.mix64(states.astype(np.uint64)).tolist() == published


@grids
def test_buckets_and_signs_are_those_of_python_integers(seed, m, n, K):
    h = [[((entry_hash(seed, 0, i, j) >> 32) * K) >> 32 for j in range(n)] for i in range(m)]
    xi = [[1 - 2 * (entry_hash(seed, 1, i, j) >> 63) for j in range(n)] for i in range(m)]
    assert buckets(seed, m, n, K).tolist() == h
    assert signs(seed, m, n).tolist() == xi


@grids
def test_compiled_places_are_the_reference_ones(seed, m, n, K):
    rows = hashing.row_hashes(seed, 0, m), hashing.row_hashes(seed, 1, m)
    assert np.array_equal(hashing.places(seed, m, n, K), REFERENCES["places_of_rows"](*rows, n, K))


@given(m=st.integers(1, 9), n=st.integers(1, 9), K=st.integers(1, 30), double=st.booleans())
def test_compiled_gather_and_scatter_are_the_reference_ones(m, n, K, double):
    rng = np.random.default_rng(K)
    dtype = np.float64 if double else np.float32
    w, G, place = rng.normal(size=K).astype(dtype), rng.normal(size=(m, n)).astype(dtype), hashing.places(5, m, n, K)
    W = hashing.gather(w, place)
    assert W.dtype == dtype and np.array_equal(W, REFERENCES["gather"](w, place))
    g = hashing.scatter_add(G, place, K)
    assert g.dtype == dtype and np.array_equal(g, REFERENCES["scatter_add"](G, place, K))  # so a seed fixes every bit
    assert np.sum(W * G, dtype=np.float64) == pytest.approx(np.sum(w * g, dtype=np.float64), rel=1e-4, abs=1e-4)


def test_scatter_takes_transposed_gradients():
    place = hashing.places(1, 6, 4, 5)
    G = np.random.default_rng(0).normal(size=(4, 6)).T
    assert np.array_equal(hashing.scatter_add(G, place, 5), REFERENCES["scatter_add"](G, place, 5))


def test_buckets_are_even_and_signs_fair_and_independent():
    h, xi = buckets(7, 400, 500, 50), signs(7, 400, 500)
    counts = np.bincount(h.ravel(), minlength=50)
    assert np.sum((counts - 4000) ** 2 / 4000) < 100  # chi-square with 49 degrees: 99.99 % below 96
    assert abs(xi.mean()) < 0.01
    for half in (h < 25, h % 2 == 0):
        assert abs(xi[half].mean()) < 0.015
    assert not np.array_equal(h, buckets(8, 400, 500, 50))


def test_uniforms_fill_their_range_evenly():
    u = uniforms(3, 2, 300, 300)
    assert u.dtype == np.float32 and -1 <= u.min() < -0.999 and 0.999 < u.max() < 1
    assert abs(u.mean()) < 0.01 and u.var() == pytest.approx(1 / 3, rel=0.02)


def test_mask_holds_the_entries_of_smallest_hash():
    kept = mask(4, 9, 11, 30)
    grid = hash_grids.hash_grid(4, 0, 9, 11).ravel()
    assert len(set(kept.tolist())) == 30 and (np.diff(kept) > 0).all()
    assert grid[kept].max() < np.delete(grid, kept).min()


@pytest.mark.parametrize("rows", [1, 7, 64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_product_without_the_matrix_is_the_product_with_it(rows, dtype):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(5, 100)).astype(dtype), rng.normal(size=60).astype(dtype)
    W = hashing.gather(w, hashing.places(6, 100, 30, 60))
    y = hash_grids.matmul(x, w, 6, 30, rows)
    assert y.dtype == dtype and np.allclose(y, x @ W, atol=1e-4 if dtype == np.float32 else 1e-12)


def test_the_product_without_the_matrix_holds_less_than_the_matrix():
    import tracemalloc

    x, w = np.ones((1, 2000), np.float32), np.ones(100, np.float32)
    hash_grids.matmul(x, w, 0, 1000)
    tracemalloc.start()
    hash_grids.matmul(x, w, 0, 1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 2000 * 1000 / 4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hashing.places(0, 2, 2, 0), "K=0 buckets"),
        (lambda: hashing.places(0, 2, 2, 2**31), "between 1 and"),
        (lambda: buckets(-1, 2, 2, 3), "seed=-1"),
        (lambda: hash_grids.hash_grid(2**64, 0, 2, 2), "0 .. 2\\^64 - 1"),
        (lambda: mask(0, 2, 2, 5), "K=5 entries of 2 x 2"),
    ],
)
def test_arguments_out_of_range_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_without_numba_the_references_run_after_one_warning():
    code = """
import sys, warnings
sys.modules["numba"] = None  # an import of it fails
import numpy as np, tinynet
from tinynet.parameterizations import hashing, hash_grids
tinynet.kernels.worth.PATIENCE = 0
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    place = hashing.places(1, 6, 4, 5)
    W = hashing.gather(np.arange(5.0), place)
    g = hashing.scatter_add(W, place, 5)
print(len(seen), seen[0].message, W.sum(), g.sum())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600)
    place = hashing.places(1, 6, 4, 5)
    W = hashing.gather(np.arange(5.0), place)
    assert done.stdout.startswith("1 Numba is missing")
    assert done.stdout.split()[-2:] == [str(W.sum()), str(hashing.scatter_add(W, place, 5).sum())]


LIGHT = """
import sys, tinynet as tn
heavy = ("numba", "matplotlib", "rich", "safetensors", "tinynet.exchange", "tinynet.frontier", "tinynet.reading")
print([m for m in heavy if m in sys.modules])
print(tn.reading.__name__, tn.frontier.Settings.__name__, tn.export_c.__name__, tn.draw_matrix.__name__)
print({"reading", "export_c", "fit"} <= set(dir(tn)), hasattr(tn, "nothing"))
"""


def test_what_is_not_needed_for_a_network_is_imported_when_it_is_used():
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True, timeout=600)
    assert done.stdout.splitlines() == ["[]", "tinynet.reading Settings export_c draw_matrix", "True False"]
    assert jit.numba_found()
