"""Draw a digit: strokes become pictures like MNIST's, and the networks are those that the page tells of."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import tinynet as tn
from docs.web.digit import Reader, picture
from tinynet.storage.file_size import file_size

ROOT = Path(__file__).parents[1]
NETS = ROOT / "docs/web/nets"
THREE = [
    [[0.3, 0.25], [0.5, 0.15], [0.7, 0.25], [0.68, 0.4], [0.5, 0.5], [0.7, 0.6], [0.7, 0.8], [0.5, 0.88], [0.3, 0.78]]
]


def test_a_digit_fills_the_box_and_its_mass_is_in_the_middle():
    ink = picture(THREE).astype(float)
    rows, columns = np.flatnonzero(ink.sum(axis=1)), np.flatnonzero(ink.sum(axis=0))
    assert 20 <= np.ptp(rows) + 1 <= 22 and np.ptp(columns) + 1 < 20  # the border is soft
    at = np.arange(28) + 0.5
    assert [(ink.sum(axis=axis) * at).sum() / ink.sum() for axis in (0, 1)] == pytest.approx([14, 14], abs=0.1)


def test_where_and_how_large_a_digit_is_written_does_not_matter():
    small = [[[200 + 30 * x, 7 + 30 * y] for x, y in stroke] for stroke in THREE]
    assert np.abs(picture(small).astype(int) - picture(THREE)).max() <= 1


def test_a_dot_is_a_dot_and_nothing_is_refused():
    dot = picture([[[0.2, 0.9]]])
    assert dot[14, 14] == dot[13, 13] > 200 and np.count_nonzero(dot) <= 16
    with pytest.raises(ValueError, match="there is no stroke"):
        picture([])


def test_every_network_reads_a_three():
    reader = Reader({path.stem: str(path) for path in sorted(NETS.glob("*.safetensors"))})
    answers = reader.read(THREE)["answers"]
    assert len(answers) == 4
    for name, answer in answers.items():
        assert np.argmax(answer["p"]) == 3 and sum(answer["p"]) == pytest.approx(1, abs=1e-5), name
        assert 0 < answer["microseconds"] < 1e6


def test_the_page_quotes_the_files():
    rows, page = json.loads((NETS / "nets.json").read_text()), (ROOT / "docs/digit.md").read_text()
    assert sum(path.stat().st_size for path in NETS.iterdir()) <= 120 * 1024
    for name, row in rows.items():
        assert file_size(NETS / f"{name}.safetensors").payload == row["bytes"]
        assert re.search(rf"(?m)^\| {name} \|.*\| {row['bytes']:,} \| {100 * row['error']:.1f} % \|$", page), name


@pytest.mark.long
def test_the_errors_are_those_on_the_test_pictures():
    try:
        test = tn.datasets.load("mnist").test
    except tn.datasets.DataError as error:
        pytest.skip(f"MNIST is not there: {error}")
    for name, row in json.loads((NETS / "nets.json").read_text()).items():
        assert tn.evaluate(tn.load(NETS / f"{name}.safetensors"), test) == pytest.approx(row["error"], abs=2e-4), name
