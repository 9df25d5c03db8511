"""Grading again at each save, and hints at a key."""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def watch(path: Path, on_save: Callable[[], None], on_hint: Callable[[], None]) -> None:
    """Call `on_save` now and after each save of a file, `on_hint` at the key h; return at the key q or without keys."""
    events: queue.SimpleQueue[str] = queue.SimpleQueue()
    events.put("saved")
    stop = threading.Event()
    with _keyboard() as keyboard:
        threading.Thread(target=_saves, args=(path, events, stop), daemon=True).start()
        threading.Thread(target=_keys, args=(keyboard, events), daemon=True).start()
        while (event := events.get()) != "q":
            if event == "saved":
                on_save()
            elif event == "h":
                on_hint()
        stop.set()


def _saves(path: Path, events: queue.SimpleQueue[str], stop: threading.Event) -> None:
    """The folder is watched, not the file: many editors save by renaming a new file over the old one."""
    from watchfiles import watch as changes

    for changed in changes(path.parent, recursive=False, debounce=200, stop_event=stop, raise_interrupt=False):
        if any(Path(name).name == path.name for _, name in changed):
            events.put("saved")


@contextmanager
def _keyboard() -> Iterator[int]:
    """Have keys arrive without Enter, at the descriptor given; Ctrl-C stays what it is, and `input()` finds nothing."""
    keyboard, own, before = sys.stdin.fileno(), sys.stdin, None
    if own.isatty():
        import termios
        import tty

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
