"""The most stack that a program for a Cortex-M3 can take, proved from its instructions.

The compiler knows the stack of what it compiles, but not of the floating-point routines that it calls. So we read the
linked program. Without recursion, and without calls whose target is computed, the worst case is the heaviest path:

    most(f) = what f's instructions take off sp + the largest most(g) of all g that f calls, jumps to or runs into

Every instruction of f counts, also those on paths that exclude each other, and a g counts as if all of f's frame still
stood when it begins. So the bound may be too large, but never too small.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LABEL = re.compile(r"^[0-9a-f]+ <(.+)>:$")
LINE = re.compile(r"^ +[0-9a-f]+:\t(\S+)(?:\t([^;@]*))?")
TARGET = re.compile(r"<([^>+]+)(?:\+0x[0-9a-f]+)?>")
CONDITIONS = "eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le"
JUMP = re.compile(rf"^(b|bl|cbn?z|b({CONDITIONS}))(\.[nw])?$")
ENDS = re.compile(r"^(b|bx)(\.[nw])?$")  # nothing runs past it
TAKES = re.compile(r"^sub(w|s)?(\.w)?$")


@dataclass
class Function:
    """The bytes that its instructions take off sp, and the functions that may run on top of it."""

    frame: int = 0
    calls: set[str] = field(default_factory=set)


def functions(listing: str) -> dict[str, Function]:
    """Return the functions of a listing by objdump -d. ValueError for an instruction that defies a bound."""
    found: dict[str, Function] = {}
    name, falls = "", False
    for line in listing.split("\n"):
        if label := LABEL.match(line):
            if falls and name:
                found[name].calls.add(label[1])
            name, falls = label[1], False
            found[name] = Function()
        elif (instruction := LINE.match(line)) and not instruction[1].startswith("."):
            operation, operands = instruction[1], (instruction[2] or "").strip()
            found[name].frame += taken(operation, operands, line)
            if JUMP.match(operation) and (target := TARGET.search(line)) and target[1] != name:
                found[name].calls.add(target[1])
            if not operation.startswith("nop"):  # which fills up to the next function
                falls = not (ENDS.match(operation) or "pc" in operands.partition("{")[2] or operands.startswith("pc"))
    return found


def taken(operation: str, operands: str, line: str) -> int:
    """Return how many bytes an instruction takes off sp."""
    if operation.startswith("push") or (operation.startswith("stmdb") and operands.startswith("sp!")):
        return 4 * (operands.partition("{")[2].count(",") + 1)
    if below := re.search(r"\[sp, #-(\d+)\]!", operands):
        return int(below[1])
    if operands.startswith("sp,") and TAKES.match(operation) and (less := re.search(r"#(\d+)$", operands)):
        return int(less[1])
    computed = operation.startswith("blx") or (operation.startswith("bx") and operands != "lr")
    sets = operands.startswith("sp,") and not operation.startswith(("add", "cmp"))
    if computed or sets or (operands.startswith("pc,") and "[sp]" not in operands):
        raise ValueError(f"no bound on the stack: {line.strip()}")
    return 0


def most(program: dict[str, Function], name: str, path: tuple[str, ...] = ()) -> int:
    """Return the most bytes of stack that a function and all that it calls can take. ValueError for recursion."""
    if name in path:
        raise ValueError(f"no bound on the stack: {' calls '.join((*path, name))}")
    here = program[name]
    return here.frame + max((most(program, call, (*path, name)) for call in sorted(here.calls)), default=0)
