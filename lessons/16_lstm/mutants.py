"""Wrong answers of lesson 16, each with the mistake behind it; the grader must reject them."""

import numpy as np

from tinynet.course import instead_of


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def back(g, h, U, cut, slope=lambda new, old: 1 - new**2, first=None, last=None, turn=lambda U: U.T, seen=None):
    """Return the truncated gradient, with one of its parts replaced."""
    dU, steps = np.zeros_like(U), len(h) - 1
    for t in range(steps if first is None else first, steps - cut if last is None else last, -1):
        dz = g * slope(h[t], h[t - 1])
        dU = dU + (h[t - 1] if seen is None else seen(h, t)).T @ dz
        g = dz @ turn(U)
    return dU


@instead_of("truncated", "one step too many: with cut = 1 the last step alone has a part")
def one_too_many(g, h, U, cut):
    return back(g, h, U, cut, last=max(0, len(h) - 2 - cut))


@instead_of("truncated", "one step too many: with cut = 1 the last step alone has a part")
def one_too_many_past_the_start(g, h, U, cut):
    return back(g, h, U, cut, last=len(h) - 2 - cut)  # h[-1], the last state, comes before h[0]


@instead_of(
    "truncated",
    "one step too few: with cut = 1 the last step has its part, and it uses the value of the state before it",
)
def one_too_few(g, h, U, cut):
    return back(g, h, U, cut, last=len(h) - cut)


@instead_of("truncated", "nothing was cut: this is the whole gradient, through all steps")
def uncut(g, h, U, cut):
    return back(g, h, U, len(h) - 1)


@instead_of(
    "truncated",
    "U's part in the first steps was counted, and that in the last steps is missing; it is the last that count",
)
def first_steps(g, h, U, cut):
    return back(g, h, U, len(h) - 1) - back(g, h, U, len(h) - 1 - cut)


@instead_of("truncated", "the walk goes through the first `cut` steps; it begins at the last step, where g belongs")
def walk_through_the_first_steps(g, h, U, cut):
    return back(g, h, U, cut, first=cut, last=0)


@instead_of("truncated", "the walk goes forwards, from the first step; it begins at the last step, where g belongs")
def walk_forwards(g, h, U, cut):
    dU = np.zeros_like(U)
    for t in range(1, cut + 1):
        dz = g * (1 - h[t] ** 2)
        dU, g = dU + h[t - 1].T @ dz, dz @ U.T
    return dU


@instead_of("truncated", "only the last step was counted; U is used at each step, and every use adds its part")
def last_use_alone(g, h, U, cut):
    return back(g, h, U, 1)


@instead_of("truncated", "only the farthest step was counted; U is used at each step, and every use adds its part")
def farthest_use_alone(g, h, U, cut):
    return back(g, h, U, cut) - (back(g, h, U, cut - 1) if cut > 1 else 0)


@instead_of("truncated", "the mean over the steps was taken; a matrix that is used several times gets the sum")
def mean_over_steps(g, h, U, cut):
    return back(g, h, U, cut) / cut


@instead_of("truncated", "the mean over the batch was taken; g has its factors already, so the rows are summed")
def mean_over_rows(g, h, U, cut):
    return back(g, h, U, cut) / len(g)


@instead_of("truncated", "the slope of tanh was taken at h_(t-1); it is 1 - h_t^2, from the step's own output")
def slope_of_the_state_before(g, h, U, cut):
    return back(g, h, U, cut, slope=lambda new, old: 1 - old**2)


@instead_of("truncated", "h (1 - h) is the slope of a sigmoid; that of tanh is 1 - h^2")
def slope_of_a_sigmoid(g, h, U, cut):
    return back(g, h, U, cut, slope=lambda new, old: new * (1 - new))


@instead_of("truncated", "the slope of tanh is missing: between h and z lies a tanh at every step")
def without_slope(g, h, U, cut):
    return back(g, h, U, cut, slope=lambda new, old: 1.0)


@instead_of(
    "truncated", "the slope of tanh is in each step's own part, but not in what is sent back to the step before"
)
def without_slope_in_the_chain(g, h, U, cut):
    dU, steps = np.zeros_like(U), len(h) - 1
    for t in range(steps, steps - cut, -1):
        dU, g = dU + h[t - 1].T @ (g * (1 - h[t] ** 2)), g @ U.T
    return dU


