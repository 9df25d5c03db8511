"""Wrong answers of lesson 14, each with the mistake behind it; the grader must reject them."""

from itertools import pairwise

import numpy as np

from tinynet.course import instead_of


def whole(x):
    return np.asarray(x).astype(int)


def solved(gamma, beta, mean, sigma):
    border = mean - beta * sigma / gamma
    return whole(np.where(gamma < 0, np.floor(border) + 1, np.ceil(border)))


# ---- threshold


@instead_of(
    "threshold", "where gamma < 0 the unit is still on when z lies exactly on the border; t is the next whole number"
)
def ceil_for_both(gamma, beta, mean, sigma):
    return whole(np.ceil(mean - beta * sigma / gamma)), gamma < 0


@instead_of("threshold", "where gamma > 0 the unit is on when z lies exactly on the border; t is the border itself")
def next_for_both(gamma, beta, mean, sigma):
    return whole(np.floor(mean - beta * sigma / gamma) + 1), gamma < 0


@instead_of("threshold", "where gamma > 0 the border was rounded down; a whole z below the border is not on")
def floor_where_positive(gamma, beta, mean, sigma):
    border = mean - beta * sigma / gamma
    return whole(np.where(gamma < 0, np.floor(border) + 1, np.floor(border))), gamma < 0


@instead_of("threshold", "both were rounded down; t is the first whole number at which the unit decides otherwise")
def floor_for_both(gamma, beta, mean, sigma):
    return whole(np.floor(mean - beta * sigma / gamma)), gamma < 0


@instead_of("threshold", "the border was rounded to the nearest whole number; it must not be rounded across a sum")
def nearest(gamma, beta, mean, sigma):
    return whole(np.rint(mean - beta * sigma / gamma)), gamma < 0


@instead_of("threshold", "dividing by a negative gamma turns the comparison around: there the unit is on for small z")
def never_flips(gamma, beta, mean, sigma):
    return solved(gamma, beta, mean, sigma), np.zeros(len(gamma), bool)


@instead_of("threshold", "flip is the other way round: it is True where gamma < 0")
def flips_the_others(gamma, beta, mean, sigma):
    return solved(gamma, beta, mean, sigma), gamma > 0


@instead_of("threshold", "beta has the wrong sign: a larger beta makes a unit with gamma > 0 go on earlier")
def plus_beta(gamma, beta, mean, sigma):
    return solved(gamma, -beta, mean, sigma), gamma < 0


@instead_of("threshold", "beta is not divided by gamma: it was added after the multiplication by gamma / sigma")
def without_gamma(gamma, beta, mean, sigma):
    border = mean - beta * sigma
    return whole(np.where(gamma < 0, np.floor(border) + 1, np.ceil(border))), gamma < 0


@instead_of("threshold", "beta is not multiplied by sigma: it was added after the division by sigma")
def without_sigma(gamma, beta, mean, sigma):
    border = mean - beta / gamma
    return whole(np.where(gamma < 0, np.floor(border) + 1, np.ceil(border))), gamma < 0


@instead_of("threshold", "the mean is left out")
def without_the_mean(gamma, beta, mean, sigma):
    border = -beta * sigma / gamma
    return whole(np.where(gamma < 0, np.floor(border) + 1, np.ceil(border))), gamma < 0


@instead_of("threshold", "the border itself was returned; t must be a whole number")
def not_rounded(gamma, beta, mean, sigma):
    return mean - beta * sigma / gamma, gamma < 0


@instead_of("threshold", "astype(int) cuts off towards 0, which rounds a negative border up and a positive one down")
def cut_off(gamma, beta, mean, sigma):
    return whole(mean - beta * sigma / gamma), gamma < 0


@instead_of("threshold", "the comparison was turned twice: by flip, and by the sign of t")
def negated_too(gamma, beta, mean, sigma):
    t = solved(gamma, beta, mean, sigma)
    return np.where(gamma < 0, -t, t), gamma < 0


@instead_of(
    "threshold", "where gamma < 0, t is one too small: z = floor(border) is still on, and t is where it goes off"
)
def floor_where_negative(gamma, beta, mean, sigma):
    border = mean - beta * sigma / gamma
    return whole(np.where(gamma < 0, np.floor(border), np.ceil(border))), gamma < 0


