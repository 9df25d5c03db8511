"""No test waits without a limit: one that hangs says nothing, and holds up all the others."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WAITS = ("run", "check_output", "check_call", "communicate", "wait", "join", "acquire")


def endless(text):
    """Yield the line of each call that can wait for ever: on a process, a thread, an event or a lock."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WAITS:
            name, owner = node.func.attr, ast.unparse(node.func.value)
            process = name in ("run", "check_output", "check_call")
            limited = any(keyword.arg in ("timeout", "blocking") for keyword in node.keywords)
            if not limited and (owner == "subprocess" if process else not node.args):
                yield node.lineno


@pytest.mark.parametrize("path", sorted(HERE.rglob("*.py")), ids=lambda path: path.relative_to(HERE).as_posix())
def test_no_test_waits_without_a_limit(path):
    assert not list(endless(path.read_text("utf-8")))


def test_every_kind_of_waiting_is_seen():
    waits = ["subprocess.run(a)", "subprocess.check_output(a, text=True)", "p.wait()", "t.join()", "p.communicate()"]
    assert all(list(endless(wait)) == [1] for wait in waits)
    limited = ["subprocess.run(a, timeout=9)", "p.wait(9)", "t.join(timeout=9)", "','.join(a)", "app.run(a)"]
    assert not any(list(endless(wait)) for wait in limited)
