"""Every function of tensors under one name: primitives, losses, sign and round with a gradient, the fused LSTM."""

from tinynet.engine.einsum import einsum, outer, tensordot, trace
from tinynet.engine.kinks import abs, clip, maximum, minimum, mod, power, relu, where
from tinynet.engine.losses import log_softmax, softmax, softmax_cross_entropy
from tinynet.engine.more_losses import mean_squared_error, sequence_cross_entropy, soft_targets, squared_hinge
from tinynet.engine.more_primitives import cos, cosh, expm1, log1p, sin, sinh
from tinynet.engine.primitives import add, astype, div, exp, log, matmul, mul, neg, sigmoid, sqrt, sub, tanh
from tinynet.engine.reductions import cumsum, max, mean, min, prod, std, sum, var
from tinynet.engine.shapes import (
    broadcast_to,
    concatenate,
    expand_dims,
    flip,
    getitem,
    hstack,
    moveaxis,
    pad,
    repeat,
    reshape,
    split,
    squeeze,
    stack,
    swapaxes,
    tile,
    transpose,
    vstack,
)  # fmt: skip
from tinynet.engine.straight_through import SURROGATES, round, sign
from tinynet.sequences.fused import lstm

__all__ = [
    "SURROGATES", "abs", "add", "astype", "broadcast_to", "clip", "concatenate", "cos", "cosh", "cumsum", "div",
    "einsum", "exp", "expand_dims", "expm1", "flip", "getitem", "hstack", "log", "log1p", "log_softmax", "lstm",
    "matmul", "max", "maximum", "mean", "mean_squared_error", "min", "minimum", "mod", "moveaxis", "mul", "neg",
    "outer", "pad", "power", "prod", "relu", "repeat", "reshape", "round", "sequence_cross_entropy", "sigmoid", "sign",
    "sin", "sinh", "soft_targets", "softmax", "softmax_cross_entropy", "split", "sqrt", "squared_hinge", "squeeze",
    "stack", "std", "sub", "sum", "swapaxes", "tanh", "tensordot", "tile", "trace", "transpose", "var", "vstack",
    "where",
]  # fmt: skip
