"""Networks of other libraries, brought in and handed out; and networks as C programs.

What a network computes is in its matrices and biases. Once they are brought in, the network can be compressed, drawn on
the frontier and frozen like one that was trained here:

    arrays           (W, b) pairs, in and out: what any library can give and take
    scikit           scikit-learn's MLPClassifier and MLPRegressor
    pytorch          files of PyTorch: Linear, BatchNorm1d and LSTM

The other way leads to a chip:

    c/               a trained network as C, for machines that have kilobytes
"""

from tinynet.exchange.arrays import from_arrays, to_arrays
from tinynet.exchange.scikit import from_sklearn
from tinynet.exchange.pytorch import import_safetensors
from tinynet.exchange.c import export_c

__all__ = ["export_c", "from_arrays", "from_sklearn", "import_safetensors", "to_arrays"]
