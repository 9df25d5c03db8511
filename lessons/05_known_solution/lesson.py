# %% [markdown]
# # Lesson 5. A problem with a known solution
#
# Two research questions of the course: can a trained network be read, to find which solution it holds (**Q1**)? And
# which solutions can SGD reach (**Q2**)? A claim of lesson 1 comes back: features combine layer by layer or within one
# layer, and two layers are enough (**C3**).
#
# On real data nobody knows the right answer, so nobody can say whether you read it correctly. Here you know it. A
# **teacher**, a network with given weights, answers every input. A **student** starts from random weights and learns
# from these answers. Then you open the student and look for the teacher.
#
# You will build by hand: the many settings of one function, and the alignment of two networks. You need lesson 1
# (layers) and lesson 3 (training); `tn.fit` does the training here. There are four exercises, `equivalent_settings`,
# `align`, `rearrange` and `count_solutions`. This script uses your functions once they all pass.

# %%
import csv
import sys
from itertools import permutations, product

import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script
from tinynet.drawing import COLOURS

lesson = Script(__file__)
mine = lesson.exercises(5)  # your functions once they all pass, the solutions until then
MEASURED = lesson.folder / "students.csv"

# %% [markdown]
# ## The teacher
#
# 8 inputs, 4 hidden units, 3 scores:
#
# $$a = \tanh(x W + b), \qquad \text{scores} = a V + e$$
#
# Its weights are drawn once, from a seed. There is no noise: a student with 4 hidden units can be perfect.

# %%
rng = np.random.default_rng(0)
x_train, x_test = (rng.uniform(-1, 1, (1000, 8)).astype(np.float32) for _ in range(2))


def answers(layers, x):
    """Return the scores of a network given as [(W, b), ..], tanh between the layers."""
    for W, b in layers[:-1]:
        x = np.tanh(x @ W + b)
    W, b = layers[-1]
    return x @ W + b


SHALLOW = tn.datasets.teacher.network(1, (8, 4, 3))
DEEP = tn.datasets.teacher.network(1, (8, 4, 4, 3))  # for later
(W, b), (V, e) = SHALLOW
print(f"The teacher: W {W.shape}, b {b.shape}, V {V.shape}, e {e.shape}")

# %% [markdown]
# ## One function, many settings
#
# What is unit 0 of the teacher? Only a name. Put its column of $W$, its entry of $b$ and its row of $V$ in the place of
# unit 1, and those of unit 1 in its place: the scores stay the same. A signed permutation matrix $P$ writes this down:
# one entry in each row and column, $+1$ or $-1$.
#
# $$\tanh(x W P + b P) P^T V = \tanh(x W + b) P P^T V = \tanh(x W + b) V$$
#
# The first step needs two things. tanh works entry by entry, so a change of places goes through it. And tanh is odd,
# $\tanh(-z) = -\tanh(z)$: a unit may be turned round if its column, its bias **and** its row change their sign. The
# second step needs $P P^T = I$.
#
# How many settings are there? That is exercise **`equivalent_settings`**: count the orders of the units, and the signs.
# A unit cannot change places with one of another layer. Moving and turning by indices, without writing $P$ down, is
# exercise **`rearrange`**. Here are all settings of the teacher, by $P$.

# %%
scores = answers(SHALLOW, x_test)
settings = []
for order, signs in product(permutations(range(4)), product([1.0, -1.0], repeat=4)):
    P = np.zeros((4, 4))
    P[order, range(4)] = signs
    settings.append([(W @ P, b @ P), (P.T @ V, e)])
change = max(np.abs(answers(setting, x_test) - scores).max() for setting in settings)
different = len({setting[0][0].tobytes() for setting in settings})
print(f"{len(settings)} settings, {different} different matrices W, largest change of any score {change:.1e}")
print(f"counted by a formula: {mine.equivalent_settings([4])}; for 16 units {mine.equivalent_settings([16]):,}")

