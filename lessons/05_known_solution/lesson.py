# %% [markdown]
# # Lesson 5. A problem with a known solution
#
# Can you open a trained network and read which solution it holds? And which solutions can training reach at all? On
# real data nobody knows the right solution, so nobody can tell whether you have read it correctly. So build a problem
# whose solution you do know, and both questions can be answered.
#
# A **teacher** is a network with given weights, and it answers every input. A **student** starts from random weights
# and learns from these answers. Afterwards you open the student and look for the teacher inside. The first two of the
# course's research questions are at stake, and a claim of lesson 1 comes back:
#
# - **Q1** Can a trained network be read, to find what solution it represents?
# - **Q2** Which solutions can SGD reach, and which not?
# - **C3** Columns of $W$ are features; features combine layer by layer or within one layer; two layers are enough.
#
# You need lesson 1 (layers) and lesson 3 (training).

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script
from tinynet.course.manifest import load_module

lesson = Script(5)
students = load_module(lesson.folder / "students.py")  # trains students, and measures what they have learned
answers, train, error, hidden, found = (
    students.answers, students.train, students.error, students.hidden, students.found
)  # fmt: skip
ORANGE, BLUE, GREY = "#E69F00", "#0072B2", "0.6"  # colour-blind safe

# %% [markdown]
# ## The teacher
#
# It has 8 inputs, 4 hidden units and 3 scores:
#
# $$a = \tanh(x W + b), \qquad \text{scores} = a V + e$$
#
# A hidden unit owns three things: a column of $W$, an entry of the bias $b$ and a row of $V$. All weights are drawn
# once, from a seed. The answers contain no noise, so a student with 4 hidden units can be perfect.

# %%
teacher = students.TEACHERS["8-4-3"]
(W, b), (V, e) = teacher
scores = answers(teacher, students.x_test)
print(f"The teacher: W {W.shape}, b {b.shape}, V {V.shape}, e {e.shape}")

# %% [markdown]
# ## One function, many settings
#
# Think of a choir. The singers may stand in any order, and the piece sounds the same. So it is with units. Which unit
# of the teacher is unit 0? The number is only a name. Let units 0 and 1 swap places, each with everything it owns, and
# the scores stay the same.
#
# You can also turn a unit round. tanh is odd: $\tanh(-z) = -\tanh(z)$. So a unit can give $-a$ where it gave $a$. What
# it owns must then change in such a way that the scores stay as they were. Work out which signs change.
#
# **Exercise `rearrange`.** Return the weights of the same function, with its units in a given order and with given
# signs.

# %%
rearrange = lesson.exercise("rearrange")
order, signs = np.array([2, 0, 3, 1]), np.array([1, -1, -1, 1])
W2, b2, V2 = rearrange(W, b, V, order, signs)
for name, setting in {
    "everything is moved and turned": [(W2, b2), (V2, e)],
    "V is left as it was": [(W2, b2), (V, e)],
    "b is left as it was": [(W2, b), (V2, e)],
}.items():
    change = np.abs(answers(setting, students.x_test) - scores).max()
    print(f"If {name}, scores change by up to {change:.2g}")

# %% [markdown]
# So one function has many settings of the weights. How many, if the hidden layers have given widths? A unit cannot move
# to another layer. Start with a layer of two units, and write all settings down.
#
# **Exercise `equivalent_settings`.** Return how many settings of the weights give the same function.

# %%
equivalent_settings = lesson.exercise("equivalent_settings")
print(
    f"The teacher has {equivalent_settings([4])} settings; with 16 units it would have {equivalent_settings([16]):,}."
)

