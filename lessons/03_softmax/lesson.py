# %% [markdown]
# # Lesson 3. Softmax and SGD: what the scores do
#
# A network for ten digits ends in ten numbers, the **class scores** $s_c$: one column of the last matrix a class. The
# largest score is the answer. That much is a definition. Two questions are not. This course grew out of a deck of
# slides, and the slides answer both:
#
# * **C4.** Is a score a probability? Doubtful: "in training, scores only go up".
# * **C7b.** Once a network gets all its training examples right, why does training not stand still? Because the error
#   term of the loss (its slope in a score) is always positive, so class scores race to infinity.
#
# You will write the loss, its gradient and the step that trains a network. The first step of training is made by the
# tape that you wrote in lesson 2. Then you watch every score over 500 epochs, and ask whether they mean anything.

# %%
import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script
from tinynet.drawing import COLOURS, MARKERS

lesson = Script(__file__)
mine = lesson.exercises(2, 3)  # your functions once they all pass, the solutions until then

train, valid, test = tn.datasets.load("digits")
x, labels = train
print(f"{len(x)} images to learn from, {len(test[0])} to test; an image is {x.shape[1]} numbers from -1 to 1")

# %% [markdown]
# ## From scores to a loss
#
# **Softmax** turns the scores $s$ of one example into positive numbers that sum to one:
#
# $$ p_c = \frac{e^{s_c}}{\sum_k e^{s_k}} $$
#
# If $y$ is the true class, the loss of the example is $L = -\log p_y$, with the natural logarithm: zero if the network
# is certain and right, large if it is certain and wrong. Over $N$ examples the **cross-entropy** is the mean:
#
# $$ L = -\frac{1}{N} \sum_i \log p_{i, y_i} $$
#
# A mean, so that 50 examples and 800 have losses of one size.
#
# Here it is for one example with three scores.

# %%
s = np.array([2.0, 1.0, -1.0])
p = np.exp(s) / np.exp(s).sum()
print(f"scores {s}, p = {p.round(3)}, sum {p.sum():.3f}; losses if the true class were 0, 1, 2: {-np.log(p).round(3)}")

# %% [markdown]
# ## It overflows
#
# A float64 holds numbers up to about $10^{308}$, and $e^{710}$ is beyond. Add 1,000 to each score: nothing about the
# example has changed, since the factor $e^{1000}$ cancels. The computer does not know that.

# %%
with np.errstate(over="ignore", invalid="ignore"):
    print(f"the same scores plus 1,000: p = {np.exp(s + 1000) / np.exp(s + 1000).sum()}")
m = s.max()
print(f"after the largest is taken off: p = {(np.exp(s - m) / np.exp(s - m).sum()).round(3)}")

# %% [markdown]
# So take a number $m$ off all scores of a row first. With $m = \max_k s_k$ the largest exponent is 0, nothing can
# overflow, and the sum is at least 1. One trap is left: a $p$ of $e^{-1000}$ is 0 in a float, and $\log 0 = -\infty$.
# The logarithm of a quotient is a difference, and then nothing vanishes:
#
# $$ \log p_c = (s_c - m) - \log \sum_k e^{s_k - m} $$
#
# This is exercise **`log_softmax`**; with it, **`cross_entropy`** is one line. In NumPy `axis=1` works along each row,
# and `keepdims=True` keeps a column that can be subtracted from the rows.

# %%
scores = np.array([[2.0, 1.0, -1.0], [1002.0, 1001.0, 999.0], [0.0, 1000.0, -1000.0]])
print("log p of three examples, a row each:")
with np.printoptions(precision=3, suppress=True):
    print(mine.log_softmax(scores))
print(f"mean loss for the true classes 0, 0, 1: {mine.cross_entropy(scores, np.array([0, 0, 1])):.4f}")

