"""Wrong answers of lesson 18, each with the mistake behind it; the grader must reject them."""

import numpy as np

from tinynet.course import instead_of


def packed(n_in, h, n_out, bits, gates=4, scale=4, bias=4, up=True):
    matrices = (n_in * gates * h, h * gates * h, h * n_out)
    held = sum(-(-bits * n // 8) if up else bits * n // 8 for n in matrices)
    return held + 3 * scale + bias * (gates * h + n_out)


@instead_of("lstm_bytes", "the biases are missing")
def without_biases(n_in, h, n_out, bits):
    return packed(n_in, h, n_out, bits, bias=0)


@instead_of("lstm_bytes", "there are two biases for each column here, as PyTorch has them; this LSTM has one")
def two_biases(n_in, h, n_out, bits):
    return packed(n_in, h, n_out, bits) + 16 * h


@instead_of("lstm_bytes", "the scales are missing, 4 bytes for each matrix")
def without_scales(n_in, h, n_out, bits):
    return packed(n_in, h, n_out, bits, scale=0)


@instead_of("lstm_bytes", "W and U have h columns here; there are four gates, so they have 4 h")
def one_gate(n_in, h, n_out, bits):
    return packed(n_in, h, n_out, bits, gates=1)


@instead_of("lstm_bytes", "last bytes were rounded down; one that is partly filled is still there")
def rounded_down(n_in, h, n_out, bits):
    return packed(n_in, h, n_out, bits, up=False)


@instead_of("lstm_bytes", "all bits were put together first; each matrix begins with a byte of its own")
def all_together(n_in, h, n_out, bits):
    entries = 4 * n_in * h + 4 * h * h + h * n_out
    return -(-bits * entries // 8) + 12 + 4 * (4 * h + n_out)


@instead_of("lstm_bytes", "this is the number of bits, not of bytes")
def in_bits(n_in, h, n_out, bits):
    return bits * (4 * n_in * h + 4 * h * h + h * n_out) + 96 + 32 * (4 * h + n_out)


@instead_of("lstm_bytes", "the matrix on top is missing")
def without_the_top(n_in, h, n_out, bits):
    return -(-bits * 4 * n_in * h // 8) + -(-bits * 4 * h * h // 8) + 8 + 4 * (4 * h + n_out)


@instead_of("lstm_bytes", "biases were given few bits; they take 4 bytes each")
def biases_in_bits(n_in, h, n_out, bits):
    return packed(n_in, h, n_out, bits, bias=0) + -(-bits * (4 * h + n_out) // 8)


@instead_of("lstm_bytes", "an LSTM has one bias for each of the 4 h columns, not one for each unit")
def a_bias_a_unit(n_in, h, n_out, bits):
    return packed(n_in, h, n_out, bits) - 12 * h


@instead_of("lstm_bytes", "the biases on top are missing, one for each output")
def without_the_top_bias(n_in, h, n_out, bits):
    return packed(n_in, h, n_out, bits) - 4 * n_out


@instead_of("lstm_bytes", "each gate has scales of its own here; W has one scale for all four gates, and so has U")
def a_scale_a_gate(n_in, h, n_out, bits):
    return packed(n_in, h, n_out, bits) + 24


@instead_of("lstm_bytes", "each gate's block has bytes and a scale of its own here; W is one matrix, and so is U")
def gates_packed_apart(n_in, h, n_out, bits):
    matrices = [n_in * h] * 4 + [h * h] * 4 + [h * n_out]
    return sum(-(-bits * n // 8) + 4 for n in matrices) + 4 * (4 * h + n_out)


@instead_of("lstm_bytes", "the matrix on top has 4 h columns or rows here; it is (h, n_out), without gates")
def gates_on_top(n_in, h, n_out, bits):
    matrices = 4 * n_in * h, 4 * h * h, 4 * h * n_out
    return sum(-(-bits * n // 8) + 4 for n in matrices) + 4 * (4 * h + n_out)


@instead_of("lstm_bytes", "W and U have h columns here; there are four gates, so they have 4 h")
def one_gate_but_all_biases(n_in, h, n_out, bits):
    return packed(n_in, h, n_out, bits, gates=1) + 12 * h


@instead_of("lstm_bytes", "entries were given 8 bits, a byte each, whatever `bits` says")
def a_byte_an_entry(n_in, h, n_out, bits):
    return packed(n_in, h, n_out, 8)


def numbers(n_in, h, n_out, gates=4):
    return gates * h * (n_in + h + 1) + (h + 1) * n_out


def widest(count, size, h=1):
    while count(h + 1) <= size:
        h += 1
    return h


@instead_of("widest_lstm", "numbers were compared with bytes; a number takes 4")
def numbers_for_bytes(n_in, n_out, size):
    return widest(lambda h: numbers(n_in, h, n_out), size)


@instead_of("widest_lstm", "one unit too many: the last width that was tried does not fit any more")
def one_too_many(n_in, n_out, size):
    return widest(lambda h: 4 * numbers(n_in, h, n_out), size) + 1


@instead_of("widest_lstm", "a network that fills all bytes still fits; compare with <=")
def strictly_less(n_in, n_out, size):
    return widest(lambda h: 4 * numbers(n_in, h, n_out), size - 1)


@instead_of("widest_lstm", "the biases are missing")
def no_biases(n_in, n_out, size):
    return widest(lambda h: 4 * (4 * h * (n_in + h) + h * n_out), size)


@instead_of("widest_lstm", "W and U have h columns here; there are four gates, so they have 4 h")
def single_gate(n_in, n_out, size):
    return widest(lambda h: 4 * numbers(n_in, h, n_out, gates=1), size)


@instead_of("widest_lstm", "U is missing: it has h rows and 4 h columns")
def no_recurrence(n_in, n_out, size):
    return widest(lambda h: 4 * (4 * h * (n_in + 1) + (h + 1) * n_out), size)


@instead_of("widest_lstm", "the linear layer on top is missing")
def no_top(n_in, n_out, size):
    return widest(lambda h: 16 * h * (n_in + h + 1), size)


@instead_of("widest_lstm", "12 bytes of scales were counted, as `lstm_bytes` does; float32 numbers need none")
def with_scales(n_in, n_out, size):
    return widest(lambda h: packed(n_in, h, n_out, 32), size)


@instead_of("widest_lstm", "a network that fills all bytes still fits; compare with <=")
def strictly_less_from_zero(n_in, n_out, size):
    return widest(lambda h: 4 * numbers(n_in, h, n_out), size - 1, h=0)


@instead_of("widest_lstm", "12 bytes of scales were counted, as `lstm_bytes` does; float32 numbers need none")
def with_scales_from_zero(n_in, n_out, size):
    return widest(lambda h: packed(n_in, h, n_out, 32), size, h=0)


@instead_of("gate_ranks", "together, the second factor has 4 h columns, so a rank costs m + 4 h numbers")
def narrow_together(m, h, numbers):
    return numbers // (m + h), numbers // (4 * (m + h))


@instead_of("gate_ranks", "alone, there are four products; each rank costs 4 (m + h) numbers")
def one_alone(m, h, numbers):
    return numbers // (m + 4 * h), numbers // (m + h)


@instead_of("gate_ranks", "alone, each gate has a first factor of its own; it is not shared")
def shared_alone(m, h, numbers):
    return numbers // (m + 4 * h), numbers // (m + 4 * h)


@instead_of("gate_ranks", "a product of rank r stores r (m + n) numbers, not r m n")
def product_of_sides(m, h, numbers):
    return numbers // (m * 4 * h), numbers // (4 * m * h)


@instead_of("gate_ranks", "a product of rank r stores r (m + n) numbers, not r m n")
def product_of_sides_together(m, h, numbers):
    return numbers // (m * 4 * h), numbers // (4 * (m + h))


@instead_of("gate_ranks", "a product of rank r stores r (m + n) numbers, not r m n")
def product_of_sides_alone(m, h, numbers):
    return numbers // (m + 4 * h), numbers // (4 * m * h)


@instead_of("gate_ranks", "the two ranks have changed places; return together first")
def swapped(m, h, numbers):
    return numbers // (4 * (m + h)), numbers // (m + 4 * h)


@instead_of("gate_ranks", "ranks were rounded to the nearest whole number; then the numbers may not suffice")
def rounded(m, h, numbers):
    return round(numbers / (m + 4 * h)), round(numbers / (4 * (m + h)))


@instead_of("gate_ranks", "ranks are whole; round down")
def not_whole(m, h, numbers):
    return numbers / (m + 4 * h), numbers / (4 * (m + h))


def on_grid(block, bits, top=None):
    s = (np.abs(block).max() if top is None else top) / (2 ** (bits - 1) - 1)
    return s * np.rint(block / s)


def with_block(W, gate, rule, h=None):
    out, h = W.copy(), h or W.shape[1] // 4
    out[:, gate * h : gate * h + h] = rule(W[:, gate * h : gate * h + h])
    return out


@instead_of("round_gate", "the whole matrix was rounded; only one gate's block changes")
def all_gates(W, gate, bits):
    return np.hstack([on_grid(block, bits) for block in np.split(W, 4, axis=1)])


@instead_of("round_gate", "the step was taken from the largest entry of all four blocks; take that of the gate's own")
def step_of_all(W, gate, bits):
    return with_block(W, gate, lambda B: on_grid(B, bits, np.abs(W).max()))


@instead_of("round_gate", "every fourth column was taken; a gate's columns lie side by side, h of them")
def every_fourth(W, gate, bits):
    out = W.copy()
    out[:, gate::4] = on_grid(W[:, gate::4], bits)
    return out


@instead_of("round_gate", "rows were taken for the block; gates are blocks of columns")
def a_block_of_rows(W, gate, bits):
    out, h = W.copy(), W.shape[1] // 4
    out[gate * h : gate * h + h] = on_grid(W[gate * h : gate * h + h], bits, np.abs(W).max())
    return out


@instead_of("round_gate", "only the block was returned; return the whole matrix")
def block_alone(W, gate, bits):
    h = W.shape[1] // 4
    return on_grid(W[:, gate * h : gate * h + h], bits)


@instead_of("round_gate", "Q is 2^bits - 1 here, as if all levels lay on one side of 0")
def too_many_levels(W, gate, bits):
    return with_block(W, gate, lambda B: (s := np.abs(B).max() / (2**bits - 1)) * np.rint(B / s))


@instead_of("round_gate", "the block holds whole numbers now; multiply them by the step again")
def codes(W, gate, bits):
    return with_block(W, gate, lambda B: np.rint(B / (np.abs(B).max() / (2 ** (bits - 1) - 1))))


@instead_of("round_gate", "the gates were counted from the end, or in another order; they are i, f, g, o")
def from_the_end(W, gate, bits):
    return with_block(W, 3 - gate, lambda B: on_grid(B, bits))


@instead_of("round_gate", "the largest entry was taken with its sign; a block may be largest on the negative side")
def signed_maximum(W, gate, bits):
    return with_block(W, gate, lambda B: on_grid(B, bits, B.max()))


@instead_of("round_gate", "Q is 2^(bits - 1) here, one level too many on each side; it is 2^(bits - 1) - 1")
def one_level_too_many(W, gate, bits):
    return with_block(W, gate, lambda B: on_grid(B, bits, np.abs(B).max() * (1 - 2.0 ** (1 - bits))))


@instead_of("round_gate", "the entries were cut off towards 0; each goes to the nearest level")
def cut_off(W, gate, bits):
    return with_block(W, gate, lambda B: (s := np.abs(B).max() / (2 ** (bits - 1) - 1)) * np.trunc(B / s))


@instead_of("round_gate", "the entries were rounded down; each goes to the nearest level")
def always_down(W, gate, bits):
    return with_block(W, gate, lambda B: (s := np.abs(B).max() / (2 ** (bits - 1) - 1)) * np.floor(B / s))


@instead_of("round_gate", "the entries were rounded down; each goes to the nearest level")
def whole_steps(W, gate, bits):
    return with_block(W, gate, lambda B: (s := np.abs(B).max() / (2 ** (bits - 1) - 1)) * (B // s))


@instead_of("round_gate", "each column has a step of its own here; the block has one")
def a_step_a_column(W, gate, bits):
    return with_block(W, gate, lambda B: on_grid(B, bits, np.abs(B).max(axis=0)))


@instead_of("round_gate", "the whole matrix was rounded; only one gate's block changes")
def all_at_once(W, gate, bits):
    return on_grid(W, bits)


@instead_of("round_gate", "the whole matrix was rounded; only one gate's block changes")
def all_with_the_step_of_the_gate(W, gate, bits):
    h = W.shape[1] // 4
    return on_grid(W, bits, np.abs(W[:, gate * h : gate * h + h]).max())


@instead_of("round_gate", "the number of rows was taken for h; h is a quarter of the columns")
def rows_for_units(W, gate, bits):
    return with_block(W, gate, lambda B: on_grid(B, bits), len(W))


def named_legal(scores, legal):
    return np.take_along_axis(legal, scores.argmax(axis=2)[:, :, None], axis=2)[:, :, 0]


@instead_of(
    "wrong_strings", "steps after a string's end count here; no symbol is legal there, so all of them look wrong"
)
def with_padding(scores, legal):
    return float((~named_legal(scores, legal)).any(axis=1).mean())


@instead_of("wrong_strings", "this is the share of wrong steps; one wrong step makes the whole string wrong")
def share_of_steps(scores, legal):
    steps = legal.any(axis=2)
    return float((~named_legal(scores, legal))[steps].mean())


@instead_of("wrong_strings", "this is the share of wrong steps; one wrong step makes the whole string wrong")
def share_of_all_steps(scores, legal):
    return float((~named_legal(scores, legal) & legal.any(axis=2)).mean())


@instead_of("wrong_strings", "this is the share of wrong steps; one wrong step makes the whole string wrong")
def mean_share_of_steps(scores, legal):
    steps = legal.any(axis=2)
    return float(((~named_legal(scores, legal) & steps).sum(axis=1) / steps.sum(axis=1)).mean())


@instead_of(
    "wrong_strings", "no string can be wrong here: was the highest score looked for among the legal symbols alone?"
)
def legal_symbols_alone(scores, legal):
    named = np.where(legal, scores, -np.inf).argmax(axis=2)
    right = np.take_along_axis(legal, named[:, :, None], axis=2)[:, :, 0]
    return float((~right & legal.any(axis=2)).any(axis=1).mean())


@instead_of("wrong_strings", "this is the share of right strings")
def right_strings(scores, legal):
    return float((named_legal(scores, legal) | ~legal.any(axis=2)).all(axis=1).mean())


@instead_of("wrong_strings", "a string counts here only if it is wrong at every step; once is enough")
def wrong_throughout(scores, legal):
    return float((~named_legal(scores, legal) | ~legal.any(axis=2)).all(axis=1).mean())


@instead_of("wrong_strings", "only the last step of each string was looked at")
def last_step(scores, legal):
    last = legal.any(axis=2).sum(axis=1) - 1
    return float((~named_legal(scores, legal)[np.arange(len(legal)), last]).mean())


@instead_of("wrong_strings", "this counts strings; divide by how many there are")
def a_count(scores, legal):
    return int((~named_legal(scores, legal) & legal.any(axis=2)).any(axis=1).sum())


@instead_of("wrong_strings", "the lowest score was taken; the network names the highest")
def lowest(scores, legal):
    return wrong_of(-scores, legal)


def wrong_of(scores, legal):
    return float((~named_legal(scores, legal) & legal.any(axis=2)).any(axis=1).mean())


@instead_of("wrong_strings", "all legal symbols were asked to score above all others; only the highest score counts")
def strict(scores, legal):
    low = np.where(legal, scores, np.inf).min(axis=2)
    high = np.where(legal, -np.inf, scores).max(axis=2)
    return float(((low < high) & legal.any(axis=2)).any(axis=1).mean())


POSITIVE = "a positive score was taken for a named symbol; the network names only the symbol with the highest score"


@instead_of("wrong_strings", POSITIVE)
def positive_scores(scores, legal):
    return float((((scores > 0) & ~legal).any(axis=2) & legal.any(axis=2)).any(axis=1).mean())


@instead_of("wrong_strings", POSITIVE)
def positive_scores_throughout(scores, legal):
    return float(((scores > 0) & ~legal).any(axis=(1, 2)).mean())


@instead_of("choices", "the loss is in nats, with the natural logarithm; the base is e, not 2")
def base_two(nats):
    return 2.0**nats


@instead_of("choices", "the base is e, not 10")
def base_ten(nats):
    return 10.0**nats


@instead_of("choices", "this is the probability of the true character; the number of choices is 1 divided by it")
def probability(nats):
    return np.exp(-nats)


@instead_of("choices", "the logarithm goes the wrong way; undo it with exp")
def logarithm(nats):
    return np.log(nats + 1e-9)


@instead_of("choices", "1 / nats is no probability; the loss is -log p, so p is exp(-nats)")
def inverse_loss(nats):
    return 1 / nats


@instead_of("choices", "the number was rounded; it need not be whole")
def whole(nats):
    return float(np.round(np.exp(nats)))


@instead_of("choices", "the number was rounded; it need not be whole")
def whole_and_down(nats):
    return int(np.exp(nats))


@instead_of("choices", "this is the number of characters in the alphabet; the loss says among how many it must guess")
def alphabet(nats):
    return 65.0


@instead_of("choices", "this is the loss in bits; it is not yet a number of choices")
def only_bits(nats):
    return nats / np.log(2)
