# %% [markdown]
# # Lesson 2: Automatic differentiation
#
# **The question.** A network of two layers has thousands of weights. Which way should each of them change, so that the
# error becomes smaller? A *slope* tells: if the slope of the error in a weight is 3, then the error grows three times
# as much as the weight does, as long as the change is small. The *gradient* is all slopes together, one for each
# weight. How do you get all at once, for about the price of computing the output?
#
# You build the machine that does it, from nothing: a *tape* that records what was computed, and a walk that goes back
# over it. It is the heart of every deep-learning library. One claim comes back:
#
# - **C1** A layer is $z = xW + b$, $a = \tanh(z)$, and the output of one is the input of the next.
#
# If that is so, then the gradient of any such network is built from the slopes of a few operations, by one rule: the
# chain rule.
#
# You write eight small functions, in `exercise.py`: `multiply_vjp`, `matmul_vjp`, `tanh_vjp`, `sum_vjp`,
# `unbroadcast`, `topological_order`, `backward` and `cotangent_check`. This script builds its tape out of your
# functions once they all pass. Until then it uses the solutions, and says so. Lesson 3 trains with your tape.
#
# The code between the texts is in `lesson.py`. Open it beside this page; above all you need the class `Tape`.

# %%
import time

import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script

lesson = Script(__file__)
mine = lesson.exercises(2)  # your functions once they all pass, the solutions until then
ORANGE, BLUE, GREEN, RED, GREY = "#E69F00", "#0072B2", "#009E73", "#D55E00", "0.6"  # told apart by the colour-blind

# %% [markdown]
# ## The slow way
#
# Take 100 digits $x$, a network with random weights, and ask for its scores to be 1 at the right class and 0 elsewhere.
# Write these wishes in a table $t$, (100, 10). How far off are we? Square each difference `scores - t`, add up all 100
# x 10 squares, and divide by 2 x 100. Call the result $L$, the *loss*.
#
# The slope of $L$ in a weight $w$ is written $\partial L / \partial w$. It can be measured: change this one weight by a
# little, $h$ up and $h$ down, and see how $L$ changes:
#
# $$ \partial L / \partial w \approx (L(w + h) - L(w - h)) / (2h) $$
#
# That is two evaluations of the whole network for a single weight.

# %%
train = tn.datasets.load("digits").train
x, labels = train.inputs[:100].astype(np.float64), train.labels[:100]
t = np.eye(10)[labels]  # row i has its 1 at the class of image i
rng = np.random.default_rng(0)
weights = {
    "W1": rng.normal(size=(64, 32)) / 8,  # about 1 / sqrt(inputs), so that z is of ordinary size
    "b1": rng.normal(size=32) / 8,
    "W2": rng.normal(size=(32, 10)) / 6,
    "b2": rng.normal(size=10) / 6,
}


def loss(W1, b1, W2, b2):
    scores = np.tanh(x @ W1 + b1) @ W2 + b2
    return ((scores - t) ** 2).sum() / (2 * len(x))


def slopes(f, w, h=1e-5):
    """Return the slope of f() in each entry of the array w, by two evaluations each."""
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
# Now think of $L$ as computed in small steps. Take one unit with one input: $p = wx$, $z = p + b$, $a = \tanh(z)$, and
# $L = a \cdot a$. Each step has a simple slope. The *chain rule* multiplies slopes along the way: if $z$ grows three
# times as much as $w$, and $L$ twice as much as $z$, then $L$ grows six times as much as $w$.
#
# Start at the end, and call the slope of $L$ in a step's result the **cotangent** of that result:
#
# - $\partial L / \partial L = 1$, to begin with
# - $\partial L / \partial a = a + a$: the product $a \cdot a$ has the slope $a$ in its first factor, and $a$ in its
#   second
# - $\partial L / \partial z = \partial L / \partial a$ times $1 - a^2$, which is the slope of tanh
# - $\partial L / \partial p$ and $\partial L / \partial b$ are $\partial L / \partial z$ times 1: each part of a
#   sum has the slope 1
# - $\partial L / \partial w = \partial L / \partial p$ times $x$: the product $wx$ has the slope $x$ in $w$
#
# Two things to see. Each cotangent is one that stands above it times a slope: so one walk from the end to the
# start finds all. And $a$ is used twice in $a \cdot a$. Each use sends back 1 times $a$, and what arrives is **added**.

