# %% [markdown]
# # Lesson 8. The efficient frontier
#
# Suppose you shop for a laptop and want one that is light and fast. If some laptop is lighter than another and also
# faster, you cross out the heavier, slower one. Go on like this until nothing can be crossed out. Now you have to
# choose among the rest: a faster laptop is always a heavier one. Networks are like that. Instead of weight they have
# bytes, and instead of speed they have test error. So the question "how small can a network be?" has no answer until
# you say which error you accept.
#
# This lesson tests three claims:
#
# - **C8** There are many ways to constrain a network, and all of them work surprisingly well: low bit depth, tied
#   connections, low rank.
# - **C22** The approaches overlap, and there is no common theory. Small networks disguise themselves as large ones, and
#   everyone is fooling SGD, which believes that it trains a large network.
# - **C23** Compression is an efficient frontier: the smallest size for an acceptable error.
#
# First you look into a file and count its bytes. Then you train one network in many sizes and in many ways, draw bytes
# against error, and find the points that no other point beats. The ways are black boxes today; later lessons open them
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

lesson = Script(__file__)
data = tn.datasets.load("digits")
WIDTHS = [64, 256, 10]

# %% [markdown]
# This script uses the four functions of this lesson's exercises. They are yours as soon as all of them pass.

# %%
mine = lesson.exercises(8)  # your functions once they all pass, the solutions until then

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
length = int.from_bytes(content[:8], "little")
header = json.loads(content[8 : 8 + length])
description = header.pop("__metadata__")
print(f"{len(content):,} bytes; the first 8 say that {length} bytes of JSON follow")
print("network:", description["net"])
for name, entry in header.items():
    print(f"  {name:12s} {entry['dtype']} {entry['shape']}, at {entry['data_offsets']}")

# %% [markdown]
# Each array is named after its layer. Layers 0 and 2 have weights; layer 1 is the tanh. F32 means float32, and offsets
# are counted from the end of the header. Now read one array from the bytes, with NumPy alone. And check the size: two
# matrices and two biases, with 4 bytes for each number.

# %%
first, last = header["0.W.W"]["data_offsets"]
W = np.frombuffer(content[8 + length + first : 8 + length + last], "<f4").reshape(header["0.W.W"]["shape"])
print("the first matrix agrees bit for bit:", np.array_equal(W, net.layers[0].weight.weight().numpy()))

header_bytes, payload = mine.file_parts(np.frombuffer(content, np.uint8))
counted = 4 * (64 * 256 + 256 + 256 * 10 + 10)
print(f"header {header_bytes:,} bytes, payload {payload:,} bytes; counted by hand: {counted:,}")
full_error = tn.evaluate(tn.load(path), data.test)
print(f"the network loaded from the file gets {100 * full_error:.1f} % of {len(data.test.labels)} test digits wrong")

# %% [markdown]
# ## Other ways to store W
#
# A recipe, such as `tn.Dense()`, says how a layer stores its matrix. Today the recipes are black boxes, and you only
# need to know what each one keeps:
#
# - dense: every entry.
# - quantized (the claim's low bit depth): a few bits for each entry, enough to name one of a few levels, and one
#   number, the step between levels. With one bit for each entry it is called binary.
# - low-rank: two thin matrices, $W = UV$, with $U$ $(m \times k)$ and $V$ $(k \times n)$.
# - hashed (the claim's tied connections): $K$ numbers that all entries share. A *hash* scrambles $(i, j)$ into a number
#   that looks random, but is always the same. It says which of the $K$ numbers entry $W_{ij}$ uses, and with which
#   sign. The hash is computed, so only its seed is stored.
# - sparse: $K$ of the entries. A hash says which ones; all others are zero.
#
# You can count the bits before anything is trained. Count them from the shapes (**exercise `stored_bits`**), and
# compare with the file (**exercise `file_parts`**).

# %%
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
print("                     counted    payload   header   dense network of that size")
for name, (recipe, describe) in boxes.items():
    tn.save(tn.MLP(WIDTHS, recipe), path)
    header_bytes, payload = mine.file_parts(np.frombuffer(path.read_bytes(), np.uint8))
    bits = mine.stored_bits([{"shape": (m, n), "bias": True, **describe(m, n)} for m, n in SHAPES])
    h = mine.widest(payload, 64, 10)
    print(f"{name:18s} {bits / 8:9,.1f} {payload:10,} {header_bytes:8,}   64-{h}-10")

