"""Other right answers of lesson 18; the grader must accept them too."""

import numpy as np

from tinynet.course import instead_of


@instead_of("lstm_bytes", "with ceil, matrix by matrix")
def by_ceil(n_in, h, n_out, bits):
    total = 0
    for rows, columns in ((n_in, 4 * h), (h, 4 * h), (h, n_out)):
        total += int(np.ceil(rows * columns * bits / 8)) + 4
    return total + 16 * h + 4 * n_out


@instead_of("lstm_bytes", "whole bytes, and one more for a rest")
def by_divmod(n_in, h, n_out, bits):
    total = 12 + 4 * (4 * h + n_out)
    for entries in (4 * n_in * h, 4 * h * h, h * n_out):
        whole, rest = divmod(entries * bits, 8)
        total += whole + bool(rest)
    return total


@instead_of("widest_lstm", "by the quadratic formula, and a look at its neighbours")
def by_formula(n_in, n_out, size):
    b, c = 4 * n_in + n_out + 4, n_out - size / 4  # 4 h^2 + b h + c <= 0
    guess = int((-b + np.sqrt(b * b - 16 * c)) / 8)
    return max(h for h in range(max(1, guess - 2), guess + 3) if 4 * h * h + b * h + c <= 0)


@instead_of("widest_lstm", "downwards from a width that is surely too large")
def downwards(n_in, n_out, size):
    h = size
    while 4 * (4 * h * (n_in + h + 1) + (h + 1) * n_out) > size:
        h -= 1
    return h


@instead_of("gate_ranks", "by counting up")
def counting_up(m, h, numbers):
    r = s = 0
    while (r + 1) * (m + 4 * h) <= numbers:
        r += 1
    while 4 * (s + 1) * (m + h) <= numbers:
        s += 1
    return r, s


@instead_of("gate_ranks", "by floor of a quotient")
def by_floor(m, h, numbers):
    return int(np.floor(numbers / (m + 4 * h))), int(np.floor(numbers / 4 / (m + h)))


@instead_of("round_gate", "blocks cut and joined")
def cut_and_joined(W, gate, bits):
    blocks = np.split(W, 4, axis=1)
    Q = 2 ** (bits - 1) - 1
    s = np.max(np.abs(blocks[gate])) / Q
    blocks[gate] = np.clip(np.floor(blocks[gate] / s + 0.5), -Q, Q) * s
    return np.hstack(blocks)


@instead_of("round_gate", "the nearest of all levels, by search")
def by_search(W, gate, bits):
    h = W.shape[1] // 4
    out = np.array(W, dtype=float)
    block = out[:, gate * h : gate * h + h]
    Q = 2 ** (bits - 1) - 1
    levels = np.abs(block).max() * np.arange(-Q, Q + 1) / Q
    out[:, gate * h : gate * h + h] = levels[np.abs(block[..., None] - levels).argmin(axis=-1)]
    return out


@instead_of("wrong_strings", "string by string, up to its end")
def string_by_string(scores, legal):
    wrong = 0
    for s, may in zip(scores, legal, strict=True):
        steps = [t for t in range(len(s)) if may[t].any()]
        wrong += any(not may[t, np.argmax(s[t])] for t in steps)
    return wrong / len(scores)


@instead_of("wrong_strings", "the highest legal score against the highest of all")
def highest_of_all(scores, legal):
    best_legal = np.where(legal, scores, -np.inf).max(axis=2)
    wrong = (best_legal < scores.max(axis=2)) & legal.any(axis=2)
    return wrong.any(axis=1).sum() / len(scores)


@instead_of("choices", "a power of e")
def power(nats):
    return float(np.e) ** nats


@instead_of("choices", "through bits: 2 to the number of bits")
def through_bits(nats):
    return 2 ** (nats / np.log(2))