# %% [markdown]
# ## The gradient: the error terms
#
# Differentiate $L = \log \sum_k e^{s_k} - s_y$ by a score $s_c$. By the chain rule the first term gives
# $e^{s_c} / \sum_k e^{s_k}$, which is $p_c$. The second takes 1 off for the true class. With $t$ one-hot ($t_y = 1$,
# else 0) this is the **error term** of class $c$:
#
# $$ e_c = \frac{\partial L}{\partial s_c} = p_c - t_c $$
#
# For the mean loss of $N$ examples it is $(p_{ic} - t_{ic}) / N$, for example $i$. This is exercise
# **`loss_gradient`**.
#
# Read it. $e_y = p_y - 1$ is negative, so going down the slope means to lift the true score. All other $e_c = p_c$ are
# positive, so the others are to be lowered. And $\sum_c e_c = 1 - 1 = 0$: what is asked for one class is taken from the
# others. (Asked: what moves is the weights, and these are shared by all examples. What becomes of the scores you will
# see.) As in lesson 2, one random direction $v$ tells whether the gradient is right.

# %%
rng = np.random.default_rng(0)
scores, some = rng.normal(size=(6, 10)), rng.integers(10, size=6)
v, h = rng.normal(size=scores.shape), 1e-6
slope = (mine.cross_entropy(scores + h * v, some) - mine.cross_entropy(scores - h * v, some)) / (2 * h)
along = (mine.loss_gradient(scores, some) * v).sum()
print(f"slope along v: {slope:.8f} from two losses, {along:.8f} from the gradient")

# %% [markdown]
# ## The step
#
# A parameter $w$ with gradient $g$ moves downhill. With **momentum** $\mu$ it goes on, in part, the way it went before.
# That is kept in its **velocity** $v$, zero at first (and no longer the direction of above):
#
# $$ v \leftarrow \mu v + g, \qquad w \leftarrow w - \eta v $$
#
# $\eta$ is the learning rate. With $\mu = 0.9$ and a gradient that never changes, $v$ grows to ten times $g$, since
# $1 + 0.9 + 0.9^2 + \dots = 10$. This is exercise **`sgd_step`**.
#
# **SGD**, stochastic gradient descent, takes $g$ from a small random **batch** of examples at each step; an **epoch**
# is one pass over all of them. The **full batch** is all examples at once.

# %% [markdown]
# ## The first step of training, by your own tape
#
# Now a network: $z = x W_1 + b_1$, $a = \tanh z$, $s = a W_2 + b_2$. The tape of lesson 2 records it, node by node. The
# error terms enter at the scores, and your `backward` carries them to the four parameters.


# %%
class Tape:
    """Lesson 2's tape: a node is a number; of each we keep the value, the inputs and the way back."""

    def __init__(self):
        self.values, self.inputs, self.vjps = [], [], []

    def record(self, value, inputs=(), vjp=None):
        self.values.append(value)
        self.inputs.append(list(inputs))
        self.vjps.append(vjp)
        return len(self.values) - 1

    def affine(self, x, W, b):
        X, M, B = (self.values[node] for node in (x, W, b))
        back = lambda g: (*mine.matmul_vjp(g, X, M), mine.unbroadcast(g.copy(), B.shape))
        return self.record(X @ M + B, [x, W, b], back)

    def tanh(self, z):
        a = np.tanh(self.values[z])
        return self.record(a, [z], lambda g: (mine.tanh_vjp(g, a),))

    def backward(self, root, g):
        order = mine.topological_order(root, lambda node: self.inputs[node])
        pairs = lambda node, g: list(zip(self.inputs[node], self.vjps[node](g), strict=True)) if self.vjps[node] else []
        return mine.backward(order, pairs, g)


net = tn.MLP([64, 32, 10], seed=0)
names = "W1", "b1", "W2", "b2"
start = {name: p.numpy().astype(np.float64) for name, p in zip(names, net.parameters(), strict=True)}
batch, truth = x[:50], labels[:50]

tape = Tape()
inputs = tape.record(batch.astype(np.float64))
node = {name: tape.record(value) for name, value in start.items()}
z = tape.affine(inputs, node["W1"], node["b1"])
scores = tape.affine(tape.tanh(z), node["W2"], node["b2"])
error = mine.loss_gradient(tape.values[scores], truth)
gradients = tape.backward(scores, error)
by_hand = {
    name: mine.sgd_step(value, np.zeros(value.shape), gradients[node[name]], lr=0.1, momentum=0.9)[0]
    for name, value in start.items()
}

# %% [markdown]
# `tinynet` does the same in three lines: the loss is `tn.functional.softmax_cross_entropy`, `backward` fills the
# gradients, `tn.SGD` makes the step. Both start from the same numbers. Do they end at the same?