half = [(W @ P, b @ P), (V, e)]
unturned = [(W @ P, b), (P.T @ V, e)]
for name, wrong in (("only W and b follow", half), ("the bias is forgotten", unturned)):
    print(f"Done by halves ({name}), a score changes by up to {np.abs(answers(wrong, x_test) - scores).max():.2f}")

# %% [markdown]
# ## The students
#
# Ten students of 4 units, ten random starts. Each sees 1,000 inputs and the teacher's scores, and makes the squared
# error small by SGD with momentum, in 160 epochs. `schedule=tn.optim.cosine` lowers the learning rate on the way: it
# starts at 0.2 and falls along half a cosine to 0. So a student stands still at the end, wherever it has come to.
#
# The error is measured on 1,000 other inputs: the root of the mean squared error, as a share of the spread of the
# scores. 0 is as good as the teacher, 1 is no better than always answering the mean.
#
# (`python lessons/05_known_solution/lesson.py --measure` trains 230 students, which takes some minutes, and writes
# students.csv. That file came with the course; you will draw your own students over it.)


# %%
def student(teacher, hidden, start, *epochs):
    """Return a network after training on the teacher's scores, as [(W, b), ..]; with two numbers, twice."""
    net = tn.MLP([8, *hidden, 3], seed=start)
    targets = answers(teacher, x_train).astype(np.float32)
    for number in epochs or (160,):
        tn.fit(
            net, (x_train, targets), epochs=number, batch_size=100, lr=0.2, schedule=tn.optim.cosine, seed=start,
            progress=False,
        )  # fmt: skip
    layers = [layer for layer in net.layers if isinstance(layer, tn.Linear)]
    return [(layer.weight.weight().numpy().astype(float), layer.bias.numpy().astype(float)) for layer in layers]


def error(teacher, layers):
    """Return the root mean square error on fresh inputs, relative to the spread of the teacher's scores."""
    targets = answers(teacher, x_test)
    return float(np.sqrt(((answers(layers, x_test) - targets) ** 2).mean() / targets.var(axis=0).mean()))


def hidden(layers):
    """Return the activations of the first hidden layer, (examples, units)."""
    return np.tanh(x_test @ layers[0][0] + layers[0][1])


# %% [markdown]
# ## Alignment by hand
#
# A student's units come in any order and with any sign. Which one plays the part of the teacher's unit $i$? Let both
# networks see the same inputs. Let the column $A_i$ hold the activations of the teacher's unit $i$ on all of them, with
# their mean taken off, and $B_j$ those of the student's unit $j$. Their correlation is
#
# $$S_{ij} = \frac{A_i \cdot B_j}{|A_i| |B_j|}$$
#
# It is 1 or -1 if one is a multiple of the other, but for a constant. Now give each unit $i$ of the teacher a partner
# $\pi(i)$ of its own. The best choice makes $\sum_i |S_{i,\pi(i)}|$ largest. (The best partner of each unit by itself
# will not do: two units may want the same.) For 4 units you can try all 24 orders. For 16 there are more than
# $10^{13}$; the Hungarian method (Kuhn 1955) finds the best one in about $n^3$ steps. That is exercise **`align`**.
#
# A student may also be wider than the teacher. Then the table is not square, and a student of 8 units leaves 4 of its
# own without a partner. The function `hungarian` below takes such tables too.
#
# We say that a unit of the teacher is **found** if its correlation with its partner is at least 0.99 in size.


# %%
def correlations(A, B):
    """Return S (units of A, units of B)."""
    A, B = A - A.mean(axis=0), B - B.mean(axis=0)
    lengths = np.outer(np.linalg.norm(A, axis=0), np.linalg.norm(B, axis=0))
    return A.T @ B / np.maximum(lengths, 1e-12)  # 0 for a unit that is constant


def hungarian(S):
    """Return the order of largest sum |S[i, order[i]]|; -1 where a unit is left without partner."""
    from scipy.optimize import linear_sum_assignment

    order = np.full(len(S), -1)
    rows, columns = linear_sum_assignment(-np.abs(S))
    order[rows] = columns
    return order


