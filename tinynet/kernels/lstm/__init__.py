"""An LSTM over a whole sequence in one call, twice: to read and to run.

equations.py   forward and backward in NumPy, as one derives them on paper
walks.py       the same compiled: products in vector registers, gates in one pass
run.py         takes the walks for float32, and the equations for everything else
"""

from tinynet.kernels.lstm.equations import backward_numpy, forward_numpy
from tinynet.kernels.lstm.run import backward, forward, product, transposed_product

__all__ = ["backward", "backward_numpy", "forward", "forward_numpy", "product", "transposed_product"]
