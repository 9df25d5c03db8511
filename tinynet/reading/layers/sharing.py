"""Sharing: a picture of a matrix, in which entries that are made of the same stored number have the same colour.

Every method computes W from fewer numbers, or smaller ones, than W has entries. Which numbers stand behind an entry?
The derivative tells, without a look inside the method. The number p has the part

    part(i, j; p) = |p dW[i, j] / dp|        in the entry W[i, j]

which is |W[i, j]| if the entry is p or -p, and 0 if p does not occur in it. If the entry is a product, the part of each
factor is |W[i, j]|. Each number gets a colour, the same for numbers that are equal up to the sign, and an entry has the
mean of its numbers' colours, weighted by their parts. (A mean of r colours is closer to grey than one of them, by a
factor of about sqrt(r), so it is moved away from grey again by as much.)

    one number, in many places         one colour: Hashed, Toeplitz, Circulant
    few values                         few colours: Quantized, Grid, Codebook
    products                           mixed colours: rows and columns of LowRank, blocks of Kronecker
    nothing learned                    grey, and white where W is zero: drawn from a seed, or Fixed

A negative entry is drawn darker. What a method has in mind while it trains does not count, only what its file holds: so
the matrix is brought back from its state first, and latent weights are then the levels that their codes stand for.
"""

from __future__ import annotations

from collections.abc import Mapping
from colorsys import hls_to_rgb
from typing import TYPE_CHECKING

import numpy as np

from tinynet import drawing
from tinynet.parameterizations.base import Parameterization

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 2**24  # parts, entries times numbers
GOLDEN = 0.618034  # multiples of it, modulo 1, keep apart however many there are
NOT_LEARNED, DARKER = 0.8, 0.6  # a grey; what a negative entry's colour is multiplied by
FEW = [[int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)] for name in drawing.COLOURS[1:7]]  # for up to six numbers


def parts(built: Parameterization) -> tuple[np.ndarray, np.ndarray]:
    """Return the stored numbers p of a built matrix (m, n), float64 (P,), and their parts in each entry (m, n, P).

    ValueError for more than 2^24 parts.
    """
    (m, n), parameters = built.shape, built.parameters()
    count = sum(p.size for p in parameters)
    if m * n * count > MOST:
        what = f"parts: a matrix {m} x {n} of {count} numbers has {m * n * count:,} parts"
        raise ValueError(f"{what}; at most {MOST:,} can be drawn: take a smaller shape")
    numbers = np.concatenate([p.numpy().ravel() for p in parameters] or [np.zeros(0)]).astype(np.float64)
    found, wanted = np.zeros((m * n, count)), np.zeros((m, n), built.weight().dtype)
    for k in range(m * n if count else 0):
        for p in parameters:
            p.grad = None
        wanted.flat[k] = 1
        built.weight().backward(wanted)
        wanted.flat[k] = 0
        found[k] = np.concatenate([np.zeros(p.size) if p.grad is None else p.grad.ravel() for p in parameters])
    for p in parameters:
        p.grad = None
    return numbers, np.abs(found * numbers).reshape(m, n, count)


def colours(built: Parameterization) -> np.ndarray:
    """Return the colour of each entry, (m, n, 3), red, green and blue in 0 .. 1, as the head of this file says."""
    stored = type(built).from_json(built.to_json()).from_state(built.shape, built.state())
    W = stored.weight().numpy().astype(np.float64)
    numbers, part = parts(stored)
    palette, whole = _palette(numbers), part.sum(axis=-1, keepdims=True)
    share = part / np.where(whole > 0, whole, 1)
    mixed, grey = share @ palette, palette.mean(axis=0) if len(palette) else np.ones(3)
    vivid = grey + (mixed - grey) / np.sqrt(np.square(share).sum(axis=-1, keepdims=True).clip(1e-9))
    picture = np.where(whole > 0, vivid.clip(0, 1), NOT_LEARNED) * np.where(W < 0, DARKER, 1)[..., None]
    picture[np.abs(W) <= 1e-6 * np.abs(W).max()] = 1
    return picture


def _palette(numbers: np.ndarray) -> np.ndarray:
    """Return a colour for each number, (P, 3): the same for numbers that are equal up to the sign."""
    sizes = np.abs(numbers) / np.abs(numbers).max(initial=1e-300)
    _, place = np.unique(np.round(sizes, 5), return_inverse=True)
    count = place.max(initial=-1) + 1
    if count <= len(FEW):
        return np.reshape(FEW, (-1, 3))[place]
    return np.array([hls_to_rgb(GOLDEN * k % 1, (0.42, 0.56, 0.7)[k % 3], 0.75) for k in range(count)])[place]


# ---- the pictures


def draw_matrix(recipe: Parameterization, shape: tuple[int, int] = (16, 16), seed: int = 0) -> Figure:
    """Return the picture of one matrix, entries of the same stored number in the same colour.

    Args:
        recipe: a built parameterization, or a recipe, which is built first: shape and seed are for this case.
    """
    built = recipe if "shape" in vars(recipe) else recipe.build(shape, seed)
    return plot_sharing({repr(recipe): built})


def plot_sharing(matrices: Mapping[str, Parameterization]) -> Figure:
    """Return the picture of some built matrices by label, six in a row."""
    drawing.check("plot_sharing", matrices, "{label: recipe.build((16, 16)), ..}", "no matrices")
    across = min(6, len(matrices))
    down = -(-len(matrices) // across)
    figure, panels = drawing.panels(2 * across, 2.25 * down, down, across)
    for axes in panels:
        axes.axis("off")
    for axes, (label, built) in zip(panels, matrices.items(), strict=False):
        axes.imshow(colours(built), interpolation="nearest")
        axes.set_title(label, fontsize="small")
    return figure
