"""What a network is given: a row of pixels at once, or a sequence step by step. And the examples that main.c checks.

    rows         NAME_scores(pixels, scores);

    sequences    NAME_reset();                 forget what came before
                 NAME_step(symbol);            as often as there are steps
                 NAME_scores(scores);          what the network says after the steps so far

The layers up to the last recurrent one belong to a step. Those behind it run only when scores are wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tinynet.datasets.base import Dataset, SequenceDataset
from tinynet.datasets.padding import lengths as lengths_of
from tinynet.datasets.pixels import from_pixels, nearest_pixels
from tinynet.engine.recording import no_grad
from tinynet.engine.tensor import Tensor
from tinynet.exchange.c.layers import Step
from tinynet.exchange.c.source import array, inside
from tinynet.frozen.borders import FromPixels
from tinynet.frozen.network import Frozen
from tinynet.frozen.sequence import FrozenSequence

PIECE = 64  # steps of a text


class Rows(NamedTuple):
    """Examples that are rows of pixels, uint8 (N, n_in)."""

    pixels: np.ndarray
    kind: str = "pixels"

    def scores(self, frozen: Frozen) -> np.ndarray:
        """Return what Python says of them."""
        return frozen.scores(self.pixels)

    def double(self, frozen: Frozen) -> np.ndarray:
        """Return the same in double precision, from where on the numbers are no integers."""
        x = Tensor(2 * self.pixels.astype(np.float64) / 255 - 1)
        if not isinstance(frozen.layers[0], FromPixels):
            return self.scores(frozen)  # bits
        with no_grad():
            for layer in frozen.layers[1:]:
                x = layer(x)
        return x._data

    def parts(self, steps: Sequence[Step], calls: list[str]) -> dict[str, Any]:
        """Return the parts of the three files that depend on what is given."""
        return {
            "inputs_are": "pixels",
            "how": "The input is a row of pixels p = 0 .. 255, which stand for x = 2 p / 255 - 1.\n"
            "   Both functions work in one static buffer, so only one of them may run at a time.",
            "declared": "",
            "begin": "",
            "which": "All layers",
            "calls": inside("\n".join(calls)),
            "row": "const uint8_t *pixels",
            "row_and": "const uint8_t *pixels, ",
            "passed": "pixels",
            "of": "of a row of @NAME@_INPUTS pixels",
            "examples": len(self.pixels),
            "vectors": array("pixels", self.pixels),
            "ask": "@name@_scores(pixels[k], scores);",
            "asked": "pixels[k]",
        }


DECLARED = """
/* Begin a sequence: forget all steps so far. */
void @name@_reset(void);

/* Take a step, which is @a_step@. */
void @name@_step(@step@);
"""

BEGIN = """
void @name@_reset(void)
{
    zero(memory.state, @state@);
}

