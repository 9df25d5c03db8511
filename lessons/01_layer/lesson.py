# %% [markdown]
# # Lesson 1. One layer
#
# A network that reads handwriting looks like magic from outside. Inside, it is the same small step over and over: a
# layer. Take one layer apart, and you hold the piece that every network is made of, and that every method of
# compression in this course makes smaller.
#
# We take apart a small network that has learned to read handwritten digits. All you need is Python, NumPy and matrix
# products. How such a network learns is the story of lessons 2 and 3.
#
# This course grew out of a deck of slides. The slides make many claims and measure few of them. So we numbered the
# claims, C1, C2 and so on, and every lesson puts some of them to the test. This lesson tests three. Some of their words
# will be new to you; each is explained when it comes up.
#
# - **C1** A layer is $z = xW + b$, $a = \tanh(z)$, and the output of one is the input of the next.
# - **C2** A weight matrix rotates, then stretches and reflects, then rotates, into a lower- or higher-dimensional
#   space.
# - **C3** Columns of $W$ are features; features combine layer by layer or within one layer; two layers are enough.
#
# After each test the script prints a verdict: yes or no, computed from this run's own numbers. Before some of the tests
# it asks for your guess. Guess boldly; a wrong guess is remembered longer than a right number that was only read.
#
# Each part ends with a small function for you to write in `exercise.py`. Where yours is not right yet, this script
# takes the solution's and says so. `tinynet watch 1` in a second terminal grades your file at every save.

# %%
import json

import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script

lesson = Script(1)
ORANGE, BLUE, GREEN, RED, GREY = "#E69F00", "#0072B2", "#009E73", "#D55E00", "0.6"  # colour-blind safe

# %% [markdown]
# ## The data and the network
#
# A digit is an image of 8 x 8 pixels, each a number from -1 (paper) to 1 (ink). We write its 64 pixels in a single row,
# in the order in which you read a page: $x = (x_1, .., x_{64})$. Many images make an array with one image in each row.
# The *class* of an image is the digit that it shows, 0 to 9.
#
# A *layer* is made of *units*. Picture each unit as a judge, who looks at everything that comes in and answers with one
# number. Our network has two layers. In the first layer 32 judges look at the 64 pixels. In the second layer sit 10
# judges, one for each class. They never see the image. They see only the 32 answers of the first layer, and each of
# them gives a class its score. Units that are not in the last layer are called *hidden*.
#
# `python lessons/01_layer/train.py` trained this network on the 800 images of `train`. It has never seen the images of
# `test`.

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
# How does a judge arrive at a number? With a scorecard: so many points for ink here, so many points off for ink there.
# The judge adds up the points. Generous judges add a little extra to every image, strict ones take a little off. The
# total is then squashed into an opinion between -1 (no) and 1 (yes).
#
# The points are the unit's *weights*, and the little extra is its *bias*. Unit $j$ has one weight for each of its $m$
# inputs, $W_{1j}$ to $W_{mj}$, and one bias $b_j$. Its *sum* is
#
# $$ z_j = x_1 W_{1j} + x_2 W_{2j} + .. + x_m W_{mj} + b_j $$
#
# Its *activation* is the squashed sum, $a_j = \tanh(z_j)$. The function tanh takes any number and returns one between
# -1 and 1.
#
# The next cell of `lesson.py` computes the sum for one image and one unit, in a plain loop.

# %%
x, j = test.inputs[0], 5
z_j = b1[j]
for i in range(64):
    z_j = z_j + x[i] * W1[i, j]
print(f"unit {j}, first test image: sum z = {z_j:.4f}, activation tanh(z) = {np.tanh(z_j):.4f}")

