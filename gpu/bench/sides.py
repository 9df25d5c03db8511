"""What is timed: for each side of the comparison a function that takes operands and returns the call to time.

The operands a (m, k) and b (k, n) are normal random numbers; our products take their signs. The weights b are packed
beforehand, as in a frozen network. So are the activations a, except on the side that is named "packing too". Tensor
cores need the number of ones in each row of a, and these are counted in every call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np

from gpu.bench.measure import Call
from gpu.device import Session
from gpu.products import choose_product, multiply, ones, packed
from tinynet.kernels.bits import n_words
from tinynet.kernels.xnor import xnor_matmul


class Operands:
    """The operands of one size on the device, each made at its first use."""

    def __init__(self, s: Session, m: int, n: int, k: int, seed: int = 0) -> None:
        self.s, self.m, self.n, self.k = s, m, n, k
        self._rng = np.random.default_rng(seed)

    @cached_property
    def a(self) -> Any:
        """float32 (m, k)."""
        return self.s.upload(self._rng.standard_normal((self.m, self.k), np.float32))

    @cached_property
    def b_rows(self) -> Any:
        """The transpose of b, float32 (n, k), whose rows are packed."""
        return self.s.upload(self._rng.standard_normal((self.n, self.k), np.float32))

    @cached_property
    def b(self) -> Any:
        """float32 (k, n)."""
        return self.s.upload(np.ascontiguousarray(self.b_rows.get().T))

    @cached_property
    def a_bits(self) -> Any:
        """uint64 (m, words)."""
        return packed(self.s, self.a)

    @cached_property
    def b_bits(self) -> Any:
        """uint64 (n, words)."""
        return packed(self.s, self.b_rows)

    @cached_property
    def a_ones(self) -> Any:
        """int32 (m,), room for the number of ones in each row of a."""
        return self.s.empty((self.m,), np.int32)

    @cached_property
    def b_ones(self) -> Any:
        """int32 (n,), the number of ones in each row of b_bits."""
        return ones(self.s, self.b_bits)

    @cached_property
    def sums(self) -> Any:
        """int32 (m, n), room for products of signs."""
        return self.s.empty((self.m, self.n), np.int32)

    @cached_property
    def floats(self) -> Any:
        """float32 (m, n), room for products of floats."""
        return self.s.empty((self.m, self.n), np.float32)

    @cached_property
    def signs(self) -> Any:
        """uint64 (m, words of n), room for the signs of sums."""
        return self.s.empty((self.m, n_words(self.n)), np.uint64)

    @cached_property
    def limits(self) -> tuple[Any, Any]:
        """Thresholds int32 (n,) and flips uint8 (n,)."""
        spread = max(1, int(self.k**0.5))
        thresholds = self._rng.integers(-spread, spread, self.n, dtype=np.int32)
        return self.s.upload(thresholds), self.s.upload(self._rng.integers(0, 2, self.n, dtype=np.uint8))


# ---- ours


def xnor(kernel: str, o: Operands) -> Call:
    """Return the call of a product of signs without tensor cores."""
    return partial(multiply, o.s, kernel, o.a_bits, o.b_bits, o.sums, o.k)


def tensor_cores(kernel: str, o: Operands) -> Call:
    """Return the call of a product of signs on tensor cores. ValueError if the device lacks them."""
    choose_product(o.s, kernel)
    operands, beside = (o.a_bits, o.b_bits, o.sums), (o.a_ones, o.b_ones)

    def call() -> None:
        ones(o.s, o.a_bits, o.a_ones)
        multiply(o.s, kernel, *operands, o.k, *beside)

    return call


def packing(o: Operands) -> Call:
    """Return the call that only packs the activations."""
    return lambda: o.s.launch("pack_signs", o.a_bits.shape, o.a, o.a_bits, o.m, o.k, o.a_bits.shape[1])


def packed_tensor_cores(kernel: str, o: Operands) -> Call:
    """Return the call that packs the activations and multiplies them on tensor cores."""
    pack, product = packing(o), tensor_cores(kernel, o)
    return lambda: (pack(), product())


def threshold(o: Operands) -> Call:
    """Return the call of a product of signs whose outputs are packed signs, by popcount."""
    shape = (o.m, o.n, o.a_bits.shape[1], o.k)
    return partial(o.s.launch, "xnor_threshold", (o.m, o.n), o.a_bits, o.b_bits, *o.limits, o.signs, *shape)


def threshold_tensor_cores(kernel: str, o: Operands) -> Call:
    """Return the call of a product from signs to packed signs on tensor cores. ValueError if the device lacks them."""
    choose_product(o.s, kernel)
    shape, b_ones, limits = (o.m, o.n, o.a_bits.shape[1], o.k), o.b_ones, o.limits

    def call() -> None:
        ones(o.s, o.a_bits, o.a_ones)
        o.s.launch(
            f"xnor_{kernel}_threshold", (o.m, o.n), o.a_bits, o.b_bits, *limits, o.signs, *shape, o.a_ones, b_ones
        )  # fmt: skip

    return call


def floats(kernel: str, o: Operands) -> Call:
    """Return the call of a float32 product by a kernel of ours."""
    return partial(o.s.launch, f"float_{kernel}", (o.m, o.n), o.a, o.b, o.floats, o.m, o.n, o.k)


# ---- libraries


def torch_product(kind: str, o: Operands) -> Call:
    """Return the call of a cuBLAS product through PyTorch. ImportError or RuntimeError if that is not possible."""
    import torch

    if not torch.cuda.is_available():
        raise RuntimeError("PyTorch sees no GPU")
    a, b_rows = (torch.as_tensor(x, device="cuda") for x in (o.a, o.b_rows))
    if kind == "int8":
        a, b = ((40 * x).clamp(-127, 127).to(torch.int8) for x in (a, b_rows))
        return partial(torch._int_mm, a, b.T)
    a, b = (x.to(torch.bfloat16 if kind == "bf16" else torch.float32) for x in (a, torch.as_tensor(o.b, device="cuda")))
    out = torch.empty((o.m, o.n), dtype=a.dtype, device="cuda")

    def call() -> None:
        torch.set_float32_matmul_precision("high" if kind == "tf32" else "highest")
        torch.matmul(a, b, out=out)

    return call


def cupy_product(o: Operands) -> Call:
    """Return the call of a float32 product by cuBLAS through CuPy. ImportError if CuPy is missing."""
    import cupy

    a, b, out = (cupy.asarray(x) for x in (o.a, o.b, o.floats))
    return partial(cupy.matmul, a, b, out=out)


Side = Callable[[Operands], Call]

OURS: dict[str, Side] = {
    "xnor wgmma": partial(tensor_cores, "wgmma"),
    "xnor mma": partial(tensor_cores, "mma"),
    "xnor registers": partial(xnor, "registers"),
    "xnor tiled": partial(xnor, "tiled"),
    "xnor naive": partial(xnor, "naive"),
}
TO_SIGNS: dict[str, Side] = {
    "xnor wgmma to signs": partial(threshold_tensor_cores, "wgmma"),
    "xnor mma to signs": partial(threshold_tensor_cores, "mma"),
    "xnor tiled to signs": threshold,
}
CUBLAS: dict[str, Side] = {
    **{f"cuBLAS {kind}": partial(torch_product, kind) for kind in ("bf16", "float32", "tf32", "int8")},
    "cuBLAS float32, CuPy": cupy_product,
}
FLOATS: dict[str, Side] = {"float tiled": partial(floats, "tiled"), "float naive": partial(floats, "naive")}


# ---- are they right?


def wrong(o: Operands, call: Call, rows: int = 4) -> int:
    """Return how many sums, in a few rows of a product of signs, differ from the CPU's."""
    from pycuda.driver import memset_d8

    memset_d8(o.sums.gpudata, 0xA5, o.sums.nbytes)  # so that an entry that is never written shows
    call()
    some = np.random.default_rng(o.m).choice(o.m, min(rows, o.m), replace=False)
    expected = xnor_matmul(np.ascontiguousarray(o.a_bits.get()[some]), o.b_bits.get(), o.k)
    return int((np.stack([o.sums[int(i)].get() for i in some]) != expected).sum())
