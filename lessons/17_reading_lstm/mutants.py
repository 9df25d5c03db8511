"""Wrong answers of lesson 17, each with the mistake behind it; the grader must reject them."""

from collections import Counter, defaultdict

import numpy as np

from tinynet.course import instead_of


def softmax(scores, axis=1):
    e = np.exp(scores)
    return e / e.sum(axis=axis, keepdims=True)


@instead_of("legal", "the scores themselves were compared; the threshold is one for probabilities, so take the softmax")
def scores_compared(scores, threshold):
    return scores > threshold


@instead_of("legal", "only the likeliest symbol is called legal here; where a coin decides, two are")
def likeliest_alone(scores, threshold):
    return scores == scores.max(axis=1, keepdims=True)


@instead_of("legal", "columns sum to 1 here; the symbols of one step lie in a row, so sum over axis 1")
def down_the_columns(scores, threshold):
    return softmax(scores, axis=0) > threshold


@instead_of("legal", "the sum runs over the whole array; each step has probabilities of its own")
def over_everything(scores, threshold):
    return softmax(scores, axis=None) > threshold


@instead_of(
    "legal", "this is a sigmoid for each score; the symbols of a step share one probability, so take the softmax"
)
def sigmoids(scores, threshold):
    return 1 / (1 + np.exp(-scores)) > threshold


@instead_of("legal", "the exponentials were not divided by their sum")
def not_normalized(scores, threshold):
    return np.exp(scores) > threshold


@instead_of("legal", "the scores were divided by their sum; take exponentials first, since scores may be negative")
def without_exponentials(scores, threshold):
    return scores / scores.sum(axis=1, keepdims=True) > threshold


@instead_of(
    "legal", "compared with the largest probability of the step; the threshold is one for the probability itself"
)
def relative_to_the_largest(scores, threshold):
    return np.exp(scores - scores.max(axis=1, keepdims=True)) > threshold


@instead_of("legal", "a probability that equals the threshold counts as legal here; legal are those above it")
def at_the_threshold(scores, threshold):
    return softmax(scores) >= threshold


@instead_of("legal", "these are the probabilities; compare them with the threshold")
def probabilities(scores, threshold):
    return softmax(scores)


@instead_of("legal", "these are the symbols at or below the threshold; legal are those above it")
def the_others(scores, threshold):
    return softmax(scores) <= threshold


@instead_of("legal", "the answer is right, but as numbers 0 and 1; asked is True or False")
def as_numbers(scores, threshold):
    return (softmax(scores) > threshold).astype(int)


@instead_of("legal", "the argument threshold is not used; 0.1 stands there in its place")
def always_a_tenth(scores, threshold):
    return softmax(scores) > 0.1


@instead_of("legal", "at most two symbols a step are called legal here; there may be more above the threshold")
def two_at_most(scores, threshold):
    place = np.argsort(np.argsort(-scores, axis=1), axis=1)
    return (place < 2) & (softmax(scores) > threshold)


def counted(steps):
    went = defaultdict(Counter)
    for state, symbol, after in steps:
        went[state, symbol][after] += 1
    return went


def top(counts):
    return max(counts, key=counts.get)


def built(votes, legal):
    return {state: {s: votes.get((state, s), "?") for s in may} for state, may in legal.items()}


def votes_of(steps):
    return {pair: top(counts) for pair, counts in counted(steps).items()}


def disobeying(steps, votes):
    return sum(votes[state, symbol] != after for state, symbol, after in steps)


@instead_of("table", "the last step decides here; each step overwrote the one before, where most steps should decide")
def last_wins(steps, legal):
    votes = {(state, symbol): after for state, symbol, after in steps}
    return built(votes, legal), disobeying(steps, votes)


def contradicting(steps):
    return sum(sum(counts.values()) - max(counts.values()) for counts in counted(steps).values())


@instead_of("table", "the last step decides which arc is made; each step overwrote the one before, most should decide")
def last_wins_rightly_counted(steps, legal):
    return built({(state, symbol): after for state, symbol, after in steps}, legal), contradicting(steps)


