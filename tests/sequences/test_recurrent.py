"""Recurrent layers against unrolled cells, against loops in NumPy, against finite differences, against PyTorch."""

import gc
import json
import tracemalloc

import numpy as np
import pytest

import tinynet as tn
from tinynet.layers.base import Layer

F = tn.functional
T, B, N, H = 5, 3, 4, 6
LENGTHS = np.array([5, 2, 1])

KINDS = {  # layer, its cell, what they are called with
    "LSTM":            (tn.LSTM, tn.LSTMCell, {}),
    "LSTM with norm":  (tn.LSTM, tn.LSTMCell, {"norm": True}),
    "RNN":             (tn.RNN, tn.RNNCell, {}),
}  # fmt: skip
RECIPES = {
    "dense": tn.Dense(),
    "low rank": tn.LowRank(rank=2),
    "hashed": tn.Hashed(1 / 4),
    "sparse": tn.Sparse(1 / 3),
    "3 bits": tn.Quantized(bits=3),
    "ternary": tn.Quantized(levels=3, scale="column"),
    "binary": tn.Binary(),
    "scaled": tn.Scaled(tn.Hashed(1 / 2), normalize=True),
    "columns": tn.Columns([tn.Binary(), tn.Quantized(bits=4), tn.LowRank(rank=1), tn.Sparse(1 / 2)]),
}
every_kind = pytest.mark.parametrize("layer, cell, options", KINDS.values(), ids=KINDS)
every_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
ends = pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "lengths"])


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def leaf(*shape, seed=0):
    return tn.Tensor(drawn(*shape, seed=seed), requires_grad=True)


def doubled(layer):
    """Return the layer in float64, its biases and norms moved away from 0 and 1."""
    for p in layer.parameters():
        p.data = p.numpy().astype(np.float64)
    for k, p in enumerate(layer.parameters()):
        if p.ndim == 1 and not isinstance(p.grad_scale, np.ndarray):
            p.data = p.numpy() + 0.3 * drawn(*p.shape, seed=90 + k)
    return layer


def states(layer, seed=7):
    return tuple(leaf(B, layer.n_hidden, seed=seed + k) for k in range(layer.states))


def all_in_one(outputs, state):
    return F.concatenate([r.reshape(-1) for r in (outputs, *state)])


def weights_of(layer):
    """Return W, U, b and the norms' gammas as arrays."""
    norms = [norm.gamma.numpy() for norm in getattr(layer, "norms", [])]
    return layer.weight.weight().numpy(), layer.recurrent.weight().numpy(), layer.bias.numpy(), norms


# ---------------------------------------------------------------------- what a layer computes


def unrolled(cell, x, state, lengths):
    """Return what a layer returns, by calling the cell at every step, which builds W and U again each time."""
    outputs, lengths = [], np.full(x.shape[1], len(x)) if lengths is None else lengths
    for t in range(len(x)):
        on = (t < lengths)[:, None].astype(float)
        state = tuple(on * new + (1 - on) * old for new, old in zip(cell(x[t], state), state, strict=True))
        outputs.append(on * state[0])
    return F.stack(outputs), state


@every_kind
@every_recipe
@ends
def test_a_layer_is_its_cell_unrolled_with_the_same_gradients_of_all_that_is_stored(
    layer, cell, options, recipe, lengths
):
    results = []
    for make in (layer, cell):
        built = doubled(make(N, H, recipe, seed=3, **options))
        x, state = leaf(T, B, N), states(built)
        y = all_in_one(*(built(x, state, lengths) if make is layer else unrolled(built, x, state, lengths)))
        y.backward(drawn(*y.shape, seed=5))
        results.append([y.numpy(), x.grad, *(s.grad for s in state), *(p.grad for p in built.parameters())])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-11)


def by_loops(layer, x, state, lengths):
    """Return outputs and state by the equations at the head of cells.py, one row and one step at a time."""
    W, U, b, gammas = weights_of(layer)
    outputs = np.zeros((len(x), x.shape[1], layer.n_hidden))
    after = [np.array(s) for s in state]

    def sigmoid(v):
        return 1 / (1 + np.exp(-v))

    def normed(k, v):
        return gammas[k] * (v - v.mean()) / np.sqrt(((v - v.mean()) ** 2).mean() + 1e-5) if gammas else v

    for row in range(x.shape[1]):
        h, *c = (s[row] for s in after)
        for t in range(len(x) if lengths is None else lengths[row]):
            z = normed(0, x[t, row] @ W) + normed(1, h @ U) + b
            if c:
                i, f, g, o = z.reshape(4, -1)
                c = [sigmoid(f) * c[0] + sigmoid(i) * np.tanh(g)]
                h = sigmoid(o) * np.tanh(normed(2, c[0]))
            else:
                h = np.tanh(z)
            outputs[t, row] = h
        for part, value in zip(after, (h, *c), strict=True):
            part[row] = value
    return outputs, after


