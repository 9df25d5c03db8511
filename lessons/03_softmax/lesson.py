# %% [markdown]
# # Lesson 3. Softmax and SGD: what the scores do
#
# Everything that a network learns, it learns because a number called the loss asks for it. So look closely at what the
# loss asks, and whether it is ever satisfied: most of what networks do, good and bad, begins here.
#
# A network for ten digits ends in ten numbers, the **class scores** $s_c$, one for each class $c$. The class with the
# largest score is the answer. That much is a definition. But what does a score mean? And does it ever stop changing?
# The slides that this course grew out of make a claim about each question:
#
# * **C4.** Is there a probabilistic reading of the scores? Doubtful: in training, scores only go up.
# * **C7b.** Once a network gets all its training examples right, why does training not come to rest? Because the error
#   term of the loss is always positive, so the class scores race to infinity. (The *error term* is the slope of the
#   loss with respect to a score. The claim's first half, C7a, comes at the end of this lesson.)
#
# You write the loss, its gradient, and the step that trains a network. The tape from lesson 2 takes the first training
# step. Then you watch every score over 500 epochs, which are passes over all training images, and ask whether the
# scores mean anything.

# %%
import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script
from tinynet.drawing import COLOURS, MARKERS

lesson = Script(3)
train, valid, test = tn.datasets.load("digits")
x, labels = train
print(f"{len(x)} images for training, {len(test[0])} for testing; each image is {x.shape[1]} numbers from -1 to 1")

# %% [markdown]
# ## From scores to a loss
#
# Picture a pie that the classes share. A class with a higher score gets a larger slice. One more point of score makes
# its slice $e \approx 2.7$ times as large, compared with the others. This is **softmax**. It turns the scores $s$ of
# one example into positive numbers $p$ that sum to one:
#
# $$ p_c = \frac{e^{s_c}}{\sum_k e^{s_k}} $$
#
# A loss then measures how surprised the network is to hear the truth. If $y$ is the true class, the loss of the example
# is $-\log p_y$, with the natural logarithm. It is close to zero if the network is certain and right, and large if it
# is certain and wrong. Over $N$ examples, the **cross-entropy** $L$ is the mean:
#
# $$ L = -\frac{1}{N} \sum_i \log p_{i, y_i} $$
#
# It is a mean so that the losses of 50 examples and of 800 can be compared.
#
# Here are the numbers for one example with three scores.

# %%
s = np.array([2.0, 1.0, -1.0])
p = np.exp(s) / np.exp(s).sum()
print(f"scores {s} give p = {p.round(3)}, sum {p.sum():.3f}")
print(f"the loss would be {-np.log(p).round(3)} if the true class were 0, 1 or 2")

# %% [markdown]
# ## It overflows
#
# Only the differences between scores count. Add 1,000 to every score, and the factor $e^{1000}$ cancels: nothing about
# the example has changed. The computer does not know that. A float64 holds numbers up to about $10^{308}$, and
# $e^{710}$ is already too large.

# %%
with np.errstate(over="ignore", invalid="ignore"):
    print(f"the same scores plus 1,000: p = {np.exp(s + 1000) / np.exp(s + 1000).sum()}")
m = s.max()
print(f"the same with the largest score subtracted first: p = {(np.exp(s - m) / np.exp(s - m).sum()).round(3)}")

# %% [markdown]
# So first subtract a number $m$ from all scores of a row; it cancels in the same way. Choose $m = \max_k s_k$, the
# largest score. Then the largest exponent is 0, nothing can overflow, and the sum is at least 1. One trap is left. A
# $p$ of $e^{-1000}$ becomes 0 in a float, and $\log 0 = -\infty$. But the logarithm of a quotient is a difference, and
# in a difference nothing vanishes:
#
# $$ \log p_c = (s_c - m) - \log \sum_k e^{s_k - m} $$
#
# In NumPy, `axis=1` works along each row, and `keepdims=True` keeps the result as a column, which can be subtracted
# from all columns at once.
#
# **Exercise `log_softmax`.** Return $\log p$ of each class, for scores of any size.
#
# **Exercise `cross_entropy`.** Return the mean loss $L$.

# %%
log_softmax = lesson.exercise("log_softmax")
cross_entropy = lesson.exercise("cross_entropy")
scores = np.array([[2.0, 1.0, -1.0], [1002.0, 1001.0, 999.0], [0.0, 1000.0, -1000.0]])
print("log p of three examples, one in each row:")
with np.printoptions(precision=3, suppress=True):
    print(log_softmax(scores))
print(f"mean loss for the true classes 0, 0, 1: {cross_entropy(scores, np.array([0, 0, 1])):.4f}")

