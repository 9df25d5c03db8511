"""Automaton: the finite automaton that a network over strings has learned, its smallest form, and whether it is right.

An automaton is a board game with one piece: you stand on a state, a symbol moves you to the next, and each state says
which symbols are legal. Here it is a mapping {state: {symbol: next state}} whose first state is the start, like
`datasets.reber.AUTOMATON`. A state without legal symbols is the end of the string.

A recurrent network has infinitely many states, so we round. While it walks along many strings, we note

    h_t         what the recurrent layers output after step t, side by side
    code        what we keep of h_t: the signs of its units, or the nearest of k centres (k-means)
    state       the code together with the legal symbols: those whose probability, softmax(scores)_s, is above 0.1
    table       for each state and symbol, the state that most strings went on to. A step that went elsewhere is a
                conflict; conflicts arise because a code forgets how large h was
    start, end  these come from the strings, because before the first symbol and after the last we ask the network
                nothing

So steps with different legal symbols never share a state. If the network calls a symbol legal but no string took it,
that arc leads to the state "?", about which nothing is known.

The table describes what the network mostly did along these strings. It can be the grammar's own automaton although the
network errs on longer strings; and it can be another although every string was right, for example where the
probability of a legal symbol is close to the threshold, or where there are so many centres that most are seldom met.

Many of these states do the same job. Two states are equivalent if no string of symbols tells them apart: after every
string the same symbols are legal. To find the classes of equivalent states, put states with equal legal symbols
together, and keep splitting until nothing splits any more:

    q ~ r    if they were in one class, and so were their next states for every symbol

(E. F. Moore 1956, Gedanken-experiments on sequential machines, theorem 4; J. Hopcroft 1971 does it in n log n). Classes
only ever split, so states with different futures cannot end in the same one. The classes are the states of the smallest
automaton. Numbered in the order in which a breadth-first walk meets them, they come out the same, numbers and all, for
any two automata that do the same.

States by the signs or by clusters of h: A. Cleeremans, D. Servan-Schreiber, J. McClelland 1989; Z. Zeng, R. Goodman,
P. Smyth 1993, Learning finite state machines with self-clustering recurrent networks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tinynet import functional as F
from tinynet.datasets.padding import pad
from tinynet.datasets.text import encode
from tinynet.engine.recording import evaluating
from tinynet.sequences.network import SequenceNet

Automaton = Mapping[Any, Mapping[str, Any]]  # {state: {symbol: next state}}, the start first
UNKNOWN: dict[str, Any] = {"?": {"?": "?"}}  # its own symbol keeps it apart from every other state


class NetAutomaton(NamedTuple):
    """The automaton of a network, and how well it fits the network's steps."""

    arcs: dict[Hashable, dict[str, Hashable]]  # the automaton: the states that can be reached, not yet merged
    states: int  # how many states the strings visited, start and end included
    steps: int  # how many steps the strings took
    conflicts: int  # how many of these steps went to a state other than the table says
    unlike: int  # how many of these conflicts went to a state that is not even equivalent
    unknown: int  # how many arcs the network calls legal but no string took


