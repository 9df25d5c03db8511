# %% [markdown]
# # Lesson 4. Squashing and regions
#
# Without tanh, layers would add nothing: a product of matrices is a matrix. So what does tanh do? The slides that this
# course grew out of make three claims, and this lesson measures each.
#
# * **C5.** tanh squashes values beyond a threshold together; there $a$ is *qualitative, not quantitative*.
# * **C6.** A unit whose $a$ is nearly 1 or -1 is a **decision plane**: it says on which side you are. Planes combine
#   into regions, in one layer or layer by layer; the borders are soft, and regions may overlap.
# * **C7a.** With more epochs borders harden, since a random walk stays where steps are small: the larger $|z|$, the
#   smaller the step.
#
# You will compute the example of the slides, read off regions as codes of signs, count them in two ways, and watch
# every $z$ move during training.

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.colors import LinearSegmentedColormap

import tinynet as tn
from tinynet.course import Script
from tinynet.course.manifest import load_module
from tinynet.drawing import COLOURS, MARKERS

lesson = Script(__file__)
mine = lesson.exercises(4)  # your functions once they all pass, the solutions until then

# %% [markdown]
# ## The example of the slides
#
# $$ z = 4 x_1 + 2 x_2 + 3 x_3, \qquad a = \tanh(z + 0.5) $$
#
# (Here $z$ is without the bias, 0.5. From the next section on it is with it, as in lesson 1.) A change of $x_1$ by 0.1
# moves $z$ by 0.4, wherever you are. What it does to $a$ depends on where you are: by the chain rule, with
# $\tanh' = 1 - \tanh^2$,
#
# $$ \frac{\partial a}{\partial x_j} = (1 - a^2) \frac{\partial z}{\partial x_j} $$
#
# The slides say: almost none for $z$ above 1.3 or below $-2.3$, that is where $|z + 0.5| > 1.8$. This is exercise
# **`squash`**. Take points that have $z = -2.3$, $-0.5$ (the middle) and $1.3$, and two farther out. Mind that the step
# of 0.4 goes toward larger $z$: on the left it leads into the steep middle, on the right out of it.

# %%
places = np.array([-3.5, -2.3, -0.5, 1.3, 2.5])
x = np.column_stack([places / 4, np.zeros(5), np.zeros(5)])
z, a, slopes = mine.squash(x)
z_moved, a_moved, _ = mine.squash(x + np.array([0.1, 0, 0]))
share = 1 - a**2
print("    z     change of z     a      change of a   slope of tanh   da/dx1")
for row in zip(z, z_moved - z, a, a_moved - a, share, slopes[:, 0], strict=True):
    print("{:6.2f} {:11.2f} {:11.3f} {:12.3f} {:13.3f} {:11.3f}".format(*row))
at_threshold = float(mine.squash(np.array([[1.3 / 4, 0, 0]]))[1][0])
slope_there = 1 - at_threshold**2
hundredth = float(np.arctanh(np.sqrt(0.99)))
print(f"at |z + 0.5| = 1.8 the slope is {slope_there:.4f} of the steepest; it is a hundredth at {hundredth:.2f}")

# %% [markdown]
# Is information lost? In real numbers no: tanh has an inverse. What is lost depends on how finely $a$ is kept. Count
# how many different values $a$ can take beyond 1.8, if it is kept in 8 bits (256 levels from $-1$ to 1); and from where
# on every float32 gives exactly 1.

# %%
levels = np.unique(np.round((np.tanh(np.linspace(1.8, 20, 100_001)) + 1) * 127.5))
wide = np.linspace(0, 20, 200_001)
flat = float(wide[np.argmax(np.tanh(wide).astype(np.float32) == 1)])
print(f"all z + 0.5 from 1.8 on share {len(levels)} of the 256 levels; as a float32 a is exactly 1 from {flat:.2f} on")

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
line = np.linspace(-4, 4, 401)
z, a, slopes = mine.squash(np.column_stack([line / 4, 0 * line, 0 * line]))
left.plot(z, z, color=COLOURS[1], linestyle="--", label="z")
left.plot(z, a, color=COLOURS[5], linewidth=2, label="a = tanh(z + 0.5)")
left.set(title="z answers everywhere, a only in the middle", ylim=(-2, 2), ylabel="output")
right.plot(z, 1 - a**2, color=COLOURS[5], linewidth=2)
right.axhline(slope_there, color=COLOURS[4], linewidth=1, linestyle="--", label=f"at the threshold: {slope_there:.3f}")
right.set(title="How much of the slope is left?", ylabel="slope of tanh, 1 - a^2")
for axes in (left, right):
    for threshold in (-2.3, 1.3):
        axes.axvline(threshold, color="0.5", linewidth=1, linestyle=":")
    axes.set(xlabel="z (dotted: the slides' thresholds)")
    axes.legend(fontsize="small")
