"""From a trained network to a C program: three files in a folder."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from tinynet.datasets.base import Dataset
from tinynet.datasets.description import Description
from tinynet.exchange.c.given import given
from tinynet.exchange.c.program import Program, program
from tinynet.exchange.c.wasm import compiled
from tinynet.frozen.freeze import freeze
from tinynet.layers.base import Layer
from tinynet.storage.atomic import write_atomically
from tinynet.storage.outputs import check_outputs

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,22}")  # with _predict behind it, 31 characters, which all linkers tell apart


def export_c(
    net: Layer,
    folder: str | os.PathLike,
    name: str = "network",
    examples: Any = None,
    data: Any = None,
    lengths: Any = None,
    wasm: bool = False,
) -> Program:
    """Write a trained network as C99: `name`.c, `name`.h, and a main.c that checks it.

    The code allocates nothing, includes only stdint.h, and math.h where a layer needs tanh or exp. Its weights are
    constants, its working memory one static buffer. A network of bits uses integers alone and gives the scores of
    `freeze(net).scores` exactly; others agree to 1e-5 of the largest, or as far as rounding goes (given.py, `near`).

    A network over sequences takes a step at a time: `name`_reset, then `name`_step for each step, and `name`_scores
    whenever they are wanted. What a step is, the examples say.

    Args:
        net: any network that `freeze` takes, or its frozen form.
        folder: is made where it does not exist; files of these names must not be there yet.
        name: of the files and functions, a C identifier.
        examples: for main.c to check, random ones where None. Pixels, integers (N, n_in); for a network over sequences
            symbols, integers (N, T), pixels, integers (N, T, n_in), or floats (N, T, n_in).
        data: the data set that it was trained on, unless its file tells. If that was a table, a fourth file,
            `name`_rows.c, takes its rows as they come and holds the names of the classes.
        lengths: integers (N,), where the sequences among the examples end; None if all have T steps.
        wasm: whether to write `name`.wasm beside them, WebAssembly from the same code; see wasm.py. It takes clang.

    Raises ValueError for a network that has no form in C, with the layer and the reason, and for another kind of name;
    FileExistsError; FileNotFoundError where clang is missing. Nothing is written then.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name) or name == "main":
        raise ValueError(
            f"export_c: name={name!r}; it must be a C identifier: a letter, then at most 22 letters, digits and _. "
            "The name main is taken by main.c"
        )
    frozen = freeze(net)
    described = data.description.to_json() if isinstance(data, Dataset) else getattr(net, "about", None)
    about = None if described is None else Description.from_json(described)
    checked = given(frozen, examples, lengths)
    if about is not None and about.n != frozen.n_in:
        raise ValueError(f"export_c: the data have {about.n} inputs, but the network takes {frozen.n_in}")
    made = program(frozen, name, checked, about)
    if wasm:
        made = made._replace(files=made.files | {f"{name}.wasm": compiled(made.files, name)})  # type: ignore[arg-type]
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
            write_atomically(out / file, content.encode() if isinstance(content, str) else content)
            written.append(out / file)
    except OSError:
        for path in written:  # all of them, or none
            path.unlink(missing_ok=True)
        raise
    return made
