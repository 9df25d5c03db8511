# %% [markdown]
# # Lesson 13. XNOR
#
# A network whose weights and activations are all +1 or -1 fits into 32 times fewer bytes than one in float32. But is it
# faster? On paper it should be, and by a lot: a product of two signs needs no multiplier. On a real machine that
# depends on how the product is written, and on what you compare it with. In this lesson you write it, race it on your
# own machine, and build the circuits behind it, to count their gates. (So your verdicts on speed may differ from those
# on your neighbour's machine.)
#
# The claims:
#
# - **C10** XNOR makes it faster: 7 times, measured with a custom GPU kernel. About 600 gate operations become one per
#   multiplication.
# - **C8** (one part of it) Low bit depth is up to 100 times faster.

# %%
import sys
from collections import Counter
from functools import partial
from operator import mul
from statistics import median, quantiles
from time import perf_counter, process_time

import matplotlib.pyplot as plt
import numba
import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

import tinynet as tn
from tinynet.course import Script
from tinynet.course.manifest import load_module
from tinynet.drawing import COLOURS, MARKERS, grid, plain_numbers
from tinynet.kernels import xnor
from tinynet.kernels.xnor.layer import pixel_sums

lesson = Script(13)
rng = np.random.default_rng(0)

# %% [markdown]
# ## Agree or differ
#
# Two friends answer the same 100 yes-or-no questions. Score +1 where they agree and -1 where they differ. To know the
# total you need not look at single questions: it is enough to know on how many they differ.
#
# A dot product of signs is such a score. Say two rows hold $d$ signs each, and $h$ of them differ. Then the dot product
# follows from $d$ and $h$ alone. (How? That is your second exercise.)
#
# Now write each sign as a bit, 1 for +1 and 0 for -1, and put 64 of them into one word of the machine. The XOR of two
# words has a 1 exactly where their bits differ. Counting the ones of a word is called *popcount*, and NumPy 2 has it
# as `np.bitwise_count`. (In NumPy 1 you would look up the ones of each byte in a table of 256 entries.) So one XOR and
# one popcount do the work of 64 multiplications and 64 additions.
#
# **Exercise `pack`.** Turn numbers into bits, 64 to a word. Mind rows whose length is no multiple of 64.
#
# **Exercise `products`.** Return all dot products of the rows of two packed matrices.

# %%
pack = lesson.exercise("pack")
products = lesson.exercise("products")
D = 1024  # signs in a row; 100 and 1,000 come up, too
X, Y = (rng.choice(np.float32([-1, 1]), size=(D, D)) for _ in range(2))
for d in (64, 100, 1000):
    x, y = X[:50, :d], Y[:40, :d]
    same = np.array_equal(products(pack(x), pack(y), d), x @ y.T)
    print(f"rows of {d:4} signs, in {pack(x).shape[1]:2} words: the dot products are {'the same' if same else 'WRONG'}")
a, b = pack(X), pack(Y)
print(f"{D} x {D} signs: {X.nbytes:,} bytes as float32, {a.nbytes:,} packed")

# %% [markdown]
# ## Bits that stand for nothing
#
# 100 signs take two words, and 28 bits of the second word stand for nothing. They are 0 in both rows. Why did they do
# no harm? Because XOR finds no difference there.
#
# The method is named after XNOR, though: XOR turned round, with a 1 where two bits *agree*. It looks like the
# same thing, and in hardware it is. Count the agreements, and a product of $d$ signs becomes $2 \cdot$ agreements
# $- d$. Here is that version. It is right for $d = 64$, so nobody noticed.

# %%


def by_xnor(a, b, d):
    """Return dot products by counting agreements: wrong, but not always."""
    agree = np.bitwise_count(~(a[:, None] ^ b)).sum(axis=-1, dtype=np.int64)
    return 2 * agree - d


for d in (64, 100):
    x, y = X[:2, :d], Y[:2, :d]
    print(f"d = {d}: by XNOR {by_xnor(pack(x), pack(y), d).tolist()}, true {(x @ y.T).astype(int).tolist()}")

# %% [markdown]
# **Exercise `too_high`.** By how much is it wrong, for any $d$? Find the formula.

# %%
too_high = lesson.exercise("too_high")
for d in (100, 128, 784, 1000):
    x, y = X[:50, :d], Y[:50, :d]
    right = np.array_equal(by_xnor(pack(x), pack(y), d) - too_high(d), x @ y.T)
    print(f"d = {d}: too high by {too_high(d)}; with that taken off {'right' if right else 'WRONG'}")

