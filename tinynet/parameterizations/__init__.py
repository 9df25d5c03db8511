"""The compression methods, one file each: a weight matrix as a function of what is stored.

Read state, base and dense first, then any method you like. A star marks what belongs to the afternoon:

What all methods build on
    * state         what a file holds, derived from what a class declares
    * base          what all methods have in common, and how to add one
    * dense         W itself: the reference
    * packing       small codes in bytes

Products: W is computed from smaller matrices
    * lowrank       W = U V
      factors       widths as products of integers
      kronecker     W = a small matrix of small matrices
      tensortrain   W = a chain of small cores

Shared numbers: many entries, few numbers
    * hashing       the hash behind a matrix that is made of few numbers
      hash_grids    more uses of it
    * hashed        W[i, j] = one of K shared numbers, with a sign
      windows       what a convolution sees of its input
      toeplitz      a convolution: one number along each diagonal
      circulant     rows that are shifted copies of each other

Few entries: the others are zero
    * sparse        W = a random share of its entries
      projected     how to train a choice: W follows a latent matrix
      gaps          which few of many places, in few bits
      pruned        W = its largest entries

Few bits: every entry is one of few values
    * quantized     W on a grid of few levels
    * binary        W = +s or -s
      grid_levels   grids without a zero: half steps, powers of two
      grid          W on such a grid
      k_means       K values near many numbers
      codebook      W[i, j] = one of K learned values

Not learned, or only in part
      bank          features that come from a seed or from elsewhere
      supermask     random numbers, of which a learned mask keeps some
      fixed         another method's matrix, not learned

Around other methods
      scaled        a length for each column
      columns       several methods side by side
      sums          W = A + B
      shares        how likely each code is, after those seen
      ans           codes in as many bits as they hold information
      coded         any method, its codes written by ans

      contract      what all methods promise, as checks
"""

from tinynet.engine.tensor import Parameter
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.lowrank import LowRank
from tinynet.parameterizations.kronecker import Kronecker
from tinynet.parameterizations.tensortrain import TensorTrain
from tinynet.parameterizations.hashed import Hashed
from tinynet.parameterizations.toeplitz import Toeplitz
from tinynet.parameterizations.circulant import Circulant
from tinynet.parameterizations.sparse import Sparse
from tinynet.parameterizations.pruned import Pruned
from tinynet.parameterizations.quantized import Quantized
from tinynet.parameterizations.binary import Binary
from tinynet.parameterizations.grid import Grid
from tinynet.parameterizations.codebook import Codebook
from tinynet.parameterizations.bank import Bank
from tinynet.parameterizations.supermask import Supermask
from tinynet.parameterizations.fixed import Fixed
from tinynet.parameterizations.scaled import Scaled
from tinynet.parameterizations.columns import Columns
from tinynet.parameterizations.sums import Sum
from tinynet.parameterizations.coded import Coded
from tinynet.parameterizations.contract import ContractError, check_parameterization

__all__ = [
    "Bank", "Binary", "Circulant", "Codebook", "Coded", "Columns", "ContractError", "Dense", "Fixed", "Grid", "Hashed",
    "Kronecker", "LowRank", "Parameter", "Parameterization", "Pruned", "Quantized", "Scaled", "Sparse", "Sum",
    "Supermask", "TensorTrain", "Toeplitz", "check_parameterization",
]  # fmt: skip
