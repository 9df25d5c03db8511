"""What exported networks take of a chip, and how well they read digits: python -m benchmarks.export   (from the root)

Each network is written as C and compiled twice. On this machine it runs over all test examples, whose scores must be
those of the frozen network: a bits' network's exactly, others' to 1e-5 of the largest. For a Cortex-M3, by Debian's
gcc-arm-none-eabi, it is linked with nothing beside it, which tells flash and RAM, and run by qemu-system-arm, which
counts instructions. These are instructions, not cycles: a real Cortex-M3 takes more than one cycle for some.

MNIST's networks are those of small_nets.py; --nets is the folder that keeps them, and what is missing is trained.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common import THREAD_VARIABLES, markdown, origin, write

os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")  # before NumPy loads

import numpy as np

import tinynet as tn
from benchmarks.small_nets import Run, packed, train
from benchmarks.stack import functions, most
from tinynet import drawing
from tinynet.exchange.c.given import examples_of
from tinynet.exchange.c.source import array
from tinynet.frozen.network import flat
from tinynet.frozen.stored import Stored

CORTEX = Path(__file__).parent / "cortex"
ARM = ["arm-none-eabi-gcc", "-std=gnu99", "-O2", "-mcpu=cortex-m3", "-mthumb", "-ffunction-sections"]
LINK = ["-Wl,--gc-sections", "-nostartfiles", "-T", str(CORTEX / "lm3s6965.ld"), "-I", "."]
QEMU = ["qemu-system-arm", "-machine", "lm3s6965evb", "-nographic", "-semihosting-config", "enable=on,target=native"]
COUNTED = 8  # examples; the count is a mean
ASK = """
#include <stdio.h>
#include "network.h"

