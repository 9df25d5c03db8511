"""The `tinynet` command."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import nullcontext, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tinynet import __version__
from tinynet.course import commands
from tinynet.datasets import LOADERS
from tinynet.frontier import MEMBERS, METHODS
from tinynet.storage.outputs import check_outputs


class Commands(TyperGroup):
    """The subcommands. Ctrl-C, SIGTERM and SIGHUP end each of them with a line; typer alone would not say a word."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise stopped("stopped") from None


came: list[int] = []  # signals other than Ctrl-C


def end_like_ctrl_c() -> None:
    """Let SIGTERM, and the SIGHUP of a terminal that closes, end a command as Ctrl-C does; a second one, at once."""

    def stop(number: int, frame: Any) -> None:
        if came:
            os._exit(128 + number)
        came.append(number)
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup has it ignored
            signal.signal(number, stop)


def stopped(message: str) -> typer.Exit:
    """Say that the user stopped the command, and return the exception that ends it with the signal's exit code."""
    with suppress(OSError):  # the terminal may be gone
        typer.echo(f"tinynet: {message}", err=True)
    return typer.Exit(128 + (came or [signal.SIGINT])[0])


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (
    commands.lesson, commands.grade, commands.hint, commands.solution, commands.reset, commands.watch, commands.start,
    commands.progress, commands.notebook,
):  # fmt: skip
    app.command(rich_help_panel="The course")(command)
app.add_typer(commands.course, name="course", rich_help_panel="The course")
LISTS = (
    "--methods",
    "--factors",
    "--hidden",
    "--rates",
    "--one-hot",
    "--leave-out",
)  # options that take several values
COURSE = ("msgpack", "pylatexenc", "pytest", "watchfiles")  # the packages of the extra `course`


DATA = (
    f"A data set: {', '.join(LOADERS)}; or your own: a table (.csv), arrays (.npz), or a folder of pictures for each "
    "class."
)
METHODS_HELP = (
    f"Methods to compare: {', '.join(METHODS)}; or other members of the family: {', '.join(MEMBERS)}. By default those "
    "before the semicolon; all means all of them."
)
TARGET = "The column with the labels, where --data is a table; by default the last one."
ACTIVATION = "Of a file of PyTorch's: tanh, relu, sigmoid or identity; by default tanh."


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tinynet {__version__}")
        raise typer.Exit


