"""A lesson on its page, as a learner has it: guesses, exercises, hints, loops that never end, cells, and the zip."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tinynet.course import guesses

pytestmark = pytest.mark.site
PAGE = "lessons/01_layer/"
IDLE = "!document.body.classList.contains('course-busy')"
WAIT = 240_000  # milliseconds; a busy machine takes long to start Python


@pytest.fixture
def lesson(tab):
    page = tab.open(PAGE)
    yield page
    assert tab.faults == []
    assert [url for url in tab.requests if not url.startswith((tab.address, "blob:", "data:"))] == []


def write(page, name, body):
    """Put a function into the editor of an exercise, and check it; return what the page says."""
    box = page.locator(f".exercise[data-exercise={name}]")
    box.get_by_role("button", name="Check").wait_for()
    if opener := box.get_by_role("button", name="Write it here").filter(visible=True).all():
        opener[0].click()
    box.locator(".cm-content").fill(body)
    box.get_by_role("button", name="Check").click()
    page.wait_for_function(IDLE, timeout=WAIT)
    return box.locator(".grade").text_content()


def graded(tmp_path, body):
    """Return what `tinynet grade 1 --seed 0` says about the first exercise."""
    root = tmp_path / "by_command"
    run = [sys.executable, "-m", "tinynet.cli"]
    if not root.exists():
        subprocess.run([*run, "start", root], check=True, capture_output=True, timeout=60)
    path = root / "lessons/01_layer/exercise.py"
    text = path.read_text()
    path.write_text(re.sub(r"^(def )?affine\b.*?(?=def tanh)", lambda _: body + "\n\n\n", text, flags=re.S | re.M))
    ended = subprocess.run([*run, "grade", "1", "--seed", "0"], cwd=root, capture_output=True, text=True, timeout=120)
    return ended.stdout.partition("\nnot yet  tanh_layer")[0]


def test_a_guess_is_locked_before_the_result_shows_and_stays(lesson):
    question, answer = (lesson.locator(f".{kind}[data-question=error]") for kind in ("question", "answer"))
    assert not answer.is_visible()
    question.get_by_role("textbox").fill("many")
    question.get_by_role("button", name="Lock my guess").click()
    assert question.locator(".wrong").inner_text() == "'many' is no answer; write a share, such as 20% or 0.2."
    assert not answer.is_visible()
    question.get_by_role("textbox").fill("20%")
    question.get_by_role("button", name="Lock my guess").click()
    assert "you said 20%; it is 2.5% (off by 17 percentage points)" in answer.inner_text()
    lesson.reload()
    assert "Your guess: 20%, locked." in question.inner_text() and question.get_by_role("textbox").count() == 0
    assert "off by 17 percentage points" in lesson.locator(".ledger").inner_text()


def test_hints_come_one_by_one_and_are_counted(lesson):
    hints = lesson.locator(".exercise[data-exercise=affine] .hint")
    assert [hint.is_visible() for hint in hints.all()] == [True, False, False]
    hints.nth(0).locator("summary").click()
    assert [hint.is_visible() for hint in hints.all()] == [True, True, False]
    lesson.reload()
    assert [hint.is_visible() for hint in hints.all()] == [True, True, False]


def test_answers_are_graded_in_the_words_of_the_command_line(lesson, tmp_path):
    for body in (
        "def affine(x, W, b):\n    return x @ W", "def affine(x, W, b):\n    return x @", "affine = 3",
        "def affine(x, W, b):\n    return x @ W + b",
    ):  # fmt: skip
        assert write(lesson, "affine", body) == graded(tmp_path, body), body
    assert lesson.locator(".count").inner_text() == "1 of 7 exercises solved"


def test_endless_code_ends_and_code_and_progress_survive(lesson):
    right = "def affine(x, W, b):\n    return x @ W + b"
    assert write(lesson, "affine", right) == "passed  affine  (1 of 1 points)"
    for body in "import time; time.sleep(600)", "while True: pass":
        said = write(lesson, "tanh_layer", f"def tanh_layer(x, W, b):\n    {body}")
        assert said.startswith("stopped after 30 seconds; does a loop never end?")
    lesson.reload()
    assert lesson.locator(".count").inner_text() == "1 of 7 exercises solved"
    lesson.locator(".cm-content").nth(1).wait_for()
    texts = [each.inner_text().strip() for each in lesson.locator(".cm-content").all()]
    assert texts == [right, "def tanh_layer(x, W, b):\n    while True: pass"]
    assert write(lesson, "affine", right) == "passed  affine  (1 of 1 points)"


def test_the_lesson_runs_whole_with_the_learners_function_and_the_zip_is_graded(lesson, tmp_path):
    write(lesson, "affine", "def affine(x, W, b):\n    return x @ W + b")
    verdicts = lesson.locator(".results .verdict")
    printed = verdicts.all_text_contents()
    lesson.get_by_role("button", name="Run the lesson").click()
    lesson.wait_for_function(IDLE, timeout=WAIT)
    assert lesson.locator(".error").all_text_contents() == []
    assert lesson.locator(".cell.ran").count() == lesson.locator(".cell").count()
    assert "affine: this is your own function, and it passes." in lesson.locator(".whose").all_text_contents()
    yes = [re.findall("yes|no(?=[a-z])", text) for text in verdicts.all_text_contents()]
    assert yes == [re.findall("yes|no(?=[a-z])", text) for text in printed] and len(yes) == 3
    assert lesson.locator(".results img").evaluate_all("all => all.every((image) => image.src.startsWith('blob:'))")
    with lesson.expect_download() as download:
        lesson.get_by_role("button", name="Download my work").click()
    download.value.save_as(tmp_path / "course.zip")
    zipfile.ZipFile(tmp_path / "course.zip").extractall(tmp_path)
    ended = subprocess.run(
        [sys.executable, "-m", "tinynet.cli", "grade", "1"], cwd=tmp_path / "course", capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    assert ended.stdout.startswith("passed  affine  (1 of 1 points)") and "Lesson 1: 1 of 10 points" in ended.stdout


def test_a_cell_can_be_changed_and_an_error_shows_in_place(lesson):
    cell = lesson.locator(".cell").first
    cell.get_by_role("button", name="Edit").click()
    cell.locator(".cm-content").fill("print(6 * 7)\n1 / 0")
    cell.get_by_role("button", name="Run", exact=True).click()
    lesson.wait_for_function(IDLE, timeout=WAIT)
    results = lesson.locator(".results").first
    assert results.locator(".printed").inner_text() == "42"
    assert results.locator(".error").inner_text().endswith("ZeroDivisionError: division by zero")


def test_guesses_are_read_and_compared_as_in_python():
    if (node := shutil.which("node")) is None:
        pytest.skip("node is missing; apt install nodejs")
    texts = ["3", "0.25", "1/8", "20%", "20 percent", " 7 ", "1e3", "-2", "150", "0", "1.5", ".5", "5.", "1/0", "x", ""]
    texts += ["12345678901", "0.000012345678", "1_000", "3 per cent", "-1/4", "100%", "2.5"]
    results = [0.0, 1e-5, 0.02509, 0.45, 1.0, 3.0, 9.0, 1234.5, -2.0]
    forms = {True: "{:.1%}", False: "{:.3g}"}
    cases, expected = [], []
    for text in texts:
        for share in (True, False):
            for result in results:
                printed = forms[share].format(result)
                cases.append([text, share, result, printed])
                try:
                    guess = guesses.read(text, (), share)
                    expected.append(guesses.compared(guess, result, forms[share]))
                except ValueError as error:
                    expected.append(str(error))
    module = (Path(__file__).parents[2] / "docs/web/course-guess.js").as_uri()
    program = (
        f"import {{ read, compared }} from {module!r};"
        "const cases = JSON.parse(process.env.CASES);"
        "console.log(JSON.stringify(cases.map(([text, share, result, printed]) => {"
        "  try { return compared(read(text, [], share), result, printed, share); }"
        "  catch (error) { return error.message; } })));"
    )
    ended = subprocess.run(
        [node, "--input-type=module", "-e", program], env=os.environ | {"CASES": json.dumps(cases)},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    found = json.loads(ended.stdout)
    differ = [(case, ours, theirs) for case, ours, theirs in zip(cases, found, expected, strict=True) if ours != theirs]
    assert differ == []