int main(void)
{
    static @kind@ row[@steps@][@n@];
    while (fread(row, sizeof row, 1, stdin)) {
        @type@ scores[NETWORK_OUTPUTS];
        uint32_t class;
        @ask@
        fwrite(scores, 4, NETWORK_OUTPUTS, stdout);
        fwrite(&class, 4, 1, stdout);
    }
    return 0;
}
"""
ASK_ROW = """network_scores(row[0], scores);
        class = network_predict(row[0]);"""
ASK_SEQUENCE = """network_reset();
        for (uint32_t t = 0; t < @steps@; t++)
            network_step(row[t]);
        network_scores(scores);
        class = network_predict();"""
PREDICT_ROW = """
#define PREDICT(k) network_predict(given[k])
"""
PREDICT_SEQUENCE = """
static uint32_t predict(uint32_t k)
{
    network_reset();
    for (uint32_t t = 0; t < STEPS; t++)
        network_step(given[STEPS * k + t]);
    return network_predict();
}
#define PREDICT(k) predict(k)
"""


@dataclass
class Sheet:
    """What a network takes; bytes, and per prediction."""

    weights: int
    flash: int  # with all that it calls
    ram: int  # with the input and the most stack
    stack: int  # the most that it can take, proved (stack.py)
    seen: int  # the stack that it took
    instructions: int  # of a step, where it goes over sequences
    entries: int  # of all W, as often as inputs meet them
    wasm: int  # bytes of WebAssembly
    error: float
    mismatches: int
    examples: int


def run(command: list[str], folder: Path, **options: Any) -> bytes:
    """Return what a command prints. RuntimeError with what it complains about."""
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=600, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode()[-2000:]}")
    return done.stdout


def on_chip(folder: Path, main: Path, *options: str) -> Path:
    """Return the program that a network in a folder makes with this file, for the emulated chip."""
    out = folder / f"{main.stem}.elf"
    sources = ["network.c", str(main), str(CORTEX / "start.c")]
    run([*ARM, *LINK, *options, *sources, "-lm", "-o", str(out)], folder)
    return out


def emulated(program: Path, *options: str) -> str:
    """Return what a program for the chip prints."""
    return run([*QEMU, *options, "-kernel", str(program)], program.parent).decode()


def mismatches(net: Any, folder: Path, given: np.ndarray) -> int:
    """Return for how many examples the compiled network and the frozen one disagree: pixels, (N, n) or (N, T, n)."""
    frozen, sequences = tn.freeze(net), given.ndim == 3
    whole = "int32_t *scores" in (folder / "network.h").read_text()
    steps = given.shape[1] if sequences else 1
    words = {
        "ask": ASK_SEQUENCE if sequences else ASK_ROW, "steps": steps, "n": given.shape[-1], "kind": "uint8_t",
        "type": "int32_t" if whole else "float",
    }  # fmt: skip
    code = ASK
    for word, value in words.items():
        code = code.replace(f"@{word}@", str(value))
    (folder / "ask.c").write_text(code)
    run(["gcc", "-std=c99", "-O2", "network.c", "ask.c", "-lm", "-o", "ask"], folder)
    out = run(["./ask"], folder, input=given.tobytes())
    expected = frozen.scores(tn.datasets.from_pixels(given) if sequences else given)
    n = expected.shape[1]
    rows = np.frombuffer(out, np.dtype([("z", "<i4" if whole else "<f4", n), ("k", "<u4")]))
    z, k = rows["z"].astype(np.float32), rows["k"].astype(int)
    if whole:
        for layer in frozen.layers:
            z = z * np.float32(layer.c) if isinstance(layer, tn.Scale) else z
        return int(((z != expected).any(axis=1) | (k != expected.argmax(axis=1))).sum())
    near = 1e-5 * np.abs(expected).max(axis=1)
    of_class = expected[np.arange(len(k)), k]
    return int(((np.abs(z - expected).max(axis=1) > near) | (of_class < expected.max(axis=1) - near)).sum())


def entries(net: Any) -> int:
    """Return how many entries of all its matrices an example meets, or a step: products if no method saved any."""
    count = 0
    for _, layer in flat(tn.freeze(net).layers):
        for _, stored, (m, n) in layer.matrices():
            W = stored.built() if isinstance(stored, Stored) else stored
            count += W.K.m * W.K.n * W.windows.positions if isinstance(W, tn.Toeplitz) else m * n
    return count


def sheet(net: Any, data: Any) -> Sheet:
    """Return what a trained network takes of the chip; of sequences, what a step takes."""
    given, _ = examples_of(data, len(data.test.labels))
    sequences, n = given.ndim == 3, given.shape[-1]
    steps = given.shape[1] if sequences else 1
    predict = PREDICT_SEQUENCE if sequences else PREDICT_ROW
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = tn.export_c(net, folder, "network", given[:COUNTED], wasm=True)
        (folder / "alone.h").write_text(f"#define STEPS 1\nstatic uint8_t given[1][{n}];\n{predict}")
        rows = array("given", given[:COUNTED].reshape(-1, n))
        (folder / "examples.h").write_text(f"#define STEPS {steps}\n#define EXAMPLES {COUNTED}\n{rows}\n{predict}")
        alone = on_chip(folder, CORTEX / "alone.c", "-DALONE", "--specs=nano.specs", "--specs=nosys.specs")
        text, const, bss = map(int, run(["arm-none-eabi-size", str(alone)], folder).decode().split("\n")[1].split()[:3])
        listing = run(["arm-none-eabi-objdump", "-d", "--no-show-raw-insn", str(alone)], folder).decode()
        bound = most(functions(listing), "start")
        counting = on_chip(folder, CORTEX / "count.c", "--specs=rdimon.specs")
        instructions, seen = map(int, emulated(counting, "-icount", "shift=0").split())
        wrong = mismatches(net, folder, given)
    if seen > bound:
        raise RuntimeError(f"the stack took {seen} bytes, but at most {bound} were proved")
    error = tn.evaluate(tn.freeze(net), data.test)
    return Sheet(
        made.weights, text + const, const + bss + bound, bound, seen, instructions // steps, entries(net),
        len(made.files["network.wasm"]), error, wrong, len(given),
    )  # fmt: skip


# ---- the networks


def digits(method: Callable[[], Any] | None) -> Any:
    """Return a network 64-64-10 on the digits; of bits, 64-128-128-10, where there is no method."""
    train_, valid, _ = tn.datasets.load("digits")
    if method is None:
        net: Any = tn.BinaryMLP([64, 128, 128, 10], dropout=(0.1, 0.1))
        settings: dict[str, Any] = dict(lr=0.003, loss=tn.functional.squared_hinge, optimizer=tn.Adam)
        tn.fit(net, train_, valid, epochs=60, schedule=tn.optim.exponential(1e-3), progress=False, **settings)
        return net.eval()
    net = tn.MLP([64, 64, 10], method(), activation=tn.ReLU)
    tn.fit(net, train_, valid, epochs=40, lr=0.005, optimizer=tn.Adam, schedule=tn.optim.cosine, progress=False)
    return tn.half(tn.fold(net))


DIGITS: dict[str, Callable[[], Any] | None] = {
    "dense, 16 bits": tn.Dense,
    "4 bits": lambda: tn.Quantized(bits=4),
    "ternary": lambda: tn.Quantized(levels=3),
    "powers of two": lambda: tn.Grid("powers of two", bits=4),
    "hashed 1/8": lambda: tn.Hashed(1 / 8),
    "hashed 1/8 of 4 bits": lambda: tn.Hashed(1 / 8, tn.Quantized(bits=4)),
    "low rank 8": lambda: tn.LowRank(rank=8),
    "low rank 16 of 4 bits": lambda: tn.LowRank(rank=16, inner=tn.Quantized(bits=4)),
    "sparse 1/8": lambda: tn.Sparse(1 / 8),
    "bits, 128-128": None,
}
LSTMS: dict[str, Callable[[], Any]] = {
    "dense, 32 bits": tn.Dense,
    "4 bits": lambda: tn.Quantized(bits=4),
    "hashed 1/8 of 4 bits": lambda: tn.Hashed(1 / 8, tn.Quantized(bits=4)),
}
MNIST = [
    Run("28 5/2x3 3x6 3/2x6 3x6 q3", "plain", 30),
    Run("28 5/2x4 3x8 3/2x8 3x9 q3", "plain", 30),
    Run("28 5/2x3 3x6 3/2x6 3x6 q4", "plain", 12),
    Run("28 5/2x6 3/2x13 3x13 q4", "moved"),
    Run("28 5/2x10 3x20 3/2x20 3x20 q4", "moved"),
    Run("16 160 160 160 b", "plain", 8, 0.006),
]


def lstm(method: Callable[[], Any]) -> Any:
    """Return an LSTM of 32 units that reads the digits row by row."""
    data = tn.datasets.load("digits_rows")
    net = tn.RecurrentNet([8, 32, 10], method(), last=True)
    settings: dict[str, Any] = dict(lr=0.01, optimizer=tn.Adam, schedule=tn.optim.cosine, progress=False)
    tn.fit(net, data.train, data.valid, epochs=40, **settings)
    return net.eval()


def mnist_bits(folder: Path) -> Any:
    """Return a network of bits, 784-256-256-10, on MNIST."""
    path = folder / "bits_256_256.safetensors"
    if not path.exists():
        data = tn.datasets.load("mnist")
        net = tn.BinaryMLP([784, 256, 256, 10], dropout=(0.1, 0.1))
        settings: dict[str, Any] = dict(lr=0.003, loss=tn.functional.squared_hinge, optimizer=tn.Adam, batch_size=100)
        tn.fit(net, data.train, data.valid, epochs=20, schedule=tn.optim.exponential(1e-3), progress=False, **settings)
        tn.save(tn.freeze(net), path)
    return tn.load(path)


def networks(folder: Path) -> Any:
    """Yield the name of each network, the network, and its data set."""
    data = tn.datasets.load("digits")
    for name, method in DIGITS.items():
        yield f"digits: {name}", digits(method), data
    for name, method in LSTMS.items():
        yield f"digits by rows: LSTM of 32, {name}", lstm(method), tn.datasets.load("digits_rows")
    data = tn.datasets.load("mnist")
    for one in MNIST:
        if not (folder / one.file).exists():
            train(one, folder)
        yield f"MNIST: {one.net}", packed(tn.load(folder / one.file), coded=False), data
    yield "MNIST: bits, 256-256", mnist_bits(folder), data


def main() -> None:
    """Measure all networks, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nets", type=Path, default=Path("nets"), help="folder of trained networks")
    folder = parser.parse_args().nets
    folder.mkdir(parents=True, exist_ok=True)
    sheets = {}
    for name, net, data in networks(folder):
        sheets[name] = sheet(net, data)
        print(name, sheets[name], flush=True)
    report(sheets)