@instead_of("threshold", "where gamma < 0, t is one too large for a border between two whole numbers")
def one_too_many(gamma, beta, mean, sigma):
    border = mean - beta * sigma / gamma
    return whole(np.ceil(border) + (gamma < 0)), gamma < 0


@instead_of("threshold", "|gamma| was taken in the division; beta / gamma changes its sign with gamma")
def absolute_gamma(gamma, beta, mean, sigma):
    border = mean - beta * sigma / np.abs(gamma)
    return whole(np.where(gamma < 0, np.floor(border) + 1, np.ceil(border))), gamma < 0


@instead_of("threshold", "sigma is the square root of the variance already; no further root is taken")
def root_of_sigma(gamma, beta, mean, sigma):
    return solved(gamma, beta, mean, np.sqrt(sigma)), gamma < 0


@instead_of("threshold", "the border is mean - beta sigma / gamma; here gamma and sigma changed places")
def upside_down(gamma, beta, mean, sigma):
    return solved(sigma * np.sign(gamma), beta, mean, np.abs(gamma)), gamma < 0


@instead_of("threshold", "flip was never set; where gamma < 0 the unit is on for small z, and off for large ones")
def ceil_and_never_flips(gamma, beta, mean, sigma):
    return whole(np.ceil(mean - beta * sigma / gamma)), np.zeros(len(gamma), bool)


@instead_of("threshold", "astype(int) cuts off towards 0, so adding 1 is right for neither sign of the border")
def cut_off_and_one_more(gamma, beta, mean, sigma):
    return whole(mean - beta * sigma / gamma) + 1, gamma < 0


@instead_of("threshold", "the border was moved before it was rounded, so one just below a whole number crosses it")
def nudged(gamma, beta, mean, sigma):
    return whole(np.ceil(mean - beta * sigma / gamma + np.where(gamma < 0, 0.1, 0))), gamma < 0


# ---- failing_unit


def search(draft, d, gammas, means, betas, sums, on):
    for gamma in gammas:
        for mean in means:
            for beta in betas:
                t, flip = draft(*(np.array([float(v)]) for v in (gamma, beta, mean, 1.0)))
                for z in sums:
                    if ((z >= t[0]) != flip[0]) != on(gamma * (z - mean) + beta):
                        return float(gamma), float(beta), float(mean), 1.0, int(z)
    return ()


QUARTERS, at_least = np.arange(-3, 3.25, 0.25), lambda y: y >= 0


@instead_of("failing_unit", "only units with gamma > 0 were tried; some drafts fail where gamma < 0 alone")
def positive_alone(draft, d):
    return search(draft, d, [1.0], QUARTERS, [0, 1], range(-d, d + 1, 2), at_least)


@instead_of("failing_unit", "units were drawn at random: their borders are never whole, so no sum lies exactly on one")
def at_random(draft, d):
    rng = np.random.default_rng(0)
    return search(draft, d, [1.0, -1.0], rng.normal(size=40), [0.0], range(-d, d + 1, 2), at_least)


@instead_of("failing_unit", "only whole borders were tried; rounding the wrong way shows between two whole numbers")
def whole_borders(draft, d):
    return search(draft, d, [1.0, -1.0], range(-3, 4), [0], range(-d, d + 1, 2), at_least)


@instead_of("failing_unit", "z ran through all whole numbers; a sum of d signs is even or odd, as d is")
def every_whole_number(draft, d):
    return search(draft, d, [1.0, -1.0], QUARTERS, [0], range(-d, d + 1), at_least)


@instead_of("failing_unit", "a unit exactly on its border was taken to be off; a sign of 0 counts as +1")
def strictly_above(draft, d):
    return search(draft, d, [1.0, -1.0], QUARTERS, [0], range(-d, d + 1, 2), lambda y: y > 0)


@instead_of("failing_unit", "sums were taken from 0 to d; they run from -d to d")
def from_zero(draft, d):
    return search(draft, d, [1.0, -1.0], QUARTERS, [0], range(0, d + 1, 2), at_least)


@instead_of("failing_unit", "only z >= t was compared; flip turns the decision over")
def without_flip(draft, d):
    blind = lambda *unit: (draft(*unit)[0], np.array([False]))
    return search(blind, d, [1.0, -1.0], QUARTERS, [0], range(-d, d + 1, 2), at_least)


@instead_of("failing_unit", "the unit was returned without the sum at which the draft is wrong")
def without_the_sum(draft, d):
    found = search(draft, d, [1.0, -1.0], QUARTERS, [0, 1], range(-d, d + 1, 2), at_least)
    return found and found[:4]