# %% [markdown]
# ## How to race
#
# Speed is easy to measure and easy to get wrong. Four rules help.
#
# - **Warm up.** The first call may compile code, read files, or fill caches. Call once before you time.
# - **Take turns.** Your machine does other things, too, and slows down when it is hot. Alternate, so it hits all sides.
# - **Choose the clock.** For one thread, count the processor's seconds, which leave out other programs. For several
#   threads, only the clock on the wall is fair.
# - **Quote a ratio, and its median.** A single outlier must not decide.
#
# A compiled loop over floats shows what a warm-up is.

# %%


CPU_CLOCK = perf_counter if sys.platform == "win32" else process_time  # there, it ticks 64 times a second only


def race(sides, rounds=5, turn=0.03, clock=CPU_CLOCK):
    """Return the seconds of a call of each side in each round. Sides take turns; each turn is `turn` seconds or so."""
    repeats, times = {}, {name: [] for name in sides}
    for name, call in sides.items():
        call()  # the warm-up
        start = clock()
        call()
        repeats[name] = max(1, round(turn / max(clock() - start, 1e-6)))
    for _ in range(rounds):
        for name, call in sides.items():
            start = clock()
            for _ in range(repeats[name]):
                call()
            times[name].append((clock() - start) / repeats[name])
    return times


def ratios(times, side, than):
    """Return the quartiles of how many times as fast a side is, round by round."""
    return quantiles([slow / fast for fast, slow in zip(times[side], times[than], strict=True)], n=4)


def as_text(quartiles, than=""):
    low, middle, high = (f"{value:,.0f}" if value >= 100 else f"{value:.3g}" for value in quartiles)
    return f"{middle} times{than} (quartiles {low} and {high})"


def three_loops(x, y):
    """Return x y^T by three loops, as one would write them first."""
    out = np.empty((x.shape[0], y.shape[0]), np.float32)
    for i in range(x.shape[0]):
        for j in range(y.shape[0]):
            total = np.float32(0)
            for k in range(x.shape[1]):
                total += x[i, k] * y[j, k]
            out[i, j] = total
    return out


plain_loop, free_loop = numba.njit(three_loops), numba.njit(fastmath=True)(three_loops)
few = X[:128], Y[:128]
for call in ("first", "second"):
    start = perf_counter()
    plain_loop(*few)
    print(f"compiled loop, {call} call: {1e3 * (perf_counter() - start):.0f} ms")

# %% [markdown]
# ## The ladder, lower half
#
# Here are the lower rungs of a ladder: matrix products of signs, in seven ways. Each takes as many rows of 1,024 signs
# as it can bear, and we count products of one sign by another. Five multiply numbers: a Python loop, NumPy with
# integers, BLAS (which NumPy calls for `X @ Y.T` in float32), and the compiled loop twice: as it stands, and with
# `fastmath`, which lets the compiler add in any order, several numbers at a time. Two use bits: your `products`, and
# plain Python. Its integers can be as long as you like. So a whole row is one integer, and `(p ^ q).bit_count()`
# compares two rows.

# %%
lesson.predict("long", "Plain Python: how many times as fast as a loop over pairs of numbers are long integers?")
lesson.predict("numpy", "How many times as fast as BLAS is NumPy with XOR and bitwise_count? (below 1: slower)")

# %%
lists = [[[int(sign) for sign in row] for row in side[:16]] for side in (X, Y)]
longs = [[int.from_bytes(row.astype("<u8").tobytes(), "little") for row in side[:64]] for side in (a, b)]
whole = [side[:128].astype(np.int64) for side in (X, Y)]
NUMBERS = {  # name: (call, rows on each side)
    "Python, a loop": (lambda: [[sum(map(mul, r, s)) for s in lists[1]] for r in lists[0]], 16),
    "NumPy, int64": (lambda: whole[0] @ whole[1].T, 128),
    "compiled loop, float32": (lambda: plain_loop(*few), 128),
    "compiled loop, fastmath": (lambda: free_loop(*few), 128),
    "BLAS, float32": (lambda: X @ Y.T, D),
}
BITS = {
    "Python, long integers": (lambda: [[D - 2 * (p ^ q).bit_count() for q in longs[1]] for p in longs[0]], 64),
    "NumPy, packed": (lambda: products(a[:256], b[:256], D), 256),
}


