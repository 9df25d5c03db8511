"""The two networks that the project compares: one of real numbers, one of bits.

    MLP          x -> Linear -> Tanh -> .. -> Linear -> scores                         every W by a recipe
    BinaryMLP    x -> integers -> Linear -> BatchNorm -> sign -> .. -> Linear -> scores     every W of +1 and -1

BinaryMLP is built so that it can run on integers alone once trained (Courbariaux et al. 2016, arXiv 1602.02830): its
first layer multiplies the integers 2 p - 255 that the inputs x = 2 p / 255 - 1 stand for, later ones multiply signs,
so each sum is an integer, exact in float32 below 2^24, and only what follows the sum scales it. The last layer's
integer scores are divided by sqrt(n) so that the loss starts at an ordinary size.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinynet.layers.activations import Dropout, Rounded, Scale, SignActivation, Tanh
from tinynet.layers.base import Layer
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.linear import Linear
from tinynet.layers.sequential import Sequential
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.binary import Binary
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.state import child_seed


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
        self,
        widths: Sequence[int],
        weight: Parameterization | Sequence[Parameterization] | None = None,
        seed: int = 0,
        activation: type[Layer] = Tanh,
        batch_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        last = _check_widths("MLP", widths)
        recipes = one_each(weight, last + 1)
        layers: list[Layer] = []
        for i, recipe in enumerate(recipes):
            normed = batch_norm and i < last
            layers.append(Linear(widths[i], widths[i + 1], recipe, bias=not normed, seed=child_seed(seed, i)))
            if i < last:
                layers += [BatchNorm(widths[i + 1])] if normed else []
                layers += [activation()]
                layers += [Dropout(dropout, child_seed(seed, i))] if dropout else []
        super().__init__(*layers)


class BinaryMLP(Sequential):
    """An MLP whose weights and activations are +1 and -1; see the head of this file.

    Args:
        widths: [inputs, hidden .., classes], at least two.
        seed: fixes all initial values.
        dropout: shares of the inputs and of the hidden activations that are dropped in training.
        stochastic: draw the hidden signs at random in training; see SignActivation.
    """

    def __init__(
        self, widths: Sequence[int], seed: int = 0, dropout: tuple[float, float] = (0.0, 0.0), stochastic: bool = False
    ) -> None:
        last = _check_widths("BinaryMLP", widths)
        layers: list[Layer] = [Rounded(255.0)]
        for i in range(last + 1):
            drop = dropout[0 if i == 0 else 1]
            layers += [Dropout(drop, child_seed(seed, i))] if drop else []
            layers.append(Linear(widths[i], widths[i + 1], Binary(scale=None), bias=False, seed=child_seed(seed, i)))
            if i == 0:
                layers.append(Scale(1 / 255))
            if i < last:
                layers += [BatchNorm(widths[i + 1], eps=1e-4), SignActivation(stochastic, child_seed(seed, i))]
        super().__init__(*layers, Scale(widths[-2] ** -0.5))


def _check_widths(model: str, widths: Sequence[int]) -> int:
    """Return the index of the last linear layer. ValueError for fewer than two widths."""
    if len(widths) < 2:
        raise ValueError(f"{model}: widths {list(widths)}; at least [inputs, outputs] are needed")
    return len(widths) - 2


def one_each(
    weight: Parameterization | Sequence[Parameterization] | None, count: int, what: str = "linear layers"
) -> list[Parameterization]:
    """Return a recipe for each of `count` places: the one given for all, or the list. ValueError for another length."""
    recipes = list(weight) if isinstance(weight, Sequence) else [weight or Dense()] * count
    if not all(isinstance(recipe, Parameterization) for recipe in recipes):
        raise TypeError(f"weight={weight!r}: a recipe such as tn.Hashed(1/8), or a list of them, is needed")
    if len(recipes) != count:
        raise ValueError(f"{len(recipes)} recipes for {count} {what}; give one for all, or a list with one each")
    return recipes
