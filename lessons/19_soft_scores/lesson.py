# %% [markdown]
# # Lesson 19. Soft scores
#
# Show a good network a sloppy 4, and it says: probably a 4, perhaps a 9, surely not a 0. The label says only: 4. Does a
# small network learn more from the doubt than from the label? If so, a large network that is too big to ship can still
# leave its knowledge to a small one.
#
# The slides name it as the next step: train on *soft scores*. Two claims of the course meet here:
#
# - **C4** The last layer turns features into class scores; the largest wins. Is there a probabilistic reading? If the
#   scores hold more than the winner, a student can learn the rest.
# - **C22** Small networks disguise themselves as large ones.
#
# You write the soft loss and its gradient, let small networks learn from 100 labels with and without a teacher, and
# then play the sceptic: is it really the doubts that help, and where do they not?

# %%
import matplotlib.pyplot as plt
import numpy as np

import tinynet as tn
from tinynet.course import Script
from tinynet.course.manifest import load_module
from tinynet.drawing import COLOURS
from tinynet.training.distillation import scores_of

lesson = Script(19)
train, valid, test = tn.datasets.load("digits")
SEEDS = range(8)
RED, BLUE, GREY = COLOURS[4], COLOURS[5], "0.5"


def trained(net, inputs, labels, seed, epochs=200, lr=0.02, **more):
    """Train a network in mini-batches of 20, and return it."""
    tn.fit(
        net, (inputs, labels), epochs=epochs, batch_size=20, lr=lr, schedule=tn.optim.cosine, seed=seed,
        progress=False, **more,
    )  # fmt: skip
    return net


# %% [markdown]
# ## A teacher
#
# Each of eight teachers, 64-256-10, learns from all 800 training pictures. Softmax turns its scores into probabilities.
# But a trained network is very sure of the pictures it has learned from: the largest probability is close to 1, and all
# the other classes together share a few per cent.
#
# Picture a photograph that is all black and white. Turn the contrast down, and the greys appear. The *temperature* $T$
# of lesson 3 does this to scores $v$:
#
# $$ p = \mathrm{softmax}(v / T), \qquad p_c = \frac{e^{v_c / T}}{\sum_k e^{v_k / T}}. $$
#
# **Exercise `soften`.** Return these probabilities for a batch of scores.

# %%
soften = lesson.exercise("soften")
orders = [np.random.default_rng(seed).permutation(len(train.inputs)) for seed in SEEDS]
teachers = [
    trained(tn.MLP([64, 256, 10], seed=100 + seed), train.inputs[order], train.labels[order], seed, epochs=20)
    for seed, order in zip(SEEDS, orders, strict=True)
]
known = [scores_of(teacher, train.inputs) for teacher in teachers]
print(f"the teachers err on {np.mean([tn.evaluate(teacher, test) for teacher in teachers]):.1%} of the test pictures")
for T in 1, 4, 16:
    sure = np.mean([soften(v, T).max(axis=1).mean() for v in known])
    print(f"T = {T:2}: the largest probability of a training picture is {sure:.3f} on average")

fours = np.flatnonzero(train.labels == 4)
fours = fours[known[0][fours].argmax(axis=1) == 4]
doubted = [fours[soften(known[0][fours], 4)[:, other].argmax()] for other in (9, 1, 6)]
figure, grid = plt.subplots(2, 3, figsize=(8.5, 4.6), height_ratios=(1, 1.3))
for k, i in enumerate(doubted):
    grid[0, k].imshow(train.inputs[i].reshape(8, 8), cmap="gray_r")
    grid[0, k].axis("off")
    for T, colour, shift in (1, GREY, -0.2), (4, BLUE, 0.2):
        grid[1, k].bar(np.arange(10) + shift, soften(known[0][[i]], T)[0], width=0.4, color=colour, label=f"T = {T}")
    grid[1, k].set(xticks=range(10), ylim=(0, 1), xlabel="class")
grid[1, 0].set_ylabel("teacher's probability")
grid[1, 2].legend()
figure.suptitle("Three pictures with the label 4: the doubts tell them apart")
lesson.figure(figure, "doubts")

# %% [markdown]
# All three are 4s. But the teacher sees something of a 9 in the first, of a 1 in the second, and of a 6 in the third.
#
# ## A loss for doubts
#
# The student has scores $s$ and says $q = \mathrm{softmax}(s / T)$. It should come close to the teacher's $p$. For one
# example,
#
# $$ L = -T^2 \sum_c p_c \log q_c. $$
#
# Both are softened by the same $T$. If only the teacher were softened, the student would have to learn scores $T$ times
# too small; if only the student were, $T$ times too large. Why the factor $T^2$? You will see in a minute.
#
# **Exercise `soft_loss`.** Return the mean of $L$ over the examples.
#
# **Exercise `soft_gradient`.** Derive its gradient with respect to the student's scores. You know the gradient of the
# ordinary cross-entropy from lesson 3.

