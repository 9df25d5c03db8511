"""The grader of lesson 13: `test_NAME` grades the function NAME in exercise.py."""

from fractions import Fraction

import numpy as np

from tinynet.course import Wrong


def signs(rng, rows, d):
    """Return rows of signs; some are nearly the same as the first row, and some nearly its opposite."""
    s = rng.choice([-1, 1], size=(rows, d))
    for row in range(1, rows):
        if row % 3:
            s[row] = (1, -1)[row % 3 - 1] * np.where(rng.random(d) < 0.1, -s[0], s[0])
    return s


def words_of(s):
    """Return rows of signs as whole numbers of Python, cut into words of 64 bits: a list for each row."""
    rows = []
    for row in s.tolist():
        number = sum(1 << k for k, sign in enumerate(row) if sign > 0)
        rows.append([number >> at & (2**64 - 1) for at in range(0, len(row), 64)])
    return rows


def packed(s):
    return np.array(words_of(s), np.uint64)


def test_pack(exercise, rng):
    for m, d in (2, 64), (3, 128), (2, 100), (3, 7), (1, 191), (4, 65), (2, 300), (2, 63):
        s = signs(rng, m, d)
        x = s * rng.uniform(0.1, 3, size=(m, d))
        zeros = (s > 0) & (rng.random((m, d)) < 0.2)
        zeros[0, 0], s[0, 0] = True, 1
        x[zeros] = 0
        answer = exercise.pack(x)
        kind = getattr(answer.value, "dtype", None)
        answer.satisfies(kind == np.uint64, "an array of dtype uint64")
        due = packed(s)
        if kind == np.uint64 and answer.value.shape == due.shape and (answer.value != due).any():
            i, w = np.argwhere(answer.value != due)[0].tolist()
            differ = int(answer.value[i, w] ^ due[i, w])
            k = (differ & -differ).bit_length() - 1
            at = 64 * w + k
            meaning = f"x[{i}, {at}] is {x[i, at]:.3g}" if at < d else f"unused, since a row has {d} entries"
            answer.satisfies(False, f"bit {k} of word [{i}, {w}] to be {int(due[i, w]) >> k & 1}: {meaning}")
        answer.equals(due)


def test_products(exercise, rng):
    for m, n, d in (2, 3, 64), (3, 2, 100), (4, 4, 37), (1, 5, 600), (5, 1, 384), (3, 4, 1000), (2, 2, 65):
        a, b = signs(rng, m, d), signs(rng, n, d)
        b[-1] = -a[0]
        exercise.products(packed(a), packed(b), d).equals(np.einsum("ik,jk->ij", a, b))


def test_too_high(exercise, rng):
    """Count the agreements of two rows of which nothing is known but their number of signs."""
    for d in 64, 100, 1, 128, 63, 65, *map(int, rng.integers(2, 2000, size=4)):
        a, b = words_of(signs(rng, 2, d))
        ones = 2**64 - 1
        agree = sum(((v ^ w) ^ ones).bit_count() for v, w in zip(a, b, strict=True))
        true = d - 2 * sum((v ^ w).bit_count() for v, w in zip(a, b, strict=True))
        exercise.too_high(d).equals(2 * agree - d - true)


def loader(name, rows, asked):
    """Return a function that gives word w of row i, and notes in `asked` that it did."""

    def load(i, w):
        if not (0 <= i < len(rows) and 0 <= w < len(rows[0])):
            raise Wrong(
                f"in_tiles: {name}({i}, {w}) was asked for, but there are {len(rows)} rows of {len(rows[0])} words"
            )
        asked.append((name, int(i), int(w)))
        return rows[i][w]

    return load


