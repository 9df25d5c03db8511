# %% [markdown]
# # Lesson 12. Binary networks
#
# Let every weight be +1 or -1, and every hidden unit say +1 or -1. Then a multiplication is a single logic gate, a sum
# is a count, and a matrix takes 32 times fewer bytes. It sounds like a network that has lost its mind. It works, and
# the next three lessons turn it into speed. Here we ask what it costs, and what it tells us about networks in general.
#
# - **C9** A network with weights and activations of +1 and -1 matches the reference network, with a modest increase in
#   the number of units.
# - **C13** Any column is a length and a direction. A binary column of $d$ entries has length $\sqrt d$, and the angles
#   between two of them lie on a grid.
# - **C14** So length is not needed, good solutions need no infinite resolution, and XNOR gates span the whole
#   functional space.

# %%
import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script
from tinynet.course.manifest import load_module
from tinynet.course.results import worse
from tinynet.drawing import COLOURS

lesson = Script(12)
widths = load_module(lesson.folder / "widths.py")
ORANGE, BLUE, RED, GREY = COLOURS[1], COLOURS[5], COLOURS[4], "0.6"

# %% [markdown]
# ## A unit that says yes or no
#
# A tanh unit answers with a number between -1 and 1. A sign unit answers yes (+1) or no (-1): $a = \mathrm{sign}(z)$.
# There is no third answer. NumPy says `np.sign(0) = 0`, and this is no rare case: a sum of an even number of terms
# $\pm 1$ is often exactly 0. We settle that 0 counts as +1.
#
# How can such a step be trained? As in lesson 11, by a useful lie. The true slope of the step is 0. So on the way back
# we put another function in its place, one that looks similar and has a slope: $\mathrm{clip}(z, -1, 1)$, which is $z$
# itself between -1 and 1, and flat outside.
#
# **Exercise `sign`.** Return what the unit says, and the gradient that it sends back.

# %%
sign = lesson.exercise("sign")
z = np.linspace(-2.2, 2.2, 441)[None]
a, slope = sign(z, np.ones_like(z))
figure, panels = plt.subplots(1, 2, figsize=(9, 3), sharex=True)
panels[0].plot(z[0], np.clip(z[0], -1, 1), color=ORANGE, label="clip(z, -1, 1), whose slope is used")
panels[0].plot(z[0], a[0], color=BLUE, linewidth=2, label="sign(z), what the unit says")
panels[1].plot(z[0], slope[0], color=ORANGE, linewidth=2)
panels[0].set(title="Forward", xlabel="z", ylim=(-1.2, 2.1), yticks=(-1, 0, 1))
panels[1].set(title="Backward: the slope that training takes", xlabel="z", yticks=(0, 1))
panels[0].legend(fontsize="small", loc="upper left")
lesson.figure(figure, "sign")

# %% [markdown]
# ## A bit that can be persuaded
#
# Weights are bits now, too. What is a small step of a bit? A friend of yours wrote
#
# ```python
# W = np.sign(W - lr * g)
# ```
#
# and the network never learned anything. Its weights were $\pm 1$, and `lr * g` was 0.01.
#
# Think of a jury instead. It has one verdict, yes or no, but behind it stands a mood that every argument shifts a
# little. The mood is the *latent* weight $V$; the verdict is $W = \mathrm{sign}(V)$. The network uses $W$ alone,
# training moves $V$ alone. And the mood is kept within $[-1, 1]$. Is this last rule more than tidiness?
#
# **Exercise `update`.** Write your friend's line so that it works: one training step of $V$, which stays in $[-1, 1]$.
#
# **Exercise `memory`.** A weight was first pushed up, and is now pushed down. How many steps does it take until its bit
# flips?

# %%
lesson.predict("flip", "100 steps of 1/8 up from 0, then down. How many steps down until the bit flips, in [-1, 1]?")

# %%
update = lesson.exercise("update")
memory = lesson.exercise("memory")
figure, axes = plt.subplots(figsize=(8, 3.4))
for bound, name, colour in (np.inf, "not clipped", ORANGE), (1, "kept in [-1, 1]", BLUE):
    V, path = np.zeros((1, 1)), [0.0]
    for k in range(220):
        g = np.full((1, 1), -1.0 if k < 100 else 1.0)
        V = update(V, g, 1 / 8) if bound == 1 else V - g / 8
        path.append(V.item())
    axes.plot(path, color=colour, label=f"{name}: flips after {memory(0.0, 1 / 8, 100, bound)} steps down")
