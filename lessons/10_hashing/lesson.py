# %% [markdown]
# # Lesson 10. Hashing
#
# A layer of 64 inputs and 256 units has 16,384 weights. Must a file hold 16,384 numbers? Hashing keeps every
# connection but only a few numbers, as few as 1 for every 64 connections. It is the boldest method of this course: half
# a bit for each weight, less than the sign alone would take. And it is short. By the end of this lesson you will have
# written all of it.
#
# The claims (entry $(i, j)$ connects input $i$ to output unit $j$, as in all lessons):
#
# - **C15** A layer has $K$ free numbers $w_1, .., w_K$, and $K$ is far smaller than $m \times n$. A hash function $h$
#   says which number each entry uses: $W_{ij} = w_{h(i,j)}$.
# - **C16** Hashing is simple and generic. Its *factor*, the share of numbers that is kept, can go below what one bit
#   for each entry would take: 1/64 of 32 bits is half a bit. And it beats the other methods.
# - **C17** Hashing connections is the same as hashing features.
# - **C8** (one part of it) Connections that are tied together make columns correlated.

# %%
from itertools import pairwise
from timeit import repeat

import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script
from tinynet.course.manifest import load_module
from tinynet.reading.training.comparison import Record

lesson = Script(10)
ORANGE, BLUE, GREEN, RED, GREY = "#E69F00", "#0072B2", "#009E73", "#D55E00", "0.6"  # colour-blind safe
train, valid, test = tn.datasets.load("digits")

# %% [markdown]
# ## Which room has which dimmer?
#
# Picture a hotel with 16,384 lamps and only 2,048 dimmers. Each dimmer serves about eight lamps, scattered through the
# whole house. Some lamps are wired the wrong way round: turn their dimmer up, and they get darker. There is no wiring
# plan. Nobody needs one, because the number of the dimmer can be computed from the number of the room.
#
# The lamps are the entries of $W$, and the dimmers are the stored numbers. We call them *buckets*, because many entries
# fall into each. What computes the bucket from $(i, j)$ is a *hash function*: its results look random, but they are the
# same each time. A second hash chooses the sign $\xi_{ij}$ of each entry, +1 or -1. So
#
# $$ W_{ij} = \xi_{ij} \, w_{h(i,j)} $$
#
# The file holds $w$ and a seed. (The slides leave the sign out. The authors of the method, Chen and others in 2015, put
# it in; what it is good for comes up below.)
#
# To build such a hash you get one tool. `mix` in `exercise.py` scrambles one whole number. You have to turn a seed, a
# layer, a row and a column into *one* number first. Take care: whatever you lose on the way, `mix` cannot bring back.
# If two entries get the same number, they will share a bucket in every network.
#
# **Exercise `assign`.** Return the bucket and the sign of every entry. Its docstring says what is wanted, and the
# grader measures it: it lays your assignments over each other and counts.
#
# **Exercise `virtual`.** Return $W$ from $w$, the buckets and the signs. It is called the *virtual* matrix, because
# nobody stores it.

# %%
assign = lesson.exercise("assign")
virtual = lesson.exercise("virtual")
WIDTHS, FEW = (4, 4, 2), 3
colours = [ORANGE, BLUE, GREEN]
figure, (left, *grids) = plt.subplots(1, 3, figsize=(11, 4), width_ratios=(2.4, 1.5, 1))
figure.suptitle("Three numbers serve all connections of a layer (colour: which number; dashed: sign -1)")
for layer, (m, n) in enumerate(pairwise(WIDTHS)):
    h, xi = assign(10, layer, m, n, FEW)
    w = np.random.default_rng(layer).uniform(-1, 1, FEW)
    W = virtual(w, h, xi)
    for i in range(m):
        for j in range(n):
            ends = [(i - (m - 1) / 2), (j - (n - 1) / 2)]
            left.plot([layer, layer + 1], ends, color=colours[h[i, j]], linestyle="-" if xi[i, j] > 0 else "--")
            grids[layer].text(j, i, f"{W[i, j]:+.2f}", ha="center", va="center", color="white", weight="bold")
    cells = dict(cmap=plt.matplotlib.colors.ListedColormap(colours), vmin=0, vmax=FEW - 1, edgecolors="white")
    grids[layer].pcolormesh(range(n), range(m), h, linewidth=3, **cells)
    grids[layer].invert_yaxis()
    grids[layer].set(aspect="equal", title=f"layer {layer + 1}: W, {m} x {n}", xlabel="output unit j", ylabel="input i")
    grids[layer].set(xticks=range(n), yticks=range(m))
    print(f"layer {layer + 1} stores", " ".join(f"{value:+.2f}" for value in w))