# %% [markdown]
# The last column, computed by **exercise `widest`**, is the honest rival: an ordinary network, only narrower, whose
# file is no larger. A method that does no better than this rival is not worth the trouble.
#
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
print(f"hashed {sizes[0]:,} bytes, written out {sizes[1]:,} bytes; their scores differ by at most {apart:.1g}")

# %% [markdown]
# ## The sweep
#
# Now train all methods at several sizes. A factor of 1/8 means an eighth of the bytes of the dense weights; biases come
# on top. Below factor 1, `dense` is the narrower network. Each run trains for 10 epochs at two learning rates and keeps
# the one with the smaller validation error. Then the network is saved, loaded and tested once. There are two seeds. A
# method skips the factors that it cannot meet: `quantized` needs at least one bit for each entry, so it ends at 1/32.
# `hashed+quantized` combines two methods: its shared numbers have only 4 bits each.

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

# %% [markdown]
# ## Who is beaten
#
# One point *beats* another if it needs no more bytes, has no more error, and is strictly better in bytes or in error. A
# point that no other point beats is *efficient*. From such a point on you have to pay: less error costs bytes, and
# fewer bytes cost error. The efficient points form the frontier. (Economists call it Pareto's.)
#
# There are two traps. Of several points with equal bytes, only the one with the least error stays. But of two *equal*
# points, neither beats the other. This is **exercise `pareto`**.
#
# The pale lines in the figure are a longer result: three seeds, 40 epochs, four learning rates, and all factors. It is
# `frontier.csv` in this folder; the command `tinynet frontier` makes it in a few minutes. Your live points are drawn
# over it, and so is their frontier, in grey. (The longer result has two more methods, which the figure leaves out. In
# `lowrank-random` one of the two factors keeps its random start. In `binary-mlp` the activations are signs as well.)

# %%
efficient = [points[i] for i in mine.pareto([(p.bytes, p.error) for p in points])]
efficient.sort(key=lambda p: p.bytes)
for p in efficient:
    print(f"efficient: {p.bytes:7,.0f} bytes, {100 * p.error:4.1f} %   {p.method} at {p.factor}")

with open(lesson.folder / "frontier.csv", newline="") as file:
    committed = [row | {"bytes": float(row["bytes"]), "error": float(row["error"])} for row in csv.DictReader(file)]

figure, axes = plt.subplots(figsize=(9, 5.2))
order = list(dict.fromkeys(row["method"] for row in committed))  # as in README's figure, so the colours agree
for method in METHODS:
    i = order.index(method)
    style = dict(color=COLOURS[i], marker=MARKERS[i])
    longer = sorted((row["bytes"], 100 * row["error"]) for row in committed if row["method"] == method)
    live = sorted((p.bytes, 100 * p.error) for p in points if p.method == method)
    axes.plot(*zip(*longer, strict=True), **style, linewidth=1, markersize=3, alpha=0.4)
    axes.plot(*zip(*live, strict=True), **style, linestyle="", markersize=8, markeredgecolor="white", label=method)
steps = [(p.bytes, 100 * p.error) for p in efficient]
steps.append((max(size.values()), steps[-1][1]))
axes.step(
    *zip(*steps, strict=True), where="post", color="0.6", linewidth=6, alpha=0.4, zorder=0, label="frontier (live)"
)
axes.set(xscale="log", yscale="log", xlabel="bytes of payload", ylabel="test error, %")
axes.set_xticks(
    [2000, 5000, 10000, 20000, 50000, 80000], labels=["2,000", "5,000", "10,000", "20,000", "50,000", "80,000"]
)
axes.set_yticks([2, 3, 5, 10, 20, 50, 90], labels=["2", "3", "5", "10", "20", "50", "90"])
axes.minorticks_off()
axes.grid(True, color="0.93", linewidth=0.6)
axes.legend(ncols=2, loc="upper right")
axes.set_title(
    "How small, at which error? Digits, 64-256-10 (large: live; small and pale: the longer result)", fontsize="medium"
)
lesson.figure(figure, "frontier")

