import pytest

from tinynet.course.manifest import CourseError
from tinynet.course.stubs import stub

TWO = '''def f(x):
    """Return x."""
    y = x
    # begin solution
    return y
    # end solution


def g(x):
    if x:
        # begin solution
        return 1

    return 2
        # end solution
    return 3
'''


def test_solutions_are_cut_out_under_the_name_of_their_function():
    assert stub(TWO) == (
        'def f(x):\n    """Return x."""\n    y = x\n    raise NotImplementedError("f")\n\n\n'
        'def g(x):\n    if x:\n        raise NotImplementedError("g")\n    return 3\n'
    )


@pytest.mark.parametrize(
    "text, message",
    [
        ("def f():\n    return 1\n", "at least one pair"),
        ("def f():\n    # begin solution\n    return 1\n", "needs its '# end solution'"),
        (TWO + "    # end solution\n", "needs its '# end solution'"),
        ("# begin solution\nx = 1\n# end solution\n", "inside a function"),
    ],
)
def test_marks_that_do_not_pair_up_are_refused(text, message):
    with pytest.raises(CourseError, match=message):
        stub(text)
