"""Settings for all tests."""

import os
import subprocess
import sys
import time

import pytest
from hypothesis import settings

from tinynet.kernels import worth

worth.PATIENCE = 0  # here every kernel is compiled at its first call; a program that a test starts is patient as ever

# The same examples on every run, and no time limit on one: the first may compile.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")


@pytest.fixture
def one_value_replaced():
    """A function that yields copies of a tree of JSON, in each of which one value is another one of those given."""

    def replaced(tree, path, value):
        if not path:
            return value
        copy = tree.copy()
        copy[path[0]] = replaced(tree[path[0]], path[1:], value)
        return copy

    def places(tree, path=()):
        children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
        return [path] + [p for key, child in children for p in places(child, (*path, key))]

    return lambda tree, values: (replaced(tree, place, value) for place in places(tree) for value in values)


@pytest.fixture(scope="session")
def torch():
    """PyTorch, for a second opinion on values and gradients."""
    return pytest.importorskip("torch", reason="PyTorch gives a second opinion; install it with pip install torch")


LIMIT = 60  # seconds within which whatever was stopped or killed must have ended, with all that it had started
ANNOUNCED = """
import sys
from importlib import import_module
import tinynet.cli

module, name = import_module(sys.argv.pop(1)), sys.argv.pop(1)
function = getattr(module, name)

def announced(*arguments, **named):
    print("ready", flush=True)
    return function(*arguments, **named)

setattr(module, name, announced)
tinynet.cli.main()
"""


@pytest.fixture
def killed():
    """A function that kills a command of ours, so many seconds after it has called one of its functions.

    It returns the exit code, what the command said, and the processes that are left.
    """
    psutil = pytest.importorskip("psutil", reason="psutil sees the processes that a command starts")

    def family(command):
        try:
            process = psutil.Process(command.pid)
            return {process, *process.children(recursive=True)}
        except psutil.NoSuchProcess:
            return set()

    def killed(arguments, module, name, folder, number, after, group=False):
        command = subprocess.Popen(
            [sys.executable, "-c", ANNOUNCED, module, name, *arguments], cwd=folder, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": str(folder)},
        )  # fmt: skip
        seen = family(command)
        with command:
            try:
                assert "ready\n" in command.stdout
                time.sleep(after)
                seen |= family(command)
                (os.killpg if group else os.kill)(command.pid, number)
                seen |= family(command)
                said = command.communicate(timeout=LIMIT)[1]
                left = psutil.wait_procs(seen, timeout=LIMIT)[1]
            finally:
                for process in seen:
                    if process.is_running():
                        process.kill()
        return command.returncode, said, left

    return killed
