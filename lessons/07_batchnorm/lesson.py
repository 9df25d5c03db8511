# %% [markdown]
# # Lesson 7. Batch normalization: an explicit scale and bias
#
# **Claim C21** has three parts. Batch normalization removes the scale and the bias of a layer's inputs and puts
# explicit, learned ones in their place. Training is faster. It is a weaker form of *factorization*: of writing a matrix
# as a product of others, which may be thin and so store less.
#
# You build the layer for one column, derive its gradient, and keep its running statistics. Then you train deep sigmoid
# and tanh networks on digits, with it and without, and look for what makes the difference. At the end you fold the
# layer into the one before it, and see what kind of product is left.
#
# You write four functions: `batchnorm_train`, `batchnorm_eval`, `batchnorm_backward` and `fold`. This script uses yours
# once they all pass. Until then it uses the solutions, and says so.

# %%
import time
from itertools import pairwise

import numpy as np
from matplotlib import pyplot as plt

import tinynet as tn
from tinynet import functional as F
from tinynet.course import Script
from tinynet.drawing import COLOURS
from tinynet.parameterizations.state import child_seed

lesson = Script(__file__)
mine = lesson.exercises(7)  # your functions once they all pass, the solutions until then
data = tn.datasets.load("digits")
BLACK, ORANGE, SKY, GREEN, RED, BLUE, PURPLE, *_ = COLOURS

# %% [markdown]
# ## One column, forward
#
# A layer computes $z = xV + b$. (Its matrix is $V$ here; $W$ is kept for the end.) Take one unit: one column of $z$,
# with one entry $z_i$ for each of the $N$ examples of the mini-batch. Batch normalization (Ioffe, Szegedy 2015, arXiv
# 1502.03167, algorithm 1) does this to it:
#
# $$\mu = \frac1N \sum_i z_i \qquad \mathrm{var} = \frac1N \sum_i (z_i - \mu)^2 \qquad
#   \sigma = \sqrt{\mathrm{var} + \varepsilon}$$
#
# $$\hat z_i = \frac{z_i - \mu}{\sigma} \qquad y_i = \gamma \hat z_i + \beta$$
#
# $\gamma$ and $\beta$ are learned, one of each for a unit. $\varepsilon$ is small; without it a constant column would
# be divided by zero.

# %%
rng = np.random.default_rng(0)


def normalize(z, gamma, beta, eps=1e-5):
    """Return y for one column z (N,)."""
    mu = z.mean()
    var = ((z - mu) ** 2).mean()
    sigma = np.sqrt(var + eps)
    z_hat = (z - mu) / sigma
    return gamma * z_hat + beta


z = rng.normal(3, 5, size=60)
y = normalize(z, gamma=2.0, beta=1.0)
print(f"in:  mean {z.mean():.3f}, deviation {z.std():.3f}")
print(f"out: mean {y.mean():.3f}, deviation {y.std():.3f}     (beta is 1, gamma is 2)")

# %% [markdown]
# ## What it removes
#
# Multiply unit $j$'s column $v_j$ of $V$ by $c > 0$, and add something to $b_j$. Then $z$ has another scale and another
# mean. $\hat z$ has not. So the layer before has no say about scale and bias any more, and its $b$ is useless: networks
# with batch norm leave it out. Only $\varepsilon$ is not scaled along. Look at the last line: it shows where $z$ is
# small.

# %%
x, labels = data.train.inputs[:60].astype(np.float64), data.train.labels[:60]
v = rng.normal(size=64) / 8
before = normalize(x @ v, 2.0, 1.0)
change = {}
for c, shift in (10, 0), (10, 7), (1, 7), (0.01, 0):
    z = x @ (c * v) + shift
    change[c, shift] = np.abs(normalize(z, 2.0, 1.0) - before).max()
    print(f"v times {c}, {shift} added: z has deviation {z.std():.4f}, and y changes by {change[c, shift]:.0e} at most")
removed = max(change[10, 0], change[10, 7], change[1, 7])

