"""The grader of lesson 14: `test_NAME` grades the function NAME in exercise.py."""

from fractions import Fraction
from functools import cache
from math import ceil, floor

import numpy as np

from tinynet.course.calls import Wrong

SIGNS = (1.0, -1.0)


def units(rng, n):
    """Return n units whose borders are whole, half-way, or close to whole. Floats hold every number here exactly."""
    kind = np.resize(rng.permutation(10), n)  # ten units have both signs of gamma with each kind of border
    gamma, sigma = np.take(SIGNS, kind % 2) * 2.0 ** rng.integers(-2, 3, n), 2.0 ** rng.integers(-2, 3, n)
    border = np.take([0, 2**-12, 0, 1 - 2**-12, 0.5], kind // 2) + rng.integers(-9, 10, n)
    beta = rng.integers(-8, 9, n) / 4
    return gamma, beta, border + beta * sigma / gamma, sigma


def is_on(unit, z):
    """Return whether a unit is on at the sum z, in exact arithmetic."""
    gamma, beta, mean, sigma = (Fraction(float(v)) for v in unit)
    return gamma * (z - mean) + beta * sigma >= 0  # times sigma, which is positive


def changes(unit):
    """Return the whole number from which on the unit decides otherwise, by looking at each from -30 on."""
    sums = range(-30, 31)
    before = is_on(unit, sums[0])
    return next(z for z in sums if is_on(unit, z) != before), before


def test_threshold(exercise, rng):
    for n in (4, 4, 10, 1, 2):
        asked = units(rng, n)
        found = [changes(unit) for unit in zip(*asked, strict=True)]
        t, flip = (np.array(part) for part in zip(*found, strict=True))
        exercise.threshold(*asked).equals((t, flip))


@cache
def border_of(gamma, beta, mean, sigma):
    return Fraction(mean) - Fraction(beta) * Fraction(sigma) / Fraction(gamma)


def exact(gamma, beta, mean, sigma):
    """Solve for the threshold in exact arithmetic."""
    borders = [border_of(*map(float, unit)) for unit in zip(gamma, beta, mean, sigma, strict=True)]
    flip = np.array([g < 0 for g in gamma])
    return borders, flip, np.array([floor(r) + 1 if f else ceil(r) for r, f in zip(borders, flip, strict=True)])


def drafts():
    """Return drafts of `threshold` by what is wrong with them; the two right ones come first."""

    def of(rule):
        def draft(gamma, beta, mean, sigma):
            columns = [np.atleast_1d(np.asarray(v, float)) for v in (gamma, beta, mean, sigma)]
            if len({c.shape for c in columns}) > 1 or columns[0].ndim > 1:
                raise Wrong("failing_unit: draft takes four arrays (n,) of the same length")
            if not (columns[0].all() and (columns[3] > 0).all() and np.isfinite(columns).all()):
                raise Wrong("failing_unit: a unit for the draft needs gamma other than 0, and a positive sigma")
            return rule(*exact(*columns))

        return draft

    at = lambda function, borders: np.array([function(r) for r in borders])
    nearest = lambda r: floor(r + Fraction(1, 2))
    return {
        "": of(lambda r, flip, t: (t, flip)),
        "it is off by one where gamma > 0 and the sum lies exactly on the border": of(
            lambda r, flip, t: (np.where(flip, t, at(floor, r) + 1), flip)
        ),
        "it is off by one where gamma < 0 and the sum lies exactly on the border": of(
            lambda r, flip, t: (np.where(flip, at(ceil, r), t), flip)
        ),
        "it rounds down where gamma > 0": of(lambda r, flip, t: (np.where(flip, t, at(floor, r)), flip)),
        "it rounds to the nearest whole number": of(lambda r, flip, t: (at(nearest, r), flip)),
        "it never flips": of(lambda r, flip, t: (t, np.zeros_like(flip))),
    }  # fmt: skip


def objection(found, flaw, draft, d):
    """Return what was expected in place of what was found; "" if nothing else was."""
    if not flaw:
        return "(), for this draft is right about this unit, and about every other" if np.size(found) else ""
    if np.size(found) == 0:
        return f"a unit and a sum, for this draft is wrong: {flaw}"
    if not isinstance(found, (tuple, list, np.ndarray)) or len(found) != 5 or any(np.ndim(v) for v in found):
        return "five numbers: gamma, beta, mean, sigma, z"
    *unit, z = (float(v) for v in found)
    if not np.isfinite([*unit, z]).all() or unit[0] == 0 or unit[3] <= 0:
        return "finite numbers, gamma other than 0, and a positive sigma"
    if z != int(z) or abs(z) > d or (int(z) - d) % 2:
        return f"z among the sums of {d} signs: {-d}, {2 - d}, .., {d}"
    t, flip = draft(*([v] for v in unit))
    said = bool((z >= t[0]) != flip[0])
    if said == is_on(unit, int(z)):
        return f"a sum at which the draft is wrong; at this one it says {'on' if said else 'off'}, and rightly"
    return ""


def test_failing_unit(exercise, rng):
    named = list(drafts().items())
    for place in rng.permutation(2 * len(named)):
        flaw, draft = named[place // 2]
        d = int(rng.integers(2, 6)) * 2 + place % 2  # each draft once with an even d, once with an odd one
        answer = exercise.failing_unit(draft, d)
        expected = objection(answer.value, flaw, draft, d)
        answer.satisfies(not expected, expected)


def test_bit_plane_product(exercise, rng):
    for rows, k, n, bits, lowest in (
        (1, 5, 2, 3, 0),
        (2, 19, 3, 8, 0),
        (1, 6, 2, 4, -8),
        (2, 20, 3, 8, -128),
        (1, 7, 2, 5, 7),
        (2, 5, 2, 1, -1),
        (2, 15, 2, 6, -3),
    ):  # k is more than (bits + 1) * rows: to read W out of the machine, row by row, costs too much
        W = rng.choice([-1, 1], size=(k, n))
        x = rng.integers(lowest, lowest + 2**bits, size=(rows, k))
        x[0, :2] = lowest, lowest + 2**bits - 1
        asked = []

        def product(B, W=W, k=k, asked=asked):
            B = np.asarray(B)
            if B.ndim != 2 or B.shape[1] != k:
                raise Wrong(f"bit_plane_product: product takes a matrix with {k} columns; it was given {B.shape}")
            if not np.isin(B, (0, 1)).all():
                other = B[~np.isin(B, (0, 1))][0]
                raise Wrong(f"bit_plane_product: product takes bits, 0 and 1; it was given {other}")
            asked.append(len(B))
            return B.astype(int) @ W

        answer = exercise.bit_plane_product(x, bits, lowest, product)
        if sum(asked) > (bits + 1) * rows:
            enough = f"{(bits + 1) * rows} are enough for {bits} bits of {rows} rows"
            raise answer.wrong(f"passed {sum(asked)} rows to product; {enough}")
        answer.equals(np.einsum("rk,kn->rn", x, W))


def test_absorb(exercise, rng):
    """Look for the smallest count with which the new column decides as the old one, on every sum that occurs."""
    for m, n, D in (3, 4, 3), (4, 4, 4), (2, 6, 510), (5, 3, 5), (6, 8, 6):
        W = rng.choice([-1, 1], size=(m, n))
        flip = rng.permuted(np.resize([True, False], n))
        t = rng.integers(-D, D + 2, size=n)
        t[0] = -D - 3 if flip[0] else D + 4  # never on, and the next one always
        t[1] = D + 4 if flip[1] else -D - 3
        t[2] = D if flip[2] else 1 - D  # off at the lowest sum alone: c = 1, and half of t + D is 1/2
        sums, c = range(-D, D + 1, 2), []
        for j in range(n):
            on = [(((-z if flip[j] else z) >= t[j]) != flip[j]) for z in sums]  # by the count of the new column
            c.append(on.index(True) if any(on) else D + 1)
        exercise.absorb(W, t, flip, D).equals((W * np.where(flip, -1, 1), np.array(c)))


def test_frozen_bytes(exercise, rng):
    """Count by listing: the bits of a count are the digits of the largest one."""
    for widths in (
        [64, 256, 256, 10],
        [30, 255, 7, 2],
        [int(v) for v in rng.integers(2, 300, size=4)],
        [257, 6, 3],
        [5, 3],
        [int(v) for v in rng.integers(2, 300, size=5)],
        [16, 15, 14, 3],
        [784, 63, 62, 61, 10],
    ):
        digits = []
        for i in range(len(widths) - 1):
            digits += ["w"] * (widths[i] * widths[i + 1])
            if i + 2 < len(widths):
                largest = (255 if i == 0 else 1) * widths[i] + 1
                digits += list(format(largest, "b")) * widths[i + 1]
        exercise.frozen_bytes(widths).equals(len(range(0, len(digits), 8)))


def test_whole_scores(exercise, rng):
    """Compare every two classes in exact arithmetic, at the differences of z where their order changes."""
    for n in (2, 3, 5, 10, 4, 1):
        beta = rng.integers(-200, 200, size=n) / 64
        if n > 3:
            beta[0] = rng.integers(-4, 4) + 0.5  # rounding to the nearest sends a half up or down
            beta[1] = beta[0] + rng.choice([-3, -1, 1, 3])  # the same rest
            beta[2] = beta[3]
        if n == 3:
            beta[:2] = beta[2] + np.array([1, -1]) / 2**30
        answer = exercise.whole_scores(beta)
        pair = isinstance(answer.value, (tuple, list)) and len(answer.value) == 2
        answer.satisfies(pair, "two things: k and o")
        k, o = answer.value
        whole = lambda v: np.asarray(v).dtype.kind in "iu"
        answer.satisfies(np.ndim(k) == 0 and whole(k) and 1 <= k <= n, f"k, an integer from 1 to {n}")
        answer.satisfies(whole(o) and np.shape(o) == (n,), f"o, an array of {n} integers")
        for i in range(n):
            for j in range(i):
                apart = Fraction(float(beta[i])) - Fraction(float(beta[j]))
                for dz in range(floor(-apart) - 1, ceil(-apart) + 2):
                    right, got = dz + apart, int(k) * dz + int(o[i]) - int(o[j])
                    same = (right > 0) == (got > 0) and (right < 0) == (got < 0)
                    how = f"z[{i}] = {dz}, z[{j}] = 0: the scores are {dz + beta[i]:g} and {beta[j]:g}"
                    answer.satisfies(
                        same, f"the same order; at {how}, and with k = {k} they become {k * dz + o[i]} and {o[j]}"
                    )
