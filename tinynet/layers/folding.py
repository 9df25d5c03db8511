"""Folding: a trained network without its batch norm, which computes the same.

Once training is over, batch norm takes a column z of a layer's outputs times a number, plus another:

    gamma (z - mu) / sqrt(var + eps) + beta  =  a z + c       a = gamma / sqrt(var + eps),  c = beta - a mu

With z = x W + b this is another linear layer, so the four numbers that a file holds for each column become at most two:

    a (x W + b) + c  =  x (W diag(a)) + (a b + c)

a b + c is the new bias. W diag(a) costs nothing where W has a number for each column already: a Dense W, the steps of a
Quantized W or of a Grid that has one per column, the lengths of a Scaled W. Any other W, which may be hashed or of one
step, is put into a Scaled one, with a as its lengths. Jacob et al. 2018 (arXiv 1712.05877, section 3.2) fold in the
same way.

Behind a convolution (toeplitz.py) all positions of a channel share their a and c, and a bias for each column would cost
more than it saves. There, and where no Linear comes before, batch norm becomes an Affine layer, which holds a and c.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinynet.engine.recording import no_grad
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.layers.base import Layer, Sequential
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.checks import check_sequential, check_width
from tinynet.layers.dropout import Dropout
from tinynet.layers.linear import Linear
from tinynet.parameterizations import Binary, Dense, Grid, LowRank, Parameterization, Quantized, Scaled


@dataclass(eq=False, repr=False)
class Affine(Layer):
    """y = a x + c, column by column: what is left of a trained BatchNorm.

    Args:
        n: the width.
        channels: how many numbers a and c are; column j takes those of channel j mod channels.
    """

    n: int
    channels: int

    holds = {"a": ("a", "channels"), "c": ("c", "channels")}

    def __post_init__(self) -> None:
        check_width(self, "n")
        check_width(self, "channels")
        if self.n % self.channels:
            raise ValueError(f"Affine: channels={self.channels}; it must divide the width, which is {self.n}")
        self.fill()

    def fill(self) -> None:
        self.a, self.c = Parameter(np.ones(self.channels, np.float32)), Parameter(np.zeros(self.channels, np.float32))

    def __call__(self, x: Any) -> Tensor:
        """Return y (batch, n)."""
        if x.shape[-1] != self.n:
            raise self.wrong_width(x, self.n)
        if self.channels == self.n:
            return x * self.a + self.c
        by_channel = x.reshape((*x.shape[:-1], -1, self.channels)) * self.a + self.c
        return by_channel.reshape((*x.shape[:-1], self.n))


def fold(net: Sequential) -> Sequential:
    """Return a copy of a trained network, in evaluation mode, in which each BatchNorm after a Linear is part of it.

    Dropout, which does nothing any more, is left out. The scores agree with those of net.eval() to rounding, about 1e-6
    of their size. A BatchNorm that follows no Linear, or goes by channel, becomes an Affine layer. A network of bits
    keeps its exact signs by `tn.freeze`.

    Raises TypeError for anything but layers one after the other, such as a recurrent network.
    """
    check_sequential("fold", net)
    done: list[Any] = []
    for layer in deepcopy(_flat(net)):
        if isinstance(layer, BatchNorm):
            before = done.pop() if done and isinstance(done[-1], Linear) and not layer.channels else None
            done.append(_folded(before, layer))
        elif not isinstance(layer, Dropout):
            done.append(layer)
    return Sequential(*done).eval()


def _flat(net: Sequential) -> list[Layer]:
    """Return the layers of a network, those of networks inside it too, in order."""
    inside = [_flat(layer) if type(layer) is Sequential else [layer] for layer in net.layers]
    return [layer for layers in inside for layer in layers]


def _folded(linear: Linear | None, norm: BatchNorm) -> Linear | Affine:
    """Return the Linear that computes norm(linear(x)), or without one an Affine layer that computes norm(x)."""
    a = norm.gamma._data / np.sqrt(norm.running_var + np.float32(norm.eps))
    c = norm.beta._data - a * norm.running_mean
    if linear is None:
        affine = Affine(norm.n, norm.count)
        affine.a, affine.c = Parameter(a), Parameter(c)
        return affine
    linear.weight = scaled(linear.weight, a)
    linear.bias = Parameter(c if linear.bias is None else a * linear.bias._data + c)
    return linear


def scaled(W: Parameterization, a: np.ndarray) -> Parameterization:
    """Return W diag(a), for a built W (m, n) and a (n,)."""
    match W:
        case Dense():
            W.W = Parameter(W.W._data * a)
        case Quantized(scale="column") | Grid(scale="column") | Binary(scale="column"):
            with no_grad():
                W.V = Parameter(W.weight()._data * a)  # on the grid of the new steps; columns with a < 0 turn over
            W.s = Parameter(np.maximum(W.s._data * np.abs(a), np.finfo(a.dtype).tiny))
        case Scaled():
            W.g = Parameter(W.g._data * a)
        case LowRank(inner=Dense()):
            W.V = scaled(W.V, a)
        case _:
            outside = Scaled(inner=W).shaped(W.shape)
            outside.V, outside.g = W, Parameter(a)
            return outside
    return W
