# %% [markdown]
# # Lesson 6. Reading a network
#
# A trained network gives answers, but no reasons. If we could read it, we could check what it learned, repair it, and
# throw away what it does not need. Can we (research question **Q1**)? In lesson 5 you knew the solution and only had to
# recognize it. Here nobody knows it. You try two ways to read a network that recognizes handwritten digits:
#
# - **Units as questions.** A saturated unit tells which side of a plane the input is on; this is claim **C6** of
#   lesson 4. So it answers a yes-or-no question. Does the network decide like a tree of such questions?
# - **Units that repeat each other.** If the activation of one unit can be computed from that of another, it adds
#   nothing new. Then the two units can be merged into one.
#
# Whether a reading is any good is measured on test data, which neither the network nor the tree has seen.

# %%
from itertools import takewhile

import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script
from tinynet.drawing import COLOURS

lesson = Script(6)


def trained(widths, data, epochs=40):
    """Return a network after training, and the same network before training."""
    net, fresh = tn.MLP(widths), tn.MLP(widths)
    tn.fit(net, data.train, epochs=epochs, lr=0.05, schedule=tn.optim.cosine, progress=False)
    return matrices(net), matrices(fresh)


def matrices(net):
    """Return W, b, V and e of a network with one hidden layer: scores = tanh(x W + b) V + e."""
    first, _, last = net.layers
    parts = first.weight.weight(), first.bias, last.weight.weight(), last.bias
    return tuple(part.numpy().astype(float) for part in parts)


digits = tn.datasets.load("digits")
x_train, x_test = digits.train.inputs, digits.test.inputs
net, fresh = trained([64, 16, 10], digits)
W, b, V, e = net
z_train, z_test = x_train @ W + b, x_test @ W + b
says_train, says_test = (np.argmax(np.tanh(z) @ V + e, axis=1) for z in (z_train, z_test))
print(f"The network 64-16-10 has a test error of {100 * np.mean(says_test != digits.test.labels):.1f} %")
print(f"|a| > 0.9 in {100 * np.mean(np.abs(np.tanh(z_test)) > 0.9):.0f} % of all pairs of a test digit and a unit")

# %% [markdown]
# ## What if units could only say yes or no?
#
# Each hidden unit receives a sum $z_j$ and gives $a_j = \tanh(z_j)$. Where $z_j = 0$ there is a plane in the space of
# inputs. If C6 is right and an activation only tells which side of its plane the input is on, then nothing should
# change when each $a_j$ becomes its sign. Try it: replace tanh by sign in the trained network, change nothing else, and
# count how often it still gives the same answer.

# %%
lesson.predict(
    "signs", "With signs in place of tanh: on what share of the test digits does the network answer the same?"
)

# %%


def sign(z):
    return np.where(z >= 0, 1.0, -1.0)


def by_signs(layers, x):
    """Return the share of inputs for which the network gives the same answer with sign in place of tanh."""
    W, b, V, e = layers
    z = x @ W + b
    return float(np.mean(np.argmax(sign(z) @ V + e, axis=1) == np.argmax(np.tanh(z) @ V + e, axis=1)))


signs_agree = {"digits": by_signs(net, x_test)}
print(f"Signs alone give the same answer for {100 * signs_agree['digits']:.1f} % of the test digits")
lesson.answer("signs", signs_agree["digits"], "{:.1%}")

# %% [markdown]
# ## What is a question worth?
#
# Think of the game of twenty questions. A good question splits what is still possible into two parts of about equal
# size; a poor one rules out next to nothing. Entropy puts a number on this.
#
# Let $y$ be what the network says about a training digit. Before any question you do not know $y$, and the entropy
# measures in bits how much you do not know:
#
# $$H(y) = -\sum_y p_y \log_2 p_y$$
#
# The sum runs over the ten classes, and $p_y$ is the share of class $y$. A class that does not occur adds nothing. Ten
# classes that are equally frequent have $\log_2 10 = 3.32$ bits.
#
# Now ask whether $z_j \ge t$, for some threshold $t$. A question with two answers can tell you at most one bit. How
# much it tells you on average is its **information gain**: the entropy before the question, minus the entropy that is
# left after it. Of all $n$ examples, $n_{\text{yes}}$ answer yes and $n_{\text{no}}$ answer no. Let $H_{\text{yes}}$
# and $H_{\text{no}}$ be the entropies within these two groups. Each counts by the share of its group:
#
# $$\text{gain} = H(y) - \frac{n_{\text{yes}}}{n} H_{\text{yes}} - \frac{n_{\text{no}}}{n} H_{\text{no}}$$
#
# **Exercise `information_gain`.** Return this for one unit and $t = 0$.

