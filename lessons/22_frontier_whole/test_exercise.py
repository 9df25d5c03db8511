"""The grader of lesson 22: `test_NAME` grades the function, or the class, NAME in exercise.py."""

import math
from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.course.calls import Wrong
from tinynet.course.manifest import load_module
from tinynet.parameterizations.contract import CHECKS, ContractError


def stands_out(difference, a, b, count):
    """Return whether a difference is twice its standard error with so many seeds."""
    return abs(difference) >= 2 * math.sqrt(a * a / count + b * b / count) * (1 - 1e-9)


def test_seeds_needed(exercise, rng):
    """Count up until the difference stands out."""
    draw = lambda low, high: float(rng.uniform(low, high))
    for difference, a, b in (
        (draw(0.004, 0.01), draw(0.005, 0.02), draw(0.005, 0.02)),
        (-draw(0.004, 0.01), draw(0.002, 0.01), draw(0.01, 0.03)),
        (draw(0.01, 0.02), draw(0.02, 0.03), 0.0),
        (0.5, draw(0.001, 0.01), draw(0.001, 0.01)),  # two are enough
        (-0.25, 0.25 * int(rng.integers(1, 9)), 0.25 * int(rng.integers(1, 9))),  # a whole number comes out
        (0.01, 0.01 * math.sqrt((int(rng.integers(3, 30)) + 0.2) / 4), 0.0),  # a fifth above one
    ):
        count = 2
        while not stands_out(difference, a, b, count):
            count += 1
        exercise.seeds_needed(difference, a, b).equals(float(count))


def errors(rng, mean, spread, count):
    """Return errors with exactly this mean and standard deviation (N - 1)."""
    z = rng.normal(size=count)
    z = (z - z.mean()) / z.std(ddof=1)
    return mean + spread * z


def who(points, budget):
    """Return the owners, by comparing each method with each."""
    of = {}
    for method, found in points.items():
        for size, e in found:
            mean, noise = sum(e) / len(e), sum((e - sum(e) / len(e)) ** 2) / (len(e) - 1) / len(e)
            if size <= budget and (method not in of or mean < of[method][0]):
                of[method] = mean, noise
    if not of:
        return []
    mean, noise = min(of.values())
    return sorted(m for m, (e, v) in of.items() if e - mean <= 2 * math.sqrt(v + noise))


def test_owners(exercise, rng):
    """Place means by the standard errors of their differences, so that each rule that one could forget decides."""
    E = lambda mean, spread=0.004, count=8: errors(rng, mean, spread, count)
    base = float(rng.uniform(0.03, 0.06))
    se = 0.004 * math.sqrt(2 / 8)  # of a difference of two means of 8
    names = [str(name) for name in rng.permutation(["hashed", "narrow", "sparse", "low rank", "few bits", "binary"])]
    first, near, far, large, small, nearer = names if names[0] > names[1] else [names[1], names[0], *names[2:]]
    exercise_points = {
        first: [
            (1000, E(base)),
            (5000, E(base - 0.01)),
            (700, E(base + 0.02, 0.05)),
        ],  # the third has the luckiest seed
        nearer: [(1000, E(base + 1.2 * se)), (600, E(base + 0.03, 0.06))],
        near: [(900, E(base + 1.6 * se))],  # told apart only by who forgets the twice, or one of two variances
        far: [(800, E(base + 2.4 * se))],  # not told apart by who takes 2 standard deviations, or 3 standard errors
        large: [(4000, E(base - 0.02))],
        small: [(200, E(3 * base)), (1000, E(base + 1.9 * se, 0.004))],  # its smallest point is not its best
    }
    for budget in 1000, 999, 5000, 150:
        exercise.owners(exercise_points, budget).equals(who(exercise_points, budget))
    few = {  # a mean of few errors is less sure; N in place of N - 1 tells them apart
        first: [(10, E(base, 0.01, 3))],
        near: [(10, E(base + 1.85 * 0.01 * math.sqrt(2 / 3), 0.01, 3))],
        far: [(10, E(base + 2.2 * 0.01 * math.sqrt(2 / 3), 0.01, 3))],
    }
    exercise.owners(few, 10).equals(who(few, 10))
    uneven = {  # each mean has its own K
        first: [(10, E(base, 0.004, 3))],
        near: [(10, E(base + 0.0042, 0.004, 12))],
        far: [(10, E(base + 0.0058, 0.004, 12))],
    }
    exercise.owners(uneven, 10).equals(who(uneven, 10))
    sure = {first: [(10, E(base, 0.0001))], near: [(10, E(base + 0.001, 0.02))], far: [(10, E(base + 0.001, 0.0001))]}
    exercise.owners(sure, 10 + int(rng.integers(1, 9))).equals(who(sure, 10))
    wide = {first: [(10, E(base, 0.02))], near: [(10, E(base + 0.001, 0.0001))]}  # its own errors vary
    exercise.owners(wide, 10).equals(who(wide, 10))
    one = E(base)  # bad seeds are bad for both, which tells them apart only for who compares them pair by pair
    alike = {first: [(10, one)], near: [(10, one + rng.normal(1, 0.1, 8) * se)]}
    exercise.owners(alike, 10).equals(who(alike, 10))
    flat = base + 0.004 * rng.permutation([1, -1] * 4)  # ranges that do not overlap, 2.5 standard deviations apart
    tall = {first: [(10, flat)], near: [(10, flat + 0.01)], far: [(10, flat + 0.001)]}
    exercise.owners(tall, 10).equals(who(tall, 10))
    skew = base + rng.permutation([0.2, *[-0.01] * 7])  # seven good seeds and a very bad one
    luck = {first: [(10, E(base)), (9, skew)], near: [(10, E(base + 3 * se))]}
    exercise.owners(luck, 10).equals(who(luck, 10))
    worse_when_large = {first: [(10, E(base)), (20, E(base + 0.02))], near: [(20, E(base + 0.01))]}
    exercise.owners(worse_when_large, 20).equals(who(worse_when_large, 20))


