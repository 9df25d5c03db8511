"""The grader of lesson 5: `test_NAME` grades the function NAME in exercise.py."""

from itertools import permutations, product
from math import prod
from statistics import correlation

import numpy as np


def test_equivalent_settings(exercise, rng):
    """Write down all signed orders of small layers, and count them. For a large layer multiply 2, 4, .., 2n."""

    def counted(n):
        return len(set(product(permutations(range(n)), product((1, -1), repeat=n))))

    many = rng.integers(1, 4, size=rng.integers(4, 7)).tolist()
    for widths in [3, 2], [4], [1, 1, 1], [2, 4], [1], [3, 3], many:
        exercise.equivalent_settings(widths).equals(prod(map(counted, widths)))
    large = int(rng.integers(33, 45))  # the count exceeds 64 bits, and has more digits than a float holds
    for widths in [14], [large], [2, large, 3]:
        exercise.equivalent_settings(widths).equals(prod(k for n in widths for k in range(2, 2 * n + 1, 2)))


def directions(rng, rows, columns):
    """Return orthonormal columns that are also orthogonal to the constant, so that they have correlation 0."""
    return np.linalg.qr(np.column_stack([np.ones(rows), rng.normal(size=(rows, columns))]))[0][:, 1:]


def activations(rng, S, spreads=1):
    """Return A and B whose units have the correlations S, with means and spreads of their own."""
    n = len(S)
    Q = directions(rng, 2 * n + 3, 2 * n)
    A, B = Q[:, :n], Q[:, :n] @ S + Q[:, n:] * np.sqrt(1 - (S**2).sum(axis=0))
    means = rng.choice([-1, 1], (2, n)) * rng.uniform(0.25, 0.4, (2, n))
    spread_of_a, spread_of_b = spreads * rng.uniform(0.6, 0.7, (2, 1))
    return A * spread_of_a + means[0], B * spread_of_b + means[1]


# Correlations of two units of A (rows) with two of B (columns). The right partners are not those that ..
TEMPTING = {
    "first": [[0.7, -0.6], [-0.6, 0.1]],  # .. the first unit likes best: 0.6 + 0.6 > 0.7 + 0.1
    "squares": [[-0.45, 0.05], [0.8, -0.45]],  # .. have the larger squares: 0.45 + 0.45 > 0.8 + 0.05
    "small squares": [[-0.36, 0.0], [0.6, -0.36]],
    "spreads": [[-0.5, 0.2], [0.6, -0.5]],  # .. vary most: 0.5 + 0.5 > 0.6 + 0.2, but see SPREADS
    "weakest": [[-0.85, 0.4], [0.4, -0.06]],  # .. have the best weakest pair: 0.85 + 0.06 > 0.4 + 0.4
}
SPREADS = np.array([[0.15, 1.0], [1.0, 0.15]])  # of the units of A, and of B


def tempted(rng, *names):
    """Return correlations of such pairs of units, all together, and the spreads of the units of A and of B."""
    n = 2 * len(names)
    S, spreads = rng.uniform(-0.01, 0.01, (n, n)), np.ones((2, n))
    for k, name in enumerate(rng.permutation(names)):
        pair = slice(2 * k, 2 * k + 2)
        S[pair, pair] += TEMPTING[name]
        if name == "spreads":
            spreads[:, pair] = SPREADS
    return S, spreads


def best(S):
    """Try all orders: return the one with the largest sum of |S|, and how far it is ahead of the next."""
    orders = np.array(list(permutations(range(len(S)))))
    sums = np.abs(S)[range(len(S)), orders].sum(axis=1)
    return orders[sums.argmax()], np.diff(np.sort(sums)[-2:]).sum()


