"""Read 26 LSTMs as automata, and test what they do beyond their training: the seeds 0 to 25, none left out.

    python lessons/17_reading_lstm/readings.py        trains and reads them: about 2 minutes on one core

The results are in readings.csv beside this file; `lesson.py` draws them. Every network has 20 units and learns from 256
strings of the embedded Reber grammar, drawn from its seed. It is read from 2,000 other strings:

    states          how many states the strings visit by the signs of h, start and end included
    merged          how many are left when equivalent states are merged
    against         the share of the steps that go to another state than most
    signs           whether the merged automaton is the grammar's
    k40, k80, k160  the same, if 40, 80 or 160 clusters of h take the place of the signs
    early, early80  the same as `signs` and as `k80`, but after 6 of 60 epochs
    early_wrong     the same as `wrong`, but after 6 of 60 epochs
    wrong           the share of the 2,000 strings with a mistake: at some step the likeliest symbol may not follow
    longer          the same of 500 strings, at least twice as long as the longest of training
    S, T, VPX       memory: in which of the loops' lengths below the network first names the wrong symbol at the end,
                    after a T or after a P; -1 if in none of them
"""

import csv
from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.datasets import reber
from tinynet.datasets.padding import next_symbols, pad
from tinynet.datasets.text import encode
from tinynet.reading.automata.automaton import minimal_automaton, read_automaton, shortest_difference

RESULTS = Path(__file__).with_name("readings.csv")
SEEDS = range(26)
EPOCHS, EARLY = 60, 6
LOOPS = {"S": ("BT", "XSE"), "T": ("BP", "VVE"), "VPX": ("BP", "VVE")}  # symbols before and after a loop
LENGTHS = 0, 3, 6, 9, 12, 18, 24, 36, 48, 66


def training_strings(seed):
    """Return the 256 strings that a network learns from."""
    rng = reber.generator(seed, 0)
    return [reber.generate(rng) for _ in range(256)]


def other_strings(n=2000):
    """Return the strings from which every network is read."""
    return [reber.generate(np.random.default_rng([1, k])) for k in range(n)]


def longer_strings(seed, n=500):
    """Return strings that are at least twice as long as the longest one of training."""
    rng, longest = np.random.default_rng([seed, 1]), max(map(len, training_strings(seed)))
    return [reber.generate(rng, at_least=2 * longest) for _ in range(n)]


def trained(seed, look=None):
    """Train an LSTM of 20 units to predict the next symbol, and return it. look(net, epoch) is called in between."""
    net = tn.RecurrentNet([7, 20, 7], seed=seed, alphabet=reber.ALPHABET)
    strings = next_symbols([encode(string, reber.ALPHABET) for string in training_strings(seed)])
    tn.fit(
        net, strings, epochs=EPOCHS, batch_size=16, lr=0.02, weight_decay=1e-3, optimizer=tn.Adam, clip=1.0,
        schedule=tn.optim.cosine, seed=seed, progress=False,
        report=look and (lambda history: look(net, len(history))),
    )  # fmt: skip
    return net


def walk(net, strings, memory=False):
    """Return the outputs h of the LSTM and the scores, each a list with an array (steps, ..) for each string.

    With `memory`, the memory c stands beside h in each row.
    """
    symbols, state, h, scores = pad([encode(string[:-1], net.alphabet) for string in strings])[0], None, [], []
    with tn.no_grad():
        for t in range(symbols.shape[1]):
            score, state = net.run(symbols[:, t : t + 1], state)
            h.append(np.concatenate([part.numpy() for part in state[0][: 1 + memory]], axis=-1))
            scores.append(score.numpy().reshape(len(strings), -1))
    steps = [len(string) - 1 for string in strings]
    return tuple([rows[:n] for rows, n in zip(np.stack(a, 1), steps, strict=True)] for a in (h, scores))


def errs(scores, string):
    """Return whether at some step the highest score belongs to a symbol that may not follow."""
    state = "start"
    for symbol, row in zip(string, scores, strict=False):
        state = reber.AUTOMATON[state][symbol]
        if reber.ALPHABET[row.argmax()] not in reber.AUTOMATON[state]:
            return True
    return False


def wrong(net, strings):
    """Return the share of strings with a mistake."""
    return np.mean([errs(scores, string) for scores, string in zip(walk(net, strings)[1], strings, strict=True)])


def in_loop(kept, loop, length):
    """Return a string that remembers a T or a P through a loop of so many symbols."""
    before, after = LOOPS[loop]
    return f"B{kept}{before}{loop * (length // len(loop))}{after}{kept}E"


def followed(net, loop, lengths=LENGTHS):
    """Return what loops of these lengths leave of a T and of a P: an array (3, lengths).

    The first row is the distance of the states (h, c) after T and after P, at the end of the loop. The others are the
    score of T minus the score of P where the remembered symbol must come back, after a T and after a P.
    """
    end, rows = -2 - len(LOOPS[loop][1]), []  # counted from the last but one symbol, since the last one is not read
    T, P = map(reber.ALPHABET.index, "TP")
    for length in lengths:
        states, scores = walk(net, [in_loop(kept, loop, length) for kept in "TP"], memory=True)
        rows.append([np.linalg.norm(states[0][end] - states[1][end]), *(row[-2][T] - row[-2][P] for row in scores)])
    return np.array(rows).T


def forgets(net, loop):
    """Return the first of LENGTHS at which the symbol is no longer the likeliest, after a T or after a P; else -1."""
    for length in LENGTHS:
        for kept in "TP":
            [scores] = walk(net, [in_loop(kept, loop, length)])[1]
            if reber.ALPHABET[scores[-2].argmax()] != kept:
                return length
    return -1


def read(net, strings, clusters=None):
    """Return the automaton that tinynet reads from a network, and whether it does what the grammar's does."""
    found = read_automaton(net, strings, clusters=clusters)
    return found, shortest_difference(reber.AUTOMATON, found.arcs) is None


def measured(seed):
    """Return the row of a seed."""
    strings, early = other_strings(), []

    def look(net, epoch):
        if epoch == EARLY:
            early.extend([read(net, strings)[1], read(net, strings, clusters=80)[1], wrong(net, strings)])

    net = trained(seed, look)
    found, signs = read(net, strings)
    row = dict(seed=seed, states=found.states, merged=len(minimal_automaton(found.arcs)))
    row |= dict(against=f"{found.conflicts / found.steps:.4f}", signs=int(signs))
    row |= {f"k{k}": int(read(net, strings, clusters=k)[1]) for k in (40, 80, 160)}
    row |= dict(early=int(early[0]), early80=int(early[1]), early_wrong=f"{early[2]:.4f}")
    row |= dict(wrong=f"{wrong(net, strings):.4f}")
    return row | dict(longer=f"{wrong(net, longer_strings(seed)):.4f}") | {loop: forgets(net, loop) for loop in LOOPS}


def committed():
    """Return the rows of readings.csv as dictionaries of numbers."""
    with RESULTS.open(newline="") as file:
        return [{name: float(v) if "." in v else int(v) for name, v in row.items()} for row in csv.DictReader(file)]


def main():
    """Write readings.csv."""
    with RESULTS.open("w", newline="") as file:
        for seed in SEEDS:
            row = measured(seed)
            if seed == SEEDS[0]:
                writer = csv.DictWriter(file, list(row), lineterminator="\n")
                writer.writeheader()
            writer.writerow(row)
            file.flush()


if __name__ == "__main__":
    main()
