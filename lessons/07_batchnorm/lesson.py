# %% [markdown]
# # Lesson 7. Batch normalization: an explicit scale and bias
#
# Picture a teacher who grades on a curve. From every mark she subtracts the class average, and she divides the result
# by the spread of the class. Now it does not matter whether the exam was hard or easy; it only matters where you stand
# in your class. Then the school puts the result on a scale of its own choosing, for example an average of 70 points
# with a spread of 10. Batch normalization does the same to every hidden unit. The mini-batch is the class.
#
# **Claim C21** says three things about it:
#
# 1. It removes the scale and the bias of a layer's inputs, and puts explicit, learned ones in their place.
# 2. It makes training faster.
# 3. It is a weaker form of *factorization*. To factorize a matrix is to write it as a product of other matrices. If
#    these are thin, they hold fewer numbers.
#
# First you build the layer for one column, derive its gradient, and keep its running statistics. Then you train deep
# networks with it and without it, and look for what makes the difference. Finally you fold the layer into the one
# before it, and see what kind of product is left.
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
# Take one hidden unit. For each of the $N$ examples of the mini-batch it computes a number $z_i$. Together these
# numbers are one column of $z = xV + b$. (The layer's matrix is called $V$ here; $W$ is kept for the end.) Batch
# normalization subtracts the column's mean $\mu$, divides by its standard deviation $\sigma$, and then applies a scale
# $\gamma$ and a bias $\beta$ (Ioffe and Szegedy 2015, arXiv 1502.03167, algorithm 1):
#
# $$\mu = \frac1N \sum_i z_i \qquad \mathrm{var} = \frac1N \sum_i (z_i - \mu)^2 \qquad
#   \sigma = \sqrt{\mathrm{var} + \varepsilon}$$
#
# $$\hat z_i = \frac{z_i - \mu}{\sigma} \qquad y_i = \gamma \hat z_i + \beta$$
#
# Each unit has its own $\gamma$ and $\beta$, and both are learned. The small number $\varepsilon$ is there for a column
# that is constant: without it, we would divide by zero.

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
print(f"in:  mean {z.mean():.3f}, standard deviation {z.std():.3f}")
print(f"out: mean {y.mean():.3f}, standard deviation {y.std():.3f}   (beta is 1, gamma is 2)")

# %% [markdown]
# ## What it removes
#
# If the whole class gets 7 points more, nobody moves on the curve. If every mark is multiplied by 10, nobody moves
# either. In a network it is the same. Multiply a unit's column $v$ of $V$ by some $c > 0$, and add a constant to the
# unit's bias. Now $z$ has another scale and another mean, but $\hat z$ is the same as before. So the layer before has
# no say in scale and bias any more. Its own bias $b$ has become useless, and networks with batch norm leave it out.
#
# One number is not scaled along: $\varepsilon$. The last line below shows what happens when $z$ is so small that
# $\varepsilon$ counts.

# %%
x, labels = data.train.inputs[:60].astype(np.float64), data.train.labels[:60]
v = rng.normal(size=64) / 8
before = normalize(x @ v, 2.0, 1.0)
change = {}
for c, shift in (10, 0), (10, 7), (1, 7), (0.01, 0):
    z = x @ (c * v) + shift
    change[c, shift] = np.abs(normalize(z, 2.0, 1.0) - before).max()
    print(f"v times {c}, plus {shift}: z has deviation {z.std():.4f}, y changes by at most {change[c, shift]:.0e}")
removed = max(change[10, 0], change[10, 7], change[1, 7])

