"""The grader of lesson 11: `test_NAME` grades the function NAME in exercise.py."""

import numpy as np

NEAR = {"best_step": 0.01}


def levels(s, bits):
    """Return the levels of the grid, from the lowest to the highest."""
    Q = (2**bits - 2) // 2
    return np.array([k * s for k in range(-Q, Q + 1)])


def away_from_borders(rng, shape, s, bits, reach=2.4):
    """Return entries inside and beyond the grid, none of them half-way between two levels."""
    Q = (2**bits - 2) // 2
    level, part = rng.integers(-int(reach * Q) - 1, int(reach * Q) + 2, size=shape), rng.uniform(-0.45, 0.45, shape)
    return s * (level + part)


def around_the_ends(rng, shape, s, bits):
    """Return such entries, of which some lie closely inside and some closely beyond each end of the grid."""
    Q, V = (2**bits - 2) // 2, away_from_borders(rng, shape, s, bits)
    V.flat[rng.permutation(V.size)[:4]] = s * np.array([Q - 0.3, 0.3 - Q, Q + 0.3, -Q - 0.3])
    return V


def nearest(V, s, bits):
    """Look for the nearest of all levels, entry by entry."""
    grid = levels(s, bits)
    return grid[np.abs(V[..., None] - grid).argmin(axis=-1)]


def step(rng):
    return float(2.0 ** rng.uniform(-6, 3))


def test_quantize(exercise, rng):
    for bits, shape in (3, (3, 3)), (2, (3, 3)), (3, (2, 4)), (4, (5, 1)), (8, (3, 4)), (5, (1, 6)):
        s = step(rng)
        V = away_from_borders(rng, shape, s, bits)
        exercise.quantize(V, s, bits).equals(nearest(V, s, bits))


def test_error_of(exercise, rng):
    for bits, shape in (2, (3, 3)), (3, (2, 4)), (4, (5, 2)):
        s = step(rng)
        W = away_from_borders(rng, shape, s, bits)
        lost = (W - nearest(W, s, bits)) ** 2
        exercise.error_of(W, s, bits).equals(float(lost.sum() / (W * W).sum()))
    on_grid = levels(0.5, 3)[None]
    exercise.error_of(on_grid, 0.5, 3).equals(0.0)


def lost(W, s, bits):
    grid = levels(s, bits)
    on_grid = grid[np.searchsorted((grid[1:] + grid[:-1]) / 2, W)]
    return float(((W - on_grid) ** 2).sum() / (W**2).sum())


def clue(W, bits, s, best, at):
    """Return what a wrong step looks like; "" if nothing is known of it. at: a step that loses little, best."""
    Q, peak = (2**bits - 2) // 2, np.abs(W).max()
    good = lambda t: lost(W, t, bits) <= 1.05 * best
    if isinstance(s, int):
        return "; is this the number of a candidate in the list? Return the candidate itself"
    if abs(s / at - 1) < 0.2:
        return "; that is close: are the candidates near enough to each other, and do they reach far enough?"
    if good(s / Q):
        return "; this is the end of the grid, Q s: divide by Q to get the step s"
    if any(abs(s / loss - 1) < 0.05 for loss in (best, best * np.sum(W**2))):
        return "; this is the least loss: return the step at which it occurs"
    if good(s * peak) or good(s * peak / Q):
        return "; this is a step as a share of the largest one: multiply it by the largest entry over Q"
    if bits <= 4 and lost(W, s, bits) < min(lost(W, 0.85 * s, bits), lost(W, 1.15 * s, bits)):
        return "; the loss has more than one valley: a search that goes downhill found one that is not the deepest"
    return ""


