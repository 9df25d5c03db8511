"""Coded: the inner recipe's matrix, whose codes take only as many bits in a file as they hold information.

W is that of the inner recipe, and so is training. Only the file differs. A layer of 4 bits has many small weights and
few large ones, so its codes hold about 3.3 bits each; with rows of similar weights one above the other, as pixels have
them, far less. After training, every packed array inside, at any depth, is rewritten by an entropy coder (ans.py), if
that makes it smaller. Nothing is rounded: the codes come back bit for bit.

This is the last of the three stages of Deep Compression (Han, Mao, Dally 2016, arXiv 1510.00149), where it is Huffman
coding: Coded(Pruned(1/8, Codebook(bits=4))). Every other member decides what W can be; Coded alone how it is written.

Coded need not know how the methods inside lay out a file. All of them unpack their codes by packing.take_codes, which
is told how many there are and how many values each can take. So `state` has the packed arrays read once, listens to
what take_codes is told, and encodes the same codes. In a file, "codes~" is the stream that stands for the packed
"codes".

Nearest member: the inner recipe's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tinynet.engine.tensor import Tensor
from tinynet.parameterizations import ans
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.packing import unpack
from tinynet.parameterizations.quantized import Quantized
from tinynet.parameterizations.state import State

Read = Callable[[np.ndarray, tuple[int, ...], int], np.ndarray]  # of an array, the shape and the base of its codes


@dataclass(repr=False)
class Coded(Parameterization):
    """The matrix of the inner recipe, entropy-coded in a file."""

    inner: Parameterization = field(default_factory=lambda: Quantized(bits=4))

    holds = {"V": ("V",)}

    def fitting(self, shape: tuple[int, int]) -> tuple[int, int]:
        return self.inner.fitting(shape)

    def lay_out(self) -> None:
        self.V = self.inner.shaped(self.shape)

    def initialize(self, rng: np.random.Generator, fan_in: int) -> None:
        self.V.fill(self.seed, fan_in)

    def approximate(self, W: np.ndarray) -> None:
        self.V = self.V.from_dense(W, self.seed)

    def weight(self) -> Tensor:
        return self.V.weight()

    def matmul(self, x: Tensor) -> Tensor:
        return self.V.matmul(x)

    def state(self) -> State:
        packed = super().state()
        streams: State = {}

        def listen(name: str) -> Read:
            def read(a: np.ndarray, shape: tuple[int, ...], base: int) -> np.ndarray:
                codes = unpack(a, shape, base)
                streams[name] = ans.encode(codes, base)
                return codes

            return read

        Parameterization.restore(
            self.shaped(self.shape), {name: readable(a, listen(name)) for name, a in packed.items()}
        )
        smaller = {name for name, stream in streams.items() if stream.nbytes < packed[name].nbytes}
        return {f"{n}~" if n in smaller else n: streams[n] if n in smaller else a for n, a in packed.items()}

    def restore(self, state: State) -> None:
        arrays = {n.removesuffix("~"): readable(a, ans.decode) if n.endswith("~") else a for n, a in state.items()}
        if len(arrays) < len(state):
            raise ValueError(f"an array is there twice, packed and as a stream: {sorted(state)}")
        super().restore(arrays)

    def stored_bits(self) -> int:
        return 8 * sum(a.nbytes for a in self.state().values())


class Readable(np.ndarray):
    """An array that says itself which codes it holds: see packing.take_codes."""

    read: Read

    def __call__(self, shape: tuple[int, ...], base: int) -> np.ndarray:
        """Return the codes, uint8 of this shape."""
        return self.read(self.view(np.ndarray), shape, base)


def readable(a: np.ndarray, read: Read) -> Readable:
    """Return the array with a function that reads codes from it."""
    view = a.view(Readable)
    view.read = read
    return view