# %%
x_, w, b = 0.5, 1.2, -0.3
p = w * x_
z = p + b
a = np.tanh(z)
L = a * a
g_a = a + a  # two uses
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
# The same with arrays. An operation makes $y$ from $x$. Let $g$ be the cotangent of $y$: an array of $y$'s shape,
# entry $k$ being $\partial L / \partial y_k$. Entry $i$ of $x$ may go into several entries of $y$. Each sends back its
# $g$ times its slope, and what arrives is added:
#
# $$ \partial L / \partial x_i = \sum_k g_k \partial y_k / \partial x_i $$
#
# The slopes $\partial y_k / \partial x_i$, row $k$ and column $i$, make a matrix, the *Jacobian*. The sum is the vector
# $g$ times this matrix. So the function from $g$ to $\partial L / \partial x$ is called the **vector-Jacobian
# product**, VJP. The matrix itself is never written down. Here are the five VJPs that you need. They are your
# exercises; read how each comes about.
#
# **Multiply**, entry by entry: $z_k = x_k y_k$. Only $z_k$ depends on $x_k$, with slope $y_k$. So
#
# $$ \partial L / \partial x_k = g_k y_k $$
#
# and likewise $\partial L / \partial y_k = g_k x_k$. (Exercise `multiply_vjp`.)
#
# **Tanh**, entry by entry: $a = \tanh(z)$ has the slope $1 - \tanh(z)^2 = 1 - a^2$. It can be had from the result
# alone:
#
# $$ \partial L / \partial z_k = g_k (1 - a_k^2) $$
#
# (Exercise `tanh_vjp`.)
#
# **Matrix product**: $z_{en} = \sum_m x_{em} W_{mn}$, where $e$ numbers the examples, $m$ the inputs and $n$ the units.
# The entry $x_{em}$ goes into row $e$ of $z$, into each column $n$ with slope $W_{mn}$. So
#
# $$ \partial L / \partial x_{em} = \sum_n g_{en} W_{mn} $$
#
# In a matrix product the index that is summed stands last in the first factor, and first in the second. Here $n$ stands
# last in both. So $W$ is transposed: $\partial L / \partial x = g W^T$.
#
# And the entry $W_{mn}$ goes into column $n$ of $z$, into each row $e$ with slope $x_{em}$. Write the sum down in the
# same way, and see which product it is. (Exercise `matmul_vjp`. Check the shapes; but shapes alone do not tell a
# transpose from a reshape.)
#
# **Sum**: $y = \sum_i x_i$ has the slope 1 in each $x_i$, so each receives $g$. If the sum runs along an axis, each
# entry receives the $g$ of the sum that it went into. (Exercise `sum_vjp`.)
#
# **Broadcasting**: in $z = xW + b$ NumPy repeats $b$ for each example. One $b_n$ is used once a row. You know what
# happens when something is used more than once: what arrives is added.
#
# $$ \partial L / \partial b_n = \sum_e g_{en} $$
#
# In general NumPy lines up shapes from the last axis. It repeats along axes of length 1, and along axes in front that
# an array lacks. So the cotangent is summed over just these axes. If $g$ has the shape (5, 3), then an array of shape
# (3,) receives `g.sum(axis=0)`, and one of shape (5, 1) receives `g.sum(axis=1, keepdims=True)`, which keeps the
# summed axis, with length 1. (Exercise `unbroadcast`.)
#
# **Add** needs no function of its own: $z = x + y$ has the slope 1 in both, so each receives $g$, unbroadcast to its
# own shape.
#
# ## The tape
#
# A computation is a graph. Its *nodes* are arrays. A node is either given (a *leaf*: data, weights) or computed from
# other nodes. The tape keeps for each node its value, the nodes it was computed from, and its VJP. Nodes are numbers:
# the place on the tape. The class `Tape` in `lesson.py` is all of it. For $z = x + y$ it records the two nodes, and a
# function that unbroadcasts $g$ to the shapes of $x$ and of $y$.


