"""Grading again at each save, and hints at a key."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path


def watch(path: Path, on_save: Callable[[], None], on_hint: Callable[[], None]) -> None:
    """Call `on_save` now and after each save of a file, `on_hint` at the key h; return at the key q or without keys."""
    events: queue.SimpleQueue[str] = queue.SimpleQueue()
    stop = threading.Event()
    for wait_for in (_saves, _keys):
        threading.Thread(target=wait_for, args=(path, events, stop), daemon=True).start()
    events.put("saved")
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


def _keys(path: Path, events: queue.SimpleQueue[str], stop: threading.Event) -> None:
    import click

    key = ""
    while key != "q":
        try:
            key = click.getchar() or "q"
        except (EOFError, KeyboardInterrupt):
            key = "q"
        events.put(key)
