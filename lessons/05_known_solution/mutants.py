"""Known-wrong answers of lesson 5, each with the mistake that it stands for."""

import math
from itertools import pairwise, permutations

import numpy as np

from tinynet.course import instead_of

# ---- equivalent_settings


@instead_of("equivalent_settings", "the signs are missing: each of n units can also be turned round, which is 2^n ways")
def orders_only(widths):
    return math.prod(math.factorial(n) for n in widths)


@instead_of("equivalent_settings", "the orders are missing: n units can stand in n! orders, besides their 2^n signs")
def signs_only(widths):
    return math.prod(2**n for n in widths)


@instead_of("equivalent_settings", "the layers were added: choices that do not depend on each other multiply")
def layers_added(widths):
    return sum(math.factorial(n) * 2**n for n in widths)


@instead_of("equivalent_settings", "all units were put in one layer: a unit cannot change places with one of another")
def one_layer(widths):
    return math.factorial(sum(widths)) * 2 ** sum(widths)


@instead_of("equivalent_settings", "a layer has one sign only here: each of its n units has its own, 2^n and not 2")
def one_sign_a_layer(widths):
    return math.prod(math.factorial(n) * 2 for n in widths)


# ---- align


def correlations(A, B):
    A, B = A - A.mean(axis=0), B - B.mean(axis=0)
    return (A / np.linalg.norm(A, axis=0)).T @ (B / np.linalg.norm(B, axis=0))


def best(S):
    """Return the order of largest sum of S, over all orders."""
    n = len(S)
    return np.array(max(permutations(range(n)), key=lambda order: sum(S[i, order[i]] for i in range(n))))


def chosen_signs(S, order):
    return np.where(S[np.arange(len(S)), order] >= 0, 1, -1)


@instead_of(
    "align",
    "units were matched greedily: the best partner of one unit may be needed more by another, so the sum over "
    "all units must be the largest",
)
def greedy(A, B):
    S, order = correlations(A, B), []
    for row in np.abs(S):
        order.append(max((j for j in range(len(S)) if j not in order), key=lambda j: row[j]))
    return np.array(order), chosen_signs(S, order)


@instead_of("align", "each unit took its best partner on its own: one column of B may stand for one unit of A only")
def best_of_each(A, B):
    S = correlations(A, B)
    order = np.abs(S).argmax(axis=1)
    return order, chosen_signs(S, order)


@instead_of("align", "S was maximized, not |S|: a unit that is its partner's opposite is the same unit, turned round")
def without_turning(A, B):
    S = correlations(A, B)
    order = best(S)
    return order, chosen_signs(S, order)


@instead_of("align", "the order is the wrong way round: order[i] is B's unit for A's unit i, not A's unit for B's")
def other_way_round(A, B):
    S = correlations(A, B).T
    order = best(np.abs(S))
    return order, chosen_signs(S, order)


@instead_of("align", "the signs were lost: signs[i] is the sign of S_i,order[i], here +1 was returned for every unit")
def signs_lost(A, B):
    order = best(np.abs(correlations(A, B)))
    return order, np.ones(len(order), int)


@instead_of("align", "the means were left in: a correlation is of what remains when each column's mean is taken off")
def uncentred(A, B):
    S = (A / np.linalg.norm(A, axis=0)).T @ (B / np.linalg.norm(B, axis=0))
    order = best(np.abs(S))
    return order, chosen_signs(S, order)


# ---- rearrange


@instead_of("rearrange", "only the first matrix was rearranged: V's rows belong to the same units and must follow")
def first_matrix_only(W, b, V, order, signs):
    return W[:, order] * signs, b[order] * signs, V


@instead_of("rearrange", "the bias was not turned: tanh(s z) = s tanh(z) needs all of z turned, b with it")
def bias_not_turned(W, b, V, order, signs):
    return W[:, order] * signs, b[order], V[order] * signs[:, None]


@instead_of("rearrange", "the bias stayed where it was: its entries belong to the units, as the columns of W do")
def bias_not_moved(W, b, V, order, signs):
    return W[:, order] * signs, b * signs, V[order] * signs[:, None]


@instead_of("rearrange", "V's rows were moved but not turned: a unit that gives -a needs -V's row for the same scores")
def rows_not_turned(W, b, V, order, signs):
    return W[:, order] * signs, b[order] * signs, V[order]


@instead_of("rearrange", "the signs turned columns of V: for its rows they must stand in a column, signs[:, None]")
def columns_of_second_turned(W, b, V, order, signs):
    return W[:, order] * signs, b[order] * signs, V[order] * signs


@instead_of("rearrange", "rows of W were moved: W's rows are inputs, its columns are the hidden units")
def rows_of_first(W, b, V, order, signs):
    return W[order] * signs, b[order] * signs, V[order] * signs[:, None]


@instead_of("rearrange", "columns of V were moved: V's columns are scores, its rows are the hidden units")
def columns_of_second(W, b, V, order, signs):
    return W[:, order] * signs, b[order] * signs, V[:, order] * signs[:, None]


@instead_of("rearrange", "the signs belong to the new places: move the units first, then turn place i by signs[i]")
def turned_before_moved(W, b, V, order, signs):
    return (W * signs)[:, order], (b * signs)[order], (V * signs[:, None])[order]


# ---- count_solutions


def count(nets, same):
    firsts = []
    for B in nets:
        if not any(same(A, B) for A in firsts):
            firsts.append(B)
    return len(firsts)


def aligned(A, B):
    """Return |correlation| of the partners."""
    S = np.abs(correlations(A, B))
    return S[np.arange(len(S)), best(S)]


@instead_of("count_solutions", "units were compared in place, without aligning: their order and sign say nothing")
def in_place(nets, threshold):
    return count(nets, lambda A, B: np.diag(correlations(A, B)).min() >= threshold)


@instead_of("count_solutions", "the order was aligned, not the sign: compare |correlation|, a turned unit is the same")
def without_signs(nets, threshold):
    def same(A, B):
        S = correlations(A, B)
        return S[np.arange(len(S)), best(np.abs(S))].min() >= threshold

    return count(nets, same)


@instead_of("count_solutions", "the mean over the units was held against the threshold: every single pair must pass it")
def mean_of_units(nets, threshold):
    return count(nets, lambda A, B: aligned(A, B).mean() >= threshold)


@instead_of("count_solutions", "each network was compared with all before it: compare with the first of each solution")
def with_all_before(nets, threshold):
    return sum(all(aligned(A, B).min() < threshold for A in nets[:k]) for k, B in enumerate(nets))


@instead_of("count_solutions", "each network was compared with the one before only, not with every solution so far")
def with_the_one_before(nets, threshold):
    return 1 + sum(aligned(A, B).min() < threshold for A, B in pairwise(nets))
