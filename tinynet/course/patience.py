"""A limit for a learner's code that runs in this process: a loop that never ends is named after a while, then stopped.

    with patience("affine"):
        ...         # after 3 s: affine is still running .. ; after 10 s of processor time: raises TooLong

What counts is the processor time of the main thread, so that a busy machine does not stop what is quick by itself. Code
that waits, for input or a lock, takes none; it is stopped after a minute on the clock.

Isolated grading has stricter limits, which hold for hostile code too (`isolation/`). This one is a courtesy: an alarm
interrupts Python code in the main thread. Windows has no such alarm; Ctrl-C stops a loop there, as it does anywhere.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

NOTICE = 3.0  # seconds on the clock until the learner is told
LIMIT, CLOCK = 10.0, 60.0  # seconds until the code is stopped: of processor time, and on the clock
AGAIN = 1.0  # seconds until code that has caught the exception is interrupted once more


class TooLong(BaseException):
    """The time is up. This is no Exception, so that `except Exception` in a learner's loop does not keep it going."""


@contextmanager
def patience(name: str) -> Iterator[None]:
    """Say on standard error when code takes longer than NOTICE seconds; raise TooLong in it after its limit.

    Args:
        name: what is running, for the learner.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    end, used_up = time.monotonic() + CLOCK, time.thread_time() + LIMIT
    told = False

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal told
        work, wait = used_up - time.thread_time(), end - time.monotonic()
        if work <= 0:
            raise TooLong(f"stopped after {LIMIT:g} s of processor time; does a loop never end?")
        if wait <= 0:
            raise TooLong(f"stopped after {CLOCK:g} s on the clock; does it wait for something?")
        signal.setitimer(signal.ITIMER_REAL, min(work, wait) + 0.01, AGAIN)
        if told:
            return
        told = True
        with suppress(RuntimeError):  # the code was writing there itself
            print(
                f"{name} is still running after {NOTICE:g} s; it is stopped after {LIMIT:g} s of processor time, or "
                f"{CLOCK:g} s on the clock, or now with Ctrl-C",
                file=sys.stderr, flush=True,
            )  # fmt: skip

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, NOTICE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