# %% [markdown]
# ## One column, backward
#
# Let $g_i = \partial L / \partial y_i$ be the gradient that arrives from above. Two gradients are quick. All examples
# share $\gamma$ and $\beta$, so their contributions add up:
#
# $$\frac{\partial L}{\partial \beta} = \sum_i g_i \qquad \frac{\partial L}{\partial \gamma} = \sum_i g_i \hat z_i$$
#
# The gradient with respect to $z$ takes more care, because $z_i$ affects $y$ in three ways: directly, through the mean,
# and through the variance. We follow them one step at a time. Write $\bar{q}$ for $\partial L / \partial q$, and
# $d_i = z_i - \mu$ for the distance from the mean. (In the code below: `z_hat_bar`, `var_bar`, `d_bar`.) We begin at
# the end, where $y_i = \gamma \hat z_i + \beta$:
#
# $$\bar{\hat z}_i = \gamma g_i$$
#
# Next comes the variance. It stands under the root in every $\hat z_i = d_i\, (\mathrm{var} + \varepsilon)^{-1/2}$:
#
# $$\overline{\mathrm{var}}
#   = \sum_i \bar{\hat z}_i d_i \cdot \left(-\frac12\right) (\mathrm{var} + \varepsilon)^{-3/2}
#   = -\frac{1}{2\sigma^2} \sum_i \bar{\hat z}_i \hat z_i$$
#
# The distance $d_i$ acts directly, and through the variance:
#
# $$\bar{d}_i = \frac{\bar{\hat z}_i}{\sigma} + \overline{\mathrm{var}} \cdot \frac{2 d_i}{N}
#   = \frac1\sigma \Big( \bar{\hat z}_i - \hat z_i \operatorname{mean}(\bar{\hat z} \hat z) \Big)$$
#
# Finally, every $d_i$ contains $\mu$, so $\bar z_i = \bar d_i - \operatorname{mean}(\bar d)$. Because the $\hat z_i$
# sum to zero, this simplifies to
#
# $$\bar z_i = \frac{\gamma}{\sigma} \Big( g_i - \operatorname{mean}(g) - \hat z_i \operatorname{mean}(g \hat z) \Big)$$
#
# Read it with the class in mind. If all marks rise together, the curve undoes it. If all marks are stretched away from
# the average, the curve undoes that too. Moving $z$ in these two ways is pointless, so both are taken out of $g$; what
# is left is scaled by $\gamma / \sigma$. That is why the gradient sums to zero, and why its dot product with $\hat z$
# is zero up to a remainder of order $\varepsilon$.


# %%
def backward(g, z, gamma, eps=1e-5):
    """Return the gradient with respect to one column z (N,), by the steps above."""
    N = len(z)
    d = z - z.mean()
    sigma = np.sqrt((d**2).mean() + eps)
    z_hat = d / sigma
    z_hat_bar = gamma * g
    var_bar = -(z_hat_bar * z_hat).sum() / (2 * sigma**2)
    d_bar = z_hat_bar / sigma + var_bar * 2 * d / N
    return d_bar - d_bar.mean()


z, g = rng.normal(3, 5, size=60), rng.normal(size=60)
direction, h = rng.normal(size=60), 1e-6
slope = (g @ normalize(z + h * direction, 2.0, 1.0) - g @ normalize(z - h * direction, 2.0, 1.0)) / (2 * h)
z_bar = backward(g, z, 2.0)
print(f"slope along a random direction, by finite differences: {slope:.9f}")
print(f"by the formula:                                        {z_bar @ direction:.9f}")
constant = 2.0 * g / np.sqrt(z.var() + 1e-5)
print(f"if mu and var are treated as constants, a mistake:     {constant @ direction:.9f}")
print(f"sum of the gradient: {z_bar.sum():.1e}; dot product with z_hat: {z_bar @ (z - z.mean()) / z.std():.1e}")

# %% [markdown]
# `tn.BatchNorm` does this for all columns at once, and the tape of lesson 2 takes its gradient. Your
# `batchnorm_backward` does it by the formula, with sums and means over `axis=0`. (The exercise calls the layer's input
# $x$, as tinynet and PyTorch do. It is the $z$ of this page.) Do they agree?

