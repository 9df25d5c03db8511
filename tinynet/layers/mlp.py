"""MLP: a multilayer perceptron, x -> Linear -> Tanh -> .. -> Linear -> scores, with every W by a recipe."""

from __future__ import annotations

from collections.abc import Sequence

from tinynet.layers.activations import Tanh
from tinynet.layers.base import Layer, Sequential
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.dropout import Dropout
from tinynet.layers.linear import Linear
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.state import child_seed

Recipes = Parameterization | Sequence[Parameterization] | None


class MLP(Sequential):
    """A multilayer perceptron, tanh between its linear layers.

    Args:
        widths: [inputs, hidden .., outputs], at least two.
        weight: one recipe for all layers, or a list of one a layer.
        seed: fixes all initial values; each layer draws from a seed of its own.
        activation: the class of layer between the linear ones.
        batch_norm: put a BatchNorm before each activation; the Linear before it then needs no bias.
        dropout: share of hidden activations dropped in training.
    """

    def __init__(
        self, widths: Sequence[int], weight: Recipes = None, seed: int = 0,
        activation: type[Layer] = Tanh, batch_norm: bool = False, dropout: float = 0.0,
    ) -> None:  # fmt: skip
        last = count_hidden("MLP", widths)
        seeds, layers = [child_seed(seed, i) for i in range(last + 1)], list[Layer]()
        for i, recipe in enumerate(one_each(weight, last + 1)):
            normed = batch_norm and i < last
            layers.append(Linear(widths[i], widths[i + 1], recipe, bias=not normed, seed=seeds[i]))
            if i < last:
                layers += [BatchNorm(widths[i + 1]), activation()] if normed else [activation()]
                layers += [Dropout(dropout, seeds[i])] if dropout else []
        super().__init__(*layers)


def count_hidden(model: str, widths: Sequence[int]) -> int:
    """Return the number of hidden layers. ValueError for fewer than two widths."""
    if len(widths) < 2:
        raise ValueError(f"{model}: widths {list(widths)}; at least [inputs, outputs] are needed")
    return len(widths) - 2


def one_each(weight: Recipes, count: int, what: str = "linear layers") -> list[Parameterization]:
    """Return a recipe for each of `count` places: the one given for all, or the list. ValueError for another length."""
    recipes = list(weight) if isinstance(weight, Sequence) else [weight or Dense()] * count
    if not all(isinstance(recipe, Parameterization) for recipe in recipes):
        raise TypeError(f"weight={weight!r}: a recipe such as tn.Hashed(1/8), or a list of them, is needed")
    if len(recipes) != count:
        raise ValueError(f"{len(recipes)} recipes for {count} {what}; give one for all, or a list with one each")
    return recipes
