"""Wrong answers to the exercises of lesson 5. Each shows one common mistake, and the sentence that explains it."""

import math
from itertools import pairwise, permutations, product

import numpy as np

from tinynet.course import instead_of

# ---- equivalent_settings


@instead_of("equivalent_settings", "the signs are missing: each of the n units can also be turned round, in 2^n ways")
def orders_only(widths):
    return math.prod(math.factorial(n) for n in widths)


@instead_of("equivalent_settings", "the orders are missing: n units can stand in n! orders, on top of their 2^n signs")
def signs_only(widths):
    return math.prod(2**n for n in widths)


@instead_of("equivalent_settings", "the counts of the layers were added, but independent choices multiply")
def layers_added(widths):
    return sum(math.factorial(n) * 2**n for n in widths)


@instead_of("equivalent_settings", "all units were put into one layer, but a unit cannot move to another layer")
def one_layer(widths):
    return math.factorial(sum(widths)) * 2 ** sum(widths)


@instead_of(
    "equivalent_settings", "this gives each layer a single sign; each of its n units has its own, so 2^n, not 2"
)
def one_sign_a_layer(widths):
    return math.prod(math.factorial(n) * 2 for n in widths)


@instead_of("equivalent_settings", "the product wrapped around in 64 bits; Python's own integers have no such limit")
def wrapped(widths):
    factors = [2 * k for n in widths for k in range(1, n + 1)]
    return int(np.prod(factors, dtype=np.int64))


@instead_of("equivalent_settings", "a float was used, which keeps 16 digits; stay with integers")
def rounded(widths):
    return int(math.prod(float(2 * k) for n in widths for k in range(1, n + 1)))


# ---- align


def correlations(A, B):
    A, B = A - A.mean(axis=0), B - B.mean(axis=0)
    return (A / np.linalg.norm(A, axis=0)).T @ (B / np.linalg.norm(B, axis=0))


def best(S):
    """Try all orders, and return the one with the largest sum of S[i, order[i]]."""
    orders = np.array(list(permutations(range(len(S)))))
    return orders[S[range(len(S)), orders].sum(axis=1).argmax()]


def chosen_signs(S, order):
    return np.where(S[np.arange(len(S)), order] >= 0, 1, -1)


@instead_of(
    "align",
    "units were matched greedily, but another unit may need the best partner of this one more: make the sum over all "
    "units largest",
)
def greedy(A, B):
    S, order = correlations(A, B), []
    for row in np.abs(S):
        order.append(max((j for j in range(len(S)) if j not in order), key=lambda j: row[j]))
    return np.array(order), chosen_signs(S, order)


@instead_of("align", "each unit chose its best partner by itself, but a unit of B can be the partner of only one unit")
def best_of_each(A, B):
    S = correlations(A, B)
    order = np.abs(S).argmax(axis=1)
    return order, chosen_signs(S, order)


@instead_of("align", "this maximizes S instead of |S|; a unit opposite to its partner is the same unit turned round")
def without_turning(A, B):
    S = correlations(A, B)
    order = best(S)
    return order, chosen_signs(S, order)


@instead_of("align", "the order is the wrong way round: order[i] is the unit of B that is the partner of A's unit i")
def other_way_round(A, B):
    S = correlations(A, B).T
    order = best(np.abs(S))
    return order, chosen_signs(S, order)


@instead_of("align", "the signs were lost: every unit got +1, but signs[i] is the sign of S[i, order[i]]")
def signs_lost(A, B):
    order = best(np.abs(correlations(A, B)))
    return order, np.ones(len(order), int)


@instead_of("align", "the means were left in: for a correlation, first subtract each column's mean")
def uncentred(A, B):
    S = (A / np.linalg.norm(A, axis=0)).T @ (B / np.linalg.norm(B, axis=0))
    order = best(np.abs(S))
    return order, chosen_signs(S, order)


@instead_of("align", "this maximizes the covariances, which are largest where units vary most; maximize correlations")
def by_covariance(A, B):
    S = (A - A.mean(axis=0)).T @ (B - B.mean(axis=0))
    order = best(np.abs(S))
    return order, chosen_signs(S, order)


@instead_of("align", "this maximizes the sum of the squares S^2, which a single strong pair decides; add up |S|")
def by_squares(A, B):
    S = correlations(A, B)
    order = best(S**2)
    return order, chosen_signs(S, order)


