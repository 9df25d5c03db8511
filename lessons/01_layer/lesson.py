# %% [markdown]
# # Lesson 1: One layer
#
# **The question.** A neural network is a row of layers. What does one layer do to what comes in?
#
# You take a small network that was trained to read handwritten digits, and you take it apart. You need Python, NumPy
# and matrix products. How such a network is trained comes in lessons 2 and 3.
#
# Three claims are put to a test. Their words are explained as they come up:
#
# - **C1** A layer is $z = xW + b$, $a = \tanh(z)$, and the output of one is the input of the next.
# - **C2** A weight matrix rotates, then stretches and reflects, then rotates, into a lower- or higher-dimensional
#   space.
# - **C3** Columns of $W$ are features; features combine layer by layer or within one layer; two layers are enough.
#
# At the end of each part the script prints a verdict. It is chosen from the figures of this run.
#
# You write five small functions: `affine`, `tanh_layer`, `three_steps`, `feature_image` and `predict`. They are in
# `exercise.py`, each with its shapes and its equation. This script uses your functions once they all pass. Until then
# it uses the solutions, and says so. Read on first; the exercises need nothing that this page does not say.
#
# The code that prints what stands between the texts is in `lesson.py`. Open it beside this page.

# %%
import json

import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script

lesson = Script(__file__)
mine = lesson.exercises(1)  # your functions once they all pass, the solutions until then
ORANGE, BLUE, GREEN, RED, GREY = "#E69F00", "#0072B2", "#009E73", "#D55E00", "0.6"  # told apart by the colour-blind

# %% [markdown]
# ## The data and the network
#
# A digit is an image of 8 x 8 pixels, from -1 (paper) to 1 (ink). We write its 64 pixels in a row, line by line:
# $x = (x_1, .., x_{64})$. Many images make an array with one image in each row. The *class* of an image is the digit
# that it shows, 0 to 9.
#
# A *layer* is made of *units*. Each unit reads all that comes in, and gives out one number. The network has two layers:
# one of 32 units that read the 64 pixels, and one of 10 units that read those 32 and give a score to each class. Units
# that are not the last are called *hidden*. `python lessons/01_layer/train.py` trained the network on the 800 images of
# `train`. The images of `test` it has never seen.

# %%
train, _, test = tn.datasets.load("digits")
net = tn.load(lesson.folder / "digits.safetensors")
first, squash, last = net.layers
W1, b1 = first.weight.weight().numpy(), first.bias.numpy()
W2, b2 = last.weight.weight().numpy(), last.bias.numpy()
for name, array in dict(W1=W1, b1=b1, W2=W2, b2=b2).items():
    print(f"{name} has shape {array.shape}")

# %% [markdown]
# ## One unit
#
# Unit $j$ has a number for each of its $m$ inputs, its *weights* $W_{1j}$ to $W_{mj}$, and one more, its *bias* $b_j$.
# Its *score* is
#
# $$ z_j = x_1 W_{1j} + x_2 W_{2j} + .. + x_m W_{mj} + b_j $$
#
# Its *activation* is the squashed score, $a_j = \tanh(z_j)$, a number between -1 and 1. The next cell of `lesson.py`
# does that sum for one image and one unit, in a loop.

# %%
x, j = test.inputs[0], 5
z_j = b1[j]
for i in range(64):
    z_j = z_j + x[i] * W1[i, j]
print(f"unit {j} gives the first test image the score {z_j:.4f}, squashed {np.tanh(z_j):.4f}")

# %% [markdown]
# ## All units and all examples at once
#
# Put the examples in the rows of $x$ (examples, m). Put unit $j$'s weights in column $j$ of $W$ (m, n). Then the
# matrix product does all the sums:
#
# $$ z = xW + b $$
#
# $$ a = \tanh(z) $$
#
# $z$ has one row for each example and one column for each unit: (examples, n). The bias $b$ has one entry for each
# unit. It is added to each row of $xW$. In NumPy `x @ W` is the matrix product, and `array + vector` adds a vector of
# length n to each row of an (examples, n) array. `np.tanh(array)` squashes each entry. (Some books put examples in
# columns and write $Wx$. Here, as in NumPy and PyTorch, they stand in rows.)
#
# That is **exercise `affine`** for $z$, and **exercise `tanh_layer`** for $a$.

