import collections
import dataclasses
import os
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tinynet.course import inputs, manifest
from tinynet.course.answers import Exercises, difference
from tinynet.course.calls import Functions, Wrong, copy, from_file, identical
from tinynet.course.grading import grade, grade_exercise, grade_file, solved
from tinynet.course.isolation import grade_isolated


def messages(lesson, **functions) -> dict[str, str]:
    return {result.exercise.name: result.message for result in grade(lesson, solved(lesson, **functions))}


def raises(error):
    raise error


def test_a_right_answer_passes_and_a_known_mistake_is_named(lesson):
    assert set(messages(lesson).values()) == {""}
    message = messages(lesson, total=lambda x: np.abs(x).sum())["total"]
    x = np.random.default_rng(0).normal(size=5)
    assert message.startswith("total(x): wrong value\n  expected: ") and f"{np.abs(x).sum():.6g}" in message
    assert "\n  on the input\n    x = [ 0.1257" in message
    assert message.endswith("usual cause: the sum is of absolute values")
    assert "usual cause" not in messages(lesson, total=lambda x: 3.0)["total"]


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda x: None, "returned None; does every path through the function end in `return`?"),
        (lambda x: x, r"wrong shape: expected a number, got an array of shape \(5,\)"),
        (lambda x: "three", "wrong value: expected .*, got 'three'"),
        (lambda x: x.astype(object), "returned an array of dtype object, where numbers were expected"),
        (lambda x: {1, 2}, "returned an object of type set"),
        (lambda x: 1 + 2j, "returned an object of type complex"),
        (lambda x: x.sum() > 0, "wrong dtype: expected float64, got bool"),
        (lambda x: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda x: x.sort() or x.sum(), "changed its argument x; work on a copy"),
        (lambda x, y: 0, "raised TypeError: .*missing 1 required positional argument: 'y'"),
        (3, r"solution.py has no function total; put it back, or start afresh with `tinynet reset N`"),
        (lambda x: raises(ValueError()), r"raised ValueError( \(line|$)"),
        (lambda x: raises(ValueError("x" * 9999)), r"raised ValueError: x{300}( \(line|$)"),
        (lambda x: raises(BaseException("odd")), "raised BaseException: odd"),
    ],
)
def test_the_first_line_says_what_went_wrong(lesson, function, message):
    assert re.search(message, messages(lesson, total=function)["total"].splitlines()[0])


def test_a_file_that_cannot_be_loaded_says_why_in_one_line(lesson, tmp_path):
    path = tmp_path / "exercise.py"
    for text, message in (
        ("def total(x)\n    return 1\n", "exercise.py does not parse: expected ':', line 1"),
        ("x = 1\0\n", "exercise.py does not parse: source code string cannot contain null bytes$"),
        ("import numpy as np\nnp.nothing\n", "fails while it is loaded: AttributeError: .*line 2: np.nothing"),
        ("open('data.csv')\n", "fails while it is loaded: FileNotFoundError: .*line 1: open"),
        ("raise BaseException('odd')\n", "fails while it is loaded: BaseException: odd"),
    ):
        path.write_text(text)
        with pytest.raises(Wrong, match=message):
            from_file(path)
        results = grade_file(lesson, path)
        assert len(results) == 2 and all("\n" not in result.message and result.points == 0 for result in results)
    path.write_bytes("# Ünal".encode("latin-1"))
    with pytest.raises(Wrong, match=r"exercise.py is not text in UTF-8; save it as such"):
        from_file(path)
    with pytest.raises(Wrong, match=r"there is no exercise2.py in .*`tinynet reset N` makes a new one"):
        from_file(tmp_path / "exercise2.py")


