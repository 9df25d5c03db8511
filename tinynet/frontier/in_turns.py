"""Learning and compressing in turns: the LC algorithm (Carreira-Perpinan 2017, arXiv 1707.01209).

Three ways lead to a small network. Straight-through training moves what is stored, through the rounding if need be.
Compression after training rounds once, and the loss has no say in where to. This one is between the two. It asks for

    the least loss L(W)     with  W = D,  D a matrix that the recipe can store

and lets W and D differ at first, with a spring between them that becomes stiffer from round to round:

    learn       W <- where L(W) + mu/2 |W - D - lambda/mu|^2 is least         some epochs of SGD on dense weights
    compress    D <- the recipe's nearest member to W - lambda/mu             from_dense
    price       lambda <- lambda - mu (W - D)                                 then mu <- growth mu

The loss pulls W to where the error is small, the spring to where W can be stored, and in the end they agree. Without
lambda, the spring would have to be infinitely stiff to close the gap; lambda is the force that the loss still exerts
(the augmented Lagrangian: Nocedal, Wright 2006, Numerical Optimization, section 17.3). The compression step never sees
the data, the learning step never sees the recipe. So every recipe with a `from_dense` can be used, and no gradient has
to pass through a rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.frontier.after_training import compress, dense_matrices, homes, rebuilt
from tinynet.layers.base import Sequential
from tinynet.layers.mlp import one_each
from tinynet.parameterizations import Dense, Parameterization
from tinynet.parameterizations.state import child_seed
from tinynet.training.checks import Pair, counts
from tinynet.training.evaluate import evaluate
from tinynet.training.fit import fit, loss_for


def learn_and_compress(
    net: Sequential, weight: Parameterization | Sequence[Parameterization], train: Pair, valid: Pair | None = None, *,
    rounds: int = 40, epochs: int = 1, mu: float = 0.01, growth: float = 1.25, lr: float = 0.1,
    loss: Callable[[Tensor, np.ndarray], Tensor] | None = None, seed: int = 0, **settings: Any,
) -> Sequential:  # fmt: skip
    """Return a compressed network, found by learning and compressing in turns; `net` itself stays as it is.

    Args:
        net: a network, trained already, with Linear or recurrent layers.
        weight: one recipe for all matrices, or a list with one each, as in `compress`.
        train, valid: pairs as in `fit`; with `valid`, the best compressed network is returned, else the last.
        rounds: how often to learn and compress, at least 1.
        epochs: of learning in each round.
        mu, growth: the stiffness of the spring in the first round, and what it is multiplied by after each; positive.
        lr: the learning rate; never more than 1 / mu, so that no step overshoots the spring.
        loss: of (scores, labels), as in `fit`.
        seed: of whatever the recipes draw, and of the order of the examples.
        settings: others that `fit` takes, such as batch_size, momentum and progress.
    """
    if not counts(rounds) or not 0 < mu < np.inf or not 0 < growth < np.inf:
        raise ValueError(
            f"learn_and_compress: rounds={rounds}, mu={mu}, growth={growth}; give at least 1 round, mu > 0, growth > 0"
        )
    dense = compress(net, Dense())  # a copy in which every W is free
    places, error = homes(dense), loss or loss_for(np.asarray(train[1]))
    recipes = one_each(weight, len(places), "matrices")
    prices = [np.zeros_like(W) for W in dense_matrices(dense)]

    def nearest() -> list[Parameterization]:
        shifted = [W - price / W.dtype.type(mu) for W, price in zip(dense_matrices(dense), prices, strict=True)]
        return [r.from_dense(W, child_seed(seed, i)) for i, (r, W) in enumerate(zip(recipes, shifted, strict=True))]

    def pulled(scores: Tensor, labels: np.ndarray) -> Tensor:
        total = error(scores, labels)
        for (layer, attribute), target in zip(places, targets, strict=True):
            gap = getattr(layer, attribute).weight() - target
            total = total + mu / 2 * (gap * gap).sum()
        return total

    small, least = nearest(), np.inf
    for k in range(rounds):
        D = [part.weight().numpy() for part in small]
        targets = [d + price / d.dtype.type(mu) for d, price in zip(D, prices, strict=True)]
        fit(dense, train, epochs=epochs, lr=min(lr, 1 / mu), loss=pulled, seed=child_seed(seed, k), **settings)
        small = nearest()
        for price, W, part in zip(prices, dense_matrices(dense), small, strict=True):
            price -= mu * (W - part.weight().numpy())
        found = rebuilt(dense, small)
        judged = 0.0 if valid is None else evaluate(found, valid, name="valid")
        if judged <= least:
            best, least = found, judged
        mu *= growth
    return best.eval()
