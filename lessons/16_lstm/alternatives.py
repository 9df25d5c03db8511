"""Other right answers of lesson 16; the grader must accept them too."""

from itertools import permutations

import numpy as np

from tinynet.course import instead_of


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@instead_of("truncated", "each step's part on its own, by a product of Jacobians for each row")
def by_jacobians(g, h, U, cut):
    dU, steps = np.zeros(U.shape), len(h) - 1
    for r in range(g.shape[0]):
        for back in range(cut):
            v = g[r]
            for t in range(steps, steps - back, -1):
                v = (U * (1 - h[t, r] ** 2)) @ v
            t = steps - back
            dU += np.outer(h[t - 1, r], v * (1 - h[t, r] ** 2))
    return dU


@instead_of("truncated", "the list of all dz first, and one product in the end")
def one_product(g, h, U, cut):
    dz = []
    for now in h[::-1][:cut]:
        dz.insert(0, g * (1 - now) * (1 + now))
        g = np.einsum("bj,ij->bi", dz[0], U)
    return np.tensordot(h[-1 - cut : -1], np.array(dz), axes=([0, 1], [0, 1]))


@instead_of("truncated", "by recursion")
def by_recursion(g, h, U, cut):
    if cut == 0:
        return np.zeros_like(U)
    dz = g * (1 - h[-1] ** 2)
    return np.transpose(h[-2]) @ dz + by_recursion(dz @ U.T, h[:-1], U, cut - 1)


@instead_of("lstm_step", "each gate with its own slices of W, U and b")
def by_slices(x, h, c, W, U, b):
    H = h.shape[1]
    z = [x @ W[:, k : k + H] + h @ U[:, k : k + H] + b[k : k + H] for k in range(0, 4 * H, H)]
    new = c * sigmoid(z[1]) + np.tanh(z[2]) * sigmoid(z[0])
    return np.tanh(new) * sigmoid(z[3]), new


@instead_of("lstm_step", "one matrix for x, h and the bias together; a list is returned")
def one_matrix(x, h, c, W, U, b):
    z = np.concatenate([x, h, np.ones((len(x), 1))], axis=1) @ np.concatenate([W, U, b[None]])
    z = z.reshape(len(x), 4, -1)
    i, f, o = (0.5 + 0.5 * np.tanh(z[:, k] / 2) for k in (0, 1, 3))
    new = f * c + i * np.tanh(z[:, 2])
    return [o * np.tanh(new), new]


@instead_of("lstm_step", "unit by unit")
def unit_by_unit(x, h, c, W, U, b):
    H, out, new = h.shape[1], np.empty(h.shape), np.empty(h.shape)
    for r in range(len(x)):
        z = x[r] @ W + h[r] @ U + b
        for k in range(H):
            new[r, k] = sigmoid(z[H + k]) * c[r, k] + sigmoid(z[k]) * np.tanh(z[2 * H + k])
            out[r, k] = sigmoid(z[3 * H + k]) * np.tanh(new[r, k])
    return out, new


