"""The layer that computes on bits: sums of +1 and -1 by XNOR and popcount.

Three kinds of rows flow through a frozen network, each of shape (rows, width):

    pixels    uint8, p = 0 .. 255: the input
    signs     uint64 words of 64 signs, bit 1 for +1 and 0 for -1 (kernels/bits.py)
    floats    float32, as in training; at the end the scores

BitLinear turns pixels or signs into signs or floats. Its W of +1 and -1 takes one bit an entry, and inside it are only
integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.kernels.bits import n_words
from tinynet.kernels.xnor import layer as xnor
from tinynet.layers.base import Layer
from tinynet.parameterizations.packing import unpack
from tinynet.parameterizations.state import State, Storable, take

BYTE, WORD = np.dtype(np.uint8), np.dtype(np.uint64)
EXACT = 2**24  # every integer below it is a float32, so sums of integers are exact in any order


class BitMatrix(Storable):
    """W (n_in, n_out) of +1 and -1 as bits: `words` uint64 (n_out, words), one row for each column of W."""

    def __init__(self, words: np.ndarray, n_in: int) -> None:
        self.words, self.n_in = words, n_in

    @classmethod
    def from_bytes(cls, rows: np.ndarray, n_in: int) -> BitMatrix:
        """Return the matrix in a file's bytes (n_out, n_in / 8 rounded up). ValueError where the padding is not 0."""
        if n_in % 8 and (rows[:, -1] >> (n_in % 8)).any():
            raise ValueError(f"the {-n_in % 8} padding bits after {n_in} weights must be zero")
        padded = np.zeros((len(rows), 8 * -(-n_in // 64)), np.uint8)
        padded[:, : rows.shape[1]] = rows
        return cls(padded.view("<u8").astype(np.uint64, copy=False), n_in)

    def to_bytes(self) -> np.ndarray:
        """Return the bytes of a file, where each row is padded to whole bytes, not to whole words."""
        return self.words.astype("<u8", copy=False).view(np.uint8)[:, : -(-self.n_in // 8)]

    def state(self) -> State:
        """Return the array of a file under its name there."""
        return {"bits": self.to_bytes()}

    def stored_bits(self) -> int:
        """Return the number of bits in a file, which includes the padding of each row."""
        return len(self.words) * -(-self.n_in // 8) * 8

    def __repr__(self) -> str:
        return "1 bit an entry"


@dataclass(eq=False, repr=False)
class BitLinear(Layer):
    """z = x W for W of +1 and -1; z is an integer, so the order of summing cannot change it.

    Args:
        n_in, n_out: widths.
        takes: "signs", or "pixels" for x = 2 p - 255.
        gives: "signs", where unit j is on if (z_j >= thresholds_j) != flip_j; or "floats", which are z + bias.
        bias: whether there is one.
    """

    n_in: int
    n_out: int
    takes: str = "signs"
    gives: str = "signs"
    bias: Any = False  # whether there is one, then the array, or None

    written = ("takes", "gives")

    def __post_init__(self) -> None:
        if (
            self.takes not in ("signs", "pixels")
            or self.gives not in ("signs", "floats")
            or (self.bias and self.gives == "signs")
        ):
            raise ValueError(
                f"BitLinear: takes={self.takes!r}, gives={self.gives!r}, bias={self.bias}; see its description"
            )
        if not (isinstance(self.n_out, int) and self.n_out >= 1):
            raise ValueError(f"BitLinear: n_out={self.n_out!r}; it must be an integer, at least 1")
        self.beside = "thresholds" if self.gives == "signs" else "bias"  # type: ignore[misc]
        self.bias = self.bias or None
        self.bound = most(self.n_in, self.takes)  # |z| <= bound
        self.shape = (self.n_in, self.n_out)  # of W

    def __call__(self, x: Any) -> Tensor:
        """Return the packed signs, or z + bias, for packed signs or pixels x."""
        words, rows = self.weight.words, rows_of(self, x)
        if self.gives == "signs" and self.takes == "pixels":
            return Tensor(xnor.pixel_signs(rows, words, self.thresholds, self.flip))
        if self.gives == "signs":
            return Tensor(xnor.signs(rows, words, self.n_in, self.thresholds, self.flip))
        z = xnor.pixel_sums(rows, words) if self.takes == "pixels" else xnor.sums(rows, words, self.n_in)
        floats = z.astype(np.float32)
        return Tensor(floats if self.bias is None else floats + self.bias)

    def hold(self, words: np.ndarray, **offsets: np.ndarray) -> BitLinear:
        """Take over the weights, and either thresholds and flip or bias, (n_out,) each; return self.

        Args:
            words: uint64, as in BitMatrix.
            offsets: thresholds int32, flip bool, bias float32.

        Raises ValueError for other arrays, and for thresholds no sum can reach: the kernels add to them in int32.
        """
        if self.gives == "signs":
            self.thresholds = t = _take(offsets, "thresholds", (self.n_out,), "i4")
            self.flip = _take(offsets, "flip", (self.n_out,), "?")
            if t.min() < -self.bound or t.max() > self.bound + 1:
                raise ValueError(
                    f"thresholds run from {t.min()} to {t.max()}; sums of {self.n_in} {self.takes} lie between "
                    f"{-self.bound} and {self.bound}"
                )
        elif self.bias is not None:
            self.bias = _take(offsets, "bias", (self.n_out,), "f4")
        self.weight = BitMatrix(_take({"words": words}, "words", (self.n_out, n_words(self.n_in)), "u8"), self.n_in)
        return self

    def matrices(self) -> list[tuple[str, Any, tuple[int, int]]]:
        return [("", self.weight, self.shape)]

    def state(self) -> State:
        bits = self.weight.state()
        if self.gives == "signs":
            return bits | {"thresholds": self.thresholds, "flip": np.packbits(self.flip, bitorder="little")}
        return bits if self.bias is None else bits | {"b": self.bias}

    def restore(self, state: State) -> None:
        offsets: dict[str, np.ndarray] = {}
        bits = _take(state, "bits", (self.n_out, -(-self.n_in // 8)), "u1")
        if self.gives == "signs":
            flip = unpack(_take(state, "flip", (-(-self.n_out // 8),), "u1"), (self.n_out,), 2).astype(bool)
            offsets = {"thresholds": _take(state, "thresholds", (self.n_out,), "i4"), "flip": flip}
        elif self.bias is not None:
            offsets = {"bias": _take(state, "b", (self.n_out,), "f4")}
        self.hold(BitMatrix.from_bytes(bits, self.n_in).words, **offsets)

    def stored_bits(self) -> int:
        beside = 32 + 1 if self.gives == "signs" else 0 if self.bias is None else 32
        return self.weight.stored_bits() + beside * self.n_out


def rows_of(layer: Any, x: Any) -> np.ndarray:
    """Return the rows that reach a layer of pixels or signs. ValueError if they have another kind or width."""
    rows = x._data if isinstance(x, Tensor) else np.asarray(x)
    dtype, width = (BYTE, layer.n_in) if layer.takes == "pixels" else (WORD, n_words(layer.n_in))
    if rows.shape != (len(rows), width) or rows.dtype != dtype:
        raise ValueError(
            f"{type(layer).__name__}: the input is {rows.dtype} {rows.shape}; "
            f"this layer takes rows of {width} entries, {dtype}"
        )
    return rows


def most(n_in: int, takes: str) -> int:
    """Return the largest |z| of a sum over n_in signs, or odd integers 2 p - 255. ValueError where it is not exact."""
    bound = n_in * (255 if takes == "pixels" else 1) if isinstance(n_in, int) else 0
    if not 0 < bound < EXACT:
        raise ValueError(f"sums of {n_in} {takes} reach {bound}; integers are exact in float32 below {EXACT} only")
    return bound


def _take(state: State, name: str, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Return state[name] after checking shape and dtype."""
    a = take(state, name, shape, np.dtype(dtype).kind)
    if a.dtype != dtype:
        raise ValueError(f"the array {name!r} is {a.dtype}; it must be {np.dtype(dtype)}")
    return a
