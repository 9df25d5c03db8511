import pytest

from tinynet.course.script import Script


@pytest.fixture
def script(space, lesson, monkeypatch) -> Script:
    monkeypatch.setattr("sys.argv", ["lesson.py"])
    return Script(str(space.folder(lesson) / "lesson.py"))


def test_figures_are_saved_beside_the_script_and_their_paths_printed(script, capsys):
    from matplotlib import pyplot

    figure, _ = pyplot.subplots()
    script.figure(figure, "curve")
    path = script.folder / "figures" / "curve.png"
    assert path.read_bytes().startswith(b"\x89PNG") and capsys.readouterr().out == f"[figure] {path}\n"
    assert not pyplot.get_fignums()


def test_a_verdict_is_one_of_four(script, capsys):
    script.verdict("C1", "holds in part", "2 of 3")
    assert capsys.readouterr().out == "[C1] holds in part: 2 of 3\n"
    with pytest.raises(ValueError, match=r"verdict must be one of .* not 'proved'"):
        script.verdict("C1", "proved", "")


def test_on_a_terminal_the_lines_of_a_verdict_end_between_words(script, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    measured = "the straight-through gradient is right in 17 of 20 networks, " + "x" * 40
    script.verdict("C1", "holds", measured)
    assert capsys.readouterr().out == f"[C1] holds: {measured}\n"  # in a file or a pipe, one line
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    script.verdict("C1", "holds", measured)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "[C1] holds: the",
        "straight-through gradient is",
        "right in 17 of 20 networks,",
        "x" * 40,
    ]


def test_a_learners_functions_are_used_once_all_of_them_pass(script, capsys):
    own = "def total(x): return float(sum(x.tolist()))\ndef mean(x): return total(x) / len(x) + {}\n"
    path = script.folder / "exercise.py"
    path.write_text(own.format(1))
    assert "solution" in script.exercises(1).mean.__code__.co_filename
    assert "the solutions, because your own functions do not all pass yet" in capsys.readouterr().out
    path.write_text(own.format(0))
    assert script.exercises(1).mean.__code__.co_filename == str(path)
    assert "uses your own functions.\n" in capsys.readouterr().out
