"""The compression methods, one file each; base.py says what they have in common and how to add one."""

from tinynet.engine.tensor import Parameter
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.bank import Bank
from tinynet.parameterizations.lowrank import LowRank
from tinynet.parameterizations.hashed import Hashed
from tinynet.parameterizations.sparse import Sparse
from tinynet.parameterizations.quantized import Quantized
from tinynet.parameterizations.binary import Binary
from tinynet.parameterizations.scaled import Scaled
from tinynet.parameterizations.columns import Columns

__all__ = [
    "Bank", "Binary", "Columns", "Dense", "Hashed", "LowRank", "Parameter", "Parameterization", "Quantized", "Scaled",
    "Sparse",
]  # fmt: skip
