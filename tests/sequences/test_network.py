"""Networks over sequences: their layers one by one, padded batches, states carried on, files, and errors."""

import json
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest
from safetensors.numpy import load as from_bytes
from safetensors.numpy import save as to_bytes

import tinynet as tn
from tinynet.layers.base import Layer
from tinynet.sequences.network import detached
from tinynet.storage.gate import checksum

F = tn.functional
SYMBOLS, CLASSES, BATCH, TIME = 5, 3, 4, 6
LENGTHS = np.array([6, 3, 1, 5])

OPTIONS = {
    "LSTM": {},
    "LSTM with norm": {"norm": True},
    "RNN": {"layer": tn.RNN},
}
every_kind = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
every_end = pytest.mark.parametrize("last", [False, True], ids=["every step", "last step"])


def rng(seed=0):
    return np.random.default_rng(seed)


def symbols(batch=BATCH, time=TIME, seed=0):
    return rng(seed).integers(0, SYMBOLS, (batch, time))


def numbers(batch=BATCH, time=TIME, seed=0):
    return rng(seed).normal(size=(batch, time, SYMBOLS))


def net_of(last=False, dtype=np.float64, **options):
    """Return a net of two recurrent layers, in double precision."""
    return tn.RecurrentNet([SYMBOLS, 7, 4, CLASSES], seed=2, last=last, **options).astype(dtype)


def gradients(net, loss):
    """Return the gradients that the loss, a scalar, gives the net's parameters."""
    for p in net.parameters():
        p.grad = None
    loss.backward()
    return [p.grad.copy() for p in net.parameters()]


def assert_close(ours, theirs, tolerance=1e-12):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, atol=tolerance)


# ---- what a network computes


@every_end
def test_recurrent_layers_see_all_steps_and_the_others_each_step_on_its_own(last):
    layers = tn.LSTM(SYMBOLS, 4, seed=1), tn.Tanh(), tn.LayerNorm(4), tn.RNN(4, 6, seed=2), tn.Linear(6, CLASSES)
    net = tn.SequenceNet(*layers, last=last).astype(np.float64)
    lstm, tanh, norm, rnn, linear = layers
    x = numbers()
    middle, _ = lstm(x.swapaxes(0, 1))
    outputs, (h,) = rnn(F.stack([norm(tanh(middle[t])) for t in range(TIME)]))
    steps = np.stack([linear(outputs[t]).data for t in range(TIME)], axis=1)  # (batch, time, classes)

    np.testing.assert_allclose(net(x).data, steps[:, -1] if last else steps, atol=1e-14)
    np.testing.assert_allclose(linear(h).data, steps[:, -1], atol=1e-14)


def test_symbols_are_rows_with_a_single_one():
    net, x = net_of(), symbols()
    rows = np.array([[[float(k == symbol) for k in range(SYMBOLS)] for symbol in row] for row in x])
    for given in (x, x.astype(np.uint8), x.tolist(), tn.Tensor(rows), rows.tolist()):
        np.testing.assert_array_equal(net(given).data, net(rows).data)


@pytest.mark.parametrize("layer", [tn.LSTM, tn.RNN])
@every_end
def test_values_and_gradients_are_those_of_pytorch(layer, last, torch):
    net = tn.RecurrentNet([SYMBOLS, 4, 4, CLASSES], seed=2, last=last, layer=layer).astype(np.float64)
    theirs = getattr(torch.nn, layer.__name__)(SYMBOLS, 4, num_layers=2, batch_first=True, dtype=torch.float64)
    head = torch.nn.Linear(4, CLASSES, dtype=torch.float64)
    copies = [a for k in range(2) for a in theirs.all_weights[k][:3]] + list(head.parameters())
    with torch.no_grad():
        for p, q in zip(net.parameters(), copies, strict=True):
            q.copy_(torch.tensor(p.numpy().T))
        for k in range(2):
            theirs.all_weights[k][3].zero_()  # PyTorch has two biases
    x, labels = numbers(), rng(1).integers(0, CLASSES, (BATCH, TIME))
    outputs, _ = theirs(torch.tensor(x))
    scores = head(outputs[:, -1] if last else outputs)
    chosen = labels[:, -1] if last else labels
    loss = torch.nn.functional.cross_entropy(scores.reshape(-1, CLASSES), torch.tensor(chosen.ravel()))
    loss.backward()

    np.testing.assert_allclose(net(x).data, scores.detach().numpy(), atol=1e-12)
    ours = F.sequence_cross_entropy(net(x), chosen)
    assert ours.item() == pytest.approx(loss.item(), rel=1e-12)
    assert_close(gradients(net, ours), [q.grad.numpy().T for q in copies])