# %%
Z, G = rng.normal(1, 3, size=(60, 5)), rng.normal(size=(60, 5))
layer, Z_tape = tn.BatchNorm(5), tn.Tensor(Z, requires_grad=True)
layer(Z_tape).backward(G)
by_column = np.stack([backward(G[:, j], Z[:, j], 1.0) for j in range(5)], axis=1)
at_once = mine.batchnorm_backward(G, Z, np.ones(5), layer.eps)[0]
for name, gradient in ("column by column", by_column), ("batchnorm_backward", at_once):
    print(f"{name}: differs from the tape's gradient by at most {np.abs(Z_tape.grad - gradient).max():.1e}")

# %% [markdown]
# ## When there is no batch
#
# A student who takes the exam alone has no class to be compared with. So she is graded by the curve of earlier years.
# Batch norm does likewise. In use, an example must get the same answer whatever stands beside it. So during training
# the layer keeps a running mean and a running variance. Each step moves them a little towards the batch's own, by a
# rate $r$ (PyTorch calls it momentum):
#
# $$\mu_{\mathrm{run}} \leftarrow \mu_{\mathrm{run}} + r\, (\mu - \mu_{\mathrm{run}}) \qquad
#   \mathrm{var}_{\mathrm{run}} \leftarrow \mathrm{var}_{\mathrm{run}}
#     + r\, \Big(\frac{N}{N-1} \mathrm{var} - \mathrm{var}_{\mathrm{run}}\Big)$$
#
# Evaluation then normalizes with these:
#
# $$y_i = \gamma\, \frac{z_i - \mu_{\mathrm{run}}}{\sqrt{\mathrm{var}_{\mathrm{run}} + \varepsilon}} + \beta$$
#
# Why $N - 1$ here, when the batch itself is normalized with $N$? The running variance should estimate the variance of
# *all* data. But a batch's values lie closer to their own mean than to the mean of all data, so the batch's variance is
# too small: on average by the factor $(N - 1) / N$. Watch this for batches of five. Then send 200 batches of 60 through
# `batchnorm_train`, all of them containing the same one example. In the end, give this example alone to
# `batchnorm_eval`.

# %%
population = data.train.inputs.astype(np.float64) @ v
batches = population[rng.integers(0, len(population), size=(20000, 5))]
print(f"variance of all {len(population)} values:            {population.var():.4f}")
print(f"mean variance of batches of 5, with N:     {batches.var(axis=1).mean():.4f}")
print(f"mean variance of batches of 5, with N - 1: {batches.var(axis=1, ddof=1).mean():.4f}")

running_mean, running_var, seen = np.zeros(1), np.ones(1), []
for _ in range(200):
    neighbours = population[rng.integers(0, len(population), size=59)]
    batch = np.append(neighbours, population[0])[:, None]
    y, running_mean, running_var = mine.batchnorm_train(
        batch, np.ones(1), np.zeros(1), running_mean, running_var, 0.1, 1e-5
    )
    seen.append(y[-1, 0])
alone = mine.batchnorm_eval(population[:1, None], np.ones(1), np.zeros(1), running_mean, running_var, 1e-5).item()
print(f"mean:     {running_mean[0]:.3f} running, {population.mean():.3f} over all data")
print(f"variance: {running_var[0]:.3f} running, {population.var():.3f} over all data")
print(
    f"y of the one example: from {min(seen):.2f} to {max(seen):.2f} in the batches; in evaluation, alone, {alone:.2f}"
)

# %% [markdown]
# ## Deep networks, error per step
#
# The first figure of Ioffe and Szegedy's paper shows a sigmoid network 784-100-100-100-10 on MNIST, trained in batches
# of 60. Here is a smaller version of it, 64-100-100-100-10 on digits, and beside it the same network with tanh. Both
# are trained by plain SGD, without momentum.
#
# A network with batch norm may need another learning rate than a network without, so each gets its own. And "fast" has
# to mean something. We count the steps until the validation error first falls below 10 %. We try three rates, each from
# three seeds, and keep the rate with the smallest median. A run ends after 390 steps. (If the best rate is the smallest
# or the largest of the three, a still better one may lie beyond it.)