@instead_of("lstm_vjp", "by differences in the complex plane, which have no rounding")
def by_complex_steps(dh, dc, z, c):
    H, e = c.shape[1], 1e-30

    def change(z, c):
        i, f, g, o = (z[:, k * H : (k + 1) * H] for k in range(4))
        new = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        return (dh * np.tanh(new) / (1 + np.exp(-o)) + dc * new).imag / e  # units and rows do not mix

    blocks = [change(z + 1j * e * (np.arange(4 * H) // H == k), c) for k in range(4)]
    return np.hstack(blocks), change(z, c + 1j * e)


@instead_of("lstm_vjp", "into an array, with the slopes written with exponentials and cosh")
def into_an_array(dh, dc, z, c):
    H, dz = c.shape[1], np.empty(z.shape)
    cut = [slice(k * H, (k + 1) * H) for k in range(4)]
    s, ds = sigmoid(z), np.exp(-z) / (1 + np.exp(-z)) ** 2
    new = s[:, cut[1]] * c + s[:, cut[0]] * np.tanh(z[:, cut[2]])
    total = dc + dh * s[:, cut[3]] / np.cosh(new) ** 2
    dz[:, cut[0]] = total * np.tanh(z[:, cut[2]]) * ds[:, cut[0]]
    dz[:, cut[1]] = total * c * ds[:, cut[1]]
    dz[:, cut[2]] = total * s[:, cut[0]] / np.cosh(z[:, cut[2]]) ** 2
    dz[:, cut[3]] = dh * np.tanh(new) * ds[:, cut[3]]
    return dz, total * s[:, cut[1]]


@instead_of("forget_bias", "solved for b in one line")
def in_one_line(steps, share):
    return -np.log(share ** (-1 / steps) - 1)


@instead_of("forget_bias", "by arctanh, since sigmoid(b) = (1 + tanh(b / 2)) / 2")
def by_arctanh(steps, share):
    return float(2 * np.arctanh(2 * np.exp(np.log(share) / steps) - 1))


@instead_of("forget_bias", "by bisection")
def by_bisection(steps, share):
    low, high = -50.0, 50.0
    for _ in range(100):
        b = (low + high) / 2
        low, high = (b, high) if (1 + np.exp(-b)) ** -float(steps) < share else (low, b)
    return b


@instead_of("counts", "matrix by matrix")
def matrix_by_matrix(n, H, steps):
    W, U, b = n * H, H * H, H
    return W + U + b, 4 * W + 4 * U + 4 * b, sum([W + U + b] * steps)


@instead_of("counts", "by making the arrays")
def by_arrays(n, H, steps):
    size = lambda columns: np.zeros((n + H + 1, columns)).size
    return [size(H), size(4 * H), size(H * steps)]


@instead_of("gate_order", "all 24 orders are tried on random weights, against a step of one's own")
def by_trial(step, n, H):
    rng = np.random.default_rng(3)
    x, h, c, W, U, b = (rng.normal(size=s) for s in ((4, n), (4, H), (4, H), (n, 4 * H), (H, 4 * H), 4 * H))
    theirs = step(x, h, c, W, U, b)
    for order in permutations("ifgo"):
        z = dict(zip(order, np.split(x @ W + h @ U + b, 4, axis=1), strict=True))
        new = sigmoid(z["f"]) * c + sigmoid(z["i"]) * np.tanh(z["g"])
        if np.allclose(theirs[1], new) and np.allclose(theirs[0], sigmoid(z["o"]) * np.tanh(new)):
            return "".join(order)


@instead_of("gate_order", "a block at a time is closed instead of opened")
def by_closing(step, n, H):
    order = ["?"] * 4
    for block in range(4):
        b = np.full(4 * H, 1.0)
        b[block * H : (block + 1) * H] = -30.0
        h, c = step(
            np.zeros((1, n)), np.zeros((1, H)), np.full((1, H), 3.0), np.zeros((n, 4 * H)), np.zeros((H, 4 * H)), b
        )
        h, c = h[0, 0], c[0, 0]  # f: c is i g = 0.56; g: it shrinks by 2 i; i: f c alone; o: h is 0
        order[block] = "o" if abs(h) < 1e-6 else "f" if c < 1 else "g" if c < 1.8 else "i"
    return "".join(order)


@instead_of("gate_order", "each unit of the batch is a probe of its own: slopes of c and h with respect to the biases")
def by_slopes(step, n, H):
    W, U, x, h = np.zeros((n, 4 * H)), np.zeros((H, 4 * H)), np.zeros((1, n)), np.zeros((1, H))
    base = np.tile(np.repeat([0.0], H), 4)
    start = step(x, h, np.ones((1, H)), W, U, base)
    found = {}
    for block in range(4):
        b = base.copy()
        b[block * H] = 1e-4
        out, new = (a[0, 0] - s[0, 0] for a, s in zip(step(x, h, np.ones((1, H)), W, U, b), start, strict=True))
        slope = new / 1e-4  # f: c f (1 - f) = 1/4; g: i = 1/2; o and i: 0
        found[block] = "g" if slope > 0.4 else "f" if slope > 0.1 else "o" if out > 1e-6 else "i"
    return "".join(found.values())
