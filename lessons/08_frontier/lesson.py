# %% [markdown]
# # Lesson 8. The efficient frontier
#
# How small can a network be? The question has no answer before you say which error you accept. Three claims are put to
# a test:
#
# - **C8** There are many ways to constrain a network, and all work surprisingly well: low bit depth, tied connections,
#   low rank.
# - **C22** The approaches overlap; there is no common theory; small networks disguise themselves as large ones, and
#   everyone is fooling SGD. (That is: SGD trains what looks to it like a large network.)
# - **C23** Compression is an efficient frontier: the smallest size for an acceptable error.
#
# You look into a file and count its bytes. Then you train one network in many sizes and ways, draw bytes against error,
# and find the points that no other point beats. The ways are black boxes today; the lessons from 9 on open them, one by
# one.

# %%
import csv
import json
from itertools import pairwise

import numpy as np
from matplotlib import pyplot as plt

import tinynet as tn
from tinynet.course import Script
from tinynet.drawing import COLOURS, MARKERS
from tinynet.layers.mlp import compress

lesson = Script(__file__)
data = tn.datasets.load("digits")
WIDTHS = [64, 256, 10]

# %% [markdown]
# The functions of this lesson's exercises are used below: yours, as soon as all of them pass.

# %%
mine = lesson.exercises(8)  # your functions once they all pass, the solutions until then

# %% [markdown]
# ## What is in a file
#
# Train a network, save it, and read the file as plain bytes. The format is safetensors:
#
# | bytes | what |
# | --- | --- |
# | 8 | the length $L$ of the JSON, lowest byte first (little-endian) |
# | $L$ | JSON: how to build the network, and where each array is |
# | the rest | the arrays, one after the other |
#
# The first two are the *header*. The rest is the *payload*: what the network stores. Headers are about as long for
# all networks, and a real device would not need them as text, so the frontier counts the payload.

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
# Names are those of the layers: 0 and 2 have weights, 1 is the tanh. F32 is float32, and offsets count from the end of
# the header. Read one array from the bytes, with NumPy alone. And count: two matrices and two biases, 4 bytes a number.

# %%
first, last = header["0.W.W"]["data_offsets"]
W = np.frombuffer(content[8 + length + first : 8 + length + last], "<f4").reshape(header["0.W.W"]["shape"])
print("the first matrix, bit for bit:", np.array_equal(W, net.layers[0].weight.weight().numpy()))

header_bytes, payload = mine.file_parts(np.frombuffer(content, np.uint8))
counted = 4 * (64 * 256 + 256 + 256 * 10 + 10)
print(f"header {header_bytes:,}, payload {payload:,}; counted by hand: {counted:,}")
full_error = tn.evaluate(tn.load(path), data.test)
print(f"the file, loaded again, errs on {100 * full_error:.1f} % of {len(data.test.labels)} test digits")

# %% [markdown]
# ## Other ways to store W
#
# A recipe says how a layer stores its matrix. What you need to know of the black boxes today is what they keep:
#
# - dense: every entry
# - quantized (the claim's low bit depth): $k$ bits an entry, which say one of few levels, and the step between levels;
#   with one bit it is called binary
# - low-rank: two thin matrices, $W = UV$, with $U$ $(m \times k)$ and $V$ $(k \times n)$
# - hashed (the claim's tied connections): $K$ numbers; a hash of $(i, j)$ says which of them entry $W_{ij}$ is, and
#   costs nothing but its seed
# - sparse: $K$ entries; a hash says which ones, the others are zero
#
# Bits can be counted before anything is trained. Count them from the shapes (**exercise `stored_bits`**), and compare
# with the file (**`file_parts`**).

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
print("                     counted    payload   header   dense net of that size")
for name, (recipe, describe) in boxes.items():
    tn.save(tn.MLP(WIDTHS, recipe), path)
    header_bytes, payload = mine.file_parts(np.frombuffer(path.read_bytes(), np.uint8))
    bits = mine.stored_bits([{"shape": (m, n), "bias": True, **describe(m, n)} for m, n in SHAPES])
    h = mine.widest(payload, 64, 10)
    print(f"{name:18s} {bits / 8:9,.1f} {payload:10,} {header_bytes:8,}   64-{h}-10")

# %% [markdown]
# The last column, by **`widest`**, is the honest rival: an ordinary network, only narrower, whose file is as small. A
# method that does no better than that is not worth its trouble.
#
# ## A small network in disguise
#
# A hashed layer computes with a full $64 \times 256$ matrix that it does not store. Write that matrix out into a dense
# network and compare the scores.

# %%
small = tn.MLP(WIDTHS, tn.Hashed(1 / 32))
tn.fit(small, data.train, data.valid, epochs=12, lr=0.1, progress=False)
large = tn.MLP(WIDTHS)
for a, b in zip(small.layers[::2], large.layers[::2], strict=True):
    b.weight.W.data, b.bias.data = a.weight.weight().numpy(), a.bias.data
