"""The grader of lesson 8: `test_NAME` grades the function NAME in exercise.py."""

import struct

import numpy as np


def test_file_parts(exercise, rng):
    """Make files here, so that both sizes are known."""
    for length, payload in (int(rng.integers(260, 500)), 40), (int(rng.integers(66_000, 70_000)), 7), (24, 0), (2, 300):
        header = struct.pack("<Q", length) + b"{}".ljust(length)
        content = np.frombuffer(header + rng.bytes(payload), np.uint8)
        exercise.file_parts(content).equals((len(header), payload))


def test_stored_bits(exercise, rng):
    """Make the arrays that are stored and count their bits, for one method at a time and then for several."""

    def layer(bias, method, **size):
        m, n = 2 * rng.choice(6, size=2, replace=False) + 3  # odd and different: the entries' bits fill no whole bytes
        return {"shape": (int(m), int(n)), "bias": bias, "method": method} | size

    def bits(layer):
        m, n = layer["shape"]
        stored = {
            "dense": lambda: [np.zeros((m, n), np.float32)],
            "quantized": lambda: [np.zeros((m, n, layer["bits"]), bool), np.zeros(1, np.float32)],
            "lowrank": lambda: [np.zeros((m, layer["rank"]), np.float32), np.zeros((layer["rank"], n), np.float32)],
            "hashed": lambda: [np.zeros(layer["buckets"], np.float32), np.zeros(1, np.uint64)],
        }[layer["method"]]()
        stored += [np.zeros(n, np.float32)] if layer["bias"] else []
        return sum(a.size if a.dtype == bool else 8 * a.nbytes for a in stored)

    kinds = [
        layer(True, "dense"), layer(False, "quantized", bits=3), layer(False, "lowrank", rank=2),
        layer(False, "hashed", buckets=5), layer(True, "quantized", bits=1), layer(True, "lowrank", rank=3),
        layer(True, "hashed", buckets=4),
    ]  # fmt: skip
    for layers in [[kind] for kind in kinds] + [kinds[2:4], kinds[::-1]]:
        exercise.stored_bits(layers).equals(sum(map(bits, layers)))


def test_widest(exercise, rng):
    """Add units one by one until the arrays are too large."""

    def size(h, n_in, n_out):
        return sum(np.zeros(shape, np.float32).nbytes for shape in ((n_in, h), h, (h, n_out), n_out))

    h, n_in, n_out = int(rng.integers(20, 30)), int(rng.integers(9, 14)), 2
    unit = size(1, n_in, n_out) - size(0, n_in, n_out)
    exact = size(h, n_in, n_out)
    for budget in exact, exact + 3, exact + unit // 2 + 4, exact + unit - 1, 4 * n_out - 1, 4 * n_out + unit:
        most = 0
        while size(most + 1, n_in, n_out) <= budget:
            most += 1
        exercise.widest(budget, n_in, n_out).equals(most)


def test_pareto(exercise, rng):
    """Compare each point with all others, as the definition says."""

    def by_definition(points):
        def beaten(q):
            return any(p[0] <= q[0] and p[1] <= q[1] and (p[0] < q[0] or p[1] < q[1]) for p in points)

        return [i for i, q in enumerate(points) if not beaten(q)]

    def at(*places):
        """Return points on a grid; its origin and steps change neither who beats whom nor what is convex."""
        return [(first + step * x, round(0.01 + height * y, 9)) for x, y in places]

    first, step, height = int(rng.integers(100, 200)), int(rng.integers(20, 60)), float(rng.integers(2, 9)) / 1000
    for points in (
        at((5, 7), (0, 9), (9, 1), (6, 3), (3, 8), (4, 2), (8, 5)),  # (3, 8) is efficient, though not on the hull
        at((0, 5), (1, 5), (2, 2)),  # the same error, more bytes
        at((5, 8), (2, 7), (0, 9), (2, 3), (1, 9)),  # the same bytes, more error, and it comes first
        at((1, 3), (0, 9), (1, 3), (6, 2)),  # equal ones
        at((5, 4), (5, 4), (4, 4), (0, 6), (4, 4)),
        at((1, 1)),
        at(*rng.integers(0, 5, size=(12, 2)).tolist()),
    ):
        exercise.pareto(points).equals(by_definition(points))
