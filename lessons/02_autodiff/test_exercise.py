"""The grader of lesson 2: `test_NAME` grades the function NAME in exercise.py.

Cotangents are random, because a cotangent of all ones would let a VJP pass that ignores it.
"""

import itertools
import sys
from collections import Counter

import numpy as np

from tinynet.course import Wrong, lending


def ordinary(rng, shape):
    return rng.normal(size=shape)


def far(rng, shape):
    return 1000 * rng.normal(size=shape) * rng.integers(2, size=shape)  # large, or 0


def whole(rng, shape):
    return rng.integers(-3, 4, size=shape)


def arrays(rng, *cases):
    """Yield arrays of the shapes of each case: ordinary ones, then in turn large ones with zeros and whole numbers.

    These are either g, which comes first, or the others.
    """
    kinds = (ordinary, far), (far, ordinary), (ordinary, whole), (whole, ordinary)
    for (first, *others), kind in zip(cases, itertools.cycle(kinds)):
        for these, those in (ordinary, ordinary), kind:
            yield these(rng, first), *(those(rng, shape) for shape in others)


def cotangent(f, x, g):
    """Return <g, df/dx_i> for each entry i of x, of a linear f: df/dx_i is how f changes when x_i grows by 1."""
    gx = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        grown = x.copy()
        grown[i] += 1
        gx[i] = np.sum(g * (f(grown) - f(x)))
    return gx


def test_multiply_vjp(exercise, rng):
    shapes = (2, 2), (2, 3), (4,), (2, 2, 2), (1, 3), (2, 1, 3, 2)
    for g, x, y in arrays(rng, *([shape] * 3 for shape in shapes)):
        exercise.multiply_vjp(g, x, y).equals((cotangent(lambda x: x * y, x, g), cotangent(lambda y: x * y, y, g)))


def test_matmul_vjp(exercise, rng):
    sizes = (4, 2, 3), (3, 3, 3), (1, 3, 2), (2, 4, 1), (3, 1, 2), (9, 2, 2), (2, 9, 2), (2, 2, 9)
    for g, x, W in arrays(rng, *(((examples, n), (examples, m), (m, n)) for examples, m, n in sizes)):
        exercise.matmul_vjp(g, x, W).equals((cotangent(lambda x: x @ W, x, g), cotangent(lambda W: x @ W, W, g)))


def test_tanh_vjp(exercise, rng):
    """The slope of tanh at z is 1 / cosh(z)^2. In the end z goes from 0, where it is 1, to 7, where it is small."""
    for (g,) in arrays(rng, [(2, 3)], [(5,)], [(1, 4)], [(2, 1, 3, 2)]):
        z = rng.uniform(-2, 2, size=g.shape)
        exercise.tanh_vjp(g, np.tanh(z)).equals(g / np.cosh(z) ** 2)
    g = rng.uniform(1, 2, size=8)
    z = rng.choice([-1, 1], size=8) * np.append(0, np.arange(1, 8) + rng.uniform(0, 0.5, 7))
    exercise.tanh_vjp(g, np.tanh(z)).equals(g / np.cosh(z) ** 2)


def test_sum_vjp(exercise, rng):
    cases = (
        (3, 3, 0), (3, 3, 1), (2, 4, 0), (4, 2, 1), (2, 3, None), (1, 4, 0), (1, 4, 1), (4, 1, 0), (4, 1, 1),
        (1, 1, None), (9, 2, 0), (2, 9, 1), (2, 9, None), (3, 2, None), (2, 3, None),
    )  # fmt: skip
    of_g = lambda rows, columns, axis: () if axis is None else ((columns, rows)[axis],)
    drawn = arrays(rng, *((of_g(*case), case[:2]) for case in cases))
    for _, _, axis in cases:
        for g, x in itertools.islice(drawn, 2):
            g = g if np.ndim(g) else np.asarray(g).item()
            exercise.sum_vjp(g, x, axis).equals(cotangent(lambda x, axis=axis: x.sum(axis), x, g))


def repetition(rng):
    """Return a shape, and one to which NumPy can repeat it: of up to 4 axes, and up to 3 more in front."""
    shape = tuple(int(length) for length in rng.integers(1, 4, size=rng.integers(5)))
    front = tuple(int(length) for length in rng.integers(1, 3, size=rng.integers(4)))
    return shape, front + tuple(length if length > 1 else int(rng.integers(1, 4)) for length in shape)