# %%
WIDTHS, BATCHES, STEPS, EVERY, GOAL = [64, 100, 100, 100, 10], 14, 390, 5, 0.10


def sgd(net, lr, seed):
    """Train the network in place, in batches of about 60; after each step, yield its number."""
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
    """Return the share of validation examples that the network assigns to a wrong class."""
    net.eval()
    with tn.no_grad():
        return float((net(data.valid.inputs).numpy().argmax(axis=1) != data.valid.labels).mean())


def steps_to_goal(net, lr, seed):
    """Return the first step with a validation error below GOAL (inf if there is none), and the last error measured."""
    for step in sgd(net, lr, seed):
        error = error_of(net)
        if error < GOAL or step == STEPS:
            return step if error < GOAL else np.inf, error


def fastest(build, rates):
    """Return the rate with the smallest median of steps over seeds 0, 1 and 2, and the steps of all rates."""
    with np.errstate(over="ignore"):
        steps = {lr: [steps_to_goal(build(seed), lr, seed) for seed in range(3)] for lr in rates}
    return min(rates, key=lambda lr: np.median(steps[lr], axis=0).tolist()), {
        lr: [step for step, _ in steps[lr]] for lr in rates
    }


# %%
ACTIVATIONS = {"sigmoid": (tn.Sigmoid, (0.3, 1.0, 3.0)), "tanh": (tn.Tanh, (0.1, 0.3, 1.0))}
found = {}
for name, (activation, rates) in ACTIVATIONS.items():
    for normed in (False, True):

        def build(seed, activation=activation, normed=normed):
            return tn.MLP(WIDTHS, activation=activation, batch_norm=normed, seed=seed)

        best, steps = fastest(build, rates)
        found[name, normed] = best, steps[best]
        print(f"{name:7s} {'with' if normed else 'without':7s} batch norm, steps to 10 % from three seeds:")
        for lr in rates:
            print(f"    rate {lr:<3g}: {', '.join(map(str, steps[lr]))}{'   (the best)' if lr == best else ''}")

# %% [markdown]
# Now draw the whole curves, with seed 0 and the best rates. Along the way, every 5 steps, record what the sigmoids or
# tanhs of the last hidden layer receive: $z$ without batch norm, $y$ with it. For each unit, keep the 15th, 50th and
# 85th percentile over the 200 validation examples, in evaluation mode.


# %%
def last_input(net, inputs):
    """Return what the last activation receives in evaluation, (examples, 100)."""
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
        f"after {STEPS} steps of {1000 * seconds[key]:.1f} ms each"
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
# Look at both panels. Then look at the milliseconds per step: batch norm is not free. Steps and seconds answer two
# different questions. We judge the claim by steps, because seconds depend on the machine and on how the layer is
# written.

# %%
speed = {}
for name in ACTIVATIONS:
    steps = {normed: float(np.median(found[name, normed][1])) for normed in (False, True)}
    speed[name] = steps[False] / steps[True]
    longer = seconds[name, True] / seconds[name, False]
    print(f"{name}: {steps[False]:g} steps without batch norm, {steps[True]:g} with it (medians of 3 seeds)")
    print(f"  in steps, training with batch norm is {speed[name]:.1f} times as fast")
    print(f"  a step takes {longer:.1f} times as long, so by the clock it is {speed[name] / longer:.1f} times as fast")

