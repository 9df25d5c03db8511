# %% [markdown]
# # Lesson 2. Automatic differentiation
#
# **The question.** Picture a control panel with thousands of knobs, one for each weight of a network, and a single
# gauge that shows the error. Which way should you turn each knob so that the error falls? A *slope* tells you. If the
# slope of the error with respect to a weight is 3, then raising that weight by 0.01 raises the error by about 0.03. So
# you had better lower it. The *gradient* is all the slopes together, one for each weight. You could find them one by
# one: nudge a knob, read the gauge, go on to the next. How do you get all of them in a single pass?
#
# You build the machine that does it, from nothing. A *tape* records what was computed, and a walk goes back over the
# tape. This machine is the heart of every deep-learning library. One claim of the slides comes back from lesson 1:
#
# - **C1** A layer is $z = xW + b$, $a = \tanh(z)$, and the output of one is the input of the next.
#
# If this is true, then the gradient of any such network can be put together from the slopes of a few operations. A
# single rule joins them: the chain rule.
#
# You write the machine's eight parts, one after the other; the class `Tape` in the middle of this lesson joins them.
# Lesson 3 trains a network with your tape.

# %%
import time

import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script

lesson = Script(2)
ORANGE, BLUE, GREEN, RED, GREY = "#E69F00", "#0072B2", "#009E73", "#D55E00", "0.6"  # colour-blind safe

# %% [markdown]
# ## The slow way
#
# Take $N = 100$ digits $x$ and a network with random weights. We would like its scores to be 1 for the right class and
# 0 for the others. Put the targets in a table $t$ of shape (100, 10). How far off are the scores? Square each
# difference `scores - t`, add up all 100 x 10 squares, and divide by $2N$. Call the result $L$, the *loss*.
#
# The slope of $L$ with respect to a weight $w$ is written $\partial L / \partial w$. You can measure it. Move this one
# weight a little, up by $h$ and down by $h$, and see how $L$ changes:
#
# $$ \partial L / \partial w \approx (L(w + h) - L(w - h)) / (2h) $$
#
# That takes two evaluations of the whole network, for a single weight. This network has 2,410.

# %%
lesson.predict("times", "How many times faster is it to find all slopes in one walk, instead of one by one?")

# %%
train = tn.datasets.load("digits").train
x, labels = train.inputs[:100].astype(np.float64), train.labels[:100]
t = np.eye(10)[labels]  # row i has its 1 at the class of image i
rng = np.random.default_rng(0)
weights = {
    "W1": rng.normal(size=(64, 32)) / 8,  # about 1 / sqrt(inputs), so that z is neither tiny nor huge
    "b1": rng.normal(size=32) / 8,
    "W2": rng.normal(size=(32, 10)) / 6,
    "b2": rng.normal(size=10) / 6,
}


def loss(W1, b1, W2, b2):
    scores = np.tanh(x @ W1 + b1) @ W2 + b2
    return ((scores - t) ** 2).sum() / (2 * len(x))


def slopes(f, w, h=1e-5):
    """Return the slope of f() with respect to each entry of the array w, from two evaluations each."""
    found = np.zeros_like(w)
    for i in np.ndindex(w.shape):
        value = w[i]
        w[i] = value + h
        above = f()
        w[i] = value - h
        found[i] = (above - f()) / (2 * h)
        w[i] = value
    return found


start = time.perf_counter()
by_differences = {name: slopes(lambda: loss(**weights), w) for name, w in weights.items()}
slow = time.perf_counter() - start
count = sum(w.size for w in weights.values())
print(f"L = {loss(**weights):.4f}; {count:,} slopes took {2 * count:,} evaluations and {slow:.2f} s")

