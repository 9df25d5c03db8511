# %% [markdown]
# # Lesson 8. The efficient frontier
#
# Suppose you shop for a laptop and want one that is light and fast. If some laptop is lighter than another and also
# faster, you cross out the heavier, slower one. Go on like this until nothing can be crossed out. Now you have to
# choose among the rest: a faster laptop is always a heavier one. Networks are like that, with bytes for weight and test
# error for speed. So the question "how small can a network be?" has no answer until you say which error you accept.
#
# This lesson tests three claims:
#
# - **C8** There are many ways to constrain a network, and all of them work surprisingly well: low bit depth, tied
#   connections, low rank.
# - **C22** The approaches overlap, and there is no common theory. Small networks disguise themselves as large ones, and
#   everyone is fooling SGD, which believes that it trains a large network.
# - **C23** Compression is an efficient frontier: the smallest size for an acceptable error.
#
# First you look into a file and count its bytes. Then you train one network in many sizes and in many ways, plot error
# against bytes, and find the points that no other point beats. The ways are black boxes today; later lessons open them
# one by one.

# %%
import csv
import json
from itertools import pairwise

import numpy as np
from matplotlib import pyplot as plt

import tinynet as tn
from tinynet.course import Script
from tinynet.drawing import COLOURS, MARKERS
from tinynet.frontier.after_training import compress

lesson = Script(8)
data = tn.datasets.load("digits")
WIDTHS = [64, 256, 10]

# %% [markdown]
# ## What is in a file
#
# Train a network, save it, and read the file as plain bytes. The format is safetensors:
#
# | bytes | what they hold |
# | --- | --- |
# | 8 | the length $L$ of the JSON, lowest byte first (little-endian) |
# | $L$ | JSON: how to build the network, and where each array begins and ends |
# | the rest | the arrays, one after the other |
#
# The first two parts are the *header*. The rest is the *payload*: what the network stores. The header has about the
# same size for all networks, and a real device would not need it as text. So the frontier counts the payload.

# %%
net = tn.MLP(WIDTHS)
tn.fit(net, data.train, data.valid, epochs=12, lr=0.1, progress=False)
path = lesson.path("dense.safetensors")
tn.save(net, path)

content = path.read_bytes()
print(f"The file has {len(content):,} bytes. The first 8 are {list(content[:8])}, and then it goes on like this:")
print(content[8:150].decode(), "..")

# %% [markdown]
# Where does the header end? The first 8 bytes tell you.
#
# **Exercise `file_parts`.** Return the sizes of header and payload, from the bytes of the file alone.
#
# Then check the payload by hand: two matrices and two biases, with 4 bytes for each number. The JSON lists the arrays,
# each named after its layer. Layers 0 and 2 have weights; layer 1 is the tanh. F32 means float32, and offsets are
# counted from the end of the header. So you can read an array from the bytes, with NumPy alone.

# %%
file_parts = lesson.exercise("file_parts")
header_bytes, payload = file_parts(np.frombuffer(content, np.uint8))
counted = 4 * (64 * 256 + 256 + 256 * 10 + 10)
print(f"header {header_bytes:,} bytes, payload {payload:,} bytes; counted by hand: {counted:,}")
header = json.loads(content[8:header_bytes])
print("network:", header.pop("__metadata__")["net"])
for name, entry in header.items():
    print(f"  {name:12s} {entry['dtype']} {entry['shape']}, at {entry['data_offsets']}")
first, last = header["0.W.W"]["data_offsets"]
W = np.frombuffer(content[header_bytes + first : header_bytes + last], "<f4").reshape(header["0.W.W"]["shape"])
print("the first matrix agrees bit for bit:", np.array_equal(W, net.layers[0].weight.weight().numpy()))
full_error = tn.evaluate(tn.load(path), data.test)
print(f"the network loaded from the file gets {100 * full_error:.1f} % of {len(data.test.labels)} test digits wrong")

