"""A weight matrix as a function of what is stored.

Every compression method says the same sentence: W (m, n), the matrix that the layer multiplies by, is computed from
fewer numbers than m n. Here that sentence is a class. `tn.Hashed(1/8)` is a recipe: settings, nothing allocated.
A layer calls `build` on it and gets the same class with arrays in it. What a built one can do:

    parameters()    the stored tensors that SGD may change
    weight()        W as a Tensor, made of primitives, so that gradients reach the stored tensors
    matmul(x)       x W, by the cheapest route
    stored_bits()   how many bits a file must hold: values, scales, and seeds that regenerate masks, banks, hashes
    state()         those very bits as arrays; `recipe.from_state(shape, state)` is the way back
    from_dense(W)   (of the recipe) the nearest member of the family to a given matrix

To add a method, subclass `Parameterization` as a dataclass whose fields are the settings, and write what differs: three
ways to fill the arrays (`draw`, `project`, `restore`), and `weight`, `state` and `stored_bits`.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.state import State, take

MOST_ENTRIES = 2**26  # of a virtual matrix, so that a file of a few bytes cannot ask for all memory


@dataclass
class Parameterization:
    """Base of the methods; see the head of this file."""

    registry: ClassVar[dict[str, type[Parameterization]]] = {}
    shape: ClassVar[tuple[int, int]]  # set on a built one: (m, n)
    seed: ClassVar[int]

    def __init_subclass__(cls) -> None:
        Parameterization.registry[cls.__name__] = cls

    # ---- from a recipe to a built parameterization

    def build(self, shape: tuple[int, int], seed: int = 0, fan_in: int | None = None) -> Self:
        """Return a copy with arrays of random initial values.

        Args:
            shape: (m, n) of the virtual matrix: inputs, outputs.
            seed: fixes the initial values and whatever the method draws for good (hash, mask, bank).
            fan_in: the number of inputs that one output sums over; m unless a composition knows better.
        """
        built = self._blank(shape, seed)
        built.draw(np.random.default_rng(seed), fan_in or shape[0])
        return built

    def from_dense(self, W: np.ndarray, seed: int = 0) -> Self:
        """Return the member of this family nearest to W (m, n), or a stated heuristic's answer."""
        W = np.asarray(W)
        if W.ndim != 2 or W.dtype.kind != "f" or not np.isfinite(W).all():
            raise ValueError(
                f"{type(self).__name__}.from_dense: W of shape {W.shape}, dtype {W.dtype}; it must be a finite "
                "floating-point matrix (m, n)"
            )
        built = self._blank((W.shape[0], W.shape[1]), seed)
        built.project(W)
        return built

    def from_state(self, shape: tuple[int, int], state: State) -> Self:
        """Return the parameterization that `state()` described, bit for bit. ValueError where arrays do not fit."""
        built = self._blank(shape, int(take(state, "seed", (1,), "u8")[0]) if "seed" in state else 0)
        built.restore(state)
        return built

    def _blank(self, shape: tuple[int, int], seed: int) -> Self:
        if len(shape) != 2 or min(shape) < 1 or shape[0] * shape[1] > MOST_ENTRIES:
            raise ValueError(
                f"{type(self).__name__}: shape {shape}; a weight matrix is (m, n), both at least 1, with at most "
                f"{MOST_ENTRIES} entries"
            )
        built = type(self)(**{f.name: getattr(self, f.name) for f in fields(self)})  # the settings, no arrays
        built.shape, built.seed = (shape[0], shape[1]), int(seed)  # type: ignore[misc]
        return built

    # ---- the steps that differ from method to method

    def draw(self, rng: np.random.Generator, fan_in: int) -> None:
        """Fill the arrays with initial values such that an entry of x W has the variance of an entry of x."""
        raise NotImplementedError(f"{type(self).__name__} must define draw(rng, fan_in)")

    def project(self, W: np.ndarray) -> None:
        """Fill the arrays so that weight() is near W."""
        raise NotImplementedError(f"{type(self).__name__} offers no from_dense: no good heuristic is known")

    def restore(self, state: State) -> None:
        """Fill the arrays from what `state` returned."""
        raise NotImplementedError(f"{type(self).__name__} must define restore(state)")

    def weight(self) -> Tensor:
        """Return W (m, n) as a Tensor built from the stored ones."""
        raise NotImplementedError(f"{type(self).__name__} must define weight()")

    def state(self) -> State:
        """Return the arrays that a file must hold, packed."""
        raise NotImplementedError(f"{type(self).__name__} must define state()")

    def stored_bits(self) -> int:
        """Return the number of bits that a file must hold, before padding to bytes."""
        raise NotImplementedError(f"{type(self).__name__} must define stored_bits()")

    # ---- the same for all

    def matmul(self, x: Any) -> Tensor:
        """Return x W: (.., m) to (.., n)."""
        return x @ self.weight()

    def parameters(self) -> list[Parameter]:
        """Return the stored tensors that SGD may change, in the order in which they were made."""
        found: list[Parameter] = []
        for value in vars(self).values():
            if isinstance(value, Parameter):
                found.append(value)
            elif isinstance(value, Parameterization):
                found += value.parameters()
        return found

    def __repr__(self) -> str:
        shown = [f.name for i, f in enumerate(fields(self)) if i == 0 or getattr(self, f.name) != _default(f)]
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

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