def climb(rungs):
    """Race some rungs, each on matrices of its own size; return the seconds for each product, round by round."""
    times = race({name: call for name, (call, _) in rungs.items()})
    return {name: [t / (rungs[name][1] ** 2 * D) for t in found] for name, found in times.items()}


def finish(figure, axes, name, **how):
    axes.legend(**how)
    grid(axes, which="major")
    lesson.figure(figure, name)


def billions(seconds):
    """Return how many products a second this is, as text."""
    rate = 1e-9 / median(seconds)
    return f"{rate:,.0f} billion" if rate >= 10 else f"{rate:.2g} billion"


lower = climb(NUMBERS | BITS)
for name, found in sorted(lower.items(), key=lambda item: -median(item[1])):
    print(f"{name:28} {billions(found):>14} products a second")
lesson.answer("long", ratios(lower, "Python, long integers", "Python, a loop")[1], "{:.0f} times as fast as pairs")
lesson.answer("numpy", ratios(lower, "NumPy, packed", "BLAS, float32")[1], "{:.2f} times as fast as BLAS")

# %% [markdown]
# Plain Python with long integers can even leave the plain compiled loop behind. But NumPy is a disappointment. It
# does one thing to a whole array, writes the result to memory, and reads it back for the next thing. The XOR is
# written, read, counted, written, read, added. Counting bits is so cheap that moving them takes most of the time.
#
# ## Load less
#
# A compiled loop keeps its sums in *registers*, the handful of places in which a processor can compute. Then only the
# words themselves must be loaded: two for each popcount. Can we do with less?
#
# Think of a multiplication table with 2 rows and 4 columns. To fill its 8 cells you need 6 numbers, not 16. A *tile*
# does that with dot products: 2 rows of $a$ and 4 rows of $b$ make 8 of them, and each word that is loaded serves its
# whole row or column of the tile. The eight sums stay in registers while the words pass by.
#
# **Exercise `in_tiles`.** Write this loop. The grader counts what you load.
#
# A larger tile loads fewer words for each product, but its sums need more registers. These are few: 16 ordinary ones in
# an x86 processor, and 32 wide ones, of 512 bits, if it has the instructions called AVX-512.
#
# **Exercise `best_tile`.** Which tile is best for a given number of registers? (tinynet's 2 x 4 is smaller than yours
# for 16: loop counters and addresses need registers, too.)

# %%
in_tiles = lesson.exercise("in_tiles")
best_tile = lesson.exercise("best_tile")
loads = Counter()


def load(side, i, w):
    """Return word w of row i, and count."""
    loads["words"] += 1
    return int(side[i, w])


dots = in_tiles(partial(load, a), partial(load, b), 8, 8, D)
same = np.array_equal(dots, X[:8] @ Y[:8].T)
print(f"8 x 8 dot products of {D} signs by tiles of 2 x 4: {'right' if same else 'WRONG'}; "
      f"{loads['words']} words loaded, {2 * 8 * 8 * D // 64} without tiles")  # fmt: skip
for registers in (8, 16, 32, 64):
    r, c = best_tile(registers)
    print(f"{registers:2} registers: a tile of {r} x {c} loads {1 / r + 1 / c:.2f} words for each popcount, not 2")

# %% [markdown]
# ## The ladder, upper half
#
# tinynet's source has three compiled rungs in `kernels/xnor/`. `words.py` is one product after the other. `tile.py` is
# your tile of 2 x 4. The best rung uses the widest registers that your processor has. One of 512 bits takes 512 signs,
# or 16 numbers: so the sums of a tile of 8 x 32, which are 256 numbers, fit into 16 registers.
#
# What should we expect? 32 times as many signs as floats fit into a register. But a product of floats and its addition
# are one instruction, and ours are three: XOR, popcount, add. That makes a ratio of 32 / 3, about 11, if both sides use
# registers of the same width and start as many instructions in a second. Neither need be so on your machine. (All rungs
# compile at first use, which can take ten seconds. They are kept on disk, so the next run begins at once.)

# %%
lesson.predict("best", "How many times as fast as BLAS in float32 is the best rung, both on one thread?")

