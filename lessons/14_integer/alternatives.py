"""Other right answers of lesson 14; the grader must accept them too."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np

from tinynet.course import instead_of


@instead_of("threshold", "unit by unit, with ceil for both signs by turning the axis")
def unit_by_unit(gamma, beta, mean, sigma):
    t, flip = [], []
    for g, b, m, s in zip(gamma, beta, mean, sigma, strict=True):
        border = m - b * s / g
        t.append(math.ceil(border) if g > 0 else 1 - math.ceil(-border))
        flip.append(bool(g < 0))
    return np.array(t), np.array(flip)


@instead_of("threshold", "ceil for all, and one more where a flipped unit lies exactly on its border")
def one_more_on_the_border(gamma, beta, mean, sigma):
    border = mean - beta / (gamma / sigma)
    t, flip = np.ceil(border), np.signbit(gamma)
    return (t + (flip & (t == border))).astype(np.int64), flip


@instead_of("threshold", "by asking the unit at each whole number")
def by_asking(gamma, beta, mean, sigma):
    reach = int(np.abs(mean - beta * sigma / gamma).max()) + 2
    z = np.arange(-reach, reach + 1)[:, None]
    on = gamma * (z - mean) / sigma + beta >= 0
    return (on == on[0]).sum(axis=0) - reach, on[0]


@instead_of("failing_unit", "many units at once, their borders on eighths")
def many_at_once(draft, d):
    border, gamma = (a.ravel() for a in np.meshgrid(np.arange(-16, 17) / 8, [-0.5, 2.0]))
    unit = gamma, np.zeros(len(gamma)), border, np.full(len(gamma), 0.5)
    t, flip = draft(*unit)
    for z in range(-d, d + 1, 2):
        wrong = np.flatnonzero(((z >= t) != flip) != (gamma * (z - border) >= 0))
        if len(wrong):
            return (*(float(v[wrong[0]]) for v in unit), float(z))
    return ()


@instead_of("failing_unit", "a list of units that someone thought of, with beta in place of the mean")
def thought_of(draft, d):
    for gamma in -1.0, 1.0:
        for border in -1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.75:
            unit = [gamma, -gamma * border / 2, 0.0, 0.5]
            unit[1] = -gamma * border / unit[3]
            t, flip = draft(*(np.array([v]) for v in unit))
            for z in range(-d, d + 1, 2):
                right = Fraction(gamma) * z - Fraction(gamma) * Fraction(border) >= 0
                if bool((z >= t[0]) != flip[0]) != right:
                    return [*unit, z]
    return ()


@instead_of("bit_plane_product", "by dividing again and again")
def by_dividing(x, bits, lowest, product):
    rest, total = np.asarray(x) - lowest, lowest * product(np.ones((len(x), x.shape[1]), int))
    for p in range(bits):
        total += 2**p * product(rest % 2)
        rest = rest // 2
    return total


@instead_of("bit_plane_product", "from the highest plane down, as truth values, doubling on the way")
def by_horner(x, bits, lowest, product):
    raised, total = x - lowest, 0
    for p in reversed(range(bits)):
        total = 2 * total + product((raised & (1 << p)) > 0)
    return total + lowest * product(np.ones_like(x))


@instead_of("bit_plane_product", "all planes in one call")
def all_planes_at_once(x, bits, lowest, product):
    planes = [(x - lowest) >> p & 1 for p in range(bits)] + [np.ones_like(x)]
    parts = product(np.concatenate(planes)).reshape(bits + 1, len(x), -1)
    return np.tensordot([2**p for p in range(bits)] + [lowest], parts, axes=1)


@instead_of("absorb", "unit by unit")
def column_by_column(W, t, flip, D):
    new, c = W.copy(), []
    for j in range(W.shape[1]):
        first = int(t[j])
        if flip[j]:
            new[:, j] *= -1
            first = 1 - first
        c.append(min(max(math.ceil((first + D) / 2), 0), D + 1))
    return new, np.array(c)


@instead_of("absorb", "the flipped unit is on for the counts that it had too few of")
def by_the_other_count(W, t, flip, D):
    c = np.clip(-((-t - D) // 2), 0, D + 1)
    return W * (1 - 2 * flip), np.where(flip, D + 1 - c, c)


@instead_of("frozen_bytes", "bit by bit, by logarithms")
def by_logarithms(widths):
    bits = sum(a * b for a, b in pairwise(widths))
    bits += sum(n * math.ceil(math.log2((255 if i == 0 else 1) * widths[i] + 2)) for i, n in enumerate(widths[1:-1]))
    return math.ceil(bits / 8)


@instead_of("frozen_bytes", "by doubling until all values fit")
def by_doubling(widths):
    bits, largest = 0, 255 * widths[0]
    for m, n in pairwise(widths[:-1]):
        each = 0
        while 2**each < largest + 2:
            each += 1
        bits, largest = bits + n * (m + each), n
    return (bits + widths[-2] * widths[-1] + 7) // 8


@instead_of("whole_scores", "as many ranks as classes, whether they are needed or not")
def always_n(beta):
    n = len(beta)
    rests = [b - math.floor(b) for b in beta]
    ranks = [sum(other < rest for other in set(rests)) for rest in rests]
    return n, np.array([n * math.floor(b) + rank for b, rank in zip(beta, ranks, strict=True)])


@instead_of("whole_scores", "counted down from the next whole number")
def from_above(beta):
    up = np.ceil(beta)
    short, rank = np.unique(up - beta, return_inverse=True)
    return len(short), (len(short) * up - rank).astype(np.int64)
