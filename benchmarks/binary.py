"""Measure errors of binary networks: python -m benchmarks.binary [--data digits mnist] [--seeds 5]   (from the root)

digits    a BinaryMLP beside the float MLP of the same widths, each at the learning rate that does best on the
          validation split; means over seeds
mnist     three hidden layers of 1,024 bits, 20 epochs (TINYNET_DATA names the folder with the data)

Every binary network is frozen, and its error is measured on the frozen network, from pixels. If a run is killed, the
next one continues from its checkpoint in benchmarks/runs/. The results of the other data set are kept.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.common import RESULTS, THREAD_VARIABLES, markdown, origin, write

os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")  # before NumPy loads; with one thread, a seed fixes every bit

import tinynet as tn

RUNS = Path(__file__).parent / "runs"
F, optim = tn.functional, tn.optim
HIDDEN = {"digits": (256, 256), "mnist": (1024, 1024, 1024)}

# How each side trains. The rates are candidates; the one with the smallest validation error is kept.
COSINE, THOUSANDTH = ("as a cosine", optim.cosine), ("to a thousandth", optim.exponential(1e-3))
FLOAT = dict(rates=(0.03, 0.1), schedule=COSINE, epochs=100, batch_size=50)
BINARY: dict[str, dict[str, Any]] = {
    "digits": dict(rates=(0.003, 0.01), schedule=THOUSANDTH, epochs=100, batch_size=50, loss=F.squared_hinge),
    "mnist": dict(rates=(0.001,), schedule=COSINE, epochs=20, batch_size=100, loss=F.softmax_cross_entropy),
}
DROPOUT = {"digits": (0.1, 0.1), "mnist": (0.1, 0.1)}  # (inputs, hidden activations); the float network uses the second


def trained(data: Any, kind: str, seed: int) -> tuple[Any, float, float]:
    """Return the network with the smallest validation error over the rates, this error, and the rate."""
    widths = [data.n_features, *HIDDEN[data.name], data.n_classes]
    settings = dict(FLOAT if kind == "float" else BINARY[data.name])
    _, settings["schedule"] = settings["schedule"]
    best: tuple[Any, float, float] | None = None
    for lr in settings.pop("rates"):
        if kind == "float":
            net: Any = tn.MLP(widths, seed=seed, dropout=DROPOUT[data.name][1])
            how: dict[str, Any] = {}
        else:
            net = tn.BinaryMLP(widths, seed=seed, dropout=DROPOUT[data.name])
            how = dict(optimizer=tn.Adam)
        checkpoint = RUNS / f"{data.name}-{kind}-{lr}-{seed}.checkpoint"
        history = tn.fit(
            net, data.train, data.valid, lr=lr, seed=seed, checkpoint=checkpoint, progress=False, **settings, **how
        )
        if history.interrupted:
            raise SystemExit("interrupted; run the same command again to continue")
        error = min(history.valid_error)
        if best is None or error < best[1]:
            best = net, error, lr
    assert best is not None
    return best


def measured(data: Any, kind: str, seed: int) -> dict[str, Any]:
    """Return the errors and the bytes of one trained network, frozen if it is binary."""
    net, valid_error, lr = trained(data, kind, seed)
    if kind == "binary":
        net, float_error = tn.freeze(net), tn.evaluate(net, data.test)
        pixels = data.to_pixels(data.test.inputs)
        test_error = float((net.predict(pixels) != data.test.labels).mean())
        assert test_error == float_error, "the frozen network must predict the same classes as the trained one"
    else:
        test_error = tn.evaluate(net, data.test)
    with tempfile.TemporaryDirectory() as folder:
        size = tn.save(net, Path(folder, "net"))
    print(f"{data.name} {kind} seed {seed}: valid {valid_error:.2%}, test {test_error:.2%}, lr {lr}", flush=True)
    return dict(kind=kind, seed=seed, lr=lr, valid_error=valid_error, test_error=test_error, bytes=sum(size))


def section(figures: dict[str, Any]) -> str:
    """Return the Markdown section of one data set."""
    rows = []
    for kind in ("float", "binary"):
        runs = [run for run in figures["runs"] if run["kind"] == kind]
        if not runs:
            continue
        errors = [100 * run["test_error"] for run in runs]
        spread = f" (sd {statistics.stdev(errors):.2f})" if len(errors) > 1 else ""
        rows.append([kind, len(runs), f"{statistics.mean(errors):.2f}{spread}", f"{runs[0]['bytes']:,}"])
    table = markdown(["network", "seeds", "test error, %", "bytes on disk"], rows)
    title = f"## {figures['data']}, hidden layers {list(figures['hidden'])}"
    return "\n\n".join([title, figures["origin"], figures["how"], table])


def how(name: str, kinds: list[str]) -> str:
    """Return a sentence or two that say how the networks were trained."""
    b = BINARY[name]
    text = (
        f"Binary: Adam, {b['loss'].__name__}, {b['epochs']} epochs, batch {b['batch_size']}, lr {_or(b['rates'])} "
        f"falling {b['schedule'][0]}, dropout {DROPOUT[name]} (inputs, hidden activations), best epoch on the "
        "validation split; then frozen, and tested from pixels."
    )
    if "float" in kinds:
        text += (
            f" Float: tanh, SGD with momentum 0.9, softmax, {FLOAT['epochs']} epochs, batch {FLOAT['batch_size']}, "
            f"lr {_or(FLOAT['rates'])} falling as a cosine, dropout {DROPOUT[name][1]}."
        )
    return text


def _or(rates: Any) -> str:
    return " or ".join(f"{rate:g}" for rate in rates)


def main() -> None:
    """Train the networks, and write results/binary.md and .json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", choices=list(HIDDEN), default=["digits"])
    parser.add_argument(
        "--seeds", type=int, default=None, help="number of runs (5 on digits and 1 on MNIST by default)"
    )
    options = parser.parse_args()
    RUNS.mkdir(exist_ok=True)
    for name in options.data:
        data = tn.datasets.load(name)
        kinds = ["float", "binary"] if name == "digits" else ["binary"]
        seeds = options.seeds or (5 if name == "digits" else 1)
        runs = [measured(data, kind, seed) for kind in kinds for seed in range(seeds)]
        about = "; ".join(f"{k}: {v}" for k, v in origin().items())
        path = RESULTS / "binary.json"  # read now, not earlier: another process may have written it
        figures = json.loads(path.read_text()) if path.exists() else {}
        figures[name] = dict(data=name, hidden=HIDDEN[name], origin=about, how=how(name, kinds), runs=runs)
        sections = [section(figures[key]) for key in sorted(figures)]
        write("binary", "\n\n".join(["# Binary networks: test errors", *sections]), figures)


if __name__ == "__main__":
    main()