# %%
soft_loss = lesson.exercise("soft_loss")
soft_gradient = lesson.exercise("soft_gradient")
rng = np.random.default_rng(0)
s, v = rng.normal(size=(6, 10)), 3 * rng.normal(size=(6, 10))
S = tn.Tensor(s, requires_grad=True)
theirs = tn.functional.soft_targets(S, v, 4.0)
theirs.backward()
print(f"your loss {soft_loss(s, v, 4.0):.6f}, tinynet's {theirs.item():.6f}; the gradients differ by at most "
      f"{np.abs(soft_gradient(s, v, 4.0) - S.grad).max():.0e}")  # fmt: skip

# %% [markdown]
# ## What a high temperature asks for
#
# At $T = 1$ the student matches probabilities. What does it match when $T$ is very large, and every probability is
# close to $1/C$? You need only $e^z \approx 1 + z$ for small $z$.

# %%
lesson.predict(
    "limit", "As T grows, what becomes of the gradient's length? (the loss has its factor T^2)",
    choices=("it goes to 0", "it goes to a limit", "it grows like T"),
)  # fmt: skip

# %% [markdown]
# **Exercise `high_temperature`.** Derive the limit of the gradient.

# %%
high_temperature = lesson.exercise("high_temperature")
limit = high_temperature(s, v)
for T in 1, 4, 16, 64:
    g = soft_gradient(s, v, float(T))
    print(f"T = {T:2}: length {np.linalg.norm(g):.3f}, distance from the limit {np.linalg.norm(g - limit):.3f}")
print(f"the limit's length: {np.linalg.norm(limit):.3f}")
lesson.answer("limit", "it goes to a limit")

# %% [markdown]
# So $T^2$ is there to keep the gradient's size while $T$ changes. And the limit has a plain meaning: the student is
# asked for the teacher's *scores*, up to a constant that is the same for all classes of an example. At $T = 1$ a wrong
# class with probability 0.0001 counts for nothing. At high temperature, its score counts as much as the winner's.
#
# ## A hundred labels
#
# Now the experiment. A student, 64-256-10 with both layers hashed to a sixteenth (6 KB), learns from only 100 pictures,
# which are 100 of the 800 that the teacher has seen. It has either the labels of these 100, or the teacher's scores for
# them. It never sees the other 700. Both learn at a rate of 0.02, which suits the labels best: of five rates from 0.002
# to 0.05, it leads to the fewest errors on the validation pictures.

# %%
lesson.predict("taught", "With 100 labels the student errs on about 14 % of the test pictures. And with the teacher's "
               "scores for the same 100 pictures, at T = 16?")  # fmt: skip

# %% [markdown]
# All methods use the same eight draws of 100 pictures. Some draws are worse than others, for every method. A fair
# comparison does not count that as noise.
#
# **Exercise `paired`.** Return by how much one method's error exceeds another's, and how uncertain that is.

# %%
paired = lesson.exercise("paired")


def errors(targets=None, T=1.0, examples=100, weight=None, epochs=200, lr=0.02):
    """Return the test errors of eight students that learn from such targets: a function of (scores, labels, seed)."""
    found = []
    for seed, order, scores in zip(SEEDS, orders, known, strict=True):
        some = order[:examples]
        net = tn.MLP([64, 256, 10], weight or tn.Hashed(1 / 16), seed=seed)
        teacher = None if targets is None else targets(scores[some], train.labels[some], seed).astype(np.float32)
        trained(net, train.inputs[some], train.labels[some], seed, epochs, lr, teacher=teacher, temperature=T, mix=1.0)
        found.append(tn.evaluate(net, test))
    return np.array(found)


def compared(a, b):
    """Return whether a exceeds b by more than twice the standard error, and the numbers."""
    gain, noise = paired(a, b)
    return gain > 2 * noise, f"{a.mean():.1%} against {b.mean():.1%}, difference {gain:.1%} +- {2 * noise:.1%}"


own = lambda scores, labels, seed: scores
hard = errors()
print(f"labels: {hard.mean():.1%}")
soft = {T: errors(own, T) for T in (1, 2, 4, 16)}
for T, found in soft.items():
    print(f"soft scores at T = {T:2}: {compared(hard, found)[1]}")
lesson.answer("taught", soft[16].mean(), "{:.1%}")

