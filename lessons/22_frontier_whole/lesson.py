# %% [markdown]
# # Lesson 22. The whole frontier, with a method of your own
#
# You have seen about ten ways to make a network small, each in a lesson of its own. Now all of them run in the same
# race: equal bytes, eight seeds, three tasks. Two newcomers take part. One is the rival that costs no idea at all, a
# narrow network with few bits. The other is a method that you invent.
#
# Four claims of the slides come to trial for the last time:
#
# - **C8** There are many ways to constrain a network, and all work surprisingly well.
# - **C20** Factorization did worst in the comparison made by the authors of the hashing trick.
# - **C22** The approaches overlap; there is no common theory; small networks disguise themselves as large ones.
# - **C23** Compression is an efficient frontier: the smallest size for an acceptable error.
#
# The lesson ends with a page that you can show: your method on the frontier, and what your own runs said about every
# claim of the course.

# %%
import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script
from tinynet.course.manifest import load_module
from tinynet.course.results import worse
from tinynet.drawing import COLOURS

lesson = Script(22)
whole = load_module(lesson.folder / "whole.py")
showing = load_module(lesson.folder / "showing.py")
BLACK, ORANGE, SKY, GREEN, RED, BLUE, PINK, BROWN, GREY, WINE = COLOURS
STYLES, bars, draw = showing.STYLES, showing.bars, showing.draw
errors, points_of, at = whole.errors, whole.points_of, whole.largest
percent = lambda found: f"{np.mean(found):.1%}"
against = lambda a, b: f"{percent(a)} against {percent(b)}"

# %% [markdown]
# ## Fair rivals
#
# What does a method have to beat? The networks here are 64-256-10, with tanh. At a share of 1/8 a file may hold an
# eighth of the bytes of the two dense matrices, and all biases. The plain rival, "dense" in the figures, spends these
# bytes on a dense network with fewer hidden units. But lesson 11 showed that four bits a weight cost next to nothing.
# So there is a stronger rival: a narrow network *with* few bits. It has no hash, no factors, nothing to explain.
#
# `whole.csv` has the results, and `python lessons/22_frontier_whole/whole.py` made them, in a checkout of tinynet. It
# trained every method at each share from eight seeds, at the best of three learning rates (of four for halves of
# digits), which other seeds chose on the validation pictures. Some names need a word. "Few bits" keeps all hidden
# units, and at a share of 1/8 an eighth of the 32 bits. "Narrow, low rank" has fewer hidden units, and factors in the
# first layer alone, so that the scores keep their full rank. "Low rank, binary" has factors of signs. "Soft" also
# learned from a dense network's soft scores, as in lesson 19.

# %%
choices = "hashed", "hashed, 4 bits", "narrow, 4 bits", "low rank, binary"
lesson.predict("rival", "Digits, in about 2,250 bytes (1/64). Which of these errs least?", choices)

# %%
digits = whole.Runs("digits", whole.data_of("digits"))
figure, axes = plt.subplots(figsize=(9.5, 5.4))
draw(axes, points_of("digits"))
for method, share in ("hashed, 4 bits", "1/64"), ("narrow, 4 bits", "1/64"):
    for seed in 1, 2:
        then = whole.found("digits", method, share)[seed - 1]
        net = digits.trained(method, share, seed, then["rate"])[0]
        error = whole.error_of(net, digits.data[2])
        axes.plot(whole.bytes_of(net), 100 * error, "o", color="none", markeredgecolor=BLACK, markersize=11)
        print(f"{method} at {share}, seed {seed}: {error:.2%} now, {then['error']:.2%} in the file")
axes.plot([], [], "o", color="none", markeredgecolor=BLACK, markersize=11, label="single seeds, trained just now")
axes.set_title("Digits: every method, eight seeds (bars: twice the standard error)")
axes.legend(fontsize="x-small", ncols=2, handlelength=4)
lesson.figure(figure, "digits")
lesson.answer("rival", min(choices, key=lambda method: errors("digits", method, "1/64").mean()))