# %% [markdown]
# ## The gradient: the error terms
#
# Back to the pie. The true class should have all of it, and the other classes nothing. So the pull on a score should
# depend on how much too large its slice is. The formula says exactly that. Differentiate the loss of one example,
# $-\log p_y = \log \sum_k e^{s_k} - s_y$, with respect to a score $s_c$. By the chain rule, the first term gives
# $e^{s_c} / \sum_k e^{s_k}$, which is $p_c$. The second term takes off 1 if $c$ is the true class. Write the target
# *one-hot*: $t_y = 1$ for the true class, and $t_c = 0$ for all others. Then the slope is the **error term** of class
# $c$, the slice it has minus the slice it should have:
#
# $$ \delta_c = p_c - t_c $$
#
# For $N$ examples do not forget that $L$ is a mean.
#
# **Exercise `loss_gradient`.** Return the slope of $L$ with respect to every score.
#
# Read the formula. $\delta_y = p_y - 1$ is negative, so going downhill raises the true score. Every other
# $\delta_c = p_c$ is positive, so going downhill lowers the other scores. And $\sum_c \delta_c = 1 - 1 = 0$: what one
# class gains is taken from the others. (That is what the error terms ask for. What really moves is the weights, and all
# examples share them. You will see what becomes of the scores.)
#
# So when claim C7b calls the error term "always positive", it cannot mean the sign, which is negative for the true
# class. What matters for the claim is that no error term is ever zero.
#
# As in lesson 2, one random direction $r$ shows whether the gradient is right.

# %%
loss_gradient = lesson.exercise("loss_gradient")
rng = np.random.default_rng(0)
scores, some = rng.normal(size=(6, 10)), rng.integers(10, size=6)
r, h = rng.normal(size=scores.shape), 1e-6
slope = (cross_entropy(scores + h * r, some) - cross_entropy(scores - h * r, some)) / (2 * h)
along = (loss_gradient(scores, some) * r).sum()
print(f"slope of L along r: {slope:.8f} measured by two losses, {along:.8f} from the gradient")

# %% [markdown]
# ## The step
#
# A heavy ball that rolls downhill does not turn at every pebble. It keeps most of its speed, and each slope changes
# that speed a little. **Momentum** moves a parameter $w$ like such a ball. The parameter has a **velocity** $v$, which
# is zero at first. In each step it keeps a share $\mu$ of $v$ and adds the gradient $g$. Then $w$ moves against the new
# $v$:
#
# $$ v \leftarrow \mu v + g, \qquad w \leftarrow w - \eta v $$
#
# $\eta$ is the learning rate. With $\mu = 0.9$ and a gradient that never changes, $v$ grows to ten times $g$, since
# $1 + 0.9 + 0.9^2 + \dots = 10$.
#
# **Exercise `sgd_step`.** Return a parameter and its velocity after one step.

# %%
sgd_step = lesson.exercise("sgd_step")
w, v = np.zeros(1), np.zeros(1)
for steps in range(1, 51):
    w, v = sgd_step(w, v, np.ones(1), lr=0.1, momentum=0.9)
    if steps in (1, 2, 10, 50):
        print(f"after {steps:2} steps with a gradient of 1: velocity {v[0]:.2f}, parameter {w[0]:.2f}")

# %% [markdown]
# **SGD**, stochastic gradient descent, computes $g$ from a small random **batch** of examples in each step. An
# **epoch** is one pass over all of them. A **full batch** is all examples at once.

# %% [markdown]
# ## The first training step, by your own tape
#
# Now for a network: $z = x W_1 + b_1$, $a = \tanh(z)$, $s = a W_2 + b_2$. The tape of lesson 2 records its forward
# pass, node by node. The error terms enter at the scores, and your `backward` carries them down to the four parameters.

# %%
earlier = "matmul_vjp", "unbroadcast", "tanh_vjp", "topological_order", "backward"
matmul_vjp, unbroadcast, tanh_vjp, topological_order, backward = (lesson.exercise(name, of=2) for name in earlier)


class Tape:
    """The tape of lesson 2: a node is a number, and has a value, inputs and a VJP."""

    def __init__(self):
        self.values, self.inputs, self.vjps = [], [], []

    def record(self, value, inputs=(), vjp=None):
        self.values.append(value)
        self.inputs.append(list(inputs))
        self.vjps.append(vjp)
        return len(self.values) - 1

    def affine(self, x, W, b):
        X, M, B = (self.values[node] for node in (x, W, b))
        back = lambda g: (*matmul_vjp(g, X, M), unbroadcast(g.copy(), B.shape))
        return self.record(X @ M + B, [x, W, b], back)

    def tanh(self, z):
        a = np.tanh(self.values[z])
        return self.record(a, [z], lambda g: (tanh_vjp(g, a),))

    def backward(self, root, g):
        order = topological_order(root, lambda node: self.inputs[node])
        pairs = lambda node, g: list(zip(self.inputs[node], self.vjps[node](g), strict=True)) if self.vjps[node] else []
        return backward(order, pairs, g)