@instead_of("truncated", "the slope of tanh is in what is sent back, but not in each step's own part")
def without_slope_in_the_part(g, h, U, cut):
    dU, steps = np.zeros_like(U), len(h) - 1
    for t in range(steps, steps - cut, -1):
        dU, g = dU + h[t - 1].T @ g, (g * (1 - h[t] ** 2)) @ U.T
    return dU


@instead_of("truncated", "1 - tanh(h)^2 was taken; h_t is tanh(z) already, so the slope is 1 - h_t^2")
def tanh_twice(g, h, U, cut):
    return back(g, h, U, cut, slope=lambda new, old: 1 - np.tanh(new) ** 2)


@instead_of("truncated", "on the way back the gradient is multiplied by U transposed, not by U")
def not_transposed(g, h, U, cut):
    return back(g, h, U, cut, turn=lambda U: U)


@instead_of(
    "truncated", "U multiplies the state before the step, h_(t-1), so that is what its gradient contains, not h_t"
)
def state_after_the_step(g, h, U, cut):
    return back(g, h, U, cut, seen=lambda h, t: h[t])


@instead_of("truncated", "`cut` steps were left out, instead of gone through: with cut = steps nothing is lost")
def leaves_out_cut_steps(g, h, U, cut):
    return back(g, h, U, cut, last=cut)


@instead_of("truncated", "this is the gradient transposed: the part of a step is h_(t-1)^T dz, not dz^T h_(t-1)")
def transposed(g, h, U, cut):
    return back(g, h, U, cut).T


@instead_of(
    "truncated", "the gradient was not sent back through U: every step got the same dL/dh, but for the slope of tanh"
)
def not_sent_through_U(g, h, U, cut):
    return back(g, h, U, cut, turn=lambda U: np.eye(len(U)))


@instead_of("truncated", "every step got g itself; g belongs to the last state, so send it back: dL/dh_(t-1) = dz U^T")
def never_sent_back(g, h, U, cut):
    steps = len(h) - 1
    return sum(h[t - 1].T @ (g * (1 - h[t] ** 2)) for t in range(steps, steps - cut, -1))


def step(x, h, c, W, U, b, order="ifgo", squash=None, write=None, show=np.tanh):
    """Return a step with one of its parts replaced."""
    blocks = dict(zip(order, np.split(x @ W + h @ U + b, 4, axis=1), strict=True))
    gates = {k: (np.tanh if k == "g" else sigmoid)(z) if squash is None else squash(k, z) for k, z in blocks.items()}
    new = gates["f"] * c + gates["i"] * gates["g"] if write is None else write(c, **gates)
    return gates["o"] * show(new), new


@instead_of("lstm_step", "the blocks of i and f are exchanged: the order is i, f, g, o")
def i_and_f_exchanged(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, "figo")


@instead_of("lstm_step", "the blocks of g and o are exchanged: the order is i, f, g, o")
def g_and_o_exchanged(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, "ifog")


@instead_of("lstm_step", "the blocks of f and g are exchanged: the order is i, f, g, o")
def f_and_g_exchanged(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, "igfo")


@instead_of("lstm_step", "the blocks were read as f, i, o, g; the order is i, f, g, o")
def two_pairs_exchanged(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, "fiog")


@instead_of("lstm_step", "the blocks were read as i, o, f, g; the order is i, f, g, o")
def order_of_another_library(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, "iofg")


@instead_of("lstm_step", "h and c were returned in the wrong order: first the output h, then the memory c")
def returned_in_the_wrong_order(x, h, c, W, U, b):
    return step(x, h, c, W, U, b)[::-1]


@instead_of("lstm_step", "U multiplies the memory c here; it multiplies the output h of the step before")
def gates_see_the_memory(x, h, c, W, U, b):
    return step(x, c, c, W, U, b)


@instead_of("lstm_step", "the forget gate was multiplied by the output h; it says what stays of the memory c")
def keeps_the_output(x, h, c, W, U, b):
    return step(x, h, h, W, U, b)