@instead_of("align", "this makes the weakest |S| as large as possible; make the sum of all |S| largest")
def by_the_weakest(A, B):
    S = correlations(A, B)
    orders = np.array(list(permutations(range(len(S)))))
    order = orders[np.abs(S)[range(len(S)), orders].min(axis=1).argmax()]
    return order, chosen_signs(S, order)


# ---- rearrange


@instead_of("rearrange", "only W and b were rearranged; the rows of V belong to the same units and must follow")
def first_matrix_only(W, b, V, order, signs):
    return W[:, order] * signs, b[order] * signs, V


@instead_of("rearrange", "the bias was not turned: tanh(s z) = s tanh(z) turns all of z, and b is a part of z")
def bias_not_turned(W, b, V, order, signs):
    return W[:, order] * signs, b[order], V[order] * signs[:, None]


@instead_of("rearrange", "the bias was not moved: its entries belong to the units, just like the columns of W")
def bias_not_moved(W, b, V, order, signs):
    return W[:, order] * signs, b * signs, V[order] * signs[:, None]


@instead_of(
    "rearrange", "V's rows were moved but not turned: a unit that now gives -a needs minus its row for the same scores"
)
def rows_not_turned(W, b, V, order, signs):
    return W[:, order] * signs, b[order] * signs, V[order]


@instead_of("rearrange", "the signs turned V's columns; to turn its rows, make them a column: signs[:, None]")
def columns_of_second_turned(W, b, V, order, signs):
    return W[:, order] * signs, b[order] * signs, V[order] * signs


@instead_of("rearrange", "the rows of W were moved, but they are the inputs; its columns are the hidden units")
def rows_of_first(W, b, V, order, signs):
    return W[order] * signs, b[order] * signs, V[order] * signs[:, None]


@instead_of("rearrange", "the columns of V were moved, but they are the scores; its rows are the hidden units")
def columns_of_second(W, b, V, order, signs):
    return W[:, order] * signs, b[order] * signs, V[:, order] * signs[:, None]


@instead_of(
    "rearrange", "the units were turned before they were moved: signs[i] belongs to the new unit i, so move first"
)
def turned_before_moved(W, b, V, order, signs):
    return (W * signs)[:, order], (b * signs)[order], (V * signs[:, None])[order]


@instead_of("rearrange", "the order was applied backwards, as argsort(order): the new unit i is the old unit order[i]")
def moved_backwards(W, b, V, order, signs):
    back = np.argsort(order)
    return W[:, back] * signs, b[back] * signs, V[back] * signs[:, None]


# ---- count_solutions


def count(nets, same):
    firsts = []
    for B in nets:
        if not any(same(A, B) for A in firsts):
            firsts.append(B)
    return len(firsts)


def aligned(A, B):
    """Return |correlation| of each pair of partners."""
    S = np.abs(correlations(A, B))
    return S[np.arange(len(S)), best(S)]


@instead_of("count_solutions", "the networks were compared without aligning them; order and sign of units say nothing")
def in_place(nets, threshold):
    return count(nets, lambda A, B: np.diag(correlations(A, B)).min() >= threshold)


@instead_of(
    "count_solutions", "a unit turned round counts as the same unit, so compare |correlation| with the threshold"
)
def without_signs(nets, threshold):
    def same(A, B):
        S = correlations(A, B)
        return S[np.arange(len(S)), best(np.abs(S))].min() >= threshold

    return count(nets, same)


@instead_of(
    "count_solutions", "the mean over the pairs was compared with the threshold, but every single pair must pass"
)
def mean_of_units(nets, threshold):
    return count(nets, lambda A, B: aligned(A, B).mean() >= threshold)


@instead_of(
    "count_solutions", "each network was compared with all before it; compare it with the first of each solution"
)
def with_all_before(nets, threshold):
    return sum(all(aligned(A, B).min() < threshold for A in nets[:k]) for k, B in enumerate(nets))


@instead_of(
    "count_solutions", "each network was compared only with the one before; compare it with every solution so far"
)
def with_the_one_before(nets, threshold):
    return 1 + sum(aligned(A, B).min() < threshold for A, B in pairwise(nets))


