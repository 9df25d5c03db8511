"""python -m gpu.bench --out DIR [--quick] [--minutes 8.5]: write gpu.json after each stage, then gpu.md and gpu.png."""

import argparse
import sys
from pathlib import Path

from gpu.bench.measure import Run
from gpu.bench.report import report
from gpu.bench.stages import STAGES
from gpu.device import GpuUnavailable, session


def main() -> int:
    """Run all stages; return 1 if a GPU or nvcc is missing, a stage broke off, or a result was wrong."""
    parser = argparse.ArgumentParser(prog="python -m gpu.bench", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for gpu.json, gpu.md, gpu.png")
    parser.add_argument("--quick", action="store_true", help="smallest sizes, to test the benchmark and not a GPU")
    parser.add_argument("--minutes", type=float, default=8.5, help="start no new measurement after this many minutes")
    args = parser.parse_args()
    try:
        s = session()
        with s:
            s.kernel("ceiling_popcount")  # no time is measured without it; it also shows whether nvcc is there
    except GpuUnavailable as error:
        print(f"gpu.bench: {error}", file=sys.stderr)
        return 1
    with s:
        run = Run(s, args.out, args.quick, args.minutes)
        for name, measure in STAGES.items():
            run.stage(name, measure)
    text, failed = report(args.out)
    print(text)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