figure, axes = plt.subplots(figsize=(7, 4))
axes.axhline(100 * hard.mean(), color=GREY, linestyle=":", label="labels")
axes.errorbar(
    list(soft), [100 * found.mean() for found in soft.values()],
    [200 * found.std(ddof=1) / len(found) ** 0.5 for found in soft.values()],
    color=BLUE, marker="o", capsize=3, label="soft scores",
)  # fmt: skip
axes.set(title="100 pictures: warm scores help most (bars: twice the standard error)", xscale="log",
         xlabel="temperature T", ylabel="test error, %", ylim=(0, None))  # fmt: skip
axes.set_xticks(list(soft), list(soft))
axes.minorticks_off()
axes.legend()
lesson.figure(figure, "temperature")

# %% [markdown]
# ## Is it the doubts?
#
# A sceptic objects. Perhaps any softening helps: a target of 0.9 instead of 1 keeps scores from racing to infinity,
# whatever it gives to the wrong classes. (This is called *label smoothing*.) Or perhaps it helps to know that 4s are
# like 9s, and nothing about this 4 or that one. To answer, take parts of the teacher's message away.
#
# **Exercise `spread_evenly`.** The teacher's doubt in each picture, but not its direction.
#
# **Exercise `by_class`.** The direction of the doubt, but the same for all pictures of a class.
#
# As a check, one message has everything, but about the wrong picture: the scores change places among the pictures of a
# class. (All at $T = 4$, where most of the gain is there already.)

# %%
lesson.predict(
    "doubts", "Which part of the teacher's message brings most of the gain?",
    choices=("softening alone", "which classes are alike", "where each picture lies"),
)  # fmt: skip

# %%
spread_evenly = lesson.exercise("spread_evenly")
by_class = lesson.exercise("by_class")
WARM = 4


def only(part):
    """Return targets that keep a part of the teacher's message; scores whose softmax at T is that part."""
    return lambda scores, labels, seed: WARM * np.log(np.maximum(part(soften(scores, WARM), labels), 1e-12))


def shuffled(scores, labels, seed):
    """Exchange the teacher's scores among the pictures of each class."""
    rng, out = np.random.default_rng(seed), scores.copy()
    for c in range(10):
        mine = np.flatnonzero(labels == c)
        out[mine] = scores[rng.permutation(mine)]
    return out


parts = {
    "labels": hard,
    "doubt spread evenly": errors(only(spread_evenly), WARM),
    "mean doubt of the class": errors(only(by_class), WARM),
    "another picture's doubts": errors(shuffled, WARM),
    "the picture's own doubts": soft[WARM],
}
for name, found in parts.items():
    print(f"{name:26} {found.mean():.1%}, better than labels by {compared(hard, found)[1].split('difference ')[1]}")
gains = {
    "softening alone": paired(hard, parts["doubt spread evenly"])[0],
    "which classes are alike": paired(parts["doubt spread evenly"], parts["mean doubt of the class"])[0],
    "where each picture lies": paired(parts["mean doubt of the class"], soft[WARM])[0],
}
lesson.answer("doubts", max(gains, key=gains.get))

figure, axes = plt.subplots(figsize=(7.5, 3.4))
for place, found in enumerate(parts.values()):
    name = lambda text, place=place: text if not place else None
    axes.plot(100 * found, [place] * len(found), "o", color="0.7", markersize=4, label=name("one start"))
    axes.plot(100 * found.mean(), place, "D", color=BLUE, label=name("mean of eight"))
axes.set_yticks(range(len(parts)), list(parts))
axes.invert_yaxis()
axes.set(title=f"Mostly the picture's own doubts help (targets at T = {WARM})", xlabel="test error, %", xlim=(0, None))
axes.legend()
lesson.figure(figure, "parts")

# %% [markdown]
# Softening helps a little, and the likeness of classes adds nothing to it that shows. The gain is in what the teacher
# says about *this* picture: this 4 leans towards the 9s, that one towards the 6s. Each row of scores tells where the
# picture lies among all the others that the teacher has seen. The doubts about another picture are worse than none.
#
# ## Where does the knowledge come from?
#
# So the student learns about 700 pictures that it never sees. Then two things should follow. A teacher that has seen
# only the same 100 pictures should have little to say. And a student that has all 800 labels should need no teacher.

# %%
lesson.predict("worth", "50 pictures with soft scores are worth how many with labels? (50 to 800)")

# %%
pupils = [
    trained(tn.MLP([64, 256, 10], seed=100 + seed), train.inputs[order[:100]], train.labels[order[:100]], seed)
    for seed, order in zip(SEEDS, orders, strict=True)
]
no_wiser = errors(lambda scores, labels, seed: scores_of(pupils[seed], train.inputs[orders[seed][:100]]), WARM)
print(f"a teacher of the same 100 pictures: {compared(hard, no_wiser)[1]}")

