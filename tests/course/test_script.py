import pytest

from tinynet.course import guesses, workspace
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
    assert script.exercise("total").__code__.co_filename == str(path)
    assert capsys.readouterr().out == "total: this is your own function, and it passes.\n"
    assert "solution" in script.exercise("mean").__code__.co_filename
    path.write_text("def total(x:")
    assert "solution" in script.exercise("total").__code__.co_filename


def test_a_guess_is_written_down_before_the_result_and_stays(script, capsys, monkeypatch):
    replies = iter(["many", "1/8", "7"])
    monkeypatch.setattr(guesses, "somebody_there", lambda: True)
    monkeypatch.setattr("builtins.input", lambda prompt: next(replies))
    script.predict("share", "What is left?")
    assert "'many' is no answer; give a number, such as 0.1, 1/8 or 20 %." in capsys.readouterr().out
    assert workspace.Workspace(script.space.root).progress.guesses == {"01_sums/share": {"guess": 0.125}}
    script.predict("share", "What is left?")
    assert capsys.readouterr().out == "What is left?\nYour guess was 0.125.\n" and next(replies) == "7"
    script.answer("share", 0.005)
    assert capsys.readouterr().out == "you said 0.125; it is 0.005 (off by a factor of 25)\n"
    script.space.note(script.lesson, "share", guess=0.005)  # too late
    assert workspace.Workspace(script.space.root).progress.guesses["01_sums/share"] == {"guess": 0.125, "result": 0.005}


def test_nobody_is_asked_where_nobody_is(script, capsys, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: 1 / 0)
    script.predict("share", "What is left?")
    script.answer("share", 0.005, "{:.1%}")
    assert capsys.readouterr().out == "it is 0.5%\n" and not script.space.progress.guesses


@pytest.mark.parametrize("ending", [EOFError, NotImplementedError])
def test_the_end_of_the_input_is_no_answer(ending, script, monkeypatch):
    def end(prompt):
        raise ending

    monkeypatch.setattr(guesses, "somebody_there", lambda: True)
    monkeypatch.setattr("builtins.input", end)
    script.predict("share", "What is left?")
    assert not script.space.progress.guesses


@pytest.mark.parametrize(
    "guess, result, words",
    [
        (2.0, 2.0, "you said 2; it is 2 (exactly right)"),
        (0.1, 0.104, "you said 0.1; it is 0.104 (almost right)"),
        (0.01, 0.25, "you said 0.01; it is 0.25 (off by a factor of 25)"),
        (-1.0, 0.5, "you said -1; it is 0.5 (off by 1.5)"),
        ("tanh", "tanh", "you said tanh; and it is tanh"),
        ("tanh", "relu", "you said tanh; but it is relu"),
        (None, 0.5, "it is 0.5"),
    ],
)
def test_a_result_stands_beside_the_guess(guess, result, words):
    assert guesses.compared(guess, result, result if isinstance(result, str) else f"{result:g}") == words


@pytest.mark.parametrize(
    "text, choices, read",
    [
        ("0.1", (), 0.1), ("1e-3", (), 1e-3), ("1/8", (), 0.125), ("20 %", (), 0.2), ("-3", (), -3.0),
        ("1/0", (), None), ("0,1", (), None), ("__import__('os')", (), None), ("nan", (), None), ("1e999", (), None),
        ("TANH", ("tanh", "relu"), "tanh"), ("tan", ("tanh", "relu"), None), ("0.1", ("tanh",), None),
    ],
)  # fmt: skip
def test_an_answer_is_a_number_or_one_of_the_choices(text, choices, read):
    assert guesses.read(text, choices) == read


def test_a_verdict_says_yes_or_no_to_each_statement(script, capsys):
    script.verdict("C5", {"the effect on z is the same everywhere": True, "the effect on a is tiny": (False, "0.104")})
    assert capsys.readouterr().out == (
        "C5    yes   the effect on z is the same everywhere\n      no    the effect on a is tiny   (0.104)\n"
    )