@instead_of("failing_unit", "nothing came back; return the five numbers where a draft is wrong")
def finds_nothing(draft, d):
    return ()


@instead_of("failing_unit", "a right draft has no failing unit; return () when the search ends without one")
def always_a_unit(draft, d):
    return search(draft, d, [1.0, -1.0], QUARTERS, [0, 1], range(-d, d + 1, 2), at_least) or (1.0, 0.0, 0.0, 1.0, d)


@instead_of("failing_unit", "only units with gamma < 0 were tried; some drafts fail where gamma > 0 alone")
def negative_alone(draft, d):
    return search(draft, d, [-1.0], QUARTERS, [0], range(-d, d + 1, 2), at_least)


@instead_of("failing_unit", "only borders at 0 were tried; rounding shows at others")
def border_zero(draft, d):
    return search(draft, d, [1.0, -1.0], [0], [0], range(-d, d + 1, 2), at_least)


# ---- bit_plane_product


@instead_of("bit_plane_product", "the lowest integer is forgotten: x = lowest + the number that the planes make up")
def without_the_lowest(x, bits, lowest, product):
    return sum(2**p * product((x - lowest) >> p & 1) for p in range(bits))


@instead_of("bit_plane_product", "lowest was added once to every sum; each of the k inputs brings it, times its weight")
def lowest_added_once(x, bits, lowest, product):
    return sum(2**p * product((x - lowest) >> p & 1) for p in range(bits)) + lowest


@instead_of("bit_plane_product", "lowest times k was added; each input brings it times its weight of +1 or -1")
def lowest_times_k(x, bits, lowest, product):
    return sum(2**p * product((x - lowest) >> p & 1) for p in range(bits)) + lowest * x.shape[1]


@instead_of("bit_plane_product", "the lowest was subtracted twice; after x - lowest it has to be added again")
def subtracted_twice(x, bits, lowest, product):
    rest = sum(2**p * product((x - lowest) >> p & 1) for p in range(bits))
    return rest - lowest * product(np.ones((1, x.shape[1]), int))


@instead_of("bit_plane_product", "the planes are weighted the wrong way round: bit 0 counts 1, and bit p counts 2^p")
def wrong_way_round(x, bits, lowest, product):
    rest = sum(2 ** (bits - 1 - p) * product((x - lowest) >> p & 1) for p in range(bits))
    return rest + lowest * product(np.ones((1, x.shape[1]), int))


@instead_of("bit_plane_product", "the planes were added up without a factor; bit p counts 2^p")
def without_weights(x, bits, lowest, product):
    rest = sum(product((x - lowest) >> p & 1) for p in range(bits))
    return rest + lowest * product(np.ones((1, x.shape[1]), int))


@instead_of("bit_plane_product", "plane p was weighted with p in place of 2^p")
def weighted_by_p(x, bits, lowest, product):
    rest = sum(p * product((x - lowest) >> p & 1) for p in range(bits))
    return rest + lowest * product(np.ones((1, x.shape[1]), int))


@instead_of("bit_plane_product", "one plane is missing: bits are counted from 0 to bits - 1")
def one_plane_short(x, bits, lowest, product):
    rest = sum(2**p * product((x - lowest) >> p & 1) for p in range(bits - 1))
    return rest + lowest * product(np.ones((1, x.shape[1]), int))


@instead_of("bit_plane_product", "the first plane is missing: bits are counted from 0")
def from_bit_one(x, bits, lowest, product):
    rest = sum(2**p * product((x - lowest) >> p & 1) for p in range(1, bits))
    return rest + lowest * product(np.ones((1, x.shape[1]), int))


@instead_of("bit_plane_product", "bits of x itself were taken; subtract lowest first, and add its part at the end")
def bits_of_x(x, bits, lowest, product):
    return sum(2**p * product(x >> p & 1) for p in range(bits))


@instead_of("bit_plane_product", "the bits of |x| were taken, and the signs were lost")
def bits_of_the_size(x, bits, lowest, product):
    return sum(2**p * product(np.abs(x) >> p & 1) for p in range(bits))


@instead_of("bit_plane_product", "the highest bit was taken to count -2^(bits - 1); this holds for one `lowest` alone")
def twos_complement(x, bits, lowest, product):
    rest = sum(2**p * product(x >> p & 1) for p in range(bits - 1))
    return rest - 2 ** (bits - 1) * product(x >> (bits - 1) & 1)