@instead_of("table", "the rarest next state decides here; the most frequent one should: max, not min")
def rarest_wins(steps, legal):
    votes = {pair: min(counts, key=counts.get) for pair, counts in counted(steps).items()}
    return built(votes, legal), disobeying(steps, votes)


@instead_of("table", "the rarest next state decides which arc is made; the most frequent one should: max, not min")
def rarest_wins_rightly_counted(steps, legal):
    return built({pair: min(n, key=n.get) for pair, n in counted(steps).items()}, legal), contradicting(steps)


@instead_of("table", "the first step decides here; most steps should")
def first_wins(steps, legal):
    votes = {(state, symbol): after for state, symbol, after in steps[::-1]}
    return built(votes, legal), disobeying(steps, votes)


@instead_of("table", "the first step decides which arc is made; most steps should")
def first_wins_rightly_counted(steps, legal):
    return built({(state, symbol): after for state, symbol, after in steps[::-1]}, legal), contradicting(steps)


@instead_of("table", "max of the counts gives the last name in the alphabet; compare the counts: max(c, key=c.get)")
def last_name(steps, legal):
    votes = {pair: max(counts) for pair, counts in counted(steps).items()}
    return built(votes, legal), disobeying(steps, votes)


@instead_of("table", "legal symbols that no step took have lost their arcs; they lead to '?'")
def untaken_dropped(steps, legal):
    votes = votes_of(steps)
    arcs = {state: {s: votes[state, s] for s in may if (state, s) in votes} for state, may in legal.items()}
    return arcs, disobeying(steps, votes)


@instead_of("table", "there are arcs for symbols that are not legal; a state has arcs for its legal symbols alone")
def illegal_arcs(steps, legal):
    votes = votes_of(steps)
    arcs = built(votes, legal)
    for (state, symbol), after in votes.items():
        arcs[state][symbol] = after
    return arcs, disobeying(steps, votes)


@instead_of(
    "table", "the automaton was built from the steps alone: it has illegal arcs, and lacks the legal ones to '?'"
)
def from_steps_alone(steps, legal):
    votes = votes_of(steps)
    arcs = {state: {} for state in legal}
    for (state, symbol), after in votes.items():
        arcs[state][symbol] = after
    return arcs, disobeying(steps, votes)


@instead_of("table", "states without legal symbols are missing; they belong to the automaton, with {}")
def without_ends(steps, legal):
    votes = votes_of(steps)
    return {state: to for state, to in built(votes, legal).items() if to}, disobeying(steps, votes)


@instead_of("table", "the number is one of arcs with a contradiction; asked is the number of steps")
def arcs_counted(steps, legal):
    return built(votes_of(steps), legal), sum(len(counts) > 1 for counts in counted(steps).values())


@instead_of("table", "other next states were counted, each once; count the steps that went there")
def others_counted_once(steps, legal):
    return built(votes_of(steps), legal), sum(len(counts) - 1 for counts in counted(steps).values())


@instead_of("table", "disobeying steps under illegal symbols were left out of the count")
def legal_steps_alone(steps, legal):
    votes = votes_of(steps)
    return built(votes, legal), disobeying([step for step in steps if step[1] in legal[step[0]]], votes)


@instead_of("table", "these are the steps that obey; asked are the others")
def obeying(steps, legal):
    votes = votes_of(steps)
    return built(votes, legal), len(steps) - disobeying(steps, votes)


@instead_of("table", "this is a share; asked is the number of steps that disobey")
def as_a_share(steps, legal):
    votes = votes_of(steps)
    return built(votes, legal), disobeying(steps, votes) / len(steps)


@instead_of("table", "all symbols of a state vote together here; each symbol has its own vote")
def one_vote_a_state(steps, legal):
    one = votes_of([(state, "", after) for state, _, after in steps])
    votes = {(state, symbol): one[state, ""] for state, symbol, _ in steps}
    return built(votes, legal), disobeying(steps, votes)


