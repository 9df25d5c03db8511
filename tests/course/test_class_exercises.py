"""An exercise that is a class, a parameterization: graded in plain values, here and in a process of its own."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.course.answers import Exercises
from tinynet.course.calls import Functions, Wrong, from_text, observed
from tinynet.course.grading import grade_exercise, solved
from tinynet.course.isolation.sandbox import Sandbox
from tinynet.course.script import Script
from tinynet.course.stubs import exercise_of, missing, stub
from tinynet.parameterizations.base import Parameterization

LESSON = manifest.lesson(22)
MINE = LESSON.exercise("Mine")


WRONG = {
    "Cut": (
        """
@dataclass(repr=False)
class Cut(Parameterization):
    factor: float = 1 / 8
    holds = {"c": ("c", "n")}
    def initialize(self, rng, fan_in):
        self.c = Parameter(uniform(rng, (self.n,), fan_in))
    def weight(self):
        return F.exp(0 * self.c) * np.resize(self.c.numpy(), self.shape)
""",
        "Mine: the gradient with respect to 'c' is wrong: backward() gives 0",
    ),
    "Raises": (
        """
@dataclass(repr=False)
class Raises(Parameterization):
    factor: float = 1 / 8
    def initialize(self, rng, fan_in):
        raise ValueError("not today")
""",
        "Mine: a matrix of shape",
    ),
    "Function": ("def Function(factor): return 1", "Function() takes 1 positional argument but 5 were given"),
    "Nothing": ("", "has no function Nothing"),
    "OfTinynet": ("class OfTinynet(tinynet.Hashed): pass", "this is tinynet's Hashed"),
}
FORGED = {  # what takes the place of a view
    "zeros": "lambda recipe, view, shape, seed, *given: np.zeros(shape)",
    "all is well": "lambda *asked: True",
    "an echo": "lambda recipe, view, shape, seed, *given: given[-1] if given else np.zeros(shape)",
    "no bits": "lambda recipe, view, *rest: true(recipe, view, *rest) | {'bits': 0, 'state': {}} if view in "
    "('state', 'from state') else true(recipe, view, *rest)",
    "no gradient": "lambda recipe, view, *rest: true(recipe, view, *rest) | {'gradients': {'c': np.zeros(3)}} if view "
    "== 'gradients' else true(recipe, view, *rest)",
    "one seed": "lambda recipe, view, shape, seed, *given: true(recipe, view, shape, 7, *given)",
    "nan": "lambda recipe, view, *rest: true(recipe, view, *rest) | {'moved': {'c': (np.nan, np.nan)}} if view == "
    "'moved' else true(recipe, view, *rest)",
}
HEAD = """
import tinynet
from tinynet.parameterizations import contract