def test_align(exercise, rng):
    """Make activations with known correlations, and try all orders."""

    def check(S, spreads):
        order, _ = best(S)
        exercise.align(*activations(rng, S, spreads)).equals((order, np.sign(S[range(len(S)), order])))

    for signs in np.ones(6), rng.choice([-1, 1], 6):
        for names in ("first", "squares", "spreads"), ("first", "small squares", "weakest"):
            S, (spread_of_a, spread_of_b) = tempted(rng, *names)
            order = np.arange(6)
            while (order[order] == range(6)).all():  # such an order is its own inverse, and hides a mix-up
                moved = rng.permutation(6)
                order, _ = best(S[:, moved])
            check(S[:, moved] * signs, np.stack([spread_of_a, spread_of_b[moved]]))
    for n in 2, 3, 4, 5:  # units as they come: like each other, and some of them saturated
        ahead = weakest = 0.0
        while min(ahead, weakest) < 0.02:
            x = rng.normal(size=(12, 3))
            A, B = (np.tanh(x @ rng.normal(size=(3, n)) * 2 + rng.normal(size=n)) for _ in range(2))
            S = np.array([[correlation(a, b) for b in B.T.tolist()] for a in A.T.tolist()])
            order, ahead = best(S)
            weakest = np.abs(S[range(n), order]).min()
        exercise.align(A, B).equals((order, np.sign(S[range(n), order])))
    x = rng.normal(size=(7, 1))
    exercise.align(np.tanh(x), np.tanh(-x)).equals((np.array([0]), np.array([-1.0])))


def test_rearrange(exercise, rng):
    """Build the signed permutation matrix P and compare with W P, b P and P^T V."""
    for m, n, k in (3, 3, 3), (5, 4, 2), (1, 2, 3), (2, 1, 1), (4, 5, 5), rng.integers(6, 9, size=3):
        W, b, V = rng.normal(size=(m, n)), rng.normal(size=n), rng.normal(size=(n, k))
        order, signs = rng.permutation(n), rng.choice([-1, 1], size=n)
        if n == 3:
            order, signs = np.array([[1, 2, 0], [2, 0, 1]][rng.integers(2)]), np.roll([1, -1, -1], rng.integers(3))
        P = np.array([[signs[i] * (order[i] == j) for i in range(n)] for j in range(n)])
        exercise.rearrange(W, b, V, order, signs).equals(
            (np.einsum("mj,ji->mi", W, P), np.einsum("j,ji->i", b, P), np.einsum("ji,jk->ik", P, V))
        )