# %% [markdown]
# ## Other ways to store W
#
# A recipe, such as `tn.Dense()`, says how a layer stores its matrix. Today the recipes are black boxes, and you only
# need to know what each one keeps:
#
# - dense: every entry.
# - quantized (the claim's low bit depth): a few bits for each entry, enough to name one of a few levels, and for the
#   whole matrix one number, the step between levels. With one bit for each entry it is called binary.
# - low-rank: two thin matrices, $W = UV$, with $U$ $(m \times k)$ and $V$ $(k \times n)$.
# - hashed (the claim's tied connections): $K$ numbers that all entries share. A *hash* scrambles $(i, j)$ into a number
#   that looks random, but is always the same. It says which of the $K$ numbers entry $W_{ij}$ uses, and with which
#   sign. The hash is computed, so only its seed is stored: 64 bits.
# - sparse: $K$ of the entries. A hash says which ones; all others are zero.
#
# Where a layer has a bias, it is never compressed. All numbers are float32. So you can count the bits before anything
# is trained.
#
# **Exercise `stored_bits`.** Return how many bits a network must store.
#
# Then save a network of each kind and compare. A file pads each array to whole bytes; 8 bits are a byte.

# %%
stored_bits = lesson.exercise("stored_bits")
SHAPES = list(pairwise(WIDTHS))


def shared(m, n):
    return {"method": "hashed", "buckets": round(m * n / 8)}


boxes = {
    "dense": (tn.Dense(), lambda m, n: {"method": "dense"}),
    "quantized, 3 bits": (tn.Quantized(bits=3), lambda m, n: {"method": "quantized", "bits": 3}),
    "binary": (tn.Binary(), lambda m, n: {"method": "quantized", "bits": 1}),
    "low-rank, k = 8": (tn.LowRank(rank=8), lambda m, n: {"method": "lowrank", "rank": 8}),
    "hashed, 1/8": (tn.Hashed(1 / 8), shared),
    "sparse, 1/8": (tn.Sparse(1 / 8), shared),  # stores as much as a hashed one: K numbers and a seed
}
payloads = {}
print("                     counted    payload   header")
for name, (recipe, describe) in boxes.items():
    tn.save(tn.MLP(WIDTHS, recipe), path)
    header_bytes, payloads[name] = file_parts(np.frombuffer(path.read_bytes(), np.uint8))
    bits = stored_bits([{"shape": (m, n), "bias": True, **describe(m, n)} for m, n in SHAPES])
    print(f"{name:18s} {bits / 8:9,.1f} {payloads[name]:10,} {header_bytes:8,}")

# %% [markdown]
# ## The honest rival
#
# There is a way to save bytes that needs no idea at all: take an ordinary network with fewer hidden units. A method
# that does no better than this rival, at the same number of bytes, is not worth the trouble. So how wide may the rival
# be? What does one hidden unit cost, and what has to be paid even if there are no hidden units?
#
# **Exercise `widest`.** Return how many hidden units fit into a budget of bytes.

# %%
lesson.predict("rival", "The binary network has 256 hidden units. How many has a float32 network of no more bytes?")

# %%
widest = lesson.exercise("widest")
for name, payload in payloads.items():
    print(f"{name:18s} {payload:7,} bytes would also hold a dense 64-{widest(payload, 64, 10)}-10")
lesson.answer("rival", widest(payloads["binary"], 64, 10), "{:.0f}")

# %% [markdown]
# ## A small network in disguise
#
# A hashed layer stores few numbers, but it computes with a full $64 \times 256$ matrix. Write that matrix out into a
# dense network, and compare the scores.

# %%
small = tn.MLP(WIDTHS, tn.Hashed(1 / 32))
tn.fit(small, data.train, data.valid, epochs=12, lr=0.1, progress=False)
large = tn.MLP(WIDTHS)
for a, b in zip(small.layers[::2], large.layers[::2], strict=True):
    b.weight.W.data, b.bias.data = a.weight.weight().numpy(), a.bias.data