axes.axhline(0, color="0.4", linestyle=":")
axes.set(title="A latent weight that is pushed up 100 times, then down", xlabel="step", ylabel="V (W is its sign)")
axes.legend()
lesson.figure(figure, "memory")
lesson.answer("flip", memory(0.0, 1 / 8, 100, 1), "{:.0f}")

# %% [markdown]
# Without the rule, a weight remembers every argument it ever heard, and must unlearn them one by one. With it, the
# weight remembers only the last few. Forgetting the clip is a common mistake, and a quiet one: the network still
# learns. What does it cost? `widths.csv` holds what `python lessons/12_binary/widths.py` measured, on the digits and on
# the 4,000 small pictures of MNIST from lesson 10. Each kind of network was trained from eight seeds, at the best of
# six learning rates (by the validation error, on seeds that were used for nothing else). All have two hidden layers,
# and most have batch norm before each row of units; why will become clear below. Here you train the binary ones of 64
# units again, without the clip.

# %%
digits = widths.data_of("digits")
rows = widths.committed()
found, rate = {}, {}
for row in rows:
    key = row["data"], row["kind"], row["width"]
    found.setdefault(key, []).append(100 * row["error"])
    rate[key] = row["rate"]


def percent(errors):
    """Return the mean of some errors and its standard error, in words."""
    return f"{np.mean(errors):.1f} +- {np.std(errors, ddof=1) / len(errors) ** 0.5:.1f} %"


clipped = found["digits", "binary", 64]
free = [
    100 * widths.trained(digits, "digits", "binary", 64, seed, rate["digits", "binary", 64], clip=False)[2]
    for seed in widths.SEEDS
]
told = "can" if worse(free, clipped) or worse(clipped, free) else "cannot"
print(f"latent weights kept in [-1, 1]: {percent(clipped)}; not kept: {percent(free)}")
print(f"eight seeds {told} tell this difference from noise")

# %% [markdown]
# So here, at the rate that suits the clipped networks, the clip neither costs nor saves anything we can see.
#
# ## How wide must it be?
#
# Before you compare a binary network with a float one, ask whether it was trained well. A float weight that moves by a
# hundredth has changed the network. A bit has changed only if its latent weight has crossed 0. So look how many bits
# have flipped by the end of training, at three learning rates.

# %%
print("binary network, 64 units, eight seeds")
for lr in 0.01, 0.1, 1.0:
    flipped, errors = [], []
    for seed in widths.SEEDS:
        untrained = widths.build("binary", 64, 64, seed)
        net, _, error = widths.trained(digits, "digits", "binary", 64, seed, lr)
        before, after = (each.layers[0].weight.weight().numpy() for each in (untrained, net))
        flipped.append(100 * np.mean(before != after))
        errors.append(100 * error)
    print(f"  rate {lr:4}: {np.mean(flipped):4.1f} % of the first layer's bits flipped, error {percent(errors)}")
print("float network, 4 units, at its best rate: error", percent(found["digits", "float", 4]))

# %% [markdown]
# At the smallest rate one bit in eighteen gets to flip, and 64 binary units do no better than 4 float ones. Whoever
# compares there concludes that a binary network must be sixteen times as wide, and has measured the training, not the
# network.
#
# So each network gets its own best rate before we vary the widths. "Best" goes by the validation error, which is noisy,
# too. For 64 binary units it chose 0.3, where the test error is 3.6 %; at 1.0 it is the 3.3 % above, which is no real
# difference. For 48 units it chose 3, the largest of the six; at 10, they err on 16 % of the digits.
#
# Now a guess. Take a float network with 16 units in each hidden layer. Sixteen binary units are the least that might
# match it. A binary network of 158 units takes as many bytes as the float one, so with more than that we would lose.

# %%
lesson.predict("width", "A float network has 16 units in each hidden layer. How many must a binary one have to match?")


