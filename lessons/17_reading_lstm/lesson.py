# %% [markdown]
# # Lesson 17. Reading an LSTM
#
# A network that makes no mistake on your test strings knows *something*. But what? Has it found the rule behind the
# strings, or twenty tricks that happen to work? With a large model that is hard to tell. With a small LSTM, and
# a rule that we know, you can look.
#
# The slides ask:
#
# - **Q1** Can a trained LSTM be read, to find what solution it represents?
#
# You will round the twenty numbers that an LSTM puts out after each symbol, so that only finitely many states are left,
# merge the states that do the same job, and draw the result beside the grammar. Then comes the harder question. If both
# drawings are the same, is the network right?

# %%
import re

import matplotlib.pyplot as plt
import numpy as np

from tinynet.course import Script
from tinynet.course.manifest import load_module
from tinynet.datasets import reber
from tinynet.drawing import COLOURS
from tinynet.reading.automata.automaton import k_means, reached
from tinynet.reading.automata.automaton_drawing import plot_automaton

lesson = Script(17)
readings = load_module(lesson.folder / "readings.py")
GRAMMAR, LIVE, THRESHOLD = reber.AUTOMATON, range(8), 0.1

# %% [markdown]
# ## A grammar is a railway map
#
# Lesson 16 ended with the embedded Reber grammar. Here it is as an *automaton*: a map with 20 stations, called states.
# You start on the left, and every symbol is a line that takes you to the next state. Where two lines leave, a coin
# decides. The double circle is the end.
#
# What makes it hard is the fork at the beginning. The two halves of the map look the same, but a P leads out of the
# upper half and a T out of the lower half. So you must remember which way you took, through an inner part of any
# length.

# %%
lesson.figure(plot_automaton({"the grammar": GRAMMAR}), "grammar")

# %% [markdown]
# We train eight LSTMs of 20 units, each on 256 strings of its own. They see strings, never the map, and learn to
# predict the next symbol. An LSTM gives a score to each of the seven symbols, and the softmax turns the scores into
# probabilities. A perfect network would say 0.5 or 1 for symbols that may come next, and 0 for all others. We draw the
# line at 0.1: what is above it, the network calls *legal*. The arcs of all maps below are the legal symbols.
#
# A *mistake* is something cruder: at some step, the network's likeliest symbol is one that may not follow. A network
# without a mistake can still call an illegal symbol legal, with a probability of 0.2, say.
#
# **Exercise `legal`.** Turn scores into legal symbols.

# %%
legal = lesson.exercise("legal")
strings = readings.other_strings()  # drawn anew; most are so short that they occur in training, too
nets = [readings.trained(seed) for seed in LIVE]
walks = [readings.walk(net, strings) for net in nets]
seen = set(readings.training_strings(0))
print(f"{len(strings):,} strings, of which {np.mean([string in seen for string in strings]):.0%} occur in the training "
      f"of seed 0; the longest has {max(map(len, strings))} symbols, "
      f"the longest of training {max(map(len, seen))}")  # fmt: skip
for seed, (_, scores) in zip(LIVE, walks, strict=True):
    wrong = sum(readings.errs(row, string) for row, string in zip(scores, strings, strict=True))
    number = legal(np.concatenate(scores), THRESHOLD).sum(axis=1)
    print(f"seed {seed}: {wrong} strings with a mistake; {number.mean():.2f} legal symbols a step")

# %% [markdown]
# ## Rounding a state
#
# After each symbol the LSTM puts out a vector $h$ of 20 numbers between -1 and 1. (Beside it stands a memory $c$ of 20
# more, which we leave aside for now.) A map needs finitely many states, so we round as coarsely as we can, and keep
# only the *sign* of each number. We say that the network is in the same state again if all 20 signs are the same, and
# if it calls the same symbols legal.

# %%
lesson.predict("states", "20 signs allow 2^20, a million codes. How many states do the 2,000 strings visit, on "
               "average over the eight networks?")  # fmt: skip