for layer, n in enumerate(WIDTHS):
    left.scatter([layer] * n, np.arange(n) - (n - 1) / 2, s=250, color="white", edgecolors="black", zorder=3)
left.set(xticks=range(3), xticklabels=["inputs", "hidden units", "outputs"], yticks=[])
left.invert_yaxis()
left.spines[:].set_visible(False)
lesson.figure(figure, "sharing")

# %% [markdown]
# Follow one colour: its connections are scattered over the layer, and all carry the same number, up to the sign. The
# second layer has buckets of its own, and another pattern.
#
# tinynet's own layer, `tn.Hashed(1/8)`, is built in the same way. From here on we use its buckets and signs, in a
# network for the digits: 64 pixels, 256 hidden units, 10 classes. Only the first layer is hashed, so that there is one
# thing to watch.

# %%
M, N = 64, 256


def hashed_net(factor, seed=0, **settings):
    """Return a network whose first layer is hashed."""
    return tn.MLP([M, N, 10], [tn.Hashed(factor, **settings), tn.Dense()], seed=seed)


def sharing(net):
    """Return what the first layer of a network stores, w, and the bucket h and the sign xi of each entry."""
    weight = net.layers[0].weight
    place = weight.places.astype(int)  # bucket + K where the sign is -1
    return weight.buckets.weight().numpy()[0], place % weight.K, np.where(place < weight.K, 1, -1)


net = hashed_net(1 / 8)
w, h, xi = sharing(net)
K = len(w)
W = net.layers[0].weight.weight().numpy()
same_matrix = np.array_equal(virtual(w, h, xi), W)
print(f"{M} x {N} = {W.size:,} entries, K = {K:,} numbers; your W is tinynet's, bit for bit: {same_matrix}")
for factor in (1 / 8, 1 / 32, 1 / 64):
    weight = hashed_net(factor).layers[0].weight
    bits = weight.stored_bits() / W.size
    print(
        f"factor 1/{1 / factor:.0f}: {weight.K:5,} numbers of 32 bits and a seed of 64: {bits:.3f} bits for each entry"
    )

# %% [markdown]
# ## Everybody who uses a number pulls at it
#
# How is such a layer trained? Let $G_{ij} = \partial L / \partial W_{ij}$ be the gradient as an ordinary layer has it.
# What is the gradient with respect to $w_k$? Ask in the hotel: in each room somebody wants more light or less, and
# everybody pulls at the dimmer. What does the dimmer feel, if some lamps are wired the wrong way round?
#
# Here is what many write first:
#
# ```python
# g = np.zeros(K)
# g[h] += xi * G
# ```
#
# It runs, and the shape is right. It even points downhill, so the loss falls, and nobody notices that it is wrong. Try
# it on a case that you can work out in your head, and find out what NumPy does there.
#
# **Exercise `bucket_gradient`.** Return the gradient with respect to all $K$ stored numbers.

# %%
lesson.predict("longer", "8 entries share a bucket. A bucket's gradient is how many times an entry's, typically?")

# %%
bucket_gradient = lesson.exercise("bucket_gradient")


def gradient(net, layer=0):
    """Return the loss's gradient on 400 digits with respect to what the first layer stores."""
    [p] = net.layers[layer].weight.parameters()
    tn.functional.softmax_cross_entropy(net(train.inputs[:400]), train.labels[:400]).backward()
    return p.grad


def rms(x):
    """Return the typical size of some numbers: the root of their mean square."""
    return float(np.sqrt(np.mean(np.square(x))))


written_out = tn.MLP([M, N, 10])  # the same network with its matrix written out, as a dense one
written_out.layers[0].weight.W.data = W
written_out.layers[2].weight.W.data = net.layers[2].weight.weight().numpy()
G = gradient(written_out)
g = bucket_gradient(G, h, xi, K)
g_tinynet = gradient(net)[0]
deviation = np.abs(g - g_tinynet).max() / np.abs(g_tinynet).max()
broken = np.zeros(K)
broken[h] += xi * G
print(f"your gradient is tinynet's up to {deviation:.0e} of its largest entry")
print(f"the version above: {rms(broken) / rms(g):.2f} times as long, cosine with the right one "
      f"{broken @ g / np.linalg.norm(broken) / np.linalg.norm(g):.2f}")  # fmt: skip