sizes = [tn.save(n, path).payload for n in (small, large)]
path.unlink()
apart = np.abs(small(data.test.inputs).numpy() - large(data.test.inputs).numpy()).max()
alike = "their scores are equal" if apart == 0 else f"their scores differ by at most {apart:.0e}"
print(f"hashed {sizes[0]:,} bytes, written out {sizes[1]:,} bytes; {alike}")

# %% [markdown]
# ## The sweep
#
# Now train all methods at several sizes. A factor of 1/8 means an eighth of the bytes of the dense weights; biases come
# on top. Below factor 1, `dense` is the narrower network. Each run trains for 10 epochs at two learning rates and keeps
# the one with the smaller validation error. Then the network is saved, loaded and tested once. There are two seeds. A
# method skips the factors that it cannot meet: `quantized` needs at least one bit for each entry, so it ends at 1/32.
# `hashed+quantized` combines two methods: its shared numbers have only 4 bits each.
#
# When is a small network good enough? Let us say that a method *works* at a factor if its error is at most one
# percentage point above the error of the whole dense network in the same sweep.

# %%
lesson.predict(
    "narrow",
    "The narrower dense network: what is the first factor at which it no longer works?",
    ("1/4", "1/8", "1/32", "1/64"),
)

# %%
METHODS = ["dense", "quantized", "binary", "hashed", "lowrank", "sparse", "hashed+quantized"]
FACTORS = ["1", "1/4", "1/8", "1/32", "1/64"]
rows = tn.frontier.sweep(
    "digits", METHODS, FACTORS, seeds=2, hidden=(256,), epochs=10, rates=(0.05, 0.2), jobs=1, progress=False
)
points = tn.frontier.summarize(rows)  # means over the seeds
error = {(p.method, p.factor): p.error for p in points}
size = {(p.method, p.factor): p.bytes for p in points}

print("test error, %      " + "".join(f"{factor:>8s}" for factor in FACTORS))
for method in METHODS:
    cells = (f"{100 * error[method, f]:8.1f}" if (method, f) in error else 8 * " " for f in FACTORS)
    print(f"{method:19s}" + "".join(cells))
limit = error["dense", "1"] + 0.01
fails = next((f for f in FACTORS if error["dense", f] > limit), "none of them")
lesson.answer("narrow", fails)

# %% [markdown]
# Let us see what C8 says about this. Keep in mind how `lowrank` spends its bytes: it gives both matrices the same rank
# $k$, and the scores of ten classes are then made of only $k$ numbers.

# %%
NAMED = {"low bit depth": "quantized", "tied connections": "hashed", "low rank": "lowrank"}  # what the claim calls them
rank = tn.frontier.methods.recipe("lowrank", 1 / 8, SHAPES)[0].rank
print(f"low rank at 1/8 has rank k = {rank}, so the scores of 10 classes are made of only {rank} numbers")
lesson.verdict(
    "C8",
    {
        f"all three methods work at {f} of the bytes": (
            all(error[method, f] <= limit for method in NAMED.values()),
            f"at most {limit:.1%} is wanted; "
            + ", ".join(f"{name} {error[method, f]:.1%}" for name, method in NAMED.items()),
        )
        for f in ("1/4", "1/8", "1/32")
    }
    | {
        f"one of the three works at {f}, where a narrower dense network does not": (
            any(error[method, f] <= limit for method in NAMED.values()) and error["dense", f] > limit,
            f"narrower dense network {error['dense', f]:.1%}",
        )
        for f in ("1/8", "1/32")
    },
)

# %% [markdown]
# So there are indeed many ways, but they do not all work equally far. And as long as a narrower network works too, a
# method is not surprising. (Speed, which the claim also speaks of, is not measured here.)
#
# ## Who is beaten
#
# One point *beats* another if it needs no more bytes, has no more error, and is strictly better in bytes or in error. A
# point that no other point beats is *efficient*. From such a point on you have to pay: less error costs bytes, and
# fewer bytes cost error. The efficient points form the frontier. (Economists call it Pareto's.)
#
# There are two traps. Of several points with equal bytes, only the one with the least error stays. But of two *equal*
# points, neither beats the other.
#
# **Exercise `pareto`.** Return which points are efficient.