def found(teacher, layers, threshold=0.99):
    """Return how many units of the teacher the student has: |correlation| with the partner at least 0.99."""
    S = correlations(hidden(teacher), hidden(layers))
    return sum(bool(abs(S[i, j]) >= threshold) for i, j in enumerate(hungarian(S)) if j >= 0)


def row(name, widths, epochs, start):
    """Train one student; return what students.csv says about it."""
    teacher = {"8-4-3": SHALLOW, "8-4-4-3": DEEP}[name]
    layers = student(teacher, widths, start, epochs)
    return {
        "teacher": name, "hidden": "-".join(map(str, widths)), "epochs": epochs, "start": start,
        "error": f"{error(teacher, layers):.5f}", "found": found(teacher, layers),
    }  # fmt: skip


if "--measure" in sys.argv:
    widths = [[2], [3], [4], [6], [8], [16]]
    deep = [[4], [8], [16], [32], [64], [4, 4], [8, 8]]
    jobs = [("8-4-3", w, 160, start) for w in widths for start in range(20)]
    jobs += [("8-4-3", w, 640, start) for w in ([4], [8]) for start in range(20)]
    jobs += [("8-4-4-3", w, epochs, start) for epochs in (160, 640) for w in deep for start in range(5)]
    rows = [row(*job) for job in jobs]
    with MEASURED.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} students are in {MEASURED.name}")
    sys.exit()

with MEASURED.open(newline="") as file:
    committed = list(csv.DictReader(file))

students = [student(SHALLOW, [4], start) for start in range(10)]
tables = [correlations(hidden(SHALLOW), hidden(layers)) for layers in students]
matches = [mine.align(hidden(SHALLOW), hidden(layers)) for layers in students]  # order and signs
assert all((order == hungarian(S)).all() for (order, _), S in zip(matches, tables, strict=True))
gives = hidden(SHALLOW).std(axis=0) * np.linalg.norm(V, axis=1)
print("                              |correlation| with the partner of the teacher's")
print("start   error   units found   " + "  ".join(f"unit {i}" for i in range(4)))
for start, (layers, S, (order, _)) in enumerate(zip(students, tables, matches, strict=True)):
    partners = "   ".join(f"{abs(S[i, j]):.3f}" for i, j in enumerate(order))
    print(f"{start:5d}  {error(SHALLOW, layers):.4f}   {found(SHALLOW, layers)} of 4         {partners}")
print("what the unit adds to the scores   " + "    ".join(f"{value:.2f}" for value in gives))

# %% [markdown]
# Look at the error beside the partners. How many of the teacher's units does a student near an error of 0.1 have, at
# least roughly? Do those students miss the same one? The last line says how much each unit of the teacher adds to the
# scores: the spread of its activation times the length of its row of $V$.
#
# The picture shows the tables $S$ of the best and of the worst student, as trained and aligned: the student's columns
# moved, and turned where the number below has a minus. If the teacher is found, the aligned table has 1 on its
# diagonal. Elsewhere it need not be 0: the teacher's own units are correlated.

# %%
ranked = sorted(range(10), key=lambda start: error(SHALLOW, students[start]))
figure, panels = plt.subplots(2, 2, figsize=(7, 6.8), sharey=True)
for axes, start in zip(panels, (ranked[0], ranked[-1]), strict=True):
    S, (order, signs) = tables[start], matches[start]
    names = [f"{'-' if sign < 0 else ''}{j}" for j, sign in zip(order, signs, strict=True)]
    for ax, table, how, ticks in (
        (axes[0], S, "as trained", "0123"), (axes[1], S[:, order] * signs, "aligned", names),
    ):  # fmt: skip
        image = ax.imshow(table, cmap="PuOr", vmin=-1, vmax=1)
        for i, j in product(range(4), range(4)):
            ink = "white" if abs(table[i, j]) > 0.6 else "black"
            ax.text(j, i, f"{table[i, j]:.2f}", ha="center", va="center", fontsize=8, color=ink)
        ax.set_title(f"start {start}, error {error(SHALLOW, students[start]):.3f}: {how}", fontsize=10)
        ax.set_xticks(range(4), ticks)
        ax.set_yticks(range(4))
    axes[0].set_ylabel("unit of the teacher")
