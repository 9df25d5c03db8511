"""What a network file says about its data: how rows become inputs, and what the outputs are called.

A data set has such a description, and `tn.save(net, path, data)` keeps it in the file's header. So a network can be
given the rows of a table as they come, and answers with names.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tinynet.datasets.levels import Levels
from tinynet.datasets.pixels import from_pixels
from tinynet.quoting import quoted

LONGEST = 200  # characters of a name


class Description(NamedTuple):
    """What is kept about a data set.

    name: of the data set. n: how many inputs a row has.
    classes: their names, or those of the targets; columns: the names of the inputs; both may be empty.
    levels: how values became inputs; None where they are pixels.
    unit: mean and deviation of each target of a regression, float64 (2, d); None for classes.
    """

    name: str
    n: int
    classes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    levels: Levels | None = None
    unit: np.ndarray | None = None

    def prepare(self, values: Any) -> np.ndarray:
        """Return what a network sees, float32 (N, n), for values (N, n) as they came: rows of the table, or pixels.

        Raises ValueError for another width, a value that is missing, and what is no pixel where pixels are needed.
        """
        values = np.asarray(values)
        if values.ndim != 2 or values.shape[1] != self.n:
            raise ValueError(f"{self.name}: values of shape {values.shape}; rows of {self.n} are expected")
        if self.levels is None:
            pixels = values.astype(np.uint8)
            if values.dtype.kind not in "biuf" or not np.array_equal(pixels, values):
                raise ValueError(f"{self.name}: the inputs are pixels, whole numbers 0 .. 255; dtype {values.dtype}")
            return from_pixels(pixels)
        if not np.isfinite(values := values.astype(np.float64)).all():
            row, column = np.argwhere(~np.isfinite(values))[0]
            raise ValueError(f"{self.name}: row {row}, column {column} is {values[row, column]}; give a number")
        return self.levels.inputs(values)

    def answers(self, scores: np.ndarray) -> list[Any]:
        """Return what scores (N, outputs) say: the name of the best class, or the targets in their own units."""
        if self.unit is not None:
            return (scores.astype(np.float64) * self.unit[1] + self.unit[0]).tolist()
        best = scores.argmax(axis=1)
        return [self.classes[k] for k in best] if len(self.classes) == scores.shape[1] else best.tolist()

    def line(self) -> str:
        """Return in a line what the network was trained on, fit for a terminal."""
        names = ", ".join(quoted(name, 40) for name in self.classes[:20]) + ", .." * (len(self.classes) > 20)
        kind = "targets" if self.unit is not None else "classes"
        return f"trained on {quoted(self.name)}: {self.n} inputs" + f"; {kind} {names}" * bool(names)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values; floats come back bit for bit."""
        arrays = {"levels": self.levels, "unit": self.unit}
        return self._asdict() | {key: a if a is None else np.asarray(a).tolist() for key, a in arrays.items()}

    @classmethod
    def from_json(cls, described: Any) -> Description:
        """Return the description that `to_json` gave. ValueError for anything else: it may come from any file."""
        try:
            name, n = described["name"], described["n"]
            classes, columns = (tuple(described[key]) for key in ("classes", "columns"))
            texts = all(isinstance(text, str) and len(text) <= LONGEST for text in (name, *classes, *columns))
            if not texts or type(n) is not int or len(columns) not in (0, n):
                raise ValueError("names must be texts, and as many as there are inputs")
            levels, unit = (
                None if described[key] is None else np.array(described[key], np.float64) for key in ("levels", "unit")
            )
            if levels is not None and (levels.shape != (2, n) or not (levels[1] > levels[0]).all()):
                raise ValueError("its levels do not fit")
            if unit is not None and (unit.ndim != 2 or len(unit) != 2 or not (unit[1] > 0).all()):
                raise ValueError("its units do not fit")
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"the description of the data is damaged: {error}") from error
        return cls(name, n, classes, columns, None if levels is None else Levels(*levels), unit)