# %% [markdown]
# ## All units and all examples at once
#
# A loop over images, units and pixels is slow. One matrix product does it all. Put the examples in the rows of $x$, of
# shape (examples, m). Put the weights of unit $j$ in column $j$ of $W$, of shape (m, n). Then one line computes every
# sum, and another squashes them:
#
# $$ z = xW + b $$
#
# $$ a = \tanh(z) $$
#
# $z$ has one row for each example and one column for each unit, so its shape is (examples, n). The bias $b$ has one
# entry for each unit, and it is added to every row of $xW$.
#
# In NumPy, `x @ W` is the matrix product. `array + vector` adds a vector of length n to each row of an (examples, n)
# array. `np.tanh(array)` squashes each entry. (Some books put examples in columns and write $Wx$. Here examples stand
# in rows, as in NumPy and PyTorch.)
#
# **Exercise `affine`.** Return $z$, every unit's sum for every example.
#
# **Exercise `tanh_layer`.** Return $a$, every unit's activation for every example.

# %%
affine = lesson.exercise("affine")
tanh_layer = lesson.exercise("tanh_layer")
z = affine(test.inputs, W1, b1)
print(f"affine: {z.shape[0]} examples, {z.shape[1]} units; unit {j}, first example: z = {z[0, j]:.4f}")

# %% [markdown]
# ## The output of one layer is the input of the next
#
# The second layer reads the 32 activations just as the first layer reads the pixels. There is one difference: the last
# layer is not squashed. Its sums are the *class scores*, and the largest of the ten scores names the class.
#
# **Exercise `predict`.** Return the class of each example.
#
# If this is all there is to the network, your functions must give the scores that tinynet's network gives. And how good
# is it? It has 2,410 numbers to its name, and it saw 800 digits.

# %%
lesson.predict("error", "What share of the test digits does the network get wrong?")

# %%
predict = lesson.exercise("predict")
a = tanh_layer(test.inputs, W1, b1)  # (examples, 32)
scores = affine(a, W2, b2)  # (examples, 10)
with tn.no_grad():  # the scores are all we need; what a network records for training comes in lesson 2
    expected = net(test.inputs).numpy()
deviation = np.abs(scores - expected).max() / np.abs(expected).max()
same = (predict(scores) == expected.argmax(axis=1)).mean()
error = (predict(scores) != test.labels).mean()
lesson.answer("error", error, "{:.1%}")
print(f"test error by hand: {error:.2%}; by tn.evaluate: {tn.evaluate(net, test):.2%}")
lesson.verdict(
    "C1",
    {
        "z = xW + b and a = tanh(z), layer after layer, give the network's own scores": (
            deviation < 1e-5 and same == 1,
            f"the same class for {same:.0%} of {len(scores)} images, and "
            + (f"scores up to {deviation:.0e} of the largest" if deviation else "exactly the same scores"),
        ),
        "every layer squashes its sums": (False, "the last one does not: scores may be any number"),
    },
)

# %% [markdown]
# ## Turn, stretch, turn: in the plane
#
# Now leave out the squash and the bias for a while. What does $x \to xW$ do to a point?
#
# Picture a drawing on a sheet of rubber. You may turn the sheet. Along two directions at right angles you may pull it
# longer, press it shorter, or flip it over. Then you may turn it again. A matrix can do this and nothing else. The
# *singular value decomposition* (SVD) says so in a formula, and it holds for every matrix:
#
# $$ W = U S V^T $$
#
# $V^T$ is $V$ transposed. $S$ has the stretches $s_1, s_2, ..$ on its diagonal, and zeros elsewhere. The *length* of a
# vector is the root of the sum of its squared entries. The columns of $U$ are *orthonormal*: each has length 1, and any
# two of them are at right angles. The columns of $V$ are orthonormal too.
#
# Multiplying by a square matrix with orthonormal columns changes no length and no angle. It turns, and it may reflect.
# Multiplying by $S$ multiplies coordinate $i$ by $s_i$. So $xW = xUSV^T$ takes three steps:
#
# 1. turn: $x U$, of shape (examples, k), where k is the smaller of m and n
# 2. stretch: multiply column $i$ of the result by $s_i$ (`array * vector` does this for all columns)
# 3. turn: multiply by $V^T$, of shape (k, n)
#
# The claim says that the two turns only turn, and that a reflection belongs to the stretch. Can we always arrange that?
# The determinant, `np.linalg.det`, decides. A square matrix with orthonormal columns has determinant +1 if it only
# turns, and -1 if it also reflects. If it is -1, change the sign of its last column, and of the last $s$ with it. The
# product stays the same, and the reflection has moved into the stretch. (If $U$ is not square, there is room for
# further columns, and they can always be chosen so that the whole is a turn.)
#
# **Exercise `three_steps`.** Return the result of each step. Take care with the last one:
# `np.linalg.svd(W, full_matrices=False)` returns $U$, $s$ and $V^T$, but you are given $V$ itself, of shape (n, k).

