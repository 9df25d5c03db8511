"""Layers, what networks are made of. A star marks what belongs to the afternoon:

  table          where a network's bytes are
* base           what all layers have in common; Sequential, a network
  checks         checks of settings
* linear         z = x W + b
* activations    tanh, sigmoid, ReLU
  signs          signs as activations, for networks of bits
  dropout        some activations forgotten
  batchnorm      every column brought to mean 0 and variance 1
  layernorm      every row
  folding        a trained network without its batch norm
  half           a network whose numbers take 16 bits each
* mlp            a multilayer perceptron
  binary_mlp     a network of bits
"""

from tinynet.layers.base import Layer, Sequential
from tinynet.layers.linear import Linear
from tinynet.layers.activations import ReLU, Sigmoid, Tanh
from tinynet.layers.signs import Rounded, Scale, SignActivation
from tinynet.layers.dropout import Dropout
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.layernorm import LayerNorm
from tinynet.layers.folding import fold
from tinynet.layers.half import Half, half
from tinynet.layers.mlp import MLP
from tinynet.layers.binary_mlp import BinaryMLP

__all__ = [
    "MLP", "BatchNorm", "BinaryMLP", "Dropout", "Half", "Layer", "LayerNorm", "Linear", "ReLU", "Rounded", "Scale",
    "Sequential", "Sigmoid", "SignActivation", "Tanh", "fold", "half",
]  # fmt: skip