@every_kind
@ends
def test_values_are_those_of_the_equations_in_loops(layer, cell, options, lengths):
    built = doubled(layer(N, H, seed=1, **options))
    x, state = drawn(T, B, N), [s.numpy() for s in states(built)]
    outputs, after = built(x, state, lengths)
    expected, expected_after = by_loops(built, x, state, lengths)
    np.testing.assert_allclose(outputs.data, expected, atol=1e-12)
    for ours, theirs in zip(after, expected_after, strict=True):
        np.testing.assert_allclose(ours.data, theirs, atol=1e-12)


@every_kind
@ends
def test_gradients_agree_with_differences(layer, cell, options, lengths):
    built = doubled(layer(N, 3, tn.LowRank(rank=2), seed=2, **options))
    x, state = leaf(T, B, N), states(built)
    tn.check_gradients(lambda *_: all_in_one(*built(x, state, lengths)), x, *state, *built.parameters())


@every_kind
def test_a_state_that_is_not_given_is_zero(layer, cell, options):
    built, x = layer(N, H, **options), drawn(T, B, N).astype(np.float32)
    zeros = tuple(np.zeros((B, H), np.float32) for _ in range(built.states))
    np.testing.assert_array_equal(built(x)[0].data, built(x, zeros)[0].data)
    assert built(x)[0].dtype == np.float32


# ---------------------------------------------------------------------- against PyTorch


@pytest.mark.parametrize("ours, name", [(tn.LSTM, "LSTM"), (tn.RNN, "RNN")])
@ends
def test_two_layers_have_the_values_and_gradients_of_pytorch(ours, name, lengths, torch):
    layers = [doubled(ours(N, H, seed=1)), doubled(ours(H, H, seed=2))]
    theirs = getattr(torch.nn, name)(N, H, num_layers=2, dtype=torch.float64)
    with torch.no_grad():
        for k, layer in enumerate(layers):
            W, U, b, _ = weights_of(layer)
            for parameter, a in zip(theirs.all_weights[k], (W.T, U.T, b, 0 * b), strict=True):
                parameter.copy_(torch.tensor(a))
    x = leaf(T, B, N)
    tx = torch.tensor(x.numpy(), requires_grad=True)
    middle, first = layers[0](x, None, lengths)
    outputs, second = layers[1](middle, None, lengths)
    if lengths is None:
        reference, state = theirs(tx)
    else:
        reference, state = theirs(torch.nn.utils.rnn.pack_padded_sequence(tx, lengths, enforce_sorted=False))
        reference, _ = torch.nn.utils.rnn.pad_packed_sequence(reference)
    state = state if name == "LSTM" else (state,)
    results = [outputs, *first, *second]
    references = [reference, *(part[0] for part in state), *(part[1] for part in state)]
    for mine, other in zip(results, references, strict=True):
        np.testing.assert_allclose(mine.data, other.detach().numpy(), atol=1e-12)
    weights = [drawn(*r.shape, seed=k) for k, r in enumerate(results)]
    sum((r * w).sum() for r, w in zip(results, weights, strict=True)).backward()
    sum((r * torch.tensor(w)).sum() for r, w in zip(references, weights, strict=True)).backward()
    np.testing.assert_allclose(x.grad, tx.grad.numpy(), atol=1e-12)
    for layer, (W, U, b, _) in zip(layers, theirs.all_weights, strict=True):
        for p, q in zip(layer.parameters(), (W, U, b), strict=True):
            np.testing.assert_allclose(p.grad, q.grad.numpy().T, atol=1e-12)


# ---------------------------------------------------------------------- how W and U are made


@every_kind
@pytest.mark.parametrize("steps", [1, 7])
def test_weights_are_built_once_a_sequence(layer, cell, options, steps, monkeypatch):
    calls, weight = [], tn.Dense.weight
    monkeypatch.setattr(tn.Dense, "weight", lambda self: calls.append(self) or weight(self))
    built = layer(N, H, **options)
    built(drawn(steps, B, N))
    assert len(calls) == 2 and {id(c) for c in calls} == {id(built.weight), id(built.recurrent)}