# %%
three_steps = lesson.exercise("three_steps")


def svd_that_turns(W):
    """Return U, s, V with W = U diag(s) V^T, such that square U and V only turn; the last s may be negative."""
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
figure.suptitle("What a 2 x 2 matrix does to a circle and a letter F")
titles = ["x", "1. turn: x U", f"2. stretch: by {s[0]:.2f} and {s[1]:.2f}", r"3. turn: .. V$^\top$ = x W"]
steps = zip([circle, *three_steps(circle, U, s, V)], [letter, *three_steps(letter, U, s, V)], strict=True)
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
# Follow the F. From the first panel to the second it is turned, nothing else. In the third panel it is stretched, and
# it has become a mirror image, because the second stretch is negative. In the fourth it is turned again. The red dot
# shows where the point (1, 0) goes.
#
# The circle has become an ellipse. Its two half-axes are as long as the two stretches, signs left out.
#
# ## A trained layer
#
# The first layer of the digits network goes from 64 dimensions to 32, far too many to draw. But the formula is the
# same. Do your three steps give $xW$? Are the columns of $U$ and $V$ orthonormal?

# %%
U, s, V = svd_that_turns(W1.astype(np.float64))
turned, stretched, z = three_steps(test.inputs, U, s, V)
direct = test.inputs @ W1.astype(np.float64)
deviation = np.abs(z - direct).max() / np.abs(direct).max()
skew = max(np.abs(Q.T @ Q - np.eye(len(s))).max() for Q in (U, V))
lengths = np.linalg.norm(z, axis=1) / np.linalg.norm(stretched, axis=1)
print(f"U {U.shape}, s {s.shape}, V {V.shape}; stretches from {s[0]:.2f} to {s[-1]:.2f}")
print(f"the last turn keeps the length of every image, up to {np.abs(lengths - 1).max():.0e} of that length")

# %% [markdown]
# Going from 64 dimensions to 32, a layer must lose something. Think of a shadow on a wall: move your hand straight
# towards the sun, and the shadow stays the same. Here $xU$ is the shadow. It keeps 32 coordinates, and it drops
# everything at right angles to the columns of $U$.
#
# Every image is the sum of two parts: one that lies along the columns of $U$, and one at right angles to all of them,
# which the layer cannot see. How do you get the second from $x$ and $U$? First ask what $xU$ says about the first part:
# it holds its coordinates, one for each column.
#
# **Exercise `unseen`.** Return the part of each image that the layer cannot see.
#
# Now put the claim to the test. To each image, add a change along the lost directions, as long as the image itself. If
# the claim is right, the network cannot notice. For comparison, add a change of the same length along the kept
# directions. Such a change drowns the digit in noise of its own size.

# %%
lesson.predict("lost", "A change along the lost directions: what share of the classes changes?", share=True)
lesson.predict("kept", "And a change as long along the kept directions?", share=True)

# %% [markdown]
# A layer can also go up in dimension. The last line of the next output sends a circle from two dimensions to three, and
# counts how many dimensions its points span.