# %% [markdown]
# ## What the last hidden layer receives
#
# Why would a network with batch norm need fewer steps? Ioffe and Szegedy give this reason. While a network learns, each
# layer's inputs shift, because the layers before it change as well ("internal covariate shift"). It is like aiming at a
# target that somebody keeps moving. Batch norm holds the target still.
#
# The figure shows one unit of the sigmoid network, the one whose input wanders most without batch norm, and then the
# same unit with batch norm. To put all units into one number, see how far a unit's median moves in 5 steps, averaged
# over all units and over the first 100 steps. This is the *drift*. But far compared with what? We measure it twice: in
# units of $z$, and in *half widths*, where a half width is half the distance between the unit's 15th and 85th
# percentile.
#
# One thing in the figure is not the network's doing. The running variance starts at 1 and follows the batches at a rate
# of 0.1. So in evaluation, the band with batch norm is too narrow at first, and widens while the running variance
# catches up.


# %%
def drift(moments, relative=True):
    """Return how far a median moves in 5 steps, averaged over all units and the first 100 steps."""
    low, middle, high = moments[:20].transpose(1, 0, 2)
    moved, half_width = np.abs(np.diff(middle, axis=0)), (high - low)[:-1] / 2
    return (moved / half_width if relative else moved).mean()


drifts = {key: drift(moments) for key, moments in percentiles.items()}
absolute = {key: drift(moments, relative=False) for key, moments in percentiles.items()}
unit = int(np.ptp(percentiles["sigmoid", False][:, 1], axis=0).argmax())
figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True)
for axes, normed in zip(panels, (False, True), strict=True):
    low, middle, high = percentiles["sigmoid", normed][:, :, unit].T
    axes.fill_between(steps_seen, low, high, color=SKY, alpha=0.35, linewidth=0, label="15th to 85th percentile")
    axes.plot(steps_seen, middle, color=BLUE, label="median")
    axes.set(title=f"{'with' if normed else 'without'} batch norm", xlabel="step of SGD")
panels[0].set_ylabel(f"input of sigmoid {unit}, last hidden layer")
panels[0].legend()
figure.suptitle("Does a unit's input stay in place? Sigmoid network")
lesson.figure(figure, "percentiles")
for (name, normed), d in drifts.items():
    print(
        f"{name:7s} {'with' if normed else 'without':7s} batch norm: in 5 steps a median moves by {d:.2f} half widths, "
        f"or {absolute[name, normed]:.2f} units of z"
    )
times = [of["sigmoid", False] / of["sigmoid", True] for of in (drifts, absolute)]
print(
    "sigmoid: without batch norm, medians move {:.0f} times as many half widths, but {:.1f} times as far".format(*times)
)

# %% [markdown]
# The two counts disagree. At first the plain sigmoid network gives nearly the same $z$ for every digit, so its half
# widths are tiny, and a small movement is many of them. Most of the difference in half widths is this small
# denominator; the medians themselves move about as far in both networks. (`python -m benchmarks.seeds drift` counts
# both ways from eight seeds, for Fashion-MNIST too.)

# %% [markdown]
# ## Is that the reason?
#
# With batch norm, training takes fewer steps and inputs stay in place. That does not mean that the one causes the
# other. Three more sigmoid networks test it.
#
# **Shaken.** Keep batch norm, and then undo its work. Right behind it, at every step, each unit's $y$ is multiplied by
# a new random scale between 0.5 and 1.5, and moved by a new random shift between -1 and 1. (The idea comes from
# Santurkar et al. 2018, arXiv 1805.11604.) The drift tells whether inputs wander again. If steady inputs are the
# reason, this network must be slow.
#
# **A better start.** Since $\tanh(u) = 2 \operatorname{sigmoid}(2u) - 1$, a sigmoid network can compute exactly what a
# tanh network computes. It only needs other weights: double the first matrix, multiply later ones by 4 (the last one by
# 2), and adjust the biases to match. Give the sigmoid network this start and change nothing else. If it now trains fast
# without batch norm, then a bad start was what slowed it down, and batch norm made up for it.
#
# **Explicit scale.** Give each column of the matrix a length of its own to learn: $W = V \operatorname{diag}(s)$, where
# column $j$ of $V$ is multiplied by $s_j$. This is `tn.Scaled` (which calls the scale `g`). It has the scale of batch
# norm, without the statistics. If factorization is the reason, this network must be fast.


