"""What a file holds, derived from what an object declares.

A weight matrix or a layer keeps some arrays. It says which, once, in `stores`: a name and a shape for each array, or a
name and a recipe for each matrix. Everything that has to do with keeping them follows from that and is written here:

    parameters()    what SGD may change           state()         the arrays of a file, by name
    restore(state)  the way back                  stored_bits()   how many bits that is
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor

State = dict[str, np.ndarray]


class Matrix(NamedTuple):
    """A weight matrix of this shape, stored as the recipe says."""

    recipe: Any
    shape: tuple[int, int]


class Storable:
    """Base of all that a file can hold: see the head of this file."""

    names: ClassVar[dict[str, str]] = {}  # attributes that are called otherwise than what they hold is in a file

    def stores(self) -> dict[str, Any]:
        """Return what is stored: {name: a shape, a Matrix, or a Storable}. Arrays need not be there yet."""
        return {}

    def stored(self) -> dict[str, Any]:
        """Return the same by name, as it is now: Parameters, matrices and other Storables."""
        return {name: getattr(self, self.names.get(name, name)) for name in self.stores()}

    def assign(self, name: str, value: Any) -> None:
        """Keep the array, matrix or Storable that a file knows under this name."""
        setattr(self, self.names.get(name, name), value)

    def parameters(self) -> list[Parameter]:
        """Return the tensors that SGD may change, in the order in which they are declared."""
        found: list[Parameter] = []
        for part in self.stored().values():
            if isinstance(part, Parameter):
                found.append(part)
            elif isinstance(part, Storable):
                found += part.parameters()
        return found

    def state(self) -> State:
        """Return the arrays that a file must hold, packed."""
        state: State = {}
        for name, part in self.stored().items():
            state |= {name: part.numpy()} if isinstance(part, Tensor) else nest(name, part.state())
        return state

    def restore(self, state: State) -> None:
        """Take over what `state` returned. ValueError where an array is missing, or of another shape or dtype.

        Nothing is made but from an array that is there with the declared shape, so what a file announces cannot cost
        more memory than the file has.
        """
        for name, declared in self.stores().items():
            if isinstance(declared, Storable):
                declared.restore(unnest(name, state))
            elif isinstance(declared, Matrix):
                self.assign(name, declared.recipe.from_state(declared.shape, unnest(name, state)))
            else:
                self.assign(name, Parameter(take(state, name, declared)))

    def to_json(self) -> Any:
        """Return what a header says of it: {class name: settings}."""
        raise NotImplementedError(f"{type(self).__name__} must define to_json()")

    def stored_bits(self) -> int:
        """Return how many bits a file must hold, before padding to bytes."""
        return sum(
            8 * part._data.nbytes if isinstance(part, Tensor) else part.stored_bits() for part in self.stored().values()
        )


def take(state: State, name: str, shape: tuple[int, ...], kind: str = "f") -> np.ndarray:
    """Return state[name] after checking its shape and dtype: 'f' any float, 'u1', 'u8' unsigned of so many bytes."""
    a = state.get(name)
    if a is None:
        raise ValueError(f"the array {name!r} is missing; there are {sorted(state)}")
    if a.shape != shape or a.dtype.kind != kind[0] or (kind[1:] and a.dtype != np.dtype(kind)):
        raise ValueError(f"the array {name!r} is {a.dtype}{list(a.shape)}; kind {kind!r}, shape {list(shape)} expected")
    if kind == "f" and not np.isfinite(a).all():
        raise ValueError(f"the array {name!r} holds values that are not finite")
    return a


def nest(prefix: str, state: State) -> State:
    """Return the state of a part under names that begin with `prefix.`."""
    return {f"{prefix}.{name}": a for name, a in state.items()}


def unnest(prefix: str, state: State) -> State:
    """Return the part of a state whose names begin with `prefix.`, without it."""
    return {name[len(prefix) + 1 :]: a for name, a in state.items() if name.startswith(prefix + ".")}


def child_seed(seed: int, k: int) -> int:
    """Return the seed of the k-th part of something with this seed: unrelated streams from one number."""
    return int(np.random.SeedSequence([seed, k]).generate_state(1, np.uint64)[0])