sizes = [tn.save(n, path).payload for n in (small, large)]
path.unlink()
apart = np.abs(small(data.test.inputs).numpy() - large(data.test.inputs).numpy()).max()
print(f"{sizes[0]:,} and {sizes[1]:,} bytes; scores differ by {apart:.1g} at most")

# %% [markdown]
# ## The sweep
#
# Now all methods at several sizes. A factor of 1/8 means an eighth of the dense weights' bytes; biases come on top.
# `dense` is the narrower network. Each run trains at two learning rates for 10 epochs, keeps the one that validates
# better, saves, loads, and is tested once. Two seeds. A method skips the factors that it cannot meet: with one bit an
# entry, `quantized` ends at 1/32. `hashed+quantized` shares numbers that have 4 bits each.

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
# A point *beats* another if it has at most its bytes and at most its error, and less of one of the two. A point that
# none beats is efficient: whoever wants less error must pay bytes, whoever wants fewer bytes must pay error. The
# efficient points are the frontier (Pareto's, in economics).
#
# Two traps. Of two points with equal bytes only the better one stays. Of two *equal* points neither beats the other.
# This is **exercise `pareto`**.
#
# The longer result behind the picture is `frontier.csv` in this folder: three seeds, 40 epochs, four learning rates,
# all factors. The command `tinynet frontier` makes it, in a few minutes. Your live points are drawn over it, and the
# grey frontier is theirs. (The longer result has two methods more, which the picture leaves out: `lowrank-random`,
# where one factor stays as it was drawn, and `binary-mlp`, a network whose activations are signs as well.)

# %%
efficient = [points[i] for i in mine.pareto([(p.bytes, p.error) for p in points])]
efficient.sort(key=lambda p: p.bytes)
for p in efficient:
    print(f"efficient: {p.bytes:7,.0f} bytes, {100 * p.error:4.1f} %   {p.method} at {p.factor}")

with open(lesson.folder / "frontier.csv", newline="") as file:
    committed = [row | {"bytes": float(row["bytes"]), "error": float(row["error"])} for row in csv.DictReader(file)]

figure, axes = plt.subplots(figsize=(9, 5.2))
for i, method in enumerate(METHODS):
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
    "How small, for which error? Digits, 64-256-10 (large: live; small and pale: the longer result)", fontsize="medium"
)
lesson.figure(figure, "frontier")

# %% [markdown]
# ## How sure is it?
#
# Each point is a mean of few seeds, and the frontier takes the lucky ones. So shake it: draw every error anew, with the
# spread that seeds have here (the pooled standard deviation of points below 10 % error, over the root of the number of
# seeds), a thousand times. How often is each point efficient? Do it for your points and for the longer result.
# (The smallest point is efficient in every draw: no other has as few bytes.)


# %%
def how_often(points, spread, seeds, draws=1000):
    """Return the share of draws in which each of the points (bytes, error) is efficient."""
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
    print(
        f"{name}: seeds spread by {100 * spread:.2f} percentage points; in how many of the draws a point is efficient:"
    )
    for i in sorted(np.flatnonzero((often > 0.2) | np.isin(np.arange(len(places)), members)), key=lambda i: places[i]):
        star = "*" if i in members else " "
        print(
            f"  {100 * often[i]:3.0f} % {star} {places[i][0]:7,.0f} bytes  {found[i]['method']} at {found[i]['factor']}"
        )

# %% [markdown]
# Stars are the frontier as measured. Look how many of them the next draw would lose, and what comes in their place.
#
# ## The smallest size for an acceptable error
#
# Claim C23 as a table, from the longer result: say which error you accept, read off the bytes. And the other way round:
# from which size on is there nothing more to gain than half a percentage point, about what another seed would change?

# %%
full = next(row for row in committed if (row["method"], row["factor"]) == ("dense", "1"))
print(f"the whole dense network: {full['bytes']:,.0f} bytes, {100 * full['error']:.1f} %")


def smallest(accepted):
    """Return the row of fewest bytes among those of at most this error; None if there is none."""
    return min((row for row in committed if row["error"] <= accepted), key=lambda row: row["bytes"], default=None)


sizes_for = {}
for accepted in 0.10, 0.05, 0.03, 0.025:
    if row := smallest(accepted):
        sizes_for[accepted] = row["bytes"]
        print(f"at most {100 * accepted:4.1f} %: {row['bytes']:7,.0f} bytes, {row['method']} at {row['factor']}")
    else:
        print(f"at most {100 * accepted:4.1f} %: none is that good")
least = min(row["error"] for row in committed)
enough = smallest(least + 0.005)
print(
    f"from {enough['bytes']:,.0f} bytes on ({enough['method']} at {enough['factor']}), the gain is at most half a "
    "percentage point"
)

# %% [markdown]
# ## Trained small, or made small?
#
# Does it matter that SGD knows of the constraint? Take the dense network from the beginning, and replace each matrix by
# the nearest one that the method can store. No training afterwards. (The hash of `hashed` and `sparse` is drawn first
# and stays: what is nearest is meant under it.)

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
# **C8.** Say that a method *works* at a factor if its error is at most one percentage point above that of the whole
# dense network in the same sweep. Keep in mind how `lowrank` divides its bytes: one rank for both matrices.

