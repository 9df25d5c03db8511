# %% [markdown]
# # Lesson 11. Low bits
#
# A weight of a trained network takes 32 bits, enough to tell four billion values apart. How many different values does
# a network need? If a handful will do, a model shrinks eight times or more, and with it the time to load it and the
# energy to move it about. Phones use this compression every day.
#
# The slides put it like this:
#
# - **C8** There are many ways to constrain a network, and all work surprisingly well: *low bit depth* (a coarser search
#   grid, up to 100 times faster), connections tied together, two low-rank factors.
#
# This lesson tests the first of them alone: not its speed, and neither tied connections nor low rank. You put weights
# on a grid, choose the grid, find out why rounding to few bits fails, and train on the grid instead. In the end you
# spend a fixed budget of bytes in five ways, on many bits for few units or on few bits for many.

# %%
import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script
from tinynet.course.results import worse
from tinynet.drawing import COLOURS

lesson = Script(11)
train, valid, test = tn.datasets.load("digits")
SEEDS = range(8)
BITS = (8, 4, 3, 2, 1)


def named(bits):
    """Return "1 bit", "2 bits", .."""
    return f"{bits} bit{'s' * (bits > 1)}"


# %% [markdown]
# ## A ruler for weights
#
# Think of a ruler. It has marks at equal distances, and it ends somewhere. To measure a length, you read off the
# nearest mark. A grid for weights is such a ruler, with 0 in its middle. Its marks are the *levels*
# $-Qs, .., -s, 0, s, .., Qs$: $s$ is the *step* between them, and $Q$ is the number of levels on each side. With $b$
# bits you can name $2^b$ things. We use one fewer, so that there are as many levels below 0 as above: 3 levels with 2
# bits, 7 with 3 bits, 15 with 4.
#
# **Exercise `quantize`.** Return the matrix on the grid that lies nearest to $V$.

# %%
quantize = lesson.exercise("quantize")
line = np.linspace(-1.5, 1.5, 1201)[None]
figure, panels = plt.subplots(1, 3, figsize=(10, 3.3), sharey=True)
for axes, bits in zip(panels, (2, 3, 4), strict=True):
    s = 1.0 / (2 ** (bits - 1) - 1)
    axes.plot(line[0], line[0], color="0.7", linewidth=1, label="V itself")
    axes.plot(line[0], quantize(line, s, bits)[0], color=COLOURS[5], linewidth=2, label="on the grid")
    axes.set(title=f"{bits} bits: {2**bits - 1} levels", xlabel="V", aspect="equal")
panels[0].set_ylabel("W")
panels[0].legend(fontsize="small")
lesson.figure(figure, "ruler")

# %% [markdown]
# ## Where should the ruler end?
#
# If $Qs$ is the largest weight, nothing lies beyond the ruler, but the marks are far apart. A smaller step follows the
# many small weights closely, and cuts off the few large ones. To choose, we need a number for what the grid loses:
#
# $$ \frac{\sum_{ij} (W_{ij} - \hat W_{ij})^2}{\sum_{ij} W_{ij}^2}, \qquad \hat W = \mathrm{quantize}(W, s, b) $$
#
# **Exercise `error_of`.** Return this share.
#
# **Exercise `best_step`.** Find a step with which the grid loses as little as possible. How you find it is up to you.
#
# Take the first matrix of a trained network, and two bits. Now $Q = 1$, so the grid ends after a single step. A step as
# long as the largest weight keeps that weight exactly. How long is the best step?

# %%
lesson.predict("step", "With 2 bits: how long is the best step, as a share of the largest weight, from 0% to 100%?")

# %%
error_of = lesson.exercise("error_of")
best_step = lesson.exercise("best_step")


def trained(hidden, weight, seed, epochs=40, held=False):
    """Return a network 64-hidden-10 trained on digits; held: its steps stay as they start."""
    net = tn.MLP([64, hidden, 10], weight, seed=seed)
    for layer in net.layers[::2] if held else []:
        layer.weight.s.step_scale = 0.0
    tn.fit(
        net, train, valid, epochs=epochs, batch_size=50, lr=0.05, schedule=tn.optim.cosine, seed=seed, progress=False
    )
    return net


def matrices(net):
    """Return the two matrices of a network."""
    return [layer.weight.weight().numpy() for layer in net.layers[::2]]


floats = [trained(8, tn.Dense(), seed) for seed in SEEDS]
W = matrices(floats[0])[0].astype(np.float64)
peak = np.abs(W).max()
shares = np.linspace(0.02, 1.1, 200)
figure, axes = plt.subplots(figsize=(7, 3.8))
for bits, colour in zip((2, 3, 4), (4, 3, 5), strict=True):
    top = 2 ** (bits - 1) - 1
    axes.plot(
        shares, [error_of(W, share * peak / top, bits) for share in shares], color=COLOURS[colour], label=f"{bits} bits"
    )
    best = best_step(W, bits)
    axes.plot(best * top / peak, error_of(W, best, bits), "o", color=COLOURS[colour])
    print(f"{bits} bits: the best grid ends at {best * top / peak:.2f} of the largest weight, and loses "
          f"{error_of(W, best, bits):.1%}; "
          f"one that ends at the largest loses {error_of(W, peak / top, bits):.1%}")  # fmt: skip
