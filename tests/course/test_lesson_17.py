"""Lesson 17: the exercises are tinynet's reading of automata, and the committed results are what the lesson says."""

import json
import re
import signal
from pathlib import Path

import numpy as np
import pytest

from tinynet.course import manifest, patience
from tinynet.course.calls import from_text
from tinynet.course.grading import grade_here
from tinynet.datasets import reber
from tinynet.reading.automata.automaton import classes, minimal_automaton, reached, shortest_difference

LESSON = manifest.lesson(17)
ANSWERS = LESSON.solution
GRAMMAR = reber.AUTOMATON


@pytest.fixture(scope="module")
def readings():
    return manifest.load_module(LESSON.path / "readings.py")


@pytest.fixture(scope="module")
def net(readings):
    return readings.trained(3)


def drawn(rng, states=7):
    """Return an automaton drawn at random; few symbols, so that some states are equivalent."""
    q = [f"q{k}" for k in range(states)]
    return {state: {s: str(rng.choice(q)) for s in "ST" if rng.integers(4)} for state in q}


def test_the_exercises_are_tinynets():
    rng = np.random.default_rng(0)
    for _ in range(50):
        a, b = drawn(rng), drawn(rng)
        number = classes(a)
        assert ANSWERS.refine(a) == {q: next(r for r in a if number[r] == number[q]) for q in a}
        for one, other in (a, b), (a, minimal_automaton(a)):
            assert ANSWERS.shortest_difference(one, other) == (shortest_difference(one, other) or "none") or (
                ANSWERS.shortest_difference(one, other) == shortest_difference(one, other) == ""
            )


def test_what_the_lesson_says_of_the_grammar():
    assert len(set(ANSWERS.refine(GRAMMAR).values())) == len(GRAMMAR) == 20
    hasty = LESSON.grader.hasty
    apart = [len({str(value) for value in hasty(GRAMMAR, rounds).values()}) for rounds in range(7)]
    assert apart[4] < 20 and apart[5] == apart[6] == 20
    lengths = LESSON.grader.apart(GRAMMAR, GRAMMAR)
    assert LESSON.grader.telling(GRAMMAR, GRAMMAR, "T0", "P0", lengths) == "BPVVE"
    assert lengths["T7", "P7"] == 0 and lengths["T6", "P6"] == 1
    assert reached(GRAMMAR)[13] == "T4"


@pytest.mark.parametrize("rounds", [0, 1, 5, 12])
def test_an_automaton_with_fewer_states_fools_nobody(rounds):
    """With n states in two classes or more, n - 2 rounds are always enough."""
    arcs = ANSWERS.fooled(rounds)
    number = classes(arcs)
    block = LESSON.grader.hasty(arcs, rounds)
    assert any(block[q] == block[r] and number[q] != number[r] for q in arcs for r in arcs)
    rng = np.random.default_rng(rounds)
    for _ in range(30):
        arcs = drawn(rng, min(rounds, 6) + 2)
        number, block = classes(arcs), LESSON.grader.hasty(arcs, rounds)
        assert all(number[q] == number[r] for q in arcs for r in arcs if block[q] == block[r])


def test_a_network_is_read_as_by_tinynet(readings, net):
    """The lesson's own reading of seed 3, from 200 strings."""
    strings = readings.other_strings(200)
    h, scores = readings.walk(net, strings)
    found, _ = readings.read(net, strings)
    steps, letters = [], {"start": "B"}
    for string, codes, row in zip(strings, h, legal_in_all(scores), strict=True):
        at = "start"
        for symbol, code, may in zip(string, codes >= 0, row, strict=False):
            symbols = "".join(np.array(list(reber.ALPHABET))[may])
            after = f"{code.astype(int)} {symbols}"
            letters[after] = symbols
            steps.append((at, symbol, after))
            at = after
        steps.append((at, string[-1], "end"))
    arcs, against = ANSWERS.table(steps, letters | {"end": ""})
    assert (len(arcs), len(steps), against) == (found.states, found.steps, found.conflicts)
    arcs |= {"?": {"?": "?"}}
    assert minimal_automaton(arcs) == minimal_automaton(found.arcs)
    machine = minimal_automaton(arcs)
    for string, row in zip(strings, legal_in_all(scores), strict=True):
        said = ["".join(np.array(list(reber.ALPHABET))[may]) for may in row]
        right = [set(symbols) == reber.legal_next(string[: t + 1]) for t, symbols in enumerate(said)]
        if shortest_difference(GRAMMAR, machine) is None:
            assert ANSWERS.parts_at(said, machine, string) == (0 if all(right) else 1 + right.index(False))


def legal_in_all(scores):
    return [ANSWERS.legal(row, 0.1) for row in scores]


def test_the_loops_are_strings_of_the_grammar(readings):
    for loop in readings.LOOPS:
        for length in 0, 6, 66:
            strings = [readings.in_loop(kept, loop, length) for kept in "TP"]
            assert all(map(reber.accepts, strings))
            assert len(strings[0]) - len(readings.in_loop("T", loop, 0)) == length


