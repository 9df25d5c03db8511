"""What a file holds, derived from what an object declares.

A weight matrix or a layer keeps some arrays. It declares them once, in `holds`: for each name in a file, the attribute
that holds the array, and the attributes that give its shape. A matrix or a layer inside it, or a list of them, is
declared without a shape:

    holds = {"W": ("weight",), "b": ("bias", "n_out")}          # of a Linear: a matrix, and an array (n_out,)

An attribute that is None is not stored: a Linear without a bias. Everything that has to do with keeping the arrays
follows from that, and is written here:

    parameters()     what SGD may change           state()          the arrays of a file, by name
    restore(state)   the way back                  stored_bits()    how many bits that is
    to_json()        the settings                  from_json(..)    the way back, still without arrays
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from tinynet.engine.tensor import Parameter, Tensor

State = dict[str, np.ndarray]
RECIPES: dict[str, Any] = {}  # the classes of parameterizations by name


@dataclass(eq=False, repr=False)
class Storable:
    """Base of all that a file can hold: see the head of this file."""

    holds: ClassVar[dict[str, tuple[str, ...]]] = {}  # {name in a file: (attribute, and what its shape is made of ..)}
    seeded: ClassVar[bool] = False  # whether a file holds the seed too, because more than first values depend on it
    family: ClassVar[str]  # what an error calls it
    registry: ClassVar[dict[str, Any]]  # the classes that a file may name
    initial: ClassVar[tuple[str, ...]] = ("seed",)  # settings of the first values, which JSON does not hold
    written: ClassVar[tuple[str, ...]] = ()  # settings that JSON holds even where they have their defaults
    seed, rescale = 0, False  # a method with `rescale` sets the steps of its parameters; not annotated: no settings

    def stored(self) -> dict[str, Any]:
        """Return what is stored, by name, as it is now: tensors, matrices and layers."""
        parts: dict[str, Any] = {}
        for name, (attribute, *_) in self.holds.items():
            part = getattr(self, attribute)
            if isinstance(part, list):
                parts |= {f"{name}{i}": part[i] for i in sorted(set(first_places(part)))}
            elif part is not None:
                parts[name] = part
        return parts

    def parameters(self) -> list[Parameter]:
        """Return the tensors that SGD may change, in the order in which they are declared, each of them once."""
        return list(dict.fromkeys(self.held()))

    def held(self) -> list[Parameter]:
        """Return the same, but each tensor as often as it is declared: layers may share one."""
        found: list[Parameter] = []
        for attribute, *_ in self.holds.values():
            part = getattr(self, attribute)
            for one in part if isinstance(part, list) else [part]:
                found += [one] if isinstance(one, Parameter) else one.held() if isinstance(one, Storable) else []
        return found

    def state(self) -> State:
        """Return the arrays that a file must hold, packed."""
        state: State = {"seed": np.array([self.seed], np.uint64)} if self.seeded else {}
        for name, part in self.stored().items():
            state |= {name: part._data.copy()} if isinstance(part, Tensor) else nest(name, part.state())
        return state

    def restore(self, state: State) -> None:
        """Take over what `state` returned. ValueError where an array is missing, or of another shape or dtype.

        Arrays are made only from arrays in the file, so a header cannot ask for more memory than the file takes.
        """
        if self.seeded:
            self.seed = int(take(state, "seed", (1,), "u8")[0])
            for name in [n for n in vars(self) if isinstance(getattr(type(self), n, None), cached_property)]:
                delattr(self, name)  # it came from another seed
        parts = unnest(state)
        for name, (attribute, *shape) in self.holds.items():
            part = vars(self).get(attribute, True)  # True: the array is still to come, as a setting bias=True says
            if isinstance(part, list):
                for i in sorted(set(first_places(part))):
                    part[i].restore(parts.get(f"{name}{i}", {}))
            elif isinstance(part, Storable):
                part.restore(parts.get(name, {}))
            elif part is not None:
                setattr(self, attribute, Parameter(take(state, name, tuple(getattr(self, n) for n in shape))))
        if self.rescale:
            self.set_steps()

    def set_steps(self) -> None:
        """Set step_scale and bounds of new parameters, where SGD should not move them by its own step."""

    def stored_bits(self) -> int:
        """Return how many bits a file must hold, before padding to bytes."""
        parts = self.stored().values()
        bits = [8 * part._data.nbytes if isinstance(part, Tensor) else part.stored_bits() for part in parts]
        return 64 * self.seeded + sum(bits)

    def config(self) -> dict[str, Any]:
        """Return the settings as JSON values; those that have their defaults are left out."""
        config = {}
        for f in fields(self):
            default = _default(f)
            value = _as_json(getattr(self, f.name), default)
            if f.name in self.written or not (f.name in self.initial or value == _as_json(default, default)):
                config[f.name] = value
        return config

    def __repr__(self) -> str:
        shown = [f.name for i, f in enumerate(fields(self)) if i == 0 or f.name in self.config()]
        try:
            return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"
        except RecursionError:  # a recipe inside a recipe inside ..
            return f"{type(self).__name__}(..)"

    def to_json(self) -> dict[str, Any]:
        """Return {class name: config}."""
        return {type(self).__name__: self.config()}

    @classmethod
    def from_json(cls, description: Any) -> Any:
        """Return what `to_json` described, without arrays: `restore` brings them. ValueError for anything else."""
        [(name, config)] = description.items() if isinstance(description, dict) and len(description) == 1 else [("", 0)]
        if name not in cls.registry:
            unknown, known = str(name or description)[:80], ", ".join(sorted(cls.registry))
            raise ValueError(f"unknown {cls.family} {unknown!r}; known are {known}. Import the module that defines it")
        try:
            return cls.registry[name].from_config(config)
        except (TypeError, LookupError, AttributeError) as error:
            raise ValueError(f"{str(config)[:80]} does not fit the {cls.family} {name}: {error}") from error

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Return what `config` described, without arrays, since a file may announce more than it holds."""
        settings = {name: _from_json(value) for name, value in config.items()}
        for f in fields(cls):
            default = _default(f)
            value = settings.get(f.name, default)
            if isinstance(default, Storable) and not isinstance(value, Storable):
                raise TypeError(f"{f.name}={str(value)[:80]!r} is no recipe")
            if type(default) in (bool, int) and type(value) is not type(default):
                raise TypeError(f"{f.name}={str(value)[:80]!r} is no {type(default).__name__}")
        made = cls.__new__(cls)
        made.fill = lambda: None  # type: ignore[attr-defined]  # hides the method, so that __init__ makes no arrays
        made.__init__(**settings)  # type: ignore[misc]
        del made.fill  # type: ignore[attr-defined]
        return made


