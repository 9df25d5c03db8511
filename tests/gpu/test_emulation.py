"""The emulation itself: what it says of errors, what it counts, how it is called."""

import ctypes
import subprocess
import sys
from shutil import which

import numpy as np
import pytest

from gpu.emulation import launch
from gpu.emulation.__main__ import draw, first_tile, record, traffic
from gpu.emulation.build import build
from gpu.launch import KERNELS, TABLE

needs_compiler = pytest.mark.skipif(which("g++") is None, reason="the emulation needs g++")
ONE = (1, 1, 1)


def kernel(body, arguments="int *p, int n"):
    return f'extern "C" __global__ void k({arguments})\n{{\n{body}\n}}\n'


def run(body, p, n=0, block=(4, 1, 1), grid=ONE, order="forward"):
    launch("k", grid, block, p, n, source=kernel(body), order=order)
    return p


@needs_compiler
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("p[threadIdx.x + n] = 1;", r"thread \(2, 0, 0\) of block \(0, 0, 0\) writes 4 bytes outside of every array"),
        ("p[0] = p[-1 - (int)threadIdx.x];", r"thread \(0, 0, 0\) .* reads 4 bytes outside of every array"),
        ("*(int *)((char *)p + 2) = 1;", "writes 4 bytes at an address that is no multiple of that"),
        ("if (threadIdx.x) __syncthreads();", "3 of 4 threads wait for others that never come"),
        ("if (threadIdx.x) p[0] = __shfl_sync(0xffffffff, n, 0);", "3 of 4 threads wait for others that never come"),
        ("p[0] = __ballot_sync(0xf, n);", "calls a part of its warp; only the mask 0xffffffff is emulated"),
    ],
)
def test_what_is_wrong_is_said(body, message):
    with pytest.raises(RuntimeError, match=f"^emulation: k: .*{message}$"):
        run(body, np.zeros(4, np.int32), 2)
    run("p[threadIdx.x] = 1;", np.zeros(4, np.int32))  # and the machine goes on


@needs_compiler
def test_text_that_does_not_compile():
    with pytest.raises(ValueError, match=r"(?s)^emulation: g\+\+ finds errors in the kernel:\n.*kernel.cu:3:1: error"):
        run("nothing;", np.zeros(1, np.int32))
    with pytest.raises(ValueError, match="the text holds no kernel"):
        build('int x; // extern "C" __global__ void k(int *p)')


def test_without_a_compiler(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match=r"^emulation: g\+\+ is not on PATH; install it \(Debian"):
        run("p[0] = 12345; // a text that nobody has built", np.zeros(1, np.int32))


def test_an_array_with_gaps_is_refused():
    with pytest.raises(ValueError, match=r"an array has strides \(8,\); pass np.ascontiguousarray of it"):
        launch("popcount_rows", ONE, ONE, np.zeros(8, np.int32)[::2])


@needs_compiler
def test_threads_take_turns_in_both_orders():
    body = "p[n] = p[n] * 10 + threadIdx.x + 1; __syncthreads(); p[1] = p[1] * 10 + threadIdx.x + 1;"
    assert list(run(body, np.zeros(2, np.int32))) == [1234, 1234]
    assert list(run(body, np.zeros(2, np.int32), order="reverse")) == [4321, 4321]


@needs_compiler
def test_indices_and_sizes():
    body = """int i = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    int block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
    p[block * 24 + i] = 1000 * block + i;"""
    p = run(body, np.zeros((12, 24), np.int32), block=(4, 3, 2), grid=(2, 3, 2))
    np.testing.assert_array_equal(p, 1000 * np.arange(12)[:, None] + np.arange(24))