# %% [markdown]
# ## One column, backward
#
# Let $g_i = \partial L / \partial y_i$ come from above. Two gradients are quick, since $\gamma$ and $\beta$ serve all
# examples:
#
# $$\frac{\partial L}{\partial \beta} = \sum_i g_i \qquad \frac{\partial L}{\partial \gamma} = \sum_i g_i \hat z_i$$
#
# For $z$ there are three ways down: straight, through $\mu$, and through $\mathrm{var}$. Write $c_i = z_i - \mu$ and go
# step by step, with $\bar{q}$ for $\partial L / \partial q$. (In the code below: `z_hat_bar`, `var_bar`, `c_bar`.)
#
# $$\bar{\hat z}_i = \gamma g_i$$
#
# $$\overline{\mathrm{var}}
#   = \sum_i \bar{\hat z}_i c_i \cdot \left(-\frac12\right) (\mathrm{var} + \varepsilon)^{-3/2}
#   = -\frac{1}{2\sigma^2} \sum_i \bar{\hat z}_i \hat z_i$$
#
# $$\bar{c}_i = \frac{\bar{\hat z}_i}{\sigma} + \overline{\mathrm{var}} \cdot \frac{2 c_i}{N}
#   = \frac1\sigma \Big( \bar{\hat z}_i - \hat z_i \frac1N \sum_k \bar{\hat z}_k \hat z_k \Big)$$
#
# Last, every $c_i$ contains $\mu$, so $\bar z_i = \bar c_i - \frac1N \sum_k \bar c_k$. Since $\sum_k \hat z_k = 0$,
# this is
#
# $$\bar z_i = \frac{\gamma}{\sigma} \Big( g_i - \operatorname{mean}(g) - \hat z_i \operatorname{mean}(g \hat z) \Big)$$
#
# Read it: two things are taken out of $g$, what would move all $z_i$ together and what would stretch them. Both would
# be undone by the layer, so there is no use in them. The rest is scaled by $\gamma / \sigma$. So the gradient's sum is
# zero, and so is its product with $\hat z$, but for what $\varepsilon$ leaves.


# %%
def backward(g, z, gamma, eps=1e-5):
    """Return dL/dz (N,) of one column, by the steps above."""
    N = len(z)
    c = z - z.mean()
    sigma = np.sqrt((c**2).mean() + eps)
    z_hat = c / sigma
    z_hat_bar = gamma * g
    var_bar = -(z_hat_bar * z_hat).sum() / (2 * sigma**2)
    c_bar = z_hat_bar / sigma + var_bar * 2 * c / N
    return c_bar - c_bar.mean()


z, g = rng.normal(3, 5, size=60), rng.normal(size=60)
direction, h = rng.normal(size=60), 1e-6
slope = (g @ normalize(z + h * direction, 2.0, 1.0) - g @ normalize(z - h * direction, 2.0, 1.0)) / (2 * h)
z_bar = backward(g, z, 2.0)
print(f"along a random direction: {slope:.9f} by differences, {z_bar @ direction:.9f} by the formula")
constant = 2.0 * g / np.sqrt(z.var() + 1e-5)
print(f"                          {constant @ direction:.9f} if mu and var are taken for constants: wrong")
print(f"sum of the gradient: {z_bar.sum():.1e}; its product with z_hat: {z_bar @ (z - z.mean()) / z.std():.1e}")

# %% [markdown]
# `tn.BatchNorm` does this for all columns at once; its gradient is taken by a tape as in lesson 2. So does the exercise
# `batchnorm_backward`, by the formula, with sums and means over `axis=0`. There the layer's input is called $x$, as in
# tinynet and in PyTorch; it is the $z$ of this page. Compare.

# %%
Z, G = rng.normal(1, 3, size=(60, 5)), rng.normal(size=(60, 5))
layer, Z_tape = tn.BatchNorm(5), tn.Tensor(Z, requires_grad=True)
layer(Z_tape).backward(G)
by_column = np.stack([backward(G[:, j], Z[:, j], 1.0) for j in range(5)], axis=1)
at_once = mine.batchnorm_backward(G, Z, np.ones(5), layer.eps)[0]
for name, gradient in ("column by column", by_column), ("batchnorm_backward", at_once):
    print(f"{name}: differs from the tape's gradient by {np.abs(Z_tape.grad - gradient).max():.1e} at most")

