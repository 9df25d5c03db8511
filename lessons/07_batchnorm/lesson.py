# %% [markdown]
# # Lesson 7. Batch normalization: an explicit scale and bias
#
# A deep network of sigmoids may take hundreds of steps before it learns anything. Put one small layer behind each of
# its matrices, and it learns at once. This layer is called batch normalization. Most deep networks for images have it,
# and why it works is still argued about. Claim **C21** says three things about it:
#
# 1. It removes the scale and the bias of a layer's inputs, and puts explicit, learned ones in their place.
# 2. It makes training faster.
# 3. It is a weaker form of *factorization*. To factorize a matrix is to write it as a product of other matrices. If
#    these are thin, they hold fewer numbers.
#
# You build the layer, derive its gradient, and train deep networks with it and without it. Then you test its
# explanations one by one, and fold the layer into the one before it, to see what kind of product is left.

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

lesson = Script(7)
data = tn.datasets.load("digits")
BLACK, ORANGE, SKY, GREEN, RED, BLUE, PURPLE, *_ = COLOURS

# %% [markdown]
# ## Graded on a curve
#
# Picture a teacher who grades on a curve. From every mark she subtracts the class average, and she divides the result
# by the spread of the class. Whether the exam was hard or easy no longer matters, only where you stand in your class.
# Then the school puts the result on a scale of its own choosing, say an average of 70 points with a spread of 10.
#
# Batch normalization does the same to every hidden unit, and the mini-batch is the class. For each of its $N$ examples
# the unit computes a number $z_i$. Together they are one column of $z = xV + b$. (The layer's matrix is called $V$
# here; $W$ is kept for the end.) Subtract the column's mean $\mu$, divide by its standard deviation $\sigma$, then
# apply a scale $\gamma$ and a bias $\beta$ (Ioffe and Szegedy 2015, arXiv 1502.03167, algorithm 1):
#
# $$\mu = \frac1N \sum_i z_i \qquad \mathrm{var} = \frac1N \sum_i (z_i - \mu)^2 \qquad
#   \sigma = \sqrt{\mathrm{var} + \varepsilon}$$
#
# $$\hat z_i = \frac{z_i - \mu}{\sigma} \qquad y_i = \gamma \hat z_i + \beta$$
#
# Each unit has its own $\gamma$ and $\beta$, and both are learned. The small number $\varepsilon$ is there for a column
# that is constant: without it, we would divide by zero.
#
# After training there may be no class to compare with. So the layer must also learn the mean and the variance of *all*
# data, though all it ever sees is batches. Is a batch's variance a good estimate? Draw many batches of five, and
# average their variances.

# %%
lesson.predict("five", "The mean variance of batches of five: what share of the variance of all data is it?")

# %%
rng = np.random.default_rng(0)
v = rng.normal(size=64) / 8
population = data.train.inputs.astype(np.float64) @ v
batches = population[rng.integers(0, len(population), size=(20000, 5))]
print(f"variance of all {len(population)} values:            {population.var():.4f}")
print(f"mean variance of batches of 5, with N:     {batches.var(axis=1).mean():.4f}")
print(f"mean variance of batches of 5, with N - 1: {batches.var(axis=1, ddof=1).mean():.4f}")
lesson.answer("five", batches.var(axis=1).mean() / population.var(), "{:.0%}")

# %% [markdown]
# It is too small, because a batch's values lie closer to their own mean than to the mean of all data. On average it is
# too small by the factor $(N - 1) / N$, and dividing by $N - 1$ in place of $N$ makes up for it. So the batch itself is
# normalized by the variance with $N$, but the **running variance**, which estimates that of all data, follows the one
# with $N - 1$. Each step moves the running mean and the running variance a little towards the batch's own, by a rate
# $r$ (PyTorch calls it momentum):
#
# $$\mu_{\mathrm{run}} \leftarrow \mu_{\mathrm{run}} + r\, (\mu - \mu_{\mathrm{run}}) \qquad
#   \mathrm{var}_{\mathrm{run}} \leftarrow \mathrm{var}_{\mathrm{run}}
#     + r\, \Big(\frac{N}{N-1} \mathrm{var} - \mathrm{var}_{\mathrm{run}}\Big)$$
#
# Once you have the layer, send 200 batches of 60 through it, all of them containing the same one example.
#
# **Exercise `batchnorm_train`.** Return $y$ and the new running statistics for a whole layer, all columns at once. (The
# exercise calls the layer's input $x$, as tinynet and PyTorch do. It is the $z$ of this page.)