def test_in_tiles(exercise, rng):
    short = (2, 8, int(rng.integers(129, 190))), (6, 4, 130), (2, 4, 64), (4, 8, 200), (2, 4, 63)
    for m, n, d in *short, (2, 4, 600), (2, 8, 500):
        a, b = signs(rng, m, d), signs(rng, n, d)
        b[0] = -a[0] if d >= 500 else b[0]  # differ in more places than 8 bits can count
        asked = []
        load_a, load_b = loader("load_a", words_of(a), asked), loader("load_b", words_of(b), asked)
        answer = exercise.in_tiles(load_a, load_b, m, n, d)
        dots = np.einsum("ik,jk->ij", a, b)
        answer.equals(dots if isinstance(answer.value, np.ndarray) else dots.tolist())
        words = -(-d // 64)
        due = (m // 2) * (n // 4) * 6 * words
        if len(asked) > due:
            raise answer.wrong(
                f"the products are right, but {len(asked)} words were loaded, and {due} are enough: each of the "
                f"{m // 2 * (n // 4)} tiles loads 2 + 4 words at each of {words} places, each of them once"
            )
        if len(asked) < due:
            raise answer.wrong(
                f"the products are right, but only {len(asked)} words were loaded, where {m // 2 * (n // 4)} tiles "
                f"load {due}: words were kept from one tile to the next, for which a processor has no registers"
            )
        rows = [(name, i // 2 if name == "load_a" else i // 4) for name, i, _ in asked]
        sixes = [{w for *_, w in asked[k : k + 6]} for k in range(0, due, 6)]
        tiles = [set(rows[k : k + 6 * words]) for k in range(0, due, 6 * words)]
        if any(len(tile) > 2 for tile in tiles):
            raise answer.wrong(
                f"the products are right, and so is the number of loads, {due}, but a tile must pass along all its "
                "words before the next one begins; otherwise its eight sums cannot stay in registers"
            )
        if any(len(places) > 1 for places in sixes):
            raise answer.wrong(
                f"the products are right, and so is the number of loads, {due}, but a tile keeps six words at a time: "
                "it loads word w of its two rows of a and four rows of b, and uses these before it loads word w + 1"
            )


def cost(r, c):
    """Return the words that a tile loads for each popcount."""
    return Fraction(r + c, r * c)


def test_best_tile(exercise, rng):
    for registers in 16, 32, 3, 11, *map(int, rng.integers(5, 120, size=5)):
        answer = exercise.best_tile(registers)
        tile = answer.value.tolist() if isinstance(answer.value, np.ndarray) else answer.value
        whole = isinstance(tile, (tuple, list)) and len(tile) == 2 and all(isinstance(x, int) and x > 0 for x in tile)
        answer.satisfies(whole, "two whole numbers (r, c), both at least 1")
        r, c = tile
        need = r * c + c + 1
        answer.satisfies(
            need <= registers,
            f"a tile that fits into {registers} registers; {r} x {c} needs {r * c} for sums, {c} for words of b and 1 "
            f"for a word of a, together {need}"
            + f". {c} x {r} would fit: r, the rows of a, comes first"
            * (need - c + r <= registers),
        )
        best = min(cost(i, j) for j in range(1, registers) for i in range(1, (registers - 1) // j))
        answer.satisfies(
            cost(r, c) == best,
            f"a tile that loads {float(best):.3f} words for each popcount, which is possible; {r} x {c} loads "
            f"{float(cost(r, c)):.3f}" + ". A tile need not be square" * (r == c),
        )


def adders(name, used):
    """Return a full and a half adder that check their bits and note in `used` the gates that they take."""

    def adder(kind, gates, *bits):
        if not all(isinstance(bit, (int, np.integer)) and 0 <= bit <= 1 for bit in bits):
            raise Wrong(f"{name}: {kind} was given {bits}; it adds bits, each of them 0 or 1")
        used.append(gates)
        total = sum(map(int, bits))
        return total % 2, total // 2

    return lambda x, y, z: adder("full", 5, x, y, z), lambda x, y: adder("half", 2, x, y)


def adders_needed(heights):
    """Return the full and the half adders that add up columns of these heights, each to one bit."""
    carries = all_full = all_half = 0
    heights = list(heights)
    while heights or carries:
        height = (heights.pop(0) if heights else 0) + carries
        full, half = max(0, height - 1) // 2, int(height > 0 and height % 2 == 0)
        all_full, all_half, carries = all_full + full, all_half + half, full + half
    return all_full, all_half


def value_of(bits):
    return sum(int(bit) << k for k, bit in enumerate(bits))


def test_add_up(exercise, rng):
    draw = lambda *heights: [rng.integers(0, 2, size=height).tolist() for height in heights]
    for columns in (
        [*draw(6, 5), [1, 1, 1]], [[1, 1], [1]], [[1, 1, 0], [1]], [[1] * 7], [[1] * 16], [[1, 0, 1, 1, 1], [1] * 4],
        draw(int(rng.integers(17, 40))), draw(6, 0, 3, 1, 4), [[]],
    ):  # fmt: skip
        used = []
        full, half = adders("add_up", used)
        answer = exercise.add_up(columns, full, half)
        bits = answer.value
        answer.satisfies(
            isinstance(bits, (list, tuple)) and all(isinstance(bit, int) and bit in (0, 1) for bit in bits),
            "a list of bits, each of them 0 or 1",
        )
        total = sum(sum(column) << k for k, column in enumerate(columns))
        shown = value_of(bits)
        answer.satisfies(shown == total, f"bits of the number {total}, the lowest first; these are the bits of {shown}")
        if len(used) < sum(map(len, columns)) - len(bits):
            raise answer.wrong(
                f"the sum is right, but only {len(used)} adders were used for {sum(map(len, columns))} bits; each "
                "leaves at most one bit less, so something else has added, too"
            )
        fulls, halves = adders_needed(map(len, columns))
        if sum(used) > 5 * fulls + 2 * halves:
            hint = "; two bits take a half adder, which has fewer gates" * (used.count(2) < halves)
            hint += "; three bits take one full adder, not two half adders" * (used.count(5) < fulls)
            raise answer.wrong(
                f"the sum is right, but it took {sum(used)} gates ({used.count(5)} full and {used.count(2)} half "
                f"adders), and {5 * fulls + 2 * halves} are enough{hint}"
            )


def test_partial_products(exercise, rng):
    for long, short in (3, 3), (4, 2), (2, 4), (1, 5), (6, 6), (8, 3):
        x, y = (rng.integers(0, 2, size=size).tolist() for size in (long, short))
        x[-1] = y[-1] = y[0] = 1
        used = []

        def both(p, q, used=used):
            used.append((p, q))
            return p & q

        answer = exercise.partial_products(x, y, both)
        columns = answer.value
        answer.satisfies(
            isinstance(columns, list)
            and all(
                isinstance(column, (list, tuple)) and all(isinstance(bit, int) and bit in (0, 1) for bit in column)
                for column in columns
            ),
            "a list of lists of bits, each of them 0 or 1",
        )
        shown = sum(sum(column) << k for k, column in enumerate(columns))
        due = [sum(i + j == k for i in range(len(x)) for j in range(len(y))) for k in range(len(x) + len(y))]
        heights = [*map(len, columns), *[0] * len(due)]
        k = next((k for k, height in enumerate(due) if height != heights[k]), None)
        misplaced = (
            ""
            if k is None
            else f"; list {k} holds {heights[k]} bits, not {due[k]}, one for each pair that counts 2^{k}"
        )
        pairs = f"`both` was used {len(used)} times; every bit of x meets every bit of y, in {len(x) * len(y)} pairs"
        answer.satisfies(
            shown == value_of(x) * value_of(y),
            f"bits that add up to {value_of(x)} times {value_of(y)}, {value_of(x) * value_of(y)}; these add up to "
            f"{shown}" + (f"; {pairs}" if len(used) != len(x) * len(y) else misplaced),
        )
        if len(used) != len(x) * len(y):
            raise answer.wrong(
                f"the columns are right, but `both` was used {len(used)} times; {len(x)} times {len(y)} bits make "
                f"{len(x) * len(y)} pairs, and each has one gate, whatever its bits are"
            )
        if sum(map(len, columns)) != len(x) * len(y):
            raise answer.wrong(
                f"the sum is right, but the columns hold {sum(map(len, columns))} bits, where {len(x)} times {len(y)} "
                f"pairs give {len(x) * len(y)}; every further one takes an adder for nothing"
            )
