"""The networks that read a visitor's digit: as files for Python, and as WebAssembly, which answers at once.

Each is exported to C and compiled. Where clang is missing, the build says so, and the page asks Python instead.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import tinynet as tn
from tinynet.exchange.c.layers import integers

NETS = Path(__file__).parents[1] / "web/nets"


def build(folder: Path) -> None:
    """Fill the folder with the networks, and with nets.json, which says of each one

    bytes, error    of its file's payload; on MNIST's test pictures
    wasm            bytes of the module, 0 where there is none
    scale           of a network of bits, whose compiled scores are integers: what makes them Python's
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = json.loads((NETS / "nets.json").read_text("utf-8"))
    for name, row in rows.items():
        file = shutil.copy(NETS / f"{name}.safetensors", folder)
        net, module = tn.load(file), b""
        try:
            module = _compiled(net, name)
            (folder / f"{name}.wasm").write_bytes(module)
        except FileNotFoundError as error:
            print(f"{name}: {error}", file=sys.stderr)
        row |= {"wasm": len(module), "scale": integers(tn.freeze(net))}
    (folder / "nets.json").write_text(json.dumps(rows), "utf-8")


def _compiled(net: tn.Layer, name: str) -> bytes:
    """Return a network as WebAssembly. FileNotFoundError where the compiler is missing."""
    with tempfile.TemporaryDirectory() as out:
        return tn.export_c(net, out, name, wasm=True).files[f"{name}.wasm"]  # type: ignore[return-value]