longer = rms(g) / rms(G)
lesson.answer("longer", longer, "{:.2f}")
lesson.verdict("C15", {
    "K numbers, buckets and signs make the whole matrix": (same_matrix, f"{K:,} numbers, {W.size:,} entries"),
    "their gradient is the signed sum over each bucket": (deviation < 1e-4, f"up to {deviation:.0e}"),
})  # fmt: skip

# %% [markdown]
# Not 8 times as large. Eight people who pull in whatever direction they please get about $\sqrt 8 = 2.83$ times as far
# as one. The wrong version listens to one person for each dimmer, the last to enter. Its cosine with the right gradient
# is positive, so the loss does fall. But the other seven are ignored.
#
# ## Fooling SGD
#
# Suppose that one SGD step has changed $w$. All eight lamps of each dimmer have changed with it, also where the room
# had asked for the opposite. What has happened to $W$?
#
# **Exercise `virtual_step`.** Return by how much each entry of $W$ changes in one step.
#
# An ordinary layer would step along $-G$, straight downhill. What is the angle between this direction and the hashed
# layer's step? At 0 degrees the two are the same; at 90 degrees they have nothing to do with each other.

# %%
lesson.predict("angle", "How many degrees are there between the hashed layer's step and the straight way downhill?")

# %%
virtual_step = lesson.exercise("virtual_step")
step = virtual_step(G, h, xi, K, lr=0.1)
cosine = -(step * G).sum() / np.linalg.norm(step) / np.linalg.norm(G)
angle = float(np.degrees(np.arccos(cosine)))
lesson.answer("angle", angle, "{:.0f}")
stretch = np.linalg.norm(step) / np.linalg.norm(0.1 * G)
print(
    f"the step is {stretch:.2f} times as long as an ordinary one; of that, {stretch * cosine:.2f} times point downhill"
)
in_eight = lambda X: np.sum(np.linalg.svd(X, compute_uv=False)[:8] ** 2) / np.sum(X**2)
for factor in (1 / 2, 1 / 8, 1 / 64):
    _, h_f, xi_f = sharing(hashed_net(factor))
    other = virtual_step(G, h_f, xi_f, round(factor * G.size), lr=0.1)
    along = -(other * G).sum() / np.linalg.norm(other) / np.linalg.norm(G)
    print(f"factor 1/{1 / factor:.0f}: {np.linalg.norm(other) / np.linalg.norm(0.1 * G):.2f} times as long, "
          f"{np.degrees(np.arccos(along)):.0f} degrees")  # fmt: skip
print(
    f"eight of 64 directions hold {in_eight(G):.0%} of the squares of G, and {in_eight(step):.0%} of the hashed step's"
)

# %% [markdown]
# The step is long, and most of it leads sideways. A lamp shares its dimmer with eight others on average, so what
# happens to it is the sum of nine pulls, and only one of them is its own. That one makes the part that points downhill,
# which is just as long as an ordinary step. The other eight are nearly at a right angle to it. Together they make a
# step about $\sqrt 9 = 3$ times as long, with a cosine of about $1/3$. SGD knows nothing of this. It sees $K$ numbers
# and their gradient, and believes that it trains an ordinary network.
#
# And the sideways part goes everywhere. The singular values of lesson 1 show it, in the last line of the output: nearly
# all of $G$ lies in eight directions, but less than a third of the hashed step does.
#
# ## Side by side
#
# Now train an ordinary network and a hashed one beside it, with five seeds each. Steps that are $\sqrt 8$ times as long
# act like a larger learning rate. So how much of the difference is the hashing, and how much is the rate? Two more
# hashed networks show it. In one, each bucket's gradient is divided by the root of the number of its entries, about
# $\sqrt 8$, so that $W$ moves as far in a step as in the ordinary network. In the other it is divided by the number
# itself, so that a bucket takes the mean of its entries' gradients instead of the sum (`rescale=True`).

# %%
RATES = "ordinary", "hashed, sum", "hashed, mean"
lesson.predict("spectrum", "Which trained network's W has the largest stretch (singular value)?", choices=RATES)

