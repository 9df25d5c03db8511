"""tinynet: neural-network compression, small enough to read in an afternoon.

A weight matrix is a function of its stored parameters, so that every compression method is one class in one file,
trained by the same SGD, saved at its true size, and drawn on one efficient frontier of bytes against error.

Reading order of the source (a file imports only from those above it):

    tensor autodiff primitives               the tape: what is recorded, how it is walked, the table of operations
    gradcheck graph                          the check of gradients by two evaluations; the tape as a drawing
    kernels/                                 arithmetic worth compiling: a NumPy reference to read, a Numba twin to run
    lstm functional                          a whole sequence as one primitive; losses, and steps with a
                                             straight-through gradient
    parameterizations/                       W as a function of what is stored, one method a file; base.py first
    layers activations batchnorm layernorm   what networks are made of
    cells recurrent                          layers that carry a state from step to step
    models sequence                          networks of rows, and over sequences
    table memory optim datasets/             where their bytes are; how they learn; what they learn from
    files storage                            true bytes on disk
    checkpoint progress step
    distillation training                    SGD to the best epoch, interrupted or not; a teacher beside the labels
    language                                 text: predicting the next character, and drawing it
    bitwise chain frozen frozen_sequence     a trained network as packed bits and integers, with the same scores
    deploy                                   from the one to the other
    frontier/                                every method on one picture
    reading/                                 what goes on inside a network, one instrument a file
    course/                                  what leads through lessons/: exercises, their graders, isolation
    cli                                      the `tinynet` command
"""

from tinynet.engine.tensor import Tensor
from tinynet.engine.recording import no_grad
from tinynet.kernels import hashed as _  # puts compiled twins into hashing's places
from tinynet.kernels.bits import pack_signs
from tinynet.kernels.xnor import xnor_matmul
from tinynet import functional
from tinynet.engine.gradcheck import check_gradients
from tinynet.engine.graph import draw_graph
from tinynet.parameterizations import (
    Bank, Binary, Columns, Dense, Hashed, LowRank, Parameter, Parameterization, Quantized, Scaled, Sparse,
)  # fmt: skip
from tinynet.layers.base import Layer
from tinynet.layers.linear import Linear
from tinynet.layers.base import Sequential
from tinynet.layers.dropout import Dropout
from tinynet.layers.activations import ReLU, Sigmoid, Tanh
from tinynet.layers.signs import Rounded, Scale, SignActivation
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.layernorm import LayerNorm
from tinynet.layers.mlp import MLP
from tinynet.layers.binary_mlp import BinaryMLP
from tinynet.sequences.cells import LSTMCell, RNNCell
from tinynet.sequences.recurrent import LSTM, RNN
from tinynet.sequences.network import RecurrentNet, SequenceNet
from tinynet.training import optim
from tinynet.training.optim import SGD, Adam
from tinynet import datasets
from tinynet.storage.save_load import ModelFileError, load, save
from tinynet.training.fit import History, TrainingError, fit
from tinynet.training.evaluate import evaluate
from tinynet.sequences import language
from tinynet.frozen.network import Frozen
from tinynet.frozen.sequence import FrozenSequence
from tinynet.frozen.freeze import freeze
from tinynet import frontier
from tinynet import reading

__version__ = "0.1.0"