@instead_of("lstm_step", "the content g went through a sigmoid; it is squashed by tanh, so that it can be negative")
def sigmoid_of_the_content(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, squash=lambda k, z: sigmoid(z))


@instead_of("lstm_step", "the gates went through tanh; a gate lies between 0 and 1, as sigmoid gives it")
def tanh_of_the_gates(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, squash=lambda k, z: np.tanh(z))


@instead_of("lstm_step", "the gates were not squashed at all")
def bare_gates(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, squash=lambda k, z: np.tanh(z) if k == "g" else z)


@instead_of("lstm_step", "the content z_g was written as it is; it goes through tanh first")
def content_bare(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, squash=lambda k, z: z if k == "g" else sigmoid(z))


@instead_of("lstm_step", "the output gate is missing: h = o tanh(c)")
def without_output_gate(x, h, c, W, U, b):
    new = step(x, h, c, W, U, b)[1]
    return np.tanh(new), new


@instead_of(
    "lstm_step", "the memory was returned squashed; tanh is only for what is shown, and c itself is handed on bare"
)
def memory_returned_squashed(x, h, c, W, U, b):
    out, new = step(x, h, c, W, U, b)
    return out, np.tanh(new)


@instead_of("lstm_step", "the old memory went through tanh before it was kept; it is multiplied by f as it is")
def old_memory_squashed(x, h, c, W, U, b):
    return step(x, h, np.tanh(c), W, U, b)


@instead_of("lstm_step", "the columns were dealt out in turn, i f g o i f g o; each gate has one block of H columns")
def interleaved(x, h, c, W, U, b):
    dealt = np.arange(4 * h.shape[1]).reshape(-1, 4).T.ravel()
    return step(x, h, c, W[:, dealt], U[:, dealt], b[dealt])


@instead_of("lstm_step", "the output shows tanh of the memory, not the memory itself")
def memory_shown_bare(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, show=lambda c: c)


@instead_of("lstm_step", "the output shows the old memory; it should show the new one")
def old_memory_shown(x, h, c, W, U, b):
    new = step(x, h, c, W, U, b)[1]
    return step(x, h, c, W, U, b, write=lambda c, i, f, g, o: c)[0], new


@instead_of("lstm_step", "the input gate is missing: new content is written as i times g")
def without_input_gate(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, write=lambda c, i, f, g, o: f * c + g)


@instead_of("lstm_step", "the forget gate is missing: f says what stays of the memory")
def without_forget_gate(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, write=lambda c, i, f, g, o: c + i * g)


@instead_of("lstm_step", "what is forgotten was kept: f is the share that stays, not the share that goes")
def keeps_the_rest(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, write=lambda c, i, f, g, o: (1 - f) * c + i * g)


@instead_of("lstm_step", "here 1 - f says how much is written, as in a GRU; an LSTM has a gate of its own for that, i")
def coupled(x, h, c, W, U, b):
    return step(x, h, c, W, U, b, write=lambda c, i, f, g, o: f * c + (1 - f) * g)


@instead_of("lstm_step", "the bias is missing")
def without_bias(x, h, c, W, U, b):
    return step(x, h, c, W, U, 0 * b)


@instead_of("lstm_step", "the output before the step is missing: z = x W + h U + b")
def without_recurrence(x, h, c, W, U, b):
    return step(x, 0 * h, c, W, U, b)


def vjp(
    dh, dc, z, c, tanh=None, gate=None, shown=None, at=None, order=(0, 1, 2, 3), values=None, total=None, left=None
):
    """Return the gradients of a step, with one of its parts replaced."""
    i, f, g, o = (np.tanh(y) if k == 2 else sigmoid(y) for k, y in enumerate(np.split(z, 4, axis=1)))
    new = f * c + i * g
    seen = np.tanh(new)
    tanh, gate = tanh or (lambda g: 1 - g**2), gate or (lambda s: s * (1 - s))
    through = dh * o * (1 - seen**2) if shown is None else shown(dh, o, seen, new, c)
    dc_total = dc + through if total is None else total(dc, through)
    factors = [g, c, i, seen] if values is None else values(i, f, g, o, c, new, seen)
    dz = [dc_total * factors[0] * gate(i), dc_total * factors[1] * gate(f), dc_total * factors[2] * tanh(g)]
    dz.append(dh * factors[3] * gate(o))
    return np.concatenate([dz[k] for k in order], axis=1), dc_total * f if left is None else left(dc_total, dc, f, i)


