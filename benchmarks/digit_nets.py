"""The networks of the page "Draw a digit": python -m benchmarks.digit_nets [--nets FOLDER]   (from the root)

Four ways to read MNIST, from 76 KB down to 3 KB. They are written as small_nets.py says, but for the network of bits:

    floats     28 24 f                            one hidden layer of 24 units, 32 bits a weight
    bits       784-192-192-10                     weights and activations are +1 and -1; frozen: integers alone
    windows    28 5/2x14 3x29 3/2x29 3x29 q4      windows that move over the picture, 4 bits a weight, entropy-coded
    small      28 5/2x7 3x14 3/2x14 3x14 q4       the same with half as many features

All are trained on moved pictures (small_nets.py), since a visitor's digits are not exactly where MNIST's are. Trained
networks stay in the folder, so the command goes on where it was stopped. It writes docs/web/nets/: a file for each
network, and nets.json with the bytes of its payload and its error on the 10,000 test pictures.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from benchmarks.common import THREAD_VARIABLES

os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")  # before NumPy loads

import tinynet as tn
from benchmarks.small_nets import MOVES, Run, data, packed, train

OUT = Path(__file__).parents[1] / "docs/web/nets"
RUNS = {
    "floats": Run("28 24 f", "moved", 12, 0.006),
    "windows": Run("28 5/2x14 3x29 3/2x29 3x29 q4", "moved"),
    "small": Run("28 5/2x7 3x14 3/2x14 3x14 q4", "moved"),
}
WIDTHS = [784, 192, 192, 10]


def bits(folder: Path, epochs: int = 40) -> tn.Frozen:
    """Return the frozen network of bits."""
    path = folder / f"bits.{'-'.join(map(str, WIDTHS))}.{epochs}.safetensors"
    if not path.exists():
        net = tn.BinaryMLP(WIDTHS)
        tn.fit(
            net, data().train, data().valid, epochs=epochs, batch_size=100, lr=0.003, optimizer=tn.Adam,
            loss=tn.functional.squared_hinge, schedule=tn.optim.exponential(1e-3), augment=MOVES["moved"],
            progress=False, checkpoint=path.with_suffix(".run"),
        )  # fmt: skip
        tn.save(net, path)
        path.with_suffix(".run").unlink()
    return tn.freeze(tn.load(path))


def trained(name: str, folder: Path) -> tn.Layer | tn.Frozen:
    """Return a network as the page loads it."""
    if name == "bits":
        return bits(folder)
    run = RUNS[name]
    if not (folder / run.file).exists():
        train(run, folder)
    net = tn.load(folder / run.file)
    return tn.fold(net) if name == "floats" else packed(net)


def main() -> None:
    """Train what is missing, and write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nets", type=Path, default=Path("benchmarks/runs/digit_nets"), help="trained networks")
    folder = parser.parse_args().nets
    folder.mkdir(parents=True, exist_ok=True)
    OUT.mkdir(parents=True, exist_ok=True)
    rows = {}
    for name in ("floats", "bits", "windows", "small"):
        size = tn.save(trained(name, folder), OUT / f"{name}.safetensors")
        error = tn.evaluate(tn.load(OUT / f"{name}.safetensors"), data().test)
        rows[name] = {"bytes": size.payload, "error": error}
        print(f"{name:8} {size.payload:7,} bytes  {error:.2%}", flush=True)
    (OUT / "nets.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