# %% [markdown]
# ## The students
#
# Ten students have 4 units each, and each begins with different random weights; we call these its **start**. Every
# student sees 1,000 inputs with the teacher's scores. It reduces the squared error by SGD with momentum for 160 epochs.
# The learning rate falls from 0.2 to 0 along half a cosine, so in the end a student stands still, wherever it has got
# to. (`train` in `students.py` does this.)
#
# We measure the error on 1,000 fresh inputs: the root mean square error, divided by the spread of the teacher's scores.
# An error of 0 is as good as the teacher, and an error of 1 is no better than always answering the mean.
#
# Which unit of a student plays the part of the teacher's unit $i$? To find out who sings the same part, you listen; you
# do not go by where the singers stand. So show both networks the same inputs, and compare activations. Let the column
# $A_i$ hold the activations of the teacher's unit $i$ on all inputs, minus their mean. Let $B_j$ hold those of the
# student's unit $j$, also minus their mean. Their correlation is
#
# $$S_{ij} = \frac{A_i \cdot B_j}{|A_i| |B_j|}$$
#
# It is 1 or -1 if one unit's activation is the other's, stretched, shifted or turned round. We say that a unit of the
# teacher is **found** if its correlation with its partner is at least 0.99 in size. A student that has all four has
# reached the teacher.

# %%
lesson.predict("reach", "How many of the ten students will have all four units of the teacher after 160 epochs?")

# %% [markdown]
# Give each unit $i$ of the teacher its own partner $\pi(i)$ among the student's units. It is not enough to pick the
# best partner for each unit separately, because two units may want the same one. Choose so that the sum
# $\sum_i |S_{i,\pi(i)}|$ is as large as possible. For 4 units you can try all 24 orders. For 16 units there are more
# than $10^{13}$ orders, but the Hungarian method (Kuhn 1955; `scipy.optimize.linear_sum_assignment`) finds the best one
# in about $n^3$ steps for $n$ units.
#
# **Exercise `align`.** Return each unit's partner, and its sign.

# %%
align = lesson.exercise("align")
nets = [tn.MLP([8, 4, 3], seed=start) for start in range(10)]
ten = [train(net, teacher, start) for start, net in enumerate(nets)]
errors = [error(teacher, layers) for layers in ten]
A = hidden(teacher)


def partners(layers):
    """Return the |correlation| of each of the teacher's units with its partner in a student of 4 units."""
    order, _ = align(A, hidden(layers))
    return np.abs(students.correlations(A, hidden(layers))[np.arange(4), order])


likeness = np.array([partners(layers) for layers in ten])  # (students, units of the teacher)
reached = [start for start in range(10) if likeness[start].min() >= 0.99]
missed = [start for start in range(10) if start not in reached]
print("                 |correlation| of the teacher's unit with its partner")
print("start   error    " + "  ".join(f"unit {i}" for i in range(4)))
for start in range(10):
    print(f"{start:5d}  {errors[start]:.4f}   ", "   ".join(f"{value:.3f}" for value in likeness[start]))
lesson.answer("reach", len(reached), "{:.0f}")

# %% [markdown]
# The first picture shows the table $S$ for the best student, as trained and then aligned. To align it, the student's
# columns are put in the teacher's order; a minus sign before a unit's number means that the unit was also turned round.
# Entries off the diagonal need not be 0, because the teacher's own units are correlated with each other.

# %%
best = int(np.argmin(errors))
S = students.correlations(A, hidden(ten[best]))
order, signs = align(A, hidden(ten[best]))
figure, panels = plt.subplots(1, 2, figsize=(8, 4.4), sharey=True)
turned = [f"{'-' if sign < 0 else ''}{j}" for j, sign in zip(order, signs, strict=True)]
for axes, title, table, ticks in (
    (panels[0], "as trained", S, "0123"), (panels[1], "aligned", S[:, order] * signs, turned),
):  # fmt: skip
    image = axes.imshow(table, cmap="PuOr", vmin=-1, vmax=1)
    for (i, j), value in np.ndenumerate(table):
        ink = "white" if abs(value) > 0.6 else "black"
        axes.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=9, color=ink)
    axes.set(title=title, xlabel="unit of the student")
    axes.set_xticks(range(4), ticks)
    axes.set_yticks(range(4))
