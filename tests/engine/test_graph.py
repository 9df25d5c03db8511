"""draw_graph: DOT text in which every tensor and every operation stands once."""

import re

import numpy as np
import pytest

import tinynet as tn

NODE = re.compile(r'(\w+) \[shape=(box|ellipse) label="([^"]*)"( style=bold)?\]')
EDGE = re.compile(r"(\w+) -> (\w+)")


def leaf(*shape):
    return tn.Tensor(np.ones(shape), requires_grad=True)


def parse(dot):
    """Return {name: (shape, label, bold)} and [(from, to)]; fail on any line that is neither."""
    first, direction, *body, last = dot.strip().split("\n")
    assert (first, direction.strip(), last) == ("digraph tape {", "rankdir=LR", "}")
    nodes, edges = {}, []
    for line in body:
        if match := EDGE.fullmatch(line.strip()):
            edges.append(match.groups())
        else:
            name, shape, label, bold = NODE.fullmatch(line.strip()).groups()
            assert name not in nodes
            nodes[name] = (shape, label, bool(bold))
    assert {name for edge in edges for name in edge} <= set(nodes)
    return nodes, edges


def labels(nodes, shape):
    return sorted(label for kind, label, _ in nodes.values() if kind == shape)


def test_operations_values_and_arrows():
    nodes, edges = parse(tn.draw_graph((leaf(2, 3) @ leaf(3, 4)).tanh()))
    assert labels(nodes, "ellipse") == ["matmul", "tanh"]
    assert labels(nodes, "box") == ["(2, 3) float64", "(2, 4) float64", "(2, 4) float64", "(3, 4) float64"]
    arrows = {(nodes[a][1], nodes[b][1]) for a, b in edges}
    assert arrows == {
        ("(2, 3) float64", "matmul"), ("(3, 4) float64", "matmul"), ("matmul", "(2, 4) float64"),
        ("(2, 4) float64", "tanh"), ("tanh", "(2, 4) float64"),
    }  # fmt: skip
    assert len(edges) == 5


def test_leaves_that_require_a_gradient_are_bold_and_constants_left_out():
    nodes, edges = parse(tn.draw_graph(leaf(2) * np.ones((3, 2)) + tn.Tensor([1.0, 2.0])))
    assert [label for _, label, bold in nodes.values() if bold] == ["(2,) float64"]
    assert labels(nodes, "box") == ["(2,) float64", "(3, 2) float64", "(3, 2) float64"]
    assert len(edges) == 4


def test_a_reused_tensor_appears_once_with_an_arrow_for_each_use():
    x = leaf(3)
    y = x * x
    nodes, edges = parse(tn.draw_graph(y * y + x))
    assert labels(nodes, "ellipse") == ["add", "mul", "mul"]
    assert len(labels(nodes, "box")) == 4
    [x_name] = [name for name, (_, _, bold) in nodes.items() if bold]
    assert len([1 for a, _ in edges if a == x_name]) == 3


def test_many_paths_are_drawn_once():
    x = leaf()
    for _ in range(40):
        x = x + x
    nodes, edges = parse(tn.draw_graph(x))
    assert (len(nodes), len(edges)) == (41 + 40, 3 * 40)


def test_a_tensor_without_a_tape_is_a_single_box():
    for x, bold in [(leaf(2), True), (tn.Tensor([1.0, 2.0]), False)]:
        assert parse(tn.draw_graph(x)) == ({"t0": ("box", "(2,) float64", bold)}, [])


def test_drawing_leaves_the_tape_whole():
    x = leaf(3)
    y = (x * 2).sum()
    assert tn.draw_graph(y) == tn.draw_graph(y)
    y.backward()
    np.testing.assert_array_equal(x.grad, 2)


def test_after_backward_an_error_says_when_to_draw():
    y = leaf(3).sum()
    y.backward()
    with pytest.raises(RuntimeError, match=r"draw_graph.*sum.*before backward"):
        tn.draw_graph(y)


def test_a_graph_freed_in_part_is_an_error_too():
    shared = leaf(3).tanh()
    shared.sum().backward()
    with pytest.raises(RuntimeError, match=r"draw_graph.*tanh.*before backward"):
        tn.draw_graph(shared * 2)