# %% [markdown]
# Now the network walks along all strings, and we note each step: from this state, under this symbol, to that state. If
# the signs were all that matters, all steps from one state under one symbol would go to the same state. Some do not,
# because the signs do not say how large the numbers were. So we take a vote.
#
# One kind of arc is not in these notes. A network may call a symbol legal that no string ever took. The network makes a
# claim there, perhaps a wrong one, so we must not drop it. The arc leads to a state "?", about which nothing is known.
#
# **Exercise `table`.** Make an automaton of the steps, and count the steps that go against the vote.

# %%
table = lesson.exercise("table")


def noted(walk, clusters=None):
    """Return the steps of a network along all strings, and the legal symbols of each state."""
    h, said = np.concatenate(walk[0]), legal(np.concatenate(walk[1]), THRESHOLD)
    codes = h >= 0 if clusters is None else k_means(h, clusters)[:, None]
    kinds, numbers = np.unique(np.column_stack([codes, said]).astype(int), axis=0, return_inverse=True)
    names, steps = iter([f"q{k}" for k in numbers.ravel()]), []
    for string in strings:
        at = "start"
        for symbol in string[:-1]:
            steps.append((at, symbol, at := next(names)))
        steps.append((at, string[-1], "end"))
    letters = {f"q{k}": "".join(np.array(list(reber.ALPHABET))[row[-7:] > 0]) for k, row in enumerate(kinds)}
    return steps, {"start": "B"} | letters | {"end": ""}


tables = []
for seed, walk in zip(LIVE, walks, strict=True):
    steps, letters = noted(walk)
    arcs, against = table(steps, letters)
    tables.append(arcs | {"?": {"?": "?"}})  # an arc of its own keeps "?" apart from all other states
    print(f"seed {seed}: {len(arcs)} states, {against / len(steps):.1%} of the steps go against the vote")
lesson.answer("states", np.mean([len(arcs) - 1 for arcs in tables]), "{:.0f}")

# %% [markdown]
# ## Which states are the same?
#
# A map of 50 or 90 stations is too large to read. But many of them may do the same job. Imagine that the names of all
# stations are painted over, and you only see which lines leave. Two stations are the same *to you* if no journey tells
# them apart: whatever lines you take, you see the same lines leave in both cases.
#
# There are infinitely many journeys, but *partition refinement* (Moore 1956) needs only a few rounds. Begin with one
# class for each set of legal symbols. Then split the classes, round by round: two states stay in one class if each
# symbol leads from them to states that were in one class, too. Stop when a round splits nothing.
#
# On the grammar's map, P7 allows P alone and T7 allows T alone, so these two are apart from the beginning. T6 and P6
# both allow E, so they begin in one class. The first round splits them, since E leads from them to T7 and to P7.

# %%
lesson.predict("rounds", "How many such rounds does it take until all 20 states of the grammar are apart?")

# %% [markdown]
# **Exercise `refine`.** Find the states that may be merged.

# %%
refine = lesson.exercise("refine")


def hasty(arcs, rounds):
    """Refine a fixed number of times, and return equal values for states that are not told apart by then."""
    block = {q: sorted(arcs[q]) for q in arcs}
    for _ in range(rounds):
        block = {q: [block[q], [(s, block[arcs[q][s]]) for s in sorted(arcs[q])]] for q in arcs}
    return block


apart = [len({str(value) for value in hasty(GRAMMAR, rounds).values()}) for rounds in range(8)]
print(f"classes of the grammar at first and after each round: {apart}; by your function "
      f"{len(set(refine(GRAMMAR).values()))}")  # fmt: skip
lesson.answer("rounds", apart.index(20), "{:.0f}")

# %% [markdown]
# Each round looks one symbol farther ahead. T0 and P0 differ only in what comes after the inner part, and the shortest
# way through it, B P V V E, has five symbols. So they come apart in the fifth round. A refinement that stops early
# merges the two halves of the map, and throws away exactly what makes this grammar hard.
#
# A colleague has seen the list above and always makes five rounds. You know better.
#
# **Exercise `fooled`.** For any number of rounds, make a small automaton that fools the colleague.

# %%
fooled = lesson.exercise("fooled")
for rounds in 0, 1, 5:
    arcs = fooled(rounds)
    kept = len({str(value) for value in hasty(arcs, rounds).values()})
    print(f"of your {len(arcs)} states, {rounds} rounds keep {kept} apart; refined to the end, "
          f"{len(set(refine(arcs).values()))} are apart")  # fmt: skip


