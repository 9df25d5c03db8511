"""Other right answers of lesson 2; the grader must accept them."""

from collections import defaultdict

import numpy as np

from tinynet.course import instead_of


@instead_of("multiply_vjp", "entry by entry, as a list")
def multiply_by_entries(g, x, y):
    gx, gy = np.zeros(x.shape), np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        gx[i], gy[i] = g[i] * y[i], g[i] * x[i]
    return [gx, gy]


@instead_of("matmul_vjp", "product by product: each x_em W_mn passes g_en on to both its factors")
def matmul_by_products(g, x, W):
    gx, gW = np.zeros(x.shape), np.zeros(W.shape)
    for e, m, n in np.ndindex(len(x), *W.shape):
        gx[e, m] += g[e, n] * W[m, n]
        gW[m, n] += x[e, m] * g[e, n]
    return gx, gW


@instead_of("matmul_vjp", "in float32, by einsum")
def matmul_by_einsum(g, x, W):
    g, x, W = (a.astype(np.float32) for a in (g, x, W))
    return np.einsum("en,mn->em", g, W), np.einsum("em,en->mn", x, g)


@instead_of("tanh_vjp", "(1 + a)(1 - a)")
def factored(g, a):
    return (1 + a) * (1 - a) * g


@instead_of("sum_vjp", "by np.broadcast_to")
def by_broadcasting(g, x, axis):
    if axis == 1:
        g = g[:, None]
    return np.broadcast_to(g, x.shape)


@instead_of("sum_vjp", "in loops")
def sum_in_loops(g, x, axis):
    gx = np.empty(x.shape)
    for row, column in np.ndindex(x.shape):
        gx[row, column] = g if axis is None else g[column] if axis == 0 else g[row]
    return gx


@instead_of("unbroadcast", "one axis at a time")
def one_axis_at_a_time(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


@instead_of("unbroadcast", "every entry of g added to the entry that it came from")
def by_scattering(g, shape):
    out = np.zeros(shape)
    padded = (1,) * (g.ndim - len(shape)) + tuple(shape)
    for index in np.ndindex(g.shape):
        source = tuple(0 if length == 1 else i for i, length in zip(index, padded, strict=True))
        out[source[g.ndim - len(shape) :]] += g[index]
    return out


@instead_of("topological_order", "depth first: list each node after its inputs, then reverse the list")
def depth_first(root, inputs_of):
    finished, seen, stack = [], {root}, [(root, iter(inputs_of(root)))]
    while stack:
        node, inputs = stack[-1]
        for x in inputs:
            if x not in seen:
                seen.add(x)
                stack.append((x, iter(inputs_of(x))))
                break
        else:
            finished.append(node)
            stack.pop()
    return finished[::-1]


@instead_of("topological_order", "all lists of inputs first, then a stack of the nodes that are ready")
def ready_stack(root, inputs_of):
    inputs, todo = {}, [root]
    while todo:
        node = todo.pop()
        if node not in inputs:
            inputs[node] = inputs_of(node)
            todo += inputs[node]
    users = {node: set() for node in inputs}
    for node, read in inputs.items():
        for x in read:
            users[x].add(node)
    order, ready = [], [root]
    while ready:
        node = ready.pop()
        order.append(node)
        for x in set(inputs[node]):
            users[x].remove(node)
            if not users[x]:
                ready.append(x)
    return order


@instead_of("backward", "collect what arrives in lists, and add it up when it is the node's turn")
def added_when_its_turn_comes(order, vjp, g):
    arrived = {node: [] for node in order}
    arrived[order[0]].append(g)
    cotangents = {}
    for node in order:
        cotangents[node] = sum(arrived[node])
        for x, gx in vjp(node, cotangents[node]):
            arrived[x].append(gx)
    return cotangents


@instead_of("backward", "a defaultdict that starts each sum at 0")
def from_zero(order, vjp, g):
    cotangents = defaultdict(float)
    cotangents[order[0]] = g
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            cotangents[x] = cotangents[x] + gx
    return cotangents


@instead_of("backward", "add in place, into arrays that no other node holds")
def added_in_place(order, vjp, g):
    cotangents = {order[0]: g.copy()}
    for node in order:
        for x, gx in vjp(node, cotangents[node]):
            if x in cotangents:
                cotangents[x] += gx
            else:
                cotangents[x] = np.array(gx)
    return cotangents


@instead_of("cotangent_check", "dot products of flattened arrays")
def with_dot(f, vjp, x, u, v, h):
    difference = (f(x + h * v) - f(x - h * v)) / (2 * h)
    return float(v.ravel() @ vjp(u, x).ravel()), float(u.ravel() @ difference.ravel())