for ax in panels[1]:
    ax.set_xlabel("unit of the student")
figure.colorbar(image, ax=panels, label="correlation", shrink=0.7)
figure.suptitle("Is the student the teacher, up to order and sign?")
lesson.figure(figure, "alignment")

# %% [markdown]
# ## Are the columns the same?
#
# Equal activations could still come from other weights. So put each student's units in the teacher's order, turn them
# (`rearrange`), and compare the weights themselves: column of $W$ with entry of $b$. The cosine of the angle between
# the student's and the teacher's is 1 if they lie along the same line. A unit may be longer than the teacher's and do
# nearly the same, if its row of $V$ makes up for it: look at the lengths too.

# %%
reached, columns = [], []
for start, (layers, (order, signs)) in enumerate(zip(students, matches, strict=True)):
    if found(SHALLOW, layers) == 4:
        (W_s, b_s), (V_s, _) = layers
        W_s, b_s, V_s = mine.rearrange(W_s, b_s, V_s, order, signs)
        ours, theirs = np.vstack([W_s, b_s]), np.vstack([W, b])
        lengths = [np.linalg.norm(part, axis=0) for part in (ours, theirs)]
        cosines = (ours * theirs).sum(axis=0) / lengths[0] / lengths[1]
        reached.append(start)
        columns.append(cosines.min())
        ratio = lengths[0] / lengths[1]
        print(f"start {start}: cos of the columns {cosines.round(3)}, lengths / teacher's {ratio.round(2)}")
print(f"{len(reached)} of 10 starts reached the teacher")

# %% [markdown]
# ## How many solutions?
#
# Two students may both miss the teacher, in the same way. Compare the students with each other, as you compared them
# with the teacher: the same solution means that, aligned, all four pairs correlate to 0.99. Go through the students in
# order, and compare each with the first one of every solution so far. That is exercise **`count_solutions`**.
#
# (Why only with the first one? Being alike to 0.99 is not passed on: A may be like B and B like C, but A not like C.)

# %%
firsts, members = [], []
for start, layers in enumerate(students):
    for number, first in enumerate(firsts):
        if found(first, layers) == 4:
            members[number].append(start)
            break
    else:
        firsts.append(layers)
        members.append([start])
different = mine.count_solutions([hidden(layers) for layers in students], 0.99)
print(f"After 160 epochs ten starts are at {different} different places:")
for group in members:
    is_teacher = set(group) <= set(reached)
    errors = ", ".join(f"{error(SHALLOW, students[start]):.3f}" for start in group)
    print(f"  starts {group}: errors {errors}{'  (the teacher)' if is_teacher else ''}")

# %% [markdown]
# ## Stuck, or slow?
#
# Are these places solutions? A student that missed the teacher may sit in a *local minimum*, where every small step
# makes the error larger, and stay there for ever. Or it was on its way, over a plateau where slopes are small, when the
# learning rate came to 0. Tell them apart: let a student that missed go on from where it stands, for three times as
# long, with the learning rate at 0.2 again.
#
# students.csv has something else, for all 20 starts: training from the start with four times the epochs, 640, so that
# the learning rate falls four times as slowly.


# %%
def select(teacher, hidden, epochs):
    """Return the committed rows of this kind."""
    kind = {"teacher": teacher, "hidden": hidden, "epochs": str(epochs)}
    return [r for r in committed if all(r[key] == value for key, value in kind.items())]


on = ""
missed = next((start for start in range(10) if start not in reached), None)
if missed is not None:
    longer = student(SHALLOW, [4], missed, 160, 480)
    print(
        f"start {missed}: error {error(SHALLOW, students[missed]):.4f}, {found(SHALLOW, students[missed])} units; "
        f"480 epochs further on {error(SHALLOW, longer):.4f}, {found(SHALLOW, longer)} units"
    )
    stuck = "was slow, not stuck" if found(SHALLOW, longer) == 4 else "did not get there in 480 epochs more"
    on = f"Start {missed}, which missed it, {stuck}. "