@instead_of(
    "lstm_vjp", "what comes back through h was dropped: c_new also reaches the loss through h_new = o tanh(c_new)"
)
def without_the_way_through_h(dh, dc, z, c):
    return vjp(dh, dc, z, c, total=lambda dc, through: dc)


@instead_of("lstm_vjp", "what the next step sends back to the memory was dropped: dc is missing")
def without_the_memory(dh, dc, z, c):
    return vjp(dh, dc, z, c, total=lambda dc, through: through)


@instead_of("lstm_vjp", "dh was added to dc as it is; on its way to c_new it passes o, and the slope of tanh")
def dh_added_bare(dh, dc, z, c):
    return vjp(dh, dc, z, c, shown=lambda dh, o, seen, new, c: dh)


@instead_of("lstm_vjp", "from h to c the slope of tanh is missing: h_new = o tanh(c_new)")
def without_the_slope_at_the_output(dh, dc, z, c):
    return vjp(dh, dc, z, c, shown=lambda dh, o, seen, new, c: dh * o)


@instead_of("lstm_vjp", "from h to c the gate o is missing: h_new = o tanh(c_new)")
def without_the_output_gate(dh, dc, z, c):
    return vjp(dh, dc, z, c, shown=lambda dh, o, seen, new, c: dh * (1 - seen**2))


@instead_of("lstm_vjp", "1 - c^2 is no slope of tanh at c: c has not been through tanh yet; take 1 - tanh(c_new)^2")
def slope_without_tanh(dh, dc, z, c):
    return vjp(dh, dc, z, c, shown=lambda dh, o, seen, new, c: dh * o * (1 - new**2))


@instead_of("lstm_vjp", "the slope of tanh was taken at the old memory; h_new shows the new one")
def slope_at_the_old_memory(dh, dc, z, c):
    return vjp(dh, dc, z, c, shown=lambda dh, o, seen, new, c: dh * o * (1 - np.tanh(c) ** 2))


@instead_of("lstm_vjp", "g is a tanh, with the slope 1 - g^2; here it has the slope of a sigmoid")
def sigmoid_slope_of_the_content(dh, dc, z, c):
    return vjp(dh, dc, z, c, tanh=lambda g: g * (1 - g))


@instead_of("lstm_vjp", "a gate is a sigmoid, with the slope s (1 - s); here the gates have the slope of a tanh")
def tanh_slope_of_the_gates(dh, dc, z, c):
    return vjp(dh, dc, z, c, gate=lambda s: 1 - s**2)


@instead_of("lstm_vjp", "these are the gradients with respect to the gates; the slopes of sigmoid and tanh are missing")
def without_slopes(dh, dc, z, c):
    return vjp(dh, dc, z, c, gate=lambda s: 1.0, tanh=lambda g: 1.0)


@instead_of("lstm_vjp", "the slopes of sigmoid are missing in dz: each gate s has the slope s (1 - s)")
def without_slopes_of_sigmoid(dh, dc, z, c):
    return vjp(dh, dc, z, c, gate=lambda s: 1.0)


@instead_of("lstm_vjp", "the slope of tanh is missing at z_g: g = tanh(z_g) has the slope 1 - g^2")
def without_slope_of_the_content(dh, dc, z, c):
    return vjp(dh, dc, z, c, tanh=lambda g: 1.0)


@instead_of("lstm_vjp", "z (1 - z) is no slope of sigmoid; it is s (1 - s), with the gate s = sigmoid(z)")
def slope_from_z(dh, dc, z, c):
    dz, left = vjp(dh, dc, z, c, gate=lambda s: 1.0)
    gates = np.arange(z.shape[1]) // c.shape[1] != 2
    return dz * np.where(gates, z * (1 - z), 1.0), left


