"""Host code without a GPU: run a command with the real PyCUDA, but with a fake driver and a fake nvcc.

    python -m gpu.emulation.fake python -m gpu.bench --quick --out somewhere

    libcuda.so.1    made from driver.cpp: memory is malloc, and a launch runs the kernel on the CPU
    nvcc            made from nvcc.py: its "cubin" is a library for the CPU

Both are put into a folder that comes first in the command's LD_LIBRARY_PATH and PATH. PyCUDA links to more functions of
the driver than it calls here. Those that driver.cpp lacks are added, and they answer "not supported".

Environment variables change the device: TINYNET_FAKE_DEVICES=0 takes it away, TINYNET_FAKE_MEMORY sets its bytes (1 GiB
by default), and TINYNET_FAKE_CAPABILITY=80 gives it compute capability 8.0 in place of 9.0.

It needs PyCUDA, g++ and nm.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import which

HERE = Path(__file__).parent
NOT_SUPPORTED = 801


def environment(folder: Path) -> dict[str, str]:
    """Build the fake driver and nvcc in the folder; return an environment in which they are found first.

    Raises RuntimeError if g++ or nm is missing, ImportError if PyCUDA is missing.
    """
    for tool in ("g++", "nm"):
        if which(tool) is None:
            raise RuntimeError(f"fake driver: {tool} is not on PATH; install it (Debian, Ubuntu: apt install g++)")
    stubs = "".join(
        f'extern "C" __attribute__((weak)) int {name}() {{ return {NOT_SUPPORTED}; }}\n' for name in _wanted_by_pycuda()
    )
    subprocess.run(
        ["g++", "-O1", "-std=c++17", "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o", str(folder / "libcuda.so.1"),
         str(HERE / "driver.cpp"), "-x", "c++", "-", "-ldl"],
        input=stubs, text=True, check=True,
    )  # fmt: skip
    nvcc = folder / "nvcc"
    nvcc.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "nvcc.py"}" "$@"\n')
    nvcc.chmod(0o755)
    return {
        **os.environ,
        "LD_LIBRARY_PATH": f"{folder}:{os.environ.get('LD_LIBRARY_PATH', '')}",
        "PATH": f"{folder}:{os.environ.get('PATH', '')}",
        "PYTHONPATH": f"{HERE.parents[1]}:{os.environ.get('PYTHONPATH', '')}",
        "PYCUDA_CACHE_DIR": str(folder),
    }


def _wanted_by_pycuda() -> list[str]:
    """Return the names of the driver functions that PyCUDA links to. ImportError if PyCUDA is missing."""
    package = importlib.util.find_spec("pycuda")
    if package is None or package.origin is None:
        raise ImportError(
            "fake driver: PyCUDA is missing: pip install pycuda (it builds without a GPU, with nvcc on PATH)"
        )
    library = next(Path(package.origin).parent.glob("_driver*.so"))
    symbols = subprocess.run(["nm", "-D", "--undefined-only", library], capture_output=True, text=True, check=True)
    return [name for line in symbols.stdout.splitlines() if (name := line.split()[-1]).startswith("cu")]


def main(command: list[str]) -> int:
    """Run the command with the fake driver; return its exit status."""
    if not command:
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        try:
            variables = environment(Path(folder))
        except (ImportError, RuntimeError) as error:
            print(error, file=sys.stderr)
            return 1
        return subprocess.run(command, env=variables).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
