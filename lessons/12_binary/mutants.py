"""Wrong answers of lesson 12, each with the mistake behind it; the grader must reject them."""

from math import comb
from pathlib import Path

import numpy as np

from tinynet.course import instead_of
from tinynet.course.manifest import load_module

GATES = load_module(Path(__file__).with_name("solution.py")).GATES


@instead_of("sign", "np.sign(0) is 0; a sign unit has no third value, so 0 counts as +1")
def zero_at_zero(z, g):
    return np.sign(z), np.where(np.abs(z) <= 1, g, 0.0)


@instead_of("sign", "at 0 this says -1; it should say +1")
def minus_at_zero(z, g):
    return np.where(z > 0, 1.0, -1.0), np.where(np.abs(z) <= 1, g, 0.0)


@instead_of("sign", "the gradient passes everywhere; beyond [-1, 1] the slope of clip(z, -1, 1) is 0")
def gradient_everywhere(z, g):
    return np.where(z >= 0, 1.0, -1.0), g


@instead_of("sign", "this is the true slope of the step, 0; training uses the slope of clip(z, -1, 1)")
def true_slope(z, g):
    return np.where(z >= 0, 1.0, -1.0), np.zeros_like(g)


@instead_of("sign", "the slope alone was returned; the gradient is g times the slope")
def slope_alone(z, g):
    return np.where(z >= 0, 1.0, -1.0), np.where(np.abs(z) <= 1, 1.0, 0.0)


@instead_of("sign", "the gradient itself was clipped; what decides is whether z lies in [-1, 1]")
def gradient_clipped(z, g):
    return np.where(z >= 0, 1.0, -1.0), np.clip(g, -1, 1)


@instead_of("sign", "the gradient passes below -1, too; it should pass from -1 to 1 alone")
def one_sided(z, g):
    return np.where(z >= 0, 1.0, -1.0), np.where(z <= 1, g, 0.0)


@instead_of("sign", "this is the slope of tanh; clip(z, -1, 1) has the slope 1 inside [-1, 1] and 0 outside")
def slope_of_tanh(z, g):
    return np.where(z >= 0, 1.0, -1.0), g * (1 - np.tanh(z) ** 2)


@instead_of("sign", "g was multiplied by clip(z, -1, 1) itself, not by its slope")
def clip_for_slope(z, g):
    return np.where(z >= 0, 1.0, -1.0), g * np.clip(z, -1, 1)


@instead_of("sign", "the size of g was tested; what decides is the size of z")
def by_size_of_g(z, g):
    return np.where(z >= 0, 1.0, -1.0), np.where(np.abs(g) <= 1, g, 0.0)


@instead_of("sign", "inside and outside are exchanged: the gradient passes where |z| is below 1")
def outside_alone(z, g):
    return np.where(z >= 0, 1.0, -1.0), np.where(np.abs(z) > 1, g, 0.0)


@instead_of("sign", "the bits are 0 and 1 here; they should be -1 and +1")
def zero_and_one(z, g):
    return np.where(z >= 0, 1.0, 0.0), np.where(np.abs(z) <= 1, g, 0.0)


@instead_of("sign", "the gradient was multiplied by a; the slope of clip(z, -1, 1) is 1 on both sides of 0")
def gradient_with_sign(z, g):
    a = np.where(z >= 0, 1.0, -1.0)
    return a, np.where(np.abs(z) <= 1, g * a, 0.0)


@instead_of("sign", "this clips z for the way forward, too; forward the unit says +1 or -1")
def clip_forward(z, g):
    return np.clip(z, -1, 1), np.where(np.abs(z) <= 1, g, 0.0)


@instead_of(
    "update", "the signs were kept in place of the latent weights; whatever is smaller than a whole flip is lost"
)
def signs_kept(V, g, lr):
    return np.where(V - lr * g >= 0, 1.0, -1.0)


@instead_of("update", "after the step, nothing holds the latent weights in [-1, 1]; clip what comes out of it")
def without_clip(V, g, lr):
    return V - lr * g


