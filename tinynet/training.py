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
from typing import Any

import numpy as np

from tinynet import functional as F
from tinynet.autodiff import no_grad
from tinynet.checkpoint import Checkpoint, Snapshot
from tinynet.distillation import check_teacher, taught
from tinynet.layers import Layer
from tinynet.optim import SGD, Optimizer, Schedule, constant
from tinynet.progress import epoch_bar
from tinynet.step import Step
from tinynet.tensor import Tensor

Pair = tuple[np.ndarray, np.ndarray]


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
    _check_settings(train, valid, epochs, batch_size, clip, seed)
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


def evaluate(net: Layer, data: Pair, batch_size: int = 1000) -> float:
    """Return the error rate in [0, 1] for integer labels, the mean squared error for real targets.

    The net works in evaluation mode, its own mode is put back afterwards. Raises ValueError for unusable data.
    """
    inputs, labels = check_pair("data", net, data)
    if not _counts(batch_size):
        raise ValueError(f"evaluate: batch_size={batch_size}; it must be an integer, at least 1")
    training = net.training
    net.eval()
    try:
        with no_grad():
            total, count = 0.0, 0
            for start in range(0, len(inputs), batch_size):
                batch = slice(start, start + batch_size)
                wrong, judged = _errors(net(inputs[batch])._data, labels[batch])
                total, count = total + wrong, count + judged
    finally:
        net.train(training)
    return total / count


def _errors(scores: np.ndarray, labels: np.ndarray) -> tuple[float, int]:
    """Return the number of wrong classes, or the sum of squared errors (mean over outputs), and of how many."""
    if _are_classes(labels):
        judged = labels != -1
        return float(np.count_nonzero((scores.argmax(axis=-1) != labels) & judged)), int(np.count_nonzero(judged))
    return float(((scores - labels) ** 2).mean(axis=1).sum(dtype=np.float64)), len(labels)


def _one_epoch(step: Step, train: tuple[np.ndarray, ...], steps: int, seed: int, epoch: int) -> dict[str, float]:
    """Visit every example once, and return the epoch's entries of the history."""
    inputs, labels, *teacher = train
    step.net.train()
    total, errors, count = 0.0, 0.0, 0
    for k, batch in enumerate(_batches(len(inputs), steps, seed, epoch)):
        scores = step.net(inputs[batch])
        where = f"epoch {epoch + 1}, step {k + 1}"
        total += step(scores, labels[batch], where, *(soft[batch] for soft in teacher)) * len(batch)
        wrong, judged = _errors(scores._data, labels[batch])
        errors, count = errors + wrong, count + judged
    norms = step.norms(f"epoch {epoch + 1}, step {steps}")
    return {"loss": total / len(inputs), "train_error": errors / count} | norms


def _check_settings(
    train: Pair, valid: Pair | None, epochs: int, batch_size: int, clip: float | None, seed: int
) -> None:
    if not (_counts(epochs, batch_size) and batch_size <= len(train[0])):
        raise ValueError(
            f"fit: epochs={epochs}, batch_size={batch_size}, {len(train[0])} examples; epochs and batch size must be "
            "integers, at least 1, the batch size at most the number of examples"
        )
    if seed < 0:
        raise ValueError(f"fit: seed={seed}; it must be non-negative")
    if clip is not None and not clip > 0:
        raise ValueError(f"fit: clip={clip}; the longest gradient must be positive, or None for any length")
    if valid is not None and _are_classes(valid[1]) != _are_classes(train[1]):
        raise ValueError(
            f"valid: labels of dtype {valid[1].dtype}, those of train are {train[1].dtype}; give both alike"
        )


def _probe(inputs: np.ndarray) -> np.ndarray:
    """Return three rows of the inputs, those of the least and the greatest entry among them."""
    rows = [0, *(int(np.unravel_index(i, inputs.shape)[0]) for i in (inputs.argmin(), inputs.argmax()))]
    return inputs[rows]


def loss_for(labels: np.ndarray) -> Callable[[Tensor, np.ndarray], Tensor]:
    """Return the loss that `fit` takes by default: see there."""
    if not _are_classes(labels):
        return F.mean_squared_error
    return F.softmax_cross_entropy if labels.ndim == 1 else F.sequence_cross_entropy


def _are_classes(labels: np.ndarray) -> bool:
    return labels.dtype.kind in "iu"


def _counts(*numbers: Any) -> bool:
    """Return whether all are integers, at least 1."""
    return all(isinstance(n, int | np.integer) and n >= 1 for n in numbers)


def _batches(count: int, steps: int, seed: int, epoch: int) -> Iterator[np.ndarray]:
    """Return the epoch's mini-batches: indices of all examples in random order, split as evenly as possible."""
    order = np.random.default_rng([seed, epoch]).permutation(count)
    return iter(np.array_split(order, steps))


def check_pair(name: str, net: Layer, pair: Any) -> Pair:
    """Return inputs and labels as arrays, or say what about them is wrong."""
    if not (isinstance(pair, tuple) and len(pair) == 2):
        raise ValueError(
            f"{name}: a pair (inputs, labels) is needed, got {type(pair).__name__}; of a data set pass one split, as "
            "data.train"
        )
    inputs, labels = np.asarray(pair[0]), np.asarray(pair[1])
    if inputs.ndim < 2 or not len(inputs) or len(inputs) != len(labels):
        raise ValueError(
            f"{name}: inputs of shape {inputs.shape}, labels of shape {labels.shape}; inputs must be (N, n_in), N at "
            "least 1, with one label a row"
        )
    for what, a in (("inputs", inputs), ("labels", labels)):
        if a.dtype.kind == "f" and not np.isfinite(a).all():
            bad = int(np.argwhere(~np.isfinite(a))[0][0])
            raise ValueError(f"{name}: the {what} are not finite, first in row {bad}; remove or impute such rows")
    training = net.training
    try:
        with no_grad():
            _, *steps, outputs = net.eval()(_probe(inputs)).shape  # raises where width or symbols are wrong
    finally:
        net.train(training)
    if _are_classes(labels):
        wanted, least = (len(inputs), *steps), -1 if steps else 0
        if labels.shape != wanted or labels.min() < least or labels.max() >= outputs:
            raise ValueError(
                f"{name}: labels of shape {labels.shape} from {labels.min()} to {labels.max()}; the network has "
                f"{outputs} outputs, so labels must be {wanted if steps else '(N,)'} in {least} .. {outputs - 1}"
            )
        if steps and (empty := (labels < 0).all(axis=tuple(range(1, labels.ndim)))).any():
            raise ValueError(
                f"{name}: {empty.sum()} sequences have labels of -1 alone, the first in row {empty.argmax()}; there is "
                "nothing to predict there: leave them out"
            )
    elif labels.shape != (len(inputs), outputs):
        raise ValueError(
            f"{name}: targets of shape {labels.shape}, dtype {labels.dtype}; real targets must be "
            f"{(len(inputs), outputs)}, class labels must be integers"
        )
    return inputs, labels
