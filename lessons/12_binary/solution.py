"""Lesson 12, exercises: units that say yes or no, bits that can be trained, angles between columns, and circuits."""

from itertools import product  # noqa: F401  you may want it in `reach`
from math import comb

import numpy as np

# The gates of the last part. They take numbers of +1 and -1, or whole arrays of them, entry by entry.


def xnor(a, b):
    """Return +1 where two bits are equal, and -1 where they differ: the product of two numbers +-1."""
    return a * b


def majority(a, b, c):
    """Return what most of three bits say: a unit with weights 1 and a threshold of 0."""
    return np.where(a + b + c >= 0, 1, -1)


def nand(a, b):
    """Return -1 where both bits are +1, and else +1: a unit with weights -1, and a third input that is always 1."""
    return np.where(-a - b + 1 >= 0, 1, -1)


GATES = {"xnor": (2, xnor), "majority": (3, majority), "nand": (2, nand)}  # how many inputs a gate has, and the gate


def simulate(circuit, inputs):
    """Return the value of every wire of a circuit, {name: +1 or -1}, for a look at your `adder`.

    Args:
        circuit: {wire: gate, ..}, as `adder` describes it.
        inputs: the value of each input wire, {name: +1 or -1}.
    """
    wires = dict(inputs)
    for name, (kind, *rest) in circuit.items():
        if kind == "xnor":
            wires[name] = wires[rest[0]] * wires[rest[1]]
        else:
            total = sum(-wires[wire[1:]] if wire.startswith("-") else wires[wire] for wire in rest[1:])
            wires[name] = 1 if total >= rest[0] else -1
    return wires


def sign(z, g):
    """Return what a sign unit does on the way forward, and what it sends back.

    Forward: a is +1 or -1, and nothing else; where z is 0 it is +1.
    Backward: the true slope of a is 0 almost everywhere. So training takes the slope of clip(z, -1, 1) in its place.

    Args:
        z: (batch, units).
        g: (batch, units), the gradient of the loss with respect to a.

    Returns:
        (a, the gradient with respect to z), each (batch, units). Where |z| is exactly 1, either slope is accepted.
    """
    # begin solution
    return np.where(z >= 0, 1.0, -1.0), np.where(np.abs(z) <= 1, g, 0.0)
    # end solution


def update(V, g, lr):
    """Return the latent matrix after one training step.

    The step is plain gradient descent with the learning rate lr. Afterwards every latent weight lies in [-1, 1].

    Args:
        V: (m, n), the latent matrix, entries in [-1, 1].
        g: (m, n), the gradient with respect to V, as the straight-through estimator gives it.
        lr: the learning rate.

    Returns:
        (m, n), the new latent matrix; V itself stays as it is
    """
    # begin solution
    return np.clip(V - lr * g, -1, 1)
    # end solution


def memory(v, size, up, bound):
    """Return how many steps down it takes until a bit flips that was first pushed up.

    A latent weight starts at v. It takes `up` steps of +size, then steps of -size, one after another. After each step,
    up or down, it is clipped to [-bound, bound]. Its bit is W = sign(v), with sign(0) = +1.

    Args:
        v: the start, between -1 and 1.
        size: the length of a step, a positive number. All numbers here are exact in binary, so rounding is no issue.
        up: the number of steps up, 0 or more.
        bound: 1 or larger; np.inf clips nothing.

    Returns:
        the number of steps down after which W is -1 for the first time, a whole number; 0 if it is -1 before them
    """
    # begin solution
    for _ in range(up):
        v = min(v + size, bound)
    steps = 0
    while v >= 0:
        v, steps = v - size, steps + 1
    return steps
    # end solution


def spectrum(W):
    """Return the angles between the columns of a binary matrix: the possible ones, and how often they occur.

    Two columns of d entries each differ in h places, where h is one of 0, 1, .., d. Each of these h has one cosine.
    Each unordered pair of different columns counts once.

    Args:
        W: (d, n), entries +1 and -1; columns are features, and n is 2 or more.

    Returns:
        three arrays of d + 1 entries each, all ordered by h from 0 to d:
        the cosine of two columns that differ in h places (so the first is 1, and the last is -1),
        the share of the pairs of W that differ in h places (the shares add up to 1), and
        the probability that two random columns do, if each entry is +1 or -1 with probability 1/2, all independent
    """
    # begin solution
    d, n = W.shape
    pairs = np.triu_indices(n, 1)
    places = np.rint((d - (W.T @ W)[pairs]) / 2).astype(int)
    found = np.bincount(places, minlength=d + 1) / len(places)
    return 1 - 2 * np.arange(d + 1) / d, found, np.array([comb(d, h) / 2**d for h in range(d + 1)])
    # end solution