# %%
z = mine.affine(test.inputs, W1, b1)
print(f"affine: {z.shape[0]} examples, {z.shape[1]} units; unit {j}, first example: {z[0, j]:.4f}")

# %% [markdown]
# ## The output of one layer is the input of the next
#
# The second layer reads the 32 activations as if they were pixels. The last layer is not squashed: its $z$ are the
# *class scores*. The largest of the ten names the class. That is **exercise `predict`**.
#
# If this is all there is, then your functions must give what tinynet's network gives.

# %%
a = mine.tanh_layer(test.inputs, W1, b1)  # (examples, 32)
scores = mine.affine(a, W2, b2)  # (examples, 10)
with tn.no_grad():  # only the scores; what else a network keeps for training, lesson 2 shows
    expected = net(test.inputs).numpy()
deviation = np.abs(scores - expected).max() / np.abs(expected).max()
same = (mine.predict(scores) == expected.argmax(axis=1)).mean()
error = (mine.predict(scores) != test.labels).mean()
print(f"test error by hand: {error:.2%}; by tn.evaluate: {tn.evaluate(net, test):.2%}")
lesson.verdict(
    "C1",
    "holds" if deviation < 1e-5 and same == 1 else "does not hold",
    f"two layers by hand against tinynet's network on {len(scores)} images: the scores differ by at most "
    f"{deviation:.1g} times the largest, and {same:.0%} of the classes are the same. (The last layer is not squashed.)",
)

# %% [markdown]
# ## Turn, stretch, turn: in the plane
#
# Now forget the squash and the bias for a while. What does $x \to xW$ do to a point?
#
# Each matrix can be written as a product of three, its *singular value decomposition* (SVD):
#
# $$ W = U S V^T $$
#
# $V^T$ is $V$ transposed. $S$ has the numbers $s_1, s_2, ..$ on its diagonal, and zeros elsewhere. The columns of $U$
# are orthonormal: of length 1, and at right angles to each other. So are those of $V$. Multiplying by a square matrix
# of that kind changes no length and no angle. It turns, and it may reflect. Multiplying by $S$ multiplies coordinate
# $i$ by $s_i$. So $xW = xUSV^T$ is done in three steps:
#
# 1. turn: $x U$, of shape (examples, k), where k is the smaller of m and n
# 2. stretch: multiply column $i$ of that by $s_i$ (`array * vector` does it for all columns)
# 3. turn: multiply by $V^T$, of shape (k, n)
#
# That is **exercise `three_steps`**. Mind the last: `np.linalg.svd(W, full_matrices=False)` returns $U$, $s$ and
# $V^T$. The exercise is given $V$ itself, of shape (n, k), so that you have to transpose it.
#
# The claim says that the two turns only turn, and that a reflection belongs to the stretch. A square matrix with
# orthonormal columns turns if its determinant, `np.linalg.det`, is +1. If it is -1, it also reflects. Then change the
# sign of its last column, and of the last $s$: the product is the same, and the reflection has moved to the stretch.
# (Where $U$ is not square there are directions to spare, so that it can always be completed to a turn.)


# %%
def svd_that_turns(W):
    """Return U, s, V with W = U diag(s) V^T, where square U and V have determinant +1; the last s may be negative."""
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    V = Vt.T
    for Q in (U, V):
        if Q.shape[0] == Q.shape[1] and np.linalg.det(Q) < 0:
            Q[:, -1] *= -1
            s[-1] *= -1
    return U, s, V


W = np.array([[1.3, 0.8], [1.0, -0.4]])  # a made-up layer of two inputs and two units
U, s, V = svd_that_turns(W)
turn = np.linspace(0, 2 * np.pi, 200)
circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)  # (200, 2)
letter = np.array([[-0.35, -0.6], [-0.35, 0.6], [0.4, 0.6], [-0.35, 0.6], [-0.35, 0.05], [0.2, 0.05]])  # an F
print(f"the stretches are {s[0]:.2f} and {s[1]:.2f}; det U = {np.linalg.det(U):.0f}, det V = {np.linalg.det(V):.0f}")

