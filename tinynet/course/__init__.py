"""The course: what runs the lessons in `lessons/`, and grades what learners write.

In reading order:

    manifest         which lessons there are, with their exercises, points and hints
    stubs            exercise.py, cut out of solution.py
    patience         a limit for code that runs in this process
    calls            calling a learner's function, whatever it does
    differences      how a value differs from the expected one, in words
    rehearsal        a grader that asks and does not judge, to draw an input again and to find the usual cause
    answers          what a function returned, as a grader meets it
    grading          one exercise, graded
    plugin           the same grades through `pytest lessons/01_layer`
    isolation/       the same grades for code that nobody trusts
    check            the proof that every exercise can be solved, and that its grader notices mistakes
    submissions      a folder of submissions, graded into one table
    formats          grades in the formats of Gradescope and JUnit
    workspace        the folder in which a learner works
    guesses          the learner's guess at a result, and the result beside it
    results          what lessons with committed results share: rows, differences, smaller pictures
    claims           every claim, and what the learner's own runs said about it
    script           what a running lesson needs: the learner's functions, questions, figures, verdicts
    notebook         a lesson's file as text and code in turn
    recording        a lesson run cell by cell, with what each cell gave, in plain values
    shown            these results as HTML, for the site
    desk             a lesson at work in a browser tab
    formulas         LaTeX for the terminal
    reader           a lesson in the terminal, with a pause at each section and each exercise
    watching         grading at every save
    commands         the subcommands of `tinynet` that belong to the course
"""

from tinynet.course.manifest import CourseError, instead_of
from tinynet.course.calls import Wrong, lending
from tinynet.course.rehearsal import inputs
from tinynet.course.script import Script

__all__ = ["CourseError", "Script", "Wrong", "inputs", "instead_of", "lending"]
