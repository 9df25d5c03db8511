"""exercise.py is cut out of solution.py, so the two cannot drift apart.

In a solution, the lines that the learner is to write stand between two marks:

    def affine(x, W, b):
        '''Return x W + b.'''
        # begin solution
        return x @ W + b
        # end solution

In the exercise they become `raise NotImplementedError("affine")`, with the name of the function around them. The marks
may also stand in the body of a class, outside its methods: then the class raises this once it is used.
"""

from __future__ import annotations

import ast
import re

from tinynet.course.manifest import CourseError, Lesson

SOLUTION = re.compile(r"^(?P<indent>[ \t]*)# begin solution\n.*?^[ \t]*# end solution\n", re.DOTALL | re.MULTILINE)
FUNCTION = re.compile(r"^(def|class) (\w+)\(", re.MULTILINE)


def exercise_of(lesson: Lesson) -> str:
    """Return the text of a lesson's exercise.py, unsolved."""
    return stub((lesson.path / "solution.py").read_text("utf-8"))


def stub(solution: str) -> str:
    """Return the text of the exercise.py that belongs to a solution.py.

    Raises:
        CourseError: there are no marks, or they do not pair up, or they stand outside a function.
    """

    def cut(match: re.Match[str]) -> str:
        found = FUNCTION.findall(solution, 0, match.start())
        if not found:
            raise CourseError("a solution's marks must stand inside a function")
        [kind, name], indent = found[-1], match["indent"]
        raising = f'{indent}raise NotImplementedError("{name}")\n'
        if kind == "class" and len(indent) == 4:
            return f"{indent}def __post_init__(self):\n    {raising}"
        return raising

    text, count = SOLUTION.subn(cut, solution)
    if not count or "# begin solution" in text or "# end solution" in text:
        raise CourseError("each '# begin solution' needs its '# end solution', and a solution needs at least one pair")
    return text


def missing(lesson: Lesson, text: str) -> list[str]:
    """Return the exercises of a lesson that an exercise.py does not define, such as those that a newer course added."""
    defined = [name for _, name in FUNCTION.findall(text)]
    return [exercise.name for exercise in lesson.exercises if exercise.name not in defined]


def pieces(lesson: Lesson, text: str) -> list[tuple[str, str]]:
    """Return an exercise.py in pieces, each with its exercise's name, or "" between them; joined, they are the file.

    A piece includes the comments and decorators above its exercise, and the blank lines below it.

    Raises:
        SyntaxError: the file does not parse.
    """
    names, lines = {exercise.name for exercise in lesson.exercises}, text.splitlines(keepends=True)
    found, end = list[tuple[str, str]](), 0  # end: how many lines the pieces so far take
    for node in ast.parse(text).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name not in names:
            continue
        start, stop = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1, node.end_lineno or 0
        while start > end and lines[start - 1].startswith("#"):
            start -= 1
        while stop < len(lines) and not lines[stop].strip():
            stop += 1
        if start > end:
            found.append(("", "".join(lines[end:start])))
        found.append((node.name, "".join(lines[start:stop])))
        end = stop
    return [*found, *([("", "".join(lines[end:]))] if end < len(lines) else [])]
