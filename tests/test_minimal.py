"""The core runs where only NumPy and safetensors are installed."""

import os
import subprocess
import sys

import pytest

ONLY_TWO = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        if root not in sys.stdlib_module_names | {"tinynet", "numpy", "safetensors"}:
            raise ModuleNotFoundError(f"No module named {root!r}", name=root)

sys.meta_path.insert(0, Absent())
"""
PROGRAM = """
import warnings
import numpy as np
import tinynet as tn

warnings.filterwarnings("ignore", "Numba is missing")
data = tn.datasets.load("digits")
x = data.test.inputs[:100]

net = tn.MLP([64, 32, 10], weight=tn.Hashed(1 / 4), seed=0)
tn.fit(net, data.train, data.valid, epochs=3)
assert tn.evaluate(net, data.test) < 0.5
tn.save(net, "net.safetensors")
again = tn.load("net.safetensors")
assert np.array_equal(again(x).numpy(), net(x).numpy())
print(again)

bits = tn.BinaryMLP([64, 32, 10], seed=0)
tn.fit(bits, data.train, data.valid, epochs=3, lr=0.003, optimizer=tn.Adam)
frozen = tn.freeze(bits)
tn.save(frozen, "bits.safetensors")
frozen = tn.load("bits.safetensors")
assert np.array_equal(frozen.scores(data.to_pixels(x)), bits(x).numpy())
assert np.array_equal(frozen.predict(data.to_pixels(x)), bits(x).numpy().argmax(1))
print(frozen)

hashed = tn.freeze(net)
assert np.allclose(hashed(x).numpy(), net(x).numpy(), atol=1e-5)
print(hashed)
"""


BROWSER = """
import sys, warnings
import numpy

for name in ("safetensors", "multiprocessing", "_multiprocessing", "concurrent.futures.process", "sqlite3", "numba"):
    sys.modules[name] = None  # to import it fails
sys.platform = "emscripten"
warnings.simplefilter("error")
import tinynet as tn

net = tn.MLP([64, 32, 10], weight=tn.Hashed(1 / 4))
data = tn.datasets.load("digits")
tn.fit(net, data.train, data.valid, epochs=1)
print(tn.save(net, "net.safetensors").payload, tn.load("net.safetensors")(data.test.inputs).shape)
print(tn.frontier.workers.cores())
"""


def test_a_browser_has_numpy_alone_and_no_processes_and_is_not_told_of_numba(tmp_path):
    done = subprocess.run([sys.executable, "-c", BROWSER], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\n")[:2] == ["2552 (797, 10)", "1"]


TERMINAL = "sys.stderr.isatty = lambda: True"  # where fit would draw a progress bar


@pytest.mark.parametrize("where", ["", TERMINAL], ids=["script", "terminal"])
def test_train_save_load_freeze_and_print_need_numpy_and_safetensors_alone(where, tmp_path):
    command = [sys.executable, "-c", ONLY_TWO + where + PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Hashed(factor=0.25)" in done.stdout and "BitLinear" in done.stdout


def test_every_other_package_is_refused_here():
    for package in ("rich", "numba", "scipy", "typer", "a_package_that_nobody_has"):
        done = subprocess.run(
            [sys.executable, "-c", f"{ONLY_TWO}import {package}"], capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 1 and f"No module named {package!r}" in done.stderr


SWITCH = "NUMBA_DISABLE_JIT"
SWITCHED_OFF = """
a, b = (np.random.default_rng(seed).choice([-1.0, 1.0], (n, 70)).astype(np.float32) for seed, n in ((0, 9), (1, 11)))
for rung in ("", "_words", "_tile", "_panel", "_carry"):
    product = getattr(tinynet.kernels.xnor, "xnor_matmul" + rung)
    assert np.array_equal(product(tn.pack_signs(a), tn.pack_signs(b), 70), a @ b.T)

lstm, symbols = tn.RecurrentNet([5, 20, 6], seed=0), np.arange(36).reshape(4, 9) % 5
exact = tn.RecurrentNet([5, 20, 6], seed=0).astype(np.float64)
for net in (lstm, exact):
    (net(symbols) ** 2).sum().backward()
for p, q in zip(lstm.parameters(), exact.parameters()):
    assert np.allclose(p.grad, q.grad, rtol=1e-3, atol=1e-4)
for rows in (3, 30):
    assert np.array_equal(tn.freeze(bits).scores(data.to_pixels(x[:rows])), bits(x[:rows]).numpy())
assert np.allclose(tn.freeze(lstm).scores(symbols), exact(symbols).numpy(), atol=1e-5)
"""


def test_with_numbas_compiler_switched_off_numpy_computes_all_of_it(tmp_path):
    """Without its compiler Numba runs loops as Python, which cannot read addresses and call LLVM as ours do."""
    program = PROGRAM.replace('warnings.filterwarnings("ignore", "Numba is missing")', "import tinynet.kernels.xnor")
    command, environment = [sys.executable, "-Werror", "-c", program + SWITCHED_OFF], os.environ | {SWITCH: "1"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120, env=environment)
    assert done.returncode == 0 and done.stderr == "", done.stderr