# %% [markdown]
# ## The chain rule, backwards
#
# Think of gears. If the second gear turns three times as fast as the first, and the third turns twice as fast as the
# second, then the third turns six times as fast as the first. Slopes do the same. If $z$ grows three times as much as
# $w$, and $L$ grows twice as much as $z$, then $L$ grows six times as much as $w$. This is the *chain rule*: slopes
# along a chain multiply.
#
# So we cut the computation of $L$ into small steps, each with a simple slope. Take one unit with one input: $p = wx$,
# $z = p + b$, $a = \tanh(z)$, and let the loss be $L = a \cdot a$.
#
# Start at the end. The slope of $L$ with respect to a step's result is called the **cotangent** of that result:
#
# - $\partial L / \partial L = 1$, to begin with
# - $\partial L / \partial a = a + a$: the product $a \cdot a$ has the slope $a$ with respect to its first factor, and
#   $a$ with respect to its second
# - $\partial L / \partial z = \partial L / \partial a$ times $1 - a^2$, which is the slope of tanh
# - $\partial L / \partial p$ and $\partial L / \partial b$ are both $\partial L / \partial z$ times 1: a sum has the
#   slope 1 with respect to each of its terms
# - $\partial L / \partial w = \partial L / \partial p$ times $x$: the product $wx$ has the slope $x$ with respect to
#   $w$
#
# Notice two things. First, each cotangent is one from further up this list times a slope. So one walk from the end to
# the start finds them all. Second, $a$ is used twice in $a \cdot a$. Each use of $a$ sends back $a$; together that is
# $2a$. When a value is used more than once, what comes back is **added**.

# %%
x_, w, b = 0.5, 1.2, -0.3
p = w * x_
z = p + b
a = np.tanh(z)
L = a * a
g_a = a + a  # a is used twice
g_z = g_a * (1 - a * a)
g_b, g_w = g_z, g_z * x_


def one_unit(w, b):
    return np.tanh(w * x_ + b) ** 2


h = 1e-5
print(f"dL/dw = {g_w:.6f}, measured {(one_unit(w + h, b) - one_unit(w - h, b)) / (2 * h):.6f}")
print(f"dL/db = {g_b:.6f}, measured {(one_unit(w, b + h) - one_unit(w, b - h)) / (2 * h):.6f}")

# %% [markdown]
# ## With arrays: the VJP
#
# With arrays it is the same. Suppose an operation computes $z$ from $x$. Let $g$ be the cotangent of $z$. It has the
# shape of $z$, and its entry $k$ is $\partial L / \partial z_k$. One entry $x_i$ may go into several entries of $z$.
# Each $z_k$ sends back its $g_k$ times its slope with respect to $x_i$, and what comes back is added:
#
# $$ \partial L / \partial x_i = \sum_k g_k \partial z_k / \partial x_i $$
#
# The slopes $\partial z_k / \partial x_i$, in row $k$ and column $i$, form a matrix, the *Jacobian*. The sum is the
# vector $g$ times this matrix. So the function that turns $g$ into $\partial L / \partial x$ is called the
# **vector-Jacobian product**, VJP for short. The matrix itself is never written down.
#
# Here are the five VJPs that you need. Each is checked at once: the function `differs` below measures the slopes of
# $\sum_k g_k z_k$ one by one, for a random $g$, and compares.


# %%
def differs(f, found, inputs, g):
    """Print how far the cotangents that were found for the inputs of f are from measured ones."""
    for k, (x, gx) in enumerate(zip(inputs, found, strict=True)):
        measured = slopes(lambda: np.sum(g * f(*inputs)), x)
        print(f"  input {k + 1}: the cotangent has shape {gx.shape} and is off by {np.abs(gx - measured).max():.0e}")


draw_ = np.random.default_rng(1).normal
g, x1, x2 = draw_(size=(3, 5, 4))

# %% [markdown]
# **Multiply**, entry by entry: $z_k = x_k y_k$. Only $z_k$ depends on $x_k$. With what slope?
#
# **Exercise `multiply_vjp`.** Return the cotangents of $x$ and $y$.

# %%
multiply_vjp = lesson.exercise("multiply_vjp")
differs(lambda x, y: x * y, multiply_vjp(g, x1, x2), (x1, x2), g)

# %% [markdown]
# **Tanh**, entry by entry: $a = \tanh(z)$ has the slope $1 - \tanh(z)^2$. So the result $a$ is all you need to know.
#
# **Exercise `tanh_vjp`.** Return the cotangent of $z$ from $a$.

# %%
tanh_vjp = lesson.exercise("tanh_vjp")
differs(np.tanh, (tanh_vjp(g, np.tanh(x1)),), (x1,), g)

