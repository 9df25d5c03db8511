"""The grader of lesson 8: `test_NAME` grades the function NAME in exercise.py."""

import struct
from itertools import product

import numpy as np


def test_file_parts(exercise, rng):
    """Make files here, so that both sizes are known. A payload may look like the end of a header."""
    for length, payload in (
        (int(rng.integers(384, 512)) | 1, rng.bytes(40)),
        (int(rng.integers(80_000, 300_000)), rng.bytes(7)),
        (int(rng.integers(100, 200)), b"  }  " + rng.bytes(rng.integers(20))),
        (24, b""),
        (2, rng.bytes(300)),
    ):
        header = struct.pack("<Q", length) + b"{}".ljust(length)
        exercise.file_parts(np.frombuffer(header + payload, np.uint8)).equals((len(header), len(payload)))


def array(*shape, dtype=np.float32):
    """Return an array of zeros that takes no memory, however large it is."""
    return np.broadcast_to(np.zeros((), dtype), shape)


def test_stored_bits(exercise, rng):
    """Make the arrays that are stored and count their bits, for one layer at a time and then for several."""

    def layer(method, bias, unit=1):
        m, n = unit * (2 * rng.choice(6, size=2, replace=False) + 3)  # odd and different: entries fill no whole bytes
        size = {
            "dense": {},
            "quantized": {"bits": int(rng.integers(1, 9))},
            "lowrank": {"rank": int(rng.integers(1, 30))},
            "hashed": {"buckets": unit * int(rng.integers(1, 300))},
        }[method]
        return {"shape": (int(m), int(n)), "bias": bias, "method": method} | size

    def bits(layer):
        m, n = layer["shape"]
        stored = {
            "dense": lambda: [array(m, n)],
            "quantized": lambda: [array(m, n, layer["bits"], dtype=bool), array(1)],
            "lowrank": lambda: [array(m, layer["rank"]), array(layer["rank"], n)],
            "hashed": lambda: [array(layer["buckets"]), array(1, dtype=np.uint64)],
        }[layer["method"]]()
        stored += [array(n)] if layer["bias"] else []
        return sum(a.size if a.dtype == bool else 8 * a.nbytes for a in stored)

    methods = "dense", "quantized", "lowrank", "hashed"
    kinds = [layer(*kind) for kind in product(methods, (True, False))]
    kinds += [layer("quantized", True) | {"bits": bits} for bits in (1, 8)]
    kinds += [layer("hashed", False) | {"buckets": 400}]
    mixed = [kinds[i] for i in rng.permutation(len(kinds))]
    huge = [layer(method, True, unit=20_001) for method in methods]  # more bits than 32-bit integers can count
    for layers in [[kind] for kind in kinds] + [mixed[:2], mixed, [mixed[0]] * 2, huge]:
        exercise.stored_bits(layers).equals(sum(map(bits, layers)))


def test_widest(exercise, rng):
    """Choose the width, and give the network the bytes it needs: one byte less, and the width does not fit."""

    def size(h, n_in, n_out):
        return sum(array(*shape).nbytes for shape in ((n_in, h), (h,), (h, n_out), (n_out,)))

    sizes = [(int(rng.integers(9, 14)), 2), (3, int(rng.integers(10, 20))), (int(rng.integers(1, 30)), 1), (784, 10)]
    for n_in, n_out in sizes:
        for h in 0, 1, int(rng.integers(20, 30)), 2 * int(rng.integers(16_500, 21_000)):
            least, most = size(h, n_in, n_out), size(h + 1, n_in, n_out) - 1
            for budget in least, least + 3, (least + most) // 2 + 1, most:
                exercise.widest(budget, n_in, n_out).equals(h)
        exercise.widest(size(0, n_in, n_out) - 1, n_in, n_out).equals(0)


def test_pareto(exercise, rng):
    """Compare each point with all others, as the definition says."""

    def by_definition(points):
        def beaten(q):
            return any(p[0] <= q[0] and p[1] <= q[1] and (p[0] < q[0] or p[1] < q[1]) for p in points)

        return [i for i, q in enumerate(points) if not beaten(q)]

    def at(places, scale):
        """Return points on a grid; its origin and steps change neither who beats whom nor what is convex."""
        first, step, lowest, height = scale
        return [(first + step * int(x), lowest + height * int(y)) for x, y in places]

    scales = [
        (int(rng.integers(100, 200)), 37, 0.01, 0.002),
        (0, 1000, 0.0, 0.25),
        (2**32 - 5, 1, 250.0, 0.5),  # large numbers
        (5000, 1, 0.1, 1e-10),  # small differences
        (300, 10, -0.3, 0.05),
    ]
    falling = [(k, 19 - k) for k in range(20)]
    fixed = (
        [(5, 7), (0, 9), (9, 1), (6, 3), (3, 8), (4, 2), (8, 5)],  # (3, 8) is efficient, though not on the hull
        [(0, 5), (1, 5), (2, 2)],  # the same error, more bytes
        [(5, 8), (2, 7), (0, 9), (2, 3), (1, 9)],  # the same bytes, more error, and it comes first
        [(1, 3), (0, 9), (1, 3), (6, 2), (1, 3)],  # equal ones
        [(5, 4), (5, 4), (4, 4), (0, 6), (4, 4)],
        [(1, 1)],
    )
    for scale in scales:
        for places in *fixed, rng.integers(0, 5, (12, 2)), rng.integers(0, 30, (30, 2)), rng.permutation(falling):
            points = at(places, scale)
            exercise.pareto(points).equals(by_definition(points))