# %% [markdown]
# The stronger rival wins. Even at 1/128, in 1,650 bytes, its 39 hidden units with four bits a weight err less than the
# whole dense network in 77,000. It is the four bits that do it. A narrow network with 32 bits errs on 5.6 % at 1/64,
# and hashing gains from the same four bits: its error falls from 7.1 to 3.1 %. The smaller the file, the more it pays
# to have many coarse numbers instead of few fine ones, down to four bits; two are too coarse. Soft scores do not help,
# and on the digits they do harm. (The narrow network errs a little more where it has more bytes. It uses the largest of
# the three rates; a larger one may suit it better.)
#
# ## How many seeds does an answer take?
#
# Many of these bars overlap. Take hashing with 4 bits and the narrow network with 4 bits, at 1/16. Their means differ,
# but seeds differ too. If you train each from $n$ seeds, the difference of the two means has the standard error
# $\sqrt{(s_a^2 + s_b^2)/n}$, where $s_a$ and $s_b$ are the standard deviations from seed to seed.

# %%
a, b = (errors("digits", method, "1/16") for method in ("hashed, 4 bits", "narrow, 4 bits"))
print(f"hashed, 4 bits {a.mean():.3%}, standard deviation {a.std(ddof=1):.3%}; "
      f"narrow, 4 bits {b.mean():.3%}, standard deviation {b.std(ddof=1):.3%}")  # fmt: skip
lesson.predict("seeds", "How many seeds does each method need, so that this difference is twice its standard error?")

# %% [markdown]
# **Exercise `seeds_needed`.** Return that number.

# %%
seeds_needed = lesson.exercise("seeds_needed")
lesson.answer("seeds", seeds_needed(a.mean() - b.mean(), a.std(ddof=1), b.std(ddof=1)), "{:.0f}")
c = errors("digits", "low rank", "1/16")
print(f"to tell low rank ({percent(c)}) from hashing with 4 bits it takes "
      f"{seeds_needed(c.mean() - a.mean(), c.std(ddof=1), a.std(ddof=1))}")  # fmt: skip

# %% [markdown]
# Large differences show at once. Small ones take so many seeds that you should ask whether you need to know. So do not
# crown one winner. For each budget, name all methods that cannot be told apart from the best.
#
# ## Who owns which range?
#
# **Exercise `owners`.** Return the methods that own a budget.
#
# Choose a second data set, in the first line of the next cell of lesson.py: "mnist" or "fashion" (2,000 pictures of 14
# x 14 pixels), or "breast_cancer" (a table of 300 patients, which comes with tinynet). If the pictures cannot be had on
# your machine, the lesson takes the table. Mind that there are 196 pixels now. At 1/64 that leaves a narrow network
# with four bits 40 hidden units, while hashing keeps all 256.

# %%
CHOICE = "mnist"  # or "fashion", or "breast_cancer"
lesson.predict(
    "owner", f"Your second data set ({CHOICE}), at 1/64: who owns that budget?",
    choices=("hashed", "narrow, few bits", "both", "others"),
)  # fmt: skip

# %%
owners = lesson.exercise("owners")
try:
    data = whole.data_of(CHOICE)
except tn.datasets.DataError as error:
    print(f"{str(error).splitlines()[0].rstrip(':')}, so the lesson goes on with breast_cancer.")
    CHOICE = "breast_cancer"
    data = whole.data_of(CHOICE)
chosen = whole.Runs(CHOICE, data)
TASKS = "digits", CHOICE, "halves"  # from the upper half of a digit to its lower half, which comes below
owned = {}
for name in TASKS:
    sizes = sorted(size for found in points_of(name).values() for size, _ in found)
    for budget in np.geomspace(sizes[0], sizes[-1], 80):
        for method in owners(points_of(name), budget):
            owned.setdefault((name, method), []).append(budget)
