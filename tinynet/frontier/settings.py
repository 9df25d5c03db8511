"""The settings of one run of a sweep: everything that the run depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

STAGES = ("trained", "after", "tuned")  # under the constraint; compressed after training; and then fine-tuned
NORM = "+norm"  # ends the name of a method whose recurrent layers standardize their products
SOFT = "+soft"  # ends the name of a method that also learns from a teacher


class Teacher(NamedTuple):
    """A trained network that others learn from."""

    file: str  # written by tn.save
    checksum: str  # of the network, so that another one in the same file is another setting
    temperature: float
    mix: float


class Own(NamedTuple):
    """A data set that is not one of tinynet's: a name says nothing about it, so its content does."""

    checksum: str
    regression: bool


@dataclass(frozen=True)
class Settings:
    """Everything that a run depends on: two runs with equal settings give equal results.

    factor is text such as "1/8", so that it has one spelling. Fine-tuning takes half the epochs and a third of the
    rates.
    """

    data: str
    method: str
    factor: str
    hidden: tuple[int, ...] = (256,)
    stage: str = "trained"
    epochs: int = 40
    batch_size: int = 50
    rates: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3)
    momentum: float = 0.9
    seed: int = 0
    teacher: Teacher | None = None  # of a method "+soft"
    own: Own | None = None

    def plain(self) -> str:
        """Return the method without the teacher."""
        return self.method.removesuffix(SOFT) if self.teacher else self.method