# %% [markdown]
# **Matrix product**: $z_{en} = \sum_m x_{em} W_{mn}$, where $e$ counts the examples, $m$ the inputs and $n$ the units.
# The entry $x_{em}$ goes into row $e$ of $z$: into each of its columns $n$, with slope $W_{mn}$. So
#
# $$ \partial L / \partial x_{em} = \sum_n g_{en} W_{mn} $$
#
# Which matrix product is this? In a matrix product, the summed index stands last in the first factor and first in the
# second. Here $n$ stands last in both. So $W$ has to be transposed: $\partial L / \partial x = g W^T$.
#
# The entry $W_{mn}$ goes into column $n$ of $z$: into each of its rows $e$, with slope $x_{em}$. Write the sum down in
# the same way, and see which product it is. Check the shapes, but do not rely on them alone: a reshape has the shape of
# the transpose, and the wrong entries.
#
# **Exercise `matmul_vjp`.** Return the cotangents of $x$ and $W$.

# %%
matmul_vjp = lesson.exercise("matmul_vjp")
W_ = draw_(size=(4, 3))
g_ = draw_(size=(5, 3))
differs(lambda x, W: x @ W, matmul_vjp(g_, x1, W_), (x1, W_), g_)

# %% [markdown]
# **Sum**: $s = \sum_i x_i$ has the slope 1 with respect to each $x_i$, so each entry receives $g$. If the sum runs
# along an axis, each entry receives the $g$ of the sum that it went into.
#
# **Exercise `sum_vjp`.** Return the cotangent of what was summed.

# %%
sum_vjp = lesson.exercise("sum_vjp")
differs(lambda x: x.sum(axis=0), (sum_vjp(g[0], x1, 0),), (x1,), g[0])

# %% [markdown]
# **Broadcasting**: in $z = xW + b$ NumPy repeats $b$ for each example, so $b_n$ is used once in every row. You know
# what happens when something is used more than once: what comes back is added.
#
# $$ \partial L / \partial b_n = \sum_e g_{en} $$
#
# In general, NumPy lines up shapes from the last axis. It repeats an array along its axes of length 1, and along axes
# in front that the array lacks. So the cotangent is summed over exactly these axes. Suppose $g$ has the shape (5, 3).
# Then an array of shape (3,) receives `g.sum(axis=0)`. An array of shape (5, 1) receives
# `g.sum(axis=1, keepdims=True)`, where `keepdims=True` keeps the summed axis, with length 1.
#
# **Exercise `unbroadcast`.** Return the cotangent of an array that was repeated.

# %%
unbroadcast = lesson.exercise("unbroadcast")
for shape in (4,), (5, 1), (1, 4):
    b_ = draw_(size=shape)
    print(f"an array of shape {shape}, added to one of shape (5, 4):")
    differs(lambda b: x1 + b, (unbroadcast(g, shape),), (b_,), g)

# %% [markdown]
# **Add** needs no function of its own. $z = x + y$ has the slope 1 with respect to both, so each receives $g$,
# unbroadcast to its own shape.
#
# ## The tape
#
# A computation is a graph, and its *nodes* are arrays. A node is either a *leaf*, which was given (data, weights), or
# it was computed from other nodes. For each node the tape keeps its value, the nodes it was computed from, and its VJP.
# We refer to a node by its number, its place on the tape. That is all, and the class `Tape` in `lesson.py` does it. For
# $z = x + y$, for example, it records the two nodes $x$ and $y$, and a function that unbroadcasts $g$ to the shape of
# each.