def test_best_step(exercise, rng):
    """Scan finely, from far too small a step to one that makes zeros of nearly everything.

    The matrices are large, so that luck with single entries evens out: a scan up to max|W| / Q is good enough.
    """
    heavy = rng.normal(size=(20, 20)) * np.where(rng.random((20, 20)) < 0.1, 8.0, 1.0)  # a few large entries
    two_valleys = rng.choice([-1.0, 1.0], 400) * rng.uniform(0.8, 1.2, 400)
    two_valleys[rng.permutation(400)[:8]] *= 6  # one valley follows the many small entries, one these few
    for bits, W in (
        (2, rng.normal(size=(30, 20))),
        (4, rng.uniform(-1, 1, (30, 20))),
        (3, heavy),
        (2, -heavy / 100),
        (2, two_valleys.reshape(20, 20)),
        (8, rng.normal(size=(30, 20))),
    ):
        answer = exercise.best_step(W, bits)
        s = answer.value
        answer.satisfies(isinstance(s, (int, float, np.number)) and np.isfinite(s) and s > 0, "a positive number")
        Q, peak = (2**bits - 2) // 2, np.abs(W).max()
        best, at = min((lost(W, t, bits), t) for t in np.geomspace(0.02, 1.2, 200) * peak / Q)
        found = lost(W, s, bits)
        possible = f"the grid loses {found:.4g} of W with the step {s:.4g}; with {at:.4g} it loses {best:.4g}"
        more = 1 if bits <= 4 else 10  # with many levels the loss is jagged
        wrong = found > (1 + more / 100) * best
        because = clue(W, bits, s, best, at) if wrong else ""
        answer.satisfies(not wrong, f"a step that loses at most {more} % more: {possible}{because}")


def follows(V, s, bits):
    """Return the slope of the clipped V, by differences: 1 inside the grid, 0 beyond it."""
    end, h = levels(s, bits)[-1], 1e-3 * s
    return (np.minimum(np.maximum(V + h, -end), end) - np.minimum(np.maximum(V - h, -end), end)) / (2 * h)


def test_straight_through(exercise, rng):
    for bits, shape in (2, (3, 3)), (3, (2, 4)), (4, (5, 2)), (2, (1, 5)):
        s = step(rng)
        V, g = around_the_ends(rng, shape, s, bits), rng.normal(size=shape)
        exercise.straight_through(g, V, s, bits).equals(g * np.rint(follows(V, s, bits)))


def test_step_gradient(exercise, rng):
    """Esser et al. 2019, equation 3, from differences: with V = s u + (V - s u), u the level, only s and the clip move.

    Treat rounding as V / s + c with the constant c = round(V / s) - V / s. Then W = s clip(V / s + c) has a slope in s.
    """
    for bits, shape in (2, (3, 3)), (3, (2, 4)), (4, (5, 2)), (2, (1, 5)):
        s = step(rng)
        V, g = around_the_ends(rng, shape, s, bits), rng.normal(size=shape)
        Q = (2**bits - 2) // 2
        inside = np.rint(follows(V, s, bits))
        offset = nearest(V, s, bits) / s - V / s

        def loss(t, V=V, g=g, Q=Q, inside=inside, offset=offset):
            return np.sum(g * np.where(inside, t * (V / t + offset), t * Q * np.sign(V)))

        h = 1e-4 * s
        exercise.step_gradient(g, V, s, bits).equals(float((loss(s + h) - loss(s - h)) / (2 * h)), rtol=1e-5)


def test_widest(exercise, rng):
    """Count the bits of wider and wider networks until one does not fit."""
    for bits, budget in (
        (8, 700),
        (1, int(rng.integers(600, 800))),
        (32, 700),
        (2, int(rng.integers(300, 5000))),
        (4, 41),
        (3, 39),
        (2, 3),
        (2, 7),
        (32, 10),
        (4, 40 + 41 * int(rng.integers(2, 20))),  # used up to the last bit
        (2, 40 + 90 * int(rng.integers(1, 5))),
        (3, (320 + 254 * int(rng.integers(3, 20))) // 8 - 1),  # a little short of one more unit
    ):
        h = 0
        while (64 * (h + 1) + (h + 1) * 10) * bits + 32 * (h + 1 + 10) <= 8 * budget:
            h += 1
        exercise.widest(bits, budget).equals(h)
