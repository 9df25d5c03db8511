"""Distillation: a network learns from another network's scores as well as from the labels.

A label names one class; a teacher's scores also tell which wrong classes came close.

    s, v    scores of the network and of its teacher               q = softmax(s / T),  p = softmax(v / T)
    T       temperature: the higher it is, the more the wrong classes count
    L = (1 - mix) loss(s, labels) - mix T^2 sum_c p_c log q_c

Both sides are softened by the same T. With T on one side only, the network would learn scores T times too large or too
small. Without its T^2 the soft term has the gradient (q - p) / T, which for large T and scores of mean zero is close to
(s - v) / (classes T^2). The factor T^2 makes its size nearly independent of T, so that `mix` means the same at every
temperature.

G. Hinton, O. Vinyals, J. Dean 2015, arXiv 1503.02531, section 2 and equations 1 to 4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinynet.engine.more_losses import soft_targets
from tinynet.engine.recording import evaluating
from tinynet.engine.tensor import Tensor
from tinynet.layers.base import Layer


def taught(
    loss: Callable[[Tensor, np.ndarray], Tensor], temperature: float, mix: float,
    scores: Tensor, labels: np.ndarray, teacher: np.ndarray,
) -> Tensor:  # fmt: skip
    """Return (1 - mix) loss(scores, labels) + mix soft_targets(scores, teacher); steps labelled -1 do not count."""
    return (1 - mix) * loss(scores, labels) + mix * soft_targets(scores, teacher, temperature, labels != -1)


def scores_of(teacher: Layer, inputs: np.ndarray, batch_size: int = 1000) -> np.ndarray:
    """Return the teacher's scores in evaluation mode, in the order of the inputs."""
    with evaluating(teacher):
        return np.concatenate([teacher(inputs[i : i + batch_size]).numpy() for i in range(0, len(inputs), batch_size)])


def check_teacher(
    net: Layer, inputs: np.ndarray, labels: np.ndarray, teacher: Any, temperature: float, mix: float
) -> np.ndarray:
    """Return the teacher's scores for the inputs. ValueError if they or the settings cannot be used."""
    if labels.dtype.kind not in "iu":
        raise ValueError(f"fit: a teacher for targets of dtype {labels.dtype}; soft targets need class labels")
    scores = scores_of(teacher, inputs) if isinstance(teacher, Layer) else np.asarray(teacher)
    wanted = (*labels.shape, scores_of(net, inputs[:1]).shape[-1])
    if scores.shape != wanted or scores.dtype.kind != "f" or not np.isfinite(scores).all():
        raise ValueError(
            f"fit: the teacher's scores have shape {scores.shape}, dtype {scores.dtype}, finite: "
            f"{scores.dtype.kind == 'f' and bool(np.isfinite(scores).all())}; for these inputs finite real scores "
            f"{wanted} are needed, in the order of the training examples"
        )
    check_softness("fit", scores, temperature, mix)
    return scores


def check_softness(who: str, scores: np.ndarray, temperature: float, mix: float) -> None:
    """Raise ValueError for a temperature or a mix that cannot be used with a teacher's scores."""
    if not (temperature > 0 and 0 <= mix <= 1):
        raise ValueError(
            f"{who}: temperature={temperature}, mix={mix}; a temperature above 0 and a mix in [0, 1] are needed"
        )
    with np.errstate(all="ignore"):
        T = np.float32(temperature)
        usable = np.isfinite(scores / T).all() and 0 < T**2 < np.inf
    if not usable:
        raise ValueError(
            f"{who}: temperature={temperature}; the teacher's scores divided by it, or its square, leave the range of "
            "float32; usual temperatures are 1 to 20"
        )