# %%
def curve(data, kind):
    """Return the widths of a kind of network, its mean errors in %, and their standard errors."""
    sizes = [width for d, k, width in found if (d, k) == (data, kind)]
    errors = [found[data, kind, width] for width in sizes]
    return np.array(sizes), np.mean(errors, axis=1), np.std(errors, axis=1, ddof=1) / len(errors[0]) ** 0.5


def matching(data, width):
    """Return the width at which the binary network's error falls to that of a float network, read off its curve.

    Between two measured widths the curve is a straight line on two logarithmic axes.
    """
    target = np.mean(found[data, "float", width])
    sizes, errors, _ = curve(data, "binary")
    k = int(np.argmax(errors <= target))
    return float(np.exp(np.interp(-np.log(target), -np.log(errors[k - 1 : k + 1]), np.log(sizes[k - 1 : k + 1]))))


again = []
for kind, width in ("float", 8), ("float", 32), ("binary", 32), ("binary", 128):
    for seed in 1, 2:
        error = 100 * widths.trained(digits, "digits", kind, width, seed, rate["digits", kind, width])[2]
        again.append((width, widths.bytes_of(kind, 64, width), error))

BOTH = "binary", "float"
names, n_ins = {"digits": "digits", "mnist": "MNIST, 14 x 14 pixels"}, {"digits": 64, "mnist": 196}
figure, panels = plt.subplots(2, 2, figsize=(11, 7.4), sharey="row")
for row_of_panels, data in zip(panels, names, strict=True):
    for axes, what in zip(row_of_panels, ("units in each hidden layer", "bytes"), strict=True):
        for kind, colour, marker in ("float", GREY, "s"), ("binary", BLUE, "o"):
            sizes, errors, spread = curve(data, kind)
            place = sizes if what != "bytes" else [widths.bytes_of(kind, n_ins[data], size) for size in sizes]
            axes.errorbar(place, errors, 2 * spread, color=colour, marker=marker, capsize=3, label=kind)
        if data == "digits":
            place = [size if what == "bytes" else width for width, size, _ in again]
            axes.plot(place, [error for *_, error in again], "x", color="black", label="trained by you")
        axes.set(xscale="log", yscale="log", xlabel=what, title=names[data])
        axes.minorticks_off()
        if what != "bytes":
            axes.set_xticks([4, 8, 16, 32, 64, 128, 256][data == "mnist" :])
        axes.xaxis.set_major_formatter("{x:,.0f}")
    row_of_panels[0].set_ylabel("test error, %")
panels[0, 0].set_yticks([2, 5, 10, 20], ["2", "5", "10", "20"])
panels[1, 0].set_yticks([7, 10, 20], ["7", "10", "20"])
panels[0, 0].legend()
figure.suptitle("Test error: mean of eight seeds, with bars of twice its standard error (a single start varies more)")
lesson.figure(figure, "widths")

factors = {}
for data in names:
    sizes, errors, _ = curve(data, "float")
    best_float = found[data, "float", sizes[errors.argmin()]]
    for width in sizes:
        if not worse(found[data, "float", width], best_float):
            continue  # the float curve has come to its floor, and more units gain nothing
        needed = matching(data, width)
        size = [widths.bytes_of(kind, n_ins[data], round(w)) for kind, w in (("float", width), ("binary", needed))]
        factors[data, width] = needed / width, size[0] / size[1]
        print(f"{data}: float, {width} units: {percent(found[data, 'float', width])}; binary: {needed:.0f} units, "
              f"{needed / width:.1f} times as wide, {size[0] / size[1]:.1f} times fewer bytes")  # fmt: skip
lesson.answer("width", matching("digits", 16), "{:.0f}")

# %%
wider, smaller = np.array(list(factors.values())).T
needed_at_most = {name: max(factor for (data, _), (factor, _) in factors.items() if data == name) for name in names}
best = {data: [min((found[data, kind, size] for size in curve(data, kind)[0]), key=np.mean) for kind in BOTH]
        for data in names}  # fmt: skip
