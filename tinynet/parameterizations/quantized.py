"""Quantized: W = s round(clip(V / s, -Q, Q)), few bits per entry, on a symmetric grid of few levels.

    bits = 1         W = s sign(V): two levels, no zero, in the middle of the cells [-2s, 0] and [0, 2s]
    levels = 3       ternary, Q = 1: log2(3) = 1.58 bits, stored five to a byte
    bits = k > 1     Q = 2^(k-1) - 1, so 2^k - 1 levels; 2 bits are ternary too, stored less tightly

Training keeps latent weights V. Their gradient passes through `round` as if it were the identity, but not where V was
clipped. The step s is learned too, and the product rule on s round(V / s) gives its gradient: round(V / s) - V / s
inside the grid and +-Q outside. This is the learned step size of Esser et al. 2019 (arXiv 1902.08153, eq. 3); we take
over their gradient scale 1 / sqrt(N Q) as well, where N entries share a step.

Nearest member: try each step that puts max |W| on level 1, 2, 3, .., keep the levels and refit the step by least
squares. The best of these wins. Zeros ask for a step of 0; steps are positive, so they get the smallest there is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinynet.engine import straight_through
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import uniform
from tinynet.parameterizations.packing import pack, packed_bits, scale_shape, take_codes
from tinynet.parameterizations.state import State, take


@dataclass(repr=False)
class Quantized(Parameterization):
    """W on a grid.

    Args:
        bits: 1 to 8, or
        levels: 3 for ternary.
        scale: "layer" for one step, "column" for one per column.
    """

    bits: int | None = None
    levels: int | None = None
    scale: str = "layer"

    holds = {"codes": ("V",), "s": ("s",)}
    rescale = True

    def __post_init__(self) -> None:
        given = [(n, allowed) for n, allowed in ((self.bits, range(1, 9)), (self.levels, (3,))) if n is not None]
        if len(given) != 1 or type(given[0][0]) is not int or given[0][0] not in given[0][1]:
            raise ValueError(f"Quantized: bits={self.bits}, levels={self.levels}; give bits=1 to 8 or levels=3")
        if self.scale not in ("layer", "column"):
            raise ValueError(f"Quantized: scale={self.scale!r}; it must be 'layer' or 'column'")

    @property
    def Q(self) -> int:
        """The highest level; 1 for a single bit."""
        return max(1, 2 ** ((self.bits or 2) - 1) - 1)

    @property
    def _base(self) -> int:
        """How many codes there are."""
        return 3 if self.bits is None else 2**self.bits

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        V = uniform(rng, self.shape, fan_in)
        s = (2 * np.abs(V).mean() / self.Q**0.5) if self.bits != 1 else np.abs(V).mean()
        self.V, self.s = Parameter(V), Parameter(np.full(scale_shape(self.scale, self.shape), s, np.float32))

    def approximate(self, W: np.ndarray) -> None:
        axis = 0 if self.scale == "column" else None
        peak = np.abs(W).max(axis=axis, keepdims=True).astype(np.float64)
        U = W / np.where(peak > 0, peak, 1)  # at most 1, so that no square overflows
        best, best_error = np.ones(peak.shape), np.full(peak.shape, np.inf)
        for level in range(1, 2 * self.Q + 2):
            codes = self._codes(U, 1 / level)
            s = (U * codes).sum(axis=axis, keepdims=True) / np.maximum(1, (codes**2).sum(axis=axis, keepdims=True))
            s = np.where(s > 0, s, 1)
            error = ((U - s * self._codes(U, s)) ** 2).sum(axis=axis, keepdims=True)
            best, best_error = np.where(error < best_error, s, best), np.minimum(error, best_error)
        s = best * peak
        self.V = Parameter(np.clip(W, -self.Q * s, self.Q * s).astype(W.dtype))
        self.s = Parameter(np.maximum(s.astype(W.dtype), np.finfo(W.dtype).smallest_subnormal))

    def set_steps(self) -> None:
        self.s.grad_scale, self.s.bounds = (self.V.size / self.s.size * self.Q) ** -0.5, (1e-8, np.inf)

    def _codes(self, V: np.ndarray, s: np.ndarray | float) -> np.ndarray:
        """Return the level of each entry, -Q .. Q."""
        return np.where(V >= 0, 1, -1) if self.bits == 1 else np.rint(np.clip(V / s, -self.Q, self.Q))

    def weight(self) -> Tensor:
        u = self.V / self.s
        if self.bits == 1:
            return self.s * straight_through.sign(u / 2)
        return self.s * straight_through.round(u.clip(-self.Q, self.Q))

    # ---- a file holds the codes, not V

    def state(self) -> State:
        codes = self._codes(self.V._data, self.s._data)
        return {"codes": pack(codes > 0 if self.bits == 1 else codes + self.Q, self._base), "s": self.s.numpy()}

    def restore(self, state: State) -> None:
        s = take(state, "s", scale_shape(self.scale, self.shape))
        if not (s > 0).all():
            raise ValueError("the array 's' holds a step that is not positive")
        codes = take_codes(state, "codes", self.shape, self._base)
        if codes.max() > 2 * self.Q:
            raise ValueError(f"the code {codes.max()} lies above the highest, {2 * self.Q}")
        levels = 2.0 * codes - 1 if self.bits == 1 else codes.astype(s.dtype) - self.Q
        self.V, self.s = Parameter((levels * s).astype(s.dtype)), Parameter(s)
        self.set_steps()

    def stored_bits(self) -> int:
        return packed_bits(self.V.size, self._base) + 8 * self.s._data.nbytes
