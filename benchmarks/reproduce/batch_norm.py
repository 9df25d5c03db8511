"""Batch norm in a sigmoid network: 784-100-100-100-10 on MNIST (Ioffe, Szegedy 2015, arXiv 1502.03167, figure 1).

Mini-batches of 60, 50,000 steps as in the paper, which is 60 epochs of 50,000 pictures. The paper shows curves and no
numbers; the question is how many steps each network needs to the error at which the plain one ends.
"""

from __future__ import annotations

import statistics
from typing import Any, ClassVar

import tinynet as tn
from benchmarks.reproduce.experiment import Experiment, Row, Run
from tinynet import drawing


class BatchNorm(Experiment):
    """Error against steps, with batch norm and without."""

    name = "batch_norm"
    groups = (("plain", "batch norm"),)
    rates = (0.03, 0.1, 0.3, 1.0)
    dropouts = ()
    full, batch_size = 60, 60
    hidden = (100, 100, 100)
    small: ClassVar[dict[str, Any]] = dict(hidden=(16, 16))

    def network(self, run: Run) -> tn.Sequential:
        data = self.load()
        widths = [data.n_features, *self.hidden, data.n_classes]
        return tn.MLP(widths, None, run.seed, tn.Sigmoid, batch_norm=run.case == "batch norm")

    def steps(self, rows: list[Row], error: float) -> int | None:
        """Return the steps that the mean curve needs to an error in %, or None if it never gets there."""
        per_epoch = -(-len(self.load().train.inputs) // self.batch_size)
        reached = [i for i, found in enumerate(curve(rows), start=1) if found <= error]
        return reached[0] * per_epoch if reached else None

    def report(self, table: str) -> str:
        found = self.results()
        text = [
            "# Batch norm in a sigmoid network",
            "784-100-100-100-10 on MNIST, mini-batches of 60, 60 epochs, mean and standard deviation over seeds. The "
            f"rate, which falls as a cosine, was chosen after {self.short} epochs among "
            f"{', '.join(f'{rate:g}' for rate in self.rates)}.",
            table,
        ]
        if len(found) == 2:
            plain, normed = found["plain"], found["batch norm"]
            end = min(curve(plain))
            slow, fast = self.steps(plain, end), self.steps(normed, end)
            reached = f"{fast:,}" if fast else "not reached"
            text += [
                f"The plain network's validation error falls to {end:.2f} % after {slow:,} steps; with batch norm the "
                f"same error takes {reached}.",
                f"![validation error against steps]({self.name}.png)",
            ]
            self.draw(found)
        return "\n\n".join(text)

    def draw(self, found: dict[str, list[Row]]) -> None:
        """Draw the mean curves."""
        per_epoch = -(-len(self.load().train.inputs) // self.batch_size)
        figure, [axes] = drawing.panels(7, 4)
        for i, (case, rows) in enumerate(found.items()):
            mean = curve(rows)
            steps = [per_epoch * (k + 1) for k in range(len(mean))]
            axes.plot(steps, mean, color=drawing.colour(i), label=f"{case} (rate {rows[0].lr:g})")
        axes.set(xlabel="training steps", ylabel="validation error (%)", yscale="log",
                 title="A sigmoid network, with batch norm and without")  # fmt: skip
        drawing.plain_numbers(axes.yaxis)
        drawing.grid(axes)
        drawing.legend(axes)
        figure.savefig(self.folder / f"{self.name}.png", dpi=150)


def curve(rows: list[Row]) -> list[float]:
    """Return the validation error of each epoch, in %, averaged over seeds."""
    curves = [[float(error) for error in row.curve.split()] for row in rows]
    return [statistics.mean(errors) for errors in zip(*curves, strict=True)]
