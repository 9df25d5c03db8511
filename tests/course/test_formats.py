import json
from xml.etree import ElementTree

import pytest

from tinynet.course.formats import gradescope, junit
from tinynet.course.grading import Result


@pytest.fixture
def results(lesson) -> list[Result]:
    total, mean = lesson.exercises
    return [Result(lesson, total, "", 71), Result(lesson, mean, "mean(x): wrong\n  got: \x1b[31m<&>\ud800", 71)]


def test_gradescope_reads_points_and_messages(results):
    """The fields and their types follow Gradescope's specification."""
    document = json.loads(json.dumps(gradescope(results)))
    assert document == {
        "score": 2,
        "output": "1 of 2 exercises pass. "
        "Inputs were drawn from seed 71; `tinynet grade` draws them again with --seed 71.",
        "visibility": "visible",
        "tests": [
            {
                "name": "1. Sums: total", "score": 2, "max_score": 2, "status": "passed", "output": "Passed.",
                "output_format": "text", "visibility": "visible",
            },
            {
                "name": "1. Sums: mean", "score": 0, "max_score": 3, "status": "failed",
                "output": results[1].message, "output_format": "text", "visibility": "visible",
            },
        ],
    }  # fmt: skip


def test_junit_is_xml_whatever_the_message_holds(results):
    text = junit(results)
    root = ElementTree.fromstring(text.encode())
    (suite,) = root
    assert text.startswith('<?xml version="1.0" encoding="utf-8"?>\n<testsuites>') and root.tag == "testsuites"
    assert suite.attrib == {
        "name": "01_sums", "tests": "2", "failures": "1", "errors": "0", "skipped": "0",
    }  # fmt: skip
    properties, passed, failed = suite
    assert [p.attrib for p in properties] == [{"name": "seed", "value": "71"}]
    assert passed.attrib == {"classname": "01_sums", "name": "total"} and not len(passed)
    assert failed[0].tag == "failure" and failed[0].attrib == {"message": "mean(x): wrong"}
    assert failed[0].text == "mean(x): wrong\n  got: \ufffd[31m<&>\ufffd"