# %%
SEEDS, EPOCHS = 5, 30


def shorter(seed):
    """Return a hashed network whose first layer moves as far in a step as an ordinary one."""
    net = hashed_net(1 / 8, seed, rescale=True)
    [p] = net.layers[0].weight.parameters()
    p.grad_scale = np.sqrt(p.grad_scale)  # 1 / sqrt(n_k) in place of 1 / n_k
    return net


kinds = {
    "ordinary": (lambda seed: tn.MLP([M, N, 10], seed=seed), GREY, "-"),
    "hashed, sum": (lambda seed: hashed_net(1 / 8, seed), RED, "-"),
    "hashed, sum / sqrt(8)": (shorter, BLUE, "--"),
    "hashed, mean": (lambda seed: hashed_net(1 / 8, seed, rescale=True), GREEN, "-."),
}
loss, pull, before, after, errors, alike, moved = ({name: [] for name in kinds} for _ in range(7))


def cosines(W):
    """Return the cosine of each pair of columns."""
    W = W / np.linalg.norm(W, axis=0)
    return (W.T @ W)[np.triu_indices(W.shape[1], 1)]


for name, (build, _, _) in kinds.items():
    for seed in range(SEEDS):
        net = build(seed)
        record = Record(net, (train.inputs[:400], train.labels[:400]))
        history = tn.fit(net, train, epochs=EPOCHS, lr=0.1, seed=seed, progress=False, report=record)
        first, *_, last = record.moments
        loss[name].append(history.loss)
        pull[name].append([rms(moment.gradients["0 Linear"]) for moment in record.moments])
        before[name].append(first.spectra["0 Linear"])
        after[name].append(last.spectra["0 Linear"])
        errors[name].append(tn.evaluate(net, test))
        alike[name].append(rms(cosines(net.layers[0].weight.weight().numpy())))
        moved[name].append(last.distance["0 Linear"])
print("means of five seeds    gradient at start   largest stretch   median stretch   W moved by   loss    test error")
for name in kinds:
    noise = np.std(errors[name], ddof=1) / SEEDS**0.5
    gradient_0, largest, last_loss = np.mean(pull[name], 0)[0], np.mean(after[name], 0)[0], np.mean(loss[name], 0)[-1]
    print(f"{name:22} {gradient_0:17.4f} {largest:17.2f} {np.median(after[name]):16.2f} {np.mean(moved[name]):12.2f} "
          f"{last_loss:8.4f} {np.mean(errors[name]):8.2%} +- {noise:.2%}")  # fmt: skip
print(f"all at the start: largest {np.mean(before['ordinary'], 0)[0]:.2f}, median {np.median(before['ordinary']):.2f}")
lesson.answer("spectrum", max(RATES, key=lambda name: np.mean(after[name], axis=0)[0]))

# %%
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4))
figure.suptitle("The same training, ordinary and hashed to 1/8 (first layer; means of five seeds)")
for name, (_, colour, line) in kinds.items():
    style = dict(color=colour, linestyle=line, linewidth=1.8)
    left.plot(range(1, EPOCHS + 1), np.mean(loss[name], axis=0), label=name, **style)
    middle.plot(range(EPOCHS + 1), np.mean(pull[name], axis=0), **style)
    right.plot(range(1, M + 1), np.mean(after[name], axis=0), **style)
start = np.mean([np.mean(before[name], axis=0) for name in kinds], axis=0)
right.plot(range(1, M + 1), start, ":", color="black", label="all of them at the start")
left.set(title="loss", xlabel="epoch", ylabel="training loss (nats)", yscale="log")
middle.set(title="gradient of a stored number (undivided)", xlabel="epoch", ylabel="root mean square", yscale="log")
right.set(title="stretches of the trained W", xlabel="number of the singular value", ylabel="singular value", ylim=0)
left.legend()
right.legend()
lesson.figure(figure, "training")