# %%
optimizer = tn.SGD(net.parameters(), lr=0.1, momentum=0.9)
loss = tn.functional.softmax_cross_entropy(net(batch), truth)
loss.backward()
optimizer.step()
apart = max(np.abs(by_hand[name] - p.numpy()).max() for name, p in zip(names, net.parameters(), strict=True))
moved = max(np.abs(by_hand[name] - value).max() for name, value in start.items())
by_hand_loss = mine.cross_entropy(tape.values[scores], truth)
print(f"loss before the step: {by_hand_loss:.6f} by hand, {float(loss.data):.6f} by tinynet")
print(f"the largest move of a parameter is {moved:.4f}; by hand and tinynet's differ by at most {apart:.1e}")

# %% [markdown]
# ## 500 epochs
#
# `tn.fit` repeats this step, here with half the rate. We hand it the network after your step, and note the scores of
# all training and test images after every epoch.

# %%
EPOCHS = 500


def scores_of(net, inputs):
    """Return the class scores, without a tape."""
    with tn.no_grad():
        return net(inputs).numpy()


for name, parameter in zip(names, net.parameters(), strict=True):
    parameter.data = by_hand[name].astype(np.float32)
seen, seen_in_test, lengths = [], [], []


def note(history):
    """Keep the scores, and the lengths of W1 and W2, after an epoch."""
    seen.append(scores_of(net, x))
    seen_in_test.append(scores_of(net, test[0]))
    lengths.append([float(np.linalg.norm(net.layers[i].weight.W.numpy())) for i in (0, 2)])


tn.fit(net, train, epochs=EPOCHS, batch_size=50, lr=0.05, report=note, progress=False)
seen, lengths = np.array(seen), np.array(lengths)  # seen (epoch, example, class)
print(f"after {EPOCHS} epochs: {100 * tn.evaluate(net, train):.2f} % errors in training, "
      f"{100 * tn.evaluate(net, test):.2f} % in the test")  # fmt: skip

# %% [markdown]
# Look at each class's column of scores in two parts: the mean over images *of* that class, and over all *others*. If
# scores only went up, all twenty lines would rise. The middle panel has the ten scores of one image, the one whose loss
# is largest at the end. Do its nine other scores all fall, as its error terms ask? Mind that the other images pull at
# the same weights. The right panel has the length of both matrices, the root of the sum of squares.

# %%
of_class = labels[:, None] == np.arange(10)
true = np.array([[epoch[of_class[:, c], c].mean() for c in range(10)] for epoch in seen])  # (epoch, class)
other = np.array([[epoch[~of_class[:, c], c].mean() for c in range(10)] for epoch in seen])
epochs = np.arange(1, EPOCHS + 1)
hardest = int(np.argmin(mine.log_softmax(seen[-1])[np.arange(len(x)), labels]))

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 4))
left.plot(epochs, true, color=COLOURS[5], linewidth=1)
left.plot(epochs, other, color=COLOURS[1], linewidth=1, linestyle="--")
left.plot([], [], color=COLOURS[5], label="in images of the class")
left.plot([], [], color=COLOURS[1], linestyle="--", label="in all other images")
left.set(title="Do scores only go up?", ylabel="mean score of a class, ten lines each")
middle.plot(epochs, np.delete(seen[:, hardest], labels[hardest], axis=1), color=COLOURS[1], linewidth=1, linestyle="--")
middle.plot([], [], color=COLOURS[1], linestyle="--", label="the nine others")
middle.plot(epochs, seen[:, hardest, labels[hardest]], color=COLOURS[5], linewidth=2, label=f"true: {labels[hardest]}")
middle.set(title="The ten scores of the hardest image", ylabel="score")
for i, name in enumerate(("first matrix", "last matrix")):
    right.plot(epochs, lengths[:, i], color=COLOURS[(3, 4)[i]], linestyle=("-", "--")[i], label=name)
right.set(title="Do the weights come to rest?", ylabel="length of W")
for axes in (left, middle, right):
    axes.set(xlabel="epoch", xscale="log")
    axes.grid(True, color="0.92", linewidth=0.6)
    axes.legend(fontsize="small")
lesson.figure(figure, "scores")