axes.set(title="What the grid loses of a trained matrix", xlabel="end of the grid, as a share of the largest weight",
         ylabel="share of the squares lost", yscale="log")  # fmt: skip
axes.plot([], [], "o", color="0.4", label="the best step")
axes.legend()
lesson.figure(figure, "steps")
lesson.answer("step", best_step(W, 2) / peak, "{:.0%}")

# %% [markdown]
# ## Rounding a finished network
#
# Now take eight trained networks with 8 hidden units, put both matrices on their best grids, and measure. This is
# called *quantization after training*. It needs no training data, and it takes a second.

# %%
lesson.predict("rounded", "The float networks err on about 5 %. What is their error after rounding to 2 bits?")

# %%


def rounded(net, bits):
    """Return the test error of a network whose matrices were put on their best grids; with one bit, +-mean |W|."""
    first, last = matrices(net)
    on_grid = [
        np.where(W >= 0, 1, -1) * np.abs(W).mean()
        if bits == 1
        else quantize(W, best_step(W.astype(np.float64), bits), bits)
        for W in (first, last)
    ]
    a = np.tanh(test.inputs @ on_grid[0] + net.layers[0].bias.numpy())
    scores = a @ on_grid[1] + net.layers[2].bias.numpy()
    return float((scores.argmax(axis=1) != test.labels).mean())


float_error = np.mean([tn.evaluate(net, test) for net in floats])
after = {bits: [rounded(net, bits) for net in floats] for bits in BITS}
print(f"float: {float_error:.1%}")
for bits in BITS:
    print(
        f"{named(bits)}, rounded after training: {np.mean(after[bits]):.1%} "
        f"(standard deviation {np.std(after[bits]):.1%})"
    )
lesson.answer("rounded", np.mean(after[2]), "{:.1%}")

# %% [markdown]
# With 8 and 4 bits rounding costs little, with 2 bits it costs much. The network was never told that it would be
# rounded. Every weight was tuned to the others, and then all of them were moved. What if training knew?
#
# ## Training on a staircase
#
# Stand on a staircase in the dark and feel with your foot how the ground slopes: it is flat. So is $W$ as a function of
# $V$, nearly everywhere. The true gradient with respect to $V$ is 0, and training stands still.
#
# The way out is a useful lie. Keep $V$, the *latent* matrix, in full precision. Use $W$ in the forward pass. In the
# backward pass pretend that rounding did nothing. (We do not pretend so about clipping: beyond the grid $W$ does not
# move, and its gradient is 0.) This is the *straight-through estimator*. A small gradient now moves $V$ a little, and
# nothing happens to $W$. But after many small moves in the same direction $V$ passes the middle between two levels, and
# $W$ jumps.
#
# **Exercise `straight_through`.** Return the gradient with respect to $V$ under this lie.
#
# The step can be learned in the same way (Esser et al. 2019). $W$ is $s$ times the rounded and clipped $V / s$, so $s$
# acts twice.
#
# **Exercise `step_gradient`.** Return the gradient with respect to $s$. Derive it with the product rule.
#
# tinynet's `Quantized` trains like this. If your two functions are right, they give the gradients that it has.

# %%
straight_through = lesson.exercise("straight_through")
step_gradient = lesson.exercise("step_gradient")
weight = tn.Quantized(bits=3).build((64, 8), seed=0)
for p in weight.parameters():
    p.data = p.numpy().astype(np.float64)
weight.s.data = 0.3 * weight.s.numpy()  # so that some entries lie beyond the grid
g = np.random.default_rng(0).normal(size=(64, 8))
weight.weight().backward(g)
V, s = weight.V.numpy(), weight.s.item()
by_V = np.abs(straight_through(g, V, s, 3) - weight.V.grad).max()
by_s = abs(step_gradient(g, V, s, 3) / weight.s.grad.item() - 1)
print(f"your gradients and tinynet's differ by at most {by_V:.0e} for V, and by {by_s:.0e} of its size for s")
print(f"{np.mean(straight_through(g, V, s, 3) == 0):.0%} of the entries lie beyond the grid and receive no gradient")

# %% [markdown]
# Now train the same networks on their grids, from the start. A grid of one bit has no 0: its levels are $-s$ and $s$.
#
# From here on, networks differ by little. We count a difference between two means as real if it is larger than twice
# its standard error over the eight starts.