net = tn.MLP([64, 32, 10], seed=0)
names = "W1", "b1", "W2", "b2"
start = {name: p.numpy().astype(np.float64) for name, p in zip(names, net.parameters(), strict=True)}
batch, truth = x[:50], labels[:50]

tape = Tape()
inputs = tape.record(batch.astype(np.float64))
node = {name: tape.record(value) for name, value in start.items()}
z = tape.affine(inputs, node["W1"], node["b1"])
scores = tape.affine(tape.tanh(z), node["W2"], node["b2"])
error = loss_gradient(tape.values[scores], truth)
gradients = tape.backward(scores, error)
by_hand = {
    name: sgd_step(value, np.zeros(value.shape), gradients[node[name]], lr=0.1, momentum=0.9)[0]
    for name, value in start.items()
}

# %% [markdown]
# `tinynet` does the same in three lines. `tn.functional.softmax_cross_entropy` computes the loss, `backward` fills in
# the gradients, and `tn.SGD` takes the step. Both start from the same numbers. Do they arrive at the same numbers?

# %%
optimizer = tn.SGD(net.parameters(), lr=0.1, momentum=0.9)
loss = tn.functional.softmax_cross_entropy(net(batch), truth)
loss.backward()
optimizer.step()
apart = max(np.abs(by_hand[name] - p.numpy()).max() for name, p in zip(names, net.parameters(), strict=True))
moved = max(np.abs(by_hand[name] - value).max() for name, value in start.items())
by_hand_loss = cross_entropy(tape.values[scores], truth)
print(f"loss before the step: {by_hand_loss:.6f} by hand, {float(loss.data):.6f} by tinynet")
print(f"the step moves no parameter by more than {moved:.4f}; the two results differ by at most {apart:.1e}")

# %% [markdown]
# ## 500 epochs
#
# `tn.fit` repeats this step, here at half the learning rate. It starts from the network that your step has produced.
# After every epoch we note the scores of all training and test images.

# %%
lesson.predict("fell", "Over 500 epochs: of the ten mean scores in images of other classes, how many fall?")
lesson.predict("gain", "After 32 epochs the mean true score is about 9.5. What does each doubling of the epochs add?")

# %%
EPOCHS = 500


def scores_of(net, inputs):
    """Return the class scores of a network, without recording a tape."""
    with tn.no_grad():
        return net(inputs).numpy()


for name, parameter in zip(names, net.parameters(), strict=True):
    parameter.data = by_hand[name].astype(np.float32)
seen, seen_in_test, lengths = [], [], []


def note(history):
    """Note the scores, and the lengths of both matrices, after an epoch."""
    seen.append(scores_of(net, x))
    seen_in_test.append(scores_of(net, test[0]))
    lengths.append([float(np.linalg.norm(net.layers[i].weight.W.numpy())) for i in (0, 2)])


tn.fit(net, train, epochs=EPOCHS, batch_size=50, lr=0.05, report=note, progress=False)
seen, lengths = np.array(seen), np.array(lengths)  # seen (epoch, example, class)
print(f"after {EPOCHS} epochs: {100 * tn.evaluate(net, train):.2f} % errors on the training images, "
      f"{100 * tn.evaluate(net, test):.2f} % on the test images")  # fmt: skip

# %% [markdown]
# The first picture below shows two lines for each class: its mean score in images *of* the class, and its mean score in
# all *other* images. If scores only went up, all twenty lines would rise. The second shows the ten scores of a
# single image, the one whose loss is largest at the end. Do its nine other scores all fall, as its error terms ask?
# Remember that the other images pull at the same weights. The third shows the length of each matrix, the root of
# the sum of its squared entries. The lines printed below the pictures answer all three questions.

# %%
of_class = labels[:, None] == np.arange(10)
true = np.array([[epoch[of_class[:, c], c].mean() for c in range(10)] for epoch in seen])  # (epoch, class)
other = np.array([[epoch[~of_class[:, c], c].mean() for c in range(10)] for epoch in seen])
epochs = np.arange(1, EPOCHS + 1)
hardest = int(np.argmin(log_softmax(seen[-1])[np.arange(len(x)), labels]))


