"""Settings for all tests."""

from hypothesis import settings

# The same examples on every run, and no time limit on one: the first may compile.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")