# %% [markdown]
# ## How sure is it?
#
# Each point is a mean over a few seeds, and the frontier favours the lucky ones. So shake it. Draw every error anew,
# with the spread that seeds have here: take the pooled standard deviation of the points with less than 10 % error, and
# divide it by the square root of the number of seeds. Do this a thousand times. How often is each point efficient? Ask
# this for your points and for the longer result. (The smallest point is efficient in every draw, because no other point
# has as few bytes.)


# %%
def how_often(points, spread, seeds, draws=1000):
    """Return, for each point (bytes, error), the share of draws in which it is efficient."""
    rng, times = np.random.default_rng(0), np.zeros(len(points))
    for _ in range(draws):
        shaken = [(b, e + spread / seeds**0.5 * rng.normal()) for b, e in points]
        times[mine.pareto(shaken)] += 1
    return times / draws


share = {}
for name, found, seeds in ("live", [p._asdict() for p in points], 2), ("longer", committed, 3):
    good = [float(p["spread"]) ** 2 for p in found if p["error"] < 0.10]
    spread = float(np.mean(good)) ** 0.5
    places = [(p["bytes"], p["error"]) for p in found]
    often = how_often(places, spread, seeds)
    members = mine.pareto(places)
    share[name] = float(np.mean(often[members]))
    print(f"{name}: seeds spread by {100 * spread:.2f} percentage points. A point is efficient in this share of draws:")
    for i in sorted(np.flatnonzero((often > 0.2) | np.isin(np.arange(len(places)), members)), key=lambda i: places[i]):
        star = "*" if i in members else " "
        print(
            f"  {100 * often[i]:3.0f} % {star} {places[i][0]:7,.0f} bytes  {found[i]['method']} at {found[i]['factor']}"
        )

# %% [markdown]
# Stars mark the frontier as measured. Look how often the starred points would drop out in another draw, and which
# points would come in.
#
# ## The smallest size for an acceptable error
#
# Here is claim C23 as a table, from the longer result: say which error you accept, and read off the bytes. You can also
# ask the other way round. From which size on is there at most half a percentage point to gain, which is about what
# another seed would change?

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

# %% [markdown]
# ## Trained small, or made small?
#
# Does it matter that SGD trains under the constraint? Take the dense network from the beginning, and replace each
# matrix by the nearest one that the method can store. Do not train it any further. (`hashed` and `sparse` draw their
# hash first; "nearest" then means nearest for this hash.)

# %%
made_small = {}
for method in "quantized", "hashed", "lowrank", "sparse":
    weight = tn.frontier.methods.recipe(method, 1 / 8, SHAPES)
    made_small[method] = tn.evaluate(compress(net, weight), data.test)
    trained = error[method, "1/8"]
    print(f"{method:10s} at 1/8: made small {100 * made_small[method]:4.1f} %, trained small {100 * trained:4.1f} %")

# %% [markdown]
# ## Verdicts
#
# **C8.** Let us say that a method *works* at a factor if its error is at most one percentage point above the error of
# the whole dense network in the same sweep. Keep in mind how `lowrank` spends its bytes: it gives both matrices the
# same rank.

# %%
NAMED = {"low bit depth": "quantized", "tied connections": "hashed", "low rank": "lowrank"}  # what the claim calls them
limit = error["dense", "1"] + 0.01
works = {f: [name for name, method in NAMED.items() if error[method, f] <= limit] for f in ("1/4", "1/8", "1/32")}
narrower = [f for f in works if error["dense", f] <= limit]
for factor, names in works.items():
    rival = "works" if factor in narrower else "does not work"
    print(f"at {factor}: {', '.join(names) or 'none'}; a narrower dense network {rival}")
rank = tn.frontier.methods.recipe("lowrank", 1 / 8, SHAPES)[0].rank
print(f"low rank at 1/8 has rank k = {rank}, so the scores of 10 classes are made of only {rank} numbers")