# %%
BEST, AS_BLAS = "compiled, the best rung", " as fast as BLAS"
COMPILED = {
    "compiled, words": (lambda: xnor.xnor_matmul_words(a, b, D, threads=1), D),
    "compiled, tiles of 2 x 4": (lambda: xnor.xnor_matmul_tile(a, b, D, threads=1), D),
    BEST: (lambda: tn.xnor_matmul(a, b, D, threads=1), D),
}
right = all(np.array_equal(call(), X @ Y.T) for call, _ in COMPILED.values())
print(f"All three give {'the same integers as BLAS' if right else 'WRONG integers'}.")
upper = climb({name: NUMBERS[name] for name in list(NUMBERS)[2:]} | COMPILED)
times = {name: ratios(upper, name, "BLAS, float32") for name in COMPILED}
for name, found in times.items():
    print(f"{name:28} {billions(upper[name]):>14} products a second, {as_text(found, AS_BLAS)}")
lesson.answer("best", times[BEST][1], "{:.1f} times as fast as BLAS")
loop, free = (ratios(upper, BEST, f"compiled loop, {kind}") for kind in ("float32", "fastmath"))
for found, rival in (loop, "plain compiled loop"), (free, "loop with fastmath"):
    print(f"the best rung is {as_text(found, f' as fast as the {rival}')}")
kernels = "/".join({info.get("architecture", "?") for info in threadpool_info() if info["user_api"] == "blas"})
wide, bits = xnor.best_rung() == "panel", 256 if kernels in ("Haswell", "Zen") else 512
narrow = f"; but BLAS used {bits} of 512 bits" * (wide and bits < 512)
if narrow:
    print(f"{kernels}: BLAS uses registers of {bits} bits, though yours have 512, and is slower than it could be.")
if wide:
    ours, theirs = 3e-9 / 512 / median(upper[BEST]), 32e-9 / bits / median(upper["BLAS, float32"])
    print(f"Best rung: {ours:.1f} billion instructions a second, three for 512 products. BLAS: {theirs:.1f} billion, "
          f"one for {bits // 32}.\nSo the ratio is {512 / 3 / (bits / 32):.1f} times {ours / theirs:.2f}.")  # fmt: skip

ladder = {name: 1 / median(found) for name, found in (lower | upper).items()}
figure, axes = plt.subplots(figsize=(8, 4))
for place, name in enumerate(sorted(ladder, key=ladder.get)):
    kind = name in NUMBERS
    axes.plot(ladder[name], place, marker="s" if kind else "o", color=COLOURS[4 if kind else 5], markersize=9)
    axes.annotate(billions(upper.get(name, lower.get(name))), (ladder[name], place), (9, -4),
                  textcoords="offset points", fontsize=9)  # fmt: skip
for label, marker, colour in ("multiplies numbers", "s", 4), ("compares bits", "o", 5):
    axes.plot([], [], marker, color=COLOURS[colour], label=label)
axes.set(title=f"One thread: compiled bits make {times[BEST][1]:.0f} times the products of BLAS", xscale="log",
         xlabel="products of two signs a second")  # fmt: skip
axes.set_yticks(range(len(ladder)), sorted(ladder, key=ladder.get))
axes.margins(x=0.2)
finish(figure, axes, "ladder", loc="lower right")

# %% [markdown]
# So "7 times faster" and "100 times faster" mean nothing until one says: than what? Your best rung has three ratios,
# two against a loop and one against BLAS, and they lie far apart. The 7 of the claim is of the first kind: in the paper
# that it comes from (Courbariaux and others 2016) it compares a whole network with the same network on an *unoptimised*
# kernel. For a single large product its authors give both ratios: 23 times as fast as a plain kernel on their GPU, and
# 3.4 times as fast as cuBLAS, the BLAS of GPUs.
#
# It also depends on the machine, and on how good the rival is there. BLAS has several innermost loops, called kernels,
# to choose from, and it may choose one for narrower registers than there are. The print above says so if this is your
# case. Then run the lesson once more with the environment variable `OPENBLAS_CORETYPE` set to `SkylakeX`: BLAS now uses
# the wide registers. Which of your verdicts remain?
#
# `machines.csv` holds what `python -m benchmarks.xnor` (from a checkout) measured on three other machines. Two of them
# count bits in wide registers (AVX-512). The one with AVX2 alone cannot, and looks up the number of ones in small
# tables. On the first one BLAS chose narrow registers, too: there the best rung was 36 times as fast as BLAS, and 17
# times once BLAS used the wide ones.

