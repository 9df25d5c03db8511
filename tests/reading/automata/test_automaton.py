"""Automata: refinement against strings enumerated one by one, and a network written by hand that gives back its own."""

from itertools import product

import numpy as np
import pytest

import tinynet as tn
from tinynet.datasets import reber
from tinynet.reading.automata.automaton import classes, k_means, minimal_automaton, read_automaton, shortest_difference
from tinynet.reading.automata.automaton_drawing import draw_automaton, plot_automaton


def drawn(seed, states=6, symbols="ab"):
    """Return an automaton with random arcs, all of them legal but some."""
    rng = np.random.default_rng(seed)
    return {q: {s: int(rng.integers(states)) for s in symbols if rng.random() < 0.8} for q in range(states)}


def legal_after(automaton, string, q=None):
    """Return the symbols that may follow a string, None where it is not legal itself."""
    q = next(iter(automaton)) if q is None else q
    for s in string:
        if s not in automaton[q]:
            return None
        q = automaton[q][s]
    return set(automaton[q])


def every_string(length, symbols="ab"):
    return [string for n in range(length + 1) for string in product(symbols, repeat=n)]


# ---------------------------------------------------------------------- smallest form


@pytest.mark.parametrize("seed", range(20))
def test_states_are_merged_just_where_no_string_tells_them_apart(seed):
    automaton = drawn(seed)
    of = classes(automaton)
    for q, r in product(automaton, repeat=2):
        alike = all(legal_after(automaton, s, q) == legal_after(automaton, s, r) for s in every_string(6))
        assert (of[q] == of[r]) == alike


@pytest.mark.parametrize("seed", range(20))
def test_planted_equivalent_states_are_found(seed):
    rng, automaton = np.random.default_rng(seed), drawn(seed)
    copies = {
        (q, i): {s: (r, int(rng.integers(3))) for s, r in arcs.items()}
        for q, arcs in automaton.items() for i in range(3)
    }  # fmt: skip
    assert minimal_automaton(copies) == minimal_automaton(automaton) and len(minimal_automaton(automaton)) <= 6
    assert all(legal_after(minimal_automaton(copies), s) == legal_after(automaton, s) for s in every_string(6))
    assert shortest_difference(automaton, copies) is None


def test_states_that_differ_only_far_ahead_stay_apart():
    chain = {i: {"a": i + 1} for i in range(30)} | {30: {}}
    assert len(minimal_automaton(chain)) == 31
    assert minimal_automaton(chain | {30: {"a": 0}}) == {0: {"a": 0}}  # a ring of equal states is one


def test_the_grammar_is_its_own_smallest_form():
    smallest = minimal_automaton(reber.AUTOMATON)
    assert len(smallest) == 20 and shortest_difference(reber.AUTOMATON, smallest) is None


# ---------------------------------------------------------------------- difference


@pytest.mark.parametrize("seed", range(30))
def test_the_difference_is_the_first_that_enumeration_finds(seed):
    right, other = drawn(seed, 4), drawn(seed, 4)
    other[seed % 4] = drawn(seed + 100, 4)[seed % 4]
    strings = [s for s in every_string(8) if legal_after(right, s) is not None]
    differing = [s for s in strings if legal_after(right, s) != legal_after(other, s)]
    found = shortest_difference(right, other)
    assert (found is None) == (not differing)
    if differing:
        assert len(found) == len(differing[0]) and tuple(found) in differing
        assert shortest_difference(right, other, length=len(found)) == found
        assert not found or shortest_difference(right, other, length=len(found) - 1) is None


def test_a_forgotten_t_or_p_is_a_difference_at_the_end_of_the_inner_string():
    forgets = {q: dict(arcs) for q, arcs in reber.AUTOMATON.items()}
    forgets["P5"]["V"] = "T6"
    assert shortest_difference(reber.AUTOMATON, forgets) == "BPBPVVE"
    assert shortest_difference(reber.AUTOMATON, forgets, length=6) is None


# ---------------------------------------------------------------------- out of a network


