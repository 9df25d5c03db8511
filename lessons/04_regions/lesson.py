# %% [markdown]
# # Lesson 4. Squashing and regions
#
# Stack two layers without tanh between them, and you have gained nothing: the product of two matrices is just another
# matrix. Everything that a network can do and a matrix cannot, it owes to tanh. What does tanh add? It stands in every
# hidden unit, between the sum $z$ that the unit receives and the activation $a = \tanh(z)$ that it passes on. The
# slides that this course grew out of make three claims about it. This lesson puts each to the test.
#
# * **C5.** Beyond a threshold tanh squashes all values together. There $a$ is *qualitative, not quantitative*: it tells
#   you which side you are on, but not how far.
# * **C6.** A unit whose $a$ is close to 1 or -1 is a **decision plane**: it tells you which side of a plane you are on.
#   Planes combine into regions, within one layer or layer by layer, and these need not be convex (the word is explained
#   below). The borders are soft, and regions may overlap.
# * **C7a.** With more epochs the borders harden. The cause is said to be a random walk that lingers where its steps are
#   small: the larger $|z|$, the smaller the step. (Its companion C7b, that the loss itself drives the scores apart, was
#   tested in lesson 3.)
#
# You work through the slides' own example, describe regions by codes of signs, count them in two ways, and watch every
# $z$ move during training.

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.colors import LinearSegmentedColormap

import tinynet as tn
from tinynet.course import Script
from tinynet.course.manifest import load_module
from tinynet.drawing import COLOURS, MARKERS

lesson = Script(4)

# %% [markdown]
# ## The slides' example
#
# Picture a dimmer that has almost become a light switch. In the middle of its range it still dims: a small turn, a
# small change of light. Towards either end it barely reacts, and the room is simply bright or dark. tanh does this to
# every unit. The slides make it concrete with a unit of three inputs:
#
# $$ z = 4 x_1 + 2 x_2 + 3 x_3, \qquad a = \tanh(z + 0.5) $$
#
# (In this one example $z$ leaves out the bias, 0.5. From the next section on $z$ includes the bias, as it did in
# lesson 1.)
#
# Change $x_1$ by 0.1, and $z$ changes by 0.4, wherever you are. How much $a$ changes does depend on where you are. By
# the chain rule, with $\tanh' = 1 - \tanh^2$,
#
# $$ \frac{\partial a}{\partial x_i} = (1 - a^2) \frac{\partial z}{\partial x_i} $$
#
# The slides claim that there is almost no effect once $z$ is above 1.3 or below $-2.3$, in other words where
# $|z + 0.5| > 1.8$.
#
# **Exercise `squash`.** Return $z$, $a$ and the three slopes for a batch of inputs.
#
# Here are five points: the middle, $z = -0.5$; the two thresholds, $z = -2.3$ and $z = 1.3$; and two points farther
# out. At each of them $x_1$ grows by 0.1. Careful: this always moves $z$ to the right. On the left that leads into the
# steep middle, on the right it leads out of it.

# %%
lesson.predict("slope", "At the slides' thresholds, what share of tanh's steepest slope is left?")

# %%
squash = lesson.exercise("squash")
places = np.array([-3.5, -2.3, -0.5, 1.3, 2.5])
x = np.column_stack([places / 4, np.zeros(5), np.zeros(5)])
z, a, slopes = squash(x)
z_moved, a_moved, _ = squash(x + np.array([0.1, 0, 0]))
share = 1 - a**2
print("    z     change of z     a      change of a   slope of tanh   da/dx1")
for row in zip(z, z_moved - z, a, a_moved - a, share, slopes[:, 0], strict=True):
    print("{:6.2f} {:11.2f} {:11.3f} {:12.3f} {:13.3f} {:11.3f}".format(*row))
at_threshold = float(squash(np.array([[1.3 / 4, 0, 0]]))[1][0])
slope_there = 1 - at_threshold**2
lesson.answer("slope", slope_there, "{:.1%}")

# %% [markdown]
# A dim light, then, not darkness. How far out must a sum lie for real darkness? Turn the question around: how large is
# $|z|$ where a given share of the steepest slope is left?
#
# **Exercise `flat_from`.** Return the size of $z$ beyond which less than a given share is left, for the plain
# $a = \tanh(z)$.

# %%
flat_from = lesson.exercise("flat_from")
hundredth = flat_from(0.01)
for share in (0.5, 0.1, 0.05, 0.01):
    print(f"beyond |z| = {flat_from(share):.2f} less than {share:.0%} of the steepest slope is left")

# %% [markdown]
# Is information lost? With exact real numbers, no: tanh has an inverse. But a computer keeps $a$ only to some
# precision, and what is lost depends on that precision. So ask two questions. If $a$ is kept in 8 bits, which gives 256
# levels from $-1$ to 1, how many of these levels are left for all inputs of tanh beyond 1.8? And where does a float32
# become exactly 1?