@needs_compiler
def test_lanes_of_a_warp_hand_values_over():
    body = """int lane = threadIdx.x % 32;
    p[threadIdx.x] = __shfl_xor_sync(0xffffffff, 100 + lane, 5) + __shfl_sync(0xffffffff, lane, 3) * 1000;
    unsigned votes = __ballot_sync(0xffffffff, lane % 3 == 0);
    if (lane == 7) p[threadIdx.x] = votes;"""
    p = run(body, np.zeros(64, np.int32), block=(64, 1, 1)).reshape(2, 32)
    lanes = np.arange(32)
    expected = np.where(lanes == 7, (2 ** lanes[::3]).sum(), 3100 + (lanes ^ 5))
    np.testing.assert_array_equal(p, [expected, expected])


@needs_compiler
def test_shared_memory_begins_with_anything():
    body = "__shared__ int tile[4]; p[threadIdx.x] = tile[threadIdx.x]; tile[threadIdx.x] = 0;"
    assert (run(body, np.zeros(4, np.int32), grid=(2, 1, 1)) != 0).all()


@needs_compiler
def test_arguments_behind_one_another_as_the_driver_packs_them():
    text = kernel("*p = a + 1000 * b; *q = x;", "char a, long long b, int *p, float x, float *q")
    library = ctypes.CDLL(str(build(text)))
    p, q = np.zeros(1, np.int32), np.zeros(1, np.float32)
    fields = [("a", ctypes.c_char), ("b", ctypes.c_longlong), ("p", ctypes.c_void_p), ("x", ctypes.c_float)]
    packed = type("Packed", (ctypes.Structure,), {"_fields_": [*fields, ("q", ctypes.c_void_p)]})
    library.emulation__configure(0, 0, 0, None, None)
    buffer = packed(7, 12, p.ctypes.data, 0.5, q.ctypes.data)
    library.k__launch_buffer.restype = ctypes.c_char_p
    assert library.k__launch_buffer(1, 1, 1, 1, 1, 1, 0, ctypes.byref(buffer)) is None
    assert (p[0], q[0]) == (12007, 0.5)


# ---- mma and ldmatrix, against matrices laid out as the PTX manual draws them


