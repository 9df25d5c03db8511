"""Checks of settings that many layers share."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.layers.base import Sequential


def check_width(layer: Any, name: str) -> None:
    """Turn a setting of a layer into a Python integer. ValueError unless it is an integer, at least 1."""
    n = getattr(layer, name)
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"{type(layer).__name__}: a width of {n!r}; widths must be integers, at least 1")
    setattr(layer, name, int(n))


def check_number(layer: Any, name: str) -> None:
    """Turn a setting of a layer into a Python float. ValueError unless it is a finite number."""
    x = getattr(layer, name)
    if isinstance(x, bool) or not isinstance(x, int | float | np.number) or not np.isfinite(x):
        raise ValueError(f"{type(layer).__name__}: {name}={x!r}; it must be a finite number")
    setattr(layer, name, float(x))


def check_sequential(who: str, net: Sequential) -> None:
    """Raise TypeError for anything but layers one after the other, such as a recurrent network."""
    if type(net).__call__ is not Sequential.__call__:
        raise TypeError(f"{who}: {type(net).__name__} is not a network of layers one after the other, as tn.MLP is")
