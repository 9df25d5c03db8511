"""The embedded Reber grammar against a regular expression written from its drawing, and its criterion by loops."""

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinynet.datasets import lengths, load, reber
from tinynet.datasets.text import decode

TAIL = "T*V(?:PXT*V)*(?:V|PS)"  # from the lower left node on, up to E
INNER = f"B(?:TS*X(?:S|X{TAIL})|P{TAIL})E"
GRAMMAR = re.compile(f"BT{INNER}TE|BP{INNER}PE")


def strings_of(split):
    """The strings again: the inputs and the last label."""
    return [
        decode(np.append(row[:n], row_labels[n - 1]), reber.ALPHABET)
        for row, row_labels, n in zip(*split, lengths(split.labels), strict=True)
    ]


def all_strings(longest):
    """Every string of the grammar up to this length, by searching the automaton."""
    found, front = [], [""]
    for _ in range(longest):
        front = [prefix + symbol for prefix in front for symbol in sorted(reber.legal_next(prefix))]
        found += [string for string in front if not reber.legal_next(string)]
    return found


def matches_begun(prefix, tails):
    return any(GRAMMAR.fullmatch(prefix + tail) for tail in tails)


@pytest.mark.parametrize("string", ["BTBTXSETE", "BPBPVVEPE", "BTBTSSXXTVVETE", "BPBTXXVPSEPE", "BPBTSXXVPSEPE"])
def test_strings_of_the_literature(string):
    assert reber.accepts(string) and GRAMMAR.fullmatch(string)
    other = string[:-2] + {"T": "P", "P": "T"}[string[-2]] + "E"
    assert not reber.accepts(other)  # the second symbol is not repeated


def test_the_automaton_is_the_regular_expression():
    found = all_strings(13)
    assert all(GRAMMAR.fullmatch(string) for string in found) and len(set(found)) == len(found)
    # And none is missing: inner strings of 5 to 7 symbols by brute force, and drawn by hand.
    inner = [f"B{''.join(mid)}E" for n in (3, 4, 5) for mid in product("TPSXV", repeat=n)]
    expected = {f"B{o}{i}{o}E" for i in inner for o in "TP" if re.fullmatch(INNER, i)}
    by_hand = ["BTXSE", "BPVVE", "BTSXSE", "BPTVVE", "BPVPSE", "BTSSXSE", "BTXXVVE", "BPTTVVE", "BPTVPSE"]
    assert expected == {f"B{o}{i}{o}E" for i in by_hand for o in "TP"}
    assert {string for string in found if len(string) <= 11} == expected


@given(st.text("BTPSXVE", max_size=16))
def test_nothing_else_is_accepted(string):
    assert reber.accepts(string) == bool(GRAMMAR.fullmatch(string))


@given(st.integers(0, 10_000), st.integers(0, 30), st.sampled_from("BTPSXVEb?"))
def test_a_changed_string_is_accepted_only_where_it_matches(seed, at, symbol):
    string = reber.generate(np.random.default_rng(seed))
    changed = string[:at] + symbol + string[at + 1 :]
    assert GRAMMAR.fullmatch(string) and reber.accepts(changed) == bool(GRAMMAR.fullmatch(changed))


def test_no_state_is_there_twice():
    """20 states, each with a future of its own: the strings of up to 9 symbols that it leads to the end."""

    def future(state, n):
        arcs = reber.AUTOMATON[state].items() if n else ()
        return frozenset({""} if state == "end" else {s + rest for s, q in arcs for rest in future(q, n - 1)})

    assert len(reber.AUTOMATON) == len({future(state, 9) for state in reber.AUTOMATON}) == 20


def test_legal_next():
    assert reber.legal_next("") == {"B"} and reber.legal_next("B") == {"T", "P"}
    assert reber.legal_next("BTBTXSE") == {"T"} and reber.legal_next("BPBTXSE") == {"P"}
    assert reber.legal_next("BTBTXSETE") == set()
    with pytest.raises(ValueError, match="'BTX' begins no string of the grammar: after 'BT' comes B, not 'X'"):
        reber.legal_next("BTX")
    with pytest.raises(ValueError, match="after 'BTB' comes T or P, not 't'"):
        reber.legal_next("BTBtX")
    with pytest.raises(ValueError, match="after 'BTBTXSETE' comes nothing, not 'B'"):
        reber.legal_next("BTBTXSETEB")
    assert not reber.accepts("") and not reber.accepts("BTBTXSET") and not reber.accepts("BTBTXSETEB")


