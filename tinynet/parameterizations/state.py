"""What a file holds: arrays by name, checked when they come back."""

from __future__ import annotations

import numpy as np

from tinynet.engine.tensor import Tensor

State = dict[str, np.ndarray]


def uniform(rng: np.random.Generator, shape: tuple[int, ...], fan_in: float) -> np.ndarray:
    """Return float32 values, uniform with variance 1 / fan_in: |w| <= sqrt(3 / fan_in) (LeCun et al. 1998)."""
    limit = np.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, shape).astype(np.float32)


def child_seed(seed: int, k: int) -> int:
    """Return the seed of the k-th part of something with this seed: unrelated streams from one number."""
    return int(np.random.SeedSequence([seed, k]).generate_state(1, np.uint64)[0])


def seed_array(seed: int) -> np.ndarray:
    """Return a seed as it is stored: one uint64."""
    return np.array([seed], dtype=np.uint64)


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


def count_bits(tensor: Tensor) -> int:
    """Return the bits of a tensor stored as it is."""
    return 8 * tensor._data.nbytes