lesson.figure(figure, "squash")

# %% [markdown]
# ## Saturated units of a trained network
#
# So call a unit **saturated** for an example where less than a tenth of the slope is left: $1 - a^2 < 0.1$, which is
# $|a| > \sqrt{0.9} = 0.949$, or $|z| > 1.82$. Mind which of the two you compare: $|z|$ is not $|a|$. The share of
# saturated pairs of example and unit is exercise **`saturation_share`**.
#
# Train a network with two hidden layers on digits, and take the share after each epoch. $z$ of both layers is computed
# by hand, from the matrices. Look also at where $z$ lies in the end: dotted lines mark 1.82.

# %%
SATURATED = float(np.sqrt(0.9))
train, valid, test = tn.datasets.load("digits")


def hidden(net, x):
    """Return z of each hidden layer, (examples, units) each; layers are affine, tanh, affine, tanh, .., affine."""
    found, a = [], x
    for layer in net.layers[:-1:2]:
        z = a @ layer.weight.W.numpy() + layer.bias.numpy()
        found.append(z)
        a = np.tanh(z)
    return found


net = tn.MLP([64, 64, 32, 10], seed=0)
moments = [hidden(net, train.inputs)]
tn.fit(net, train, epochs=100, lr=0.05, progress=False, report=lambda _: moments.append(hidden(net, train.inputs)))
shares = np.array([[mine.saturation_share(z, SATURATED) for z in moment] for moment in moments])
print(f"saturated in the two layers, before training: {100 * shares[0, 0]:.1f} % and {100 * shares[0, 1]:.1f} %")
print(f"after 100 epochs: {100 * shares[-1, 0]:.1f} % and {100 * shares[-1, 1]:.1f} %; tinynet.reading says",
      ", ".join(f"{100 * s:.1f} %" for s in tn.reading.saturation.saturation(net, train.inputs).values()))  # fmt: skip

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
for i, name in enumerate(("first layer", "second layer")):
    left.plot(100 * shares[:, i], color=COLOURS[(5, 4)[i]], linestyle=("-", "--")[i], label=name)
    right.hist(moments[-1][i].ravel(), bins=np.linspace(-6, 6, 61), density=True, histtype="step", linewidth=1.5,
               color=COLOURS[(5, 4)[i]], linestyle=("-", "--")[i], label=name)  # fmt: skip
left.set(title="How many units are saturated?", xlabel="epoch", ylabel="pairs of example and unit (%)")
right.set(title="Where is z after 100 epochs?", xlabel="z", ylabel="density")
for threshold in (-1.818, 1.818):
    right.axvline(threshold, color="0.5", linewidth=1, linestyle=":")
for axes in (left, right):
    axes.legend(fontsize="small")
lesson.figure(figure, "saturation")

# %% [markdown]
# The verdict on C5 asks two things of these figures: is the slope at the slides' threshold "almost none" (say, below a
# twentieth), and are most units of a trained network in that state?

# %%
steep_everywhere = np.allclose(z_moved - mine.squash(x)[0], 0.4)
almost_none, mostly = slope_there < 0.05, bool((shares[-1] > 0.5).all())
lesson.verdict(
    "C5", "holds" if almost_none and mostly else "holds in part" if steep_everywhere else "does not hold",
    f"z moved by 0.4 {'everywhere' if steep_everywhere else 'not everywhere'}. At the threshold a still has "
    f"{100 * slope_there:.0f} % of its steepest slope, and a hundredth only from |z + 0.5| = {hundredth:.2f} on. After "
    f"training {100 * shares[-1, 0]:.0f} % of the pairs of example and unit are saturated in the first layer, "
    f"{100 * shares[-1, 1]:.0f} % in the second",
)  # fmt: skip

