"""Distillation: a network learns what another one says of each example, beside the label.

    s, v    scores of the network and of its teacher               q = softmax(s / T),  p = softmax(v / T)
    T       temperature: the higher, the more of what the teacher thinks of wrong classes is seen
    L = (1 - mix) loss(s, labels) - mix T^2 sum_c p_c log q_c

Both sides are softened by the same T: with T on one side only the network would learn scores T times too large or too
small. The gradient of the soft term without its T^2 is (q - p) / T, and for large T, with scores of mean zero, near
(s - v) / (classes T^2); times T^2 its size hardly depends on T, so that `mix` means the same at every temperature.

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
    """Return the scores of a net in evaluation mode, example by example as `inputs` are."""
    with evaluating(teacher):
        return np.concatenate([teacher(inputs[i : i + batch_size]).numpy() for i in range(0, len(inputs), batch_size)])


def check_teacher(
    net: Layer, inputs: np.ndarray, labels: np.ndarray, teacher: Any, temperature: float, mix: float
) -> np.ndarray:
    """Return the teacher's scores of the inputs. ValueError where they or the settings cannot be used."""
    if not (temperature > 0 and 0 <= mix <= 1):
        raise ValueError(
            f"fit: temperature={temperature}, mix={mix}; a temperature above 0 and a mix in [0, 1] are needed"
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(f"fit: a teacher for targets of dtype {labels.dtype}; soft targets are of classes")
    scores = scores_of(teacher, inputs) if isinstance(teacher, Layer) else np.asarray(teacher)
    wanted = (*labels.shape, scores_of(net, inputs[:1]).shape[-1])
    if scores.shape != wanted or scores.dtype.kind != "f" or not np.isfinite(scores).all():
        raise ValueError(
            f"fit: the teacher's scores have shape {scores.shape}, dtype {scores.dtype}, finite: "
            f"{scores.dtype.kind == 'f' and bool(np.isfinite(scores).all())}; for these inputs finite real scores "
            f"{wanted} are needed, in the order of the training examples"
        )
    return scores