# %%
figure, panels = plt.subplots(1, 4, figsize=(12, 2.9), sharex=True, sharey=True)
figure.suptitle("What a 2 x 2 matrix does to a circle and a letter")
titles = ["x", "1. turn: x U", f"2. stretch: by {s[0]:.2f} and {s[1]:.2f}", r"3. turn: .. V$^\top$ = x W"]
steps = zip([circle, *mine.three_steps(circle, U, s, V)], [letter, *mine.three_steps(letter, U, s, V)], strict=True)
for axes, (ring, F), title in zip(panels, steps, titles, strict=True):
    axes.plot(*ring.T, color=BLUE)
    axes.plot(*F.T, color=ORANGE, linewidth=3)
    axes.plot(*ring[0], "o", color=RED)  # where (1, 0) goes
    axes.axhline(0, color="0.9", zorder=0)
    axes.axvline(0, color="0.9", zorder=0)
    axes.set(title=title, aspect="equal", xlabel="coordinate 1")
panels[0].set_ylabel("coordinate 2")
lesson.figure(figure, "circle")

# %% [markdown]
# Look at the F. The first panel to the second: it is turned, nothing else. In the third it is stretched, and it is a
# mirror image: the second stretch is negative. In the fourth it is turned again. The red dot is the point (1, 0), and
# where it went.
#
# The circle has become an ellipse. Its two half axes are as long as the stretches, signs left out.
#
# ## A trained layer
#
# The digits' first layer is too large to draw: it goes from 64 dimensions to 32. But the formula is the same. First,
# do your three steps give $xW$? Are the turns orthonormal?

# %%
U, s, V = svd_that_turns(W1.astype(np.float64))
turned, stretched, z = mine.three_steps(test.inputs, U, s, V)
direct = test.inputs @ W1.astype(np.float64)
deviation = np.abs(z - direct).max() / np.abs(direct).max()
skew = max(np.abs(Q.T @ Q - np.eye(len(s))).max() for Q in (U, V))
lengths = np.linalg.norm(z, axis=1) / np.linalg.norm(stretched, axis=1)
print(f"U {U.shape}, s {s.shape}, V {V.shape}; stretches from {s[0]:.2f} to {s[-1]:.2f}")
print(f"the last turn changes the length of no image by more than a factor 1 + {np.abs(lengths - 1).max():.0e}")

# %% [markdown]
# From 64 dimensions to 32 something is lost. $xU$ keeps 32 coordinates and drops what is at right angles to all
# columns of $U$. So add a change of that kind to each image. Let it have the length of the image itself. If the claim
# is right, the scores of the network must not notice.

# %%
noise = np.random.default_rng(0).normal(size=test.inputs.shape)
lost = noise - noise @ U @ U.T  # what is left when the 32 kept coordinates are taken away
lost *= np.linalg.norm(test.inputs, axis=1, keepdims=True) / np.linalg.norm(lost, axis=1, keepdims=True)
kept = noise @ U @ U.T
kept *= np.linalg.norm(test.inputs, axis=1, keepdims=True) / np.linalg.norm(kept, axis=1, keepdims=True)
classes = mine.predict(expected)
changed = {}
for name, change in ("lost", lost), ("kept", kept):
    a = mine.tanh_layer(test.inputs + change, W1, b1)
    changed[name] = (mine.predict(mine.affine(a, W2, b2)) != classes).mean()
    print(f"a change along the {name} directions, of the image's length, changes {changed[name]:.1%} of the classes")

up = np.random.default_rng(1).normal(size=(2, 3))  # a layer from two dimensions to three
points = mine.three_steps(circle, *svd_that_turns(up))[2]
print(f"a circle sent from 2 to 3 dimensions: its points span {np.linalg.matrix_rank(points)} dimensions")
exact = deviation < 1e-6 and skew < 1e-6
lesson.verdict(
    "C2",
    "holds" if exact and changed["lost"] < 0.001 else "holds in part" if exact else "does not hold",
    f"turn, stretch, turn gives x W of the trained layer to {deviation:.0e} of the largest entry, and the turns are "
    f"orthonormal to {skew:.0e}. Of 64 dimensions {len(s)} are kept: a change in the others, of the image's length, "
    f"changes {changed['lost']:.1%} of the classes. This is so for every matrix, and says nothing about training.",
)

# %% [markdown]
# ## The plane of digits
#
# To see the trained layer at work, look through a window of two dimensions. On the input side, take the plane in which
# the digits spread most (their two first principal directions $P$, 64 x 2). On the output side, take the two units
# that answer most to this plane. Between the two the layer is a 2 x 2 matrix: the columns of $P^T W$ that belong to
# these units. It is turn, stretch, turn again. (The mean image is taken away first, so that the digits lie around 0.
# Four of the ten digits are drawn.)