# %% [markdown]
# In the middle, a stored number's gradient starts about $\sqrt 8$ times as large in every hashed network. The faster
# the loss on the left falls, the faster the gradient shrinks. How fast it falls, how far $W$ travels, and how large its
# largest stretch becomes, is a matter of the rate: with the sum all three are above the ordinary network's, with the
# mean all three are below. This part of the difference is yours to choose. What the hashing does shows at equal step
# length, in blue: $W$ travels farther, stretches less at the top, and fits more slowly.
#
# Now look at the shape of the curves on the right. The ordinary network stretches a few directions and leaves the
# others nearly as they were (lesson 1 counted them). The hashed networks lift every direction: clearly with the sum,
# barely with the mean (compare the median stretch with the start). That fits the sideways parts of their steps, which
# go in all directions, like noise. Here it hardly shows in the test error.
#
# ## Are the columns correlated?
#
# The slides say that tied connections make *correlated columns*. It sounds right: columns made of the same few numbers
# should be alike. Take two columns, $j$ and $l$. In a row where both entries use the same bucket, their product is
# $\xi_{ij} \xi_{il} w_k^2$, and its sign does not depend on $w$. The squared length of a column is a sum of $m$ such
# $w_k^2$, so this row adds about $\pm 1/m$ to the cosine. In all other rows the product averages to 0 over draws of
# $w$. So rows of the first kind make the part that the hash imposes on the two columns. The rest is chance: even
# independent random columns of 64 entries have cosines of about $1 / \sqrt{64}$.

# %%
lesson.predict("imposed", "How large is the imposed cosine of two columns, typically, at 1/64? (Chance makes 0.125.)")

# %%
small = hashed_net(1 / 64)
_, h_small, xi_small = sharing(small)
pairs = np.triu_indices(N, 1)
imposed = np.zeros(len(pairs[0]))
for buckets, signs in zip(h_small, xi_small, strict=True):  # row by row
    imposed += (buckets[pairs[0]] == buckets[pairs[1]]) * signs[pairs[0]] * signs[pairs[1]] / M
chance = {
    "ordinary columns, at the start": cosines(tn.MLP([M, N, 10]).layers[0].weight.weight().numpy()),
    "hashed to 1/64, at the start": cosines(small.layers[0].weight.weight().numpy()),
    "imposed by the hash": imposed,
}
figure, axes = plt.subplots(figsize=(9, 4))
for (name, values), colour, line in zip(chance.items(), (GREY, RED, "black"), ("-", "--", "-"), strict=True):
    label = f"{name}: {rms(values):.3f}"
    heights, edges = np.histogram(values, np.arange(-32.5, 33) / M)
    axes.stairs(100 * heights / len(values), edges, color=colour, linestyle=line, linewidth=1.6, label=label)
axes.set(title="Cosines of all pairs of columns", xlabel="cosine", ylabel="share of the pairs (%)", yscale="log")
axes.legend(title="root mean square", loc="upper left", fontsize="small")
lesson.figure(figure, "columns")
lesson.answer("imposed", rms(imposed), "{:.4f}")
trained = {name: np.mean(values) for name, values in alike.items()}
print("cosines after training:", ", ".join(f"{name} {value:.3f}" for name, value in trained.items()))
most = max((name for name in kinds if name != "ordinary"), key=trained.get)
spread = {name: 2 * np.std(alike[name], ddof=1) / SEEDS**0.5 for name in kinds}
usual, hashed_64 = rms(chance["ordinary columns, at the start"]), rms(chance["hashed to 1/64, at the start"])
meet = np.mean([buckets[pairs[0]] == buckets[pairs[1]] for buckets in h_small])
print(f"two columns meet in a bucket in {M * meet:.2f} of their {M} rows; imposed on average {imposed.mean():+.5f}, "
      f"and without signs {meet:+.5f}")  # fmt: skip
lesson.verdict("C8", {
    "at the start, columns hashed to 1/64 are more alike than chance makes them": (
        hashed_64 > 1.05 * usual, f"{hashed_64:.3f} against {usual:.3f}; the hash's own part is {rms(imposed):.4f}"
    ),
    "after training, columns hashed to 1/8 are more alike than ordinary ones": (
        trained[most] - trained["ordinary"] > np.hypot(spread[most], spread["ordinary"]),
        f"at most {trained[most]:.3f} +- {spread[most]:.3f} against {trained['ordinary']:.3f} +- "
        f"{spread['ordinary']:.3f}, five seeds",
    ),
})  # fmt: skip