def merged(arcs):
    """Merge equivalent states, keep those that can be reached, and number them as a walk from the start meets them."""
    of = refine(arcs)
    small = {q: {s: of[r] for s, r in arcs[q].items()} for q in arcs if of[q] == q}
    number = {q: k for k, q in enumerate(reached(small))}
    return {k: {s: number[r] for s, r in small[q].items()} for q, k in number.items()}


machines = [merged(arcs) for arcs in tables]
for seed, arcs, machine in zip(LIVE, tables, machines, strict=True):
    print(f"seed {seed}: {len(arcs) - 1} states, merged {len(machine)}")
figure = plot_automaton({"the grammar": GRAMMAR, "read from the LSTM of seed 1 and merged": machines[1]})
lesson.figure(figure, "beside")

# %% [markdown]
# ## The same, but for the names?
#
# The two maps look alike, but can you trust your eyes? Names are no help: one map has T4, the other 13, and equal names
# would prove nothing. Nor is it enough to count states: maps of equal size can differ, as one below does. What counts
# is *behaviour*. Do both maps allow the same symbols after every string that is legal?
#
# There are infinitely many strings, but only some 20 times 20 pairs of states. So let two travellers start together,
# one on each map, and take the same lines. When they come to a pair of stations once more, nothing new can follow.
#
# **Exercise `shortest_difference`.** Find the shortest string after which two automata allow different symbols.
#
# We also try another way of rounding: $h$ becomes the nearest of 80 centres (k-means) in place of its signs.

# %%
shortest_difference = lesson.exercise("shortest_difference")


def verdict_of(machine):
    """Say where a machine first differs from the grammar."""
    string, ends = shortest_difference(GRAMMAR, machine), []
    if string == "none":
        return "is the grammar's"
    for arcs in GRAMMAR, machine:
        state = next(iter(arcs))
        for symbol in string:
            state = arcs[state][symbol]
        ends.append(" and ".join(sorted(arcs[state])) or "nothing")
    return "differs after {}: the grammar allows {}, the map {}".format(string, *ends)


by_clusters = [merged(table(*noted(walk, clusters=80))[0] | {"?": {"?": "?"}}) for walk in walks[:4]]
for seed, machine in zip(LIVE, machines, strict=True):
    print(f"seed {seed}: read by signs, it {verdict_of(machine)}", end="")
    print(f"; by 80 clusters, it {verdict_of(by_clusters[seed])}" if seed < len(by_clusters) else "")

# %% [markdown]
# The map of seed 6 has 20 states, too, and still differs: it does not know that a string ends with its last E.
#
# Eight networks are few. `readings.csv` has 26, the seeds 0 to 25 with none left out;
# `python lessons/17_reading_lstm/readings.py` made it. Each is read by signs, and by 40, 80 and 160 clusters.

# %%
lesson.predict("read", "Of the 26 networks, how many are read as the grammar by the signs of their units?")

# %%
rows = readings.committed()
here = [verdict_of(machine) == "is the grammar's" for machine in machines]
print(f"seeds 0 to 7 by signs: {sum(here)} of 8 here and now, {sum(row['signs'] for row in rows[:8])} in readings.csv")
WAYS = {"signs": "signs", "k40": "40 clusters", "k80": "80 clusters", "k160": "160 clusters"}
count = {way: sum(row[way] for row in rows) for way in WAYS}
for way, name in WAYS.items():
    share = count[way] / len(rows)
    noise = (share * (1 - share) / len(rows)) ** 0.5
    print(f"by {name}: {count[way]} of {len(rows)} are read as the grammar, {share:.0%} +- {2 * noise:.0%}")
early = sum(row["early"] + row["early80"] for row in rows)
untaught = [row["early_wrong"] for row in rows]
print(f"after {readings.EARLY} of {readings.EPOCHS} epochs: {sum(row['early'] for row in rows)} by signs, "
      f"{sum(row['early80'] for row in rows)} by 80 clusters; mistakes on {min(untaught):.0%} to {max(untaught):.0%} "
      f"of the strings, {np.mean(untaught):.0%} on average")  # fmt: skip
