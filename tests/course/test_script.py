import ast
import signal

import numpy as np
import pytest

from tinynet.course import guesses, manifest, patience, workspace
from tinynet.course.script import Script


def running(path) -> Script:
    """Return the Script of a lesson's file that is running, or of a notebook if there is none."""
    names = {"Script": Script} | ({"__file__": str(path)} if path else {})
    exec("lesson = Script(1)", names)
    return names["lesson"]


@pytest.fixture
def script(space, lesson, monkeypatch) -> Script:
    monkeypatch.setattr("sys.argv", ["lesson.py"])
    return running(space.folder(lesson) / "lesson.py")


def test_figures_are_saved_beside_the_script_and_their_paths_printed(script, capsys):
    from matplotlib import pyplot

    figure, _ = pyplot.subplots()
    script.figure(figure, "curve")
    path = script.folder / "figures" / "curve.png"
    assert path.read_bytes().startswith(b"\x89PNG") and capsys.readouterr().out == f"[figure] {path}\n"
    assert not pyplot.get_fignums()


def test_on_a_terminal_the_lines_of_a_verdict_end_between_words(script, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    statements = {"the gradient is right in all networks": (True, "17 of 17 " + "x" * 40)}
    script.verdict("C1", statements)
    assert capsys.readouterr().out.count("\n") == 1  # in a file or a pipe, one line
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    script.verdict("C1", statements)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "C1    yes   the gradient is right in all",
        "            networks   (17 of 17",
        "            " + "x" * 40 + ")",
    ]


def test_a_lesson_finds_its_folder_as_a_script_from_anywhere_and_as_a_notebook_in_the_workspace(
    space, lesson, monkeypatch, tmp_path
):
    folder = space.folder(lesson)
    assert running(None).folder == folder
    monkeypatch.chdir(folder)
    assert running(None).folder == folder
    monkeypatch.chdir(tmp_path)
    assert running(folder / "lesson.py").folder == folder
    with pytest.raises(workspace.CourseError, match="is not in a workspace"):
        running(None)


def test_each_of_a_learners_functions_is_used_once_it_passes(script, capsys):
    path = script.folder / "exercise.py"
    assert "solution" in script.exercise("total").__code__.co_filename  # not written yet
    assert (
        "total: the solution's, since yours does not pass yet; `tinynet grade 1` says why." in capsys.readouterr().out
    )
    path.write_text("def total(x): return float(sum(x.tolist()))\ndef mean(x): return 0.0\n")
    assert script.exercise("total").__wrapped__.__code__.co_filename == str(path)
    assert capsys.readouterr().out == "total: this is your own function, and it passes.\n"
    assert "solution" in script.exercise("mean").__code__.co_filename
    path.write_text("def total(x:")
    assert "solution" in script.exercise("total").__code__.co_filename


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no alarm; Ctrl-C stops a loop")
def test_a_learners_function_that_takes_too_long_gives_way_to_the_solutions(script, capsys, monkeypatch):
    for name, seconds in {"NOTICE": 0.1, "LIMIT": 0.3, "AGAIN": 0.1}.items():
        monkeypatch.setattr(patience, name, seconds)
    (script.folder / "exercise.py").write_text(
        "def total(x):\n    while len(x) > 5: pass\n    return float(x.sum())\n"
        "def mean(x):\n    return float(x.sum()) / len(x)\n"
    )
    total, mean = script.exercise("total"), script.exercise("mean")
    capsys.readouterr()
    assert total(np.ones(3)) == 3 and capsys.readouterr() == ("", "")
    assert total(np.ones(7)) == 7  # the solution's
    said = capsys.readouterr()
    assert said.out == (
        "total: your own function was stopped after 0.3 s of processor time; does a loop never end? "
        "From here on, the lesson uses the solution's.\n"
    )
    assert said.err.startswith("total is still running after 0.1 s")
    assert total(np.ones(8)) == 8 and mean(np.ones(8)) == 1 and capsys.readouterr() == ("", "")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no alarm; Ctrl-C stops a loop")
