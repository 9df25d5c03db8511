"""Other right answers of lesson 12; the grader must accept them too."""

from itertools import combinations, product
from pathlib import Path

import numpy as np

from tinynet.course import instead_of
from tinynet.course.manifest import load_module

GATES = load_module(Path(__file__).with_name("solution.py")).GATES


@instead_of("sign", "by arithmetic with truth values, in whole numbers")
def by_truth_values(z, g):
    return 2 * (z >= 0) - 1, g * (abs(z) < 1)


@instead_of("sign", "NumPy's sign, mended at 0; the slope by where clipping changes nothing")
def mended(z, g):
    a = np.sign(z)
    a[a == 0] = 1
    return a, g * (np.clip(z, -1, 1) == z)


@instead_of("update", "by minimum and maximum")
def by_extremes(V, g, lr):
    return np.maximum(-1, np.minimum(1, V - lr * g))


@instead_of("update", "clipped in place, on a copy")
def in_place(V, g, lr):
    V = V.copy()
    V -= lr * g
    np.clip(V, -1, 1, out=V)
    return V


@instead_of("memory", "by formula")
def by_formula(v, size, up, bound):
    top = min(v + up * size, bound)
    return 0 if top < 0 else int(top // size) + 1


@instead_of("memory", "step by step, clipped on both sides")
def step_by_step(v, size, up, bound):
    for _ in range(up):
        v = float(np.clip(v + size, -bound, bound))
    count = 0
    while np.sign(v) >= 0:
        v = float(np.clip(v - size, -bound, bound))
        count += 1
    return count


@instead_of("spectrum", "pair by pair, and chance as a product")
def pair_by_pair(W):
    d, n = W.shape
    found, chance = np.zeros(d + 1), [0.5**d]
    for i, j in combinations(range(n), 2):
        found[np.count_nonzero(W[:, i] != W[:, j])] += 1
    for h in range(d):
        chance.append(chance[-1] * (d - h) / (h + 1))
    return np.array([1 - 2 * h / d for h in range(d + 1)]), found / found.sum(), np.array(chance)


@instead_of("spectrum", "all entries of W.T @ W but the diagonal, each pair twice, and chance by throwing d coins")
def from_the_gram_matrix(W):
    d = W.shape[0]
    gram = (W.T @ W)[~np.eye(W.shape[1], dtype=bool)]
    cosines = np.linspace(1, -1, d + 1)
    found = np.array([(gram == d - 2 * h).mean() for h in range(d + 1)])
    chance = np.ones(1)
    for _ in range(d):
        chance = np.convolve(chance, [0.5, 0.5])
    return cosines, found, chance


@instead_of("nearest", "cosine as the mean of |v| over the root of its mean square")
def by_means(v):
    s = np.mean(np.abs(v))
    b = np.where(v < 0, -1.0, 1.0)
    return b, s, np.rad2deg(np.arccos(min(1.0, s / np.sqrt(np.mean(v**2)))))


@instead_of("nearest", "the scale by least squares, the angle by its tangent")
def by_least_squares(v):
    b = 2.0 * (v >= 0) - 1
    [s] = np.linalg.lstsq(b[:, None], v, rcond=None)[0]
    return b, s, np.degrees(np.arctan2(np.linalg.norm(v - s * b), np.linalg.norm(s * b)))


@instead_of("reach", "with a set of tuples")
def with_a_set(start, gate):
    inputs, apply = GATES[gate]
    found = set(map(tuple, start.tolist()))
    while True:
        made = {tuple(apply(*map(np.array, chosen)).tolist()) for chosen in product(found, repeat=inputs)}
        if made <= found:
            return np.array(list(found))
        found |= made


@instead_of("reach", "a list that grows while it is gone through")
def growing_list(start, gate):
    inputs, apply = GATES[gate]
    found = list(np.unique(start, axis=0))
    seen = {row.tobytes() for row in found}
    before = -1
    while before < len(found):
        before = len(found)
        for chosen in product(range(len(found)), repeat=inputs):
            row = np.ascontiguousarray(apply(*[found[i] for i in chosen]))
            if row.tobytes() not in seen:
                seen.add(row.tobytes())
                found.append(row)
    return np.array(found)


@instead_of("adder", "thresholds alone: the sum bit of three is their sum less twice the carry")
def thresholds_alone(n):
    circuit, carry = {}, []
    for k in range(n):
        a, b, after = f"a{k}", f"b{k}", f"s{n}" if k == n - 1 else f"carry{k}"
        circuit[after] = ("unit", 0 if carry else 1, a, b, *carry)
        circuit[f"s{k}"] = ("unit", 0 if carry else 1, a, b, *carry, f"-{after}", f"-{after}")
        carry = [after]
    return circuit


@instead_of("adder", "a first carry of 0, made by a unit without inputs, and the same full adder for every bit")
def all_full(n):
    circuit = {"c0": ["unit", 0.5]}
    for k in range(n):
        circuit[f"x{k}"] = ["xnor", f"a{k}", f"b{k}"]
        circuit[f"s{k}"] = ["xnor", f"c{k}", f"x{k}"]
        circuit[f"both{k}"] = ["unit", 2, f"a{k}", f"b{k}"]
        circuit[f"passed{k}"] = ["unit", 2, f"-x{k}", f"c{k}"]
        circuit[f"c{k + 1}"] = ["unit", -1, f"both{k}", f"passed{k}"]
    circuit[f"s{n}"] = ["xnor", f"c{n}", "one"]
    first = {"one": ["unit", -1]}
    return first | circuit


@instead_of("adder", "carries looked ahead: each is one unit over all lower bits, weighted by repetition")
def looked_ahead(n):
    circuit = {}
    for k in range(n):
        weighted = [f"{name}{j}" for j in range(k + 1) for name in "ab" for _ in range(2**j)]
        circuit[f"c{k + 1}"] = ("unit", 2, *weighted)  # the sum of the numbers is above 2^(k+1) - 1
    for k in range(n):
        circuit[f"same{k}"] = ("xnor", f"a{k}", f"b{k}")
        circuit[f"s{k}"] = ("xnor", f"same{k}", f"c{k}") if k else ("unit", 0, "-same0")
    return circuit | {f"s{n}": ("unit", 0, f"c{n}")}