@needs_compiler
@pytest.mark.parametrize("differ", [0, 1])
def test_mma_multiplies_matrices_of_bits(differ):
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 2, (16, 256)), rng.integers(0, 2, (8, 256))
    words = [np.packbits(x, axis=1, bitorder="little").view(np.uint32) for x in (a, b)]  # (16, 8), (8, 8)
    g, t = np.arange(32)[:, None] // 4, np.arange(32)[:, None] % 4
    lanes_a = words[0][g + 8 * (np.arange(4) % 2), t + 4 * (np.arange(4) // 2)]  # a0 to a3 of each lane
    lanes_b = words[1][g, t + 4 * np.arange(2)]
    out = np.full((32, 4), 5, np.int32)
    text = kernel(
        "unsigned l = threadIdx.x; emulation::mma(out + 4 * l, a + 4 * l, b[2 * l], b[2 * l + 1], differ);",
        "const unsigned *a, const unsigned *b, int *out, int differ",
    )
    launch("k", ONE, (32, 1, 1), lanes_a, lanes_b, out, differ, source=text)
    product = (a[:, None] != b[None]).sum(-1) if differ else a @ b.T
    expected = product[g + 8 * (np.arange(4) // 2), 2 * t + np.arange(4) % 2] + 5
    np.testing.assert_array_equal(out, expected)


@needs_compiler
def test_late_copies_come_at_the_wait_and_not_before():
    body = """__shared__ int tile[8]; tile[threadIdx.x] = 50; tile[threadIdx.x + 4] = 60;
    emulation::copy_later(&tile[threadIdx.x], &p[threadIdx.x], 4, 4); emulation::close_group();
    emulation::copy_later(&tile[threadIdx.x + 4], &p[0], 4, 0); emulation::close_group();
    int before = tile[threadIdx.x]; emulation::wait_for_groups(1);
    int one = tile[threadIdx.x], other = tile[threadIdx.x + 4]; emulation::wait_for_groups(0);
    int *to = p + 4 * threadIdx.x; __syncthreads();
    to[0] = before; to[1] = one; to[2] = other; to[3] = tile[threadIdx.x + 4];"""
    p = run(body, np.arange(1, 17, dtype=np.int32))
    between, zero = int.from_bytes(b"\xa5" * 4, "little"), 0
    expected = [(between, one, between, zero) for one in (1, 2, 3, 4)]
    np.testing.assert_array_equal(p.view(np.uint32).reshape(4, 4), expected)


# ---- what a warpgroup multiplies


def wgmma(body, given=24 << 10):
    """Run a body on tiles of 64 rows of a and 128 of b, each of 128 bytes, put where tensor cores look for them."""
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 2**32, (rows, 32), np.uint32) for rows in (64, 128))
    out = np.zeros((64, 128), np.int32)
    text = (KERNELS / "wgmma.cu").read_text() + kernel(
        """int c[16][4] = {};
        uint4 *at = given_memory();
        for (int i = threadIdx.x; i < 192 * 8; i += blockDim.x) {  // piece i % 8 of row i / 8: a, then b behind it
            const unsigned *from = i < 512 ? a + 4 * i : b + 4 * (i - 512);
            emulation::copy_later(at + (i / 8 * 8 + (i % 8 ^ i / 8 % 8)), from, 16, 16);
        }
        emulation::close_group();
        u64 x = descriptor(at), y = descriptor(at + 512);
        """ + body + """
        int g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
        for (int j = 0; j < 16; j++)
            for (int i = 0; i < 4; i++)
                out[(threadIdx.x / 32 * 16 + g + i / 2 * 8) * 128 + 8 * j + 2 * t + i % 2] = c[j][i];""",
        "const unsigned *a, const unsigned *b, int *out",
    )  # fmt: skip
    launch("k", ONE, (128, 1, 1), a, b, out, source=text, shared=given)
    bits = [np.unpackbits(x.view(np.uint8), axis=1, bitorder="little").astype(np.int32) for x in (a, b)]
    return out, lambda first, end: bits[0][:, first:end] @ bits[1][:, first:end].T


COME = "emulation::wait_for_groups(0); show_to_tensor_cores(); __syncthreads(); order_registers();"


@needs_compiler
def test_wgmma_multiplies_matrices_of_bits():
    body = """wgmma(c, x + 2, y + 2); close_products(); wgmma(c, x + 6, y + 6); close_products();
    int before = c[0][0]; wait_for_products<1>(); int one = c[0][0]; wait_for_products<0>();
    c[0][0] += 1000 * one + 1000000 * before;"""
    out, product = wgmma(COME + body)
    expected = product(256, 512) + product(768, 1024)
    first = np.ix_(np.arange(64) % 16 < 8, [0, 2, 4, 6])  # where each lane has its first sum
    expected[first] += 1000 * product(256, 512)[first]
    np.testing.assert_array_equal(out, expected)


@needs_compiler
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (COME.replace("order_registers();", "") + "wgmma(c, x, y);", "multiplies without having ordered its registers"),
        (COME + "wgmma(c, x + 2048, y);", "multiplies what is outside of the launch's shared memory"),
        (COME + "wgmma(c, x, y ^ 3ull << 62);", "has a descriptor of another layout than rows of 128 bytes without .*"),
        (
            COME
            + """wgmma(c, x, y); close_products();
            if (threadIdx.x == 0) emulation::copy_later(at, a, 16, 16);
            wait_for_products<0>();""",
            "overwrites rows before they are multiplied",
        ),
        (
            COME + "wgmma(c, x, y); close_products(); if (threadIdx.x == 0) at[0].x = 0; wait_for_products<0>();",
            "overwrites rows before they are multiplied",
        ),
        ("at[24 * 64] = uint4();", "writes .* bytes outside of every array"),
    ],
)
def test_what_a_warpgroup_does_wrong_is_said(body, message):
    with pytest.raises(RuntimeError, match=f"^emulation: k: thread .*{message}"):
        wgmma(body)


