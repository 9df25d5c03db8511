"""The playground's Python side: it trains as tn.fit does, says truly what an entry is made of, and runs no formula."""

import numpy as np
import pytest

import tinynet as tn
from docs.web import playground
from docs.web.formula import function_of_x
from docs.web.playground import Playground
from tinynet.reading.decisions import regions
from tinynet.reading.layers.sharing import parts

SETTING = {"data": "spirals", "seed": 3, "noise": 0.02, "methods": ["dense", "hashed", "dense"], "width": 8,
           "share": 0.25, "lr": 0.02}  # fmt: skip
METHODS = ["dense", "low-rank", "hashed", "few bits", "binary", "sparse"]


def test_it_trains_as_the_program_it_shows(capsys):
    play = Playground(SETTING)
    play.advance(7)  # however the steps are cut
    got = play.advance(13)  # two epochs of ten
    names = {}
    exec(play.program(epochs=2), names)
    assert float(capsys.readouterr().out) == got["error"]
    assert all(
        np.array_equal(a, b) for a, b in zip(names["net"].state().values(), play.net.state().values(), strict=True)
    )


def test_the_bytes_are_those_of_the_file(tmp_path):
    play = Playground(SETTING | {"methods": ["few bits", "low-rank", "sparse"]})
    assert play.shown()["bytes"] == tn.save(play.net, tmp_path / "net").payload


@pytest.mark.parametrize("method", METHODS)
def test_the_share_bounds_the_bits_of_a_matrix(method):
    for share in (1 / 16, 1 / 4, 1):
        W = playground.recipe(method, share, 32, 32).build((32, 32))
        assert method in ("dense", "binary") or W.stored_bits() <= 32 * 32 * 32 * share + 64


@pytest.mark.parametrize("method", ["dense", "hashed", "sparse"])
def test_the_stored_number_of_an_entry_is_the_one_that_its_derivative_names(method):
    W = playground.recipe(method, 1 / 3, 5, 4).build((5, 4), seed=1)
    part, place = parts(W)[1], playground.stored_number(W)
    assert np.array_equal(np.where(part.any(axis=-1), part.argmax(axis=-1), -1), place)


@pytest.mark.parametrize("method", METHODS)
def test_an_entry_is_explained_by_its_value_and_by_those_like_it(method):
    play = Playground(SETTING | {"methods": [method] * 3})
    W = play.matrices[1].weight().numpy()
    for i, j in ((0, 0), (3, 5), (7, 7)):
        explained = play.advance(0, [1, i, j])["explained"]
        assert any(f"{W[i, j]:.4f}" in line or W[i, j] == 0 for line in explained["lines"])
        assert any(f"W[{i}, {j}] = " in line for line in explained["lines"])
        alike = explained["shares"].astype(bool)
        assert alike[i, j]
        if method == "low-rank":
            assert alike.sum() == 15 and alike[i].all() and alike[:, j].all()
        elif method in ("few bits", "binary"):
            assert np.array_equal(alike, W[i, j] == W)
        elif W[i, j]:
            assert np.array_equal(alike, np.abs(W) == np.abs(W[i, j]))
        else:
            assert alike.sum() == 1


def test_the_regions_and_lines_are_those_of_the_instruments():
    play = Playground(SETTING)
    got = play.advance(5)
    assert np.array_equal(got["regions"], regions.decisions(play.net, play.grid))
    W, b = regions.planes(play.net)
    assert np.allclose(got["planes"], np.vstack([W, b]), atol=1e-6)
    assert play.grid[0] == pytest.approx([-1 + 1 / playground.GRID, 1 - 1 / playground.GRID])  # the upper left


def test_the_runs_that_no_other_beats_are_marked():
    play = Playground(SETTING)
    cost, error = play.shown()["bytes"], play.advance(0)["error"]
    runs = [[cost + 1, error + 1], [cost - 1, error + 1], [0, 0]]  # the last is this one: its figures are measured
    assert play.advance(0, None, runs)["efficient"] == [1, 2]


def test_painted_points_and_tables_become_data(tmp_path):
    points = [[x / 10, (x % 3) / 10, x % 2] for x in range(-9, 9)]
    data = playground.data_of({"data": "painted", "points": points, "seed": 0})
    assert data.n_classes == 2 and np.abs(data.train.inputs).max() < 1
    table = tmp_path / "table.csv"
    table.write_text("a,b,c,kind\n" + "".join(f"{k},{k * k % 7},x,{'uv'[k % 2]}\n" for k in range(20)))
    data = playground.data_of({"data": "table", "table": str(table), "seed": 0})
    assert data.columns == ("a", "b") and data.classes == ("u", "v")


@pytest.mark.parametrize(("setting", "message"), [
    ({"data": "painted", "points": [[0, 0, 1]]}, "1 points are painted"),
    ({"data": "formula", "formula": "5"}, "leaves all points on one side"),
    ({"data": "stars"}, "is no data set of the playground"),
    ({"methods": ["dense"]}, "1 matrices, width 8"),
    ({"methods": ["dense", "magic"]}, "'magic' is no method"),
])  # fmt: skip
def test_a_wrong_setting_is_refused_in_words(setting, message):
    with pytest.raises(ValueError, match=message):
        Playground(SETTING | setting)


def test_a_formula_has_the_values_that_it_says():
    x = np.linspace(-1, 1, 9)
    for text, values in {
        "0.5*sin(3*x)": 0.5 * np.sin(3 * x),
        "y = x^2 - 0.5": x**2 - 0.5,
        "-x": -x,
        "maximum(x, pi/4)": np.maximum(x, np.pi / 4),
        "2": np.full(9, 2.0),
        "9**9**9": np.full(9, np.inf),
    }.items():
        assert np.allclose(function_of_x(text)(x), values), text
    assert np.isnan(function_of_x("sqrt(x)")(x)[0])


@pytest.mark.parametrize("text", [
    "", "x" * 201, "__import__('os')", "x.__class__", "(lambda: 0)()", "[x for x in (1,)]", "x if x else x", "'a'",
    "True", "1j", "y", "sin", "sin(x, x)", "sin(x=x)", "open(x)", "x := 1", "x; x", "x[0]", "f'{x}'", "not x", "x @ x",
    "(" * 99, "0or 1", "\0", "*x",
])  # fmt: skip
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(ValueError, match=r"formula|means nothing here|takes 1 value"):
        function_of_x(text)
