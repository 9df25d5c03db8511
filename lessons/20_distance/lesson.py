# %% [markdown]
# # Lesson 20. Distance without a test set
#
# You have two networks and can ship one. Which errs less, and by how much? The honest answer takes a large test set.
# But while a phone takes a picture for free, somebody must be paid to say what is on it. So how much can you find out
# with a few labels, or with none at all?
#
# The slides only ask:
#
# - **Q3** Can the performance distance of two networks be estimated without the whole test set?
#
# You will prove a bound that needs no label, learn where a label is worth its money, mend a colleague's measure, and
# let networks vote. Then all estimates compete, over all pairs of networks and over the pairs of good ones. Keep an eye
# on the difference between these two.

# %%
import matplotlib.pyplot as plt
import numpy as np

from tinynet.course import Script
from tinynet.course.manifest import load_module
from tinynet.drawing import COLOURS
from tinynet.reading.networks.alignment import weight_distance
from tinynet.reading.networks.distance import clopper_pearson

lesson = Script(20)
GREY, GREEN, RED, BLUE = "0.6", *(COLOURS[k] for k in (3, 4, 5))


def spread(values):
    """Return the mean over zoos, and twice its standard error."""
    return np.mean(values), 2 * np.std(values, ddof=1) / len(values) ** 0.5


plus_minus = lambda values: "{:.2f} +- {:.2f}".format(*spread(values))


# %% [markdown]
# ## A zoo
#
# To test an estimate of the gap between two networks, we need many pairs whose true gap is known. So we raise a zoo of
# 24 networks: four kinds of weights, 8 or 32 hidden units, and three educations. One learns from 600 pictures for 20
# epochs, one from 600 pictures for only 3 epochs, and one from only 100 pictures. That makes 276 pairs. The *better
# half* are the 12 networks with the lowest true errors, and their 66 pairs.
#
# One zoo may be lucky, so there are eight. Each deals the 1,797 digits anew: 600 to learn from, 300 that an estimate
# may see, and 897 that only the judge sees. What the judge measures is what we call true. (See `digits_zoo.py`.)

# %%
digits_zoo = load_module(lesson.folder / "digits_zoo.py")
zoos = [digits_zoo.Zoo(seed) for seed in range(8)]
for name, chosen in ("all pairs", lambda zoo: zoo.gaps), ("pairs of the better half", lambda zoo: zoo.gaps[zoo.good]):
    gaps = np.concatenate([chosen(zoo) for zoo in zoos])
    print(f"{name:24} {len(gaps):5,}, median gap {100 * np.median(gaps):4.1f} percentage points")
errors = np.sort([zoo.errors for zoo in zoos], axis=1).mean(axis=0)
print(f"errors: best network {errors[0]:.0%}, worst of the better half {errors[11]:.0%}, worst of all {errors[-1]:.0%}")

# %% [markdown]
# ## A bound without labels
#
# Two referees watch the same 100 scenes, and in 95 of them they decide alike. However little we know about the rules,
# their numbers of mistakes differ by at most 5.
#
# So it is with networks. Call the error rates $e_a$ and $e_b$, and the *gap* $g = e_a - e_b$. Where $a$ and $b$ predict
# the same class, both are right or both are wrong. All of the gap comes from inputs on which they differ. With $D$ for
# the probability that they differ, $|g| \le D$.
#
# We do not know $D$, only $\hat D$, the share of $n$ inputs on which they differ. It may be too small by chance.
# Hoeffding's inequality limits the bad luck: for every $t > 0$,
#
# $$ P(D > \hat D + t) \le e^{-2 n t^2}. $$
#
# **Exercise `gap_bound`.** Which bound on $|g|$ fails with probability $\delta$ at most? Solve for $t$.

# %%
lesson.predict("loose", "In the better half, networks err on 4 % to 13 %, and the median gap is 2.6 points. "
               "Disagreement is larger. By what factor (the median over pairs)?")  # fmt: skip

# %%
gap_bound = lesson.exercise("gap_bound")
fails, ratios = [], []
for zoo in zoos:
    zoo.disagreement = (zoo.classes[zoo.a] != zoo.classes[zoo.b]).mean(axis=1)
    zoo.bounds = np.array([gap_bound(zoo.classes[a], zoo.classes[b], 0.05) for a, b in zoo.pairs()])
    fails.append(np.mean(zoo.gaps > zoo.bounds))
    with np.errstate(divide="ignore"):
        ratios.append(np.median((zoo.disagreement / zoo.gaps)[zoo.good]))