# %% [markdown]
# Two columns use the same bucket in the same row about $m / K$ times, here 0.25 times per pair. That is next to
# nothing, and half of these meetings have equal signs, half have opposite ones. Without
# signs, every meeting would make the two columns more alike; with so few meetings that would hardly show here either.
#
# After training, the ordinary columns are more alike than those hashed to 1/8: they have grown along the same few
# directions.
#
# ## The same layer, seen from the other side
#
# Output unit $j$ sums $z_j = \sum_i a_i W_{ij}$, where $a$ is what comes in. Put $\xi_{ij} w_{h(i,j)}$ in place of
# $W_{ij}$. Each $w_k$ now stands in several places, so collect: $z_j = \sum_k w_k \cdot (\text{what?})$. What stands in
# the brackets depends on $a$ and on the hash, not on $w$. It is called the *hashed features* of unit $j$, written
# $\phi_j(a)$, and it has $K$ entries. With it
#
# $$ z_j = \phi_j(a) \cdot w. $$
#
# Look at this formula: all units have the same weight vector $w$. They differ only in how they see the input.
#
# **Exercise `phi`.** Derive the bracket, and return it for a batch of inputs.

# %%
phi = lesson.exercise("phi")
a = test.inputs[:20].astype(np.float64)
by_connections = a @ virtual(w.astype(np.float64), h, xi)
by_features = np.stack([phi(a, h, xi, j, K) @ w.astype(np.float64) for j in range(N)], axis=1)
with tn.no_grad():
    by_tinynet = hashed_net(1 / 8).layers[0](test.inputs[:20]).numpy()  # its bias is still 0
apart = np.abs(by_features - by_connections).max() / np.abs(by_connections).max()
from_tinynet = np.abs(by_features - by_tinynet).max() / np.abs(by_tinynet).max()
print(f"{N} units, 20 digits: hashed features and hashed connections differ by at most {apart:.0e} of the largest sum")

# %% [markdown]
# The second view promises to save work. Inputs that share a bucket are added *before* they are multiplied. With $K$
# buckets a unit needs at most $K$ multiplications, however many inputs it has. Is hashing faster, too? Here a unit has
# $m = 64$ inputs, and there are $K = 2{,}048$ buckets.
#
# **Exercise `multiplications`.** Count the multiplications that are left.

# %%
lesson.predict("saved", "What share of the 16,384 multiplications do hashed features save, with K = 2,048?")

# %%
multiplications = lesson.exercise("multiplications")
saved = 1 - multiplications(h) / h.size
lesson.answer("saved", saved, "{:.1%}")
left_over = {2**p: multiplications(assign(0, 0, M, N, 2**p)[0]) / (M * N) for p in range(1, 15)}
figure, axes = plt.subplots(figsize=(7, 4))
fine = np.geomspace(2, 2**14, 200)
axes.plot(
    fine, 100 * fine / M * (1 - (1 - 1 / fine) ** M), color=GREY, label=r"formula: $\frac{K}{m} (1 - (1 - 1/K)^m)$"
)
axes.plot(list(left_over), [100 * share for share in left_over.values()], "o", color=BLUE, label="counted")
axes.axvline(M, color="black", linestyle=":", label="K = m = 64, the inputs of a unit")
axes.axvline(M * N / 64, color=ORANGE, linestyle="--", label="factors 1/64 and 1/8")
axes.axvline(M * N / 8, color=ORANGE, linestyle="--")
axes.set(title="What hashed features leave of the multiplications", xscale="log", xlabel="buckets K", ylim=0)
axes.set_ylabel("multiplications left, %")
axes.legend(loc="upper left", fontsize="small")
lesson.figure(figure, "multiplications")
enough = lambda share: (share >= 0.1, f"{share:.1%}")
lesson.verdict("C17", {
    "hashing connections and hashing features give the same sums": (
        max(apart, from_tinynet) < 1e-5, f"up to {apart:.0e}; tinynet's own, in float32, up to {from_tinynet:.0e}"
    ),
    "with 32 times as many buckets as inputs, hashed features save a tenth of the multiplications": enough(saved),
    "with 4 times as many buckets as inputs, they save a tenth": enough(1 - multiplications(h_small) / h_small.size),
    "with an eighth as many buckets as inputs, they save most of them": (
        left_over[8] < 0.5, f"{1 - left_over[8]:.0%}"
    ),
})  # fmt: skip
seconds = lambda layer: min(repeat(lambda: layer(test.inputs[:1]), number=1, repeat=20))  # for one digit
with tn.no_grad():
    slower = seconds(small.layers[0]) / seconds(written_out.layers[0])