@instead_of("table", "an arc with less than half of the steps became '?'; the most steps decide, however few")
def more_than_half(steps, legal):
    votes = {
        pair: top(counts) if 2 * counts[top(counts)] > sum(counts.values()) else "?"
        for pair, counts in counted(steps).items()
    }
    return built(votes, legal), disobeying(steps, votes_of(steps))


@instead_of("table", "the states in the order of `legal`, whose first is the start")
def order_of_the_steps(steps, legal):
    votes = votes_of(steps)
    order = dict.fromkeys([state for state, _, _ in steps] + list(legal))
    return {state: built(votes, legal)[state] for state in order}, disobeying(steps, votes)


@instead_of("table", "'?' was added as a state; return the states of `legal` alone")
def unknown_added(steps, legal):
    votes = votes_of(steps)
    return built(votes, legal) | {"?": {}}, disobeying(steps, votes)


@instead_of("table", "the number and the automaton were returned in the wrong order")
def returned_backwards(steps, legal):
    votes = votes_of(steps)
    return disobeying(steps, votes), built(votes, legal)


@instead_of(
    "table", "steps under illegal symbols all count as disobeying; they too have a vote, and most of them obey it"
)
def illegal_steps_all_disobey(steps, legal):
    arcs = built(votes_of(steps), legal)
    return arcs, sum(arcs[state].get(symbol) != after for state, symbol, after in steps)


@instead_of(
    "table", "where no step went, the arc leads back to its own state; nothing is known there, so it leads to '?'"
)
def untaken_stays(steps, legal):
    votes = votes_of(steps)
    return {q: {s: votes.get((q, s), q) for s in may} for q, may in legal.items()}, disobeying(steps, votes)


@instead_of("table", "only the automaton was returned; the number of disobeying steps belongs to the answer as well")
def without_the_number(steps, legal):
    return built(votes_of(steps), legal)


def named(block, arcs):
    first = {}
    return {q: first.setdefault(block[q], q) for q in arcs}


def numbered(notes):
    number = {note: k for k, note in enumerate(dict.fromkeys(notes.values()))}
    return {q: number[note] for q, note in notes.items()}


def split(arcs, rounds, start=lambda to: frozenset(to), future=None):
    future = future or (lambda to, block: frozenset((s, block[r]) for s, r in to.items()))
    block = numbered({q: start(to) for q, to in arcs.items()})
    for _ in range(rounds):
        block = numbered({q: (block[q], future(to, block)) for q, to in arcs.items()})
    return block


@instead_of("refine", "states with equal legal symbols were merged without a look at where these lead")
def no_round(arcs):
    return named(split(arcs, 0), arcs)


@instead_of(
    "refine", "it stops after one round; states may differ farther ahead, so go on until a round splits nothing"
)
def one_round(arcs):
    return named(split(arcs, 1), arcs)


@instead_of(
    "refine", "it stops after two rounds; states may differ farther ahead, so go on until a round splits nothing"
)
def two_rounds(arcs):
    return named(split(arcs, 2), arcs)


def some_rounds(rounds):
    def fixed(arcs):
        return named(split(arcs, rounds), arcs)

    about = "it makes a fixed number of rounds; go on until a round splits nothing, however many that takes"
    return instead_of("refine", about)(fixed)


three_rounds, four_rounds, five_rounds, six_rounds = map(some_rounds, (3, 4, 5, 6))
seven_rounds, eight_rounds, nine_rounds, ten_rounds = map(some_rounds, (7, 8, 9, 10))


@instead_of("refine", "it makes as many rounds as there are symbols; how many are needed depends on the automaton")
def as_many_rounds_as_symbols(arcs):
    return named(split(arcs, len({s for to in arcs.values() for s in to})), arcs)


@instead_of("refine", "next classes were compared without their symbols; it matters which symbol leads to which class")
def symbols_ignored(arcs):
    future = lambda to, block: frozenset(block[r] for r in to.values())
    return named(split(arcs, len(arcs), future=future), arcs)