# %%
mean = train.inputs.mean(axis=0)
P = np.linalg.svd(train.inputs - mean, full_matrices=False)[2][:2].T  # (64, 2)
units = np.sort(np.argsort(-np.linalg.norm(P.T @ W1, axis=0))[:2])
window = P.T @ W1[:, units]  # (2, 2)
U2, s2, V2 = svd_that_turns(window.astype(np.float64))
plane = (test.inputs - mean) @ P
figure, panels = plt.subplots(1, 4, figsize=(12, 3.5), sharex=True, sharey=True)
figure.suptitle(f"What the trained layer does to the plane in which digits spread most (units {units[0]}, {units[1]})")
titles = ["x in the plane", "1. turn", f"2. stretch: by {s2[0]:.2f} and {s2[1]:.2f}", "3. turn: x W"]
labels = [("direction 1", "direction 2"), *[("coordinate 1", "coordinate 2")] * 2, [f"to unit {u}" for u in units]]
steps = [plane, *mine.three_steps(plane, U2, s2, V2)]
for axes, points, title, (across, along) in zip(panels, steps, titles, labels, strict=True):
    for digit, colour, marker in (0, ORANGE, "o"), (1, BLUE, "^"), (4, GREEN, "s"), (7, RED, "v"):
        axes.scatter(*points[test.labels == digit].T, s=9, color=colour, marker=marker, label=str(digit), alpha=0.7)
    axes.set(title=title, aspect="equal", xlabel=across, ylabel=along)
panels[0].legend(title="digit", fontsize="small", markerscale=1.6, handletextpad=0.1)
lesson.figure(figure, "digits_plane")

# %% [markdown]
# ## Which stretches were learned?
#
# Training began with random weights. `tn.MLP([64, 32, 10], seed=0)` is that very start. Compare its stretches with
# those after training, the largest with the largest and so on. A stretch that stands out belongs to a direction that
# the network learned to look at. Count them. To tell ten classes apart takes nine numbers, the differences of their
# scores. Is it chance if you count nine? One network cannot tell. `trained("digits", [64, 32, 10], seed=1)` in
# `train.py` makes another: look at a few.

# %%
start = tn.MLP([64, 32, 10], seed=0).layers[0].weight.weight().numpy()
before, after = np.linalg.svd(start, compute_uv=False), np.linalg.svd(W1, compute_uv=False)
grown = after / before  # the i-th longest with the i-th longest
print("stretches, largest first:")
for name, stretch in ("at the start", before), ("trained", after):
    print(f"  {name:13}", *[f"{value:.2f}" for value in stretch[:6]], "..", f"{stretch[-1]:.2f}")
print(f"{(grown > 1.5).sum()} of {len(grown)} grew by more than half; the median one by {np.median(grown) - 1:.0%}")
figure, axes = plt.subplots(figsize=(6.5, 3.8))
number = np.arange(1, len(after) + 1)
axes.plot(number, after, "o-", color=BLUE, label="trained")
axes.plot(number, before, "s--", color=ORANGE, label="at the start, random")
axes.set(title="The stretches of the first layer", xlabel="number of the direction", ylabel="stretch $s_i$", ylim=0)
axes.legend()
lesson.figure(figure, "stretches")

# %% [markdown]
# ## Columns are features
#
# Back to the units. $z_j$ is the product of the image with column $j$ of $W$. It is large where the image has ink at
# positive weights and paper at negative ones. So column $j$ is itself an image: a picture of what unit $j$ looks for.
# To see it, take the column and lay it out in 8 lines of 8. That is **exercise `feature_image`**.
#
# Below are the six longest columns. Purple is a positive weight, orange a negative one. Beside each are the four test
# images that it scores highest, and the four that it scores lowest.

# %%
z = mine.affine(test.inputs, W1, b1)
longest = np.argsort(-np.linalg.norm(W1, axis=0))[:6]
reach = np.abs(W1[:, longest]).max()
figure, grid = plt.subplots(6, 9, figsize=(9, 6.6))
figure.suptitle("Six columns of the trained first layer, and the digits they score highest and lowest")
for row, j in zip(grid, longest, strict=True):
    row[0].imshow(mine.feature_image(W1, int(j), 8, 8), cmap="PuOr", vmin=-reach, vmax=reach)
    row[0].set_ylabel(f"unit {j}", rotation=0, ha="right", va="center")
    order = np.argsort(-z[:, j])
    for axes, example in zip(row[1:], [*order[:4], *order[-4:]], strict=True):
        axes.imshow(test.inputs[example].reshape(8, 8), cmap="gray_r")
