"""Grid: W = s L(V / s), where L takes a number to the nearest level of a grid without a zero.

    half steps        -3/2, -1/2, 1/2, 3/2        2^bits levels, evenly spaced
    powers of two     -1, -1/2, 1/2, 1            a sign and a shift: no product is needed to multiply by one

Quantized spends a level on zero. So that both signs have as many levels, it leaves one of its 2^bits codes unused: with
2 bits, three levels of four, which is ternary. A grid without a zero uses every code. At 1 bit both are Binary.

Powers of two crowd around zero, where most weights are, and spread where weights are rare. On a chip, x times 2^-k is x
shifted by k places, much smaller to build than a multiplier. With 4 bits the smallest level is 2^-7 already, and more
bits would only add levels closer to zero; so there are 1 to 4.

Training is that of Quantized: latent weights V, whose gradient passes as if L were the identity, but not where V lies
beyond the last level; the step s is learned, with the gradient L(V / s) - V / s inside the grid.

Nearest member, a heuristic: try steps that put max |W| on each level and beyond the last one, refit each by least
squares, and go on refitting the best of them.

Sources: S. Esser et al. 2019, arXiv 1902.08153, for the step; D. Miyashita, E. Lee, B. Murmann 2016, arXiv 1603.01025,
and A. Zhou et al. 2017, arXiv 1702.03044, for weights that are powers of two (with a zero).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinynet.engine import straight_through
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import uniform
from tinynet.parameterizations.packing import pack, scale_shape, take_codes
from tinynet.parameterizations.state import State, take

# fmt: off
#                  the h positive levels, ascending           which of them is nearest to a, between the first and last
GRIDS = {
    "half steps":    (lambda h: np.arange(h) + 0.5,           lambda a, h: np.floor(a)),
    "powers of two": (lambda h: 2.0 ** np.arange(1 - h, 1),   lambda a, h: np.frexp(a / 1.5)[1] + h - 1),
}
# fmt: on
MOST_BITS = {"half steps": 8, "powers of two": 4}


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
        positive = GRIDS[self.kind][0](2 ** (self.bits - 1))
        return np.concatenate([-positive[::-1], positive])

    def _codes(self, u: np.ndarray) -> np.ndarray:
        """Return the code of the nearest level; of two as near, the one farther from 0; of 0, as always, a positive."""
        half, (positive, place) = 2 ** (self.bits - 1), GRIDS[self.kind]
        k = place(np.clip(np.abs(u), *positive(half)[[0, -1]]), half).astype(np.intp)
        return np.where(u >= 0, half + k, half - 1 - k)

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
        axis, levels = 0 if self.scale == "column" else None, self.levels
        peak = np.abs(W).max(axis=axis, keepdims=True).astype(np.float64)
        U = W / np.where(peak > 0, peak, 1)  # at most 1, so that no square overflows

        def refit(s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            """Return the step that fits the levels of U / s best, and by how much |U|^2 falls with it."""
            L = self._nearest(U / s)
            dot, squares = (U * L).sum(axis=axis, keepdims=True), (L * L).sum(axis=axis, keepdims=True)
            return np.where(dot > 0, dot / squares, 1), dot**2 / squares

        best, most = np.ones(peak.shape), np.zeros(peak.shape)
        for top in [*levels[levels > 0], *levels[-1] * np.geomspace(0.55, 8, 40)]:  # where the largest entry goes
            s, gain = refit(np.full(peak.shape, 1 / top))
            best, most = np.where(gain > most, s, best), np.maximum(gain, most)
        for _ in range(10):
            best, _ = refit(best)
        s = np.minimum(best * peak, np.finfo(W.dtype).max)
        self.V = Parameter(np.clip(W, -levels[-1] * s, levels[-1] * s).astype(W.dtype))
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