figure, panels = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
for axes, name in zip(panels, TASKS, strict=True):
    for place, method in enumerate(STYLES):
        if (name, method) in owned:
            axes.plot(owned[name, method], [place] * len(owned[name, method]), "s", color=STYLES[method][0])
    axes.set(title=name, xscale="log", xlabel="budget, bytes")
    tn.drawing.plain_numbers(axes.xaxis, "{x:,.0f}")
    axes.tick_params("x", labelsize="x-small", rotation=30)
    axes.grid(axis="y", color="0.92")
panels[0].set_yticks(range(len(STYLES)), list(STYLES))
panels[0].set_ylim(len(STYLES) - 0.5, -0.5)
figure.suptitle("Who owns a budget: the best method there, and all that cannot be told apart from it")
lesson.figure(figure, "owners")

for name in TASKS:
    for share in ("1/8", "1/16", "1/64", "1/128") if name == "digits" else ("1/16", "1/64"):
        named = "; ".join(owners(points_of(name), at(name, share)))
        print(f"{name:7} at {share:4} ({at(name, share):6,} bytes): {named}")
there = owners(points_of(CHOICE), at(CHOICE, "1/64"))
sides = {"hashed": any("hashed" in m for m in there), "narrow, few bits": any("narrow" in m for m in there)}
lesson.answer("owner", "both" if all(sides.values()) else next((side for side in sides if sides[side]), "others"))

# %% [markdown]
# (At the far left of each panel a method owns a budget only because no other file is that small.) On the digits the
# narrow network with four bits is among the owners of nearly every budget. For the other data sets `whole.csv` says: on
# MNIST it owns 1/16 too, but at 1/64 hashing with four bits errs less, on 12.6 % against 13.4 %. On Fashion-MNIST the
# two cannot be told apart at 1/64. On the table five methods own 1/64: its few patients tell too little. So who owns a
# budget depends on the task.
#
# ## Made small, or trained small?
#
# Suppose that you have a trained dense network already. Must you train again? You can replace each matrix by the
# nearest one that a method can store. For hashed weights, "nearest" is a small problem of least squares.
#
# **Exercise `tie`.** Return the shared numbers that come nearest to $W$.
#
# Lesson 8 stopped here and found such networks poor. But the nearest network is also a place to start from. Keep
# its form and train its shared numbers, for half as many epochs as the networks above.

# %%
lesson.predict(
    "tuned", "A dense network errs on about 3 % of the digits, its nearest hashed copy at 1/8 on about 70 %. "
    "After 15 epochs of training under the constraint, the copy errs on ..?",
)  # fmt: skip

# %%
tie = lesson.exercise("tie")
copy = digits.after("hashed", "1/8", 1)
for layer, large in zip(copy.layers[::2], digits.dense(1).layers[::2], strict=True):
    matrix = layer.weight
    bucket, sign = matrix.places.astype(int) % matrix.K, np.where(matrix.places < matrix.K, 1, -1)
    w = tie(large.weight.weight().numpy().astype(np.float64), bucket, sign, matrix.K)
    print(f"your numbers and those of tinynet's from_dense differ by at most "
          f"{np.abs(w - matrix.buckets.weight().numpy()[0]).max():.0e}")  # fmt: skip
STAGES = {"after": "made small", "tuned": "made small, then tuned", "trained": "trained small"}
looks = dict(zip(STAGES, ((GREY, "o", -0.2), (SKY, "s", 0), (BLUE, "D", 0.2)), strict=True))
figure, axes = plt.subplots(figsize=(7.5, 4.2))
for stage, (colour, marker, shift) in looks.items():
    found = [errors("digits", method, "1/8", stage) for method in whole.MADE]
    bars(axes, np.arange(5) + shift, found, color=colour, marker=marker, linestyle="", label=STAGES[stage])