# %%
lesson.predict("efficient", f"How many of the {len(points)} points of this sweep are efficient?")

# %%
pareto = lesson.exercise("pareto")
efficient = [points[i] for i in pareto([(p.bytes, p.error) for p in points])]
efficient.sort(key=lambda p: p.bytes)
for p in efficient:
    print(f"efficient: {p.bytes:7,.0f} bytes, {100 * p.error:4.1f} %   {p.method} at {p.factor}")
lesson.answer("efficient", len(efficient), "{:.0f}")

with open(lesson.folder / "frontier.csv", newline="") as file:
    committed = [row | {"bytes": float(row["bytes"]), "error": float(row["error"])} for row in csv.DictReader(file)]
order = list(dict.fromkeys(row["method"] for row in committed))  # as in README's figure, so the colours agree
TICKS = [2000, 5000, 10000, 20000, 50000, 80000]


def draw(found, line, name, title):
    """Draw error against bytes for (method, bytes, error), and their frontier as a grey staircase."""
    figure, axes = plt.subplots(figsize=(9, 5.2))
    for method in (m for m in order if any(m == row[0] for row in found)):
        i = order.index(method)
        places = sorted((size, 100 * error) for m, size, error in found if m == method)
        axes.plot(*zip(*places, strict=True), color=COLOURS[i], marker=MARKERS[i], linestyle=line, linewidth=1,
                  markersize=10 if MARKERS[i] == "*" else 7, label=method)  # fmt: skip
    steps = sorted((found[i][1], 100 * found[i][2]) for i in pareto([row[1:] for row in found]))
    steps.append((max(row[1] for row in found), steps[-1][1]))
    axes.step(*zip(*steps, strict=True), where="post", color="0.6", linewidth=6, alpha=0.4, zorder=0, label="frontier")
    axes.set(xscale="log", yscale="log", xlabel="bytes of payload", ylabel="test error, %", title=title)
    axes.set_xticks(TICKS, labels=[f"{tick:,}" for tick in TICKS])
    axes.set_yticks([2, 3, 5, 10, 20, 50, 90], labels=["2", "3", "5", "10", "20", "50", "90"])
    axes.minorticks_off()
    axes.grid(True, color="0.93", linewidth=0.6)
    axes.legend(ncols=2, loc="upper right")
    lesson.figure(figure, name)


draw([(p.method, p.bytes, p.error) for p in points], "", "frontier", "How small, at which error? Your sweep, 2 seeds")

# %% [markdown]
# ## How sure is it?
#
# Each point is a mean over a few seeds, and the frontier favours the lucky ones. There is also a longer result: three
# seeds, 40 epochs, four learning rates, all factors, and two more methods. (In `lowrank-random` one of the two factors
# keeps its random start. In `binary-mlp` the activations are signs as well.) It is `frontier.csv` in this folder; the
# command `tinynet frontier` makes it in a few minutes, and one rival more, which lesson 22 brings in. Are the same
# points efficient there?

# %%
draw([(row["method"], row["bytes"], row["error"]) for row in committed], "-", "longer", "The longer result, 3 seeds")

# %% [markdown]
# Now shake both. Draw every error anew, with the spread that seeds have here: take the pooled standard deviation of the
# points with less than 10 % error, and divide it by the square root of the number of seeds. Do this a thousand times.
# How often is each point efficient? (The smallest point is efficient in every draw, because no other point has as few
# bytes.)

# %%
lesson.predict("stays", "In what share of such draws does an efficient point of your sweep stay efficient, on average?")

# %%


