"""What is measured, the most important first, in case a run is cut off."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterable
from datetime import date
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from typing import Any

import numpy as np

from gpu.bench.measure import Run
from gpu.bench.sides import CUBLAS, FLOATS, OURS, TO_SIGNS, Operands, Side, packed_tensor_cores, packing, wrong
from gpu.network import Network, bits_and_factors
from gpu.products import TENSOR_CORES, choose_product, runs

EMULATED = "emulation, no GPU"  # the name of the device of gpu/emulation/driver.cpp


def environment(run: Run) -> dict[str, Any]:
    """Return the device, the versions and the date of the measurement."""
    driver = run.s.driver
    device = driver.Device(0)
    packages = {}
    for name in ("numpy", "numba", "pycuda", "torch", "cupy", "cupy-cuda13x"):
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = "not installed"
    wanted = "name,driver_version,clocks.sm,clocks.max.sm,clocks.mem,power.limit,temperature.gpu"
    return {
        "date": date.today().isoformat(),
        "device": device.name(),
        "emulated": device.name() == EMULATED,
        "quick": run.quick,
        "capability": list(run.s.capability),
        "multiprocessors": device.multiprocessor_count,
        "memory": device.total_memory(),
        "driver": driver.get_driver_version(),
        "cuda of PyCUDA": list(driver.get_version()),
        "nvcc": _said("nvcc", "--version"),
        "nvidia-smi": _said("nvidia-smi", f"--query-gpu={wanted}", "--format=csv"),
        "python": platform.python_version(),
        **packages,
    }


def _said(*command: str) -> str:
    """Return what a command prints, or why it prints nothing."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.strip()
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"missing ({error})"


# ---- correctness


def correctness(run: Run) -> list[dict[str, Any]]:
    """Return how many sums of fresh data are wrong, for every product and for shapes that do not fill their tiles."""
    seed = int(np.random.SeedSequence().generate_state(1)[0])
    shapes = [(1, 1, 1), (5, 67, 65)] + ([] if run.quick else [(130, 257, 1000), (515, 300, 4111), (1000, 1000, 8192)])
    rows = []
    for m, n, k in shapes:
        o = Operands(run.s, m, n, k, seed)
        a, b = o.a.get(), o.b_rows.get()
        sums = np.where(a >= 0, 1, -1).astype(np.float64) @ np.where(b >= 0, 1, -1).T  # exact: below 2^53
        thresholds, flips = (limit.get() for limit in o.limits)
        on = (sums >= thresholds) != flips
        for name, side in (OURS | TO_SIGNS | FLOATS).items():
            if not runs(name.split()[1], run.s.capability):
                continue
            side(o)()
            if name in OURS:
                found = int((o.sums.get() != sums).sum())
            elif name in TO_SIGNS:
                bits = np.unpackbits(o.signs.get().astype("<u8").view(np.uint8), axis=1, bitorder="little")
                found = int((bits[:, :n] != on).sum() + bits[:, n:].sum())
            else:
                exact = a.astype(np.float64) @ b.T
                found = int(
                    (np.abs(o.floats.get() - exact) > 1e-4 * k**0.5).sum()
                )  # one missing product would change a sum by about 1
            rows.append({"side": name, "m": m, "n": n, "k": k, "seed": seed, "outputs": m * n, "wrong": found})
    return rows


# ---- what the machine can do

PRODUCTS_A_ROUND = {  # for each thread; see kernels/ceilings.cu and ceiling_wgmma.cu
    "ceiling_popcount": 256, "ceiling_mma_and": 8192, "ceiling_mma_xor": 8192, "ceiling_wgmma": 65536,
}  # fmt: skip


def ceilings(run: Run) -> dict[str, Any]:
    """Return the rates of copying and of the instructions that make products of signs."""
    s = run.s
    size = 2**20 if run.quick else 2**30
    source, target = (s.empty((size,), np.uint8) for _ in range(2))
    copied = run.milliseconds(lambda: s.driver.memcpy_dtod_async(target.gpudata, source.gpudata, size))
    found: dict[str, Any] = {"copy": copied | {"GB/s": 2 * size / copied["ms"] / 1e6}}
    threads = 256 if run.quick else 256 * 8 * s.driver.Device(0).multiprocessor_count
    rounds = 1 if run.quick else 20_000
    out = s.empty((threads,), np.int32)
    for name, products in PRODUCTS_A_ROUND.items():
        if name == "ceiling_wgmma" and not runs("wgmma", s.capability):
            found[name] = {"not measured": f"it takes compute capability {TENSOR_CORES['wgmma']}"}
            continue
        timed = run.milliseconds(partial(s.launch, name, (threads,), out, rounds))
        found[name] = timed | {"TOPS": 2 * products * threads * rounds / timed["ms"] / 1e9}
    return found


# ---- products


def table(run: Run, sizes: Iterable[tuple[int, int, int]], sides: dict[str, Side]) -> list[dict[str, Any]]:
    """Return a row of figures for each size and side; TOPS is 10^12 operations a second, two for each multiply-add."""
    rows = []
    for m, n, k in sizes:
        o = Operands(run.s, m, n, k)
        for name, side in sides.items():
            row: dict[str, Any] = {"side": name, "m": m, "n": n, "k": k}
            rows.append(row)
            if run.over:
                row["not measured"] = "the time was up"
                continue
            try:
                call = side(o)
                row |= run.milliseconds(call)
                row["TOPS"] = 2 * m * n * k / row["ms"] / 1e9
                if name in OURS:
                    row["wrong"] = wrong(o, call)
            except Exception as error:  # a library may be missing, or refuse a size
                row["not measured"] = f"{type(error).__name__}: {error}".splitlines()[0]
        run.so_far(rows)
    return rows


