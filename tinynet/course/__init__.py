"""The course: lessons, exercises and their graders (`lessons/` holds what they teach)."""

from tinynet.course.manifest import CourseError, instead_of
from tinynet.course.script import Script

__all__ = ["CourseError", "Script", "instead_of"]
