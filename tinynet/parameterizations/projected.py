"""Projected: W = the member of a family that is nearest to a latent matrix V, found anew whenever V has changed.

Some methods choose: which entries to keep (pruned.py), which of a few values an entry takes (codebook.py). No gradient
leads from one choice to another. So training keeps a latent matrix V (m, n) of ordinary weights, projects it onto the
family in each forward pass, and sends the gradient straight through, as if the projection P were not there:

    W = P(V)        dL/dV = dL/dW

Small steps add up in V until another choice is nearer, and then W changes. This is how BinaryConnect trains signs,
for any family whose nearest member is quick to find (Courbariaux, Bengio, David 2015, arXiv 1511.00363; Bai, Wang,
Liberty 2019, arXiv 1810.00861). A file holds the member alone. Training may go on from it, with V = W.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinynet.engine import straight_through
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.state import State


@dataclass(repr=False)
class Projected(Parameterization):
    """Base of the methods that project. A subclass declares V and its parts in `holds`, and defines what follows.

    project(V)                      choose the parts such that the member is near V (m, n)
    member()                        W (m, n), made of the parts
    parts(), restore_parts(state)   the arrays of a file, and the way back
    """

    def project(self, V: np.ndarray) -> None:
        raise NotImplementedError(f"{type(self).__name__} must define project(V)")

    def member(self) -> np.ndarray:
        raise NotImplementedError(f"{type(self).__name__} must define member()")

    def parts(self) -> State:
        raise NotImplementedError(f"{type(self).__name__} must define parts()")

    def restore_parts(self, state: State) -> None:
        raise NotImplementedError(f"{type(self).__name__} must define restore_parts(state)")

    def held(self) -> list[Parameter]:
        """Return V alone: training changes nothing else, and the parts follow."""
        return [self.V]

    def stored(self) -> dict[str, Any]:
        return {next(iter(self.holds)): self.V}

    def approximate(self, W: np.ndarray) -> None:
        self.V = Parameter(W)

    def weight(self) -> Tensor:
        self.follow()
        W = self.member()
        return straight_through.round(self.V, to=lambda V: W)

    def follow(self) -> None:
        """Project again if V has changed."""
        V, before = self.V._data, vars(self).get("before")
        if before is None or before.dtype != V.dtype or not np.array_equal(before, V):
            self.project(V)
            self.before = V.copy()

    # ---- a file holds the parts, not V

    def state(self) -> State:
        self.follow()
        return self.parts()

    def restore(self, state: State) -> None:
        self.restore_parts(state)
        self.V = Parameter(self.member())
        self.before = self.V.numpy()  # so the parts stand, bit for bit, until V moves
