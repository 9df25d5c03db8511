"""Draw a digit: the networks are those that the page tells of, and read what they should."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import tinynet as tn
from docs.web.digit import Reader
from tinynet.storage.file_size import file_size

ROOT = Path(__file__).parents[1]
NETS = ROOT / "docs/web/nets"


def test_every_network_reads_a_one():
    reader = Reader({path.stem: str(path) for path in sorted(NETS.glob("*.safetensors"))})
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 13:16] = 255
    answers = reader.read(memoryview(pixels.ravel()))  # as the page hands it over
    assert len(answers) == 4
    for name, answer in answers.items():
        assert answer["scores"].argmax() == 1, name
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