def test_count_solutions(exercise, rng):
    """Make networks from known units, moved and turned. Units with different numbers have correlation 0."""
    Q = directions(rng, 12, 9)

    def net(units, turns=(1, 1, 1)):
        return Q[:, list(units)] * turns * rng.uniform(0.5, 2, size=3) + rng.uniform(-0.3, 0.3, size=3)

    p, q, r, s, t, u, v, w, last = rng.permutation(9).tolist()
    a, a_moved, b, a_turned = net((p, q, r)), net((q, r, p)), net((s, t, u)), net((r, p, q), (-1, 1, -1))
    a_but_one, b_moved = net((p, q, v)), net((u, s, t))
    exercise.count_solutions([a, a_moved, b, a_turned, a_but_one, b_moved], 0.6).equals(3)
    exercise.count_solutions([b, a, a_but_one, b_moved, net((u, t, w))], 0.95).equals(4)
    exercise.count_solutions([a_turned], 0.9).equals(1)
    noisy = a_moved + 0.4 * Q[:, [v, w, s]]  # correlations of 0.78 to 0.98, by the units' lengths
    exercise.count_solutions([a, noisy, a_turned], 0.6).equals(1)
    exercise.count_solutions([a, noisy, a_turned], 0.995).equals(2)

    # A chain: neighbours have correlation cos 30 degrees = 0.87, its two ends cos 60 degrees = 0.5.
    c, near, far = (
        Q[:, [p, q, r]] * np.cos(angle) + Q[:, [s, t, u]] * np.sin(angle) for angle in np.radians([0, 30, 60])
    )
    near, far, apart = -near[:, [1, 2, 0]], far[:, [2, 0, 1]], net((v, w, last))
    exercise.count_solutions([c, apart, near, apart[:, [2, 0, 1]], far], 0.75).equals(3)
    exercise.count_solutions([c, far, near], 0.8).equals(2)
    exercise.count_solutions([c, near, far], 0.8).equals(2)
    exercise.count_solutions([c, near], 0.87).equals(2)  # cos 30 degrees is 0.866
    exercise.count_solutions([near, c, apart, far], 0.8).equals(2)  # both ends are like the first of the chain

    # Mixtures of the same units: each unit is like two units of the other network, with correlation 0.71.
    mixed = Q[:, [p, q]] @ np.array([[1, 1], [1, -1]])
    exercise.count_solutions([Q[:, [p, q]], mixed], rng.uniform(0.75, 0.83)).equals(2)

    # Tempting partners: they decide whether the weakest correlation is above or below 0.3.
    for name, count in ("first", 1), ("squares", 1), ("spreads", 1), ("weakest", 2):
        exercise.count_solutions(list(activations(rng, *tempted(rng, name))), 0.3).equals(count)
    alike = Q[:, [p, p]] + 0.3 * Q[:, [p, q]]  # both are like p, but only one of them can be its partner
    exercise.count_solutions([alike, net((p, r, s))[:, :2]], 0.8).equals(2)

    # A correlation of exactly the threshold, in numbers that rounding does not push below it.
    A, B = np.array([[-1.0, -1, 0, 1, 1], [-1, -1, 1, 0, 1]])[:, :, None]
    exercise.count_solutions([A / 2, B / rng.choice([-2, 2])], 0.75).equals(1)
    exercise.count_solutions([A / 4, -B / 2, B / 4], 0.75).equals(1)

    # Many networks, some of them copies.
    kinds = int(rng.integers(5, 9))
    nets = [rng.normal(size=(12, 2)) for _ in range(kinds)]
    nets += [nets[k][:, ::-1] * rng.uniform(-2, -1, 2) for k in rng.integers(kinds, size=4)]
    exercise.count_solutions([nets[k] for k in rng.permutation(len(nets))], 0.99).equals(kinds)


def settings(W, b, V):
    """Write down every setting: W P, b P, P^T V for each signed permutation matrix P."""
    n = len(b)
    for order, signs in product(permutations(range(n)), product((1.0, -1.0), repeat=n)):
        P = np.zeros((n, n))
        P[order, range(n)] = signs
        yield W @ P, b @ P, P.T @ V


def shared(rng, rows, columns, kinds):
    """Return a matrix whose entries share `kinds` numbers up to sign, and the rule that says whether another does."""
    kind = rng.permutation(np.arange(rows * columns) % kinds).reshape(rows, columns)
    sign = rng.choice([-1, 1], size=kind.shape)

    def obeys(M):
        return all(np.ptp((M * sign)[kind == k]) < 1e-6 for k in range(kinds))

    return sign * rng.uniform(0.5, 2, size=kinds)[kind] * rng.choice([-1, 1], size=kinds)[kind], obeys