# %%
information_gain = lesson.exercise("information_gain")
questions = {
    "hidden units": z_train,
    "pixels": x_train,
    "units before training": x_train @ fresh[0] + fresh[1],
}
worth = {name: np.sort([information_gain(unit, says_train) for unit in z.T]) for name, z in questions.items()}
shares = np.unique(says_train, return_counts=True)[1] / len(says_train)
print(f"H(y) = {-(shares * np.log2(shares)).sum():.2f} bits. How many of them does one question z >= 0 gain?")
for name, g in worth.items():
    print(f"  {name} ({len(g)}): best {g[-1]:.2f}, median {np.median(g):.2f}, worst {g[0]:.2f}")

# %% [markdown]
# ## Growing a tree from the units
#
# One question is not enough, so ask several, one after the other. All training digits start together at the root. Ask
# the question with the largest gain, among all units and all thresholds $t$, and send each digit to one of two sides.
# Then do the same on each side with the digits that arrived there. Stop when the network says the same about all of
# them, or when the tree is as deep as you allow. (Trees grown by information gain: Quinlan 1986, ID3. Trees grown from
# trained networks: Craven and Shavlik 1996.)
#
# A question about a single pixel cuts the space of images at a right angle to one axis. A question about a unit may cut
# it in any direction. A tree of such slanted cuts is called oblique.
#
# How do you find the best threshold for a unit? Sort the values of $z_j$. Each gap between neighbours is a possible
# cut, and the class counts below it are a running sum. The function `gains` computes the gains of many questions at
# once. Its argument `counts` holds the number of examples in each class, and each row of `yes` holds how many of them
# answer yes to one question.


# %%
def entropy(counts):
    """Return the entropy of counts (.., classes), in bits."""
    p = counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1)
    return -(p * np.log2(np.where(p > 0, p, 1))).sum(axis=-1)


def gains(counts, yes):
    """Return the gain of each question, from counts (classes,) and yes (.., classes)."""
    left = sum(side.sum(axis=-1) / counts.sum() * entropy(side) for side in (yes, counts - yes))
    return entropy(counts) - left


def onehot(y):
    return np.eye(10)[y]  # (examples, classes)


def best_question(z, classes):
    """Return unit j, threshold t and gain of the best question z_j >= t; z (n, units), classes (n, 10) one-hot."""
    order = np.argsort(z, axis=0)
    values = np.take_along_axis(z, order, axis=0)
    below = np.cumsum(classes[order], axis=0)[:-1]  # (cuts, units, 10): the classes below each cut
    total = classes.sum(axis=0)
    g = gains(total, total - below)
    g[values[1:] == values[:-1]] = -1  # no cut between equal values
    cut, unit = np.unravel_index(np.argmax(g), g.shape)
    return int(unit), (values[cut, unit] + values[cut + 1, unit]) / 2, float(g[cut, unit])


def grow(z, classes, depth):
    """Grow a tree; return a leaf {counts} or a question {counts, unit, t, gain, no, yes}."""
    node = {"counts": classes.sum(axis=0)}
    if depth and node["counts"].max() < len(z):
        unit, t, gain = best_question(z, classes)
        if gain >= 0:
            yes = z[:, unit] >= t
            node |= {"unit": unit, "t": t, "gain": gain}
            node |= {"no": grow(z[~yes], classes[~yes], depth - 1), "yes": grow(z[yes], classes[yes], depth - 1)}
    return node


def answer(tree, row):
    while "unit" in tree:
        tree = tree["yes" if row[tree["unit"]] >= tree["t"] else "no"]
    return int(tree["counts"].argmax())