axes.axhline(100 * errors("digits", "dense", "1").mean(), color=BLACK, linestyle=":", label="the whole dense network")
axes.set(title="Digits, an eighth of the bytes", yscale="log", ylabel="test error, %")
axes.set_xticks(range(5), [method.replace(", ", ",\n") for method in whole.MADE])
tn.drawing.plain_numbers(axes.yaxis)
axes.legend(fontsize="small")
lesson.figure(figure, "made_small")
lesson.answer("tuned", errors("digits", "hashed", "1/8", "tuned").mean(), "{:.1%}")
for method in whole.MADE:
    said = [f"{STAGES[stage]} {percent(errors('digits', method, '1/8', stage))}" for stage in STAGES]
    print(f"digits, {method}: {'; '.join(said)}")

# %% [markdown]
# With half the training again, each copy does about as well as a network trained small, and low rank does better.
# (These have seen 45 epochs in all, the others 30.) So with hashing, low rank and sparse weights, the nearest copy is
# a bad network but a good place to start from. Few bits make a good copy at once, and hashing with 4 bits not so bad a
# one: it has as many numbers as there are entries. Lesson 8 was right about what it measured, and too hard on the idea.
#
# ## A task without classes
#
# So far every error was a share of wrong answers. Does the picture change when the network must say numbers? Cover the
# lower half of each digit, and let a network 32-256-32 guess it from the upper half. It learns from squared errors. To
# read its error we need something to compare it with: the dull answer that gives the mean of the training pictures,
# whatever the input.
#
# **Exercise `unexplained`.** Return the share of the variance that a network leaves unexplained.

# %%
lesson.predict("completed", "Which share of the lower half's variance does the dense network leave unexplained?")

# %%
unexplained = lesson.exercise("unexplained")
halves = whole.Runs("halves", whole.data_of("halves"))
(inputs, targets), mean = halves.data[2], halves.data[0][1].mean(axis=0)
guessed = {"the mean": np.tile(mean, (len(targets), 1))}
for of in ("dense", "1"), ("narrow, 4 bits", "1/64"), ("hashed, 4 bits", "1/64"), ("dense", "1/64"):
    net = halves.trained(*of, 1, whole.found("halves", *of)[0]["rate"])[0]
    guessed[f"{of[0]}\n{whole.bytes_of(net):,} bytes"] = net(inputs).numpy()
lost = {name: unexplained(lower, targets, mean) for name, lower in guessed.items()}
lesson.answer("completed", list(lost.values())[1], "{:.0%}")
for share in "1", "1/16", "1/64":
    means = {m: percent(of) for m in STYLES if len(of := errors("halves", m, share))}
    print(f"halves at {share}, unexplained, means of eight seeds: {'; '.join(map(' '.join, means.items()))}")
figure, grid = plt.subplots(len(guessed) + 1, 8, figsize=(9, 6.6))
for k in range(8):
    for row, lower in enumerate([targets, *guessed.values()]):
        grid[row, k].imshow(np.concatenate([inputs[k], lower[k]]).reshape(8, 8), cmap="gray_r", vmin=-1, vmax=1)
        grid[row, k].axhline(3.5, color=ORANGE, linewidth=1)
        grid[row, k].set(xticks=[], yticks=[])
        grid[row, k].spines[:].set_visible(False)
for row, name in enumerate(["the picture", *(f"{name}\n{of:.0%} unexplained" for name, of in lost.items())]):
    grid[row, 0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize="small")
figure.suptitle("Below the line: the lower half as it is, and as networks guess it (seed 1)")
lesson.figure(figure, "halves")