def exact(longest=120):
    """The probability of each length, by carrying that of each state along."""
    at, of_length = {"start": 1.0}, np.zeros(longest + 1)
    for n in range(1, longest + 1):
        following = {}
        for state, p in at.items():
            for q in reber.AUTOMATON[state].values():
                following[q] = following.get(q, 0) + p / len(reber.AUTOMATON[state])
        of_length[n] = following.pop("end", 0)
        at = following
    return of_length


def test_lengths_are_those_of_fair_coins():
    p = exact()
    assert np.isclose(p.sum(), 1) and np.isclose(p @ np.arange(len(p)), 12)
    assert p[:9].sum() == 0 < p[9] and 1.8e6 < 1 / p[56:].sum() < 2.0e6  # as the docstring says
    data = load("reber", train=5_000)
    seen = np.bincount(lengths(data.train.labels) + 1, minlength=30)[:30] / 5_000
    assert np.abs(seen - p[:30]).max() < 0.02
    assert abs(np.mean(data.train.inputs[:, 1] == reber.ALPHABET.index("T")) - 0.5) < 0.02


def test_every_split_is_of_the_grammar():
    data = load("reber")
    for split in (*data, reber.disjoint(), reber.longer()):
        strings = strings_of(split)
        assert len(strings) == 256 and all(GRAMMAR.fullmatch(string) for string in strings)
        assert split.inputs.shape[1] == max(map(len, strings)) - 1
        assert split.inputs.dtype == np.uint8 and split.labels.dtype == np.int64


def test_three_quarters_of_the_test_strings_are_in_train():
    shares = []
    for seed in range(10):
        train, _, test = (strings_of(split) for split in load("reber", seed))
        shares.append(np.mean([string in set(train) for string in test]))
    assert abs(np.mean(shares) - 0.75) < 0.03


@pytest.mark.parametrize("seed", range(5))
def test_disjoint_and_longer(seed):
    train = strings_of(load("reber", seed).train)
    fresh, longer = strings_of(reber.disjoint(seed)), strings_of(reber.longer(seed))
    assert len(set(fresh)) == 256 and not set(fresh) & set(train)
    for split in load("reber", seed):  # drawn anew, not picked from another split
        assert [string for string in strings_of(split) if string not in train][:9] != fresh[:9]
    assert min(map(len, longer)) >= 2 * max(map(len, train))
    assert np.mean(list(map(len, longer))) < 2 * max(map(len, train)) + 10  # and not much longer
    assert len(set(longer)) > 250
    loops = [sum(part in string for string in longer) for part in ("TTT", "PXTV", "PXV", "TSS")]
    assert min(loops) > 15  # all loops are walked


def test_disjoint_and_longer_are_their_own_draws():
    for draw in (reber.disjoint, reber.longer):
        a, b, more, other = draw(0), draw(0), draw(0, size=300), draw(1)
        assert np.array_equal(a.inputs, b.inputs) and np.array_equal(a.labels, b.labels)
        assert strings_of(more)[:256] == strings_of(a)
        assert strings_of(other) != strings_of(a)
        for sizes in ({"size": 0}, {"train": -1}):
            with pytest.raises(ValueError, match="pass a positive integer"):
                draw(**sizes)


@pytest.mark.parametrize("at_least", range(9, 40))
def test_at_least_is_at_least(at_least):
    rng = np.random.default_rng(at_least)
    strings = [reber.generate(rng, at_least) for _ in range(50)]
    assert all(GRAMMAR.fullmatch(string) for string in strings)
    assert min(map(len, strings)) == at_least


def test_legal_targets_are_what_the_expression_can_still_match():
    split = load("reber", test=40).test
    legal = reber.legal_targets(split.inputs)
    assert legal.shape == (*split.inputs.shape, 7) and legal.dtype == bool
    # Some way to end from every node: short tails by brute force over all strings.
    tails = {string[k:] for string in all_strings(13) for k in range(len(string) + 1)}
    for string, row in zip(strings_of(split), legal, strict=True):
        n = len(string) - 1
        assert not row[n:].any()
        for t in range(n):
            expected = [matches_begun(string[: t + 1] + symbol, tails) for symbol in reber.ALPHABET]
            assert row[t].tolist() == expected
    assert np.take_along_axis(legal, np.maximum(split.labels, 0)[..., None], 2)[..., 0][split.labels >= 0].all()


