"""Wrong answers of lesson 11, each with the mistake behind it; the grader must reject them."""

import numpy as np

from tinynet.course import instead_of


def top(bits):
    return 2 ** (bits - 1) - 1


def on_grid(V, s, bits):
    return s * np.clip(np.rint(V / s), -top(bits), top(bits))


@instead_of("quantize", "nothing is clipped: what lies beyond the grid goes to its end, Q s or -Q s")
def unclipped(V, s, bits):
    return s * np.rint(V / s)


@instead_of("quantize", "these are the whole numbers, not yet the levels; multiply them by the step")
def codes_for_levels(V, s, bits):
    return np.clip(np.rint(V / s), -top(bits), top(bits))


@instead_of("quantize", "two levels too many: with 0 and both signs, 2^bits - 1 levels leave Q = 2^(bits - 1) - 1")
def one_level_more(V, s, bits):
    return s * np.clip(np.rint(V / s), -(2 ** (bits - 1)), 2 ** (bits - 1))


@instead_of("quantize", "entries were rounded towards 0; the nearest level may lie farther out")
def towards_zero(V, s, bits):
    return s * np.clip(np.trunc(V / s), -top(bits), top(bits))


@instead_of("quantize", "Q is 2^bits - 1 here, as if the levels lay on one side; they are shared by both signs")
def all_levels_on_each_side(V, s, bits):
    return s * np.clip(np.rint(V / s), 1 - 2**bits, 2**bits - 1)


@instead_of("quantize", "entries were clipped to -1 and 1; the grid ends at Q s")
def clipped_at_one(V, s, bits):
    return s * np.rint(np.clip(V / s, -1, 1))


@instead_of("error_of", "this is the mean square error; it should be a share of the sum of W^2")
def mean_square(W, s, bits):
    return np.mean((W - on_grid(W, s, bits)) ** 2)


@instead_of("error_of", "this is the ratio of the lengths; the question is about their squares")
def ratio_of_lengths(W, s, bits):
    return np.sqrt(np.sum((W - on_grid(W, s, bits)) ** 2) / np.sum(W**2))


@instead_of("error_of", "the share was taken of the rounded matrix; it is a share of W")
def share_of_the_rounded(W, s, bits):
    rounded = on_grid(W, s, bits)
    return np.sum((W - rounded) ** 2) / max(np.sum(rounded**2), 1e-12)


@instead_of("error_of", "absolute differences were summed; the error is made of squares")
def absolute(W, s, bits):
    return np.abs(W - on_grid(W, s, bits)).sum() / np.abs(W).sum()


@instead_of("best_step", "this step keeps the largest entry, and makes zeros of many small ones")
def of_the_largest(W, bits):
    return np.abs(W).max() / top(bits)


@instead_of("best_step", "the candidates are too few or too coarse: scan more finely")
def coarse_scan(W, bits):
    peak = np.abs(W).max() / top(bits)
    return max((0.3 * peak, 0.9 * peak), key=lambda s: -np.sum((W - on_grid(W, s, bits)) ** 2))


@instead_of("best_step", "the candidate that loses most was returned; take the one that loses least")
def worst(W, bits):
    peak = np.abs(W).max() / top(bits)
    return max(np.linspace(0.02, 1.1, 200) * peak, key=lambda s: np.sum((W - on_grid(W, s, bits)) ** 2))


@instead_of("best_step", "a share of the mean size of an entry, whatever the bits; a finer grid wants a smaller step")
def of_the_mean(W, bits):
    return np.abs(W).mean()


@instead_of("best_step", "the absolute error was made small; the grid loses squares")
def least_absolute(W, bits):
    peak = np.abs(W).max() / top(bits)
    return min(np.linspace(0.02, 1.1, 200) * peak, key=lambda s: np.abs(W - on_grid(W, s, bits)).sum())


@instead_of(
    "straight_through", "this is the staircase's true slope, 0; training acts as if W followed V inside the grid"
)
def true_slope(g, V, s, bits):
    return np.zeros_like(g)


@instead_of("straight_through", "clipping is forgotten: beyond the grid W stays where it is, however V moves")
def without_the_clip(g, V, s, bits):
    return g


@instead_of("straight_through", "the grid ends at Q s, not at s")
def inside_one_step(g, V, s, bits):
    return np.where(np.abs(V) <= s, g, 0)


@instead_of("straight_through", "inside and outside are exchanged: the gradient passes inside the grid")
def outside_alone(g, V, s, bits):
    return np.where(np.abs(V) > top(bits) * s, g, 0)


@instead_of("straight_through", "the slope itself was returned; a gradient is g times it")
def slope_alone(g, V, s, bits):
    return np.where(np.abs(V) <= top(bits) * s, 1.0, 0.0)


@instead_of("step_gradient", "only the level was counted; s also decides which level V is on, which adds -V / s inside")
def level_alone(g, V, s, bits):
    return np.sum(g * np.clip(np.rint(V / s), -top(bits), top(bits)))


@instead_of("step_gradient", "entries beyond the grid were left out; each of them moves with its end, Q or -Q")
def inside_alone(g, V, s, bits):
    return np.sum(g * np.where(np.abs(V) <= top(bits) * s, np.rint(V / s) - V / s, 0))


@instead_of("step_gradient", "beyond the grid the sign is lost: at the lower end W = -Q s")
def end_without_sign(g, V, s, bits):
    return np.sum(g * np.where(np.abs(V) <= top(bits) * s, np.rint(V / s) - V / s, top(bits)))


@instead_of("step_gradient", "the sign is turned around: inside the grid the slope is round(V / s) - V / s")
def turned_around(g, V, s, bits):
    return np.sum(g * np.where(np.abs(V) <= top(bits) * s, V / s - np.rint(V / s), -top(bits) * np.sign(V)))


@instead_of("step_gradient", "contributions were averaged; a number that all entries use gets their sum")
def mean_for_sum(g, V, s, bits):
    return np.mean(g * np.where(np.abs(V) <= top(bits) * s, np.rint(V / s) - V / s, top(bits) * np.sign(V)))


@instead_of("widest", "the biases are forgotten: each hidden unit and each class has one, of 32 bits")
def without_biases(bits, budget):
    return (8 * budget) // (74 * bits)


@instead_of("widest", "biases were counted at the weights' bits; they take 32")
def biases_of_few_bits(bits, budget):
    return max(0, (8 * budget - 10 * bits) // (75 * bits))


@instead_of("widest", "the budget is in bytes, of 8 bits each")
def bits_for_bytes(bits, budget):
    return max(0, (budget - 320) // (74 * bits + 32))


@instead_of("widest", "the last layer is forgotten: each hidden unit has 64 weights going in and 10 going out")
def first_layer_alone(bits, budget):
    return max(0, (8 * budget - 320) // (64 * bits + 32))


@instead_of("widest", "this was rounded to the nearest or up; the network must fit")
def one_too_many(bits, budget):
    return max(0, -(-(8 * budget - 320) // (74 * bits + 32)))


@instead_of("widest", "below zero units: where not even the ten biases fit, the answer is 0")
def negative(bits, budget):
    return (8 * budget - 320) // (74 * bits + 32)
