"""A network as pairs of a matrix and a bias, which any library can give and take.

z = x W + b:    W (m, n), one column a unit; b (n,) or None;    an activation after every layer but the last
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinynet.layers.activations import ReLU, Sigmoid, Tanh
from tinynet.layers.base import Layer, Sequential
from tinynet.layers.dropout import Dropout
from tinynet.layers.folding import fold
from tinynet.layers.linear import Linear

ACTIVATIONS: dict[str, type[Layer]] = {"tanh": Tanh, "relu": ReLU, "sigmoid": Sigmoid, "logistic": Sigmoid}


def from_arrays(layers: Sequence[tuple[Any, Any]], activation: str = "tanh") -> Sequential:
    """Return the network of matrices and biases that come from elsewhere, in evaluation mode.

    Args:
        layers: pairs (W, b) in order, W (m, n) and b (n,) or None; anything NumPy can hold, computed in float32.
        activation: "tanh", "relu" or "sigmoid", between the layers; "identity" for none.

    Raises ValueError, with the layer, for shapes that do not fit and values that are not finite numbers.
    """
    net, width = list[Layer](), None
    for i, (W, b) in enumerate(layers):
        net += activations(activation) if i else []
        net.append(layer := linear(f"from_arrays: layer {i}", W, b, width))
        width = layer.n_out
    if not net:
        raise ValueError("from_arrays: there are no layers; give pairs (W, b)")
    return Sequential(*net).eval()


def to_arrays(net: Sequential) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the pairs (W, b) of a trained network, float32: what it stores, written out, for any other library.

    Batch norm becomes part of the layer before it. The scores are those of the network, with its own activation between
    the layers. Raises ValueError, with the layer, for a network that is not made of Linear layers and activations.
    """
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for i, layer in enumerate(fold(net).layers):
        if isinstance(layer, Linear):
            b = np.zeros(layer.n_out, np.float32) if layer.bias is None else layer.bias.numpy().copy()
            pairs.append((layer.weight.weight().numpy().copy(), b))
        elif not isinstance(layer, Tanh | ReLU | Sigmoid | Dropout):
            raise ValueError(
                f"to_arrays: layer {i}, {type(layer).__name__}, is no matrix with a bias; a network of Linear layers, "
                "BatchNorm behind them, and one of Tanh, ReLU and Sigmoid can be written out"
            )
    return pairs


def activations(name: str) -> list[Layer]:
    """Return the layer of an activation, in a list that is empty for "identity". ValueError for an unknown name."""
    if name == "identity":
        return []
    if name not in ACTIVATIONS:
        raise ValueError(f"activation={name!r}: it must be {', '.join(ACTIVATIONS)} or identity")
    return [ACTIVATIONS[name]()]


def linear(what: str, W: Any, b: Any, n_in: int | None = None) -> Linear:
    """Return the layer z = x W + b. ValueError, beginning with `what`, for arrays that are none, or another width."""
    W = numbers(f"{what}: W", W, 2)
    if n_in not in (None, W.shape[0]):
        turned = "; is W the other way round, (outputs, inputs)? Then give W.T" if W.shape[1] == n_in else ""
        raise ValueError(f"{what}: W of shape {W.shape} takes {W.shape[0]} inputs, but {n_in} reach it{turned}")
    layer = Linear(W.shape[0], W.shape[1], bias=b is not None)
    state = {"W.W": W}
    if b is not None:
        state["b"] = numbers(f"{what}: b", b, 1)
        if state["b"].shape != (W.shape[1],):
            raise ValueError(f"{what}: b of shape {state['b'].shape} for W of shape {W.shape}; one for each column")
    layer.restore(state)
    return layer


def numbers(what: str, a: Any, ndim: int) -> np.ndarray:
    """Return an array as float32. ValueError, beginning with `what`, unless it has ndim axes and finite numbers."""
    a = np.asarray(a)
    if a.dtype.kind not in "fiu" or a.ndim != ndim or 0 in a.shape:
        raise ValueError(f"{what} is {a.dtype}{list(a.shape)}; an array of numbers with {ndim} axes is needed")
    with np.errstate(over="ignore"):
        small = a.astype(np.float32)
    if not np.isfinite(small).all():
        raise ValueError(f"{what} holds values that are not finite in float32")
    return small