# %% [markdown]
# The whole network leaves 51 %. At 1/16 three are level at 60 %: dense, and hashed or narrow with 4 bits. At 1/64 the
# narrow network leads with 58 %, before hashing (68 %) and dense (71 %). Low rank has room for rank 1 only, and leaves
# 98 %. Why does the narrow network do better in fewer bytes? The race tried the rates 0.1 and 0.3 and none between, and
# 0.3 is too high for the larger file; at 0.2, four seeds came to 58 %. Still, no small file reaches the whole network
# here. To name a class, a coarse idea of the picture is enough; to draw it is not.
#
# ## A method of your own
#
# Everything so far was somebody else's idea. Now invent one. tinynet asks a method for three things: what a file
# holds, how that starts, and how $W$ is made of it. Here is one in full. Each stored column serves twice, the second
# time with its sign turned:
#
#     @dataclass(repr=False)
#     class Pairs(Parameterization):
#         factor: float = 1 / 2
#         holds = {"B": ("B", "m", "half")}            # B has the shape (m, half)
#
#         @property
#         def half(self):
#             return -(-self.n // 2)                   # n / 2, rounded up
#
#         def initialize(self, rng, fan_in):
#             self.B = Parameter(uniform(rng, (self.m, self.half), fan_in))
#
#         def weight(self):
#             return F.concatenate([self.B, -self.B], axis=1)[:, : self.n]
#
# `self.m` and `self.n` are known once the matrix has a shape, and not in `__post_init__`: delete that. Training,
# saving, loading and counting bytes follow from these lines. `uniform` draws float32 numbers of variance 1 / fan_in.
# Pairs always stores half of the numbers; yours must follow `self.factor`. Tensors are added, multiplied and indexed
# like arrays, so `self.c[places]` with whole numbers `places` (m, n) is a $W$. It is computed at every step: no Python
# loop over entries, please. And a number c in front of a stored one makes the training steps of $W$ c^2 times as long:
# store numbers of the size that $W$ needs. If your method draws something that stays, such as a permutation, set
# `seeded = True` and compute it from `self.seed`. A method may also be made of other recipes, as in tinynet's
# parameterizations/lowrank.py.
#
# What could $W$ be made of? Rows that are shared, blocks that are turned, the sum of two recipes, a small matrix that
# is stretched, numbers along diagonals. Before you choose, think of 1/64: it leaves 40 numbers for the last matrix, 256
# x 10, so one number for each of its rows and columns is too many. And whose inputs does your $W$ take for the same? If
# all rows or all columns are alike, nothing can be learned. Most ideas take 10 to 30 lines; stay below 60.
#
# **Exercise `Mine`.** Write a class that makes $W$ in a way of your own. The grader puts it to the contract of all
# methods: right gradients, the same bits back from a file, as many of them as it says, a start of the right size. It
# lets you store m + n numbers more than the share; the race does not, and says so. Give your method a short `title`,
# its name in the race, and say in a sentence `about` what $W$ is made of.

# %%
lesson.predict("mine", "What will your method's error be on the digits, at 1/64? (hashing: about 7 %)")

# %%
Mine = lesson.exercise("Mine")
tn.check_parameterization(Mine(1 / 8))
title = getattr(Mine, "title", "a method of my own")
print(
    f"Now {title} trains at five sizes, from eight seeds each: about 15 s, and longer if weight() is slow.", flush=True
)


def mine(runs, share):
    """Return bytes and errors of networks made of the learner's method, at the best of the usual rates."""

    def how(seed, lr):
        net = tn.MLP([runs.n, whole.HIDDEN, runs.k], Mine(whole.SHARES[share]), seed=seed)
        return net, whole.train(net, runs.data, runs.name, seed, lr)

    trial = runs.best_rate(how)
    nets = [whole.sure(how, seed, *trial)[0] for seed in whole.SEEDS]
    found = whole.bytes_of(nets[0]), np.array([whole.error_of(net, runs.data[2]) for net in nets])
    print(f"{title}, {runs.name} at {share}: {room(runs.name, share, found[0])}, {percent(found[1])} "
          f"(standard deviation {found[1].std(ddof=1):.1%}, {len(nets)} seeds)", flush=True)  # fmt: skip
    return found


def room(name, share, size):
    """Say how a file compares with the largest one of the race at a share."""
    return f"{size:,} bytes, {'within' if size <= at(name, share) else 'MORE THAN'} the race's {at(name, share):,}"


