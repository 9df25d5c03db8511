"""What a kernel should write: cases with an oracle in plain integers, run by the emulation."""

from shutil import which

import numpy as np
import pytest

from gpu.emulation import launch
from gpu.launch import TABLE


@pytest.fixture(scope="session")
def check():
    """Return the function `run`."""
    if which("g++") is None:
        pytest.skip("the emulation needs g++")
    return run


def run(name, m, n, k, order="forward", source=None, shift=0):
    """Run a kernel on random data of a shape; AssertionError where it does not write exactly what it should.

    With `shift` each array begins so many of its entries behind a multiple of 64 bytes.
    """
    before, expected, after, outputs = case(name, m, n, k, np.random.default_rng([m, n, k]))
    out = ~expected if expected.dtype.kind != "f" else expected + 1  # poison: no entry is right by chance
    arguments = [placed(x, shift) if isinstance(x, np.ndarray) else x for x in (*before, out, *after)]
    given = [x.copy() if isinstance(x, np.ndarray) else x for x in arguments]
    kernel = TABLE[name]
    launch(name, kernel.grid(*outputs), kernel.block, *arguments, order=order, source=source, shared=kernel.shared)
    np.testing.assert_array_equal(arguments[len(before)], expected)
    for i, (now, then) in enumerate(zip(arguments, given, strict=True)):
        if i != len(before):
            np.testing.assert_array_equal(now, then, err_msg=f"argument {i} has changed")


def placed(x, shift):
    """Return a copy of x that begins `shift` entries behind a multiple of 64 bytes."""
    room = np.empty(x.nbytes + 64 + shift * x.itemsize, np.uint8)
    first = -room.ctypes.data % 64 + shift * x.itemsize
    copy = room[first : first + x.nbytes].view(x.dtype).reshape(x.shape)
    copy[...] = x
    return copy


def pack(on):
    """Return bools (.., k) as words (.., ceil(k / 64)): an oracle of its own."""
    bits = np.packbits(on, axis=-1, bitorder="little")
    width = -(-on.shape[-1] // 64) * 8
    return np.pad(bits, [(0, 0)] * (on.ndim - 1) + [(0, width - bits.shape[-1])]).view(np.uint64)


def ones(bits):
    return np.bitwise_count(bits).sum(axis=-1, dtype=np.int32).reshape(-1)


def case(name, m, n, k, rng):
    """Return the arguments before the output, the output, those after it, and the shape that the grid covers."""
    words = -(-k // 64)
    match name:
        case "pack_signs":
            x = rng.normal(size=(m, k)).astype(np.float32)
            x.flat[::7], x.flat[1::7], x.flat[2::17], x.flat[3::17] = 0, -0.0, np.nan, -np.inf
            return [x], pack(x >= 0), [m, k, words], (m, words)
        case "pack_planes":
            pixels = rng.integers(0, 256, (m, k), np.uint8)
            return [pixels], planes(pixels), [m, k, words], (m, words)
        case "popcount_rows":
            bits = rng.integers(0, 2**64, (m, words), np.uint64)
            return [bits], ones(bits), [m, words], (m,)
        case "float_naive" | "float_tiled":  # small integers, so that float32 is exact
            a, b = (rng.integers(-8, 9, shape).astype(np.float32) for shape in ((m, k), (k, n)))
            return [a, b], a @ b, [m, n, k], (m, n)
    b = rng.random((n, k)) < 0.5
    if name.startswith("pixels"):
        pixels = rng.integers(0, 256, (m, k), np.uint8)
        a_bits, z = planes(pixels), (2 * pixels.astype(np.int32) - 255) @ (2 * b.T.astype(np.int32) - 1)
    else:
        a = rng.random((m, k)) < 0.5
        a_bits, z = pack(a), (2 * a.astype(np.int32) - 1) @ (2 * b.T.astype(np.int32) - 1)
    after = [m, n, words, k] + ([ones(a_bits), ones(pack(b))] if "mma" in name else [])
    if "threshold" not in name:
        return [a_bits, pack(b)], z, after, (m, n)
    thresholds = z[rng.integers(0, m, n), np.arange(n)].astype(np.int32)  # some sums are just equal
    flip = rng.random(n) < 0.5
    return [a_bits, pack(b), thresholds, flip], pack((z >= thresholds) != flip), after, (m, n)


def planes(pixels):
    """Return the eight planes of bits of pixels (rows, k): (rows, 8, words)."""
    return pack((pixels[:, None] >> np.arange(8)[:, None] & 1).astype(bool))
