"""The grader of lesson 16: `test_NAME` grades the function NAME in exercise.py."""

from itertools import permutations

import numpy as np


def squash(z):
    return 1 / (1 + np.exp(-z))


def unrolled(x, h, W, U, b):
    """Return the states of a plain recurrent network, the first one included."""
    states = [h]
    for row in x:
        states.append(np.tanh(row @ W + states[-1] @ U + b))
    return np.array(states)


def slopes(f, at, h=1e-5):
    """Return the gradient of a number f with respect to an array, by differences."""
    found = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[place] += h
        down[place] -= h
        found[place] = (f(up) - f(down)) / (2 * h)
    return found


def test_truncated(exercise, rng):
    """Differences: U moves in the last steps alone, and the state before them stays as it was."""
    for steps, batch, H, cut in (3, 1, 2, 1), (4, 2, 2, 2), (4, 2, 3, 4), (5, 3, 2, 3), (6, 1, 3, 5):
        x, W, b = rng.normal(size=(steps, batch, 2)), rng.normal(size=(2, H)), rng.normal(size=H) / 2
        U, start, g = rng.normal(size=(H, H)), rng.normal(size=(batch, H)) / 2, rng.normal(size=(batch, H))
        h = unrolled(x, start, W, U, b)
        loss = lambda V: np.sum(g * unrolled(x[steps - cut :], h[steps - cut], W, V, b)[-1])
        exercise.truncated(g, h, U, cut).equals(slopes(loss, U), rtol=1e-5)


def cell(z, c):
    """One step from z on, unit by unit."""
    H = c.shape[1]
    new, out = np.zeros_like(c), np.zeros_like(c)
    for r, k in np.ndindex(c.shape):
        i, f, o = (squash(z[r, block * H + k]) for block in (0, 1, 3))
        new[r, k] = f * c[r, k] + i * np.tanh(z[r, 2 * H + k])
        out[r, k] = o * np.tanh(new[r, k])
    return out, new


def test_lstm_step(exercise, rng):
    for batch, n, H in (1, 1, 1), (2, 3, 2), (3, 2, 4), (1, 4, 3):
        x, h, c = rng.normal(size=(batch, n)), rng.uniform(-1, 1, (batch, H)), 2 * rng.normal(size=(batch, H))
        W, U, b = rng.normal(size=(n, 4 * H)), rng.normal(size=(H, 4 * H)), rng.normal(size=4 * H)
        exercise.lstm_step(x, h, c, W, U, b).equals(cell(x @ W + h @ U + b, c))


def test_lstm_vjp(exercise, rng):
    """Differences of the sum dh . h_new + dc . c_new."""
    for batch, H in (1, 1), (2, 2), (1, 3), (3, 2):
        dh, dc, c = rng.normal(size=(batch, H)), rng.normal(size=(batch, H)), rng.normal(size=(batch, H))
        z = rng.normal(size=(batch, 4 * H))

        def loss(z, c, dh=dh, dc=dc):
            out, new = cell(z, c)
            return np.sum(dh * out) + np.sum(dc * new)

        expected = slopes(lambda z: loss(z, c), z), slopes(lambda c: loss(z, c), c)
        exercise.lstm_vjp(dh, dc, z, c).equals(expected, rtol=1e-5)


def test_forget_bias(exercise, rng):
    """Bisect for the bias, with the memory faded step by step."""
    for steps, share in (1, 0.5), (20, 0.5), (3, 0.1), (int(rng.integers(5, 200)), float(rng.uniform(0.05, 0.95))):
        low, high = -40.0, 40.0
        for _ in range(200):
            middle = (low + high) / 2
            left = 1.0
            for _ in range(steps):
                left *= squash(middle)
            low, high = (middle, high) if left < share else (low, middle)
        exercise.forget_bias(steps, share).equals(round(low, 12) + 0.0, rtol=1e-6)  # + 0.0: no -0.0


def test_counts(exercise, rng):
    """Make the arrays, and count their entries."""
    for n, H, steps in (4, 3, 5), (1, 2, 3), (int(rng.integers(2, 30)), int(rng.integers(2, 40)), 7):
        sizes = lambda columns: sum(np.zeros(shape).size for shape in ((n, columns), (H, columns), columns))
        exercise.counts(n, H, steps).equals((sizes(H), sizes(4 * H), sum(sizes(H) for _ in range(steps))))


def stranger(order, n, H):
    """Return the step of an LSTM that keeps its gates in another order, and that takes nothing but its own shapes."""

    def step(x, h, c, W, U, b):
        x, h, c, W, U, b = (np.asarray(a, dtype=float) for a in (x, h, c, W, U, b))
        shapes = [(len(x), n), (len(x), H), (len(x), H), (n, 4 * H), (H, 4 * H), (4 * H,)]
        for name, a, shape in zip("xhcWUb", (x, h, c, W, U, b), shapes, strict=True):
            if a.shape != shape:
                raise ValueError(f"{name} has shape {a.shape}; for n = {n}, H = {H} it must be {shape}")
        z = x @ W + h @ U + b
        blocks = [z[:, order.index(gate) * H :][:, :H] for gate in "ifgo"]
        return cell(np.concatenate(blocks, axis=1), c)

    return step


ORDERS = ["".join(order) for order in permutations("ifgo")]


def test_gate_order(exercise, rng):
    for n, H in (2, 3), (1, 1):
        for order in ORDERS if H > 1 else rng.choice(ORDERS, 3, replace=False).tolist():
            exercise.gate_order(stranger(order, n, H), n, H).equals(order)