def how_often(points, spread, seeds, draws=1000):
    """Return, for each point (bytes, error), the share of draws in which it is efficient."""
    rng, times = np.random.default_rng(0), np.zeros(len(points))
    for _ in range(draws):
        shaken = [(b, e + spread / seeds**0.5 * rng.normal()) for b, e in points]
        times[pareto(shaken)] += 1
    return times / draws


share = {}
for name, found, seeds in ("your sweep", [p._asdict() for p in points], 2), ("the longer result", committed, 3):
    good = [float(p["spread"]) ** 2 for p in found if p["error"] < 0.10]
    spread = float(np.mean(good)) ** 0.5
    places = [(p["bytes"], p["error"]) for p in found]
    often = how_often(places, spread, seeds)
    members = pareto(places)
    share[name] = float(np.mean(often[members]))
    print(f"{name}: seeds spread by {100 * spread:.2f} percentage points. A point is efficient in this share of draws:")
    for i in sorted(np.flatnonzero((often > 0.2) | np.isin(np.arange(len(places)), members)), key=lambda i: places[i]):
        star = "*" if i in members else " "
        print(
            f"  {100 * often[i]:3.0f} % {star} {places[i][0]:7,.0f} bytes  {found[i]['method']} at {found[i]['factor']}"
        )
lesson.answer("stays", share["your sweep"], "{:.0%}")

# %% [markdown]
# Stars mark the frontier as measured. Look how often the starred points would drop out in another draw, and which
# points would come in.
#
# ## The smallest size for an acceptable error
#
# Here is claim C23 as a table, from the longer result: say which error you accept, and read off the bytes. You can also
# ask the other way round. From which size on is there at most half a percentage point to gain, which is about what
# another seed would change?
#
# There is always a frontier, by definition. What matters is what it tells you. Do sizes rise as the accepted error
# falls? How small is a network as good as the whole one? And would the same points be on the frontier tomorrow, say in
# nine draws of ten?

# %%
full = next(row for row in committed if (row["method"], row["factor"]) == ("dense", "1"))
print(f"the whole dense network: {full['bytes']:,.0f} bytes, {100 * full['error']:.1f} %")


def smallest(accepted):
    """Return the smallest row whose error is at most this; None if there is none."""
    return min((row for row in committed if row["error"] <= accepted), key=lambda row: row["bytes"], default=None)


sizes_for = {}
for accepted in 0.10, 0.05, 0.03, 0.025:
    if row := smallest(accepted):
        sizes_for[accepted] = row["bytes"]
        print(f"at most {100 * accepted:4.1f} %: {row['bytes']:7,.0f} bytes, {row['method']} at {row['factor']}")
    else:
        print(f"at most {100 * accepted:4.1f} %: no point is that good")
least = min(row["error"] for row in committed)
enough = smallest(least + 0.005)
print(
    f"from {enough['bytes']:,.0f} bytes on ({enough['method']} at {enough['factor']}), more bytes gain at most half a "
    "percentage point"
)

equal = smallest(full["error"])
lesson.verdict(
    "C23",
    {
        "the smaller the accepted error, the larger the smallest network": (
            len(sizes_for) > 1 and all(a < b for a, b in pairwise(sizes_for.values())),
            ", ".join(f"{s:,.0f} bytes for {100 * e:g} %" for e, s in sizes_for.items()),
        ),
        "a tenth of the bytes is enough for the error of the whole network": (
            equal["bytes"] <= full["bytes"] / 10,
            f"{equal['bytes']:,.0f} bytes ({equal['method']}) for at most {full['error']:.1%}, "
            f"where the whole network takes {full['bytes']:,.0f}",
        ),
    }
    | {
        f"an efficient point stays efficient in nine draws of ten: {name}": (held > 0.9, f"in {held:.0%}")
        for name, held in share.items()
    },
)

# %% [markdown]
# ## Trained small, or made small?
#
# Does it matter that SGD trains under the constraint? Take the dense network from the beginning, and replace each
# matrix by the nearest one that the method can store. Do not train it any further. (`hashed` and `sparse` draw their
# hash first; "nearest" then means nearest for this hash.)

