"""A weight matrix as a function of what is stored.

Every compression method says the same sentence: W (m, n), the matrix that the layer multiplies by, is computed from
fewer numbers than m n. Here that sentence is a class. `tn.Hashed(1/8)` is a recipe: settings, and no arrays yet. A
layer calls `shaped`, then `fill` (together: `build`), and has the same class with arrays in it. What that one can do:

    weight()        W as a Tensor, made of primitives, so that gradients reach the stored tensors
    matmul(x)       x W, by the cheapest route
    parameters(), state(), stored_bits()          see state.py; `recipe.from_state(shape, state)` is the way back
    from_dense(W)   (of the recipe) the nearest member of the family to a given matrix

To add a method, subclass `Parameterization` as a dataclass whose fields are the settings, and write what differs:

    holds                     what is stored, see state.py    weight()         W from what is stored
    initialize(rng, fan_in)   fill in first values            approximate(W)   fill in values so that weight() is near W
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from tinynet.engine.primitives import matmul
from tinynet.engine.tensor import Tensor
from tinynet.parameterizations.state import RECIPES, State, Storable

MOST_ENTRIES = 2**26  # of a virtual matrix, so that a file of a few bytes cannot ask for all memory


@dataclass(repr=False)
class Parameterization(Storable):
    """Base of the methods; see the head of this file."""

    family = "recipe"
    registry = RECIPES
    shape: ClassVar[tuple[int, int]]  # (m, n), once built; a ClassVar, so that @dataclass takes it for no setting
    m: ClassVar[int]
    n: ClassVar[int]

    def __init_subclass__(cls) -> None:
        RECIPES[cls.__name__] = cls

    def __getattr__(self, name: str) -> Any:  # called only for what is not there
        if name.startswith("_") or "shape" in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        raise AttributeError(f"{self!r} is a recipe, without {name!r}; build it first: recipe.build((m, n), seed)")

    # ---- from a recipe to a built parameterization

    def build(self, shape: tuple[int, int], seed: int = 0, fan_in: int | None = None) -> Self:
        """Return a copy of shape (m, n), inputs and outputs, with arrays of random initial values.

        Args:
            seed: fixes the initial values and whatever the method draws for good (hash, mask, bank).
            fan_in: the number of inputs that one output sums over; m unless a composition knows better.
        """
        return self.shaped(shape).fill(seed, fan_in)

    def from_dense(self, W: np.ndarray, seed: int = 0) -> Self:
        """Return the member of this family nearest to W (m, n), or a heuristic's answer where the method says so."""
        W = np.asarray(W)
        if W.ndim != 2 or W.dtype.kind != "f" or not np.isfinite(W).all():
            what = f"{type(self).__name__}.from_dense: W of shape {W.shape}, dtype {W.dtype}"
            raise ValueError(f"{what}; it must be a finite floating-point matrix (m, n)")
        built = self.shaped(W.shape)
        built.seed = int(seed)
        built.approximate(W)
        if built.rescale:
            built.set_steps()
        return built

    def from_state(self, shape: tuple[int, int], state: State) -> Self:
        """Return the parameterization that `state()` described, bit for bit. ValueError where arrays do not fit."""
        built = self.shaped(shape)
        built.restore(state)
        return built

    def shaped(self, shape: tuple[int, ...]) -> Self:
        """Return a copy for a matrix of this shape, without arrays."""
        integers = all(isinstance(n, int | np.integer) and not isinstance(n, bool) for n in shape)
        if len(shape) != 2 or not integers or min(shape) < 1 or int(shape[0]) * int(shape[1]) > MOST_ENTRIES:
            what = f"{type(self).__name__}: a weight matrix of shape {shape}"
            raise ValueError(f"{what}; widths must be integers, at least 1, with at most {MOST_ENTRIES} entries")
        built = type(self).__new__(type(self))  # with the same settings, which have been checked
        vars(built).update({f.name: getattr(self, f.name) for f in fields(self)})
        built.m, built.n = built.shape = int(shape[0]), int(shape[1])  # type: ignore[misc]
        built.lay_out()
        return built

    def fill(self, seed: int = 0, fan_in: int | None = None) -> Self:
        """Fill in initial values; call `shaped` first."""
        self.seed = int(seed)
        self.initialize(np.random.default_rng(seed), fan_in or self.m)
        if self.rescale:
            self.set_steps()
        return self

    # ---- the steps that differ from method to method

    def fitting(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Return this shape, or the nearest one that the method can have: a convolution needs square pictures."""
        return shape

    def lay_out(self) -> None:
        """Give shapes to the parts that are parameterizations themselves, such as the buckets of Hashed."""

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        """Fill in initial values such that an entry of x W has the variance of an entry of x."""
        raise NotImplementedError(f"{type(self).__name__} must define initialize(rng, fan_in)")

    def approximate(self, W: np.ndarray) -> None:
        """Fill in values such that weight() is near W."""
        raise NotImplementedError(f"{type(self).__name__} offers no from_dense: no good heuristic is known")

    def weight(self) -> Tensor:
        """Return W (m, n) as a Tensor built from what is stored."""
        raise NotImplementedError(f"{type(self).__name__} must define weight()")

    def matmul(self, x: Any) -> Tensor:
        """Return x W: (.., m) to (.., n)."""
        return matmul(x, self.weight())
