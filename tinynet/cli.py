"""The `tinynet` command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
LISTS = ("--methods", "--factors", "--hidden", "--rates")  # options that take several values


@app.callback()
def tinynet() -> None:
    """Neural-network compression, small enough to read in an afternoon."""


@app.command()
def frontier(
    data: Annotated[str, typer.Option(help="Data set.")] = "digits",
    methods: Annotated[list[str] | None, typer.Option(help="Which methods; all by default.")] = None,
    factors: Annotated[list[str] | None, typer.Option(help="Shares of the dense weight bytes.")] = None,
    hidden: Annotated[list[int] | None, typer.Option(help="Hidden widths.")] = None,
    after_training: Annotated[bool, typer.Option(help="Add methods applied to a trained dense net.")] = False,
    seeds: Annotated[int, typer.Option(min=1, help="Runs a point.")] = 3,
    epochs: Annotated[int, typer.Option(min=1)] = 40,
    rates: Annotated[list[float] | None, typer.Option(help="Learning rates that each run tries.")] = None,
    batch_size: Annotated[int, typer.Option(min=1)] = 50,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one a core by default.")] = None,
    dask: Annotated[str | None, typer.Option(help="Address of a Dask scheduler, instead of processes.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the results; rerunning continues there.")] = Path("frontier"),
) -> None:
    """Train one net under every compression method; draw bytes on disk against test error."""
    from rich.console import Console

    from tinynet.frontier import METHODS, plot, sweep, table, write_csv
    from tinynet.frontier.sweep import FACTORS

    out.mkdir(parents=True, exist_ok=True)
    settings: dict[str, Any] = dict(hidden=tuple(hidden or [256]), epochs=epochs, batch_size=batch_size)
    if rates:
        settings["rates"] = tuple(rates)
    with _executor(dask) as executor:
        rows = sweep(
            data, methods or tuple(METHODS), factors or FACTORS, seeds, after_training, out / "runs.sqlite", executor,
            jobs, **settings,
        )  # fmt: skip
    Console().print(table(rows))
    write_csv(rows, out / "frontier.csv")
    plot(rows, out / "frontier.png")
    typer.echo(f"Wrote {out / 'frontier.png'}, {out / 'frontier.csv'} and every run in {out / 'runs.sqlite'}.")


@app.command()
def info(file: Annotated[Path, typer.Argument(help="A file written by tn.save.")]) -> None:
    """Show what a saved network holds, layer by layer, and its size."""
    from tinynet.storage import file_size, load

    net = load(file)
    size = file_size(file)
    typer.echo(net)
    typer.echo(f"\n{sum(size):,} bytes on disk: {size.payload:,} payload, {size.header:,} header")


@contextmanager
def _executor(dask: str | None) -> Iterator[Executor | None]:
    """Yield the executor of a Dask cluster, or None for processes."""
    if dask is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError('--dask needs Dask: pip install -e ".[dask]"') from error
    with Client(dask) as client:
        yield client.get_executor()


def spread(arguments: list[str]) -> list[str]:
    """Return the arguments with `--factors 1 1/2` written as `--factors 1 --factors 1/2`, which the parser knows."""
    out: list[str] = []
    option = None
    for argument in arguments:
        if argument.startswith("-"):
            option = argument if argument in LISTS else None
            out.append(argument)
        elif option:
            out += [argument] if out[-1] == option else [option, argument]
        else:
            out.append(argument)
    return out


def main() -> None:
    """Run the command line; errors that a user can mend are one line, not a traceback."""
    try:
        app(spread(sys.argv[1:]))
    except KeyboardInterrupt:
        typer.echo("tinynet: stopped; what was finished is kept, and the same command goes on from there", err=True)
        raise SystemExit(130) from None
    except (ValueError, OSError, RuntimeError) as error:
        typer.echo(f"tinynet: {error}", err=True)
        raise SystemExit(1) from error
