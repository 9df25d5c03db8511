"""Gaps: which few of many places are taken, in few bits.

Read the places from first to last, and write down how many free ones lie before each taken one: its gap. Gaps take b
bits each. The highest code, 2^b - 1, means "skip that many free places and read on", so that long gaps fit too (Han,
Mao, Dally 2016, arXiv 1510.00149, figure 2). With 3 bits, whose highest code is 7:

    taken   2, 3, 20         gaps   2, 0, 16         codes   2, 0, 7, 7, 2

With b = 1 a 0 takes the next place and a 1 skips it: a mask of one bit a place. A file uses the b from 1 to 8 that
needs the fewest bits; it holds b and the number of codes, 32 bits each, and the codes.
"""

from __future__ import annotations

import numpy as np

from tinynet.parameterizations.packing import pack, take_codes
from tinynet.parameterizations.state import State, take


def encode(places: np.ndarray, b: int) -> np.ndarray:
    """Return the codes, below 2^b, of ascending places."""
    skips, rest = np.divmod(np.diff(places, prepend=-1) - 1, 2**b - 1)
    codes = np.full(len(places) + skips.sum(), 2**b - 1)
    codes[np.cumsum(skips + 1) - 1] = rest
    return codes


def decode(codes: np.ndarray, b: int) -> np.ndarray:
    """Return the places that codes stand for, int64, ascending."""
    takes = codes < 2**b - 1
    return np.cumsum(codes.astype(np.int64) + takes)[takes] - 1


def shortest(places: np.ndarray) -> tuple[int, int]:
    """Return b, and the number of its codes, such that they take the fewest bits."""
    free = np.diff(places, prepend=-1) - 1
    counts = {b: len(places) + int((free // (2**b - 1)).sum()) for b in range(1, 9)}
    return min(counts.items(), key=lambda item: item[0] * item[1])


def stored_bits(places: np.ndarray) -> int:
    """Return how many bits a file must hold."""
    b, count = shortest(places)
    return b * count + 64


def most_bits(K: int, N: int) -> int:
    """Return how many bits a file must hold at most, wherever the K of N places are: a skip passes 2^b - 1 of them."""
    return min(b * (K + (N - K) // (2**b - 1)) for b in range(1, 9)) + 64


def packed(places: np.ndarray) -> State:
    """Return the arrays of a file for ascending places, at least one."""
    b, count = shortest(places)
    return {"gaps": pack(encode(places, b), 2**b), "form": np.array([b, count], np.uint32)}


def unpacked(state: State, K: int, N: int) -> np.ndarray:
    """Return K ascending places below N. ValueError where the state holds anything else."""
    b, count = take(state, "form", (2,), "u4").tolist()
    if not (1 <= b <= 8 and K <= count <= N):
        raise ValueError(f"{count} gaps of {b} bits cannot say which {K} of {N} places are taken")
    places = decode(take_codes(state, "gaps", (count,), 2**b), b)
    if len(places) != K or places[-1] >= N or shortest(places) != (b, count):
        raise ValueError(f"the gaps of {b} bits do not lead to {K} of {N} places by the shortest way")
    return places