@instead_of("count_solutions", "units were compared with other partners than those that align finds: align first")
def any_order(nets, threshold):
    def same(A, B):
        S = np.abs(correlations(A, B))
        return any((S[range(len(S)), order] >= threshold).all() for order in permutations(range(len(S))))

    return count(nets, same)


@instead_of("count_solutions", "correlations were squared; compare |correlation| itself with the threshold")
def squared(nets, threshold):
    return count(nets, lambda A, B: (aligned(A, B) ** 2).min() >= threshold)


@instead_of("count_solutions", "a correlation equal to the threshold was refused; |correlation| >= threshold is enough")
def strictly_more(nets, threshold):
    return count(nets, lambda A, B: aligned(A, B).min() > threshold)


@instead_of("count_solutions", "a network had to match every member of a solution; it need only match the first")
def with_every_member(nets, threshold):
    groups = []
    for B in nets:
        for group in groups:
            if all(aligned(A, B).min() >= threshold for A in group):
                group.append(B)
                break
        else:
            groups.append([B])
    return len(groups)


# ---- settings_left


def moved(W, b, V, order, signs):
    order, signs = np.array(order, int), np.array(signs)
    return W[:, order] * signs, b[order] * signs, V[order] * signs[:, None]


def orders_and_signs(n):
    return product(permutations(range(n)), product((1, -1), repeat=n))


@instead_of("settings_left", "the units were moved but never turned round: every order goes with every choice of signs")
def left_without_signs(W, b, V, obeys):
    n = len(b)
    return sum(bool(obeys(*moved(W, b, V, order, [1] * n))) for order in permutations(range(n)))


@instead_of("settings_left", "the units were turned but never moved: every choice of signs goes with every order")
def left_without_orders(W, b, V, obeys):
    n = len(b)
    return sum(bool(obeys(*moved(W, b, V, range(n), signs))) for signs in product((1, -1), repeat=n))


@instead_of("settings_left", "all units were turned round together; each unit has a sign of its own")
def left_with_one_sign(W, b, V, obeys):
    n = len(b)
    return sum(bool(obeys(*moved(W, b, V, order, [sign] * n))) for order in permutations(range(n)) for sign in (1, -1))


@instead_of("settings_left", "the network as it is was left out; it is one of the settings, and it may obey too")
def left_but_itself(W, b, V, obeys):
    return sum(
        bool(obeys(*moved(W, b, V, order, signs)))
        for order, signs in orders_and_signs(len(b))
        if order != tuple(range(len(b))) or min(signs) < 0
    )


@instead_of("settings_left", "only W was moved and turned; b and V belong to the same units, and must follow")
def left_with_w_alone(W, b, V, obeys):
    return sum(bool(obeys(moved(W, b, V, *one)[0], b, V)) for one in orders_and_signs(len(b)))


@instead_of("settings_left", "V was left as it was; a setting without its V is another function")
def left_with_old_v(W, b, V, obeys):
    return sum(bool(obeys(*moved(W, b, V, *one)[:2], V)) for one in orders_and_signs(len(b)))


@instead_of("settings_left", "b was left as it was; its entries belong to the units, like the columns of W")
def left_with_old_b(W, b, V, obeys):
    settings = (moved(W, b, V, *one) for one in orders_and_signs(len(b)))
    return sum(bool(obeys(W2, b, V2)) for W2, _, V2 in settings)


@instead_of(
    "settings_left", "a unit stood in several places at once; each unit is used once: permutations, not product"
)
def left_with_repeats(W, b, V, obeys):
    n = len(b)
    return sum(
        bool(obeys(*moved(W, b, V, order, signs)))
        for order in product(range(n), repeat=n)
        for signs in product((1, -1), repeat=n)
    )


@instead_of("settings_left", "the settings that break the constraint were counted; count those that obey it")
def left_broken(W, b, V, obeys):
    return sum(not obeys(*moved(W, b, V, *one)) for one in orders_and_signs(len(b)))


@instead_of("settings_left", "each setting was made from the one before; that goes through some twice: begin afresh")
def left_step_by_step(W, b, V, obeys):
    count = 0
    for order, signs in orders_and_signs(len(b)):
        W, b, V = moved(W, b, V, order, signs)
        count += bool(obeys(W, b, V))
    return count