def over_epochs(title, ylabel):
    """Return a figure with one panel over the epochs."""
    figure, axes = plt.subplots(figsize=(6.5, 4))
    axes.set(title=title, ylabel=ylabel, xlabel="epoch", xscale="log")
    axes.grid(True, color="0.92", linewidth=0.6)
    return figure, axes


figure, axes = over_epochs("Do scores only go up?", "mean score of a class")
axes.plot(epochs, true, color=COLOURS[5], linewidth=1)
axes.plot(epochs, other, color=COLOURS[1], linewidth=1, linestyle="--")
axes.plot([], [], color=COLOURS[5], label="in images of this class")
axes.plot([], [], color=COLOURS[1], linestyle="--", label="in all other images")
axes.legend(fontsize="small")
lesson.figure(figure, "scores")

figure, axes = over_epochs("The ten scores of the hardest image", "score")
axes.plot(epochs, np.delete(seen[:, hardest], labels[hardest], axis=1), color=COLOURS[1], linewidth=1, linestyle="--")
axes.plot([], [], color=COLOURS[1], linestyle="--", label="other classes")
own = seen[:, hardest, labels[hardest]]
axes.plot(epochs, own, color=COLOURS[5], linewidth=2, label=f"true class, {labels[hardest]}")
axes.legend(fontsize="small")
lesson.figure(figure, "hardest")

figure, axes = over_epochs("Do the weights come to rest?", "length of W")
for i, name in enumerate(("first matrix", "last matrix")):
    axes.plot(epochs, lengths[:, i], color=COLOURS[(3, 4)[i]], linestyle=("-", "--")[i], label=name)
axes.legend(fontsize="small")
lesson.figure(figure, "lengths")

