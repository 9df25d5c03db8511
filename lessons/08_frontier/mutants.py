"""Wrong answers to the exercises of lesson 8, each with the mistake behind it; the grader must reject them."""

import math

import numpy as np

from tinynet.course import instead_of


def length(content, order="little"):
    return int.from_bytes(bytes(content[:8]), order)


@instead_of("file_parts", "the first 8 bytes, which hold the length, were left out; they belong to the header")
def without_the_eight(content):
    return length(content), len(content) - length(content)


@instead_of("file_parts", "the header was counted without its first 8 bytes; everything before the payload is header")
def header_without_the_eight(content):
    return length(content), len(content) - 8 - length(content)


@instead_of("file_parts", "only the first byte of the length was read; the number takes 8 bytes")
def first_byte(content):
    header = 8 + int(content[0])
    return header, len(content) - header


@instead_of("file_parts", "the length was read with the highest byte first; the lowest byte comes first")
def highest_first(content):
    header = 8 + length(content, "big")
    return header, len(content) - header


@instead_of("file_parts", "the whole file was counted as payload; subtract the header")
def whole_file(content):
    return 8 + length(content), len(content)


@instead_of("file_parts", "the header was cut where its JSON ends; it is as long as the number L says, spaces included")
def up_to_the_brace(content):
    header = bytes(content).rfind(b"}") + 1
    return header, len(content) - header


def matrix_bits(layer, seed=64, step=32):
    m, n = layer["shape"]
    return {
        "dense": lambda: 32 * m * n,
        "quantized": lambda: layer["bits"] * m * n + step,
        "lowrank": lambda: 32 * layer["rank"] * (m + n),
        "hashed": lambda: 32 * layer["buckets"] + seed,
    }[layer["method"]]()


def bias_bits(layer):
    return 32 * layer["shape"][1] * layer["bias"]


def total(layers, count):
    return sum(count(layer) + bias_bits(layer) for layer in layers)


@instead_of("stored_bits", "the biases are missing: 32 n bits for each layer that has a bias")
def without_biases(layers):
    return sum(map(matrix_bits, layers))


@instead_of("stored_bits", "every layer was given a bias; some have none, and layer['bias'] says which")
def bias_in_each_layer(layers):
    return sum(matrix_bits(layer) + 32 * layer["shape"][1] for layer in layers)


@instead_of("stored_bits", "the bias was counted with m numbers; it has n, one for each column")
def bias_of_the_inputs(layers):
    return sum(matrix_bits(layer) + 32 * layer["shape"][0] * layer["bias"] for layer in layers)


@instead_of("stored_bits", "the answer is in bytes; count bits, 32 for each number")
def in_bytes(layers):
    return total(layers, matrix_bits) // 8


