"""The grader of lesson 17: `test_NAME` grades the function NAME in exercise.py."""

import math
from itertools import combinations, product

import numpy as np

from tinynet.course import Wrong
from tinynet.course.patience import TooLong
from tinynet.datasets.reber import AUTOMATON


def test_legal(exercise, rng):
    for (steps, symbols), size in ((4, 3), 1), ((1, 2), 2), ((6, 7), 3), ((3, 4), 6):
        scores = size * rng.normal(size=(steps, symbols)) + rng.normal(size=(steps, 1))  # which changes no probability
        shares = np.array([[math.exp(s) / math.fsum(map(math.exp, row)) for s in row] for row in scores])
        near = sorted(shares.ravel())
        k = int(rng.integers(len(near) - 1))
        for threshold in 0.1, (near[k] + near[k + 1]) / 2, 0.45:
            if np.abs(shares - threshold).min() > 1e-9:
                exercise.legal(scores, float(threshold)).equals(shares > threshold)
    for symbols in 2, 4:  # these probabilities are exactly the threshold
        exercise.legal(np.zeros((1, symbols)), 1 / symbols).equals(np.zeros((1, symbols), dtype=bool))


def names(rng, n):
    """Return n names of states that tell nothing, in no particular order."""
    letters = "abcdefghjkmnpqrtuvwyz"
    return [letters[int(k) % 21] + str(k // 21) for k in rng.permutation(84)[:n]]


KINDS = "untaken", "split", "forbidden", "plain", "split", "untaken", "forbidden", "plain"


def test_table(exercise, rng):
    """Every pair of a state and a symbol has one of four kinds; `forbidden` is taken, and contradicted, but illegal."""
    for states, symbols in (5, "ST"), (5, "PSV"), (7, "TX"):
        q = names(rng, states)
        pairs = list(product(q[:-1], symbols))
        kinds = dict(zip([pairs[k] for k in rng.permutation(len(pairs))], 4 * KINDS, strict=False))
        legal = {state: "".join(s for s in symbols if kinds.get((state, s), "forbidden") != "forbidden") for state in q}
        legal = {state: legal[state] for state in rng.permutation(q).tolist()}
        votes, first, middle, last = {}, [], [], []
        for (state, symbol), kind in kinds.items():
            if kind == "untaken":
                continue
            most, *others = rng.permutation(q).tolist()
            votes[state, symbol] = most
            middle += [(state, symbol, most)] * (3 if kind == "plain" else int(rng.integers(4, 6)))
            if kind != "plain":  # fewer than half may be the most; the first and the last steps go elsewhere
                middle += [(state, symbol, others[1])]  # the rarest is neither the first nor the last
                first += [(state, symbol, others[0])] * 2
                last += [(state, symbol, others[2])] * 2
        steps = first + [middle[k] for k in rng.permutation(len(middle))] + last
        against = sum(votes[state, symbol] != after for state, symbol, after in steps)
        arcs = {state: {s: votes.get((state, s), "?") for s in may} for state, may in legal.items()}
        answer = exercise.table(steps, legal)
        answer.equals((arcs, against))
        answer.satisfies(
            list(answer.value[0]) == list(arcs), "the states in the order of `legal`, whose first is the start"
        )


# ---- automata: {state: {symbol: next state}}


SWAPPED = {"a": {"S": "b", "T": "c"}, "d": {"S": "c", "T": "b"}, "b": {"S": "a", "V": "e"}, "c": {"S": "d", "X": "e"},
           "e": {}}  # fmt: skip
HALVES = {
    "a": {"P": "p", "T": "t"}, "p": {"S": "p", "V": "q"}, "t": {"S": "t", "V": "u"}, "q": {"E": "r"}, "u": {"E": "v"},
    "r": {"P": "e"}, "v": {"T": "e"}, "e": {},
}  # fmt: skip
CIRCLE = {"a": {"S": "b"}, "b": {"S": "a", "T": "b"}}
FEWER = {"a": {"S": "b"}, "b": {"S": "a", "T": "e"}, "c": {"S": "b", "T": "c", "X": "a"}, "e": {}}
AS_MANY = {"a": {"S": "b", "T": "e"}, "b": {"S": "a", "V": "e"}, "e": {}}


def row(n, symbols="S"):
    """Return n states in a row, the last one without arcs."""
    return {str(k): {s: str(k + 1) for s in symbols} for k in range(n - 1)} | {str(n - 1): {}}


def some(rng, n, symbols="STV"):
    """Return an automaton of n states drawn at random."""
    q = [str(k) for k in range(n)]
    return {state: {s: str(rng.choice(q)) for s in symbols if rng.integers(3)} for state in q}


def copied(rng, automaton, most=3, first=None):
    """Return an automaton that does the same, with states in up to so many copies, other names and another order."""
    count = {q: int(rng.integers(1, most + 1)) for q in automaton}
    for q in list(automaton)[: 2 if most > 1 else 0]:
        count[q] = 2
    fresh = names(rng, sum(count.values()))
    if first is not None:  # the start is never the first name in the alphabet
        fresh.sort()
        fresh[: -count[first]] = rng.permutation(fresh[: -count[first]]).tolist()
        count = {first: count[first]} | count
    copies = {q: [fresh.pop() for _ in range(n)] for q, n in count.items()}
    made = [
        (copy, {s: str(rng.choice(copies[automaton[q][s]])) for s in rng.permutation(list(automaton[q])).tolist()})
        for q in automaton for copy in copies[q]
    ]  # fmt: skip
    order = [made[k] for k in rng.permutation(len(made))]
    if first is not None:
        order.sort(key=lambda one: one[0] != copies[first][0])
    return dict(order)


def apart(a, b):
    """Return {(q, r): length of the shortest string that tells them apart}, pair by pair, farther ahead each round."""
    found, length = {(q, r): 0 for q in a for r in b if set(a[q]) != set(b[r])}, 0
    while True:
        length += 1
        new = {
            (q, r): length for q in a for r in b
            if (q, r) not in found and any((a[q][s], b[r][s]) in found for s in a[q])
        }  # fmt: skip
        if not new:
            return found
        found |= new


def telling(a, b, q, r, lengths):
    """Return the shortest string that tells q and r apart, the first in alphabetical order; "none" if there is none."""
    if (q, r) not in lengths:
        return "none"
    string = ""
    while lengths[q, r]:
        symbol = min(s for s in a[q] if lengths.get((a[q][s], b[r][s]), math.inf) < lengths[q, r])
        string, q, r = string + symbol, a[q][symbol], b[r][symbol]
    return string


def instead(value):
    """Return, to be said behind what was expected, what a learner returned in place of a state for each state."""
    values = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(values, list | tuple) or not values:
        return ""
    if all(isinstance(one, int | float) for one in values):
        return "; these are numbers of classes, asked is the first state of each class"
    if all(isinstance(one, list | tuple | set | frozenset) for one in values):
        return "; these are groups of states, asked is one state for each state, the first of its group"
    return ""


def shown(legal):
    return " and ".join(sorted(legal)) or "nothing"


def test_refine(exercise, rng):
    bases = [SWAPPED, HALVES, CIRCLE, row(6), FEWER, AS_MANY, row(8, "ST"), some(rng, 4), some(rng, 5, "ST")]
    long = copied(rng, row(int(rng.integers(14, 20))), most=2)  # takes 12 rounds or more
    for arcs in [*[copied(rng, base) for base in bases], long]:
        lengths, order = apart(arcs, arcs), list(arcs)
        expected = {q: next(r for r in order if (q, r) not in lengths) for q in order}
        answer = exercise.refine(arcs)
        value = answer.value
        plain = isinstance(value, dict) and set(value) == set(arcs)
        plain = plain and all(isinstance(r, str) and r in arcs for r in value.values())
        answer.satisfies(plain, f"a state for each of the states {order}{instead(value)}")
        for q, r in combinations(order, 2):
            if value[q] == value[r] and (q, r) in lengths:
                string = telling(arcs, arcs, q, r, lengths)
                after = [shown(walked(arcs, state, string)) for state in (q, r)]
                answer.satisfies(
                    False, f"{q!r} and {r!r} kept apart: after the string {string!r}, {q!r} allows {after[0]}, "
                    f"{r!r} allows {after[1]}"
                )  # fmt: skip
            if value[q] != value[r] and (q, r) not in lengths:
                answer.satisfies(False, f"{q!r} and {r!r} merged: no string of symbols tells them apart")
        answer.equals(expected)


def walked(arcs, state, string):
    for symbol in string:
        state = arcs[state][symbol]
    return arcs[state]


def hasty(arcs, rounds):
    block = {q: sorted(arcs[q]) for q in arcs}
    for _ in range(rounds):
        numbers = {str(value): k for k, value in enumerate(block.values())}  # short, however many rounds
        short = {q: numbers[str(value)] for q, value in block.items()}
        block = {q: [short[q], [(s, short[arcs[q][s]]) for s in sorted(arcs[q])]] for q in arcs}
    return block


def test_fooled(exercise, rng):
    for rounds in 2, 0, 1, 3, int(rng.integers(4, 30)):
        answer = exercise.fooled(rounds)
        arcs = answer.value
        maps = isinstance(arcs, dict) and all(isinstance(q, str) and isinstance(to, dict) for q, to in arcs.items())
        maps = maps and all(isinstance(s, str) for to in arcs.values() for s in to)
        answer.satisfies(maps, "a dictionary {state: {symbol: next state}} whose states and symbols are strings")
        nowhere = [f"{q!r} -{s}-> {r!r}" for q, to in arcs.items() for s, r in to.items() if str(r) not in arcs]
        answer.satisfies(not nowhere, f"every next state to be a key as well; {nowhere[:1]} leads to none")
        answer.satisfies(len(arcs) <= rounds + 3, f"at most {rounds + 3} states; there are {len(arcs)}")
        block, lengths = hasty(arcs, rounds), apart(arcs, arcs)
        deceived = any(block[q] == block[r] for q, r in lengths)
        most = max(lengths.values(), default=None)
        settled = "no two of its states differ in what they do" if most is None else f"{most} are enough for yours"
        answer.satisfies(deceived, f"an automaton for which {rounds} rounds are too few; {settled}")


def test_shortest_difference(exercise, rng):
    third = {"0": {"S": "1"}, "1": {"S": "2"}, "2": {"S": "0", "T": "2"}}
    fourth = {"0": {"S": "1"}, "1": {"S": "2"}, "2": {"S": "3", "T": "2"}, "3": {"S": "0"}}  # differs after 5 symbols
    early = {q: dict(to) for q, to in HALVES.items()} | {"v": {"P": "e"}}  # the memory is wrong on one side
    dead = {"a": {"S": "b", "T": "c"}, "b": {"S": "e"}, "c": {"T": "b"}, "e": {}}
    alive = dead | {"e": {"S": "e"}}
    long_way = {"a": {"S": "b", "T": "d"}, "b": {"S": "c"}, "c": {"V": "e"}, "d": {"V": "f"}, "e": {}, "f": {}}
    shortcut = long_way | {"f": {"X": "e"}, "c": {"V": "f"}}
    other_way = {"a": {"T": "b", "S": "d"}, **{q: long_way[q] for q in "bcdef"}}
    other_shortcut = other_way | {"f": {"X": "e"}, "c": {"V": "f"}}
    many = {"a": dict.fromkeys("VTSX", "b"), "b": dict.fromkeys("XTV", "c"), "c": {}}
    different = many | {"c": {"X": "c"}}
    wide = {"a": {"S": "a", "T": "a"}, "b": {}}
    wider = {"a": {"S": "a", "T": "b"}, "b": {"S": "a", "T": "b", "V": "b"}}
    exchanged = {"a": {"S": "a", "V": "b"}, "b": {"S": "a", "X": "b"}}
    as_many = {"a": {"S": "a", "V": "b"}, "b": {"S": "a", "P": "b"}}
    n = int(rng.integers(32, 38))
    pairs = [
        (row(n), row(n + 1)),
        (HALVES, HALVES), (third, fourth), (HALVES, early), (dead, alive), (alive, dead), (long_way, shortcut),
        (other_way, other_shortcut), (many, different), (different, many), (wide, wider), (wider, wide),
        (exchanged, as_many), (CIRCLE, CIRCLE),
        (row(3), row(4)), ({"a": {"S": "a"}}, {"a": {"T": "a"}}), (some(rng, 5), some(rng, 6)),
    ]  # fmt: skip
    for a, b in pairs:
        same, tied = a is b, a is many
        a, b = (copied(rng, one, most=1 + same, first=next(iter(one))) for one in (a, b))
        if tied:  # its symbols never stand in alphabetical order
            a, b = ({q: {s: to[s] for s in sorted(to, reverse=True)} for q, to in one.items()} for one in (a, b))
        if rng.integers(2):  # the same names, for other states
            b = renamed(b, rng.permutation(list(a) + names(rng, 84)).tolist())
        asked_for_difference(exercise, a, b)
    for a, b in (HALVES, early), (early, HALVES), (row(4), row(5)):  # the way leads through states of equal names
        fresh = names(rng, 20)
        asked_for_difference(exercise, renamed(a, fresh), renamed(b, fresh))
    fresh = names(rng, 40)  # its loops branch, so there are millions of strings, but only 20 pairs
    asked_for_difference(exercise, renamed(AUTOMATON, fresh[:20]), renamed(AUTOMATON, fresh[20:]))


VISITED = "pairs that were visited come back, in loops again and again; note them, and go on from new pairs alone"


def asked_for_difference(exercise, a, b):
    q, r, lengths = next(iter(a)), next(iter(b)), apart(a, b)
    try:
        exercise.shortest_difference(a, b).equals(telling(a, b, q, r, lengths))
    except (Wrong, TooLong) as error:  # whoever is stopped has returned nothing that is like a known mistake
        if "does a loop never end?" not in str(error):
            raise
        said = error if isinstance(error, Wrong) else f"shortest_difference: {error}"
        raise Wrong(f"{said}\n  usual cause: {VISITED}") from None


def renamed(arcs, fresh):
    new = dict(zip(arcs, dict.fromkeys(fresh), strict=False))
    return {new[q]: {s: new[r] for s, r in to.items()} for q, to in arcs.items()}


def test_parts_at(exercise, rng):
    for base in HALVES, FEWER, SWAPPED, HALVES, CIRCLE, FEWER:
        arcs = copied(rng, base, most=2, first=next(iter(base)))
        for kind in "never", "more", "fewer", "other", "last", "twice":
            state, string, legal = next(iter(arcs)), "", []
            while len(string) < 9 and arcs[state]:
                symbol = str(rng.choice(list(arcs[state])))
                state, string = arcs[state][symbol], string + symbol
                legal.append("".join(rng.permutation(list(arcs[state])).tolist()))
            said = legal[:-1]
            if len(said) < 2:
                continue
            at = len(said) - 1 if kind == "last" else int(rng.integers(len(said) - 1))
            places = {"never": [], "twice": [at, len(said) - 1]}.get(kind, [at])
            for t in places:
                spare = [s for s in "PSTVXEB" if s not in said[t]]
                if kind == "fewer" and said[t]:
                    said[t] = said[t][1:]
                elif kind == "other" and said[t]:
                    said[t] = said[t][1:] + str(rng.choice(spare))
                else:
                    said[t] += str(rng.choice(spare))
            exercise.parts_at(said, arcs, string).equals(places[0] + 1 if places else 0)
