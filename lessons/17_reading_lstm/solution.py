"""Lesson 17, exercises: read an automaton out of a network, make it small, and ask whether the network obeys it."""

from collections import Counter, defaultdict, deque

import numpy as np


def legal(scores, threshold):
    """Return which symbols the network calls legal: those whose probability is above the threshold.

    Args:
        scores: (N, C), after each of N steps a score for each of C symbols, not yet probabilities; between -30 and 30.
        threshold: a number between 0 and 1.

    Returns:
        (N, C), True or False
    """
    # begin solution
    e = np.exp(scores)
    return e / e.sum(axis=1, keepdims=True) > threshold
    # end solution


def table(steps, legal):
    """Return the automaton that most steps obey, and the number of steps that do not obey it.

    In the automaton each state has one arc for each symbol that is legal in it, and no others. The arc leads where
    most steps from this state under this symbol went (there are no ties), or to the state "?" if no step went from
    this state under this symbol.

    A step disobeys if it went to another state than most steps from the same state under the same symbol, whether the
    symbol is legal or not.

    Args:
        steps: a list of (state, symbol, next state), a tuple for each step of the network; all are strings.
        legal: {state: its legal symbols in one string}, such as {"a": "ST", "b": ""}, with all states in it.

    Returns:
        the automaton, {state: {symbol: next state}}, with all states of `legal` in the same order; and the number
    """
    # begin solution
    went = defaultdict(Counter)
    for state, symbol, after in steps:
        went[state, symbol][after] += 1
    arcs = {
        state: {symbol: max(went[state, symbol], key=went[state, symbol].get, default="?") for symbol in symbols}
        for state, symbols in legal.items()
    }
    return arcs, sum(sum(counts.values()) - max(counts.values()) for counts in went.values() if counts)
    # end solution


def refine(arcs):
    """Return which states may be merged: states that no string of symbols tells apart.

    A string tells two states apart if both can walk along it, and different symbols are legal where they arrive. The
    empty string counts too. In a state exactly those symbols are legal that have an arc.

    Args:
        arcs: {state: {symbol: next state}}; every next state is a key too. A state without arcs has {}.

    Returns:
        {state: the first state, in the order of `arcs`, that it may be merged with}; a state that is itself the first
        of its class gets itself
    """
    # begin solution
    block, count = dict.fromkeys(arcs, 0), 0
    while count < len(set(block.values())):
        count = len(set(block.values()))
        future = {q: (block[q], frozenset((s, block[r]) for s, r in arcs[q].items())) for q in arcs}
        number = {f: k for k, f in enumerate(dict.fromkeys(future.values()))}
        block = {q: number[future[q]] for q in arcs}
    first = {}
    return {q: first.setdefault(block[q], q) for q in arcs}
    # end solution


def fooled(rounds):
    """Return a small automaton on which a colleague's refinement merges two states that it should keep apart.

    This is the colleague's code. It gives equal values to the states that it would merge:

        def hasty(arcs, rounds):
            block = {q: sorted(arcs[q]) for q in arcs}          # at first, by the legal symbols
            for _ in range(rounds):                             # then split this many times
                block = {q: [block[q], [(s, block[arcs[q][s]]) for s in sorted(arcs[q])]] for q in arcs}
            return block

    Args:
        rounds: a whole number, 0 or more.

    Returns:
        {state: {symbol: next state}}, with at most rounds + 3 states; every next state is a key too. States and symbols
        are strings.
    """
    # begin solution
    return {str(k): {"x": str(k + 1)} for k in range(rounds + 2)} | {str(rounds + 2): {}}
    # end solution


def shortest_difference(a, b):
    """Return the shortest string after which two automata allow different symbols.

    Both automata walk along the string from their starts. At each symbol on the way, both allow the same symbols; in
    the two states where they arrive, they do not. The string may be empty.

    Args:
        a, b: {state: {symbol: next state}}; the first key is the start, every next state is a key too. Names of states
            mean nothing: a state of `a` and a state of `b` may have the same name and do different things. Symbols
            are capital letters.

    Returns:
        that string; if several are equally short, the first in alphabetical order; "none" if there is no such string
    """
    # begin solution
    start = next(iter(a)), next(iter(b))
    queue, seen = deque([("", *start)]), {start}
    while queue:
        string, q, r = queue.popleft()
        if set(a[q]) != set(b[r]):
            return string
        for symbol in sorted(a[q]):
            pair = a[q][symbol], b[r][symbol]
            if pair not in seen:
                seen.add(pair)
                queue.append((string + symbol, *pair))
    return "none"
    # end solution


def parts_at(said, arcs, string):
    """Return after how many symbols a network and an automaton first disagree about what may come next.

    They agree after a symbol if both call the same symbols legal, in whatever order.

    Args:
        said: a list of strings: said[0] holds the symbols that the network calls legal after it has read the first
            symbol, said[1] those after the second, and so on. It is one shorter than `string`, because after the last
            symbol the network is asked nothing.
        arcs: the automaton, {state: {symbol: next state}}; the first key is the start.
        string: the symbols that are read; the automaton allows each of them.

    Returns:
        the number of symbols that had been read, 1 or more; 0 if they never disagree
    """
    # begin solution
    state = next(iter(arcs))
    for t, symbols in enumerate(said):
        state = arcs[state][string[t]]
        if set(symbols) != set(arcs[state]):
            return t + 1
    return 0
    # end solution
