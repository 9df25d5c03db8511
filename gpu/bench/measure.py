"""How a time is measured: by the device's own clock, on a warm device, as the median of many calls.

    hold      call      call      call  ..         one queue of the device
          |       | |       | |       |
          events: the device notes the time when it reaches one

The host needs some 10 microseconds to start a kernel, and the kernel may run for less than that. So first a kernel that
does nothing useful holds the device while the host queues all the calls. This way the figures contain no time that the
device spends waiting for the host. If the device was free before everything was queued, it is held twice as long and
the calls are timed again. The queue has room for some 1,000 entries, so at most 30 calls are timed. Memory is allocated
beforehand, because freeing it stops the device.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gpu.device import Session

Call = Callable[[], Any]
WARM, TIMED = 50, 200  # milliseconds of warming up and of timing, for each figure
CALLS = 30  # at most
HOLDS = (150_000, 300_000, 600_000, 1_200_000)  # rounds of ceiling_popcount in one block: some 10 milliseconds and up


class Run:
    """A run of the benchmark: its session, its limits, and the figures so far, which are saved after every stage.

    Args:
        s: the session; use the run inside `with s`.
        out: the folder for gpu.json.
        quick: smallest sizes and two calls for each figure, to test the benchmark itself.
        minutes: no new measurement starts after this time.
    """

    def __init__(self, s: Session, out: Path, quick: bool, minutes: float) -> None:
        self.s, self.out, self.quick = s, out, quick
        self.started, self.seconds = time.monotonic(), 60 * minutes
        self.figures: dict[str, Any] = {}
        self._stage, self._held = "", s.empty((256,), np.int32)
        out.mkdir(parents=True, exist_ok=True)

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() - self.started > self.seconds

    def stage(self, name: str, measure: Callable[[Run], Any]) -> None:
        """Run a stage, and keep under its name what it returns or what went wrong."""
        if self.over:
            self.figures.setdefault("not measured", []).append(name)
        else:
            began = time.monotonic()
            print(f"{began - self.started:5.0f} s  {name}", flush=True)
            self._stage = name
            try:
                self.figures[name] = measure(self)
            except Exception as error:  # an error in one stage must not cost the others
                self.figures[name] = {"error": f"{type(error).__name__}: {error}"}
                print(f"         {self.figures[name]['error']}", flush=True)
            self.figures.setdefault("seconds", {})[name] = round(time.monotonic() - began, 1)
        self.keep()

    def so_far(self, figures: Any) -> None:
        """Keep what the current stage has measured so far."""
        self.figures[self._stage] = figures
        self.keep()

    def keep(self) -> None:
        """Write the figures in one step, so that a reader never sees half of them."""
        new = self.out / "gpu.json.new"
        new.write_text(json.dumps(self.figures, indent=1) + "\n")
        new.replace(self.out / "gpu.json")

    def milliseconds(self, call: Call) -> dict[str, float]:
        """Return the median and the quartiles of a call's milliseconds by the device's clock, and the number of calls.

        "queued" says whether the host had queued all calls before the device began.
        """
        holds = (1,) if self.quick else HOLDS
        call()
        first = max(1e-3, self._times(call, 1, holds[0])[0][0])
        if not self.quick:
            self._times(call, min(CALLS, 1 + int(WARM / first)), holds[0])
        for hold in holds:
            times, queued = self._times(call, 2 if self.quick else min(CALLS, max(5, int(TIMED / first))), hold)
            if queued:
                break
        low, middle, high = statistics.quantiles(times, n=4)
        return {"ms": middle, "low": low, "high": high, "calls": len(times), "queued": queued}

    def _times(self, call: Call, calls: int, hold: int) -> tuple[list[float], bool]:
        event = self.s.driver.Event
        pairs, held = [(event(), event()) for _ in range(calls)], event()
        self.s.launch("ceiling_popcount", (256,), self._held, hold)
        held.record()
        for start, end in pairs:
            start.record()
            call()
            end.record()
        queued = not held.query()
        self.s.synchronize()
        return [end.time_since(start) for start, end in pairs], queued