# %%
batchnorm_train = lesson.exercise("batchnorm_train")


def normalize(z, gamma, beta, eps=1e-5):
    """Return y for one column z (N,), in training."""
    one = np.ones(1)
    return np.asarray(batchnorm_train(z[:, None], gamma * one, beta * one, 0 * one, one, 0.1, eps)[0])[:, 0]


z = rng.normal(3, 5, size=60)
y = normalize(z, gamma=2.0, beta=1.0)
print(f"in:  mean {z.mean():.3f}, standard deviation {z.std():.3f}")
print(f"out: mean {y.mean():.3f}, standard deviation {y.std():.3f}   (beta is 1, gamma is 2)")

running_mean, running_var, seen = np.zeros(1), np.ones(1), []
for _ in range(200):
    neighbours = population[rng.integers(0, len(population), size=59)]
    batch = np.append(neighbours, population[0])[:, None]
    y, running_mean, running_var = batchnorm_train(batch, np.ones(1), np.zeros(1), running_mean, running_var, 0.1, 1e-5)
    seen.append(y[-1][0])
print(f"mean:     {running_mean[0]:.3f} running, {population.mean():.3f} over all data")
print(f"variance: {running_var[0]:.3f} running, {population.var():.3f} over all data")
print(f"y of the one example, in 200 batches: from {min(seen):.2f} to {max(seen):.2f}")

# %% [markdown]
# The same example got another answer in every batch. In training that is tolerable. In use an example must get the same
# answer whatever stands beside it. A student who takes the exam alone is graded by the curve of earlier years.
#
# **Exercise `batchnorm_eval`.** Return $y$ for a network in use.

# %%
batchnorm_eval = lesson.exercise("batchnorm_eval")
once = np.ones(1), np.zeros(1), running_mean, running_var, 1e-5
alone = np.asarray(batchnorm_eval(population[:1, None], *once)).item()
among = np.asarray(batchnorm_eval(population[:60, None], *once))[0, 0]
print(f"y of the one example, in use: {alone:.2f} alone, {among:.2f} among 59 others")

# %% [markdown]
# ## What it removes
#
# If the whole class gets 7 points more, or if every mark is multiplied by 10, nobody moves on the curve. In a network
# it is the same. Multiply a unit's column $v$ of $V$ by some $c > 0$, and add a constant to the unit's bias. Now $z$
# has another scale and another mean, but $\hat z$ is the same as before. The layer's own bias $b$ has become useless,
# and networks with batch norm leave it out. Only $\varepsilon$ is not scaled along: in the last line below, $z$ is so
# small that it counts.

# %%
x = data.train.inputs[:60].astype(np.float64)
before = normalize(x @ v, 2.0, 1.0)
change = {}
for c, shift in (10, 0), (10, 7), (1, 7), (0.01, 0):
    z = x @ (c * v) + shift
    change[c, shift] = np.abs(normalize(z, 2.0, 1.0) - before).max()
    print(f"v times {c}, plus {shift}: z has deviation {z.std():.4f}, y changes by at most {change[c, shift]:.0e}")
removed = max(change[10, 0], change[10, 7], change[1, 7])

# %% [markdown]
# ## The gradient
#
# Let $g_i = \partial L / \partial y_i$ be the gradient that arrives from above. What is the gradient with respect to
# $z$? It is tempting to answer $\gamma g_i / \sigma$, because $y_i$ is $z_i$ times $\gamma / \sigma$, plus a constant.
# Measure how $\sum_i g_i y_i$ changes along a random direction, and compare.

# %%
z, g = rng.normal(3, 5, size=60), rng.normal(size=60)
direction, h = rng.normal(size=60), 0.01  # also right if your y is float32
slope = (g @ normalize(z + h * direction, 2.0, 1.0) - g @ normalize(z - h * direction, 2.0, 1.0)) / (2 * h)
tempting = 2.0 * g / np.sqrt(z.var() + 1e-5)
print(f"slope along a random direction, by finite differences: {slope:.3f}")
print(f"by the tempting answer:                                {tempting @ direction:.3f}")

