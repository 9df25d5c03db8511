"""The sandbox as an honest learner meets it: an answer counts the same in another process as in this one."""

import sys
import textwrap

import numpy as np
import pytest

from tinynet.course import manifest
from tinynet.course.calls import Functions, Wrong, from_file
from tinynet.course.grading import grade, grade_exercise, solved
from tinynet.course.isolation import confinement, judge, sandbox, wire
from tinynet.course.isolation.judge import grade_isolated
from tinynet.course.isolation.sandbox import Limits, Sandbox
from tinynet.course.stubs import exercise_of


def same(a: object, b: object) -> bool:
    """Return whether two values are the same to the last bit; a nan is the same as itself."""
    return wire.encode(a) == wire.encode(b)


CALLS = {  # bodies of functions that must do the same in this process and in the sandbox
    "plain": "return x * 2",
    "several": "return x.sum(), [int(x[0]), 'a'], {'k': x > 1, 2: None is None}",
    "nothing": "pass",
    "none inside": "return [None]",
    "wrong dtype": "return x.astype(object)",
    "complex": "return 1j",
    "sets": "return {1, 2}",
    "raises": "return x[9]",
    "raises deeply": "def g(): raise ValueError('  two\\n lines')\ng()",
    "leaves": "raise SystemExit(3)",
    "unwritten": "raise NotImplementedError('unwritten')",
    "changes": "x[0] = 9\nreturn x",
    "sorts": "x.sort()\nreturn x",
    "numbers of NumPy": "return numpy.float32(0.1), numpy.int8(3), numpy.bool_(True)",
    "float16": "return x.astype('f2')",
    "empty": "return numpy.zeros((0, 3))",
    "transposed": "return numpy.arange(6).reshape(2, 3).T",
    "not numbers": "return [float('nan'), -0.0, float('inf')]",
    "large integers": "return 2**100, -(2**63), 2**63",
    "text": "return 'Ünï ☃ \\n'",
    "text of NumPy": "return numpy.array(['a', 'b'])[1]",
    "a defaultdict": "d = collections.defaultdict(list)\nd[numpy.int64(1)].append(x[0])\nreturn d",
    "an OrderedDict": "return collections.OrderedDict(b=1, a=collections.Counter('aab'))",
    "a named tuple": "return collections.namedtuple('Pair', 'a b')(1, x)",
    "a named tuple of NumPy's": "return numpy.linalg.slogdet(numpy.eye(2))",
    "a list of its own kind": "return type('L', (list,), {})([1, 2])",
    "a dict of its own kind with a set": "return type('D', (dict,), {})(a={1})",
    "the grader's exception": "raise Wrong",
    "changes a list": "y.append(1)\nreturn 0",
    "changes a list to what cannot be sent": "y.append({1})\nreturn 0",
    "changes its functions": "y[0], y[1] = y[1], y[0]\nreturn 0",
    "changes a function for its own": "y[0] = len\nreturn 0",
    "changes a dtype": "x.dtype = 'i8'\nreturn 0",
}


@pytest.fixture
def both(tmp_path):
    """Return a function that makes two sources of one text: one calls in this process, the other in the sandbox."""

    def make(text: str) -> tuple[Functions, Sandbox]:
        path = tmp_path / "exercise.py"
        path.write_text(text, "utf-8")
        return from_file(path), Sandbox(path)

    return make


def test_an_outcome_is_the_same_in_both_processes(both):
    text = "import collections, numpy\nfrom tinynet.course.calls import Wrong\n\n" + "\n".join(
        f"def f{i}(x, y):\n{textwrap.indent(body, '    ')}\n" for i, body in enumerate(CALLS.values())
    )
    here, there = both(text)
    with there:
        for i, name in enumerate(CALLS):
            arguments = (np.array([3.0, 1.0, 2.0]), [abs, len, abs])
            a, b = here.call(f"f{i}", arguments), there.call(f"f{i}", arguments)
            assert (a.error, a.changed, a.unwritten) == (b.error, b.changed, b.unwritten), name
            assert same(a.value, b.value), name
            assert a.changed == ((1,) if "list to" in name or "function" in name else a.changed), name
        for source in here, there:
            with pytest.raises(Wrong, match=r"exercise.py has no function f99; put it back, or .* `tinynet reset N`"):
                source.call("f99", ())