@instead_of("lstm_vjp", "tanh was taken of the old memory; h_new = o tanh(c_new) shows the new one")
def old_memory_shown_backwards(dh, dc, z, c):
    return vjp(
        dh, dc, z, c, shown=lambda dh, o, seen, new, c: dh * o * (1 - np.tanh(c) ** 2),
        values=lambda i, f, g, o, c, new, seen: [g, c, i, np.tanh(c)],
    )  # fmt: skip


@instead_of("lstm_vjp", "the output gate got tanh of the old memory; h_new = o tanh(c_new) shows the new one")
def old_memory_at_the_output_gate(dh, dc, z, c):
    return vjp(dh, dc, z, c, values=lambda i, f, g, o, c, new, seen: [g, c, i, np.tanh(c)])


@instead_of("lstm_vjp", "the forget gate multiplies the old memory, so its gradient contains c, not c_new")
def new_memory_for_the_old(dh, dc, z, c):
    return vjp(dh, dc, z, c, values=lambda i, f, g, o, c, new, seen: [g, new, i, seen])


@instead_of(
    "lstm_vjp", "i multiplies g and g multiplies i: each gradient contains the other factor; here it contains its own"
)
def own_factor(dh, dc, z, c):
    return vjp(dh, dc, z, c, values=lambda i, f, g, o, c, new, seen: [i, c, g, seen])


@instead_of("lstm_vjp", "the output gate multiplies tanh(c_new), so its gradient contains tanh(c_new), not c_new")
def bare_memory_at_the_output(dh, dc, z, c):
    return vjp(dh, dc, z, c, values=lambda i, f, g, o, c, new, seen: [g, c, i, new])


@instead_of("lstm_vjp", "the gradient with respect to the old memory is dL/dc_new times f; the f is missing")
def memory_without_forget_gate(dh, dc, z, c):
    return vjp(dh, dc, z, c, left=lambda total, dc, f, i: total)


@instead_of(
    "lstm_vjp", "the old memory got 1 - f of the gradient; it was multiplied by f on the way out, so it gets f back"
)
def memory_times_the_rest(dh, dc, z, c):
    return vjp(dh, dc, z, c, left=lambda total, dc, f, i: total * (1 - f))


@instead_of("lstm_vjp", "the slope at z_g was taken as 1 - tanh(g)^2; g is tanh(z_g) already, so it is 1 - g^2")
def tanh_twice_at_the_content(dh, dc, z, c):
    return vjp(dh, dc, z, c, tanh=lambda g: 1 - np.tanh(g) ** 2)


@instead_of(
    "lstm_vjp", "dh was taken for the gradient of c_new; it is dc, and dh times o times the slope of tanh on top"
)
def output_for_memory(dh, dc, z, c):
    return vjp(dh, dc, z, c, total=lambda dc, through: dh)


@instead_of(
    "lstm_vjp", "dc was added to the old memory's gradient once more; it reaches the old memory through f alone"
)
def dc_twice(dh, dc, z, c):
    return vjp(dh, dc, z, c, left=lambda total, dc, f, i: total * f + dc)


@instead_of("lstm_vjp", "for the old memory only dc was multiplied by f; what came through h goes on to it as well")
def memory_without_the_way_through_h(dh, dc, z, c):
    return vjp(dh, dc, z, c, left=lambda total, dc, f, i: dc * f)