@pytest.mark.parametrize("make", [os.mkdir, getattr(os, "mkfifo", None), lambda path: os.symlink("/dev/zero", path)])
@pytest.mark.parametrize("grade", [grade_file, grade_isolated])
def test_what_is_no_file_is_refused_at_once(lesson, tmp_path, make, grade):
    """A pipe would wait for ever, and /dev/zero has no end."""
    pytest.importorskip("resource", reason="Windows has none of these")
    make(tmp_path / "exercise.py")
    for result in grade(lesson, tmp_path / "exercise.py"):
        assert re.match("exercise.py (is not a file of at most 1 MB|cannot be read .*must be a file)", result.message)


def on_odd(right, wrong):
    """Return a function that is wrong on every other input, which one cannot tell from one input."""
    return lambda x: wrong(x) if x[-1] > 0 else right(x)


def test_a_mistake_is_named_only_if_it_agrees_on_several_inputs(lesson):
    """On the failing input each of these returns what a known mistake returns."""
    right, absolute = lambda x: float(x.sum()), lambda x: float(np.abs(x).sum())
    x = np.random.default_rng(0).normal(size=5)
    cause = "usual cause: the sum is of absolute values"
    assert cause in messages(lesson, total=absolute)["total"]
    assert cause in messages(lesson, total=lambda x: np.float32(np.abs(x)[::-1].sum()))["total"]
    for coincides in (
        lambda x: 1.5071,
        on_odd(right, absolute),
        lambda x, known=x: absolute(x) if np.array_equal(x, known) else right(x),
        lambda x, known=x: absolute(x) if np.array_equal(x, known) else raises(ValueError),
    ):
        message = messages(lesson, total=coincides)["total"]
        assert "usual cause" not in message


def test_one_input_counts_once_on_however_many_seeds_it_comes(lesson):
    def test_total(exercise, rng):
        for x in rng.normal(size=3), np.ones(2):
            exercise.total(x).equals(float(x.sum()))

    def ones(f):
        return lambda x: f(x) if x[0] == 1 else float(x.sum())

    lesson.grader.test_total = test_total
    lesson.mutants[:] = [manifest.Variant("total", "a product", ones(lambda x: x.prod()))]
    assert "usual cause" not in messages(lesson, total=ones(lambda x: 1.0))["total"]


def test_a_mistake_is_named_in_whole_numbers_too(lesson):
    def test_total(exercise, rng):
        for _ in range(3):
            x = rng.integers(-9, 10, 5).astype(float)
            exercise.total(x).equals(float(x.sum()))

    lesson.grader.test_total = test_total
    told = messages(lesson, total=lambda x: int(np.abs(x).sum()))["total"]  # where the known mistake returns a float
    assert "usual cause: the sum is of absolute values" in told


def test_numbers_that_are_searched_for_need_only_be_near(lesson):
    nearly = lambda x: float(np.abs(x).sum()) * 1.004
    assert "usual cause" not in messages(lesson, total=nearly)["total"]
    lesson.grader.NEAR = {"total": 0.01}
    assert "usual cause: the sum is of absolute values" in messages(lesson, total=nearly)["total"]
    assert "usual cause" not in messages(lesson, total=lambda x: float(np.abs(x).sum()) * 1.04)["total"]


def test_a_failure_says_which_exercise_to_mend_first(lesson):
    """The solution of `mean` calls `total`."""
    first = "first of all: total does not pass; if you call it here, mend it before this one"
    found = messages(lesson, total=lambda x: 3.0, mean=lambda x: 4.0)
    assert found["mean"].endswith(first) and "first of all" not in found["total"]
    assert "first of all" not in messages(lesson, mean=lambda x: 4.0)["mean"]


def test_a_mistake_is_not_named_if_another_one_does_the_same(lesson):
    twin = manifest.Variant("total", "another kind of mistake", lambda x: np.abs(x).sum())
    cause = "usual cause: the sum is of absolute values"
    assert cause in messages(lesson, total=lambda x: np.abs(x).sum())["total"]
    lesson.mutants.append(twin)
    assert "usual cause" not in messages(lesson, total=lambda x: np.abs(x).sum())["total"]
    lesson.mutants[-1] = dataclasses.replace(twin, about="the sum is of absolute values")  # both say the same
    assert cause in messages(lesson, total=lambda x: np.abs(x).sum())["total"]