for axes in grid.flat:
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
for column, title in (0, "column"), (2, "highest scores"), (6, "lowest scores"):
    grid[0, column].set_title(title, fontsize="medium", loc="center" if column == 0 else "left")
lesson.figure(figure, "columns")
print("the classes of the 20 test images that it scores highest:")
for j in longest:
    top = test.labels[np.argsort(-z[:, j])[:20]]
    print(f"  unit {j:2}:", ", ".join(f"{(top == c).sum()} of class {c}" for c in np.unique(top)))

# %% [markdown]
# Is a column a digit? It is a contrast between places, and the counts say how many classes share its highest scores.
# But six units are not all. So measure: how much of a unit's score is about the class? Split the variance of $z_j$ over
# the test images in two: between the means of the ten classes, and within the classes. The share between is 1 for a
# unit that knows the class and nothing else, and about 0 for one that knows nothing of it.


# %%
def share_about_class(z, labels):
    """Return, for each column of z (examples, n), the share of its variance that lies between the classes."""
    counts = np.bincount(labels)
    means = np.stack([z[labels == c].mean(axis=0) for c in range(len(counts))])  # (classes, n)
    between = (counts[:, None] * (means - z.mean(axis=0)) ** 2).sum(axis=0) / len(z)
    return between / z.var(axis=0)


shares = {
    "one pixel": share_about_class(test.inputs[:, test.inputs.var(axis=0) > 0], test.labels),
    "a random column": share_about_class(test.inputs @ start, test.labels),
    "a trained column": share_about_class(z, test.labels),
    "a class score": share_about_class(scores, test.labels),
}
for name, share in shares.items():
    print(f"{name:17} {share.mean():.0%} about the class on average, from {share.min():.0%} to {share.max():.0%}")

# %% [markdown]
# ## Features combine
#
# Column $k$ of the second matrix says how much of each first feature goes into class $k$. Leave the squash away for a
# moment. Then two layers are one: $(xW_1)W_2 = x(W_1W_2)$, and their biases are one bias. The columns of $W_1W_2$ are
# again images: each the sum of 32 features, weighted by a column of $W_2$.

