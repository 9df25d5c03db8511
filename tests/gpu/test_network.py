"""Products and whole networks as the host launches them, kernel by kernel on the emulation: PyCUDA is not needed."""

from shutil import which

import numpy as np
import pytest

import tinynet as tn
from gpu.emulation import launch
from gpu.launch import TABLE
from gpu.network import Network, bits_and_factors
from gpu.products import PRODUCTS, packed, product

if which("g++") is None:
    pytest.skip("the emulation needs g++", allow_module_level=True)


class Emulated:
    """A session whose device is the emulation: its arrays are NumPy's, and begin with anything."""

    def __init__(self, capability=(9, 0)):
        self.capability = capability

    def empty(self, shape, dtype):
        array = np.empty(shape, dtype)
        array.view(np.uint8)[...] = 0xA5
        return array

    def upload(self, array):
        return array.copy()

    def launch(self, name, outputs, *arguments):
        bits = [int(np.float32(a).view(np.int32)) if isinstance(a, float) else a for a in arguments]
        kernel = TABLE[name]
        launch(name, kernel.grid(*outputs), kernel.block, *bits, shared=kernel.shared)


def trained(widths):
    """Return a frozen network whose batch norms turn some units round."""
    net, rng = tn.BinaryMLP(widths, seed=1), np.random.default_rng(0)
    for layer in net.layers:
        if isinstance(layer, tn.BatchNorm):
            layer.gamma.data = rng.standard_normal(layer.n).astype(np.float32)
            layer.beta.data = rng.standard_normal(layer.n).astype(np.float32)
    frozen = tn.freeze(net)
    assert len(widths) == 2 or any(layer.flip.any() for layer in frozen.layers[: len(widths) - 2])
    return frozen


@pytest.mark.parametrize("kernel", PRODUCTS)
def test_product(kernel):
    s, rng = Emulated(), np.random.default_rng(0)
    x, y = rng.standard_normal((5, 600)).astype(np.float32), rng.standard_normal((67, 600)).astype(np.float32)
    a, b = packed(s, x), packed(s, y)
    np.testing.assert_array_equal(a, tn.pack_signs(x))
    np.testing.assert_array_equal(product(s, a, b, 600, kernel), np.where(x >= 0, 1, -1) @ np.where(y >= 0, 1, -1).T)


@pytest.mark.parametrize("kernel", [None, "mma", "registers"])
@pytest.mark.parametrize("widths", [[20, 10], [70, 130, 67, 10]])
def test_network(widths, kernel):
    frozen, s = trained(widths), Emulated()
    network = Network(s, *bits_and_factors(frozen))
    for rows in (3, 1, 3):  # what lies between the layers is made anew for another number of rows
        pixels = np.random.default_rng(rows).integers(0, 256, (rows, widths[0]), np.uint8)
        np.testing.assert_array_equal(network.scores(s, pixels, kernel=kernel), frozen.scores(pixels))


def test_a_bias_is_added_before_the_scale():
    s, rng = Emulated(), np.random.default_rng(0)
    z, bias = rng.integers(-(2**23), 2**23, (300, 3), np.int32), rng.standard_normal(3, np.float32)
    first, second, out = np.float32(0.1), np.float32(1 / 3), s.empty(z.shape, np.float32)
    s.launch("scores", z.shape, z, bias, float(first), float(second), out, *z.shape)
    np.testing.assert_array_equal(out, (z.astype(np.float32) + bias) * first * second)


def test_a_network_on_a_device_that_cannot_run_its_kernel():
    s = Emulated((8, 0))
    network = Network(s, *bits_and_factors(trained([20, 10])))
    with pytest.raises(ValueError, match=r"kernel='wgmma' takes .* this device has 8\.0: use kernel='mma'"):
        network.scores(s, np.zeros((1, 20), np.uint8), kernel="wgmma")