# %%
NAMED = {"low bit depth": "quantized", "tied connections": "hashed", "low rank": "lowrank"}  # by the claim
limit = error["dense", "1"] + 0.01
works = {f: [name for name, method in NAMED.items() if error[method, f] <= limit] for f in ("1/4", "1/8", "1/32")}
narrower = [f for f in works if error["dense", f] <= limit]
for factor, names in works.items():
    rival = "works" if factor in narrower else "does not work"
    print(f"at {factor}: {', '.join(names) or 'none'}; a narrower dense network {rival}")
rank = tn.frontier.methods.recipe("lowrank", 1 / 8, SHAPES)[0].rank
print(f"low rank at 1/8 has k = {rank}: the scores of 10 classes are made of {rank} numbers")

all_work = all(len(names) == len(NAMED) for names in works.values())
lesson.verdict(
    "C8",
    "holds" if all_work else "holds in part" if any(works.values()) else "does not hold",
    f"within a percentage point of {100 * error['dense', '1']:.1f} % are, of low bits, tied connections and low rank, "
    + ", ".join(f"{len(names)} at {factor}" for factor, names in works.items())
    + f"; a narrower dense network is, at {', '.join(narrower) or 'none of these'}; speed is not measured here",
)

# %% [markdown]
# **C22** has parts that can be measured. That there is no common theory, and what it would take to understand, is not
# among them. Gains and losses are in percentage points of error.

# %%
gain = {
    f: error["dense", f] - min(error[m, f] for m in METHODS[1:] if (m, f) in error) for f in ("1/8", "1/32", "1/64")
}
alone = {f: min(error[m, f] for m in ("hashed", "quantized") if (m, f) in error) for f in ("1/32", "1/64")}
together = {f: error["hashed+quantized", f] - alone[f] for f in alone}
cost = {method: made_small[method] - full_error for method in made_small}
only_sgd = [method for method in cost if cost[method] > 0.05 and error[method, "1/8"] <= limit]


def in_points(differences):
    """Return differences of errors as text, in percentage points."""
    return ", ".join(f"{name}: {100 * d:+.1f}" for name, d in differences.items())


alike = "equal" if apart == 0 else f"differ by {apart:.0e}"
parts = [
    (apart < 1e-4, f"a small network acts as one of {sizes[1] / sizes[0]:.0f} times its bytes (scores {alike})"),
    (min(gain.values()) > 0.005, f"the best of them beats a narrower network at each size; gain: {in_points(gain)}"),
    (max(together.values()) < 0.005, f"two approaches are no worse than the better one; loss: {in_points(together)}"),
    (bool(only_sgd), f"SGD finds what is not near the dense network; made small, loss: {in_points(cost)}"),
]
for held, part in parts:
    print(f"{'yes' if held else 'no':3s} {part}")
held = sum(held for held, _ in parts)
lesson.verdict(
    "C22",
    "holds in part" if held else "does not hold",
    f"{held} of the {len(parts)} parts above; over a narrower network the best method gains, in percentage points, "
    f"{in_points(gain)}; the rest is not shown",
)

# %% [markdown]
# **C23.** A frontier is there by definition. The question is what it says: whether sizes rise as the accepted error
# falls, and whether the same points would be on it tomorrow.

# %%
rising = len(sizes_for) > 1 and all(a < b for a, b in pairwise(sizes_for.values()))
stays = min(share.values()) > 0.9
lesson.verdict(
    "C23",
    "holds" if rising and stays else "holds in part" if rising else "does not hold",
    "smallest sizes: "
    + ", ".join(f"{100 * e:g} % in {s:,.0f} B" for e, s in sizes_for.items())
    + f" (whole: {100 * full['error']:.1f} % in {full['bytes']:,.0f} B); from {enough['bytes']:,.0f} B on the gain is "
    f"at most half a percentage point; drawn anew, a point stays on the frontier in {100 * share['live']:.0f} % (live) "
    f"and {100 * share['longer']:.0f} % (longer result) of the draws",
)

# %% [markdown]
# One data set, small pictures, one hidden layer: what wins here need not win elsewhere. The project's documentation has
# the same picture for MNIST, and lesson 22 comes back to the question with error bars and more data.
#
# ## Exercises
#
# In `exercise.py`:
#
# 1. `file_parts`: header and payload of a file, from its bytes.
# 2. `stored_bits`: what a network must store, from its shapes and methods.
# 3. `widest`: how many hidden units fit into a budget.
# 4. `pareto`: the efficient points.
#
# Grade them with `tinynet grade 8`, or `pytest lessons/08_frontier`; `tinynet hint 8` helps. Then run this lesson
# again: the frontier is now drawn by your own functions.
#
# **Read next** `tinynet/storage.py` (the file), `tinynet/frontier/methods.py` (what each method does with a budget) and
# `tinynet/frontier/pareto.py`.
