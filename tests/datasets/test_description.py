"""What a network keeps about its data: in the file, out of it, and in use."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.datasets import from_arrays
from tinynet.datasets.description import Description

RNG = np.random.default_rng(0)
X = RNG.normal(size=(150, 3)) * [1, 1e3, 1e-9]
PETS = from_arrays(X, np.where(X[:, 0] > 0, "cat", "dog"), name="pets", columns=["age", "income", "share"])
PRICES = from_arrays(X, np.c_[X[:, 0] * 7 + 100, X[:, 1]], regression=True, name="prices")


@pytest.mark.parametrize("data", [PETS, PRICES, tn.datasets.load("digits")], ids=lambda data: data.name)
@pytest.mark.parametrize(
    "form", [lambda net: net, lambda net: tn.half(tn.fold(net)), tn.freeze], ids=["net", "half", "frozen"]
)
def test_a_file_keeps_what_rows_must_become_and_what_outputs_mean(data, form, tmp_path):
    net = tn.MLP([data.n_features, 4, data.n_classes])
    plain = tn.save(form(net), tmp_path / "plain")
    size = tn.save(form(net), tmp_path / "net", data)
    assert size.payload == plain.payload and size.header > plain.header
    loaded = tn.load(tmp_path / "net")
    about = Description.from_json(loaded.about)
    values = X if data.levels else RNG.integers(0, 256, (5, data.n_features))
    assert np.array_equal(about.prepare(values), data.prepare(values))
    assert about.classes == data.classes and about.columns == data.columns
    tn.save(loaded, tmp_path / "again")  # and keeps it
    assert (tmp_path / "again").read_bytes() == (tmp_path / "net").read_bytes()
    assert tn.load(tmp_path / "plain").about is None


def test_scores_become_names_or_numbers_in_their_units():
    assert PETS.description.answers(np.array([[1, 2], [3, 0.5]])) == ["dog", "cat"]
    assert tn.datasets.load("digits").description.answers(np.eye(10)[[3, 7]]) == [3, 7]
    targets = PRICES.train.labels
    np.testing.assert_allclose(
        PRICES.description.answers(targets), targets * PRICES.unit[1] + PRICES.unit[0], rtol=1e-12
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 2.0}, {"classes": [1, 2]}, {"columns": ["a"]}, {"name": "x" * 300}, {"levels": [[0, 0, 0]]},
        {"levels": [[1, 1, 1], [0, 2, 2]]}, {"levels": "no"}, {"unit": [[0], [0]]}, {"levels": [[0] * 3, [np.nan] * 3]},
    ],
    ids=str,
)  # fmt: skip
def test_a_damaged_description_is_refused(wrong):
    with pytest.raises(ValueError, match=r"^the description of the data is damaged: "):
        Description.from_json(PETS.description.to_json() | wrong)
    with pytest.raises(ValueError, match=r"^the description of the data is damaged: "):
        Description.from_json(list(wrong))


def test_pixels_must_be_pixels():
    with pytest.raises(ValueError, match=r"^digits: the inputs are pixels, whole numbers 0 \.\. 255; dtype float64"):
        tn.datasets.load("digits").prepare(np.full((1, 64), 0.5))