lesson.verdict(
    "C9",
    {
        "at equal width, 16 units, the binary network is as good": (
            not worse(found["digits", "binary", 16], found["digits", "float", 16]),
            f"{percent(found['digits', 'binary', 16])} against {percent(found['digits', 'float', 16])}",
        ),
        "twice the width is enough": (wider.max() <= 2, f"it takes {wider.min():.1f} to {wider.max():.1f} times"),
        "five times the width is enough on the digits": (
            needed_at_most["digits"] <= 5, f"at most {needed_at_most['digits']:.1f} times"
        ),
        "five times is enough on MNIST": (needed_at_most["mnist"] <= 5, f"up to {needed_at_most['mnist']:.1f} times"),
        **{
            f"{data}: each at its best width by the test error, the binary network is as good": (
                not worse(*best[data]), " against ".join(map(percent, best[data]))
            )
            for data in names
        },
        "at equal error, the binary network takes fewer bytes": (
            smaller.min() > 1, f"{smaller.min():.1f} to {smaller.max():.1f} times fewer"
        ),
    },
)  # fmt: skip

# %% [markdown]
# The savings are far from 32 times. Four times the width means four times as many weights in the first layer and
# sixteen times as many between the hidden layers. So most of the 32 is spent on width again. And with up to 256 units,
# the best float network for MNIST stays ahead.
#
# ## A grid of angles
#
# Picture the corners of a cube. They are all equally far from its centre, and seen from there they lie in a few
# directions only. A binary column is a corner of a cube in $d$ dimensions. Take two columns that differ in $h$ of their
# $d$ entries. How long are they, and what is the cosine of the angle between them? Work it out first, on paper. And if
# they were drawn by tossing coins: how likely is each $h$?
#
# **Exercise `spectrum`.** Return the possible cosines, how often the columns of a matrix have them, and how often
# chance would.
#
# Two random columns of $d$ entries are nearly at right angles: their cosine has mean 0 and standard deviation
# $1 / \sqrt d$, here 0.125. Then training flips bits, almost a third of them at the rate 1. If it flipped them at
# random, the cosines would stay as they are. If it made units differ, the columns would avoid each other, and the
# cosines would crowd around 0. If units came to look for similar things, or for opposite ones, some cosines would move
# away from 0. Which is it?

# %%
lesson.predict(
    "spread", "The cosines of the trained first layer: nearer to 0 than chance, like chance, or farther from 0?",
    choices=("nearer", "like chance", "farther"),
)  # fmt: skip

# %%
spectrum = lesson.exercise("spectrum")
net = widths.trained(digits, "digits", "binary", 128, 1, rate["digits", "binary", 128])[0]
first, second = (net.layers[i].weight.weight().numpy() for i in (0, 3))
start = widths.build("binary", 64, 128, 1).layers[0].weight.weight().numpy()
figure, panels = plt.subplots(1, 3, figsize=(13, 3.6), sharey=True)
spreads = {}
shown = {"first layer, at the start": start, "first layer, trained": first, "second layer, trained": second}
for axes, (name, W) in zip(panels, shown.items(), strict=True):
    cosines, share, chance = spectrum(W)
    spreads[name] = np.sqrt(np.sum(share * cosines**2) * len(W))
    axes.bar(cosines, 100 * share, 1.6 / len(W), color=BLUE, label="pairs of columns")
    axes.plot(cosines, 100 * chance, ".-", color="black", linewidth=1, label="chance: C(d, h) / 2^d")
    axes.set(title=f"{name} (d = {len(W)})", xlabel="cos = 1 - 2h/d", xlim=(-0.7, 0.7))
    print(f"{name}: {len(share[share > 0])} of {len(W) + 1} angles occur; spread {spreads[name]:.2f} / sqrt(d)")
panels[0].set_ylabel("share of the pairs, %")
panels[0].legend(fontsize="small")
lesson.figure(figure, "spectrum")
moved = spreads["first layer, trained"]
lesson.answer("spread", "nearer" if moved < 0.95 else "farther" if moved > 1.05 else "like chance")
lengths = np.linalg.norm(first, axis=0)
pairs = (first.T @ first)[np.triu_indices(128, 1)] / 64
lesson.verdict(
    "C13",
    {
        "every binary column has length sqrt(d)": np.allclose(lengths, 8),
        "all cosines are 1 - 2h/d, with a whole number h": np.allclose((1 - pairs) * 32, np.rint((1 - pairs) * 32)),
        **{
            f"{name}: the angles spread like those of chance": (abs(spread - 1) < 0.05, f"{spread:.2f} times")
            for name, spread in spreads.items()
        },
    },
)  # fmt: skip