@instead_of("stored_bits", "the entries' bits were padded to whole bytes; count the bits before any padding")
def padded(layers):
    return total(layers, lambda layer: -(-matrix_bits(layer) // 8) * 8)


@instead_of("stored_bits", "the step of a quantized matrix is missing: one number, beside the bits of the entries")
def without_the_step(layers):
    return total(layers, lambda layer: matrix_bits(layer, step=0))


@instead_of("stored_bits", "every column of a quantized matrix was given a step; the matrix has only one")
def step_for_each_column(layers):
    return total(layers, lambda layer: matrix_bits(layer, step=32 * layer["shape"][1]))


@instead_of(
    "stored_bits", "all m n entries of a hashed matrix were counted; only its K numbers and the seed are stored"
)
def virtual_matrix(layers):
    return total(
        layers,
        lambda layer: matrix_bits(layer | ({"method": "dense"} if layer["method"] == "hashed" else {})),
    )


@instead_of("stored_bits", "the seed of a hashed layer is missing: 64 bits, without which no entry finds its number")
def without_the_seed(layers):
    return total(layers, lambda layer: matrix_bits(layer, seed=0))


@instead_of(
    "stored_bits",
    "a low-rank matrix was counted as k m n numbers; its factors are (m, k) and (k, n), so it has k (m + n)",
)
def rank_times_all(layers):
    def count(layer):
        m, n = layer["shape"]
        return 32 * layer["rank"] * m * n if layer["method"] == "lowrank" else matrix_bits(layer)

    return total(layers, count)


@instead_of("stored_bits", "only the last layer was counted; add up all of them")
def last_layer(layers):
    return total(layers[-1:], matrix_bits)


@instead_of("stored_bits", "a dense layer was always given a bias; layer['bias'] says whether it has one")
def bias_in_each_dense_layer(layers):
    return sum(matrix_bits(layer) + bias_bits(layer | {"bias": layer["bias"] or layer["method"] == "dense"})
               for layer in layers)  # fmt: skip


@instead_of("stored_bits", "the count wrapped around in 32 bits; Python's own integers have no such limit")
def wrapped(layers):
    return int(np.array(total(layers, matrix_bits)).astype(np.int32))


@instead_of("widest", "the budget was used as a count of numbers; a float32 has 4 bytes")
def budget_of_numbers(budget, n_in, n_out):
    return max(0, (budget - n_out) // (n_in + 1 + n_out))


@instead_of("widest", "the budget was divided by 32, the bits of a number; it is in bytes, so divide by 4")
def budget_in_bits(budget, n_in, n_out):
    return max(0, (budget // 32 - n_out) // (n_in + 1 + n_out))


@instead_of("widest", "the width is a float, because / makes floats and // keeps them; use whole numbers, budget // 4")
def width_as_a_float(budget, n_in, n_out):
    return max(0.0, (budget / 4 - n_out) // (n_in + 1 + n_out))


@instead_of("widest", "the output biases are missing: these n_out numbers are stored whatever the width")
def without_output_biases(budget, n_in, n_out):
    return max(0, budget // 4 // (n_in + 1 + n_out))


@instead_of("widest", "the width was rounded to the nearest, which may be too large; round down")
def rounded(budget, n_in, n_out):
    return max(0, round((budget / 4 - n_out) / (n_in + 1 + n_out)))


@instead_of("widest", "the width was rounded up, so the network exceeds the budget; round down")
def rounded_up(budget, n_in, n_out):
    return max(0, math.ceil((budget / 4 - n_out) / (n_in + 1 + n_out)))


@instead_of("widest", "the width is negative if the budget is too small for the output biases; return 0 then")
def negative(budget, n_in, n_out):
    return (budget // 4 - n_out) // (n_in + 1 + n_out)


@instead_of("widest", "the hidden biases are missing: each hidden unit has n_in weights, 1 bias and n_out weights")
def without_hidden_biases(budget, n_in, n_out):
    return max(0, (budget // 4 - n_out) // (n_in + n_out))


def beats(p, q):
    return p[0] <= q[0] and p[1] <= q[1] and p != q


@instead_of(
    "pareto",
    "beaten points were kept: each point was compared only with earlier ones in the list; compare it with all others",
)
def in_the_given_order(points):
    return [i for i, q in enumerate(points) if not any(beats(p, q) for p in points[:i])]


@instead_of("pareto", "only corners of the convex hull were kept; a point above the hull may be efficient too")
def convex(points):
    kept = [i for i, q in enumerate(points) if not any(beats(p, q) for p in points)]

    def above(q):
        return any(
            p[0] < q[0] < r[0] and q[1] > p[1] + (r[1] - p[1]) * (q[0] - p[0]) / (r[0] - p[0])
            for p in points
            for r in points
        )

    return [i for i in kept if not above(points[i])]


@instead_of("pareto", "the larger error was treated as the better one; less is better, for bytes and for error")
def larger_error(points):
    turned = [(size, -error) for size, error in points]
    return [i for i, q in enumerate(turned) if not any(beats(p, q) for p in turned)]


@instead_of(
    "pareto",
    "a point was kept although another is equal in bytes or error and better in the other; that is enough to beat it",
)
def strictly_less_of_both(points):
    return [i for i, q in enumerate(points) if not any(p[0] < q[0] and p[1] < q[1] for p in points)]


@instead_of("pareto", "the indices are in the order of the bytes; return them in ascending order, sorted(...)")
def in_the_order_of_bytes(points):
    kept = [i for i, q in enumerate(points) if not any(beats(p, q) for p in points)]
    return sorted(kept, key=lambda i: points[i])


@instead_of("pareto", "of points with the same bytes the worse one was kept; among these, sort by error too")
def sorted_by_bytes_alone(points):
    kept, least = [], float("inf")
    for i in sorted(range(len(points)), key=lambda i: points[i][0]):
        if points[i][1] < least or any(points[i] == points[k] for k in kept):
            kept.append(i)
            least = min(least, points[i][1])
    return sorted(kept)


@instead_of("pareto", "one of two equal points was dropped; neither beats the other, so keep both or neither")
def first_of_equal_ones(points):
    return [i for i, q in enumerate(points) if not any(beats(p, q) for p in points) and q not in points[:i]]


@instead_of(
    "pareto", "equal points were made to beat each other; to beat, a point must be strictly better in bytes or in error"
)
def equal_ones_beat(points):
    def beaten(i):
        q = points[i]
        return any(p[0] <= q[0] and p[1] <= q[1] for k, p in enumerate(points) if k != i)

    return [i for i in range(len(points)) if not beaten(i)]


@instead_of("pareto", "the errors were rounded or compared with a tolerance; the smallest difference decides")
def rounded_errors(points):
    rough = [(size, round(error, 6)) for size, error in points]
    return [i for i, q in enumerate(rough) if not any(beats(p, q) for p in rough)]


@instead_of("pareto", "the least error so far began at 1, but an error may be larger, such as one in percent: use inf")
def from_one_on(points):
    kept, least, last = [], 1.0, None
    for i in sorted(range(len(points)), key=lambda i: points[i]):
        if points[i][1] < least or points[i] == last:
            kept.append(i)
            least, last = points[i][1], points[i]
    return sorted(kept)