print(f"sharing products among units saves {1 - multiplications(h.T) / h.size:.1%} at 1/8 and "
      f"{1 - multiplications(h_small.T) / h.size:.1%} at 1/64; hashed to 1/64, tinynet's layer takes {slower:.0f} "
      "times as long as its ordinary one on this processor")  # fmt: skip

# %% [markdown]
# With 64 inputs and 2,048 buckets, two inputs of a unit hardly ever meet, and what never meets cannot be added first.
# (All $m$ inputs miss a given bucket with probability $(1 - 1/K)^m$, so a unit uses $K (1 - (1 - 1/K)^m)$ buckets on
# average. This is the curve in the figure.) To save most of the work, $K$ would have to be far smaller than the number
# of a unit's inputs. The factor is $K / mn$, so in a matrix of $n$ columns it would have to be well below $1/n$.
#
# There is a saving in the other direction, too. Units that use the same $w_k$ for the same input may share the product
# $a_i w_k$. `multiplications(h.T)` counts the different products, and the last line of the output says what that saves,
# and how long tinynet's hashed layer takes. It hashes every position again in each forward pass, and then multiplies
# as always. Hashing makes files small; it did not make this layer fast.
#
# ## Does it beat the others?
#
# The honest rival is a narrower ordinary network whose file is not larger. `rivals.csv` has two data sets, eight seeds
# and five methods at three sizes; `python lessons/10_hashing/rivals.py` made it. Here both layers are hashed. The
# digits are easy, so the second set is harder: 4,000 pictures of MNIST, a larger collection of digits, at 14 x 14
# pixels. *Low-rank* is the product of two thin matrices, *sparse* keeps some connections and drops the others,
# *quantized* spends a few bits on each entry. Each has its own best learning rate, and the narrow network, whose epochs
# cost little, trains for twice as many of them. Two methods are trained again here, at 1/64 on the digits, and drawn as
# crosses.
#
# All networks but the narrow one have 256 units in the figure. At the smallest sizes this is unfair to low-rank and
# sparse: lesson 9 has shown how much they gain from fewer units. So on MNIST at 1/64 both have a second try, in as many
# bytes, with the width that did best on validation. (At 1/64 rank 1 is left on MNIST, and on the digits not even that.
# Nor does one bit for each entry fit, so quantized ends there, too.)

# %%
PAIR = "256 hashed units", "34 ordinary units"
lesson.predict("easy", "The digits at 1/8 (10,000 bytes): which network errs less?", choices=PAIR)
lesson.predict("hard", "MNIST at 1/64: the error of 5 ordinary units is how many times that of 256 hashed ones?")

# %%
rivals = load_module(lesson.folder / "rivals.py")
found = {}
for row in rivals.committed():
    found.setdefault((row["data"], row["method"], row["factor"]), []).append(row)
digits = rivals.data_of("digits")
again = []
for method in "dense", "hashed":
    for row in found["digits", method, "1/64"][:3]:
        size, _, e = rivals.trained(digits, "digits", method, 1 / 64, row["seed"], row["rate"])
        again.append((size, 100 * e))
        print(f"{method} from seed {row['seed']}: {e:.2%} here, {row['error']:.2%} in rivals.csv")


def error_of(data, method, factor):
    """Return the mean error over the seeds and its standard error, in per cent."""
    values = [100 * row["error"] for row in found[data, method, factor]]
    return np.mean(values), np.std(values, ddof=1) / len(values) ** 0.5