panels[0].set_ylabel("unit of the teacher")
figure.colorbar(image, ax=panels, label="correlation", shrink=0.9)
figure.suptitle(f"The student from start {best} is the teacher, up to order and sign")
lesson.figure(figure, "alignment")

# %% [markdown]
# ## Half a unit, or luck?
#
# Now look at the students with an error near 0.1. Two or three of their partners match well, the others less. But what
# would a network get that has learned nothing? Partners are the best of 24 choices, so even random units come out alike
# to some degree. Every such measurement needs a control. Here the control is 200 untrained networks.

# %%
lesson.predict("chance", "Partners in an untrained network: what is the mean of |correlation|?")

# %%
luck = np.array([partners(students.opened(tn.MLP([8, 4, 3], seed=1000 + k))) for k in range(200)])
lesson.answer("chance", luck.mean(), "{:.2f}")
adds = A.std(axis=0) * np.linalg.norm(V, axis=1)
low, high = np.quantile(luck, [0.05, 0.95], axis=0)
figure, axes = plt.subplots(figsize=(7, 4.2))
axes.bar(range(4), high - low, 0.7, low, color="0.88", label="untrained, the middle 90 %")
for group, colour, marker, label in (
    (reached, BLUE, "o", "students that reached the teacher"), (missed, ORANGE, "s", "students that missed it"),
):  # fmt: skip
    for start in group:
        axes.plot(np.arange(4) + (start - 4.5) / 16, likeness[start], marker, color=colour, markersize=5)
    axes.plot([], [], marker, color=colour, label=label)
axes.axhline(0.99, color=GREY, linewidth=0.8, linestyle="--")
axes.text(3.45, 0.975, "found", ha="right", va="top", fontsize=8, color="0.4")
axes.set_xticks(range(4), [f"unit {i}\nadds {adds[i]:.2f} to the scores" for i in range(4)], fontsize=8)
axes.set(ylabel="|correlation| with the partner", title="What the students miss", ylim=(0, 1.03))
figure.legend(fontsize=8, loc="outside lower center", ncols=3)
lesson.figure(figure, "missing")
weak = int(likeness[missed].mean(axis=0).argmin()) if missed else 0
print(
    f"The {len(missed)} students that missed have on average {likeness[missed, weak].mean():.2f} for unit {weak}; "
    f"untrained networks have {luck[:, weak].mean():.2f}."
)
explained = 1 - max(errors) ** 2
print(f"Yet even the worst student explains {explained:.1%} of the variance of the scores.")

# %% [markdown]
# One unit is missing in all of them: its partner is no more like it than a random unit would be. Why this one? Below
# each unit's number the picture says how much the unit adds to the scores: the spread of its activation times the
# length of its row of $V$. The missing unit adds least, so missing it costs least.
#
# Remember this when you read a network that nobody knows. A student can be nearly perfect by its error, and still lack
# a quarter of the solution.
#
# ## Are the weights the same?
#
# Equal activations could still come from different weights. So compare the weights themselves. Put the units of each
# student that reached the teacher in the teacher's order, and turn them. Then take each unit's column of $W$ together
# with its entry of $b$, and measure the angle between the student's and the teacher's. Its cosine is 1 if both point in
# the same direction. Lengths may differ: a unit with a longer column can do nearly the same with a shorter row of $V$.

# %%
cosines = {}
for start in reached:
    (W_s, b_s), (V_s, _) = ten[start]
    W_s, b_s, _ = rearrange(W_s, b_s, V_s, *align(A, hidden(ten[start])))
    ours, theirs = np.vstack([W_s, b_s]), np.vstack([W, b])
    long, short = np.linalg.norm(ours, axis=0), np.linalg.norm(theirs, axis=0)
    cosines[start] = (ours * theirs).sum(axis=0) / long / short
    print(f"start {start}: cosines {cosines[start].round(3)}, lengths over the teacher's {(long / short).round(2)}")
