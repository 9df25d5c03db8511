"""BinaryMLP: a network of bits (Courbariaux et al. 2016, arXiv 1602.02830).

    x -> integers -> Linear -> BatchNorm -> sign -> .. -> Linear -> scores          every W of +1 and -1

Once trained, it can run on integers alone (see frozen/). Its inputs x = 2 p / 255 - 1 stand for pixels p, and the first
layer multiplies the integers 2 p - 255 instead; later layers multiply signs. So every sum is an integer, exact in
float32 below 2^24, and scaling comes after the sum. The integer scores of the last layer are divided by the square root
of its number of inputs, so that the loss starts at an ordinary size.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinynet.layers.base import Layer, Sequential
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.dropout import Dropout
from tinynet.layers.linear import Linear
from tinynet.layers.mlp import count_hidden
from tinynet.layers.signs import Rounded, Scale, SignActivation
from tinynet.parameterizations.binary import Binary
from tinynet.parameterizations.state import child_seed


class BinaryMLP(Sequential):
    """An MLP whose weights and activations are +1 and -1; see the head of this file.

    Args:
        widths: [inputs, hidden .., classes], at least two.
        seed: fixes all initial values.
        dropout: which shares of the inputs and of the hidden activations are dropped in training.
        stochastic: draw the hidden signs at random in training; see SignActivation.
    """

    def __init__(
        self, widths: Sequence[int], seed: int = 0, dropout: tuple[float, float] = (0.0, 0.0), stochastic: bool = False
    ) -> None:
        last = count_hidden("BinaryMLP", widths)
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