# %%
machines = load_module(lesson.folder / "machines.py")
series = machines.series() | {f"yours (size {D})": [middle for _, middle, _ in times.values()]}
figure, axes = plt.subplots(figsize=(8, 3.6))
for i, (name, values) in enumerate(series.items()):
    axes.plot(["words", "tiles of 2 x 4", "the best rung"], values, marker=MARKERS[i], color=COLOURS[(2, 3, 6, 0)[i]],
              linewidth=(1, 1, 1, 2)[i], label=name)  # fmt: skip
axes.plot("the best rung", 17, "o", fillstyle="none", color=COLOURS[2], label="the first, BLAS on wide registers")
axes.set(title="How much bits gain over BLAS depends on the machine", ylabel="times as fast as BLAS", yscale="log",
         ylim=(2, 60))  # fmt: skip
plain_numbers(axes.yaxis)
finish(figure, axes, "machines", fontsize="small")

# %% [markdown]
# Threads are the last rung. If bits get all cores, so does BLAS. (Neither is faster? Perhaps others use your cores.)

# %%
cores = numba.config.NUMBA_NUM_THREADS
big = rng.choice(np.float32([-1, 1]), size=(2, 2048, 2048))
big_bits = [tn.pack_signs(side) for side in big]


def blas(threads):
    with threadpool_limits(threads, "blas"):
        return big[0] @ big[1].T


sides = {f"BLAS, {n}": partial(blas, n) for n in (1, cores)}
sides |= {f"bits, {n}": partial(tn.xnor_matmul, *big_bits, 2048, threads=n) for n in (1, cores)}
threaded = race(sides, clock=perf_counter)
for kind in ("BLAS", "bits"):
    middle = ratios(threaded, f"{kind}, {cores}", f"{kind}, 1")[1]
    print(f"{kind}: {cores} threads are {middle:.2f} times as fast as one, products of 2048 x 2048 x 2048")
together = ratios(threaded, f"bits, {cores}", f"BLAS, {cores}")
print(f"bits against BLAS, {cores} threads each: {as_text(together, ' as fast')}")

# %% [markdown]
# ## Where bits gain less
#
# Each call of tinynet's product checks its operands, in Python. Activations have to be packed in each layer; weights
# only once, before all calls. So take products of $n \times n$ matrices, from small to large.

# %%
lesson.predict("size", "n x n matrices, activations packed in each call: from which n on are bits faster than BLAS?")

# %%
SIZES = (8, 16, 32, 64, 96, 128, 192, 256, 512)
FLOAT, PACKED, BARE = "float32, BLAS", "bits, activations packed in each call", "bits, packed before"


def layer(batch, d, n):
    """Return three ways through a layer of n units, for a batch of d activations each."""
    x, W = rng.normal(size=(batch, d)).astype(np.float32), rng.normal(size=(d, n)).astype(np.float32)
    weights, bits = tn.pack_signs(W.T), tn.pack_signs(x)
    panels = xnor.pack_panels(weights)  # the weights once more, in the order in which wide registers load them
    product = lambda bits: tn.xnor_matmul(bits, weights, d, threads=1, panels=panels)
    return {FLOAT: lambda: x @ W, PACKED: lambda: product(tn.pack_signs(x)), BARE: lambda: product(bits)}


by_size = {n: race(layer(n, n, n), turn=0.005) for n in SIZES}
slower = max((n for n in SIZES if ratios(by_size[n], PACKED, FLOAT)[1] <= 1), default=0)
lesson.answer("size", min((n for n in SIZES if n > slower), default=2 * SIZES[-1]), "n = {:.0f}")
figure, axes = plt.subplots(figsize=(7, 4))
for name, colour, marker in (FLOAT, 4, "s"), (PACKED, 5, "o"), (BARE, 2, "^"):
    axes.plot(SIZES, [1e6 * median(by_size[n][name]) for n in SIZES], color=COLOURS[colour], marker=marker, label=name)
axes.set(title="With small matrices, the call itself is the price", xlabel="n, for matrices of n x n",
         ylabel="microseconds", xscale="log", yscale="log")  # fmt: skip
axes.set_xticks(SIZES, SIZES)
axes.minorticks_off()
finish(figure, axes, "sizes")

