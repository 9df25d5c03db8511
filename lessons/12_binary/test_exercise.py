"""The grader of lesson 12: `test_NAME` grades the function NAME in exercise.py."""

from itertools import combinations, product
from math import factorial

import numpy as np


def bits(rng, *shape):
    return rng.choice([-1, 1], size=shape)


def test_sign(exercise, rng):
    """Compare with the slopes of clip(z, -1, 1), by differences; no |z| is near 1, where it has none."""
    for shape in (3, 4), (2, 5), (4, 1), (1, 6):
        z = rng.choice([-1, 1], size=shape) * rng.choice([0.0, 0.3, 0.7, 1.4, 3.0], size=shape)
        z *= rng.uniform(0.8, 1.2, size=shape)
        z.flat[0], z.flat[-1] = 0.0, 1.6
        g, h = rng.normal(size=shape), 1e-3
        slope = (np.minimum(np.maximum(z + h, -1), 1) - np.minimum(np.maximum(z - h, -1), 1)) / (2 * h)
        exercise.sign(z, g).equals((1.0 - 2.0 * (z < 0), g * np.rint(slope)))


def test_update(exercise, rng):
    for shape, lr in ((3, 3), 0.5), ((2, 4), 0.05), ((4, 1), 2.0), ((3, 2), 30.0):
        V, g = rng.uniform(-1, 1, shape), rng.normal(size=shape)
        V.flat[0], g.flat[0] = 0.9, -5.0
        V.flat[1], g.flat[1] = -0.9, 4.0
        V.flat[-1], g.flat[-1] = 1.0, rng.uniform(0.5, 2)  # at the end, and on its way back
        moved = V - lr * g
        moved[moved > 1], moved[moved < -1] = 1, -1
        exercise.update(V, g, lr).equals(moved)


def flips_after(v, size, up, bound):
    """Count in whole numbers, in units of 1/64."""
    v, size = round(64 * v), round(64 * size)
    for _ in range(up):
        v += size
        if v > 64 * bound:
            v = round(64 * bound)
    return 0 if v < 0 else v // size + 1


def test_memory(exercise, rng):
    cases = [
        (0.0, 1 / 8, 20, 1),
        (0.0, 1 / 8, 20, np.inf),
        (0.5, 1 / 16, 0, 1),
        (-0.5, 1 / 16, 3, 1),
        (0.25, 3 / 64, 9, 2),
        (-0.5, 1 / 16, 8, 1),
        (0.0, 1 / 4, 0, 1),
        (-0.75, 1 / 8, 2, np.inf),
    ]
    for _ in range(4):
        v, size = rng.integers(-64, 65) / 64, rng.integers(1, 20) / 64
        cases.append((float(v), float(size), int(rng.integers(0, 60)), [1, 2, 1.5, np.inf][rng.integers(4)]))
    for case in cases:
        answer, steps = exercise.memory(*case), flips_after(*case)
        answer.equals(float(steps) if isinstance(answer.value, float) else steps)


