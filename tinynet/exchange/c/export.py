"""From a trained network to a C program: three files in a folder."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from tinynet.datasets.description import Description
from tinynet.exchange.c.program import Program, program
from tinynet.frozen.freeze import freeze
from tinynet.frozen.network import Frozen
from tinynet.layers.base import Layer
from tinynet.storage.atomic import write_atomically
from tinynet.storage.outputs import check_outputs

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,22}")  # with _predict behind it, 31 characters, which all linkers tell apart


def export_c(
    net: Layer, folder: str | os.PathLike, name: str = "network", examples: Any = None, data: Any = None
) -> Program:
    """Write a trained network as C99: `name`.c, `name`.h, and a main.c that checks it.

    The code allocates nothing, includes only stdint.h, and math.h where a layer needs tanh or exp. Its weights are
    constants, its working memory one static buffer. A network of bits uses integers alone and gives the scores of
    `freeze(net).scores` exactly; others agree with them to 1e-5 of the largest.

    Args:
        net: a network of Linear layers and activations, or its frozen form.
        folder: is made where it does not exist; files of these names must not be there yet.
        name: of the files and functions, a C identifier.
        examples: uint8 (N, n_in), pixels for main.c to check; 16 random rows where None.
        data: the data set that it was trained on, unless its file tells. If that was a table, a fourth file,
            `name`_rows.c, takes its rows as they come and holds the names of the classes.

    Raises ValueError for a network that has no form in C, with the layer and the reason; for another kind of name; and
    FileExistsError. Nothing is written then.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name) or name == "main":
        raise ValueError(
            f"export_c: name={name!r}; it must be a C identifier: a letter, then at most 22 letters, digits and _. "
            "The name main is taken by main.c"
        )
    frozen = freeze(net)
    described = getattr(net, "about", None) if data is None else data.description.to_json()
    about = None if described is None else Description.from_json(described)
    if not isinstance(frozen, Frozen):
        raise ValueError("export_c: a network over sequences has no form in C yet; layers one after the other have")
    if examples is None:
        examples = np.random.default_rng(0).integers(0, 256, (16, frozen.n_in))
    pixels = frozen._check(examples)
    if not len(pixels):
        raise ValueError("export_c: there are no examples to check; give at least one row of pixels")
    if about is not None and about.n != frozen.n_in:
        raise ValueError(f"export_c: the data have {about.n} inputs, but the network takes {frozen.n_in}")
    made = program(frozen, name, pixels, about)
    out = Path(folder)
    if out.exists() and not out.is_dir():
        raise FileExistsError(f"export_c: {str(out)!r} is a file; give the name of a folder")
    there = [file for file in made.files if os.path.lexists(out / file)]
    if there:
        raise FileExistsError(f"export_c: {str(out / there[0])!r} exists already; give another folder or name")
    out.mkdir(parents=True, exist_ok=True)
    check_outputs(out / file for file in made.files)
    written: list[Path] = []
    try:
        for file, content in made.files.items():
            write_atomically(out / file, content.encode())
            written.append(out / file)
    except OSError:
        for path in written:  # all three, or none
            path.unlink(missing_ok=True)
        raise
    return made
