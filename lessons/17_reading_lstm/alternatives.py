"""Other right answers of lesson 17; the grader must accept them too."""

from collections import Counter
from itertools import combinations, pairwise

import numpy as np

from tinynet.course import instead_of


@instead_of("legal", "with logarithms: the score must exceed log threshold + log of the sum")
def by_logarithms(scores, threshold):
    return scores > np.log(threshold) + np.log(np.exp(scores).sum(axis=1))[:, None]


@instead_of("legal", "row by row, with the largest score taken off")
def row_by_row(scores, threshold):
    rows = []
    for row in scores:
        e = np.exp(row - row.max())
        rows.append([share > threshold for share in e / e.sum()])
    return np.array(rows)


@instead_of("legal", "a probability is 1 over the sum of exp of differences")
def by_differences(scores, threshold):
    return np.exp(scores[:, None, :] - scores[:, :, None]).sum(axis=2) * threshold < 1


@instead_of("table", "with Counter.most_common, and a second walk through the steps")
def most_common(steps, legal):
    counts = {}
    for state, symbol, after in steps:
        counts.setdefault((state, symbol), Counter()).update([after])
    vote = {pair: counter.most_common(1)[0][0] for pair, counter in counts.items()}
    arcs = {q: {s: vote.get((q, s), "?") for s in legal[q]} for q in legal}
    return arcs, sum(1 for state, symbol, after in steps if vote[state, symbol] != after)


@instead_of("table", "by counting whole steps, the rarest first, so that the most frequent one stays")
def rarest_first(steps, legal):
    counts = Counter(steps)
    vote = {(q, s): r for (q, s, r), _ in sorted(counts.items(), key=lambda item: item[1])}
    arcs = {}
    for q, symbols in legal.items():
        arcs[q] = {}
        for s in symbols:
            arcs[q][s] = vote.get((q, s), "?")
    return [arcs, sum(n for (q, s, r), n in counts.items() if vote[q, s] != r)]


@instead_of("refine", "by pairs: mark those that differ, until no more are found")
def by_pairs(arcs):
    differ = {frozenset(pair) for pair in combinations(arcs, 2) if set(arcs[pair[0]]) != set(arcs[pair[1]])}
    found = True
    while found:
        found = False
        for q, r in combinations(arcs, 2):
            if frozenset((q, r)) not in differ and any(frozenset((arcs[q][s], arcs[r][s])) in differ for s in arcs[q]):
                differ.add(frozenset((q, r)))
                found = True
    return {q: next(r for r in arcs if frozenset((q, r)) not in differ) for q in arcs}


@instead_of("refine", "with as many rounds as there are states, which are always enough; old classes are not noted")
def with_many_rounds(arcs):
    block = dict.fromkeys(arcs, 0)
    for _ in arcs:
        notes = {q: tuple(sorted((s, block[r]) for s, r in arcs[q].items())) for q in arcs}
        known = sorted(set(notes.values()))
        block = {q: known.index(notes[q]) for q in arcs}
    return {q: next(r for r in arcs if block[r] == block[q]) for q in arcs}


@instead_of("refine", "each pair of states is tested by a walk on both at once")
def by_walks(arcs):
    def alike(q, r):
        pairs = [(q, r)]
        for q, r in pairs:
            if arcs[q].keys() != arcs[r].keys():
                return False
            pairs += [pair for s in arcs[q] if (pair := (arcs[q][s], arcs[r][s])) not in pairs]
        return True

    return {q: next(r for r in arcs if alike(q, r)) for q in arcs}


@instead_of("refine", "classes split with a list of sets")
def with_sets(arcs):
    blocks = [set(arcs)]
    while True:
        place = {q: k for k, block in enumerate(blocks) for q in block}
        after = []
        for block in blocks:
            parts = {}
            for q in block:
                parts.setdefault(tuple((s, place[arcs[q][s]]) for s in sorted(arcs[q])), set()).add(q)
            after += parts.values()
        if len(after) == len(blocks):
            return {q: next(r for r in arcs if place[r] == place[q]) for q in arcs}
        blocks = after


@instead_of("fooled", "the last state has another symbol, and the row is written from its end")
def other_last_symbol(rounds):
    arcs = {"end": {"y": "end"}}
    before = "end"
    for k in range(rounds + 2):
        arcs[f"s{k}"] = {"x": before}
        before = f"s{k}"
    return arcs


@instead_of("fooled", "two symbols that lead to the same state, and a last one that goes back to the start")
def with_two_symbols(rounds):
    states = [chr(97 + k) for k in range(rounds + 3)]
    arcs = {q: {"S": r, "T": r} for q, r in pairwise(states)}
    arcs[states[-1]] = {"S": states[0]}
    return arcs


@instead_of("fooled", "without an end: a circle with one state that allows more, the last but one of the row before it")
def with_a_way_back(rounds):
    n = rounds + 3
    arcs = {f"q{k}": {"x": f"q{k + 1}"} for k in range(n - 1)}
    return {**arcs, f"q{n - 1}": {"x": f"q{n - 1}", "stop": "q0"}}


@instead_of("shortest_difference", "level by level, with a dictionary from pairs to strings")
def by_levels(a, b):
    level, known = {(next(iter(a)), next(iter(b))): ""}, set()
    while level:
        known |= set(level)
        different = [string for (q, r), string in level.items() if a[q].keys() != b[r].keys()]
        if different:
            return min(different)
        following = {}
        for (q, r), string in level.items():
            for s in a[q]:
                pair = a[q][s], b[r][s]
                if pair not in known:
                    following[pair] = min(string + s, following.get(pair, "~"))
        level = following
    return "none"


@instead_of("shortest_difference", "all walks of n symbols, longer and longer, up to the number of pairs")
def by_lengths(a, b):
    walks = {(next(iter(a)), next(iter(b))): ""}
    for _ in range(len(a) * len(b) + 1):
        found = sorted(string for (q, r), string in walks.items() if set(a[q]) ^ set(b[r]))
        if found:
            return found[0]
        longer = {}
        for (q, r), string in sorted(walks.items(), key=lambda item: item[1]):
            for s in sorted(a[q]):
                longer.setdefault((a[q][s], b[r][s]), string + s)
        walks = longer
    return "none"


@instead_of("parts_at", "the states first, then a comparison of all of them")
def states_first(said, arcs, string):
    states = [next(iter(arcs))]
    for symbol in string:
        states.append(arcs[states[-1]][symbol])
    for n in range(1, len(said) + 1):
        if sorted(said[n - 1]) != sorted(arcs[states[n]]):
            return n
    return 0


@instead_of("parts_at", "with symmetric differences and zip")
def by_symmetric_difference(said, arcs, string):
    state = next(iter(arcs))
    for n, (symbol, may) in enumerate(zip(string, said, strict=False), 1):
        state = arcs[state][symbol]
        if set(may) ^ arcs[state].keys():
            return n
    return 0
