"""Lesson 16: the exercises are tinynet's LSTM and RNN, and the committed results are what the lesson says."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest

LESSON = manifest.lesson(16)
ANSWERS = LESSON.solution


@pytest.fixture(scope="module")
def unrolled():
    return manifest.load_module(LESSON.path / "unrolled.py")


def of_float64(layer):
    for p in layer.parameters():
        p.data = p.numpy().astype(np.float64)
    return layer, layer.weight.weight().numpy(), layer.recurrent.weight().numpy(), layer.bias.numpy()


def test_the_step_and_its_vjp_are_tinynets_cell():
    rng = np.random.default_rng(0)
    cell, W, U, b = of_float64(tn.LSTMCell(3, 4, seed=0))
    x, h, c, dh, dc = rng.normal(size=(5, 3)), *rng.normal(size=(4, 5, 4))
    memory = tn.Tensor(c, requires_grad=True)
    out, new = cell(x, (tn.Tensor(h), memory))
    for ours, theirs in zip(ANSWERS.lstm_step(x, h, c, W, U, b), (out, new), strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-12)
    ((out * dh).sum() + (new * dc).sum()).backward()
    dz, dc_before = ANSWERS.lstm_vjp(dh, dc, x @ W + h @ U + b, c)
    np.testing.assert_allclose(dc_before, memory.grad, atol=1e-12)
    np.testing.assert_allclose(dz.sum(axis=0), cell.bias.grad, atol=1e-12)


def test_truncated_backpropagation_is_a_detached_state():
    rng = np.random.default_rng(0)
    layer, W, U, b = of_float64(tn.RNN(3, 4, seed=0))
    x, g = rng.normal(size=(8, 5, 3)), rng.normal(size=(5, 4))
    h = [np.zeros((5, 4))]
    for row in x:
        h.append(np.tanh(row @ W + h[-1] @ U + b))
    for cut in 1, 3, 8:
        outputs, _ = layer(x[8 - cut :], (tn.Tensor(h[8 - cut]),))
        outputs[-1].backward(g)
        [p] = layer.recurrent.parameters()
        np.testing.assert_allclose(ANSWERS.truncated(g, np.array(h), U, cut), p.grad, atol=1e-12)
        p.grad = None


def test_a_forget_bias_leaves_its_share_and_the_counts_are_those_of_the_layers():
    for steps, share in (20, 0.5), (50, 0.1):
        assert (1 / (1 + np.exp(-ANSWERS.forget_bias(steps, share)))) ** steps == pytest.approx(share)
    sizes = [sum(p.size for p in layer(4, 16).parameters()) for layer in (tn.RNN, tn.LSTM)]
    assert ANSWERS.counts(4, 16, 50) == (*sizes, 50 * sizes[0])
    assert round(0.7310586**20, 4) == 0.0019


def test_a_tied_chain_is_an_lstm(unrolled):
    net = unrolled.Unrolled("open", "tied", "every", 10, seeds=[3])
    x, _ = net.rows()
    W, U, b = (p.numpy()[0] for p in net.layers[0].parameters)
    assert b[0, 16] == pytest.approx(ANSWERS.forget_bias(10, 0.5))
    outputs, *_ = tn.functional.lstm(x[:, 0], W, U, b[0])
    np.testing.assert_allclose(net.states(x)[-1][0].numpy()[0], outputs[-1].numpy(), atol=1e-5)


def test_each_kind_has_eight_seeds_and_the_script_makes_the_table(unrolled):
    rows, seeds = unrolled.committed(), {}
    for row in rows:
        seeds.setdefault((row["steps"], row["cell"], row["weights"], row["inputs"]), []).append(row["seed"])
    assert len(seeds) == 3 * len(unrolled.KINDS) and all(found == list(range(8)) for found in seeds.values())
    [row] = [
        r
        for r in rows
        if (r["steps"], r["cell"], r["weights"], r["inputs"], r["seed"]) == (10, "open", "fresh", "every", 1)
    ]
    net = unrolled.Unrolled("open", "fresh", "every", 10, seeds=[1])
    assert net.units == row["units"] and sum(p.size for p in net.inside) == row["numbers"]
    [solved], _ = unrolled.trained(net, row["rate"])
    assert solved == pytest.approx(row["solved"], abs=10)


def test_a_cut_costs_little_of_the_gradient_of_an_untrained_rnn(unrolled):
    net = unrolled.Unrolled("plain", "tied", "every", 20, seeds=[0])
    x, labels = net.rows()
    states = [h for h, _ in net.states(x)]
    states[-1].retains_grad = True
    unrolled.loss(net.scores((states[-1], None)), labels).backward()
    U, h = net.layers[0].U, np.array([np.zeros(states[0].shape[1:]), *(state.numpy()[0] for state in states)])
    for cut, lost in (10, 0.034), (20, 0):
        missing = ANSWERS.truncated(states[-1].grad[0], h, U.numpy()[0], cut) - U.grad[0]
        assert np.linalg.norm(missing) / np.linalg.norm(U.grad[0]) == pytest.approx(lost, abs=0.005)


@pytest.mark.parametrize("inputs, slope", [("every", 0.72), ("first", 0.94)])
def test_inputs_push_the_units_to_where_tanh_is_flat(unrolled, inputs, slope):
    net = unrolled.Unrolled("plain", "tied", inputs, 50)
    states = net.states(net.rows()[0])
    assert np.mean([1 - h.numpy() ** 2 for h, _ in states]) == pytest.approx(slope, abs=0.006)


def test_what_the_lesson_says_of_the_committed_results(unrolled):
    solved, lost = {}, {}
    for row in unrolled.committed():
        kind = row["steps"], row["cell"], row["weights"], row["inputs"]
        solved.setdefault(kind, []).append(row["solved"])
        lost[kind] = lost.get(kind, 0) + row["lost"] / 8
    starts = {kind: np.count_nonzero(found) for kind, found in solved.items()}
    assert lost[50, "plain", "tied", "every"] == pytest.approx(5.7, abs=0.2)
    assert lost[50, "plain", "fresh", "every"] == pytest.approx(6.0, abs=0.2)
    assert lost[50, "gated", "tied", "every"] == pytest.approx(3.1, abs=0.2)
    assert max(lost[50, "plain", "fresh", "first"], lost[50, "plain", "tied", "first"]) < 1
    assert lost[50, "gated", "fresh", "every"] > lost[50, "plain", "tied", "every"]
    assert lost[50, "open", "tied", "every"] == pytest.approx(-np.log10(6.3), abs=0.02)
    assert starts[50, "plain", "tied", "every"] == 3 and starts[50, "plain", "fresh", "every"] == 0
    assert starts[50, "gated", "tied", "every"] == 0 and starts[50, "gated", "fresh", "every"] == 4
    assert starts[50, "open", "tied", "every"] == starts[50, "open", "fresh", "every"] == 8
    assert np.median(solved[50, "open", "fresh", "every"]) < np.median(solved[50, "open", "tied", "every"])
    assert starts[50, "open", "narrow", "every"] == starts[50, "plain", "narrow", "every"] == 0
    assert unrolled.units_of("open", "narrow", 50) == 1
    assert min(starts[50, "plain", weights, "first"] for weights in ("tied", "fresh")) >= 6