def test_the_table_has_all_seeds_and_the_script_makes_it(readings, net):
    rows = readings.committed()
    assert [row["seed"] for row in rows] == list(range(26))
    assert 0.05 < readings.wrong(net, readings.longer_strings(3, 100)) < 0.4
    assert {loop: readings.forgets(net, loop) >= 0 for loop in readings.LOOPS} == dict(S=False, T=True, VPX=False)
    assert [rows[3][loop] for loop in readings.LOOPS] == [-1, 18, -1]
    longer = readings.longer_strings(3, 100)
    for string, said in zip(longer, legal_in_all(readings.walk(net, longer)[1]), strict=True):
        place = ANSWERS.parts_at(["".join(np.array(list(reber.ALPHABET))[may]) for may in said], GRAMMAR, string)
        assert place in (0, len(string) - 2)  # where the remembered symbol must come back
    near, far = readings.followed(net, "T", (9, 66))[0]
    assert near > 1 and far < 0.1
    for memory in False, True:  # the memory c stands behind h
        h, _ = readings.walk(net, ["BTBPVVETE"], memory)
        assert h[0].shape == (8, 40 if memory else 20)


def test_an_answer_goes_wrong_before_the_states_meet(readings, net):
    fifth = readings.trained(5)
    for one, loop, at in (net, "T", 18), (fifth, "T", 12), (fifth, "VPX", 9):
        apart, after_T, after_P = readings.followed(one, loop)
        first = readings.LENGTHS.index(at)
        assert readings.forgets(one, loop) == at and apart[first] > apart[0]
        assert all((after_T > 0)[:first]) and all((after_P < 0)[:first])
        assert all(np.sign(after_T[first:]) == np.sign(after_P[first:]))
    assert readings.followed(net, "T", (0, 18))[0] == pytest.approx([1.51, 2.95], abs=0.05)
    apart, after_T, after_P = readings.followed(net, "S", [999])  # two hollows
    assert apart > 5 and after_T > 3 and after_P < -3


def test_hardly_any_training_string_has_a_long_loop(readings):
    strings = [string for seed in range(26) for string in readings.training_strings(seed)]
    longest = [max(map(len, re.findall("S+|T+|(?:VPX)+", string[2:-2])), default=0) for string in strings]
    assert (len(strings), sum(n >= 12 for n in longest)) == (6656, 8)
    assert max(map(len, readings.training_strings(3))) == 29


def test_what_the_lesson_says_of_the_committed_results(readings):
    rows = readings.committed()
    count = {way: sum(row[way] for row in rows) for way in ("signs", "k40", "k80", "k160", "early")}
    assert count == dict(signs=14, k40=12, k80=22, k160=14, early=0)
    untaught = [row["early_wrong"] for row in rows]
    assert (round(np.mean(untaught), 2), round(min(untaught), 2)) == (0.41, 0.02)
    assert not any(row["early80"] for row in rows)
    forgetful = [row for row in rows if max(row[loop] for loop in readings.LOOPS) > 0]
    assert len(forgetful) == 13 and rows[13]["S"] == rows[13]["T"] == rows[13]["VPX"] == 0
    assert [row["seed"] for row in forgetful if row["wrong"] == row["longer"] == 0] == [8, 9, 22, 25]
    assert sum(min(row[loop] for loop in readings.LOOPS) < 0 for row in forgetful) == 11
    faulty = [row for row in rows if row["wrong"] or row["longer"] or row in forgetful]
    assert [len([row for row in group if row["k80"]]) for group in (faulty, rows)] == [12, 22]
    assert len([row for row in faulty if not row["k80"]]) == 4
    assert len([row for row in faulty if row["signs"]]) == 6
    assert [row["seed"] for row in faulty if row not in forgetful] == [10, 13, 19]
    assert len([row for row in faulty if row["k80"] and not row["signs"]]) == 6
    flawless = [row for row in rows if row not in faulty]
    assert (len(flawless), sum(row["signs"] for row in flawless), sum(row["k80"] for row in flawless)) == (10, 8, 10)
    assert all(row["k80"] for row in rows if row["signs"])
    assert rows[3]["signs"] and rows[3]["k80"] and rows[3]["wrong"] == 0 and rows[3]["longer"] > 0.1
    assert rows[6]["merged"] == 20 and not rows[6]["signs"] and rows[0]["S"] > 0
    assert min(row["states"] for row in rows[:8]) == 44 and max(row["states"] for row in rows[:8]) == 89


def test_the_benchmark_of_many_seeds_says_the_same(readings):
    path = Path(__file__).parents[2] / "benchmarks" / "results" / "seeds.json"
    found = json.loads(path.read_text())["found"]["automata"]["reber"]
    for row, run in zip(readings.committed(), found, strict=True):
        for way, name in ("signs", "signs"), ("k40", "40 clusters"), ("k80", "80 clusters"), ("k160", "160 clusters"):
            assert row[way] == run[f"60 epochs, {name}: equivalent"]
        assert row["wrong"] == pytest.approx(run["60 epochs: wrong strings, %"] / 100)
        assert row["longer"] == pytest.approx(run["60 epochs: wrong longer strings, %"] / 100)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no alarm; Ctrl-C stops a loop")
@pytest.mark.parametrize("most", ["True", "len(string) < len(a) + len(b)"])
def test_a_search_that_does_not_note_its_pairs_is_told_so(monkeypatch, most):
    for name, seconds in {"NOTICE": 0.1, "LIMIT": 0.4, "AGAIN": 0.2}.items():
        monkeypatch.setattr(patience, name, seconds)
    text = f"""
def shortest_difference(a, b):
    queue = [("", next(iter(a)), next(iter(b)))]
    for string, q, r in queue:
        if set(a[q]) != set(b[r]):
            return string
        if {most}:
            queue += [(string + s, a[q][s], b[r][s]) for s in sorted(a[q])]
    return "none"
"""
    source = from_text(text, LESSON.path / "exercise.py")
    message = grade_here(LESSON, LESSON.exercise("shortest_difference"), source).message
    assert "stopped after 0.4 s" in message and "usual cause: pairs that were visited come back" in message