# %%
class Tape:
    """What was computed, in that order: node i has a value, inputs (nodes), and a VJP, from g to one array an input."""

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
        return self.record("*", a * b, [x, y], lambda g: mine.multiply_vjp(g, a, b))

    def matmul(self, x, W):
        a, b = self.values[x], self.values[W]
        return self.record("@", a @ b, [x, W], lambda g: mine.matmul_vjp(g, a, b))

    def add(self, x, y):
        a, b = self.values[x], self.values[y]
        return self.record("+", a + b, [x, y], lambda g: (mine.unbroadcast(g, a.shape), mine.unbroadcast(g, b.shape)))

    def tanh(self, z):
        a = np.tanh(self.values[z])
        return self.record("tanh", a, [z], lambda g: (mine.tanh_vjp(g, a),))

    def sum(self, x):
        a = self.values[x]
        return self.record("sum", a.sum(), [x], lambda g: (mine.sum_vjp(g, a, None),))

    def vjp(self, node, g):
        """Return pairs: each input of the node, and what it receives when the node's cotangent is g."""
        if not self.inputs[node]:
            return []
        shares = self.vjps[node](g)
        return [(x, np.array(gx)) for x, gx in zip(self.inputs[node], shares, strict=True)]

    def gradient(self, root):
        """Return the cotangents of all nodes that root was computed from, {node: dL/d(node)}; root is L."""
        order = mine.topological_order(root, lambda node: self.inputs[node])
        return mine.backward(order, self.vjp, np.array(1.0))


def record_loss(tape, weights, x, t):
    """Record L of the two-layer network on a tape; return its node, and the nodes of the weights."""
    leaf = {name: tape.record(name, w) for name, w in weights.items()}
    a = tape.tanh(tape.add(tape.matmul(tape.record("x", x), leaf["W1"]), leaf["b1"]))
    scores = tape.add(tape.matmul(a, leaf["W2"]), leaf["b2"])
    off = tape.add(scores, tape.record("-t", -t))
    total = tape.sum(tape.multiply(off, off))
    return tape.multiply(total, tape.record("1/2N", np.array(1 / (2 * len(x))))), leaf


tape = Tape()
root, leaf = record_loss(tape, weights, x, t)
start = time.perf_counter()
cotangents = tape.gradient(root)
fast = time.perf_counter() - start
print(f"the tape has {len(tape.values)} nodes, and L = {tape.values[root]:.4f}")
print(f"all {count:,} slopes in one walk: {1000 * fast:.1f} ms, {slow / fast:,.0f} times faster than by differences")

# %% [markdown]
# Here is that tape. Black arrows are the computation, from left to right. The walk goes the other way, and each orange
# label is the shape of a cotangent: that of the node it belongs to. See the two arrows into the first `*`, which makes
# the squares: one node, used twice.


# %%
def draw(tape, root):
    """Return a picture of a tape whose computed nodes follow one another; the leaves hang above."""
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
    axes.text(len(computed) / 2, -1.02, "cotangents go this way", color="#A65F00", ha="center", va="center")
    axes.set(xlim=(-0.5, len(computed) + 0.6), ylim=(-1.2, 1.6), title="The tape of a two-layer network and its loss")
    axes.set_axis_off()
    return figure


lesson.figure(draw(tape, root), "tape")

# %% [markdown]
# ## In which order?
#
# A node may hand its cotangent on only when it is whole: when *all* nodes that use it have sent their share. One way
# to go about it is wrong, and one is right but hopeless.
#
# Take a deeper network, in which each layer adds to what it was given: $a_{k+1} = a_k + \tanh(a_k W)$. So $a_k$ is
# used twice.
#
# *Too early.* Visit the nodes as you meet them from the *root*, which is the result, and hand on what they have got so
# far.
#
# *Path by path.* Start at the root with 1. Hand each input its share, and go on from there at once, until you come to
# a leaf. Then the next. Each path from the root to a leaf is walked by itself, and what arrives is added. The result
# is right: the chain rule is a sum over paths. But there are two ways through every layer.
#
# Which is right? Move $x$ a little in a random direction $v$, and measure how the output changes. The gradient says: by
# the sum of all its entries times those of $v$.


