"""A layer of signs by the fastest rung of this machine: what the networks call.

    rows      the layer's input: uint64 bits of signs, or uint8 pixels        words (N, W)   bits of the signs s (N, K)
    sums      z (M, N), int32                                                 thresholds, flip (N,)
    signs     bit j of row i is (z_ij >= thresholds_j) != flip_j, packed: the input of the next layer

A hidden layer needs only the signs of its sums, so these are compared while they are still in the cache. Every rung is
exact; threads, each with rows of its own, change no bit. Panels are the fastest rung where AVX-512 counts bits
(VPOPCNTDQ), carries with AVX2 or Neon, the tile elsewhere, and NumPy for little work (worth.py) or without Numba.

In the first layer a pixel p = 0 .. 255 stands for the odd integer 2 p - 255:

    z_ij = sum_k (2 p_ik - 255) s_jk

There are two ways to these integers. The first needs nothing but products of signs. A byte is eight bits,
p = sum_b 2^b p_b, and since 255 = sum_b 2^b as well, 2 p - 255 = sum_b 2^b (2 p_b - 1). So the eight bits of the pixels
are eight rows of signs, called planes:

    z = sum_b 2^b (product of the signs in plane b)

The second way multiplies the bytes themselves, where the processor does that (vectors.py). With AVX-512 it takes one
instruction where planes take three, and no sum over planes:

    z = 2 sum_k p_k s_k - c,      c_j = 255 sum_k s_jk

Compiled loops read memory by address. So the four functions that are called from outside, `sums`, `signs`,
`pixel_sums` and `pixel_signs`, first make sure that their operands fit each other.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinynet.kernels.bits import n_words, pack_signs, popcount
from tinynet.kernels.jit import cpu_features, numba_found
from tinynet.kernels.threads import share
from tinynet.kernels.worth import in_numpy, waits
from tinynet.kernels.xnor.equation import xnor_matmul_numpy

FEW_ROWS = 16  # fewer do not pay for laying out the words in panels
TOGETHER = 16  # pictures whose eight planes are multiplied at once, so that the sums stay in the cache
WORTH_A_THREAD = 2**31  # multiplications, about a millisecond; starting a thread costs a tenth of that
BYTE, WORD, INTEGER, BIT = map(np.dtype, (np.uint8, np.uint64, np.int32, np.bool_))
NEVER = 2**31 - 1  # a threshold that no sum reaches


def best_rung() -> str:
    """Return the name of the fastest rung for this machine: numpy, tile, panel or carry."""
    if not numba_found():
        return "numpy"
    if "avx512vpopcntdq" in cpu_features():
        return "panel"
    return "carry" if {"avx2", "neon"} & cpu_features() else "tile"


def _check(
    rows: np.ndarray, kind: np.dtype, width: int, words: np.ndarray, n: int,
    thresholds: np.ndarray | None = None, flip: np.ndarray | None = None,
) -> None:  # fmt: skip
    """Raise ValueError unless rows are (M, width) of this dtype, words (N, W) for n signs, and the others (N,)."""
    columns = len(words)
    fits = rows.shape == (len(rows), width) and words.shape == (columns, n_words(n))
    fits = fits and rows.dtype == kind and words.dtype == WORD and (kind is BYTE or rows.flags.c_contiguous)
    if thresholds is not None and flip is not None:
        fits = fits and thresholds.shape == flip.shape == (columns,)
        fits = fits and thresholds.dtype == INTEGER and flip.dtype == BIT
    if not fits:
        operands = [f"{a.dtype} {a.shape}" for a in (rows, words, thresholds, flip) if a is not None]
        raise ValueError(f"xnor: rows, words and thresholds do not fit {n} signs a row: {', '.join(operands)}")


# ---- signs meet signs


def sums(
    bits: np.ndarray, words: np.ndarray, n: int, threads: int | None = None, panels: np.ndarray | None = None
) -> np.ndarray:
    """Return z for bits of n signs a row. panels: `pack_panels(words)`, if you have kept it."""
    _check(bits, WORD, n_words(n), words, n)
    rung = "numpy" if threads is panels is None and waits("xnor") else best_rung()
    if rung == "numpy":
        return in_numpy("xnor", xnor_matmul_numpy, bits, words, n)
    if rung in ("panel", "carry") and (panels is not None or len(bits) >= FEW_ROWS):
        return products(bits, *panels_of(words, rung, panels), n, len(words), threads)
    return by_loops("tile" if len(bits) > 1 else "words", bits, words, n, threads)


def signs(
    bits: np.ndarray, words: np.ndarray, n: int, thresholds: np.ndarray, flip: np.ndarray,
    threads: int | None = None, panels: np.ndarray | None = None,
) -> np.ndarray:  # fmt: skip
    """Return the packed signs for bits of n signs a row."""
    _check(bits, WORD, n_words(n), words, n, thresholds, flip)
    rung = "numpy" if threads is panels is None and waits("xnor") else best_rung()
    if rung in ("panel", "carry") and (panels is not None or len(bits) >= FEW_ROWS):
        return comparisons(bits, *panels_of(words, rung, panels), n, thresholds, flip, threads)
    return pack_signs((sums(bits, words, n, threads) >= thresholds) ^ flip)


def pack_panels(words: np.ndarray) -> np.ndarray | None:
    """Return the words as the fastest rung wants them, worth keeping if you multiply by them often; None if as is."""
    return panels_of(words, best_rung())[0] if best_rung() in ("panel", "carry") else None


def panels_of(words: np.ndarray, rung: str, panels: np.ndarray | None = None) -> tuple[np.ndarray, int]:
    """Return the panels of the words, or the ones given if they can be theirs, and their kind."""
    from tinynet.kernels.xnor import panels as layout

    kind = layout.CARRY if rung == "carry" else layout.PLAIN
    if panels is None:
        return layout.panels(words, kind), kind
    shape = layout.panels_shape(*words.shape, kind)
    if panels.dtype != np.uint32 or panels.shape != shape or not panels.flags.c_contiguous:
        raise ValueError(
            f"xnor_matmul: panels is {panels.dtype} {panels.shape}; b_bits {words.shape} takes uint32 {shape}: "
            "make them with pack_panels(b_bits)"
        )
    return panels, kind


# ---- pixels meet signs


def pixel_sums(pixels: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return z for pixels uint8 (M, K). K <= 2^22, so that 2 z fits."""
    _check(pixels, BYTE, pixels.shape[-1], words, pixels.shape[-1])
    if not _by_bytes(pixels):
        return sums_by_planes(pixels, words)
    z = products(*_fours(pixels, words), len(words))
    z -= _offsets(words, pixels.shape[1])
    return z