# %%
lesson.predict("levels", "How many of the 256 levels are left for all sums beyond 1.8?")

# %%
levels = np.unique(np.round((np.tanh(np.linspace(1.8, 20, 100_001)) + 1) * 127.5))
wide = np.linspace(0, 20, 200_001)
flat = float(wide[np.argmax(np.tanh(wide).astype(np.float32) == 1)])
print(f"all z + 0.5 beyond 1.8 share {len(levels)} of the 256 levels; from {flat:.2f} on a is exactly 1 in float32")
lesson.answer("levels", len(levels), "{:.0f}")

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
line = np.linspace(-4, 4, 401)
z, a, slopes = squash(np.column_stack([line / 4, 0 * line, 0 * line]))
left.plot(z, z, color=COLOURS[1], linestyle="--", label="z")
left.plot(z, a, color=COLOURS[5], linewidth=2, label="a = tanh(z + 0.5)")
left.set(title="z responds everywhere, a only in the middle", ylim=(-2, 2), ylabel="z and a")
right.plot(z, 1 - a**2, color=COLOURS[5], linewidth=2)
right.axhline(slope_there, color=COLOURS[4], linewidth=1, linestyle="--", label=f"at the threshold: {slope_there:.3f}")
right.set(title="How much of the slope is left?", ylabel="slope of tanh, 1 - a^2")
for axes in (left, right):
    for threshold in (-2.3, 1.3):
        axes.axvline(threshold, color="0.5", linewidth=1, linestyle=":")
    axes.set(xlabel="z without the bias (dotted: the slides' thresholds)")
    axes.legend(fontsize="small")
lesson.figure(figure, "squash")

# %% [markdown]
# ## Saturated units in a trained network
#
# Let us turn this into a definition. We call a unit **saturated** for an example if less than a tenth of the steepest
# slope is left: $1 - a^2 < 0.1$. That is the same as $|a| > \sqrt{0.9} = 0.949$, and the same as $|z| > 1.82$. Careful:
# 0.949 is a bound on $|a|$, and 1.82 is one on $|z|$.
#
# Every unit can be checked for every example.
#
# **Exercise `saturation_share`.** Return the share of all pairs of example and unit that are saturated.
#
# Now train a network with two hidden layers on digits, and measure the share after each epoch. The helper `hidden`
# computes $z$ of both layers directly from the matrices. The second panel shows where $z$ ends up; its dotted lines
# mark $-1.82$ and $1.82$.

# %%
lesson.predict("saturated", "After 100 epochs on digits, what share of the second layer's pairs is saturated?")

# %%
saturation_share = lesson.exercise("saturation_share")
SATURATED = float(np.tanh(flat_from(0.1)))
train, valid, test = tn.datasets.load("digits")


def hidden(net, x):
    """Return z of each hidden layer, (examples, units) each, in a net whose layers are affine, tanh, .., affine."""
    found, a = [], x
    for layer in net.layers[:-1:2]:
        z = a @ layer.weight.W.numpy() + layer.bias.numpy()
        found.append(z)
        a = np.tanh(z)
    return found


net = tn.MLP([64, 64, 32, 10], seed=0)
moments = [hidden(net, train.inputs)]
tn.fit(net, train, epochs=100, lr=0.05, progress=False, report=lambda _: moments.append(hidden(net, train.inputs)))
shares = np.array([[saturation_share(z, SATURATED) for z in moment] for moment in moments])
print("saturated pairs of example and unit, in the first and in the second layer:")
print(f"  before training  {100 * shares[0, 0]:.1f} % and {100 * shares[0, 1]:.1f} %")
print(f"  after 100 epochs {100 * shares[-1, 0]:.1f} % and {100 * shares[-1, 1]:.1f} %; tinynet.reading finds",
      ", ".join(f"{100 * s:.1f} %" for s in tn.reading.saturation.saturation(net, train.inputs).values()))  # fmt: skip

lesson.answer("saturated", shares[-1, 1], "{:.0%}")
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
for i, name in enumerate(("first layer", "second layer")):
    left.plot(100 * shares[:, i], color=COLOURS[(5, 4)[i]], linestyle=("-", "--")[i], label=name)
    right.hist(moments[-1][i].ravel(), bins=np.linspace(-6, 6, 61), density=True, histtype="step", linewidth=1.5,
               color=COLOURS[(5, 4)[i]], linestyle=("-", "--")[i], label=name)  # fmt: skip
left.set(title="How many units are saturated?", xlabel="epoch", ylabel="saturated pairs of example and unit (%)")
right.set(title="Where is z after 100 epochs?", xlabel="z", ylabel="density")
for threshold in (-1.818, 1.818):
    right.axvline(threshold, color="0.5", linewidth=1, linestyle=":")
for axes in (left, right):
    axes.legend(fontsize="small")
lesson.figure(figure, "saturation")

