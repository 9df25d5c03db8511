"""Lesson 8, exercises: bytes, and who is beaten."""

import numpy as np


def file_parts(content):
    """Return how many bytes of a saved network are header, and how many are payload.

    The file begins with 8 bytes that hold a number L, lowest byte first. Then come L bytes of JSON. The rest is the
    payload: what the network stores. All that is not payload counts as header.

    Args:
        content: (bytes of the file,) uint8.

    Returns:
        header, payload: two integers, whose sum is the size of the file.
    """
    # begin solution
    header = 8 + int.from_bytes(bytes(content[:8]), "little")
    return header, len(content) - header
    # end solution


def stored_bits(layers):
    """Return how many bits a network must store, before anything is padded to whole bytes.

    A number is a float32. Beside the number itself a method stores only what is named here:

        {"shape": (m, n), "bias": True, "method": "dense"}                  each entry of W
        {"shape": (m, n), "bias": True, "method": "quantized", "bits": k}   k bits an entry, and one number, the step
        {"shape": (m, n), "bias": True, "method": "lowrank", "rank": k}     U (m, k) and V (k, n)
        {"shape": (m, n), "bias": True, "method": "hashed", "buckets": K}   K numbers that all entries share, and a
                                                                            seed of 64 bits

    Args:
        layers: a list of such dictionaries, x W + b each; bias says whether there is a b.

    Returns:
        an integer
    """
    # begin solution
    total = 0
    for layer in layers:
        m, n = layer["shape"]
        if layer["method"] == "dense":
            total += 32 * m * n
        elif layer["method"] == "quantized":
            total += layer["bits"] * m * n + 32
        elif layer["method"] == "lowrank":
            total += 32 * layer["rank"] * (m + n)
        elif layer["method"] == "hashed":
            total += 32 * layer["buckets"] + 64
        total += 32 * n if layer["bias"] else 0
    return total
    # end solution


def widest(budget, n_in, n_out):
    """Return how many hidden units a dense network n_in - h - n_out can have in a budget of bytes.

    It stores two matrices and two biases, all in float32. It must not be larger than the budget.

    Args:
        budget: bytes of payload.
        n_in, n_out: widths.

    Returns:
        h, the largest that fits; 0 if not even one unit does.
    """
    # begin solution
    numbers = budget // 4
    return max(0, (numbers - n_out) // (n_in + 1 + n_out))
    # end solution


def pareto(points):
    """Return the indices of the efficient points, in ascending order.

    A point beats another if it has at most its bytes and at most its error, and less of one of the two. A point that no
    other one beats is efficient. Two equal points do not beat each other.

    Args:
        points: a list of (bytes, error).

    Returns:
        a list of integers
    """
    # begin solution
    efficient, least, last = [], np.inf, None
    for i in sorted(range(len(points)), key=lambda i: points[i]):
        if points[i][1] < least or points[i] == last:
            efficient.append(i)
            least, last = points[i][1], points[i]
    return sorted(efficient)
    # end solution
