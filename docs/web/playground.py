"""The playground's Python side: a data set in the plane, a network, and its training, some steps at a time.

Nothing is computed here that tinynet can compute. `Playground(setting)` builds all three; `advance(steps)` trains as
`tn.fit` does, with the same mini-batches in the same order, and returns what the page draws, with how a chosen
entry of a weight matrix is made. The page asks for all of it through docs/web/python.js.

    setting = {"data": "spirals", "seed": 0, "noise": 0.02,       or "checkerboard", "formula", "painted", "table"
               "methods": ["dense", "hashed", "dense"],           one a matrix, from the inputs on; 2 or 3 of them
               "width": 32, "share": 0.25, "lr": 0.01}

`share` is the slider: how many of the 32 bits that an entry takes in a dense matrix may be kept.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from itertools import count
from typing import Any

import numpy as np

import tinynet as tn
from docs.web.formula import function_of_x
from tinynet.datasets import csv_table, plane
from tinynet.datasets.pixels import nearest_pixels
from tinynet.engine.recording import evaluating
from tinynet.frontier.pareto import pareto
from tinynet.layers.table import payload_bytes
from tinynet.training.fit import Training, mini_batches

GRID = 48  # the plane is shown as GRID x GRID squares
MOST_CLASSES, MOST_WIDTH, BATCH = 6, 64, 50
SIZES = {"train": 500, "valid": 100, "test": 1000}


def recipe(method: str, share: float, m: int, n: int) -> tn.Parameterization:
    """Return a method at the size nearest below a share of the 32 m n bits of a dense matrix, or its smallest."""
    match method:
        case "dense":
            return tn.Dense()
        case "low-rank":
            return tn.LowRank(rank=max(1, int(share * m * n / (m + n))))
        case "hashed":
            return tn.Hashed(share)
        case "few bits":
            return tn.Quantized(bits=min(8, max(2, int(32 * share))))
        case "binary":
            return tn.Binary()
        case "sparse":
            return tn.Sparse(share)
    raise ValueError(f"{method!r} is no method of the playground")


# ---- data in the plane


def data_of(setting: dict[str, Any]) -> tn.datasets.Dataset:
    """Return the data set of a setting: two inputs, at most six classes. ValueError says what is wrong with it."""
    kind, seed, noise = setting["data"], int(setting["seed"]), float(setting.get("noise", 0))
    if kind in ("spirals", "checkerboard"):
        return tn.datasets.load(kind, seed=seed, noise=noise, **SIZES)
    if kind == "formula":
        return _sides_of(setting["formula"], seed, noise)
    if kind == "painted":
        points = np.array(setting["points"], np.float64).reshape(-1, 3)
        if len(points) < 6:
            raise ValueError(f"{len(points)} points are painted; paint at least three of each of two classes")
        return tn.datasets.from_arrays(
            nearest_pixels(points[:, :2]), points[:, 2].astype(np.int64), name="painted", seed=seed
        )
    if kind == "table":
        return _of_table(setting["table"], seed)
    raise ValueError(f"{kind!r} is no data set of the playground")


def _sides_of(formula: str, seed: int, noise: float) -> tn.datasets.Dataset:
    """Return points below (class 0) and above (class 1) the curve y = f(x)."""
    f = function_of_x(formula)

    def draw(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        points = rng.uniform(-1, 1, (n, 2))
        return points, (points[:, 1] > f(points[:, 0])).astype(np.int64)

    data = plane.points("formula", draw, seed, noise, **SIZES)
    if len(np.unique(data.train.labels)) < 2:
        raise ValueError(f"y = {formula} leaves all points on one side; x and y run from -1 to 1")
    return data


def _of_table(path: str, seed: int) -> tn.datasets.Dataset:
    """Return the first two columns of a CSV file, with its last column as the class."""
    names = csv_table.read("the table", path, None, None, None).names
    if len(names) < 3:
        raise ValueError(f"the table has the columns {', '.join(names)}; two inputs and a class are needed")
    with redirect_stderr(io.StringIO()):  # what from_csv found out; the page shows the names of the columns
        data = tn.datasets.from_csv(path, leave_out=names[2:-1], seed=seed, name="the table")
    if data.n_classes > MOST_CLASSES:
        raise ValueError(f"column {names[-1]!r} has {data.n_classes} values; at most {MOST_CLASSES} can be drawn")
    return data


# ---- training


class Playground:
    """A network in training; see the head of this file.

    Args:
        setting: as above. ValueError says what is wrong with it.
    """

    def __init__(self, setting: dict[str, Any]) -> None:
        self.setting, self.data, seed = setting, data_of(setting), int(setting["seed"])
        methods, width = list(setting["methods"]), int(setting["width"])
        if len(methods) not in (2, 3) or not 1 <= width <= MOST_WIDTH:
            raise ValueError(f"{len(methods)} matrices, width {width}; there are 2 or 3, of at most {MOST_WIDTH} units")
        widths = [2, *[width] * (len(methods) - 1), self.data.n_classes]
        shapes = zip(methods, widths, widths[1:], strict=False)
        self.net = tn.MLP(widths, [recipe(each, float(setting["share"]), m, n) for each, m, n in shapes], seed=seed)
        optimizer = tn.Adam(self.net.parameters(), lr=float(setting["lr"]))
        loss = tn.functional.softmax_cross_entropy
        self.training = Training(self.net, forward=self.net, loss=loss, optimizer=optimizer)
        self.batches = self._batches(seed)
        self.matrices = [layer.weight for layer in self.net.layers if isinstance(layer, tn.Linear)]
        self.steps, self.loss = 0, float("nan")
        ticks = (np.arange(GRID) + 0.5) / GRID * 2 - 1
        x, y = np.meshgrid(ticks, -ticks)  # row by row from the top, as a canvas is filled
        self.grid = np.stack([x, y], axis=-1).reshape(-1, 2).astype(np.float32)

    def _batches(self, seed: int) -> Iterator[tuple]:
        """Yield mini-batches for ever: those of `tn.fit`, epoch after epoch."""
        batch = min(BATCH, len(self.data.train.labels))
        for epoch in count():
            yield from mini_batches(self.data.train, -(-len(self.data.train.labels) // batch), seed, epoch)

    def shown(self) -> dict[str, Any]:
        """Return what the page draws once: points, shapes, names, and the bytes of the network."""
        return {
            "points": self.data.train.inputs, "labels": self.data.train.labels.astype(np.uint8),
            "classes": list(self.data.classes) or [str(k) for k in range(self.data.n_classes)],
            "columns": list(self.data.columns) or ["x", "y"],
            "shapes": [list(W.shape) for W in self.matrices], "recipes": [repr(W) for W in self.matrices],
            "bytes": payload_bytes(self.net), "dense": 4 * sum(W.m * W.n + W.n for W in self.matrices), "grid": GRID,
            "bits": [W.stored_bits() for W in self.matrices], "program": self.program(),
        }  # fmt: skip

    def program(self, epochs: int = 100) -> str:
        """Return a program that trains the same network on the same mini-batches."""
        s, batch = self.setting, min(BATCH, len(self.data.train.labels))
        loads = {
            "formula": "data = tn.datasets.from_arrays(points, labels)  # below and above the curve",
            "painted": "data = tn.datasets.from_arrays(points, labels)",
            "table": 'data = tn.datasets.from_csv("your.csv")',
        }
        sizes = ", ".join(f"{name}={size}" for name, size in SIZES.items())
        generated = f'data = tn.datasets.load("{s["data"]}", seed={s["seed"]}, noise={s.get("noise")}, {sizes})'
        recipes = ", ".join(f"tn.{W!r}" for W in self.matrices)
        widths = [self.matrices[0].m, *(W.n for W in self.matrices)]
        return (
            f"import tinynet as tn\n\n{loads.get(s['data'], generated)}\n"
            f"net = tn.MLP({widths}, weight=[{recipes}], seed={s['seed']})\n"
            f"tn.fit(net, data.train, epochs={epochs}, batch_size={batch}, lr={s['lr']}, "
            f"optimizer=tn.Adam, seed={s['seed']})\n"
            f"print(tn.evaluate(net, data.test))\n"
        )

    def advance(
        self, steps: int, chosen: list[int] | None = None, runs: list[list[float]] | None = None
    ) -> dict[str, Any]:
        """Train for some steps, and return the state of things.

        Args:
            steps: how many; 0 only looks.
            chosen: [layer, i, j] of an entry to be explained, if there is one.
            runs: (bytes, test error) of the visitor's runs so far; the last of them is this one, whose error is new.

        Returns a dictionary:
            steps, loss, error       so far; the last mini-batches' mean loss; the error rate on the test split
            regions, confidence      uint8 (GRID * GRID,): the class of each square, and 255 times its probability
            planes                   float32 (3, n): the lines w1 x + w2 y + b = 0 of the first layer's n units
            weights, stored          for each matrix, float32 (m n,), and int32 (m n,): which stored number an entry
                                     is made of, -1 for none
            explained                lines of text, and which entries share the chosen one's number, uint8 (m n,)
            efficient                which runs no other run beats, by their places
        """
        if steps:
            some = (next(self.batches) for _ in range(steps))
            self.loss = self.training.one_epoch(0, some)["loss"]
            self.steps += steps
        with evaluating(self.net):
            scores = self.net(self.grid)
            p = tn.functional.softmax(scores).numpy()
        W, b = self.matrices[0].weight().numpy(), self.net.layers[0].bias.numpy()
        error = tn.evaluate(self.net, self.data.test)
        points = [*((cost, past) for cost, past in (runs or [])[:-1]), (payload_bytes(self.net), error)]
        return {
            "steps": self.steps, "loss": self.loss, "error": error, "efficient": sorted(pareto(points)),
            "regions": p.argmax(axis=1).astype(np.uint8), "confidence": (255 * p.max(axis=1)).astype(np.uint8),
            "planes": np.vstack([W, b]), "weights": [each.weight().numpy() for each in self.matrices],
            "stored": [stored_number(each) for each in self.matrices], "explained": self._explained(chosen),
        }  # fmt: skip

    def _explained(self, chosen: list[int] | None) -> dict[str, Any] | None:
        if chosen is None:
            return None
        layer, i, j = chosen
        W = self.matrices[layer]
        return {"lines": formula(W, i, j), "shares": shares(W, i, j).astype(np.uint8)}


# ---- what an entry is made of


def stored_number(W: tn.Parameterization) -> np.ndarray:
    """Return the place of the stored number that each entry is made of, int32 (m, n); -1 where there is none.

    Entries of Quantized and Binary are numbered by their levels, from the lowest. A low-rank entry has no number of its
    own: it is made of a row of U and a column of V.
    """
    match W:
        case tn.Hashed():
            return (W.places % np.uint32(W.K)).astype(np.int32)
        case tn.Sparse():
            place = np.full(W.m * W.n, -1, np.int32)
            place[W.kept] = np.arange(W.K)
            return place.reshape(W.shape)
        case tn.Quantized() | tn.Binary():
            return _levels(W).astype(np.int32)
        case tn.LowRank():
            return np.full(W.shape, -1, np.int32)
    return np.arange(W.m * W.n, dtype=np.int32).reshape(W.shape)


def _levels(W: tn.Parameterization) -> np.ndarray:
    """Return the level of each entry, counted from the lowest that occurs."""
    return np.unique(W.weight().numpy(), return_inverse=True)[1].reshape(W.shape)


def shares(W: tn.Parameterization, i: int, j: int) -> np.ndarray:
    """Return which entries are made of a stored number that makes entry (i, j) too, bool (m, n)."""
    if isinstance(W, tn.LowRank):
        rows, columns = np.ogrid[: W.m, : W.n]
        return (rows == i) | (columns == j)
    place = stored_number(W)
    if place[i, j] < 0:
        return np.arange(W.m * W.n).reshape(W.shape) == i * W.n + j  # itself alone: it is made of nothing
    return place == place[i, j]


def formula(W: tn.Parameterization, i: int, j: int) -> list[str]:
    """Return how entry (i, j) is made, line by line, with its numbers."""
    value, many = W.weight().numpy()[i, j], int(shares(W, i, j).sum())
    here = f"W[{i}, {j}]"
    match W:
        case tn.Hashed():
            k, sign = int(W.places[i, j] % W.K), "-" if W.places[i, j] >= W.K else "+"
            w = W.buckets.weight().numpy()[0, k]
            return [
                "W[i, j] = ξ(i, j) w[h(i, j)]",
                f"h({i}, {j}) = {k}, one of {W.K} buckets: a hash of the seed, {i} and {j}",
                f"ξ({i}, {j}) = {sign}1, from a second hash",
                f"{here} = {sign}w[{k}] = {sign}({w:.4f}) = {value:.4f}",
                f"{many} of {W.m * W.n} entries share w[{k}]; its gradient is the sum of theirs, each times its sign",
            ]
        case tn.Sparse():
            place = int(stored_number(W)[i, j])
            if place < 0:
                return [
                    f"{here} = 0",
                    f"its hash is not among the {W.K} smallest, so this connection was never there, and takes no byte",
                ]
            return [
                f"{here} = w[{place}] = {value:.4f}",
                f"one of {W.K} kept entries of {W.m * W.n}: those whose hash of seed, i and j is smallest",
            ]
        case tn.Quantized():
            V, s = W.V.numpy()[i, j], W.s.numpy().ravel()[0]
            return [
                f"W[i, j] = s round(clip(V[i, j] / s, -{W.Q}, {W.Q}))",
                f"V[{i}, {j}] = {V:.4f} is moved by training and is not stored; s = {s:.4f} is",
                f"{here} = {s:.4f} * {round(float(value / s))} = {value:.4f}",
                f"{many} of {W.m * W.n} entries stand on this level; a file holds {W.bits} bits for each",
            ]
        case tn.Binary():
            V, s = W.V.numpy()[i, j], W.s.numpy().ravel()[0]
            return [
                "W[i, j] = s sign(V[i, j])",
                f"V[{i}, {j}] = {V:.4f} is moved by training; a file holds its sign alone, one bit",
                f"{here} = {s:.4f} * {'+1' if V >= 0 else '-1'} = {value:.4f}",
                f"{many} of {W.m * W.n} entries have this sign",
            ]
        case tn.LowRank():
            U, V = W.U.weight().numpy()[i], W.V.weight().numpy()[:, j]
            terms = " + ".join(f"({u:.2f})({v:.2f})" for u, v in zip(U[:4], V[:4], strict=True))
            return [
                f"W[i, j] = sum of U[i, k] V[k, j] over k, of which there {'is 1' if len(U) == 1 else f'are {len(U)}'}",
                f"{here} = {terms}{' + ..' if len(U) > 4 else ''} = {value:.4f}",
                f"row {i} is made of the same row of U, column {j} of the same column of V",
            ]
    return [f"{here} = {value:.4f}", "it is stored itself, in 32 bits, and shared with no other entry"]