own = {share: mine(digits, share) for share in ("1/8", "1/16", "1/64")}
elsewhere = {share: mine(chosen, share) for share in ("1/16", "1/64")}
lesson.answer("mine", own["1/64"][1].mean(), "{:.1%}")

# %% [markdown]
# ## The last page
#
# Here is the race again, on both data sets, with your method in it.

# %%
figure, panels = plt.subplots(1, 2, figsize=(13, 5.6))
draw(panels[0], points_of("digits"), own)
draw(panels[1], points_of(CHOICE), elsewhere)
panels[0].plot([], [], "*", color=WINE, markersize=12, label=title)
panels[0].set_title("digits")
panels[1].set_title(CHOICE)
handles = panels[0].get_legend_handles_labels()
figure.legend(*handles, loc="outside right center", fontsize="small", handlelength=4)
figure.suptitle(f"{title} among all others (bars: twice the standard error)")
lesson.figure(figure, "with_mine")

# %%
full = {name: errors(name, "dense", "1").mean() for name in TASKS}
race = [method for method in STYLES if "soft" not in method]


def works(name, share):
    """Return the methods within one point of the whole dense network, those that are not, and both in words."""
    found = {m: of.mean() for m in race if len(of := errors(name, m, share))}
    good, bad = ([m for m in found if (found[m] <= full[name] + 0.01) == wanted] for wanted in (True, False))
    worst = max(found, key=found.get)
    named = f"{len(good)} of {len(found)}{': ' * bool(good)}{'; '.join(good)}"
    return good, bad, f"whole {full[name]:.1%}, worst {found[worst]:.1%} by {worst}; {named}"


lesson.verdict(
    "C8",
    {
        f"{name}: every method at 1/16 is within one point of the whole dense network": (
            not works(name, "1/16")[1], works(name, "1/16")[2]
        )
        for name in TASKS
    }
    | {
        f"{name}: some method at 1/64 is within one point of the whole network": (
            bool(works(name, "1/64")[0]), works(name, "1/64")[2]
        )
        for name in TASKS
    },
)  # fmt: skip


def last(name, method, share):
    """Return whether every method without factors is better beyond chance, and the nearest of them."""
    others = {m: errors(name, m, share) for m in ("dense", "hashed", "sparse", "few bits")}
    others = {m: of for m, of in others.items() if len(of)}
    nearest = max(others, key=lambda m: others[m].mean())
    mine = errors(name, method, share)
    return all(worse(mine, of) for of in others.values()), f"{against(mine, others[nearest])} for {nearest}"


lesson.verdict(
    "C20",
    {
        f"{name}: {how} is worse than dense, hashed, sparse and few bits at {share}": last(name, method, share)
        for name in TASKS
        for method, how in (("low rank", "low rank in both layers"), ("narrow, low rank", "low rank in layer 1"))
        for share in ("1/16", "1/64")
        if len(errors(name, method, share))
    },
)  # fmt: skip

# %%
both = lambda name: [errors(name, m, "1/16") for m in ("hashed, 4 bits", "hashed", "few bits")]
ideas = [m for m in race if not m.startswith(("narrow", "dense"))]
best_of = lambda name, methods: min((of for m in methods if len(of := errors(name, m, "1/64"))), key=np.mean)
plain = "narrow, 4 bits", "narrow, 2 bits"
tuned, trained, after = (errors("digits", "hashed", "1/8", stage) for stage in ("tuned", "trained", "after"))
lesson.verdict(
    "C22",
    {
        "digits: made small, a hashed network is as good as trained small": (
            not worse(after, trained), against(after, trained)
        ),
        "digits: made small and tuned, it is as good as trained small": (
            not worse(tuned, trained), against(tuned, trained)
        ),
    }
    | {
        f"{name}: hashing with 4 bits beats both hashing and few bits alone, at 1/16": (
            all(worse(of, both(name)[0]) for of in both(name)[1:]), " / ".join(map(percent, both(name)))
        )
        for name in TASKS
    }
    | {
        f"{name}: some other method beats the narrow network with few bits, at 1/64": (
            worse(best_of(name, plain), best_of(name, ideas)),
            against(best_of(name, ideas), best_of(name, plain)),
        )
        for name in TASKS
    }
    | {
        f"{name}: a teacher's soft scores help at 1/64": (
            worse(errors(name, m, "1/64"), errors(name, f"{m}, soft", "1/64")),
            against(errors(name, f"{m}, soft", "1/64"), errors(name, m, "1/64")),
        )
        for name, m in (("digits", "narrow, 4 bits"), (CHOICE, "hashed, 4 bits"))
    },
)  # fmt: skip

