"""Units: hidden units removed, reordered, or negated, with the rest of the network adjusted to match.

A hidden unit is a column of one matrix and a row of the next. Write a hidden layer and what follows as

    a = phi(x W + b),    z' = a W' + b'          phi acts on each unit alone: tanh, sign, .., perhaps after a BatchNorm

Swap two units, that is, two columns of W, two entries of b and two rows of W', and the network computes the same
function. With a permutation matrix P,

    z' = (a P) (P^T W') + b'                     because P P^T is the identity

If phi is odd, phi(-z) = -phi(z), a unit can also be negated: change the sign of its column, its bias and its row.

A hashed, binary or low-rank matrix seldom stays one when its columns move, so all this is done on a copy whose matrices
are dense.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from tinynet.engine.tensor import Parameter
from tinynet.frontier.after_training import compress
from tinynet.layers.activations import ReLU, Sigmoid, Tanh
from tinynet.layers.base import Sequential
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.dropout import Dropout
from tinynet.layers.linear import Linear
from tinynet.layers.signs import Scale, SignActivation
from tinynet.parameterizations.dense import Dense
from tinynet.reading.inside import activations, name_of

ODD = (Tanh, SignActivation, Scale, Dropout, BatchNorm)  # sign is odd everywhere but at 0, where it is +1
UNIT_BY_UNIT = (*ODD, Sigmoid, ReLU)


class Hidden(NamedTuple):
    """A hidden layer, given by the places of the Linear layers before and after its units."""

    before: int
    after: int


def hidden_layers(net: Any) -> list[Hidden]:
    """Return the hidden layers of a network.

    Raises TypeError unless all of them lie between Linear layers and act on each unit alone.
    """
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
    """Return the hidden layer with this number, counted from 0. ValueError if there is none."""
    layers = hidden_layers(net)
    if not 0 <= hidden < len(layers):
        raise ValueError(f"reading: hidden={hidden}; the network has {len(layers)} hidden layers, counted from 0")
    return layers[hidden]


def unit_activations(net: Sequential, inputs: Any, hidden: int = 0) -> np.ndarray:
    """Return what the units of a hidden layer pass to the next Linear: float64 (N, width)."""
    place = hidden_layer(net, hidden).after - 1
    with np.errstate(over="ignore", invalid="ignore"):  # `activations` refuses values that are not finite
        return activations(net, inputs)[name_of(net, place)].astype(np.float64)


def opened(net: Sequential) -> Sequential:
    """Return a copy in the same mode whose matrices are dense and whose Linear layers all have a bias."""
    copy = compress(net, Dense())
    for layer in copy.layers:
        if isinstance(layer, Linear) and layer.bias is None:
            layer.bias = Parameter(np.zeros(layer.n_out, layer.weight.weight().dtype))
    return copy.train(net.training)


def matrices(net: Sequential, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Return W and b of the Linear at this place, in float64; b is zero where the layer has none."""
    layer: Any = net.layers[place]
    W = layer.weight.weight().numpy().astype(np.float64)
    return W, np.zeros(layer.n_out) if layer.bias is None else layer.bias.numpy().astype(np.float64)


def set_matrices(net: Sequential, place: int, W: np.ndarray, b: np.ndarray) -> None:
    """Give the Linear at this place of an opened network other values, and the widths that go with them."""
    layer: Any = net.layers[place]
    dtype = layer.weight.weight().dtype
    layer.n_in, layer.n_out = W.shape
    layer.weight, layer.bias = Dense().from_dense(W.astype(dtype)), Parameter(b.astype(dtype))


def rearrange(net: Sequential, hidden: int, units: np.ndarray, signs: np.ndarray | None = None) -> None:
    """Keep these units of an opened network's hidden layer, in this order, and negate those whose sign is -1.

    Raises TypeError for a sign of -1 where a layer between the two Linear layers is not odd.
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
    """Return the batch norm of these units: gamma (x - mu) / sigma + beta changes sign with x if mu and beta do."""
    new = BatchNorm(len(units), old.eps, old.rate).train(old.training)
    gamma, beta, mean, var = (rows[units] for rows in old.columns())
    new.restore({"gamma,beta,mean,var": np.stack([gamma, s * beta, s * mean, var]).astype(gamma.dtype)})
    return new