# %% [markdown]
# The verdict on C5 puts three questions to these figures. Let us say that an effect is "almost none" if less than a
# twentieth of it is left.

# %%
lesson.verdict(
    "C5",
    {
        "the same change of x moves z by the same amount everywhere": np.allclose(z_moved - squash(x)[0], 0.4),
        "at the slides' thresholds it has almost no effect on a": (
            slope_there < 0.05, f"{slope_there:.0%} of the steepest slope is left, 1 % only at {hundredth:.2f}"
        ),
        "most units of a trained network are saturated": (
            (shares[-1] > 0.5).all(), f"{shares[-1, 0]:.0%} of the pairs in layer 1, {shares[-1, 1]:.0%} in layer 2"
        ),
    },
)  # fmt: skip

# %% [markdown]
# ## Planes and regions
#
# With two inputs you can see everything. The task is to tell two spirals apart that wind around each other. No straight
# line separates them. Nor does any **convex** region. A region is convex if the straight path between any two of its
# points stays inside, and such a region cannot contain all of one spiral and nothing of the other. We train two
# networks: one with a single hidden layer of 32 units, one with two hidden layers of 12.
#
# Think of a fence across a field: you stand on one side of it or on the other. Unit $j$ puts up such a fence where
# $z_j = x w_j + b_j = 0$. Here $w_j$ is its column of $W$, and the fence is a line in the plane. The sign of $z_j$
# tells you which side $x$ is on. The signs of all units together are the **region code** of $x$, and all points with
# the same code form a **region**. In this project sign(0) is +1, so that every point is on one side or the other.
#
# **Exercise `region_code`.** Return the code of each example.

# %%
region_code = lesson.exercise("region_code")
spirals = tn.datasets.load("spirals")
nets = {"one layer of 32": tn.MLP([2, 32, 2], seed=0), "two layers of 12": tn.MLP([2, 12, 12, 2], seed=0)}
errors = {}
for name, net in nets.items():
    tn.fit(net, spirals.train, epochs=300, lr=0.1, schedule=tn.optim.cosine, progress=False)
    errors[name] = tn.evaluate(net, spirals.test)
    print(f"{name}: {100 * errors[name]:.1f} % test errors")


def codes_of(net, x):
    """Return each hidden layer's region codes. The planes of a later layer cut the space of the layer before it."""
    codes, a = [], x
    for layer in net.layers[:-1:2]:
        W, b = layer.weight.W.numpy(), layer.bias.numpy()
        codes.append(region_code(a, W, b))
        a = np.tanh(a @ W + b)
    return codes


def answers_of(net, x):
    """Return the class of the largest score."""
    with tn.no_grad():
        return net(x).numpy().argmax(axis=1)


# %% [markdown]
# ## How many regions?
#
# The simple way is to try many points and count the codes that occur. Here the points form a grid. A region that slips
# between the grid points is missed.
#
# **Exercise `count_regions`.** Return how many different codes there are.
#
# For the first layer there is an exact way. Its regions are **cells**: the pieces of a square sheet of paper after
# straight cuts. Draw the lines one after another. The earlier lines that a new line meets inside the square cut it into
# pieces, and each piece splits one cell in two. So how many cells does a line add that crosses the square, and meets
# $k$ earlier lines inside it? Add this up over all lines, and you have Steiner's count of 1826. Two facts help: a line
# misses the square if all four corners are on the same side of it, and two lines meet where both have $z = 0$, which
# gives two equations for $x_1$ and $x_2$.
#
# **Exercise `count_cells`.** Return how many cells some lines cut the square into.
#
# The grid must never find more cells than this. As a third count, `tinynet.reading.regions` cuts the square into
# polygons.

# %%
lesson.predict("cells", "Into how many cells do the 32 lines of the first network cut the square?")

# %%
count_regions = lesson.exercise("count_regions")
count_cells = lesson.exercise("count_cells")
ticks = np.linspace(-1, 1, 241, dtype=np.float32)
grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
counted = {}
for name, net in nets.items():
    codes = codes_of(net, grid)
    W, b = net.layers[0].weight.W.numpy().astype(float), net.layers[0].bias.numpy().astype(float)
    counted[name] = count_cells(W, b), count_regions(codes[0]), count_regions(np.hstack(codes))
    exact, first, all_layers = counted[name]
    polygons = len(tn.reading.regions.cells(W, b).areas)
    print(f"{name}: the {W.shape[1]} lines of the first layer make {exact} cells (by polygons {polygons}), and the "
          f"grid sees {first} of them; of all layers together it sees {all_layers} regions")  # fmt: skip

lesson.answer("cells", counted["one layer of 32"][0], "{:.0f}")

# %% [markdown]
# Straight cuts leave convex pieces, so cells of the first layer are convex. Regions of both layers together need not
# be: in the space of $x$, the borders of the second layer's units are bent. You can test this. Take two points of the
# same region, and ask whether the point midway between them is in that region as well. If it is not, the region is not
# convex.

