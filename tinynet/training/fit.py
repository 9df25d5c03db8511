"""Training: mini-batch SGD to the best epoch.

The loop is `one_epoch`: forward pass, loss, backward pass, step, for one mini-batch after another. Around it,
`run_epochs` keeps the books. After each epoch the error on the validation split decides whether this is the best one so
far; at the end the network is put back to it.

An epoch visits every example once, in an order drawn from (seed, epoch), in mini-batches of nearly equal size.
Everything random is fixed by the seed, so a run that is cut off and resumed from its checkpoint ends with the same bits
as an uninterrupted one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from tinynet.engine.losses import softmax_cross_entropy
from tinynet.engine.more_losses import mean_squared_error, sequence_cross_entropy
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer
from tinynet.training.checkpoint import Checkpoint, Snapshot
from tinynet.training.checks import Augment, Pair, are_classes, augmented, check_pair, check_settings, trace
from tinynet.training.clipping import clip_gradient, norm
from tinynet.training.distillation import check_teacher, taught
from tinynet.training.evaluate import count_errors, evaluate
from tinynet.training.optimizer import SGD, Optimizer
from tinynet.training.progress import epoch_bar
from tinynet.training.schedules import Schedule, constant


class TrainingError(RuntimeError):
    """Training cannot go on; the message says at which epoch and step, and what to try."""


@dataclass
class History:
    """What happened, one entry per epoch; errors as `evaluate` measures them."""

    loss: list[float] = field(default_factory=list)  # mean over the epoch, in training mode
    train_error: list[float] = field(default_factory=list)  # mean over the epoch, in training mode
    valid_error: list[float] = field(default_factory=list)  # empty without a validation split
    grad_norm: list[float] = field(default_factory=list)  # of the epoch's last step
    weight_norm: list[float] = field(default_factory=list)  # of all parameters, after the epoch
    best_epoch: int | None = None  # counted from 0
    interrupted: bool = False  # by Ctrl-C

    def __len__(self) -> int:
        return len(self.loss)


@dataclass
class Training:
    """What the loop needs: the network, its loss, and the optimizer that moves it.

    Args:
        forward: maps the inputs of a mini-batch to scores; usually the net itself.
        clip: the largest norm of the gradient, over all parameters together, or None for any.
        advice: what else to try if the loss is not finite.
    """

    net: Layer
    forward: Callable[[Any], Tensor]
    loss: Callable[..., Tensor]
    optimizer: Optimizer
    clip: float | None = None
    advice: str = ""

    def one_epoch(self, epoch: int, batches: Iterable[tuple]) -> dict[str, float]:
        """Train on mini-batches (size, inputs, labels, ..), and return the epoch's entries for the history."""
        self.net.train()
        optimizer = self.optimizer
        total, wrong, seen, judged, k = 0.0, 0.0, 0, 0, 0
        for k, (size, inputs, labels, *teacher) in enumerate(batches, start=1):
            scores = self.forward(inputs)
            loss = self.loss(scores, labels, *teacher)
            if not np.isfinite(loss._data):
                raise self.error(f"epoch {epoch + 1}, step {k}: the loss is {loss.item()}", self.advice)
            optimizer.zero_grad()
            loss.backward()
            if self.clip is not None:
                clip_gradient(optimizer.parameters, self.clip)
            optimizer.step()

            total, seen = total + loss.item() * size, seen + size
            errors, counted = count_errors(scores._data, labels)
            wrong, judged = wrong + errors, judged + counted
        parameters = optimizer.parameters
        if not all(np.isfinite(p._data).all() for p in parameters):
            raise self.error(f"epoch {epoch + 1}, step {k}: the last step left parameters that are not finite")
        return {
            "loss": total / seen,
            "train_error": wrong / judged,
            "grad_norm": norm([p.grad for p in parameters if p.grad is not None]),
            "weight_norm": norm([p._data for p in parameters]),
        }

    def error(self, what: str, *advice: str) -> TrainingError:
        """Return the error that says what happened and what to try."""
        tries = ", ".join([f"try a lower learning rate (now {self.optimizer.lr})", *filter(None, advice)])
        return TrainingError(f"{what}; {tries}")


