"""Language, one character at a time: train a network to predict the next character, then let it write.

Notation
    s_1 s_2 ..           the text, as symbols 0 .. classes - 1
    p(s | s_1 .. s_t)    softmax of the scores after step t

    loss, in nats a character       L = -mean_t log p(s_(t+1) | s_1 .. s_t)        log(classes) by mere guessing
    writing at temperature tau      s_(t+1) is drawn with probability proportional to p^(1 / tau)

A text is too long to run backpropagation over all of it, so we truncate (Williams, Peng 1990). The text is cut into
`batch_size` streams that are read side by side, a window of `steps` characters at a time; datasets/batches.py has the
picture. Each window begins with the state in which the last one ended, so memory reaches across the border. But the
state counts as a constant there, so gradients stop at the border, and the tape is never longer than a window.

At each border a few streams, drawn at random, begin again from a state of zeros. Otherwise the network would see that
state only once a pass. It would not know how to begin, and could be lost for thousands of characters when it is used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tinynet.datasets.batches import streams, windows
from tinynet.datasets.text import decode, encode
from tinynet.engine.more_losses import sequence_cross_entropy
from tinynet.engine.recording import evaluating
from tinynet.engine.tensor import Tensor
from tinynet.sequences.cells import States
from tinynet.sequences.network import SequenceNet, detached
from tinynet.training.checkpoint import Checkpoint
from tinynet.training.fit import History, Training, run_epochs
from tinynet.training.optim import Adam
from tinynet.training.schedules import Schedule, constant

ANEW = 0.05  # share of the streams that begin again at a window's border


def fit_text(
    net: SequenceNet,
    train: np.ndarray,
    valid: np.ndarray | None = None,
    *,
    epochs: int = 10,
    batch_size: int = 32,
    steps: int = 64,
    lr: float = 3e-3,
    weight_decay: float = 0.0,
    clip: float | None = 1.0,
    schedule: Schedule = constant,
    seed: int = 0,
    checkpoint: str | os.PathLike | None = None,
    progress: bool | None = None,
    report: Callable[[History], None] | None = None,
) -> History:
    """Train the network in place with Adam to predict the next symbol, and return the history.

    Args:
        net: a network with scores at every step.
        train: symbols (n,), integers.
        valid: more symbols. With them, the network ends at the epoch of least loss on them; the history's
            `valid_error` is this loss, in nats a character.
        epochs: passes over the text. Each skips a few characters at the beginning, a number drawn from (seed, epoch),
            so that the windows' borders move.
        batch_size, steps: how many streams a window has, and how many characters of each.
        lr, weight_decay, clip, schedule, checkpoint, progress: as for `fit`.
        report: called with the history after each epoch.

    Raises ValueError for a text too short for the windows or with unknown symbols, before any step; TrainingError as
    soon as the loss is not finite.
    """
    for name, ids in (("train", train), ("valid", valid)):
        if ids is not None and (top := np.max(streams(ids, batch_size))) >= net.n_in:
            raise ValueError(f"fit_text: {name} has symbols up to {top}; the network knows 0 .. {net.n_in - 1}")
    if not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"fit_text: epochs={epochs!r}; it must be an integer, at least 1")
    count = sum(1 for _ in windows(train, batch_size, steps))
    optimizer = Adam(net.parameters(), lr=lr, weight_decay=weight_decay, schedule=schedule, total_steps=epochs * count)
    saved = None if checkpoint is None else Checkpoint(
        checkpoint, net, optimizer, (train,) if valid is None else (train, valid),
        dict(batch_size=batch_size, steps=steps, lr=lr, weight_decay=weight_decay, clip=clip, seed=seed),
        schedule, epochs,
    )  # fmt: skip

    def one_epoch(epoch: int) -> dict[str, float]:
        rng = np.random.default_rng([seed, epoch])
        skipped = int(rng.integers(min(steps, len(train) - 2 * batch_size) + 1))
        batches = ((y.size, x.T, y.T) for x, y in windows(train[skipped:], batch_size, steps))
        reader = _Reader(net, rng)
        return Training(net, reader, sequence_cross_entropy, optimizer, clip).one_epoch(epoch, batches)

    judge = None if valid is None else lambda: text_loss(net, valid, batch_size)
    return run_epochs(net, one_epoch, judge, epochs, saved, progress, report)


class _Reader:
    """Reads one window after the other, and carries the state across the border between them."""

    def __init__(self, net: SequenceNet, rng: np.random.Generator) -> None:
        self.net, self.rng = net, rng
        self.state: list[States] | None = None

    def __call__(self, inputs: np.ndarray) -> Tensor:
        """Return the scores of a window, (batch, steps, classes)."""
        state = self.state and _carried(self.state, self.rng.random(len(inputs)) >= ANEW)
        scores, self.state = self.net.run(inputs, state)
        return scores


def _carried(state: list[States], kept: np.ndarray) -> list[States]:
    """Return the state as constants: of the kept streams as it is, of the others zeros."""
    return [tuple(part * kept[:, None] for part in layer) for layer in detached(state)]


def text_loss(net: SequenceNet, ids: np.ndarray, batch_size: int = 16, steps: int = 256) -> float:
    """Return the loss of a text (n,) in nats a character, read in streams that begin from zeros.

    There are `batch_size` streams, or fewer where the text is too short for so many: each needs two characters.
    """
    state, total, count = None, 0.0, 0
    batch_size = max(1, min(batch_size, len(ids) // 2))
    with evaluating(net):
        for inputs, labels in windows(ids, batch_size, steps):
            scores, state = net.run(inputs.T, state)
            total += sequence_cross_entropy(scores, labels.T).item() * labels.size
            count += labels.size
    return total / count


def sample(
    net: SequenceNet, length: int, prompt: str | None = None, temperature: float = 1.0, seed: int = 0
) -> Iterator[str]:
    """Yield `length` characters, one by one, as the network continues the prompt.

    Args:
        net: a network with an alphabet.
        length: how many characters.
        prompt: what the network has read before, at least one character; by default a new line, or the alphabet's
            first character where it has no new line.
        temperature: tau, positive. Below 1 likely characters become likelier; near 0 the likeliest is always drawn.
        seed: of the draws.

    Raises ValueError for a network without an alphabet, an empty prompt, characters that the network does not know, or
    a temperature that is not positive.
    """
    alphabet: str | None = getattr(net, "alphabet", None)
    if alphabet is None:
        raise ValueError("sample: the network has no alphabet, so its symbols are no characters; train it on text")
    if net.last:
        raise ValueError("sample: the network gives scores after the last step only; train one with last=False")
    if prompt is None:
        prompt = "\n" if "\n" in alphabet else alphabet[0]
    if not prompt or not temperature > 0 or length < 0:
        raise ValueError(
            f"sample: prompt={prompt!r}, temperature={temperature}, length={length}; give a prompt of at least one "
            "character, a temperature above 0 and a length of at least 0"
        )
    return _characters(net, alphabet, encode(prompt, alphabet), length, temperature, seed)


def _characters(net: SequenceNet, alphabet: str, ids: Any, length: int, temperature: float, seed: int) -> Iterator[str]:
    rng, state = np.random.default_rng(seed), None
    for _ in range(length):
        with evaluating(net):  # not around the loop: whoever takes the character may want to train
            scores, state = net.run(ids[None], state)
        s = scores._data[0, -1].astype(np.float64)
        with np.errstate(over="ignore"):  # at a tiny temperature every other score falls to -inf, and p to 0
            p = np.exp((s - s.max()) / temperature)
        ids = np.array([rng.choice(len(p), p=p / p.sum())])
        yield decode(ids, alphabet)