# %%
unseen = lesson.exercise("unseen")
noise = np.random.default_rng(0).normal(size=test.inputs.shape)
lost = unseen(noise, U)
lost *= np.linalg.norm(test.inputs, axis=1, keepdims=True) / np.linalg.norm(lost, axis=1, keepdims=True)
kept = noise - unseen(noise, U)
kept *= np.linalg.norm(test.inputs, axis=1, keepdims=True) / np.linalg.norm(kept, axis=1, keepdims=True)
classes = predict(expected)
changed = {}
for name, change in ("lost", lost), ("kept", kept):
    a = tanh_layer(test.inputs + change, W1, b1)
    changed[name] = (predict(affine(a, W2, b2)) != classes).mean()
    print(f"a change along the {name} directions, as long as the image, changes {changed[name]:.1%} of the classes")
    lesson.answer(name, changed[name], "{:.1%}")

up = np.random.default_rng(1).normal(size=(2, 3))  # a layer from two dimensions to three
points = three_steps(circle, *svd_that_turns(up))[2]
print(f"a circle sent from 2 to 3 dimensions: its points span {np.linalg.matrix_rank(points)} of the 3")
lesson.verdict(
    "C2",
    {
        "turn, stretch, turn is what the trained layer does": (
            deviation < 1e-6 and skew < 1e-6,
            f"x W up to {deviation:.0e} of its largest entry; U and V orthonormal up to {skew:.0e}",
        ),
        f"it keeps {len(s)} of 64 dimensions and cannot see the others": (
            changed["lost"] < 0.001 < changed["kept"],
            f"{changed['lost']:.1%} of the classes change, against {changed['kept']:.1%} along the kept ones",
        ),
        "a layer can lead to more dimensions, too": (np.linalg.matrix_rank(points) == 2, "to 3, of which it fills 2"),
    },
)
print("All three are true of every matrix of this shape. They say nothing about training.")

# %% [markdown]
# ## The plane of digits
#
# To see the trained layer at work, look at it through a window of two dimensions. On the input side, take the plane in
# which the digits spread most (spanned by their first two principal directions, the columns of $P$, 64 x 2). On the
# output side, take the two units that respond most to this plane. Between the two, the layer is a 2 x 2 matrix: the
# columns of $P^T W$ that belong to these units. This matrix, too, is turn, stretch, turn. (The mean image is subtracted
# first, so that the digits lie around 0. Four of the ten digits are drawn.)

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
labels = [("direction 1", "direction 2"), *[("coordinate 1", "coordinate 2")] * 2, [f"x W, unit {u}" for u in units]]
steps = [plane, *three_steps(plane, U2, s2, V2)]
for axes, points, title, (across, along) in zip(panels, steps, titles, labels, strict=True):
    for digit, colour, marker in (0, ORANGE, "o"), (1, BLUE, "^"), (4, GREEN, "s"), (7, RED, "v"):
        axes.scatter(*points[test.labels == digit].T, s=9, color=colour, marker=marker, label=str(digit), alpha=0.7)
    axes.set(title=title, aspect="equal", xlabel=across, ylabel=along)
panels[0].legend(title="digit", fontsize="small", markerscale=1.6, handletextpad=0.1)
lesson.figure(figure, "digits_plane")

# %% [markdown]
# ## Which stretches were learned?
#
# Training began with random weights, and `tn.MLP([64, 32, 10], seed=0)` is that very start. Compare the stretches
# before and after training: the largest with the largest, the second with the second, and so on. A stretch that stands
# out belongs to a direction that the network has learned to look at. Count them.
#
# Telling ten classes apart takes nine numbers, the differences between their scores. So if you count nine stretches, is
# that chance? One network cannot tell. `trained("digits", [64, 32, 10], seed=1)` in `train.py` makes another one. Look
# at a few.

# %%
lesson.predict("grown", "How many of the 32 stretches grow by more than half in training?")