rose, fell = int((true[-1] > true[0]).sum()), int((other[-1] < other[0]).sum())
print(f"epoch 1 to {EPOCHS}: {rose} of 10 mean scores rose in images of their class, {fell} of 10 fell in the others")
lesson.answer("fell", fell, "{:.0f}")
others_fell = int((np.delete(seen[-1, hardest] - seen[0, hardest], labels[hardest]) < 0).sum())
print(f"the hardest image: {others_fell} of its 9 other scores fell, and its true score rose by {own[-1] - own[0]:.2f}")
for name, (halfway, end) in zip(("first", "last"), lengths[[EPOCHS // 2 - 1, -1]].T, strict=True):
    print(f"the {name} matrix is still growing: from epoch {EPOCHS // 2} to {EPOCHS} by {end / halfway - 1:.1%}")
print(f"mean over the classes: in their own images {true[0].mean():.2f} -> {true[-1].mean():.2f}, "
      f"in the others {other[0].mean():.2f} -> {other[-1].mean():.2f}")  # fmt: skip

# %% [markdown]
# Do the error terms of an example really sum to zero? In float32 each $p$ is rounded, so look at how far off the sum
# is.
#
# And how fast does the true score grow? It is like pumping up a tyre: the fuller it is, the less each stroke adds. Let
# the **margin** $d$ of an example be its true score minus its largest other score. If only one other score counts, then
# $p_y = 1 / (1 + e^{-d})$, and for a large $d$ the error terms have about the size $e^{-d}$. A quantity $d$ that grows
# at the rate $e^{-d}$ grows like the logarithm of time: without end, but only by the same amount with every *doubling*
# of the epochs. So look at the gain with each doubling. Is it about the same?

# %%
error = tn.functional.softmax(tn.Tensor(seen[-1])).numpy() - of_class
doublings = [true[2**k - 1].mean() for k in range(9)]
gains = np.diff(doublings)
print(f"the error terms of an example sum to 0, up to {np.abs(error.sum(axis=1, dtype=np.float64)).max():.1e}")
print("gain of the true score with each doubling of the epochs:", ", ".join(f"{gain:.2f}" for gain in gains))
print(f"from epoch 32 on it is nearly the same each time: from {gains[5:].min():.2f} to {gains[5:].max():.2f}")
lesson.answer("gain", gains[-3:].mean(), "{:.2f}")

# %% [markdown]
# ## Is the loss ever exactly zero?
#
# On paper, never: $-\log p_y$ is positive for any finite scores. But float32 has only 24 binary digits. Take two
# classes, so that the loss is $\log(1 + e^{-d})$. The next float32 after 1 is $1 + 2^{-23}$. Once $e^{-d}$ is at most
# half of that gap, $2^{-24}$, the sum is rounded to 1, and the loss is exactly 0. So it should happen from
# $d = 24 \log 2$ on. A bisection finds the place, with the same loss that `tn.fit` uses. And do the error terms still
# sum to zero beyond it?

# %%


def one(margin, dtype):
    """Return the loss and the error terms of two scores this far apart, the first being the true one."""
    s = tn.Tensor(np.array([[margin, 0]], dtype), requires_grad=True)
    loss = tn.functional.softmax_cross_entropy(s, np.array([0]))
    loss.backward()
    return float(loss.data), s.grad[0]


def losses_of(scores, labels):
    """Return the loss of each example in float32, the way `tn.fit` computes it."""
    return -tn.functional.log_softmax(tn.Tensor(scores)).numpy()[np.arange(len(labels)), labels]


low, high = 0.0, 100.0
while high - low > 1e-6:
    middle_of = (low + high) / 2
    low, high = (low, middle_of) if one(middle_of, np.float32)[0] == 0 else (middle_of, high)
print(f"in float32 the loss is exactly 0 from a margin of {high:.4f} on; 24 log 2 = {24 * np.log(2):.4f}")
for margin in (10, 20, 110):
    for dtype in (np.float32, np.float64):
        of_true, of_other = one(margin, dtype)[1].astype(float)
        print(f"margin {margin:3}, {dtype.__name__}: error terms {of_true:.3g} for the true score, {of_other:.3g} for "
              f"the other; their sum is {of_true + of_other:.1g}")  # fmt: skip

# %% [markdown]
# So in float32 there is a last stretch in which nothing lifts the true score any more, while the other score is still
# lowered. It ends where $e^{-d}$ itself vanishes. Does training get that far? We try it twice: on the ten digits above,
# and on an easy task, 64 images of zeros and ones. The easy task is trained with the full batch, at two learning rates.

# %%
zeros_and_ones = np.flatnonzero(labels < 2)[:64]
easy = x[zeros_and_ones], labels[zeros_and_ones]
share, last_moves = {}, {}
for lr in (0.5, 2.0):
    small, share[lr], before = tn.MLP([64, 16, 2], seed=0), [], []

    def zero_losses(history, small=small, lr=lr, before=before):
        """Note the parameters, and the share of examples whose loss is exactly 0."""
        share[lr].append(float(np.mean(losses_of(scores_of(small, easy[0]), easy[1]) == 0)))
        before.append(np.concatenate([p.numpy().ravel() for p in small.parameters()]))

    tn.fit(small, easy, epochs=400, batch_size=64, lr=lr, report=zero_losses, progress=False)
    last_moves[lr] = float(np.abs(before[-1] - before[-51]).max())
    print(f"zeros and ones, learning rate {lr}: after 400 steps {100 * share[lr][-1]:.0f} % of the losses are exactly "
          f"0; in the last 50 steps no parameter moved by more than {last_moves[lr]:.1g}")  # fmt: skip
last = losses_of(seen[-1], labels)
zero_share = float(np.mean(last == 0))
print(f"ten digits: after {EPOCHS} epochs {100 * zero_share:.1f} % of the losses are 0; the least is {last.min():.1e}")

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
margins = np.linspace(0, 40, 401)
losses = np.array([[one(m, dtype)[0] for m in margins] for dtype in (np.float64, np.float32)])
left.plot(margins, losses[0], color=COLOURS[0], linestyle=":", label="in float64")
left.plot(margins[losses[1] > 0], losses[1][losses[1] > 0], color=COLOURS[5], label="in float32")
left.axvline(24 * np.log(2), color=COLOURS[4], linewidth=1, label="24 log 2: zero in float32 from here on")
left.set(title="Where does the loss become zero?", xlabel="margin d", ylabel="loss of an example", yscale="log")
for i, (lr, values) in enumerate(share.items()):
    style = dict(color=COLOURS[(3, 4)[i]], linestyle=("-", "--")[i], label=f"learning rate {lr}")
    right.plot(np.arange(1, 401), 100 * np.array(values), **style)
right.set(title="Does training get there? (zeros and ones)", xlabel="step", ylabel="losses that are exactly zero (%)",
          xscale="log")  # fmt: skip
for axes in (left, right):
    axes.grid(True, color="0.92", linewidth=0.6)
left.legend(fontsize="small", loc="upper right")
right.legend(fontsize="small")
lesson.figure(figure, "zero")

# %% [markdown]
# ## Are scores probabilities?
#
# A weather forecaster is honest if it rains on about 80 of every 100 days for which she announced "80 % rain". Hold a
# network to the same standard. The **confidence** of an answer is its $p$, the largest of the ten. If confidences are
# probabilities, then of all answers given with 80 % confidence about 80 % are right.
#
# Sort the test images into bins $B_1, B_2, \dots$ by confidence. In each bin $B_j$, compare the share of right answers
# $\mathrm{acc}(j)$ with the mean confidence $\mathrm{conf}(j)$. The **expected calibration error** (ECE) is the mean of
# this gap over all examples:
#
# $$ \mathrm{ECE} = \sum_j \frac{|B_j|}{N} \bigl| \mathrm{acc}(j) - \mathrm{conf}(j) \bigr| $$
#
# (Guo, Pleiss, Sun, Weinberger 2017, arXiv 1706.04599). $|B_j|$ is the number of examples in bin $j$.
#
# **Exercise `calibration_error`.** Return the ECE.
#
# Even an honest forecaster has unlucky weeks, and even a perfectly calibrated network does not measure 0. In a bin of
# 20 answers the share of right ones is off by chance. How far off? We draw lots: let each answer be right with exactly
# the probability that it claims, measure the ECE, and do this 200 times. If fewer than one draw in twenty reaches the
# ECE of the network, chance does not explain it.
#
# We compare three networks. The first is the one above. The second learned from only 100 images. The third was trained
# with another loss, the **squared hinge**. It asks the true score to be at least 1, and every other score to be at most
# -1. Whatever a score falls short by is squared: $\max(0, 1 - s_y)^2$ for the true class, $\max(0, 1 + s_c)^2$ for
# each of the others, and the loss is the mean over the classes. It never promised a probability. If it got exactly what
# it asks for, softmax would give the right class $e / (e + 9 e^{-1})$, only 45 %.
#
# A forecaster who is always too modest, or always too bold, is easily put right. Divide all scores by one positive
# number $T$, the **temperature**, before softmax takes them. The answers themselves stay the same. With $T$ below 1
# they become bolder, with $T$ above 1 more modest. The best $T$ is the one with the least cross-entropy on images that
# no network has seen, here the 200 of `valid`. What error is left on the test images?
#
# **Exercise `best_temperature`.** Return this $T$. How you find it is up to you.

# %%
lesson.predict("ece", "The network above errs on about 2 % of the test images. How large is its ECE?")
lesson.predict("hinge", "And the ECE of the network trained with the squared hinge?")

# %%
calibration_error = lesson.exercise("calibration_error")
best_temperature = lesson.exercise("best_temperature")
BINS = 15


def answers(scores):
    """Return the confidence of each test answer, and whether it is right."""
    p = np.exp(log_softmax(scores.astype(np.float64)))
    return p.max(axis=1), p.argmax(axis=1) == test[1]


def temperature_of(net):
    """Return the best temperature of a network, from the images of `valid`."""
    return float(best_temperature(scores_of(net, valid[0]).astype(np.float64), valid[1]))


def by_chance(confidence, draws=200):
    """Return the ECE that one draw in twenty exceeds if every confidence is exactly right."""
    rng = np.random.default_rng(0)
    drawn = [rng.random(len(confidence)) < confidence for _ in range(draws)]
    return float(np.quantile([calibration_error(confidence, right, BINS) for right in drawn], 0.95))


def watched(data, loss=None):
    """Train a network like the one above; return its test scores after every epoch, and its best temperature."""
    net, kept = tn.MLP([64, 32, 10], seed=0), []
    tn.fit(net, data, epochs=EPOCHS, batch_size=50, lr=0.05, loss=loss, progress=False,
           report=lambda _: kept.append(scores_of(net, test[0])))  # fmt: skip
    return kept, temperature_of(net)


watched_ones = {
    "cross-entropy": (seen_in_test, temperature_of(net)),
    "cross-entropy on 100 images": watched((x[:100], labels[:100])),
    "squared hinge": watched(train, tn.functional.squared_hinge),
}
networks = {name: kept for name, (kept, _) in watched_ones.items()}
temperature = {name: T for name, (_, T) in watched_ones.items()}
marks = np.unique(np.geomspace(1, EPOCHS, 40).astype(int))
ece = {name: [calibration_error(*answers(kept[e - 1]), BINS) for e in marks] for name, kept in networks.items()}
chance = {name: by_chance(answers(kept[-1])[0]) for name, kept in networks.items()}
divided = {name: answers(kept[-1] / temperature[name]) for name, kept in networks.items()}
mended = {name: calibration_error(*found, BINS) for name, found in divided.items()}
mended_chance = {name: by_chance(confidence) for name, (confidence, _) in divided.items()}
for name, kept in networks.items():
    confidence, right_ones = answers(kept[-1])
    print(f"{name}: after {EPOCHS} epochs {100 * (~right_ones).mean():.1f} % errors, mean confidence "
          f"{100 * confidence.mean():.1f} %, ECE {100 * ece[name][-1]:.1f} % "
          f"(by chance up to {100 * chance[name]:.1f} %), "
          f"lowest ECE {100 * min(ece[name]):.1f} % at epoch {marks[int(np.argmin(ece[name]))]}; "
          f"with T = {temperature[name]:.2f} ECE {100 * mended[name]:.1f} % "
          f"(by chance up to {100 * mended_chance[name]:.1f} %)")  # fmt: skip

figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.6))
left.plot([0, 1], [0, 1], color="0.6", linestyle=":", label="perfectly calibrated")
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
         ylabel="share of right answers (bins of 5 or more)", ylim=(0, 1.02))  # fmt: skip