# %%
class Tape:
    """What was computed, in order. Each node has a value, inputs, and a VJP, which turns g into one array per input."""

    def __init__(self):
        self.values, self.inputs, self.vjps, self.names = [], [], [], []

    def record(self, name, value, inputs=(), vjp=None):
        """Add a node and return its number; a leaf has no inputs."""
        self.names.append(name)
        self.values.append(value)
        self.inputs.append(list(inputs))
        self.vjps.append(vjp)
        return len(self.values) - 1

    def multiply(self, x, y):
        a, b = self.values[x], self.values[y]
        return self.record("*", a * b, [x, y], lambda g: multiply_vjp(g, a, b))

    def matmul(self, x, W):
        a, b = self.values[x], self.values[W]
        return self.record("@", a @ b, [x, W], lambda g: matmul_vjp(g, a, b))

    def add(self, x, y):
        a, b = self.values[x], self.values[y]
        return self.record("+", a + b, [x, y], lambda g: (unbroadcast(g, a.shape), unbroadcast(g, b.shape)))

    def tanh(self, z):
        a = np.tanh(self.values[z])
        return self.record("tanh", a, [z], lambda g: (tanh_vjp(g, a),))

    def sum(self, x):
        a = self.values[x]
        return self.record("sum", a.sum(), [x], lambda g: (sum_vjp(g, a, None),))

    def vjp(self, node, g):
        """Return pairs: each input of the node, and what that input receives when the node's cotangent is g."""
        if not self.inputs[node]:
            return []
        shares = self.vjps[node](g)
        return [(x, np.array(gx)) for x, gx in zip(self.inputs[node], shares, strict=True)]

    def gradient(self, root):
        """Return {node: dL/d(node)} for root and all nodes that it was computed from; root is L."""
        order = topological_order(root, lambda node: self.inputs[node])
        return backward(order, self.vjp, np.array(1.0))


def record_loss(tape, weights, x, t):
    """Record the loss of the two-layer network on a tape; return its node, and the nodes of the weights."""
    leaf = {name: tape.record(name, w) for name, w in weights.items()}
    a = tape.tanh(tape.add(tape.matmul(tape.record("x", x), leaf["W1"]), leaf["b1"]))
    scores = tape.add(tape.matmul(a, leaf["W2"]), leaf["b2"])
    off = tape.add(scores, tape.record("-t", -t))
    total = tape.sum(tape.multiply(off, off))
    return tape.multiply(total, tape.record("1/2N", np.array(1 / (2 * len(x))))), leaf


tape = Tape()
root, leaf = record_loss(tape, weights, x, t)
print(f"the tape has {len(tape.values)} nodes, and L = {tape.values[root]:.4f}")

# %% [markdown]
# Here is that tape. Black arrows show the computation, from left to right. The walk goes the other way. Each orange
# label is the shape of a cotangent, which is also the shape of its node. Look at the two arrows into the first `*`,
# which computes the squares: one node, used twice.


# %%
def draw(tape, root):
    """Return a picture of a tape: computed nodes in a row from left to right, leaves above them."""
    computed = [node for node in range(root + 1) if tape.inputs[node]]
    place = {node: (column, 0.0) for column, node in enumerate(computed, 1)}
    figure, axes = plt.subplots(figsize=(12, 3.1))
    for node in computed:
        leaves = [x for x in dict.fromkeys(tape.inputs[node]) if x not in place]
        for k, x in enumerate(leaves):
            place[x] = (0, 0.0) if node == computed[0] and k == 0 else (place[node][0] - 0.35, 1.0)
    for node, (column, height) in place.items():
        face = "#DCEBF7" if tape.inputs[node] else "white"
        box = dict(boxstyle="round,pad=0.35", facecolor=face, edgecolor="0.3")
        name = "=L" if node == root else ""
        axes.text(column, height, tape.names[node] + name, ha="center", va="center", bbox=box, fontsize=11, zorder=3)
        shape = "x".join(map(str, tape.values[node].shape)) or "number"
        below = -0.42 if height == 0 else 0.38
        axes.text(column, height + below, shape, ha="center", va="center", color="#A65F00", fontsize=9)
        for k, x in enumerate(tape.inputs[node]):
            bend = 0.0 if tape.inputs[node].count(x) == 1 else (-0.5, 0.5)[k]
            style = dict(arrowstyle="->", color="0.2", shrinkA=19, shrinkB=19, connectionstyle=f"arc3,rad={bend}")
            axes.annotate("", (column, height), place[x], arrowprops=style)
    axes.annotate("", (0, -0.8), (len(computed), -0.8), arrowprops=dict(arrowstyle="->", color=ORANGE, linewidth=3))
    axes.text(len(computed) / 2, -1.02, "cotangents travel this way", color="#A65F00", ha="center", va="center")
    axes.set(xlim=(-0.5, len(computed) + 0.6), ylim=(-1.2, 1.6), title="The tape of a two-layer network and its loss")
    axes.set_axis_off()
    return figure


