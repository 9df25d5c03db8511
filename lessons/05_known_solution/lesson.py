# %% [markdown]
# # A problem with a known solution
#
# Can a trained network be read, to find which solution it holds? (Q1.) And which solutions can SGD reach? (Q2.)
#
# On real data nobody knows the right answer, so nobody can say whether you read it correctly. Here you know it. A
# **teacher**, a network with given weights, answers every input. A **student** starts from random weights and learns
# from these answers. Then you open the student and look for the teacher.
#
# You will build by hand: the many settings of one function, and the alignment of two networks. You need lesson 1
# (layers) and lesson 3 (training); `tn.fit` does the training here.

# %%
import csv
import math
import sys
from itertools import permutations, product

import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script
from tinynet.frontier.plot import COLOURS

lesson = Script(__file__)
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
# $$\tanh(x W P + b P)\, P^T V = \tanh(x W + b)\, P P^T V = \tanh(x W + b)\, V$$
#
# The first step needs that tanh is odd, $\tanh(-z) = -\tanh(z)$: a unit may be turned round if its column, its bias
# **and** its row change their sign. The second needs $P P^T = 1$.
#
# Write down all settings of the teacher and look.

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
print(f"4! 2^4 = {math.factorial(4) * 2**4}; for 16 units 16! 2^16 = {math.factorial(16) * 2**16:,}")

half = [(W @ P, b @ P), (V, e)]
unturned = [(W @ P, b), (P.T @ V, e)]
for name, wrong in (("only W and b follow", half), ("the bias is forgotten", unturned)):
    print(f"Done by halves ({name}), a score changes by up to {np.abs(answers(wrong, x_test) - scores).max():.2f}")

# %% [markdown]
# ## The students
#
# Ten students of 4 units, ten random starts. Each sees 1,000 inputs and the teacher's scores, and makes the squared
# error small by SGD with momentum. The error is measured on 1,000 other inputs, as a share of the spread of the scores:
# 0 is the teacher, 1 is no better than always answering the mean.
#
# (`python lesson.py --measure` trains 230 students, which takes some minutes, and writes students.csv. That file came
# with the course; you will draw your own students over it.)