fails = np.mean(fails)
print(f"the gap exceeds the bound for {fails:.1%} of the pairs")
few = np.concatenate([np.zeros(15, int), np.ones(285, int)])  # differs from 300 ones at 15 places
print(f"15 differences among 300 inputs: D is at most {gap_bound(few, np.ones(300, int), 0.05):.1%} by Hoeffding, "
      f"{clopper_pearson(15, 300, 0.90)[1]:.1%} by the exact binomial bound")  # fmt: skip
lesson.answer("loose", np.mean(ratios))

zoo = zoos[0]
figure, axes = plt.subplots(figsize=(7, 4.4))
for which, name, colour in (~zoo.good, "other pairs", GREY), (zoo.good, "pairs of the better half", BLUE):
    axes.plot(100 * zoo.disagreement[which], 100 * zoo.gaps[which], ".", color=colour, label=name)
axes.plot([0, 80], [0, 80], color="0.3", label="gap = disagreement")
excess = 100 * (zoo.bounds - zoo.disagreement)[0]
axes.plot([0, 80 - excess], [excess, 80], "--", color=RED, label="bound that holds in 95 % of draws")
axes.set(title="One zoo: disagreement bounds the gap, loosely", xlabel="disagreement on 300 pictures, %",
         ylabel="true gap, percentage points", xlim=(0, None), ylim=(0, 80))  # fmt: skip
axes.legend(fontsize="small")
lesson.figure(figure, "bound")

# %% [markdown]
# No point lies above the dashed line. (Hoeffding's $t$ is the same for every $D$. For a small $D$ the exact binomial
# bound is tighter, as you see above.) But a bound is not an estimate: most pairs lie far below it.
#
# ## What is an estimate worth?
#
# Suppose you must order pairs by their gap (by $|g|$, that is), and have only the disagreement. How good would the
# order be? Put the pairs in one row by disagreement and in another by true gap, and correlate the ranks. This is
# *Spearman's rank correlation*: 1 for the same order, 0 for orders that have nothing to do with each other, -1 for the
# reverse. Units do not matter, so even the distance between two matrices can take part.
#
# On 300 pictures, many pairs have exactly the same disagreement. They share the mean of the ranks that they take up.
#
# **Exercise `spearman`.** Return the rank correlation of two lists of numbers.

# %%
lesson.predict("half", "Over all pairs, the rank correlation of disagreement and true gap is about 0.75. And over "
               "the pairs of the better half (from -1 to 1)?")  # fmt: skip

# %%
spearman = lesson.exercise("spearman")
worth = {}


def try_out(name, estimate):
    """Correlate an estimate with the true gap in each zoo, over all pairs and over those of the better half."""
    found = [estimate(zoo) for zoo in zoos]
    whole = [spearman(values, zoo.gaps) for values, zoo in zip(found, zoos, strict=True)]
    half = [spearman(values[zoo.good], zoo.gaps[zoo.good]) for values, zoo in zip(found, zoos, strict=True)]
    worth[name] = np.array(whole), np.array(half)
    print(f"{name:30} all pairs {plus_minus(whole)}, better half {plus_minus(half)}")


def beats(one, other):
    """Return whether one estimate beats another in the better half, and the numbers."""
    gain, twice = spread(worth[one][1] - worth[other][1])
    return gain > twice, f"{worth[one][1].mean():.2f} against {worth[other][1].mean():.2f}, +- {twice:.2f}"


D = "disagreement, 300 inputs"
try_out(D, lambda zoo: zoo.disagreement)
lesson.answer("half", worth[D][1].mean(), "{:.2f}")
both_errors = lambda zoo: (zoo.errors[zoo.a] + zoo.errors[zoo.b])[zoo.good]
sums = [spearman(zoo.disagreement[zoo.good], both_errors(zoo)) for zoo in zoos]
print(f"better half: disagreement and the sum of the two errors: {plus_minus(sums)}")