void @name@_step(@step@)
{
    @step_calls@
}
"""

ASK = """@name@_reset();
        for (uint32_t t = 0; t < lengths[k]; t++)
            @name@_step(@kind@[STEPS * k + t]);
        @name@_scores(scores);"""

STEPS = {
    "symbol": ("symbols", "uint32_t symbol", "a symbol, 0 .. @NAME@_INPUTS - 1"),
    "pixels": ("pixels", "const uint8_t *pixels", "a row of pixels p = 0 .. 255; they stand for x = 2 p / 255 - 1"),
    "inputs": ("numbers", "const float *inputs", "a row of @NAME@_INPUTS numbers"),
}


class Sequences(NamedTuple):
    """Examples that are sequences of symbols uint32 (N, T), rows of pixels uint8 or floats (N, T, n_in)."""

    kind: str  # symbol, pixels or inputs
    steps: np.ndarray
    lengths: np.ndarray  # of each sequence, (N,)

    def scores(self, frozen: FrozenSequence) -> np.ndarray:
        """Return what Python says after each sequence's last step."""
        return self._after(frozen, from_pixels(self.steps) if self.kind == "pixels" else self.steps)

    def double(self, frozen: FrozenSequence) -> np.ndarray:
        """Return the same in double precision."""
        if self.kind == "symbol":
            return self._after(frozen, Tensor(np.eye(frozen.n_in)[self.steps]))
        x = self.steps.astype(np.float64)
        return self._after(frozen, Tensor(2 * x / 255 - 1 if self.kind == "pixels" else x))

    def _after(self, frozen: FrozenSequence, x: np.ndarray | Tensor) -> np.ndarray:
        """Return the scores after each sequence's last step."""
        scores = frozen.scores(x, self.lengths)
        return scores if frozen.last else scores[np.arange(len(scores)), self.lengths - 1]

    def parts(self, steps: Sequence[Step], calls: list[str]) -> dict[str, Any]:
        """Return the parts of the three files that depend on what is given."""
        kinds = [step.gives for step in steps]
        last = len(kinds) - kinds[::-1].index("state")
        inputs_are, step, a_step = STEPS[self.kind]
        count, longest = self.steps.shape[:2]
        rows = self.steps.reshape(count * longest, *self.steps.shape[2:])
        lengths = array("lengths", self.lengths.astype(np.uint32))
        return {
            "inputs_are": inputs_are,
            "how": "A sequence is given step by step: first call @name@_reset, then @name@_step for each\n"
            "   step, and @name@_scores or @name@_predict whenever an answer is wanted. All functions work in\n"
            "   one static buffer, so only one sequence at a time can be under way.",
            "declared": DECLARED,
            "begin": BEGIN,
            "which": "The layers behind the last recurrent one" if calls[last:] else "No layer is left",
            "step_calls": inside("\n".join(calls[:last])),
            "calls": inside("\n".join(calls[last:])),
            "row": "void",
            "row_and": "",
            "passed": "",
            "of": "after the steps so far",
            "a_step": a_step,
            "step": step,
            "state": sum(step.writes for step in steps if step.gives == "state"),
            "examples": len(rows) // longest,
            "vectors": f"#define STEPS {longest}\n\n{array(self.kind, rows)}\n\n{lengths}",
            "ask": ASK,
            "kind": self.kind,
            "asked": "",
        }


def examples_of(data: Dataset | SequenceDataset, count: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the first test examples of a data set, as `given` takes them, and where they end. A text is cut up."""
    x, labels = data.test.inputs[:count], data.test.labels[:count]
    if isinstance(data, Dataset):
        return data.to_pixels(x), None
    if data.alphabet is None:
        pixels = nearest_pixels(x)
        return (pixels if np.array_equal(from_pixels(pixels), x) else x), None
    if len(data.test.inputs) == 1:
        return x[0, : x.size // PIECE * PIECE].reshape(-1, PIECE)[:count], None
    lengths = lengths_of(labels)
    return x[:, : lengths.max()], lengths


def near(frozen: Frozen | FrozenSequence, examples: Rows | Sequences) -> float:
    """Return by how much the scores of the C code may differ from Python's, for these examples.

    It is 1e-5 of the largest score. Some networks magnify what rounding changes: their scores in float32 are further
    than that from those in double precision, in Python as in C. Then it is 4 times the farthest.
    """
    scores = examples.scores(frozen)  # type: ignore[arg-type]
    rounding = np.abs(scores - examples.double(frozen))  # type: ignore[arg-type]
    return max(1e-5 * float(np.abs(scores).max()), 4 * float(rounding.max()))


def given(frozen: Frozen | FrozenSequence, examples: Any, lengths: Any) -> Rows | Sequences:
    """Return the examples to check, drawn at random where there are none.

    ValueError or TypeError for what this network does not take.
    """
    rng = np.random.default_rng(0)
    if examples is not None and not len(examples := np.asarray(examples)):
        raise ValueError("export_c: there are no examples to check; give at least one")
    if isinstance(frozen, Frozen):
        return Rows(frozen._check(rng.integers(0, 256, (16, frozen.n_in)) if examples is None else examples))
    if examples is None:
        symbols = frozen.alphabet is not None
        examples = rng.integers(0, frozen.n_in, (8, 12)) if symbols else rng.uniform(-1, 1, (8, 12, frozen.n_in))
    kind = "inputs" if examples.dtype.kind not in "iu" else "pixels" if examples.ndim == 3 else "symbol"
    if kind == "pixels" and not 0 <= examples.min() <= examples.max() <= 255:
        raise ValueError(f"export_c: pixels from {examples.min()} to {examples.max()}; they lie in 0 .. 255")
    of_all = np.full(len(examples), examples.shape[1:2] or 1) if lengths is None else np.asarray(lengths)
    Sequences(kind, examples, of_all).scores(frozen)  # says what does not fit
    types = {"symbol": np.uint32, "pixels": np.uint8, "inputs": np.float32}
    return Sequences(kind, examples.astype(types[kind]), of_all)