# %% [markdown]
# What is missing? Your mark also changes the class average and the spread, and with them everybody's grade. So $z_i$
# affects $y$ in three ways: directly, through the mean, and through the variance. Follow them one step at a time, from
# the end to the beginning. Write $\bar{q}$ for $\partial L / \partial q$, and $d_i = z_i - \mu$ for the distance from
# the mean. First, $y_i = \gamma \hat z_i + \beta$:
#
# $$\bar{\hat z}_i = \gamma g_i$$
#
# Next comes the variance. It stands under the root in every $\hat z_i = d_i\, (\mathrm{var} + \varepsilon)^{-1/2}$:
#
# $$\overline{\mathrm{var}}
#   = \sum_i \bar{\hat z}_i d_i \cdot \left(-\frac12\right) (\mathrm{var} + \varepsilon)^{-3/2}
#   = -\frac{1}{2\sigma^2} \sum_i \bar{\hat z}_i \hat z_i$$
#
# Two steps are left, and they are yours. For $\bar d_i$: the distance $d_i$ acts directly on $\hat z_i$, and through
# $\mathrm{var} = \frac1N \sum_i d_i^2$. For $\bar z_i$: every $d_j = z_j - \mu$ contains $z_i$, since $\mu$ does. Put
# them together, use $\sum_i \hat z_i = 0$, and little is left: $\gamma / \sigma$ times a bracket with three terms. For
# $\gamma$ and $\beta$, remember that all examples share them.

# %%
lesson.predict(
    "pointless", "A column has 60 numbers. Along how many independent directions can they move while no y moves?"
)

# %% [markdown]
# Three checks wait for your gradient: the slope from above, the tape's gradient of `tn.BatchNorm`, and the question
# just asked. For that one, the gradient of each single $y_i$ becomes a row of a matrix. Directions in which no $y$
# moves are missing from its rank. ($\varepsilon$ leaves a little, so less than a thousandth counts as nothing.)
#
# **Exercise `batchnorm_backward`.** Return the gradients with respect to the layer's input, $\gamma$ and $\beta$.

# %%
batchnorm_backward = lesson.exercise("batchnorm_backward")
backward = lambda g: np.asarray(batchnorm_backward(g[:, None], z[:, None], np.full(1, 2.0), 1e-5)[0])[:, 0]
z_bar = backward(g)
print(f"slope along a random direction, by the gradient:       {z_bar @ direction:.3f}")
Z, G = rng.normal(1, 3, size=(60, 5)), rng.normal(size=(60, 5))
layer, Z_tape = tn.BatchNorm(5), tn.Tensor(Z, requires_grad=True)
layer(Z_tape).backward(G)
by_formula = batchnorm_backward(G, Z, np.ones(5), layer.eps)[0]
print(f"differs from the tape's gradient by at most {np.abs(Z_tape.grad - by_formula).max():.1e}")
rows = np.stack([backward(row) for row in np.eye(60)])
pointless = 60 - int(np.linalg.matrix_rank(rows, rtol=1e-3))
print(f"sum of the gradient: {z_bar.sum():.1e}; dot product with z_hat: {z_bar @ (z - z.mean()) / z.std():.1e}")
lesson.answer("pointless", pointless, "{:.0f}")

# %% [markdown]
# Read it with the class in mind. If all marks rise together, or if all are stretched away from the average, the curve
# undoes it. Moving $z$ in these two ways is pointless, so both are taken out of $g$; what is left is scaled by
# $\gamma / \sigma$. That is why the gradient sums to zero, and why its dot product with $\hat z$ is zero up to a
# remainder of order $\varepsilon$.

# %% [markdown]
# ## Deep networks, error per step
#
# Ioffe and Szegedy's first figure shows a sigmoid network on MNIST, trained in batches of 60. Here is a smaller version
# of it, 64-100-100-100-10 on digits, and beside it the same network with tanh. Both are trained by plain SGD, without
# momentum.
#
# To be fast is to need few steps until the validation error first falls below 10 %. Each network gets the learning rate
# that suits it: we try three rates, each from three seeds, and keep the rate with the smallest median. A run ends after
# 390 steps. (If the best rate is the smallest or the largest of the three, a still better one may lie beyond it.)

# %%
lesson.predict("sigmoid", "Sigmoid: how many times fewer steps does the network with batch norm need?")
lesson.predict("tanh", "And with tanh: how many times fewer?")

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

speed, medians = {}, {key: float(np.median(steps)) for key, (_, steps) in found.items()}
for name in ACTIVATIONS:
    speed[name] = medians[name, False] / medians[name, True]
    print(f"{name}: {medians[name, False]:g} steps without batch norm, {medians[name, True]:g} with it (medians)")
    lesson.answer(name, speed[name], "{:.1f}")