# %% [markdown]
# A broken network disagrees with everyone, and its gap to everyone is large. To sort out broken networks, disagreement
# is enough. Among good networks it says less about the gap. But do not blame disagreement for the whole drop: the
# gaps of good networks lie close together, and the judge's noise blurs them, so every estimate falls. You will see 300
# labels fall just as far. What speaks against disagreement is the last line, 0.83: among good networks it follows the
# *sum* of the two errors more closely than their difference (0.55).
#
# And disagreement can never tell which of the two is better. It is the same for $b$ and $a$ as for $a$ and $b$.
#
# ## A label where it counts
#
# So buy labels, but not 300 of them. Where both say 7, the truth changes nothing about the gap. You need a label only
# where the two differ, and among these, only the inputs count on which one of them is right.
#
# On each of these inputs one network scores. If both are equally good, each score is the toss of a fair coin. With 9
# scores to 3, one network looks better. How often would 12 tosses divide 9 to 3 or worse, for either side? In 15 % of
# all cases: too often to be sure. This is the *sign test* (McNemar 1947, in its exact form), and the share is called
# the p-value. If it is below 5 %, one says that the networks differ.
#
# **Exercise `paired_test`.** Return the gap on $n$ inputs and the p-value, and ask for no label that you do not need.

# %%
lesson.predict("told", "A gap of 2.6 points is a lead of 8 in 300 inputs. For which share of the pairs of the better "
               "half does the test on 300 inputs say that they differ, from 0% to 100%?")  # fmt: skip

# %%
paired_test = lesson.exercise("paired_test")
paid, told, unpaired, wrong, overlap = [], [], [], [], []
for zoo in zoos:
    bought = []

    def buy(i, zoo=zoo, bought=bought):
        """Return a label, and write down that it was paid for."""
        bought.append(i)
        return zoo.labels[i]

    for a, b in zoo.good_pairs():
        gap, p = paired_test(zoo.classes[a], zoo.classes[b], buy)
        told.append(p < 0.05)
        wrong.append(p < 0.05 and gap * (zoo.errors[a] - zoo.errors[b]) < 0)
        misses = [zoo.classes[k] != zoo.labels for k in (a, b)]
        rates = [miss.mean() for miss in misses]
        overlap.append(np.sum(misses[0] & misses[1]) / max(np.sum(misses[0] | misses[1]), 1))
        unpaired.append(abs(gap) > 1.96 * np.sqrt(sum(e * (1 - e) for e in rates) / 300))
    paid.append(len(bought) / zoo.good.sum())
print(f"a pair of the better half costs {np.mean(paid):.0f} labels instead of 300")
print(f"told apart: {np.mean(told):.0%} of the pairs; the judge disagrees about the better one in {np.sum(wrong)} of "
      f"{np.sum(told)} cases")  # fmt: skip
print(f"as if each network had seen pictures of its own, with all 300 labels: {np.mean(unpaired):.0%} told apart")
print(f"of the pictures that either network gets wrong, both get wrong (median pair): {np.median(overlap):.0%}")
lesson.answer("told", np.mean(told), "{:.0%}")
for n in 30, 100, 300:
    try_out(f"labelled gap, {n} inputs", lambda zoo, n=n: zoo.gaps_by(zoo.labels, n))
halves = []
for zoo in zoos:
    one, two = ((zoo.judged[:, part] != zoo.truth[part]).mean(axis=1) for part in (slice(448), slice(448, None)))
    halves.append(spearman(*(np.abs(e[zoo.a] - e[zoo.b])[zoo.good] for e in (one, two))))
print(f"for comparison, one half of the judge's pictures against the other, better half: {plus_minus(halves)}")

# %% [markdown]
# The last line is a warning: the judge is a sample too. Even two halves of the judge's pictures agree only this well.
# So among the better half do not expect any estimate to come close to 1. (All 897 pictures together are less noisy than
# half of them. So 300 labels can agree with the judge a little better, 0.75, than the halves with each other, 0.68.)
#
# The unpaired test is weaker although it pays for all labels. It takes the two error rates as independent. But of the
# pictures that fool either network, about a third fool both, and in a difference these cancel.
#
# ## How many labels?
#
# How many does it take to tell two networks apart with 95 % confidence? Each input gives a number: 1 where $a$ alone is
# wrong, -1 where $b$ alone is wrong, 0 otherwise. The measured gap is the mean of these numbers. You can work out
# their variance from the two probabilities, and so how long the gap is, measured in standard errors. At 1.96 standard
# errors, the 95 % interval around the gap just leaves 0 out.
#
# **Exercise `labels_needed`.** Return the number of inputs and of labels after which the gap is $z$ standard errors.