def one_slope(gate, k):
    """Return two mutants: one gate has the slope of tanh, or none, while the others are right."""

    def replaced(dh, dc, z, c, slope):
        (right, left), (wrong, _) = vjp(dh, dc, z, c), vjp(dh, dc, z, c, gate=slope)
        return np.where(np.arange(z.shape[1]) // c.shape[1] == k, wrong, right), left

    def of_tanh(dh, dc, z, c):
        return replaced(dh, dc, z, c, lambda s: 1 - s**2)

    def missing(dh, dc, z, c):
        return replaced(dh, dc, z, c, lambda s: 1.0)

    about = f"the slope at z_{gate} is {{}}; {gate} is a sigmoid, with the slope {gate} (1 - {gate})"
    return [
        instead_of("lstm_vjp", about.format(said))(made)
        for said, made in ((f"1 - {gate}^2 here, as of a tanh", of_tanh), ("missing", missing))
    ]


input_slope_of_tanh, input_slope_missing = one_slope("i", 0)
forget_slope_of_tanh, forget_slope_missing = one_slope("f", 1)
output_slope_of_tanh, output_slope_missing = one_slope("o", 3)


@instead_of("lstm_vjp", "the blocks of dz stand in the order i, f, o, g; it is i, f, g, o")
def blocks_in_another_order(dh, dc, z, c):
    return vjp(dh, dc, z, c, order=(0, 1, 3, 2))


@instead_of("lstm_vjp", "the blocks of dz stand in the order f, i, g, o; it is i, f, g, o")
def blocks_of_i_and_f_exchanged(dh, dc, z, c):
    return vjp(dh, dc, z, c, order=(1, 0, 2, 3))


@instead_of("lstm_vjp", "dz and the gradient of the memory were returned in the wrong order")
def returned_backwards(dh, dc, z, c):
    return vjp(dh, dc, z, c)[::-1]


@instead_of("lstm_vjp", "the gates i, f, g got dc alone; what comes back through h_new reaches them as well")
def gates_without_the_way_through_h(dh, dc, z, c):
    return vjp(dh, dc, z, c, total=lambda dc, through: dc)[0], vjp(dh, dc, z, c)[1]


@instead_of(
    "lstm_vjp", "the output gate got the gradient of c_new; it lies between tanh(c_new) and h_new, so it gets dh"
)
def memory_at_the_output_gate(dh, dc, z, c):
    dz, left = vjp(dh, dc, z, c)
    o, H = sigmoid(z[:, 3 * c.shape[1] :]), c.shape[1]
    i, f, g, _ = (np.tanh(y) if k == 2 else sigmoid(y) for k, y in enumerate(np.split(z, 4, axis=1)))
    seen = np.tanh(f * c + i * g)
    total = dc + dh * o * (1 - seen**2)
    return np.concatenate([dz[:, : 3 * H], total * seen * o * (1 - o)], axis=1), left


def logit(f):
    return np.log(f / (1 - f))


@instead_of("forget_bias", "this is the gate f, not the bias: the gate is sigmoid(b), so solve that for b")
def the_gate_itself(steps, share):
    return share ** (1 / steps)


@instead_of("forget_bias", "this bias leaves the share after a single step; after each step the gate multiplies again")
def one_step(steps, share):
    return logit(share)


@instead_of("forget_bias", "the share was divided by the steps; fading multiplies, so take a root, not a quotient")
def share_of_the_share(steps, share):
    return logit(share / steps)


@instead_of(
    "forget_bias", "the loss was divided evenly among the steps; fading multiplies, so the gates' product is the share"
)
def even_losses(steps, share):
    return logit(1 - (1 - share) / steps)


@instead_of("forget_bias", "the share was raised to the power of the steps; f ** steps = share, so f is a root")
def power_for_root(steps, share):
    return -np.log(share ** -float(steps) - 1)


@instead_of("forget_bias", "the sign is turned around: this gate is 1 - f; a gate that keeps much has a positive bias")
def turned_around(steps, share):
    return -logit(share ** (1 / steps))


@instead_of("forget_bias", "the gate is tanh(b) here; it is sigmoid(b)")
def through_tanh(steps, share):
    return np.arctanh(share ** (1 / steps))


@instead_of("forget_bias", "this is log f; sigmoid(b) = f has the solution log(f / (1 - f))")
def log_alone(steps, share):
    return np.log(share) / steps


@instead_of(
    "forget_bias", "log(steps) is a rule of thumb; here the share is given, so solve sigmoid(b) ** steps = share"
)
def log_of_the_steps(steps, share):
    return np.log(steps)


NO_ROOT = (
    "e^(-share / steps) is not the gate: f ** steps = share makes it share ** (1 / steps); then solve sigmoid(b) = f"
)


@instead_of("forget_bias", NO_ROOT)
def decay_by_the_share(steps, share):
    return np.exp(-share / steps)


@instead_of("forget_bias", NO_ROOT)
def gate_that_decays(steps, share):
    return logit(np.exp(-share / steps))


@instead_of("forget_bias", "the memory was multiplied once too often: after `steps` steps there are `steps` factors")
def one_factor_more(steps, share):
    return logit(share ** (1 / (steps + 1)))


@instead_of("forget_bias", "the share was taken as what is lost; it is what is left")
def share_lost(steps, share):
    return logit((1 - share) ** (1 / steps))


@instead_of("counts", "the biases are missing: each unit has one, and in an LSTM each unit of each gate")
def without_biases(n, H, steps):
    return (n + H) * H, 4 * (n + H) * H, steps * (n + H) * H


TWO_BIASES = "two biases were counted for a unit, as some libraries keep them; here it is one bias a unit, not two"


@instead_of("counts", TWO_BIASES)
def two_biases_in_the_lstm(n, H, steps):
    layer = (n + H + 1) * H
    return layer, 4 * (n + H + 2) * H, steps * layer


@instead_of("counts", TWO_BIASES)
def two_biases_in_both_recurrent(n, H, steps):
    layer = (n + H + 1) * H
    return (n + H + 2) * H, 4 * (n + H + 2) * H, steps * layer


@instead_of("counts", TWO_BIASES)
def two_biases(n, H, steps):
    layer = (n + H + 2) * H
    return layer, 4 * layer, steps * layer


@instead_of("counts", "an LSTM has four blocks of columns: three gates and the content g, which has weights as well")
def three_gates(n, H, steps):
    layer = (n + H + 1) * H
    return layer, 3 * layer, steps * layer


@instead_of("counts", "the recurrent networks were counted once a step; they use the same numbers at every step")
def once_a_step(n, H, steps):
    layer = (n + H + 1) * H
    return steps * layer, 4 * steps * layer, steps * layer


@instead_of("counts", "the deep network was counted as a single layer; each of its layers has numbers of its own")
def one_layer(n, H, steps):
    layer = (n + H + 1) * H
    return layer, 4 * layer, layer


@instead_of("counts", "the deep network reads an input at the first layer alone here; each of its layers has a W")
def input_at_the_first_layer(n, H, steps):
    layer = (n + H + 1) * H
    return layer, 4 * layer, layer + (steps - 1) * (H + 1) * H


@instead_of("counts", "the recurrent matrix U, H x H for each block, is missing")
def without_recurrence_counted(n, H, steps):
    layer = (n + 1) * H
    return layer, 4 * layer, steps * layer


@instead_of("counts", "of the LSTM only U was taken four times; W and b have four blocks as well")
def four_times_U(n, H, steps):
    layer = (n + H + 1) * H
    return layer, (n + 4 * H + 1) * H, steps * layer


@instead_of("counts", "the deep network has one layer too few: as many layers as steps")
def one_layer_less(n, H, steps):
    layer = (n + H + 1) * H
    return layer, 4 * layer, (steps - 1) * layer


@instead_of("counts", "the deep network was given gates; its layers are plain")
def gated_layers(n, H, steps):
    layer = (n + H + 1) * H
    return layer, 4 * layer, 4 * steps * layer


@instead_of("counts", "one bias was counted for each gate or layer; it is one for each unit of it")
def one_bias_a_block(n, H, steps):
    layer = (n + H) * H + 1
    return layer, 4 * layer, steps * layer


@instead_of("counts", "the first layer lacks its U; like every layer, it has one")
def first_layer_without_U(n, H, steps):
    layer = (n + H + 1) * H
    return layer, 4 * layer, steps * layer - H * H


def probe(step, n, H, memory, bias=5.0):
    """Return h and c after a step from a memory, for each block that is opened."""
    x, h, W, U = np.zeros((1, n)), np.zeros((1, H)), np.zeros((n, 4 * H)), np.zeros((H, 4 * H))
    found = []
    for block in range(4):
        b = np.zeros(4 * H)
        b[block * H : (block + 1) * H] = bias
        found.append([a[0, 0] for a in step(x, h, np.full((1, H), memory), W, U, b)])
    return found


def asked(step, n, H):
    """Return the right order."""
    names = []
    for (_, empty), (h, full) in zip(probe(step, n, H, 0.0), probe(step, n, H, 1.0), strict=True):
        names.append("g" if empty > 0.1 else "f" if full > 0.6 else "o" if h > 0.3 else "i")
    return "".join(names)


@instead_of("gate_order", "the step was not asked: this is our own order, whatever the step does")
def our_own(step, n, H):
    return "ifgo"


@instead_of("gate_order", "this says in which block each of i, f, g, o lies; asked is which gate each block holds")
def the_other_way_round(step, n, H):
    order = asked(step, n, H)
    return "".join("ifgo"[order.index(gate)] for gate in "ifgo")


@instead_of("gate_order", "f and g are exchanged: both enlarge a full memory, but only g writes into an empty one")
def f_taken_for_g(step, n, H):
    return asked(step, n, H).translate(str.maketrans("fg", "gf"))


F_AND_G_ALIKE = (
    "with c = 1, f and g have the same effect on the memory, opened or closed; ask with an empty memory, c = 0, as well"
)


def asked_with_one(step, n, H, first, second):
    """Return what a single probe tells; the two blocks that it cannot tell apart are named in turn."""
    two, names = [first, second], ""
    for h, full in probe(step, n, H, 1.0, bias=30.0):
        names += two.pop(0) if full > 0.8 else "o" if h > 0.4 else "i"
    return names


@instead_of("gate_order", F_AND_G_ALIKE)
def both_named_f(step, n, H):
    return asked_with_one(step, n, H, "f", "f")


@instead_of("gate_order", F_AND_G_ALIKE)
def both_named_g(step, n, H):
    return asked_with_one(step, n, H, "g", "g")


@instead_of("gate_order", F_AND_G_ALIKE)
def first_one_named_f(step, n, H):
    return asked_with_one(step, n, H, "f", "g")


@instead_of("gate_order", F_AND_G_ALIKE)
def first_one_named_g(step, n, H):
    return asked_with_one(step, n, H, "g", "f")


EMPTY_ALONE = "with c = 0 only g shows, f, i and o do nothing; ask with a memory, c = 1, as well"


def asked_with_none(step, n, H, others):
    """Return what an empty memory tells: where g is. The others are named in turn."""
    others = list(others)
    return "".join("g" if abs(empty) > 0.1 else others.pop(0) for _, empty in probe(step, n, H, 0.0))


@instead_of("gate_order", EMPTY_ALONE)
def empty_alone_then_ifo(step, n, H):
    return asked_with_none(step, n, H, "ifo")


@instead_of("gate_order", EMPTY_ALONE)
def empty_alone_all_i(step, n, H):
    return asked_with_none(step, n, H, "iii")


@instead_of("gate_order", EMPTY_ALONE)
def empty_alone_all_f(step, n, H):
    return asked_with_none(step, n, H, "fff")


@instead_of("gate_order", EMPTY_ALONE)
def empty_alone_all_o(step, n, H):
    return asked_with_none(step, n, H, "ooo")


@instead_of("gate_order", "i and o are exchanged: neither changes the memory while g is 0, but o shows more of it in h")
def i_taken_for_o(step, n, H):
    return asked(step, n, H).translate(str.maketrans("io", "oi"))


@instead_of("gate_order", "i and f are exchanged: f keeps the old memory, i lets new content in")
def i_taken_for_f(step, n, H):
    return asked(step, n, H).translate(str.maketrans("if", "fi"))


@instead_of("gate_order", "g and o are exchanged: g changes the memory, o only what is shown of it")
def g_taken_for_o(step, n, H):
    return asked(step, n, H).translate(str.maketrans("go", "og"))


@instead_of("gate_order", "f and o are exchanged: f changes the memory, o only what is shown of it")
def f_taken_for_o(step, n, H):
    return asked(step, n, H).translate(str.maketrans("fo", "of"))


@instead_of(
    "gate_order",
    "i and g are exchanged: with z = 0 elsewhere only g writes into an empty memory, i has nothing to write",
)
def i_taken_for_g(step, n, H):
    return asked(step, n, H).translate(str.maketrans("ig", "gi"))


@instead_of("gate_order", "the order is read from the last block to the first")
def backwards(step, n, H):
    return asked(step, n, H)[::-1]


@instead_of("gate_order", "the four letters are right, but a list was returned; asked is a string")
def as_a_list(step, n, H):
    return list(asked(step, n, H))