def test_functions_given_as_arguments_are_called_in_the_graders_process(both):
    text = """
    import collections
    import numpy
    import numpy as np

    def slope(f, x):
        return (f(x + 1e-3) - f(x - 1e-3)) / 2e-3

    def named(f): return f(x=2.0)
    def twice(f, g): return f(g(1.0)), g(f(1.0))
    def wrong(f): return f("text")
    def too_many(f): return f(1, 2, 3)
    def caught(f):
        try: return f("text")
        except TypeError as error: return str(error)
    def ordered(f): return f(collections.OrderedDict(a=1), numpy.linalg.eigh(numpy.eye(2)))
    def unplain(f): return f({1})
    def forever(f):
        while True: f(1.0)

    def deaf(f):
        try: forever(f)
        except BaseException: return 1.0
    """
    here, there = both(textwrap.dedent(text))
    square = lambda x: x * x - 1
    with there:
        for name, arguments in (
            ("slope", (square, np.arange(3.0))),
            ("named", (square,)),
            ("twice", (square, np.exp)),
            ("wrong", (square,)),
            ("too_many", (square,)),
            ("caught", (square,)),
        ):
            a, b = here.call(name, arguments), there.call(name, arguments)
            assert same(a.value, b.value) and a.error == b.error
        for source in here, there:  # one exercise may be given another as its argument
            other = lambda x, source=source: source.call("named", (lambda x: -x,)).value * x
            assert source.call("slope", (other, 0.0)).value == pytest.approx(-2.0)
            assert source.call("ordered", (lambda d, pair: [d["a"], len(pair)],)).value == [1, 2]
            assert source.call("twice", (other, square)).value == (0.0, 3.0)
        assert "raised WireError: an object of type set" in there.call("unplain", (square,)).error

        counted: list[float] = []

        def impatient(x):
            counted.append(x)
            if len(counted) > 100:
                raise Wrong("called its argument more than 100 times")
            return x

        for source, name in (here, "forever"), (here, "deaf"), (there, "forever"):
            del counted[:]
            with pytest.raises(Wrong, match="called its argument more than 100 times"):
                source.call(name, (impatient,))


def test_a_process_that_calls_back_for_too_long_is_ended(both):
    _, there = both("def forever(f):\n    while True: f(1.0)")
    there.limits = Limits(seconds=0.2)
    with there:
        assert there.call("forever", (lambda x: x,)).error == "took longer than 0.2 s; does a loop never end?"
        assert there.call("forever", (lambda x: x,)).error == "took longer than 0.2 s; does a loop never end?"


