"""Rows shared among threads: each row once, and no more threads than allowed."""

import threading

import pytest

from tinynet.kernels.threads import at_most, share


def pieces(*arguments, **named):
    seen, lock = [], threading.Lock()

    def run(first, last):
        with lock:
            seen.append((first, last, threading.get_ident()))

    share(run, *arguments, **named)
    return sorted(seen)


@pytest.mark.parametrize("rows, threads, unit", [(10, 1, 1), (10, 3, 1), (10, 3, 8), (2, 5, 1), (17, 2, 8), (1, 4, 1)])
def test_each_row_is_computed_once_in_pieces_of_whole_units(rows, threads, unit):
    found = pieces(rows, threads, 99, unit=unit)
    assert [i for first, last, _ in found for i in range(first, last)] == list(range(rows))
    assert len(found) <= threads and all(first % unit == 0 for first, _, _ in found)


def test_nobody_takes_more_threads_than_the_work_is_worth_or_than_is_allowed(monkeypatch):
    config = pytest.importorskip("numba.core.config", reason="threads are those of compiled code: pip install numba")
    monkeypatch.setattr(config, "NUMBA_NUM_THREADS", 4)
    assert len(pieces(100, None, 99)) == 4 and len(pieces(100, None, 2)) == 2
    with at_most(3):
        assert len(pieces(100, None, 99)) == 3
        with at_most(1):
            assert pieces(100, None, 99) == [(0, 100, threading.get_ident())]
        assert len(pieces(100, None, 99)) == 3
    assert len(pieces(100, None, 99)) == 4


def test_an_error_in_any_piece_reaches_the_caller():
    def run(first, last):
        if first:
            raise OSError("not here")

    with pytest.raises(OSError, match="not here"):
        share(run, 10, 2, 2)
    with pytest.raises(ValueError, match="threads=0; there must be at least 1"):
        share(run, 10, 0, 2)