# %% [markdown]
# ## Planes and regions
#
# In the plane you can see it all. The task: two spirals, wound into each other. No line parts them. Nor does a
# **convex** region, one that holds the straight way between any two of its points: it cannot hold all of one spiral and
# nothing of the other. Two networks learn the task: one hidden layer of 32 units, and two layers of 12.
#
# The border of unit $j$ is $z_j = x w_j + b_j = 0$, a line. On which side $x$ lies says the sign of $z_j$; the signs of
# all units together are the **region code** of $x$, exercise **`region_code`**. In this project
# sign(0) is +1: every point is on one side or the other. All points of one code form a region.

# %%
spirals = tn.datasets.load("spirals")
nets = {"one layer of 32": tn.MLP([2, 32, 2], seed=0), "two layers of 12": tn.MLP([2, 12, 12, 2], seed=0)}
errors = {}
for name, net in nets.items():
    tn.fit(net, spirals.train, epochs=300, lr=0.1, schedule=tn.optim.cosine, progress=False)
    errors[name] = tn.evaluate(net, spirals.test)
    print(f"{name}: {100 * errors[name]:.1f} % errors in the test")


def codes_of(net, x):
    """Return the region codes of each hidden layer; a later layer's planes lie in the space of the layer before it."""
    codes, a = [], x
    for layer in net.layers[:-1:2]:
        W, b = layer.weight.W.numpy(), layer.bias.numpy()
        codes.append(mine.region_code(a, W, b))
        a = np.tanh(a @ W + b)
    return codes


def answers_of(net, x):
    """Return the class of the largest score."""
    with tn.no_grad():
        return net(x).numpy().argmax(axis=1)


# %% [markdown]
# ## How many?
#
# The simple way is to ask many points and count the codes that occur: exercise **`count_regions`**. A region too small
# for the grid is missed.
#
# In the first layer there is an exact way. Its regions are **cells**, cut out of the square by straight lines. Let the
# lines come one after another: a line that crosses the square adds a cell, and one more for each earlier line that it
# meets inside. So (Steiner 1826)
#
# > cells = 1 + (lines that cross the square) + (pairs of lines that meet inside it)
#
# This is exercise **`count_cells`**. A line misses the square if all four corners are on one side of it. Two lines meet
# at the $x$ at which both $z$ are 0; that is two equations for $x_1$ and $x_2$.
#
# The grid must never find more cells than that. `tinynet.reading.regions` cuts the square into polygons, and counts a
# third time.

# %%
ticks = np.linspace(-1, 1, 241, dtype=np.float32)
grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
counted = {}
for name, net in nets.items():
    codes = codes_of(net, grid)
    W, b = net.layers[0].weight.W.numpy().astype(float), net.layers[0].bias.numpy().astype(float)
    counted[name] = mine.count_cells(W, b), mine.count_regions(codes[0]), mine.count_regions(np.hstack(codes))
    exact, first, all_layers = counted[name]
    polygons = len(tn.reading.regions.cells(W, b).areas)
    print(f"{name}: the first layer's {W.shape[1]} lines make {exact} cells, by polygons {polygons}; "
          f"on the grid {first} are seen, of all layers {all_layers}")  # fmt: skip

# %% [markdown]
# Cells of the first layer are convex, since they are cut out by straight lines. Regions of both layers need not be:
# seen from $x$, the second layer's planes are bent. Test it: take two points of the same region, and look whether the
# point midway between them is in that region as well.

# %%
rng = np.random.default_rng(0)
points = rng.uniform(-1, 1, (12_000, 2)).astype(np.float32)


def leave(code_of, points):
    """Return the share of pairs of points with one code whose midpoint has another code."""
    codes = code_of(points)
    order = np.lexsort(codes.T)  # brings equal codes together; within one code the points stay in random order
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
    print(f"two layers, {name}: {100 * value:.2f} % of the midpoints lie elsewhere")

