"""Compile loops with Numba, and keep the machine code on disk where that can be done.

To compile takes seconds, so a call that really does so says it on stderr. A cache is a convenience, though. Where no
folder can be written, or the disk is full, the code stays in memory, and every start compiles it again. Each file ends
in a checksum, so one that is damaged is never run: it is as if it were not there, and it is written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any

import numba
from numba.core import event
from numba.core.caching import FunctionCache, IndexDataCacheFile

from tinynet.storage.atomic import write_atomically
from tinynet.training.progress import say

CHECKSUM = 16  # bytes
ADVICE = "set NUMBA_CACHE_DIR to a folder that can be written and has room"

_said: set[str] = set()


def njit(*signatures: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator like Numba's, for loops that do not hold the interpreter lock.

    Args:
        signatures: of arguments for which to compile now; without any, this happens at the first call with each kind.
        options: further options of Numba's `njit`.
    """

    def decorate(loops: Callable[..., Any]) -> Any:
        function = numba.njit(nogil=True, **options)(loops)
        try:
            function._cache = Cache(loops)
        except (RuntimeError, OSError):  # Numba has tried all folders that it knows
            _say_once("compiling", f"compiling kernels at every start, since no folder can keep them; {ADVICE}")
        for signature in signatures:
            function.compile(signature)
        if signatures:
            function.disable_compile()
        return function

    return decorate


class Cache(FunctionCache):
    """Numba's cache of one function, which may fail to keep what it is given."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        impl = self._impl
        self._cache_file = Files(self.cache_path, impl.filename_base, impl.locator.get_source_stamp())

    def save_overload(self, signature: Any, code: Any) -> None:
        try:
            super().save_overload(signature, code)
        except OSError as error:
            _say_once("kept", f"compiled kernels cannot be kept ({error.strerror}: {error.filename}); {ADVICE}")


class Files(IndexDataCacheFile):
    """The files of one function: an index, and the machine code for each kind of arguments."""

    def _load_index(self) -> dict:
        return super()._load_index() if _sound(self._index_path) else {}

    def _load_data(self, name: str) -> Any:
        if not _sound(self._data_path(name)):
            raise FileNotFoundError  # which makes Numba compile
        return super()._load_data(name)

    @contextmanager
    def _open_for_write(self, path: str) -> Iterator[BytesIO]:
        content = BytesIO()
        yield content
        write_atomically(path, content.getvalue() + _checksum(content.getvalue()))


def _checksum(content: bytes) -> bytes:
    return blake2b(content, digest_size=CHECKSUM).digest()


def _sound(path: str) -> bool:
    """Return whether a file can be read, and ends in the checksum of what is before it."""
    try:
        content = Path(path).read_bytes()
    except OSError:
        return False
    return content[-CHECKSUM:] == _checksum(content[:-CHECKSUM])


def _say_once(what: str, text: str) -> None:
    if what not in _said:
        _said.add(what)
        say(text)


def _say_that_it_compiles(compilation: Any) -> None:
    if compilation.data["dispatcher"].py_func.__module__.startswith("tinynet."):
        _say_once("compiling", "compiling kernels, once; later runs find them on disk")


_listener = event.RecordingListener()  # hears of real compilations only, not of code found on disk
_listener.on_start = _say_that_it_compiles
event.register("numba:compile", _listener)
