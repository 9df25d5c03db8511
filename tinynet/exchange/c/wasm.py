"""The C code as WebAssembly: a few KB that answer in a browser.

clang compiles it without a C library. Of math.h, rounding and square roots are instructions of WebAssembly; tanh and
exp come from JavaScript's Math, which computes them in double precision. So all that the file imports is Math:

    const { instance } = await WebAssembly.instantiate(bytes, { Math });
    const { memory, input, scores, network_scores } = instance.exports;
    new Uint8Array(memory.buffer, input.value, pixels.length).set(pixels);
    network_scores(input.value, scores.value);
    console.log(new Float32Array(memory.buffer, scores.value, 10));

`input` and `scores` are rows that lie ready in its memory.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

MATH = """
__attribute__((import_module("Math"), import_name("tanh"))) float tanhf(float x);
__attribute__((import_module("Math"), import_name("exp"))) float expf(float x);
#define rint __builtin_rint
#define rintf __builtin_rintf
#define sqrtf __builtin_sqrtf
"""
ROWS = """
#include "{name}.h"
{input} input[{NAME}_INPUTS];
{scores} scores[{NAME}_OUTPUTS];
double values[{NAME}_INPUTS]; /* of a table */
"""
CLANG = ["clang", "--target=wasm32", "-std=c99", "-O2", "-ffreestanding", "-mbulk-memory", "-nostdlib", "-I", "."]
LINK = ["-Wl,--no-entry", "-Wl,--strip-all", "-Wl,-z,stack-size=8192"]


def compiled(files: dict[str, str], name: str) -> bytes:
    """Return the module that these C files make; it exports their functions, `memory`, `input` and `scores`.

    Raises FileNotFoundError where the compiler is missing, and RuntimeError with what it complains about.
    """
    missing = [tool for tool in ("clang", "wasm-ld") if shutil.which(tool) is None]
    if missing:
        raise FileNotFoundError(
            f"{' and '.join(missing)} not found: WebAssembly is compiled by clang and linked by wasm-ld. "
            "Install them, on Debian with: apt install clang lld"
        )
    header = files[f"{name}.h"]
    functions = re.findall(rf"^\w+ ({name}_\w+)\(", header, re.M)
    types = {"input": r"_\w+\(const (\w+) \*(?:pixels|inputs)", "scores": r"(\w+) \*scores\)"}
    kinds = {row: re.search(pattern, header) for row, pattern in types.items()}
    exports = [*functions, *(row for row, kind in kinds.items() if kind), *["values"] * (f"{name}_rows.c" in files)]
    rows = ROWS.format(
        name=name, NAME=name.upper(), **{row: kind[1] if kind else "float" for row, kind in kinds.items()}
    )
    with tempfile.TemporaryDirectory() as folder:
        for file, code in {**files, "math.h": MATH, "rows_in_memory.c": rows}.items():
            (Path(folder) / file).write_text(code, encoding="utf-8")
        sources = [file for file in files if file.endswith(".c") and file != "main.c"]
        command = [*CLANG, *LINK, *(f"-Wl,--export={each}" for each in exports), *sources, "rows_in_memory.c"]
        done = subprocess.run([*command, "-o", "out.wasm"], cwd=folder, capture_output=True, text=True, timeout=300)
        if done.returncode:
            raise RuntimeError(f"clang could not compile {name}.c: {done.stderr[-1000:]}")
        return (Path(folder) / "out.wasm").read_bytes()
