"""How a figure is made: the device's own clock, a warm device, the median of many calls, and everything kept at once.

    hold      call      call      call  ..         in one queue of the device
          |       | |       | |       |
          events: the device notes the time when it comes to them

The host takes some 10 microseconds to start a kernel, which may run for less. So a kernel that does nothing useful
holds the device while the host queues what is to be timed; then no waiting for the host is in the figures. Where the
device went on before all was queued it is held for twice as long and all is timed again; the queue has an end too (some
1,000 entries), so at most 30 calls are timed. Memory is taken beforehand, since to give it back stops the device.
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
WARM, TIMED = 50, 200  # milliseconds for each figure
CALLS = 30  # at most
HOLDS = (150_000, 300_000, 600_000, 1_200_000)  # rounds of ceiling_popcount in one block: some 10 milliseconds and up


class Run:
    """A run of the benchmark: its session, its limits, and the figures so far, which are on disk after every stage.

    Args:
        s: the session; use it inside of `with s`.
        out: a folder, for gpu.json.
        quick: smallest sizes and two calls a figure, to test the benchmark itself.
        minutes: after which nothing more is begun.
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
        """Run a stage and keep what it returns, or what went wrong in it, under its name."""
        if self.over:
            self.figures.setdefault("not measured", []).append(name)
        else:
            began = time.monotonic()
            print(f"{began - self.started:5.0f} s  {name}", flush=True)
            self._stage = name
            try:
                self.figures[name] = measure(self)
            except Exception as error:  # a fault of one stage shall not cost the others
                self.figures[name] = {"error": f"{type(error).__name__}: {error}"}
                print(f"         {self.figures[name]['error']}", flush=True)
            self.figures.setdefault("seconds", {})[name] = round(time.monotonic() - began, 1)
        self.keep()

    def so_far(self, figures: Any) -> None:
        """Keep what the stage has measured until now."""
        self.figures[self._stage] = figures
        self.keep()

    def keep(self) -> None:
        """Write the figures; whoever reads meanwhile finds the ones of before."""
        new = self.out / "gpu.json.new"
        new.write_text(json.dumps(self.figures, indent=1) + "\n")
        new.replace(self.out / "gpu.json")

    def milliseconds(self, call: Call) -> dict[str, float]:
        """Return median and quartiles of the milliseconds of a call, by the device's clock, and how many calls.

        "queued" says whether the host had queued all of them before the device began.
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