lesson.figure(draw(tape, root), "tape")

# %% [markdown]
# ## In which order?
#
# No waiter brings the bill while guests at the table are still ordering. In the same way, a node may hand its cotangent
# on only when it is complete: when *all* nodes that use this node have sent their share.
#
# So visit each node once, and only after all the nodes that use it. A list in such an order is called a *topological
# order*. To find one, walk twice:
#
# 1. *Count the uses.* Keep a dictionary of uses, at first `{root: 0}`, and a list of nodes to visit, at first `[root]`.
#    Take a node off the list. For each of its inputs, add 1 to the uses of that input. If you meet the input for the
#    first time, put it on the list too. Go on until the list is empty.
# 2. *List the nodes.* Begin the order with `[root]`, and go through it while it grows. For each input of the node, take
#    1 off the uses of that input. When none are left, all nodes that use it are in the order, so append it.
#
# A node that another node uses twice, as in $a \cdot a$, has two uses.
#
# **Exercise `topological_order`.** Return the nodes in such an order.
#
# Once you have the order, the rest is a loop: hand each node's cotangent to its VJP, and add what comes back.
#
# **Exercise `backward`.** Return the cotangents of all nodes.

# %%
topological_order = lesson.exercise("topological_order")
backward = lesson.exercise("backward")
start = time.perf_counter()
cotangents = tape.gradient(root)
fast = time.perf_counter() - start
print(f"all {count:,} slopes in one walk: {1000 * fast:.1f} ms; one by one they took {slow:.2f} s")
lesson.answer("times", slow / fast, "{:,.0f}")

# %% [markdown]
# Could a function that calls itself do the first walk? For a small graph it could. But a recurrent network that reads
# 2,000 symbols makes a chain of many thousands of nodes, and Python stops at about 1,000 calls within calls:


# %%
def recursive(node, inputs_of, seen):
    seen.add(node)
    for x in inputs_of(node):
        if x not in seen:
            recursive(x, inputs_of, seen)


try:
    recursive(5000, lambda node: [node - 1] if node else [], set())
except RecursionError as error:
    print(f"a chain of 5,001 nodes, by recursion: RecursionError, {error}")
order = topological_order(5000, lambda node: [node - 1] if node else [])
print(f"the same chain, with a list of nodes to visit: {len(order):,} nodes in order")

# %% [markdown]
# ## Two other orders
#
# Let us look at one order that is wrong, and at one that is right but hopeless.
#
# Take a deeper network, in which each layer adds to its input: it turns $a$ into $a + \tanh(aW)$. So every layer uses
# its $a$ twice.
#
# *Too early.* Start at the *root*, which is the final result. Visit the nodes in the order in which you meet them, and
# let each hand on what it has received so far.
#
# *Path by path.* Start at the root with 1. Hand the first input its share and go straight on from there, until you come
# to a leaf. Then turn to the next input. This walks each path from the root to a leaf by itself, and adds up what
# arrives. The result is right, because the chain rule is a sum over paths. But there are two ways through every layer,
# so each layer doubles the number of paths.
#
# How can we tell which result is right? Move $x$ a little in a random direction $v$, and measure how the output
# changes. The gradient makes a prediction: multiply each of its entries by the same entry of $v$, and add up the
# products.


# %%
def deep_network(layers, width=8):
    """Return a tape of a network whose layers add to their inputs, with its root and the node of x."""
    rng = np.random.default_rng(0)
    tape = Tape()
    first = a = tape.record("x", rng.normal(size=(5, width)))
    for _ in range(layers):
        W = tape.record("W", rng.normal(size=(width, width)) / width)
        a = tape.add(a, tape.tanh(tape.matmul(a, W)))
    return tape, tape.sum(a), first


def path_by_path(tape, node, g, total):
    """Add g to total[node] and pass it on down every path; return how many VJPs that took."""
    total[node] = total.get(node, 0) + g
    calls = 1
    for x, gx in tape.vjp(node, g):
        calls += path_by_path(tape, x, gx, total)
    return calls


