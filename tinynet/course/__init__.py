"""The course: what runs the lessons in `lessons/`, and grades what learners write.

In reading order:

    manifest.py      which lessons there are, with their exercises, points and hints
    stubs.py         exercise.py, cut out of solution.py
    calls.py         calling a learner's function, whatever it does
    answers.py       comparing what it returned with what was expected, and naming the usual cause
    grading.py       one exercise, graded
    plugin.py        the same grades through `pytest lessons/01_layer`
    isolation/       the same grades for code that nobody trusts
    check.py         the proof that every exercise can be solved, and that its grader notices mistakes
    submissions.py   a folder of submissions, graded into one table
    formats.py       grades in the formats of Gradescope and JUnit
    workspace.py     the folder in which a learner works
    script.py        what a running lesson needs: figures, verdicts, the learner's functions
    notebook.py      a lesson's file as text and code in turn
    formulas.py      LaTeX for the terminal
    watching.py      grading at every save
    commands.py      the subcommands of `tinynet` that belong to the course
"""

from tinynet.course.manifest import CourseError, instead_of
from tinynet.course.script import Script

__all__ = ["CourseError", "Script", "instead_of"]
