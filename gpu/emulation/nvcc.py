"""A stand-in for nvcc: it makes a kernel.cubin for the CPU from kernel.cu. PyCUDA calls it in two ways:

    nvcc --version
    nvcc --cubin -arch sm_90 -I FOLDER kernel.cu        run in the folder of kernel.cu

It runs as a script (see fake.py), so it imports its neighbour build.py by its bare name.
"""

import hashlib
import shutil
import sys
from pathlib import Path

from build import HERE, build  # type: ignore[import-not-found]


def main(arguments: list[str]) -> int:
    """Do what nvcc would do; return the exit status."""
    if "--version" in arguments:  # PyCUDA keeps compiled code under a key that contains this
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