# %% [markdown]
# ## When there is no batch
#
# In use, one example must give one answer, whatever stands beside it. So training keeps running means of $\mu$ and of
# the variance. Each step moves them a little, by a rate $r$ (PyTorch calls it momentum), and evaluation normalizes with
# those:
#
# $$m \leftarrow m + r (\mu - m) \qquad s \leftarrow s + r \Big(\frac{N}{N-1} \mathrm{var} - s\Big) \qquad
#   y = \gamma \frac{z - m}{\sqrt{s + \varepsilon}} + \beta \quad \text{(evaluation)}$$
#
# Why $N - 1$ here, when the batch itself is divided by a deviation with $N$? The running variance is to be that of
# *all* data, and the variance with $N$, around the batch's own mean, is too small on average. See how much, for batches
# of five. Then let 200 batches of 60 pass through `batchnorm_train`, one example in each of them, and give that example
# alone to `batchnorm_eval`.

# %%
population = data.train.inputs.astype(np.float64) @ v
batches = population[rng.integers(0, len(population), size=(20000, 5))]
print(f"variance of all {len(population)} values:            {population.var():.4f}")
print(f"mean variance of batches of 5, with N:     {batches.var(axis=1).mean():.4f}")
print(f"mean variance of batches of 5, with N - 1: {batches.var(axis=1, ddof=1).mean():.4f}")

m, s, seen = np.zeros(1), np.ones(1), []
for _ in range(200):
    neighbours = population[rng.integers(0, len(population), size=59)]
    y, m, s = mine.batchnorm_train(
        np.append(neighbours, population[0])[:, None], np.ones(1), np.zeros(1), m, s, 0.1, 1e-5
    )
    seen.append(y[-1, 0])
alone = mine.batchnorm_eval(population[:1, None], np.ones(1), np.zeros(1), m, s, 1e-5).item()
print(f"running mean {m[0]:.3f}, variance {s[0]:.3f}; of all values {population.mean():.3f}, {population.var():.3f}")
print(f"y of one example: from {min(seen):.2f} to {max(seen):.2f} in 200 batches; alone, in evaluation, {alone:.2f}")

# %% [markdown]
# ## Deep networks, error per step
#
# Ioffe and Szegedy's first figure is a sigmoid network 784-100-100-100-10 on MNIST, in batches of 60. Here is a small
# version of it: 64-100-100-100-10 on digits, and a tanh network beside it. Plain SGD, no momentum.
#
# A method may like another learning rate than its rival, so each gets its own. "Fast" has to mean something: we count
# steps until the validation error is first below 10 %, at the best of three rates. The rate is chosen with seed 0; two
# more seeds tell how much luck there is. A run ends after 390 steps. (Where the best rate is the first or the last of
# the three, a better one may lie beyond.)

# %%
WIDTHS, BATCHES, STEPS, EVERY, GOAL = [64, 100, 100, 100, 10], 14, 390, 5, 0.10


def sgd(net, lr, seed):
    """Train the network in place, by batches of about 60; yield the number of each step when it is done."""
    x, labels = data.train
    optimizer = tn.SGD(net.parameters(), lr=lr)
    step = 0
    while True:
        order = np.random.default_rng([seed, step]).permutation(len(x))
        for batch in np.array_split(order, BATCHES):
            net.train()
            optimizer.zero_grad()
            F.softmax_cross_entropy(net(x[batch]), labels[batch]).backward()
            optimizer.step()
            step += 1
            yield step


def error_of(net):
    """Return the share of validation examples whose largest score is another class's."""
    net.eval()
    with tn.no_grad():
        return float((net(data.valid.inputs).numpy().argmax(axis=1) != data.valid.labels).mean())


def steps_to_goal(net, lr, seed):
    """Return the step at which the validation error was first seen below GOAL, and the error then; inf for never."""
    for step in sgd(net, lr, seed):
        error = error_of(net)
        if error < GOAL or step == STEPS:
            return step if error < GOAL else np.inf, error