@pytest.mark.parametrize("layers", [confinement.available(), ("hook",)], ids=["all layers", "the hook's"])
def test_what_an_honest_learner_uses_works(both, monkeypatch, layers):
    monkeypatch.setattr(confinement, "available", lambda: layers)
    text = """
    import collections, copy, dataclasses, functools, itertools, json, math, operator, os, random, re, statistics, sys
    import tempfile, time, typing, warnings
    import numpy as np
    from numpy.linalg import svd

    @dataclasses.dataclass
    class Pair:
        a: int
        b: float = 2.0

    @functools.lru_cache
    def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)

    def use(x):
        print("a line", file=sys.stderr)
        warnings.warn("careful")
        u, s, v = svd(x)
        assert np.allclose(u @ np.diag(s) @ v, x)
        y = np.linalg.solve(x, np.fft.rfft(x[0]).real[0] * np.ones(len(x))) + np.linalg.eigvals(x).real
        big = np.random.default_rng(0).normal(size=(300, 300))
        np.linalg.inv(big @ big.T + np.eye(300))
        with tempfile.TemporaryFile() as file:
            np.save(file, x)
            file.seek(0)
            assert (np.load(file) == x).all()
        np.savetxt("mine.txt", x)
        assert np.allclose(np.loadtxt("mine.txt"), x)
        os.remove("mine.txt")
        pairs = list(itertools.combinations(range(4), 2))
        assert Pair(1) == copy.deepcopy(Pair(1)) and math.comb(4, 2) == len(pairs) and json.loads("[1]") == [1]
        assert re.match("a+", "aaa") and statistics.mean([1, 3]) == 2 and collections.Counter("aab")["a"] == 2
        start = time.perf_counter()
        time.sleep(0.01)
        return fib(30), random.Random(0).random(), y, time.perf_counter() > start, len(os.listdir("."))

    def tape(x):
        import tinynet as tn
        w = tn.Tensor(x, requires_grad=True)
        (w * w).sum().backward()
        net = tn.MLP([3, 4, 2], seed=0)
        return w.grad, net(np.ones((2, 3), np.float32)).data

    def scientific(x):
        from scipy.optimize import linear_sum_assignment
        return linear_sum_assignment(-x)[1].tolist()

    def learned(x):
        import torch

    def pythonic(x):
        with open("exercise.py") as file:
            return len(file.readlines()) > 10
    """
    here, there = both(textwrap.dedent(text))
    x = np.random.default_rng(0).normal(size=(4, 4))
    with there:
        outcome = there.call("use", (x,))
        assert outcome.error == "" and outcome.value[0] == 832040 and outcome.value[3:] == (True, 1)
        assert sorted(there.call("scientific", (x,)).value) == [0, 1, 2, 3]
        missing = "raised ModuleNotFoundError: No module named 'torch'; an exercise has NumPy, SciPy and tinynet"
        assert there.call("learned", (x,)).error.startswith(missing)
        assert there.call("pythonic", (x,)).value is True
        a, b = here.call("tape", (x,)), there.call("tape", (x,))
        assert b.error == "" and same(a.value, b.value)


def test_the_course_gets_the_same_grades_as_in_this_process(lesson):
    (lesson.path / "stub.py").write_text(exercise_of(lesson))
    for name in "solution.py", "stub.py":
        path = lesson.path / name
        with Sandbox(path) as there:
            for exercise in lesson.exercises:
                a, b = grade_exercise(lesson, exercise, from_file(path)), grade_exercise(lesson, exercise, there)
                assert a.message == b.message and (a.points == exercise.points) == (name == "solution.py")
    assert all(result.passed for result in grade_isolated(lesson, lesson.path / "solution.py"))
    for mutant in lesson.mutants:
        assert not all(r.passed for r in grade(lesson, solved(lesson, **{mutant.exercise: mutant.function})))


@pytest.mark.parametrize("name", ["recursive", "takes_inputs_off", "added_in_place"])
def test_a_mistake_in_what_an_answer_does_is_named_in_another_process_too(name, tmp_path):
    """Recursion, a list that was lent and popped, an array that was lent and added to."""
    lesson = manifest.lesson(2)
    [mutant] = [mutant for mutant in lesson.mutants if mutant.function.__name__ == name]
    text = (lesson.path / "mutants.py").read_text().replace("from tinynet.course import instead_of", "")
    path = tmp_path / "exercise.py"
    path.write_text(f"def instead_of(*about): return lambda function: function\n{text}\n{mutant.exercise} = {name}\n")
    with Sandbox(path) as source:
        assert mutant.about in grade_exercise(lesson, lesson.exercise(mutant.exercise), source).message


def test_every_exercise_gets_a_new_process(course, lesson):
    """What one exercise does to the interpreter does not reach the next."""
    (course / "mine.py").write_text(
        "import numpy\n"
        "def total(x):\n    numpy.ndarray.__len__ = None\n    numpy.mean = print\n    return float(x.sum())\n"
        "def mean(x): return numpy.mean(x)\n"
    )
    assert grade_isolated(lesson, course / "mine.py")[1].passed