smallest = min((values.min() for values in cosines.values()), default=0.0)

# %% [markdown]
# ## How many solutions?
#
# Two students may both miss the teacher, but in the same way. Two networks are the same solution if, once they are
# aligned, all pairs of partners have a correlation of at least 0.99 in size. "Alike to 0.99" is not transitive: one
# student may be like a second, the second like a third, and still the first is not like the third. So we fix the rule:
# go through the students in order, and compare each one with the first student of every solution found so far.
#
# Somebody has written a draft. It runs, but it has three faults, and its count below is wrong.


# %%
def draft(nets, threshold):
    number = 1
    for A, B in pairwise(nets):
        order, _ = align(A, B)
        n = len(order)
        S = np.corrcoef(A.T, B.T)[:n, n:]
        if S[np.arange(n), order].mean() < threshold:
            number += 1
    return number


acts = [hidden(layers) for layers in ten]
print(f"The draft counts {draft(acts, 0.99)} solutions among the ten students.")
print(f"For a network and itself with all units turned round it counts {draft([A, -A], 0.99)}.")

# %% [markdown]
# Do not stare at the code; make it fail. The second count should be 1, and that gives one fault away. Think of further
# short lists of networks for which you know the answer, and see what the draft says.
#
# **Exercise `count_solutions`.** Mend the draft.

# %%
count_solutions = lesson.exercise("count_solutions")
different = count_solutions(acts, 0.99)
print(f"After 160 epochs the ten starts have come to {different} different places.")
print(f"Those that reached the teacher make {count_solutions([acts[i] for i in reached] or acts[:1], 0.99)} of them.")

# %% [markdown]
# ## Stuck, or slow?
#
# Have the others arrived, or did they stop on the way? A student that misses the teacher may sit in a *local minimum*:
# a hollow in the landscape of the error, from which every small step leads uphill. Then it would stay there for ever.
# Or it was still crossing a plateau, where slopes are tiny, when the learning rate ran out.
#
# The two can be told apart. Let every student that missed go on from where it stands, for three times as long, with the
# learning rate back at 0.2.

# %%
lesson.predict("slow", "The students that missed the teacher: are most of them stuck, or slow?", ("stuck", "slow"))

# %%
free = []  # for each student that missed: its error before, its error after, whether it has reached the teacher by then
for start in missed:
    later = train(nets[start], teacher, start, 480)
    free.append((errors[start], error(teacher, later), found(teacher, later) == 4))
    print(f"start {start}: error {free[-1][0]:.4f}, after 480 more epochs {free[-1][1]:.4f}")
slow = sum(there for *_, there in free)
lesson.answer("slow", "slow" if 2 * slow > len(free) else "stuck")
share = {
    (width, epochs): sum(count == 4 for _, count in students.committed("8-4-3", width, epochs))
    for width in ("4", "8")
    for epochs in (160, 640)
}
print(f"students.csv, twenty starts: {share['4', 160]} reach it in 160 epochs, {share['4', 640]} in 640")

# %% [markdown]
# ## Students that must share numbers
#
# A student as free as these has hundreds of ways to be right. Now take one with fewer. In a **hashed** matrix several
# entries share one number, up to a sign, and a fixed random rule, the hash, says which ones (lesson 8 comes back to
# it). Here the 32 entries of $W$ share 16 numbers, and the 12 entries of $V$ share 6. `from_dense` replaces entries
# that share by their mean; this turns our teacher into a hashed one. The students get the teacher's own hash, so each
# of them could be the teacher exactly.
#
# But can its units still change places? The hash has decided already which entries of which units are equal. Some
# settings of the teacher obey it, others break it.

# %%
lesson.predict("left", "How many settings of a hashed teacher obey its hash? A free teacher has 384.")

# %% [markdown]
# **Exercise `settings_left`.** You get a network and a function that says whether a setting obeys. Return how many
# settings do.

# %%
settings_left = lesson.exercise("settings_left")
RECIPE = tn.Hashed(1 / 2)


