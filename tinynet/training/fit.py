"""Training: mini-batch SGD to the best epoch, and the error of what comes out.

An epoch visits every example once, in an order drawn from (seed, epoch), in mini-batches of nearly equal size. After
each, the error on the validation split decides whether this is the best epoch so far; at the end the network is put
back to it. Everything random is fixed by the seed, so a run that is cut off and resumed from its checkpoint ends with
the same bits as one that was not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial

import numpy as np

from tinynet.engine import losses as F
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer
from tinynet.training.checkpoint import Checkpoint, Snapshot
from tinynet.training.checks import Pair, are_classes, check_pair, check_settings
from tinynet.training.distillation import check_teacher, taught
from tinynet.training.evaluate import count_errors, evaluate
from tinynet.training.optim import SGD, Optimizer, Schedule, constant
from tinynet.training.progress import epoch_bar
from tinynet.training.step import Step


@dataclass
class History:
    """What happened, one entry an epoch; errors are those of `evaluate`."""

    loss: list[float] = field(default_factory=list)  # mean over the epoch, in training mode
    train_error: list[float] = field(default_factory=list)  # mean over the epoch, in training mode
    valid_error: list[float] = field(default_factory=list)  # empty without a validation split
    grad_norm: list[float] = field(default_factory=list)  # of the epoch's last step
    weight_norm: list[float] = field(default_factory=list)  # of all parameters, after the epoch
    best_epoch: int | None = None  # counted from 0
    interrupted: bool = False  # by Ctrl-C

    def __len__(self) -> int:
        return len(self.loss)


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
    seed: int = 0,
    checkpoint: str | os.PathLike | None = None,
    progress: bool | None = None,
    report: Callable[[History], None] | None = None,
) -> History:
    """Train the network in place and return the history.

    Args:
        net: any layer from inputs (batch, n_in) to scores (batch, n_out); over sequences, from inputs (batch, time) or
            (batch, time, n_in) to scores (batch, time, n_out) or (batch, n_out).
        train: inputs and labels (N,) integers, or targets (N, n_out) real for regression; where there are scores at
            every step, labels (N, time), -1 where a sequence has ended.
            Sequences are read to their end, padding included: for shorter ones with last=True call the net with lengths
            in a loop of your own.
        valid: likewise; with it, the net ends at the epoch of lowest error (the latest of equal ones).
        epochs, batch_size: at least 1; the batch at most N.
        lr, momentum, weight_decay: of SGD.
        clip: longest gradient, all parameters together; a longer one is shortened to it (see optim.clip_gradient).
        schedule: multiplies lr, as a function of the progress from 0 to 1; see optim.py.
        optimizer: called as optimizer(parameters, lr=, weight_decay=, schedule=) in place of SGD with momentum.
        loss: of (scores, labels); by default softmax cross-entropy for labels, squared error for real targets.
        teacher: a net whose scores of the training inputs are learned too, or these scores, saved: (N, n_out).
        temperature, mix: of the teacher's soft targets, and their share of the loss; see distillation.py.
        seed: fixes the order of the examples.
        checkpoint: a file written after each epoch; where it exists, training goes on from it.
        progress: show a bar; by default only on a terminal.
        report: called with the history after each epoch.

    Raises ValueError for unusable data or settings before any step; TrainingError as soon as the loss is not finite.
    Ctrl-C ends training early: the net keeps the best epoch so far, and the history says `interrupted`.
    """
    for name, function in (("schedule", schedule), ("optimizer", optimizer), ("loss", loss)):
        if function is not None and not callable(function):
            raise TypeError(f"fit: {name}={function!r}; pass the function itself, as in tn.optim.cosine or tn.Adam")
    train = check_pair("train", net, train)
    valid = None if valid is None else check_pair("valid", net, valid)
    check_settings(train, valid, epochs, batch_size, clip, seed)
    steps = -(-len(train[0]) // batch_size)
    make = optimizer or partial(SGD, momentum=momentum)
    opt = make(net.parameters(), lr=lr, weight_decay=weight_decay, schedule=lambda t: schedule(t / (epochs * steps)))
    loss = loss or loss_for(train[1])
    examples: tuple[np.ndarray, ...] = train
    if teacher is not None:
        examples = (*train, check_teacher(net, *train, teacher, temperature, mix))
        loss = partial(taught, loss, temperature, mix)
    saved = None
    if checkpoint is not None:
        settings = dict(
            batch_size=batch_size, lr=lr, momentum=momentum, weight_decay=weight_decay, clip=clip, seed=seed,
            schedule=[schedule(t / 8) for t in range(9)], epochs=epochs if schedule is not constant else "any",
            soft=None if teacher is None else [temperature, mix],
        )  # fmt: skip
        saved = Checkpoint(checkpoint, net, opt, settings, (*examples, *(valid or ())))
    step = Step(net, opt, loss, clip, f"and check the scale of the inputs (here up to {np.abs(train[0]).max():.3g})")
    judge = None if valid is None else partial(evaluate, net, valid)
    return run_epochs(net, partial(_one_epoch, step, examples, steps, seed), judge, epochs, saved, progress, report)


def run_epochs(
    net: Layer, one_epoch: Callable[[int], dict[str, float]], judge: Callable[[], float] | None, epochs: int,
    saved: Checkpoint | None = None, progress: bool | None = None, report: Callable[[History], None] | None = None,
) -> History:  # fmt: skip
    """Run the epochs that are left, keep the one that the judge finds best, and put the net back to it, in eval mode.

    Args:
        net: what is trained.
        one_epoch: trains for the epoch of this number, counted from 0, and returns its entries of the history.
        judge: returns the error on the validation split; without it the last epoch is the best.
        epochs: how many there are in all.
        saved: the checkpoint to go on from, where it exists, and to write after each epoch.
        progress: as in `fit`.
        report: called with the history after each epoch.
    """
    history, best = History(), Snapshot.of(net)
    if saved and saved.exists():
        record, best = saved.resume()
        history = History(**record)
    try:
        with epoch_bar(epochs, len(history), progress) as tick, np.errstate(over="ignore", invalid="ignore"):
            for epoch in range(len(history), epochs):
                figures = one_epoch(epoch)
                if judge:
                    figures["valid_error"] = judge()
                for name, value in figures.items():  # all at once, so that Ctrl-C leaves whole epochs
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


def _one_epoch(step: Step, train: tuple[np.ndarray, ...], steps: int, seed: int, epoch: int) -> dict[str, float]:
    """Visit every example once, and return the epoch's entries of the history."""
    inputs, labels, *teacher = train
    step.net.train()
    total, errors, count = 0.0, 0.0, 0
    for k, batch in enumerate(_batches(len(inputs), steps, seed, epoch)):
        scores = step.net(inputs[batch])
        where = f"epoch {epoch + 1}, step {k + 1}"
        total += step(scores, labels[batch], where, *(soft[batch] for soft in teacher)) * len(batch)
        wrong, judged = count_errors(scores._data, labels[batch])
        errors, count = errors + wrong, count + judged
    norms = step.norms(f"epoch {epoch + 1}, step {steps}")
    return {"loss": total / len(inputs), "train_error": errors / count} | norms


def loss_for(labels: np.ndarray) -> Callable[[Tensor, np.ndarray], Tensor]:
    """Return the loss that `fit` takes by default: see there."""
    if not are_classes(labels):
        return F.mean_squared_error
    return F.softmax_cross_entropy if labels.ndim == 1 else F.sequence_cross_entropy


def _batches(count: int, steps: int, seed: int, epoch: int) -> Iterator[np.ndarray]:
    """Return the epoch's mini-batches: indices of all examples in random order, split as evenly as possible."""
    order = np.random.default_rng([seed, epoch]).permutation(count)
    return iter(np.array_split(order, steps))