def test_a_list_of_recipes_gives_each_gate_its_columns_in_the_order_i_f_g_o():
    recipes = [tn.Binary(), tn.Quantized(levels=3), tn.LowRank(rank=1), tn.Sparse(1 / 4)]
    layer = tn.LSTM(N, H, recipes, recurrent=tn.Dense())
    i, f, g, o = np.split(layer.weight.weight().numpy(), 4, axis=1)
    assert len(np.unique(i)) == 2 and len(np.unique(f)) == 3
    assert np.linalg.matrix_rank(g, tol=1e-5) == 1 and np.count_nonzero(o) == o.size / 4
    assert len(np.unique(layer.recurrent.weight().numpy())) == 4 * H * H


@pytest.mark.parametrize("forget_bias", [None, 0.0, -2.5])
def test_the_bias_of_the_forget_gate_is_1_or_as_given_and_the_others_are_0(forget_bias):
    options = {} if forget_bias is None else {"forget_bias": forget_bias}
    b = tn.LSTM(N, 3, **options).bias.numpy()
    np.testing.assert_array_equal(b, [0] * 3 + [1.0 if forget_bias is None else forget_bias] * 3 + [0] * 6)
    assert not tn.RNN(N, 3).bias.numpy().any()


@every_kind
def test_the_seed_fixes_the_values_and_w_and_u_draw_from_seeds_of_their_own(layer, cell, options):
    def values(make, seed):
        return [a.tobytes() for a in weights_of(make(H, H, seed=seed, **options))[:2]]

    assert values(layer, 4) == values(layer, 4) == values(cell, 4)
    assert len({*values(layer, 4), *values(layer, 5)}) == 4


# ---------------------------------------------------------------------- what a file holds


@every_kind
@every_recipe
def test_state_and_description_come_back_bit_for_bit(layer, cell, options, recipe):
    built = layer(N, H, recipe, seed=3, **options)
    for k, p in enumerate(built.parameters()):
        p.data = p.numpy() + np.float32(0.1) * drawn(*p.shape, seed=k).astype(np.float32)
    again = Layer.from_json(json.loads(json.dumps(built.to_json())))
    again.restore(built.state())
    x = drawn(T, B, N).astype(np.float32)

    assert type(again) is layer and again.to_json() == built.to_json()
    assert [(k, a.tobytes()) for k, a in again.state().items()] == [(k, a.tobytes()) for k, a in built.state().items()]
    assert all_in_one(*again(x)).data.tobytes() == all_in_one(*built(x)).data.tobytes()
    payload = sum(a.nbytes for a in built.state().values())
    assert again.stored_bits() == built.stored_bits()
    assert 0 <= 8 * payload - built.stored_bits() < 8 * len(built.state())  # each array padded to whole bytes


def test_bits_are_those_of_both_matrices_the_bias_and_the_norms():
    dense = 32 * (N + H)
    assert tn.RNN(N, H).stored_bits() == dense * H + 32 * H
    assert tn.LSTM(N, H).stored_bits() == 4 * dense * H + 32 * 4 * H
    assert tn.LSTM(N, H, tn.Binary(None)).stored_bits() == 4 * (N + H) * H + 32 * 4 * H
    assert tn.LSTM(N, H, norm=True).stored_bits() - tn.LSTM(N, H).stored_bits() == 32 * (4 + 4 + 1) * H


def test_a_recurrent_recipe_of_its_own_is_described_only_where_it_differs():
    assert "recurrent" not in tn.LSTM(N, H, tn.Binary()).config()
    layer = tn.LSTM(N, H, tn.Binary(), tn.Hashed(1 / 2))
    assert layer.config()["recurrent"] == {"Hashed": {"factor": 0.5}}
    assert repr(Layer.from_json(layer.to_json()).recurrent) == repr(layer.recurrent)


@pytest.mark.parametrize("name", ["W.W", "U.W", "b", "norm0.gamma", "norm1.gamma", "norm2.gamma"])
def test_a_state_that_lacks_an_array_or_has_one_of_another_shape_is_refused(name):
    layer = tn.LSTM(N, H, norm=True)
    state = layer.state()
    short = name.rsplit(".", 1)[-1]
    with pytest.raises(ValueError, match=f"'{short}' is missing"):
        layer.restore({k: a for k, a in state.items() if k != name})
    with pytest.raises(ValueError, match=f"'{short}'.*expected"):
        layer.restore(state | {name: np.zeros((3, 3), np.float32)})


# ---------------------------------------------------------------------- long sequences