def as_they_are_met(tape, root):
    """Return the nodes in the order in which a walk from the root meets them, root first."""
    order = [root]
    for node in order:
        order += [x for x in tape.inputs[node] if x not in order]
    return order


tape, root, first = deep_network(layers=4)
right = tape.gradient(root)[first]
h = 1e-5
direction = np.random.default_rng(1).normal(size=right.shape)


def output(x):
    a, rng = x, np.random.default_rng(0)
    rng.normal(size=x.shape)  # skip the numbers that became x, to draw the same W
    for _ in range(4):
        a = a + np.tanh(a @ (rng.normal(size=(8, 8)) / 8))
    return a.sum()


measured = (output(tape.values[first] + h * direction) - output(tape.values[first] - h * direction)) / (2 * h)
by_paths = {}
calls = path_by_path(tape, root, np.array(1.0), by_paths)
early = backward(as_they_are_met(tape, root), tape.vjp, np.array(1.0))
print(f"slope of the output along a random direction, measured: {measured:.6f}; from the gradient found")
for name, gradient in ("in order", right), ("path by path", by_paths[first]), ("too early", early[first]):
    print(f"  {name:13} {np.sum(direction * gradient):10.6f}")
nodes = len(as_they_are_met(tape, root))
print(f"path by path took {calls} visits of nodes; in order took {nodes}, one for each node")

# %% [markdown]
# How many paths are there in a deep network? Your own `backward` can count them. Pretend that every slope is 1. Then
# the cotangent of a node is the number of paths from the root to it.

# %%
lesson.predict("years", "50 layers, path by path, as fast as your walk visits nodes: how many years would that take?")

# %%
depths, ordered, walked, paths = [1, 2, 4, 6, 8, 10, 12, 20, 30, 50], [], [], []
for layers in depths:
    tape, root, first = deep_network(layers)
    order = topological_order(root, lambda node: tape.inputs[node])
    ones = backward(order, lambda node, g: [(x, np.array(g)) for x in tape.inputs[node]], np.array(1.0))
    ordered.append(len(order))
    paths.append(float(ones[first]))
    if layers <= 12:
        walked.append(path_by_path(tape, root, np.array(1.0), {}))
seconds = fast / 16 * paths[-1]
print(f"{depths[-1]} layers: {ordered[-1]} nodes, {paths[-1]:.1e} paths from the output to x alone")
print(f"at the speed of the walk above, going path by path would take about {seconds / 3.15e7:,.0f} years")
lesson.answer("years", seconds / 3.15e7, "{:,.0f}")

figure, axes = plt.subplots(figsize=(7, 4))
axes.plot(depths, paths, color=GREY, linestyle="--", label="paths from the output to x (counted by backward)")
axes.plot(depths[: len(walked)], walked, "s-", color=RED, label="visits, path by path")
axes.plot(depths, ordered, "o-", color=BLUE, label="visits, in order (each node once)")
axes.set(title="Two ways through every layer: how many visits?", xlabel="layers", ylabel="count", yscale="log")
axes.legend()
lesson.figure(figure, "paths")

# %% [markdown]
# ## Is it right?
#
# Now for the whole gradient of the digits network. Compare it with the slopes that we measured one by one. Compare it
# also with the gradient from tinynet's own tape, `tn.Tensor`, which works in the same way.

# %%
tensors = {name: tn.Tensor(w, requires_grad=True) for name, w in weights.items()}
scores = (tn.Tensor(x) @ tensors["W1"] + tensors["b1"]).tanh() @ tensors["W2"] + tensors["b2"]
(((scores - t) ** 2).sum() / (2 * len(x))).backward()
gradient = {name: cotangents[node] for name, node in leaf.items()}


def deviation(theirs):
    return max(np.abs(gradient[name] - theirs[name]).max() / np.abs(theirs[name]).max() for name in gradient)


