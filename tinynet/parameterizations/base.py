"""A weight matrix as a function of what is stored.

Every compression method says the same sentence: W (m, n), the matrix that the layer multiplies by, is computed from
fewer numbers than m n. Here that sentence is a class. `tn.Hashed(1/8)` is a recipe: settings, and no arrays yet. A
layer calls `build` on it and gets the same class with arrays in it. What a built one can do:

    weight()        W as a Tensor, made of primitives, so that gradients reach the stored tensors
    matmul(x)       x W, by the cheapest route
    parameters(), state(), stored_bits()          see state.py; `recipe.from_state(shape, state)` is the way back
    from_dense(W)   (of the recipe) the nearest member of the family to a given matrix

To add a method, subclass `Parameterization` as a dataclass whose fields are the settings, and write what differs:

    stores()                  what is stored, by name
    initialize(rng, fan_in)   fill it with first values            approximate(W)   fill it so that weight() is near W
    weight()                  W from what is stored
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.parameterizations.state import State, Storable, take

MOST_ENTRIES = 2**26  # of a virtual matrix, so that a file of a few bytes cannot ask for all memory


@dataclass
class Parameterization(Storable):
    """Base of the methods; see the head of this file."""

    registry: ClassVar[dict[str, type[Parameterization]]] = {}
    shape: ClassVar[tuple[int, int]]  # of a built one: (m, n)
    seed: ClassVar[int]  # of a built one
    seeded: ClassVar[bool] = False  # whether W depends on the seed for good, so that a file holds it too

    def __init_subclass__(cls) -> None:
        Parameterization.registry[cls.__name__] = cls

    def __getattr__(self, name: str) -> Any:  # called only for what is not there
        if name.startswith("_") or "shape" in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        raise AttributeError(f"{self!r} is a recipe, without {name!r}; build it first: recipe.build((m, n), seed)")

    # ---- from a recipe to a built parameterization

    def build(self, shape: tuple[int, int], seed: int = 0, fan_in: int | None = None) -> Self:
        """Return a copy with arrays of random initial values.

        Args:
            shape: (m, n) of the virtual matrix: inputs, outputs.
            seed: fixes the initial values and whatever the method draws for good (hash, mask, bank).
            fan_in: the number of inputs that one output sums over; m unless a composition knows better.
        """
        built = self._shaped(shape, seed)
        built.initialize(np.random.default_rng(seed), fan_in or shape[0])
        built.set_steps()
        return built

    def from_dense(self, W: np.ndarray, seed: int = 0) -> Self:
        """Return the member of this family nearest to W (m, n), or a stated heuristic's answer."""
        W = np.asarray(W)
        if W.ndim != 2 or W.dtype.kind != "f" or not np.isfinite(W).all():
            raise ValueError(
                f"{type(self).__name__}.from_dense: W of shape {W.shape}, dtype {W.dtype}; it must be a finite "
                "floating-point matrix (m, n)"
            )
        built = self._shaped((W.shape[0], W.shape[1]), seed)
        built.approximate(W)
        built.set_steps()
        return built

    def from_state(self, shape: tuple[int, int], state: State) -> Self:
        """Return the parameterization that `state()` described, bit for bit. ValueError where arrays do not fit."""
        built = self._shaped(shape, int(take(state, "seed", (1,), "u8")[0]) if self.seeded else 0)
        built.restore(state)
        built.set_steps()
        return built

    def _shaped(self, shape: tuple[int, int], seed: int) -> Self:
        """Return a copy with a shape, and no arrays yet."""
        if len(shape) != 2 or min(shape) < 1 or shape[0] * shape[1] > MOST_ENTRIES:
            raise ValueError(
                f"{type(self).__name__}: shape {shape}; a weight matrix is (m, n), both at least 1, with at most "
                f"{MOST_ENTRIES} entries"
            )
        built = type(self)(**{f.name: getattr(self, f.name) for f in fields(self)})
        built.shape, built.seed = (shape[0], shape[1]), int(seed)  # type: ignore[misc]
        return built

    # ---- the steps that differ from method to method

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        """Fill in initial values such that an entry of x W has the variance of an entry of x."""
        raise NotImplementedError(f"{type(self).__name__} must define initialize(rng, fan_in)")

    def approximate(self, W: np.ndarray) -> None:
        """Fill in values such that weight() is near W."""
        raise NotImplementedError(f"{type(self).__name__} offers no from_dense: no good heuristic is known")

    def set_steps(self) -> None:
        """Set step_scale and bounds of the parameters, where SGD should not move them by its own step."""

    def weight(self) -> Tensor:
        """Return W (m, n) as a Tensor built from what is stored."""
        raise NotImplementedError(f"{type(self).__name__} must define weight()")

    def matmul(self, x: Any) -> Tensor:
        """Return x W: (.., m) to (.., n)."""
        return x @ self.weight()

    def state(self) -> State:
        """Return the arrays that a file must hold, packed."""
        return ({"seed": np.array([self.seed], np.uint64)} if self.seeded else {}) | super().state()

    def stored_bits(self) -> int:
        """Return how many bits a file must hold, before padding to bytes."""
        return 64 * self.seeded + super().stored_bits()

    # ---- settings as JSON, for the header of a file

    def to_json(self) -> dict[str, Any]:
        """Return {class name: settings that differ from their defaults}."""
        changed = {f.name: value for f in fields(self) if (value := getattr(self, f.name)) != _default(f)}
        return {type(self).__name__: {name: _described(value) for name, value in changed.items()}}

    @staticmethod
    def from_json(description: Any) -> Parameterization:
        """Return the recipe that `to_json` described. ValueError for anything else."""
        if not isinstance(description, dict) or len(description) != 1:
            raise ValueError(f"a recipe is an object with one class name, this is {str(description)[:80]!r}")
        [(name, settings)] = description.items()
        cls = Parameterization.registry.get(name)
        if cls is None or not isinstance(settings, dict):
            known = ", ".join(sorted(Parameterization.registry))
            raise ValueError(f"unknown recipe {str(name)[:80]!r}; known are {known}. Import the module that defines it")
        inner = {k: _undescribed(v) for k, v in settings.items()}
        for f in fields(cls):
            default = _default(f)
            if isinstance(default, Parameterization) and not isinstance(inner.get(f.name, default), Parameterization):
                raise ValueError(f"recipe {name}: {f.name}={str(inner[f.name])[:80]!r} is no recipe")
        try:
            return cls(**inner)
        except TypeError as error:
            raise ValueError(f"settings {sorted(settings)} do not fit the recipe {name}: {error}") from error

    def __repr__(self) -> str:
        shown = [f.name for i, f in enumerate(fields(self)) if i == 0 or getattr(self, f.name) != _default(f)]
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


def _described(value: Any) -> Any:
    """Return a setting as a JSON value."""
    if isinstance(value, list):
        return [_described(v) for v in value]
    return value.to_json() if isinstance(value, Parameterization) else value


def _undescribed(value: Any) -> Any:
    """Return the setting that `_described` was given."""
    if isinstance(value, list):
        return [_undescribed(v) for v in value]
    return Parameterization.from_json(value) if isinstance(value, dict) else value


def _default(field: Any) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def uniform(rng: np.random.Generator, shape: tuple[int, ...], fan_in: float) -> np.ndarray:
    """Return float32 values, uniform with variance 1 / fan_in: |w| <= sqrt(3 / fan_in) (LeCun et al. 1998)."""
    limit = np.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, shape).astype(np.float32)