@every_kind
@every_end
def test_gradients_agree_with_differences(options, last):
    net = net_of(last, **options)
    x = tn.Tensor(numbers(), requires_grad=True)
    tn.check_gradients(lambda *_: net(x, LENGTHS), x, *net.parameters(), step=1e-6)  # norms of small rows are curved


# ---- sequences of several lengths


@every_kind
@every_end
def test_a_padded_batch_equals_its_sequences_one_by_one(options, last):
    net, x = net_of(last, **options), symbols()
    weights = rng(3).normal(size=(BATCH, TIME, CLASSES))
    together, alone, loss, loss_alone = net(x, LENGTHS), [], 0, 0
    for k, n in enumerate(LENGTHS):
        one = net(x[k : k + 1, :n])
        w = weights[k, :1] if last else weights[k, :n]
        loss, loss_alone = loss + (together[k, :n] * w).sum() if not last else loss, loss_alone + (one[0] * w).sum()
        alone.append(one.data[0])
    if last:
        loss = (together * weights[:, 0]).sum()
    for k, n in enumerate(LENGTHS):
        np.testing.assert_allclose(together.data[k] if last else together.data[k, :n], alone[k], atol=1e-14)
    assert_close(gradients(net, loss), gradients(net, loss_alone))


@every_kind
@every_end
def test_what_stands_after_the_end_has_no_influence(options, last):
    net, x = net_of(last, **options), numbers()
    behind = np.arange(TIME) >= LENGTHS[:, None]
    labels = np.where(behind, -1, rng(1).integers(0, CLASSES, (BATCH, TIME)))
    labels = labels[:, 0] if last else labels
    results = []
    for garbage in (0.0, 1e30, -7.0):
        x[behind] = garbage
        scores = net(x, LENGTHS)
        results.append(gradients(net, F.sequence_cross_entropy(scores, labels)))
        results[-1].append(scores.data if last else np.where(behind[:, :, None], 0, scores.data))
        results[-1] += [part.data for layer in net.run(x, lengths=LENGTHS)[1] for part in layer]
    for other in results[1:]:
        assert_close(results[0], other, 0)


def test_the_scores_of_the_last_step_are_those_of_each_sequence_s_own():
    every, last = net_of(), net_of(last=True)
    scores = every(symbols(), LENGTHS).data
    picked = scores[np.arange(BATCH), LENGTHS - 1]
    np.testing.assert_allclose(last(symbols(), LENGTHS).data, picked, atol=1e-14)
    assert not np.allclose(last(symbols()).data, picked)


# ---- a state carried from window to window


@every_kind
def test_windows_that_carry_the_state_equal_one_long_pass(options):
    net, x = net_of(**options), symbols(time=9)
    scores, state = [], None
    for first, end in ((0, 3), (3, 4), (4, 9)):
        part, state = net.run(x[:, first:end], state)
        scores.append(part)
    whole, final = net.run(x)
    joined = F.concatenate(scores, axis=1)

    np.testing.assert_allclose(joined.data, whole.data, atol=1e-14)
    for layer, expected in zip(state, final, strict=True):
        assert_close([part.data for part in layer], [part.data for part in expected], 1e-14)
    w = rng(4).normal(size=whole.shape)
    assert_close(gradients(net, (joined * w).sum()), gradients(net, (whole * w).sum()))


@every_kind
def test_a_detached_state_gives_the_gradient_of_the_last_window_alone(options):
    net = net_of(**options)
    before, window = tn.Tensor(numbers(seed=1), requires_grad=True), numbers(seed=2)
    _, state = net.run(before)
    values = [tuple(part.numpy() for part in layer) for layer in state]
    alone = gradients(net, net.run(window, values)[0].sum())
    truncated = gradients(net, net.run(window, detached(state))[0].sum())

    assert_close(truncated, alone, 0)
    assert before.grad is None
    through = gradients(net, net.run(window, state)[0].sum())
    assert before.grad.any() and not any(np.allclose(a, b) for a, b in zip(through[:-2], alone[:-2], strict=True))


