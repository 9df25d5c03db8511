"""Lesson 18, exercises: count the bytes of an LSTM, share among its gates, and round them one by one.

W (n_in, 4 h) and U (h, 4 h) have four blocks of h columns, one for each gate, in the order i, f, g, o.
"""

import numpy as np


def lstm_bytes(n_in, h, n_out, bits):
    """Return the bytes of an LSTM with a linear layer on top, whose three matrices have few bits an entry.

    The matrices are W (n_in, 4 h), U (h, 4 h) and, on top, V (h, n_out). The entries of a matrix follow each other
    without gaps, and its last byte may be partly filled. Each matrix also has a scale of 4 bytes. The LSTM has a bias
    for each column of its sums, the top layer one for each output; biases take 4 bytes each.

    Args:
        n_in, h, n_out: inputs, units and outputs.
        bits: bits for each entry of a matrix.

    Returns:
        an integer
    """
    # begin solution
    matrices = n_in * 4 * h, h * 4 * h, h * n_out
    return sum(-(-bits * entries // 8) + 4 for entries in matrices) + 4 * (4 * h + n_out)
    # end solution


def widest_lstm(n_in, n_out, size):
    """Return the most units for which an ordinary float32 LSTM, with a linear layer on top, fits into `size` bytes.

    All numbers take 4 bytes. There are no scales.

    Args:
        n_in, n_out: inputs and outputs.
        size: a number of bytes, enough for one unit.

    Returns:
        an integer
    """
    # begin solution
    h = 1
    while 4 * (n_in * 4 * (h + 1) + (h + 1) * 4 * (h + 1) + (h + 1) * n_out + 4 * (h + 1) + n_out) <= size:
        h += 1
    return h
    # end solution


def gate_ranks(m, h, numbers):
    """Return the ranks that a matrix of four gates can have with so many numbers, in two ways.

    The matrix is (m, 4 h). Together: it is one product A B of rank r. Alone: each of its four blocks (m, h) is a
    product of its own, all of rank s.

    Args:
        m, h: rows, and columns of a block.
        numbers: how many numbers may be stored in all.

    Returns:
        r, s: the largest ranks for which the numbers suffice
    """
    # begin solution
    return numbers // (m + 4 * h), numbers // (4 * (m + h))
    # end solution


def round_gate(W, gate, bits):
    """Return W with one of its four gates rounded to few bits, and the other three as they were.

    The gate's block is put on the grid -Q s, .., -s, 0, s, .., Q s with Q = 2^(bits - 1) - 1, whose last level is the
    largest entry of the block in size. Each entry goes to the nearest level; one half-way between two may go to either.
    W itself must stay as it is.

    Args:
        W: (m, 4 h), blocks in the order i, f, g, o; no block is all zero.
        gate: 0, 1, 2 or 3.
        bits: 2 or more.

    Returns:
        (m, 4 h)
    """
    # begin solution
    h, rounded = W.shape[1] // 4, W.copy()
    block = W[:, gate * h : (gate + 1) * h]
    s = np.abs(block).max() / (2 ** (bits - 1) - 1)
    rounded[:, gate * h : (gate + 1) * h] = s * np.rint(block / s)
    return rounded
    # end solution


def wrong_strings(scores, legal):
    """Return the share of strings in which the network once names a symbol that may not follow.

    After each symbol the network names the one with the highest score. Strings differ in length. Where a string has
    ended, no symbol is legal, and whatever the network says there does not count.

    Args:
        scores: (strings, steps, symbols), no two of them equal in a step.
        legal: bools, (strings, steps, symbols): whether the symbol may follow.

    Returns:
        a share between 0 and 1
    """
    # begin solution
    named = np.take_along_axis(legal, scores.argmax(axis=2)[:, :, None], axis=2)[:, :, 0]
    return float((~named & legal.any(axis=2)).any(axis=1).mean())
    # end solution


def choices(nats):
    """Return among how many equally likely characters a network would have to guess to have such a loss.

    The loss is the mean of -log of the probability given to the true character (natural logarithm).

    Args:
        nats: the loss, 0 or more.

    Returns:
        a number, 1 or more; it need not be whole
    """
    # begin solution
    return np.exp(nats)
    # end solution