# %% [markdown]
# Are units *indicators*, so that only the side counts? Put the sign of each unit in the place of its $a$, leave the
# rest as it is, and see how often the answer stays the same. And how soft are they: for how many of a layer's units is
# $|a| < 0.9$ at a point of the square?
#
# In the picture the two colours are the two answers. Black lines are the borders of the first layer's units, orange
# lines those of the second layer's. The right panel counts the soft units at each point: there borders overlap.

# %%


def with_signs(net, x):
    """Return the answers of the network when every hidden a is replaced by its sign."""
    a = x
    for layer in net.layers[:-1:2]:
        a = mine.region_code(a, layer.weight.W.numpy(), layer.bias.numpy()).astype(np.float32)
    last = net.layers[-1]
    return (a @ last.weight.W.numpy() + last.bias.numpy()).argmax(axis=1)


agree, soft = {}, {}
for name, net in nets.items():
    agree[name] = float((with_signs(net, points) == answers_of(net, points)).mean())
    soft[name] = [float((np.abs(np.tanh(z)) < 0.9).sum(axis=1).mean()) for z in hidden(net, points)]
    units = [layer.bias.numpy().size for layer in net.layers[:-1:2]]
    print(f"{name}: with signs alone {100 * agree[name]:.1f} % of the points have the same answer; soft at a point: "
          + ", ".join(f"{s:.1f} of {n}" for s, n in zip(soft[name], units, strict=True)))  # fmt: skip

figure, panels = plt.subplots(1, 3, figsize=(13, 4.6), sharey=True)
side = len(ticks)
two = LinearSegmentedColormap.from_list("two", [COLOURS[1], "white", COLOURS[2]])
for axes, (name, net) in zip(panels, nets.items(), strict=False):
    axes.imshow(answers_of(net, grid).reshape(side, side), extent=(-1, 1, -1, 1), origin="lower", cmap=two, alpha=0.7)
    for k, z in enumerate(hidden(net, grid)):
        for unit in z.T.reshape(-1, side, side):
            if unit.min() < 0 < unit.max():
                axes.contour(ticks, ticks, unit, [0], colors=[("black", COLOURS[4])[k]], linewidths=(0.6, 1.3)[k])
    exact, _, all_layers = counted[name]
    axes.set(title=f"{name}: {exact} cells" + (f", {all_layers} regions seen" if len(net.layers) > 3 else ""))