# ---- recipes, seeds, modes


def test_each_matrix_has_the_recipe_given_for_it_and_each_gate_too():
    gates = [tn.Binary(), tn.Quantized(bits=2), tn.LowRank(rank=1), tn.Dense()]
    recipes = [gates, tn.Hashed(1 / 2), tn.Hashed(1 / 4), tn.Scaled(), tn.Sparse(1 / 2)]
    first, second, head = tn.RecurrentNet([SYMBOLS, 8, 4, CLASSES], weight=recipes).layers

    assert first.weight.parts == gates
    assert [first.recurrent, second.weight, second.recurrent, head.weight] == recipes[1:]


def test_options_reach_the_recurrent_layers_and_dropout_follows_each():
    net = tn.RecurrentNet([SYMBOLS, 8, 4, CLASSES], dropout=0.25, norm=True, forget_bias=3.0)
    assert [type(layer) for layer in net.layers] == [tn.LSTM, tn.Dropout, tn.LSTM, tn.Dropout, tn.Linear]
    for lstm in net.layers[0], net.layers[2]:
        assert len(lstm.norms) == 3 and lstm.bias.numpy()[lstm.n_hidden] == 3
    assert {type(layer) for layer in tn.RecurrentNet([2, 3, 3, 2], layer=tn.RNN).layers} == {tn.RNN, tn.Linear}
    x = symbols()
    assert not np.array_equal(net(x).data, net(x).data)
    assert np.array_equal(net.eval()(x).data, net(x).data)


def test_the_seed_fixes_the_values_and_no_two_layers_are_alike():
    def values(seed):
        return [p.data.tobytes() for p in tn.RecurrentNet([6, 6, 6, 6], seed=seed).parameters() if p.ndim == 2]

    assert values(0) == values(0)
    assert len({*values(0), *values(1)}) == 2 * 5


def test_float64_inputs_are_brought_to_the_precision_of_the_net():
    assert net_of(dtype=np.float32)(numbers()).dtype == np.float32
    assert net_of(dtype=np.float32)(symbols()).dtype == np.float32


# ---- the table and the file

NETS = {
    "dense": lambda: net_of(dtype=np.float32),
    "norm": lambda: net_of(dtype=np.float32, norm=True, last=True),
    "RNN of bits": lambda: net_of(dtype=np.float32, layer=tn.RNN, weight=tn.Binary(), dropout=0.5),
    "a recipe a gate": lambda: net_of(
        dtype=np.float32,
        weight=[[tn.Quantized(bits=k) for k in (1, 2, 3, 4)], *[tn.Hashed(1 / 4)] * 3, tn.LowRank(rank=2)],
    ),
    "by hand": lambda: tn.SequenceNet(
        tn.LSTM(SYMBOLS, 4, tn.Quantized(levels=3), tn.Sparse(1 / 2), norm=True), tn.LayerNorm(4), tn.Linear(4, CLASSES)
    ),
}
every_net = pytest.mark.parametrize("make", NETS.values(), ids=NETS)


@every_net
def test_the_table_adds_up_to_all_parameters_and_to_the_payload(make):
    net = make()
    text = repr(net).split("\n")
    end = {name: text[1].index(name) + len(name) for name in ("stored", "bits/entry", "bytes")}  # aligned to the right

    def column(name):
        cells = [row[: end[name]].split("  ")[-1].strip() for row in text[2:] if len(row) >= end[name]]
        return [int(cell.replace(",", "")) for cell in cells if cell]

    *parts, total = column("stored")
    assert sum(parts) == total == sum(p.size for p in net.parameters())
    *parts, total = column("bytes")
    assert sum(parts) == total == sum(a.nbytes for a in net.state().values())