def fastest(build, rates):
    """Return the rate of fewest steps with seed 0 (then of least error), and the steps with seeds 0, 1 and 2 at it."""
    with np.errstate(over="ignore"):
        lr = min(rates, key=lambda lr: steps_to_goal(build(0), lr, 0))
        return lr, [steps_to_goal(build(seed), lr, seed)[0] for seed in range(3)]


# %%
ACTIVATIONS = {"sigmoid": (tn.Sigmoid, (0.3, 1.0, 3.0)), "tanh": (tn.Tanh, (0.1, 0.3, 1.0))}
found = {}
for name, (activation, rates) in ACTIVATIONS.items():
    for normed in (False, True):

        def build(seed, activation=activation, normed=normed):
            return tn.MLP(WIDTHS, activation=activation, batch_norm=normed, seed=seed)

        found[name, normed] = fastest(build, rates)
        lr, steps = found[name, normed]
        way = f"{name:7s} {'with' if normed else 'without':7s} batch norm"
        print(f"{way}: best rate {lr:<3g} of {', '.join(map(str, rates))}; steps to 10 %: {steps}")

# %% [markdown]
# Now the whole curves with seed 0, at these rates. On the way, record every 5 steps what the units of the last hidden
# layer squash: $z$ without batch norm, $y$ with it. Record its 15th, 50th and 85th percentile over the 200 validation
# examples, in evaluation.


# %%
def last_input(net, inputs):
    """Return the input of the last activation, (examples, 100), in evaluation."""
    net.eval()
    with tn.no_grad():
        a = tn.Tensor(inputs)
        for layer in net.layers[:-2]:
            a = layer(a)
    return a.numpy()


curves, percentiles, seconds, test_errors, nets = {}, {}, {}, {}, {}
for (name, normed), (lr, _) in found.items():
    net = tn.MLP(WIDTHS, activation=ACTIVATIONS[name][0], batch_norm=normed, seed=0)
    errors, seen, spent, start = [], [], 0.0, time.process_time()
    for step in sgd(net, lr, 0):
        spent += time.process_time() - start
        if step % EVERY == 0:
            errors.append(error_of(net))
            seen.append(np.percentile(last_input(net, data.valid.inputs), (15, 50, 85), axis=0))
        if step == STEPS:
            break
        start = time.process_time()
    key = name, normed
    curves[key], percentiles[key], seconds[key], nets[key] = np.array(errors), np.array(seen), spent / STEPS, net
    test_errors[key] = tn.evaluate(net, data.test)
    print(
        f"{name:7s} {'with' if normed else 'without':7s} batch norm: test error {100 * test_errors[key]:.1f} % "
        f"after {STEPS} steps of {1000 * seconds[key]:.1f} ms"
    )

# %%
steps_seen = EVERY * np.arange(1, STEPS // EVERY + 1)
figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True)
for axes, name in zip(panels, ACTIVATIONS, strict=True):
    for normed, colour, style in ((False, RED, "--"), (True, BLUE, "-")):
        lr = found[name, normed][0]
        label = f"{'with' if normed else 'without'} batch norm, rate {lr:g}"
        axes.plot(steps_seen, 100 * curves[name, normed], style, color=colour, label=label)
    axes.axhline(100 * GOAL, color="0.7", linewidth=0.8)
    axes.set(title=f"three hidden layers of 100, {name}", xlabel="step of SGD", yscale="log")
    axes.set_yticks([1, 2, 5, 10, 20, 50, 90], labels=["1", "2", "5", "10", "20", "50", "90"])
    axes.minorticks_off()
    axes.legend()
panels[0].set_ylabel("validation error, %")
figure.suptitle("Is training faster with batch norm?")
lesson.figure(figure, "error-per-step")

# %% [markdown]
# Look at the two panels. Then at the milliseconds a step: batch norm does not come free. Steps and seconds are two
# answers. The claim is judged by steps; seconds depend on the machine and on how the layer is written.

