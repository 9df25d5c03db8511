"""The networks of the best-recipe frontier: what a line of words builds, and batch norm in one step."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

import tinynet as tn

PATH = Path(tn.__file__).parents[1] / "benchmarks" / "small_nets.py"
SPEC = importlib.util.spec_from_file_location("small_nets", PATH)
small_nets = sys.modules["small_nets"] = importlib.util.module_from_spec(SPEC)  # where a dataclass looks for itself
SPEC.loader.exec_module(small_nets)


@pytest.mark.parametrize("channels", [None, 3])
def test_batch_norm_in_one_step_is_batch_norm(channels):
    rng = np.random.default_rng(0)
    x, v = (rng.normal(1, 2, (20, 12)).astype(np.float32) for _ in range(2))
    found = []
    for kind in (tn.BatchNorm, small_nets.QuickNorm):
        norm, inputs = kind(12, channels=channels), tn.Parameter(x)
        norm.gamma.data = np.linspace(-1, 2, norm.count, dtype=np.float32)
        norm.beta.data = np.linspace(3, 1, norm.count, dtype=np.float32)
        for _ in range(2):
            y = norm(inputs)
        (y * v).sum().backward()
        found.append([y.numpy(), inputs.grad, norm.gamma.grad, norm.beta.grad, norm.running_mean, norm.running_var])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_a_line_of_words_is_a_network_of_so_many_bits():
    net = small_nets.network("28 5/2x4 3/2x6 3x7 q4")
    shapes = [matrix.shape for layer in net.layers for _, matrix, _ in layer.matrices()]
    assert shapes == [(784, 12 * 12 * 4), (576, 5 * 5 * 6), (150, 3 * 3 * 7), (63, 10)]
    bits = [25 * 4, 36 * 6, 54 * 7, 630]
    assert net.stored_bits() == 4 * sum(bits) + 32 * (4 * (4 + 6 + 7) + 4 + 10)  # norms, steps, biases
    assert small_nets.packed(net, coded=False).stored_bits() == 4 * sum(bits) + 16 * (2 * (4 + 6 + 7) + 4 + 10)

    pooled = small_nets.network("16 20 b", seed=3)
    assert [layer.n_out for layer in pooled.layers if isinstance(layer, tn.Linear)] == [256, 20, 10]
    assert pooled(np.zeros((2, 784), np.float32)).shape == (2, 10)


def test_windows_reach_many_places_with_few_bytes_and_the_file_is_let_in(tmp_path):
    net = small_nets.packed(small_nets.network("28 5/2x16 3x31 3/2x31 3x31 q2"), coded=False)
    assert tn.save(net, tmp_path / "net.safetensors").payload < 7000
    x = np.random.default_rng(0).uniform(-1, 1, (3, 784)).astype(np.float32)
    np.testing.assert_array_equal(tn.load(tmp_path / "net.safetensors")(x).numpy(), net(x).numpy())