all_work = all(len(names) == len(NAMED) for names in works.values())
lesson.verdict(
    "C8",
    "holds" if all_work else "holds in part" if any(works.values()) else "does not hold",
    "of low bit depth, tied connections and low rank, "
    + ", ".join(f"{len(names)} work{'s' * (len(names) == 1)} at {factor}" for factor, names in works.items())
    + f" (within one percentage point of {100 * error['dense', '1']:.1f} %). A narrower dense network works at "
    + f"{', '.join(narrower) or 'none of these'}. Speed is not measured here",
)

# %% [markdown]
# **C22** has some parts that can be measured. Whether there is a common theory is not among them. Gains and losses are
# in percentage points of error.

# %%
gain = {
    f: error["dense", f] - min(error[m, f] for m in METHODS[1:] if (m, f) in error) for f in ("1/8", "1/32", "1/64")
}
alone = {f: min(error[m, f] for m in ("hashed", "quantized") if (m, f) in error) for f in ("1/32", "1/64")}
together = {f: error["hashed+quantized", f] - alone[f] for f in alone}
cost = {method: made_small[method] - full_error for method in made_small}
only_sgd = [method for method in cost if cost[method] > 0.05 and error[method, "1/8"] <= limit]


def in_points(differences):
    """Return differences between errors as text, in percentage points."""
    return ", ".join(f"{name}: {100 * d:+.1f}" for name, d in differences.items())


alike = "are equal" if apart == 0 else f"differ by at most {apart:.0e}"
parts = [
    (apart < 1e-4, f"a small network acts like one of {sizes[1] / sizes[0]:.0f} times its bytes; their scores {alike}"),
    (
        min(gain.values()) > 0.005,
        f"the best method beats a narrower network by half a percentage point at each size; gain: {in_points(gain)}",
    ),
    (
        max(together.values()) < 0.005,
        f"two methods together lose less than half a percentage point to the better one; loss: {in_points(together)}",
    ),
    (
        bool(only_sgd),
        f"some methods work if trained small, but lose over 5 percentage points if made small; loss: {in_points(cost)}",
    ),
]
for held, part in parts:
    print(f"{'yes' if held else 'no':3s} {part}")
held = sum(held for held, _ in parts)
lesson.verdict(
    "C22",
    "holds in part" if held else "does not hold",
    f"{held} of the {len(parts)} parts above hold. Over a narrower network the best method gains, in percentage "
    f"points, {in_points(gain)}. The rest of the claim is not shown",
)

# %% [markdown]
# **C23.** There is always a frontier, by definition. What matters is what it tells you: do sizes rise as the accepted
# error falls, and would the same points be on it tomorrow?

# %%
rising = len(sizes_for) > 1 and all(a < b for a, b in pairwise(sizes_for.values()))
stays = min(share.values()) > 0.9
lesson.verdict(
    "C23",
    "holds" if rising and stays else "holds in part" if rising else "does not hold",
    "the smallest sizes are "
    + ", ".join(f"{s:,.0f} bytes for {100 * e:g} %" for e, s in sizes_for.items())
    + f"; the whole network takes {full['bytes']:,.0f} bytes for {100 * full['error']:.1f} %. From "
    f"{enough['bytes']:,.0f} bytes on, more bytes gain at most half a percentage point. When errors are drawn anew, a "
    f"point of the frontier stays on it in {100 * share['live']:.0f} % of the draws (live) and in "
    f"{100 * share['longer']:.0f} % (longer result)",
)

# %% [markdown]
# This was one data set with small pictures, and one hidden layer. What wins here need not win elsewhere. The project's
# documentation has the same figure for MNIST, and a later lesson comes back to the question with error bars and more
# data.
#
# ## Exercises
#
# In `exercise.py` you write:
#
# 1. `file_parts`: the sizes of a file's header and payload, from its bytes.
# 2. `stored_bits`: how many bits a network must store, from its shapes and methods.
# 3. `widest`: how many hidden units fit into a budget.
# 4. `pareto`: the efficient points.
#
# Grade them with `tinynet grade 8`, or `pytest lessons/08_frontier`; `tinynet hint 8` helps. Then run this lesson
# again: your own functions will find the frontier.
#
# **Read next** `tinynet/storage/save_load.py` (the file), `tinynet/frontier/methods.py` (what each method does with a
# budget) and `tinynet/frontier/pareto.py`.
