"""Binary: W = s sign(V), one bit per entry (Courbariaux, Bengio, David 2015, arXiv 1511.00363).

SGD cannot change a bit by a little. So training keeps latent weights V in [-1, 1], which add up many small steps, but
the network uses and stores only their signs. The gradient passes through the sign as if it were clip(V, -1, 1). Latent
weights are much larger than ordinary ones, so their step is multiplied by sqrt((fan_in + fan_out) / 1.5), the factor in
the authors' code for Adam. We keep it for SGD, where they square it: so the learning rates of Dense serve for Binary.

The scale s, one number per layer or per column, is learned; scale=None means s = 1, for use before a batch norm.
Nearest member (Rastegari et al. 2016, arXiv 1603.05279, eq. 6): sign(W) and s = mean |W|.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinynet.engine import straight_through
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import MOST_ENTRIES, Parameterization
from tinynet.parameterizations.packing import pack, scale_shape, take_codes
from tinynet.parameterizations.state import State, take


@dataclass(repr=False)
class Binary(Parameterization):
    """W = s sign(V). scale: "layer", "column" or None for s = 1."""

    scale: str | None = "layer"

    holds = {"bits": ("V",), "s": ("s",)}
    rescale = True

    def __post_init__(self) -> None:
        scale_shape(self.scale, (1, 1))

    def lay_out(self) -> None:
        self.s: Any = None  # a Parameter, where there is a scale

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.V = Parameter(rng.uniform(-1, 1, self.shape).astype(np.float32))
        if self.scale is not None:
            self.s = Parameter(np.full(scale_shape(self.scale, self.shape), fan_in**-0.5, np.float32))

    def approximate(self, W: np.ndarray) -> None:
        small = np.abs(W.astype(np.float64)) / MOST_ENTRIES  # no sum of these overflows
        s = MOST_ENTRIES * small.mean(axis=0 if self.scale == "column" else None, keepdims=True)
        self.V = Parameter(np.clip(W / np.where(s > 0, s, 1), -1, 1).astype(W.dtype))
        if self.scale is not None:
            self.s = Parameter(s.astype(W.dtype))

    def set_steps(self) -> None:
        self.V.step_scale, self.V.bounds = float(np.sqrt(sum(self.shape) / 1.5)), (-1.0, 1.0)
        if self.scale is not None:
            self.s.grad_scale = (self.V.size / self.s.size) ** -0.5  # its gradient is a sum over V.size / s.size

    def weight(self) -> Tensor:
        signs = straight_through.sign(self.V)
        return signs if self.scale is None else signs * self.s

    # ---- a file holds the signs, not V

    def state(self) -> State:
        state = {"bits": pack(self.V._data >= 0, 2)}
        if self.scale is not None:
            state["s"] = self.s.numpy()
        elif self.V.dtype != np.float32:
            state["dtype"] = np.empty(0, self.V.dtype)  # no byte; it says the precision, as s would
        return state

    def restore(self, state: State) -> None:
        dtype: Any = np.float32
        if self.scale is not None:
            self.s = Parameter(take(state, "s", scale_shape(self.scale, self.shape)))
            dtype = self.s.dtype
        elif "dtype" in state:
            dtype = take(state, "dtype", (0,)).dtype
        self.V = Parameter(take_codes(state, "bits", self.shape, 2).astype(dtype) * 2 - 1)
        self.set_steps()

    def stored_bits(self) -> int:
        return self.V.size + (0 if self.scale is None else 8 * self.s._data.nbytes)
