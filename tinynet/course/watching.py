"""Doing something at every save of a file, until a key ends it."""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def watch(path: Path, on_save: Callable[[], None], on_hint: Callable[[], None]) -> None:
    """Call `on_save` now and after each save of a file, and `on_hint` at the key h; return at the key q.

    The end of the input counts as a q.
    """
    from watchfiles import watch as changes  # here, not in the thread, so that the user hears when it is missing

    events: queue.SimpleQueue[str] = queue.SimpleQueue()
    events.put("saved")
    stop = threading.Event()
    with _keyboard() as keyboard:
        seen = changes(path.parent, recursive=False, debounce=200, stop_event=stop, raise_interrupt=False)
        threading.Thread(target=_saves, args=(seen, path.name, events), daemon=True).start()
        threading.Thread(target=_keys, args=(keyboard, events), daemon=True).start()
        while (event := events.get()) != "q":
            if event == "saved":
                on_save()
            elif event == "h":
                on_hint()
        stop.set()


def _saves(seen: Iterator[set[tuple[Any, str]]], name: str, events: queue.SimpleQueue[str]) -> None:
    """Report each save of a file; many editors rename a new file over the old one, so its folder is watched."""
    for changed in seen:
        if any(Path(path).name == name for _, path in changed):
            events.put("saved")


@contextmanager
def _keyboard() -> Iterator[int]:
    """Yield a descriptor at which keys arrive, on Unix without Enter; Ctrl-C works, and `input()` finds nothing."""
    keyboard, own, before = sys.stdin.fileno(), sys.stdin, None
    if own.isatty():
        try:
            import termios
            import tty
        except ImportError:
            print("Note: on this system, press Enter after a key.", file=sys.stderr)
        else:
            before = termios.tcgetattr(keyboard)
            tty.setcbreak(keyboard)
    with open(os.devnull) as sys.stdin:
        try:
            yield keyboard
        finally:
            sys.stdin = own
            if before is not None:
                termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _keys(keyboard: int, events: queue.SimpleQueue[str]) -> None:
    key = ""
    while key != "q":
        key = os.read(keyboard, 1).decode("ascii", "replace").lower() or "q"
        events.put(key)
