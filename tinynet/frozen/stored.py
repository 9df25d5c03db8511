"""Multiply by a matrix as it is stored, without building it.

A compressed matrix is small on disk. It stays small in memory if we never write out its m n entries, and what a method
stores is enough to compute x W:

    Quantized, Binary,
    Grid, Codebook         x W = s (x L)             L the levels that the packed codes stand for, unpacked in blocks
    LowRank                x W = (x U) V             each factor in its own way
    Hashed                 x W = sum_i x_i W_i       W_i hashed some rows at a time (parameterizations/hashing.py)
    Scaled                 x W = (x V) diag(g)
    Toeplitz               x W = each window of x times K, K as it is stored
    Sum                    x W = x A + x B           each part in its own way; so a Fixed one
    Coded                  as the recipe inside does

Any other method multiplies as it does in evaluation. Kronecker, TensorTrain and Circulant build no W there either;
Sparse and a Bank use their whole matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.layers.linear import Linear
from tinynet.parameterizations import (
    Binary,
    Codebook,
    Coded,
    Dense,
    Fixed,
    Grid,
    Hashed,
    LowRank,
    Parameterization,
    Quantized,
    Scaled,
    Sum,
    hash_grids,
)  # fmt: skip
from tinynet.parameterizations.packing import packed_bits, unpack
from tinynet.parameterizations.state import State, Storable, unnest
from tinynet.parameterizations.toeplitz import Toeplitz


class Stored(Storable):
    """A parameterization reduced to what its file holds; it can still multiply."""

    def __init__(self, built: Parameterization) -> None:
        self._state, self._bits, self.shape = built.state(), built.stored_bits(), built.shape
        self._recipe = Parameterization.from_json(built.to_json())
        self._product = product(built, self._state)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_product"}  # no pickle holds a function

    def __setstate__(self, kept: dict[str, Any]) -> None:
        self.__dict__ |= kept
        self._product = product(self.built(), self._state)

    def to_json(self) -> dict[str, Any]:
        """Return the recipe's description."""
        return self._recipe.to_json()

    def matmul(self, x: Tensor) -> Tensor:
        """Return x W."""
        return Tensor(self._product(x._data))

    def built(self) -> Parameterization:
        """Return the parameterization that it was, made anew."""
        return self._recipe.from_state(self.shape, self._state)

    def weight(self) -> Tensor:
        """Return W, decoded anew."""
        return self.built().weight().detach()

    def state(self) -> State:
        """Return the arrays that a file must hold."""
        return self._state

    def stored_bits(self) -> int:
        """Return how many bits those are."""
        return self._bits

    def __repr__(self) -> str:
        return repr(self._recipe)


class StoredLinear(Linear):
    """z = x W + b, where W stays as it is stored; made by restoring a Linear's state."""

    def restore(self, state: State) -> None:
        super().restore(state)  # checks every array
        self.weight: Any = Stored(self.weight)  # and the latent weights are gone


def product(built: Parameterization, state: State) -> Callable[[np.ndarray], np.ndarray]:
    """Return x -> x W. It keeps the stored arrays, and `built` itself only where no shorter way is known."""
    shape = built.shape
    match built:
        case Dense():
            return lambda x: x @ state["W"]
        case LowRank():
            parts = unnest(state)
            first, second = product(built.U, parts["U"]), product(built.V, parts["V"])
            return lambda x: second(first(x))
        case Hashed():
            w, seed = state.get("w.W", built.buckets.weight()._data).ravel(), built.seed
            return lambda x: hash_grids.matmul(x, w, seed, shape[1])
        case Coded():
            return product(built.V, built.V.state())
        case Quantized() | Binary() | Grid() | Codebook():
            packed = state["bits" if isinstance(built, Binary) else "codes"]
            levels, scale = _levels(built), state.get("s", np.float32(1))
            return lambda x: _coded_product(x, packed, shape, levels) * scale
        case Scaled():
            inner, lengths = product(built.V, unnest(state)["V"]), built.column_scale().numpy()
            return lambda x: inner(x) * lengths
        case Toeplitz():
            windows, K = built.windows, product(built.K, unnest(state)["K"])
            return lambda x: K(windows.cut(x)).reshape(len(x), shape[1])
        case Sum():
            parts = unnest(state)
            left, right = product(built.A, parts.get("A", {})), product(built.B, parts.get("B", {}))
            return lambda x: left(x) + right(x)
        case Fixed():
            return product(built.W, unnest(state).get("W", {}))
    return lambda x: built.matmul(Tensor(x))._data


def _levels(built: Quantized | Binary | Grid | Codebook) -> np.ndarray:
    """Return the level of each code."""
    if isinstance(built, Codebook):
        return built.centroids.weight()._data[0]
    if isinstance(built, Grid):
        return built.levels
    two = isinstance(built, Binary) or built.bits == 1
    return np.array([-1.0, 1.0]) if two else np.arange(built._base) - float(built.Q)


def _coded_product(x: np.ndarray, packed: np.ndarray, shape: tuple[int, int], levels: np.ndarray) -> np.ndarray:
    """Return x L for the levels L of packed codes.

    It unpacks a multiple of 40 rows at a time: these end at the end of a byte, whether some bytes hold eight codes or
    each holds five.
    """
    m, n = shape
    base, levels, step = len(levels), levels.astype(x.dtype), 40 * max(1, 2**16 // (40 * n))
    z = np.zeros((len(x), n), x.dtype)
    for first in range(0, m, step):
        last = min(m, first + step)
        here = slice(packed_bits(first * n, base) // 8, -(-packed_bits(last * n, base) // 8))
        z += x[:, first:last] @ levels.take(unpack(packed[here], (last - first, n), base))  # faster than an index
    return z