# %%
lesson.predict("power", "Draw as many inputs as labels_needed says for z = 1.96, and test. In which share of such "
               "draws will p be below 5 %, from 0% to 100%?")  # fmt: skip

# %%
labels_needed = lesson.exercise("labels_needed")
points = []
for zoo in zoos:
    for a, b in zoo.good_pairs():
        shares = zoo.shares(a, b)
        if shares[0] != shares[1]:
            points.append((abs(shares[0] - shares[1]), *labels_needed(*shares, 1.96), shares))
n, cost = (np.array([point[k] for point in points]) for k in (1, 2))
even = sum(zoo.good.sum() for zoo in zoos) - len(points)
print(f"better half, median: {np.median(n):.0f} inputs, {np.median(cost):.0f} labels; least: {np.min(cost):.1f} labels "
      f"(not counted: {even} pairs for which the judge finds no gap at all)")  # fmt: skip
print(f"pairs for which the judge's 897 pictures are not enough: {np.mean(n > 897):.0%}")
some = max((cost, shares) for _, n, cost, shares in points if n < 140)[1]
power = {}
for z in 1.96, 3.6:
    n, cost = labels_needed(*some, z)
    power[z] = digits_zoo.told_apart(paired_test, some, n)
    print(f"one pair, z = {z}: {n:.0f} inputs, {cost:.0f} labels; told apart in {power[z]:.0%} of the draws")
lesson.answer("power", power[1.96], "{:.0%}")

figure, axes = plt.subplots(figsize=(7, 4.2))
gaps, costs = np.array([(100 * gap, cost) for gap, _, cost, _ in points]).T
axes.plot(gaps, costs, ".", color=BLUE, label="a pair of the better half")
line, small = np.array([0.15, 12]), gaps < 3
axes.plot(line, np.median((costs * gaps**2)[small]) / line**2, color="0.4", label="proportional to 1 / gap squared")
slope = np.polyfit(np.log(gaps[small]), np.log(costs[small]), 1)[0]
print(f"below 3 points, half the gap takes {2**-slope:.1f} times the labels")
axes.set(title="Below 3 points, half the gap takes about four times the labels", xscale="log", yscale="log",
         xlabel="true gap, percentage points", ylabel="labels until the gap is 1.96 standard errors")  # fmt: skip
axes.set_xticks([0.2, 0.5, 1, 2, 5, 10], ["0.2", "0.5", "1", "2", "5", "10"])
axes.set_yticks([10, 100, 1000, 10000], ["10", "100", "1,000", "10,000"])
axes.minorticks_off()
axes.legend()
lesson.figure(figure, "price")

# %% [markdown]
# A gap of 1.96 standard errors is a toss-up: half of all samples show a smaller one. (The sign test is a little more
# cautious than the normal curve, so it succeeds less than half the time.) To succeed 95 times in 100, the gap must be
# 1.96 + 1.64 = 3.6 standard errors long, and that takes 3.4 times as many labels. The price rises steeply as networks
# become alike. It has a floor, too. If all labels speak for one network, the formula comes down to $z^2 (1 - |g|)$
# labels: 4 for a small gap, as $1.96^2 = 3.84$. But the sign test needs 6: if 5 tosses fall alike, p is 2 / 32 = 0.06.
#
# ## Look inside
#
# Perhaps we can do without labels if we look at more than the answers. Three measures compare two networks directly:
#
# - their **weights**, after the best matching of hidden units (lesson 5; 8 units are filled up to 32 with zeros);
# - their answers to **noise**: on how many random pictures do they differ?
# - their **activations** on the 300 pictures.
#
# The last one needs thought, since two networks may have 8 and 32 hidden units. Here is an idea. With the activations
# in the rows of $X$, one row for each input, $XX^T$ tells for every two inputs how alike the network finds them. That
# table has the same size for every network. So compare the tables. As it turns out, this needs only small matrices:
#
# $$ \frac{\|X^T Y\|^2}{\|X^T X\|\,\|Y^T Y\|}, \qquad \|M\|^2 = \sum_{ij} M_{ij}^2. $$
#
# A colleague has written this down and tried it. To see what it says about two layers that have nothing in common, she
# shuffles the rows of $Y$. Then she does the same once more, but with sigmoid units. tanh and sigmoid are twins,
# $\sigma(2z) = (1 + \tanh z) / 2$, so every network of tanh units can be rewritten with sigmoid units that give exactly
# the same scores.

