import pytest

from tinynet.course import manifest
from tinynet.course.manifest import CourseError


def test_reads_the_course_in_order(course):
    (lesson,) = manifest.read()
    assert (lesson.number, lesson.folder, lesson.points) == (1, "01_sums", 5)
    assert [e.name for e in lesson.exercises] == ["total", "mean"]
    assert lesson.exercise("mean").hints == ("divide", "by the count")
    assert lesson.solution.mean.__doc__ == "Return the mean of x."


def test_the_real_course_has_its_folders():
    for lesson in manifest.read():
        assert lesson.path.is_dir() and lesson.folder.startswith(f"{lesson.number:02}_")


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda text: text.replace("points = 2", ""), "01_sums lacks the entry 'points'; restore the file"),
        (lambda text: text.replace("number = 1", "number = 2"), "numbers of lessons must begin at 1 and grow"),
        (lambda text: text.replace("[[lesson]]", "[[lesson"), "not valid TOML"),
        (lambda text: text.replace("points = 2", 'points = "many"'), "points of total must be a whole number"),
        (lambda text: text.replace('hints = ["divide", "by the count"]', "hints = []"), "mean has no hints"),
        (lambda text: "", "numbers of lessons must begin at 1"),
        (lambda text: text.replace('hints = ["add", "add them all"]', 'hints = "add"'), "total has no hints"),
        (lambda text: text.replace('title = "Sums"', "title = 5"), "01_sums: title is 5, not a str; restore the file"),
        (lambda text: text[: text.index("[[lesson.e")] + "exercise = []", "01_sums has no exercises; restore the file"),
        (lambda text: "lesson = 3", "an entry has the wrong type; restore the file"),
        (lambda text: "lesson = [3]", "an entry has the wrong type; restore the file"),
    ],
)
def test_an_edited_manifest_is_refused(course, change, message):
    path = course / "course.toml"
    path.write_text(change(path.read_text()))
    with pytest.raises(CourseError, match=message):
        manifest.read()


def test_a_missing_manifest_and_unknown_names_are_named(course):
    with pytest.raises(CourseError, match="there is no lesson 9; there are 1"):
        manifest.lesson(9)
    with pytest.raises(CourseError, match="lesson 1 has no exercise 'sum'; it has total, mean"):
        manifest.lesson(1).exercise("sum")
    (course / "01_sums" / "mutants.py").unlink()
    with pytest.raises(CourseError, match=r"no file .*mutants.py; is the installation complete"):
        _ = manifest.lesson(1).mutants
    (course / "course.toml").unlink()
    with pytest.raises(CourseError, match=r"there is no manifest .*; reinstall tinynet"):
        manifest.read()