# %%
speed = {}
for name in ACTIVATIONS:
    steps = {normed: float(np.median(found[name, normed][1])) for normed in (False, True)}
    speed[name] = steps[False] / steps[True]
    longer = seconds[name, True] / seconds[name, False]
    print(
        f"{name}: {steps[False]:g} steps without, {steps[True]:g} with (median of 3 seeds): {speed[name]:.1f} times "
        f"fewer; a step takes {longer:.1f} times as long: by the clock it is {speed[name] / longer:.1f} times as fast"
    )

# %% [markdown]
# ## What the last hidden layer receives
#
# The authors' reason for the speed: each layer's inputs wander while the layers before it learn ("internal covariate
# shift"), and batch norm keeps them in place. Here is the unit whose input wanders most without it, and the same unit
# with. The *drift* is a number for all units: how far the median moves in 5 steps, in parts of half the distance of the
# outer percentiles. It is averaged over the units and over the first 100 steps.
#
# One thing in the picture is not the layer's doing: the running variance starts at 1 and follows the batches at a rate
# of 0.1, so that in evaluation the first steps show how it catches up.


# %%
def drift(moments):
    """Return how far medians move in 5 steps, in half widths: the mean over units, and over the first 100 steps."""
    low, middle, high = moments[:20].transpose(1, 0, 2)
    half_width = np.maximum((high - low)[:-1] / 2, 1e-12)
    return (np.abs(np.diff(middle, axis=0)) / half_width).mean()


drifts = {key: drift(moments) for key, moments in percentiles.items()}
unit = int(np.ptp(percentiles["sigmoid", False][:, 1], axis=0).argmax())
figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True)
for axes, normed in zip(panels, (False, True), strict=True):
    low, middle, high = percentiles["sigmoid", normed][:, :, unit].T
    axes.fill_between(steps_seen, low, high, color=SKY, alpha=0.35, linewidth=0, label="15th to 85th percentile")
    axes.plot(steps_seen, middle, color=BLUE, label="median")
    axes.set(title=f"{'with' if normed else 'without'} batch norm", xlabel="step of SGD")
panels[0].set_ylabel(f"what unit {unit} squashes, last hidden layer")
panels[0].legend()
figure.suptitle("Do a unit's inputs stay in place? Sigmoid network")
lesson.figure(figure, "percentiles")
for (name, normed), d in drifts.items():
    print(f"{name:7s} {'with' if normed else 'without':7s} batch norm: drift {d:.2f} half widths in 5 steps")

# %% [markdown]
# ## Is that the reason?
#
# That two things come together does not make one the cause of the other. Three more sigmoid networks ask.
#
# **Shaken.** Batch norm, and behind it noise that undoes its work: at every step each unit gets another random scale,
# 0.5 to 1.5, and another random shift, -1 to 1. (The idea is from Santurkar et al. 2018, arXiv 1805.11604.) See by the
# drift whether its inputs wander again. If steady inputs are the reason, this one must be slow.
#
# **A better start.** $\tanh(u) = 2 \operatorname{sigmoid}(2u) - 1$, so a sigmoid network *is* a tanh network with other
# numbers: its first $W$ doubled, later ones times 4 (the last times 2), the biases mended. Give the sigmoid network
# that start, and nothing else. If it now trains fast without batch norm, then batch norm mended a bad start.
#
# **Explicit scale.** $W = V \operatorname{diag}(g)$ with $g$ learned: `tn.Scaled`. That is the scale of batch norm
# without the statistics. If the factorization is the reason, this one must be fast.


# %%
class Shaken(tn.Layer):
    """A random scale and a random shift for each unit, new ones at each step of training."""

    def __init__(self, n, seed):
        self.n, self.rng = n, np.random.default_rng(seed)

    def __call__(self, x):
        if not self.training:
            return x
        scale, shift = self.rng.uniform(0.5, 1.5, self.n), self.rng.uniform(-1, 1, self.n)
        return x * scale.astype(np.float32) + shift.astype(np.float32)


