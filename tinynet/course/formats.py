"""Grades in words, and in formats that other programs read: Gradescope's results.json and JUnit's XML.

They hold no times: the same submission, graded from the same seed, gives the same bytes.

Sources: Gradescope, "Autograder specifications", gradescope-autograders.readthedocs.io/en/latest/specs/; for JUnit, the
schema of Jenkins' xUnit plug-in, junit-10.xsd.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as xml

from tinynet.course.grading import Result

INDENT = " " * 9  # of a grade's message, below its line
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters that XML 1.0 excludes


def line(result: Result) -> tuple[str, str]:
    """Return a grade in words: whether the exercise passed, and its name with its points."""
    what = f"{result.exercise.name}  ({result.points} of {result.exercise.points} points)"
    return "passed" if result.passed else "not yet", what


def repeatable(results: Sequence[Result]) -> str:
    """Return in words how to draw the inputs of some grades again."""
    seed = results[0].seed
    return f"Inputs were drawn from seed {seed}; `tinynet grade` draws them again with --seed {seed}."


def gradescope(results: Sequence[Result]) -> dict[str, Any]:
    """Return the content of Gradescope's results.json: each exercise is a visible test with its points."""
    return {
        "score": sum(result.points for result in results),
        "output": f"{sum(result.passed for result in results)} of {len(results)} exercises pass. {repeatable(results)}",
        "visibility": "visible",
        "tests": [
            {
                "name": f"{result.lesson.number}. {result.lesson.title}: {result.exercise.name}",
                "score": result.points,
                "max_score": result.exercise.points,
                "status": "passed" if result.passed else "failed",
                "output": result.message or "Passed.",
                "output_format": "text",
                "visibility": "visible",
            }
            for result in results
        ],
    }


def junit(results: Sequence[Result]) -> str:
    """Return JUnit's XML: each lesson is a suite, each exercise a case."""
    root = xml.Element("testsuites")
    for lesson, group in groupby(results, lambda result: result.lesson):
        cases = list(group)
        failures = sum(not case.passed for case in cases)
        suite = xml.SubElement(
            root, "testsuite", name=lesson.folder, tests=str(len(cases)), failures=str(failures), errors="0",
            skipped="0",
        )  # fmt: skip
        xml.SubElement(xml.SubElement(suite, "properties"), "property", name="seed", value=str(cases[0].seed))
        for case in cases:
            node = xml.SubElement(suite, "testcase", classname=lesson.folder, name=case.exercise.name)
            if not case.passed:
                message = NOT_XML.sub("\N{REPLACEMENT CHARACTER}", case.message)
                xml.SubElement(node, "failure", message=message.splitlines()[0]).text = message
    xml.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(root, "unicode") + "\n"