rose, fell = int((true[-1] > true[0]).sum()), int((other[-1] < other[0]).sum())
print(f"from epoch 1 to {EPOCHS}, in images of the class {rose} of 10 mean scores rose, in others {fell} of 10 fell")
print(f"means over classes: true {true[0].mean():.2f} -> {true[-1].mean():.2f}, "
      f"others {other[0].mean():.2f} -> {other[-1].mean():.2f}")  # fmt: skip

# %% [markdown]
# Do the error terms of an example sum to zero, as they must? In float32 each $p$ is rounded, so look at how far off the
# sum is.
#
# And how fast does the true score grow? Let $d$ be the **margin** of an example: its true score less the largest other.
# If only one other score counts, $p_y = 1 / (1 + e^{-d})$, and for a large $d$ the error terms are about $e^{-d}$ in
# size. What grows at the rate $e^{-d}$ grows like the logarithm of time: without end, but by the same amount with every
# *doubling* of the epochs. So look at the gain with each doubling. Is it about the same?

# %%
error = tn.functional.softmax(tn.Tensor(seen[-1])).numpy() - of_class
doublings = [true[2**k - 1].mean() for k in range(9)]
gains = np.diff(doublings)
print(f"largest |sum of error terms| of an example: {np.abs(error.sum(axis=1, dtype=np.float64)).max():.1e}")
print("gain of the true score with each doubling of the epoch:", ", ".join(f"{gain:.2f}" for gain in gains))

# %% [markdown]
# ## Is the loss ever exactly zero?
#
# $-\log p_y$ is positive for any finite scores. But float32 has 24 binary digits. With two classes
# $L = \log(1 + e^{-d})$. The next float after 1 is $1 + 2^{-23}$. Once $e^{-d}$ is at most half of that distance,
# $2^{-24}$, the sum is rounded to 1, and $L$ is exactly 0: from $d = 24 \log 2$ on. The bisection finds the place, with
# the loss that `tn.fit` uses. And the error terms: do they still sum to zero beyond?

# %%


def one(margin, dtype):
    """Return loss and error terms of two scores that are so far apart, the first of the true class."""
    s = tn.Tensor(np.array([[margin, 0]], dtype), requires_grad=True)
    loss = tn.functional.softmax_cross_entropy(s, np.array([0]))
    loss.backward()
    return float(loss.data), s.grad[0]


def losses_of(scores, labels):
    """Return the loss of each example, in float32 as `tn.fit` computes it."""
    return -tn.functional.log_softmax(tn.Tensor(scores)).numpy()[np.arange(len(labels)), labels]


low, high = 0.0, 100.0
while high - low > 1e-6:
    middle_of = (low + high) / 2
    low, high = (low, middle_of) if one(middle_of, np.float32)[0] == 0 else (middle_of, high)
print(f"in float32 the loss is exactly 0 from a margin of {high:.4f} on; 24 log 2 = {24 * np.log(2):.4f}")
for margin in (10, 20, 110):
    for dtype in (np.float32, np.float64):
        of_true, of_other = one(margin, dtype)[1].astype(float)
        print(f"margin {margin:3}, {dtype.__name__}: error terms {of_true:.3g} of the true score, {of_other:.3g} of "
              f"the other, sum {of_true + of_other:.1g}")  # fmt: skip

# %% [markdown]
# So in float32 there is a last stretch in which nothing lifts the true score, while the other is still lowered. It ends
# where $e^{-d}$ itself vanishes. Does training get there? Two tries: the ten digits above, and an easy task, 64 images
# of zeros and ones with the full batch and two learning rates.

# %%
zeros_and_ones = np.flatnonzero(labels < 2)[:64]
easy = x[zeros_and_ones], labels[zeros_and_ones]
share, last_moves = {}, {}
for lr in (0.5, 2.0):
    small, share[lr], before = tn.MLP([64, 16, 2], seed=0), [], []

    def zero_losses(history, small=small, lr=lr, before=before):
        """Note the share of examples whose loss is exactly 0, and the parameters."""
        share[lr].append(float(np.mean(losses_of(scores_of(small, easy[0]), easy[1]) == 0)))
        before.append(np.concatenate([p.numpy().ravel() for p in small.parameters()]))

    tn.fit(small, easy, epochs=400, batch_size=64, lr=lr, report=zero_losses, progress=False)
    last_moves[lr] = float(np.abs(before[-1] - before[-51]).max())
    print(f"zeros and ones, lr {lr}: {100 * share[lr][-1]:.0f} % of the losses are exactly 0 after 400 steps; "
          f"in the last 50 steps the parameters moved by at most {last_moves[lr]:.1g}")  # fmt: skip
