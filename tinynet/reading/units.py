"""Hidden units as things that can be taken out, put elsewhere, or turned round.

Notation: a hidden layer lies between two Linear layers; its units are the columns of the first, the rows of the next.
    a = phi(x W + b),    z' = a W' + b'          phi works unit by unit: tanh, sign, .., perhaps after a BatchNorm

Any order P of the units gives the same function, as long as both matrices follow it (and b, and the BatchNorm):
    z' = a P P^T W' + b'                         so W becomes W P, b becomes b P, W' becomes P^T W'
Where phi is odd, phi(-z) = -phi(z), a unit may also be turned: its column, its bias and its row change their sign.

What results is seldom hashed, binary or of low rank any more, so all of this happens on a copy of dense matrices.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from tinynet.engine.tensor import Parameter
from tinynet.frontier.after_training import compress
from tinynet.layers.activations import Dropout, ReLU, Scale, Sigmoid, SignActivation, Tanh
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.linear import Linear
from tinynet.layers.sequential import Sequential
from tinynet.parameterizations.dense import Dense
from tinynet.reading.inside import activations, name_of

ODD = (Tanh, SignActivation, Scale, Dropout, BatchNorm)  # sign(0) = +1 is an exception, where z is exactly 0
UNIT_BY_UNIT = (*ODD, Sigmoid, ReLU)


class Hidden(NamedTuple):
    """Where a hidden layer's units are: the places of the Linear layers before and after them."""

    before: int
    after: int


def hidden_layers(net: Any) -> list[Hidden]:
    """Return the hidden layers. TypeError for a net whose units do not lie between Linear layers, one by one."""
    if not isinstance(net, Sequential):
        raise TypeError(f"reading: {type(net).__name__} is no Sequential; put the layer into one")
    places = [i for i, layer in enumerate(net.layers) if isinstance(layer, Linear)]
    for i, layer in enumerate(net.layers):
        inside = bool(places) and places[0] < i < places[-1]
        if i not in places and (layer.matrices() or (inside and not isinstance(layer, UNIT_BY_UNIT))):
            raise TypeError(
                f"reading: layer {name_of(net, i)} does not work unit by unit; hidden units are read where Linear "
                f"layers have {', '.join(kind.__name__ for kind in UNIT_BY_UNIT)} between them"
            )
    return [Hidden(i, j) for i, j in pairwise(places)]


def hidden_layer(net: Any, hidden: int) -> Hidden:
    """Return one hidden layer, counted from 0. ValueError where there is none of this number."""
    layers = hidden_layers(net)
    if not 0 <= hidden < len(layers):
        raise ValueError(f"reading: hidden={hidden}; the network has {len(layers)} hidden layers, counted from 0")
    return layers[hidden]


def unit_activations(net: Sequential, inputs: Any, hidden: int = 0) -> np.ndarray:
    """Return what the units of a hidden layer hand to the next Linear: float64 (N, width)."""
    place = hidden_layer(net, hidden).after - 1
    with np.errstate(over="ignore", invalid="ignore"):  # `activations` says itself where values are not finite
        return activations(net, inputs)[name_of(net, place)].astype(np.float64)


def opened(net: Sequential) -> Sequential:
    """Return a copy whose matrices are dense, with a bias in every Linear, in the same mode."""
    copy = compress(net, Dense())
    for layer in copy.layers:
        if isinstance(layer, Linear) and layer.bias is None:
            layer.bias = Parameter(np.zeros(layer.n_out, layer.weight.weight().dtype))
    return copy.train(net.training)


def matrices(net: Sequential, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Return W and b of the Linear at a place, float64."""
    layer: Any = net.layers[place]
    W = layer.weight.weight().numpy().astype(np.float64)
    return W, np.zeros(layer.n_out) if layer.bias is None else layer.bias.numpy().astype(np.float64)


def set_matrices(net: Sequential, place: int, W: np.ndarray, b: np.ndarray) -> None:
    """Put W and b into the Linear at a place of an opened net; its widths follow."""
    layer: Any = net.layers[place]
    dtype = layer.weight.weight().dtype
    layer.n_in, layer.n_out = W.shape
    layer.weight, layer.bias = Dense().from_dense(W.astype(dtype)), Parameter(b.astype(dtype))


def rearrange(net: Sequential, hidden: int, units: np.ndarray, signs: np.ndarray | None = None) -> None:
    """Keep these units of an opened net's hidden layer, in this order, each turned where its sign is -1.

    TypeError where a unit shall be turned and what lies between the Linear layers is not odd.
    """
    before, after = hidden_layer(net, hidden)
    s = np.ones(len(units)) if signs is None else np.asarray(signs, np.float64)
    for i in range(before + 1, after):
        layer = net.layers[i]
        if (s < 0).any() and not isinstance(layer, ODD):
            raise TypeError(f"reading: units behind {name_of(net, i)} cannot be turned, it is not odd; permute only")
        if isinstance(layer, BatchNorm):
            net.layers[i] = _normed(layer, units, s)
    W, b = matrices(net, before)
    set_matrices(net, before, W[:, units] * s, b[units] * s)
    W, b = matrices(net, after)
    set_matrices(net, after, s[:, None] * W[units], b)


def _normed(old: BatchNorm, units: np.ndarray, s: np.ndarray) -> BatchNorm:
    """Return the batch norm of these units: gamma (x - mu) / sigma + beta turns with x where mu and beta turn."""
    new = BatchNorm(len(units), old.eps, old.rate).train(old.training)
    gamma, beta, mean, var = (rows[units] for rows in old.state()["gamma,beta,mean,var"])
    new.restore({"gamma,beta,mean,var": np.stack([gamma, s * beta, s * mean, var]).astype(gamma.dtype)})
    return new
