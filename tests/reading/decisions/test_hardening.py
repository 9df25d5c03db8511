"""Borders of networks whose soft strip is known, and the files that are written."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.decisions.hardening import animate_borders, borders, plot_borders, soft_share


def planes(w, kind=tn.Sequential):
    """Two classes told apart by s_1 - s_2 = w x1."""
    net = kind(tn.Linear(2, 2))
    net.layers[0].weight.W.data = np.array([[w, 0], [0, 0]], np.float32)
    return net


@pytest.mark.parametrize("w", [4, 10, 40])
def test_the_soft_strip_is_2_log_9_by_w_wide(w):
    found = borders(planes(w), points=601, reach=1.5)
    assert found.soft == pytest.approx(2 * np.log(9) / w / 3, abs=2 / 601)
    assert found.p.shape == (601, 601, 2) and found.z.shape == (601, 601, 0)
    np.testing.assert_allclose(
        found.p[:, 0, 1], 1 / (1 + np.exp(-1.5 * w)), rtol=1e-4
    )  # x1 = -1.5: class 1 for every x2


def test_rows_are_x2_and_columns_x1():
    net = tn.MLP([2, 3, 2])
    found = borders(net, points=5, reach=2)
    x = np.array([[-2, 1]], np.float32)  # column 0, row 3
    scores = net(x).numpy()[0]
    np.testing.assert_allclose(found.p[3, 0], np.exp(scores) / np.exp(scores).sum(), rtol=1e-5)
    np.testing.assert_allclose(found.z[3, 0], net.layers[0](tn.Tensor(x)).numpy()[0], rtol=1e-5)


def test_soft_share_by_hand():
    assert soft_share(np.array([[0.5, 0.5], [0.9, 0.1], [0.95, 0.05], [0.3, 0.7]])) == 0.5
    assert soft_share(np.array([[0.5, 0.5], [0.6, 0.4]]), sure=0.55) == 0.5


def test_borders_harden():
    data, seen = tn.datasets.load("checkerboard", train=300, tiles=2), []
    net = tn.MLP([2, 12, 2])
    tn.fit(
        net,
        data.train,
        epochs=150,
        lr=0.3,
        report=lambda h: seen.append(borders(net, 40)) if len(h) % 50 == 0 else None,
    )
    assert seen[0].soft > seen[1].soft > seen[2].soft


RECIPES = [tn.LowRank(rank=2), tn.Hashed(1 / 2), tn.Sparse(1 / 2), tn.Quantized(bits=3), tn.Binary(), tn.Scaled()]


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_every_parameterization(recipe):
    data = tn.datasets.load("spirals", train=100)
    net, seen = tn.MLP([2, 8, 2], recipe), []
    tn.fit(net, data.train, epochs=2, report=lambda _: seen.append(borders(net, 20)))
    assert len(seen) == 2 and 0 <= seen[1].soft <= 1


def test_the_pictures(tmp_path):
    from PIL import Image

    data, net = tn.datasets.load("spirals", train=100), tn.MLP([2, 8, 2])
    moment = borders(net, 30)
    [axes] = plot_borders(moment, data.train, "start").axes
    assert axes.get_title() == "start" and axes.get_xlim() == (-1.2, 1.2)
    animate_borders([moment, borders(planes(9), 30)], tmp_path / "a.gif", data.train)
    with Image.open(tmp_path / "a.gif") as file:
        assert file.n_frames == 2 and file.size == (400, 400)


def test_errors_say_what_to_do(tmp_path):
    with pytest.raises(
        ValueError, match=r"shapes \[\(3, 2\)\]; borders in the plane need 2 inputs and at least 2 classes"
    ):
        borders(tn.MLP([3, 2]))
    with pytest.raises(ValueError, match=r"shapes \[\(2, 1\)\]"):
        borders(tn.MLP([2, 1]))
    with pytest.raises(ValueError, match=r"points=1, reach=1\.2; at least 2 points"):
        borders(tn.MLP([2, 2]), points=1)
    with pytest.raises(ValueError, match="the scores are not finite"):
        borders(planes(np.nan))
    moment = borders(planes(1), 5)
    for moments, path, titles in (([], "a.gif", None), ([moment], "a.png", None), ([moment], "a.gif", ["a", "b"])):
        with pytest.raises(ValueError, match=f"{len(moments)} moments, .* path that ends in .gif"):
            animate_borders(moments, tmp_path / path, titles=titles)