def test_spectrum(exercise, rng):
    """Count differing places pair by pair."""
    for d, n in (3, 4), (5, 2), (8, 7), (1, 3), (16, 12):
        W = bits(rng, d, n)
        if d == 8:
            W[:, 1], W[:, 2] = W[:, 0], -W[:, 0]
        found = np.zeros(d + 1)
        for i, j in combinations(range(n), 2):
            found[sum(x != y for x, y in zip(W[:, i], W[:, j], strict=True))] += 2 / (n * (n - 1))
        ways = [factorial(d) // (factorial(h) * factorial(d - h)) for h in range(d + 1)]
        cosines = [((d - h) - h) / d for h in range(d + 1)]
        exercise.spectrum(W).equals((np.array(cosines), found, np.array(ways) / sum(ways)))


def between(v, b):
    """Return the angle between two columns in degrees, by Kahan's formula, which has no arccos to lose digits."""
    v, b = v / np.linalg.norm(v), b / np.linalg.norm(b)
    return float(360 / np.pi * np.arctan2(np.linalg.norm(v - b), np.linalg.norm(v + b)))


def test_nearest(exercise, rng):
    """Try all binary columns; the best scale of each is where the sum of squares has no slope."""
    for d in 3, 2, 5, 7:
        v = rng.normal(size=d) * 2.0 ** rng.uniform(-3, 3)
        if d == 5:
            v[1] = 0.0
        columns = np.array([b for b in product((1, -1), repeat=d) if np.dot(b, v) > 0])
        scales = columns @ v / d
        best = np.sum((v - scales[:, None] * columns) ** 2, axis=1).argmin()
        b, s = columns[best].astype(float), float(scales[best])
        exercise.nearest(v).equals((b, s, between(v, b)))
    for d in 300, 200:  # too many entries to try all columns; their mean is not 0
        size, b = rng.uniform(0.1, 2, d), 1.0 - 2 * (rng.random(d) < 0.3)
        exercise.nearest(size * b).equals((b, float(size.sum() / d), between(size * b, b)))


def truth_tables(n, *more):
    """Return the inputs as functions, and further constants, (n + .., 2^n)."""
    return np.array([*zip(*product((-1, 1), repeat=n), strict=True), *[[c] * 2**n for c in more]])


def closure(start, gate):
    """Find the same functions one at a time."""
    rules = {
        "xnor": lambda a, b: tuple(1 if x == y else -1 for x, y in zip(a, b, strict=True)),
        "nand": lambda a, b: tuple(-1 if x == y == 1 else 1 for x, y in zip(a, b, strict=True)),
        "majority": lambda a, b, c: tuple(1 if x + y + z > 0 else -1 for x, y, z in zip(a, b, c, strict=True)),
    }
    inputs = 3 if gate == "majority" else 2
    found, new = set(), set(map(tuple, start.tolist()))
    while new:
        found |= new
        new = {rules[gate](*chosen) for chosen in product(found, repeat=inputs)} - found
    return found


def deep(rng):
    """Return a start from which NAND finds 64 functions, in 7 rounds: 5, 11, 22, 32, 47, 62, 63, 64."""
    atoms = rng.permutation(8) % 6  # eight lines, of which two pairs are alike
    return np.where(atoms[None] == rng.permutation(5)[:, None], 1, -1)


def test_reach(exercise, rng):
    cases = [
        (truth_tables(2), "xnor"),
        (truth_tables(2), "nand"),
        (truth_tables(4, -1), "xnor"),
        (bits(rng, 4, 8), "xnor"),
        (bits(rng, 3, 4), "majority"),  # never many functions, so that wrong answers are quick, too
        (bits(rng, 5, 4), "majority"),
        (bits(rng, 1, 4), "nand"),
        (deep(rng), "nand"),
    ]
    for start, gate in cases:
        answer, expected = exercise.reach(start, gate), closure(start, gate)
        got, p = answer.value, start.shape[1]
        rows = isinstance(got, np.ndarray) and got.ndim == 2 and got.shape[1] == p
        answer.satisfies(rows, f"an array with a row of {p} entries for each function")
        tables = [tuple(row) for row in got.tolist()]
        seen = set(tables)
        answer.satisfies(len(seen) == len(tables), f"each function once; {len(tables) - len(seen)} rows come again")
        lost = len(set(map(tuple, start.tolist())) - seen)
        lack, much = len(expected - seen), len(seen - expected)
        missing = f"{len(expected)} functions; {lack} of them {'is' if lack == 1 else 'are'} missing here"
        if lost:
            missing += f". The start has {lost} of the missing ones; its functions are there, too"
        else:
            missing += ". Do new functions go in again, until a round adds nothing?"
        answer.satisfies(not lack, missing)
        answer.satisfies(not much, f"{len(expected)} functions; {much} of these cannot be made by {gate} gates")


GATE = 'a gate is ("xnor", x, y) or ("unit", t, x, y, ..)'


def fault(circuit, n):
    """Return what is wrong with the form of a circuit; "" if nothing is."""
    inputs = {f"{number}{k}" for number in "ab" for k in range(n)}
    if not isinstance(circuit, dict) or not all(isinstance(name, str) for name in circuit):
        return "a dictionary {name of a wire: gate}"
    known = set(inputs)
    for name, gate in circuit.items():
        if name in inputs:
            return f"gates with wires of their own; {name!r} is an input"
        if not isinstance(gate, (tuple, list)) or not gate or gate[0] not in ("xnor", "unit"):
            return f"{GATE}; the wire {name!r} has {gate!r}"
        used = gate[1:] if gate[0] == "xnor" else gate[2:]
        if gate[0] == "xnor" and len(used) != 2:
            return f"two inputs for each XNOR; {name!r} has {len(used)}"
        if gate[0] == "unit" and (len(gate) < 2 or not isinstance(gate[1], (int, float, np.number))):
            return f'a number as the threshold: ("unit", t, ..); the wire {name!r} has {gate!r}'
        for wire in used:
            bare = wire.removeprefix("-") if isinstance(wire, str) and gate[0] == "unit" else wire
            if gate[0] == "xnor" and isinstance(wire, str) and wire.startswith("-"):
                return f"no minus at an XNOR: {name!r} uses {wire!r}. A unit may have weights of -1"
            if bare not in known:
                later = " only further down" if bare in circuit else ""
                return f"wires that are there already; {name!r} uses {wire!r}, which is defined{later or ' nowhere'}"
        known.add(name)
    missing = [f"s{k}" for k in range(n + 1) if f"s{k}" not in circuit]
    return f"the wires s0 to s{n}; {', '.join(missing)} is missing" if missing else ""


def run(circuit, n):
    """Return a, b, and the values of all wires for all of them, as arrays of 4^n entries."""
    a, b = (grid.ravel() for grid in np.meshgrid(np.arange(2**n), np.arange(2**n), indexing="ij"))
    wires = {f"{name}{k}": 2 * (x >> k & 1) - 1 for name, x in (("a", a), ("b", b)) for k in range(n)}
    for name, gate in circuit.items():
        if gate[0] == "xnor":
            wires[name] = wires[gate[1]] * wires[gate[2]]
        else:
            total = np.zeros(len(a))
            for wire in gate[2:]:
                total += -wires[wire[1:]] if wire.startswith("-") else wires[wire]
            wires[name] = np.where(total >= gate[1], 1, -1)
    return a, b, wires


def why(a, b, outputs, n):
    """Return what a wrong sum looks like, in words."""
    right = [2 * ((a + b) >> k & 1) - 1 for k in range(n + 1)]
    if n and all((outputs[n - k] == right[k]).all() for k in range(n + 1)):
        return "The bits are in the wrong order: s0 is worth 1. "
    k = next(k for k in range(n + 1) if (outputs[k] != right[k]).any())
    wrong, below = outputs[k] != right[k], 2**k - 1
    carry = (a & below) + (b & below) > below
    if wrong.all():
        return f"s{k} is always the opposite of what it should be. An XNOR says +1 where its inputs are equal. "
    if k == n:
        full = 2**n - 1
        lost, invented = (wrong & (a + b > full)).any(), (wrong & (a + b <= full)).any()
        what = (
            "misses some carries" if not invented else "finds carries where there are none" if not lost else "is wrong"
        )
        return f"The last carry, s{n}, {what}. "
    if not (wrong & ~carry).any():
        return f"s{k} is wrong only where a carry comes in from below. "
    if not (wrong & carry).any():
        return f"s{k} is wrong only where no carry comes in from below. "
    return ""


def test_adder(exercise, rng):
    """Add all pairs of numbers."""
    for n in 1, 2, *(int(v) for v in rng.permutation(range(3, 7))[:2]):
        answer = exercise.adder(n)
        circuit = answer.value
        found = fault(circuit, n)
        answer.satisfies(not found, found)
        if found:  # in a rehearsal, which goes on
            continue
        a, b, wires = run(circuit, n)
        outputs = [wires[f"s{k}"] for k in range(n + 1)]
        total = sum((bit > 0) * 2**k for k, bit in enumerate(outputs))
        if (total != a + b).any():
            i = int(np.argmax(total != a + b))
            reason = why(a, b, outputs, n)
            answer.satisfies(False, f"{a[i]} + {b[i]} = {a[i] + b[i]}; the circuit says {total[i]}. {reason}".rstrip())
