"""tinynet: neural-network compression, small enough to read in an afternoon.

A weight matrix is a function of its stored parameters, so that every compression method is one class in one file,
trained by the same SGD, saved at its true size, and drawn on one efficient frontier of bytes against error.

Reading order of the source (a file imports only from those above it):

    autodiff primitives gradcheck graph      the tape: tensors, the table of operations, the check of their gradients
    kernels/                                 arithmetic worth compiling: a NumPy reference to read, a Numba twin to run
    functional                               losses, and steps with a straight-through gradient
    parameterizations/                       W as a function of what is stored, one method a file; base.py first
    layers models table optim datasets/      what networks are made of, and what they are trained on
    storage training                         true bytes on disk; SGD to the best epoch
    frontier/                                every method on one picture
    cli                                      the `tinynet` command
"""

from tinynet.autodiff import Tensor, no_grad
from tinynet.kernels.bits import pack_signs
from tinynet.kernels.xnor import xnor_matmul
from tinynet import functional
from tinynet.gradcheck import check_gradients
from tinynet.graph import draw_graph
from tinynet.parameterizations import (
    Bank, Binary, Dense, Hashed, LowRank, Parameter, Parameterization, Quantized, Scaled, Sparse,
)  # fmt: skip
from tinynet.layers import (
    BatchNorm, Dropout, Layer, Linear, ReLU, Rounded, Scale, Sequential, Sigmoid, SignActivation, Tanh,
)  # fmt: skip
from tinynet.models import MLP, BinaryMLP
from tinynet import optim
from tinynet.optim import SGD, Adam
from tinynet import datasets
from tinynet.storage import ModelFileError, load, save
from tinynet.training import History, TrainingError, evaluate, fit
from tinynet import frontier

__version__ = "0.1.0"