# %%
class Shaken(tn.Layer):
    """Give each unit a random scale and a random shift, new ones at every training step."""

    def __init__(self, n, seed):
        self.n, self.rng = n, np.random.default_rng(seed)

    def __call__(self, x):
        if not self.training:
            return x
        scale, shift = self.rng.uniform(0.5, 1.5, self.n), self.rng.uniform(-1, 1, self.n)
        return x * scale.astype(np.float32) + shift.astype(np.float32)


def shaken(seed):
    """Return the sigmoid network with batch norm, and with noise behind each batch norm."""
    layers = []
    for i, (m, n) in enumerate(pairwise(WIDTHS)):
        hidden = n != WIDTHS[-1]
        layers.append(tn.Linear(m, n, bias=not hidden, seed=child_seed(seed, i)))
        layers += [tn.BatchNorm(n), Shaken(n, [seed, i]), tn.Sigmoid()] if hidden else []
    return tn.Sequential(*layers)


def twin(seed):
    """Return the sigmoid network that computes what the tanh network of this seed computes."""
    net = tn.MLP(WIDTHS, activation=tn.Sigmoid, seed=seed)
    linear = [layer for layer in net.layers if isinstance(layer, tn.Linear)]
    for i, layer in enumerate(linear):
        W, inner, outer = layer.weight.W.data, 1 if i == 0 else 2, 1 if i == len(linear) - 1 else 2
        layer.bias.data = (outer * (0 if i == 0 else -1) * W.sum(axis=0)).astype(np.float32)
        layer.weight.W.data = outer * inner * W
    return net


def explicit_scale(seed):
    """Return the sigmoid network whose hidden matrices are V diag(s)."""
    return tn.MLP(WIDTHS, [tn.Scaled()] * 3 + [tn.Dense()], activation=tn.Sigmoid, seed=seed)


def at_best(build):
    """Return the best of the sigmoid network's rates, and the steps there."""
    lr, steps = fastest(build, ACTIVATIONS["sigmoid"][1])
    return lr, steps[lr]


same = np.abs(twin(0)(data.test.inputs).numpy() - tn.MLP(WIDTHS, seed=0)(data.test.inputs).numpy()).max()
print(f"at its better start, the sigmoid network's scores differ from the tanh network's by at most {same:.1e}")
ways = {
    "plain": found["sigmoid", False],
    "explicit scale": at_best(explicit_scale),
    "better start": at_best(twin),
    "batch norm": found["sigmoid", True],
    "batch norm, shaken": at_best(shaken),
}
median = {name: float(np.median(steps)) for name, (_, steps) in ways.items()}
for name, (lr, steps) in ways.items():
    print(f"{name:19s} best rate {lr:<4g} steps to 10 %: {steps}")


def drift_when_shaken():
    """Return the drift of what the shaken network's sigmoids receive in training, noise included."""
    net, noise, seen = shaken(0), np.random.default_rng(0), []
    for step in sgd(net, ways["batch norm, shaken"][0], 0):
        if step % EVERY == 0:
            calm = np.percentile(last_input(net, data.valid.inputs), (15, 50, 85), axis=0)
            # a unit's scale is positive, so it carries percentiles over to percentiles
            seen.append(noise.uniform(0.5, 1.5, 100) * calm + noise.uniform(-1, 1, 100))
        if step == 100:
            return drift(np.array(seen))


drifts["shaken"] = drift_when_shaken()
print(f"drift in half widths: {drifts['sigmoid', True]:.2f} with batch norm, {drifts['shaken']:.2f} when shaken")

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
# Compare the bars yourself before you read on. The next lines only put numbers on what you see.