lesson.answer("read", count["signs"], "{:.0f}")

# %% [markdown]
# The last line is a control. All strings come from the grammar, so perhaps we would find the grammar in any network?
# No: after six epochs the networks make mistakes on 41% of the strings on average (the best of them on 2%), and none is
# read as the grammar, by signs or by 80 clusters.
#
# The other lines are a warning: how many networks we can read depends on how we round. Besides, 80 is the best of three
# numbers of clusters, so 22 of 26 is a little flattering.
#
# ## Does the network obey its map?
#
# Take seed 3. By signs and by clusters it is read as the grammar, and it made no mistake on 2,000 strings. Case closed?
# The map says what happens after strings of *any* length. But it was read from strings like those of training. So try
# strings that are at least twice as long as the longest of its training, which has 29 symbols.

# %%
lesson.predict("longer", "Seed 3, read as the grammar, no mistake on 2,000 strings: on what share of the longer ones "
               "does it make a mistake, in %?")  # fmt: skip

# %% [markdown]
# **Exercise `parts_at`.** Find the place in a string where a network and an automaton part.

# %%
parts_at = lesson.exercise("parts_at")
longer = readings.longer_strings(3)
_, scores = readings.walk(nets[3], longer)
places = []
for string, row in zip(longer, scores, strict=True):
    said = ["".join(np.array(list(reber.ALPHABET))[may]) for may in legal(row, THRESHOLD)]
    places.append(parts_at(said, machines[3], string))
parted = [(place, len(string)) for place, string in zip(places, longer, strict=True) if place]
print(f"{len(longer)} strings of {min(map(len, longer))} symbols or more: on {len(parted)} the network of seed 3 "
      "leaves the map that was read from it")  # fmt: skip
print(f"on {sum(place == length - 2 for place, length in parted)} of these, it does so where the remembered T or P "
      "must come back")  # fmt: skip
mistaken = [readings.errs(row, string) for row, string in zip(scores, longer, strict=True)]
print(f"on {sum(mistaken)} of these it makes a mistake; on the others, it calls a wrong symbol legal as well, but the "
      "right one is still the likeliest")  # fmt: skip
lesson.answer("longer", np.mean(mistaken), "{:.1%}")

# %% [markdown]
# So the network takes every turn of the inner part correctly, and in the end it has forgotten where it came from. The
# map does not show this, because it does not happen in strings of the usual length.
#
# ## Does a long loop make it forget?
#
# Is it the length that makes a network forget? The inner part has three loops, in which a string can go round and
# round: S S S, T T T, and V P X V P X. So keep the length, and change the loop. All 26 networks were tested in all
# three, at ten lengths up to 66 symbols, once after a T and once after a P. A network *forgets* if in the end the
# likeliest symbol is not the one to be remembered: that is a mistake, not a matter of 0.1 as in `parts_at`.

# %%
lesson.predict(
    "length", "If a network forgets in one loop of up to 66 symbols, does it also forget in the other two?",
    choices=("yes, mostly", "no, mostly"),
)  # fmt: skip

# %%
for row in rows:
    if all(row[loop] == 0 for loop in readings.LOOPS):
        print(f"seed {row['seed']} never learned: it fails without any loop, and on {row['wrong']:.0%} of all strings")
forgetful = [row for row in rows if max(row[loop] for loop in readings.LOOPS) > 0]
elsewhere = [row for row in forgetful if min(row[loop] for loop in readings.LOOPS) < 0]
print(f"{len(forgetful)} of {len(rows)} networks forget in a loop of up to {readings.LENGTHS[-1]} symbols; "
      f"{len(elsewhere)} of these remember T and P in at least one other loop")  # fmt: skip
everything = [string for seed in readings.SEEDS for string in readings.training_strings(seed)]
long_loops = sum(bool(re.search("S{12}|T{12}|(VPX){4}", string)) for string in everything)
print(f"of all {len(everything):,} training strings, {long_loops} have a loop of 12 symbols or more")
lesson.answer("length", "no, mostly" if len(elsewhere) > len(forgetful) / 2 else "yes, mostly")

