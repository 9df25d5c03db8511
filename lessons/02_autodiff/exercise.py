"""Lesson 2, exercises: the parts of a tape.

g is always the cotangent of an operation's result, dL/d(result), and has its shape.
"""

import numpy as np


def multiply_vjp(g, x, y):
    """Return the cotangents of x and y for z = x * y, entry by entry.

    Args:
        g: the cotangent of z.
        x, y: arrays of one shape, that of g.

    Returns:
        a tuple: dL/dx and dL/dy
    """
    raise NotImplementedError("multiply_vjp")


def matmul_vjp(g, x, W):
    """Return the cotangents of x and W for z = x W, the matrix product.

    Args:
        g: the cotangent of z, (examples, n).
        x: (examples, m).
        W: (m, n).

    Returns:
        a tuple: dL/dx (examples, m) and dL/dW (m, n)
    """
    raise NotImplementedError("matmul_vjp")


def tanh_vjp(g, a):
    """Return the cotangent of z for a = tanh(z), computed from the result a: dtanh(z)/dz = 1 - a^2.

    Args:
        g: the cotangent of a.
        a: tanh(z), an array of g's shape.

    Returns:
        dL/dz, of the same shape
    """
    raise NotImplementedError("tanh_vjp")


def sum_vjp(g, x, axis):
    """Return the cotangent of x for y = x.sum(axis): each entry of x goes into one entry of y, with slope 1.

    Args:
        g: the cotangent of y: (columns,) for axis 0, (rows,) for axis 1, a number for axis None, the sum of all.
        x: (rows, columns).
        axis: 0, 1 or None.

    Returns:
        dL/dx, (rows, columns)
    """
    raise NotImplementedError("sum_vjp")


def unbroadcast(g, shape):
    """Return the cotangent of an array that NumPy repeated to g's shape: g summed over what was repeated.

    NumPy repeats along axes of length 1, and along axes in front that the array does not have: from (1, 3), or from
    (3,), to (5, 3).

    Args:
        g: the cotangent of the repeated array.
        shape: the array's own shape, a tuple, such as (3,), (1, 3), (5, 1) or ().

    Returns:
        an array of that shape
    """
    raise NotImplementedError("unbroadcast")


def topological_order(root, inputs_of):
    """Return the nodes that root was computed from, root first, each before its own inputs, and each once.

    No recursion: a chain of thousands of nodes must work. And inputs_of(node) at most four times a node.

    Args:
        root: a node; nodes are numbers or strings.
        inputs_of: a function; inputs_of(node) is the list of the nodes that this node was computed from. It is empty at
            a leaf, and names a node twice that was used twice, as x in x * x.

    Returns:
        a list of nodes
    """
    raise NotImplementedError("topological_order")


def backward(order, vjp, g):
    """Return the cotangents of all nodes of a graph.

    Args:
        order: the nodes, each before its inputs; the first is the root.
        vjp: a function; vjp(node, g), g being the node's cotangent, is a list of pairs (input, what this node adds to
            that input's cotangent). It is empty at a leaf, and names an input twice that was used twice. Call it once a
            node.
        g: the cotangent of the root, an array.

    Returns:
        a dictionary {node: its cotangent}
    """
    raise NotImplementedError("backward")


def cotangent_check(f, vjp, x, u, v, h):
    """Return the two numbers that agree if vjp is right: <v, vjp(u)>, and <u, Jv> by two evaluations of f.

    <a, b> is the sum of all a * b. Jv, the change of f along v, is (f(x + h v) - f(x - h v)) / (2h).

    Args:
        f: a function from an array to an array, each of any shape.
        vjp: a function; vjp(u, x) is the cotangent of x for a cotangent u of f(x).
        x: where to check.
        u: a random cotangent, of f(x)'s shape.
        v: a random direction, of x's shape.
        h: a small number.

    Returns:
        a tuple of two numbers: <v, vjp(u, x)> and <u, (f(x + h v) - f(x - h v)) / (2h)>
    """
    raise NotImplementedError("cotangent_check")