SIZES = 50, 100, 200, 400, 800
by_size = {100: (hard, soft[WARM])}
for n in SIZES:
    if n not in by_size:
        by_size[n] = errors(examples=n, epochs=20_000 // n), errors(own, WARM, n, epochs=20_000 // n)
    print(f"{n:3} pictures: labels {by_size[n][0].mean():.1%}, soft scores {by_size[n][1].mean():.1%}")
means = [by_size[n][0].mean() for n in SIZES]
worth = np.exp(np.interp(-by_size[50][1].mean(), [-m for m in means], np.log(SIZES)))
lesson.answer("worth", worth, "{:.0f}")

figure, axes = plt.subplots(figsize=(7, 4))
for k, (name, colour, marker) in enumerate((("labels", RED, "s"), ("soft scores", BLUE, "o"))):
    axes.errorbar(
        SIZES, [100 * by_size[n][k].mean() for n in SIZES],
        [200 * by_size[n][k].std(ddof=1) / len(SEEDS) ** 0.5 for n in SIZES],
        color=colour, marker=marker, capsize=3, label=name,
    )  # fmt: skip
axes.set(title=f"Soft scores stand in for missing labels (T = {WARM})\n(bars: twice the standard error)", xscale="log",
         yscale="log", xlabel="pictures that the student learns from", ylabel="test error, %")  # fmt: skip
axes.set_xticks(SIZES, SIZES)
axes.set_yticks([3, 5, 10, 20], [3, 5, 10, 20])
axes.minorticks_off()
axes.legend()
lesson.figure(figure, "sizes")

# %% [markdown]
# Both follow, nearly. A teacher of the same 100 pictures helps no more than plain softening does. With all 800 labels
# there is nothing left for a teacher to add. In between, soft scores stand in for missing labels: 50 pictures with
# scores do as well as about 220 with labels (read off the red line).
#
# ## Smaller students
#
# Can a network be too small for a teacher? The file of the student above holds a sixteenth of the numbers. Try a
# sixty-fourth, with the same 100 pictures. (If this student is taught, 0.005 is the best of the five rates. With
# labels, 0.02 is about as good as any.)

# %%
lesson.predict("small", "At 1/64 (2.3 KB): will soft scores take away more points of error than at 1/16, or fewer?",
               choices=("more", "fewer", "no difference that shows"))  # fmt: skip

# %%
smaller = tn.Hashed(1 / 64)
by_factor = {"1/16": (hard, soft[WARM]), "1/64": (errors(weight=smaller), errors(own, WARM, weight=smaller, lr=0.005))}
for name, found in by_factor.items():
    print(f"{name} of the numbers: {compared(*found)[1]}; the teacher takes away "
          f"{1 - found[1].mean() / found[0].mean():.0%} of the errors")  # fmt: skip
change, noise = paired(*(np.subtract(*found) for found in by_factor.values()))
size = tn.save(tn.MLP([64, 256, 10], smaller), lesson.path("net.safetensors")).payload
print(f"1/64 takes {size:,} bytes; the help is smaller than at 1/16 by {change:.1%} +- {2 * noise:.1%}")
lesson.answer("small", ("fewer" if change > 0 else "more") if abs(change) > 2 * noise else "no difference that shows")

# %% [markdown]
# This student is not too small: the teacher takes away 7.1 of its 17.3 points (41 %). At 1/16, 9.0 of 13.9 (64 %).
#
# ## Pictures of another kind
#
# Digits of 64 pixels are easy. `larger.csv` has the same experiment on 5,000 pictures of MNIST and of Fashion-MNIST
# (clothes), at 14 x 14 pixels; `python lessons/19_soft_scores/larger.py`, in a checkout of tinynet, made it. For
# each row, the best of three learning rates was chosen with 1,000 validation labels (more labels than a student of 100
# pictures would have).

# %%
lesson.predict(
    "all", "MNIST at 1/64: all 5,000 labels against soft scores for all 5,000. Which errs less?",
    choices=("labels", "soft scores", "no difference"),
)  # fmt: skip

# %%
larger = load_module(lesson.folder / "larger.py")
found = {}
for row in larger.committed():
    found.setdefault((row["data"], row["factor"], row["examples"], row["kind"]), []).append(row["error"])
found = {key: np.array(values) for key, values in found.items()}
titles = {"mnist": "MNIST", "fashion": "Fashion-MNIST"}
figure, panels = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
for axes, data in zip(panels, titles, strict=True):
    print(f"{titles[data]}: the teachers err on {found[data, '1', 5000, 'teacher'].mean():.1%} of the test pictures")
    for factor, line in ("1/16", "-"), ("1/64", "--"):
        for kind, name, colour in ("hard", "labels", RED), ("soft", "soft scores", BLUE):
            rows = [100 * found[data, factor, n, kind] for n in larger.EXAMPLES]
            axes.errorbar(
                larger.EXAMPLES, [r.mean() for r in rows], [2 * r.std(ddof=1) / len(r) ** 0.5 for r in rows],
                color=colour, linestyle=line, capsize=3, label=f"{name}, {factor}",
            )  # fmt: skip
        for n in larger.EXAMPLES:
            rows = {kind: found.get((data, factor, n, kind)) for kind in larger.KINDS}
            even = "" if rows["even"] is None else f"; doubt spread evenly {rows['even'].mean():.1%}"
            print(f"{titles[data]:13} {factor:4} {n:5} pictures: {compared(rows['hard'], rows['soft'])[1]}{even}")
    axes.set(title=titles[data], xscale="log", yscale="log", xlabel="pictures that the student learns from")
    axes.set_xticks(larger.EXAMPLES, [f"{n:,}" for n in larger.EXAMPLES])
    axes.set_yticks([10, 20, 40], [10, 20, 40])
    axes.minorticks_off()
panels[0].set_ylabel("test error, %")
panels[1].legend()
figure.suptitle("Two more data sets: a teacher helps where labels are few (bars: twice the standard error)")
lesson.figure(figure, "larger")
of_all = [found["mnist", "1/64", 5000, kind] for kind in ("hard", "soft")]
settled = abs(paired(*of_all)[0]) > 2 * paired(*of_all)[1]
less = "soft scores" if of_all[1].mean() < of_all[0].mean() else "labels"
lesson.answer("all", less if settled else "no difference")

# %% [markdown]
# Both data sets show the same: much help with 100 labels, some with 500, none with all 5,000. On Fashion-MNIST the
# teacher even does a little harm in the end (0.3 and 0.5 points); we have not looked for the cause. Nor are soft scores
# free: somebody labelled the 5,000 pictures that the teacher learned from. What they buy is a way to hand on what it
# learned, through a few pictures, to a much smaller network.
#
# ## What is settled

# %%
best = lambda data, factor, n: compared(found[data, factor, n, "hard"], found[data, factor, n, "soft"])
of_teachers = np.array([tn.evaluate(teacher, test) for teacher in teachers])
costs = compared(by_size[800][1], of_teachers)
lesson.verdict(
    "C4",
    {
        "the scores of a teacher that knows 800 pictures help a student of 100": compared(hard, soft[WARM]),
        "softening alone helps as much": (
            not compared(parts["doubt spread evenly"], soft[WARM])[0],
            compared(parts["doubt spread evenly"], soft[WARM])[1],
        ),
        "it helps to know which classes are alike, beyond softening alone": compared(
            parts["doubt spread evenly"], parts["mean doubt of the class"]
        ),
        "the doubts must be those about the same picture": compared(parts["another picture's doubts"], soft[WARM]),
        "a teacher that knows only the same 100 pictures helps": compared(hard, no_wiser),
        "it helps more than softening alone": compared(parts["doubt spread evenly"], no_wiser),
        "with all 800 labels a teacher still helps": compared(*by_size[800]),
        **{f"on {titles[data]} a teacher of 5,000 helps a student of 100 (1/16)": best(data, "1/16", 100)
           for data in titles},
        **{f"on {titles[data]} it still helps where all 5,000 labels are there (1/64)": best(data, "1/64", 5000)
           for data in titles},
    },
)  # fmt: skip
taught, by_labels = by_size[800][1], by_size[800][0]
lesson.verdict(
    "C22",
    {
        "taught by scores for all 800 pictures, 6 KB err no more than the teacher's 77 KB": (not costs[0], costs[1]),
        "6 KB need the teacher for that: with the 800 labels alone they err more": compared(by_labels, taught),
    },
)

# %% [markdown]
# ## Read on
#
# In tinynet's source, `training/distillation.py` is the soft loss with its $T^2$, and `engine/more_losses.py` holds
# `soft_targets` with the gradient you derived. `tn.fit(student, .., teacher=net, temperature=4, mix=0.5)` trains on
# both: a share `mix` of soft scores, the rest of labels.
#
# **An open question.** The teacher can score any picture, labelled or not. Does the student need real pictures at all,
# or could it learn from the teacher's scores for pictures of noise?