def test_unbroadcast(exercise, rng):
    known = [
        ((3,), (3, 3)), ((1, 3), (5, 3)), ((5, 1), (5, 3)), ((5, 1), (2, 5, 3)), ((), (4, 2)), ((2, 3), (2, 3)),
        ((1, 1), (2, 3)), ((1, 3), (1, 3)), ((3,), (2, 1, 3)), ((2, 1, 3), (2, 5, 3)), ((1, 3, 1, 2), (2, 3, 4, 2)),
        ((1, 1, 1), (2, 3, 2)), ((2,), (2, 2, 3, 2)),
    ]  # fmt: skip
    for shape, repeated in known + [repetition(rng) for _ in range(12)]:
        g = rng.normal(size=repeated)
        expected = cotangent(lambda x, repeated=repeated: np.broadcast_to(x, repeated), np.zeros(shape), g)
        exercise.unbroadcast(g, shape).equals(expected)


# ---- graphs: {node: the nodes it was computed from}; the first is the root, and each stands before its own inputs

TWICE = {"y": ["x", "a", "b", "x"], "a": ["x", "x"], "b": ["c"], "c": ["x"], "x": []}
SHARED = {"y": ["a", "b"], "a": ["c"], "b": ["c"], "c": ["x"], "x": []}  # c, which has an input, is used twice
LATE = {"y": ["a", "b"], "b": ["c"], "c": ["a"], "a": ["d"], "d": ["x"], "x": []}  # a is met first, but c uses it
OFTEN = {"y": ["a", "b", "c", "d", "x", "x"], "a": ["x"], "b": ["x"], "c": ["x"], "d": ["x"], "x": []}
NAMES = [0, "", -1, 1.5, 1000, "x", "y", "longer", *range(2, 20)]


def random_graph(rng, count):
    """Return a graph of count nodes; 0 and "", which count as false in Python, are among them."""
    others = [NAMES[i] for i in 2 + rng.permutation(len(NAMES) - 2)[: count - 2]]
    names = [(NAMES[:2] + others)[i] for i in rng.permutation(count)]
    graph = {names[0]: []}
    for k in range(1, count):
        graph[names[k]] = [names[i] for i in rng.integers(k, size=rng.integers(1, 4))]
        if rng.random() < 0.7:  # a long way down, beside which the others are short
            graph[names[k]][-1] = names[k - 1]
    used = below(graph, names[-1])
    return {node: graph[node] for node in reversed(names) if node in used}


def below(graph, root):
    """Return root and all nodes that it was computed from."""
    found = [root]
    for node in found:
        found += [x for x in dict.fromkeys(graph[node]) if x not in found]
    return found


def fault(order, graph):
    """Return in words what an order lacks, or "" if it is right."""
    if not isinstance(order, (list, tuple)) or any(isinstance(node, (list, dict, np.ndarray)) for node in order):
        return "a list of nodes"
    if len(set(order)) < len(order):
        return "each node once"
    missing = [node for node in graph if node not in order]
    if missing or set(order) != set(graph):
        lacks = "the leaves are missing" if not any(graph[node] for node in missing) else f"{missing[0]!r} is missing"
        lacks = "root itself is missing" if missing == list(graph)[:1] else lacks if missing else "there are others"
        return f"all nodes that root was computed from, and root itself; {lacks}"
    place = {node: i for i, node in enumerate(order)}
    late = [(node, x) for node in order for x in graph[node] if place[x] < place[node]]
    return "{0!r} before {1!r}, since {0!r} was computed from {1!r}".format(*late[0]) if late else ""


def depth():
    """Return how many calls are open, each within another."""
    frame, count = sys._getframe(), 0
    while frame := frame.f_back:
        count += 1
    return count


def questions(graph):
    """Return inputs_of, which lends the graph's own lists, and the list of nodes that it will be called for.

    It stops an answer that never ends, or that calls itself for each node, however far it has raised Python's limit.
    """
    asked, most, deep = [], 100 * len(graph), depth() + 500

    @lending
    def inputs_of(node):
        asked.append(node)
        if len(asked) > most:
            raise Wrong(
                f"topological_order: inputs_of was called more than {most:,} times in a graph of {len(graph)} nodes; "
                f"does the list of nodes to visit ever become empty? {described(graph)}"
            )
        if depth() > deep:
            raise too_deep(graph)
        return graph[node]

    return inputs_of, asked


def too_deep(graph):
    return Wrong(
        f"topological_order: on a chain of {len(graph):,} nodes, recursion goes as deep as the graph does, and Python "
        "stops at about 1,000 calls within calls. Keep the nodes still to visit in a list, and loop until it is empty"
    )


def described(graph):
    if len(graph) > 20:
        return f"the graph is a chain of {len(graph):,} nodes, each computed from the number before it"
    return f"the graph is {graph}, as {{node: the nodes it was computed from}}"