def pixel_signs(pixels: np.ndarray, words: np.ndarray, thresholds: np.ndarray, flip: np.ndarray) -> np.ndarray:
    """Return the packed signs for pixels uint8 (M, K). Thresholds lie in -255 K .. 255 K + 1, so that z + c fits."""
    _check(pixels, BYTE, pixels.shape[-1], words, pixels.shape[-1], thresholds, flip)
    if not _by_bytes(pixels):
        return pack_signs((sums_by_planes(pixels, words) >= thresholds) != flip)
    return comparisons(*_fours(pixels, words), thresholds + _offsets(words, pixels.shape[1]), flip)


def _by_bytes(pixels: np.ndarray) -> bool:
    """Return whether the processor multiplies bytes, and there are rows enough to pay for unpacking the signs."""
    if len(pixels) < FEW_ROWS or waits("xnor") or best_rung() not in ("panel", "carry"):
        return False
    from tinynet.kernels.xnor.panels import MULTIPLIES

    return MULTIPLIES


def _fours(pixels: np.ndarray, words: np.ndarray) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Return pixels and signs four to a word, uint32 (M, S) and panels, their kind, and 0 for n."""
    from tinynet.kernels.xnor.panels import BYTES, byte_panels

    padded = np.pad(pixels, [(0, 0), (0, -pixels.shape[1] % 4)]) if pixels.shape[1] % 4 else pixels
    rows = np.ascontiguousarray(padded).view(np.uint32)
    return rows, byte_panels(words, rows.shape[1]), BYTES, 0


def _offsets(words: np.ndarray, n: int) -> np.ndarray:
    """Return c, int32 (N,)."""
    return 255 * (2 * popcount(words) - np.int32(n))


def sums_by_planes(pixels: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return z by planes of bits, summed by Horner's rule from the highest bit down: z = 2 z + (the next product)."""
    rows, n = pixels.shape
    z = np.empty((rows, len(words)), np.int32)
    panels = pack_panels(words) if rows > 1 and not waits("xnor") else None
    for first in range(0, rows, TOGETHER):
        some = slice(first, first + TOGETHER)
        planes = np.unpackbits(pixels[some, :, None], axis=2).transpose(2, 0, 1)  # (8, some, K), highest bit first
        bits = pack_signs(planes.reshape(-1, n).astype(bool))
        highest, *others = sums(bits, words, n, panels=panels).reshape(8, -1, len(words))
        total = z[some]
        total[:] = highest
        for plane in others:
            total *= 2
            total += plane
    return z