def test_a_file_that_cannot_be_loaded_costs_all_exercises_and_is_tried_once(course, lesson):
    for text, message in (
        ("def total(x)\n", "exercise.py does not parse: expected ':', line 1"),
        ("while True: pass", "mine.py, while it was loaded, took longer than 0.2 s; does a loop never end?"),
    ):
        (course / "mine.py").write_text(text)
        results = grade_isolated(lesson, course / "mine.py", limits=Limits(seconds=0.2))
        assert [result.message for result in results] == [message] * 2
    (course / "mine.py").unlink()
    assert "there is no mine.py in" in grade_isolated(lesson, course / "mine.py")[0].message


def test_a_grader_that_a_value_keeps_busy_or_breaks_costs_that_exercise(course, lesson, monkeypatch):
    """The grader's own time and memory are limited: what it computes may depend on the answer."""
    grader = course / "01_sums" / "test_exercise.py"
    grader.write_text(
        "import os\nimport numpy as np\n"
        "def test_total(exercise, rng): exercise.total(lambda n: os.abort())\n"
        "def test_mean(exercise, rng): np.ones(exercise.mean(rng.normal(size=4)).value)\n"
    )
    (course / "mine.py").write_text("def total(f): return f(2**30)\ndef mean(x): return 2**40\n")
    for isolated in True, False:
        total, mean = grade_isolated(lesson, course / "mine.py", isolated=isolated)
        assert total.message == "total: the grader got stuck on this answer"
        assert mean.message.startswith("mean: the grader cannot judge this answer: ")
        assert "Unable to allocate" in mean.message
    grader.write_text(
        "class Full(Exception):\n    def __str__(self): raise MemoryError\n"
        "def test_total(exercise, rng): raise Full\ndef test_mean(exercise, rng): pass\n"
    )
    total, mean = grade_isolated(lesson, course / "mine.py")
    assert total.message == "total: the grader got stuck on this answer" and mean.passed
    grader.write_text("import time\ndef test_total(exercise, rng): time.sleep(1e6)\ntest_mean = test_total\n")
    monkeypatch.setattr(judge, "OWN_SECONDS", 0.2)
    results = grade_isolated(lesson, course / "mine.py", limits=Limits(seconds=0.1))
    assert all("the grader got stuck on this answer" in result.message for result in results)


def test_what_a_trusted_file_writes_to_standard_output_is_no_grade(course, lesson):
    (course / "mine.py").write_text(
        "import os, sys\nos.write(1, b'[\"\", 0.0]\\n' * 2)\nsys.__stdout__.write('hello\\n')\n"
        "def total(x): return 0.5\ndef mean(x): return x.mean()\n"
    )
    total, mean = grade_isolated(lesson, course / "mine.py", isolated=False)
    assert total.message.startswith("total(x): wrong value") and mean.passed


def test_a_lesson_that_cannot_be_graded_is_the_teachers_error(course, lesson, monkeypatch):
    (course / "mine.py").write_text("def total(x): return 0.0\n")
    (course / "01_sums" / "test_exercise.py").write_text("import nothing_of_that_name\n")
    with pytest.raises(manifest.CourseError, match=r"lesson 1 could not be graded: .*nothing_of_that_name"):
        grade_isolated(lesson, course / "mine.py")
    monkeypatch.setattr(sandbox, "PROGRAM", "import nothing")
    with pytest.raises(manifest.CourseError, match="could not start: ended its process"), Sandbox(course / "mine.py"):
        pass
    monkeypatch.undo()
    monkeypatch.setattr(confinement, "NAMES", (*confinement.NAMES, "moat"))
    assert confinement.caveat().startswith("this system has no moat: ")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux ends the process with its grader; elsewhere its time does")
def test_nothing_is_left_behind(course):
    psutil = pytest.importorskip("psutil")
    (course / "mine.py").write_text("import time\ndef total(x): time.sleep(1e6)\n")
    with Sandbox(course / "mine.py", Limits(seconds=0.2)) as source:
        folder = source._folder
        assert folder.exists()
        source.call("total", (1.0,))
        process = psutil.Process(source._process.pid)
    assert not process.is_running()
    assert not folder.exists()
