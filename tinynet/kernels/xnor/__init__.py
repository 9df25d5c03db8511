"""The matrix product of signs: one equation, and a ladder of rungs that compute the same integers ever faster.

Climb it in this order. The figures say how many times as fast as a float32 product (OpenBLAS) each rung is on one core
with AVX-512, for 4096 x 4096 x 4096 signs (benchmarks/results/xnor.md; NumPy for 1024 x 1024 x 1024):

    equation.py   0.6   dot = K - 2 popcount(a ^ b) in NumPy: the whole idea
    words.py       13   compiled: one product after the other, nothing goes through memory
    tile.py        22   2 x 4 products at a time share what they load
    vectors.py          the code of 8 x 32 products in vector registers; only needed to compile panels.py
    panels.py      36   columns side by side, ready to be loaded as vectors; and half the popcounts by carries (33)
    layer.py            a layer of a network by the fastest rung of this machine; the first one takes pixels
    matmul.py           products for everyone, with operands checked; each rung by its name
    whole.py            a few rows through all layers of a network in one call, as fast as memory delivers the weights
"""

from tinynet.kernels.xnor.equation import xnor_matmul_numpy
from tinynet.kernels.xnor.layer import best_rung, pack_panels
from tinynet.kernels.xnor.matmul import (
    xnor_matmul,
    xnor_matmul_carry,
    xnor_matmul_panel,
    xnor_matmul_tile,
    xnor_matmul_words,
    xnor_threshold,
)

__all__ = [
    "best_rung",
    "pack_panels",
    "xnor_matmul",
    "xnor_matmul_carry",
    "xnor_matmul_numpy",
    "xnor_matmul_panel",
    "xnor_matmul_tile",
    "xnor_matmul_words",
    "xnor_threshold",
]