# %% [markdown]
# Some pairs of columns end up closer than chance would have it, and others farther apart: in the first layer cosines
# spread 1.16 times as far as random ones, in the second even 1.47 times. But no angle leaves the grid.
#
# ## How coarse is that grid?
#
# There are $2^{64}$ binary columns of 64 entries. That is a great many, but how near is one to the direction you want?
# Take any column $v$, and look for the binary $b$ and the scale $s$ that make $|v - s b|$ as small as possible.
#
# **Exercise `nearest`.** Find both, and the angle between $v$ and $b$. Derive the best $s$: set a slope to 0.

# %%
lesson.predict("turn", "A random direction with 64 entries: how many degrees to the nearest of 2^64 binary columns?")

# %%
nearest = lesson.exercise("nearest")
rng = np.random.default_rng(0)
sizes = [2, 4, 8, 16, 64, 256, 1024, 4096]
turned = {d: [nearest(v)[2] for v in rng.normal(size=(200, d))] for d in sizes}
middle, spread = np.array([(np.mean(t), np.std(t)) for t in turned.values()]).T
floats = widths.trained(digits, "digits", "float", 32, 1, rate["digits", "float", 32])[0].layers[0].weight.W.numpy()
learned = [nearest(v)[2] for v in floats.T.astype(np.float64)]
figure, axes = plt.subplots(figsize=(7, 3.8))
axes.fill_between(sizes, middle - spread, middle + spread, color=BLUE, alpha=0.2, label="standard deviation")
axes.plot(sizes, middle, "o-", color=BLUE, label="random directions, mean of 200")
axes.plot([64] * len(learned), learned, "x", color=RED, label="columns of a trained float network")
axes.axhline(np.degrees(np.arccos(np.sqrt(2 / np.pi))), color="0.4", linestyle=":", label="arccos sqrt(2 / pi)")
axes.set(title="From a direction to the nearest binary column", xlabel="entries d", ylabel="angle, degrees")
axes.set(xscale="log", ylim=(0, 60))
axes.set_xticks(sizes, [f"{d:,}" for d in sizes])
axes.minorticks_off()
axes.legend(loc="lower right", fontsize="small")
lesson.figure(figure, "nearest")
lesson.answer("turn", middle[sizes.index(64)], "{:.1f}")
print(f"4,096 entries: {middle[-1]:.1f} degrees; the 32 columns of the float network: {min(learned):.0f} to "
      f"{max(learned):.0f}, on average {np.mean(learned):.1f}")  # fmt: skip

# %% [markdown]
# More entries do not help: the answer tends to 37 degrees. The cosine is the mean of $|v_i|$ divided by the root of the
# mean of $v_i^2$, and for normal numbers this tends to $\sqrt{2 / \pi} = 0.80$. Is 37 degrees near or far? Two random
# directions of 64 entries are $90 \pm 7$ degrees apart. So a binary column says clearly which direction is meant, but
# not precisely. The red crosses say that learned columns are no easier: they lie where random directions do.
#
# ## Length told from angle
#
# A binary column lacks two things: a length of its own, and a free choice of direction. Which one costs more? Take a
# float network and fix only the lengths: each column is held at $\sqrt d$, as a binary one is, but may turn as it
# likes. Without batch norm this is a bad start: the sums $z$ are $\sqrt d$ times as large as usual, and tanh saturates.
# With batch norm the length cannot matter to what a unit says, since a column that is $c$ times as long gives sums that
# are $c$ times as large, and batch norm divides by their standard deviation.

# %%
lesson.predict(
    "length", "32 units, batch norm, one change at a time. Which one does not raise the error?",
    choices=("lengths held at sqrt(d)", "binary weights", "sign units"),
)  # fmt: skip