# %% [markdown]
# On the left you see the price of a call, not of the bits. (Lesson 14 runs a whole network in one call.) A real network
# has two places where bits gain less, too. The last layer has only ten units to share the cost of packing its input.
# And the first layer sees pixels, not signs. A pixel of 8 bits is eight planes of bits, $p = \sum_k 2^k p_k$. Read 0 as
# -1, and the planes add up to $\sum_k 2^k (2 p_k - 1) = 2p - 255$: the pixel, doubled and centred. So eight products of
# signs make the first layer. (Where the processor multiplies bytes, tinynet uses that instead.) Take the network
# 784-1024-1024-10, with 256 pictures at a time.

# %%
lesson.predict("first", "The first layer by eight products of signs: how many times as fast as BLAS in float32?")

# %%
pixels = rng.integers(0, 256, size=(256, 784), dtype=np.uint8)
planes = tn.pack_signs(((pixels >> np.arange(8, dtype=np.uint8)[:, None, None]) & 1 == 1).reshape(8 * 256, 784))
first = rng.choice(np.float32([-1, 1]), size=(784, 1024))
first_bits = tn.pack_signs(first.T)
first_panels = xnor.pack_panels(first_bits)
centred = 2 * pixels.astype(np.float32) - 255


def by_planes():
    """Return the first layer's sums, of 2 p - 255 for each pixel p: plane k counts 2^k."""
    dots = tn.xnor_matmul(planes, first_bits, 784, threads=1, panels=first_panels).reshape(8, 256, 1024)
    return sum(dots[k] << k for k in range(8))


print(f"eight planes give {'the same integers' if (by_planes() == centred @ first).all() else 'WRONG integers'}")
from_pixels = {FLOAT: lambda: centred @ first, "planes": by_planes, PACKED: lambda: pixel_sums(pixels, first_bits)}
layers = {"first": race(from_pixels), "hidden": race(layer(256, 1024, 1024)), "last": race(layer(256, 1024, 10))}
planes_alone = ratios(layers["first"], "planes", FLOAT)
for name, found in layers.items():
    print(f"{name} layer, by tinynet: {as_text(ratios(found, PACKED, FLOAT), AS_BLAS)}")
sums = {side: np.sum([found[side] for found in layers.values()], axis=0) for side in (FLOAT, PACKED)}
network = ratios(sums, PACKED, FLOAT)
print(f"all three together: {as_text(network, AS_BLAS)}")
lesson.answer("first", planes_alone[1], "{:.1f} times as fast as BLAS")

# %% [markdown]
# ## Counting gates
#
# A chip is made of gates, small circuits with two inputs and one output: AND, OR, XOR, and XNOR. The product of two
# signs is the XNOR of their bits. So the product takes one gate. What does it take to multiply numbers?
#
# Multiply in binary as in school. Each bit of one number meets each bit of the other, in an AND gate, and the results
# are added up in columns. What adds is a *full adder*: three bits of the same weight go in, and out come their sum in
# binary, a bit and a carry. It takes 5 gates: two XOR, two AND, one OR. A *half adder* does so with two bits and takes
# 2: XOR and AND.
#
# **Exercise `add_up`.** Add many bits with as few gates as you can.
#
# **Exercise `partial_products`.** Set up the columns of a multiplication.
#
# A dot product also adds up, and so does a popcount. Put the columns of all $d$ products on top of each other, and
# `add_up` does it all at once. With signs there is a single column, of $d$ XNOR gates, and `add_up` is the popcount.

# %%
lesson.predict("gates", "Numbers of 8 bits, not signs: how many times as many gates for a product, with additions?")

# %%
add_up = lesson.exercise("add_up")
partial_products = lesson.exercise("partial_products")
gates = Counter()


def counted(cost, act):
    """Return a gate, or an adder made of several, that counts its gates."""

    def gate(*bits):
        gates["all"] += cost
        return act(*bits)

    return gate


AND, XNOR = counted(1, lambda p, q: p & q), counted(1, lambda p, q: 1 - (p ^ q))
full = counted(5, lambda x, y, z: (x ^ y ^ z, x & y | z & (x ^ y)))
half = counted(2, lambda x, y: (x ^ y, x & y))


def gates_of(bits, d, multiply=AND):
    """Build the dot product of d pairs of numbers, and return how many gates it takes for each pair."""
    gates.clear()
    pairs = rng.integers(0, 2, size=(d, 2, bits)).tolist()
    columns = [[] for _ in range(2 * bits)]
    for x, y in pairs:
        for column, found in zip(columns, partial_products(x, y, multiply), strict=False):
            column += found
    add_up(columns, full, half)
    return gates["all"] / d