# %%
def deep_network(layers, width=8):
    """Return a tape of a network whose layers add to their input, its root, and the node of x."""
    rng = np.random.default_rng(0)
    tape = Tape()
    first = a = tape.record("x", rng.normal(size=(5, width)))
    for _ in range(layers):
        W = tape.record("W", rng.normal(size=(width, width)) / width)
        a = tape.add(a, tape.tanh(tape.matmul(a, W)))
    return tape, tape.sum(a), first


def path_by_path(tape, node, g, total):
    """Add to total[node], then to all nodes below; return how many VJPs that took."""
    total[node] = total.get(node, 0) + g
    calls = 1
    for x, gx in tape.vjp(node, g):
        calls += path_by_path(tape, x, gx, total)
    return calls


def as_they_are_met(tape, root):
    """Return the nodes, root first, in the order in which a walk from the root meets them."""
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
    rng.normal(size=x.shape)  # the numbers that x took
    for _ in range(4):
        a = a + np.tanh(a @ (rng.normal(size=(8, 8)) / 8))
    return a.sum()


measured = (output(tape.values[first] + h * direction) - output(tape.values[first] - h * direction)) / (2 * h)
by_paths = {}
calls = path_by_path(tape, root, np.array(1.0), by_paths)
early = mine.backward(as_they_are_met(tape, root), tape.vjp, np.array(1.0))
print(f"the slope of the output in a random direction, measured: {measured:.6f}; by the gradient that came")
for name, gradient in ("in order", right), ("path by path", by_paths[first]), ("too early", early[first]):
    print(f"  {name:13} {np.sum(direction * gradient):10.6f}")
print(f"path by path visited {calls} nodes, in order {len(as_they_are_met(tape, root))}: each once")

# %% [markdown]
# How many paths are there in a deep network? Your own `backward` can count them. Let every slope be 1: then the
# cotangent of a node is the number of paths from the root to it.

# %%
depths, ordered, walked, paths = [1, 2, 4, 6, 8, 10, 12, 20, 30, 50], [], [], []
for layers in depths:
    tape, root, first = deep_network(layers)
    order = mine.topological_order(root, lambda node: tape.inputs[node])
    ones = mine.backward(order, lambda node, g: [(x, np.array(g)) for x in tape.inputs[node]], np.array(1.0))
    ordered.append(len(order))
    paths.append(float(ones[first]))
    if layers <= 12:
        walked.append(path_by_path(tape, root, np.array(1.0), {}))
seconds = fast / 16 * paths[-1]
print(f"{depths[-1]} layers: {ordered[-1]} nodes, {paths[-1]:.1e} paths from the output to x alone")
print(f"at the speed of the walk above, path by path would take about {seconds / 3.15e7:,.0f} years")

figure, axes = plt.subplots(figsize=(7, 4))
axes.plot(depths, paths, color=GREY, linestyle="--", label="paths from the output to x, counted by backward")
axes.plot(depths[: len(walked)], walked, "s-", color=RED, label="visits of a node, path by path")
axes.plot(depths, ordered, "o-", color=BLUE, label="visits of a node, in order: each once")
axes.set(title="Two ways through every layer", xlabel="layers", ylabel="number", yscale="log")
axes.legend()
lesson.figure(figure, "paths")