# %%
x = digits[0][0]
gain = rng.uniform(0.5, 8, 32).astype(np.float32)  # another length for each column
norm = tn.BatchNorm(32, eps=1e-12)
norm.train()
apart = np.abs(norm(x @ (floats * gain)).numpy() - norm(x @ floats).numpy()).max()
print(f"lengths changed by factors of 0.5 to 8: behind batch norm, no z changes by more than {apart:.0e}")
for kind in "float, no batch norm", "held, no batch norm":
    a = x
    for layer in widths.build(kind, 64, 32, 1).layers[:2]:
        a = layer(a)
    print(f"{kind}: at the start {100 * np.mean(np.abs(a.numpy()) > 0.9):.0f} % of the units saturate (|a| > 0.9)")
ladder = {kind: found["digits", kind, 32] for kind in widths.KINDS}
once = {kind: 100 * widths.trained(digits, "digits", kind, 32, 1, rate["digits", kind, 32])[2] for kind in ladder}
figure, axes = plt.subplots(figsize=(9, 4))
labels = {
    "float": "float", "held": "lengths held\nat sqrt(d)", "binary weights": "binary weights,\ntanh units",
    "sign units": "float weights,\nsign units", "binary": "both binary",
    "float, no batch norm": "float, no\nbatch norm", "held, no batch norm": "held, no\nbatch norm",
}  # fmt: skip
for place, (kind, errors) in enumerate(ladder.items()):
    colour = BLUE if "no batch norm" not in kind else ORANGE
    axes.plot([place] * 8, errors, "o", color=colour, alpha=0.4)
    axes.plot(place, np.mean(errors), "_", color="black", markersize=28)
    axes.plot(place, once[kind], "x", color=RED, zorder=3)
    print(f"{kind}: {percent(errors)}")
axes.set_xticks(range(len(ladder)), [labels[kind] for kind in ladder], fontsize="small")
axes.set(title="32 units in each hidden layer, eight seeds", ylabel="test error, %", ylim=0)
axes.legend(("one seed", "mean", "seed 1, trained by you"), fontsize="small", loc="upper left", markerscale=0.7)
lesson.figure(figure, "ladder")
changes = {"lengths held at sqrt(d)": "held", "binary weights": "binary weights", "sign units": "sign units"}
lesson.answer("length", ", ".join(name for name, kind in changes.items() if not worse(ladder[kind], ladder["float"])))

# %% [markdown]
# So the slides are right about length, as long as something else sets the size of $z$: here the network with one length
# is even a little better, for a reason we have not looked for. What a binary network pays, it pays for directions, and
# for units that only say yes or no. Which of these two costs more, eight seeds cannot tell.
#
# ## Do XNOR gates span everything?
#
# A product of two numbers $\pm 1$ is +1 if they are equal. As a logic gate this is XNOR, and it is the only thing that
# happens between a binary weight and a binary input. The slides go further: "XNOR gates span the whole functional
# space". This can be settled. A function of three bits is a table with 8 lines, each +1 or -1. There are $2^8 = 256$
# such functions, few enough to try them all.
#
# **Exercise `reach`.** Start from some functions, apply gates to them, then to what came out, and so on, until nothing
# new comes. Which functions are there in the end?

# %%
lesson.predict("xnor", "Of the 256 functions of three bits, how many do XNOR gates, x1, x2, x3 and the constants make?")

# %%
reach = lesson.exercise("reach")


def inputs(n, *constants):
    """Return the inputs x1 .. xn as functions of themselves, a row of 2^n values for each, and constants."""
    table = 1 - 2 * (np.arange(2**n)[None] >> np.arange(n)[::-1, None] & 1)
    return np.concatenate([-table, *[np.full((1, 2**n), c) for c in constants]])


three = inputs(3)
made = {
    "XNOR, inputs alone": reach(three, "xnor"),
    "XNOR, constants +1 and -1": reach(inputs(3, 1, -1), "xnor"),
    "majority units (3 inputs, threshold 0)": reach(np.concatenate([three, -three]), "majority"),
    "NAND units (2 inputs, threshold -1)": reach(three, "nand"),
}
is_odd = lambda functions: (functions == -functions[:, ::-1]).all(axis=1)  # f(-x) = -f(x); x reversed is -x
figure, axes = plt.subplots(figsize=(8.5, 2.6))
for place, (name, functions) in enumerate(made.items()):
    count = len(functions)
    axes.plot([1, count], [place, place], color="0.8", linewidth=2)
    axes.plot(count, place, "o", color=BLUE)
    axes.text(count * 1.15, place, f"{count}", va="center")
    print(f"{name}: {count} of 256 functions, {np.sum(is_odd(functions))} of them with f(-x) = -f(x)")