# %%
budgets = {name: [at(name, share) for share in ("1/16", "1/64")] for name in TASKS}
always = {name: set.intersection(*(set(owners(points_of(name), b)) for b in budgets[name])) for name in TASKS}
small = {name: set(owners(points_of(name), at(name, "1/64"))) for name in TASKS}
good = {name: [b for each in points_of(name).values() for b, of in each if not worse(of, errors(name, "dense", "1"))]
        for name in TASKS}  # fmt: skip
enough = {name: min(good[name]) / at(name, "1") for name in TASKS}
lesson.verdict(
    "C23",
    {
        f"{name}: one method owns both 1/16 and 1/64, alone or with others": (
            bool(always[name]), "; ".join(sorted(always[name])) or "none"
        )
        for name in TASKS
    }
    | {
        "one method owns 1/64 on all three tasks, alone or with others": (
            bool(set.intersection(*small.values())), " / ".join("; ".join(sorted(m)) for m in small.values())
        ),
    }
    | {
        f"{name}: a twentieth of the bytes is enough to be no worse than the whole network": (
            enough[name] <= 1 / 20, f"{enough[name]:.1%} of them" if enough[name] < 1 else "only the whole one is"
        )
        for name in TASKS
    },
)  # fmt: skip

# %% [markdown]
# What about your own method? It is no evidence on a slide's claim, so it has statements of its own. A file that is
# larger than those of the race gets a no, however small its error is.

# %%
level = owners(points_of("digits") | {title: list(own.values())}, at("digits", "1/64"))
said = {"digits: it owns 1/64, alone or with others, in no more bytes than they have":
        (title in level, f"owners: {'; '.join(level)}; {room('digits', '1/64', own['1/64'][0])}")}  # fmt: skip
for name, found in ("digits", own), (CHOICE, elsewhere):
    for share in "1/16", "1/64":
        (size, of), theirs = found[share], errors(name, "hashed", share)
        said[f"{name}: at {share} it is as good as hashing, in no more bytes than the race allows"] = (
            size <= at(name, share) and not worse(of, theirs), f"{against(of, theirs)}; {room(name, share, size)}"
        )  # fmt: skip
for statement, (held, numbers) in said.items():
    print(f"{title}   {'yes' if held else 'no':5} {statement}   ({numbers})")
if title == "wallpaper":
    print(
        "The wallpaper is hashing without a hash. At 1/64 its pattern repeats itself too often, and a hash is better."
    )

# %% [markdown]
# And this is the whole course: how many statements about each claim held in *your* runs. Lessons that you have not run
# have no say yet. The page is one file, with figures and words for a friend who has not seen any of this.

# %%
lesson.claims()
about = [f"My method is called {title}. {getattr(Mine, 'about', '')}", *showing.ABOUT]
lesson.page("What I found out about small networks", showing.captions(title), about, said)

# %% [markdown]
# ## Read on
#
# In tinynet's source, `parameterizations/contract.py` is what your method was put to, and `frontier/methods.py` is
# where it would stand if you sent it in.
#
# **The last open question.** All these methods say what $W$ may be before a single picture is seen. Could the pictures
# themselves say which of your numbers are worth their bytes?