def fit(
    net: Layer,
    train: Pair,
    valid: Pair | None = None,
    *,
    epochs: int = 20,
    batch_size: int = 50,
    lr: float = 0.1,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    clip: float | None = None,
    schedule: Schedule = constant,
    optimizer: Callable[..., Optimizer] | None = None,
    loss: Callable[[Tensor, np.ndarray], Tensor] | None = None,
    teacher: Layer | np.ndarray | None = None,
    temperature: float = 4.0,
    mix: float = 0.5,
    augment: Augment | None = None,
    seed: int = 0,
    checkpoint: str | os.PathLike | None = None,
    progress: bool | None = None,
    report: Callable[[History], None] | None = None,
) -> History:
    """Train the network in place and return the history.

    Args:
        net: any layer from inputs (batch, n_in) to scores (batch, n_out); over sequences, from inputs (batch, time) or
            (batch, time, n_in) to scores (batch, time, n_out) or (batch, n_out).
        train: a pair of inputs and labels: integers (N,), or real targets (N, n_out) for regression; where there are
            scores at every step, integers (N, time), -1 after the end of a sequence.
            Sequences are read to the end, padding included. If they differ in length and last=True, call the net with
            lengths in a loop of your own.
        valid: a pair like it; with it, the net ends as it was after the epoch of lowest error (the last of equal ones).
        epochs, batch_size: at least 1; the batch at most N.
        lr, momentum, weight_decay: settings of SGD.
        clip: the largest norm of the gradient, over all parameters together; a longer gradient is scaled down to it.
        schedule: a function of progress from 0 to 1 that multiplies lr; see schedules.py.
        optimizer: called as optimizer(parameters, lr=, weight_decay=, schedule=, total_steps=) in place of SGD with
            momentum.
        loss: of (scores, labels); by default softmax cross-entropy for labels, squared error for real targets.
        teacher: a net to learn from besides the labels, or its scores for the training inputs, (N, n_out).
        temperature, mix: how soft the teacher's targets are, and their share of the loss; see distillation.py.
        augment: a function of (inputs, rng) for each mini-batch, which returns inputs of the same shape and dtype, as
            in datasets/augment.py; a teacher's scores stay as they were. The rng follows from seed, epoch and batch.
        seed: fixes the order of the examples.
        checkpoint: a file written after each epoch; if it exists already, training goes on from it.
        progress: show a bar; by default only on a terminal.
        report: called with the history after each epoch.

    Raises ValueError for unusable data or settings before any step; TrainingError as soon as the loss is not finite.
    Ctrl-C ends training early: the net keeps the best epoch so far, and the history says `interrupted`.
    """
    for name, function in (("schedule", schedule), ("optimizer", optimizer), ("loss", loss), ("augment", augment)):
        if function is not None and not callable(function):
            raise TypeError(f"fit: {name}={function!r}; pass the function itself, as in tn.optim.cosine or tn.Adam")
    train = check_pair("train", net, train)
    valid = None if valid is None else check_pair("valid", net, valid)
    check_settings(net, train, valid, epochs, batch_size, clip, seed)
    augments = trace(augment, train[0][:batch_size], seed)
    loss, examples = loss or loss_for(train[1]), train
    if teacher is not None:
        examples = (*train, check_teacher(net, *train, teacher, temperature, mix))  # type: ignore[assignment]
        loss = partial(taught, loss, temperature, mix)
    steps = -(-len(train[0]) // batch_size)
    make = optimizer or partial(SGD, momentum=momentum)
    opt = make(net.parameters(), lr=lr, weight_decay=weight_decay, schedule=schedule, total_steps=epochs * steps)
    advice = f"and check the scale of the inputs (here up to {np.abs(train[0]).max():.3g})"
    training = Training(net, forward=net, loss=loss, optimizer=opt, clip=clip, advice=advice)
    saved = None if checkpoint is None else Checkpoint(
        checkpoint, net, opt, (*examples, *(valid or ())),
        dict(batch_size=batch_size, lr=lr, momentum=momentum, weight_decay=weight_decay, clip=clip, seed=seed,
             soft=None if teacher is None else [temperature, mix], augment=augments),
        schedule, epochs,
    )  # fmt: skip
    return run_epochs(
        net, lambda epoch: training.one_epoch(epoch, mini_batches(examples, steps, seed, epoch, augment)),
        None if valid is None else lambda: evaluate(net, valid, name="valid"), epochs, saved, progress, report,
    )  # fmt: skip


def run_epochs(
    net: Layer, one_epoch: Callable[[int], dict[str, float]], judge: Callable[[], float] | None, epochs: int,
    saved: Checkpoint | None = None, progress: bool | None = None, report: Callable[[History], None] | None = None,
) -> History:  # fmt: skip
    """Run the epochs that are left, keep the one that the judge finds best, and put the net back to it, in eval mode.

    Args:
        net: the network in training.
        one_epoch: trains the epoch of a given number, counted from 0, and returns its entries for the history.
        judge: returns the error on the validation split; without it the last epoch is the best.
        epochs: how many epochs there are in all.
        saved: the checkpoint to go on from, if it exists, and to write after each epoch.
        progress: as in `fit`.
        report: called with the history after each epoch.
    """
    history, best = History(), Snapshot.of(net)
    if saved and saved.exists():
        history, best = saved.resume(History)
    try:
        with epoch_bar(epochs, len(history), progress) as tick, np.errstate(over="ignore", invalid="ignore"):
            for epoch in range(len(history), epochs):
                figures = one_epoch(epoch)
                if judge:
                    figures["valid_error"] = judge()
                    if np.isnan(figures["valid_error"]):
                        raise TrainingError(f"epoch {epoch + 1}: the validation error is NaN; try a lower lr")
                for name, value in figures.items():  # nothing slow in between, so that Ctrl-C leaves whole epochs
                    getattr(history, name).append(value)
                if judge is None or history.valid_error[-1] <= min(history.valid_error):
                    best, history.best_epoch = Snapshot.of(net), epoch
                if saved:
                    saved.write(asdict(history), best)
                tick(history)
                if report:
                    report(history)
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        net.eval()
    if len(history):
        best.put_back(net)
    return history


def mini_batches(
    examples: tuple[np.ndarray, ...], steps: int, seed: int, epoch: int, augment: Augment | None = None
) -> Iterator[tuple]:
    """Yield the epoch's mini-batches, (size, inputs, labels, ..): all examples in random order, split evenly."""
    order = np.random.default_rng([seed, epoch]).permutation(len(examples[0]))
    for k, batch in enumerate(np.array_split(order, steps), start=1):  # [seed, epoch, 0] would draw the order again
        inputs, *others = (array[batch] for array in examples)
        yield len(batch), augmented(augment, inputs, [seed, epoch, k]), *others


def loss_for(labels: np.ndarray) -> Callable[[Tensor, np.ndarray], Tensor]:
    """Return the loss that `fit` uses by default for such labels."""
    if not are_classes(labels):
        return mean_squared_error
    return softmax_cross_entropy if labels.ndim == 1 else sequence_cross_entropy
