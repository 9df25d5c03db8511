"""What the kernels of gpu/ do on the CPU emulation, and how fast they are on a GPU.

    python lessons/15_gpu/measured.py        writes emulated.json and speeds.json, in half a minute; it needs g++

`lesson.py` runs the emulation again wherever it can. Where it cannot, it takes emulated.json and says why. speeds.json
holds the part of benchmarks/results/gpu.json that the lesson shows.
"""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import numpy as np

HERE = Path(__file__).parent
SECTOR = 32  # bytes: memory comes in pieces of this size
GUARD = "    if (row < m && col < n)\n        out["
BARRIERS = {  # of float_tiled.cu
    "first": ("        __syncthreads();\n        for", "        for"),
    "second": ("        __syncthreads();\n    }\n", "    }\n"),
}
EXCHANGED = [  # x down the rows, y along the columns
    ("int row = blockIdx.x * 16 + threadIdx.y;", "int row = blockIdx.x * 16 + threadIdx.x;"),
    ("int col = blockIdx.y * 16 + threadIdx.x;", "int col = blockIdx.y * 16 + threadIdx.y;"),
]
SIDES = ("float naive", "float tiled", "cuBLAS float32", "xnor naive", "xnor tiled", "xnor registers", "cuBLAS bf16",
         "xnor mma", "xnor wgmma")  # fmt: skip


def missing():
    """Return what the emulation lacks on this machine, in words; "" if nothing."""
    if find_spec("gpu") is None:
        return "there is no package gpu here; a clone of the project has it, and so has a workspace"
    if sys.platform != "linux":
        return "the emulation of the kernels needs Linux"
    if which("g++") is None:
        return "g++ is not on PATH (Debian, Ubuntu: apt install g++)"
    return ""


def run(name, m, n, k, changes=(), grid=None, order="forward", record=False):
    """Run float_naive or float_tiled on small whole numbers.

    Returns:
        the share of wrong outputs, and the record of what the first block reads and writes (empty without `record`)
    """
    from gpu.emulation import launch
    from gpu.launch import TABLE

    rng = np.random.default_rng(0)
    a, b = (rng.integers(-8, 9, shape).astype(np.float32) for shape in ((m, k), (k, n)))
    out = np.full((m, n), np.nan, np.float32)
    text = TABLE[name].source()
    for right, wrong in changes:
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    rows = launch(
        name, grid or TABLE[name].grid(m, n), TABLE[name].block, a, b, out, m, n, k,
        source=text, order=order, record=record,
    )  # fmt: skip
    return float(np.mean(out != a @ b)), rows


def run_signs(name, m, n, bits):
    """Run xnor_naive or xnor_tiled on random signs; return what `run` returns."""
    from gpu.emulation import launch
    from gpu.launch import TABLE

    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 2**64, (size, bits // 64), np.uint64) for size in (m, n))
    expected = bits - 2 * np.bitwise_count(a[:, None] ^ b).sum(axis=2, dtype=np.int32)
    out = ~expected
    kernel = TABLE[name]
    rows = launch(name, kernel.grid(m, n), kernel.block, a, b, out, m, n, bits // 64, bits, record=True)
    return float(np.mean(out != expected)), rows


def from_global(rows):
    """Return the part of a record that reads global memory."""
    return rows[(rows["array"] >= 0) & (rows["write"] == 0)]


def sectors(rows):
    """Return how many times a thread reads global memory, and how many sectors its warp asks for at a time, on average.

    The threads of a warp read at the same time. What they touch with one read counts once for each sector.
    """
    touched = {}
    for thread in range(256):
        reads = from_global(rows[rows["thread"] == thread])
        for request, read in enumerate(reads):
            touched.setdefault((thread // 32, request), set()).add((read["array"], read["offset"] // SECTOR))
    return len(touched) / 8, sum(len(places) for places in touched.values()) / len(touched)


def emulated():
    """Return everything that the lesson takes from the emulation, by name."""
    found = {}
    for name in ("float_naive", "float_tiled"):
        wrong, rows = run(name, 64, 64, 64, record=True)
        found[f"{name}: loads"] = 16 * len(from_global(rows))  # all 16 blocks load as much as the first one
        found[f"{name}: wrong"] = wrong
        found[f"{name}: reads"], found[f"{name}: sectors"] = sectors(rows)
    wrong, rows = run("float_naive", 64, 64, 64, EXCHANGED, record=True)
    found["exchanged: wrong"], (found["exchanged: reads"], found["exchanged: sectors"]) = wrong, sectors(rows)
    for name in ("xnor_naive", "xnor_tiled"):
        wrong, rows = run_signs(name, 64, 64, 1024)
        found[f"{name}: wrong"] = wrong
        found[f"{name}: reads"], found[f"{name}: sectors"] = sectors(rows)
    for barrier, change in BARRIERS.items():
        for k in (16, 48):
            for order in ("forward", "reverse"):
                wrong, _ = run("float_tiled", 64, 64, k, [change], order=order)
                found[f"no {barrier} barrier, k = {k}, {order}"] = wrong
    found["floor: wrong"] = run("float_tiled", 67, 70, 16, grid=(67 // 16, 70 // 16, 1))[0]
    try:
        run("float_tiled", 67, 70, 16, [(GUARD, "    out[")])
        found["no guard: error"] = ""
    except RuntimeError as error:
        found["no guard: error"] = str(error)
    return found


def committed(name):
    """Return the content of emulated.json or speeds.json."""
    return json.loads((HERE / name).read_text())


def timed(size):
    """Return the TOPS of all sides on the GPU of this machine, and its name. GpuUnavailable if there is none."""
    import tempfile

    from gpu.bench.measure import Run
    from gpu.bench.sides import CUBLAS, FLOATS, OURS, Operands
    from gpu.device import session

    found, all_sides = {}, CUBLAS | FLOATS | OURS
    with session() as s, tempfile.TemporaryDirectory() as folder:
        bench = Run(s, Path(folder), quick=False, minutes=1)
        operands = Operands(s, size, size, size)
        for side in SIDES:
            try:
                found[side] = 2 * size**3 / bench.milliseconds(all_sides[side](operands))["ms"] / 1e9
            except (ImportError, RuntimeError, ValueError) as error:  # no PyTorch, or tensor cores of another kind
                print(f"{side}: not measured: {error}")
        return found, s.driver.Device(0).name()


def live(size):
    """Return what `timed` returns; where that is impossible, say why, and return nothing."""
    try:
        from gpu import GpuUnavailable

        try:
            return timed(size)
        except GpuUnavailable as error:
            print(f"No speeds from this machine: {error}")
    except ImportError as error:
        print(f"No speeds from this machine: {error}")
    return {}, ""


def speeds(results):
    """Return what the lesson shows of gpu.json."""
    cubes = {(row["side"], row["k"]): row["TOPS"] for row in results["cubes"] if "TOPS" in row}
    networks = {row["side"]: row["ms"] for row in results["networks"]["rows"] if row["batch"] == 1000}
    return {
        "device": results["environment"]["device"],
        "date": results["environment"]["date"],
        "TOPS": {str(size): {side: cubes[side, size] for side in SIDES} for size in (8192, 2048)},
        "network, ms": networks,
        "network": results["networks"]["widths"],
        "XOR and popcount alone": results["ceilings"]["ceiling_popcount"]["TOPS"],
    }


def main():
    """Write emulated.json and speeds.json."""
    results = json.loads((HERE.parents[1] / "benchmarks" / "results" / "gpu.json").read_text())
    for name, found in ("emulated.json", emulated()), ("speeds.json", speeds(results)):
        (HERE / name).write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
