"""The embedded Reber grammar: strings whose second symbol comes back as the last but one. Generated from a seed.

The inner grammar is a walk from node 0 to node 7, with a fair coin wherever two arcs leave:

    0 -B-> 1     1 -T-> 2     2 -S-> 2     3 -T-> 3     4 -X-> 3     5 -P-> 4     6 -E-> 7
                 1 -P-> 3     2 -X-> 4     3 -V-> 5     4 -S-> 6     5 -V-> 6

An embedded string is  B T inner T E  or  B P inner P E,  9 symbols or more, 12 on average. A network that reads it must
carry the T or P past an inner string of any length, which gives no hint of it. As an automaton the whole has 20 states,
because the inner walk is there twice: T0 .. T7 remember a T, P0 .. P7 a P. `AUTOMATON[state]` maps each legal symbol to
the next state.

    inputs    the ids of a string without its last symbol, in the alphabet BTPSXVE
    labels    the symbol that did come next
    legal     all symbols that may come next, from the automaton: the right answer to ask for

A string is right if at every step the highest score belongs to a legal symbol. The criterion of 1997 asks more: where k
symbols are legal, they must have the k highest scores. A network solves the task when all strings are right.

train, valid and test are drawn independently, so about three quarters of the test strings occur in training too. The
paper leaves such strings out. Two more splits ask what was learned rather than remembered:

    disjoint(seed)   different strings, none of which is in train
    longer(seed)     strings at least twice as long as the longest in train

Source: S. Hochreiter & J. Schmidhuber (1997), Long short-term memory, Neural Computation 9, experiment 1, after
A. Cleeremans, D. Servan-Schreiber, J. McClelland (1989), Finite state automata and simple recurrent networks.
"""

import numpy as np

from tinynet.datasets.base import SequenceDataset, Split
from tinynet.datasets.generated import check_sizes, draw_splits, generator
from tinynet.datasets.padding import next_symbols
from tinynet.datasets.text import encode

ALPHABET = "BTPSXVE"
INNER = {
    0: {"B": 1},
    1: {"T": 2, "P": 3},
    2: {"S": 2, "X": 4},
    3: {"T": 3, "V": 5},
    4: {"X": 3, "S": 6},
    5: {"P": 4, "V": 6},
    6: {"E": 7},
}
AUTOMATON: dict[str, dict[str, str]] = {
    "start": {"B": "fork"},
    "fork": {"T": "T0", "P": "P0"},
    **{f"{kept}{k}": {s: f"{kept}{q}" for s, q in arcs.items()} for kept in "TP" for k, arcs in INNER.items()},
    "T7": {"T": "join"},
    "P7": {"P": "join"},
    "join": {"E": "end"},
    "end": {},
}


def load(seed: int = 0, train: int = 256, valid: int = 256, test: int = 256) -> SequenceDataset:
    """Return strings drawn independently, duplicates and all: inputs uint8 (N, T), labels int64 (N, T)."""
    splits = draw_splits(lambda n, rng: _split(strings(n, rng)), seed, train=train, valid=valid, test=test)
    return SequenceDataset(*splits, name="reber", alphabet=ALPHABET, source=f"generated, seed {seed}")


def disjoint(seed: int = 0, train: int = 256, size: int = 256) -> Split:
    """Return `size` different strings, none of them among the `train` strings of `load(seed, train)`."""
    check_sizes(train=train, size=size)
    rng = generator(seed, 3)  # 0, 1 and 2 drew the three splits
    seen, fresh = set(_train_strings(seed, train)), dict[str, None]()  # a dict keeps the order
    while len(fresh) < size:
        string = generate(rng)
        if string not in seen:
            fresh[string] = None
    return _split(list(fresh))


def longer(seed: int = 0, train: int = 256, size: int = 256) -> Split:
    """Return `size` strings at least twice as long as the longest of the `train` strings of `load(seed, train)`.

    Twice the longest, not twice the mean, so every one of them takes more steps than training ever showed.
    """
    check_sizes(train=train, size=size)
    at_least = 2 * max(map(len, _train_strings(seed, train)))
    return _split(strings(size, generator(seed, 4), at_least))


def _train_strings(seed: int, train: int) -> list[str]:
    return strings(train, generator(seed, 0))


def strings(n: int, rng: np.random.Generator, at_least: int = 0) -> list[str]:
    """Return n strings of the grammar, drawn independently."""
    return [generate(rng, at_least) for _ in range(n)]