def net_of(automaton, alphabet, sharpness=20.0):
    """Return an RNN that is the automaton: a unit for each arc (q, s), +1 while it was the last one taken, else -1.

    Unit (q, s) has z = sum over arcs into q of (h + 1)/2 + [x = s] - 3/2. At the first step all h are 0, not -1, which
    the sum of all h tells: then it is 0, later 2 - units. So the arcs of the start wait for 0, all others for the rest.
    """
    arcs = [(q, s, r) for q, out in automaton.items() for s, r in out.items()]
    n, start = len(arcs), next(iter(automaton))
    W, U, b = np.zeros((len(alphabet), n)), np.zeros((n, n)), np.zeros(n)
    A, a = np.zeros((n, len(alphabet))), np.zeros(len(alphabet))
    for j, (q, s, r) in enumerate(arcs):
        W[alphabet.index(s), j] = 1
        into = np.array([to == q for *_, to in arcs])
        if q == start:
            U[:, j], b[j] = 1 / (n - 2), -0.5
        else:
            U[:, j], b[j] = into / 2 - 1, into.sum() / 2 - 1.5 - (n - 2)
        for next_symbol in automaton[r]:
            A[j, alphabet.index(next_symbol)] = 10
    a = A.sum(axis=0)  # of (h + 1) A
    net = tn.RecurrentNet([len(alphabet), n, len(alphabet)], layer=tn.RNN, alphabet=alphabet)
    rnn, top = net.layers
    rnn.weight.W.data, rnn.recurrent.W.data, rnn.bias.data = (sharpness * v.astype(np.float32) for v in (W, U, b))
    top.weight.W.data, top.bias.data = A.astype(np.float32), a.astype(np.float32)
    return net


def words(n, seed=0):
    return reber.strings(n, np.random.default_rng(seed))


@pytest.mark.parametrize("clusters", [None, 60])
def test_a_network_written_by_hand_gives_back_its_automaton(clusters):
    found = read_automaton(net_of(reber.AUTOMATON, reber.ALPHABET), words(300), clusters=clusters)
    assert (
        minimal_automaton(found.arcs) == minimal_automaton(reber.AUTOMATON)
        and shortest_difference(reber.AUTOMATON, found.arcs) is None
    )
    arcs = sum(map(len, reber.AUTOMATON.values()))
    assert found.steps == sum(map(len, words(300))) and (found.unlike, found.unknown) == (0, 0)
    if clusters is None:
        assert (found.states, found.conflicts) == (1 + arcs, 0)  # start, and a unit for each arc


def test_a_network_that_forgets_is_caught():
    forgets = {q: dict(arcs) for q, arcs in reber.AUTOMATON.items()}
    forgets["P5"]["V"] = "T6"
    found = read_automaton(net_of(forgets, reber.ALPHABET), words(300))
    assert shortest_difference(reber.AUTOMATON, found.arcs) == "BPBPVVE"


def test_states_with_different_legal_symbols_are_never_one():
    net = net_of(reber.AUTOMATON, reber.ALPHABET)
    found = read_automaton(net, words(300), clusters=1)  # h says nothing; what may follow still does
    sets = {frozenset(arcs) for arcs in reber.AUTOMATON.values()}
    assert found.states == len(sets) + 1 and found.conflicts >= found.unlike > 0  # start is a state of its own
    assert shortest_difference(reber.AUTOMATON, found.arcs) is not None


def test_an_arc_that_no_string_took_leads_to_what_is_unknown():
    found = read_automaton(net_of(reber.AUTOMATON, reber.ALPHABET), ["BTBTXSETE"])
    assert found.unknown == 4  # P for each T before the X, S for the X, X for the S after it
    assert shortest_difference(reber.AUTOMATON, found.arcs) == "BP"


def test_the_threshold_says_what_is_legal():
    found = read_automaton(net_of(reber.AUTOMATON, reber.ALPHABET), words(300), threshold=0.6)
    assert shortest_difference(reber.AUTOMATON, found.arcs) == "B"  # two symbols have one half each


def test_a_trained_lstm_has_the_automaton_of_the_grammar():
    net = tn.RecurrentNet([7, 20, 7], seed=1)
    tn.fit(
        net, reber.load(1).train, epochs=60, batch_size=16, lr=0.02, optimizer=tn.Adam, clip=1.0,
        schedule=tn.optim.cosine, weight_decay=1e-3, seed=1,
    )  # fmt: skip
    for clusters in (None, 80):
        found = read_automaton(net, words(1000, seed=1), reber.ALPHABET, clusters=clusters)
        assert (
            minimal_automaton(found.arcs)
            == minimal_automaton(reber.AUTOMATON)
            != minimal_automaton(dict(found.arcs) | {"end": {"E": "end"}})
        )
        assert found.conflicts < 0.1 * found.steps and found.unlike < 0.01 * found.steps