@needs_compiler
def test_what_tensor_cores_were_not_shown_they_do_not_see():
    body = "wgmma(c, x, y); close_products(); wait_for_products<0>();"
    out, product = wgmma(COME + body)
    np.testing.assert_array_equal(out, product(0, 256))
    out, product = wgmma(COME.replace("show_to_tensor_cores();", "") + body)
    assert (out == 4 * 32).all()  # anything, 0xa5 in each byte
    write = "for (int i = threadIdx.x; i < 1536; i += 128) at[i] = uint4(); __syncthreads();"
    assert (wgmma(COME + write + body)[0] == 4 * 32).all()
    assert (wgmma(COME + write.replace("_", "show_to_tensor_cores(); _", 1) + body)[0] == 0).all()
    with pytest.raises(RuntimeError, match="the launch gives more shared memory than a block can have"):
        wgmma(body, given=228 << 10)


# ---- what is shown to a learner


@needs_compiler
def test_traffic_of_the_kernels():
    words = 16  # in a row of 1,024 entries, 8 bytes each
    naive, tiled = traffic("xnor_naive"), traffic("xnor_tiled")
    assert naive == {"global read": 2 * words * 8, "global written": 4, "shared read": 0, "shared written": 0}
    assert tiled == {"global read": 2 * 8, "global written": 4, "shared read": 2 * words * 8, "shared written": 2 * 8}
    registers = traffic("xnor_registers")  # 16 outputs of 4 + 4 rows a thread; 64 + 64 rows a block
    assert registers == {
        "global read": 128 * words * 8 / 256, "global written": 64, "shared read": 8 * words * 8,
        "shared written": 128 * words * 8 / 256,
    }  # fmt: skip
    mma = traffic("xnor_mma")  # 128 + 128 rows a block of 128 threads; 64 + 64 rows a warp; ones of 64 rows, 2 columns
    assert mma == {
        "global read": 256 * words * 8 / 128 + (64 + 2) * 4, "global written": 512,
        "shared read": 128 * words * 8 / 32 + 512, "shared written": 256 * words * 8 / 128 + 512,
    }  # fmt: skip
    wgmma = traffic("xnor_wgmma")  # 256 threads; ones of 16 rows, 4 columns; a second tile, of zeros; sums, out and in
    assert wgmma == {
        "global read": 256 * words * 8 / 256 + (16 + 4) * 4, "global written": 256,
        "shared read": 256, "shared written": 2 * 256 * words * 8 / 256 + 256,
    }  # fmt: skip


@needs_compiler
def test_the_picture_shows_the_first_tile():
    thread, place, reads = first_tile(record("xnor_tiled"))
    y, x = np.mgrid[:16, :8]
    np.testing.assert_array_equal(thread, [16 * y + x, 16 * y + x + 8])
    assert len(np.unique(place)) == 256
    assert (np.diff(place[1, :, 0]) == 9 * 8).all()
    assert (reads == 16).all()
    titles = [axes.get_title() for axes in draw().axes]
    assert titles[0].startswith("a: thread that fetches a word;\nthen 16 threads")
    assert titles[2].endswith("up to 1 in a bank")
    assert titles[3].endswith("up to 8 in a bank")


@needs_compiler
def test_the_command(tmp_path):
    command = [sys.executable, "-m", "gpu.emulation", "--out", str(tmp_path / "tiles.png")]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout
    assert [line.split()[0] for line in shown.splitlines()] == ["bytes", *[n for n in TABLE if n in shown], "the"]
    assert (tmp_path / "tiles.png").stat().st_size > 10000


def test_a_grid_covers_its_outputs():
    assert TABLE["xnor_mma"].grid(129, 128) == (2, 1, 1)
    assert TABLE["popcount_rows"].grid(17) == (3, 1, 1)
    with pytest.raises(ValueError, match=r"xnor_naive\.cu: 0 x 3 outputs take 0 x 1 blocks; there may be 1 to"):
        TABLE["xnor_naive"].grid(0, 3)
    with pytest.raises(ValueError, match="take 1 x 65536 blocks"):
        TABLE["xnor_naive"].grid(1, 16 * 65536)