def generate(rng: np.random.Generator, at_least: int = 0) -> str:
    """Return one string of the grammar; an arc that would end it before `at_least` symbols is not taken.

    The inner walk ends with an arc to 6, and three more symbols follow. All other coins stay fair. (Drawing until a
    string happens to be long enough would take hours: one in two million has 56 symbols.)
    """
    string, state = "", "start"
    while arcs := AUTOMATON[state]:
        choices = list(arcs)
        if len(choices) == 2 and len(string) + 4 < at_least:
            choices = [symbol for symbol in choices if not arcs[symbol].endswith("6")]
        symbol = choices[rng.integers(len(choices))]
        string, state = string + symbol, arcs[symbol]
    return string


def accepts(string: str) -> bool:
    """Return whether this is a whole string of the grammar."""
    return _walk(string)[-1] == "end"


def legal_next(prefix: str) -> set[str]:
    """Return the symbols that may follow, none after a whole string. ValueError if no string begins like this."""
    states = _walk(prefix)
    if states[-1] is None:
        at = states.index(None) - 1  # the first symbol that led nowhere
        may = " or ".join(AUTOMATON[states[at]]) or "nothing"  # type: ignore[index]
        raise ValueError(
            f"{prefix!r} begins no string of the grammar: after {prefix[:at]!r} comes {may}, not {prefix[at]!r}"
        )
    return set(AUTOMATON[states[-1]])


def _walk(string: str) -> list[str | None]:
    """Return the states on the way, from the start; None from the first illegal symbol on."""
    states: list[str | None] = ["start"]
    for symbol in string:
        state = states[-1]
        states.append(None if state is None else AUTOMATON[state].get(symbol))
    return states


def _split(drawn: list[str]) -> Split:
    return next_symbols([encode(string, ALPHABET) for string in drawn])


def legal_targets(inputs: np.ndarray) -> np.ndarray:
    """Return which symbols may follow each step of inputs (N, T): bool (N, T, 7), all False on padding.

    Raises ValueError for inputs that are neither strings of the grammar nor beginnings of them.
    """
    inputs = np.asarray(inputs)
    if inputs.ndim != 2 or inputs.dtype.kind not in "iu" or (inputs.size and not 0 <= inputs.min() <= inputs.max() < 7):
        raise ValueError(
            f"inputs of shape {inputs.shape}, dtype {inputs.dtype}; give ids (N, T) in the alphabet {ALPHABET}, 0 .. 6"
        )
    after, join = _table()
    nowhere = len(after) - 1
    state = np.zeros(len(inputs), int)  # the start
    legal = np.zeros((*inputs.shape, len(ALPHABET)), bool)
    for t, symbol in enumerate(inputs.T):
        # Padding is 0, the id of B. It begins after the last T or P, in the state `join`, where no B may follow.
        padding = (symbol == 0) & (state >= join)  # join, end and nowhere are the last three
        state = after[state, symbol]
        wrong = np.flatnonzero((state == nowhere) & ~padding)
        if len(wrong):
            row = "".join(ALPHABET[k] for k in inputs[wrong[0], : t + 1])
            raise ValueError(f"inputs: row {wrong[0]} begins with {row}, as no string of the grammar does, nor padding")
        legal[:, t] = after[state] != nowhere
    return legal


def errors(scores: np.ndarray, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which strings are wrong, from scores (N, T, 7) after each step of inputs (N, T): illegal and strict.

    illegal, bool (N,): at some step the highest score belongs to a symbol that may not follow.
    strict, bool (N,): at some step the k symbols that may follow do not have the k highest scores (a tie is an error).
    """
    legal, scores = legal_targets(inputs), np.asarray(scores)
    if scores.shape != legal.shape or np.isnan(scores).any():
        raise ValueError(
            f"scores of shape {scores.shape}, {np.count_nonzero(np.isnan(scores))} of them NaN; for inputs of shape"
            f" {np.shape(inputs)} give {legal.shape}, a score for each symbol of {ALPHABET} after each step"
        )
    steps = legal.any(axis=2)  # (N, T); the other steps are padding
    best = np.take_along_axis(legal, scores.argmax(axis=2)[..., None], axis=2)[..., 0]
    lowest_legal = np.where(legal, scores, np.inf).min(axis=2)
    highest_illegal = np.where(legal, -np.inf, scores).max(axis=2)
    illegal, strict = steps & ~best, steps & ~(lowest_legal > highest_illegal)  # (N, T)
    return np.any(illegal, axis=1), np.any(strict, axis=1)


def _table() -> tuple[np.ndarray, int]:
    """Return an array (21, 7) from [state, symbol] to the next state, where 20 is nowhere; and the number of `join`."""
    states = list(AUTOMATON)
    after = np.full((len(states) + 1, len(ALPHABET)), len(states))
    for state, arcs in AUTOMATON.items():
        for symbol, following in arcs.items():
            after[states.index(state), ALPHABET.index(symbol)] = states.index(following)
    return after, states.index("join")