def test_tie(exercise, rng):
    """Solve the least squares problem: each entry of W is one equation, each bucket one unknown."""
    for shape, K in ((4, 5), 6), ((3, 3), 2), ((5, 4), 12), ((2, 3), 9):
        W = rng.normal(size=shape)
        bucket, sign = rng.integers(0, K, shape), rng.choice([-1, 1], shape)
        bucket[bucket == K // 2] = 0  # one stays empty
        A = np.zeros((W.size, K))
        A[np.arange(W.size), bucket.ravel()] = sign.ravel()
        exercise.tie(W, bucket, sign, K).equals(np.linalg.lstsq(A, W.ravel(), rcond=None)[0])


def test_unexplained(exercise, rng):
    for N, k in (6, 3), (5, 4), (4, 1):
        scale, mean = rng.uniform(0.2, 3, k), rng.normal(size=k)
        targets = mean + rng.normal(0.5, 1, (N, k)) * scale
        predicted = targets + rng.normal(0.2, 0.4, (N, k))
        rows = list(zip(predicted.tolist(), targets.tolist(), strict=True))
        lost = sum((p - t) ** 2 for a, b in rows for p, t in zip(a, b, strict=True))
        there = sum((c - t) ** 2 for _, b in rows for c, t in zip(mean.tolist(), b, strict=True))
        exercise.unexplained(predicted, targets, mean).equals(lost / there)
    exercise.unexplained(np.tile(mean, (N, 1)), targets, mean).equals(1.0)
    exercise.unexplained(mean - 0.5 * (targets - mean), targets, mean).equals(2.25)  # worse than the mean


OWN = (tn.Dense(), *(cls(f) for f in (1 / 8, 1 / 4) for cls in (tn.Hashed, tn.Sparse)),
       *(tn.LowRank(factor=f) for f in (1 / 8, 1 / 4)), tn.Binary(), tn.Scaled())  # fmt: skip


def test_Mine(exercise, rng):
    """Put it to the contract. Only plain values come from the learner's class; all arithmetic is done here."""
    factor = float(rng.choice([1 / 8, 1 / 4]))
    shape = tuple(int(n) for n in rng.integers((17, 12), (36, 28)))
    seed = int(rng.integers(1000))
    call = f"Mine({factor:g}), shape={shape}, seed={seed}"

    to_see = f"\n  to see it: tn.check_parameterization({call})"

    def ask(view, shape, seed, *given):
        try:
            return exercise.Mine((factor,), view, shape, seed, given).value
        except Wrong as error:
            raise Wrong(f"{error}{to_see}" if str(error).startswith("Mine: ") else str(error)) from None

    def wrong(said):
        return Wrong(f"Mine: {said}{to_see}")

    for check in CHECKS.values():
        try:
            check(ask, shape, seed)
        except ContractError as error:
            raise wrong(error) from None
    for m, n in (64, 256), (256, 10), (7, 3):
        for f in 1 / 8, 1 / 32:
            bits = exercise.Mine((f,), "state", (m, n), seed, (0.0,)).value["bits"]
            most = 32 * (f * m * n + m + n) + 2 * 64  # a sum of two recipes has two seeds
            if not bits <= most:
                raise wrong(
                    f"Mine({f:g}) holds {bits:,} bits for a matrix of shape {(m, n)}; at most {most:,.0f} are allowed: "
                    "f m n + m + n numbers of 32 bits, and two seeds. How does what you store depend on self.factor?"
                )
    W = ask("build", (16, 9), seed)["W"]
    for recipe in OWN:
        if np.array_equal(W, recipe.build((16, 9), seed).weight().numpy()):
            raise wrong(f"this is tinynet's {recipe!r}; make W in another way")
    title = ask("title", (16, 9), seed)
    taken = {*load_module(Path(__file__).with_name("whole.py")).METHODS, "frontier"}
    if title.strip().lower() in taken:
        raise Wrong(f"Mine: the title {title!r} belongs to another method of the race ({'; '.join(sorted(taken))})")
    if title.startswith("_") or not title.isprintable() or len(title) > 40:
        raise Wrong(
            f"Mine: the title is {title!r:.60}; it stands in legends, so begin it with a letter, and keep it to one "
            "line of at most 40 characters"
        )