def counting(most):
    """Return a grader that allows so many calls of a function that squares."""

    def test_total(exercise, rng):
        made = []
        answer = exercise.total(lambda v: made.append(v) or v * v)
        answer.equals(4.0)
        if len(made) > most:
            raise answer.wrong(f"square was called {len(made)} times")

    return test_total


def test_after_a_count_of_calls_no_mistake_is_named_from_the_value(lesson):
    lesson.grader.test_total = counting(most=1)
    lesson.mutants[:] = [
        manifest.Variant("total", "called once for each sign", lambda f: (f(2.0) + f(-2.0)) / 2),
        manifest.Variant("total", "not squared", lambda f: 2.0),
    ]
    assert "usual cause: called once for each sign" in messages(lesson, total=lambda f: f(2.0) + 0 * f(-2.0))["total"]
    for function in (lambda f: (f(2.0), f(2.0))[1], lambda f: f(2.0) + 0 * f(2.0) + 0 * f(2.0)):
        message = messages(lesson, total=function)["total"]
        assert "square was called" in message and "usual cause" not in message
    assert "usual cause: not squared" in messages(lesson, total=lambda f: np.sqrt(f(2.0)))["total"]


def test_after_an_error_a_mistake_is_named_only_if_the_calls_before_it_were_the_same(lesson):
    lesson.grader.test_total = counting(most=1)
    lesson.mutants[:] = [manifest.Variant("total", "looked up too early", lambda f: {}["x"])]
    assert "usual cause: looked up too early" in messages(lesson, total=lambda f: {}["x"])["total"]
    assert "usual cause" not in messages(lesson, total=lambda f: {}["xx"[: int(f(1.0))]])["total"]


@pytest.mark.parametrize("grade", [grade_file, grade_isolated])
@pytest.mark.parametrize("value", ["[2.0, 3.0]", "np.array([2.0, 3.0])"])
def test_what_a_function_lends_must_not_be_changed_here_or_in_another_process(lesson, tmp_path, grade, value):
    """What is not lent may be changed: the learner may well add to an array that f returned."""
    grader = (
        "import numpy as np\nfrom tinynet.course import lending\n"
        f"def test_total(exercise, rng):\n    exercise.total(MARK(lambda n: {value}), np.sum).equals(5.0)\n"
        "def test_mean(exercise, rng): pass\n"
    )
    changes = "def total(f, g):\n    a, b = f(1), f(2)\n    a[0] = 0.0\n    return 2.0 + a[1]\n"
    for mark, function, message in (
        ("lending", changes, "total(x, g): changed what x returned; work on a copy"),
        ("", changes, None),
        ("lending", "def total(f, g): return float(g(f(1)))\n", None),
    ):  # fmt: skip
        solution = lesson.path / "solution.py"
        solution.write_text("def total(x, g): return 5.0\ndef mean(x): return 1.0\n")
        (lesson.path / "test_exercise.py").write_text(grader.replace("MARK", mark))
        (tmp_path / "exercise.py").write_text(function)
        graded = grade(manifest.lesson(1), tmp_path / "exercise.py")[0]
        assert graded.passed == (message is None) and graded.message.startswith(message or "")


def test_recursion_as_deep_as_a_graph_fails_in_another_process_too(lesson, tmp_path):
    (tmp_path / "exercise.py").write_text(
        "import sys\nsys.setrecursionlimit(10**6)\n"
        "def down(n): return down(n - 1) if n else 0.0\ndef total(x): return down(1500)\n"
    )
    assert "total(x): raised RecursionError" in grade_isolated(lesson, tmp_path / "exercise.py")[0].message