# %%
rng = np.random.default_rng(0)
points = rng.uniform(-1, 1, (12_000, 2)).astype(np.float32)


def leave(code_of, points):
    """Return the share of pairs of points with equal codes whose midpoint has a different code."""
    codes = code_of(points)
    order = np.lexsort(codes.T)  # equal codes become neighbours, and points of one code stay in random order
    one, other = points[order[:-1]], points[order[1:]]
    same = (codes[order[:-1]] == codes[order[1:]]).all(axis=1)
    middle = code_of((one[same] + other[same]) / 2)
    return float((middle != codes[order[:-1]][same]).any(axis=1).mean())


deep = nets["two layers of 12"]
left_region = {
    "cells of the first layer": leave(lambda x: codes_of(deep, x)[0], points),
    "regions of both layers": leave(lambda x: np.hstack(codes_of(deep, x)), points),
    "classes": leave(lambda x: answers_of(deep, x)[:, None], points),
}
for name, value in left_region.items():
    print(f"two layers of 12, {name}: {100 * value:.2f} % of the midpoints lie outside")

# %% [markdown]
# Now to the claim that units are *indicators*, so that only the side counts. If that is true, you can replace each $a$
# by its sign, change nothing else, and the network should give the same answers. How often does it? And how soft are
# the borders? We call a unit **soft** at a point where $|a| < 0.9$, and count how many units of a layer are soft at an
# average point of the square.
#
# In the first picture the two colours are the two answers, and dots are training points, white and black. Black lines
# are the borders of the first layer's units, orange lines those of the second layer's units. The second picture counts,
# at each point, how many units are soft. Wherever that is more than one, borders overlap.

# %%
lesson.predict("soft", "At an average point, how many of the 32 units of the first network are soft?")

# %%


def with_signs(net, x):
    """Return the network's answers when every hidden unit's a is replaced by its sign."""
    a = x
    for layer in net.layers[:-1:2]:
        a = region_code(a, layer.weight.W.numpy(), layer.bias.numpy()).astype(np.float32)
    last = net.layers[-1]
    return (a @ last.weight.W.numpy() + last.bias.numpy()).argmax(axis=1)


agree, soft = {}, {}
for name, net in nets.items():
    agree[name] = float((with_signs(net, points) == answers_of(net, points)).mean())
    soft[name] = [float((np.abs(np.tanh(z)) < 0.9).sum(axis=1).mean()) for z in hidden(net, points)]
    units = [layer.bias.numpy().size for layer in net.layers[:-1:2]]
    print(f"{name}: signs alone give the same answer at {100 * agree[name]:.1f} % of the points; soft units at an "
          "average point: " + ", ".join(f"{s:.1f} of {n}" for s, n in zip(soft[name], units, strict=True)))  # fmt: skip

