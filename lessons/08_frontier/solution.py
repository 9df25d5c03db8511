"""Lesson 8, exercises: count bytes, and find the points that no other point beats."""


def file_parts(content):
    """Return how many bytes of a saved network are header, and how many are payload.

    Everything before the payload is the header. The lesson's table says how the file is laid out.

    Args:
        content: uint8, the bytes of the file.

    Returns:
        header, payload: two integers whose sum is the size of the file.
    """
    # begin solution
    header = 8 + int.from_bytes(bytes(content[:8]), "little")
    return header, len(content) - header
    # end solution


def stored_bits(layers):
    """Return how many bits a network must store, before anything is padded to whole bytes.

    Each layer computes x W + b. The method says how W is stored; the lesson says what each method keeps. Numbers are
    float32.

        {"shape": (m, n), "bias": True, "method": "dense"}
        {"shape": (m, n), "bias": True, "method": "quantized", "bits": q}    q bits for each entry
        {"shape": (m, n), "bias": True, "method": "lowrank", "rank": k}      factors (m, k) and (k, n)
        {"shape": (m, n), "bias": True, "method": "hashed", "buckets": K}    K numbers for all entries

    Args:
        layers: a list of such dictionaries, one for each layer. "bias" says whether the layer has a b.

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
    """Return how many hidden units a dense network can have within a budget of bytes.

    The network has n_in inputs, h hidden units and n_out outputs. It stores two matrices and two biases in float32.

    Args:
        budget: the bytes of payload that it may have at most.
        n_in, n_out: the numbers of inputs and outputs.

    Returns:
        the largest h that fits; 0 if not even one unit fits.
    """
    # begin solution
    numbers = budget // 4
    return max(0, (numbers - n_out) // (n_in + 1 + n_out))
    # end solution


def pareto(points):
    """Return the indices of the efficient points, in ascending order.

    A point is efficient if no other point beats it; the lesson says when one beats another. Mind equal points.

    Args:
        points: a list of (bytes, error). The error may be in any unit, so it may exceed 1.

    Returns:
        a list of integers
    """

    # begin solution
    def beats(p, q):
        return p[0] <= q[0] and p[1] <= q[1] and p != q

    return [i for i, q in enumerate(points) if not any(beats(p, q) for p in points)]
    # end solution
