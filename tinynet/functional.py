"""Functions of tensors under one name: primitives, losses, and steps with a straight-through gradient."""

from tinynet.engine.losses import (
    log_softmax,
    mean_squared_error,
    sequence_cross_entropy,
    soft_targets,
    softmax,
    softmax_cross_entropy,
    squared_hinge,
)
from tinynet.engine.primitives import (
    abs,
    add,
    astype,
    broadcast_to,
    clip,
    concatenate,
    div,
    exp,
    getitem,
    log,
    matmul,
    max,
    maximum,
    mean,
    min,
    minimum,
    mul,
    neg,
    power,
    relu,
    reshape,
    sigmoid,
    sqrt,
    squeeze,
    stack,
    std,
    sub,
    sum,
    swapaxes,
    tanh,
    transpose,
    var,
    where,
)
from tinynet.engine.straight_through import SURROGATES, round, sign
from tinynet.sequences.fused import lstm

__all__ = [
    "SURROGATES", "abs", "add", "astype", "broadcast_to", "clip", "concatenate", "div", "exp", "getitem", "log",
    "log_softmax", "lstm", "matmul", "max", "maximum", "mean", "mean_squared_error", "min", "minimum", "mul", "neg",
    "power", "relu", "reshape", "round", "sequence_cross_entropy", "sigmoid", "sign", "soft_targets", "softmax",
    "softmax_cross_entropy", "sqrt",
    "squared_hinge", "squeeze", "stack", "std", "sub", "sum", "swapaxes", "tanh", "transpose", "var", "where",
]  # fmt: skip