@instead_of("bit_plane_product", "planes 1 to bits were taken; they are counted from 0, and plane `bits` is empty")
def shifted_by_one(x, bits, lowest, product):
    rest = sum(2**p * product((x - lowest) >> p & 1) for p in range(1, bits + 1))
    return rest + (lowest * product(np.ones((1, x.shape[1]), int)) if bits else 0)


@instead_of("bit_plane_product", "W was read out of the machine by unit vectors, and x multiplied by it; multiply bits")
def by_unit_vectors(x, bits, lowest, product):
    return x @ product(np.eye(x.shape[1], dtype=int))


# ---- absorb


@instead_of("absorb", "c was rounded down; h >= c must be off for the last sum below t, so round (t + D) / 2 up")
def rounded_down(W, t, flip, D):
    t = np.where(flip, 1 - t, t)
    return np.where(flip, -W, W), np.clip((t + D) // 2, 0, D + 1)


@instead_of("absorb", "off by one at equality: z < t is -z > -t, so the negated column needs -z >= 1 - t")
def minus_t(W, t, flip, D):
    t = np.where(flip, -t, t)
    return np.where(flip, -W, W), np.clip((t + D + 1) // 2, 0, D + 1)


@instead_of("absorb", "the columns with flip were not negated, though their counts were turned around")
def not_negated(W, t, flip, D):
    t = np.where(flip, 1 - t, t)
    return W + 0, np.clip((t + D + 1) // 2, 0, D + 1)


@instead_of("absorb", "columns with flip were negated, but their t was not turned around")
def t_not_turned(W, t, flip, D):
    return np.where(flip, -W, W), np.clip((t + D + 1) // 2, 0, D + 1)


@instead_of("absorb", "c may lie outside 0 .. D + 1; a unit that is always on has 0, one that is never on has D + 1")
def unclipped(W, t, flip, D):
    t = np.where(flip, 1 - t, t)
    return np.where(flip, -W, W), (t + D + 1) // 2


@instead_of("absorb", "c was limited to D; a unit that is never on needs D + 1, which no count reaches")
def never_is_missing(W, t, flip, D):
    t = np.where(flip, 1 - t, t)
    return np.where(flip, -W, W), np.clip((t + D + 1) // 2, 0, D)


@instead_of("absorb", "the sum z is 2 h - D, not h - D: halve t + D")
def not_halved(W, t, flip, D):
    t = np.where(flip, 1 - t, t)
    return np.where(flip, -W, W), np.clip(t + D, 0, D + 1)


@instead_of("absorb", "D is missing: h = (z + D) / 2, so z >= t is h >= (t + D) / 2")
def without_D(W, t, flip, D):
    t = np.where(flip, 1 - t, t)
    return np.where(flip, -W, W), np.clip((t + 1) // 2, 0, D + 1)


@instead_of("absorb", "flip negates columns, one for each unit; here rows were negated, or the whole matrix")
def all_negated(W, t, flip, D):
    t = np.where(flip, 1 - t, t)
    return -W, np.clip((t + D + 1) // 2, 0, D + 1)


@instead_of("absorb", "c was not limited above: a unit that is never on has D + 1")
def not_limited_above(W, t, flip, D):
    t = np.where(flip, 1 - t, t)
    return np.where(flip, -W, W), np.maximum((t + D + 1) // 2, 0)


@instead_of(
    "absorb", "for a negated column D - c was taken; h >= c turned around is D - h <= D - c, so on from D - c + 1"
)
def d_minus_c(W, t, flip, D):
    c = np.clip((t + D + 1) // 2, 0, D + 1)
    return np.where(flip, -W, W), np.where(flip, D - c, c)


@instead_of("absorb", "the columns without flip were negated, and those with flip were kept")
def negates_the_others(W, t, flip, D):
    t = np.where(flip, 1 - t, t)
    return np.where(flip, W, -W), np.clip((t + D + 1) // 2, 0, D + 1)


@instead_of("absorb", "(t + D) / 2 was rounded to the nearest whole number, halves to the even one; round up")
def rounded_to_nearest(W, t, flip, D):
    t = np.where(flip, 1 - t, t)
    return np.where(flip, -W, W), np.clip(whole(np.rint((t + D) / 2)), 0, D + 1)


@instead_of("absorb", "off by one: (t + D) / 2 + 1 asks for one agreement too many where it is whole")
def one_agreement_more(W, t, flip, D):
    t = np.where(flip, 1 - t, t)
    return np.where(flip, -W, W), np.clip((t + D) // 2 + 1, 0, D + 1)


@instead_of("absorb", "the number of rows of W was taken for D; with pixels the largest sum is larger")
def rows_for_D(W, t, flip, D):
    t, m = np.where(flip, 1 - t, t), len(W)
    return np.where(flip, -W, W), np.clip((t + m + 1) // 2, 0, m + 1)


# ---- frozen_bytes


def listed(widths, count, last=False, first=255):
    """Return the bits of the weights and of the counts; count(D) is the bits of one."""
    pairs = list(pairwise(widths))
    weights = sum(m * n for m, n in pairs)
    return weights + sum(
        n * count((first if i == 0 else 1) * m) for i, (m, n) in enumerate(pairs if last else pairs[:-1])
    )


@instead_of("frozen_bytes", "c takes D + 2 values, 0 to D + 1; where D + 1 is a power of two this needs one bit more")
def one_value_short(widths):
    return -(-listed(widths, lambda D: D.bit_length()) // 8)


@instead_of("frozen_bytes", "the last layer has no counts; its sums are the scores")
def last_layer_too(widths):
    return -(-listed(widths, lambda D: (D + 1).bit_length(), last=True) // 8)


@instead_of("frozen_bytes", "in the first layer an input is as large as 255, so D is 255 times their number")
def signs_from_the_start(widths):
    return -(-listed(widths, lambda D: (D + 1).bit_length(), first=1) // 8)


@instead_of("frozen_bytes", "the last byte is filled in part, and still there: round up")
def rounded_to_whole(widths):
    return listed(widths, lambda D: (D + 1).bit_length()) // 8


@instead_of("frozen_bytes", "the result is in bits; a byte has eight")
def in_bits(widths):
    return listed(widths, lambda D: (D + 1).bit_length())


@instead_of("frozen_bytes", "the counts are forgotten")
def weights_alone(widths):
    return -(-listed(widths, lambda D: 0) // 8)


@instead_of("frozen_bytes", "a count was given 32 bits, as an int32; it needs as many as can tell 0 to D + 1 apart")
def counts_of_32_bits(widths):
    return -(-listed(widths, lambda D: 32) // 8)


@instead_of("frozen_bytes", "each array was rounded up to whole bytes; all bits follow each other without gaps")
def gaps_between_arrays(widths):
    total = 0
    for i, (m, n) in enumerate(pairwise(widths)):
        total += -(-m * n // 8)
        if i < len(widths) - 2:
            total += -(-n * ((255 if i == 0 else 1) * m + 1).bit_length() // 8)
    return total


@instead_of("frozen_bytes", "one count was given to each input; each hidden unit has one")
def a_count_for_each_input(widths):
    pairs = list(pairwise(widths))
    bits = sum(m * n for m, n in pairs)
    bits += sum(m * ((255 if i == 0 else 1) * m + 1).bit_length() for i, (m, n) in enumerate(pairs[:-1]))
    return -(-bits // 8)


@instead_of("frozen_bytes", "a byte was added even where the last one is full")
def always_one_more(widths):
    return listed(widths, lambda D: (D + 1).bit_length()) // 8 + 1


@instead_of("frozen_bytes", "the bytes were rounded to the nearest whole number; a byte that is filled in part counts")
def nearest_byte(widths):
    return round(listed(widths, lambda D: (D + 1).bit_length()) / 8)


@instead_of("frozen_bytes", "each count was given whole bytes; it takes as many bits as it needs")
def whole_bytes_a_count(widths):
    return -(-listed(widths, lambda D: 8 * -(-(D + 1).bit_length() // 8)) // 8)


@instead_of(
    "frozen_bytes", "every layer was given the bits of the first; there D is 255 times the inputs, later their number"
)
def all_like_the_first(widths):
    return -(-listed(widths, lambda D: (255 * widths[0] + 1).bit_length()) // 8)


@instead_of("frozen_bytes", "one bit too many: no sign is needed, for counts are 0 or more")
def a_sign_too(widths):
    return -(-listed(widths, lambda D: (D + 1).bit_length() + 1) // 8)


@instead_of("frozen_bytes", "the number of values was counted as bits; n bits can tell 2^n values apart")
def a_bit_for_each_value(widths):
    return -(-listed(widths, lambda D: D + 2) // 8)


@instead_of("frozen_bytes", "log2(D + 2) was rounded down; a part of a bit takes a whole one")
def logarithm_rounded_down(widths):
    return -(-listed(widths, lambda D: (D + 2).bit_length() - 1) // 8)


# ---- whole_scores


@instead_of("whole_scores", "beta was rounded to whole numbers: two classes half a point apart may then tie or swap")
def rounded(beta):
    return 1, whole(np.rint(beta))


@instead_of("whole_scores", "beta was rounded down: classes that differ by less than a point tie")
def floored(beta):
    return 1, whole(np.floor(beta))


@instead_of("whole_scores", "only the order of beta itself was kept; with z added, how far apart they are matters too")
def order_of_beta(beta):
    return 1, np.unique(beta, return_inverse=True)[1]


@instead_of("whole_scores", "beta was multiplied by n and rounded; classes closer than 1 / n may tie or swap")
def coarser(beta):
    return len(beta), whole(np.rint(len(beta) * beta))


@instead_of("whole_scores", "equal rests got different ranks; equal scores must stay equal")
def ties_broken(beta):
    floors = np.floor(beta)
    rank = np.argsort(np.argsort(beta - floors, kind="stable"), kind="stable")
    return len(beta), whole(len(beta) * floors + rank)


@instead_of("whole_scores", "the ranks reach k, which belongs to the next whole number; they go from 0 to k - 1")
def ranks_too_large(beta):
    floors = np.floor(beta)
    rest, rank = np.unique(beta - floors, return_inverse=True)
    return max(1, len(rest) - 1), whole(max(1, len(rest) - 1) * floors + rank)


@instead_of("whole_scores", "the rest was cut off towards 0, so for a negative beta it is negative; use floor")
def cut_towards_zero(beta):
    cut = np.trunc(beta)
    rest, rank = np.unique(np.abs(beta - cut), return_inverse=True)
    return len(rest), whole(len(rest) * cut + rank)


@instead_of("whole_scores", "the whole part was cut off towards 0, which rounds a negative beta up; use floor")
def truncated(beta):
    cut = np.trunc(beta)
    rest, rank = np.unique(beta - cut, return_inverse=True)
    return len(rest), whole(len(rest) * cut + rank)


@instead_of("whole_scores", "only the ranks of the rests were returned; the whole parts, times k, belong to o")
def ranks_alone(beta):
    rest, rank = np.unique(beta - np.floor(beta), return_inverse=True)
    return len(rest), rank


@instead_of("whole_scores", "the rests were rounded before they were ranked, so close ones became equal")
def rounded_rests(beta):
    floors = np.floor(beta)
    rest, rank = np.unique(np.round(beta - floors, 6), return_inverse=True)
    return len(rest), whole(len(rest) * floors + rank)


@instead_of("whole_scores", "a large factor is no way out: k is at most n, and tiny differences are still lost")
def a_large_factor(beta):
    return 1000, whole(np.rint(1000 * beta))


@instead_of("whole_scores", "the whole part was not multiplied by k")
def whole_part_not_multiplied(beta):
    floors = np.floor(beta)
    rest, rank = np.unique(beta - floors, return_inverse=True)
    return len(rest), whole(floors + rank)


@instead_of("whole_scores", "n beta was rounded down: classes closer than 1 / n may tie")
def coarser_floor(beta):
    return len(beta), whole(np.floor(len(beta) * beta))


@instead_of("whole_scores", "argsort gives the class at each rank; needed is the rank of each class")
def argsort_once(beta):
    floors = np.floor(beta)
    return len(beta), whole(len(beta) * floors + np.argsort(beta - floors))


@instead_of("whole_scores", "the ranks are those of beta; the whole part is in them twice. Rank the rests")
def ranks_of_beta(beta):
    return len(beta), whole(len(beta) * np.floor(beta) + np.unique(beta, return_inverse=True)[1])


@instead_of("whole_scores", "beta was split by rounding, which sends 0.5 and -0.5 to one whole number; use floor")
def split_by_rounding(beta):
    near = np.rint(beta)
    rest, rank = np.unique(beta - near, return_inverse=True)
    return len(rest), whole(len(rest) * near + rank)