def test_of_two_functions_that_call_each_other_each_is_stopped_in_its_turn(script, capsys, monkeypatch):
    for name, seconds in {"NOTICE": 0.1, "LIMIT": 0.3, "AGAIN": 0.1}.items():
        monkeypatch.setattr(patience, name, seconds)

    def endless(x):
        while True:
            pass

    inner = script._limited("total", endless, lambda x: x)
    outer = script._limited("mean", lambda f: f(2), lambda f: f(3))
    assert outer(inner) == 3
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["mean", "total"]
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL and signal.getitimer(signal.ITIMER_REAL) == (0, 0)


ANSWERS = """
lesson.answer("share", left, "{:.1%}")
lesson.answer("named", left, form="{:.0%}")
lesson.answer("count", 100 * left, "{:.0f}")
lesson.answer(name, left, "{:.1%}")
lesson.answer("which", "tanh")
"""


@pytest.fixture
def types(script, monkeypatch):
    """Return a function that has a learner type some replies at each prompt, and returns the prompts."""
    (script.folder / "lesson.py").write_text(ANSWERS)

    def types(*replies):
        prompts, remaining = [], iter(replies)
        monkeypatch.setattr(guesses, "somebody_there", lambda: True)
        monkeypatch.setattr("builtins.input", lambda prompt: prompts.append(prompt) or next(remaining))
        return prompts

    return types


def ledger(script):
    return workspace.Workspace(script.space.root).progress.guesses


def test_a_guess_is_written_down_before_the_result_and_stays(script, types, capsys):
    types("many", "1000", "7")
    script.predict("count", "How many are left?")
    assert capsys.readouterr().out == (
        "How many are left?\n'many' is no answer; write a number, such as 3, 0.25 or 1/8.\n"
    )
    written = {"guess": 1000.0, "asked": "How many are left?", "share": False}
    assert ledger(script) == {"01_sums/count": written}
    script.predict("count", "How many are left?")
    assert capsys.readouterr().out == "How many are left?\nYour guess was 1000.\n"
    script.answer("count", 40, "{:.0f}")
    assert capsys.readouterr().out == "you said 1000; it is 40 (off by a factor of 25)\n"
    script.space.note(script.lesson, "count", guess=40.0)  # too late
    assert ledger(script) == {"01_sums/count": written | {"result": 40.0}}


def test_a_share_may_be_written_in_percent_and_is_asked_again_where_percent_may_be_meant(script, types, capsys):
    prompts = types("7", "1", "7 %")
    script.predict("share", "What share is left?")
    assert prompts[0] == "Your guess: a share, such as 20% or 0.2 (Enter to skip): "
    assert capsys.readouterr().out == (
        "What share is left?\n7 would be 700% of the whole. Write 7%, or a number from 0 to below 1.\n"
        "1 would be 100% of the whole. Write 1%, or a number from 0 to below 1.\n"
    )
    script.predict("share", "What share is left?")
    assert capsys.readouterr().out == "What share is left?\nYour guess was 7%.\n"
    script.answer("share", 0.3, "{:.1%}")
    assert capsys.readouterr().out == "you said 7%; it is 30.0% (off by 23 percentage points)\n"


def test_a_question_says_which_form_of_answer_is_wanted(script, types):
    prompts = types(*[""] * 6)
    for question in "share", "named", "count", "which":
        script.predict(question, "What?", ("tanh", "relu") if question == "which" else ())
    script.predict("loop", "What?", share=True)
    script.predict("count", "What?", share=True)
    wanted = [prompt.removeprefix("Your guess: ").removesuffix(" (Enter to skip): ") for prompt in prompts]
    share, number = "a share, such as 20% or 0.2", "a number, such as 3, 0.25 or 1/8"
    assert wanted == [share, share, number, "tanh / relu", share, share]


@pytest.mark.parametrize("lesson", manifest.read(), ids=lambda lesson: lesson.folder)
def test_every_answer_in_percent_is_asked_for_as_a_share(lesson):
    text = (lesson.path / "lesson.py").read_text("utf-8")
    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    asked = [n for n in calls if n.func.attr == "predict" and ast.unparse(n.func.value) == "lesson"]
    told = [n for n in calls if n.func.attr == "answer"]
    named = {n.args[0].value for n in told if isinstance(n.args[0], ast.Constant)}
    computed = [n for n in told if not isinstance(n.args[0], ast.Constant)]  # in a loop over several questions
    for n in asked:
        if n.args[0].value not in named:
            percent = any("%}" in ast.unparse(each) for each in computed)
            assert computed and percent == any(k.arg == "share" for k in n.keywords), n.args[0].value