TERMS = 64
WIDTHS = {2: "", 4: "", 8: "bytes", 11: "float16", 16: "", 24: "float32"}
alone = {bits: gates_of(bits, 1) for bits in WIDTHS}
summed = {bits: gates_of(bits, TERMS) for bits in WIDTHS}
sign_alone, sign_summed = gates_of(1, 1, XNOR), gates_of(1, TERMS, XNOR)
print(f"signs:   1 gate to multiply, {sign_summed:.2f} for each product in a sum of {TERMS}")
for bits, name in WIDTHS.items():
    print(f"{bits:2} bits: {alone[bits]:5.0f} gates to multiply, {summed[bits]:6.0f} for each product in a sum, "
          f"{summed[bits] / sign_summed:5.0f} times a sign's   {name}")  # fmt: skip
lesson.answer("gates", summed[8] / sign_summed, "{:.0f} times as many gates as a sign")

# %% [markdown]
# Look at the column *times a sign's*. With numbers of $k$ bits there are $k^2$ AND gates, and $k^2$ bits to add, with
# nearly one full adder each: about $6 k^2$ gates. A sign is the case $k = 1$. So the ratio is about $k^2$.
#
# A number in float32 is a significand of 24 bits, an exponent and a sign. To multiply two of them, multiply the
# significands and add the exponents. So the multiplication alone takes thousands of gates, not 600. (About 600 is what
# float16 takes, with 11 bits.) For a sign, though, adding is most of the work: the one gate becomes nearly six. So the
# *ratio* for float32 is about $24^2 = 576$, and by our count 612: here are the 600 of the claim. We left out the
# exponents, and the shifts that floats need before they are added. With these, the ratio would be higher.
#
# Why is the best rung not 600 times as fast as BLAS, then? We have not measured that. A likely reason is that its float
# units take up their area on the chip whether you use them or not. A chip without multipliers could fill it with signs.
# In the verdicts, a ratio counts as reached if its lower quartile reaches it.

# %%
gate_ratio = {bits: summed[bits] / sign_summed for bits in (11, 24)}
reaches = lambda found, n, but="": (found[0] >= n, as_text(found) + but)
lesson.verdict(
    "C10",
    {
        "the best rung is at least 7 times as fast as a plain compiled loop over floats": reaches(loop, 7),
        "it is at least 7 times as fast as BLAS, one thread each": reaches(times[BEST], 7, narrow),
        f"it is at least 7 times as fast as BLAS, {cores} threads each": reaches(together, 7, narrow),
        "through the products of a whole network it is at least 7 times as fast as BLAS": reaches(network, 7, narrow),
        "bits are faster than BLAS in NumPy alone": reaches(ratios(lower, "NumPy, packed", "BLAS, float32"), 1),
        "a product of signs takes one gate": (sign_alone == 1, "XNOR"),
        "with its additions, too, it takes one gate": (sign_summed == 1, f"{sign_summed:.2f}"),
        "a product in float32 takes 600 gates or more": (alone[24] >= 600, f"{alone[24]:,.0f} for its significand"),
        "with all additions, it is still about 600 to 1": (500 < gate_ratio[24] < 700, f"{gate_ratio[24]:.0f} to 1"),
    },
)
lesson.verdict(
    "C8",
    {
        "the best rung is at least 100 times as fast as a plain compiled loop over floats": reaches(loop, 100),
        "it is at least 100 times as fast as this loop with fastmath": reaches(free, 100),
        "it is at least 100 times as fast as BLAS, one thread each": reaches(times[BEST], 100, narrow),
        "with additions, float16 takes 100 times the gates": (gate_ratio[11] >= 100, f"{gate_ratio[11]:.0f} times"),
    },
)  # fmt: skip

# %% [markdown]
# ## Read on
#
# In tinynet's source, `kernels/xnor/tile.py` is your tile, compiled. `kernels/xnor/panels.py` is the best rung. Where
# no single instruction counts bits, it saves half of the popcounts: your full adder works on whole registers there.
#
# **An open question.** Ternary weights, -1, 0 and +1, take two bits each. How many XOR, AND and popcounts does a
# product of ternary weights and binary activations take, and how many gates?