def test_the_input_of_a_message_can_be_drawn_again_with_its_functions():
    lesson = manifest.lesson(2)
    message = grade_exercise(lesson, lesson.exercise("backward"), solved(lesson, backward=lambda *a: {}), 5).message
    [line] = re.findall("to get it: (.*)", message)
    names = {}
    exec(line, names)
    order, vjp, g = names["order"], names["vjp"], names["g"]
    assert "a function" not in message and f"vjp = {line.split(' = ')[1]}[1]\n" in message
    assert order == ["y", "a", "b", "c", "x"] and g.shape == (3,)
    assert set(lesson.solution.backward(order, vjp, g)) == set(order)
    for call in (0, 999):
        with pytest.raises(manifest.CourseError, match=rf"makes \d+ calls; there is no call {call}$"):
            inputs(2, "backward", call, seed=0)


class Mute(Wrong):
    """A failure of the grader's kind that says nothing."""

    def __str__(self) -> str:
        return ""


class Unshown(Exception):
    """An error whose text cannot be made."""

    def __str__(self) -> str:
        raise self.args[0]


@pytest.mark.parametrize(
    "error, message",
    [
        (Wrong(), r"total\(x\): raised Wrong$"),
        (Wrong("well done"), r"total\(x\): raised Wrong: well done"),
        (Mute("x"), r"total\(x\): raised Mute"),
        (Unshown(Wrong()), r"total\(x\): raised an error that cannot be shown"),
        (Unshown(Mute()), r"total\(x\): raised an error that cannot be shown"),
        (Unshown(manifest.CourseError()), r"total\(x\): raised an error that cannot be shown"),
        (Unshown(SystemExit(0)), r"total\(x\): raised an error that cannot be shown"),
    ],
)
def test_an_exception_of_the_graders_is_the_learners_when_the_learner_raises_it(lesson, error, message):
    result = grade(lesson, solved(lesson, total=lambda x: raises(error)))[0]
    assert not result.passed and result.points == 0
    assert re.match(message, result.message.splitlines()[0])


def test_an_exception_of_the_graders_passes_nothing_while_a_file_is_loaded(lesson, tmp_path):
    start = "from tinynet.course.calls import Wrong\nclass E(Exception):\n    def __str__(self): raise Wrong\n"
    for text, message in (
        ("raise E", "exercise.py fails while it is loaded: an error that cannot be shown"),
        ("raise Wrong", "exercise.py fails while it is loaded: Wrong (line 4: raise Wrong)"),
    ):
        (tmp_path / "exercise.py").write_text(start + text)
        results = grade_file(lesson, tmp_path / "exercise.py")
        assert [(result.points, result.message) for result in results] == [(0, message)] * 2


def test_a_failure_of_the_graders_that_says_nothing_is_a_failure(lesson):
    for error in Wrong(), Wrong(" "), Mute("x"):
        lesson.grader.test_total = lambda exercise, rng, error=error: raises(error)
        result = grade(lesson, solved(lesson))[0]
        assert (result.passed, result.points, result.message) == (False, 0, "total: failed without saying why")