def test_nobody_is_asked_where_nobody_is(script, capsys, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: 1 / 0)
    script.predict("share", "What is left?")
    script.answer("share", 0.005, "{:.1%}")
    assert capsys.readouterr().out == "What is left?\nanswer: 0.5%\n" and not script.space.progress.guesses


@pytest.mark.parametrize("ending", [EOFError, NotImplementedError])
def test_the_end_of_the_input_is_no_answer(ending, script, monkeypatch):
    def end(prompt):
        raise ending

    monkeypatch.setattr(guesses, "somebody_there", lambda: True)
    monkeypatch.setattr("builtins.input", end)
    script.predict("share", "What is left?")
    assert not script.space.progress.guesses


@pytest.mark.parametrize(
    "guess, result, form, words",
    [
        (2.0, 2.0, "{:.0f}", "you said 2; it is 2 (exactly right)"),
        (0.1, 0.104, "{:.3f}", "you said 0.1; it is 0.104 (almost right)"),
        (0.1, 0.25, "{:.2f}", "you said 0.1; it is 0.25 (off by a factor of 2.5)"),
        (3e6, 1.0, "{:.0f}", "you said 3000000; it is 1 (off by a factor of 3,000,000)"),
        (-1.0, 0.5, "{:g}", "you said -1; it is 0.5 (off by 1.5)"),
        (0.07, 0.07, "{:.0%}", "you said 7%; it is 7% (exactly right)"),
        (0.2, 0.024, "{:.1%}", "you said 20%; it is 2.4% (off by 18 percentage points)"),
        (0.02, 0.024, "{:.1%}", "you said 2%; it is 2.4% (off by 0.4 percentage points)"),
        (0.0, 0.0004, "{:.2%}", "you said 0%; it is 0.04% (off by 0.04 percentage points)"),
        ("tanh", "tanh", "{:.3g}", "you said tanh; right"),
        ("tanh", "relu", "{:.3g}", "you said tanh; the answer is: relu"),
        (None, 0.5, "{:g}", "answer: 0.5"),
    ],
)
def test_a_result_stands_beside_the_guess(guess, result, form, words):
    assert guesses.compared(guess, result, form) == words


@pytest.mark.parametrize(
    "text, choices, share, read",
    [
        ("0.1", (), False, 0.1), ("1e-3", (), False, 1e-3), ("1/8", (), False, 0.125), ("-3", (), False, -3.0),
        ("20 %", (), False, 0.2), ("7%", (), True, 0.07), ("7 %", (), True, 0.07), ("7 percent", (), True, 0.07),
        ("0.07", (), True, 0.07), ("1/8", (), True, 0.125), ("0", (), True, 0.0), ("150%", (), True, 1.5),
        ("TANH", ("tanh", "relu"), False, "tanh"),
    ],
)  # fmt: skip
def test_an_answer_is_a_number_or_a_share_or_one_of_the_choices(text, choices, share, read):
    assert guesses.read(text, choices, share) == pytest.approx(read)


@pytest.mark.parametrize(
    "text, choices, share, wanted",
    [
        ("1/0", (), False, "write a number"), ("0,1", (), False, "write a number"),
        ("nan", (), False, "write a number"), ("1e999", (), False, "write a number"),
        ("__import__('os')", (), True, "write a share"),
        ("%", (), True, "write a share"), ("-0.1", (), True, "from 0 to below 1"), ("7", (), True, "Write 7%"),
        ("tan", ("tanh", "relu"), False, "write one of: tanh / relu"), ("0.1", ("tanh",), True, "write one of: tanh"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_met_with_what_to_write(text, choices, share, wanted):
    with pytest.raises(ValueError, match=wanted):
        guesses.read(text, choices, share)


def test_a_verdict_says_yes_or_no_to_each_statement(script, capsys):
    script.verdict("C5", {"the effect on z is the same everywhere": True, "the effect on a is tiny": (False, "0.104")})
    assert capsys.readouterr().out == (
        "C5    yes   the effect on z is the same everywhere\n      no    the effect on a is tiny   (0.104)\n"
    )