def read_automaton(
    net: SequenceNet, strings: Sequence[str], alphabet: str | None = None, *,
    clusters: int | None = None, threshold: float = 0.1, seed: int = 0,
) -> NetAutomaton:  # fmt: skip
    """Return the automaton of a network that predicts the next symbol of strings.

    Args:
        net: from symbols to a score for each symbol at every step.
        strings: whole strings, walked from start to end; some hundreds, so that even a state's rarest arc is taken.
        alphabet: the characters of the symbols 0, 1, ..; by default the network's own.
        clusters: if given, k-means with so many centres on h takes the place of the signs. Take several times as many
            as there are states: what h remembers for later moves it less than what it predicts now.
        threshold: symbols with a probability above this are legal.
        seed: seed of the first centres.

    Raises TypeError for another kind of network; ValueError for no strings, unknown characters, a network without one
    score for each symbol, or states that are not finite.
    """
    if not isinstance(net, SequenceNet):
        raise TypeError(f"read_automaton: {type(net).__name__} reads no strings; give a SequenceNet")
    alphabet = alphabet or net.alphabet or ""
    if not len(strings) or min(map(len, strings)) < 2:
        raise ValueError(f"read_automaton: {len(strings)} strings; at least one is needed, each of 2 symbols or more")
    if len(alphabet) != net.n_in:
        raise ValueError(f"read_automaton: alphabet={alphabet!r}; the network needs {net.n_in} characters")
    lengths = [len(string) - 1 for string in strings]  # after the last symbol the network is asked nothing
    h, p = _walk(net, [encode(string, alphabet)[:-1] for string in strings])
    if p.shape[2] != len(alphabet):
        raise ValueError(f"read_automaton: {p.shape[2]} scores a step; {len(alphabet)} are needed, one a symbol")
    steps = np.arange(h.shape[1]) < np.array(lengths)[:, None]  # (N, T), False on padding
    if not (np.isfinite(h[steps]).all() and np.isfinite(p[steps]).all()):
        raise ValueError("read_automaton: the network's states or scores are not finite; train it again, slower")
    codes = h[steps] >= 0 if clusters is None else k_means(h[steps], clusters, seed)[:, None]
    said = p[steps] > threshold
    walked = [(code.tobytes(), may.tobytes()) for code, may in zip(codes, said, strict=True)]
    legal: dict[Hashable, list[str]] = {
        state: [alphabet[k] for k in np.flatnonzero(may)] for state, may in zip(walked, said, strict=True)
    }
    return _table(strings, iter(walked), legal)


