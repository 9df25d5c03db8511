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


@instead_of("quantize", "one level too many below 0: with 2^bits - 1 levels the grid reaches from -Q to Q")
def twos_complement(V, s, bits):
    return s * np.clip(np.rint(V / s), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


@instead_of("quantize", "Q is (2^bits - 1) / 2 here, no whole number: 0 is a level, too, so Q = 2^(bits - 1) - 1")
def half_of_the_levels(V, s, bits):
    return s * np.clip(np.rint(V / s), -(2**bits - 1) / 2, (2**bits - 1) / 2)


@instead_of("quantize", "the bits themselves were taken for Q; with b bits, Q = 2^(b - 1) - 1")
def bits_for_q(V, s, bits):
    return s * np.clip(np.rint(V / s), -bits, bits)


@instead_of("quantize", "Q is 2^bits here; with 0 and both signs there are 2^bits - 1 levels in all")
def powers_on_each_side(V, s, bits):
    return s * np.clip(np.rint(V / s), -(2**bits), 2**bits)


UNITS = "the units are mixed up: whole numbers end at Q, and what is multiplied by s ends at Q s"


@instead_of("quantize", UNITS)
def whole_numbers_clipped_at_qs(V, s, bits):
    return s * np.clip(np.rint(V / s), -top(bits) * s, top(bits) * s)


@instead_of("quantize", UNITS)
def entries_clipped_at_q(V, s, bits):
    return np.rint(np.clip(V, -top(bits), top(bits)) / s) * s


@instead_of("quantize", UNITS)
def levels_clipped_at_q(V, s, bits):
    return np.clip(s * np.rint(V / s), -top(bits), top(bits))


@instead_of("quantize", "nothing is rounded: every entry must be a whole number of steps")
def unrounded(V, s, bits):
    return np.clip(V, -top(bits) * s, top(bits) * s)


@instead_of("quantize", "entries were rounded down; the nearest level may lie above: np.rint, not np.floor or //")
def rounded_down(V, s, bits):
    return s * np.clip(np.floor(V / s), -top(bits), top(bits))


@instead_of("quantize", "entries were rounded up; the nearest level may lie below: np.rint, not np.ceil")
def rounded_up(V, s, bits):
    return s * np.clip(np.ceil(V / s), -top(bits), top(bits))


@instead_of(
    "quantize", "astype(int) and int cut towards 0, so adding 0.5 rounds negative entries wrongly: take np.rint"
)
def half_added_and_cut(V, s, bits):
    return s * np.clip((V / s + 0.5).astype(int), -top(bits), top(bits))


@instead_of("quantize", "only the upper end is clipped; the grid also ends below, at -Q s")
def upper_end_alone(V, s, bits):
    return s * np.minimum(np.rint(V / s), top(bits))


NOT_DIVIDED = "V was rounded to whole numbers; divide by s first, to measure it in steps"


@instead_of("quantize", NOT_DIVIDED)
def undivided(V, s, bits):
    return s * np.clip(np.rint(V), -top(bits), top(bits))


@instead_of("quantize", NOT_DIVIDED)
def undivided_within_the_ends(V, s, bits):
    return np.clip(np.rint(V), -top(bits) * s, top(bits) * s)


@instead_of("quantize", "V was multiplied by s; divide by it, to measure V in steps")
def multiplied_by_the_step(V, s, bits):
    return np.clip(np.rint(V * s), -top(bits), top(bits)) / s


@instead_of("quantize", "all levels lie at 0 and above; they lie on both sides of 0, from -Q to Q")
def positive_levels(V, s, bits):
    return s * np.clip(np.rint(V / s), 0, 2**bits - 1)


@instead_of("quantize", "what lies beyond the grid became 0; it goes to the end of the grid")
def zero_beyond(V, s, bits):
    return s * np.where(np.abs(np.rint(V / s)) <= top(bits), np.rint(V / s), 0)


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


def lost(W, s, bits):
    """Return what the grid loses of each entry."""
    return W - on_grid(W, s, bits)


@instead_of("error_of", "the sum of W^2 is missing: what is wanted is a share of it")
def not_a_share(W, s, bits):
    return np.sum(lost(W, s, bits) ** 2)


@instead_of("error_of", "squares were subtracted; first subtract, then square: (W - W on the grid)^2")
def difference_of_squares(W, s, bits):
    return np.sum(W**2 - on_grid(W, s, bits) ** 2) / np.sum(W**2)


SQUARE_LAST = "the sum was squared, in which errors of opposite sign cancel; square each entry, then sum"


@instead_of("error_of", SQUARE_LAST)
def squares_of_sums(W, s, bits):
    return np.sum(lost(W, s, bits)) ** 2 / np.sum(W) ** 2


@instead_of("error_of", SQUARE_LAST)
def square_of_the_sum(W, s, bits):
    return np.sum(lost(W, s, bits)) ** 2 / np.sum(W**2)


BY_ENTRY = "each entry was divided by its own square; sum what is lost, sum W^2, and divide once"


@instead_of("error_of", BY_ENTRY)
def mean_of_ratios(W, s, bits):
    return np.mean((lost(W, s, bits) / W) ** 2)


@instead_of("error_of", BY_ENTRY)
def sum_of_ratios(W, s, bits):
    return np.sum(lost(W, s, bits) ** 2 / W**2)


@instead_of("error_of", "this norm is the largest singular value; |..|^2 is the sum of the squares of all entries")
def spectral(W, s, bits):
    return (np.linalg.norm(lost(W, s, bits), 2) / np.linalg.norm(W, 2)) ** 2


@instead_of("error_of", "nothing was squared, so errors of opposite sign cancel")
def unsquared(W, s, bits):
    return np.sum(lost(W, s, bits)) / np.sum(W)


@instead_of(
    "error_of", "this compares the squares of the rounded matrix with those of W; square what is lost, W minus it"
)
def share_of_squares(W, s, bits):
    return np.sum(on_grid(W, s, bits) ** 2) / np.sum(W**2)


@instead_of("error_of", "this is the share that is kept; return the share that is lost")
def share_kept(W, s, bits):
    return 1 - np.sum(lost(W, s, bits) ** 2) / np.sum(W**2)


@instead_of("error_of", "a mean was divided by a sum; take sums in both places, or means in both")
def mean_over_sum(W, s, bits):
    return np.mean(lost(W, s, bits) ** 2) / np.sum(W**2)


@instead_of("error_of", "this is in per cent; return the share itself, 1 for everything")
def in_per_cent(W, s, bits):
    return 100 * np.sum(lost(W, s, bits) ** 2) / np.sum(W**2)


@instead_of("error_of", "changed entries were counted; sum the squares of the changes")
def changed_entries(W, s, bits):
    return np.mean(lost(W, s, bits) != 0)


@instead_of("error_of", "this is a share for each column; sum over all entries")
def by_column(W, s, bits):
    return np.sum(lost(W, s, bits) ** 2, axis=0) / np.sum(W**2, axis=0)


@instead_of("error_of", "this is a share of the variance of W; the mean of W is not subtracted here")
def share_of_variance(W, s, bits):
    return np.sum(lost(W, s, bits) ** 2) / np.sum((W - W.mean()) ** 2)


@instead_of("best_step", "this step keeps the largest entry, and makes zeros of many small ones")
def of_the_largest(W, bits):
    return np.abs(W).max() / top(bits)


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


def candidates(W, bits):
    return np.linspace(0.02, 1.1, 1000) * np.abs(W).max() / top(bits)


def loss_of(W, bits):
    """Return the function that gives what the grid of a step loses of W."""
    return lambda s: np.sum((W - on_grid(W, s, bits)) ** 2) / np.sum(W**2)


@instead_of("best_step", "the step and its loss were returned; return the step alone")
def step_and_loss(W, bits):
    s = min(candidates(W, bits), key=loss_of(W, bits))
    return s, loss_of(W, bits)(s)


FORMULA = "this is a formula, but there is none for the best step: try many, and keep the one that loses least"


@instead_of("best_step", FORMULA)
def largest_without_abs(W, bits):
    return W.max() / top(bits)


@instead_of("best_step", FORMULA)
def largest_over_half_the_levels(W, bits):
    return np.abs(W).max() / 2 ** (bits - 1)


@instead_of("best_step", FORMULA)
def largest_over_the_levels(W, bits):
    return 2 * np.abs(W).max() / (2**bits - 1)


@instead_of("best_step", FORMULA)
def range_over_the_gaps(W, bits):
    return (W.max() - W.min()) / (2**bits - 2)


@instead_of("best_step", FORMULA)
def range_over_the_levels(W, bits):
    return (W.max() - W.min()) / (2**bits - 1)


@instead_of("best_step", FORMULA)
def largest_over_a_power(W, bits):
    return np.abs(W).max() / 2**bits


@instead_of("best_step", FORMULA)
def standard_deviation(W, bits):
    return W.std()


@instead_of("best_step", FORMULA)
def standard_deviation_over_q(W, bits):
    return W.std() / top(bits)


@instead_of("best_step", FORMULA)
def mean_over_q(W, bits):
    return np.abs(W).mean() / top(bits)


@instead_of("best_step", FORMULA)
def median_over_q(W, bits):
    return np.median(np.abs(W)) / top(bits)


@instead_of("best_step", FORMULA)
def smallest_entry(W, bits):
    return np.abs(W).min()


WHATEVER_W = "the candidates go up to 1, whatever W is; let them depend on its largest entry"


@instead_of("best_step", WHATEVER_W)
def hundred_up_to_one(W, bits):
    return min(np.linspace(0.01, 1, 100), key=loss_of(W, bits))


@instead_of("best_step", WHATEVER_W)
def thousand_up_to_one(W, bits):
    return min(np.linspace(0.001, 1, 1000), key=loss_of(W, bits))


WITHOUT_Q = "the candidates do not depend on Q: with many levels the best step is smaller than all; divide by Q"


@instead_of("best_step", WITHOUT_Q)
def thousand_up_to_the_largest(W, bits):
    return min(np.linspace(0.01, 1, 1000) * np.abs(W).max(), key=loss_of(W, bits))


@instead_of("best_step", WITHOUT_Q)
def past_the_largest(W, bits):
    return min(np.linspace(0.01, 1.1, 500) * np.abs(W).max(), key=loss_of(W, bits))


@instead_of("best_step", WITHOUT_Q)
def from_a_fiftieth_of_the_largest(W, bits):
    return min(np.linspace(0.02, 1.1, 1000) * np.abs(W).max(), key=loss_of(W, bits))


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


@instead_of("straight_through", "the grid ends at Q s, not at 1")
def inside_one(g, V, s, bits):
    return np.where(np.abs(V) <= 1, g, 0)


NOT_QS = "the grid ends at Q s: V ends there, and V / s at Q"


@instead_of("straight_through", NOT_QS)
def inside_q(g, V, s, bits):
    return np.where(np.abs(V) <= top(bits), g, 0)


@instead_of("straight_through", NOT_QS)
def steps_inside_qs(g, V, s, bits):
    return np.where(np.abs(V / s) <= top(bits) * s, g, 0)


@instead_of("straight_through", "g was put on the grid; the gradient is not rounded, it passes or it does not")
def rounded_gradient(g, V, s, bits):
    return on_grid(g, s, bits)


@instead_of("straight_through", "g was multiplied by W; the slope is 1 inside the grid, and 0 beyond it")
def times_w(g, V, s, bits):
    return g * on_grid(V, s, bits)


ON_G = "g was compared or clipped; whether an entry lies beyond the grid is a question about V"


@instead_of("straight_through", ON_G)
def clipped_gradient(g, V, s, bits):
    return np.clip(g, -top(bits) * s, top(bits) * s)


@instead_of("straight_through", ON_G)
def clipped_gradient_at_one(g, V, s, bits):
    return np.clip(g, -1, 1)


@instead_of("straight_through", ON_G)
def where_g_is_small(g, V, s, bits):
    return np.where(np.abs(g) <= top(bits) * s, g, 0)


@instead_of("straight_through", "only the upper end counts here; the grid also ends below, at -Q s: compare |V|")
def below_the_upper_end(g, V, s, bits):
    return np.where(top(bits) * s >= V, g, 0)


WRONG_Q = "Q is too large: with 0 and both signs, 2^bits - 1 levels leave Q = 2^(bits - 1) - 1"


@instead_of("straight_through", WRONG_Q)
def one_step_too_far(g, V, s, bits):
    return np.where(np.abs(V) <= 2 ** (bits - 1) * s, g, 0)


@instead_of("straight_through", WRONG_Q)
def all_levels_too_far(g, V, s, bits):
    return np.where(np.abs(V) <= (2**bits - 1) * s, g, 0)


@instead_of(
    "straight_through", "entries on the last level were left out; those with |V| <= Q s are still inside the grid"
)
def last_level_left_out(g, V, s, bits):
    return np.where(np.abs(on_grid(V, s, bits)) < top(bits) * s, g, 0)


@instead_of(
    "straight_through", "V was rounded before it was compared; beyond Q s it is beyond the grid, even by half a step"
)
def rounded_before(g, V, s, bits):
    return np.where(np.abs(np.rint(V / s)) <= top(bits), g, 0)


@instead_of("straight_through", "V was returned inside the grid; what passes is the gradient g")
def v_inside(g, V, s, bits):
    return np.where(np.abs(V) <= top(bits) * s, V, 0)


@instead_of("straight_through", "g was multiplied by V; inside the grid the slope of W with respect to V is 1")
def times_v(g, V, s, bits):
    return np.where(np.abs(V) <= top(bits) * s, g * V, 0)


RESCALED = "g was rescaled by s; inside the grid W follows V, so the slope is 1"


@instead_of("straight_through", RESCALED)
def over_s(g, V, s, bits):
    return np.where(np.abs(V) <= top(bits) * s, g / s, 0)


@instead_of("straight_through", RESCALED)
def times_s(g, V, s, bits):
    return np.where(np.abs(V) <= top(bits) * s, g * s, 0)


@instead_of("straight_through", "beyond the grid the end of the grid was returned; the gradient there is 0")
def end_beyond(g, V, s, bits):
    return np.where(np.abs(V) <= top(bits) * s, g, top(bits) * s)


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


def inside(V, s, bits):
    return np.abs(V) <= top(bits) * s


def part(V, s):
    return np.rint(V / s) - V / s


def ends(V, bits):
    return top(bits) * np.sign(V)


@instead_of("step_gradient", "this is g times W; the slope of W with respect to s has no factor s any more")
def with_w(g, V, s, bits):
    return np.sum(g * on_grid(V, s, bits))


@instead_of("step_gradient", "only -V / s was counted; s also multiplies the level, which adds the level itself")
def way_through_the_level_alone(g, V, s, bits):
    return np.sum(g * np.where(inside(V, s, bits), -V / s, 0))


@instead_of("step_gradient", "these are the contributions of the entries; s is one number, so sum them")
def not_summed(g, V, s, bits):
    return g * np.where(inside(V, s, bits), part(V, s), ends(V, bits))


@instead_of("step_gradient", "the factor s is lost in the second term: s times -V / s^2 is -V / s")
def over_s_squared(g, V, s, bits):
    return np.sum(g * np.where(inside(V, s, bits), np.rint(V / s) - V / s**2, ends(V, bits)))


@instead_of("step_gradient", "g is missing: multiply each slope by the gradient with respect to W")
def without_g(g, V, s, bits):
    return np.sum(np.where(inside(V, s, bits), part(V, s), ends(V, bits)))


@instead_of("step_gradient", "beyond the grid W = Q s, and its slope with respect to s is Q, without the s")
def end_times_s(g, V, s, bits):
    return np.sum(g * np.where(inside(V, s, bits), part(V, s), s * ends(V, bits)))


@instead_of("step_gradient", "V was not divided by s: inside the grid the slope is round(V / s) - V / s")
def undivided_v(g, V, s, bits):
    return np.sum(g * np.where(inside(V, s, bits), np.rint(V / s) - V, ends(V, bits)))


@instead_of("step_gradient", "W - V was taken inside the grid; divide it by s")
def rounding_error(g, V, s, bits):
    return np.sum(g * np.where(inside(V, s, bits), on_grid(V, s, bits) - V, ends(V, bits)))


@instead_of("step_gradient", "V / s was added: the slope of V / s with respect to s is negative")
def v_added(g, V, s, bits):
    return np.sum(g * np.where(inside(V, s, bits), np.rint(V / s) + V / s, ends(V, bits)))


@instead_of(
    "step_gradient", "-V / s was counted beyond the grid, too; there V no longer matters, and the slope is Q or -Q"
)
def v_everywhere(g, V, s, bits):
    return np.sum(g * (np.clip(np.rint(V / s), -top(bits), top(bits)) - V / s))


@instead_of("step_gradient", "entries beyond the grid were treated like those inside; their slope is Q or -Q")
def as_if_unclipped(g, V, s, bits):
    return np.sum(g * part(V, s))


@instead_of("step_gradient", "this is g times V; the slope of W with respect to s is wanted, entry by entry")
def with_v(g, V, s, bits):
    return np.sum(g * V)


@instead_of("step_gradient", "this sums the gradient with respect to V; the slope with respect to s is another one")
def sum_of_straight_through(g, V, s, bits):
    return np.sum(np.where(inside(V, s, bits), g, 0))


@instead_of("step_gradient", "Q is too large: with 0 and both signs, 2^bits - 1 levels leave Q = 2^(bits - 1) - 1")
def too_large_a_q(g, V, s, bits):
    return np.sum(g * np.where(np.abs(V) <= (top(bits) + 1) * s, part(V, s), (top(bits) + 1) * np.sign(V)))


@instead_of("step_gradient", "the sign inside the grid is wrong: the slope there is round(V / s) - V / s")
def sign_inside(g, V, s, bits):
    return np.sum(g * np.where(inside(V, s, bits), -part(V, s), ends(V, bits)))


@instead_of("step_gradient", "the sign beyond the grid is wrong: at the upper end W = Q s, with the slope Q")
def sign_beyond(g, V, s, bits):
    return np.sum(g * np.where(inside(V, s, bits), part(V, s), -ends(V, bits)))


@instead_of("step_gradient", "the level became 1: the first factor's slope, 1, is multiplied by the level round(V / s)")
def one_for_the_level(g, V, s, bits):
    return np.sum(g * np.where(inside(V, s, bits), 1 - V / s, ends(V, bits)))


@instead_of("step_gradient", "Q is missing beyond the grid: W = Q s or -Q s has the slope Q or -Q")
def sign_for_the_end(g, V, s, bits):
    return np.sum(g * np.where(inside(V, s, bits), part(V, s), np.sign(V)))


STAIRCASE = (
    "this is the slope of the staircase, where only the level counts; rounding counts as if it did nothing, so do not "
    "differentiate the staircase: s also decides which level V is on, which adds -V / s inside"
)


def slope_of_the_staircase(g, V, s, bits, h):
    return np.sum(g * (on_grid(V, s + h, bits) - on_grid(V, s - h, bits))) / (2 * h)


@instead_of("step_gradient", STAIRCASE)
def differences(g, V, s, bits):
    return slope_of_the_staircase(g, V, s, bits, 1e-6)


@instead_of("step_gradient", STAIRCASE)
def level_alone(g, V, s, bits):
    return np.sum(g * np.clip(np.rint(V / s), -top(bits), top(bits)))


@instead_of("widest", "the biases are forgotten: each hidden unit and each class has one, of 32 bits")
def without_biases(bits, budget):
    return (8 * budget) // (74 * bits)


@instead_of("widest", "biases were counted at the weights' bits; they take 32")
def biases_of_few_bits(bits, budget):
    return max(0, (8 * budget - 10 * bits) // (75 * bits))


FEW_BITS = "biases were counted at the weights' bits; they take 32"


@instead_of("widest", FEW_BITS)
def biases_of_few_bits_below_zero(bits, budget):
    return (8 * budget - 10 * bits) // (75 * bits)


@instead_of("widest", FEW_BITS)
def unit_biases_of_few_bits(bits, budget):
    return max(0, (8 * budget - 320) // (75 * bits))


@instead_of("widest", FEW_BITS)
def class_biases_of_few_bits(bits, budget):
    return max(0, (8 * budget - 10 * bits) // (74 * bits + 32))


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


@instead_of("widest", "the ten biases of the classes are forgotten; they take 320 bits, whatever h is")
def without_class_biases(bits, budget):
    return max(0, 8 * budget // (74 * bits + 32))


@instead_of("widest", "the biases of the hidden units are forgotten; each takes 32 bits")
def without_hidden_biases(bits, budget):
    return max(0, (8 * budget - 320) // (74 * bits))


@instead_of("widest", "every hidden unit was charged for the ten biases of the classes; these come once")
def class_biases_for_each_unit(bits, budget):
    return max(0, 8 * budget // (74 * bits + 32 * 11))


@instead_of("widest", "a unit has 64 + 10 weights; here it has 64 times 10")
def product_of_widths(bits, budget):
    return max(0, (8 * budget - 320) // (640 * bits + 32))


@instead_of("widest", "this is a fraction; h is a whole number, and what is left over buys nothing: use //")
def fraction(bits, budget):
    return max(0, (8 * budget - 320) / (74 * bits + 32))


@instead_of("widest", "this was rounded to the nearest or up; the network must fit")
def rounded(bits, budget):
    return max(0, round((8 * budget - 320) / (74 * bits + 32)))


@instead_of("widest", "the two steps were charged; they are not counted")
def steps_counted(bits, budget):
    return max(0, (8 * budget - 320 - 2 * 32) // (74 * bits + 32))


@instead_of("widest", "a unit's weights were rounded to whole bytes; count in bits, and divide at the end")
def whole_bytes(bits, budget):
    return max(0, (budget - 40) // (74 * bits // 8 + 4))


BITS_AND_BYTES = "bits and bytes are mixed up: count everything in bits, the budget and the biases as well"


@instead_of("widest", BITS_AND_BYTES)
def weights_of_bytes(bits, budget):
    return max(0, (budget - 40) // (74 * bits + 4))


@instead_of("widest", BITS_AND_BYTES)
def everything_in_bytes(bits, budget):
    return max(0, (budget - 10 * bits) // (75 * bits))


@instead_of("widest", BITS_AND_BYTES)
def all_but_the_budget_in_bytes(bits, budget):
    return max(0, (budget - 10 * 32) // (74 * bits + 32 * 8))


@instead_of("widest", BITS_AND_BYTES)
def biases_of_32_bytes(bits, budget):
    return max(0, (8 * budget - 10 * 32 * 8) // (74 * bits + 32 * 8))


@instead_of("widest", BITS_AND_BYTES)
def biases_of_4_bits(bits, budget):
    return max(0, (8 * budget - 10 * 4) // (74 * bits + 4))


@instead_of("widest", "below zero units: where not even the ten biases fit, the answer is 0")
def cut_towards_zero(bits, budget):
    return int((8 * budget - 320) / (74 * bits + 32))


@instead_of("widest", "the inputs were given biases; a hidden unit has one bias, and each class has one")
def biases_of_inputs(bits, budget):
    return max(0, (8 * budget - 320) // (74 * bits + 32 * 64))


@instead_of("widest", "one unit too few: a network that takes all of the budget still fits")
def strictly_less(bits, budget):
    return max(0, (8 * budget - 321) // (74 * bits + 32))


@instead_of("widest", "one unit too many: this is the first width that does not fit")
def first_too_wide(bits, budget):
    return max(0, (8 * budget - 320) // (74 * bits + 32) + 1)


@instead_of("widest", "one unit too few: this is the last width but one that fits")
def last_but_one(bits, budget):
    return max(0, (8 * budget - 320) // (74 * bits + 32)) - 1
