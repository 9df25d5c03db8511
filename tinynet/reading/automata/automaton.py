"""An automaton read out of a network over strings: its states, its table, its smallest form, and whether it is right.

An automaton here is a mapping {state: {symbol: next state}}, its first state the start, as `datasets.reber.AUTOMATON`
is. The symbols of a state are those that may follow there, its legal ones; a string is over where there are none.

    h_t         what the recurrent layers give after step t, side by side
    code        what is kept of h_t: the signs of its units, or the nearest of k centres (k-means)
    state       a code and the legal symbols, those of probability above a threshold: softmax(scores)_s > 0.1
    table       from a state, by a symbol, to the state that most of the walked strings went on to; a step that went
                elsewhere is a conflict, for a code forgets how large h was
    start, end  before the first symbol and after the last the network is asked for nothing: these come from the strings

So steps with different legal symbols never share a state. An arc that the network calls legal and no string took leads
to the state "?", of which nothing is known.

Two states are equivalent if no string of symbols tells them apart: after each, the same symbols are legal. Refinement
finds the classes. Begin with classes of equal legal symbols, then split, until nothing splits,

    q ~ r    if they were together and, for every symbol s, so were q's and r's next states

(E. F. Moore 1956, Gedanken-experiments on sequential machines, theorem 4; J. Hopcroft 1971 does it in n log n). Classes
only ever split, so states with different futures cannot end in one. The classes, numbered as a walk in breadth finds
them, are the smallest automaton, and two automata that do the same have the same one, numbers and all.

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
from tinynet.engine.tape import no_grad
from tinynet.sequences.network import SequenceNet

Automaton = Mapping[Any, Mapping[str, Any]]  # {state: {symbol: next state}}, the start first
UNKNOWN: dict[str, Any] = {"?": {"?": "?"}}  # a state that nothing else can be equivalent to


class NetAutomaton(NamedTuple):
    """What was read out of a network."""

    arcs: dict[Hashable, dict[str, Hashable]]  # the automaton: the states that can be reached, not yet merged
    states: int  # how many the strings visited, start and end included
    steps: int  # how many were walked
    conflicts: int  # of these, how many went to another state than the table says
    unlike: int  # of these, how many to one that is not even equivalent
    unknown: int  # arcs that the network calls legal and no string took


def read_automaton(
    net: SequenceNet, strings: Sequence[str], alphabet: str | None = None, *,
    clusters: int | None = None, threshold: float = 0.1, seed: int = 0,
) -> NetAutomaton:  # fmt: skip
    """Return the automaton of a network that predicts the next symbol of strings.

    Args:
        net: from symbols to a score for each at every step.
        strings: whole ones, walked from start to end; some hundreds, for a state's rarest arc has to be taken.
        alphabet: the characters of the symbols 0, 1, ..; by default the net's own.
        clusters: k-means with so many centres on h, in place of its signs. Take several times as many as there are
            states: what h only remembers, and does not say now, shows less in it.
        threshold: symbols of a probability above it are legal.
        seed: of the first centres.

    Raises TypeError for another kind of net; ValueError for no strings, unknown characters, a net without a score a
    symbol, or states that are not finite.
    """
    if not isinstance(net, SequenceNet):
        raise TypeError(f"read_automaton: {type(net).__name__} reads no strings; give a SequenceNet")
    alphabet = alphabet or net.alphabet or ""
    if not len(strings) or min(map(len, strings)) < 2:
        raise ValueError(f"read_automaton: {len(strings)} strings; at least one is needed, each of 2 symbols or more")
    if len(alphabet) != net.n_in:
        raise ValueError(f"read_automaton: alphabet={alphabet!r}; the network needs {net.n_in} characters")
    lengths = [len(string) - 1 for string in strings]  # nothing is asked after the last symbol
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
    training = net.training
    net.eval()
    with no_grad():
        for t in range(symbols.shape[1]):
            scores, state = net.run(symbols[:, t : t + 1], state)
            h.append(np.concatenate([layer[0].numpy() for layer in state], axis=1))
            p.append(F.softmax(scores).numpy().reshape(len(symbols), -1))
    net.train(training)
    return np.stack(h, 1), np.stack(p, 1)


def _table(strings: Sequence[str], walked: Iterator[Hashable], legal: dict[Hashable, list[str]]) -> NetAutomaton:
    """Return the automaton whose arcs most steps took, from the states of all steps, string after string."""
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
    found = dict.fromkeys(_reached(arcs))
    return NetAutomaton(
        {q: arcs[q] for q in found}, len(legal), sum(map(len, strings)), sum(n for n, _ in other),
        sum(n for n, unlike in other if unlike), sum(r == "?" for q in found if q != "?" for r in arcs[q].values()),
    )  # fmt: skip


def k_means(x: np.ndarray, k: int, seed: int = 0, rounds: int = 50) -> np.ndarray:
    """Return the number of each row's nearest centre, of k (Lloyd 1982).

    The first centres are rows, the next one drawn in proportion to the squared distance from those so far (k-means++,
    Arthur, Vassilvitskii 2007). Raises ValueError unless k is 1 .. len(x).
    """
    if not 1 <= k <= len(x):
        raise ValueError(f"k_means: {k} clusters of {len(x)} rows; there must be between 1 and as many as rows")
    rng, x = np.random.default_rng(seed), np.asarray(x, np.float64)

    def distances(centres: np.ndarray) -> np.ndarray:  # squared, (rows, k)
        return np.maximum(0, (x**2).sum(1)[:, None] - 2 * x @ centres.T + (centres**2).sum(1))

    centres = x[rng.integers(len(x), size=1)]
    while len(centres) < k:
        far = distances(centres).min(axis=1) + 1e-12  # never all zero
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
    """Return the class of each state: equal numbers for equivalent ones."""
    block: dict[Any, int] = dict.fromkeys(automaton, 0)
    while True:
        futures = {q: (block[q], frozenset((s, block[r]) for s, r in arcs.items())) for q, arcs in automaton.items()}
        numbers = {future: i for i, future in enumerate(dict.fromkeys(futures.values()))}
        if len(numbers) == len(set(block.values())):
            return block
        block = {q: numbers[future] for q, future in futures.items()}


def minimal_automaton(automaton: Automaton) -> dict[int, dict[str, int]]:
    """Return the smallest automaton that does the same, its states numbered from the start in breadth.

    The same is returned for automata that do the same. Raises ValueError where an arc leads to no state.
    """
    _check(automaton)
    block = classes(automaton)
    one: dict[int, Any] = {}
    for q in automaton:
        one.setdefault(block[q], q)
    merged = {b: {s: block[automaton[q][s]] for s in sorted(automaton[q])} for b, q in one.items()}
    number = {b: i for i, b in enumerate(_reached(merged))}
    return {i: {s: number[r] for s, r in merged[b].items()} for b, i in number.items()}


def shortest_difference(right: Automaton, other: Automaton, length: int | None = None) -> str | None:
    """Return the shortest legal prefix after which the two do not allow the same symbols; None where there is none.

    Args:
        right: says which prefixes are legal. A whole string is one too: after it nothing may follow.
        other: what is compared with it.
        length: of the longest prefix; by default any. Pairs of states are walked, not strings, so that is as quick.
    """
    _check(right)
    _check(other)
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


def _reached(automaton: Automaton) -> list[Any]:
    """Return the states that can be reached, in breadth from the start, symbols in order."""
    found = {next(iter(automaton)): None}
    queue = list(found)
    for q in queue:
        for r in (automaton[q][s] for s in sorted(automaton[q])):
            if r not in found:
                found[r] = None
                queue.append(r)
    return queue


def _check(automaton: Automaton) -> None:
    nowhere = [(q, s, r) for q, arcs in automaton.items() for s, r in arcs.items() if r not in automaton]
    if nowhere or not automaton:
        what = "{} -{}-> {}, which is no state".format(*nowhere[0]) if nowhere else "no states"
        raise ValueError(f"automaton: {what}; give {{state: {{symbol: next state}}}}, the start first")