def sharing(number, start):
    """Return an untrained network with the hash of this number and the shared numbers of this start."""
    net, other = (tn.MLP([8, 4, 3], RECIPE, seed=seed) for seed in (number, start))
    for parameter, value in zip(net.parameters(), other.parameters(), strict=True):
        parameter.data = value.numpy()
    return net


hashed, left, all_turned = [], [], True
for number in range(4):
    seeds = [layer.weight.seed for layer in sharing(number, 0).layers[::2]]
    nearest = [lambda M, seed=seed: RECIPE.from_dense(M, seed).weight().numpy() for seed in seeds]
    obeys = lambda W, b, V, near=nearest: np.allclose(near[0](W), W) and np.allclose(near[1](V), V)
    W_h, V_h = nearest[0](W), nearest[1](V)
    left.append(settings_left(W_h, b, V_h, obeys))
    all_turned &= obeys(-W_h, -b, -V_h)
    its_teacher = [(W_h, b), (V_h, e)]
    print(f"hash {number}: {left[-1]} settings obey it")
    for start in range(8, 12):
        net = sharing(number, start)
        layers = train(net, its_teacher, start)
        if found(its_teacher, layers) < 4:
            later = train(net, its_teacher, start, 480)
            hashed.append((error(its_teacher, layers), error(its_teacher, later), found(its_teacher, later) == 4))
            print(f"  start {start} misses: error {hashed[-1][0]:.3f}, after 480 more epochs {hashed[-1][1]:.3f}")
lesson.answer("left", left[0], "{:.0f}")
print(f"The teacher with every unit turned round obeys each hash: {'yes' if all_turned else 'no'}")
print(f"{16 - len(hashed)} of 16 hashed students reach their teacher; {len(hashed)} miss it")

figure, axes = plt.subplots(figsize=(6.2, 4.2))
for group, colour, marker, label in (free, BLUE, "o", "free"), (hashed, ORANGE, "s", "hashed"):
    for before, after, _ in group:
        axes.plot([0, 1], [before, after], marker + "-", color=colour, linewidth=1, markersize=5)
    axes.plot([], [], marker + "-", color=colour, label=f"{label} students ({len(group)})")
axes.set(yscale="log", ylabel="error on fresh inputs (relative)", xlim=(-0.2, 1.2))
axes.set_title("Free students that missed were slow; hashed ones are stuck", fontsize=11)
axes.set_xticks([0, 1], ["after 160 epochs", "after 480 more"])
axes.yaxis.set_major_formatter("{x:g}")
axes.legend(title="missed the teacher at first", fontsize=8, title_fontsize=8)
lesson.figure(figure, "stuck")

# %% [markdown]
# The settings that are left are the teacher itself, and the teacher with every unit turned round: then all of $W$ and
# all of $V$ change sign, and entries that shared a number still share one. Every other setting breaks the hash.
#
# Few ways to be right may be one reason why hashed students get stuck. This experiment does not prove it: it changed
# the number of ways and the kind of network at once.
#
# ## More room
#
# A student with 2 or 3 units cannot reach the teacher. One with 6, 8 or 16 has units to spare. Does that help?

# %%
lesson.predict("wide", "Of twenty students with 8 units, how many have the teacher's four units after 160 epochs?")

# %%
wide = train(tn.MLP([8, 8, 3], seed=0), teacher, 0)
live = {"4": ten, "8": [wide]}
live |= {str(w): [train(tn.MLP([8, w, 3], seed=0), teacher, 0)] for w in (2, 3, 6, 16)}
figure, axes = plt.subplots(figsize=(7.5, 4.4))
names = ["2", "3", "4", "6", "8", "16"]
furthest = 1.0
for place, width in enumerate(names):
    rows = students.committed("8-4-3", width, 160)
    for start, (value, count) in enumerate(rows):
        axes.plot(place + (start - 9.5) / 32, value, "o", markersize=4, color=BLUE if count == 4 else ORANGE)
    for start, layers in enumerate(live[width]):
        value = error(teacher, layers)
        axes.plot(place + (start - 9.5) / 32, value, "o", markersize=9, fillstyle="none", color="black")
        furthest = max(furthest, value / rows[start][0], rows[start][0] / value)