def _default(field: Any) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _as_json(value: Any, default: Any) -> Any:
    if isinstance(default, bool):  # whether there is an array: then None or the array
        return value is not None and value is not False
    if isinstance(value, list):
        return [_as_json(v, None) for v in value]
    return value.to_json() if isinstance(value, Storable) else value


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_json(v) for v in value]
    return RECIPES["Dense"].from_json(value) if isinstance(value, dict) else value  # any recipe knows all others


def take(state: State, name: str, shape: tuple[int, ...], kind: str = "f") -> np.ndarray:
    """Return state[name] after checking its shape and dtype: 'f' any float; 'u1', 'u8' unsigned, of 1 or 8 bytes."""
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


def unnest(state: State) -> dict[str, State]:
    """Return the states of the parts by their prefixes, in one pass: {"V": {"W": a}} for {"V.W": a}."""
    parts: dict[str, State] = {}
    for name, a in state.items():
        prefix, _, rest = name.partition(".")
        parts.setdefault(prefix, {})[rest] = a
    return parts


def first_places(parts: list[Any]) -> list[int]:
    """Return, for each part, where it stands first: a layer that is used twice is stored once."""
    places: dict[int, int] = {}
    return [places.setdefault(id(part), i) for i, part in enumerate(parts)]


def child_seed(seed: int, k: int) -> int:
    """Return the seed of the k-th part of something with this seed: unrelated streams from one number."""
    return int(np.random.SeedSequence([seed, k]).generate_state(1, np.uint64)[0])