@instead_of(
    "refine", "legal symbols were counted, not compared: two states with one legal symbol each may still differ"
)
def symbols_counted(arcs):
    future = lambda to, block: tuple(sorted(block[r] for r in to.values()))
    return named(split(arcs, len(arcs), start=len, future=future), arcs)


@instead_of("refine", "all states are in one class: they began in one, and legal symbols were never compared")
def one_class(arcs):
    return dict.fromkeys(arcs, next(iter(arcs)))


@instead_of("refine", "next states were compared by name; compare the classes that they are in")
def by_name(arcs):
    return named({q: frozenset(to.items()) for q, to in arcs.items()}, arcs)


@instead_of(
    "refine", "states were merged one by one, from equal next states; in a loop this never begins, so split instead"
)
def merged_upwards(arcs):
    of = {q: q for q in arcs}
    for _ in arcs:
        of = named({q: frozenset((s, of[r]) for s, r in to.items()) for q, to in arcs.items()}, arcs)
    return of


@instead_of("refine", "these are numbers of classes; asked is the first state of each class")
def class_numbers(arcs):
    return split(arcs, len(arcs))


@instead_of("refine", "each state got the last state of its class; asked is the first")
def last_of_the_class(arcs):
    last = {}
    block = split(arcs, len(arcs))
    for q in arcs:
        last[block[q]] = q
    return {q: last[block[q]] for q in arcs}


@instead_of(
    "refine", "each state got the first name of its class in the alphabet; asked is the first in the order of arcs"
)
def first_in_the_alphabet(arcs):
    block = split(arcs, len(arcs))
    return {q: min(r for r in arcs if block[r] == block[q]) for q in arcs}


@instead_of(
    "refine", "this lists the states of each class; asked is one entry for each state, with the first of its class"
)
def lists_of_states(arcs):
    of = named(split(arcs, len(arcs)), arcs)
    return {first: [q for q in arcs if of[q] == first] for first in set(of.values())}


@instead_of("refine", "states without arcs are missing; each state needs an entry")
def without_the_end(arcs):
    of = named(split(arcs, len(arcs)), arcs)
    return {q: of[q] for q in arcs if arcs[q]}


@instead_of("refine", "only the first symbol of each state was followed; follow all of them")
def first_symbol_alone(arcs):
    future = lambda to, block: frozenset((s, block[to[s]]) for s in sorted(to)[:1])
    return named(split(arcs, len(arcs), future=future), arcs)


@instead_of(
    "refine", "arcs were compared in the order in which they stand; the order of symbols tells nothing, so sort them"
)
def order_of_arcs(arcs):
    start, future = lambda to: tuple(to), lambda to, block: tuple((s, block[r]) for s, r in to.items())
    return named(split(arcs, len(arcs), start=start, future=future), arcs)


@instead_of(
    "refine", "next classes were listed in the order of the arcs, without their symbols; note pairs of symbol and class"
)
def next_classes_as_they_stand(arcs):
    future = lambda to, block: tuple(block[r] for r in to.values())
    return named(split(arcs, len(arcs), future=future), arcs)


@instead_of("refine", "no states are merged: each is a class of its own")
def nothing_merged(arcs):
    return {q: q for q in arcs}


@instead_of(
    "refine", "only symbols that both states allow were compared; a symbol that one alone allows tells them apart"
)
def common_symbols_alone(arcs):
    apart = set()
    for _ in arcs:
        for q in arcs:
            for r in arcs:
                common = arcs[q].keys() & arcs[r].keys()
                if bool(arcs[q]) != bool(arcs[r]) or any((arcs[q][s], arcs[r][s]) in apart for s in common):
                    apart.add((q, r))
    return {q: next(r for r in arcs if (q, r) not in apart) for q in arcs}


@instead_of("refine", "this is the merged automaton; asked is which state each state may be merged with")
def merged_automaton(arcs):
    of = named(split(arcs, len(arcs)), arcs)
    return {q: {s: of[r] for s, r in to.items()} for q, to in arcs.items() if of[q] == q}