overlap = (np.abs(np.tanh(hidden(nets["one layer of 32"], grid)[0])) < 0.9).sum(axis=1)
image = panels[2].imshow(overlap.reshape(side, side), extent=(-1, 1, -1, 1), origin="lower", cmap="cividis")
figure.colorbar(image, ax=panels[2], label="units with |a| < 0.9", shrink=0.85)
panels[2].set(title="one layer: where borders overlap")
for axes in panels:
    axes.set(xlabel="x1", aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
panels[0].set(ylabel="x2")
lesson.figure(figure, "regions")

# %% [markdown]
# The verdict on C6: the first layer's cells must be convex, the regions and classes must not be, both networks must
# solve the task (below 5 % errors), borders must overlap; and if units are indicators, signs alone must give the same
# answer at 95 % of the points.

# %%
geometry = (
    left_region["cells of the first layer"] < 1e-3 < min(left_region["regions of both layers"], left_region["classes"])
    and max(errors.values()) < 0.05
    and min(soft["one layer of 32"]) > 1
)
indicators = min(agree.values()) >= 0.95
lesson.verdict(
    "C6", "holds" if geometry and indicators else "holds in part" if geometry else "not shown",
    "midpoints that leave: " + ", ".join(f"{100 * v:.1f} % of {k}" for k, v in left_region.items()) + "; errors "
    + ", ".join(f"{100 * e:.1f} % with {n}" for n, e in errors.items()) + ". As indicators alone, the same answer: "
    + ", ".join(f"{100 * v:.0f} % with {n}" for n, v in agree.items())
    + f"; {soft['one layer of 32'][0]:.1f} of 32 units are soft at a point, on average",
)  # fmt: skip

# %% [markdown]
# ## Borders harden
#
# Now train on, long after the fit, and look at the softmax $p$ of one class over the square. White is undecided. The
# **soft share** is the part of the square in which the largest $p$ is below 0.9. Open the animation; it is a GIF, which
# any browser plays. When do borders find their place, and when do they harden?

# %%
few = tn.datasets.load("spirals", train=400)
net, frames, fit_error = tn.MLP([2, 32, 2], seed=0), {}, {}
marks = set(np.unique(np.geomspace(1, 1500, 28).astype(int)).tolist())
coarse = np.stack(np.meshgrid(ticks[::2], ticks[::2]), axis=-1).reshape(-1, 2)


def frame(history):
    """Keep p of class 1 over the square, at some epochs."""
    if len(history) in marks:
        with tn.no_grad():
            scores = net(coarse).numpy()
        frames[len(history)] = 1 / (1 + np.exp(scores[:, 0] - scores[:, 1]))
        fit_error[len(history)] = history.train_error[-1]


tn.fit(net, few.train, epochs=1500, batch_size=100, lr=0.2, report=frame, progress=False)
soft_share = {epoch: float((np.maximum(p, 1 - p) < 0.9).mean()) for epoch, p in frames.items()}
fitted = next((epoch for epoch in frames if fit_error[epoch] < 0.01), max(frames))
print(f"of the epochs drawn, {fitted} is the first with less than 1 % of the training points wrong; "
      f"the soft share is then {100 * soft_share[fitted]:.0f} %, "
      f"at epoch {max(frames)} {100 * soft_share[max(frames)]:.0f} %")  # fmt: skip

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
# ## One update against $|z|$
#
# Why do borders harden? Lesson 3 found that the error term drives scores on (C7b). C7a names another cause. The
# gradient that reaches a unit is
#
# $$ \frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} (1 - a^2) $$
#
# so where $|z|$ is large it is small, and what has wandered out by chance stays out. But $z$ is not a parameter. It
# moves because $W$ moves, and $W$ is shared by all examples, those for which the unit is steep among them. So note $z$
# of 200 images before and after an update, and see how far it really moved. Sort these moves by the $|z|$ from which
# they began, and compare the tenth with the smallest $|z|$ and the tenth with the largest. A move is *outward* if it
# makes $|z|$ larger; moves inward are taken off. Four ways of training:
#
# * batches of 50 with cross-entropy, and with squared hinge, whose error term can become zero;
# * the full batch: no noise, so no random walk;
# * pure chance: a loss that is the scores times random signs, drawn anew at each step: a random walk and nothing else.


# %%
UPDATES, EVERY, SINCE = 2000, 25, 500
(pictures, digits), n = (train.inputs[:400], train.labels[:400]), 400


def chance(scores, _):
    """Return a loss without aim."""
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
    moves[name] = np.array(noted)  # (noted updates, before or change, picture, unit)


def by_size(moved, bins=10):
    """Return mean |z|, mean |change| and mean outward change, in bins of |z| that hold equally many."""
    z, change = moved[:, 0].ravel(), moved[:, 1].ravel()
    order = np.array_split(np.argsort(np.abs(z)), bins)
    return [(np.abs(z[b]).mean(), np.abs(change[b]).mean(), (np.sign(z[b]) * change[b]).mean()) for b in order]


late = {name: np.array(by_size(noted[SINCE // EVERY :])) for name, noted in moves.items()}
ratio = {name: bins[-1, 1] / bins[0, 1] for name, bins in late.items()}
grown = {name: [float(np.abs(noted[i, 0]).mean()) for i in (0, SINCE // EVERY, -1)] for name, noted in moves.items()}
for name, bins in late.items():
    print(f"{name}: mean |z| {', '.join(f'{v:.2f}' for v in grown[name])} at updates 0, {SINCE}, {UPDATES - EVERY}; "
          f"a step at the largest |z| is {ratio[name]:.2f} times one at the smallest, "
          f"outward on balance by {100 * bins[-1, 2] / bins[-1, 1]:.0f} % of its length")  # fmt: skip

# %% [markdown]
# A random walk of $W$ spreads in any case. Do smaller steps far out carry $z$ farther? The control is the same chance,
# draw for draw, in a network without tanh, where no step is smaller for being far out. But tanh shortens all steps, and
# how far a random walk spreads is set by the mean square of its steps. So there are two controls: one with the same
# learning rate, and one whose rate is turned down until its steps are as long as those with tanh, by the root of their
# mean square. Eight walks of each.

# %%


def walk(tanh, seed, lr, updates=500):
    """Return by which factor mean |z| of the first layer grows in a random walk, and the mean square of its steps."""
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
    """Return growth and mean square step of each walk, two arrays."""
    return np.array([walk(tanh, seed, lr) for seed in range(8)]).T


RATE = 0.3
walks = {"with tanh": eight_walks(True, RATE), "without, same rate": eight_walks(False, RATE)}
lr, same = RATE, walks["without, same rate"]
for _ in range(2):  # twice, since the last matrix grows less as well when the rate is lower
    lr *= np.sqrt(walks["with tanh"][1].mean() / same[1].mean())
    same = eight_walks(False, lr)
walks["without, same step"] = same
growth = {name: found[0].mean() for name, found in walks.items()}
farther = {name: int((walks["with tanh"][0] > found[0]).sum()) for name, found in walks.items()}
for name, (_, steps) in walks.items():
    beside = "" if name == "with tanh" else f", less than with tanh in {farther[name]} of 8 walks"
    print(f"{name}: steps of {np.sqrt(steps.mean()):.3f}; mean |z| grows by a factor of {growth[name]:.2f}{beside}")

# %% [markdown]
# And the gradient itself, $\partial L / \partial z$ of each image's own loss? It is worked out by hand, after 60 epochs
# with cross-entropy: $(p - t) W_2^\top$, times $1 - a^2$.

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
print(f"an image's own gradient at the largest |z| is {own_ratio:.2f} times that at the smallest")

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4.2))
for i, name in enumerate(moves):
    style = dict(color=COLOURS[(5, 3, 4, 6)[i]], marker=MARKERS[i], markersize=5, linewidth=1.2, label=name)
    left.plot(EVERY * np.arange(len(moves[name])), np.abs(moves[name][:, 0]).mean(axis=(1, 2)), markevery=20, **style)
    middle.plot(late[name][:, 0], late[name][:, 1] / late[name][0, 1], **style)
    right.plot(late[name][:, 0], late[name][:, 2] / late[name][:, 1], **style)
own_size = own_bins[:, 1] / own_bins[0, 1]
middle.plot(own_bins[:, 0], own_size, color="0.5", linestyle="--", label="an image's own gradient")
right.axhline(0, color="0.5", linewidth=0.8)
left.set(title="Does |z| grow?", xlabel="update", ylabel="mean |z|")
middle.set(title=f"Is a step smaller at large |z|? (from update {SINCE})", xlabel="|z| before the update",
           ylabel="mean |change of z|, smallest |z| = 1", yscale="log")  # fmt: skip
right.set(title="Which way does it go?", xlabel="|z| before the update", ylabel="outward change / |change|")
middle.legend(fontsize="small")
for axes in (left, middle, right):
    axes.grid(True, color="0.92", linewidth=0.6)
lesson.figure(figure, "updates")

# %% [markdown]
# C7a says that steps are smaller where $|z|$ is larger, and that this is why borders harden. So it holds if the step at
# the largest $|z|$ is the shorter one in each of the four ways (by 5 % or more), and if chance takes $|z|$ farther with
# tanh than without, with steps of the same length, in at least seven of the eight walks. If only some of this is so, it
# holds in part.

# %%
smaller = [name for name, r in ratio.items() if r < 0.95]
carries = farther["without, same step"] >= 7
whole, part = len(smaller) == len(ways) and carries, bool(smaller) or carries
lesson.verdict(
    "C7a", "holds" if whole else "holds in part" if part else "does not hold",
    "step at the largest |z| over that at the smallest: " + "; ".join(f"{n} {r:.2f}" for n, r in ratio.items())
    + f" (an image's own gradient {own_ratio:.2f}). Pure chance made mean |z| grow by a factor of "
    f"{growth['with tanh']:.2f} with tanh; without, of {growth['without, same step']:.2f} in steps as long (less in "
    f"{farther['without, same step']} of 8 walks), and of {growth['without, same rate']:.2f} at the same rate (less in "
    f"{farther['without, same rate']} of 8). The full batch, without any walk, took mean |z| from "
    f"{grown['full batch, cross-entropy'][1]:.2f} to {grown['full batch, cross-entropy'][2]:.2f}",
)  # fmt: skip

# %% [markdown]
# ## How wide must it be?
#
# C3 says that features combine layer by layer or within one layer. At what price? How many units does a network need
# for a median test error below 5 %, and how many for one below 1 %? `widths.csv` holds the test errors of networks with
# one and two hidden layers on the spirals, eight starts each; `python lessons/04_regions/widths.py` made it. Two of
# these networks you have trained above; one more is trained here. The three are drawn as crosses.

# %%
widths = load_module(lesson.folder / "widths.py")
rows = widths.committed()
again = [(1, 32, 0, errors["one layer of 32"]), (2, 12, 0, errors["two layers of 12"])]
again += [(2, 4, 0, widths.error_of(2, 4, 0))]
known = {row[:3]: row[3] for row in rows}
for layers, width, seed, error in again:
    print(f"{layers} x {width} hidden units, seed {seed}: {100 * error:.1f} % here, "
          f"{100 * known[layers, width, seed]:.1f} % in widths.csv")  # fmt: skip

GOALS = 0.05, 0.01
needed = {}
figure, panels = plt.subplots(1, 2, figsize=(10.5, 4.2), sharey=True)
for i, layers in enumerate((1, 2)):
    found = sorted({width for k, width, *_ in rows if k == layers})
    errors_at = [[error for k, width, _, error in rows if (k, width) == (layers, w)] for w in found]
    median = np.median(errors_at, axis=1)
    for goal in GOALS:
        needed[goal, layers] = next((w for w, error in zip(found, median, strict=True) if error < goal), None)
    style = dict(color=COLOURS[(5, 4)[i]], marker=MARKERS[i], markersize=5, label=f"{layers} hidden layer{'s' * i}")
    sizes = lambda w, k=layers: k * w, lambda w, k=layers: widths.weights_of(k, w)
    for axes, place in zip(panels, sizes, strict=True):
        axes.plot([place(w) for w in found], 100 * median, **style)
        for w, values in zip(found, errors_at, strict=True):
            axes.scatter([place(w)] * len(values), [100 * v for v in values], s=8, color=style["color"], alpha=0.4)
        axes.plot([place(w) for k, w, *_ in again if k == layers], [100 * e for k, *_, e in again if k == layers], "x",
                  color="black", markersize=8, label="trained by you" if i else None)  # fmt: skip
for axes, what in zip(panels, ("hidden units in all", "weights and biases"), strict=True):
    for goal in GOALS:
        axes.axhline(100 * goal, color="0.5", linewidth=0.8, linestyle=":")
    axes.set(xlabel=what, xscale="log", yscale="log")
    axes.grid(True, color="0.92", linewidth=0.6)
    axes.minorticks_off()
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_major_formatter("{x:g}")
panels[0].set_xticks([4, 8, 16, 32, 64])
panels[1].set_xticks([20, 50, 100, 200, 500])
panels[0].set(title="The width that two spirals need", ylabel="test error (%) of 8 starts, and their median")
panels[1].set(title="The same, by numbers stored")
panels[0].legend(fontsize="small")
lesson.figure(figure, "widths")
for (goal, layers), width in sorted(needed.items(), reverse=True):
    size = f"{layers * width} hidden units, {widths.weights_of(layers, width)} numbers" if width else "none of these"
    print(
        f"median error below {100 * goal:.0f} %, {'one hidden layer' if layers == 1 else 'two hidden layers'}: {size}"
    )

# %% [markdown]
# ## Exercises
#
# In `exercise.py` beside this script: `squash`, `saturation_share`, `region_code`, `count_regions`, `count_cells`. Each
# is one to three lines, the last some ten. Grade them with `tinynet grade 4` (or `pytest lessons/04_regions`); when you
# are stuck, `tinynet hint 4 count_cells` helps a little, and more when asked again. Once all pass, this script runs on
# your own functions.
#
# ## Read on
#
# `tn.reading.regions` cuts the square into polygons and measures how soft borders are. With `tn.reading.saturation`,
# `updates` and `hardening` it makes up this lesson's instruments for any network.
