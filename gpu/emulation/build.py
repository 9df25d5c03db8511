"""Build kernels for the CPU: g++ turns CUDA C text into a shared library.

For each kernel NAME in the text, the library has two functions. They take the arguments in the two ways in which
cuLaunchKernel takes them, and they return null or one sentence that says what went wrong:

    NAME__launch(gx, gy, gz, bx, by, bz, shared_bytes, arguments)       void **arguments, a pointer to each argument
    NAME__launch_buffer(gx, gy, gz, bx, by, bz, shared_bytes, buffer)   char *buffer, the arguments one after the other

Libraries are kept in the user's cache, under a hash of everything that they were made from.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from pathlib import Path
from shutil import which

HERE = Path(__file__).parent
MACHINE = ["emulation.cpp", "asynchronous.cpp", "watch.cpp"]
FLAGS = [
    "-std=c++17",
    "-O2",
    "-fPIC",
    "-fvisibility=hidden",
    "-U_FORTIFY_SOURCE",
]  # a fortified longjmp refuses jumps between stacks
WATCHED = ["-O1", "-fsanitize=thread"]  # call a function of watch.cpp before each access to memory
KERNEL = re.compile(r'extern\s+"C"\s+__global__\s+void\s+(?:__launch_bounds__\s*\([^)]*\)\s*)?(\w+)\s*\(')
COMMENT = re.compile(r"//.*?$|/\*.*?\*/", re.MULTILINE | re.DOTALL)
LAUNCHER = """
#define LAUNCHER extern "C" __attribute__((visibility("default"))) const char *
#define SIZES unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared
"""
LAUNCHERS = """
LAUNCHER NAME__launch(SIZES, void **arguments)
{ return emulation::launch(NAME, {gx, gy, gz}, {bx, by, bz}, shared, arguments); }
LAUNCHER NAME__launch_buffer(SIZES, char *buffer)
{ return emulation::launch_buffer(NAME, {gx, gy, gz}, {bx, by, bz}, shared, buffer); }
"""


def kernels_in(text: str) -> list[str]:
    """Return the names of the kernels in CUDA C text."""
    return KERNEL.findall(COMMENT.sub(" ", text))


def build(text: str) -> Path:
    """Return the library built from CUDA C text, from the cache if it was built before.

    Raises ValueError if the text has no kernel or does not compile, and RuntimeError if g++ is missing.
    """
    names = kernels_in(text)
    if not names:
        raise ValueError('emulation: the text holds no kernel; one begins with extern "C" __global__ void NAME(')
    whole = '#include "emulation.h"\n#line 1 "kernel.cu"\n' + text + LAUNCHER
    whole += "".join(LAUNCHERS.replace("NAME", name) for name in names)
    machine = [_compiled((HERE / name).read_text(), FLAGS) for name in MACHINE]
    objects = [str(path) for path in (*machine, _compiled(whole, FLAGS + WATCHED))]
    return _made("\0".join(objects), ".so", ["-shared", *objects])


def _compiled(text: str, flags: list[str]) -> Path:
    """Return the object file compiled from C++ text."""
    header = (HERE / "emulation.h").read_text()
    return _made("\0".join([header, text, *flags]), ".o", [*flags, f"-I{HERE}", "-x", "c++", "-c", "-"], text)


def _made(key: str, ending: str, arguments: list[str], text: str = "") -> Path:
    """Return the cached file for a key; run g++ to make it if it is not there."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tinynet" / "emulation"
    made = folder / (hashlib.sha256(key.encode()).hexdigest()[:32] + ending)
    if made.exists():
        return made
    compiler = which("g++")
    if compiler is None:
        raise RuntimeError("emulation: g++ is not on PATH; install it (Debian, Ubuntu: apt install g++)")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        new = Path(work) / made.name
        done = subprocess.run([compiler, *arguments, "-o", str(new)], input=text, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(f"emulation: g++ finds errors in the kernel:\n{done.stderr.strip()}")
        new.replace(made)  # in one step, in case another process builds the same
    return made