def chain(n, last=None):
    return {str(k): {"x": str(k + 1)} for k in range(n - 1)} | {str(n - 1): last or {}}


@instead_of("fooled", "the row is one state too short: its states differ after so many rounds at the latest")
def one_state_less(rounds):
    return chain(rounds + 2)


@instead_of("fooled", "this has more states than needed: two states must differ after rounds + 1 symbols, not later")
def one_state_more(rounds):
    return chain(rounds + 4)


@instead_of("fooled", "this row has always the same length; it must grow with the number of rounds")
def always_the_same(rounds):
    return chain(3)


@instead_of("fooled", "every next state to be a key as well")
def last_state_missing(rounds):
    return {q: to for q, to in chain(rounds + 3).items() if to}


@instead_of("fooled", "the last state allows the same symbol as all others, so no string tells any two states apart")
def last_state_like_the_others(rounds):
    return chain(rounds + 3, {"x": str(rounds + 2)})


@instead_of("fooled", "a circle of states that allow the same symbol: they all do the same, and merging them is right")
def in_a_circle(rounds):
    return {str(k): {"x": str((k + 1) % (rounds + 3))} for k in range(rounds + 3)}


@instead_of("fooled", "each state has a symbol of its own, so all are apart at first sight")
def a_symbol_each(rounds):
    return {str(k): {f"x{k}": str((k + 1) % (rounds + 3))} for k in range(rounds + 3)}


@instead_of("fooled", "the states are numbers; asked are strings")
def states_as_numbers(rounds):
    return {k: {"x": k + 1} for k in range(rounds + 2)} | {rounds + 2: {}}


@instead_of("fooled", "two separate rows of states need more states than one row: a single row has both states in it")
def two_rows(rounds):
    return {f"a{k}": {"x": f"a{k + 1}"} for k in range(rounds + 1)} | {f"a{rounds + 1}": {"y": f"a{rounds + 1}"}} | {
        f"b{k}": {"x": f"b{k + 1}"} for k in range(rounds + 1)} | {f"b{rounds + 1}": {}}  # fmt: skip


def common(to, other):
    return sorted(to.keys() & other.keys())


def of_a(to, other):
    return sorted(to)


def search(a, b, same=lambda to, other: set(to) == set(other), names=lambda q, r: True, symbols=common, latest=False,
           seen_as=lambda pair: pair, start=lambda arcs: next(iter(arcs)), most=None):  # fmt: skip
    """Return the first string after which a and b differ, by a search with one of its parts replaced.

    Args:
        same, names: whether two states agree, by their arcs and by their names.
        symbols: which arcs are followed from two states, in order.
        latest: whether the latest pair is taken, in place of the earliest.
        seen_as: what is noted of a pair.
        start: where the walk begins.
        most: how long a string may be.
    """
    begin = start(a), start(b)
    queue, seen = [("", *begin)], {seen_as(begin)}
    while queue:
        string, q, r = queue.pop(-1 if latest else 0)
        if not (same(a[q], b[r]) and names(q, r)):
            return string
        for symbol in symbols(a[q], b[r]):
            pair = a[q][symbol], b[r][symbol]
            if seen_as(pair) not in seen and (most is None or len(string) < most):
                seen.add(seen_as(pair))
                queue.append((string + symbol, *pair))
    return "none"


@instead_of("shortest_difference", "this goes deep first and finds some difference; the shortest needs breadth first")
def deep_first(a, b):
    return search(a, b, latest=True)


DEEP = "a longer string was found first: whoever takes the latest pair goes deep; take the earliest, from a queue"


@instead_of("shortest_difference", DEEP)
def deep_in_alphabetical_order(a, b):
    return search(a, b, latest=True, symbols=lambda to, other: common(to, other)[::-1])