last = losses_of(seen[-1], labels)
zero_share = float(np.mean(last == 0))
print(f"ten digits, {EPOCHS} epochs: {100 * zero_share:.1f} % of the losses are 0, the least is {last.min():.1e}")

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
margins = np.linspace(0, 40, 401)
losses = np.array([[one(m, dtype)[0] for m in margins] for dtype in (np.float64, np.float32)])
left.plot(margins, losses[0], color=COLOURS[0], linestyle=":", label="in float64")
left.plot(margins[losses[1] > 0], losses[1][losses[1] > 0], color=COLOURS[5], label="in float32")
left.axvline(24 * np.log(2), color=COLOURS[4], linewidth=1, label="24 log 2: 0 in float32 from here")
left.set(title="Where does the loss become zero?", xlabel="margin", ylabel="loss of an example", yscale="log")
for i, (lr, values) in enumerate(share.items()):
    style = dict(color=COLOURS[(3, 4)[i]], linestyle=("-", "--")[i], label=f"learning rate {lr}")
    right.plot(np.arange(1, 401), 100 * np.array(values), **style)
right.set(title="Does training get there? (zeros and ones)", xlabel="step", ylabel="losses that are exactly 0 (%)",
          xscale="log")  # fmt: skip
for axes in (left, right):
    axes.grid(True, color="0.92", linewidth=0.6)
left.legend(fontsize="small", loc="upper right")
right.legend(fontsize="small")
lesson.figure(figure, "zero")

# %% [markdown]
# ## Are scores probabilities?
#
# The **confidence** of an answer is its $p$. If confidences are probabilities, then of all answers given with 80 %
# about 80 % are right. Sort the test images into bins $B_1, B_2, \dots$ by confidence. In each, compare the share of
# right answers $\mathrm{acc}(m)$ with the mean confidence $\mathrm{conf}(m)$. The **expected calibration error** is
# the mean of the gap over all examples:
#
# $$ \mathrm{ECE} = \sum_m \frac{|B_m|}{N} \bigl| \mathrm{acc}(m) - \mathrm{conf}(m) \bigr| $$
#
# (Guo, Pleiss, Sun, Weinberger 2017, arXiv 1706.04599). $|B_m|$ is the number of examples in bin $m$. This is exercise
# **`calibration_error`**.
#
# Even a perfectly calibrated network does not measure 0: a bin of 20 answers is off by chance. How far, we draw: let
# each answer be right with exactly the probability that it claims, measure, and do that 200 times. An ECE that fewer
# than one draw in twenty reaches is not one that chance explains.
#
# Three networks are compared: the one above; one that learned from 100 images only; and one trained with another loss,
# the **squared hinge** $\frac1C \sum_c \max(0, 1 - t_c s_c)^2$, where $t_c$ is 1 for the true class and -1 for each of
# the others. It asks each score only to be beyond $\pm 1$, on its own side. It never promised a probability.

# %%
BINS = 15


def answers(scores):
    """Return the confidence of each test answer, and whether it is right."""
    p = np.exp(mine.log_softmax(scores.astype(np.float64)))
    return p.max(axis=1), p.argmax(axis=1) == test[1]


def by_chance(confidence, draws=200):
    """Return the ECE that one in twenty would reach by chance, if each confidence were exactly right."""
    rng = np.random.default_rng(0)
    drawn = [rng.random(len(confidence)) < confidence for _ in range(draws)]
    return float(np.quantile([mine.calibration_error(confidence, right, BINS) for right in drawn], 0.95))


def watched(data, loss=None):
    """Train a network in the same way, and return its test scores after every epoch."""
    net, kept = tn.MLP([64, 32, 10], seed=0), []
    tn.fit(net, data, epochs=EPOCHS, batch_size=50, lr=0.05, loss=loss, progress=False,
           report=lambda _: kept.append(scores_of(net, test[0])))  # fmt: skip
    return kept


