"""Every function of tensors under one name: primitives, losses, sign and round with a gradient, the fused LSTM."""

from tinynet.engine.kinks import abs, clip, maximum, minimum, power, relu, where
from tinynet.engine.losses import log_softmax, softmax, softmax_cross_entropy
from tinynet.engine.more_losses import mean_squared_error, sequence_cross_entropy, soft_targets, squared_hinge
from tinynet.engine.primitives import add, astype, div, exp, log, matmul, mul, neg, sigmoid, sqrt, sub, tanh
from tinynet.engine.shapes import (
    broadcast_to,
    concatenate,
    getitem,
    max,
    mean,
    min,
    reshape,
    squeeze,
    stack,
    std,
    sum,
    swapaxes,
    transpose,
    var,
)  # fmt: skip
from tinynet.engine.straight_through import SURROGATES, round, sign
from tinynet.sequences.fused import lstm

__all__ = [
    "SURROGATES", "abs", "add", "astype", "broadcast_to", "clip", "concatenate", "div", "exp", "getitem", "log",
    "log_softmax", "lstm", "matmul", "max", "maximum", "mean", "mean_squared_error", "min", "minimum", "mul", "neg",
    "power", "relu", "reshape", "round", "sequence_cross_entropy", "sigmoid", "sign", "soft_targets", "softmax",
    "softmax_cross_entropy", "sqrt", "squared_hinge", "squeeze", "stack", "std", "sub", "sum", "swapaxes", "tanh",
    "transpose", "var", "where",
]  # fmt: skip
