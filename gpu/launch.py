"""How each kernel is launched: its text, the threads of a block, and which outputs one block makes.

A kernel's outputs form a matrix, (rows, columns). Each block makes one tile of it, and the grid has enough blocks to
cover it. blockIdx.x counts tiles down the rows, fewer than 2^31 of them; blockIdx.y counts along the columns, up to
65,535. The host code and the emulation both launch by this table.

The text of most kernels is one file. The kernels on tensor cores share parts, so their text is several files in order.

Arguments of the kernels: u64 is unsigned long long, and every array lies row after row, without gaps. Bits are packed
as in tinynet/kernels/bits.py, 64 to a word; words = ceil(n_bits / 64), and the padding behind the last entry is 0.

    pack_signs             const float *x, u64 *bits, int rows, int n_bits, int words
    pack_planes            const unsigned char *pixels, u64 *planes, int rows, int n_bits, int words
    popcount_rows          const u64 *bits, int *ones, int rows, int words
    xnor_naive, _tiled, _registers
                           const u64 *a, const u64 *b, int *out, int m, int n, int words, int n_bits
    xnor_mma, xnor_wgmma   the same, const int *ones_a, const int *ones_b
    xnor_threshold         const u64 *a, const u64 *b, const int *thresholds, const unsigned char *flip, u64 *out,
                           int m, int n, int words, int n_bits
    xnor_mma_threshold, xnor_wgmma_threshold
                           the same, const int *ones_a, const int *ones_b
    pixels_product         const u64 *planes, const u64 *b, int *out, int m, int n, int words, int n_bits
    pixels_threshold       as xnor_threshold, planes for a
    pixels_mma_threshold, pixels_wgmma_threshold
                           as xnor_mma_threshold, planes for a
    scores                 const int *z, const float *bias, float first, float second, float *out, int rows, int n
    float_naive, _tiled    const float *a, const float *b, float *out, int m, int n, int k
    ceiling_*              int *out, int rounds

    x (rows, n_bits), bits (rows, words), ones (rows): what popcount_rows makes of a, b or planes
    pixels (rows, n_bits) uint8, planes (rows, 8, words): plane k of a row holds bit k of its pixels
    a (m, words), b (n, words), out (m, n) if it is int, packed signs (m, ceil(n / 64)) if it is u64
    thresholds (n), flip (n) 0 or 1: unit j is on if (z_j >= thresholds_j) != flip_j
    z (rows, n), bias (n), out (rows, n): scores of the last layer
    float: a (m, k), b (k, n), out (m, n)
    ceilings: out has one entry for each thread; ceilings.cu and ceiling_wgmma.cu say what a thread computes in a round
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

KERNELS = Path(__file__).parent / "kernels"
Shape = tuple[int, int, int]


class Kernel(NamedTuple):
    """One row of the table."""

    file: str  # in kernels/
    block: Shape  # threads, (x, y, z)
    tile: tuple[int, int]  # outputs of a block, (rows, columns)
    parts: tuple[str, ...] = ()  # files in kernels/ whose text comes first
    shared: int = 0  # bytes of shared memory that the launch gives each block

    def source(self) -> str:
        """Return the CUDA C text to compile; compiler errors will name the file and line."""
        files = (*self.parts, self.file)
        return "".join(f'#line 1 "{file}"\n{(KERNELS / file).read_text()}' for file in files)

    def grid(self, rows: int, columns: int = 1) -> Shape:
        """Return the blocks that cover (rows, columns) outputs, as (x, y, z). ValueError for none or too many."""
        x, y = -(-rows // self.tile[0]), -(-columns // self.tile[1])
        if not (0 < x < 2**31 and 0 < y < 2**16):
            raise ValueError(
                f"{self.file}: {rows} x {columns} outputs take {x} x {y} blocks; "
                "there may be 1 to 2147483647 x 1 to 65535: launch nothing, or launch parts"
            )
        return x, y, 1


MMA = ("tiles.cu", "outputs.cu")
WGMMA = (*MMA, "wgmma.cu")
ROWS = 128 * 128  # bytes of shared memory: 128 rows of 128 bytes

# fmt: off
TABLE = {  # name                 file                  threads       tile, parts, shared memory     outputs
    "pack_signs":             Kernel("pack_signs.cu",     (256, 1, 1),  (1, 8)),                    # rows, words
    "pack_planes":            Kernel("pack_planes.cu",    (256, 1, 1),  (1, 8)),                    # rows, plane words
    "popcount_rows":          Kernel("popcount_rows.cu",  (256, 1, 1),  (8, 1)),                    # rows
    "xnor_naive":             Kernel("xnor_naive.cu",     (16, 16, 1),  (16, 16)),                  # m, n
    "xnor_tiled":             Kernel("xnor_tiled.cu",     (16, 16, 1),  (16, 16)),                  # m, n
    "xnor_registers":         Kernel("xnor_registers.cu", (16, 16, 1),  (64, 64)),                  # m, n
    "xnor_mma":               Kernel("xnor_mma.cu",       (128, 1, 1),  (128, 128), MMA),           # m, n
    "xnor_mma_threshold":     Kernel("xnor_mma.cu",       (128, 1, 1),  (128, 128), MMA),           # m, n
    "pixels_mma_threshold":   Kernel("xnor_mma.cu",       (128, 1, 1),  (16, 128),  MMA),           # m, n
    "xnor_wgmma":             Kernel("xnor_wgmma.cu",     (256, 1, 1),  (128, 128), WGMMA, 6 * ROWS),  # m, n
    "xnor_wgmma_threshold":   Kernel("xnor_wgmma.cu",     (256, 1, 1),  (128, 128), WGMMA, 6 * ROWS),  # m, n
    "pixels_wgmma_threshold": Kernel("xnor_wgmma.cu",     (256, 1, 1),  (16, 128),  WGMMA, 6 * ROWS),  # m, n
    "xnor_threshold":         Kernel("xnor_threshold.cu", (32, 8, 1),   (8, 64)),                   # m, n
    "pixels_product":         Kernel("pixels.cu",         (32, 8, 1),   (8, 64)),                   # m, n
    "pixels_threshold":       Kernel("pixels.cu",         (32, 8, 1),   (8, 64)),                   # m, n
    "scores":                 Kernel("scores.cu",         (256, 1, 1),  (256, 1)),                  # rows, n
    "float_naive":            Kernel("float_naive.cu",    (16, 16, 1),  (16, 16)),                  # m, n
    "float_tiled":            Kernel("float_tiled.cu",    (16, 16, 1),  (16, 16)),                  # m, n
    "ceiling_popcount":       Kernel("ceilings.cu",       (256, 1, 1),  (256, 1)),                  # threads
    "ceiling_mma_and":        Kernel("ceilings.cu",       (256, 1, 1),  (256, 1)),                  # threads
    "ceiling_mma_xor":        Kernel("ceilings.cu",       (256, 1, 1),  (256, 1)),                  # threads
    "ceiling_wgmma":          Kernel("ceiling_wgmma.cu",  (256, 1, 1),  (256, 1), ("wgmma.cu",), 2 * ROWS),  # threads
}
# fmt: on