def splits(tree):
    return 1 + splits(tree["no"]) + splits(tree["yes"]) if "unit" in tree else 0


def agreement(tree, z, says):
    """Return the share of examples for which the tree says what the network says."""
    return float(np.mean([answer(tree, row) for row in z] == says))


# %% [markdown]
# How often does the tree say what the network says? That depends on how deep the tree may be. But the number alone
# would not show that the *trained* units ask good questions, because any questions make some tree. So grow two more
# trees that learn the same answers, one from the 64 pixels, and one from the 16 units of the same network before
# training.

# %%
lesson.predict(
    "tree", "Up to 10 questions a digit, asked of the trained units: how often does the tree agree with the network?"
)

# %%
fresh_questions = {
    "hidden units": z_test,
    "pixels": x_test,
    "units before training": x_test @ fresh[0] + fresh[1],
}
depths = (1, 2, 3, 4, 5, 6, 8, 10)
curves, trees = {}, {}
for name, z in questions.items():
    for depth in depths:
        tree = trees[name, depth] = grow(z, onehot(says_train), depth)
        curves.setdefault(name, []).append(agreement(tree, fresh_questions[name], says_test))
print("How often the tree says what the network says, in % of the test digits, at depths", *depths)
for name, curve in curves.items():
    last = splits(trees[name, depths[-1]])
    print(f"  {name:22s}", *(f"{100 * c:.0f}" for c in curve), f"  (the largest tree has {last} questions)")
lesson.answer("tree", curves["hidden units"][-1], "{:.0%}")
grown = tn.reading.splits.SplitTree(tn.reading.splits.grow(z_train, says_train, depth=10, thresholds="best"), [])
same = np.mean(grown.predict(z_test) == [answer(trees["hidden units", 10], row) for row in z_test])
print(f"The tree of tinynet.reading.splits agrees with this tree of units on {100 * same:.0f} % of the test digits")

figure, axes = plt.subplots(figsize=(6.8, 4.4))
for (name, curve), colour, marker in zip(curves.items(), (COLOURS[5], COLOURS[1], COLOURS[3]), "osD", strict=True):
    axes.plot(depths, [100 * c for c in curve], color=colour, marker=marker, label=f"tree of {name}")
axes.axhline(100 * signs_agree["digits"], color=COLOURS[4], linestyle="--", label="the network with signs alone")
axes.set(
    xlabel="depth (most questions asked about a digit)",
    ylabel="agreement with the network (% of test digits)",
    ylim=(0, 100),
)
axes.set_title("Does the network decide by a few questions?")
axes.grid(True, color="0.92", linewidth=0.6)
axes.legend(loc="lower right", fontsize=9)
lesson.figure(figure, "agreement")

# %% [markdown]
# ## The tree, drawn
#
# Here is the tree of depth 4. Each question shows its unit's column of $W$ as an image. A digit goes to the right, the
# yes side, if $z_j$ is large: if it has ink where the column is purple, and bare paper where the column is orange. Each
# leaf shows the class that the network names most often there, and how often: its share of the training digits in this
# leaf.
#
# Can you read it? Does the first column look like something that sets two groups of digits apart?


