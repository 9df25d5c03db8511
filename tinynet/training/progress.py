"""What long work tells its user: a progress bar over epochs, on terminals only, and single lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def wanted(show: bool | None) -> bool:
    """Return whether to show a bar. None asks whether errors go to a terminal; without a console there are none."""
    return (sys.stderr is not None and sys.stderr.isatty()) if show is None else show


def say(text: str) -> None:
    """Print a line on standard error; without a console there is none."""
    if sys.stderr is not None:
        print(f"tinynet: {text}", file=sys.stderr, flush=True)


@contextmanager
def epoch_bar(epochs: int, done: int, show: bool | None) -> Iterator[Callable[[Any], None]]:
    """Yield a function to call with the history after each epoch; it moves the bar and shows the latest figures.

    Args:
        epochs, done: how many epochs there are, and how many are done already.
        show: whether to show it; None shows it on a terminal if rich is installed. ImportError for True without rich.
    """
    shown = wanted(show)
    try:
        if shown:
            from rich.console import Console
            from rich.progress import Progress, TextColumn
    except ImportError as error:
        if show:
            raise ImportError("progress=True: a progress bar needs rich: pip install rich") from error
        shown = False
    if not shown:
        yield lambda history: None
        return
    figures = TextColumn("{task.fields[figures]}")
    with Progress(*Progress.get_default_columns(), figures, console=Console(stderr=True)) as bar:
        task = bar.add_task("training", total=epochs, completed=done, figures="")

        def tick(history: Any) -> None:
            error = (history.valid_error or history.train_error)[-1]
            bar.update(task, advance=1, figures=f"loss {history.loss[-1]:.4f}  error {error:.4f}")

        yield tick