@every_kind
def test_more_steps_than_python_can_recurse_are_trained(layer, cell, options):
    built = layer(1, 2, **options)
    x = drawn(1200, 1, 1).astype(np.float32)
    outputs, _ = built(x)
    (outputs * outputs).sum().backward()
    assert all(np.isfinite(p.grad).all() and p.grad.any() for p in built.parameters())


def peak_of_training(built, steps):
    """Return the most bytes held during a forward and a backward pass over so many steps."""
    x = drawn(steps, 1, 2).astype(np.float32)
    gc.collect()
    tracemalloc.start()
    built(x)[0].sum().backward()
    bytes_held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return bytes_held


@every_kind
def test_memory_grows_as_time_and_not_as_its_square(layer, cell, options):
    built = layer(2, 8, **options)
    steps = 15 if options else 400 if layer is tn.LSTM else 200  # so many that what is made only once hardly counts
    peak_of_training(built, 2)
    once, twice = peak_of_training(built, steps), peak_of_training(built, 2 * steps)
    assert 1.6 * once < twice < 2.4 * once


# ---------------------------------------------------------------------- errors

X = np.zeros((T, B, N), np.float32)
STATE = np.zeros((B, H), np.float32)
ERRORS = {
    "two axes":           (lambda: tn.LSTM(N, H)(X[0]), r"LSTM: .* shape \(3, 4\).*\(time, batch, 4\)"),
    "wrong width":        (lambda: tn.RNN(5, H)(X), r"RNN: .* shape \(5, 3, 4\).*\(time, batch, 5\)"),
    "no steps":           (lambda: tn.LSTM(N, H)(X[:0]), r"shape \(0, 3, 4\).*both at least 1"),
    "no rows":            (lambda: tn.RNN(N, H)(X[:, :0]), r"shape \(5, 0, 4\).*both at least 1"),
    "cell, wrong width":  (lambda: tn.LSTMCell(5, H)(X[0]), r"\(3, 4\).*\(5, 24\)"),
    "one state of two":   (lambda: tn.LSTM(N, H)(X, (STATE,)), r"LSTM: .*\[\(3, 6\)\]; it is 2 of \(3, 6\)"),
    "two states of one":  (lambda: tn.RNN(N, H)(X, (STATE, STATE)), r"RNN: .*it is 1 of \(3, 6\)"),
    "state of one row":   (lambda: tn.LSTM(N, H)(X, (STATE, STATE[:1])), r"\(1, 6\)\]; it is 2 of \(3, 6\)"),
    "state in the cell":  (lambda: tn.RNNCell(N, H)(X[0], (STATE[:, :2],)), r"RNNCell: .*\(3, 2\)\]; it is 1 of"),
    "length 0":           (lambda: tn.LSTM(N, H)(X, None, [5, 0, 1]), r"LSTM: lengths \[5, 0, 1\].*\(3,\), each 1"),
    "length above time":  (lambda: tn.RNN(N, H)(X, None, [5, 6, 1]), r"RNN: lengths \[5, 6, 1\].*each 1 \.\. 5"),
    "too few lengths":    (lambda: tn.LSTM(N, H, norm=True)(X, None, [5, 1]), r"lengths \[5, 1\].*integers \(3,\)"),
    "lengths as floats":  (lambda: tn.LSTM(N, H)(X, None, [5.0, 1.0, 1.0]), "must be integers"),
    "three recipes":      (lambda: tn.LSTM(N, H, [tn.Binary()] * 3), r"LSTM: .* for 4 gates; give one recipe for all"),
    "four for U of RNN":  (lambda: tn.RNN(N, H, recurrent=[tn.Binary()] * 4), r"RNN: .* for 1 gates"),
    "no recipe":          (lambda: tn.LSTM(N, H, "Binary"), r"LSTM: weight='Binary' for 4 gates"),
    "a gate without":     (lambda: tn.LSTM(N, H, [tn.Binary(), None, None, None]), "one per block of columns"),
    "no inputs":          (lambda: tn.LSTM(0, H), "LSTM: a width of 0"),
    "half a unit":        (lambda: tn.RNN(N, 2.5), r"RNN: a width of 2\.5"),
    "half a unit, norm":  (lambda: tn.LSTM(N, 2.5, norm=True), r"LSTM: a width of 2\.5"),
}  # fmt: skip


@pytest.mark.parametrize("act, message", ERRORS.values(), ids=ERRORS)
def test_what_does_not_fit_is_named_with_the_values_seen(act, message):
    with pytest.raises(ValueError, match=message):
        act()