# %%


def colleague(X, Y):
    """Return the colleague's number."""
    return np.linalg.norm(X.T @ Y) ** 2 / (np.linalg.norm(X.T @ X) * np.linalg.norm(Y.T @ Y))


as_sigmoid = lambda X: (1 + X) / 2
X, Y = zoos[0].activations[0], zoos[0].activations[3]
mixed = np.random.default_rng(0).permutation(Y)
cases = {
    "two networks": (X, Y),
    "rows shuffled": (X, mixed),
    "two networks, sigmoid": (as_sigmoid(X), as_sigmoid(Y)),
    "rows shuffled, sigmoid": (as_sigmoid(X), as_sigmoid(mixed)),
}
for name, layers in cases.items():
    print(f"{name:23} {colleague(*layers):.2f}")

# %% [markdown]
# Once the units are sigmoids, even shuffled rows look alike, although both networks give the same answers as before.
# What has changed, and what should the measure have ignored?
#
# **Exercise `linear_cka`.** Mend the colleague's function. (The mended one is called linear CKA; Kornblith and others,
# 2019.)

# %%
lesson.predict("inside", "Does one of the three rank the pairs of the better half about as well as disagreement did?",
               choices=("weights", "noise", "activations", "none"))  # fmt: skip

# %%
linear_cka = lesson.exercise("linear_cka")
for name, layers in cases.items():
    print(f"{name:23} {linear_cka(*layers):.2f}")
over_pairs = lambda measure, things, zoo: np.array([measure(things[a], things[b]) for a, b in zoo.pairs()])
INSIDE = {"weights": "weights, matched", "noise": "disagreement on noise", "activations": "activations, 1 - CKA"}
try_out(INSIDE["weights"], lambda zoo: over_pairs(weight_distance, zoo.nets, zoo))
try_out(INSIDE["noise"], lambda zoo: (zoo.on_noise[zoo.a] != zoo.on_noise[zoo.b]).mean(axis=1))
try_out(INSIDE["activations"], lambda zoo: 1 - over_pairs(linear_cka, zoo.activations, zoo))
as_good = {key: not beats(D, name)[0] for key, name in INSIDE.items()}
lesson.answer("inside", next((key for key, good in as_good.items() if good), "none"))

# %% [markdown]
# Over all pairs, each of the three says something about the gap (0.40 to 0.56). Among good networks, none of them does:
# every interval contains 0. There, how different two networks look does not tell how far apart they perform.
#
# ## Ask a crowd
#
# One source of information is left, in plain sight: the zoo itself. At a quiz, the audience is usually right,
# because its mistakes scatter while its knowledge agrees. So let all 24 networks vote on every picture, and take
# the majority's class as if it were the label.
#
# Then $a$'s error is estimated by how often $a$ leaves the majority, and the gap by the difference for $a$ and $b$.
# This estimate even says which of the two is better.
#
# **Exercise `consensus`.** Return the class that most networks predict, for each input.

# %%
consensus = lesson.exercise("consensus")
try_out("vote of the zoo", lambda zoo: zoo.gaps_by(consensus(zoo.classes)))

# %% [markdown]
# Much better than disagreement over all pairs, but hardly better in the better half. The worst networks vote too, and a
# good network that departs from the majority is punished for it. Yet we can tell the worst without a label: they leave
# the majority most often. So let only the *closer half* vote, the 12 networks that leave the majority least, and repeat
# this with their own majority, ten times to be safe. (Here nothing changes after the first.)

# %%
lesson.predict("crowd", "Among the better half, the vote of the closer half ranks about as well as how many labelled "
               "inputs? (30 to 300)")  # fmt: skip

# %%
VOTE = "vote of the closer half"