styles = {
    "quantized": ("quantized", ORANGE, "D"), "dense": ("narrow ordinary", GREY, "s"), "hashed": ("hashed", RED, "o"),
    "lowrank": ("low-rank", BLUE, "^"), "sparse": ("sparse", GREEN, "v"),
}  # fmt: skip
figure, panels = plt.subplots(1, 2, figsize=(12, 4.4))
figure.suptitle("Error at equal bytes (means of eight seeds, bars: twice the standard error)")
for axes, data in zip(panels, ("digits", "mnist"), strict=True):
    print(f"{data}: " + ", ".join(rivals.FACTORS))
    for method, (name, colour, marker) in styles.items():
        factors = [factor for factor in rivals.FACTORS if (data, method, factor) in found]
        middles, spreads = np.transpose([error_of(data, method, factor) for factor in factors])
        place = [np.mean([row["bytes"] for row in found[data, method, factor]]) for factor in factors]
        print(f"  {name:16}" + "  ".join(f"{e:5.1f} +- {2 * s:.1f} %" for e, s in zip(middles, spreads, strict=True)))
        axes.errorbar(place, middles, 2 * spreads, color=colour, marker=marker, capsize=3, label=name,
                      markersize=9 if method == "quantized" else 6)  # fmt: skip
    axes.set(title=data if data == "digits" else "MNIST, 14 x 14 pixels", xscale="log", yscale="log")
    axes.set(xlabel="bytes of the file, without its header")
    axes.minorticks_off()
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:.0f}")
panels[0].plot(*zip(*again, strict=True), "x", color="black", label="trained here", zorder=5)
slims = [method for _, method, _ in found if method.endswith(" units")]
for slim in slims:
    size, (_, colour, marker) = found["mnist", slim, "1/64"][0]["bytes"], styles[slim.split(",")[0]]
    panels[1].plot(size, error_of("mnist", slim, "1/64")[0], marker, color=colour, markerfacecolor="white", zorder=5)
panels[0].plot([], [], "^", color=BLUE, markerfacecolor="white", label="second try, 16 units")
panels[0].set(xticks=(2500, 5000, 10000), yticks=(2, 5, 10, 20, 50), ylabel="test error, %")
panels[1].set(xticks=(5000, 10000, 30000), yticks=(10, 20, 50))
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper")
lesson.figure(figure, "rivals")


# %%
def beats(data, factor, other):
    """Return whether hashing errs less than another method, by more than noise, and the numbers."""
    (ours, a), (theirs, b) = error_of(data, "hashed", factor), error_of(data, other, factor)
    won, noise = theirs - ours, 2 * np.hypot(a, b)
    outcome = "a tie" if abs(won) <= noise else "a win" if won > 0 else "a loss"
    return won > noise, f"{outcome}: {ours:.1f} % against {theirs:.1f} %, noise {noise:.1f}"


ours, theirs = error_of("digits", "hashed", "1/8")[0], error_of("digits", "dense", "1/8")[0]
lesson.answer("easy", PAIR[int(ours > theirs)])
lesson.answer("hard", error_of("mnist", "dense", "1/64")[0] / error_of("mnist", "hashed", "1/64")[0], "{:.1f}")
half = small.layers[0].weight.stored_bits() / (M * N)
named = {"digits": "the digits", "mnist": "MNIST"}
methods = {
    "dense": dict.fromkeys(rivals.FACTORS, "the narrow ordinary network"),
    "quantized": {"1/8": "4 bits for each entry", "1/32": "1 bit for each entry"},
    **{slim: {"1/64": f"a {slim.replace(', ', ' network of ')}".replace("wr", "w-r")} for slim in slims},
}
half_a_bit = {"1/64 is half a bit for each entry": (abs(half - 0.5) < 0.01, f"{half:.3f} bits with its seed")}
lesson.verdict("C16", half_a_bit | {
    f"at {factor} it beats {rival} on {named[data]}": beats(data, factor, method)
    for method, sizes in methods.items() for data in named for factor, rival in sizes.items()
    if (data, method, factor) in found
})  # fmt: skip

# %% [markdown]
# "It beats the other methods" depends on the method, the data and the budget. Where quantized fits, it is as good as
# hashed or better. The narrow network is ahead on the digits at two of three sizes, and behind on MNIST at all three.
# At 1/64 on MNIST, low-rank and sparse with 256 units err on more than half of the pictures. With 16 units they draw
# level with the narrow network, but stay behind the hashed one.
#
# A narrow network loses width, a hashed one keeps it and loses freedom. On MNIST the first loss hurts more, and the
# tighter the budget, the more it hurts. On the digits it is not so. MNIST has wider inputs and is harder; two data sets
# cannot tell which of these matters. Whether hashing is generic was not tested here. But nothing in your functions
# knows about images, or about this network; they fit wherever there is a matrix.
#
# ## Read on
#
# `parameterizations/hashing.py` has the hash that tinynet uses, and `parameterizations/hashed.py` the layer.
#
# **An open question.** You could hash to 8 times as many buckets and give each number only 4 bits. Why might this beat
# both of its parents? `tn.Hashed(1/8, tn.Quantized(bits=4))` lets you try.