share = {}
for width, epochs in (("4", 160), ("4", 640), ("8", 160), ("8", 640)):
    rows = select("8-4-3", width, epochs)
    share[width, epochs] = sum(r["found"] == "4" for r in rows), len(rows)
    print(f"students.csv: width {width}, {epochs} epochs: {share[width, epochs][0]} of {len(rows)} found the teacher")

# %% [markdown]
# ## Larger and smaller students
#
# With 2 or 3 units the teacher cannot be reached. With 6, 8 or 16 there is room to spare. Does room help to find it?
# And compare the students of 4 units that missed with those of 3.
#
# The picture comes at the end of the next part. Its small dots are students.csv, the large rings were trained just now.
# Each ring should lie around the dot of the same start: the largest difference is printed.

# %%
live = {"4": students} | {str(w): [student(SHALLOW, [w], 0)] for w in (2, 3, 6, 8, 16)}
largest = 0.0
for width, nets in live.items():
    for layers, r in zip(nets, select("8-4-3", width, 160), strict=False):
        largest = max(largest, abs(np.log10(error(SHALLOW, layers) / float(r["error"]))))
print(f"Live against committed: errors differ by a factor of at most {10**largest:.3f}")

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6))
shades = {4: COLOURS[3], 3: COLOURS[2], 2: COLOURS[1], 1: COLOURS[4], 0: COLOURS[6]}
names = sorted(live, key=int)
for place, width in enumerate(names):
    for r in select("8-4-3", width, 160):
        shift = (int(r["start"]) - 9.5) / 32
        left.plot(place + shift, float(r["error"]), "o", markersize=4, color=shades[int(r["found"])], alpha=0.75)
    for start, layers in enumerate(live[width]):
        shift, count = (start - 9.5) / 32, found(SHALLOW, layers)
        left.plot(place + shift, error(SHALLOW, layers), "o", markersize=9, fillstyle="none", color=shades[count])
for count, colour in shades.items():
    left.plot([], [], "o", color=colour, label=f"{count} of 4")
left.plot([], [], "o", markersize=9, fillstyle="none", color="black", label="trained now")
left.set(yscale="log", xlabel="hidden units of the student", ylabel="error on fresh inputs (relative)")
left.set_xticks(range(len(names)), names)
left.set_title("Which starts find the teacher of 4 units? (160 epochs)")
left.legend(title="units found", fontsize=8, title_fontsize=8)

# %% [markdown]
# A wide student that found all four units still has others. What do they do? For each unit of a student of 8: which
# unit of the teacher is most like it, how much, and how much it adds to the scores (its spread times the length of its
# row of $V$). Look for two units that are like the same one. Lesson 6 merges such units.

# %%
(wide,) = live["8"]
S, (V_wide, _) = correlations(hidden(SHALLOW), hidden(wide)), wide[1]
print(f"A student of 8 units, {found(SHALLOW, wide)} of 4 found, error {error(SHALLOW, wide):.4f}")
for j in range(8):
    i = int(np.abs(S[:, j]).argmax())
    adds = hidden(wide)[:, j].std() * np.linalg.norm(V_wide[j])
    print(f"  unit {j}: like the teacher's unit {i}, |correlation| {abs(S[i, j]):.3f}; adds {adds:.2f}")

# %% [markdown]
# ## Are two layers enough?
#
# Claim C3 says that two layers are enough. "Two layers" are two matrices here: one hidden layer. So let the teacher
# have two hidden layers, 8-4-4-3, and give the students one. How wide must it be?

