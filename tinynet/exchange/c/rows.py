"""The frame of a function z = x W.

It is called NAME and has the arguments (x, z), or (x, z, scratch) if it needs room for numbers in between. Most go
through W row by row, as codes are packed and hashes are computed:

    z = 0;   for each input i:   z += x_i times row i of W            nothing where x_i = 0, as often behind ReLU
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinynet.exchange.c.source import Source, inside, text
from tinynet.parameterizations import Parameterization


class Product(NamedTuple):
    """A C function that multiplies by a matrix, and how many floats of scratch it needs."""

    name: str
    scratch: int = 0

    def of(self, x: str, z: str, scratch: str) -> str:
        """Return the call."""
        return f"{self.name}({x}, {z}, {scratch});" if self.scratch else f"{self.name}({x}, {z});"


def made_of(source: Source, name: str, takes: str, scratch: int, body: str, gives: str = "float") -> Product:
    """Write a function of x and z, whose C types are given, and of scratch if it needs any."""
    source.add(
        """
        static void @name@(const @takes@ *x, @gives@ *z@scratch@)
        {
            @body@
        }
        """,
        name=name, takes=takes, gives=gives, scratch=", float *scratch" if scratch else "", body=inside(body, 3),
    )  # fmt: skip
    return Product(name, scratch)


def value(source: Source, takes: str, x: str) -> str:
    """Return the text of the number that an input stands for, from the text of its place."""
    if takes != "uint8_t":
        return x
    source.use("input")
    return f"input({x})"


def by_rows(
    source: Source, name: str, W: Parameterization, takes: str, row: str, before: str = "", after: str = "",
    scratch: int = 0, skips: bool = True,
) -> Product:  # fmt: skip
    """Write the loop over the inputs, with what to do for row i in it; if it `skips`, not for x_i = 0."""
    source.use("zero")
    skip = "if (x_i == 0.0f)\n    continue;\n" if skips and takes == "float" else ""
    loop = f"float x_i = {value(source, takes, 'x[i]')};\n{skip}{text(row)}"
    body = f"""
{text(before)}
zero(z, {W.n});
for (uint32_t i = 0; i < {W.m}; i++) {{
    {inside(loop)}
}}
{text(after)}"""
    return made_of(source, name, takes, scratch, body.strip("\n"))


def note(source: Source, name: str, W: Parameterization, what: str) -> None:
    """Say what the function that is added next multiplies by."""
    source.note(f"{name}: {W.m} x {W.n}, {W!r}{what}")


def seed(W: Parameterization) -> str:
    """Return the seed as C writes it."""
    return f"UINT64_C({W.seed})"


def dense(source: Source, name: str, W: Parameterization, takes: str, values: np.ndarray, why: str = "") -> Product:
    """Write x W for a matrix that is stored in full; `why`, unless that is what its method does."""
    note(source, name, W, why or ": W itself, row by row")
    at = source.floats(f"{name}_W", values)
    row = f"for (uint32_t j = 0; j < {W.n}; j++)\n    z[j] += x_i * {at(f'{W.n} * i + j')};"
    return by_rows(source, name, W, takes, row)
