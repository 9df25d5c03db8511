import numpy as np
import pytest

from tinynet.course import check, manifest
from tinynet.course.calls import Functions
from tinynet.course.grading import grade_exercise
from tinynet.course.rehearsal import rehearse


def found(seeds=range(3)) -> list[str]:
    lessons = manifest.read()
    return list(check.problems(lessons[0], lessons, seeds))


def test_a_sound_lesson_has_no_problems(course):
    assert found() == []


@pytest.mark.parametrize(
    "name, old, new, message",
    [
        ("solution.py", "/ len(x)", "/ 3", "01_sums, mean: the solution fails on seed 0: mean(x): wrong value"),
        ("mutants.py", "len(x) - 1", "len(x)", "01_sums, mean: the mutant unbiased is rejected not at all, on seed 2"),
        ("mutants.py", "def short(x):\n    return x[:-1].sum()", "def short(x):\n    return abs(x).sum()",
         "the mutant short is rejected with another message: total(x): wrong value"),
        ("mutants.py", '@instead_of("mean", "the median")', "", "01_sums, mean: 2 mutants; there must be at least 3"),
        ("alternatives.py", "sum(x.tolist())", "0.0", "01_sums, total: the right answer loop fails on seed 1"),
        ("alternatives.py", '@instead_of("total", "a loop")', "", "total: 0 alternatives; there must be at least 1"),
        ("alternatives.py", '"total"', '"totals"', "mutants or alternatives of ['totals'], which are not exercises"),
        ("test_exercise.py", "def test_mean", "def grade_mean", "the manifest names ['mean', 'total']"),
        ("solution.py", '"""Return the mean of x."""', 'return 3', "mean: the stub does not fail under its own"),
        ("../course.toml", '["divide", "by the count"]', '["divide"]', "mean: 1 hints; there must be at least 2"),
    ],
)  # fmt: skip
def test_each_defect_is_found(course, name, old, new, message):
    path = course / "01_sums" / name
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    assert any(message in problem for problem in found()), found()


def test_a_solution_may_not_use_what_a_later_lesson_introduces(course):
    second = manifest.Lesson(2, "02_later", "Later", 1, (), ("Linear", "functional.tanh"), ())
    path = course / "01_sums" / "solution.py"
    for line in ("import tinynet as tn\ny = tn.Linear\n", "from tinynet.functional import tanh\n"):
        path.write_text(line + path.read_text())
        first = manifest.read()[0]
        problems = list(check.problems(first, [first, second], [0]))
        assert any("the solution uses" in problem and "which lesson 2 introduces" in problem for problem in problems)


@pytest.mark.long  # `tinynet course check` does the same
@pytest.mark.parametrize("lesson", manifest.read(), ids=lambda lesson: lesson.folder)
def test_the_lessons_of_the_course_are_sound(lesson):
    assert list(check.problems(lesson, manifest.read(), [0])) == []


def key(value):
    """Return what a table can be sorted by: a value's bytes."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, (list, tuple)):
        return tuple(map(key, value))
    return "a function" if callable(value) else repr(value)


BY_FUNCTIONS = {  # what they ask lies in functions, which no table can look up; or they have to call these
    "topological_order", "settings_left", "in_tiles", "add_up", "partial_products", "failing_unit", "gate_order",
    "tiled", "block_sum",
}  # fmt: skip


LESSONS = [  # plain pytest asks every third; what is tested is how inputs are drawn and causes named, for all alike
    pytest.param(lesson, marks=[] if lesson.number % 3 == 1 else pytest.mark.long, id=lesson.folder)
    for lesson in manifest.read()
]


@pytest.mark.parametrize("seeds", [(1,), pytest.param((0, 1, 2), marks=pytest.mark.long)], ids=["another", "more"])
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_table_of_the_answers_to_one_seed_fails_on_every_other(lesson, seeds):
    for exercise in lesson.exercises:
        made = rehearse(lesson, exercise.name, Functions(vars(lesson.solution)), 0)
        table = {key(call.arguments): call.outcome.value for call in made}
        source = Functions({exercise.name: lambda *arguments, table=table: table.get(key(arguments), 0)})
        own = {0} if exercise is lesson.exercises[0] else set()  # there a table passes; one exercise shows it
        for seed in own.union(seeds):
            passes = seed == 0 and exercise.name not in BY_FUNCTIONS
            assert grade_exercise(lesson, exercise, source, seed).passed == passes


@pytest.mark.parametrize("mistakes", [1, pytest.param(None, marks=pytest.mark.long)], ids=["one", "all"])
@pytest.mark.parametrize("lesson", LESSONS)
def test_no_cause_is_named_when_an_answer_coincides_with_a_known_mistake_once(lesson, mistakes):
    """The first answer is the mistake's, and the others are not; or the answers are right, at too many calls."""
    for exercise in lesson.exercises:
        right = getattr(lesson.solution, exercise.name)
        answers = [lambda *arguments, right=right: (right(*arguments), right(*arguments))[1]]
        for mutant in lesson.mutants_of(exercise.name)[:mistakes]:
            first = iter([mutant.function])
            answers.append(lambda *arguments, first=first: next(first, lambda *_: "another")(*arguments))
        for answer in answers:
            message = grade_exercise(lesson, exercise, Functions({exercise.name: answer}), 0).message
            assert "usual cause" not in message