@instead_of("shortest_difference", DEEP)
def deep_and_noted_late(a, b):
    stack, seen = [("", next(iter(a)), next(iter(b)))], set()
    while stack:
        string, q, r = stack.pop()
        if (q, r) in seen:
            continue
        seen.add((q, r))
        if set(a[q]) != set(b[r]):
            return string
        stack += [(string + symbol, a[q][symbol], b[r][symbol]) for symbol in sorted(a[q])]
    return "none"


def without_the_starts(a, b, both):
    begin = next(iter(a)), next(iter(b))
    queue, seen = [("", *begin)], {begin}
    for string, q, r in queue:
        for symbol in sorted(set(a[q]) & set(b[r]) if both else a[q]):
            pair = a[q][symbol], b[r][symbol]
            if pair not in seen and set(a[pair[0]]) != set(b[pair[1]]):
                return string + symbol
            if pair not in seen:
                seen.add(pair)
                queue.append((string + symbol, *pair))
    return "none"


STARTS = "the two starts are never compared; if they allow different symbols, the answer is the empty string"


@instead_of("shortest_difference", STARTS)
def starts_not_compared(a, b):
    return without_the_starts(a, b, both=True)


@instead_of("shortest_difference", STARTS)
def starts_taken_to_agree(a, b):
    return without_the_starts(a, b, both=False)


def some_symbols(most):
    def cut(a, b):
        return search(a, b, most=most)

    about = "it gives up after a fixed number of symbols; note the pairs that were visited, and go on until none is new"
    return instead_of("shortest_difference", about)(cut)


three_symbols, four_symbols, five_symbols, six_symbols = map(some_symbols, (3, 4, 5, 6))
seven_symbols, eight_symbols, nine_symbols, ten_symbols = map(some_symbols, (7, 8, 9, 10))
twelve_symbols, fifteen_symbols, sixteen_symbols = map(some_symbols, (12, 15, 16))
twenty_symbols, twenty_five_symbols, thirty_symbols = map(some_symbols, (20, 25, 30))


@instead_of(
    "shortest_difference", "pairs of states with equal names were skipped; names mean nothing, so look at these as well"
)
def equal_names_skipped(a, b):
    return search(a, b, symbols=lambda to, other: [s for s in sorted(to) if to[s] != other[s]])


@instead_of(
    "shortest_difference", "the order of the legal symbols was compared as well; it means nothing, compare sets"
)
def order_compared(a, b):
    return search(a, b, same=lambda to, other: list(to) == list(other))


@instead_of("shortest_difference", 'the walk begins in "start"; the start is the first key, whatever its name')
def from_a_state_called_start(a, b):
    return search(a, b, start=lambda arcs: "start")


NAMES = "names of states were compared, here or in the dictionaries; they mean nothing, compare the legal symbols"


@instead_of("shortest_difference", NAMES)
def dictionaries_compared(a, b):
    return search(a, b, same=lambda to, other: to == other, symbols=of_a)


@instead_of("shortest_difference", NAMES)
def names_compared(a, b):
    return search(a, b, same=lambda to, other: True, names=lambda q, r: q == r, symbols=of_a)


@instead_of("shortest_difference", NAMES)
def names_and_symbols_compared(a, b):
    return search(a, b, names=lambda q, r: q == r, symbols=of_a)


@instead_of("shortest_difference", NAMES)
def by_state_names(a, b):
    return search(a, b, same=lambda to, other: True, names=lambda q, r: q == r)


@instead_of(
    "shortest_difference",
    "visited states of a were noted; the same state of a with another state of b is new, so note pairs",
)
def states_of_a_seen(a, b):
    return search(a, b, seen_as=lambda pair: pair[0])


@instead_of(
    "shortest_difference",
    "visited states of b were noted; the same state of b with another state of a is new, so note pairs",
)
def states_of_b_seen(a, b):
    return search(a, b, seen_as=lambda pair: pair[1])


@instead_of("shortest_difference", "symbols that b allows and a does not were overlooked; compare both ways")
def one_sided(a, b):
    return search(a, b, same=lambda to, other: set(to) <= set(other))


@instead_of("shortest_difference", "symbols that a allows and b does not were overlooked; compare both ways")
def other_sided(a, b):
    return search(a, b, same=lambda to, other: set(to) >= set(other))