from_differences = deviation(by_differences)
from_tinynet = deviation({name: tensor.grad for name, tensor in tensors.items()})
lesson.verdict(
    "C1",
    {
        "five VJPs and the chain rule give every slope of two layers": (
            from_differences < 1e-6, f"{count:,} slopes, off by at most {from_differences:.0e} of the largest"
        ),
        "the same as tinynet's own tape": (
            from_tinynet < 1e-9, f"up to {from_tinynet:.0e}" if from_tinynet else "exactly"
        ),
    },
)  # fmt: skip

# %% [markdown]
# ## A check that takes two evaluations
#
# You will write VJPs of your own, and some of them will be wrong at first. Measuring every slope is slow. A cook does
# not taste every spoonful of a soup, but stirs it well and tastes once. We can stir with random numbers. Weight the
# outputs of $f$ by a random $u$, and measure how that one number changes along a random $v$. With the Jacobian $J$ of
# $f$ at $x$,
#
# $$ \sum_i v_i \sum_k u_k J_{ki} = \sum_k u_k \sum_i J_{ki} v_i $$
#
# because the order of summation does not matter. On the left, the inner sum is what the VJP makes of $u$. On the right,
# the inner sum is the change of $f$ along $v$, which we can measure. Write $\langle \cdot, \cdot \rangle$ for
# multiplying two arrays of the same shape entry by entry, and adding up all the products. Then
#
# $$ \langle v, vjp(u) \rangle = \langle u, Jv \rangle $$
#
# $$ Jv \approx (f(x + hv) - f(x - hv)) / (2h) $$
#
# The left side needs the VJP once, and the right side needs $f$ twice, however large $x$ is. A wrong entry anywhere in
# the VJP changes the left side, barring coincidence.
#
# **Exercise `cotangent_check`.** Return both sides. $x$ may be a vector or a table, and so may $f(x)$.
#
# Why must $u$ be random? It is tempting to check the gradient of `f(x).sum()`, which is the same as a $u$ of all ones.
# Here are seven wrong VJPs, of the kind that people really write. We chose them so that each gives the right answer
# when $u$ is all ones. Each is checked twice, with a $u$ of all ones and with a random $u$. (For tinynet's own tensors
# this check is `tn.check_gradients`.)

# %%
lesson.predict("ones", "Of the seven wrong VJPs, how many does the check find with a u of all ones?")
lesson.predict("random", "And with a random u?")

# %%
cotangent_check = lesson.exercise("cotangent_check")
x3, y3, W3 = np.random.default_rng(2).normal(size=(3, 4, 4))
b3 = np.random.default_rng(3).normal(size=4)
PLANTED = {  # name: f, its wrong VJP, and where to check
    "multiply, g left out": (lambda x: x * y3, lambda u, x: y3, x3),
    "tanh, g left out": (np.tanh, lambda u, x: 1 - np.tanh(x) ** 2, x3),
    "matmul, dL/dx, g left out": (lambda x: x @ W3, lambda u, x: np.ones_like(u) @ W3.T, x3),
    "matmul, dL/dW, g left out": (lambda W: x3 @ W, lambda u, W: x3.T @ np.ones_like(u), W3),
    "sum of columns, g left out": (lambda x: x.sum(axis=0), lambda u, x: np.ones_like(x), x3),
    "sum of columns, g along rows": (lambda x: x.sum(axis=0), lambda u, x: u[:, None] * np.ones_like(x), x3),
    "bias, copies counted, g left out": (lambda b: x3 + b, lambda u, b: np.full(4, 4.0), b3),
}
rng = np.random.default_rng(4)
gaps = {}
for f, wrong, at in PLANTED.values():
    v, u = rng.normal(size=at.shape), rng.normal(size=f(at).shape)
    for kind, cotangent in ("all ones", np.ones_like(u)), ("random", u):
        left, right = cotangent_check(f, wrong, at, cotangent, v, 1e-5)
        gaps.setdefault(kind, []).append(abs(left - right) / max(1, abs(left), abs(right)))
print("how far apart the two sides of the check are, for seven wrong VJPs and two kinds of u")
print(f"{'':32} {'all ones':>9} {'random':>9}")
for name, ones, random in zip(PLANTED, gaps["all ones"], gaps["random"], strict=True):
    print(f"{name:32} {ones:9.0e} {random:9.0e}   {'found' if random > 1e-6 else 'not found'} by random u")
