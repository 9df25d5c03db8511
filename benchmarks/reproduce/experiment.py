"""What the experiments have in common: trials, full runs, and rows of results.

Every case gets the same number of trials, and its best setting is then trained in full:

    rates      every rate, one seed, a few epochs, without dropout
    dropout    every share of dropout, at the best rate
    full       the setting with the least validation error, with every seed, for all epochs

Validation data decide, also which epoch is kept. The test error is measured once, on the network that comes back from
its file, and of the full runs alone.
"""

from __future__ import annotations

import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import tinynet as tn
from benchmarks.common import RESULTS, markdown, origin
from benchmarks.resumable import Rows
from tinynet.storage.temporary import temporary_folder

RUNS = Path(__file__).parents[1] / "runs" / "reproduce"  # checkpoints and networks, which are not committed


@dataclass(frozen=True)
class Run:
    """Everything that one training run depends on, besides its experiment."""

    case: str
    lr: float
    dropout: float
    epochs: int
    seed: int


@dataclass(frozen=True)
class Row(Run):
    """A finished run. Errors are shares; curve: the validation error of each epoch, in %, with blanks between."""

    bytes: int
    valid_error: float
    test_error: float | None
    seconds: float
    curve: str


class Experiment(ABC):
    """One table: its cases, how they are trained, and what is said about them.

    groups holds the cases in the order of their worth; a later group may use networks of an earlier one.
    """

    name: ClassVar[str]
    data: str = "mnist"
    groups: Sequence[Sequence[str]]
    rates: Sequence[float] = (0.003, 0.01, 0.03, 0.1, 0.3)
    dropouts: Sequence[float] = (0.25,)  # besides none
    short, full, batch_size = 10, 50, 50  # epochs of a trial and of a full run; examples of a mini-batch
    seeds: Sequence[int] = range(3)
    hidden: Sequence[int]
    guess = 3.0  # seconds of an epoch, before any is measured
    small: ClassVar[dict[str, Any]] = dict(hidden=(32,))  # what differs in a quick check

    @abstractmethod
    def network(self, run: Run) -> tn.Sequential:
        """Return the untrained network of a run."""

    @abstractmethod
    def report(self, table: str) -> str:
        """Return the page around the table; it may draw pictures into `folder`."""

    def how(self, run: Run) -> dict[str, Any]:
        """Return what `tn.fit` is told besides."""
        return {}

    def finished(self, net: tn.Sequential) -> Any:
        """Return a trained network as it is saved."""
        return net

    def __init__(self, folder: Path = RESULTS / "reproduce", runs: Path = RUNS) -> None:
        self.folder, self.runs = folder, runs / self.name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.runs.mkdir(parents=True, exist_ok=True)
        self.rows: Rows[Row] = Rows(folder / f"{self.name}.csv", Row, Run)

    # ---- which runs

    def phases(self) -> Iterator[list[Run]]:
        """Yield the runs of each phase, as far as the rows of the earlier ones are there."""
        for group in self.groups:
            yield [run for case in group for run in self.trials(case)]
            yield [run for case in group for run in self.trials(case, self.chosen(case).lr)]
            yield from ([self.in_full(case, seed) for case in group] for seed in self.seeds)

    def trials(self, case: str, best: float | None = None) -> list[Run]:
        """Return the runs that look for the rate, or, if the best rate is known, for the share of dropout."""
        settings = [(lr, 0.0) for lr in self.rates] if best is None else [(best, share) for share in self.dropouts]
        return [Run(case, lr, share, self.short, self.seeds[0]) for lr, share in settings]

    def chosen(self, case: str) -> Row:
        """Return the trial with the least validation error; of equal ones the one with the lower rate."""
        tried = [row for run, row in self.rows.rows.items() if run.case == case and run.epochs == self.short]
        return min(tried, key=lambda row: (row.valid_error, row.lr))

    def in_full(self, case: str, seed: int) -> Run:
        """Return the full run of a case, with the setting that its trials chose."""
        best = self.chosen(case)
        return Run(case, best.lr, best.dropout, self.full, seed)

    # ---- one run

    def load(self) -> Any:
        """Return the data set."""
        return tn.datasets.load(self.data)

    def file(self, run: Run) -> Path:
        """Return the file of a run's trained network."""
        words = run.case.replace(" ", "_").replace("/", "-")
        return self.runs / f"{words}.{run.lr:g}.{run.dropout:g}.{run.epochs}.{run.seed}.safetensors"

    def train(self, run: Run, end: float = float("inf")) -> Row | None:
        """Train a network, write its file and return its row; None if `end` of time.monotonic comes first.

        A checkpoint is written after each epoch, so the same run goes on from there.
        """
        data, net, path = self.load(), self.network(run), self.file(run)
        checkpoint, start = path.with_suffix(".checkpoint"), time.process_time()

        def stop_in_time(history: tn.History) -> None:
            if time.monotonic() > end and len(history) < run.epochs:
                raise KeyboardInterrupt

        settings: dict[str, Any] = dict(schedule=tn.optim.cosine, batch_size=self.batch_size) | self.how(run)
        try:
            history = tn.fit(
                net, data.train, data.valid, epochs=run.epochs, lr=run.lr, seed=run.seed, checkpoint=checkpoint,
                progress=False, report=stop_in_time, **settings,
            )  # fmt: skip
        except tn.TrainingError:  # this rate was too high
            return Row(**vars(run), bytes=0, valid_error=1.0, test_error=None, seconds=0.0, curve="")
        if history.interrupted:
            return None
        with temporary_folder() as folder:
            size = tn.save(self.finished(net), folder / path.name)
            saved = tn.load(folder / path.name)
        in_full = run.epochs == self.full
        row = Row(
            **vars(run), bytes=size.payload, valid_error=tn.evaluate(saved, data.valid, name="valid"),
            test_error=tn.evaluate(saved, data.test, name="test") if in_full else None,
            seconds=time.process_time() - start, curve=" ".join(f"{100 * error:.2f}" for error in history.valid_error),
        )  # fmt: skip
        if in_full:
            tn.save(net, path)
        checkpoint.unlink(missing_ok=True)
        return row

    def trained(self, case: str, seed: int) -> Any:
        """Return the network of a full run; it is trained again where its file is not at hand."""
        run = self.in_full(case, seed)
        if not self.file(run).exists():
            self.train(run)
        return tn.load(self.file(run))

    # ---- what came out

    def results(self) -> dict[str, list[Row]]:
        """Return the full runs of each case, by seed."""
        found: dict[str, list[Row]] = {case: [] for group in self.groups for case in group}
        for row in sorted(self.rows.rows.values(), key=lambda row: row.seed):
            if row.test_error is not None and row.case in found:
                found[row.case].append(row)
        return {case: rows for case, rows in found.items() if rows}

    def left(self) -> tuple[int, int, float]:
        """Return how many runs are done, how many are left, and the hours of one core that these will take."""
        cases = [case for group in self.groups for case in group]
        done = list(self.rows.rows.values())
        rest, seconds = 0, 0.0
        overall = [row.seconds / row.epochs for row in done if row.seconds]
        for case in cases:
            own = (
                [row.seconds / row.epochs for row in done if row.case == case and row.seconds]
                or overall
                or [self.guess]
            )
            trials = len(self.rates) + len(self.dropouts) - sum(r.case == case and r.epochs == self.short for r in done)
            finals = len(self.seeds) - sum(r.case == case and r.epochs == self.full for r in done)
            rest += trials + finals
            seconds += (trials * self.short + finals * self.full) * statistics.mean(own)
        return len(done), rest, seconds / 3600

    def write(self) -> str:
        """Write the Markdown page, and return it."""
        lines = [
            [case, f"{rows[0].bytes:,}", shown(rows), len(rows), f"{rows[0].lr:g}", f"{rows[0].dropout:g}"]
            for case, rows in self.results().items()
        ]
        table = markdown(["network", "bytes", "test error, %", "seeds", "rate", "dropout"], lines)
        done, rest, hours = self.left()
        state = f"{done} runs are done" + (f"; {rest} are left, about {hours:.1f} hours of one core." if rest else ".")
        text = "\n\n".join([
            self.report(table), state, f"Made by `python -m benchmarks.reproduce {self.name}`.",
            ", ".join(f"{name} {value}" for name, value in origin().items()),
        ])  # fmt: skip
        (self.folder / f"{self.name}.md").write_text(text + "\n", "utf-8")
        return text


def shown(rows: Sequence[Row]) -> str:
    """Return mean and standard deviation of the test errors, in %."""
    errors = [100 * row.test_error for row in rows if row.test_error is not None]
    spread = f" ± {statistics.stdev(errors):.2f}" if len(errors) > 1 else ""
    return f"{statistics.mean(errors):.2f}{spread}"