def closer_half(classes):
    """Return the majority of the half that leaves it least."""
    said = consensus(classes)
    for _ in range(10):
        left = (classes != said).mean(axis=1)
        said = consensus(classes[np.argsort(left, kind="stable")[: len(classes) // 2]])
    return said


try_out(VOTE, lambda zoo: zoo.gaps_by(closer_half(zoo.classes)))
for name, vote in ("zoo", consensus), ("closer half", closer_half):
    print(f"the vote of the {name} errs on {np.mean([np.mean(vote(zoo.classes) != zoo.labels) for zoo in zoos]):.1%}")


def inputs_worth(bar, values, sizes):
    """Return how many labelled inputs reach a correlation, and, in words, how many reach the ends of its bar."""
    n, low, high = np.exp(np.interp(bar, values, np.log(sizes)))
    return n, f"{low:.0f} to {high:.0f}" + " or more" * bool(bar[2] >= values[-1])


bars = lambda values: np.mean(values) + np.array([0, -1, 1]) * spread(values)[1]
by_size = [worth[f"labelled gap, {n} inputs"][1].mean() for n in (30, 100, 300)]
n, ends = inputs_worth(bars(worth[VOTE][1]), by_size, (30, 100, 300))
print(f"the vote of the closer half is worth {ends} labelled inputs, from end to end of its bar")
lesson.answer("crowd", n, "{:.0f}")


def dots(axes, rows):
    """Draw a row for each estimate: its rank correlations with their bars, over all pairs and in the better half."""
    for k, (name, colour, marker) in enumerate((("all pairs", GREY, "s"), ("better half", BLUE, "o"))):
        middles, lows, highs = np.array([row[k] for row in rows.values()]).T
        axes.errorbar(middles, range(len(rows)), xerr=(middles - lows, highs - middles), color=colour, marker=marker,
                      linestyle="", capsize=3, label=name)  # fmt: skip
    axes.axvline(0, color="0.8", zorder=0)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set(xlabel="rank correlation with the true gap", xlim=(-0.25, 1.02))


figure, axes = plt.subplots(figsize=(8, 4.6))
order = sorted(worth, key=lambda name: worth[name][1].mean())
dots(axes, {name: [bars(values) for values in worth[name]] for name in order})
axes.set_title("Digits, eight zoos: what ranks bad networks need not rank good ones\n(bars: twice the standard error)")
axes.legend(loc="lower right")
lesson.figure(figure, "estimates")

# %% [markdown]
# ## Larger zoos
#
# Is that so on other data? `zoos.csv` holds the same comparison for MNIST and Fashion-MNIST. Four zoos of 72 networks
# were raised on each, with 10,000 pictures for the judge and up to 1,000 for the estimates. (See `zoos.py`.)

# %%
lesson.predict("fashion", "In the better half of MNIST, disagreement has a rank correlation of 0.43, and the vote of "
               "the closer half 0.72. Of Fashion-MNIST, 0.44 and ..? (from -1 to 1)")  # fmt: skip

# %%
larger = load_module(lesson.folder / "zoos.py").committed()
NAMES = {"weights, aligned": INSIDE["weights"], "1 - CKA": INSIDE["activations"],
         "consensus of the zoo": "vote of the zoo", "consensus of its closer half": VOTE}  # fmt: skip
larger = {(data, NAMES.get(name, name).replace("1000", "1,000")): row for (data, name), row in larger.items()}
titles = {"mnist": "MNIST", "fashion": "Fashion-MNIST"}
left_out = "labelled gap, 30 ", "disagreement, 30", "disagreement, 100 "
order = {name for _, name in larger if not name.startswith(left_out)}
order = sorted(order, key=lambda name: larger["mnist", name]["half"])
figure, panels = plt.subplots(1, 2, figsize=(10, 4.4), sharey=True)
for axes, (data, title) in zip(panels, titles.items(), strict=True):
    both = lambda row: [[row[f"{of}{end}"] for end in ("", "_low", "_high")] for of in ("whole", "half")]
    dots(axes, {name: both(larger[data, name]) for name in order})
    axes.set_title(title)
    for name in order[::-1]:
        found = "all {whole:.2f}, better half {half:.2f} ({half_low:.2f} to {half_high:.2f}), {labels:.0f} labels"
        print(f"{title:13} {name:27} {found.format(**larger[data, name])}")
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
figure.suptitle("Four larger zoos each: bad networks mislead the whole zoo on Fashion-MNIST (bars: 95 % intervals)")
lesson.figure(figure, "larger")
lesson.answer("fashion", larger["fashion", VOTE]["half"], "{:.2f}")

# %% [markdown]
# On MNIST, as on digits, the vote of the closer half comes out above disagreement (0.72 against 0.43). On Fashion-MNIST
# it does not clearly (0.56 against 0.44). There the worst networks spoil the vote of the whole zoo: among good networks
# it falls to 0.05 (at most 0.24). A look inside is of little use on both (at most 0.17). And labels? On digits, 300 do
# as well as the vote. On MNIST they come out below it (0.55), on Fashion-MNIST above (0.64), but the intervals overlap.

# %%
figure, axes = plt.subplots(figsize=(7.5, 4.2))
for data, colour in zip(("digits", *titles), (BLUE, RED, GREEN), strict=True):
    sizes = (30, 100, 300) if data == "digits" else (30, 100, 300, 1000)
    half = lambda name, data=data: bars(worth[name][1]) if data == "digits" else both(larger[data, name])[1]
    bought = [half(f"labelled gap, {n:,} inputs")[0] for n in sizes]
    n, ends = inputs_worth(half(VOTE), bought, sizes)
    axes.plot(sizes, bought, marker="o", color=colour, label=f"{titles.get(data, data)}: worth {ends}")
    axes.plot(n, half(VOTE)[0], "*", color=colour, markersize=15, markeredgecolor="k", zorder=3)
    axes.annotate(f"{n:.0f}", (n, half(VOTE)[0]), (-6, 8), textcoords="offset points", ha="right")
    print(f"{titles.get(data, data):13} the vote is worth about {n:.0f} labelled inputs ({ends})")
axes.plot([], [], "*", color="w", markersize=15, markeredgecolor="k", label="vote of the closer half, no labels")
axes.set(title="The vote is worth roughly a few hundred labelled inputs\n(legend: from end to end of its bar)",
         xscale="log", xlabel="labelled inputs", ylabel="rank correlation, better half", ylim=(-0.05, 1))  # fmt: skip
axes.set_xticks([30, 100, 300, 1000], ["30", "100", "300", "1,000"])
axes.minorticks_off()
axes.legend(loc="lower right")
lesson.figure(figure, "labels")

# %% [markdown]
# ## What is settled
#
# On digits, one estimate beats another if the mean of the eight differences exceeds twice its standard error. On the
# larger zoos, it must lie above the other's 95 % interval. (Its own interval may still overlap with that.)

# %%


def beats_on(data, *names):
    """Return the same for a larger zoo."""
    one, other = (larger[data, name] for name in names)
    return one["half"] > other["half_high"], f"{one['half']:.2f}; the other up to {other['half_high']:.2f}"


of_D, of_labels = (np.mean(worth[name], axis=1) for name in (D, "labelled gap, 300 inputs"))
loss, twice = spread(worth[D][0] - worth[D][1])
lesson.verdict(
    "Q3",
    {
        "disagreement without labels gives a bound that holds": (fails <= 0.05, f"it fails for {fails:.1%}"),
        "disagreement ranks good networks as well as all": (
            loss <= twice, "{1:.2f} against {0:.2f}; 300 labels {3:.2f} against {2:.2f}".format(*of_D, *of_labels)),
        **{f"{name} rank good networks as well as disagreement": (as_good[key], beats(D, INSIDE[key])[1])
           for key, name in (("weights", "weights"), ("noise", "answers to noise"), ("activations", "activations"))},
        "the vote of the closer half ranks good networks better than disagreement": beats(VOTE, D),
        "the closer half votes better than the whole zoo": beats(VOTE, "vote of the zoo"),
        "100 labelled inputs rank good networks better than that vote": beats("labelled gap, 100 inputs", VOTE),
        **{f"on {titles[data]} that vote beats disagreement on 1,000 inputs":
           beats_on(data, VOTE, "disagreement, 1,000 inputs") for data in titles},
        **{f"on {titles[data]} 1,000 labelled inputs beat that vote":
           beats_on(data, "labelled gap, 1,000 inputs", VOTE) for data in titles},
    },
)  # fmt: skip

# %% [markdown]
# So the answer is yes, if you own a zoo: the vote of its closer half is worth roughly a few hundred labels. For two
# networks alone, without labels, there is a bound, and a rough order of pairs. A few labels, bought where the two
# differ, tell many pairs apart and say which is better. But the more alike two networks are, the more labels it takes.
#
# ## Read on
#
# In tinynet's source, `reading/networks/distance.py` has the exact bounds and CKA, and `reading/networks/zoo.py` raises
# the larger zoos and judges all estimates.
#
# **An open question.** All networks of a zoo learned from the same pictures. If a label among these is wrong, the whole
# crowd may learn the same mistake, and its vote praises whoever makes it too. How would you notice, with few labels?