# %%
combined = W1 @ W2  # (64, 10)
figure, grid = plt.subplots(2, 5, figsize=(8, 3.9))
figure.suptitle("First-layer features combined by the last layer, the squash left out")
reach = np.abs(combined).max()
for k, axes in enumerate(grid.flat):
    picture = axes.imshow(mine.feature_image(combined, k, 8, 8), cmap="PuOr", vmin=-reach, vmax=reach)
    axes.set(title=f"class {k}", xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
figure.colorbar(picture, ax=grid, label="weight", shrink=0.8)
lesson.figure(figure, "combined")

linear = mine.affine(mine.affine(test.inputs, W1, b1), W2, b2)
linear_error = (mine.predict(linear) != test.labels).mean()
print(f"test error of the network: {error:.2%}; with its squash left out: {linear_error:.2%}")

# %% [markdown]
# Without the squash, any number of layers computes no more than one. So what two layers can compute and one cannot
# comes from it. The two errors do not say how much that is: this network was trained with its squash, and then robbed
# of it. For a fair comparison, a single layer must be trained as well.
#
# ## Are two layers enough?
#
# The claim does not say for what, nor how a layer is counted. We count matrices. For the digits, compare networks of
# one, two and three layers. Then a harder task: two spirals in the plane, wound around each other two and a half
# times; to which of the two does a point belong? `train.py` trained each network five times, from five random starts,
# and wrote the errors to `depth.json`. 64-32-10 are the widths: 64 inputs, 32 hidden units, 10 scores.

# %%
rows = json.loads((lesson.folder / "depth.json").read_text())
errors = {}
for row in rows:
    errors.setdefault((row["data"], tuple(row["widths"]), row["parameters"]), []).append(row["test error"])
for (data, widths, parameters), values in errors.items():
    print(
        f"{data:8} layers: {len(widths) - 1}, {'-'.join(map(str, widths)):13} {parameters:5} parameters: "
        f"mean test error {np.mean(values):6.2%}, from {min(values):.2%} to {max(values):.2%}"
    )

figure, panels = plt.subplots(1, 2, figsize=(9, 4))
figure.suptitle("Test error by the number of layers, five starts each")
for axes, data in zip(panels, ("digits", "spirals"), strict=True):
    kinds = [(widths, values) for (name, widths, _), values in errors.items() if name == data]
    for place, (widths, values) in enumerate(kinds):
        colour = (GREY, ORANGE, BLUE)[len(widths) - 2]
        beside = np.linspace(place - 0.1, place + 0.1, len(values))  # so that equal errors are seen
        axes.plot(beside, 100 * np.array(values), "o", color=colour, alpha=0.8)
        axes.plot([place - 0.25, place + 0.25], [100 * np.mean(values)] * 2, color=colour, linewidth=2)
    names = [f"{len(widths) - 1}: {'-'.join(map(str, widths))}" for widths, _ in kinds]
    axes.set_xticks(range(len(kinds)), names, rotation=15)
    axes.set(title=data, xlabel="layers: widths", ylim=0)
panels[0].set_ylabel("test error, %")
lesson.figure(figure, "depth")

# %% [markdown]
# For the verdict, compare two layers with one, and three with two. Five starts give five errors, so the mean is off by
# chance. A difference counts if it is larger than twice its standard error over the starts. The verdict calls that the
# noise.
#
# What this cannot show: that no network of two layers could do it. There is a theorem that one wide enough comes as
# close as you like to any continuous function on a bounded region (Cybenko 1989). It does not say how wide, nor whether
# training finds it. Lesson 4 comes back to the width. Nor can it show that three are enough, or two, for tasks that
# were not tried. And some do not count the layer of class scores. For them our two layers are one, and our three are
# two: then take 1 off each number of layers in the figure.


# %%
def gain(less, more):
    """Return by how much the mean error falls from one kind of network to another, and twice its standard error."""
    return np.mean(less) - np.mean(more), 2 * np.sqrt(
        np.var(less, ddof=1) / len(less) + np.var(more, ddof=1) / len(more)
    )


gains = {
    "digits": gain(errors["digits", (64, 32, 10), 2410], errors["digits", (64, 32, 32, 10), 3466]),
    "spirals": gain(errors["spirals", (2, 70, 2), 352], errors["spirals", (2, 16, 16, 2), 354]),
}
needed = [name for name, (difference, noise) in gains.items() if difference > noise]
features = shares["a trained column"].mean() > shares["a random column"].mean()
better, noise = gain(errors["digits", (64, 10), 650], errors["digits", (64, 32, 10), 2410])
combine = better > noise
if features and combine:
    verdict = "holds in part" if needed else "holds"
else:
    verdict = "holds in part" if features or combine else "does not hold"
lesson.verdict(
    "C3",
    verdict,
    f"a trained column is {shares['a trained column'].mean():.0%} about the class, a random one "
    f"{shares['a random column'].mean():.0%}. Combined in a second layer, features lower the digits' error by "
    f"{100 * better:.2f} points (noise {100 * noise:.2f}). A third layer lowers it by {100 * gains['digits'][0]:.2f} "
    f"points (noise {100 * gains['digits'][1]:.2f}) on digits and by {100 * gains['spirals'][0]:.2f} (noise "
    f"{100 * gains['spirals'][1]:.2f}) on spirals, there with about as many parameters. A third layer was needed, as "
    f"trained here, for: {', '.join(needed) or 'neither'}.",
)

# %% [markdown]
# ## Your turn
#
# Write `affine`, `tanh_layer`, `three_steps`, `feature_image` and `predict` in `exercise.py`. Each is one to three
# lines. `tinynet grade 1` says what is right, and for what is wrong, on which input and what usually causes it. So
# does `pytest lessons/01_layer`. `tinynet hint 1 affine` helps a little, and more when asked again.
# When all pass, run `tinynet lesson 1` again: it uses your functions.
#
# ## Read next
#
# In tinynet's source: `layers.py` (`Linear`, `Sequential`), `activations.py` (`Tanh`) and `models.py` (`MLP`), the
# layers that you built. `reading/layers/svd.py` draws turn, stretch, turn for any layer.