@instead_of("update", "the gradient was clipped; it is the latent weights that must stay in [-1, 1]")
def clipped_gradient(V, g, lr):
    return V - lr * np.clip(g, -1, 1)


@instead_of("update", "the learning rate is forgotten")
def without_rate(V, g, lr):
    return np.clip(V - g, -1, 1)


@instead_of("update", "the step was clipped; it is the latent weights that must stay in [-1, 1]")
def clipped_step(V, g, lr):
    return V - np.clip(lr * g, -1, 1)


@instead_of("update", "this climbs; a descent subtracts the gradient")
def ascent(V, g, lr):
    return np.clip(V + lr * g, -1, 1)


@instead_of("update", "the step starts at sign(V); it starts at the latent weight itself")
def from_the_sign(V, g, lr):
    return np.clip(np.where(V >= 0, 1, -1) - lr * g, -1, 1)


@instead_of("update", "a weight at the end, at 1 or -1, never moves again; it must be able to come back")
def stuck_at_the_end(V, g, lr):
    return np.clip(V - lr * g * (np.abs(V) < 1), -1, 1)


@instead_of("update", "weights that would leave [-1, 1] stay where they were; they should go to its end")
def refuse_to_leave(V, g, lr):
    moved = V - lr * g
    return np.where(np.abs(moved) <= 1, moved, V)


@instead_of("update", "all latent weights were divided by the largest one; only those beyond [-1, 1] are to move")
def rescaled(V, g, lr):
    moved = V - lr * g
    return moved / max(1, np.abs(moved).max())


@instead_of("update", "np.tanh pulls every weight inwards; weights inside [-1, 1] stay as they are")
def squashed(V, g, lr):
    return np.tanh(V - lr * g)


@instead_of("update", "the step is as long as lr whatever the gradient; it should be lr times the gradient")
def sign_of_gradient(V, g, lr):
    return np.clip(V - lr * np.sign(g), -1, 1)


def pushed(v, size, up, bound):
    for _ in range(up):
        v = min(v + size, bound)
    return v


def flips(v, size):
    steps = 0
    while v >= 0:
        v, steps = v - size, steps + 1
    return steps


@instead_of("memory", "the bound is forgotten on the way up: after each step v is at most `bound`")
def never_clipped(v, size, up, bound):
    return flips(v + up * size, size)


@instead_of("memory", "one step too few: at v = 0 the bit is still +1, so v must fall below 0")
def flips_at_zero(v, size, up, bound):
    v, steps = pushed(v, size, up, bound), 0
    if v < 0:
        return 0
    while v > 0:
        v, steps = v - size, steps + 1
    return steps


@instead_of("memory", "v was clipped to 1 whatever the bound; np.inf clips nothing")
def always_one(v, size, up, bound):
    return flips(pushed(v, size, up, 1), size)


@instead_of("memory", "these are the steps on the way up and down; count only the steps down")
def both_ways(v, size, up, bound):
    return up + flips(pushed(v, size, up, bound), size)


@instead_of("memory", "the start is forgotten: v does not begin at 0")
def from_zero(v, size, up, bound):
    return flips(pushed(0, size, up, bound), size)


@instead_of("memory", "as many steps down as up, and one more: that ignores where v started, and where it was clipped")
def as_many_down(v, size, up, bound):
    return up + 1


@instead_of("memory", "at v = 0 the bit is still +1, so a weight that comes to 0 on its way up needs one step down")
def zero_is_minus(v, size, up, bound):
    top = pushed(v, size, up, bound)
    return flips(top, size) if top > 0 else 0


@instead_of("memory", "one step too many: the bit is -1 as soon as v is below 0")
def one_more(v, size, up, bound):
    v = pushed(v, size, up, bound)
    return flips(v, size) + 1 if v >= 0 else 0


@instead_of("memory", "where v is below 0 after the steps up, the bit is -1 already, and the answer is 0")
def at_least_one(v, size, up, bound):
    return max(1, flips(pushed(v, size, up, bound), size))