right.set(title=f"Calibration error (dotted: by chance, epoch {EPOCHS})", xlabel="epoch", ylabel="ECE (%)",
          xscale="log", yscale="log")  # fmt: skip
right.yaxis.set_major_formatter("{x:g}")
for axes in (left, right):
    axes.grid(True, color="0.92", linewidth=0.6)
    axes.legend(fontsize="small")
lesson.figure(figure, "calibration")

# %% [markdown]
# Where a curve lies above the diagonal, answers are right more often than they claim, so the network is too modest.
# Below the diagonal it claims too much.
#
# All of this is one split of one small data set. From a checkout of tinynet,
# `python -m benchmarks.seeds "splits and calibration"` puts the same question to ten splits of the digits, and to ten
# networks that learned 2,000 pictures of clothes, Fashion-MNIST. On the digits cross-entropy measures 1.8 % on
# average, and the squared hinge 11 %. On the clothes it is the other way round: cross-entropy, far too sure of itself,
# measures 15 %, and the hinge 1.5 %. So neither loss has honest confidence built in; it depends on what was learned,
# and how well. But once the scores are divided by a temperature, all four measure between 1.3 and 1.7 %, where chance
# alone makes about 1 %.
#
# The verdict on C4 asks whether scores only go up, and whether chance can explain the calibration error of each network
# above, as it is and with a temperature.

