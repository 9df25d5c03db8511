"""The grader of lesson 18: `test_NAME` grades the function NAME in exercise.py."""

import math

import numpy as np


def test_lstm_bytes(exercise, rng):
    """Count bit by bit: a list with an entry for each bit of each matrix."""
    for n_in, h, n_out, bits in (
        (7, 20, 7, 1),
        (3, 3, 5, 3),
        (1, 1, 1, 1),
        (*(int(v) for v in rng.integers(2, 12, 3)), 2),
        (*(int(v) for v in rng.integers(2, 12, 3)), 3),
        (*(int(v) for v in rng.integers(2, 12, 3)), 5),
        (5, 4, 5, 32),
    ):
        total = 0
        for rows, columns in (n_in, 4 * h), (h, 4 * h), (h, n_out):
            places = [(i, j, b) for i in range(rows) for j in range(columns) for b in range(bits)]
            total += len(range(0, len(places), 8)) + 4
        for _ in range(4 * h + n_out):
            total += 4
        exercise.lstm_bytes(n_in, h, n_out, bits).equals(total)


def dense_bytes(n_in, h, n_out):
    return 4 * (np.zeros((n_in + h + 1, 4 * h)).size + np.zeros((h + 1, n_out)).size)


def test_widest_lstm(exercise, rng):
    for n_in, n_out in (7, 7), (2, 9), (65, 65), (int(rng.integers(1, 40)), int(rng.integers(1, 40))):
        h = int(rng.integers(2, 30))
        exact = dense_bytes(n_in, h, n_out)
        for size in exact, exact + 3, exact - 1:  # fits exactly, a little more, a byte short
            exercise.widest_lstm(n_in, n_out, size).equals(h if size >= exact else h - 1)
    exercise.widest_lstm(3, 2, dense_bytes(3, 1, 2)).equals(1)


def test_gate_ranks(exercise, rng):
    """Look for the largest rank whose factors can be set out in so many numbers."""
    for _ in range(6):
        m, h = (int(v) for v in rng.integers(6, 40, 2))
        most = min(4 * (m + h) * min(m, h), (m + 4 * h) * min(m, 4 * h))  # no rank is larger than its matrix allows
        numbers = int(rng.integers(4 * (m + h), min(most, 20 * (m + h))))
        together = max(r for r in range(100) if np.zeros((m, r)).size + np.zeros((r, 4 * h)).size <= numbers)
        alone = max(s for s in range(100) if 4 * (np.zeros((m, s)).size + np.zeros((s, h)).size) <= numbers)
        exercise.gate_ranks(m, h, numbers).equals((together, alone))
    exercise.gate_ranks(20, 20, 800).equals((8, 5))


def test_round_gate(exercise, rng):
    for m, h, bits in (3, 2, 2), (2, 3, 3), (4, 1, 4), (2, 2, 8), (1, 4, 2):
        Q = (2**bits - 2) // 2
        for gate in rng.permutation(4):
            W = rng.normal(size=(m, 4 * h)) * np.repeat([1.0, 3.0, 0.5, 2.0], h)
            wanted = W.copy()
            columns = range(int(gate) * h, int(gate) * h + h)
            top = max(abs(W[i, j]) for i in range(m) for j in columns)
            for i in range(m):
                for j in columns:
                    levels = [top * k / Q for k in range(-Q, Q + 1)]
                    wanted[i, j] = min(levels, key=lambda level, v=W[i, j]: abs(level - v))
            exercise.round_gate(W, int(gate), bits).equals(wanted)


def test_wrong_strings(exercise, rng):
    for n, steps, symbols in (4, 5, 3), (1, 3, 4), (8, 7, 5), (5, 4, 2):
        legal = rng.random((n, steps, symbols)) < 0.7
        legal[..., 0] |= ~legal.any(axis=2)
        lengths = rng.integers(2, steps + 1, size=n)
        for i, length in enumerate(lengths):
            legal[i, length:] = False
        scores = rng.permuted(np.arange(n * steps * symbols, dtype=float)).reshape(n, steps, symbols) / 7 - 3
        for i in range(0, n, 2):  # every second string right at every step
            for t in range(lengths[i]):
                scores[i, t, legal[i, t].argmax()] = 1000.0 + scores[i, t].max()
        for i in range(
            1, n, 2
        ):  # the others wrong at first and right at the end, or the other way round, or throughout
            wrong, right = (0, lengths[i] - 1) if i % 4 == 1 else (lengths[i] - 1, 0)
            scores[i, right, legal[i, right].argmax()] = 5000.0
            legal[i, wrong, 0], legal[i, wrong, -1], scores[i, wrong, -1] = True, False, 6000.0
            if i % 4 == 3 and n > 4:
                legal[i, : lengths[i], 0], legal[i, :, -1], scores[i, :, -1] = True, False, 7000.0
        wrong = 0
        for i in range(n):
            bad = False
            for t in range(lengths[i]):
                best = max(range(symbols), key=lambda k, i=i, t=t: scores[i, t, k])
                bad = bad or not legal[i, t, best]
            wrong += bad
        exercise.wrong_strings(scores, legal).equals(wrong / n)


def test_choices(exercise, rng):
    for count in 2, 65, *(float(v) for v in rng.uniform(1.5, 80, 3)):
        probabilities = [1 / count] * 10
        exercise.choices(math.fsum(-math.log(p) for p in probabilities) / 10).equals(float(count))
    exercise.choices(0.0).equals(1.0)