# %%
start = tn.MLP([64, 32, 10], seed=0).layers[0].weight.weight().numpy()
before, after = np.linalg.svd(start, compute_uv=False), np.linalg.svd(W1, compute_uv=False)
grown = after / before  # the i-th largest over the i-th largest
print("stretches, largest first:")
for name, stretch in ("at the start", before), ("trained", after):
    print(f"  {name:13}", *[f"{value:.2f}" for value in stretch[:6]], "..", f"{stretch[-1]:.2f}")
print(f"{(grown > 1.5).sum()} of {len(grown)} grew by more than half; the median growth is {np.median(grown) - 1:.0%}")
lesson.answer("grown", (grown > 1.5).sum(), "{:.0f}")
figure, axes = plt.subplots(figsize=(6.5, 3.8))
number = np.arange(1, len(after) + 1)
axes.plot(number, after, "o-", color=BLUE, label="trained")
axes.plot(number, before, "s--", color=ORANGE, label="at the start (random)")
axes.set(title="The stretches of the first layer", xlabel="direction $i$", ylabel="stretch $s_i$", ylim=0)
axes.legend()
lesson.figure(figure, "stretches")

# %% [markdown]
# ## Columns are features
#
# Back to the units. Unit $j$ multiplies the image by column $j$ of $W$, pixel by pixel, and adds everything up. Its sum
# $z_j$ is large when the image has ink where the weights are positive, and paper where they are negative. So column $j$
# is itself an image: a picture of what the unit looks for, its *feature*. To see it, lay the column out in 8 lines of
# 8.
#
# **Exercise `feature_image`.** Return the feature of one unit as an image.
#
# Below are the six longest columns. Purple marks positive weights, orange negative ones. Beside each column are the
# four test images that give the unit its largest sums, and the four that give it its smallest.

# %%
feature_image = lesson.exercise("feature_image")
z = affine(test.inputs, W1, b1)
longest = np.argsort(-np.linalg.norm(W1, axis=0))[:6]
reach = np.abs(W1[:, longest]).max()
figure, grid = plt.subplots(6, 9, figsize=(9, 6.6))
figure.suptitle("Six columns of the trained first layer, and the digits with the largest and smallest sums")
for row, j in zip(grid, longest, strict=True):
    row[0].imshow(feature_image(W1, int(j), 8, 8), cmap="PuOr", vmin=-reach, vmax=reach)
    row[0].set_ylabel(f"unit {j}", rotation=0, ha="right", va="center")
    order = np.argsort(-z[:, j])
    for axes, example in zip(row[1:], [*order[:4], *order[-4:]], strict=True):
        axes.imshow(test.inputs[example].reshape(8, 8), cmap="gray_r")
for axes in grid.flat:
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
for column, title in (0, "column"), (2, "largest sums"), (6, "smallest sums"):
    grid[0, column].set_title(title, fontsize="medium", loc="center" if column == 0 else "left")
lesson.figure(figure, "columns")
print("the 20 test images that give each unit its largest sums:")
for j in longest:
    top = test.labels[np.argsort(-z[:, j])[:20]]
    print(f"  unit {j:2}:", ", ".join(f"{(top == c).sum()} of class {c}" for c in np.unique(top)))

# %% [markdown]
# Is a column a picture of one digit? It is a contrast between places: ink here, paper there. Several classes can fit
# it, and the counts above show how many share a unit's largest sums.
#
# Six units are only a sample, so let us measure all 32. Suppose you know nothing about an image but its class. How well
# can you then guess a unit's sum? Split the variance of $z_j$ over the test images into two parts: the variance between
# the means of the ten classes, and the variance within the classes. The share between the classes is 1 for a unit that
# knows the class and nothing else. It is about 0 for a unit that knows nothing about the class.


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
print("share of the variance that lies between the classes:")
for name, share in shares.items():
    print(f"  {name:17} {share.mean():.0%} on average, from {share.min():.0%} to {share.max():.0%}")

