"""Sum: W = A + B, two methods that each do what they are good at.

Trained matrices are rarely just low-rank, sparse, or rounded. They are nearly so: a smooth main part with a few strong
exceptions (Candes et al. 2009, arXiv 0912.3599), or a rounded matrix that misses a little in a few directions. So let
one recipe make the main part and another one the correction:

    tn.Sum(tn.LowRank(rank=4), tn.Pruned(1 / 32))
    tn.Sum(tn.Fixed(tn.Quantized(bits=2)), tn.LowRank(rank=2))       # LoRA on a quantized network: B alone is learned

The second is LoRA (Hu et al. 2021, arXiv 2106.09685), in the form of Dettmers et al. 2023, arXiv 2305.14314. Gradients
need no thought, because dL/dW is the gradient of A and of B. Columns sets methods side by side, Sum lays them on top of
each other; more than two are a sum of sums. Each part starts with half of the variance, so that x W has that of x.

Nearest member, a heuristic: in turns, A is fitted to W - B and B to W - A, as long as the distance falls, and the best
turn is kept (LoftQ, Li et al. 2023, arXiv 2310.08659). It never rises if both parts find their nearest member exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import Dense
from tinynet.parameterizations.lowrank import LowRank
from tinynet.parameterizations.state import child_seed

TURNS = 20  # at most


@dataclass(repr=False)
class Sum(Parameterization):
    """W = A + B. a, b: their recipes."""

    a: Parameterization = field(default_factory=Dense)
    b: Parameterization = field(default_factory=lambda: LowRank(rank=1))

    holds = {"A": ("A",), "B": ("B",)}
    written = ("a", "b")

    def __post_init__(self) -> None:
        if not isinstance(self.a, Parameterization) or not isinstance(self.b, Parameterization):
            raise ValueError(f"Sum: a={self.a!r:.80}, b={self.b!r:.80}; both must be recipes, such as tn.Binary()")

    def fitting(self, shape: tuple[int, int]) -> tuple[int, int]:
        return self.b.fitting(self.a.fitting(shape))

    def lay_out(self) -> None:
        self.A, self.B = self.a.shaped(self.shape), self.b.shaped(self.shape)

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.A.fill(child_seed(self.seed, 0), 2 * fan_in)
        self.B.fill(child_seed(self.seed, 1), 2 * fan_in)

    def approximate(self, W: np.ndarray) -> None:
        exact, peak, least = W.astype(np.float64), float(np.abs(W).max()) or 1.0, np.inf
        A = B = np.zeros_like(exact)
        for _ in range(TURNS):
            first = self.a.from_dense((exact - B).astype(W.dtype), child_seed(self.seed, 0))
            A = first.weight().numpy().astype(np.float64)
            second = self.b.from_dense((exact - A).astype(W.dtype), child_seed(self.seed, 1))
            B = second.weight().numpy().astype(np.float64)
            error = float(np.linalg.norm((exact - A - B) / peak))
            if not error < least:
                break
            self.A, self.B, least = first, second, error

    def weight(self) -> Tensor:
        return self.A.weight() + self.B.weight()

    def matmul(self, x: Tensor) -> Tensor:
        return self.A.matmul(x) + self.B.matmul(x)
