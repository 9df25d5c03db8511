"""The compression methods, one file each: a weight matrix as a function of what is stored.

Read state, base and dense first, then any method you like. A star marks what belongs to the afternoon:

    * state         what a file holds, derived from what a class declares
    * base          what all methods have in common, and how to add one
    * dense         W itself: the reference
    * lowrank       W = U V
    * hashing       the hash behind a matrix that is made of few numbers
      hash_grids    more uses of it
    * hashed        W[i, j] = one of K shared numbers, with a sign
    * sparse        W = a random share of its entries
    * packing       small codes in bytes
      shares        how likely a code is, after those seen
      ans           codes in as many bits as they hold information
    * quantized     W on a grid of few levels
    * binary        W = +s or -s
      levels        grids without a zero: half steps, powers of two
      grid          W on such a grid
      projected     W that follows a latent matrix
      k_means       K values near many
      codebook      W[i, j] = one of K learned values
      gaps          which few of many places, in few bits
      pruned        W = its largest entries
      bank          a U that is not learned
      supermask     random numbers, and which of them stay
      windows       what a convolution sees of its input
      toeplitz      a convolution: one number along each diagonal
      scaled        a length for each column
      columns       several methods side by side
      factors       widths as products
      kronecker     W = a small matrix of small matrices
      tensortrain   W = a chain of small cores
      circulant     rows that are shifted copies of each other
      fixed         another method's matrix, not learned
      sums          W = A + B
      coded         any method, with its codes as streams
      contract      what all methods promise, as checks
"""

from tinynet.engine.tensor import Parameter
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.lowrank import LowRank
from tinynet.parameterizations.hashed import Hashed
from tinynet.parameterizations.sparse import Sparse
from tinynet.parameterizations.quantized import Quantized
from tinynet.parameterizations.binary import Binary
from tinynet.parameterizations.grid import Grid
from tinynet.parameterizations.codebook import Codebook
from tinynet.parameterizations.pruned import Pruned
from tinynet.parameterizations.bank import Bank
from tinynet.parameterizations.supermask import Supermask
from tinynet.parameterizations.toeplitz import Toeplitz
from tinynet.parameterizations.scaled import Scaled
from tinynet.parameterizations.columns import Columns
from tinynet.parameterizations.kronecker import Kronecker
from tinynet.parameterizations.tensortrain import TensorTrain
from tinynet.parameterizations.circulant import Circulant
from tinynet.parameterizations.fixed import Fixed
from tinynet.parameterizations.sums import Sum
from tinynet.parameterizations.coded import Coded
from tinynet.parameterizations.contract import ContractError, check_parameterization

__all__ = [
    "Bank", "Binary", "Circulant", "Codebook", "Coded", "Columns", "ContractError", "Dense", "Fixed", "Grid", "Hashed",
    "Kronecker", "LowRank", "Parameter", "Parameterization", "Pruned", "Quantized", "Scaled", "Sparse", "Sum",
    "Supermask", "TensorTrain", "Toeplitz", "check_parameterization",
]  # fmt: skip