def shaken(seed):
    """Return the sigmoid network with batch norm, and noise behind each batch norm."""
    layers = []
    for i, (m, n) in enumerate(pairwise(WIDTHS)):
        hidden = n != WIDTHS[-1]
        layers.append(tn.Linear(m, n, bias=not hidden, seed=child_seed(seed, i)))
        layers += [tn.BatchNorm(n), Shaken(n, [seed, i]), tn.Sigmoid()] if hidden else []
    return tn.Sequential(*layers)


def twin(seed):
    """Return the sigmoid network that computes what the tanh network of this seed does."""
    net = tn.MLP(WIDTHS, activation=tn.Sigmoid, seed=seed)
    linear = [layer for layer in net.layers if isinstance(layer, tn.Linear)]
    for i, layer in enumerate(linear):
        W, inner, outer = layer.weight.W.data, 1 if i == 0 else 2, 1 if i == len(linear) - 1 else 2
        layer.bias.data = (outer * (0 if i == 0 else -1) * W.sum(axis=0)).astype(np.float32)
        layer.weight.W.data = outer * inner * W
    return net


def explicit_scale(seed):
    """Return the sigmoid network whose hidden matrices are V diag(g)."""
    return tn.MLP(WIDTHS, [tn.Scaled()] * 3 + [tn.Dense()], activation=tn.Sigmoid, seed=seed)


same = np.abs(twin(0)(data.test.inputs).numpy() - tn.MLP(WIDTHS, seed=0)(data.test.inputs).numpy()).max()
print(f"the sigmoid network with the better start: its scores are those of the tanh network to {same:.1e}")
ways = {
    "plain": found["sigmoid", False],
    "explicit scale": fastest(explicit_scale, ACTIVATIONS["sigmoid"][1]),
    "better start": fastest(twin, ACTIVATIONS["sigmoid"][1]),
    "batch norm": found["sigmoid", True],
    "batch norm, shaken": fastest(shaken, ACTIVATIONS["sigmoid"][1]),
}
median = {name: float(np.median(steps)) for name, (_, steps) in ways.items()}
for name, (lr, steps) in ways.items():
    print(f"{name:19s} best rate {lr:<4g} steps to 10 %: {steps}")


def drift_when_shaken():
    """Return the drift of what the sigmoids of the shaken network receive in training, noise and all."""
    net, noise, seen = shaken(0), np.random.default_rng(0), []
    for step in sgd(net, ways["batch norm, shaken"][0], 0):
        if step % EVERY == 0:
            calm = np.percentile(last_input(net, data.valid.inputs), (15, 50, 85), axis=0)
            seen.append(noise.uniform(0.5, 1.5, 100) * calm + noise.uniform(-1, 1, 100))  # percentiles of noisy inputs
        if step == 100:
            return drift(np.array(seen))


drifts["shaken"] = drift_when_shaken()
print(f"drift with batch norm {drifts['sigmoid', True]:.2f}, shaken {drifts['shaken']:.2f} half widths in 5 steps")

# %%
figure, axes = plt.subplots(figsize=(8, 3.6))
for row, (name, (lr, steps)) in enumerate(ways.items()):
    colour = BLUE if "batch norm" in name else ORANGE
    length = min(median[name], STEPS)
    axes.barh(row, length, color=colour, alpha=0.75, height=0.6)
    axes.plot(np.minimum(steps, STEPS), [row] * 3, "o", color=BLACK, markersize=4, clip_on=False)
    note = f"rate {lr:g}" + ("" if median[name] < np.inf else ", not reached")
    axes.annotate(note, (max(length, *np.minimum(steps, STEPS)), row), (8, 0), textcoords="offset points", va="center")
axes.set_yticks(range(len(ways)), labels=list(ways))
axes.invert_yaxis()
axes.set(xlabel="steps to a validation error of 10 % (bar: median, dots: three seeds)", xlim=(0, STEPS * 1.15))
axes.set_title("Sigmoid network, three hidden layers: what makes it fast?")
lesson.figure(figure, "reasons")

# %% [markdown]
# Compare the bars yourself before you read on. The next lines only put the numbers side by side.