# %% [markdown]
# So visit each node once, and after all nodes that use it. Such a list is called a *topological order*. To find it,
# walk twice:
#
# 1. *Count the uses.* Keep a dictionary of uses, at first `{root: 0}`, and a list of nodes to visit, at first
#    `[root]`. Take a node off the list. For each of its inputs, add 1 to its uses; if you meet it for the first time,
#    put it on the list too. Go on until the list is empty.
# 2. *List.* Begin with `[root]`. Go through the list. For each input of the node, take 1 from its uses. When none is
#    left, all who use it are on the list, so append it.
#
# That is **exercise `topological_order`**. A node that was used twice by another, as in $a \cdot a$, has two uses.
# With the order found, **exercise `backward`** is a loop: hand each node's cotangent to its VJP, and add what comes
# back.
#
# Could a function that calls itself do the first walk? For a small graph it could. But a recurrent network that reads
# 2,000 symbols is a chain of many thousand nodes, and Python stops at about 1,000 calls within calls:


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
order = mine.topological_order(5000, lambda node: [node - 1] if node else [])
print(f"the same chain, with a list of nodes to visit: {len(order):,} nodes in order")

# %% [markdown]
# ## Is it right?
#
# Now the whole gradient of the digits network. Compare it with the slopes that were measured one by one, and with
# tinynet's own tape, `tn.Tensor`, which works in the same way.

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
    "holds" if from_tinynet < 1e-9 and from_differences < 1e-6 else "does not hold",
    f"two layers, one the input of the next, on one tape: the {count:,} slopes by five VJPs and the chain rule differ "
    f"from tinynet's by at most {from_tinynet:.1g} times the largest, and from those measured one by one by "
    f"{from_differences:.1g} times.",
)

# %% [markdown]
# ## A check that does not cost a thousand evaluations
#
# You will write VJPs of your own, and you will get some wrong. Measuring all slopes is slow. Measure one instead, in a
# *random direction* $v$, of a *random combination* $u$ of the outputs. With the Jacobian $J$ of $f$ at $x$,
#
# $$ \sum_i v_i \sum_k u_k J_{ki} = \sum_k u_k \sum_i J_{ki} v_i $$
#
# for it does not matter which index is summed first. On the left, the inner sum is what the VJP makes of $u$. On the
# right, it is the change of $f$ along $v$, which can be measured. Write $\langle a, b \rangle$ for the sum of all
# $a_i b_i$, over every entry of two arrays of one shape. Then
#
# $$ \langle v, vjp(u) \rangle = \langle u, Jv \rangle $$
#
# $$ Jv \approx (f(x + hv) - f(x - hv)) / (2h) $$
#
# The left side needs the VJP once, the right side $f$ twice, whatever the size. A wrong entry anywhere changes the left
# side, unless chance conspires. That is **exercise `cotangent_check`**. In it $x$ may be a vector or a table, and so
# may $f(x)$.
#
# Why must $u$ be random? It is tempting to check the gradient of `f(x).sum()`. Then $u$ is all ones. Here are seven
# VJPs that are wrong, of the kind that people write. They were chosen to be right for one $u$: that of all ones. Each
# is checked twice, with $u$ all ones and with $u$ random. (For tinynet's own tensors the check is
# `tn.check_gradients`.)

# %%
x3, y3, W3 = np.random.default_rng(2).normal(size=(3, 4, 4))
b3 = np.random.default_rng(3).normal(size=4)
PLANTED = {  # name: f, the wrong vjp, and where
    "multiply, g left out": (lambda x: x * y3, lambda u, x: y3, x3),
    "tanh, g left out": (np.tanh, lambda u, x: 1 - np.tanh(x) ** 2, x3),
    "matmul in x, g left out": (lambda x: x @ W3, lambda u, x: np.ones_like(u) @ W3.T, x3),
    "matmul in W, g left out": (lambda W: x3 @ W, lambda u, W: x3.T @ np.ones_like(u), W3),
    "sum of columns, g left out": (lambda x: x.sum(axis=0), lambda u, x: np.ones_like(x), x3),
    "sum of columns, g laid as rows": (lambda x: x.sum(axis=0), lambda u, x: u[:, None] * np.ones_like(x), x3),
    "bias, copies counted, not added": (lambda b: x3 + b, lambda u, b: np.full(4, 4.0), b3),
}
rng = np.random.default_rng(4)
gaps = {}
for f, wrong, at in PLANTED.values():
    v, u = rng.normal(size=at.shape), rng.normal(size=f(at).shape)
    for kind, cotangent in ("all ones", np.ones_like(u)), ("random", u):
        left, right = mine.cotangent_check(f, wrong, at, cotangent, v, 1e-5)
        gaps.setdefault(kind, []).append(abs(left - right) / max(1, abs(left), abs(right)))
