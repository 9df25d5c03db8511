"""Lesson 2, exercises: the parts of a tape.

Throughout, g is the cotangent of an operation's result: dL/d(result), an array of the result's shape.
"""

import numpy as np


def multiply_vjp(g, x, y):
    """Return the cotangents of x and y, where z = x * y, entry by entry.

    Args:
        g: the cotangent of z.
        x, y: arrays of the same shape as g.

    Returns:
        a tuple: dL/dx and dL/dy
    """
    # begin solution
    return g * y, g * x
    # end solution


def tanh_vjp(g, a):
    """Return the cotangent of z, where a = tanh(z), from the result a.

    Args:
        g: the cotangent of a.
        a: tanh(z), an array of the same shape as g.

    Returns:
        dL/dz, an array of that shape
    """
    # begin solution
    return g * (1 - a * a)
    # end solution


def matmul_vjp(g, x, W):
    """Return the cotangents of x and W, where z = x W, the matrix product.

    Args:
        g: the cotangent of z, (examples, n).
        x: (examples, m).
        W: (m, n).

    Returns:
        a tuple: dL/dx (examples, m) and dL/dW (m, n)
    """
    # begin solution
    return g @ W.T, x.T @ g
    # end solution


def sum_vjp(g, x, axis):
    """Return the cotangent of x, where s = x.sum(axis).

    Args:
        g: the cotangent of s: (columns,) for axis 0, (rows,) for axis 1, and a number for axis None, which sums all.
        x: (rows, columns).
        axis: 0, 1 or None.

    Returns:
        dL/dx, (rows, columns)
    """
    # begin solution
    if axis is not None:
        g = np.expand_dims(g, axis)
    return g * np.ones(x.shape)
    # end solution


def unbroadcast(g, shape):
    """Return the cotangent of an array that NumPy repeated to the shape of g: g, summed over the repetitions.

    NumPy repeats an array along its axes of length 1, and along axes in front that it lacks. So both (1, 3) and (3,)
    can become (5, 3).

    Args:
        g: the cotangent of the repeated array.
        shape: the shape of the array itself, a tuple such as (3,), (1, 3), (5, 1) or ().

    Returns:
        an array of that shape
    """
    # begin solution
    g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
    repeated = tuple(i for i, length in enumerate(shape) if length == 1)
    return np.sum(g, axis=repeated, keepdims=True)
    # end solution


def topological_order(root, inputs_of):
    """Return root and the nodes that it was computed from: root first, each node once and before its own inputs.

    Do not use recursion: a chain of thousands of nodes must work. Call inputs_of at most four times for each node.

    Args:
        root: a node. Nodes are numbers or strings.
        inputs_of: a function. inputs_of(node) is the list of the nodes that this node was computed from. At a leaf it
            is empty. A node that was used twice is in it twice, like x in x * x. Do not change the list, which is
            the graph's own.

    Returns:
        a list of nodes
    """
    # begin solution
    uses, stack = {root: 0}, [root]
    while stack:
        for x in inputs_of(stack.pop()):
            if x not in uses:
                uses[x] = 0
                stack.append(x)
            uses[x] += 1
    order = [root]
    for node in order:
        for x in inputs_of(node):
            uses[x] -= 1
            if uses[x] == 0:
                order.append(x)
    return order
    # end solution


def backward(order, vjp, g):
    """Return the cotangents of all nodes of a graph.

    Args:
        order: the nodes, each before its inputs. The first is the root.
        vjp: a function. vjp(node, g), where g is the node's cotangent, is a list of pairs: an input, and what this node
            adds to the cotangent of that input. At a leaf it is empty. An input that was used twice is in it twice.
            Call vjp once for each node. Do not change what it returns: two inputs may be sent the same array.
        g: the cotangent of the root, an array.

    Returns:
        a dictionary {node: its cotangent}
    """
    # begin solution
    cotangents = {order[0]: g}
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = cotangents[x] + gx if x in cotangents else gx
    return cotangents
    # end solution


def cotangent_check(f, vjp, x, u, v, h):
    """Return two numbers that agree if vjp is right: <v, vjp(u, x)>, and <u, Jv> from two evaluations of f.

    <.., ..> multiplies two arrays entry by entry and adds up the products. Jv is the change of f along v; measure it as
    (f(x + h v) - f(x - h v)) / (2h).

    Args:
        f: a function from an array to an array. Both may have any shape.
        vjp: a function. vjp(u, x) is the cotangent of x when u is the cotangent of f(x).
        x: the point at which to check.
        u: a random cotangent, of the shape of f(x).
        v: a random direction, of the shape of x.
        h: a small number.

    Returns:
        a tuple of two numbers: <v, vjp(u, x)> and <u, (f(x + h v) - f(x - h v)) / (2h)>
    """
    # begin solution
    by_vjp = np.sum(v * vjp(u, x))
    by_differences = np.sum(u * (f(x + h * v) - f(x - h * v))) / (2 * h)
    return by_vjp, by_differences
    # end solution