# %%
gain = median["plain"] - median["batch norm"]
wander = drifts["shaken"] > 2 * drifts["sigmoid", True]
steady = "not tested" if not wander else "no" if median["batch norm, shaken"] < 2 * median["batch norm"] else "yes"
start = (median["plain"] - median["better start"]) / gain if gain > 0 and np.isfinite(gain) else np.nan
scale = (median["plain"] - median["explicit scale"]) / gain if gain > 0 and np.isfinite(gain) else np.nan
farther = drifts["shaken"] / drifts["sigmoid", True]
print(f"Does it need steady inputs? {steady}: shaken, they drift {farther:.1f} times as far as with batch norm alone.")
print(f"Of the steps that batch norm saves, a better start alone saves {100 * start:.0f} %.")
print(f"Of the steps that batch norm saves, an explicit scale alone saves {100 * scale:.0f} %.")

# %% [markdown]
# There is one more thing that batch norm does. Since the scale of $v_j$ has no effect, the gradient of $v_j$ has no
# part along $v_j$: every step of plain SGD goes sideways and makes $v_j$ *longer*. And the gradient is divided by
# $\sigma_j$, which grows with that length. If a column is $f$ times as long, its gradient is $f$ times smaller, and
# turns it by an angle $f^2$ times smaller. Too large a step thus makes the next ones smaller. See how much of this
# brake was used, at the best rate and at the larger ones.


# %%
def growth(net):
    """Return how many times as long as at the start each column in front of a batch norm is."""
    fresh = tn.MLP(WIDTHS, activation=tn.Sigmoid, batch_norm=True, seed=0)
    lengths = [
        np.concatenate([np.linalg.norm(layer.weight.W.data, axis=0) for layer in each.layers[:-1:3]])
        for each in (fresh, net)
    ]
    return lengths[1] / lengths[0]


for lr in [rate for rate in ACTIVATIONS["sigmoid"][1] if rate >= found["sigmoid", True][0]]:
    net = tn.MLP(WIDTHS, activation=tn.Sigmoid, batch_norm=True, seed=0)
    next(step for step in sgd(net, lr, 0) if step == STEPS)
    grown = growth(net)
    f = np.median(grown)
    print(
        f"rate {lr:<3g}: {100 * (grown > 1).mean():.0f} % of the columns grew; the median one to {f:.2f} times its "
        f"length, so that the same error turns it by {100 * (1 - f**-2):.0f} % less"
    )

# %% [markdown]
# ## Folded away
#
# After training, $\mu$ and $\sigma$ are fixed numbers: the running $m$ and $\sqrt{s + \varepsilon}$. Then batch norm is
# affine, and so is the layer before it. Together they are one layer:
#
# $$y = \gamma \frac{xV + b - \mu}{\sigma} + \beta = x W' + b' \qquad
#   W' = V \operatorname{diag}(\gamma / \sigma) \qquad b' = (b - \mu) \frac{\gamma}{\sigma} + \beta$$
#
# $W'$ is exactly what `tn.Scaled` stores as two factors, $V \operatorname{diag}(g)$, with $g_j = \gamma_j / \sigma_j$.
# Build the network without batch norm, put these numbers in, and compare its scores on the whole test set. `fold` (in
# the exercise the matrix before is called $W$) must give the same $W'$ and $b'$.

# %%
net = nets["sigmoid", True].eval()
folded = explicit_scale(0).eval()
pairs = [(a, b) for a, b in pairwise(net.layers) if isinstance(b, tn.BatchNorm)]
linear = [layer for layer in folded.layers if isinstance(layer, tn.Linear)]
off = []
for (before, norm), after in zip(pairs, linear, strict=False):
    V, no_bias = before.weight.W.data, np.zeros(len(norm.running_mean))
    statistics = norm.gamma.data, norm.beta.data, norm.running_mean, norm.running_var, norm.eps
    W, b = mine.fold(V, no_bias, *statistics)
    after.weight.V.W.data = V  # as it is
    after.weight.g.data = (norm.gamma.data / np.sqrt(norm.running_var + norm.eps)).astype(np.float32)
    after.bias.data = np.asarray(b, np.float32)
    off.append(np.abs(W - after.weight.weight().numpy()).max() / np.abs(W).max())
