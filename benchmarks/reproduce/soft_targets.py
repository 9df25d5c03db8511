"""Soft targets on MNIST: a network of 2 x 800 units taught by one of 2 x 1200 (Hinton, Vinyals, Dean 2015).

The teacher learns with dropout and from jittered pictures, shifted by up to two pixels; the student sees plain pictures
without dropout, and the teacher's scores of them at temperature 20. Agreed figures of the paper, errors among 10,000:
teacher 67, the student alone 146, the student taught 74.
"""

from __future__ import annotations

from typing import Any, ClassVar

import tinynet as tn
from benchmarks.reproduce.experiment import Experiment, Run
from tinynet.datasets.augment import shift


class SoftTargets(Experiment):
    """Teacher, student alone, student taught."""

    name = "soft_targets"
    groups = (("teacher", "student alone"), ("student taught",))
    rates = (0.003, 0.01, 0.03, 0.1)
    dropouts = ()
    full, batch_size = 60, 100
    hidden, teaching = (800, 800), (1200, 1200)  # hidden layers of student and teacher
    small: ClassVar[dict[str, Any]] = dict(hidden=(16, 16), teaching=(32, 32))

    def network(self, run: Run) -> tn.Sequential:
        data, teacher = self.load(), run.case == "teacher"
        widths = [data.n_features, *(self.teaching if teacher else self.hidden), data.n_classes]
        return tn.MLP(widths, None, run.seed, tn.ReLU, dropout=0.5 if teacher else 0.0)

    def how(self, run: Run) -> dict[str, Any]:
        if run.case == "teacher":
            return dict(augment=shift(2))
        if run.case == "student taught":
            return dict(teacher=self.trained("teacher", run.seed), temperature=20.0, mix=0.9)
        return {}

    def report(self, table: str) -> str:
        return "\n\n".join([
            "# Soft targets on MNIST",
            "Teacher 784-1200-1200-10 with dropout 0.5 on hidden units, trained on pictures shifted by up to two "
            "pixels; student 784-800-800-10 without either. Taught: 0.9 of the loss comes from the teacher's scores at "
            "temperature 20. 60 epochs, 50,000 pictures, mean and standard deviation over seeds.",
            table,
            "The paper, trained on 60,000 pictures: 0.67, 1.46 and 0.74 %.",
        ])  # fmt: skip