# %%
gain = median["plain"] - median["batch norm"]
wander = drifts["shaken"] > 2 * drifts["sigmoid", True]
steady = "not tested" if not wander else "no" if median["batch norm, shaken"] < 2 * median["batch norm"] else "yes"
start = (median["plain"] - median["better start"]) / gain if gain > 0 and np.isfinite(gain) else np.nan
scale = (median["plain"] - median["explicit scale"]) / gain if gain > 0 and np.isfinite(gain) else np.nan
farther = drifts["shaken"] / drifts["sigmoid", True]
print(f"Does fast training need steady inputs? {steady.capitalize()}. Shaken inputs drift {farther:.1f} times as far,")
print(
    f"and training takes {median['batch norm, shaken']:g} steps, where batch norm alone takes {median['batch norm']:g}."
)
print(f"Of the steps that batch norm saves, a better start alone saves {100 * start:.0f} %.")
print(f"Of the steps that batch norm saves, an explicit scale alone saves {100 * scale:.0f} %.")

# %% [markdown]
# Batch norm does one more thing: it comes with a brake. Apart from $\varepsilon$, the length of a unit's column $v$ has
# no effect on the output, so the gradient with respect to $v$ has no part along $v$. Each step of plain SGD therefore
# stands at a right angle to $v$, and such a step makes $v$ *longer*. The gradient is also divided by $\sigma$, which
# grows with this length. So take a column that is $f$ times as long. Its gradient is $f$ times smaller, and the column
# to be turned is $f$ times longer, so one step turns it by only $1/f^2$ of the angle. A step that is too large thus
# makes the next ones smaller. How much of this brake was used, at the best rate and at the larger ones?


# %%
def growth(net):
    """Return the length of each column in front of a batch norm, divided by its length at the start."""
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
        f"rate {lr:<3g}: {100 * (grown > 1).mean():.0f} % of the columns grew, the median one to {f:.2f} times its "
        f"length; the same gradient from above now turns it by {100 * (1 - f**-2):.0f} % less"
    )

# %% [markdown]
# ## Folded away
#
# After training, the statistics are fixed numbers, $\mu_{\mathrm{run}}$ and
# $\sigma_{\mathrm{run}} = \sqrt{\mathrm{var}_{\mathrm{run}} + \varepsilon}$. Then batch norm only scales and shifts
# each column. The layer before it can do this on its own, with other weights and biases. So the two layers become one:
#
# $$y = \gamma\, \frac{xV + b - \mu_{\mathrm{run}}}{\sigma_{\mathrm{run}}} + \beta = x W' + b' \qquad
#   W' = V \operatorname{diag}\Big(\frac{\gamma}{\sigma_{\mathrm{run}}}\Big) \qquad
#   b' = (b - \mu_{\mathrm{run}})\, \frac{\gamma}{\sigma_{\mathrm{run}}} + \beta$$
#
# This $W'$ is exactly what `tn.Scaled` stores as two factors: $V \operatorname{diag}(s)$, with one
# $s = \gamma / \sigma_{\mathrm{run}}$ for each unit. So build the network without batch norm, put these numbers in, and
# compare the scores on the whole test set. Your `fold` must give the same $W'$ and $b'$. (The exercise calls the
# layer's matrix $W$.)

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
    after.weight.V.W.data = V
    after.weight.g.data = (norm.gamma.data / np.sqrt(norm.running_var + norm.eps)).astype(np.float32)
    after.bias.data = np.asarray(b, np.float32)
    off.append(np.abs(W - after.weight.weight().numpy()).max() / np.abs(W).max())
linear[-1].weight.W.data, linear[-1].bias.data = net.layers[-1].weight.W.data, net.layers[-1].bias.data

scores, scores_folded = net(data.test.inputs).numpy(), folded(data.test.inputs).numpy()
apart = np.abs(scores - scores_folded).max()
agree = (scores.argmax(axis=1) == scores_folded.argmax(axis=1)).mean()
print(f"V diag(s) and the W' of `fold` differ by at most {max(off):.1g} of the largest entry")
print(
    f"scores, as large as {np.abs(scores).max():.1f}, differ by at most {apart:.1e}; "
    f"{100 * agree:.1f} % of the test digits are assigned to the same class"
)