# %% [markdown]
# ## Features combine
#
# Column $c$ of the second matrix says how much of each hidden unit's feature goes into class $c$. Leave out the squash
# for a moment. Then two layers do no more than a single layer could: there are one matrix and one bias that do the work
# of both. The columns of that matrix are again images. Each is the sum of the 32 features, weighted by a column of
# $W_2$.
#
# **Exercise `collapse`.** Return the matrix and the bias of the one layer that does what two layers without a squash
# do. Write down what comes out of the second layer, and multiply out.

# %%
collapse = lesson.exercise("collapse")
combined, b = collapse(W1, b1, W2, b2)  # (64, 10) and (10,)
figure, grid = plt.subplots(2, 5, figsize=(8, 3.9))
figure.suptitle("The first layer's features, combined by the last layer (squash left out)")
reach = np.abs(combined).max()
for c, axes in enumerate(grid.flat):
    picture = axes.imshow(feature_image(combined, c, 8, 8), cmap="PuOr", vmin=-reach, vmax=reach)
    axes.set(title=f"class {c}", xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
figure.colorbar(picture, ax=grid, label="weight", shrink=0.8)
lesson.figure(figure, "combined")

linear = affine(test.inputs, combined, b)
linear_error = (predict(linear) != test.labels).mean()
print(f"test error of the network: {error:.2%}; with the squash left out: {linear_error:.2%}")

# %% [markdown]
# Without the squash, any number of layers computes no more than a single layer could. So whatever two layers can
# compute and one cannot is owed to the squash. The two errors above do not say how much that is, because this network
# was trained with its squash and then robbed of it. For a fair comparison, a single layer must be trained as well.
#
# ## Are two layers enough?
#
# The claim says neither what they are enough for, nor how layers are counted. We count matrices. For the digits,
# compare networks of one, two and three layers. Then take a harder task: two spirals in the plane, wound around each
# other two and a half times. Given a point, which spiral does it belong to?
#
# Where training starts may matter as much as the number of layers. Usually all biases start at zero. Then look at a
# unit of the first layer: the points where its sum is 0 form a line, and this line passes through the middle of the
# plane. All units begin with their lines crossing in that one point, and the spirals wind around it. So we also try a
# **spread** start. Random biases put the lines all over the square, and the first matrix is 8 times as long as usual,
# so that a unit switches quickly from one side of its line to the other.
#
# `train.py` trained each network from eight random starts, and wrote the errors to `depth.json`. A name such as
# 64-32-10 gives the widths: 64 inputs, 32 hidden units, 10 scores. For the spirals there are two networks of two
# layers: one with as many parameters as the network of three layers, and one with many more.

# %%
rows = json.loads((lesson.folder / "depth.json").read_text())
errors = {}
for row in rows:
    errors.setdefault((row["data"], tuple(row["widths"]), row["start"], row["parameters"]), []).append(
        row["test error"]
    )
for (data, widths, start, parameters), values in errors.items():
    print(
        f"{data:8} layers: {len(widths) - 1}, {'-'.join(map(str, widths)):13} {parameters:5} parameters, "
        f"{start:6} start: mean test error {np.mean(values):6.2%}, from {min(values):.2%} to {max(values):.2%}"
    )

figure, panels = plt.subplots(1, 2, figsize=(10, 4), width_ratios=(1, 2))
figure.suptitle("Test error against the number of layers, eight starts each")
for axes, data in zip(panels, ("digits", "spirals"), strict=True):
    kinds = [(widths, start, values) for (name, widths, start, _), values in errors.items() if name == data]
    for place, (widths, _, values) in enumerate(kinds):
        colour = (GREY, ORANGE, BLUE)[len(widths) - 2]
        beside = np.linspace(place - 0.1, place + 0.1, len(values))  # side by side, so that equal errors all show
        axes.plot(beside, 100 * np.array(values), "o", color=colour, alpha=0.8)
        axes.plot([place - 0.25, place + 0.25], [100 * np.mean(values)] * 2, color=colour, linewidth=2)
    names = [
        f"{len(widths) - 1}: {'-'.join(map(str, widths))}" + ("\nspread start" if start == "spread" else "")
        for widths, start, _ in kinds
    ]
    axes.set_xticks(range(len(kinds)), names, rotation=15)
    axes.set(title=data, xlabel="number of layers: widths", ylim=0)
panels[0].set_ylabel("test error, %")
lesson.figure(figure, "depth")

# %% [markdown]
# The verdict compares two layers with one, and three with two. Each network has only eight starts, so its mean error is
# partly luck. We count a difference as real if it is larger than twice its standard error over the starts. The verdict
# calls this limit the noise.
#
# There are three things that this comparison cannot show. It cannot show that no network of two layers could do the
# task. There is a theorem that a wide enough one comes as close as you like to any continuous function on a box
# (Cybenko 1989). The theorem does not say how wide, nor whether training finds it; the two starts show how much that
# depends on where training begins, and lesson 4 comes back to the width. It cannot show that two layers, or three, are
# enough for tasks that nobody tried. And it cannot settle how to count. Some authors do not count the layer of class
# scores. For them our two layers are one, and our three are two; then take 1 off each number of layers in the figure.


# %%
def gain(less, more):
    """Return by how much the mean error falls from the first kind of network to the second, and the noise in that."""
    return 100 * (np.mean(less) - np.mean(more)), 200 * np.sqrt(
        np.var(less, ddof=1) / len(less) + np.var(more, ddof=1) / len(more)
    )


by_kind = {(widths, start): values for (_, widths, start, _), values in errors.items()}
mean = {kind: 100 * np.mean(values) for kind, values in by_kind.items()}
gains = {
    "for digits": gain(by_kind[(64, 32, 10), "usual"], by_kind[(64, 32, 32, 10), "usual"]),
    "for spirals, from a usual start": gain(by_kind[(2, 70, 2), "usual"], by_kind[(2, 16, 16, 2), "usual"]),
    "for spirals, from a spread start": gain(by_kind[(2, 70, 2), "spread"], by_kind[(2, 16, 16, 2), "spread"]),
}
better, noise = gain(by_kind[(64, 10), "usual"], by_kind[(64, 32, 10), "usual"])
about = {name: f"{share.mean():.0%}" for name, share in shares.items()}
lesson.verdict(
    "C3",
    {
        "columns are features": (
            shares["a trained column"].mean() > shares["a random column"].mean(),
            f"a trained column is {about['a trained column']} about the class, a random one "
            f"{about['a random column']}",
        ),
        "features combine: a second layer helps with digits": (
            better > noise, f"{better:.2f} percentage points fewer errors, noise {noise:.2f}"
        ),
        **{
            f"two layers are enough {name}": (
                gained <= limit, f"a third one saves {gained:.2f} percentage points, noise {limit:.2f}"
            )
            for name, (gained, limit) in gains.items()
        },
    },
)  # fmt: skip
print(
    f"Two layers, 2-70-2, err on {mean[(2, 70, 2), 'usual']:.1f} % of the spirals from a usual start, and on "
    f"{mean[(2, 70, 2), 'spread']:.1f} % from a spread one; three layers, 2-16-16-2, on "
    f"{mean[(2, 16, 16, 2), 'usual']:.1f} % and {mean[(2, 16, 16, 2), 'spread']:.1f} %."
)

# %% [markdown]
# ## Read on
#
# In tinynet's source, `layers/linear.py` holds the layer that you have just built, and `reading/layers/svd.py` draws
# turn, stretch, turn for any layer.
#
# **An open question.** A trained column knows more about the class than a random one, but far from everything. Is there
# a network whose every column can be named, at the same error? Lesson 6 begins to look.