for marker in (
    dict(color=BLUE, markersize=4, label="all four units found"), dict(color=ORANGE, markersize=4, label="not all"),
    dict(color="black", markersize=9, fillstyle="none", label="trained now"),
):  # fmt: skip
    axes.plot([], [], "o", **marker)


def label(axes, title):
    """Label a picture of errors by the widths in `names`."""
    axes.set(yscale="log", xlabel="hidden units of the student", ylabel="error on fresh inputs (relative)")
    axes.set_title(title, fontsize=11)
    axes.set_xticks(range(len(names)), names)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend(fontsize=8)


label(axes, "Students with units to spare find the teacher more often (160 epochs)")
lesson.figure(figure, "widths")
lesson.answer("wide", share["8", 160], "{:.0f}")
print(f"With 4 units it is {share['4', 160]} of twenty.")
print(f"Errors of this run and those in students.csv differ by a factor of at most {furthest:.3f}")

# %% [markdown]
# (`python lessons/05_known_solution/students.py` made `students.csv`, which came with the course. Each ring in the
# picture should lie around the dot of the same start.)
#
# A wide student has found all four units and has others besides. What do the others do? They must not spoil the scores.
# One way is to add nothing. Another is to share the work: two units do what one did before. How can a unit's work be
# split between two units, so that every score stays the same?
#
# **Exercise `split`.** Return a network with one unit more that gives the same scores. Unit $i$ keeps a given share of
# what it adds to the scores, and the new unit adds the rest.

# %%
split = lesson.exercise("split")
for part in 0.5, 0.9, -2.0:
    W2, b2, V2 = split(W, b, V, 1, part)
    change = np.abs(answers([(W2, b2), (V2, e)], students.x_test) - scores).max()
    print(f"share {part:4}: {W2.shape[1]} units, scores change by up to {change:.0e}")

# %% [markdown]
# Any share will do. So a student with a unit to spare has not some number of settings that are right, but whole lines
# of them. Does training use them? Below is a student of 8 units. For each unit of the teacher it lists the student's
# units that are most like it, with what they add to the scores one by one and together.

# %%
B, V_wide = hidden(wide) - hidden(wide).mean(axis=0), wide[1][0]
S = students.correlations(A, B)
like = np.abs(S).argmax(axis=0)  # for each unit of the student, the teacher's unit that it is most like
spread = lambda added: np.sqrt((added**2).mean(axis=0).sum())
for i in range(4):
    ours = [j for j in range(8) if like[j] == i]
    each = ", ".join(f"{spread(np.outer(B[:, j], V_wide[j])):.2f} ({abs(S[i, j]):.2f})" for j in ours)
    print(f"unit {i} adds {adds[i]:.2f}; the student's together {spread(B[:, ours] @ V_wide[ours]):.2f}")
    print(f"    one by one, with their |correlation|: {each}")

# %% [markdown]
# Look for two units that are both like the same unit of the teacher, and each do a part of its work. That is `split`,
# found by SGD. Lesson 6 merges such units.
#
# ## Are two layers enough?
#
# As in lesson 1 we count matrices, so two layers means one hidden layer. Let us make it hard: now the teacher has three
# layers, 8-4-4-3, and some students have only two. How wide must they be? The students in `students.csv` have 4 to 64
# hidden units in one layer, or 4-4 or 8-8 in two. There are five starts of each, trained for up to 640 epochs.

# %%
lesson.predict(
    "depth", "How many times as large is the best error with one hidden layer as the best error with two hidden layers?"
)

