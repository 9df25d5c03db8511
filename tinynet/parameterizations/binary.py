"""Binary: W = s sign(V), one bit an entry (Courbariaux, Bengio, David 2015, arXiv 1511.00363).

SGD cannot move a bit by a little, so training keeps latent weights V in [-1, 1] that add the little moves up; only
their signs are used, and only those are stored. The gradient passes through the sign as if it were clip(V, -1, 1).
Latent weights live on another scale than the weights that they stand for, so their step is multiplied by
sqrt((fan_in + fan_out) / 1.5), the inverse of Glorot's initial width (published with Adam).

The scale s, one number a layer or a column, is learned; s = 1 (scale=None) serves where a batch norm follows.
Nearest member (Rastegari et al. 2016, arXiv 1603.05279, eq. 6): sign(W) and s = mean |W|.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinynet.engine import straight_through
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.packing import pack, scale_shape, unpack
from tinynet.parameterizations.state import State, count_bits, take


@dataclass(repr=False)
class Binary(Parameterization):
    """W = s sign(V). scale: "layer", "column" or None for s = 1."""

    scale: str | None = "layer"

    def __post_init__(self) -> None:
        scale_shape(self.scale, (1, 1))

    def _hold(self, V: np.ndarray, s: np.ndarray) -> None:
        m, n = self.shape
        self.V = Parameter(V, step_scale=float(np.sqrt((m + n) / 1.5)), bounds=(-1.0, 1.0))
        if self.scale is not None:
            self.s = Parameter(s, step_scale=(V.size / s.size) ** -0.5)  # its gradient is a sum over V.size / s.size

    def draw(self, rng: np.random.Generator, fan_in: int) -> None:
        s = np.full(scale_shape(self.scale, self.shape), fan_in**-0.5, np.float32)
        self._hold(rng.uniform(-1, 1, self.shape).astype(np.float32), s)

    def project(self, W: np.ndarray) -> None:
        s = np.abs(W).mean(axis=0 if self.scale == "column" else None, keepdims=True)
        self._hold(np.clip(W / np.where(s > 0, s, 1), -1, 1), s)

    def restore(self, state: State) -> None:
        shape = scale_shape(self.scale, self.shape)
        s = np.ones(shape, np.float32) if self.scale is None else take(state, "s", shape)
        bits = unpack(take(state, "bits", (-(-self.shape[0] * self.shape[1] // 8),), "u1"), self.shape, 2)
        self._hold(bits.astype(s.dtype) * 2 - 1, s)

    def weight(self) -> Tensor:
        signs = straight_through.sign(self.V)
        return signs if self.scale is None else signs * self.s

    def state(self) -> State:
        bits = {"bits": pack(self.V._data >= 0, 2)}
        return bits if self.scale is None else bits | {"s": self.s.numpy()}

    def stored_bits(self) -> int:
        return self.V.size + (0 if self.scale is None else count_bits(self.s))