def test_legal_targets_of_whole_strings_and_beginnings():
    whole = np.array([[reber.ALPHABET.index(s) for s in "BTBTXSETE"] + [0, 0]])
    legal = reber.legal_targets(whole)[0]
    assert legal[7].tolist() == [False] * 6 + [True] and not legal[8:].any()
    assert np.array_equal(reber.legal_targets(whole[:, :4])[0], legal[:4])
    assert reber.legal_targets(np.zeros((0, 5), np.uint8)).shape == (0, 5, 7)


def test_inputs_that_are_no_strings():
    good = load("reber", test=3).test.inputs.astype(int)
    for at, symbol, message in [
        ((1, 0), 1, "inputs: row 1 begins with T, as no string"),
        ((2, 2), 0, None),
        ((2, 2), 6, "inputs: row 2 begins with B[TP]E"),
        ((0, -1), 7, r"dtype int64; give ids \(N, T\) in the alphabet BTPSXVE"),
        ((0, -1), -1, r"give ids \(N, T\)"),
    ]:
        bad = good.copy()
        bad[at] = symbol
        if message is None:
            assert np.array_equal(bad, good)  # the B of the inner string
            continue
        with pytest.raises(ValueError, match=message):
            reber.legal_targets(bad)
    for begun in ("BTBTXSE", "BPBTXSE"):  # padding cannot begin before the repeated symbol
        with pytest.raises(ValueError, match=f"row 0 begins with {begun}B"):
            reber.legal_targets(np.array([[reber.ALPHABET.index(s) for s in begun] + [0, 0]]))
    padded = np.pad(good, ((0, 0), (0, 2)))
    padded[0, -1] = 1
    with pytest.raises(ValueError, match=r"row 0 begins with .*BT, as no string of the grammar does, nor padding"):
        reber.legal_targets(padded)
    for wrong in (good[0], good.astype(float)):
        with pytest.raises(ValueError, match="inputs of shape"):
            reber.legal_targets(wrong)


def by_hand(scores, split):
    """Both criteria of one string after the other, from `legal_next`."""
    illegal, strict = [], []
    for string, row in zip(strings_of(split), scores, strict=True):
        wrong = set()
        for t in range(len(string) - 1):
            legal = reber.legal_next(string[: t + 1])
            ranked = [reber.ALPHABET[k] for k in np.argsort(-row[t])]
            wrong |= {"illegal"} if ranked[0] not in legal else set()
            wrong |= {"strict"} if set(ranked[: len(legal)]) != legal else set()
        illegal.append("illegal" in wrong)
        strict.append("strict" in wrong)
    return illegal, strict


@pytest.mark.parametrize("noise", [0.0, 0.15, 0.2, 0.3, 1.0])
def test_errors_by_hand(noise):
    split = load("reber", test=200).test
    rng = np.random.default_rng(0)
    scores = reber.legal_targets(split.inputs) + noise * rng.normal(size=(*split.inputs.shape, 7))
    scores += 1e-9 * rng.normal(size=scores.shape)
    illegal, strict = reber.errors(scores, split.inputs)
    assert (illegal.tolist(), strict.tolist()) == by_hand(scores, split)
    assert illegal.dtype == strict.dtype == bool and not (illegal & ~strict).any()
    assert noise or not strict.any()
    if noise == 0.2:
        assert 0 < illegal.sum() < strict.sum() < 200  # the two differ here


def test_errors_at_single_steps():
    split = load("reber", test=1).test
    legal = reber.legal_targets(split.inputs)
    n = int(lengths(split.labels)[0])
    for t in range(n):
        scores = legal.astype(float)
        scores[0, t] = np.where(legal[0, t], 0, 1)
        assert [e.tolist() for e in reber.errors(scores, split.inputs)] == [[True], [True]]
        scores[0, t] = 0  # a tie
        assert reber.errors(scores, split.inputs)[1].tolist() == [True]
    scores = legal.astype(float)
    scores[0, 1, split.labels[0, 1]] = -np.inf  # B alone may follow there
    assert reber.errors(scores, split.inputs)[0].tolist() == [True]
    longer = np.pad(legal.astype(float), ((0, 0), (0, 3), (0, 0)))
    longer[:, n:, 3] = 9  # what is said on padding does not count
    assert not np.any(reber.errors(longer, np.pad(split.inputs, ((0, 0), (0, 3)))))


def test_scores_of_another_shape():
    inputs = load("reber", test=2).test.inputs
    scores = np.zeros((*inputs.shape, 7))
    with pytest.raises(ValueError, match=r"scores of shape \(2, 7\), 0 of them NaN; for inputs of shape \(2, \d+\)"):
        reber.errors(scores[:, 0], inputs)
    scores[0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="1 of them NaN"):
        reber.errors(scores, inputs)
