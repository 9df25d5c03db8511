"""tinynet: neural-network compression, small enough to read in an afternoon.

A weight matrix is a function of its stored parameters, so that every compression method is one class in one file,
trained by the same SGD, saved at its true size, and drawn on one efficient frontier of bytes against error.

Reading order of the source (a file imports only from those above it):

    tensor autodiff primitives               the tape: what is recorded, how it is walked, the table of operations
    gradcheck graph                          the check of gradients by two evaluations; the tape as a drawing
    kernels/                                 arithmetic worth compiling: a NumPy reference to read, a Numba twin to run
    functional                               losses, and steps with a straight-through gradient
    parameterizations/                       W as a function of what is stored, one method a file; base.py first
    layers activations batchnorm models      what networks are made of
    table memory optim datasets/             where their bytes are; how they learn; what they learn from
    files storage                            true bytes on disk
    checkpoint progress training             SGD to the best epoch, interrupted or not
    bitwise chain frozen deploy              a trained network as packed bits and integers, with the same scores
    frontier/                                every method on one picture
    cli                                      the `tinynet` command
"""

from tinynet.tensor import Tensor
from tinynet.autodiff import no_grad
from tinynet.kernels.bits import pack_signs
from tinynet.kernels.xnor import xnor_matmul
from tinynet import functional
from tinynet.gradcheck import check_gradients
from tinynet.graph import draw_graph
from tinynet.parameterizations import (
    Bank, Binary, Dense, Hashed, LowRank, Parameter, Parameterization, Quantized, Scaled, Sparse,
)  # fmt: skip
from tinynet.layers import Layer, Linear, Sequential
from tinynet.activations import Dropout, ReLU, Rounded, Scale, Sigmoid, SignActivation, Tanh
from tinynet.batchnorm import BatchNorm
from tinynet.models import MLP, BinaryMLP
from tinynet import optim
from tinynet.optim import SGD, Adam
from tinynet import datasets
from tinynet.storage import ModelFileError, load, save
from tinynet.training import History, TrainingError, evaluate, fit
from tinynet.frozen import Frozen
from tinynet.deploy import freeze
from tinynet import frontier

__version__ = "0.1.0"