# %% [markdown]
# So in evaluation batch norm *is* a product of two factors. But is it a weaker form of factorization in the sense of
# the claim: a constraint that leaves fewer numbers to store, or that confines the columns to a smaller space? Count the
# numbers. Then look at the rank, which is the number of dimensions that the columns span. Two thin factors,
# $m \times k$ and $k \times n$, store $(m + n)k$ numbers, and their product has at most rank $k$.

# %%
V = pairs[1][0].weight.W.data
W = linear[1].weight.weight().numpy()
m, n = V.shape
ranks = int(np.linalg.matrix_rank(V)), int(np.linalg.matrix_rank(W))
numbers = {
    "W as it is": tn.Dense().build((m, n), 0).stored_bits() // 32,
    "V diag(s)": linear[1].weight.stored_bits() // 32,
    f"two thin factors with k = {m // 4}": tn.LowRank(rank=m // 4).build((m, n), 0).stored_bits() // 32,
}
print(
    f"rank, second layer: {ranks[0]} for V, {ranks[1]} for W, at most {m // 4} for two thin factors with k = {m // 4}"
)
print(
    f"numbers stored for its {m} x {n} entries: "
    + ", ".join(f"{count:,} for {name}" for name, count in numbers.items())
)

# %% [markdown]
# If no $s_j$ is zero, you can divide by it again. So *every* matrix $W$ can be written as $V \operatorname{diag}(s)$:
# nothing is excluded, and nothing is saved. What changes is the path that SGD takes.

# %%
parts = {
    "scale and bias are removed": removed < 1e-3,
    "training takes fewer steps (sigmoid)": speed["sigmoid"] > 1.5,
    "training takes fewer steps (tanh)": speed["tanh"] > 1.5,
    "it saves numbers or lowers the rank": numbers["V diag(s)"] < numbers["W as it is"] or ranks[1] < ranks[0],
}
for part, held in parts.items():
    print(f"{'yes' if held else 'no':3s} {part}")
held = sum(parts.values())
lesson.verdict(
    "C21",
    "holds" if held == len(parts) else "does not hold" if held == 0 else "holds in part",
    f"scale and bias are removed (y changes by at most {removed:.0e}). Counted in steps to 10 % error, training is "
    f"{speed['sigmoid']:.1f} times as fast for sigmoid and {speed['tanh']:.1f} times for tanh, each at its best rate. "
    f"Of the steps that batch norm saves the sigmoid network, a better start alone saves {100 * start:.0f} %, an "
    f"explicit scale {100 * scale:.0f} %. Folded away, batch norm is V diag(s): scores agree up to {apart:.0e}, the "
    f"rank is {ranks[1]} where V has {ranks[0]}, and {numbers['V diag(s)']:,} numbers are stored in place of "
    f"{numbers['W as it is']:,}",
)

# %% [markdown]
# ## Exercises
#
# In `exercise.py` you write the functions for whole layers, all columns at once. The layer's input, $z$ on this page,
# is called `x` there:
#
# 1. `batchnorm_train`: the forward pass in training; it returns $y$ and the new running statistics.
# 2. `batchnorm_eval`: the forward pass in use.
# 3. `batchnorm_backward`: the gradients with respect to $x$, $\gamma$ and $\beta$.
# 4. `fold`: $W'$ and $b'$.
#
# Grade them with `tinynet grade 7`, or `pytest lessons/07_batchnorm`; `tinynet hint 7` helps. Then run this lesson
# again: it will use your own.
#
# **Read next** `tinynet/layers/batchnorm.py` (the layer), `tinynet/parameterizations/scaled.py` (the scale alone) and
# `tinynet/reading/training/normalization.py` (both beside low rank, at equal bytes).
