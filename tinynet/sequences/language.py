"""Text, character by character: training a network to predict the next one, and drawing text from it.

Notation
    s_1 s_2 ..           the text, as symbols 0 .. classes - 1
    p(s | s_1 .. s_t)    softmax of the scores after step t

    loss, in nats a character       L = -mean_t log p(s_(t+1) | s_1 .. s_t)        by mere chance: log(classes)
    drawing at temperature tau      s_(t+1) with probability proportional to p^(1 / tau)

Truncated backpropagation (Williams, Peng 1990): the text is cut into `batch_size` streams that are read side by side, a
window of `steps` characters at a time. The state at the end of a window is the start of the next one's, so that memory
reaches across, but it is a constant there: gradients, and the tape's memory, end at the window's border. A few streams,
drawn at random, start anew at each border: a net that saw the state of zeros only once a pass would not know how to
begin, and could be lost for thousands of characters when it is used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from tinynet import functional as F
from tinynet.datasets.batches import streams, windows
from tinynet.datasets.text import decode, encode
from tinynet.engine.tape import no_grad
from tinynet.engine.tensor import Tensor
from tinynet.sequences.cells import States
from tinynet.sequences.network import SequenceNet
from tinynet.training.checkpoint import Checkpoint
from tinynet.training.fit import History, run_epochs
from tinynet.training.optim import Adam, Schedule, constant
from tinynet.training.step import Step

ANEW = 0.05  # share of the streams that start anew at a window's border


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
    """Train the network in place to predict the next symbol, by Adam, and return the history.

    Args:
        net: gives scores at every step.
        train: symbols (n,), integers.
        valid: likewise; with it, the net ends at the epoch of least loss, `valid_error` in nats a character.
        epochs: passes over the text; each begins a few characters later, drawn from (seed, epoch), so that the borders
            of windows move.
        batch_size, steps: of the windows.
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
    optimizer = Adam(
        net.parameters(), lr=lr, weight_decay=weight_decay, schedule=lambda t: schedule(t / (epochs * count))
    )
    saved = None
    if checkpoint is not None:
        settings = dict(
            batch_size=batch_size, steps=steps, lr=lr, weight_decay=weight_decay, clip=clip, seed=seed,
            schedule=[schedule(t / 8) for t in range(9)], epochs=epochs if schedule is not constant else "any",
        )  # fmt: skip
        saved = Checkpoint(checkpoint, net, optimizer, settings, (train,) if valid is None else (train, valid))
    step = Step(net, optimizer, F.sequence_cross_entropy, clip)
    judge = None if valid is None else partial(text_loss, net, valid, batch_size)
    one_epoch = partial(_one_epoch, net, step, train, batch_size, steps, seed)
    return run_epochs(net, one_epoch, judge, epochs, saved, progress, report)


def _one_epoch(
    net: SequenceNet, step: Step, train: np.ndarray, batch_size: int, steps: int, seed: int, epoch: int
) -> dict[str, float]:
    """Read the text once, and return the epoch's entries of the history."""
    net.train()
    spare = min(steps, len(train) - 2 * batch_size)
    rng = np.random.default_rng([seed, epoch])
    start = int(rng.integers(spare + 1))
    state: list[States] | None = None
    total, wrong, count, where = 0.0, 0.0, 0, f"epoch {epoch + 1}"
    for k, (inputs, labels) in enumerate(windows(train[start:], batch_size, steps)):
        scores, state = net.run(inputs.T, state and _carried(state, rng.random(batch_size) >= ANEW))
        where = f"epoch {epoch + 1}, step {k + 1}"
        total += step(scores, labels.T, where) * labels.size
        wrong += np.count_nonzero(scores._data.argmax(axis=-1) != labels.T)
        count += labels.size
    return {"loss": total / count, "train_error": wrong / count} | step.norms(where)


def _carried(state: list[States], kept: np.ndarray) -> list[States]:
    """Return the state as constants: that of the kept streams, and zeros for the others."""
    return [tuple(Tensor(part._data * kept[:, None].astype(part.dtype)) for part in layer) for layer in state]


def text_loss(net: SequenceNet, ids: np.ndarray, batch_size: int = 16, steps: int = 256) -> float:
    """Return the loss in nats a character, of a text (n,) read in batch_size streams, each from a state of zeros."""
    training, state, total, count = net.training, None, 0.0, 0
    net.eval()
    try:
        with no_grad():
            for inputs, labels in windows(ids, batch_size, steps):
                scores, state = net.run(inputs.T, state)
                total += F.sequence_cross_entropy(scores, labels.T).item() * labels.size
                count += labels.size
    finally:
        net.train(training)
    return total / count


def sample(net: SequenceNet, length: int, prompt: str = "\n", temperature: float = 1.0, seed: int = 0) -> Iterator[str]:
    """Yield `length` characters, one by one, as the network would go on after the prompt.

    Args:
        net: with an alphabet.
        length: how many.
        prompt: what it has read before; at least one character.
        temperature: tau, positive: below 1 likely characters become likelier; near 0 only the likeliest is drawn.
        seed: of the draws.

    Raises ValueError for a network without an alphabet, an empty prompt, characters that it does not know, or a
    temperature that is not positive.
    """
    alphabet: str | None = getattr(net, "alphabet", None)
    if alphabet is None:
        raise ValueError("sample: the network has no alphabet, so its symbols are no characters; train it on text")
    if not prompt or not temperature > 0 or length < 0:
        raise ValueError(
            f"sample: prompt={prompt!r}, temperature={temperature}, length={length}; give a prompt of at least one "
            "character, a temperature above 0 and a length of at least 0"
        )
    return _characters(net, alphabet, encode(prompt, alphabet), length, temperature, seed)


def _characters(net: SequenceNet, alphabet: str, ids: Any, length: int, temperature: float, seed: int) -> Iterator[str]:
    rng, state, training = np.random.default_rng(seed), None, net.training
    net.eval()
    try:
        for _ in range(length):
            with no_grad():
                scores, state = net.run(ids[None], state)
            s = scores._data[0, -1].astype(np.float64) / temperature
            p = np.exp(s - s.max())
            ids = np.array([rng.choice(len(p), p=p / p.sum())])
            yield decode(ids, alphabet)
    finally:
        net.train(training)
