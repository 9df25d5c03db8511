"""The habits that all figures share."""

import pytest

from tinynet import drawing


def test_curves_differ_in_colour_and_marker_and_begin_again_with_other_markers():
    n = len(drawing.COLOURS)
    styles = [drawing.line(i) for i in range(n + 1)]
    assert len({style["color"] for style in styles}) == len({style["marker"] for style in styles}) == n
    assert styles[n] == styles[0] | {"marker": styles[1]["marker"]}


def test_a_long_curve_bears_few_markers():
    assert drawing.line(0, 800)["markevery"] == 100
    assert drawing.line(0, 5)["markevery"] == 1


def test_panels_come_row_by_row_in_one_array():
    figure, panels = drawing.panels(6, 4, 2, 3, sharey=True)
    assert list(panels) == figure.axes and len(panels) == 6 and tuple(figure.get_size_inches()) == (6, 4)
    _, [axes] = drawing.panels(3, 3)
    drawing.grid(axes)
    axes.plot([1, 2], label="curve")
    drawing.legend(axes)
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["curve"] and axes.xaxis.get_gridlines()


def test_what_cannot_be_drawn_is_said():
    drawing.check("plot_it", {"a": [1]}, "{label: [..]}")
    with pytest.raises(ValueError, match=r"^plot_it: no curves to draw; pass \{label: \[..\]\}$"):
        drawing.check("plot_it", {}, "{label: [..]}", "no curves")
    with pytest.raises(ValueError, match=r"^plot_it: nothing to draw; pass \{label: \[..\]\} \(b: empty\)$"):
        drawing.check("plot_it", {"a": [1], "b": []}, "{label: [..]}")


def test_moments_of_one_network_have_the_same_names():
    moments = {"before": {"0 Linear": 1}, "after": {"0 Linear": 2}}
    assert drawing.shared_names("plot_it", "layers", moments, "..") == ["0 Linear"]
    for other in ({}, {"before": {}}, moments | {"other": {"1 Linear": 3}}):
        with pytest.raises(ValueError, match=r"^plot_it: the layers of \d moments are .* of one network"):
            drawing.shared_names("plot_it", "layers", other, "..")