def test_the_table_names_both_matrices_and_what_is_beside_them():
    text = repr(tn.RecurrentNet([SYMBOLS, 8, CLASSES], tn.Binary(scale=None), norm=True))
    rows = [row.split() for row in text.split("\n")]

    assert rows[2] == ["LSTM", "W", "Binary(scale=None)", "5", "x", "32", "160", "1", "20"]
    assert rows[3] == ["LSTM", "U", "Binary(scale=None)", "8", "x", "32", "256", "1", "32"]
    assert rows[4] == ["bias,", "norms", "104", "104", "32", "416"]  # 32 + 32 + 32 + 8


@every_net
def test_a_saved_net_gives_the_same_bits(make, tmp_path):
    net = make()
    size = tn.save(net, tmp_path / "net")
    again = tn.load(tmp_path / "net")
    x = symbols()

    assert type(again) is tn.SequenceNet and again.last == net.last and again.to_json() == net.to_json()
    assert again(x, LENGTHS).data.tobytes() == net.eval()(x, LENGTHS).data.tobytes()
    assert {k: a.tobytes() for k, a in again.state().items()} == {k: a.tobytes() for k, a in net.state().items()}
    assert 0 <= 8 * size.payload - net.stored_bits() == 8 * size.payload - again.stored_bits() < 8 * len(net.state())


