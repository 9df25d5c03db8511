"""The grader of lesson 15: `test_NAME` grades the function NAME in exercise.py."""

from collections import Counter

import numpy as np

from tinynet.course import Wrong

SIDE = 4  # of the tiles of `tiled`
ORDERS = (2, 7, 17)  # in these, one barrier too few in `block_sum` and no barrier at all differ


def test_cover(exercise, rng):
    """Count the tiles that hold an output, and the places in them that hold none."""
    sizes = [(8, 12, 4), (9, 12, 4), (3, 5, 4), (1, 1, 16), tuple(int(v) for v in rng.integers((1, 1, 2), (40, 40, 9)))]
    for m, n, tile in sizes:
        tiles = {(i // tile, j // tile) for i in range(m) for j in range(n)}
        down, across = (1 + max(t[axis] for t in tiles) for axis in (0, 1))
        exercise.cover(m, n, tile).equals((down, across, len(tiles) * tile * tile - m * n))


def test_place(exercise, rng):
    """Number the outputs row after row, and look for each thread at the output in its place, if one is there."""
    drawn = tuple(int(v) for v in rng.integers((2, 2, 2), (9, 9, 5)))
    for m, n, tile in (4, 4, 2), (3, 5, 2), (5, 3, 4), (2, 7, 3), drawn:
        numbered = -np.ones((m + tile, n + tile), int)
        numbered[:m, :n] = np.arange(m * n).reshape(m, n)
        for i in range(-(-m // tile)):
            for j in range(-(-n // tile)):
                part = numbered[i * tile :, j * tile :][:tile, :tile]
                for y, line in enumerate(part.tolist()):
                    for x, expected in enumerate(line):
                        exercise.place((i, j), (x, y), tile, m, n).equals(expected)


def counted(m, n, k, tile):
    """Count block by block what `tiled` loads."""
    total = 0
    for i in range(0, m, tile):
        for j in range(0, n, tile):
            total += k * (min(tile, m - i) + min(tile, n - j))
    return total


def test_loads(exercise, rng):
    drawn = tuple(int(v) for v in rng.integers((2, 2, 2, 2), (30, 30, 30, 8)))
    for m, n, k, tile in (8, 12, 4, 4), (9, 12, 5, 4), (6, 10, 7, 4), (3, 2, 5, 1), (2, 3, 9, 16), drawn:
        exercise.loads(m, n, k, tile).equals((sum(2 * k for _ in range(m * n)), counted(m, n, k, tile)))


def loader(name, array, asked):
    """Return a function that gives an entry of an array, and notes in `asked` that it did."""

    def load(*place):
        place = tuple(map(int, place))
        if not all(0 <= p < size for p, size in zip(place, array.shape, strict=True)):
            raise Wrong(f"{name}{place} was asked for; there is no such entry in an array of shape {array.shape}")
        asked[name, place] += 1
        return float(array[place])

    return load


def test_tiled(exercise, rng):
    """Whole numbers, so that the order of adding does not matter; several orders of the threads."""
    for m, k, n in (4, 4, 4), (4, 8, 4), (8, 12, 4), (6, 7, 5), (3, 2, 9), (1, 9, 6):
        a, b = (rng.integers(-9, 10, shape).astype(float) for shape in ((m, k), (k, n)))
        for order in rng.integers(1000, size=2).tolist():
            asked = Counter()
            answer = exercise.tiled(loader("load_a", a, asked), loader("load_b", b, asked), m, n, k, order)
            answer.equals((np.einsum("ik,kj->ij", a, b), counted(m, n, k, SIDE)))
            due = Counter({("load_a", place): -(-n // SIDE) for place in np.ndindex(m, k)})
            due |= Counter({("load_b", place): -(-m // SIDE) for place in np.ndindex(k, n)})
            if asked != due and answer.value is not None:
                raise answer.wrong(
                    f"the product is right, but {asked.total()} numbers were loaded, and {due.total()} should be: each "
                    "block loads each entry that it needs once, by a[row, l] and b[l, col] in your kernel"
                )


def test_block_sum(exercise, rng):
    orders = [*rng.integers(1000, size=9).tolist(), *ORDERS]
    sizes = [(8, 8), (8, 5), (16, 16), (4, 1), (16, 11), (8, 8), (1, 1), (8, 7), (64, 60), *[(4, 4)] * len(ORDERS)]
    for order, (threads, count) in zip(orders, sizes, strict=True):
        numbers, asked = rng.integers(-50, 51, count).astype(float), Counter()
        answer = exercise.block_sum(loader("load", numbers, asked), count, threads, order)
        pair = isinstance(answer.value, (tuple, list)) and len(answer.value) == 2
        answer.satisfies(pair, "two numbers, (the sum, the number of steps that `launch` counts)")
        if not pair:
            continue  # in a rehearsal
        steps = answer.value[1]
        answer.equals((float(sum(numbers.tolist())), steps))
        if asked != Counter(("load", (i,)) for i in range(count)):
            raise answer.wrong(f"the sum is right, but {asked.total()} loads were made of {count} numbers, one each")
        rounds = threads.bit_length() - 1
        if steps > 4 * rounds + 4:
            raise answer.wrong(
                f"the sum is right, but it took {steps} steps, and {3 * rounds + 2} are enough with {threads} threads: "
                "half of the threads add at the same time, then a quarter, and so on"
            )
        if steps < rounds + 1:
            raise answer.wrong(
                f"the sum is right, but it took only {steps} steps on the shared board, so the threads did not share "
                "the work: each puts its number into `partial`, then half of them add, then a quarter, and so on"
            )


def test_fetch(exercise, rng):
    """Let a block fetch a tile: each entry once, and each warp from as few sectors as hold 32 entries."""
    wide, other = (32 * int(v) for v in rng.integers(5, 90, 2))
    for (rows, columns), strides in (
        ((8, 8), (wide, 4)),
        ((8, 4), (4, other)),
        ((4, 8), (other, 4)),
        ((4, 16), (4, wide)),
    ):
        along = columns if strides[1] == 4 else rows
        seen, sectors = {}, set()
        for number in range(rows * columns):
            answer = exercise.fetch(number, (rows, columns), strides)
            entry = answer.value
            whole = isinstance(entry, (tuple, list)) and len(entry) == 2 and all(type(v) is int for v in entry)
            inside = whole and 0 <= entry[0] < rows and 0 <= entry[1] < columns
            outside = f"; row {entry[0]}, column {entry[1]} is outside of it" if whole else ""
            answer.satisfies(
                inside, f"(row, column) of a tile of {rows} rows and {columns} columns, as whole numbers{outside}"
            )
            earlier = seen.setdefault(tuple(entry), number)
            answer.satisfies(earlier == number, f"an entry that no other thread fetches; thread {earlier} has this one")
            sectors.add((entry[0] * strides[0] + entry[1] * strides[1]) // 32)
            if number % 32 == 31:
                least = 32 // min(along, 8)
                answer.satisfies(
                    len(sectors) <= least,
                    f"a warp that touches {least} sectors; threads {number - 31} to {number} touch {len(sectors)}",
                )
                sectors = set()