@pytest.mark.parametrize(
    "weight", [tn.LowRank(rank=2), tn.Hashed(1 / 4), tn.Sparse(1 / 4), tn.Quantized(bits=2), tn.Binary(),
               tn.Scaled(tn.Dense())], ids=repr,
)  # fmt: skip
def test_networks_of_every_method_can_be_read(weight):
    net = tn.RecurrentNet([7, 5, 4, 7], weight, alphabet=reber.ALPHABET).train()
    found = read_automaton(net, words(20))
    assert net.training and all(r in found.arcs for arcs in found.arcs.values() for r in arcs.values())


def test_k_means_finds_clouds_and_each_row_alone():
    rng = np.random.default_rng(0)
    x = np.repeat(10 * rng.normal(size=(5, 3)), 20, axis=0) + 0.1 * rng.normal(size=(100, 3))
    nearest = k_means(x, 5)
    assert len(set(nearest)) == 5 and all(len(set(nearest[i : i + 20])) == 1 for i in range(0, 100, 20))
    assert len(set(k_means(x, 100))) == 100 and set(k_means(np.zeros((4, 2)), 3)) == {0}


def test_errors_say_what_to_do():
    net = tn.RecurrentNet([7, 5, 7])
    for message, args in [
        (r"0 strings; at least one is needed", (net, [], reber.ALPHABET)),
        (r"1 strings; at least one is needed, each of 2 symbols or more", (net, ["B"], reber.ALPHABET)),
        (r"alphabet=''; the network needs 7 characters", (net, ["BT"])),
        (r"alphabet='BT'; the network needs 7 characters", (net, ["BT"], "BT")),
        (r"'Q'", (net, ["BQT"], reber.ALPHABET)),
        (r"3 scores a step; 7 are needed, one a symbol", (tn.RecurrentNet([7, 5, 3]), ["BTB"], reber.ALPHABET)),
    ]:
        with pytest.raises(ValueError, match=message):
            read_automaton(*args)
    with pytest.raises(TypeError, match=r"MLP reads no strings; give a SequenceNet"):
        read_automaton(tn.MLP([7, 7]), ["BT"], reber.ALPHABET)
    with pytest.raises(ValueError, match=r"k_means: 9 clusters of 2 rows"):
        read_automaton(net, ["BTB"], reber.ALPHABET, clusters=9)
    net.layers[1].bias.data = np.full(7, np.nan, np.float32)
    with pytest.raises(ValueError, match=r"states or scores are not finite"):
        read_automaton(net, ["BTB"], reber.ALPHABET)
    for nonsense, what in [({0: {"a": 1}}, "0 -a-> 1, which is no state"), ({}, "no states")]:
        for use in (minimal_automaton, draw_automaton, lambda a: shortest_difference(reber.AUTOMATON, a)):
            with pytest.raises(ValueError, match=f"automaton: {what}; give"):
                use(nonsense)
    with pytest.raises(ValueError, match=r"nothing to draw; pass \{title: automaton"):
        plot_automaton({})


# ---------------------------------------------------------------------- drawn


def test_dot_has_each_state_and_each_arc():
    text = draw_automaton({"go": {"a": "go", "b": "stop", "c": "stop"}, "stop": {}})
    assert text == (
        'digraph automaton {\n  rankdir=LR\n  q0 [shape=circle label="go"]\n  q1 [shape=doublecircle label="stop"]\n'
        '  q0 -> q0 [label="a"]\n  q0 -> q1 [label="b c"]\n}\n'
    )


def test_the_picture_shows_each_state_once_and_each_symbol():
    read = read_automaton(net_of(reber.AUTOMATON, reber.ALPHABET), words(300))
    figure = plot_automaton({"the grammar": reber.AUTOMATON, "read": read.arcs})
    above, below = figure.axes
    assert above.get_title() == "the grammar: 20 states" and below.get_title() == f"read: {len(read.arcs)} states"
    shown = [t.get_text() for t in above.texts]
    assert set(reber.AUTOMATON) <= set(shown)
    arcs = [s for out in reber.AUTOMATON.values() for s in out]
    assert sorted(t for t in shown if t in arcs) == sorted(arcs)
