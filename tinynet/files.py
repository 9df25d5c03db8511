"""What the commands do with data and networks in files: find them, train on rows, and answer for new ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np

from tinynet.datasets import LOADERS, Dataset, from_csv, from_folder, from_npz
from tinynet.datasets import load as load_data
from tinynet.datasets.csv_table import Table, read
from tinynet.datasets.description import Description
from tinynet.datasets.pixels import nearest_pixels
from tinynet.engine.recording import evaluating
from tinynet.exchange import import_safetensors
from tinynet.frontier.methods import checked_factor
from tinynet.frontier.run import know
from tinynet.frontier.tasks import task_of
from tinynet.frozen import Frozen
from tinynet.layers.activations import Tanh
from tinynet.storage.outputs import check_outputs
from tinynet.storage.save_load import ModelFileError, load, save
from tinynet.training import fit, optim
from tinynet.training.progress import say

TABLES = (".csv", ".tsv")


def data_set(data: str, target: str | None = None, regression: bool = False) -> str | Dataset:
    """Return the name of a data set, or the data set in a file.

    Args:
        data: a name; or a table, an npz file, or a folder of pictures.
        target: the column of a table with the labels.
        regression: whether the labels of a file are real numbers.
    """
    if data in LOADERS or not os.path.exists(data):
        if target is not None or regression:
            raise ValueError(f"there is no file {data!r}; --target and --regression are for files of your own")
        return data
    options: dict[str, Any] = {"regression": True} if regression else {}
    if target is not None and (os.path.isdir(data) or data.endswith(".npz")):
        raise ValueError(f"--target {target}: only a table has columns, and {data!r} is none")
    if os.path.isdir(data):
        return from_folder(data, **options)
    return from_npz(data, **options) if data.endswith(".npz") else from_csv(data, target, **options)


def of_rows(data: str) -> bool:
    """Return whether `tinynet train` is given rows: a table, an npz file, a folder or the name of a set. Else text."""
    return os.path.isdir(data) or data.endswith((*TABLES, ".npz")) or (data in LOADERS and data != "shakespeare")


def train_rows(
    data: str, target: str | None, regression: bool, out: Path, lr: float, hidden: list[int], method: str, factor: str,
    seed: int, batch_size: int, epochs: int = 40,
) -> str:  # fmt: skip
    """Train a multilayer perceptron on rows, write it with what it knows about them, and return what came out."""
    share, checkpoint = float(Fraction(checked_factor(factor))), Path(f"{out}.checkpoint")
    check_outputs([out, checkpoint], [Path(data)] if os.path.isfile(data) else [])
    rows = data_set(data, target, regression)
    rows = load_data(rows) if isinstance(rows, str) else rows  # type: ignore[assignment]
    if not isinstance(rows, Dataset):
        raise ValueError(f"{data} holds sequences; train those in Python, with tn.RecurrentNet and tn.fit")
    from threadpoolctl import threadpool_limits

    task = task_of("", know(rows))
    net = task.build(method, share, [rows.n_features, *hidden, rows.n_classes], seed)
    settings = dict(epochs=epochs, batch_size=batch_size, lr=lr, seed=seed, checkpoint=checkpoint)
    with threadpool_limits(1):  # for BLAS: products this small are slower when shared
        history = fit(net, rows.train, rows.valid, schedule=optim.cosine, **settings)  # type: ignore[arg-type]
        if history.interrupted:
            raise KeyboardInterrupt
        size = save(task.finished(net), out, rows)
        valid, test = (task.error(load(out), split) for split in (rows.valid, rows.test))
    unit = "of the variance" if task.unit == 1 else "%"
    return (
        f"{rows}\n\n{load(out)}\n\nepoch {(history.best_epoch or 0) + 1} of {epochs} was the best: validation error "
        f"{task.unit * valid:.3g} {unit}, test error {task.unit * test:.3g} {unit}; wrote {out}, {size.payload:,} "
        "bytes of payload"
    )


def network(file: Path, activation: str | None) -> Any:
    """Return the network in a file, of tinynet's or of PyTorch's; say so where nobody gave its activation."""
    try:
        return load(file)
    except ModelFileError as error:
        if is_zipfile(file):
            how = 'safetensors.torch.save_file(model.state_dict(), "model.safetensors")'
            raise ValueError(f"{str(file)!r} is a file of torch.save; write {how} instead") from error
        if "not one of tinynet" not in str(error):
            raise
    net = import_safetensors(file, activation or "tanh")
    if activation is None and any(isinstance(layer, Tanh) for layer in net.layers):
        say(f"{file} does not say which activation it has; tanh is taken. If it has another, give --activation")
    return net


def check_fit(net: Any, data: Any) -> None:
    """Raise ValueError for a data set with other rows than the network's own file says."""
    given = getattr(net, "about", None)  # PyTorch's networks have none
    about = None if given is None else Description.from_json(given)
    if about is not None and isinstance(data, Dataset) and data.n_features != about.n:
        raise ValueError(
            f"the network was trained on {about.name}, with {about.n} inputs, and {data.name} has {data.n_features}; "
            "name its own data by --data"
        )


def answers(net: Any, rows: Path) -> Iterator[list[str]]:
    """Yield what a network answers to each row of a table: the name of a class, or its targets; first, their names.

    The table has the columns that the network was trained on, by name and in any order; others are ignored. Raises
    ValueError for a network that knows nothing about its data, and for columns that are missing.
    """
    if net.about is None:
        raise ValueError(
            "the network's file says nothing about its data; train it by tinynet train, or save it with "
            "tn.save(net, path, data)"
        )
    about = Description.from_json(net.about)
    inputs = about.prepare(_values(about, read(rows.name, rows, None, None, None)))
    with evaluating(net):
        scores = net.scores(nearest_pixels(inputs)) if isinstance(net, Frozen) else net(inputs).numpy()
    yield ["class"] if about.unit is None else list(about.classes)
    for answer in about.answers(scores):
        yield [str(each) for each in (answer if isinstance(answer, list) else [answer])]


def _values(about: Description, table: Table) -> np.ndarray:
    """Return the values of a table in the columns of the description, (N, n)."""
    if not about.columns:
        return np.concatenate([table.numbers(i)[1] for i in range(len(table.names))], axis=1)
    coded = {column: column.partition("=")[::2] for column in about.columns if column not in table.names}
    lacking = [column for column, (source, _) in coded.items() if source not in table.names]
    if lacking:
        some, there = (", ".join(names[:5]) + ", .." * (len(names) > 5) for names in (lacking, table.names))
        raise ValueError(f"{table.name}: it lacks {len(lacking)} of {about.n} columns: {some}; it has {there}")
    table, _ = table.complete([table.place(coded.get(c, (c,))[0]) for c in about.columns], "error")
    known: dict[str, list[str]] = {}
    for source, value in coded.values():
        known.setdefault(source, []).append(value)
    for source, values in known.items():
        table.check(table.place(source), values)
    parts: list[Any] = []
    for column in about.columns:
        if column in coded:
            source, value = coded[column]
            parts.append([[float(cell == value)] for cell in table.cells(table.place(source))])
        else:
            parts.append(table.numbers(table.place(column))[1])
    return np.concatenate(parts, axis=1)