def _walk(net: SequenceNet, ids: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return h (N, T, units) after each step, and the probabilities of the next symbol (N, T, symbols)."""
    symbols, state, h, p = pad(ids)[0], None, [], []
    with evaluating(net):
        for t in range(symbols.shape[1]):
            scores, state = net.run(symbols[:, t : t + 1], state)
            h.append(np.concatenate([layer[0].numpy() for layer in state], axis=1))
            p.append(F.softmax(scores).numpy().reshape(len(symbols), -1))
    return np.stack(h, 1), np.stack(p, 1)


def _table(strings: Sequence[str], walked: Iterator[Hashable], legal: dict[Hashable, list[str]]) -> NetAutomaton:
    """Return the automaton of the most frequent arcs, given the states of all steps, string after string."""
    taken: dict[tuple[Hashable, str], Counter[Hashable]] = defaultdict(Counter)
    for string in strings:
        state: Hashable = "start"
        for symbol in string[:-1]:
            after = next(walked)
            taken[state, symbol][after] += 1
            state = after
        taken[state, string[-1]]["end"] += 1
    legal = {"start": sorted({string[0] for string in strings})} | legal | {"end": []}
    most = {arc: went.most_common(1)[0][0] for arc, went in taken.items()}
    arcs = {q: {s: most.get((q, s), "?") for s in symbols} for q, symbols in legal.items()} | UNKNOWN
    of = classes(arcs)
    other = [(n, of[r] != of[most[arc]]) for arc, went in taken.items() for r, n in went.items() if r != most[arc]]
    found = dict.fromkeys(reached(arcs))
    return NetAutomaton(
        {q: arcs[q] for q in found}, len(legal), sum(map(len, strings)), sum(n for n, _ in other),
        sum(n for n, unlike in other if unlike), sum(r == "?" for q in found if q != "?" for r in arcs[q].values()),
    )  # fmt: skip


def k_means(x: np.ndarray, k: int, seed: int = 0, rounds: int = 50) -> np.ndarray:
    """Return which of k centres is nearest to each row of x (Lloyd 1982).

    The first centres are rows of x, each drawn in proportion to its squared distance from the nearest one so far
    (k-means++, Arthur, Vassilvitskii 2007). Raises ValueError unless k is between 1 and len(x).
    """
    if not 1 <= k <= len(x):
        raise ValueError(f"k_means: {k} clusters of {len(x)} rows; there must be between 1 and as many as rows")
    rng, x = np.random.default_rng(seed), np.asarray(x, np.float64)

    def distances(centres: np.ndarray) -> np.ndarray:  # squared, (rows, k)
        return np.maximum(0, (x**2).sum(1)[:, None] - 2 * x @ centres.T + (centres**2).sum(1))

    centres = x[rng.integers(len(x), size=1)]
    while len(centres) < k:
        far = distances(centres).min(axis=1) + 1e-12  # not all 0, even if all rows are equal
        centres = np.vstack([centres, x[rng.choice(len(x), p=far / far.sum())]])
    nearest = distances(centres).argmin(axis=1)
    for _ in range(rounds):
        for j in np.unique(nearest):  # a centre without rows stays where it is
            centres[j] = x[nearest == j].mean(axis=0)
        before, nearest = nearest, distances(centres).argmin(axis=1)
        if (nearest == before).all():
            break
    return nearest


# ---- smallest form, and whether two do the same


def classes(automaton: Automaton) -> dict[Any, int]:
    """Return the class of each state: equivalent states get equal numbers."""
    block: dict[Any, int] = dict.fromkeys(automaton, 0)
    while True:
        futures = {q: (block[q], frozenset((s, block[r]) for s, r in arcs.items())) for q, arcs in automaton.items()}
        numbers = {future: i for i, future in enumerate(dict.fromkeys(futures.values()))}
        if len(numbers) == len(set(block.values())):
            return block
        block = {q: numbers[future] for q, future in futures.items()}


def minimal_automaton(automaton: Automaton) -> dict[int, dict[str, int]]:
    """Return the smallest automaton that does the same, its states numbered breadth first from the start.

    Automata that do the same have the same smallest one. Raises ValueError if an arc leads to no state.
    """
    check(automaton)
    block = classes(automaton)
    one: dict[int, Any] = {}
    for q in automaton:
        one.setdefault(block[q], q)
    merged = {b: {s: block[automaton[q][s]] for s in sorted(automaton[q])} for b, q in one.items()}
    number = {b: i for i, b in enumerate(reached(merged))}
    return {i: {s: number[r] for s, r in merged[b].items()} for b, i in number.items()}


def shortest_difference(right: Automaton, other: Automaton, length: int | None = None) -> str | None:
    """Return the shortest legal prefix after which the two allow different symbols, or None if there is none.

    Args:
        right: the automaton that says which prefixes are legal. A whole string is a prefix too; nothing may follow it.
        other: the automaton to compare with it.
        length: length of the longest prefix; by default any. That is not slower, because the search goes through pairs
            of states, not through strings.
    """
    check(right)
    check(other)
    pairs = [("", next(iter(right)), next(iter(other)))]
    seen = {pairs[0][1:]}
    for prefix, q, r in pairs:  # grows while it is walked: breadth first
        if right[q].keys() != other[r].keys():
            return prefix
        for symbol in right[q] if length is None or len(prefix) < length else ():
            pair = right[q][symbol], other[r][symbol]
            if pair not in seen:
                seen.add(pair)
                pairs.append((prefix + symbol, *pair))
    return None


def reached(automaton: Automaton) -> list[Any]:
    """Return the states that can be reached, breadth first from the start, symbols in order."""
    found = {next(iter(automaton)): None}
    queue = list(found)
    for q in queue:
        for r in (automaton[q][s] for s in sorted(automaton[q])):
            if r not in found:
                found[r] = None
                queue.append(r)
    return queue


def check(automaton: Automaton) -> None:
    """Raise ValueError for an automaton without states, or with an arc that leads to no state."""
    nowhere = [(q, s, r) for q, arcs in automaton.items() for s, r in arcs.items() if r not in automaton]
    if nowhere or not automaton:
        what = "{} -{}-> {}, which is no state".format(*nowhere[0]) if nowhere else "no states"
        raise ValueError(f"automaton: {what}; give {{state: {{symbol: next state}}}}, the start first")