# %%
deep = students.TEACHERS["8-4-4-3"]
names = ["4", "8", "16", "32", "64", "4-4", "8-8"]
medians = {}
figure, axes = plt.subplots(figsize=(7.5, 4.4))
for epochs, colour, shift in ((160, ORANGE, -0.14), (640, BLUE, 0.14)):
    for place, name in enumerate(names):
        values = [value for value, _ in students.committed("8-4-4-3", name, epochs)]
        medians[name, epochs] = float(np.median(values))
        axes.plot([place + shift] * len(values), values, "o", markersize=4, color=colour, alpha=0.75)
        axes.plot(place + shift, medians[name, epochs], "_", markersize=16, color=colour)
    axes.plot([], [], "o", markersize=4, color=colour, label=f"{epochs} epochs (line: median)")
for name in ("8", "64", "8-8"):
    net = tn.MLP([8, *map(int, name.split("-")), 3], seed=0)
    value = error(deep, train(net, deep, 0))
    axes.plot(names.index(name) - 0.14, value, "o", markersize=9, fillstyle="none", color="black")
axes.plot([], [], "o", markersize=9, fillstyle="none", color="black", label="trained now, 160 epochs")
label(axes, "Students of one hidden layer do not catch up with a teacher of two (4-4)")
lesson.figure(figure, "depth")
one = min((medians[name, 640], name) for name in names if "-" not in name)
two = min((medians[name, 640], name) for name in names if "-" in name)
lesson.answer("depth", one[0] / two[0], "{:.1f}")

# %% [markdown]
# This does not show that one hidden layer *cannot* do it. A single hidden layer can approximate any continuous function
# on a bounded range of inputs as closely as you like, if it is wide enough (Cybenko 1989). What you have seen is what
# this training finds at these widths, from 1,000 examples.
#
# ## Verdicts
#
# All of this holds for one small problem without noise, with a solution that we know.

# %%
lesson.verdict(
    "Q1",
    {
        "a student that reached the teacher can be read off its weights": (
            len(reached) > 0 and smallest > 0.99, f"its columns point along the teacher's: cosines from {smallest:.3f}"
        ),
        "a student with a small error has all of the solution": (
            not missed, f"{len(missed)} of 10 lack a unit, at {explained:.1%} or more of the variance explained"
        ),
    },
)  # fmt: skip
lesson.verdict(
    "Q2",
    {
        "every start leads to the teacher in 160 epochs": (share["4", 160] == 20, f"{share['4', 160]} of 20"),
        "every start leads there in 640 epochs": (share["4", 640] == 20, f"{share['4', 640]} of 20"),
        "free students that missed were slow": (
            slow == len(free), f"{slow} of {len(free)} get there in 480 more epochs"
        ),
        "hashed students that missed were slow": (
            all(there for *_, there in hashed),
            f"{sum(there for *_, there in hashed)} of {len(hashed)} get there in 480 more; the others are stuck",
        ),
        "units to spare help": (share["8", 160] > share["4", 160], f"{share['8', 160]} of 20 with 8 units"),
    },
)  # fmt: skip
lesson.verdict(
    "C3",
    {
        "columns are features that students find again": (
            len(reached) > 1 and smallest > 0.99, f"{len(reached)} of 10 do within 160 epochs"
        ),
        "two layers are enough to learn from three": (
            one[0] <= 1.5 * two[0],
            f"an error of {one[0]:.4f} ({one[1]} units) against {two[0]:.4f} with three ({two[1]})",
        ),
    },
)  # fmt: skip

# %% [markdown]
# ## Read on
#
# In tinynet's source, `reading/networks/alignment.py` aligns two networks of any depth, by activations or by weights,
# and `reading/networks/solutions.py` studies students of a teacher. From a checkout,
# `python -m benchmarks.seeds solutions` asks the same of other teachers and other inputs, and of binary networks too.
#
# **An open question.** Are hashed students stuck because they have so few ways to be right? Invent a student with as
# many ways as a free one and as few numbers as a hashed one, or the other way round. Then see whether it gets stuck.
