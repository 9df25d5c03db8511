"""Draw the tape: the graph behind a tensor as Graphviz DOT text.

Boxes are values, bold for leaves that require a gradient. Ellipses are primitives. Arrows run from a value to the
primitive that uses it, and from a primitive to its result.
"""

from __future__ import annotations

from tinynet.engine.tensor import Tensor


def draw_graph(root: Tensor) -> str:
    """Return DOT text for everything that `root` was computed from; render it with `dot -Tsvg`.

    Constants are left out: the tape does not keep them as tensors. Raises RuntimeError after `backward`, which frees
    the tape.
    """
    nodes, edges = [], []
    names = {id(root): "t0"}
    stack = [root]
    while stack:
        y = stack.pop()
        name, op = names[id(y)], y._node
        style = " style=bold" if y.requires_grad and op is None else ""
        nodes.append(f'{name} [shape=box label="{y.shape} {y.dtype}"{style}]')
        if op is None:
            continue
        if op.reads is None:
            raise RuntimeError(f"draw_graph: backward has freed the tape of this {op.name}; draw before backward")
        nodes.append(f'{name}_op [shape=ellipse label="{op.name}"]')
        edges.append(f"{name}_op -> {name}")
        for x in op.inputs:
            if x is None:
                continue
            if id(x) not in names:
                names[id(x)] = f"t{len(names)}"
                stack.append(x)
            edges.append(f"{names[id(x)]} -> {name}_op")
    return "digraph tape {\n  rankdir=LR\n  " + "\n  ".join(nodes + edges) + "\n}\n"