def cubes(run: Run) -> list[dict[str, Any]]:
    """Return figures for square products."""
    sizes = [128] if run.quick else [8192, 4096, 2048, 1024]
    return table(run, [(n, n, n) for n in sizes], OURS | CUBLAS | FLOATS | TO_SIGNS)


def small_k(run: Run) -> list[dict[str, Any]]:
    """Return figures for products with short sums."""
    side, depths = (128, [64]) if run.quick else (8192, [64, 128, 256, 512, 1024, 2048])
    return table(run, [(side, side, k) for k in depths], OURS | TO_SIGNS | {"cuBLAS bf16": CUBLAS["cuBLAS bf16"]})


def batches(run: Run) -> list[dict[str, Any]]:
    """Return figures for few rows times a large matrix."""
    side, rows = (128, [1]) if run.quick else (8192, [1, 2, 4, 8, 16])
    cublas = {name: CUBLAS[name] for name in ("cuBLAS bf16", "cuBLAS float32")}
    return table(run, [(m, side, side) for m in rows], OURS | TO_SIGNS | cublas)


def packings(run: Run) -> list[dict[str, Any]]:
    """Return figures for products that pack their activations in every call."""
    sizes = [128] if run.quick else [1024, 4096, 8192]
    kernel = choose_product(run.s)
    name, packed_too = f"xnor {kernel}", partial(packed_tensor_cores, kernel)
    sides: dict[str, Side] = {name: OURS[name], f"{name}, packing too": packed_too, "packing alone": packing}
    rows = table(run, [(n, n, n) for n in sizes], sides)
    for row in rows:
        if row["side"] == "packing alone":
            row.pop("TOPS", None)  # it multiplies nothing
    return rows


# ---- a whole network


def networks(run: Run) -> dict[str, Any]:
    """Return figures for a network of bits, from pixels to scores, and for networks of floats with the same widths."""
    import tinynet as tn

    s, widths = run.s, [50, 70, 10] if run.quick else [784, 4096, 4096, 4096, 10]
    frozen = tn.freeze(tn.BinaryMLP(widths))
    network = Network(s, *bits_and_factors(frozen))
    few = np.random.default_rng(0).integers(0, 256, (5, widths[0])).astype(np.uint8)
    same = {
        name: bool((network.scores(s, s.upload(few), kernel=kernel).get() == frozen.scores(few)).all())
        for name, kernel in BITS.items()
    }
    rows: list[dict[str, Any]] = []
    found = {"widths": widths, "kernel": choose_product(s), "scores as on the CPU": same, "rows": rows}
    for batch in [1, 3] if run.quick else [1000, 1, 16, 10_000]:
        pixels = s.upload(np.random.default_rng(1).integers(0, 256, (batch, widths[0])).astype(np.uint8))
        out = s.empty((batch, widths[-1]), np.float32)
        sides: dict[str, Any] = {
            name: lambda kernel=kernel, x=pixels, y=out: partial(network.scores, s, x, y, kernel)
            for name, kernel in BITS.items()
        }
        for kind in ("bf16", "float32"):
            sides[f"cuBLAS {kind}"] = partial(_torch_network, kind, widths, pixels)
        for kind in ("tiled", "naive"):
            sides[f"float {kind}"] = partial(_float_network, run, kind, widths, batch)
        for name, make in sides.items():
            row: dict[str, Any] = {"side": name, "batch": batch}
            rows.append(row)
            try:
                row |= run.milliseconds(make()) if not run.over else {"not measured": "the time was up"}
            except Exception as error:
                row["not measured"] = f"{type(error).__name__}: {error}".splitlines()[0]
        run.so_far(found)
    return found


BITS = {"bits, tensor cores": None, "bits, popcount": "registers"}  # None: the best that the device can run


def _torch_network(kind: str, widths: list[int], pixels: Any) -> Any:
    """Return the call of a network of floats in PyTorch: x = 2 p / 255 - 1, then products with biases and ReLU."""
    import torch

    if not torch.cuda.is_available():
        raise RuntimeError("PyTorch sees no GPU")
    dtype, p = torch.bfloat16 if kind == "bf16" else torch.float32, torch.as_tensor(pixels, device="cuda")
    layers = [
        (torch.randn(n, m, device="cuda", dtype=dtype) / m**0.5, torch.zeros(n, device="cuda", dtype=dtype))
        for m, n in pairwise(widths)
    ]

    def call() -> Any:
        torch.set_float32_matmul_precision("highest")
        with torch.no_grad():
            x = p.to(dtype).mul_(2 / 255).sub_(1)
            for i, (W, b) in enumerate(layers):
                x = torch.nn.functional.linear(x, W, b)
                x = torch.relu_(x) if i < len(layers) - 1 else x
        return x

    return call


def _float_network(run: Run, kind: str, widths: list[int], batch: int) -> Any:
    """Return the call of only the products of a network of floats, by a kernel of ours: the least that it must do."""
    s, rng = run.s, np.random.default_rng(2)
    weights = [s.upload(rng.standard_normal((m, n), np.float32)) for m, n in pairwise(widths)]
    rows = [s.upload(rng.standard_normal((batch, widths[0]), np.float32))]
    rows += [s.empty((batch, n), np.float32) for n in widths[1:]]

    def call() -> None:
        for x, W, y in zip(rows[:-1], weights, rows[1:], strict=True):
            s.launch(f"float_{kind}", y.shape, x, W, y, *y.shape, x.shape[1])

    return call


STAGES = {
    "environment": environment,
    "correctness": correctness,
    "cubes": cubes,
    "networks": networks,
    "ceilings": ceilings,
    "packing": packings,
    "batches": batches,
    "small_k": small_k,
}