def nearest(v):
    """Return the binary column that is nearest to a float column, its best scale, and the angle between the two.

    Of all columns b of +1 and -1 and all numbers s > 0, s b is to lie as near to v as possible: the sum of the squares
    of v - s b is as small as it can be. Where v is 0, either sign would do; take +1.

    Args:
        v: (d,), not all zero. There may be thousands of entries, too many to try all columns.

    Returns:
        b, an array (d,); s, a number; and the angle between v and b in degrees, a number
    """
    # begin solution
    b = np.where(v >= 0, 1, -1)
    cosine = v @ b / (np.linalg.norm(v) * np.sqrt(len(v)))
    return b, np.abs(v).mean(), np.degrees(np.arccos(min(cosine, 1)))
    # end solution


def reach(start, gate):
    """Return all functions that circuits of any depth can make from some functions, with gates of one kind.

    A Boolean function of n inputs is given by its truth table: a row of 2^n values +1 and -1, one for each setting of
    the inputs. Applied to whole rows, a gate gives the row of the function that it makes of them.

    A gate may take any functions that are there already, in any order, and the same one more than once. What it makes
    is then there, too. Go on until no gate makes anything new.

    Args:
        start: (k, 2^n), the functions that are there at first, one a row, entries +1 and -1.
        gate: "xnor", "majority" or "nand". GATES[gate] is (how many inputs it has, the gate itself).

    Returns:
        (count, 2^n), all functions that can be made, and those of the start. Each once, in any order
    """
    # begin solution
    inputs, apply = GATES[gate]
    found = np.unique(start, axis=0)
    while True:
        operands = [np.expand_dims(found, [i for i in range(inputs) if i != k]) for k in range(inputs)]
        made = apply(*operands).reshape(-1, start.shape[1])
        larger = np.unique(np.concatenate([found, made]), axis=0)
        if len(larger) == len(found):
            return found
        found = larger
    # end solution


def adder(n):
    """Return a circuit that adds two numbers of n bits each, built of XNOR gates and threshold units.

    Bits are +1 (for 1) and -1 (for 0). The input wires are "a0" .. and "b0" ..: the bits of a and b, where a0 is worth
    1, a1 is worth 2, a2 is worth 4. The output wires are "s0" .. up to s with the number n, worth the same: the sum of
    two numbers of n bits has n + 1 bits.

    A circuit is a dictionary {wire: gate, ..}. A gate is one of

        ("xnor", x, y)          +1 where the wires x and y are equal, -1 where they differ: the product x y
        ("unit", t, x, y, ..)   +1 where x + y + .. >= t, else -1; write "-x" for a weight of -1

    A gate uses input wires and the wires above it in the dictionary. The wires between may have any names. A unit may
    have as many inputs as you like, and the same one more than once.

    For example, {"equal": ("xnor", "a0", "b0"), "s0": ("unit", 0, "-equal")} has two gates.

    Args:
        n: the bits of each number, 1 or more.

    Returns:
        the circuit, which has the wires "s0" .. "sn" among others
    """
    # begin solution
    circuit = {
        "same0": ("xnor", "a0", "b0"),
        "s0": ("unit", 0, "-same0"),
        "carry0": ("unit", 1, "a0", "b0"),
    }
    for k in range(1, n):
        circuit[f"same{k}"] = ("xnor", f"a{k}", f"b{k}")
        circuit[f"s{k}"] = ("xnor", f"same{k}", f"carry{k - 1}")
        circuit[f"carry{k}"] = ("unit", 0, f"a{k}", f"b{k}", f"carry{k - 1}")
    circuit[f"s{n}"] = ("unit", 0, f"carry{n - 1}")
    return circuit
    # end solution
