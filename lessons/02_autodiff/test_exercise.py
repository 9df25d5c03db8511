"""The grader of lesson 2: `test_NAME` grades the function NAME in exercise.py.

Cotangents are random, because a cotangent of all ones would let a VJP pass that ignores it.
"""

import numpy as np

from tinynet.course import Wrong


def cotangent(f, x, g):
    """Return <g, df/dx_i> for each entry i of x, of a linear f: df/dx_i is how f changes when x_i grows by 1."""
    gx = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        grown = x.copy()
        grown[i] += 1
        gx[i] = np.sum(g * (f(grown) - f(x)))
    return gx


def test_multiply_vjp(exercise, rng):
    for shape in (2, 2), (2, 3), (4,), (2, 2, 2):
        g, x, y = rng.normal(size=(3, *shape))
        exercise.multiply_vjp(g, x, y).equals((cotangent(lambda x: x * y, x, g), cotangent(lambda y: x * y, y, g)))


def test_matmul_vjp(exercise, rng):
    for examples, m, n in (4, 2, 3), (3, 3, 3), (1, 3, 2), (2, 4, 1):
        g, x, W = rng.normal(size=(examples, n)), rng.normal(size=(examples, m)), rng.normal(size=(m, n))
        exercise.matmul_vjp(g, x, W).equals((cotangent(lambda x: x @ W, x, g), cotangent(lambda W: x @ W, W, g)))


def test_tanh_vjp(exercise, rng):
    """The slope of tanh at z is 1 / cosh(z)^2."""
    for shape in (2, 3), (5,):
        g, z = rng.normal(size=shape), rng.uniform(-2, 2, size=shape)
        exercise.tanh_vjp(g, np.tanh(z)).equals(g / np.cosh(z) ** 2)


def test_sum_vjp(exercise, rng):
    for rows, columns, axis in (3, 3, 0), (3, 3, 1), (2, 4, 0), (4, 2, 1), (2, 3, None):
        x = rng.normal(size=(rows, columns))
        g = float(rng.normal()) if axis is None else rng.normal(size=(columns, rows)[axis])
        exercise.sum_vjp(g, x, axis).equals(cotangent(lambda x: x.sum(axis), x, g))


def test_unbroadcast(exercise, rng):
    for repeated, shape in (
        ((3, 3), (3,)), ((5, 3), (1, 3)), ((5, 3), (5, 1)), ((2, 5, 3), (5, 1)), ((4, 2), ()), ((2, 3), (2, 3)),
        ((2, 3), (1, 1)), ((1, 3), (1, 3)), ((2, 1, 3), (3,)),
    ):  # fmt: skip
        g = rng.normal(size=repeated)
        expected = cotangent(lambda x: np.broadcast_to(x, repeated), np.zeros(shape), g)
        exercise.unbroadcast(g, shape).equals(expected)


# ---- graphs: {node: the nodes it was computed from}

TWICE = {"y": ["x", "a", "b", "x"], "a": ["x", "x"], "b": ["c"], "c": ["x"], "x": []}
SHARED = {"y": ["a", "b"], "a": ["c"], "b": ["c"], "c": ["x"], "x": []}  # c, which has an input, is used twice


def random_graph(rng, count):
    """Return a graph of count nodes, numbered at random, and the node that no other was computed from."""
    numbers = [int(i) for i in rng.permutation(100)[:count]]
    graph = {numbers[0]: []}
    for k in range(1, count):
        graph[numbers[k]] = [numbers[int(i)] for i in rng.integers(k, size=int(rng.integers(1, 4)))]
    return graph, numbers[-1]


def below(graph, root):
    """Return root and all nodes that it was computed from."""
    found = {root}
    while more := {x for node in found for x in graph[node]} - found:
        found |= more
    return found


def fault(order, graph, root):
    """Return in words what an order lacks, or "" if it is right."""
    if not isinstance(order, (list, tuple)) or any(isinstance(node, (list, dict, np.ndarray)) for node in order):
        return "a list of nodes"
    if len(set(order)) < len(order):
        return "each node once"
    if set(order) != below(graph, root):
        return "all nodes that root was computed from, and root itself, and no others"
    place = {node: i for i, node in enumerate(order)}
    late = [(node, x) for node in order for x in graph[node] if place[x] < place[node]]
    return "{0!r} before {1!r}, since {0!r} was computed from {1!r}".format(*late[0]) if late else ""


def stopped(inputs_of, most, why):
    """Return inputs_of, made to stop an answer that calls it more than `most` times."""
    calls = 0

    def counting(node):
        nonlocal calls
        calls += 1
        if calls > most:
            raise Wrong(f"topological_order: inputs_of was called more than {most:,} times in a graph of {why}")
        return inputs_of(node)

    return counting