# ---- the compiled loops, their rows shared among threads


def by_loops(rung: str, bits: np.ndarray, words: np.ndarray, n: int, threads: int | None = None) -> np.ndarray:
    """Return the sums on the rung words or tile."""
    if rung == "words":
        from tinynet.kernels.xnor.words import words as fill
    else:
        from tinynet.kernels.xnor.tile import tile as fill

    dot = np.empty((len(bits), len(words)), np.int32)
    _share(lambda some: fill(bits[some], words, np.int32(n), dot[some]), dot.size * n, dot, threads)
    return dot


def products(
    rows: np.ndarray, panels: np.ndarray, kind: int, n: int, columns: int, threads: int | None = None
) -> np.ndarray:
    """Return the products, int32 (M, columns), of rows with the columns in panels of any kind (panels.py)."""
    from tinynet.kernels.xnor.panels import product, streams

    dot = np.empty((len(rows), columns), np.int32)
    _share(
        lambda some: product(streams(rows[some], kind), panels, kind, np.int32(n), dot[some]),
        8 * rows.nbytes * columns, dot, threads,
    )  # fmt: skip
    return dot


def comparisons(
    rows: np.ndarray, panels: np.ndarray, kind: int, n: int, thresholds: np.ndarray, flip: np.ndarray,
    threads: int | None = None,
) -> np.ndarray:  # fmt: skip
    """Return as bits, uint64 (M, words), where such products reach their thresholds, or do not where flip is True."""
    from tinynet.kernels.xnor.panels import compare, streams

    columns = len(thresholds)
    limits = np.full(panels.shape[::2], NEVER, np.int32)  # (P, 32): the places after the last column stay 0
    limits.reshape(-1)[:columns] = thresholds
    turned = np.append(flip, np.zeros(limits.size - columns, bool)).reshape(limits.shape)
    flips = pack_signs(turned)[:, 0].astype(np.uint32)
    out = np.zeros((len(rows), n_words(columns)), np.uint64)
    _share(
        lambda some: compare(streams(rows[some], kind), panels, kind, np.int32(n), limits, flips, out[some]),
        8 * rows.nbytes * columns, out, threads,
    )  # fmt: skip
    return out


def _share(run: Callable[[slice], None], work: int, out: np.ndarray, threads: int | None) -> None:
    """Call run(rows) for slices of the rows of out, whole tiles each; `work` is multiplications of bits in all."""
    worth = 1 + work // WORTH_A_THREAD
    if threads is None and worth == 1:
        run(slice(0, len(out)))
    else:
        share(lambda first, last: run(slice(first, last)), len(out), threads, worth, unit=8, turns=8)