def test_topological_order(exercise, rng):
    """Try graphs on which a walk may go wrong, and a chain so long that recursion would exceed Python's limit."""
    chain = {node: [node - 1] if node else [] for node in reversed(range(1501))}
    drawn = [random_graph(rng, count) for count in (3, 5, 8, 8, 12, 12, 16, 16)]
    for graph in TWICE, SHARED, LATE, OFTEN, {"y": []}, *drawn, chain:
        inputs_of, asked = questions(graph)
        try:
            answer = exercise.topological_order(next(iter(graph)), inputs_of)
        except Wrong as error:
            raise too_deep(graph) if "RecursionError" in str(error) and graph is chain else error from None
        calls = Counter(asked)
        found = fault(answer.value, graph)
        answer.satisfies(not found, f"{found}; {described(graph)}")
        for node, count in calls.most_common(1):
            if count > 4:
                raise answer.wrong(
                    f"inputs_of was called {count} times for the node {node!r}, and four calls are enough; visit each "
                    f"node once, not once for each path to it; {described(graph)}"
                )


def weighted(graph, shapes, rng):
    """Return, for each node, pairs (input, Jacobian of the node with respect to that input): one for each use."""
    return {
        node: [(x, 10 * rng.normal(size=shapes[node] + shapes[x])) for x in inputs] for node, inputs in graph.items()
    }


def sum_over_paths(edges, node, g, total):
    """Add up g times the product of the Jacobians along each path down from node: the chain rule, path by path."""
    total[node] = total.get(node, 0) + g
    for x, J in edges[node]:
        sum_over_paths(edges, x, np.tensordot(g, J, np.ndim(g)), total)
    return total


def networks(rng):
    """Yield edges, and the shape of each node: first vectors, then arrays of any shape, then numbers."""
    for graph, sizes in (TWICE, (3, 3, 3, 3, 3)), (TWICE, (2, 4, 1, 3, 2)), ({"x": []}, (4,)):
        shapes = {node: (size,) for node, size in zip(graph, sizes, strict=True)}
        yield weighted(graph, shapes, rng), shapes
    some = [(), (2,), (1, 2), (2, 3)]
    for graph in TWICE, SHARED, LATE, OFTEN, *(random_graph(rng, count) for count in (4, 6, 7)):
        for shapes in {node: some[rng.integers(len(some))] for node in graph}, dict.fromkeys(graph, ()):
            yield weighted(graph, shapes, rng), shapes


def test_backward(exercise, rng):
    for edges, shapes in networks(rng):
        calls = dict.fromkeys(edges, 0)

        @lending
        def vjp(node, g, edges=edges, shapes=shapes, calls=calls):
            calls[node] += 1
            if np.shape(g) != shapes[node]:
                raise ValueError(
                    f"vjp({node!r}, g) was given a g of shape {np.shape(g)}; that node has shape {shapes[node]}"
                )
            return [(x, np.tensordot(g, J, np.ndim(g))) for x, J in edges[node]]

        order = list(edges)
        g = rng.normal(size=shapes[order[0]])
        answer = exercise.backward(order, vjp, g)
        most = max(calls, key=lambda node, calls=calls: calls[node])
        count = calls[most]
        answer.equals(sum_over_paths(edges, order[0], g, {}))
        if count > 1:
            raise answer.wrong(f"vjp was called {count} times for the node {most!r}; once for each node is enough")


def test_cotangent_check(exercise, rng):
    """f(x) = A x^3, so that the second number depends on h. With factor 1 the VJP is wrong, and the numbers differ."""
    for inside, outside, factor in (
        ((3,), (3,), 3.0), ((2,), (4,), 1.0), ((5,), (1,), 3.0), ((3, 3), (3, 3), 3.0), ((2, 3), (4,), 1.0),
        ((2,), (), 3.0), ((2, 1, 3), (2, 2, 2), 1.0),
    ):  # fmt: skip
        A, (x, v) = rng.normal(size=outside + inside), rng.normal(size=(2, *inside))
        u, calls, h = np.asarray(rng.normal(size=outside)), [], float(rng.uniform(0.05, 0.2))

        def f(x, A=A, calls=calls):
            calls.append(x)
            return np.tensordot(A, x**3, x.ndim)

        def vjp(u, x, A=A, factor=factor):
            return factor * x**2 * np.tensordot(u, A, u.ndim)

        answer = exercise.cotangent_check(f, vjp, x, u, v, h)
        count = len(calls)
        by_entry = u.ravel() @ A.reshape(u.size, x.size)  # the derivative of <u, A y> with respect to each entry of y
        change = 3 * x**2 * v + h**2 * v**3  # of x^3 along v: ((x + h v)^3 - (x - h v)^3) / (2 h)
        answer.equals((float(by_entry @ (factor * x**2 * v).ravel()), float(by_entry @ change.ravel())))
        if count > 2:
            raise answer.wrong(f"f was called {count} times; two evaluations are enough, however large x is")
