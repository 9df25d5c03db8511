"""Networks of other libraries, brought in and handed out.

What a network computes is in its matrices and biases. Bring them in, and every method, the frontier and the frozen
forms serve it like one that was trained here:

    arrays           (W, b) pairs, in and out: what any library can give and take
    scikit           scikit-learn's MLPClassifier and MLPRegressor
    pytorch          files of PyTorch: Linear, BatchNorm1d and LSTM
"""

from tinynet.exchange.arrays import from_arrays, to_arrays
from tinynet.exchange.scikit import from_sklearn
from tinynet.exchange.pytorch import import_safetensors

__all__ = ["from_arrays", "from_sklearn", "import_safetensors", "to_arrays"]