# %% [markdown]
# To see why, let a network read two strings that differ in the second symbol alone, and watch how far apart they leave
# it at the end of the loop. Now the memory counts as well: an LSTM goes on from $h$ and $c$ together, so we measure the
# distance of all 40 numbers. Where it is 0, the network cannot know which string it has read. For networks that forget,
# we also print the answer, as the score of T minus that of P. It should be positive after T, and negative after P.

# %%
figure, panels = plt.subplots(1, 3, figsize=(11, 3.9), sharey=True)
print("symbols in the loop:", *readings.LENGTHS, 999)
settled, numbers = [], lambda form, values: ", ".join(form.format(v) for v in values)
for axes, loop in zip(panels, readings.LOOPS, strict=True):
    for seed, net in zip(LIVE, nets, strict=True):
        apart, after_T, after_P = readings.followed(net, loop, [*readings.LENGTHS, 999])
        if (first := readings.forgets(net, loop)) < 0:
            axes.plot(readings.LENGTHS, apart[:-1], color=COLOURS[5], lw=1.0)
            settled.append((apart[-1], after_T[-1], -after_P[-1]))
            continue
        axes.plot(readings.LENGTHS, apart[:-1], "--", color=COLOURS[4], lw=1.8)
        axes.plot(first, apart[readings.LENGTHS.index(first)], "kX", ms=7)
        shift = (4, 3) if seed == 5 else (-36, -4)
        axes.annotate(f"seed {seed}", (24, apart[6]), shift, textcoords="offset points", fontsize="small")
        print(f"seed {seed}, {loop}: first wrong at {first} symbols; distances {numbers('{:.2f}', apart)}; T minus P "
              f"after T {numbers('{:+.1f}', after_T)}; after P {numbers('{:+.1f}', after_P)}")  # fmt: skip
    axes.set(title=f"loop of {loop}", xlabel="symbols in the loop")
panels[0].set(ylabel="distance of (h, c) after T and after P", ylim=(0, None))
panels[2].legend(panels[2].lines[:3], ("forgets", "first wrong answer", "remembers"), loc=(0.42, 0.2), fontsize="small")
figure.suptitle("Where the two states settle apart, the memory lasts (eight networks)")
lesson.figure(figure, "hollows")
far, *leads = zip(*settled, strict=True)
print(f"the blue curves go on like this: after 999 symbols the distances are {min(far):.2f} to {max(far):.2f}, and the "
      f"right symbol, T or P, leads the other by {min(map(min, leads)):.1f} or more")  # fmt: skip

# %% [markdown]
# Think of a marble on a board with a line across it. From one side of the line the network will answer T, from the
# other side P. Where a network remembers, there is a hollow on each side. Each marble rolls into its own and stays
# there, as far as we followed it: 999 symbols. Here the automaton tells the truth. In other loops there is only one
# hollow, and both marbles roll towards it, but slowly. In short loops each is still on its own side, and the answers
# are right. Long loops are rare in training: 8 among the 6,656 strings of all 26 networks. (Seed 0 in the loop of S may
# be a third case. Its distances go up and down, so both marbles seem to go round the same ring.)
#
# The answer goes wrong when one marble crosses the line, not when the two meet. At the first wrong answer, in all five
# cases, they are no closer than without any loop, where both answers are right. Seed 3 in the loop of T first fails at
# 18 symbols, at a distance of 2.95; without a loop it is 1.51. From there on, the answers after T and after P are the
# same. So a distance shows that something of the memory is left, not that the network still reads it correctly.
#
# ## What a reading is worth
#
# Now put everything together. We say that a network has a *fault* if it makes a mistake on one of the 2,000 strings, or
# on one of 500 longer ones, or if it forgets in a loop of up to 66 symbols.