# %% [markdown]
# Now draw the whole curves, for seed 0 at the best rates. Every 5 steps, record what the sigmoids or tanhs of the last
# hidden layer receive in evaluation, $z$ without batch norm and $y$ with it: for each unit the 15th, 50th and 85th
# percentile over the 200 validation examples.


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
# Batch norm is not free. But how long a step takes depends on the machine and on how the layer is written, so we judge
# the claim by steps.

# %%
for name in ACTIVATIONS:
    longer = seconds[name, True] / seconds[name, False]
    print(f"{name}: in steps, training with batch norm is {speed[name]:.1f} times as fast")
    print(f"  a step takes {longer:.1f} times as long, so by the clock it is {speed[name] / longer:.1f} times as fast")

# %% [markdown]
# ## What the last hidden layer receives
#
# Why would a network with batch norm need fewer steps? Ioffe and Szegedy give this reason: while a network learns, each
# layer's inputs shift, because the layers before it change as well. It is like aiming at a target that somebody keeps
# moving. Batch norm holds the target still.
#
# The figure shows the unit of the sigmoid network whose input wanders most without batch norm, and the same unit with
# batch norm. (That its band is narrow at first is no effect of training: the running variance starts at 1 and takes a
# while to catch up.) To put all units into one number, the *drift*, see how far a unit's median moves in 5 steps,
# averaged over all units and over the first 100 steps. We measure it in units of $z$, and in *half widths*: half the
# distance between the unit's 15th and 85th percentile.


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
# The two measures disagree. At first the plain sigmoid network gives nearly the same $z$ for every digit, so its half
# widths are tiny, and a small movement is many of them. The medians themselves move about as far in both networks.
# (From a checkout, `python -m benchmarks.seeds drift` measures both ways from eight seeds, for Fashion-MNIST too.)

# %% [markdown]
# ## Is that the reason?
#
# With batch norm, training takes fewer steps, and measured in half widths inputs stay in place. Does the one cause the
# other? Three more sigmoid networks test it.
#
# **Shaken.** Keep batch norm, and then undo its work. Right behind it, at every step, each unit's $y$ is multiplied by
# a new random scale between 0.5 and 1.5, and moved by a new random shift between -1 and 1 (Santurkar et al. 2018, arXiv
# 1805.11604). If steady inputs are the reason, this network must be slow, that is, take at least twice as many steps as
# batch norm alone.
#
# **A better start.** Since $\tanh(u) = 2 \operatorname{sigmoid}(2u) - 1$, a sigmoid network can compute exactly what a
# tanh network computes, with other weights. Give it this start and change nothing else. If it now trains fast without
# batch norm, then a bad start was what slowed it down, and batch norm made up for it.
#
# **Explicit scale.** Give each column of the matrix a length of its own to learn: $W = V \operatorname{diag}(s)$, where
# column $j$ of $V$ is multiplied by $s_j$. This is `tn.Scaled` (which calls the scale `g`). It has the scale of batch
# norm, without the statistics. If factorization is the reason, this network must be fast.
#
# The better start is yours. Where a tanh unit receives $u$, its twin is to receive $2u$. Then it gives
# $h = \operatorname{sigmoid}(2u)$, which is $(a + 1) / 2$, half as far from its middle as $a = \tanh(u)$ is from 0, and
# the next layer has to make up for that. Only the two ends are different. The first layer receives the data, and
# nothing squashes what the last layer returns.
#
# **Exercise `twin_layer`.** Return the matrix and the biases of one layer of the sigmoid network.

# %%
lesson.predict("shaken", "Is the shaken network slow?", choices=("yes", "no"))
lesson.predict("start", "Of the steps that batch norm saves the sigmoid network, what share does a better start save?")


# %%
twin_layer = lesson.exercise("twin_layer")


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
    for layer in linear:
        parts = twin_layer(layer.weight.W.numpy(), layer.bias.numpy(), layer is linear[0], layer is linear[-1])
        layer.weight.W.data, layer.bias.data = (np.asarray(part, np.float32) for part in parts)
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

# %%
saved = medians["sigmoid", False] - medians["sigmoid", True]
share = {name: (median["plain"] - median[name]) / saved for name in ("better start", "explicit scale")}
farther = drifts["shaken"] / drifts["sigmoid", True]
slow = median["batch norm, shaken"] >= 2 * median["batch norm"]
print(f"shaken inputs drift {farther:.1f} times as far" + ("" if farther > 2 else ": too little to test anything"))
print(f"training takes {median['batch norm, shaken']:g} steps, where batch norm alone takes {median['batch norm']:g}")
lesson.answer("shaken", "yes" if slow else "no")
print(f"of the steps that batch norm saves, an explicit scale saves {share['explicit scale']:.0%}, and a better start:")
lesson.answer("start", share["better start"], "{:.0%}")