# %%
deep = ("4", "8", "16", "32", "64", "4-4", "8-8")
now = {name: error(DEEP, student(DEEP, [int(w) for w in name.split("-")], 0)) for name in ("8", "64", "8-8")}
medians = {}
for epochs, colour, shift in ((160, COLOURS[2], -0.12), (640, COLOURS[5], 0.12)):
    for place, name in enumerate(deep):
        errors = [float(r["error"]) for r in select("8-4-4-3", name, epochs)]
        medians[name, epochs] = float(np.median(errors))
        right.plot([place + shift] * len(errors), errors, "o", markersize=4, color=colour, alpha=0.75)
        right.plot(place + shift, medians[name, epochs], "_", markersize=14, color=colour)
    right.plot([], [], "o", color=colour, label=f"{epochs} epochs; line: median")
for name, value in now.items():
    right.plot(deep.index(name) - 0.12, value, "o", markersize=9, fillstyle="none", color="black")
right.plot([], [], "o", markersize=9, fillstyle="none", color="black", label="trained now, 160 epochs")
right.set(yscale="log", xlabel="hidden units of the student", ylabel="error on fresh inputs (relative)")
right.set_title("A teacher of two hidden layers (4-4): is one enough?")
right.set_xticks(range(len(deep)), deep)
right.legend(fontsize=8)
for ax in (left, right):
    ax.grid(True, axis="y", color="0.92", linewidth=0.6)
    ax.yaxis.set_major_formatter("{x:g}")
lesson.figure(figure, "students")
one = min((medians[name, 640], name) for name in deep if "-" not in name)
two = min((medians[name, 640], name) for name in deep if "-" in name)
print(
    f"Best median error after 640 epochs: one hidden layer {one[0]:.4f} ({one[1]} units), two {two[0]:.4f} ({two[1]})"
)
print("Trained now, 160 epochs:", ", ".join(f"{name}: {value:.4f}" for name, value in now.items()))

# %% [markdown]
# ## Verdicts
#
# Q1 and Q2 are answered for this problem only: small, noiseless, and known.

# %%
(n160, of), (n640, _) = share["4", 160], share["4", 640]
print(
    f"[Q1] A student that reached the teacher can be read: its columns lie along the teacher's, cos at least "
    f"{min(columns, default=float('nan')):.3f}. {10 - len(reached)} of 10 live students do not have all four units."
)
print(
    f"[Q2] Of {of} starts of equal width {n160} reach the teacher in 160 epochs and {n640} in 640; of twice the width "
    f"{share['8', 160][0]} and {share['8', 640][0]}. "
    f"{on}There are {mine.equivalent_settings([4])} settings of the teacher, one function."
)
features = bool(columns) and min(columns) > 0.99
enough = one[0] <= 1.5 * two[0]
verdict = {(True, True): "holds", (False, False): "does not hold"}.get((features, enough), "holds in part")
lesson.verdict(
    "C3", verdict,
    f"columns are features that are found again ({len(reached)} of 10 starts, cos >= {min(columns, default=0):.3f}); "
    f"one hidden layer in place of two: error {one[0]:.4f} with {one[1]} units against {two[0]:.4f} with {two[1]}",
)  # fmt: skip

# %% [markdown]
# What this does not show: that one hidden layer *cannot* do it. A wide enough one can approximate any continuous
# function (Cybenko 1989). It shows what this training finds, at these widths, from 1,000 examples.
#
# ## Exercises
#
# In `exercise.py`, graded by `tinynet grade 5` or `pytest lessons/05_known_solution`:
#
# 1. `equivalent_settings(widths)`: how many settings give the same function.
# 2. `align(A, B)`: order and signs, from the activations of two networks. All orders or the Hungarian method.
# 3. `rearrange(W, b, V, order, signs)`: the same function in another order, by indices rather than by $P$.
# 4. `count_solutions(nets, threshold)`: how many different solutions there are among some networks.
#
# `tinynet hint 5` helps with the first that does not pass yet. Once all pass, this script runs on your own functions.
#
# ## Read next
#
# In tinynet's source: `reading/units.py` (units moved and turned); in `reading/networks/`, `alignment.py` (two networks
# aligned by activations or by weights, any depth) and `solutions.py` (students of a teacher); `datasets/teacher.py`.
# Then lesson 6: how to read a network whose solution nobody knows.