# %%
faulty = lambda row: row["wrong"] > 0 or row["longer"] > 0 or row in forgetful
groups = {
    "read by signs and clusters": [row for row in rows if row["signs"] and row["k80"]],
    "read by 80 clusters alone": [row for row in rows if not row["signs"] and row["k80"]],
    "read by neither": [row for row in rows if not row["signs"] and not row["k80"]],
}
figure, axes = plt.subplots(figsize=(9, 4.6), layout="constrained")
labels = []
for place, (name, group) in enumerate(groups.items()):
    group = sorted(group, key=lambda row: (row["longer"], faulty(row)))
    for k, row in enumerate(group):
        colour, inside = (COLOURS[4], COLOURS[4]) if faulty(row) else (COLOURS[5], "white")
        axes.plot(100 * row["longer"], place + 0.06 * (k - len(group) / 2), "o", color=colour, mfc=inside, ms=5)
    labels.append(f"{name}:\n{len(group)} networks, {sum(map(faulty, group))} with a fault")
    print(labels[-1].replace("\n", " "))
axes.plot([], [], "o", color=COLOURS[5], mfc="white", label="no fault found")
axes.plot([], [], "o", color=COLOURS[4], label="a fault (at 0 %:\nin a loop alone)")
axes.set_yticks(range(len(groups)), labels)
axes.invert_yaxis()
axes.set(
    xlabel="strings with a mistake among 500 longer ones, %",
    title="A network read as the grammar can still be wrong (26 seeds)",
)
axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
lesson.figure(figure, "worth")
seeds = lambda some: ", ".join(str(row["seed"]) for row in some)
tested = [row for row in forgetful if row["wrong"] == row["longer"] == 0]
print(f"{len(forgetful)} of the {sum(map(faulty, rows))} faulty networks break in a loop, {len(tested)} of them "
      f"nowhere else (seeds {seeds(tested)})")  # fmt: skip

# %%
read = [row for row in rows if row["k80"]]
flawless = [row for row in rows if not faulty(row)]
of = lambda some, all_rows: f"{len(some)} of {len(all_rows)}"
both = {way: [row for row in flawless if row[way]] for way in ("signs", "k80")}
lesson.verdict(
    "Q1",
    {
        "the reading finds the grammar even in networks that know little": (
            early > 0, f"{early} of {len(rows)}, by signs and by 80 clusters",
        ),
        "read by signs, three networks in four are the grammar": (
            count["signs"] / len(rows) >= 0.75, f"{count['signs']} of {len(rows)}",
        ),
        "read by 80 clusters, three in four are": (count["k80"] / len(rows) >= 0.75, f"{count['k80']} of {len(rows)}"),
        "40 or 160 clusters read as many networks as 80 do": (
            min(count["k40"], count["k160"]) >= count["k80"], f"{count['k40']} and {count['k160']}",
        ),
        "a network without a known fault is read as the grammar by 80 clusters": (
            len(both["k80"]) == len(flawless), of(both["k80"], flawless),
        ),
        "a network without a known fault is read as the grammar by signs": (
            len(both["signs"]) == len(flawless), of(both["signs"], flawless),
        ),
        "a network that is read as the grammar has no fault": (
            not any(map(faulty, read)), f"{sum(map(faulty, read))} of {len(read)} have one",
        ),
        "it is length that makes a network forget, whatever the loop": (
            len(elsewhere) <= len(forgetful) / 2, f"{of(elsewhere, forgetful)} keep T and P in another loop",
        ),
    },
)  # fmt: skip

# %% [markdown]
# So yes, a small LSTM can be read, and what you read is often the grammar. But a map that was read from 2,000 strings
# tells what the network did on strings like these. It cannot tell what the network will do on others, however exact it
# looks. Being read as the grammar in *both* ways is some evidence, though weak with so few networks: 6 of these 14 have
# a fault, and 10 of the 12 others. Being read by clusters alone is none: there it is 6 of 8. A map is good for
# something else: it shows where to test. In a loop, a string can grow longer than any you have seen, and there 13 of
# the 16 faulty networks broke. For 4 of them no other test found a fault; without it, they would count as flawless.
#
# ## Read on
#
# In tinynet's source, `reading/automata/automaton.py` is this lesson in 250 lines: `read_automaton`,
# `minimal_automaton` and `shortest_difference`. `reading/automata/automaton_drawing.py` draws the maps.
#
# **An open question.** A loop of 30 S has a chance of one in a billion, so no network has seen one. How many
# strings with long loops must be added to the 256, until every network has two hollows in every loop?