# %%
def student(teacher, hidden, start, epochs=160):
    """Return a network after training on the teacher's scores, as [(W, b), ..]."""
    net = tn.MLP([8, *hidden, 3], seed=start)
    targets = answers(teacher, x_train).astype(np.float32)
    tn.fit(
        net, (x_train, targets), epochs=epochs, batch_size=100, lr=0.2, schedule=tn.optim.cosine, seed=start,
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
# networks see the same inputs. Take the correlation of the teacher's unit $i$ with the student's unit $j$:
#
# $$S_{ij} = \frac{\langle A_i - \bar A_i,\; B_j - \bar B_j\rangle}{|A_i - \bar A_i|\,|B_j - \bar B_j|}$$
#
# The best order is the one that makes $\sum_i |S_{i,\pi(i)}|$ largest. For 4 units you can try all 24. For 16 there
# are more than $10^{13}$; the Hungarian method (Kuhn 1955) finds the best one in about $n^3$ steps, and SciPy has it.
# It also takes a table that is not square: a student of 8 units then leaves 4 of its own without a partner.


# %%
def correlations(A, B):
    """Return S (units of A, units of B)."""
    A, B = A - A.mean(axis=0), B - B.mean(axis=0)
    lengths = np.outer(np.linalg.norm(A, axis=0), np.linalg.norm(B, axis=0))
    return A.T @ B / np.maximum(lengths, 1e-12)  # 0 for a unit that is constant


def best_of_all_orders(S):
    """Return the order of largest sum |S[i, order[i]]|, by trying them all."""
    return max(permutations(range(len(S))), key=lambda order: sum(abs(S[i, j]) for i, j in enumerate(order)))


def hungarian(S):
    """Return the same order, without trying them all; -1 where a unit is left without partner."""
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
assert all(tuple(hungarian(S)) == best_of_all_orders(S) for S in tables)
print("start   error   units found   |correlation| of the four partners")
for start, (layers, S) in enumerate(zip(students, tables, strict=True)):
    partners = "  ".join(f"{abs(S[i, j]):.3f}" for i, j in enumerate(hungarian(S)))
    print(f"{start:5d}  {error(SHALLOW, layers):.4f}   {found(SHALLOW, layers)} of 4        {partners}")

# %% [markdown]
# Look at the error beside the number of units found. A student whose error is near 0.1 answers well, by units that are
# not the teacher's.
#
# The picture shows the tables $S$ of the best and of the worst student, as trained and aligned. If the teacher is
# found, the aligned table has 1 on its diagonal. Elsewhere it need not be 0: the teacher's own units are correlated.

# %%
ranked = sorted(range(10), key=lambda start: error(SHALLOW, students[start]))
figure, panels = plt.subplots(2, 2, figsize=(7, 6.4), sharex=True, sharey=True)
for axes, start in zip(panels, (ranked[0], ranked[-1]), strict=True):
    S = tables[start]
    order = hungarian(S)
    aligned = S[:, order] * np.sign(S[range(4), order])
    for ax, table, how in ((axes[0], S, "as trained"), (axes[1], aligned, "aligned")):
        image = ax.imshow(table, cmap="PuOr", vmin=-1, vmax=1)
        for i, j in product(range(4), range(4)):
            ink = "white" if abs(table[i, j]) > 0.6 else "black"
            ax.text(j, i, f"{table[i, j]:.2f}", ha="center", va="center", fontsize=8, color=ink)
        ax.set_title(f"start {start}, error {error(SHALLOW, students[start]):.3f}: {how}", fontsize=10)
        ax.set(xticks=range(4), yticks=range(4))
    axes[0].set_ylabel("unit of the teacher")
for ax in panels[1]:
    ax.set_xlabel("unit of the student")
figure.colorbar(image, ax=panels, label="correlation", shrink=0.7)
figure.suptitle("Is the student the teacher, up to order and sign?")
lesson.figure(figure, "alignment")

# %% [markdown]
# ## Are the columns the same?
#
# Equal activations could still come from other weights. So put each student's units in the teacher's order, turn them,
# and compare the weights themselves: column of $W$ with entry of $b$, by the cosine of the angle between them.

# %%
reached, columns = [], []
for start, (layers, S) in enumerate(zip(students, tables, strict=True)):
    if found(SHALLOW, layers) == 4:
        order = hungarian(S)
        (W_s, b_s), _ = layers
        mine, theirs = np.vstack([W_s, b_s])[:, order], np.vstack([W, b])
        cosines = (mine * theirs).sum(axis=0) / np.linalg.norm(mine, axis=0) / np.linalg.norm(theirs, axis=0)
        reached.append(start)
        columns.append(np.abs(cosines).min())
        lengths = np.linalg.norm(mine, axis=0) / np.linalg.norm(theirs, axis=0)
        print(f"start {start}: |cos| of the columns {np.abs(cosines).round(3)}, lengths / teacher's {lengths.round(2)}")
print(f"{len(reached)} of 10 starts reached the teacher")

# %% [markdown]
# ## How many solutions?
#
# Two students may both miss the teacher, in the same way. Compare the students with each other, as you compared them
# with the teacher: the same solution means that, aligned, all four pairs correlate to 0.99.

# %%
firsts, members = [], []
for start, layers in enumerate(students):
    for number, first in enumerate(firsts):
        S = correlations(hidden(first), hidden(layers))
        if all(abs(S[i, j]) >= 0.99 for i, j in enumerate(hungarian(S))):
            members[number].append(start)
            break
    else:
        firsts.append(layers)
        members.append([start])
print(f"After 160 epochs ten starts are at {len(firsts)} different solutions:")
for group in members:
    is_teacher = set(group) <= set(reached)
    errors = ", ".join(f"{error(SHALLOW, students[start]):.3f}" for start in group)
    print(f"  starts {group}: errors {errors}{'  (the teacher)' if is_teacher else ''}")

# %% [markdown]
# ## Stuck, or slow?
#
# A student that missed the teacher may sit in a local minimum. Or it is on a plateau and needs time. Tell them apart:
# give a student that missed four times the epochs, from the same start. students.csv has this for all 20 starts.


# %%
def select(teacher, hidden, epochs):
    """Return the committed rows of this kind."""
    kind = {"teacher": teacher, "hidden": hidden, "epochs": str(epochs)}
    return [r for r in committed if all(r[key] == value for key, value in kind.items())]


missed = next((start for start in range(10) if start not in reached), None)
if missed is not None:
    longer = student(SHALLOW, [4], missed, epochs=640)
    print(
        f"start {missed}: error {error(SHALLOW, students[missed]):.4f}, {found(SHALLOW, students[missed])} units; "
        f"after 640 epochs {error(SHALLOW, longer):.4f}, {found(SHALLOW, longer)} units"
    )
share = {}
for width, epochs in (("4", 160), ("4", 640), ("8", 160), ("8", 640)):
    rows = select("8-4-3", width, epochs)
    share[width, epochs] = sum(r["found"] == "4" for r in rows), len(rows)
    print(f"students.csv: width {width}, {epochs} epochs: {share[width, epochs][0]} of {len(rows)} found the teacher")

# %% [markdown]
# ## Larger and smaller students
#
# With 2 or 3 units the teacher cannot be reached. With 6, 8 or 16 there is room to spare. Does room help to find it?
# The small dots are students.csv, the large ones were trained just now. They should lie on dots of the same start:
# the largest difference is printed.

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
# Features combine layer by layer or within one layer, and two layers are enough: that is claim C3. "Two
# layers" are two matrices here: one hidden layer. So let the teacher have two hidden layers, 8-4-4-3, and give the
# students one. How wide must it be?

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
right.set(
    yscale="log", xlabel="hidden units of the student", title="A teacher of two hidden layers (4-4): is one enough?"
)
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
# Two questions of the syllabus are answered for this problem only: small, noiseless, and known.

# %%
(n160, of), (n640, _) = share["4", 160], share["4", 640]
print(
    f"[Q1] A student that reached the teacher can be read: its columns lie along the teacher's, |cos| at least "
    f"{min(columns, default=float('nan')):.3f}. {10 - len(reached)} of 10 live students answer by other units."
)
print(
    f"[Q2] Of {of} starts of equal width {n160} reach the teacher in 160 epochs and {n640} in 640; of twice the width "
    f"{share['8', 160][0]} and {share['8', 640][0]}. There are {4 * 3 * 2 * 16} settings of the teacher, one function."
)
features = bool(columns) and min(columns) > 0.99
enough = one[0] <= 1.5 * two[0]
verdict = {(True, True): "holds", (False, False): "does not hold"}.get((features, enough), "holds in part")
lesson.verdict(
    "C3", verdict,
    f"columns are features that are found again ({len(reached)} of 10 starts, |cos| >= {min(columns, default=0):.3f}); "
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
# ## Read next
#
# `tinynet/reading/units.py` (units moved and turned), `alignment.py` (two networks aligned by activations or by
# weights, any depth), `solutions.py` (students of a teacher), `tinynet/datasets/teacher.py`. Then lesson 6: how to read
# a network whose solution nobody knows.