linear[-1].weight.W.data, linear[-1].bias.data = net.layers[-1].weight.W.data, net.layers[-1].bias.data

scores, scores_folded = net(data.test.inputs).numpy(), folded(data.test.inputs).numpy()
apart = np.abs(scores - scores_folded).max()
agree = (scores.argmax(axis=1) == scores_folded.argmax(axis=1)).mean()
print(f"V diag(g) is the W' of `fold` to {max(off):.1g} of its largest entry")
print(
    f"scores up to {np.abs(scores).max():.1f} differ by {apart:.1e} at most; {100 * agree:.1f} % of the classes agree"
)

# %% [markdown]
# So batch norm *is* a product of two factors, in evaluation. Is it a weaker form of factorization, in the sense of the
# claim: a constraint, fewer numbers, a subspace? Count the numbers and the rank. $U$ $(m \times k)$ times $V$
# $(k \times n)$ stores $(m + n)k$ numbers and has rank $k$.

# %%
V = pairs[1][0].weight.W.data
W = linear[1].weight.weight().numpy()
m, n = V.shape
ranks = int(np.linalg.matrix_rank(V)), int(np.linalg.matrix_rank(W))
numbers = {
    "W as it is": tn.Dense().build((m, n), 0).stored_bits() // 32,
    "V diag(g)": linear[1].weight.stored_bits() // 32,
    f"U V, k = {m // 4}": tn.LowRank(rank=m // 4).build((m, n), 0).stored_bits() // 32,
}
print(f"second layer, {m} x {n}: rank of V {ranks[0]}, of W {ranks[1]}; of any U V with k = {m // 4}: {m // 4}")
print("numbers stored: " + "; ".join(f"{name} {count:,}" for name, count in numbers.items()))

# %% [markdown]
# A diagonal without zeros has an inverse, so *every* $W$ can be written as $V \operatorname{diag}(g)$: nothing is
# excluded, and nothing is saved. What it changes is the way that SGD takes.

# %%
parts = {
    "scale and bias are removed": removed < 1e-3,
    "training takes fewer steps (sigmoid)": speed["sigmoid"] > 1.5,
    "training takes fewer steps (tanh)": speed["tanh"] > 1.5,
    "it saves numbers, or lowers the rank": numbers["V diag(g)"] < numbers["W as it is"] or ranks[1] < ranks[0],
}
for part, held in parts.items():
    print(f"{'yes' if held else 'no':3s} {part}")
held = sum(parts.values())
lesson.verdict(
    "C21",
    "holds" if held == len(parts) else "does not hold" if held == 0 else "holds in part",
    f"scale and bias are removed to {removed:.0e}; steps to 10 % error are {speed['sigmoid']:.1f} times fewer for "
    f"sigmoid and {speed['tanh']:.1f} times for tanh, each at its best rate; of the steps that it saves the sigmoid "
    f"network, a better start alone saves {100 * start:.0f} %, an explicit scale {100 * scale:.0f} %; folded, it is "
    f"V diag(g), the same scores to {apart:.0e}, of rank {ranks[1]} as V, with {numbers['V diag(g)']:,} numbers for "
    f"{numbers['W as it is']:,}",
)

# %% [markdown]
# ## Exercises
#
# In `exercise.py`, for whole layers, all columns at once. The layer's input, $z$ on this page, is called `x` there:
#
# 1. `batchnorm_train`: forward in training; $y$ and the new running statistics.
# 2. `batchnorm_eval`: forward in use.
# 3. `batchnorm_backward`: the gradients of $x$, $\gamma$ and $\beta$.
# 4. `fold`: $W'$ and $b'$.
#
# Grade them with `tinynet grade 7`, or `pytest lessons/07_batchnorm`; `tinynet hint 7` helps. Then run this lesson
# again: it uses your own.
#
# **Read next** `tinynet/batchnorm.py` (the layer), `tinynet/parameterizations/scaled.py` (the scale alone) and
# `tinynet/reading/training/normalization.py` (both beside low rank, at equal bytes).