axes.axvline(256, color="black", linestyle=":", label="all functions")
axes.set_yticks(range(len(made)), list(made))
axes.set(title="Functions of three bits that circuits of any depth can make", xscale="log", xlabel="functions")
axes.set_xticks([1, 8, 16, 256], ["1", "8", "16", "256"])
axes.minorticks_off()
axes.set_ylim(3.5, -0.5)
axes.legend(loc="upper right", bbox_to_anchor=(0.93, 1))
lesson.figure(figure, "reach")
four = len(reach(inputs(4, 1, -1), "xnor"))
print(f"four bits: XNOR and constants make {four} of {2**16:,} functions")
_, xnors, _, nands = map(len, made.values())
lesson.answer("xnor", xnors, "{:.0f}")

# %% [markdown]
# Why so few? A product of products is a product. Whatever you build from XNOR gates is a product of some of the inputs,
# perhaps with a minus in front: $2^3$ choices of inputs, times two signs. These are called the *affine* functions. AND
# is not among them.
#
# The unit adds something that no XNOR has: it counts, and compares. But with a threshold of 0 and an odd number of
# inputs it is stuck in another cage. Turn all inputs around, and every sum turns around, so every unit does:
# $f(-x) = -f(x)$. Such functions are called *self-dual*; four of the eight lines fix the other four, which leaves
# $2^4 = 16$. That this is 16 again is chance; of four inputs there are 32 and 256. (With an even number of inputs the
# sum can be 0, and then $\mathrm{sign}(0) = +1$ opens the cage.) One constant input, or a threshold other than 0, sets
# the unit free. A unit with weights -1, -1 and a constant 1 is a NAND, and of NANDs one can build everything. In a
# binary network, batch norm provides the threshold.
#
# **Exercise `adder`.** Now build something: a circuit that adds two numbers, of XNOR gates and threshold units.

# %%
adder = lesson.exercise("adder")
circuit = adder(2)
print(f"two bits: {len(circuit)} gates; eight bits: {len(adder(8))}")
for wire, (kind, *rest) in circuit.items():
    print(f"  {wire} = " + (" xnor ".join(rest) if kind == "xnor" else f"{' + '.join(rest[1:])} >= {rest[0]}"))
lesson.verdict(
    "C14",
    {
        "behind batch norm, columns of one length are as good": (
            not worse(ladder["held"], ladder["float"]), f"{percent(ladder['held'])} against {percent(ladder['float'])}"
        ),
        "without batch norm, columns of length sqrt(d) are as good": (
            not worse(ladder["held, no batch norm"], ladder["float, no batch norm"]),
            f"{percent(ladder['held, no batch norm'])} against {percent(ladder['float, no batch norm'])}",
        ),
        "at equal width, the grid of directions is fine enough": (
            not worse(ladder["binary weights"], ladder["held"]),
            f"{percent(ladder['binary weights'])} against {percent(ladder['held'])}",
        ),
        "with twice the units, and still tanh, it is": (
            not worse(found["digits", "binary weights", 64], ladder["held"]),
            f"{percent(found['digits', 'binary weights', 64])} against {percent(ladder['held'])}",
        ),
        "XNOR gates span all functions": (xnors == 256, f"{xnors} of 256"),
        "units of +-1 with thresholds do": (nands == 256, f"{nands} of 256"),
    },
)  # fmt: skip

# %% [markdown]
# ## Read on
#
# `parameterizations/binary.py` has the latent weights, their steps and their bounds. `layers/signs.py` has the sign
# unit, and one that tosses a coin instead: the nearer $z$ is to 0, the fairer the coin.
#
# **An open question.** Most of the 32 went into width. Would 2 bits for each weight, with fewer units, be cheaper?
# Lesson 11 has the tools: `tn.Quantized(bits=2)`.