@app.callback()
def tinynet(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Neural-network compression, small enough to read in an afternoon."""


@app.command()
def frontier(
    data: Annotated[str, typer.Option(help=DATA)] = "digits",
    target: Annotated[str | None, typer.Option(help=TARGET)] = None,
    regression: Annotated[bool, typer.Option("--regression", help="The labels of --data are real numbers.")] = False,
    methods: Annotated[list[str] | None, typer.Option(help=METHODS_HELP)] = None,
    factors: Annotated[
        list[str] | None, typer.Option(help="Shares of the dense network's weight bytes to keep, such as 1 1/8.")
    ] = None,
    hidden: Annotated[
        list[int] | None, typer.Option(help="Width of each hidden layer; the default depends on the data set.")
    ] = None,
    after_training: Annotated[
        bool, typer.Option(help="Also compress a trained dense network, with and without fine-tuning.")
    ] = False,
    seeds: Annotated[int, typer.Option(min=1, help="Runs for each point, each with its own seed.")] = 3,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over the training split; the default depends on the data set.")
    ] = None,
    rates: Annotated[
        list[float] | None, typer.Option(help="Learning rates to try; the validation split picks one.")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Examples in a training step; the default depends on the data set.")
    ] = None,
    teacher: Annotated[
        Path | None,
        typer.Option(help='A saved network to learn from: adds every method taught by its scores, as "hashed+soft".'),
    ] = None,
    temperature: Annotated[float, typer.Option(help="Softens the teacher's scores; higher is softer.")] = 4.0,
    mix: Annotated[float, typer.Option(min=0, max=1, help="Share of the teacher's soft targets in the loss.")] = 0.5,
    jobs: Annotated[int | None, typer.Option(min=1, help="Runs at once; one a core by default.")] = None,
    dask: Annotated[str | None, typer.Option(help="Address of a Dask scheduler that does the runs instead.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the results; running again continues there.")] = Path(
        "frontier"
    ),
) -> None:
    """Train one network under every compression method; draw bytes on disk against test error."""
    from rich.console import Console

    from tinynet.files import data_set
    from tinynet.frontier import plot, sweep, table, write_csv
    from tinynet.frontier.methods import FACTORS
    from tinynet.frontier.workers import cluster

    if out.exists() and not out.is_dir():
        raise ValueError(f"--out: {str(out)!r} is a file; give the name of a folder")
    out.mkdir(parents=True, exist_ok=True)
    check_outputs(
        (out / name for name in ("runs.sqlite", "frontier.csv", "frontier.png")), [teacher] if teacher else []
    )
    source = data_set(data, target, regression)
    given = dict(hidden=hidden and tuple(hidden), epochs=epochs, batch_size=batch_size, rates=rates and tuple(rates))
    settings: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        with cluster(dask) if dask else nullcontext() as executor:
            rows = sweep(
                source, methods, factors or FACTORS, seeds, after_training, out / "runs.sqlite", executor,
                jobs, teacher=teacher, temperature=temperature, mix=mix, **settings,
            )  # fmt: skip
    except KeyboardInterrupt:
        raise stopped("stopped; finished runs are kept, and the same command continues from there") from None
    Console().print(table(rows))
    write_csv(rows, out / "frontier.csv")
    plot(rows, out / "frontier.png")
    typer.echo(f"Wrote {out / 'frontier.png'}, {out / 'frontier.csv'} and every run in {out / 'runs.sqlite'}.")


@app.command()
def data(
    table: Annotated[Path, typer.Argument(help="A table, as a CSV file.")],
    target: Annotated[str | None, typer.Option(help="The column with the labels; by default the last one.")] = None,
    one_hot: Annotated[
        list[str] | None, typer.Option(help="Columns of texts: each value becomes a column of 0 and 1.")
    ] = None,
    leave_out: Annotated[list[str] | None, typer.Option(help="Columns that are not used.")] = None,
    drop_missing: Annotated[bool, typer.Option("--drop-missing", help="Leave out rows with a missing value.")] = False,
    regression: Annotated[bool, typer.Option("--regression", help="The labels are real numbers.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Fixes which row goes to which split.")] = 0,
    out: Annotated[Path | None, typer.Option(help="File for the data set; by default beside the table.")] = None,
) -> None:
    """Make a data set of a table: one file, which frontier, train and compress take by --data."""
    from tinynet.datasets import from_csv, keep

    out = out or table.with_suffix(".npz")
    check_outputs([out], [table])
    missing = "drop" if drop_missing else "error"
    made = from_csv(
        table,
        target,
        one_hot=one_hot or (),
        leave_out=leave_out or (),
        missing=missing,
        regression=regression,
        seed=seed,
    )
    keep(made, out)
    typer.echo(f"{made}\nWrote {out}.")


@app.command()
def compress(
    file: Annotated[Path, typer.Argument(help="A trained network: written by tn.save, or by PyTorch as safetensors.")],
    data: Annotated[str, typer.Option(help=DATA)] = "digits",
    target: Annotated[str | None, typer.Option(help=TARGET)] = None,
    regression: Annotated[bool, typer.Option("--regression", help="The labels of --data are real numbers.")] = False,
    activation: Annotated[str | None, typer.Option(help=ACTIVATION)] = None,
    methods: Annotated[list[str] | None, typer.Option(help="Methods to try, as in tinynet frontier.")] = None,
    factors: Annotated[
        list[str] | None, typer.Option(help="Shares of the network's weight bytes to keep, such as 1/4 1/8.")
    ] = None,
    fine_tune: Annotated[int, typer.Option(min=0, help="Epochs that each copy is trained on.")] = 0,
    at_most: Annotated[str | None, typer.Option(help="Largest payload of the copy to write, such as 20KB.")] = None,
    error: Annotated[str | None, typer.Option(help="Largest validation error of that copy, such as 3%.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes what methods draw.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("compressed"),
) -> None:
    """Compress a trained network by every method; draw the copies, and write the best one to a file."""
    from rich.console import Console
    from threadpoolctl import threadpool_limits

    from tinynet.datasets import Dataset, load
    from tinynet.files import check_fit, data_set, network
    from tinynet.frontier import choose, of_network, plot, table, write_csv
    from tinynet.frontier.methods import FACTORS
    from tinynet.frontier.of_network import parsed_share, parsed_size
    from tinynet.storage.save_load import save

    bytes_, share = parsed_size(at_most) if at_most else None, parsed_share(error) if error else None
    source, net = data_set(data, target, regression), network(file, activation)
    known = load(source) if isinstance(source, str) else source
    check_fit(net, known)
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out: {str(out)!r} is a file; give the name of a folder")
    out.mkdir(parents=True, exist_ok=True)
    check_outputs((out / name for name in ("best.safetensors", "frontier.csv", "frontier.png")), [file])
    with threadpool_limits(1):
        copies = of_network(net, source, methods, factors or FACTORS, fine_tune, seed)
    rows = [copy.row for copy in copies]
    Console().print(table(rows))
    write_csv(rows, out / "frontier.csv")
    plot(rows, out / "frontier.png", title=f"{file.name} on {rows[0]['data']}")
    typer.echo(f"Wrote {out / 'frontier.png'} and {out / 'frontier.csv'}.")
    best = choose(copies, bytes_, share)
    save(best.net, out / "best.safetensors", known if isinstance(known, Dataset) else None)
    row, (times, unit) = best.row, (1, "") if regression else (100, " %")
    valid, test = (f"{times * row[f'{split}_error']:.3g}{unit}" for split in ("valid", "test"))
    typer.echo(
        f"Wrote {out / 'best.safetensors'}: {row['method']} at {row['factor']}, {row['payload_bytes']:,} bytes of "
        f"payload, chosen by its validation error, {valid}; test error {test}."
    )


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="A trained network: written by tn.save, or by PyTorch as safetensors.")],
    to: Annotated[str, typer.Option(help="c, or wasm for WebAssembly beside it.")] = "c",
    name: Annotated[str, typer.Option(help="Of the files and functions, a C identifier.")] = "network",
    data: Annotated[str | None, typer.Option(help=f"{DATA} Its test examples are what main.c checks.")] = None,
    target: Annotated[str | None, typer.Option(help=TARGET)] = None,
    regression: Annotated[bool, typer.Option("--regression", help="The labels of --data are real numbers.")] = False,
    activation: Annotated[str | None, typer.Option(help=ACTIVATION)] = None,
    examples: Annotated[int, typer.Option(min=1, help="How many examples main.c checks.")] = 20,
    out: Annotated[Path, typer.Option(help="Folder for the program.")] = Path("exported"),
) -> None:
    """Write a trained network as a C program for a small machine, with a main.c that checks its scores."""
    from tinynet.datasets import load
    from tinynet.exchange.c import export_c
    from tinynet.exchange.c.given import examples_of
    from tinynet.files import data_set, network

    if to not in ("c", "wasm"):
        raise ValueError(f"--to {to}: a network can be written as c, or as wasm")
    source: Any = None
    checked, lengths = None, None
    if data is not None:
        source = data_set(data, target, regression)
        source = load(source) if isinstance(source, str) else source
        checked, lengths = examples_of(source, examples)
    made = export_c(network(file, activation), out, name, checked, source, lengths, to == "wasm")
    typer.echo(
        f"Wrote {', '.join(str(out / each) for each in made.files)}: {made.weights:,} bytes of weights, "
        f"{made.memory:,} bytes of working memory.\nCheck it with: cd {out} && {made.command} && ./{name}"
    )


@app.command()
def train(
    data: Annotated[
        str, typer.Argument(help="shakespeare, a text file, or rows: a name, table, npz file or folder.")
    ] = ("shakespeare"),
    target: Annotated[str | None, typer.Option(help=TARGET.replace("--data", "DATA"))] = None,
    regression: Annotated[bool, typer.Option("--regression", help="The labels of rows are real numbers.")] = False,
    hidden: Annotated[int, typer.Option(min=1, help="Units in each hidden layer.")] = 256,
    layers: Annotated[int, typer.Option(min=1, help="Hidden layers: LSTMs over text, of tanh units for rows.")] = 1,
    method: Annotated[str, typer.Option(help="How weights are stored, as in tinynet frontier.")] = "dense",
    factor: Annotated[str, typer.Option(help="Share of the dense network's weight bytes to keep.")] = "1",
    dropout: Annotated[float, typer.Option(min=0, max=0.99, help="Dropout between layers, over text.")] = 0.0,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes: 10 over text, 40 over rows by default.")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Places of a text, or rows, in a training step.")] = 32,
    steps: Annotated[int, typer.Option(min=1, help="Characters read at each place in a training step.")] = 64,
    lr: Annotated[
        float | None, typer.Option(help="First learning rate; it falls along a cosine: 0.008 over text, 0.1 over rows.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes the initial weights and the order of training.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="File for the network: text.safetensors or rows.safetensors.")
    ] = None,
) -> None:
    """Train an LSTM on text and show what it writes, or a multilayer perceptron on rows.

    Each pass also writes a checkpoint beside the network, so that the same command continues where it stopped.
    """
    from tinynet.files import of_rows, train_rows

    if of_rows(data):
        hyper: dict[str, Any] = dict(
            hidden=[hidden] * layers, method=method, factor=factor, seed=seed, batch_size=batch_size
        )
        hyper |= {} if epochs is None else {"epochs": epochs}
        typer.echo(train_rows(data, target, regression, out or Path("rows.safetensors"), lr or 0.1, **hyper))
    else:
        _train_text(
            data, [hidden] * layers, method, factor, dropout, epochs or 10, batch_size, steps, lr or 0.008, seed,
            out or Path("text.safetensors"),
        )  # fmt: skip


def _train_text(
    text: str, hidden: list[int], method: str, factor: str, dropout: float, epochs: int, batch_size: int, steps: int,
    lr: float, seed: int, out: Path,
) -> None:  # fmt: skip
    from fractions import Fraction

    from threadpoolctl import threadpool_limits

    from tinynet.datasets import shakespeare
    from tinynet.datasets.text import from_file
    from tinynet.frontier.methods import checked_factor
    from tinynet.frontier.tasks import TEXT
    from tinynet.sequences.language import fit_text, sample, text_loss
    from tinynet.storage.save_load import save
    from tinynet.training import optim

    share, checkpoint = float(Fraction(checked_factor(factor))), Path(f"{out}.checkpoint")
    check_outputs([out, checkpoint], [] if text == "shakespeare" else [Path(text)])
    data = shakespeare.load() if text == "shakespeare" else from_file(text)
    characters = data.alphabet or ""
    widths = [len(characters), *hidden, len(characters)]
    net = TEXT.build(method, share, widths, seed, dropout=dropout, alphabet=characters)
    typer.echo(f"{data}\n\n{net}\n")

    def report(history: Any) -> None:
        typer.echo(
            f"pass {len(history)} of {epochs}: training loss {history.loss[-1]:.3f}, validation "
            f"{history.valid_error[-1]:.3f} nats a character\n{''.join(sample(net, 200, seed=seed))}\n"
        )

    parts = [split.inputs[0] for split in data]
    with threadpool_limits(1):  # for BLAS: products this small are slower when shared
        history = fit_text(
            net, *parts[:2], epochs=epochs, batch_size=batch_size, steps=steps, lr=lr, schedule=optim.cosine, seed=seed,
            checkpoint=checkpoint, report=report,
        )  # fmt: skip
        if history.interrupted:
            raise stopped(f"stopped after pass {len(history)}; the same command continues from there")
        size = save(net, out)
        test = text_loss(net, parts[2])
    typer.echo(
        f"best validation loss {min(history.valid_error):.3f}, test {test:.3f} nats a "
        f"character; wrote {out}, {sum(size):,} bytes"
    )


@app.command(name="sample")
def sample_(
    file: Annotated[Path, typer.Argument(help="A network written by tinynet train.")],
    length: Annotated[int, typer.Option(min=0, help="How many characters to write.")] = 500,
    prompt: Annotated[
        str | None, typer.Option(help="Text for the network to continue; by default it begins a line.")
    ] = None,
    temperature: Annotated[float, typer.Option(help="Below 1 likely characters win more often, above 1 less.")] = 0.8,
    seed: Annotated[int, typer.Option(min=0, help="Fixes the characters that are drawn.")] = 0,
) -> None:
    """Let a trained network continue a text."""
    from tinynet.quoting import quoted
    from tinynet.sequences.language import sample
    from tinynet.storage.save_load import load

    net: Any = load(file)
    characters = sample(net, length, prompt, temperature, seed)  # refuses what it cannot continue
    typer.echo((prompt or "").lstrip("\n"), nl=False)
    for character in characters:
        typer.echo(quoted(character, keep="\n\t"), nl=False)  # a file's alphabet must not steer the terminal
    typer.echo()


@app.command()
def predict(
    file: Annotated[Path, typer.Argument(help="A network that knows its data, as tinynet train writes it.")],
    rows: Annotated[Path, typer.Argument(help="A table with the columns that the network was trained on.")],
) -> None:
    """Answer each row of a table with the name of its class, or with its targets, as CSV."""
    import csv

    from tinynet.files import answers
    from tinynet.frontier.report import cell
    from tinynet.storage.save_load import load

    writer = csv.writer(sys.stdout, lineterminator="\n")
    for answer in answers(load(file), rows):
        writer.writerow([cell(text) for text in answer])


@app.command()
def info(file: Annotated[Path, typer.Argument(help="A file written by tn.save.")]) -> None:
    """Show a saved network layer by layer, and where its bytes are."""
    from tinynet.datasets.description import Description
    from tinynet.storage.file_size import file_size
    from tinynet.storage.save_load import load

    net: Any = load(file)
    size = file_size(file)
    typer.echo(net)
    if net.about is not None:
        typer.echo(f"\n{Description.from_json(net.about).line()}")
    typer.echo(f"\n{sum(size):,} bytes on disk: {size.payload:,} payload, {size.header:,} header")


@app.command()
def golf(
    files: Annotated[
        list[Path], typer.Argument(help="Saved networks that differ in their seed alone; three are usual.")
    ],
    data: Annotated[str, typer.Option(help="Data set whose test split they read.")] = "mnist",
    limit: Annotated[float, typer.Option(help="Largest mean test error, in %.")] = 2.0,
) -> None:
    """Fewest bytes at 2 % or less on MNIST: load the files, show bytes and test errors, and give the verdict."""
    from tinynet.frontier.golf import scores

    found = scores(files, data)
    for score in found:
        typer.echo(f"{score.bytes:7,} bytes   {100 * score.error:5.2f} %   {score.file}")
    mean, most = 100 * sum(score.error for score in found) / len(found), max(score.bytes for score in found)
    typer.echo(f"{most:7,} bytes   {mean:5.2f} %   {'within' if mean <= limit else 'above'} {limit:g} % on average")
    if mean > limit:
        raise typer.Exit(1)


def spread(arguments: list[str]) -> list[str]:
    """Write `--factors 1 1/2` as `--factors 1 --factors 1/2`, the only form that the parser knows."""
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


def _missing(module: str) -> str:
    """Return what to install where a module cannot be found."""
    if module in COURSE:
        return f"the course needs {module}; install what it needs: pip install {' '.join(COURSE)}"
    return f"{module} is missing: pip install {module}"


def main() -> None:
    """Run the command line; an error that the user can fix is one line, not a traceback."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may lack characters that a network writes
    end_like_ctrl_c()
    try:
        app(spread(sys.argv[1:]))
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] == "tinynet":
            raise
        typer.echo(f"tinynet: {_missing(error.name.partition('.')[0])}", err=True)
        raise SystemExit(1) from error
    except (ValueError, OSError, RuntimeError) as error:
        typer.echo(f"tinynet: {error}", err=True)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
