"""Few rows through all layers of bits in one call, against exact integers, at every edge of words and streams."""

import os
import subprocess
import sys
import textwrap
import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import tinynet as tn
from tinynet.frozen.bits import BitLinear
from tinynet.frozen.borders import FromSigns
from tinynet.frozen.network import Frozen
from tinynet.kernels.bits import pack_signs
from tinynet.kernels.jit import cpu_features

FEW = 8


def network(widths, seed, bias, *behind):
    """Return a frozen network of random bits, thresholds that some sums meet exactly, and its scores by integers."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (FEW, widths[0])).astype(np.uint8)
    pixels[:2] = np.array([0, 255])[:, None]  # the extreme sums
    layers, x = [], 2 * pixels.astype(np.int64) - 255
    for i, (n_in, n_out) in enumerate(pairwise(widths)):
        W = rng.choice([-1, 1], (n_in, n_out)) if seed % 3 else np.ones((n_in, n_out), int)
        z, words = x @ W, pack_signs(np.ascontiguousarray(W.T).astype(np.float32))
        takes = "signs" if i else "pixels"
        if i == len(widths) - 2:
            b = rng.normal(0, 9, n_out).astype(np.float32)
            layers.append(BitLinear(n_in, n_out, takes, "floats", bias).hold(words, **(dict(bias=b) if bias else {})))
            scores = z.astype(np.float32) + b if bias else z.astype(np.float32)
        else:
            thresholds, flip = (
                z[rng.integers(FEW, size=n_out), np.arange(n_out)].astype(np.int32),
                rng.random(n_out) < 0.5,
            )
            layers.append(BitLinear(n_in, n_out, takes).hold(words, thresholds=thresholds, flip=flip))
            x = np.where((z >= thresholds) != flip, 1, -1)
    return Frozen(*layers, *behind), pixels, scores


@given(
    st.lists(st.integers(1, 200), min_size=2, max_size=5), st.integers(0, 2**32), st.booleans(), st.integers(1, FEW)
)  # fmt: skip
@example([1, 1], 0, True, 1)
@example([64, 64, 64], 3, False, 8)
@example([2048, 5, 3], 3, False, 2)  # the longest row whose bytes need no second sum
@example([4500, 9, 130, 3], 6, True, 2)
@settings(max_examples=150, deadline=None)
def test_few_rows_give_exactly_the_scores_of_integers(widths, seed, bias, rows):
    frozen, pixels, scores = network(widths, seed, bias, tn.Scale(0.3))
    expected = scores * np.float32(0.3)

    assert frozen.scores(pixels[:rows]).dtype == np.float32
    np.testing.assert_array_equal(frozen.scores(pixels[:rows]), expected[:rows])
    np.testing.assert_array_equal(frozen.predict(pixels[:rows]), expected[:rows].argmax(axis=1))
    np.testing.assert_array_equal(frozen.scores(np.repeat(pixels, 3, axis=0)), np.repeat(expected, 3, axis=0))


def test_layers_behind_the_chain_follow_it():
    frozen, pixels, scores = network([70, 30, 4], 1, True, tn.Tanh(), tn.Scale(0.5))
    np.testing.assert_array_equal(frozen.scores(pixels), np.tanh(scores) * np.float32(0.5))

    frozen, pixels, scores = network([70, 30, 4], 1, True)
    assert len(frozen.layers) - len(frozen.behind) == 2
    np.testing.assert_array_equal(frozen.scores(pixels), scores)


def test_a_network_without_a_chain_has_none():
    words = pack_signs(np.ones((5, 6), np.float32))
    signs = BitLinear(6, 5, "pixels").hold(words, thresholds=np.zeros(5, np.int32), flip=np.zeros(5, bool))
    assert Frozen(signs, FromSigns(5)).net is None
    assert tn.freeze(tn.MLP([6, 5, 3])).net is None


def test_the_layers_own_views_of_one_array_and_say_what_they_said_before(tmp_path):
    frozen, pixels, _ = network([70, 130, 33, 4], 1, True)
    for net in (frozen, (tn.save(frozen, tmp_path / "net"), tn.load(tmp_path / "net"))[1]):
        assert all(layer.weight.words.base is net.net for layer in net.layers)
        assert all(layer.thresholds.base is net.net for layer in net.layers[:-1])
        for name, array in net.state().items():
            np.testing.assert_array_equal(array, frozen.state()[name])
        np.testing.assert_array_equal(net.scores(pixels), frozen.scores(pixels))


def test_a_row_needs_no_second_copy_of_the_weights(tmp_path):
    net = tn.freeze(tn.BinaryMLP([784, 2048, 2048, 10]))
    file = sum(tn.save(net, tmp_path / "net"))
    pixels = np.zeros((1, 784), np.uint8)
    net.predict(pixels)  # compiles
    tracemalloc.start()
    loaded = tn.load(tmp_path / "net")
    tracemalloc.reset_peak()
    loaded.predict(pixels)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.2 * file


def run(code, **environment):
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])  # so that `network` can be imported
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": path} | environment,
        timeout=600,
    )  # fmt: skip
    return done.stdout.split()


EITHER_WAY = """
    import numpy as np
    from test_network import network
    from tinynet.kernels import worth
    from tinynet.kernels.xnor import whole
    worth.PATIENCE = 0
    for widths in ([1, 1], [784, 100, 70, 10], [2048, 3], [4500, 65, 9, 3]):
        for seed in range(3):
            frozen, pixels, scores = network(widths, seed, True)
            assert np.array_equal(frozen.scores(pixels), scores), widths
    print(whole.BYTES)
"""


@pytest.mark.skipif("sse2" not in cpu_features(), reason="names of x86 machines")
@pytest.mark.parametrize(
    ("name", "features"),
    [("haswell", "+avx2,+popcnt"), pytest.param("nehalem", "+popcnt,+sse4.2", marks=pytest.mark.long)],
)
def test_machines_with_and_without_avx2_come_to_the_same_integers(name, features):
    if "avx2" in features and "avx2" not in cpu_features():
        pytest.skip("no AVX2 here")
    assert run(EITHER_WAY, NUMBA_CPU_NAME=name, NUMBA_CPU_FEATURES=features) == [str("avx2" in features)]


WITHOUT_NUMBA = """
    import sys, warnings
    sys.modules["numba"] = None  # an import of it fails
    warnings.simplefilter("ignore")
    import numpy as np, tinynet as tn
    net, pixels = tn.BinaryMLP([70, 130, 4]).eval(), np.arange(70, dtype=np.uint8)[None]
    print(np.array_equal(tn.freeze(net).scores(pixels), net(tn.datasets.from_pixels(pixels)).numpy()))
"""


def test_without_numba_the_layers_do_the_work():
    assert run(WITHOUT_NUMBA) == ["True"]
