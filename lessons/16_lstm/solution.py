"""Lesson 16, exercises: a gradient on its way through time, a cell with gates, and what its gates are called."""

import numpy as np


def sigmoid(z):
    """Return 1 / (1 + e^-z), entry by entry."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def truncated(g, h, U, cut):
    """Return dL/dU of a plain recurrent network when the chain of gradients is cut.

    The network is h_t = tanh(x_t W + h_(t-1) U + b) for t = 1 .. steps, and the loss L depends on the last state
    alone. The gradient goes back through the last `cut` steps. The state before them counts as a constant: its value is
    used, but no gradient flows into it. With cut = steps nothing is lost, and this is the whole gradient.

    Args:
        g: (batch, H), dL/dh_steps.
        h: (steps + 1, batch, H), the states h_0, h_1 .. h_steps.
        U: (H, H), the same matrix at every step.
        cut: how many steps the gradient goes back, 1 .. steps.

    Returns:
        (H, H)
    """
    # begin solution
    dU, steps = np.zeros_like(U), len(h) - 1
    for t in range(steps, steps - cut, -1):
        dz = g * (1 - h[t] ** 2)
        dU = dU + h[t - 1].T @ dz
        g = dz @ U.T
    return dU
    # end solution


def lstm_step(x, h, c, W, U, b):
    """Return the output and the memory after one step of an LSTM.

    The four blocks of columns of W, U and b belong to i, f, g and o, in this order; each block has H columns. The
    function sigmoid is given above.

    Args:
        x: (batch, n), the input of this step.
        h, c: (batch, H), output and memory after the step before.
        W, U, b: (n, 4 H), (H, 4 H) and (4 H,).

    Returns:
        a tuple (h, c): the new output and the new memory, each (batch, H)
    """
    # begin solution
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c
    # end solution


def lstm_vjp(dh, dc, z, c):
    """Return the gradient with respect to z, and with respect to the memory before the step.

    One step, from z = x W + h U + b on, makes the new memory and the new output:

        c_new = sigmoid(z_f) c + sigmoid(z_i) tanh(z_g)             h_new = sigmoid(z_o) tanh(c_new)

    The new memory has two users: h_new, and the next step. dc is only what comes back from the next step. What comes
    back through h_new is yours to add.

    Args:
        dh: (batch, H), dL/dh_new.
        dc: (batch, H), what the next step sends back to c_new.
        z: (batch, 4 H), blocks of H columns for i, f, g and o, in this order.
        c: (batch, H), the memory before the step.

    Returns:
        a tuple (dz, dc_before): dL/dz, (batch, 4 H) with blocks in the same order; and dL/dc, (batch, H), where z is
        held fixed
    """
    # begin solution
    z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
    i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
    seen = np.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - seen**2)
    dz = [dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2), dh * seen * o * (1 - o)]
    return np.concatenate(dz, axis=1), dc * f
    # end solution


def forget_bias(steps, share):
    """Return the bias b with which a share of the memory is left after some steps.

    Suppose that a forget gate sees nothing but its bias, so it stays at sigmoid(b), and that nothing new is written.

    Args:
        steps: a whole number, 1 or more.
        share: what is left of c after these steps, as a share of what it was: a number between 0 and 1.
    """
    # begin solution
    f = share ** (1 / steps)
    return np.log(f / (1 - f))
    # end solution


def counts(n, H, steps):
    """Return how many numbers three networks learn. All have inputs of n numbers and states of H numbers.

    What reads the last state is not counted.

    Args:
        n, H: widths.
        steps: how many steps there are, or layers.

    Returns:
        a tuple of three whole numbers:

        - a plain recurrent network, h_t = tanh(x_t W + h_(t-1) U + b)
        - an LSTM, with a single bias for each unit of each gate
        - a deep network: as the first, but each step is a layer of its own, with its own W, U and b
    """
    # begin solution
    layer = (n + H + 1) * H
    return layer, 4 * layer, steps * layer
    # end solution


def gate_order(step, n, H):
    """Find out in which order an unknown LSTM keeps its gates.

    You have the step of somebody else's library. It computes the equations of `lstm_step`, but its four blocks of
    columns belong to the gates in an unknown order, the same one in W, U and b. You may call it as often as you like,
    with whatever inputs and weights you choose.

    Args:
        step: a function; step(x, h, c, W, U, b) returns (h, c), with the shapes of `lstm_step`.
        n, H: widths. The step takes no other ones; the batch is free.

    Returns:
        a string of the four letters i, f, g, o: first the gate of the first block, and so on. For `lstm_step` it is
        "ifgo".
    """
    # begin solution
    x, h, W, U = np.zeros((1, n)), np.zeros((1, H)), np.zeros((n, 4 * H)), np.zeros((H, 4 * H))
    names = {}
    for block in range(4):
        b = np.zeros(4 * H)
        b[block * H : (block + 1) * H] = 5.0
        (_, empty), (h_full, full) = step(x, h, np.zeros((1, H)), W, U, b), step(x, h, np.ones((1, H)), W, U, b)
        if empty[0, 0] > 0.1:  # only g writes into an empty memory
            names[block] = "g"
        elif full[0, 0] > 0.6:  # sigmoid(0) = 0.5 of a memory is left, unless f is open
            names[block] = "f"
        else:  # i writes nothing, as g is 0; o shows more of the memory
            names[block] = "o" if h_full[0, 0] > 0.3 else "i"
    return "".join(names[block] for block in range(4))
    # end solution