print("how far apart the two numbers are, for seven wrong VJPs")
print(f"{'':32} {'all ones':>9} {'random':>9}")
for name, ones, random in zip(PLANTED, gaps["all ones"], gaps["random"], strict=True):
    print(f"{name:32} {ones:9.0e} {random:9.0e}   {'found' if random > 1e-6 else 'not found'} by the random one")
for kind, found in gaps.items():
    print(f"with {kind} for u the check finds {sum(gap > 1e-6 for gap in found)} of {len(found)}")

figure, axes = plt.subplots(figsize=(8, 3.6))
rows = np.arange(len(PLANTED))
axes.plot(np.maximum(gaps["all ones"], 1e-16), rows, "s", color=ORANGE, markersize=8, label="u all ones")
axes.plot(gaps["random"], rows, "o", color=BLUE, markersize=8, label="u random")
axes.axvline(1e-6, color=GREY, linestyle="--")
axes.text(1.4e-6, -0.75, "found from here on", color="0.4", fontsize=9)
axes.set_yticks(rows, list(PLANTED))
axes.set(title="Which wrong VJPs does a check find?", xlabel="difference of the two numbers", xscale="log")
axes.set_ylim(len(PLANTED) - 0.5, -1.2)
axes.legend(loc="center", bbox_to_anchor=(0.68, 0.5))
lesson.figure(figure, "planted")

# %% [markdown]
# ## What a gradient is good for
#
# Change all weights a little, against the gradient $G$: $w \to w - \eta G$, where $\eta$ (eta) is a small number, the
# step. How much does $L$ fall? Each weight moves by $\eta$ times its slope, and moves $L$ by that times its slope. All
# together that makes $\eta \langle G, G \rangle$. It is a promise for small $\eta$ only: on the way the slopes change.
# Look at the picture: the straight line is what the gradient promises, the curve is what happens.

# %%
square = sum((g**2).sum() for g in gradient.values())
etas = np.linspace(0, 0.12, 61)
true = [loss(**{name: w - eta * gradient[name] for name, w in weights.items()}) for eta in etas]
promised = loss(**weights) - etas * square
small = (true[0] - true[1]) / (etas[1] * square)
best = int(np.argmin(true))
print(f"a step of {etas[1]:.3f} lowers L by {small:.0%} of what was promised; the best step here is {etas[best]:.3f}")
figure, axes = plt.subplots(figsize=(6.5, 3.8))
axes.plot(etas, true, color=BLUE, label="what happens")
axes.plot(etas, promised, "--", color=ORANGE, label="what the gradient promises")
axes.plot(etas[best], true[best], "o", color=BLUE)
axes.set(title="The loss along the gradient", xlabel=r"step $\eta$", ylabel="L", ylim=(0, 1.5 * true[0]))
axes.legend()
lesson.figure(figure, "step")

# %% [markdown]
# A step that is too long makes things worse. And one step is not training. Take fifty, half as long as the best first
# one, each with a new tape. Lesson 3 does this as it should be done.

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
# ## Your turn
#
# Write the eight functions of `exercise.py`, in its order; each stands alone, so you may leave one for later.
# `tinynet grade 2` or `pytest lessons/02_autodiff` grades them, and says for what is wrong on which input, and what
# usually causes it. `tinynet hint 2 matmul_vjp` helps a little, and more when asked again. When all pass, run
# `tinynet lesson 2` again: the tape is yours.
#
# ## Read next
#
# In tinynet's source: `autodiff.py`, the same walk in earnest (it counts uses, keeps its own stack, and frees the tape
# as it goes), `primitives.py`, the table of all operations with their VJPs, and `gradcheck.py`, the check.