@pytest.mark.parametrize(
    "value, expected",
    [
        (collections.defaultdict(int, a=1), {"a": 1}),
        (collections.OrderedDict(b=2.0, a=1), {"a": 1, "b": 2.0}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        ({"a": collections.defaultdict(list, b=[np.int64(1)])}, {"a": {"b": [1]}}),
        (np.linalg.slogdet(np.eye(2)), (1.0, 0.0)),
        (type("L", (list,), {})([1, 2]), [1, 2]),
        (np.array(["a", "b"])[1], "b"),
    ],
)
def test_a_value_of_a_type_derived_from_pythons_own_counts_as_one(lesson, value, expected):
    came = Exercises(lesson, Functions({"total": lambda x: value})).total(1.0).equals(expected)
    assert type(came) is type(expected)


def test_a_raised_error_shows_the_line_of_the_learners_file(lesson, tmp_path):
    (tmp_path / "exercise.py").write_text("def total(x):\n    y = x\n    return y[9]\n")
    message = grade_file(lesson, tmp_path / "exercise.py")[0].message
    assert "raised IndexError: index 9 is out of bounds for axis 0 with size 5 (line 3: return y[9])" in message
    source = from_file(tmp_path / "exercise.py")
    (tmp_path / "exercise.py").write_text("saved = 'again'\n" * 3)
    assert "(line 3: return y[9])" in source.call("total", (np.zeros(5),)).error


def test_a_stub_that_does_not_give_its_name_gets_the_functions(lesson, tmp_path):
    (tmp_path / "exercise.py").write_text("def total(x):\n    raise NotImplementedError\n")
    assert grade_file(lesson, tmp_path / "exercise.py")[0].message.startswith("total is not written yet")


def test_a_grader_cannot_call_an_unknown_exercise(lesson):
    with pytest.raises(manifest.CourseError, match="no exercise 'totals'"):
        _ = Exercises(lesson, Functions({})).totals


numbers = st.sampled_from([np.float32, np.float64, np.int64, np.bool_])
values = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
    | arrays.arrays(numbers, arrays.array_shapes(max_dims=2, max_side=3), elements={"allow_nan": False}),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)  # fmt: skip


@given(values)
def test_a_value_equals_its_copy(value):
    assert identical(value, copy(value)) and difference(copy(value), value) == ""


@pytest.mark.parametrize(
    "got, expected, found",
    [
        (np.float32(1), 1.00001, ""),
        (np.float32([1, 2]), np.array([1.00001, 2]), ""),  # near enough for float32
        (np.array([1, 2.0]), np.array([1.00001, 2]), "wrong values: 1 of 2 differ, the first at [0]: expected"),
        (np.array([1, 2]), np.array([1.0, 2.0]), ""),
        (np.array([1.0, 2.0]), np.array([1, 2]), "wrong dtype: expected int64, got float64"),
        (np.array([True]), np.array([1]), "wrong dtype: expected int64, got bool"),
        (np.array([1, 0]), np.array([True, False]), "wrong dtype: expected bool, got int64"),
        (
            np.array([[1.0, 2.0]]),
            np.array([1.0, 2.0]),
            "wrong shape: expected an array of shape (2,), got an array of shape (1, 2)",
        ),
        (float("nan"), 1.0, "wrong value"),
        (2**70, 3, "wrong value"),
        (3, 2**70, "wrong value"),
        (2**70, 2**70, ""),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf]), ""),
        (np.array([1.0, 1.0]), np.array([np.nan, np.inf]), "wrong values: 2 of 2 differ"),
        (
            np.array([False, True]),
            np.array([True, True]),
            "wrong values: 1 of 2 differ, the first at [0]: expected True, got False",
        ),
        (0.0, 1e-13, ""),
        ([1, 2], (1, 2), ""),
        (np.array([1.0, 2.0]), (1.0, 2.0), ""),
        (np.array([1.0, 2.0]), (1, 2), "value 1 of 2: wrong dtype"),
        ((1.0, 2.0), (1.0, 2.5), "value 2 of 2: wrong value"),
        ((1, 2, 3), (1, 2), "wrong structure: expected 2 values, got a tuple of 3"),
        ({"a": 1}, {"a": 2}, "key 'a': wrong value"),
        ({"b": 1}, {"a": 1}, "wrong structure: expected the keys ['a'], got a dict of 1"),
        (np.zeros((0, 3)), np.zeros((0, 3)), ""),
        ("a", "b", "wrong value: expected 'b', got 'a'"),
        (1, "b", "wrong value: expected 'b', got 1"),
        ([1.0], 1.0, "wrong value: expected 1.0, got a list of 1"),
    ],
)
def test_differences_in_words(got, expected, found):
    assert difference(got, expected).startswith(found) and bool(difference(got, expected)) == bool(found)