# %%
lesson.predict("trained", "Trained on a grid of 2 bits instead of rounded to it: what is the error?")

# %%


exact = [tn.evaluate(net, test) for net in floats]
under = {bits: [trained(8, tn.Quantized(bits=bits), seed) for seed in SEEDS] for bits in BITS}
errors = {bits: [tn.evaluate(net, test) for net in nets] for bits, nets in under.items()}
for bits in BITS:
    print(f"{named(bits)}, trained so: {np.mean(errors[bits]):.1%} (standard deviation {np.std(errors[bits]):.1%}); "
          f"really worse than float: {'yes' if worse(errors[bits], exact) else 'no'}")  # fmt: skip
lesson.answer("trained", np.mean(errors[2]), "{:.1%}")
figure, axes = plt.subplots(figsize=(7, 4))
axes.axhline(100 * float_error, color="0.5", linestyle=":", label="float, 32 bits")
for found, name, colour, marker in ((after, "rounded after training", 4, "s"), (errors, "trained on the grid", 5, "o")):
    mean, spread = ([100 * f(found[bits]) for bits in BITS] for f in (np.mean, np.std))
    axes.errorbar(BITS, mean, spread, color=COLOURS[colour], marker=marker, capsize=3, label=name)
axes.set(title="8 hidden units, eight starts (bars: standard deviation)", xlabel="bits for each weight")
axes.set(ylabel="test error, %", yscale="log")
axes.set_xticks(BITS)
axes.set_yticks([3, 5, 10, 20, 50], ["3", "5", "10", "20", "50"])
axes.minorticks_off()
axes.legend()
lesson.figure(figure, "bits")

# %% [markdown]
# ## The grid, seen
#
# What does a column look like if it has only three levels? The upper row shows the columns of a float network, the
# lower row the columns of the network trained on 2 bits from the same start. The figure after it shows where the latent
# weights are, before training and afterwards.

# %%
figure, grid = plt.subplots(2, 8, figsize=(10, 2.9))
for row, (net, name) in zip(grid, ((floats[0], "float"), (under[2][0], "2 bits")), strict=True):
    first = matrices(net)[0]
    for j, axes in enumerate(row):
        picture = axes.imshow(
            first[:, j].reshape(8, 8), cmap="PuOr", vmin=-np.abs(first).max(), vmax=np.abs(first).max()
        )
        axes.set(xticks=[], yticks=[])
    row[0].set_ylabel(name)
    figure.colorbar(picture, ax=row, label="weight")
figure.suptitle("First-layer columns, from the same start (two scales)")
lesson.figure(figure, "columns")

figure, axes = plt.subplots(figsize=(7, 3.4))
latent = under[2][0].layers[0].weight
start = tn.MLP([64, 8, 10], tn.Quantized(bits=2), seed=0).layers[0].weight
for weight, name, colour in (start, "at the start", "0.6"), (latent, "trained", COLOURS[5]):
    axes.hist((weight.V.numpy() / weight.s.numpy()).ravel(), bins=60, range=(-2, 2), histtype="step", color=colour,
              label=name,
              linewidth=1.5)  # fmt: skip
for border in (-0.5, 0.5):
    axes.axvline(border, color="0.4", linestyle=":")
axes.set(title="Latent weights, in steps (dotted: where the level changes)", xlabel="V / s", ylabel="entries")
axes.legend()
lesson.figure(figure, "latent")
near = lambda weight: np.mean(np.abs(np.abs(weight.V.numpy() / weight.s.numpy()) - 0.5) < 0.1)
zeros = np.mean(matrices(under[2][0])[0] == 0)
print(f"{zeros:.0%} of the 2-bit weights are 0")
print(f"within a tenth of a step of a border: {near(start):.0%} of the latent ones at first, {near(latent):.0%} now")

# %% [markdown]
# More latent weights lie at a border than at first. There the updates push them to and fro: as long as $W$ is on one
# level, the gradient asks for the other. A float weight would settle in between. Other latent weights gather just
# beyond the ends of the grid, at -1 and 1. Once $V$ has passed the end it gets no gradient. It stays where it is, as
# long as $s$ does not grow past it.
#
# ## Does it help to learn the step?
#
# To find out, hold both steps at the values that they start with, and train everything else.

# %%
held = {
    bits: [tn.evaluate(trained(8, tn.Quantized(bits=bits), seed, held=True), test) for seed in SEEDS] for bits in (4, 2)
}
for bits, found in held.items():
    better = sum(a < b for a, b in zip(errors[bits], found, strict=True))
    real = worse(found, errors[bits]) or worse(errors[bits], found)
    print(f"{bits} bits: {np.mean(found):.1%} with the steps held, {np.mean(errors[bits]):.1%} with learned ones "
          f"(better in {better} of {len(SEEDS)} starts; a real difference: {'yes' if real else 'no'})")  # fmt: skip