def test_settings_left(exercise, rng):
    """Ask each setting whether it obeys."""

    def count(obeys, W, b, V):
        def asked(W, b, V):  # the learner's numbers, of any dtype
            return bool(obeys(*(np.asarray(X, np.float64) for X in (W, b, V))))

        left = sum(bool(obeys(*setting)) for setting in settings(W, b, V))
        exercise.settings_left(W, b, V, asked).equals(left)

    def drawn(m, n, k):
        return rng.normal(size=(m, n)), rng.normal(size=n), rng.normal(size=(n, k))

    count(lambda W, b, V: True, *drawn(2, 1, 1))
    for m, n, k, which in (2, 2, 1, slice(None)), (3, 3, 3, slice(None, None, 2)), (2, 3, 4, slice(1, None, 2)):
        own = drawn(m, n, k)
        products = own[0][0] * own[1], own[1] * own[2][:, 0], own[0][0] * own[2][:, -1]  # no turn changes them
        first, last = int(np.argmax(products[1])), int(np.argmin(products[0]))
        rules = (
            lambda W, b, V: (b > 0).all(),  # one choice of signs is left, and all orders
            lambda W, b, V: (np.diff(np.abs(b)) > 0).all(),  # one order is left, and all signs
            lambda W, b, V, p=products, i=first: abs(b[0] * V[0, 0] - p[1][i]) < 1e-4,
            lambda W, b, V, p=products, i=last: abs(W[0, -1] * b[-1] - p[0][i]) < 1e-4,
            lambda W, b, V, p=products: abs(W[0, 0] * V[0, -1] - p[2][0]) < 1e-4,
            lambda W, b, V: W[0, 0] > 0 and V[0, 0] < b[0],
            lambda W, b, V: W[-1, 0] + b[-1] > V[-1, -1],
            lambda W, b, V, own=own: np.abs(b - own[1]).max() < 1e-4,  # only the network itself
            lambda W, b, V, own=own: np.abs(V - own[2]).max() > 1e-4,  # all but the network itself
            lambda W, b, V: False,
        )
        for rule in rules[which]:
            count(rule, *own)
        x = rng.normal(size=(9, m))
        scores = np.tanh(x @ own[0] + own[1]) @ own[2]
        count(lambda W, b, V, x=x, s=scores: np.abs(np.tanh(x @ W + b) @ V - s).max() < 1e-4, *own)  # all settings
    for n in 3, 4:
        (W, whether_w), (V, whether_v) = shared(rng, 4, n, 2 * n), shared(rng, n, 3, n)
        count(lambda W, b, V, w=whether_w, v=whether_v: w(W) and v(V), W, rng.normal(size=n), V)


def test_split(exercise, rng):
    """Compare what each unit adds to the scores. The signs of a unit may differ: it can be turned round."""

    def adds(x, W, b, V):
        return np.tanh(x @ W + b)[:, :, None] * V  # (examples, units, scores)

    shapes = [(3, 3, 3), (5, 4, 2), (1, 2, 3), (2, 1, 1), (4, 5, 5), tuple(rng.integers(6, 9, size=3).tolist())]
    for m, n, k in shapes:
        for share in rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9), float(rng.choice([-1.5, 2.5])), 1.0, 0.0:
            x, i = rng.normal(size=(8, m)), int(rng.integers(n))
            W, b, V = rng.normal(size=(m, n)), rng.normal(size=n) + 0.5, rng.normal(size=(n, k))
            if rng.integers(2):
                V = rng.choice([-3, -2, -1, 1, 2, 3], size=(n, k))  # whole numbers, which shares of V are not
            answer = exercise.split(W, b, V, i, share)
            sizes = ((m, n + 1), (n + 1,), (n + 1, k))
            answer.satisfies(
                isinstance(answer.value, tuple | list) and tuple(map(np.shape, answer.value)) == sizes,
                f"W, b and V of shapes {sizes[0]}, {sizes[1]} and {sizes[2]}",
            )
            got, expected = adds(x, *map(np.asarray, answer.value)), adds(x, W, b, V)
            expected = np.concatenate([expected, (1 - share) * expected[:, [i]]], axis=1)
            expected[:, i] *= share
            for j in range(n + 1):
                what = (
                    f"the new unit to add 1 - share = {1 - share:.3g} times what unit {i} added to the scores" if j == n
                    else f"unit {i} to add share = {share:.3g} times what it added to the scores" if j == i
                    else f"unit {j} to add to the scores what it added before"
                )  # fmt: skip
                answer.satisfies(np.allclose(got[:, j], expected[:, j], rtol=1e-4, atol=1e-4), what)
