import subprocess
import sys

import pytest

from tinynet.course import manifest, workspace
from tinynet.course.notebook import run, split, write_ipynb

SCRIPT = '''"""About."""
import math

# %% [markdown]
# # Title
#
# Text with `code`.
# %%
x = math.sqrt(4)
# %% a name
print(x)
'''


def test_text_and_code_in_turn():
    cells = split(SCRIPT)
    assert [(cell.kind, cell.line) for cell in cells] == [("code", 0), ("markdown", 3), ("code", 7), ("code", 9)]
    assert cells[1].text == "# Title\n\nText with `code`."
    assert "".join(cell.text for cell in cells if cell.kind == "code").count("\n") == 7


def test_cells_run_as_the_script_does_and_errors_name_its_line(tmp_path, capsys):
    path = tmp_path / "lesson.py"
    path.write_text(SCRIPT + "1 / 0\n")
    texts = []
    with pytest.raises(ZeroDivisionError) as caught:
        run(path, lambda cell: texts.append(cell.text) if cell.kind == "markdown" else None)
    assert texts == ["# Title\n\nText with `code`."] and capsys.readouterr().out == "2.0\n"
    assert caught.traceback[-1].lineno + 1 == SCRIPT.count("\n") + 1
    path.write_text(SCRIPT)
    assert (
        subprocess.run([sys.executable, path], capture_output=True, text=True, check=True, timeout=600).stdout
        == "2.0\n"
    )


@pytest.mark.parametrize("lesson", manifest.read(), ids=lambda lesson: lesson.folder)
def test_every_lesson_is_text_and_code(lesson):
    text = (lesson.path / "lesson.py").read_text("utf-8")
    kinds = [cell.kind for cell in split(text) if cell.text.strip()]
    assert kinds.count("markdown") > 3 and kinds.count("code") > 3
    for cell in split(text):
        if cell.kind == "code":
            compile(cell.text, lesson.folder, "exec")


@pytest.mark.parametrize("number", [1])
def test_a_lesson_runs_as_a_notebook_and_shows_its_figures_in_place(number, tmp_path):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("jupytext")
    lesson = manifest.lesson(number)
    path = workspace.start(tmp_path / "work").folder(lesson) / "lesson.py"
    cells = nbformat.read(write_ipynb(path), as_version=4)
    nbclient.NotebookClient(cells, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()
    outputs = [output for cell in cells.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = sum("image/png" in output.get("data", {}) for output in outputs)
    assert pictures == path.read_text("utf-8").count("lesson.figure(") >= 5
    assert not [output for output in outputs if output.output_type == "error"]