@instead_of("settings_left", "an order counted once if any of its signs obeys; each choice of signs is a setting")
def left_orders(W, b, V, obeys):
    n = len(b)
    return sum(
        any(obeys(*moved(W, b, V, order, signs)) for signs in product((1, -1), repeat=n))
        for order in permutations(range(n))
    )


# ---- split


@instead_of(
    "split", "both units do all of the work, so it is done twice: the two rows of V together must make the old row"
)
def row_twice(W, b, V, i, share):
    return np.column_stack([W, W[:, i]]), np.append(b, b[i]), np.vstack([V, V[i]])


@instead_of("split", "W was shared out; but tanh of half a sum is not half of its tanh: share out the row of V instead")
def columns_shared(W, b, V, i, share):
    W2, b2 = np.column_stack([W, (1 - share) * W[:, i]]), np.append(b, (1 - share) * b[i])
    W2[:, i], b2[i] = share * W[:, i], share * b[i]
    return W2, b2, np.vstack([V, V[i]])


@instead_of("split", "W and V were both shared out; the two units must give the old activation, so W stays as it is")
def columns_and_rows_shared(W, b, V, i, share):
    W2, V2 = np.column_stack([W, (1 - share) * W[:, i]]), np.vstack([V, (1 - share) * V[i]])
    W2[:, i], V2[i] = share * W[:, i], share * V[i]
    return W2, np.append(b, b[i]), V2


@instead_of("split", "the bias was shared out; it is inside the tanh, so both units need all of it")
def bias_shared(W, b, V, i, share):
    b2, V2 = np.append(b, (1 - share) * b[i]), np.vstack([V, (1 - share) * V[i]])
    b2[i], V2[i] = share * b[i], share * V[i]
    return np.column_stack([W, W[:, i]]), b2, V2


@instead_of("split", "the new unit has no bias; without it, its activation is another")
def no_bias(W, b, V, i, share):
    V2 = np.vstack([V, (1 - share) * V[i]])
    V2[i] = share * V[i]
    return np.column_stack([W, W[:, i]]), np.append(b, 0), V2


@instead_of("split", "the shares are swapped: unit i keeps `share`, and the new unit gets 1 - share")
def shares_swapped(W, b, V, i, share):
    V2 = np.vstack([V, share * V[i]])
    V2[i] = (1 - share) * V[i]
    return np.column_stack([W, W[:, i]]), np.append(b, b[i]), V2


@instead_of("split", "both units got `share`; together they must add all that unit i added before")
def share_twice(W, b, V, i, share):
    V2 = np.vstack([V, share * V[i]])
    V2[i] = share * V[i]
    return np.column_stack([W, W[:, i]]), np.append(b, b[i]), V2


@instead_of("split", "each unit got one half, whatever the share")
def in_halves(W, b, V, i, share):
    V2 = np.vstack([V, V[i] / 2])
    V2[i] = V[i] / 2
    return np.column_stack([W, W[:, i]]), np.append(b, b[i]), V2


@instead_of("split", "unit i kept its whole row, although the new unit takes over a part of its work")
def row_kept(W, b, V, i, share):
    return np.column_stack([W, W[:, i]]), np.append(b, b[i]), np.vstack([V, (1 - share) * V[i]])


@instead_of("split", "the new unit was put right behind unit i; it comes last")
def new_unit_in_the_middle(W, b, V, i, share):
    V2 = np.insert(V * 1.0, i + 1, (1 - share) * V[i], axis=0)
    V2[i] = share * V[i]
    return np.insert(W, i + 1, W[:, i], axis=1), np.insert(b, i + 1, b[i]), V2


@instead_of("split", "V2 was made with the dtype of V, which cuts off fractions if V holds whole numbers")
def stored_like_v(W, b, V, i, share):
    V2 = np.zeros((len(V) + 1, V.shape[1]), dtype=V.dtype)
    V2[: len(V)] = V
    V2[i], V2[-1] = share * V[i], (1 - share) * V[i]
    return np.column_stack([W, W[:, i]]), np.append(b, b[i]), V2


@instead_of("split", "every unit's row was multiplied by the share; only unit i is split")
def all_rows_shared(W, b, V, i, share):
    return np.column_stack([W, W[:, i]]), np.append(b, b[i]), np.vstack([share * V, (1 - share) * V[i]])
