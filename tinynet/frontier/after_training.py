"""Compression after training: replace each matrix of a trained network by the nearest one that a recipe can store.

Training under the constraint asks which small network is best. This asks which small network is closest to a given
one. It is cheaper, because nothing is trained, but the closest weights do not have the least error. Each recipe's
`from_dense` says what "nearest" means for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinynet.layers.base import Layer, Sequential
from tinynet.layers.mlp import one_each
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.state import child_seed


def compress(net: Sequential, weight: Parameterization | Sequence[Parameterization], seed: int = 0) -> Sequential:
    """Return a copy of a trained network in which every matrix is the nearest one that its recipe can store.

    Args:
        net: with Linear or recurrent layers; their biases, and all other layers, are copied as they are.
        weight: one recipe for all matrices, or a list with one each; a recurrent layer has two, W and U.
        seed: of whatever the recipes draw.
    """
    matrices = dense_matrices(net)
    recipes = one_each(weight, len(matrices), "matrices")
    return rebuilt(
        net, [r.from_dense(W, child_seed(seed, i)) for i, (r, W) in enumerate(zip(recipes, matrices, strict=True))]
    )


def homes(layer: Layer) -> list[tuple[Layer, str]]:
    """Return where the matrices of a network are: the layers that hold them, and the attributes, each place once."""
    own = [(layer, layer.holds[name][0]) for name, part in layer.stored().items() if isinstance(part, Parameterization)]
    return list(dict.fromkeys(own + [home for inner in layer.sublayers() for home in homes(inner)]))


def dense_matrices(net: Layer) -> list[np.ndarray]:
    """Return copies of the virtual matrices (m, n) of a network, in the order of `homes`."""
    return [getattr(layer, attribute).weight().numpy() for layer, attribute in homes(net)]


def rebuilt(net: Sequential, matrices: Sequence[Parameterization]) -> Sequential:
    """Return a copy of a network with these matrices, in the order of `homes`, in place of its own."""
    copy: Any = Layer.from_json(net.to_json())
    copy.restore(net.state())
    for (layer, attribute), matrix in zip(homes(copy), matrices, strict=True):
        setattr(layer, attribute, matrix)
    return copy
