"""Isolation: running code that nobody trusts, and grading it all the same.

A learner's function may loop forever, fill the memory, read the solutions or forge an answer, on purpose or not. Here
it runs in a process of its own that first gives up, for good, everything an exercise does not need. All it can do then
is compute, and whatever goes wrong costs it one exercise. In reading order:

    wire             plain values as bytes and back; no bytes can run code or claim more memory than they fill
    confinement      what the process gives up: files, network, other processes, time and memory
    worker           the learner's side: it confines itself, loads the file and answers calls
    sandbox          the grader's side: it starts the worker, asks, and believes nothing
    judge            a whole lesson graded in this way, by a grader that has limits too
"""

from tinynet.course.isolation.confinement import caveat
from tinynet.course.isolation.sandbox import Limits, Sandbox, clean
from tinynet.course.isolation.judge import grade_isolated, require_unix, stop

__all__ = ["Limits", "Sandbox", "caveat", "clean", "grade_isolated", "require_unix", "stop"]