networks = {
    "cross-entropy": seen_in_test,
    "cross-entropy on 100 images": watched((x[:100], labels[:100])),
    "squared hinge": watched(train, tn.functional.squared_hinge),
}
marks = np.unique(np.geomspace(1, EPOCHS, 40).astype(int))
ece = {name: [mine.calibration_error(*answers(kept[e - 1]), BINS) for e in marks] for name, kept in networks.items()}
chance = {name: by_chance(answers(kept[-1])[0]) for name, kept in networks.items()}
for name, kept in networks.items():
    confidence, right_ones = answers(kept[-1])
    print(f"{name}: after {EPOCHS} epochs {100 * (~right_ones).mean():.1f} % errors, mean confidence "
          f"{100 * confidence.mean():.1f} %, ECE {100 * ece[name][-1]:.1f} % "
          f"(by chance up to {100 * chance[name]:.1f} %), "
          f"least ECE {100 * min(ece[name]):.1f} % at epoch {marks[int(np.argmin(ece[name]))]}")  # fmt: skip

figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.6))
left.plot([0, 1], [0, 1], color="0.6", linestyle=":", label="probabilities")
for i, (name, kept) in enumerate(networks.items()):
    style = dict(color=COLOURS[(5, 4, 3)[i]], marker=MARKERS[i], markersize=5, linewidth=1.2)
    confidence, right_ones = answers(kept[-1])
    place = np.ceil(confidence * 10).astype(int)
    held = [m for m in range(1, 11) if (place == m).sum() >= 5]
    conf, acc = ([values[place == m].mean() for m in held] for values in (confidence, right_ones))
    left.plot(conf, acc, label=name, **style)
    right.plot(marks, 100 * np.array(ece[name]), markevery=5, label=name, **style)
    right.axhline(100 * chance[name], color=style["color"], linewidth=0.8, linestyle=":")
left.set(title=f"Epoch {EPOCHS}: is confidence the share of right answers?", xlabel="confidence", xlim=(0, 1.02),
         ylabel="right answers (bins of 5 or more)", ylim=(0, 1.02))  # fmt: skip
right.set(title=f"Calibration error (dotted: by chance, epoch {EPOCHS})", xlabel="epoch", ylabel="ECE (%)",
          xscale="log", yscale="log")  # fmt: skip
right.yaxis.set_major_formatter("{x:g}")
for axes in (left, right):
    axes.grid(True, color="0.92", linewidth=0.6)
    axes.legend(fontsize="small")
lesson.figure(figure, "calibration")

# %% [markdown]
# Above the diagonal answers are right more often than they claim: the network is too modest. Below, it claims too much.
#
# What this run says about C4 is worked out from the figures: do scores only go up, and is the calibration error of any
# network one that chance explains? The claim holds if they do and there is no such network.

# %%
only_up = fell == 0
probability = {name: ece[name][-1] <= chance[name] for name in networks}
calibrated = [name for name, so in probability.items() if so]
lesson.verdict(
    "C4", "holds" if only_up and not calibrated else "holds in part",
    f"one column a class and the largest wins, by construction. Scores {'' if only_up else 'do not '}only go up"
    f": {rose} of 10 rose where they are true, {fell} of 10 fell elsewhere. They can be read as probabilities, within "
    f"chance, for: {', '.join(calibrated) or 'no network'}. ECE: "
    + ", ".join(f"{n} {100 * ece[n][-1]:.1f} % (chance up to {100 * chance[n]:.1f} %)" for n in networks),
)  # fmt: skip

# %% [markdown]
# ## Noise or error term?
#
# Scores drift apart, margins grow, and answers become more certain. The slides name two causes:
#
# * **C7a**: the random walk of SGD is not symmetric. (A small batch's gradient is that of all examples plus something
#   random. So the weights wander.) It needs *noise*.
# * **C7b**: the error term of cross-entropy is never zero. It needs no noise, but *this loss*.
#
# Two switches tell them apart. The full batch has no noise. The squared hinge has an error term that **is** zero once
# every score is beyond its $\pm 1$. Four runs on 400 images, the same number of steps and the same rate. What to look
# at: does the margin still grow over the second half of the steps?