lesson.answer("soft", soft["one layer of 32"][0], "{:.0f}")
figure, panels = plt.subplots(1, 2, figsize=(10, 5.2), sharey=True)
side = len(ticks)
two = LinearSegmentedColormap.from_list("two", [COLOURS[1], "white", COLOURS[2]])
for axes, (name, net) in zip(panels, nets.items(), strict=True):
    axes.imshow(answers_of(net, grid).reshape(side, side), extent=(-1, 1, -1, 1), origin="lower", cmap=two, alpha=0.7)
    for k, z in enumerate(hidden(net, grid)):
        for unit in z.T.reshape(-1, side, side):
            if unit.min() < 0 < unit.max():
                axes.contour(ticks, ticks, unit, [0], colors=[("black", COLOURS[4])[k]], linewidths=(0.6, 1.3)[k])
    for c in (0, 1):
        x1, x2 = spirals.train.inputs[spirals.train.labels == c][::4].T
        axes.scatter(x1, x2, s=11, color=("white", "black")[c], edgecolors="black", linewidths=0.5)
    exact, _, all_layers = counted[name]
    axes.set(title=f"{name}: {exact} cells" + (f", {all_layers} regions seen" if len(net.layers) > 3 else ""))
    axes.set(xlabel="x1", aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
panels[0].set(ylabel="x2")
lesson.figure(figure, "regions")

figure, axes = plt.subplots(figsize=(5.6, 4.6))
overlap = (np.abs(np.tanh(hidden(nets["one layer of 32"], grid)[0])) < 0.9).sum(axis=1)
image = axes.imshow(overlap.reshape(side, side), extent=(-1, 1, -1, 1), origin="lower", cmap="cividis")
figure.colorbar(image, ax=axes, label="soft units, |a| < 0.9")
axes.set(title="one layer of 32: where borders overlap", xlabel="x1", ylabel="x2", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
lesson.figure(figure, "overlap")

# %% [markdown]
# For C6 the geometry must be right. The first layer's cells must be convex, while regions of both layers and the
# classes must not be. Both networks must solve the task, with less than 5 % test errors. Borders must overlap. And if
# units are indicators, signs alone must give the same answer at 95 % of the points.

# %%
cells, regions, classes = left_region.values()
lesson.verdict(
    "C6",
    {
        "cells of the first layer are convex": (cells < 1e-3, f"{cells:.1%} of the midpoints lie outside"),
        "regions of both layers, and classes, are not": (
            min(regions, classes) > 1e-3, f"{regions:.1%} and {classes:.1%} of the midpoints lie outside"
        ),
        "planes combine within one layer, and layer by layer": (
            max(errors.values()) < 0.05, "test errors " + ", ".join(f"{e:.1%} ({n})" for n, e in errors.items())
        ),
        "borders are soft and overlap": (
            soft["one layer of 32"][0] > 1, f"{soft['one layer of 32'][0]:.1f} of 32 units are soft at an average point"
        ),
        "activations only tell the side": (
            min(agree.values()) >= 0.95,
            "signs alone give the same answer at " + ", ".join(f"{v:.0%} ({n})" for n, v in agree.items()),
        ),
    },
)  # fmt: skip

# %% [markdown]
# ## Borders harden
#
# Now keep training long after the network fits its training points. Watch the softmax $p$ of class 1 over the square:
# full colours are sure answers, white is undecided. The answer is soft at a point if the larger of $p$ and $1 - p$ is
# below 0.9, and the **soft share** is the part of the square where this is so. Open the animation; it is a GIF, and any
# browser plays it. When do the borders find their place, and when do they harden?

# %%
few = tn.datasets.load("spirals", train=400)
net, frames, fit_error = tn.MLP([2, 32, 2], seed=0), {}, {}
marks = set(np.unique(np.geomspace(1, 1500, 28).astype(int)).tolist())
coarse = np.stack(np.meshgrid(ticks[::2], ticks[::2]), axis=-1).reshape(-1, 2)


def frame(history):
    """Keep p of class 1 over the square, at the epochs that are drawn."""
    if len(history) in marks:
        with tn.no_grad():
            scores = net(coarse).numpy()
        frames[len(history)] = 1 / (1 + np.exp(scores[:, 0] - scores[:, 1]))
        fit_error[len(history)] = history.train_error[-1]


tn.fit(net, few.train, epochs=1500, batch_size=100, lr=0.2, report=frame, progress=False)
soft_share = {epoch: float((np.maximum(p, 1 - p) < 0.9).mean()) for epoch, p in frames.items()}
fitted = next((epoch for epoch in frames if fit_error[epoch] < 0.01), max(frames))
print(f"at epoch {fitted}, for the first time among those drawn, less than 1 % of the training points are wrong; the "
      f"soft share is then {100 * soft_share[fitted]:.0f} %, and {100 * soft_share[max(frames)]:.0f} % "
      f"at epoch {max(frames)}")  # fmt: skip

figure, axes = plt.subplots(figsize=(4, 4.2), dpi=80)
for c in (0, 1):
    x1, x2 = few.train.inputs[few.train.labels == c].T
    axes.scatter(x1, x2, s=5, color=(COLOURS[4], COLOURS[5])[c], marker=MARKERS[c], linewidths=0)
axes.set(xticks=[], yticks=[])
picture = axes.imshow(np.zeros((121, 121)), extent=(-1, 1, -1, 1), origin="lower", cmap=two, vmin=0, vmax=1)


def draw(epoch):
    """Draw one frame."""
    picture.set_data(frames[epoch].reshape(121, 121))
    axes.set_title(f"epoch {epoch}: {100 * soft_share[epoch]:.0f} % soft")


with plt.rc_context({"savefig.dpi": 80}):
    lesson.animation(FuncAnimation(figure, draw, frames=list(frames)), "hardening", frames_per_second=4)

# %% [markdown]
# ## One training step, seen by z
#
# Why do borders harden? Lesson 3 found that they do so while a network learns to fit, under either loss, and that
# cross-entropy goes on after that, because its error term keeps driving the scores (C7b). C7a names another cause.
# Picture a random walk on a beach: the farther out, the deeper the sand. In deep sand steps are short, so a walker who
# has got there stays for a long time. The part of the sand is played by the slope of tanh, in the gradient that reaches
# a unit:
#
# $$ \frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} (1 - a^2) $$
#
# Where $|z|$ is large this is small, so a $z$ that has wandered out by chance should stay out.
#
# But $z$ is not a parameter. It moves because $W$ moves, and all examples share $W$. Some of these examples meet the
# unit where it is steep, and they move $W$ as much as ever. So let us look at how far $z$ really moves. Record $z$ for
# 200 images before and after a training step. Sort these moves by the $|z|$ they started from. Then compare the tenth
# with the largest $|z|$ to the tenth with the smallest. A move is *outward* if it makes $|z|$ larger; moves inward
# count as negative.
#
# We do this for four ways of training:
#
# * batches of 50 with cross-entropy;
# * batches of 50 with the squared hinge, whose error term can become exactly zero;
# * the full batch: no noise, so no random walk;
# * pure chance: the loss is the scores times random signs that are drawn anew at each training step. This is a random
#   walk and nothing else.


# %%
UPDATES, EVERY, SINCE = 2000, 25, 500
(pictures, digits), n = (train.inputs[:400], train.labels[:400]), 400


def chance(scores, _):
    """Return a loss that aims at nothing: the scores times random signs."""
    return (scores * draws.choice([-1, 1], scores.shape).astype(np.float32)).mean()


ways = {
    "batches, cross-entropy": (tn.functional.softmax_cross_entropy, 50),
    "batches, squared hinge": (tn.functional.squared_hinge, 50),
    "full batch, cross-entropy": (tn.functional.softmax_cross_entropy, n),
    "batches, pure chance": (chance, 50),
}
moves = {}
for name, (loss, size) in ways.items():
    net, rng, noted = tn.MLP([64, 32, 10], seed=0), np.random.default_rng(0), []
    optimizer, draws = tn.SGD(net.parameters(), lr=0.1), np.random.default_rng(1)
    for update in range(UPDATES):
        batch = rng.choice(n, size, replace=False) if size < n else slice(None)
        [before] = hidden(net, pictures[:200]) if update % EVERY == 0 else [None]
        optimizer.zero_grad()
        loss(net(pictures[batch]), digits[batch]).backward()
        optimizer.step()
        if before is not None:
            noted.append((before, hidden(net, pictures[:200])[0] - before))
    moves[name] = np.array(noted)  # (training steps noted, z before or its move, image, unit)


def by_size(moved, bins=10):
    """Return mean |z|, mean |move| and mean outward move in each bin; bins are sorted by |z| and equally full."""
    z, change = moved[:, 0].ravel(), moved[:, 1].ravel()
    order = np.array_split(np.argsort(np.abs(z)), bins)
    return [(np.abs(z[b]).mean(), np.abs(change[b]).mean(), (np.sign(z[b]) * change[b]).mean()) for b in order]


late = {name: np.array(by_size(noted[SINCE // EVERY :])) for name, noted in moves.items()}
ratio = {name: bins[-1, 1] / bins[0, 1] for name, bins in late.items()}
grown = {name: [float(np.abs(noted[i, 0]).mean()) for i in (0, SINCE // EVERY, -1)] for name, noted in moves.items()}
for name, bins in late.items():
    print(f"{name}: mean |z| is {', '.join(f'{v:.2f}' for v in grown[name])} after 0, {SINCE}, {UPDATES - EVERY} "
          f"training steps; a move at the largest |z| is {ratio[name]:.2f} times as long as one at the smallest, and "
          f"on balance {100 * bins[-1, 2] / bins[-1, 1]:.0f} % of its length goes outward")  # fmt: skip

# %% [markdown]
# A random walk of $W$ spreads out in any case. Do shorter moves far out carry $z$ any farther? To find out we need a
# control: the same random draws in a network without tanh, where no move is shorter for being far out.
#
# One control is not enough, because tanh shortens all moves, and how far a random walk spreads depends on the mean
# square of its moves. So there are two. The first has the same learning rate. In the second the learning rate is
# lowered until the moves have the same root-mean-square length as those with tanh. We run eight walks of each kind.

# %%


def walk(tanh, seed, lr, updates=500):
    """Return the factor by which a random walk makes the first layer's mean |z| grow, and its mean square move."""
    layers = tn.MLP([64, 32, 10], seed=0).layers
    net, steps = tn.Sequential(*layers if tanh else layers[::2]), []
    optimizer, rng = tn.SGD(net.parameters(), lr=lr), np.random.default_rng(seed)
    z_now = lambda: pictures @ layers[0].weight.W.numpy() + layers[0].bias.numpy()
    first = z_now()
    for update in range(updates):
        before = z_now() if update % 5 == 0 else None
        scores = net(pictures[rng.choice(n, 50, replace=False)])
        optimizer.zero_grad()
        (scores * rng.choice([-1, 1], scores.shape).astype(np.float32)).mean().backward()
        optimizer.step()
        if before is not None:
            steps.append(np.square(z_now() - before).mean())
    return np.abs(z_now()).mean() / np.abs(first).mean(), np.mean(steps)


def eight_walks(tanh, lr):
    """Return the growth of mean |z| and the mean square move, each for eight walks."""
    return np.array([walk(tanh, seed, lr) for seed in range(8)]).T


RATE = 0.3
walks = {"with tanh": eight_walks(True, RATE), "without, same rate": eight_walks(False, RATE)}
lr, same = RATE, walks["without, same rate"]
for _ in range(2):  # twice: with a lower rate the last matrix grows less too, and that shortens the moves again
    lr *= np.sqrt(walks["with tanh"][1].mean() / same[1].mean())
    same = eight_walks(False, lr)
walks["without, same length"] = same
growth = {name: found[0].mean() for name, found in walks.items()}
farther = {name: int((walks["with tanh"][0] > found[0]).sum()) for name, found in walks.items()}
for name, (_, steps) in walks.items():
    beside = "" if name == "with tanh" else f", less than with tanh in {farther[name]} of 8 walks"
    print(f"{name}: root mean square move {np.sqrt(steps.mean()):.3f}, mean |z| grows {growth[name]:.2f}-fold{beside}")

# %% [markdown]
# And what about the gradient itself, $\partial L / \partial z$ for the loss of one image alone? After 60 epochs with
# cross-entropy we compute it by hand. It is $(p - t) W_2^\top$ times $1 - a^2$, entry by entry. Here $p - t$ is the
# error term of lesson 3: the softmax of the scores, minus 1 at the true class. $W_2$ is the last matrix.

# %%
net = tn.MLP([64, 32, 10], seed=0)
tn.fit(net, (pictures, digits), epochs=60, lr=0.1, momentum=0.0, progress=False)
with tn.no_grad():
    scores = net(pictures).numpy()
p = np.exp(scores - scores.max(axis=1, keepdims=True))
p /= p.sum(axis=1, keepdims=True)
p[np.arange(n), digits] -= 1
[z] = hidden(net, pictures)
own = p @ net.layers[-1].weight.W.numpy().T * (1 - np.tanh(z) ** 2)
own_bins = np.array(by_size(np.array([[z, own]])))
own_ratio = own_bins[-1, 1] / own_bins[0, 1]
print(f"an image's own gradient at the largest |z| is {own_ratio:.2f} times its size at the smallest |z|")

figure, axes = plt.subplots(figsize=(6.5, 4))
styles = {
    name: dict(color=COLOURS[(5, 3, 4, 6)[i]], marker=MARKERS[i], markersize=5, linewidth=1.2, label=name)
    for i, name in enumerate(moves)
}
for name, noted in moves.items():
    axes.plot(EVERY * np.arange(len(noted)), np.abs(noted[:, 0]).mean(axis=(1, 2)), markevery=20, **styles[name])
axes.set(title="Does |z| grow?", xlabel="training step", ylabel="mean |z|")
axes.legend(fontsize="small")
lesson.figure(figure, "growth")

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4))
for name, bins in late.items():
    left.plot(bins[:, 0], bins[:, 1] / bins[0, 1], **styles[name])
    right.plot(bins[:, 0], bins[:, 2] / bins[:, 1], **styles[name])
own_size = own_bins[:, 1] / own_bins[0, 1]
left.plot(own_bins[:, 0], own_size, color="0.5", linestyle="--", label="an image's own gradient")
right.axhline(0, color="0.5", linewidth=0.8)
before = f"|z| before the training step (from step {SINCE} on)"
left.set(
    title="Does z move less at large |z|?", xlabel=before, ylabel="mean |move| (1 at the smallest |z|)", yscale="log"
)
right.set(title="Does it move outward?", xlabel=before, ylabel="mean outward move / mean |move|")
left.legend(fontsize="small")
lesson.figure(figure, "updates")

# %% [markdown]
# C7a says that training steps move $z$ less where $|z|$ is larger, and that this is why borders harden. The first half
# is tested in each of the four ways of training: the move at the largest $|z|$ must be shorter, by more than 5 %. For
# the second half, with moves of the same length, chance must take $|z|$ farther with tanh than without, in at least
# seven of the eight walks. And if it is why borders harden, they must not harden without chance.

# %%
full = grown["full batch, cross-entropy"]
lesson.verdict(
    "C7a",
    {
        **{
            f"z moves less at large |z|: {name}": (r < 0.95, f"{r:.2f} times as far") for name, r in ratio.items()
        },
        "with moves of equal length, chance takes |z| farther for that": (
            farther["without, same length"] >= 7,
            f"{growth['with tanh']:.2f}-fold, without tanh {growth['without, same length']:.2f}-fold; "
            f"farther in {farther['without, same length']} of 8 walks",
        ),
        "at an equal learning rate, too": (
            farther["without, same rate"] >= 7,
            f"without tanh {growth['without, same rate']:.2f}-fold; "
            f"farther in {farther['without, same rate']} of 8 walks",
        ),
        "without chance |z| does not grow": (
            full[2] <= full[1], f"with the full batch it goes from {full[1]:.2f} to {full[2]:.2f}"
        ),
    },
)  # fmt: skip

# %% [markdown]
# ## How wide must the network be?
#
# Claim C3 of lesson 1 says that features combine layer by layer or within one layer. What does each way cost? Train
# from eight random starts and take the median test error. How many hidden units does it take to bring that below 5 %,
# and how many to bring it below 1 %?
#
# The answer may be about the start as much as about the layers. In a **usual** start all biases are zero, so every line
# of the first layer passes through the middle of the square, and training has to move it to where it is needed. In a
# **spread** start the lines lie all over the square, and the first matrix is 8 times as long, which makes a unit 8
# times as steep across its line. Both kinds of networks get both kinds of starts.
#
# `widths.csv` holds the test errors on the spirals, for networks with one and with two hidden layers;
# `python lessons/04_regions/widths.py` made it. You have already trained two of these networks above, and two more are
# trained here. These four are drawn as crosses.

# %%
widths = load_module(lesson.folder / "widths.py")
rows = {start: widths.committed(start) for start in widths.WIDTHS}
again = [("usual", 1, 32, 0, errors["one layer of 32"]), ("usual", 2, 12, 0, errors["two layers of 12"])]
again += [(start, 2, 4, 0, widths.error_of(2, 4, 0, start)) for start in rows]
for start, layers, width, seed, error in again:
    [known] = [row[3] for row in rows[start] if row[:3] == (layers, width, seed)]
    print(f"{layers} x {width} hidden units, {start} start, seed {seed}: {100 * error:.1f} % here, "
          f"{100 * known:.1f} % in widths.csv")  # fmt: skip

GOALS = 0.05, 0.01
needed, tried = {}, {}
figure, panels = plt.subplots(1, 2, figsize=(10.5, 4.4), sharey=True)
for i, (layers, start) in enumerate((k, start) for k in (1, 2) for start in rows):
    found = sorted({width for k, width, *_ in rows[start] if k == layers})
    errors_at = [[error for k, width, _, error in rows[start] if (k, width) == (layers, w)] for w in found]
    median = np.median(errors_at, axis=1)
    tried[layers, start] = found[0], found[-1], median[-1]
    for goal in GOALS:
        needed[goal, layers, start] = next((w for w, error in zip(found, median, strict=True) if error < goal), None)
    style = dict(color=COLOURS[(5, 4)[layers - 1]], linestyle=("-", "--")[start == "spread"], marker=MARKERS[i],
                 markersize=5, label=f"{layers} hidden layer{'s' * (layers - 1)}, {start} start")  # fmt: skip
    sizes = lambda w, k=layers: k * w, lambda w, k=layers: widths.weights_of(k, w)
    crosses = [(w, error) for kind, k, w, _, error in again if (kind, k) == (start, layers)]
    for axes, place in zip(panels, sizes, strict=True):
        axes.plot([place(w) for w in found], 100 * median, **style)
        for w, values in zip(found, errors_at, strict=True):
            axes.scatter([place(w)] * len(values), [100 * v for v in values], s=8, color=style["color"], alpha=0.3)
        axes.plot([place(w) for w, _ in crosses], [100 * error for _, error in crosses], "x", color="black",
                  markersize=8, label="trained by you" if i == 3 else None)  # fmt: skip
for axes, what in zip(panels, ("hidden units, all layers together", "weights and biases"), strict=True):
    for goal in GOALS:
        axes.axhline(100 * goal, color="0.5", linewidth=0.8, linestyle=":")
    axes.set(xlabel=what, xscale="log", yscale="log")
    axes.grid(True, color="0.92", linewidth=0.6)
    axes.minorticks_off()
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_major_formatter("{x:g}")
panels[0].set_xticks([4, 8, 16, 32, 64])
panels[1].set_xticks([20, 50, 100, 200, 500])
panels[0].set(title="How many hidden units do two spirals need?", ylabel="test error (%) of 8 starts; line: median")
panels[1].set(title="How many numbers?")
panels[0].legend(fontsize="small")
lesson.figure(figure, "widths")
for (goal, layers, start), width in sorted(needed.items(), key=lambda item: (-item[0][0], item[0][1:])):
    kind = "one hidden layer" if layers == 1 else "two hidden layers"
    least, most, error = tried[layers, start]
    size = (
        f"takes {'at most ' * (width == least)}{layers * width} hidden units, or {widths.weights_of(layers, width)} "
        "numbers" if width else f"is not reached with {layers * most} hidden units, which err on {100 * error:.1f} %"
    )  # fmt: skip
    print(f"with {kind}, {start} start: a median test error below {100 * goal:.0f} % {size}")

# %% [markdown]
# Compare the lines for 1 %. From a usual start, one hidden layer needs several times as many units as two layers do.
# From a spread start it needs about as many. So what looks like the price of a missing layer is, here, mostly the price
# of a start in which all lines cross in one point: two layers get away from it more easily than one.

# %% [markdown]
# ## Read on
#
# In tinynet's source, `reading/decisions/regions.py` cuts the square into polygons and measures how soft borders are,
# and `reading/training/updates.py` applies this lesson's measurement of moves to any network.
#
# **An open question.** Counting cells is exact only for the first layer. How many regions do two layers make together,
# beyond those that a grid of points happens to hit?
