"""Draw the pictures of docs/matrices: one for each method, and all of them on a sheet.

python docs/matrices.py
"""

from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.reading.layers.sharing import colours, plot_sharing

FOLDER = Path(__file__).parent / "matrices"
CELL = 10  # pixels
RECIPES = {
    "dense": tn.Dense(),
    "lowrank": tn.LowRank(rank=1),
    "lowrank-random": tn.LowRank(rank=2, bank="random"),
    "bank": tn.Bank("random"),
    "hashed": tn.Hashed(1 / 16),
    "sparse": tn.Sparse(1 / 4),
    "pruned": tn.Pruned(1 / 4),
    "quantized": tn.Quantized(bits=3),
    "ternary": tn.Quantized(levels=3),
    "binary": tn.Binary(),
    "half-steps": tn.Grid("half steps", bits=2),
    "powers-of-two": tn.Grid("powers of two", bits=3),
    "codebook": tn.Codebook(bits=2),
    "supermask": tn.Supermask(),
    "toeplitz": tn.Toeplitz(kernel=3, padding=1),
    "circulant": tn.Circulant(),
    "kronecker": tn.Kronecker(),
    "tensortrain": tn.TensorTrain(rank=2),
    "scaled": tn.Scaled(tn.Binary(scale=None)),
    "columns": tn.Columns([tn.Binary(), tn.Hashed(1 / 8), tn.LowRank(rank=1)]),
    "sum": tn.Sum(tn.LowRank(rank=1), tn.Pruned(1 / 8)),
    "fixed": tn.Sum(tn.Fixed(tn.Quantized(bits=2)), tn.Pruned(1 / 8)),
    "hashed-quantized": tn.Hashed(1 / 4, inner=tn.Quantized(bits=2)),
    "coded": tn.Coded(tn.Pruned(1 / 2, inner=tn.Codebook(bits=2))),
}


def built() -> dict[str, tn.Parameterization]:
    """Return, for each method, its nearest member to one 16 x 16 matrix of normal numbers."""
    W = np.random.default_rng(0).normal(size=(16, 16)).astype(np.float32)
    return {name: recipe.from_dense(W, seed=1) for name, recipe in RECIPES.items()}


def pixels(matrix: tn.Parameterization) -> np.ndarray:
    """Return the picture of one matrix, uint8 (160, 160, 3)."""
    return np.kron(np.rint(255 * colours(matrix)).astype(np.uint8), np.ones((CELL, CELL, 1), np.uint8))


if __name__ == "__main__":
    from matplotlib.image import imsave

    FOLDER.mkdir(exist_ok=True)
    matrices = built()
    for name, matrix in matrices.items():
        imsave(FOLDER / f"{name}.png", pixels(matrix))
    plot_sharing(matrices).savefig(FOLDER / "all.png", dpi=80)