# %%
lesson.predict(
    "made",
    "Replace both matrices of the trained network by the nearest hashed ones at 1/8. What is its test error then?",
)

# %%
made_small, trained_small = {}, {}
for method in "quantized", "hashed", "lowrank", "sparse":
    weight = tn.frontier.methods.recipe(method, 1 / 8, SHAPES)
    made_small[method] = tn.evaluate(compress(net, weight), data.test)
    trained_small[method] = error[method, "1/8"]
    print(
        f"{method:10s} at 1/8: made small {100 * made_small[method]:4.1f} %, "
        f"trained small {100 * trained_small[method]:4.1f} %"
    )
lesson.answer("made", made_small["hashed"], "{:.0%}")

figure, axes = plt.subplots(figsize=(7, 4))
bars = (("made small after training", made_small, -0.2, COLOURS[4]), ("trained small", trained_small, 0.2, COLOURS[5]))
for label, found, shift, colour in bars:
    drawn = axes.bar(np.arange(4) + shift, [100 * e for e in found.values()], 0.38, color=colour, label=label)
    axes.bar_label(drawn, fmt="%.1f", fontsize=9)
axes.set_xticks(range(4), labels=list(made_small))
axes.set(ylabel="test error, %", ylim=(0, 90))
axes.set_title(f"An eighth of the bytes (the whole dense network: {100 * full_error:.1f} %)")
axes.legend(ncols=2, loc="upper left")
lesson.figure(figure, "made_small")

# %% [markdown]
# The hashed network fails when it is made small, and works when it is trained small. So SGD, which moved the entries of
# a matrix that is not really there, found a solution that this way of cutting a large network down does not give. That
# is the part of C22 that speaks of fooling SGD. Its other parts can be measured too, except one: whether there is a
# common theory. Gains and losses are in percentage points of error. We say that a method *beats* a narrower network if
# it gains at least half a percentage point.

# %%
gain = {f: error["dense", f] - min(error[m, f] for m in METHODS[1:] if (m, f) in error) for f in FACTORS[2:]}
alone = {f: min(error[m, f] for m in ("hashed", "quantized") if (m, f) in error) for f in ("1/32", "1/64")}
lost = {f: error["hashed+quantized", f] - alone[f] for f in alone}
cost = {method: made_small[method] - full_error for method in made_small}
only_sgd = [method for method in cost if cost[method] > 0.05 and trained_small[method] <= limit]


def in_points(differences):
    """Return differences between errors as text, in percentage points."""
    return ", ".join(f"{name}: {100 * d:+.1f}" for name, d in differences.items())


lesson.verdict(
    "C22",
    {
        "a small network computes what a large one does": (
            apart < 1e-4, f"of {sizes[1] / sizes[0]:.0f} times its bytes; {alike}"
        ),
        "some method works if trained small, but loses over 5 points if made small": (
            bool(only_sgd), f"{' and '.join(only_sgd) or 'none'}; lost if made small: {in_points(cost)}"
        ),
    }
    | {
        f"the best method beats a narrower network at {f}": (g >= 0.005, f"gain {100 * g:+.1f} points")
        for f, g in gain.items()
    }
    | {
        "two methods together lose less than half a point to the better one": (
            max(lost.values()) < 0.005, f"change of the error: {in_points(lost)}"
        )
    },
)  # fmt: skip

# %% [markdown]
# This was one data set with small pictures, and one hidden layer. What wins here need not win elsewhere. The project's
# documentation has the same figure for MNIST, and a later lesson comes back to the question with error bars and more
# data.
#
# ## Read on
#
# In tinynet's source, `storage/save_load.py` writes the file, and `frontier/methods.py` says what each method does with
# a budget.
#
# **An open question.** Two methods together did better than either alone. Can you tell from two methods alone, without
# training, whether their combination will?
