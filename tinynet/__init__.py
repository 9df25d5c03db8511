"""tinynet: neural-network compression, with a core small enough to read in an afternoon.

A weight matrix is a function of its stored parameters. So every compression method is one class in one file, trained by
the same SGD, saved at its true size, run by its own fast kernel, and drawn on one frontier of bytes against error.

The chapters, in reading order. A file imports only from chapters above its own, and from files above it in its own
chapter, whose `__init__.py` gives the order. The first five chapters hold the afternoon: the files with a star there,
2,341 lines, from engine/operators.py to training/fit.py. They explain a forward and a backward pass, what each method
stores, a training loop, and the file at the end.

    drawing              colours, markers and figure habits that all plots share
    quoting              text from files, made fit to be shown
    engine/              automatic differentiation
    parameterizations/   W as a function of what is stored, one method a file
    layers/              what networks are made of
    storage/             a network on disk, at its true size
    training/            SGD to the best epoch
    datasets/            what networks learn from
    kernels/             arithmetic that is worth compiling: a NumPy reference to read, a Numba twin to run
    sequences/           LSTMs twice, to read and to run; text
    functional           every function of tensors under one name
    frozen/              a trained network as packed bits and integers, with the same scores
    exchange/            networks from and for other libraries, and as C programs
    frontier/            every method on one picture
    reading/             what goes on inside a network, one instrument a file
    course/              what leads through lessons/: exercises, their graders, isolation
    files                data sets and networks in files, as the commands use them
    cli                  the `tinynet` command
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tinynet.engine import Parameter, Tensor, check_gradients, draw_graph, grad, no_grad
from tinynet.parameterizations import (
    Bank, Binary, Circulant, Codebook, Coded, Columns, Dense, Fixed, Grid, Hashed, Kronecker, LowRank, Parameterization,
    Pruned, Quantized, Scaled, Sparse, Sum, Supermask, TensorTrain, Toeplitz, check_parameterization,
)  # fmt: skip
from tinynet.layers import (
    MLP, BatchNorm, BinaryMLP, Dropout, Layer, LayerNorm, Linear, ReLU, Rounded, Scale, Sequential, Sigmoid,
    SignActivation, Tanh, fold, half,
)  # fmt: skip
from tinynet.storage import ModelFileError, load, save
from tinynet.training import History, TrainingError, evaluate, fit, optim
from tinynet.training.optim import SGD, Adam
from tinynet import datasets
from tinynet.kernels import pack_signs, xnor_matmul
from tinynet.sequences import LSTM, RNN, LSTMCell, RecurrentNet, RNNCell, SequenceNet, language
from tinynet import functional
from tinynet.frozen import Frozen, FrozenSequence, freeze

if TYPE_CHECKING:
    from tinynet.exchange import export_c, from_arrays, from_sklearn, import_safetensors, to_arrays
    from tinynet import frontier
    from tinynet import reading
    from tinynet.reading.layers.sharing import draw_matrix
else:
    _EXCHANGE = ("exchange", "export_c", "from_arrays", "from_sklearn", "import_safetensors", "to_arrays")
    _LATER = dict.fromkeys(_EXCHANGE, "exchange")
    _LATER |= {"frontier": "frontier", "reading": "reading", "draw_matrix": "reading.layers.sharing"}

    def __getattr__(name: str) -> Any:
        """Load a chapter that no network needs when its name, or one of those in it, is first used."""
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        chapter = import_module(f"{__name__}.{_LATER[name]}")
        return globals().setdefault(name, getattr(chapter, name, chapter))

    def __dir__() -> list[str]:
        return sorted(globals().keys() | _LATER)


# `from tinynet.optim import cosine` works as well as `tn.optim.cosine`
sys.modules |= {"tinynet.optim": optim, "tinynet.language": language}

__version__ = "0.1.0"