# %% [markdown]
# With 2 bits it helps from every start. With 4 bits the held steps are even a little better; that may be chance.

# %% [markdown]
# ## One budget, five ways to spend it
#
# Fewer bits for each weight leave bytes for more weights. So compare at equal bytes, not at equal widths: 680 bytes,
# for a network 64-$h$-10, with 32, 8, 4, 2 or 1 bits a weight.
#
# **Exercise `widest`.** How many hidden units fit? (Each matrix also has a step, of 4 bytes. The two steps are not
# counted, so a file may be up to 8 bytes larger than the budget.)

# %%
lesson.predict(
    "winner", "680 bytes. How many bits a weight give the smallest error?", choices=("32", "8", "4", "2", "1")
)

# %%
widest = lesson.exercise("widest")
BUDGET = 680
spent = {}
for bits in (32, 8, 4, 2, 1):
    hidden = widest(bits, BUDGET)
    weight = tn.Dense() if bits == 32 else tn.Quantized(bits=bits)
    nets = under[8] if (bits, hidden) == (8, 8) else [trained(hidden, weight, seed) for seed in SEEDS]
    size = tn.save(nets[0], lesson.path("net.safetensors")).payload
    spent[bits] = [tn.evaluate(net, test) for net in nets]
    steps = 0 if bits == 32 else 2 * 4
    print(f"{named(bits):>7}, {hidden:2} hidden units: {size - steps} bytes on disk and {steps} for the steps; "
          f"error {np.mean(spent[bits]):.1%} (standard deviation {np.std(spent[bits]):.1%})")  # fmt: skip
winner = min(spent, key=lambda bits: np.mean(spent[bits]))
level = [bits for bits in spent if not worse(spent[bits], spent[winner])]  # what cannot be told apart from the best
lesson.answer("winner", " or ".join(map(str, level)))
figure, axes = plt.subplots(figsize=(6.5, 3.8))
for place, (bits, found) in enumerate(spent.items()):
    colour = COLOURS[5] if bits in level else "0.5"
    axes.plot([place] * len(found), 100 * np.array(found), "o", color=colour, markersize=4, alpha=0.6)
    axes.plot([place - 0.2, place + 0.2], [100 * np.mean(found)] * 2, color=colour, linewidth=3)
axes.plot([], [], "o", color="0.5", markersize=4, label="a start")
axes.plot([], [], color="0.5", linewidth=3, label="mean of eight starts")
axes.plot([], [], color=COLOURS[5], linewidth=3, label="the best, not told apart")
axes.set_xticks(range(len(spent)), [f"{named(bits)}\n{widest(bits, BUDGET)} units" for bits in spent])
axes.set(title=f"{BUDGET} bytes, spent in five ways", ylabel="test error, %", yscale="log")
axes.legend(fontsize="small")
axes.set_yticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"])
axes.minorticks_off()
lesson.figure(figure, "budget")

# %%
percent = lambda found: f"{np.mean(found):.1%}"
against = lambda found, other: f"{percent(found)} against {percent(other)}"
lesson.verdict(
    "C8",
    {
        "4 bits, trained so, cost nothing that shows": (not worse(errors[4], exact), against(errors[4], exact)),
        "2 bits, trained so, cost nothing that shows": (not worse(errors[2], exact), against(errors[2], exact)),
        "rounding to 2 bits after training is as good as training on 2 bits": (
            not worse(after[2], errors[2]), against(after[2], errors[2])
        ),
        "a learned step helps with 2 bits": (worse(held[2], errors[2]), against(errors[2], held[2])),
        "a learned step helps with 4 bits": (worse(held[4], errors[4]), against(errors[4], held[4])),
        "at equal bytes, few bits and many units beat float weights": (
            worse(spent[32], spent[2]), f"2 bits {percent(spent[2])}, 32 bits {percent(spent[32])}"
        ),
        "at equal bytes, 2 bits beat 4 bits": (worse(spent[4], spent[2]), against(spent[2], spent[4])),
        "at equal bytes, the fewest bits are best": (
            winner == 1 and worse(spent[2], spent[1]), f"1 bit {against(spent[1], spent[2])} with 2"
        ),
    },
)  # fmt: skip

# %% [markdown]
# So low bit depth works surprisingly well, if training knows of it and the bytes that it saves buy more units. For a
# given width 4 bits cost nothing that shows here, and 2 bits do.
#
# ## Read on
#
# In tinynet's source, `parameterizations/quantized.py` is this lesson in one class: the grid, its step and both
# gradients. `engine/straight_through.py` holds the useful lie.
#
# **An open question.** Here all weights of a layer share one step. `tn.Quantized(bits=2, scale="column")` gives each
# column a step of its own. That costs 4 bytes for each column, and at a fixed budget these are paid for with hidden
# units. For which budgets and bits is it worth the price?