# %%
def draw(axes, tree, left, right, level):
    """Draw a tree between two places on the x-axis; return the place of its root."""
    middle = (left + right) / 2
    if "unit" not in tree:
        share = tree["counts"].max() / tree["counts"].sum()
        axes.text(
            middle, -level, f"{tree['counts'].argmax()}\n{100 * share:.0f} %", ha="center", va="center", fontsize=9,
            bbox={"boxstyle": "round", "facecolor": "0.92", "edgecolor": "none"},
        )  # fmt: skip
        return middle
    for child, ends in ((tree["no"], (left, middle)), (tree["yes"], (middle, right))):
        above = 0.42 if "unit" in child else 0.12  # a line ends above the child's title
        axes.plot(
            [middle, draw(axes, child, *ends, level + 1)], [-level - 0.28, -level - 1 + above], color="0.6", zorder=0
        )
    column = W[:, tree["unit"]].reshape(8, 8)
    size = np.abs(W).max() * 0.7
    picture = axes.inset_axes((middle - 0.042, -level - 0.28, 0.084, 0.56), transform=axes.transData)
    picture.imshow(column, cmap="PuOr", vmin=-size, vmax=size)
    picture.set_axis_off()
    question = f"$z_{{{tree['unit']}}}$ ≥ {round(tree['t'], 1) + 0.0}"
    picture.set_title(question, fontsize=9, pad=4, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
    return middle


figure, axes = plt.subplots(figsize=(12, 6.8))
axes.set_axis_off()
axes.set(xlim=(0, 1), ylim=(-4.3, 0.5))
draw(axes, trees["hidden units", 4], 0, 1, 0)
share = curves["hidden units"][depths.index(4)]
axes.set_title(
    f"A tree of hidden units (right: yes). It says what the network says on {100 * share:.0f} % of the test digits."
)
lesson.figure(figure, "tree")

# %% [markdown]
# ## Other problems
#
# Are these numbers good or bad? That depends on the problem. So repeat the measurement on two others: a table of
# tumours (is a tumour benign?) and two spirals in the plane. For the tumours a single question may be enough. The
# spirals can be cut apart by any lines, as long as there are enough of them. So see whether training made the units
# better questions than they were before.
#
# (On the spirals the network has only 16 units and 500 training points, and it makes errors of its own. The tree has to
# say what the network says, right or wrong.)

# %%
others = {
    "tumours": (tn.datasets.load("breast_cancer"), [30, 8, 2], 40, 1),
    "spirals": (tn.datasets.load("spirals", train=500), [2, 16, 2], 300, 8),
}
trees_agree = {"digits": (curves["hidden units"][-1], curves["pixels"][-1], curves["units before training"][-1])}
tests = {"digits": len(x_test)}
print("                    test    same answer    agreement of the tree of")
print("                   error    by signs       units    inputs   units before training")
for name, (data, widths, epochs, depth) in others.items():
    other, before = trained(widths, data, epochs)
    says = [np.argmax(np.tanh(x @ other[0] + other[1]) @ other[2] + other[3], axis=1) for x, _ in data]
    signs_agree[name] = by_signs(other, data.test.inputs)
    found = []
    for weights in (other[:2], None, before[:2]):
        z = [x if weights is None else x @ weights[0] + weights[1] for x, _ in data]
        found.append(agreement(grow(z[0], onehot(says[0]), depth), z[2], says[2]))
    trees_agree[name], tests[name] = tuple(found), len(data.test.inputs)
    wrong = np.mean(says[2] != data.test.labels)
    print(
        f"{name}, depth {depth}  {100 * wrong:4.1f} %    {100 * signs_agree[name]:5.1f} %"
        f"        {100 * found[0]:5.1f} %  {100 * found[1]:5.1f} %  {100 * found[2]:5.1f} %"
    )

# %% [markdown]
# ## Do units repeat each other?
#
# Now to the second way of reading. Take a wider network, 64-64-10, and let $A$ hold its activations on the test digits,
# one unit in each column. The correlation $r_{ij}$ of columns $i$ and $j$ is 1 or -1 if one is the other, stretched,
# shifted or turned round. Does training make units more alike, or less?

# %%
net, fresh = trained([64, 64, 10], digits)
A = {"before training": np.tanh(x_test @ fresh[0] + fresh[1]), "after training": np.tanh(x_test @ net[0] + net[1])}
pairs = np.triu_indices(64, 1)
alike, strongest, spectra = {}, {}, {}
for name, a in A.items():
    r = np.corrcoef(a.T)
    alike[name], strongest[name] = np.abs(r[pairs]).mean(), np.abs(r[pairs]).max()
    spectra[name] = np.linalg.svd(a - a.mean(axis=0), compute_uv=False)
    print(f"{name}: two units have a mean |r| of {alike[name]:.3f}, and {strongest[name]:.3f} at most")

# %% [markdown]
# Pairs do not tell the whole story: a unit can be the sum of two others without being much like either of them. The
# **rank** catches this too. It counts how many units are independent. First subtract each column's mean, because a
# constant is free (the next layer has a bias). Then take the singular values $s_1 \ge s_2 \ge \dots$ of what is left.
# In lesson 1 they were the stretches of a matrix. If one of them is 0, then some weighted sum of the units never
# changes.
#
# Rounding turns an exact 0 into a very small number, so we need a tolerance, given as a share of the largest singular
# value:
#
# $$\text{rank} = \text{number of } k \text{ with } s_k > \text{tolerance} \cdot s_1$$
#
# (`np.linalg.matrix_rank` does not subtract the means. Its `tol` is an absolute bound; the share is called `rtol`.)
# What you find depends on the tolerance you choose, so the code tries three.
#
# **Exercise `rank`.** Return how many units are independent.
#
# If the last singular value lies far below the one before it, then some weighted sum of units hardly ever changes.
# Perhaps it is just a single unit. So the code also prints which unit varies least. If its mean $|a|$ is close to 1, it
# is saturated for nearly every digit, always on the same side.

# %%
rank = lesson.exercise("rank")
ranks = {}
for name, s in spectra.items():
    ranks[name] = [rank(A[name], tolerance) for tolerance in (1e-5, 1e-2, 1e-1)]
    print(f"{name}: rank of the 64 units at tolerances 1e-5, 1e-2 and 1e-1: {', '.join(map(str, ranks[name]))}")
    spread = A[name].std(axis=0)
    j = int(spread.argmin())
    print(
        f"  s_63 / s_1 = {s[-2] / s[0]:.4f}, s_64 / s_1 = {s[-1] / s[0]:.4f}; unit {j} varies least: its spread is "
        f"{spread[j]:.3f} (the median is {np.median(spread):.3f}), its mean |a| {np.abs(A[name][:, j]).mean():.2f}"
    )

figure, panels = plt.subplots(1, 2, figsize=(10, 4.4))
for axes, (name, a) in zip(panels, A.items(), strict=True):
    image = axes.imshow(np.corrcoef(a.T), cmap="PuOr", vmin=-1, vmax=1)
    axes.set(title=f"{name}: mean |r| {alike[name]:.2f}", xlabel="unit", ylabel="unit")
figure.colorbar(image, ax=panels, label="correlation r", shrink=0.8)
lesson.figure(figure, "correlations")

figure, axes = plt.subplots(figsize=(6.5, 4))
for (name, s), colour, style in zip(spectra.items(), (COLOURS[3], COLOURS[5]), ("--", "-"), strict=True):
    axes.plot(range(1, 65), s / s[0], style, color=colour, label=name)
axes.set(yscale="log", xlabel="k", ylabel="singular value $s_k / s_1$", title="How many units are independent?")
axes.grid(True, color="0.92", linewidth=0.6)
axes.legend()
lesson.figure(figure, "spectrum")

# %% [markdown]
# ## Merging two units
#
# If two advisers always say the same thing, you need to hear only one of them, and to give that one's word more weight.
# So suppose that $a_j = c a_i + d$ for every input, with two numbers $c$ and $d$. Then units $i$ and $j$ together add
# $a_i V_i + a_j V_j$ to the scores. Put $c a_i + d$ in place of $a_j$, and sort the terms. One part varies with $a_i$,
# the other is the same for every input. Where does each belong, so that unit $j$ can go and no score changes?
#
# **Exercise `merge`.** Return the network without unit $j$.
#
# First try it where it must work. Add two units to the trained network: a twin of unit 0 that is turned round
# ($c = -1$, $d = 0$), and a unit that always gives the same ($c = 0$, and $d$ is that constant). Then merge both away.
# Do it once more without the bias, to see what forgetting it costs.

# %%
merge = lesson.exercise("merge")


def scores(layers, x):
    W, b, V, e = layers
    return np.tanh(x @ W + b) @ V + e


def merged(layers, i, j, c, d):
    """Return the network with unit j merged into unit i."""
    return merge(*layers, i, j, c, d)


rng = np.random.default_rng(0)
W, b, V, e = net
wide = (
    np.column_stack([W, -W[:, 0], np.zeros(64)]), np.append(b, [-b[0], 0.8]),
    np.vstack([V, rng.normal(size=(2, 10))]), e,
)  # fmt: skip
smaller = merged(merged(wide, 0, 65, 0, np.tanh(0.8)), 0, 64, -1, 0)
forgotten = merged(merged(wide, 0, 65, 0, 0), 0, 64, -1, 0)
exact = np.abs(scores(smaller, x_test) - scores(wide, x_test)).max()
print(f"66 units merged to {len(smaller[1])}: no score changes by more than {exact:.1e}")
print(f"if the bias is forgotten: by up to {np.abs(scores(forgotten, x_test) - scores(wide, x_test)).max():.2f}")

# %% [markdown]
# ## Merging units of a trained network
#
# Nobody planted twins in the trained network. So take the pair with the largest $|r|$, and find, on the **training**
# digits, the $c$ and $d$ that bring $c a_i + d$ closest to $a_j$. They make the mean of $(a_j - c a_i - d)^2$ smallest,
# so its slopes with respect to $d$ and to $c$ are zero. The first condition says that the means of both sides agree.
# The second says that what is left over is uncorrelated with $a_i$.
#
# **Exercise `fit_unit`.** Return these two numbers. Solve the two conditions for them.
#
# Merge the pair, then look for the next one. Of the two units, the one that adds less to the scores has to go; as in
# lesson 5, what a unit adds is its spread times the length of its row of $V$. How far can you go before the network
# gives other answers on the **test** digits?
#
# A second network joins in. It is a student of 8 units as in lesson 5, trained for longer, whose teacher has 4. For
# each merge look at how much the unit that goes was adding. Even a pair that is hardly alike costs little if that unit
# adds next to nothing.

# %%
lesson.predict("free", "Down to how many of the 64 units can you merge before more than 1 % of the answers change?")

# %%
fit_unit = lesson.exercise("fit_unit")


def merge_closest(layers, x):
    """Merge the most correlated pair; return the network, the pair's |r|, and what the unit that went had added."""
    W, b, V, _ = layers
    A = np.tanh(x @ W + b)
    r = np.corrcoef(A.T) - np.eye(len(b))
    i, j = np.unravel_index(np.argmax(np.abs(r)), r.shape)
    adds = A.std(axis=0) * np.linalg.norm(V, axis=1)
    if adds[i] < adds[j]:
        i, j = j, i
    return merged(layers, int(i), int(j), *fit_unit(A[:, i], A[:, j])), abs(r[i, j]), adds[j]


says = scores(net, x_test).argmax(axis=1)
history = [(64, np.nan, 1.0, float(np.mean(says != digits.test.labels)), 0.0)]
smaller = net
while len(smaller[1]) > 4:
    smaller, r, _ = merge_closest(smaller, x_train)
    now = scores(smaller, x_test)
    change = np.abs(now - scores(net, x_test)).max()
    now = now.argmax(axis=1)
    history.append((len(smaller[1]), r, np.mean(now == says), np.mean(now != digits.test.labels), change))
for units, r, agree, wrong, change in history:
    if units in (64, 63, 60, 56, 48, 40, 32, 24, 16, 8):
        print(
            f"{units:3d} units: |r| of the last pair {f'{r:.3f}' if r > 0 else '  -  '}, largest change of a score "
            f"{change:5.2f}, same answer on {100 * agree:5.1f} %, test error {100 * wrong:4.1f} %"
        )
free = [units for units, *_ in takewhile(lambda h: h[2] >= 0.99, history)][-1]
lesson.answer("free", free, "{:.0f}")

teacher = tn.datasets.teacher.network(1, (8, 4, 3))
x, x_fresh = (rng.uniform(-1, 1, (1000, 8)).astype(np.float32) for _ in range(2))
targets, goal = (tn.datasets.teacher.scores(inputs, teacher) for inputs in (x, x_fresh))
student = tn.MLP([8, 8, 3])
tn.fit(
    student, (x, targets.astype(np.float32)), epochs=320, batch_size=100, lr=0.2, schedule=tn.optim.cosine,
    progress=False,
)  # fmt: skip
smaller, path = matrices(student), []
while True:
    gap = np.sqrt(((scores(smaller, x_fresh) - goal) ** 2).mean() / goal.var(axis=0).mean())
    path.append((len(smaller[1]), gap))
    if len(smaller[1]) == 3:
        break
    smaller, *pair = merge_closest(smaller, x)
    path[-1] += tuple(pair)
print(
    "The student of 8 units: its error on fresh inputs, the |r| of the pair merged next, and what the lost unit adds:"
)
for units, gap, *pair in path:
    print(f"  {units} units: error {gap:.4f}" + (", |r| {:.4f}, adds {:.2f}".format(*pair) if pair else ""))

figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.2))
units, _, agree, wrong, _ = zip(*history[1:], strict=True)
left.plot(units, [100 * (1 - a) for a in agree], color=COLOURS[5], label="test digits with another answer")
left.plot(units, [100 * w for w in wrong], "--", color=COLOURS[4], label="test error")
left.set(xlabel="hidden units left of 64", ylabel="%", title="Digits: how many units can be merged away?", yscale="log")
left.set_yticks([0.1, 0.3, 1, 3, 10, 30, 100], ["0.1", "0.3", "1", "3", "10", "30", "100"])
left.invert_xaxis()
right.plot([p[0] for p in path], [p[1] for p in path], "o-", color=COLOURS[5])
right.axvline(4, color="0.7", linestyle=":")
right.annotate("the teacher's width", (4, path[0][1]), xytext=(-4, 0), textcoords="offset points", rotation=90,
               ha="right", fontsize=8, color="0.4")  # fmt: skip