for kind, found in gaps.items():
    caught = sum(gap > 1e-6 for gap in found)
    print(f"with u {kind} the check finds {caught} of {len(found)}")
    lesson.answer(kind.removeprefix("all "), caught, "{:.0f}")

figure, axes = plt.subplots(figsize=(8, 3.6))
rows = np.arange(len(PLANTED))
axes.plot(np.maximum(gaps["all ones"], 1e-16), rows, "s", color=ORANGE, markersize=8, label="u all ones")
axes.plot(gaps["random"], rows, "o", color=BLUE, markersize=8, label="u random")
axes.axvline(1e-6, color=GREY, linestyle="--")
axes.text(1.4e-6, -0.75, "counts as found beyond this line", color="0.4", fontsize=9)
axes.set_yticks(rows, list(PLANTED))
axes.set(title="Which wrong VJPs does a check find?", xlabel="difference between the two sides", xscale="log")
axes.set_ylim(len(PLANTED) - 0.5, -1.2)
axes.legend(loc="center", bbox_to_anchor=(0.68, 0.5))
lesson.figure(figure, "planted")

# %% [markdown]
# ## What a gradient is good for
#
# Imagine you stand on a hillside in thick fog. You cannot see the valley, but you feel which way the ground slopes
# under your feet, so you take a step downhill. Here the ground is the loss, and its slopes are the gradient $G$. Move
# every weight a little against its slope: $w \to w - \eta G$, where $\eta$ (eta) is a small number, the *learning
# rate*.
#
# How far does $L$ fall? Each weight moves by $\eta$ times its slope. That lowers $L$ by the length of the move times
# the slope again. Over all weights this adds up to $\eta \langle G, G \rangle$. It is a promise for small $\eta$ only,
# because the slopes change along the way. In the picture, the straight line is what the gradient promises, and the
# curve is what happens.

# %%
square = sum((g**2).sum() for g in gradient.values())
etas = np.linspace(0, 0.12, 61)
true = [loss(**{name: w - eta * gradient[name] for name, w in weights.items()}) for eta in etas]
promised = loss(**weights) - etas * square
small = (true[0] - true[1]) / (etas[1] * square)
best = int(np.argmin(true))
print(f"at a learning rate of {etas[1]:.3f}, L falls by {small:.0%} of what the gradient promised")
print(f"L is lowest at a learning rate of {etas[best]:.3f}: it falls from {true[0]:.4f} to {true[best]:.4f}")
figure, axes = plt.subplots(figsize=(6.5, 3.8))
axes.plot(etas, true, color=BLUE, label="what happens")
axes.plot(etas, promised, "--", color=ORANGE, label="what the gradient promises")
axes.plot(etas[best], true[best], "o", color=BLUE)
axes.set(title="One step against the gradient", xlabel=r"learning rate $\eta$", ylabel="L", ylim=(0, 1.5 * true[0]))
axes.legend()
lesson.figure(figure, "step")

# %% [markdown]
# A step that is too long makes things worse. And one step is not training. So take fifty training steps, at half the
# best learning rate of the first, and record a new tape for each. Lesson 3 shows how it is done properly.

# %%
now = {name: w.copy() for name, w in weights.items()}
for step in range(51):
    tape = Tape()
    root, leaf = record_loss(tape, now, x, t)
    if step % 10 == 0:
        wrong = ((np.tanh(x @ now["W1"] + now["b1"]) @ now["W2"] + now["b2"]).argmax(axis=1) != labels).mean()
        print(f"step {step:2}: L = {tape.values[root]:.4f}, {wrong:.0%} of the 100 images wrong")
    cotangents = tape.gradient(root)
    for name, node in leaf.items():
        now[name] -= etas[best] / 2 * cotangents[node]

# %% [markdown]
# ## Read on
#
# In tinynet's source, `engine/tape.py` does the same walk in earnest: it counts uses, keeps its own stack, and frees
# the tape as it goes. `engine/primitives.py` is a table of operations with their VJPs.
#
# **An open question.** A gradient is made of numbers, and the numbers came from operations that a tape could record as
# well. What would the gradient of a gradient be good for? (`tn.grad` computes it.)
