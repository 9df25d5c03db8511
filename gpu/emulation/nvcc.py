"""In place of nvcc, for the fake driver: it makes kernel.cubin of kernel.cu, for the CPU. PyCUDA calls it in two ways:

    nvcc --version
    nvcc --cubin -arch sm_90 -I FOLDER kernel.cu        in the folder of kernel.cu

It runs as a script of its own (see fake.py), so its neighbour is imported by its bare name.
"""

import hashlib
import shutil
import sys
from pathlib import Path

from build import HERE, build  # type: ignore[import-not-found]


def main(arguments: list[str]) -> int:
    """Do what nvcc would do; return the exit status."""
    if "--version" in arguments:  # a part of the key under which PyCUDA keeps what was compiled
        machine = b"".join(path.read_bytes() for path in sorted(HERE.iterdir()) if path.is_file())
        print("emulation on the CPU,", hashlib.sha256(machine).hexdigest())
        return 0
    source = Path(arguments[-1])
    try:
        shutil.copy(build(source.read_text()), source.with_suffix(".cubin"))
    except (ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
