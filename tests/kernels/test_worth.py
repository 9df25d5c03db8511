"""When a kernel is compiled: once NumPy has worked on it for a while, and without a change in any bit."""

import os
import subprocess
import sys

import numpy as np
import pytest

import tinynet as tn
from tinynet.kernels import jit, worth
from tinynet.kernels.xnor import layer

SHORT = """
import sys
import numpy as np, tinynet as tn

train, valid, test = data = tn.datasets.load("digits")
net = tn.MLP([64, 256, 10], weight=tn.Hashed(1 / 8), seed=0)
tn.fit(net, train, valid, epochs=3, lr=0.03)
bits = tn.freeze(tn.BinaryMLP([64, 70, 10]))
pixels = data.to_pixels(test.inputs[:40])
print(net(test.inputs).numpy().tobytes().hex()[:500], bits.predict(pixels), bits.predict(pixels[:3]))
a = tn.pack_signs(test.inputs[:40])
print(tn.xnor_matmul(a, a, 64).sum(), "numba" in sys.modules)
"""


def short(**environment):
    """Run the program; return what it printed, and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", SHORT], capture_output=True, text=True, check=True, timeout=120,
        env=os.environ | environment,
    )  # fmt: skip
    return done.stdout, done.stderr


def test_a_short_program_waits_for_no_compiler_and_gives_the_same_bits(tmp_path, capsys):
    """It does not even load it, so there is no notice, and the empty cache stays empty. In this process all compile."""
    out, said = short(NUMBA_CACHE_DIR=str(tmp_path))
    assert out.endswith(" False\n") and said == "" and not list(tmp_path.rglob("*"))
    exec(SHORT, {})
    assert capsys.readouterr().out.rpartition(" ")[0] == out.rpartition(" ")[0]


@pytest.mark.skipif(not jit.numba_found(), reason="without Numba NumPy does all the work")
def test_a_kernel_is_compiled_once_numpy_has_worked_long_enough(monkeypatch):
    now, called, made = [0.0], [], []
    monkeypatch.setattr(worth.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(worth, "PATIENCE", 0.5)
    monkeypatch.setattr(jit, "_njit", lambda loops: made.append(loops) or loops)

    def reference(x):
        called.append("reference")
        now[0] += 0.2
        return x + 1

    @jit.compiled(reference)
    def loops(x):
        called.append("loops")
        return x + 1

    assert [loops(x) for x in range(5)] == [1, 2, 3, 4, 5]
    assert called == ["reference"] * 3 + ["loops"] * 2 and len(made) == 1


@pytest.mark.skipif(not jit.numba_found(), reason="without Numba NumPy does all the work")
def test_training_across_the_moment_of_compiling_gives_the_same_bits(monkeypatch):
    """NumPy alone, kernels alone, and NumPy for the first steps."""
    x, labels = np.random.default_rng(0).normal(size=(60, 30)).astype(np.float32), np.arange(60) % 4

    def trained():
        net = tn.MLP([30, 40, 4], weight=tn.Hashed(1 / 3), seed=5)
        tn.fit(net, (x, labels), epochs=4, batch_size=16, lr=0.1)
        return [p.numpy().tobytes() for p in net.parameters()]

    from tinynet.kernels.hashed import REFERENCES
    from tinynet.parameterizations import hashing

    kernels = {name: getattr(hashing, name) for name in REFERENCES}
    alone = trained()
    calls = dict.fromkeys(REFERENCES, 0)

    def at_first_numpy(name):
        def run(*args):
            calls[name] += 1
            return (REFERENCES[name] if calls[name] <= 7 else kernels[name])(*args)

        return run

    for name in REFERENCES:
        monkeypatch.setattr(hashing, name, at_first_numpy(name))
    assert trained() == alone
    for name, reference in REFERENCES.items():
        monkeypatch.setattr(hashing, name, reference)
    assert trained() == alone


@pytest.mark.parametrize("rows", [1, 3, 40])
def test_sums_of_signs_are_the_same_before_and_after(monkeypatch, rows):
    rng = np.random.default_rng(rows)
    net, pixels = tn.freeze(tn.BinaryMLP([70, 130, 9, 4], seed=1)), rng.integers(0, 256, (rows, 70)).astype(np.uint8)
    compiled = net.scores(pixels)
    monkeypatch.setattr(worth, "PATIENCE", np.inf)
    monkeypatch.setattr(layer, "products", None)  # neither these nor the whole network in one call run now
    monkeypatch.setattr(layer, "comparisons", None)
    before = tn.freeze(tn.BinaryMLP([70, 130, 9, 4], seed=1))
    assert np.array_equal(before.scores(pixels), compiled) and before._scores is None
