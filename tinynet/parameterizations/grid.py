"""Grid: W = s L(V / s), where L takes a number to the nearest level of a grid without a zero.

Quantized has a level at zero and as many levels above it as below, an odd number. So one of its 2^bits codes is never
used: with 2 bits it has three levels, not four. A grid without a zero uses every code. There are two kinds
(grid_levels.py), half steps -3/2, -1/2, 1/2, 3/2 and powers of two -1, -1/2, 1/2, 1. At 1 bit both have two values,
+s and -s up to a factor, as Binary has.

Training is that of Quantized: latent weights V, whose gradient passes as if L were the identity, but not where V lies
beyond the last level; the step s is learned, with the gradient L(V / s) - V / s inside the grid (Esser et al. 2019,
arXiv 1902.08153). Nearest member, a heuristic: of several steps, each refitted by least squares, the best wins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinynet.engine import straight_through
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import uniform
from tinynet.parameterizations.grid_levels import GRIDS, MOST_BITS, codes_of, levels_of, nearest_step
from tinynet.parameterizations.packing import pack, scale_shape, take_codes
from tinynet.parameterizations.state import State, take


@dataclass(repr=False)
class Grid(Parameterization):
    """W on a grid without a zero.

    Args:
        kind: "half steps" or "powers of two".
        bits: 1 to 8; of powers of two at most 4.
        scale: "layer" for one step, "column" for one per column.
    """

    kind: str = "half steps"
    bits: int = 2
    scale: str = "layer"

    holds = {"codes": ("V",), "s": ("s",)}
    rescale = True

    def __post_init__(self) -> None:
        if self.kind not in GRIDS or type(self.bits) is not int or not 1 <= self.bits <= MOST_BITS[self.kind]:
            what = f"Grid: kind={self.kind!r}, bits={self.bits}"
            raise ValueError(f"{what}; give 'half steps' with bits=1 to 8, or 'powers of two' with bits=1 to 4")
        if self.scale not in ("layer", "column"):
            raise ValueError(f"Grid: scale={self.scale!r}; it must be 'layer' or 'column'")

    @property
    def levels(self) -> np.ndarray:
        """The levels in ascending order, float64 (2^bits,); a code counts them from 0."""
        return levels_of(self.kind, self.bits)

    def _codes(self, u: np.ndarray) -> np.ndarray:
        return codes_of(u, self.kind, self.bits)

    def _nearest(self, u: np.ndarray) -> np.ndarray:
        """Return L(u), the nearest level, in u's precision."""
        return self.levels.astype(u.dtype).take(self._codes(u))

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        V = uniform(rng, self.shape, fan_in)
        s = np.sqrt(3 / fan_in) / self.levels[-1]  # V reaches up to the last level
        grow = fan_in**-0.5 / (s * np.sqrt(np.mean(self._nearest(V / s) ** 2)))  # to W's variance
        self.V = Parameter((grow * V).astype(np.float32))
        self.s = Parameter(np.full(scale_shape(self.scale, self.shape), grow * s, np.float32))

    def approximate(self, W: np.ndarray) -> None:
        step = nearest_step(W, self.kind, self.bits, 0 if self.scale == "column" else None)
        s, top = np.minimum(step, np.finfo(W.dtype).max), self.levels[-1]
        self.V = Parameter(np.clip(W, -top * s, top * s).astype(W.dtype))
        self.s = Parameter(np.maximum(s.astype(W.dtype), np.finfo(W.dtype).smallest_normal))

    def set_steps(self) -> None:
        self.s.grad_scale = (self.V.size / self.s.size * self.levels[-1]) ** -0.5
        self.s.bounds = (max(1e-8, float(np.finfo(self.s.dtype).smallest_normal)), np.inf)

    def weight(self) -> Tensor:
        top = self.levels[-1]
        return self.s * straight_through.round((self.V / self.s).clip(-top, top), to=self._nearest)

    # ---- a file holds the codes, not V

    def state(self) -> State:
        return {"codes": pack(self._codes(self.V._data / self.s._data), 2**self.bits), "s": self.s.numpy()}

    def restore(self, state: State) -> None:
        s = take(state, "s", scale_shape(self.scale, self.shape))
        if not (s >= np.finfo(s.dtype).smallest_normal).all():
            raise ValueError("the array 's' holds a step that is not positive, or too small for its levels")
        codes = take_codes(state, "codes", self.shape, 2**self.bits)
        self.V, self.s = Parameter(self.levels.astype(s.dtype)[codes] * s), Parameter(s)
        self.set_steps()

    def stored_bits(self) -> int:
        return self.bits * self.V.size + 8 * self.s._data.nbytes
