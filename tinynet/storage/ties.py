"""Ties: what stands at several places of a network is one thing, in a file too.

Two layers may share a matrix or a bias, and one layer may stand in two networks inside a network. Training changes it
once. A file holds its arrays once as well, under the first of its places, and names the others:

    {"2.W": "0.W"}          the matrix of layer 2 is the matrix of layer 0

(A layer that stands twice in the same Sequential needs no tie: its places are in the description of the Sequential.)
"""

from __future__ import annotations

from typing import Any

from tinynet.parameterizations.state import State, Storable, first_places


def ties(net: Storable) -> dict[str, str]:
    """Return {later place: first place} of each layer, matrix and parameter that stands at several places."""
    first: dict[int, str] = {}
    found: dict[str, str] = {}

    def look(part: Storable, path: str) -> None:
        for name, inner in part.stored().items():
            place = path + name
            if id(inner) in first:
                found[place] = first[id(inner)]
            else:
                first[id(inner)] = place
                if isinstance(inner, Storable):
                    look(inner, place + ".")

    look(net, "")
    return found


def without(state: State, tied: dict[str, str]) -> State:
    """Return the arrays of a network without those of tied places."""
    return {name: a for name, a in state.items() if not any(f"{name}.".startswith(f"{place}.") for place in tied)}


def with_all(state: State, tied: Any) -> State:
    """Return the arrays of a file, those of tied places too. ValueError for ties that a file cannot have."""
    if not isinstance(tied, dict) or not all(isinstance(place, str) for place in tied.values()):
        raise ValueError("its ties do not map places to places")
    if set(tied) & set(tied.values()) or len(tied) > len(state):
        raise ValueError("its ties lead to places that are tied themselves")
    again: State = {}
    for place, first in tied.items():
        shared = {place + n.removeprefix(first): a for n, a in state.items() if f"{n}.".startswith(f"{first}.")}
        if not shared:
            raise ValueError(f"its tie {place!r} leads to {first!r}, which the file does not hold")
        again |= shared
    return state | again


def tie(net: Storable, tied: dict[str, str]) -> None:
    """Put what is at the first place at the later ones too."""
    for place, first in tied.items():
        *path, last = place.split(".")
        holder, one = at(net, path), at(net, first.split("."))
        if type(one) is not type(at(holder, [last])):
            raise ValueError(f"its tie {place!r} leads to {first!r}, which is something else")
        for name, (attribute, *_) in holder.holds.items():
            held, k = getattr(holder, attribute), last.removeprefix(name)
            if isinstance(held, list) and k.isdigit():
                first_ones = first_places(held)
                setattr(holder, attribute, [one if i == int(k) else x for x, i in zip(held, first_ones, strict=True)])
            elif name == last:
                setattr(holder, attribute, one)


def at(net: Any, path: list[str]) -> Any:
    """Return what stands at a place. ValueError if nothing does."""
    for name in path:
        parts = net.stored() if isinstance(net, Storable) else {}
        if name not in parts:
            raise ValueError(f"it has no place {'.'.join(path)!r}")
        net = parts[name]
    return net
