"""Compression after training: replace each matrix of a trained network by the nearest one that a recipe can store.

Training under the constraint asks which small network is best. This asks which small network is closest to a given
one. It is cheaper, because nothing is trained, but the closest weights do not have the least error. Each recipe's
`from_dense` says what "nearest" means for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    small: Any = Layer.from_json(net.to_json())
    small.restore(net.state())
    matrices = [
        (layer, layer.holds[name][0], part)
        for layer in small.layers
        for name, part in layer.stored().items()
        if isinstance(part, Parameterization)
    ]
    recipes = one_each(weight, len(matrices), "matrices")
    for i, ((layer, attribute, large), recipe) in enumerate(zip(matrices, recipes, strict=True)):
        setattr(layer, attribute, recipe.from_dense(large.weight().numpy(), child_seed(seed, i)))
    return small