def test_topological_order(exercise, rng):
    cases = [(TWICE, "y"), (SHARED, "y"), ({"y": []}, "y"), *[random_graph(rng, count) for count in (3, 5, 8, 8)]]
    for graph, root in cases:
        described = f"the graph is {graph}, as {{node: the nodes it was computed from}}"
        endless = f"{len(graph)} nodes; does the list of nodes to visit ever become empty? {described}"
        answer = exercise.topological_order(root, stopped(lambda node: list(graph[node]), 100_000, endless))
        found = fault(answer.value, graph, root)
        answer.satisfies(not found, f"{found}; {described}")
    many_paths(exercise, 60)
    deep(exercise, 1500)


def many_paths(exercise, count):
    """Each node is computed from the one before, used twice: 2^60 paths lead from the root to the leaf."""
    why = (
        f"{count + 1} nodes, each of which uses the next one twice; visit each node once, not once for each path to it"
    )
    inputs_of = stopped(lambda node: [node - 1, node - 1] if node else [], 4 * (count + 1), why)
    came = exercise.topological_order(count, inputs_of).value
    if list(came) != list(range(count, -1, -1)):
        raise Wrong(
            f"topological_order: expected the nodes {count} to 0, each of which uses the next one twice; got {came}"
        )


def deep(exercise, count):
    """A chain so long that a function which calls itself for each node would exceed Python's limit."""
    try:
        answer = exercise.topological_order(count, lambda node: [node - 1] if node else [])
    except Wrong as error:
        if "RecursionError" not in str(error):
            raise
        raise Wrong(
            f"topological_order: on a chain of {count + 1:,} nodes Python gave up. Recursion goes as deep as the graph "
            "does, and Python stops at about 1,000 calls within calls. Keep the nodes still to visit in a list, and "
            "loop until it is empty"
        ) from None
    answer.satisfies(list(answer.value) == list(range(count, -1, -1)), f"the chain {count}, {count - 1}, .., 0")


def weighted(graph, sizes, rng):
    """Return, for each node, pairs (input, Jacobian of the node with respect to that input): one for each use."""
    return {node: [(x, rng.normal(size=(sizes[node], sizes[x]))) for x in inputs] for node, inputs in graph.items()}


def sum_over_paths(edges, node, g, total):
    """Add up g times the product of the Jacobians along each path down from node: the chain rule, path by path."""
    total[node] = total.get(node, 0) + g
    for x, J in edges[node]:
        sum_over_paths(edges, x, J.T @ g, total)
    return total


def test_backward(exercise, rng):
    for order, sizes in (
        (["y", "a", "b", "c", "x"], dict(y=3, a=3, b=3, c=3, x=3)),
        (["y", "b", "c", "a", "x"], dict(y=2, a=4, b=1, c=3, x=2)),
        (["x"], dict(x=4)),
    ):
        edges = weighted({node: TWICE[node] for node in order}, sizes, rng)
        calls = dict.fromkeys(order, 0)

        def vjp(node, g):
            calls[node] += 1
            if np.shape(g) != (size := (sizes[node],)):
                raise ValueError(f"vjp({node!r}, g) was given a g of shape {np.shape(g)}; that node has shape {size}")
            return [(x, J.T @ g) for x, J in edges[node]]

        g = rng.normal(size=sizes[order[0]])
        answer = exercise.backward(order, vjp, g)
        most = max(calls, key=lambda node: calls[node])
        count = calls[most]
        answer.equals(sum_over_paths(edges, order[0], g, {}))
        if count > 1:
            raise answer.wrong(f"vjp was called {count} times for the node {most!r}; once for each node is enough")


def test_cotangent_check(exercise, rng):
    """f(x) = A x^2 has exact central differences. With factor 1 the VJP is wrong, and the two numbers must differ."""
    for inputs, outputs, columns, factor in (
        (3, 3, (), 2.0), (2, 4, (), 1.0), (5, 1, (), 2.0), (3, 3, (3,), 2.0), (2, 4, (3,), 1.0),
    ):  # fmt: skip
        A, (x, v) = rng.normal(size=(outputs, inputs)), rng.normal(size=(2, inputs, *columns))
        u, calls = rng.normal(size=(outputs, *columns)), []

        def f(x):
            calls.append(x)
            return A @ (x * x)

        def vjp(u, x):
            return factor * x * (A.T @ u)

        answer = exercise.cotangent_check(f, vjp, x, u, v, 0.01)
        count = len(calls)
        gradient = [factor * x[i] * sum(A[k, i] * u[k] for k in range(outputs)) for i in range(inputs)]
        change = [sum(2 * A[k, i] * x[i] * v[i] for i in range(inputs)) for k in range(outputs)]
        answer.equals((float(np.sum(v * gradient)), float(np.sum(u * change))))
        if count > 2:
            raise answer.wrong(f"f was called {count} times; two evaluations are enough, however large x is")
