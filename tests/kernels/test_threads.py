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


@pytest.mark.parametrize("turns", [1, 3])
@pytest.mark.parametrize("rows, threads, unit", [(10, 1, 1), (10, 3, 1), (10, 3, 8), (2, 5, 1), (17, 2, 8), (1, 4, 1)])
def test_each_row_is_computed_once_in_pieces_of_whole_units(rows, threads, unit, turns):
    found = pieces(rows, threads, 99, unit=unit, turns=turns)
    assert [i for first, last, _ in found for i in range(first, last)] == list(range(rows))
    assert len(found) <= threads * turns and all(first % unit == 0 for first, _, _ in found)
    assert len({thread for _, _, thread in found}) <= threads


def test_whoever_is_free_takes_the_next_piece():
    waiting, others = threading.Semaphore(0), []

    def run(first, last):
        if first == 0:  # the slow one: it is done when all the others are
            others.append(all(waiting.acquire(timeout=20) for _ in range(7)))
        else:
            waiting.release()

    share(run, 8, 2, 99, turns=4)
    assert others == [True]


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