@instead_of("shortest_difference", "only the number of legal symbols was compared; compare which they are")
def numbers_of_symbols(a, b):
    return search(a, b, same=lambda to, other: len(to) == len(other))


@instead_of(
    "shortest_difference", "a state without arcs was taken to agree with any; where nothing may follow, nothing may"
)
def ends_agree_with_all(a, b):
    return search(a, b, same=lambda to, other: not to or not other or set(to) == set(other))


@instead_of("shortest_difference", "the start is the first key, not the first name in the alphabet")
def first_in_alphabet(a, b):
    return search(a, b, start=min)


@instead_of(
    "shortest_difference", "among equally short strings this returns the last in alphabetical order; asked is the first"
)
def last_in_alphabet(a, b):
    return search(a, b, symbols=lambda to, other: common(to, other)[::-1])


@instead_of(
    "shortest_difference",
    "symbols are tried in the order of the dictionary; alphabetical order decides between equally short strings",
)
def order_of_the_dictionary(a, b):
    return search(a, b, symbols=lambda to, other: [s for s in to if s in other])


@instead_of(
    "shortest_difference",
    "symbols are tried in the order of the dictionary; alphabetical order decides between equally short strings",
)
def order_of_the_other_dictionary(a, b):
    return search(a, b, symbols=lambda to, other: list(other))


@instead_of(
    "shortest_difference", "the search ends after as many symbols as there are states; pairs of states may need more"
)
def too_early(a, b):
    return search(a, b, most=max(len(a), len(b)))


@instead_of(
    "shortest_difference", "one symbol too many: the string ends where the symbols differ, before one of them is taken"
)
def one_symbol_more(a, b):
    string = search(a, b)
    if string == "none":
        return string
    q, r = next(iter(a)), next(iter(b))
    for symbol in string:
        q, r = a[q][symbol], b[r][symbol]
    return string + min(set(a[q]) ^ set(b[r]))


@instead_of("shortest_difference", "this is the length of the string; asked is the string itself")
def its_length(a, b):
    string = search(a, b)
    return string if string == "none" else len(string)


@instead_of(
    "shortest_difference",
    'where there is no difference this returns an empty string, which means that the starts differ; asked is "none"',
)
def empty_for_none(a, b):
    return search(a, b).replace("none", "")


def compared(said, arcs, string, same=lambda x, y: set(x) == set(y), ahead=True):
    state, found = next(iter(arcs)), []
    for t, symbols in enumerate(said):
        before, state = state, arcs[state][string[t]]
        if not same(symbols, arcs[state if ahead else before]):
            found.append(t + 1)
    return found


@instead_of("parts_at", "this counts from 0; after said[0] one symbol has been read")
def from_zero(said, arcs, string):
    found = compared(said, arcs, string)
    return found[0] - 1 if found else 0


@instead_of("parts_at", "the order of the symbols was compared as well; 'ST' and 'TS' allow the same")
def ordered(said, arcs, string):
    return next(iter(compared(said, arcs, string, lambda x, y: x == "".join(y))), 0)


@instead_of("parts_at", "symbols that the network alone calls legal were overlooked")
def network_may_add(said, arcs, string):
    return next(iter(compared(said, arcs, string, lambda x, y: set(y) <= set(x))), 0)


@instead_of("parts_at", "symbols that the automaton alone calls legal were overlooked")
def automaton_may_add(said, arcs, string):
    return next(iter(compared(said, arcs, string, lambda x, y: set(x) <= set(y))), 0)


@instead_of("parts_at", "only the number of legal symbols was compared; compare which they are")
def how_many(said, arcs, string):
    return next(iter(compared(said, arcs, string, lambda x, y: len(x) == len(y))), 0)


@instead_of(
    "parts_at", "said[t] was compared with an earlier state; it belongs to the state after symbol t, so move first"
)
def one_behind(said, arcs, string):
    return next(iter(compared(said, arcs, string, ahead=False)), 0)


