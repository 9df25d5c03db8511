"""no_grad: within it nothing is recorded, in this thread alone."""

import threading

import pytest

import tinynet as tn


def test_no_grad_records_nothing_and_ends(leaf):
    x = leaf([1.0, 2.0])
    with tn.no_grad():
        y = x * 2
        with tn.no_grad():
            pass
        z = x * 2
    assert not y.requires_grad
    assert not z.requires_grad
    assert (x * 2).requires_grad


def test_no_grad_ends_with_an_error_too(leaf):
    with pytest.raises(KeyError), tn.no_grad():
        raise KeyError
    assert (leaf([1.0]) * 2).requires_grad


def test_no_grad_is_a_decorator_too(leaf):
    assert not tn.no_grad()(lambda: leaf([1.0]) * 2)().requires_grad
    assert (leaf([1.0]) * 2).requires_grad


def test_no_grad_in_one_thread_leaves_another_recording(leaf):
    entered, looked, seen = threading.Event(), threading.Event(), {}

    def evaluate():
        with tn.no_grad():
            entered.set()
            looked.wait(10)
            seen["evaluating"] = (leaf([1.0]) * 2).requires_grad

    thread = threading.Thread(target=evaluate)
    thread.start()
    assert entered.wait(10)
    seen["training"] = (leaf([1.0]) * 2).requires_grad
    looked.set()
    thread.join(timeout=60)
    assert seen == {"training": True, "evaluating": False}


def test_a_new_thread_records_though_its_parent_does_not(leaf):
    seen = []
    with tn.no_grad():
        thread = threading.Thread(target=lambda: seen.append((leaf([1.0]) * 2).requires_grad))
        thread.start()
        thread.join(timeout=60)
    assert seen == [True]