@every_net
def test_a_damaged_file_is_refused(make, tmp_path):
    path = tmp_path / "net"
    tn.save(make(), path)
    whole = path.read_bytes()
    damaged = [whole[:-1], whole[: len(whole) // 2], whole + b"\0"]
    for place in range(0, len(whole), 97):
        damaged.append(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(tn.ModelFileError, match="not a readable network"):
            tn.load(path)


def forged(net, description):
    """Return the net's file with another description and a checksum that fits."""
    arrays, text = net.state(), json.dumps(description)
    return to_bytes(arrays, {"tinynet": "1", "net": text, "check": checksum(text, arrays)})


@pytest.mark.parametrize("name", ["a recipe a gate", "by hand"])
def test_with_any_setting_replaced_a_file_is_refused_or_gives_a_net_that_runs(name, tmp_path, one_value_replaced):
    net, path = NETS[name](), tmp_path / "net"
    assert from_bytes(forged(net, net.to_json())).keys() == net.state().keys()
    nasty = (None, True, 0, 2.5, 10**12, "x", [], [{"Dense": {}}] * 4, {"Dense": {}})
    for description in one_value_replaced(net.to_json(), nasty):
        path.write_bytes(forged(net, description))
        try:
            again = tn.load(path)
        except tn.ModelFileError:
            continue
        assert len(again(symbols())) == BATCH, description


GREEDY = {
    "LayerNorm": {"n": 30_000_000},
    "LSTM": {"n_in": 1, "n_hidden": 10_000_000, "weight": {"Dense": {}}, "norm": True},
}


@pytest.mark.parametrize("name", GREEDY)
def test_a_small_file_cannot_ask_for_much_memory(name):
    tracemalloc.start()
    with suppress(ValueError):
        Layer.from_json({name: GREEDY[name]})  # as a file has it; `restore` then sees that the arrays are missing
    bytes_held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert bytes_held < 1e6


# ---- errors


STATE = [(np.zeros((BATCH, 7)), np.zeros((BATCH, 7))), (np.zeros((BATCH, 4)), np.zeros((BATCH, 4)))]
TWO = [tn.Dense(), tn.Dense()]
# fmt: off
ERRORS = {
    "ragged list":            (lambda net: net([[0, 1, 2], [3, 4]]), "2 sequences of several lengths; pad them"),
    "ragged arrays":          (lambda net: net([numbers(1, 2)[0], numbers(1, 3)[0]]), "2 sequences of several lengths"),
    "no sequences":           (lambda net: net(symbols()[:0]), r"symbols of shape \(0, 6\).*at least 1"),
    "sequences of no length": (lambda net: net(symbols()[:, :0]), r"symbols of shape \(4, 0\).*at least 1"),
    "numbers of no length":   (lambda net: net(numbers()[:, :0]), "at least 1"),
    "an unknown symbol":      (lambda net: net(np.array([[0, 5]])), r"symbols from 0 to 5; .* knows 0 \.\. 4"),
    "a negative symbol":      (lambda net: net(np.array([[-1, 2]])), r"symbols from -1 to 2; .* knows 0 \.\. 4"),
    "symbols in one axis":    (lambda net: net(symbols()[0]), r"symbols of shape \(6,\); they must be \(batch, time\)"),
    "symbols in three":       (lambda net: net(symbols()[None]), r"symbols of shape \(1, 4, 6\)"),
    "wrong width":            (lambda net: net(numbers()[:, :, :4]), r"Net: .*\(4, 6, 4\).*\(batch, time, 5\)"),
    "numbers in two axes":    (lambda net: net(numbers()[:, :, 0]), r"Net: .*\(4, 6\).*\(batch, time, 5\)"),
    "a Tensor in two axes":   (lambda net: net(tn.Tensor(numbers()[0])), r"Net: .*\(6, 5\).*\(batch, time, 5\)"),
    "state of one layer":     (lambda net: net.run(symbols(), STATE[:1]), "states of 1 layers; there are 2"),
    "states in wrong order":  (lambda net: net.run(symbols(), STATE[::-1]), r"\(4, 4\)\]; it is 2 of \(4, 7\)"),
    "h without c":            (lambda net: net.run(symbols(), [s[:1] for s in STATE]), r"it is 2 of \(4, 7\)"),
    "state of another batch": (lambda net: net.run(symbols(3), STATE), r"it is 2 of \(3, 7\)"),
    "length 0":               (lambda net: net(symbols(), [6, 3, 0, 5]), r"lengths \[6, 3, 0, 5\].*each 1 \.\. 6"),
    "length above time":      (lambda net: net(symbols(), [6, 3, 1, 7]), r"lengths \[6, 3, 1, 7\].*each 1 \.\. 6"),
    "too few lengths":        (lambda net: net(symbols(), [6, 3, 1]), r"must be integers \(4,\)"),
    "two widths":             (lambda _: tn.RecurrentNet([5, 3]), r"widths=\[5, 3\]; a list \[inputs"),
    "too few recipes":        (lambda _: tn.RecurrentNet([5, 4, 3], [tn.Binary()]), "1 recipes for 3 matrices"),
    "too many recipes":       (lambda _: tn.RecurrentNet([5, 4, 3], [tn.Binary()] * 4), "4 recipes for 3 matrices"),
    "too few gates":          (lambda _: tn.RecurrentNet([5, 4, 3], [[tn.Binary()] * 3, *TWO]), "for 4 gates"),
    "Linear first":           (lambda _: tn.SequenceNet(tn.Linear(5, 3)), "first layer must be recurrent"),
    "a cell first":           (lambda _: tn.SequenceNet(tn.LSTMCell(5, 3)), "the first layer must be recurrent"),
    "no layers":              (lambda _: tn.SequenceNet(), r"SequenceNet: \[\]; the first layer must be recurrent"),
}
# fmt: on


@pytest.mark.parametrize("act, message", ERRORS.values(), ids=ERRORS)
def test_what_does_not_fit_is_named_with_the_values_seen(act, message):
    with pytest.raises(ValueError, match=message):
        act(net_of())


@pytest.mark.parametrize(
    "act, message",
    [
        (lambda: tn.RecurrentNet([5, 4, 3], layer="lstm"), "layer='lstm'; pass the class itself: tn.LSTM or tn.RNN"),
        (lambda: tn.RecurrentNet([5, 4, 3], weight="binary"), "weight='binary'; give a recipe such as tn.Hashed"),
        (lambda: tn.RecurrentNet([5, 4, 3], weight=tn.Binary), "weight=<class .*; give a recipe such as tn.Hashed"),
        (lambda: tn.SequenceNet([tn.LSTM(2, 3), tn.Linear(3, 2)]), "give the layers one by one, not in a list"),
        (lambda: tn.save("file", tn.RecurrentNet([5, 4, 3])), r"save: 'file' is not a network; pass it first"),
        (lambda: tn.reading.activations(tn.RecurrentNet([5, 4, 3]), np.zeros((1, 2, 5))), "is no Sequential of rows"),
    ],
)
def test_a_thing_of_another_kind_is_named(act, message):
    with pytest.raises(TypeError, match=message):
        act()