# %% [markdown]
# ## Folded away
#
# After training, the statistics are fixed numbers, $\mu_{\mathrm{run}}$ and
# $\sigma_{\mathrm{run}} = \sqrt{\mathrm{var}_{\mathrm{run}} + \varepsilon}$. Then batch norm only scales and shifts
# each column. The layer before it can do this on its own, with other weights and biases:
#
# $$\gamma\, \frac{xV + b - \mu_{\mathrm{run}}}{\sigma_{\mathrm{run}}} + \beta = x W' + b'$$
#
# **Exercise `fold`.** Return $W'$ and $b'$. (The exercise calls the layer's matrix $W$.)

# %%
fold = lesson.exercise("fold")
net = nets["sigmoid", True].eval()
first, norm = net.layers[:2]
V, no_bias = first.weight.W.data, np.zeros(100)
W, b = fold(V, no_bias, norm.gamma.data, norm.beta.data, norm.running_mean, norm.running_var, norm.eps)
by_two = norm(first(data.test.inputs)).numpy()
print(f"first layer: one layer and two differ by at most {np.abs(data.test.inputs @ W + b - by_two).max():.1e}")

# %% [markdown]
# Your $W'$ is exactly what `tn.Scaled` stores as two factors, $V \operatorname{diag}(s)$ with one number $s_j$ for each
# unit. So build the network without batch norm, put $s = \gamma / \sigma_{\mathrm{run}}$ and your $b'$ in, and compare
# the scores on the whole test set.

# %%
folded = explicit_scale(0).eval()
pairs = [(a, b) for a, b in pairwise(net.layers) if isinstance(b, tn.BatchNorm)]
linear = [layer for layer in folded.layers if isinstance(layer, tn.Linear)]
off = []
for (before, norm), after in zip(pairs, linear, strict=False):
    V = before.weight.W.data
    statistics = norm.gamma.data, norm.beta.data, norm.running_mean, norm.running_var, norm.eps
    W, b = fold(V, no_bias, *statistics)
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
# If no $s_j$ is zero, *every* matrix $W$ can be written as $V \operatorname{diag}(s)$: nothing is excluded, and nothing
# is saved. What changes is the path that SGD takes.
#
# ## The verdict
#
# We call training faster if it takes at most two thirds of the steps, each network at its best rate. An explanation
# holds for the sigmoid network if its ingredient alone saves more than half of the steps that batch norm saves.

# %%
steps_of = lambda name: f"{medians[name, False]:g} steps without it, {medians[name, True]:g} with it"
steady = {
    "fast training needs steady inputs": (
        slow, f"shaken, inputs drift {farther:.1f} times as far, and training takes {median['batch norm, shaken']:g} "
        f"steps, not {median['batch norm']:g}"
    )
}  # fmt: skip
lesson.verdict(
    "C21",
    {
        "scale and bias of the inputs are removed": (removed < 1e-3, f"y changes by at most {removed:.0e}"),
        "training is faster: sigmoid": (speed["sigmoid"] >= 1.5, steps_of("sigmoid")),
        "training is faster: tanh": (speed["tanh"] >= 1.5, steps_of("tanh")),
        **(steady if farther > 2 else {}),
        "a better start alone makes it fast": (
            share["better start"] > 0.5, f"it saves {share['better start']:.0%} of the steps that batch norm saves"
        ),
        "an explicit scale alone makes it fast": (
            share["explicit scale"] > 0.5, f"it saves {share['explicit scale']:.0%} of those steps"
        ),
        "in use, batch norm is a product V diag(s)": (
            apart < 1e-3 * np.abs(scores).max(), f"scores agree up to {apart:.0e}"
        ),
        "this product stores fewer numbers": (
            numbers["V diag(s)"] < numbers["W as it is"],
            f"{numbers['V diag(s)']:,} in place of {numbers['W as it is']:,}",
        ),
        "this product has a lower rank": (ranks[1] < ranks[0], f"{ranks[1]}, where V has {ranks[0]}"),
    },
)  # fmt: skip

# %% [markdown]
# So batch norm is a factorization in the letter, and none in the sense of the claim.
#
# ## Read on
#
# In tinynet's source, `layers/batchnorm.py` is the layer, and `reading/training/normalization.py` folds it away, and
# sets it beside other products at equal bytes.
#
# **An open question.** A good start and batch norm both make training fast. Is there anything that batch norm does for
# a network of this size which no start could do?