# %%
lesson.answer("ece", ece["cross-entropy"][-1], "{:.1%}")
lesson.answer("hinge", ece["squared hinge"][-1], "{:.1%}")
compared = lambda found, lucky: f"ECE {found:.1%}, by chance up to {lucky:.1%}"
lesson.verdict(
    "C4",
    {
        "in training scores only go up": (
            fell == 0, f"{rose} of 10 rose in images of their class, {fell} of 10 fell in all others"
        ),
        **{
            f"scores are probabilities: {name}": (ece[name][-1] <= chance[name], compared(ece[name][-1], chance[name]))
            for name in networks
        },
        **{
            f"scores divided by {temperature[name]:.2f} are: {name}": (
                mended[name] <= mended_chance[name], compared(mended[name], mended_chance[name])
            )
            for name in networks
        },
    },
)  # fmt: skip

# %% [markdown]
# ## Noise or error term?
#
# Scores drift apart, margins grow, and answers become more certain. The slides name two suspects:
#
# * **C7a**: the random walk of SGD is not symmetric. (The gradient of a small batch is the gradient of all examples
#   plus something random, so the weights wander.) This cause needs *noise*.
# * **C7b**: the error term of cross-entropy is never zero. This cause needs no noise, but it needs *this loss*.
#
# Two switches tell them apart. The full batch switches the noise off. The squared hinge switches the error term off: it
# **is** zero once the true score is above 1 and all others are below -1. Two switches, on or off, make four training
# runs. All four see the same 400 images, and take the same number of steps at the same learning rate.
#
# Watch two things. The first is the margin. The second is how hard the hidden units have become: the mean size $|z|$ of
# the sums that tanh receives, because a unit with a large $|z|$ says a clear yes or no. And keep two times apart: the
# first epochs, in which the network learns to answer all 400 images rightly, and the long time after that.

# %%
STEPS = 2000
part = x[:400], labels[:400]
losses = {"cross-entropy": tn.functional.softmax_cross_entropy, "squared hinge": tn.functional.squared_hinge}
margins, sizes, fitted = {}, {}, {}
for loss_name, loss in losses.items():
    for size in (50, 400):
        key = f"{loss_name}, {'batches of 50' if size == 50 else 'full batch'}"
        net, grown, size_of_z = tn.MLP([64, 32, 10], seed=0), [], []
        W, bias = net.layers[0].weight.W, net.layers[0].bias

        def look(history, net=net, grown=grown, size_of_z=size_of_z, W=W, bias=bias):
            """Note the median margin, and the mean |z|."""
            s = scores_of(net, part[0])
            of_true = s[np.arange(len(s)), part[1]]
            s[np.arange(len(s)), part[1]] = -np.inf
            grown.append(float(np.median(of_true - s.max(axis=1))))
            size_of_z.append(float(np.abs(part[0] @ W.numpy() + bias.numpy()).mean()))

        look(None)
        history = tn.fit(net, part, epochs=STEPS * size // 400, batch_size=size, lr=0.1, momentum=0.9, loss=loss,
                         report=look, progress=False)  # fmt: skip
        margins[key], sizes[key] = np.array(grown), np.array(size_of_z)
        fitted[key] = 1 + history.train_error.index(0)  # the first epoch without a wrong answer