def report(sheets: dict[str, Sheet]) -> None:
    """Write table and picture."""
    header = ["network", "error", "weights", "flash", "RAM", "of it stack", "stack seen", "instructions", "an entry",
              "WebAssembly", "mismatches"]  # fmt: skip
    rows = [
        [
            name, f"{100 * s.error:.2f} %", f"{s.weights:,}", f"{s.flash:,}", f"{s.ram:,}", f"{s.stack:,}",
            f"{s.seen:,}", f"{s.instructions:,}", f"{s.instructions / s.entries:.1f}", f"{s.wasm:,}",
            f"{s.mismatches} of {s.examples:,}",
        ]
        for name, s in sheets.items()
    ]  # fmt: skip
    versions = origin() | {tool: _version(tool) for tool in ("arm-none-eabi-gcc", "qemu-system-arm", "gcc")}
    text = f"# Networks on a chip\n\n{markdown(header, rows)}\n\n{NOTES}\n\n{versions}"
    draw(sheets).savefig(Path(__file__).parents[1] / "docs" / "chip.png", dpi=120)
    write("export", text, {"origin": versions, "sheets": {name: vars(s) for name, s in sheets.items()}})


def draw(sheets: dict[str, Sheet]) -> Any:
    """Return the picture: what fits into how much flash, and how well it reads digits."""
    sets = {name.split()[0].rstrip(":"): None for name in sheets}
    figure, panels = drawing.panels(11, 6.5, 1, len(sets))
    for axes, data in zip(panels, sets, strict=True):
        ours = {name.partition(": ")[2]: s for name, s in sheets.items() if name.startswith(data)}
        for i, (name, s) in enumerate(ours.items()):
            axes.plot(s.flash, 100 * s.error, color=drawing.colour(i), marker=drawing.marker(i), linestyle="",
                      label=f"{name}: {s.ram / 1024:.1f} KB of RAM")  # fmt: skip
        for kb in (16, 32, 64):
            axes.axvline(1024 * kb, color="0.7", linewidth=0.8, zorder=1)
            axes.text(
                1024 * kb, 1, f" {kb} KB", transform=axes.get_xaxis_transform(), va="top", fontsize=7, color="0.4"
            )
        axes.set(xscale="log", yscale="log", xlabel="bytes of flash: the whole program", ylabel="test error (%)",
                 title=data)  # fmt: skip
        drawing.plain_numbers(axes.xaxis, "{x:,.0f}")
        drawing.plain_numbers(axes.yaxis)
    drawing.grid(*panels)
    drawing.legend(*panels, loc="upper center", bbox_to_anchor=(0.5, -0.14))
    return figure


NOTES = """Bytes: weights are the constants of the network; flash is a whole program for a Cortex-M3 that does nothing
but predict, with the floating-point routines it calls; RAM is working memory, one input and the stack, the most that it
can take, which stack.py proves from the program's instructions; the stack seen is what it took. Instructions of a
prediction, or of a step of a sequence, are counted by qemu (-icount), a mean over 8 test examples; an entry: divided by
the entries of all matrices that inputs meet. WebAssembly: bytes of the file. Mismatches: test examples whose scores or
class differ from those of the frozen network."""


def _version(tool: str) -> str:
    line = run([tool, "--version"], Path()).decode().split("\n")[0]
    found = re.search(r"\d+\.\d+(\.\d+)?", line)
    return found[0] if found else line


if __name__ == "__main__":
    main()