@instead_of("parts_at", "this is the last disagreement; asked is the first")
def the_last(said, arcs, string):
    return [0, *compared(said, arcs, string)][-1]


@instead_of("parts_at", "this is the number of disagreements; asked is how many symbols had been read at the first")
def their_number(said, arcs, string):
    return len(compared(said, arcs, string))


@instead_of("parts_at", "if they never disagree this returns -1; asked is 0")
def minus_one(said, arcs, string):
    return next(iter(compared(said, arcs, string)), -1)


@instead_of("parts_at", "if they never disagree this returns the length of the string; asked is 0")
def length_for_never(said, arcs, string):
    return next(iter(compared(said, arcs, string)), len(string))


@instead_of(
    "parts_at",
    "the first disagreement is where the network does not allow the symbol that came; compare all legal symbols",
)
def symbol_that_came(said, arcs, string):
    return next((t + 1 for t, symbols in enumerate(said) if string[t + 1] not in symbols), 0)


@instead_of("parts_at", 'the walk begins in "start"; the start is the first key, whatever its name')
def from_a_state_called_start_too(said, arcs, string):
    state = "start"
    for t, symbols in enumerate(said):
        state = arcs[state][string[t]]
        if set(symbols) != set(arcs[state]):
            return t + 1
    return 0


@instead_of("parts_at", "the walk begins at the first name in the alphabet; the start is the first key")
def other_start(said, arcs, string):
    state = min(arcs)
    for t, symbols in enumerate(said):
        state = arcs[state].get(string[t], state)
        if set(symbols) != set(arcs[state]):
            return t + 1
    return 0


@instead_of("shortest_difference", "recursion follows the first symbol to its end; the shortest needs breadth first")
def by_recursion(a, b):
    def beyond(q, r, seen):
        if a[q].keys() != b[r].keys():
            return ""
        for symbol in sorted(a[q]):
            pair = a[q][symbol], b[r][symbol]
            if pair not in seen:
                found = beyond(*pair, seen | {pair})
                if found != "none":
                    return symbol + found
        return "none"

    start = next(iter(a)), next(iter(b))
    return beyond(*start, {start})


@instead_of("shortest_difference", 'where there is no difference this returns None; asked is the string "none"')
def none_itself(a, b):
    string = search(a, b)
    return None if string == "none" else string


@instead_of("shortest_difference", "this is a list of symbols; asked is one string")
def list_of_symbols(a, b):
    string = search(a, b)
    return string if string == "none" else list(string)


@instead_of("shortest_difference", "numbers of states were compared; automata of equal size may differ")
def sizes_compared(a, b):
    return "none" if len(a) == len(b) else search(a, b)


@instead_of(
    "parts_at", "said[t] was compared with an earlier state; it belongs to the state after symbol t, so move first"
)
def never_moved(said, arcs, string):
    start = next(iter(arcs))
    return next((t + 1 for t, symbols in enumerate(said) if set(symbols) != set(arcs[start])), 0)


@instead_of("parts_at", "only one side was sorted before the comparison; compare sets")
def one_side_sorted(said, arcs, string):
    return next(iter(compared(said, arcs, string, lambda x, y: sorted(x) == list(y))), 0)


@instead_of("parts_at", "one too many: after said[0] one symbol has been read, after said[t] it is t + 1")
def one_too_many(said, arcs, string):
    found = compared(said, arcs, string)
    return found[0] + 1 if found else 0


@instead_of("parts_at", "they count as agreeing if they share a symbol; all symbols must be the same")
def one_in_common(said, arcs, string):
    return next(iter(compared(said, arcs, string, lambda x, y: bool(set(x) & set(y)))), 0)


@instead_of("parts_at", "this says whether they disagree; asked is after how many symbols")
def whether(said, arcs, string):
    return bool(compared(said, arcs, string))


@instead_of("parts_at", "if they never disagree this returns None; asked is 0")
def none_for_never(said, arcs, string):
    return next(iter(compared(said, arcs, string)), None)
