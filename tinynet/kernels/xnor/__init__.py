"""The matrix product of signs, a ladder of six rungs; ladder.py is the first file to read."""

from tinynet.kernels.xnor.ladder import (
    best_rung,
    pack_panels,
    xnor_matmul,
    xnor_matmul_carry,
    xnor_matmul_numpy,
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