@instead_of("memory", "where v is below 0 after the steps up, the formula counts down past 0; the answer there is 0")
def formula_below_zero(v, size, up, bound):
    return int(pushed(v, size, up, bound) // size) + 1


@instead_of("memory", "this stops at -1, the end of the latent weight's range; the bit flips when v falls below 0")
def down_to_minus_one(v, size, up, bound):
    v, steps = pushed(v, size, up, bound), 0
    while v > -1:
        v, steps = v - size, steps + 1
    return steps


def parts(W, products, columns=None):
    d = len(W) if columns is None else columns
    places = np.rint((d - products) / 2).astype(int)
    found = np.bincount(places, minlength=d + 1) / len(places)
    return 1 - 2 * np.arange(d + 1) / d, found, np.array([comb(d, h) / 2**d for h in range(d + 1)])


@instead_of(
    "spectrum", "each column was compared with itself, too, which counts as h = 0; take pairs of different columns"
)
def with_itself(W):
    return parts(W, (W.T @ W)[np.triu_indices(W.shape[1])])


@instead_of("spectrum", "all entries of W.T @ W were counted; its diagonal holds no pairs")
def whole_matrix(W):
    return parts(W, (W.T @ W).ravel())


@instead_of("spectrum", "rows were compared; the columns of W are the features, so use W.T @ W")
def rows_for_columns(W):
    if len(W) < 2:
        return parts(W, np.zeros(1) + len(W))
    return parts(W, (W @ W.T)[np.triu_indices(len(W), 1)], W.shape[1])


@instead_of("spectrum", "places that agree were counted; h is the number of places that differ")
def agreeing(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    return cosines, found[::-1], chance


@instead_of("spectrum", "these are numbers of pairs; divide by the number of all pairs")
def counts(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    n = W.shape[1]
    return cosines, found * n * (n - 1) / 2, chance


@instead_of("spectrum", "these are numbers of pairs; divide by the number of all pairs")
def whole_counts(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    n = W.shape[1]
    return cosines, np.rint(found * n * (n - 1) / 2).astype(int), chance


@instead_of("spectrum", "these are numbers of pairs, each pair twice; divide by n (n - 1)")
def counts_of_both_orders(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    n = W.shape[1]
    return cosines, np.rint(found * n * (n - 1)).astype(int), chance


@instead_of(
    "spectrum", "1 - h/d is the share of places that agree; each differing place also takes away one, so it is 1 - 2h/d"
)
def share_that_agrees(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    return (1 + cosines) / 2, found, chance


@instead_of("spectrum", "the shares add up to 2; each pair counts once")
def twice(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    return cosines, 2 * found, chance


@instead_of("spectrum", "comb(d, h) is a number of choices; divide it by 2^d, the number of all of them")
def choices(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    return cosines, found, chance * 2.0 ** len(W)


@instead_of("spectrum", "these are the products d - 2h; divide by both lengths, sqrt(d) times sqrt(d)")
def products(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    return cosines * len(W), found, chance


@instead_of(
    "spectrum", "not every h is equally likely: there are more ways to differ in half of the places than in none"
)
def uniform_chance(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    return cosines, found, np.full(len(chance), 1 / len(chance))


@instead_of("spectrum", "this is the probability of one choice of h places; there are comb(d, h) choices")
def one_choice(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    return cosines, found, np.full(len(chance), 2.0 ** -len(W))


@instead_of("spectrum", "the cosines are in ascending order; h = 0, the cosine 1, comes first")
def ascending(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    return cosines[::-1], found[::-1], chance


@instead_of("spectrum", "the cosines are in ascending order; h = 0, the cosine 1, comes first")
def cosines_ascending(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    return cosines[::-1], found, chance


@instead_of("spectrum", "h goes from 0 to d, which makes d + 1 entries; the last one is missing")
def one_short(W):
    return tuple(part[:-1] for part in parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)]))


@instead_of("spectrum", "angles were returned; cosines are asked for")
def angles(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    return np.arccos(cosines), found, chance


@instead_of("spectrum", "angles were returned; cosines are asked for")
def angles_in_degrees(W):
    cosines, found, chance = parts(W, (W.T @ W)[np.triu_indices(W.shape[1], 1)])
    return np.degrees(np.arccos(cosines)), found, chance


def angle(v, b):
    return np.degrees(np.arccos(np.clip(v @ b / np.linalg.norm(v) / np.sqrt(len(v)), -1, 1)))


@instead_of("nearest", "this scale gives s b the length of v; nearer is the shorter one, the mean of |v|")
def same_length(v):
    b = np.where(v >= 0, 1, -1)
    return b, np.linalg.norm(v) / np.sqrt(len(v)), angle(v, b)


@instead_of("nearest", "the scale is the largest |v|, which puts all smaller entries too far out")
def largest(v):
    b = np.where(v >= 0, 1, -1)
    return b, np.abs(v).max(), angle(v, b)


@instead_of("nearest", "the angle is in radians; degrees are asked for")
def radians(v):
    b = np.where(v >= 0, 1, -1)
    return b, np.abs(v).mean(), np.radians(angle(v, b))


@instead_of("nearest", "this is the cosine; the angle is asked for")
def cosine_alone(v):
    b = np.where(v >= 0, 1, -1)
    return b, np.abs(v).mean(), np.cos(np.radians(angle(v, b)))


@instead_of("nearest", "np.sign(0) is 0, which is not binary; take +1 there")
def zeros_kept(v):
    b = np.sign(v)
    return b, np.abs(v).mean(), angle(v, np.where(v >= 0, 1, -1))


@instead_of("nearest", "entries were compared with the mean of v, not with 0")
def about_the_mean(v):
    b = np.where(v >= v.mean(), 1, -1)
    return b, abs(v @ b) / len(v), angle(v, b)


@instead_of("nearest", "the mean of v was taken, with its signs; the scale is the mean of |v|")
def signed_mean(v):
    b = np.where(v >= 0, 1, -1)
    return b, v.mean(), angle(v, b)


@instead_of("nearest", "v @ b was divided by the length of v alone; b has a length, too: sqrt(d)")
def one_length_forgotten(v):
    b = np.where(v >= 0, 1, -1)
    return b, np.abs(v).mean(), np.degrees(np.arccos(np.clip(v @ b / np.linalg.norm(v), -1, 1)))


@instead_of("nearest", "for the cosine, v @ b was divided by d in place of the length of b, which is sqrt(d)")
def entries_for_length(v):
    b = np.where(v >= 0, 1, -1)
    return b, np.abs(v).mean(), np.degrees(np.arccos(np.clip(v @ b / np.linalg.norm(v) / len(v), -1, 1)))


@instead_of("nearest", "b was divided by its length; it should hold +1 and -1, and s takes care of the size")
def unit_column(v):
    b = np.where(v >= 0, 1, -1) / np.sqrt(len(v))
    return b, v @ b, np.degrees(np.arccos(min(1.0, v @ b / np.linalg.norm(v))))


@instead_of("nearest", "b was divided by its length; it should hold +1 and -1, and s takes care of the size")
def unit_column_alone(v):
    b = np.where(v >= 0, 1, -1)
    return b / np.sqrt(len(v)), np.abs(v).mean(), angle(v, b)


@instead_of("nearest", "v @ b is the sum of |v|; for the scale, divide it by the number of entries")
def sum_for_mean(v):
    b = np.where(v >= 0, 1, -1)
    return b, np.abs(v).sum(), angle(v, b)


@instead_of("nearest", "no scale was sought: 1 is the best one only by chance")
def scale_one(v):
    b = np.where(v >= 0, 1, -1)
    return b, 1.0, angle(v, b)


@instead_of("nearest", "b holds +s and -s here; it should hold +1 and -1, and s comes beside it")
def scaled_column(v):
    b = np.where(v >= 0, 1, -1)
    return b * np.abs(v).mean(), np.abs(v).mean(), angle(v, b)


@instead_of("nearest", "for the scale, v @ b was divided by the length of v; divide it by b @ b = d")
def projected_the_wrong_way(v):
    b = np.where(v >= 0, 1, -1)
    return b, v @ b / np.linalg.norm(v), angle(v, b)


@instead_of("nearest", "the median of |v| makes the absolute differences small; for their squares it is the mean")
def median(v):
    b = np.where(v >= 0, 1, -1)
    return b, np.median(np.abs(v)), angle(v, b)


def distinct(functions):
    """Return each function once (np.unique by rows takes ten times as long)."""
    codes = (functions > 0) @ (1 << np.arange(functions.shape[1]))
    return functions[np.unique(codes, return_index=True)[1]]


def once(functions, gate):
    inputs, apply = GATES[gate]
    operands = [np.expand_dims(functions, [i for i in range(inputs) if i != k]) for k in range(inputs)]
    return apply(*operands).reshape(-1, functions.shape[1])


@instead_of("reach", "only the first round of gates was made; what it makes must go into further gates")
def one_round(start, gate):
    return distinct(np.concatenate([start, once(start, gate)]))


def rounds(start, gate, count):
    found = distinct(start)
    for _ in range(count):
        found = distinct(np.concatenate([found, once(found, gate)]))
    return found


@instead_of("reach", "the number of rounds is fixed; go on until a round adds nothing new, however many it takes")
def two_rounds(start, gate):
    return rounds(start, gate, 2)


@instead_of("reach", "the number of rounds is fixed; go on until a round adds nothing new, however many it takes")
def three_rounds(start, gate):
    return rounds(start, gate, 3)


@instead_of("reach", "the number of rounds is fixed; go on until a round adds nothing new, however many it takes")
def four_rounds(start, gate):
    return rounds(start, gate, 4)


@instead_of("reach", "the number of rounds is fixed; go on until a round adds nothing new, however many it takes")
def five_rounds(start, gate):
    return rounds(start, gate, 5)


@instead_of("reach", "a gate may take the same function more than once; here its inputs always differ")
def different_inputs(start, gate):
    from itertools import permutations

    inputs, apply = GATES[gate]
    found = {tuple(row) for row in start.tolist()}
    while True:
        made = {tuple(apply(*map(np.array, chosen)).tolist()) for chosen in permutations(found, inputs)}
        if made <= found:
            return np.array(sorted(found))
        found |= made


@instead_of("reach", "the functions of the start were left out; they are there, too")
def without_the_start(start, gate):
    found = once(start, gate)
    for _ in range(4):
        found = distinct(once(found, gate))
    return found


@instead_of("reach", "each round keeps only what it made, and forgets what was there before")
def only_the_latest(start, gate):
    found = distinct(start)
    for _ in range(4):
        found = distinct(once(found, gate))
    return found


@instead_of("reach", "in each gate at least one input is a function of the start; both may be made by gates")
def chains(start, gate):
    inputs, apply = GATES[gate]
    found = distinct(start)
    while True:
        others = [found] * (inputs - 1) + [start]
        operands = [np.expand_dims(f, [i for i in range(inputs) if i != k]) for k, f in enumerate(others)]
        larger = distinct(np.concatenate([found, apply(*operands).reshape(-1, start.shape[1])]))
        if len(larger) == len(found):
            return found
        found = larger


@instead_of("reach", "the opposite of each function was added; a gate must make it, or it is not there")
def with_opposites(start, gate):
    found = distinct(np.concatenate([start, -start]))
    while True:
        larger = distinct(np.concatenate([found, once(found, gate)]))
        if len(larger) == len(found):
            return found
        found = larger


@instead_of("reach", "constants were added to the start; only what it holds is there at first")
def with_constants(start, gate):
    ones = np.ones((1, start.shape[1]), int)
    found = distinct(np.concatenate([start, ones, -ones]))
    while True:
        larger = distinct(np.concatenate([found, once(found, gate)]))
        if len(larger) == len(found):
            return found
        found = larger


@instead_of("reach", "the same functions come more than once; keep each one once")
def with_repeats(start, gate):
    found = start
    for _ in range(2 if GATES[gate][0] == 3 else 3):
        found = np.concatenate([distinct(found), once(distinct(found), gate)])
    return found


def ripple(n, first_carry=("unit", 1, "a0", "b0"), first="-same0", carry=None, digit=None):
    circuit = {"same0": ("xnor", "a0", "b0"), "s0": ("unit", 0, first), "carry0": first_carry}
    for k in range(1, n):
        a, b, before = f"a{k}", f"b{k}", f"carry{k - 1}"
        circuit[f"same{k}"] = ("xnor", a, b)
        circuit[f"s{k}"] = digit(a, b, before, k) if digit else ("xnor", f"same{k}", before)
        circuit[f"carry{k}"] = carry(a, b, before) if carry else ("unit", 0, a, b, before)
    return circuit | {f"s{n}": ("unit", 0, f"carry{n - 1}")}


@instead_of("adder", "s0 is the XNOR itself, which is +1 where the bits are equal; the sum is 1 where they differ")
def not_inverted(n):
    return ripple(n, first="same0")


@instead_of(
    "adder", "with the threshold 0 the first carry is an OR, since 0 counts as +1; an AND needs a threshold above 0"
)
def or_for_and(n):
    return ripple(n, first_carry=("unit", 0, "a0", "b0"))


@instead_of("adder", "the carry from below is left out of the sum bit")
def sum_without_carry(n):
    return ripple(n, digit=lambda a, b, before, k: ("unit", 0, f"-same{k}"))


@instead_of("adder", "the carry from below is left out of the next carry")
def carry_without_carry(n):
    return ripple(n, carry=lambda a, b, before: ("unit", 1, a, b))


@instead_of("adder", "a carry needs two of the three bits; this unit asks for all three")
def all_three(n):
    return ripple(n, carry=lambda a, b, before: ("unit", 3, a, b, before))


@instead_of("adder", "a carry needs two of the three bits; this unit is content with one")
def any_of_three(n):
    return ripple(n, carry=lambda a, b, before: ("unit", -1, a, b, before))


@instead_of("adder", "the highest bit is called s0; s0 is worth 1, so it is the lowest")
def reversed_outputs(n):
    names = {f"s{k}": f"s{n - k}" for k in range(n + 1)}
    return {names.get(name, name): gate for name, gate in ripple(n).items()}


@instead_of("adder", "the last carry is missing: the sum has one bit more than the numbers, s with the number n")
def without_the_last(n):
    circuit = ripple(n)
    del circuit[f"s{n}"]
    return circuit


@instead_of("adder", "the sum bit of three is inverted: two XNORs in a row already give the sum bit, with no minus")
def inverted_again(n):
    circuit = {}
    for name, gate in ripple(n).items():
        if name.startswith("s") and name[1:].isdigit() and 0 < int(name[1:]) < n:
            circuit[f"both{name}"] = gate
            gate = ("unit", 0, f"-both{name}")
        circuit[name] = gate
    return circuit


@instead_of("adder", "every bit takes the carry of the lowest bits; it should take the carry from just below")
def first_carry_everywhere(n):
    circuit = ripple(n)
    swap = lambda gate: tuple("carry0" if isinstance(w, str) and w.startswith("carry") else w for w in gate)
    return {name: gate if name == f"s{n}" else swap(gate) for name, gate in circuit.items()}


@instead_of("adder", "these thresholds are for bits of 1 and 0; with +1 and -1, two of three bits add up to 1 at least")
def thresholds_for_zero_and_one(n):
    return ripple(n, first_carry=("unit", 2, "a0", "b0"), carry=lambda a, b, before: ("unit", 2, a, b, before))