# %%
STEPS = 2000
part = x[:400], labels[:400]
losses = {"cross-entropy": tn.functional.softmax_cross_entropy, "squared hinge": tn.functional.squared_hinge}
margins, lengths = {}, {}
for loss_name, loss in losses.items():
    for size in (50, 400):
        key = f"{loss_name}, {'batches of 50' if size == 50 else 'full batch'}"
        net, grown, length = tn.MLP([64, 32, 10], seed=0), [], []

        def margin(history, net=net, grown=grown, length=length):
            """Note the median margin."""
            s = scores_of(net, part[0])
            of_true = s[np.arange(len(s)), part[1]]
            s[np.arange(len(s)), part[1]] = -np.inf
            grown.append(float(np.median(of_true - s.max(axis=1))))
            length.append(history.weight_norm[-1])

        tn.fit(net, part, epochs=STEPS * size // 400, batch_size=size, lr=0.3, momentum=0.9, loss=loss,
               report=margin, progress=False)  # fmt: skip
        margins[key], lengths[key] = np.array(grown), np.array(length)
gain = {key: m[-1] - m[len(m) // 2 - 1] for key, m in margins.items()}
for key, m in margins.items():
    quarter, half = m[len(m) // 4 - 1], m[len(m) // 2 - 1]
    print(f"{key}: median margin {quarter:.2f}, {half:.2f}, {m[-1]:.2f} at steps {STEPS // 4}, {STEPS // 2}, {STEPS}")

figure, panels = plt.subplots(1, 2, figsize=(10.5, 4.2))
for i, key in enumerate(margins):
    steps = np.linspace(0, STEPS, len(margins[key]) + 1)[1:]
    style = dict(color=COLOURS[(5, 5, 4, 4)[i]], linestyle=("-", "--")[i % 2], linewidth=2 - i % 2, label=key)
    for axes, values in zip(panels, (margins[key], lengths[key]), strict=True):
        axes.plot(steps, values, **style)
panels[0].set(title="Which switch stops the growth?", ylabel="median margin")
panels[1].set(title="The same, of the weights", ylabel="length of all parameters")
for axes in panels:
    axes.set(xlabel="step", xscale="log")
    axes.grid(True, color="0.92", linewidth=0.6)
panels[0].legend(fontsize="small")
lesson.figure(figure, "noise-or-error")

# %% [markdown]
# C7b is right about the cause if cross-entropy grows on without noise (at least half as much as with it), and the hinge
# stops without noise (below a tenth of cross-entropy's gain). It says more: always positive, and to infinity. That is
# put against what float32 did above.

# %%
full, noisy = gain["cross-entropy, full batch"], gain["cross-entropy, batches of 50"]
hinge = gain["squared hinge, full batch"]
cause = full >= 0.5 * noisy > 0 and hinge <= 0.1 * full
ends = max(values[-1] for values in share.values())
lesson.verdict(
    "C7b", ("holds in part" if ends else "holds") if cause else "does not hold",
    f"without noise the median margin gained {full:.2f} over the second half of the steps, with noise {noisy:.2f}, "
    f"with the hinge {hinge:z.2f}. In the 500 epochs the mean true score gained "
    f"{gains[-3:].mean():.2f} a doubling, over the last three. The error term is positive in real numbers; in "
    f"float32 up to {100 * ends:.0f} % of the easy task's losses ended at exactly 0, of the digits' "
    f"{100 * zero_share:.0f} %",
)  # fmt: skip

# %% [markdown]
# C7a, whether a step is smaller where $|z|$ is larger, is measured in lesson 4.
#
# ## Exercises
#
# In `exercise.py` beside this script: `log_softmax`, `cross_entropy`, `loss_gradient`, `sgd_step`, `calibration_error`.
# Each is one to six lines. `cross_entropy` and `loss_gradient` may call your `log_softmax`, so begin with that. Grade
# them with `tinynet grade 3` (or `pytest lessons/03_softmax`); when you are stuck, `tinynet hint 3 sgd_step` helps a
# little, and more when asked again. Once all pass, this script runs on your own functions.
#
# ## Read on
#
# `tinynet/functional.py` has the losses with their gradients, `tinynet/optim.py` the step, `tinynet/training.py` what
# `fit` adds to it. `tn.reading.scores` and `tn.reading.calibration` are this lesson's instruments for any network.