fit_growth = {key: values[fitted[key]] / values[0] for key, values in sizes.items()}
gain = {key: m[-1] - m[len(m) // 2] for key, m in margins.items()}
z_gain = {key: values[-1] - values[len(values) // 2] for key, values in sizes.items()}
for key, values in sizes.items():
    print(
        f"{key}: all answers are right after {fitted[key] * STEPS // (len(values) - 1)} steps, when mean |z| has grown "
        f"{fit_growth[key]:.2f}-fold; in the last {STEPS // 2} of {STEPS} steps mean |z| gains {z_gain[key]:.3f}, and "
        f"the median margin gains {gain[key]:.2f}"
    )

figure, panels = plt.subplots(1, 2, figsize=(10.5, 4.2))
for i, key in enumerate(margins):
    steps = np.linspace(0, STEPS, len(margins[key]))
    style = dict(color=COLOURS[(5, 5, 4, 4)[i]], linestyle=("-", "--")[i % 2], linewidth=2 - i % 2)
    for axes, values in zip(panels, (margins[key], sizes[key]), strict=True):
        axes.plot(steps[1:], values[1:], label=key, **style)
        axes.plot(steps[fitted[key]], values[fitted[key]], "o", color=style["color"])
panels[0].set(title="Which switch stops the growth of the margin?", ylabel="median margin")
panels[1].set(title="And do hidden units harden? (dot: all answers right)", ylabel="mean |z|")
for axes in panels:
    axes.set(xlabel="step", xscale="log")
    axes.grid(True, color="0.92", linewidth=0.6)
panels[0].legend(fontsize="small")
lesson.figure(figure, "noise-or-error")

# %% [markdown]
# So there are two kinds of hardening. While a network learns to fit, $|z|$ grows under either loss, and with the hinge
# even farther. Only afterwards do the losses part. The hinge is satisfied and comes to rest, while cross-entropy goes
# on asking, ever more softly.
#
# The verdict on C7b puts four questions. Does it take cross-entropy to harden the units while the network learns to
# fit? We say so if $|z|$ grows at least half again as much as with the hinge. Does only cross-entropy go on? Without
# noise its margin must gain at least half of what it gains with noise, and the hinge's at most a tenth of that. Then
# C7b says that the error term is *never* zero, and that scores race to *infinity*. We compare that with what float32
# did above, and with the gain per doubling of the epochs.

# %%
full, noisy = gain["cross-entropy, full batch"], gain["cross-entropy, batches of 50"]
hinge = gain["squared hinge, full batch"]
tail = full >= 0.5 * noisy > 0 and hinge <= 0.1 * full
of_entropy, of_hinge = (fit_growth[f"{name}, full batch"] - 1 for name in losses)
alone = of_entropy >= 1.5 * of_hinge
ends = max(values[-1] for values in share.values())
racing = bool(gains[-3:].min() > 0)
lesson.verdict(
    "C7b",
    {
        "it takes cross-entropy to harden the units while the network learns to fit": (
            alone, f"until all answers are right mean |z| grows by {of_entropy:.0%}, with the hinge by {of_hinge:.0%}"
        ),
        "after that, only cross-entropy drives the margin on": (
            tail, f"it gains {full:.2f} without noise, {noisy:.2f} with it, {hinge:z.2f} with the hinge"
        ),
        "no loss is ever exactly zero": (
            not ends, f"in float32 {ends:.0%} of the easy losses end at exactly 0, of the digits' {zero_share:.0%}"
        ),
        "scores race on without end": (
            racing, f"in the last three doublings of the epochs the true score gained {gains[-3:].mean():.2f} each"
        ),
    },
)  # fmt: skip

# %% [markdown]
# C7a also says that a step is smaller where $|z|$ is larger, where $z$ is the sum that a hidden unit squashes. Lesson 4
# measures that.
#
# ## Read on
#
# In tinynet's source, `engine/losses.py` has the losses with their gradients, and `training/fit.py` the loop that
# repeats your step.
#
# **An open question.** One temperature mends all answers of a network alike. Which answers of yours are still too bold
# after that, and could the network know?