right.set(xlabel="hidden units left of 8", ylabel="error on fresh inputs (relative)", yscale="log")
right.set_title("A student as in lesson 5: can its extra units go?")
right.set_xticks(range(3, 9))
right.invert_xaxis()
for axes in (left, right):
    axes.grid(True, color="0.92", linewidth=0.6)
left.legend()
lesson.figure(figure, "merging")

# %% [markdown]
# ## Verdicts
#
# For C6 we look at how often signs alone give the same answer, on three problems: it is to be at least 99 % of the test
# data. We say that training made better questions if the tree of trained units agrees with the network more often than
# both other trees, by more than two standard errors.

# %%


def better(name):
    """Return whether trained units make the best tree, and the three agreements."""
    found = trees_agree[name]
    chance = 2 * np.sqrt(2 * max(found) * (1 - max(found)) / tests[name])  # two standard errors of a difference
    return found[0] - max(found[1:]) > chance, "units {:.1%}, inputs {:.1%}, units before training {:.1%}".format(
        *found
    )


lesson.verdict(
    "C6",
    {
        f"a unit only tells the side of its plane: {name}": (share >= 0.99, f"signs alone agree on {share:.1%}")
        for name, share in signs_agree.items()
    },
)
lesson.verdict(
    "Q1",
    {
        **{f"the network decides like a short tree of its units: {name}": (
            trees_agree[name][0] >= 0.99, f"the tree agrees on {trees_agree[name][0]:.1%}"
        ) for name in trees_agree},
        **{f"training made better questions: {name}": better(name) for name in trees_agree},
        "some trained units can be computed from the others": (
            ranks["after training"][0] < 64, f"rank {ranks['after training'][0]} of 64 at a tolerance of 1e-5"
        ),
        "half of the units can be merged away": (
            free <= 32, f"down to {free} of 64 before more than 1 % of the answers change"
        ),
    },
)  # fmt: skip

# %% [markdown]
# Two things remain open. There may be better trees: ours was grown greedily, taking the best question at each step, and
# that need not lead to the best tree. And when several units depend on each other together, more of them can perhaps be
# removed than by merging pairs.
#
# ## Read on
#
# In tinynet's source, `reading/decisions/splits.py` grows the tree and finds how much signs alone could tell at best,
# and `reading/layers/dependence.py` finds units that are linear in all the others, and shrinks a network.
#
# **An open question.** The tree reads the sign of a unit, the network its amount. Is there a network whose units could
# be read by signs alone, at the same error?
