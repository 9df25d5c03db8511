"""The largest member of a family that fits into a byte budget.

A recipe with one number left open, such as the rank in Kronecker(rank=k), makes files of any size. For a share f of the
dense network's bytes we want the largest one that fits. So build one, ask how many bits its file takes, and halve the
interval.

The size is fixed before training, and training must not make the file larger than the budget. Packed codes always take
the same bits. Gaps between kept entries do not, so they are charged at their worst (gaps.py). What an entropy coder
will save is unknown yet, so it is not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tinynet.parameterizations import Coded, Parameterization, Pruned, gaps

Shapes = Sequence[tuple[int, int]]  # of a network's weight matrices
Family = Callable[[int], Parameterization]  # the recipes of sizes 1, 2, 3, ..; a larger one takes more bits


def largest(fits: Callable[[int], bool]) -> int:
    """Return the largest size, counted from 1, up to which all fit; 0 if there is none."""
    high = 1
    while fits(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def fitted(family: Family, plain: Parameterization, f: float, shapes: Shapes) -> list[Parameterization] | None:
    """Return a recipe for each matrix, all of the largest size that fits; None where no size does, or `plain` does.

    Args:
        family: the recipe of each size.
        plain: the recipe of a matrix that the family would not make smaller.
        f: the share of 32 bits an entry that all matrices may take together.
    """

    def chosen(size: int) -> list[Parameterization]:
        return [min(plain, family(size), key=lambda recipe: most_bits([recipe], [shape])) for shape in shapes]

    room = 32 * f * sum(m * n for m, n in shapes)
    if most_bits([plain] * len(shapes), shapes) <= room:
        return None
    size = largest(lambda size: most_bits(chosen(size), shapes) <= room)
    return chosen(size) if size else None


def most_bits(weight: Sequence[Parameterization], shapes: Shapes) -> int:
    """Return how many bits these matrices take in a file at most, whatever they learn."""
    total = 0
    for recipe, shape in zip(weight, shapes, strict=True):
        built = recipe.inner.build(shape) if isinstance(recipe, Coded) else recipe.build(shape)
        total += 8 * sum(array.nbytes for array in built.state().values())
        if isinstance(built, Pruned):
            total += gaps.most_bits(built.K, built.V.size) - gaps.stored_bits(built.kept) + 8  # a byte may be filled up
    return total