true = contract.observe
contract.observe = lambda recipe, *asked: getattr(recipe, "forge", true)(recipe, *asked)
"""


class Named:
    """Functions of which one plays the part of Mine. source: the functions; name: of that one."""

    def __init__(self, source, name):
        self.source, self.name = source, name

    def call(self, name, arguments):
        return self.source.call(self.name, arguments)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """A process of its own with the solution, the wrong classes and the forgers."""
    pytest.importorskip("msgpack")
    parts = [(LESSON.path / "solution.py").read_text(), HEAD, *(text for text, _ in WRONG.values())]
    parts += [f"class Forger{i}(Mine):\n    forge = staticmethod({how})\n" for i, how in enumerate(FORGED.values())]
    path = tmp_path_factory.mktemp("forger") / "exercise.py"
    path.write_text("\n".join(parts))
    with Sandbox(path) as source:
        yield source


def test_a_right_class_passes_in_another_process(sandbox):
    assert grade_exercise(LESSON, MINE, Named(sandbox, "Mine"), seed=5).message == ""


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_class_is_told_why_in_another_process(name, sandbox):
    assert WRONG[name][1] in grade_exercise(LESSON, MINE, Named(sandbox, name), seed=5).message


@pytest.mark.parametrize("i", range(len(FORGED)), ids=FORGED)
def test_a_forged_view_is_refused(i, sandbox):
    asked = (1 / 8,), "build", (9, 7), 3, ()
    assert not sandbox.call("Mine", asked).error  # the process is alive
    assert not grade_exercise(LESSON, MINE, Named(sandbox, f"Forger{i}"), seed=5).passed


def test_the_views_of_a_class_are_those_of_the_contract():
    cls, asked = LESSON.solution.Mine, ((1 / 8,), "build", (9, 7), 3, ())
    W = Exercises(LESSON, Functions({"Mine": cls})).Mine(*asked).value["W"]
    np.testing.assert_array_equal(W, cls(1 / 8).build((9, 7), 3).weight().numpy())
    np.testing.assert_array_equal(W, observed(cls, *asked)["W"])


def test_mistakes_are_named_by_the_contract_alone():
    for variant in LESSON.mutants_of("Mine"):
        message = grade_exercise(LESSON, MINE, solved(LESSON, Mine=variant.function), seed=1).message
        assert variant.about in message and "usual cause" not in message


def test_classes_of_lessons_take_no_place_among_the_recipes():
    names = {v.function.__name__ for v in LESSON.mutants_of("Mine")} | {"Mine"}
    assert not names & set(Parameterization.registry) - {"Mine"}
    assert Parameterization.registry["Hashed"] is tn.Hashed


def test_the_solutions_are_short_and_follow_the_contract():
    for file in "solution.py", "alternatives.py":
        for block in (LESSON.path / file).read_text().split("@dataclass(repr=False)\n")[1:]:
            assert len(block.split("\n\n\n")[0].splitlines()) < 60
    tn.check_parameterization(LESSON.solution.Mine(1 / 8))
    for variant in LESSON.alternatives:
        if variant.exercise == "Mine":
            tn.check_parameterization(variant.function(1 / 4), shape=(12, 10))


CLASS = """class Thing(Base):
    '''A thing.'''

    factor: float = 1

    # begin solution
    def weight(self):
        return 1

    # end solution


def f():
    # begin solution
    return 1
    # end solution
"""


def test_the_stub_of_a_class_raises_once_it_is_used():
    text = stub(CLASS)
    assert text.startswith(
        "class Thing(Base):\n    '''A thing.'''\n\n    factor: float = 1\n\n    def __post_init__(self):\n"
    )
    assert text.count('raise NotImplementedError("Thing")') == 1 and 'raise NotImplementedError("f")' in text
    assert missing(LESSON, exercise_of(LESSON)) == []
    with pytest.raises(Wrong, match="Mine is not written yet"):
        Exercises(LESSON, from_text(exercise_of(LESSON), LESSON.path / "exercise.py")).Mine(
            (0.5,), "build", (9, 7), 0, ()
        )


@pytest.mark.parametrize("own", [True, False])
def test_a_lesson_gets_the_learners_class_which_files_and_sweeps_find_by_its_name(own, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["lesson.py"])
    monkeypatch.setitem(Parameterization.registry, "Mine", None)  # and put back
    folder = tmp_path / "lessons" / LESSON.folder
    folder.mkdir(parents=True)
    solution = (LESSON.path / "solution.py").read_text().replace("wallpaper", "of the learner")
    (folder / "exercise.py").write_text(solution if own else exercise_of(LESSON))
    names = {"Script": Script, "__file__": str(folder / "lesson.py")}
    exec("lesson = Script(22)", names)
    Mine = names["lesson"].exercise("Mine")
    assert Mine.title == ("of the learner" if own else "wallpaper")
    assert ("this is your own class, and it passes" in capsys.readouterr().out) == own
    net = tn.MLP([6, 5, 3], Mine(1 / 2), seed=1)
    tn.save(net, tmp_path / "net")
    assert type(tn.load(tmp_path / "net").layers[0].weight) is Mine
    assert isinstance(tn.frontier.methods.recipe("Mine", 1 / 8, [(6, 5)]), Mine)
