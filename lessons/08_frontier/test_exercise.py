"""Grader of lesson 8. `test_NAME` grades the function NAME of exercise.py."""

import struct

import numpy as np


def test_file_parts(exercise, rng):
    """Files put together here, so that both sizes are known."""
    for length, payload in (int(rng.integers(260, 500)), 40), (int(rng.integers(66_000, 70_000)), 7), (24, 0), (2, 300):
        header = struct.pack("<Q", length) + b"{}".ljust(length)
        content = np.frombuffer(header + rng.bytes(payload), np.uint8)
        exercise.file_parts(content).equals((len(header), payload))


def test_stored_bits(exercise, rng):
    """One method at a time, then together; what is stored is made, and its bits are counted."""

    def layer(bias, method, **size):
        m, n = 2 * rng.choice(6, size=2, replace=False) + 3  # odd, and not equal: k bits an entry fill no whole bytes
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
    """Units are added one by one until the arrays are too large."""

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
    """Each point is compared with all others, as the definition says."""

    def by_definition(points):
        def beaten(q):
            return any(p[0] <= q[0] and p[1] <= q[1] and (p[0] < q[0] or p[1] < q[1]) for p in points)

        return [i for i, q in enumerate(points) if not beaten(q)]

    size = sorted(int(s) for s in rng.choice(np.arange(100, 1000), size=6, replace=False))
    error = [float(e) / 100 for e in np.cumsum(rng.integers(1, 3, size=6))[::-1] + 1]  # falling
    a, b, c, d, e, f = zip(size, error, strict=True)
    bump = size[2], round(error[1] - 0.001, 6)  # in place of c: efficient, but not convex
    assert error[2] < bump[1] < error[1]
    steep = (size[0], error[0] + 0.5), (size[5], error[5])
    for points in (
        [(size[4], error[0]), steep[0], (size[5], error[3]), bump, d, (size[3], error[2]), steep[1]],
        [a, (size[2], error[0]), b],  # the same error, more bytes
        [(size[1], error[0]), a, (size[1], error[1])],  # the same bytes, more error, and it comes first
        [b, a, b, c],  # equal ones
        [f, f, e, d, (size[5], error[4])],
        [c],
        [(int(s), float(e)) for s, e in rng.integers(0, 5, size=(12, 2))],
    ):
        exercise.pareto(points).equals(by_definition(points))
