"""Wrong answers of lesson 15, each with the mistake behind it; the grader must reject them."""

import inspect
import math
from pathlib import Path

import numpy as np

from tinynet.course import instead_of
from tinynet.course.manifest import load_module

given = load_module(Path(__file__).with_name("solution.py"))


def edited(exercise, about, *changes):
    """Return the solution of an exercise with parts of its text replaced, marked as the mistake that this is."""
    text = inspect.getsource(getattr(given, exercise))
    for old, new in changes:
        assert text.count(old) == 1, (exercise, old)
        text = text.replace(old, new)
    names = dict(vars(given))
    exec(text, names)
    return instead_of(exercise, about)(names[exercise])


def ceil(a, b):
    return -(-a // b)


@instead_of("cover", "rounded down: the outputs beyond the last whole tile get no block; round up")
def floored(m, n, tile):
    return m // tile, n // tile, max(0, (m // tile) * (n // tile) * tile**2 - m * n)


@instead_of("cover", "fewer than no threads are idle here: blocks were rounded down; round up")
def floored_below_zero(m, n, tile):
    return m // tile, n // tile, (m // tile) * (n // tile) * tile**2 - m * n


@instead_of("cover", "this is the share of idle threads; return their number")
def share_of_idle(m, n, tile):
    down, across = ceil(m, tile), ceil(n, tile)
    return down, across, 1 - m * n / (down * across * tile**2)


@instead_of("cover", "always one block more; where the tile divides the size none is needed")
def one_more(m, n, tile):
    down, across = m // tile + 1, n // tile + 1
    return down, across, down * across * tile**2 - m * n


@instead_of("cover", "the two directions are exchanged: m counts from top to bottom")
def directions_exchanged(m, n, tile):
    return ceil(n, tile), ceil(m, tile), ceil(m, tile) * ceil(n, tile) * tile**2 - m * n


@instead_of("cover", "a block has tile x tile threads, not tile")
def a_line_of_threads(m, n, tile):
    return ceil(m, tile), ceil(n, tile), ceil(m, tile) * ceil(n, tile) * tile - m * n


@instead_of("cover", "busy threads were counted; idle are the others")
def busy(m, n, tile):
    return ceil(m, tile), ceil(n, tile), m * n


@instead_of("cover", "what sticks out below and what sticks out on the right were multiplied: that is the corner alone")
def corner_alone(m, n, tile):
    down, across = ceil(m, tile), ceil(n, tile)
    return down, across, (down * tile - m) * (across * tile - n)


@instead_of(
    "cover", "rows and columns that stick out were added; count the places in them, all threads minus all outputs"
)
def edges_added(m, n, tile):
    down, across = ceil(m, tile), ceil(n, tile)
    return down, across, down * tile - m + across * tile - n


@instead_of("cover", "all threads were counted; idle are the ones without an output")
def all_threads(m, n, tile):
    return ceil(m, tile), ceil(n, tile), ceil(m, tile) * ceil(n, tile) * tile**2


@instead_of(
    "cover", "these are floats; np.ceil returns them, and the answer is whole numbers: -(-m // tile) or int(..)"
)
def floats(m, n, tile):
    down, across = np.ceil(m / tile), np.ceil(n / tile)
    return down, across, down * across * tile**2 - m * n


@instead_of("cover", "rounded to the nearest; even a single row that is left over needs a block")
def nearest(m, n, tile):
    down, across = round(m / tile), round(n / tile)
    return down, across, down * across * tile**2 - m * n


@instead_of("cover", "the outputs were cut into blocks as if they were one long line; blocks are squares")
def as_a_line(m, n, tile):
    blocks = ceil(m * n, tile**2)
    return blocks, 1, blocks * tile**2 - m * n


@instead_of("place", "x and y are exchanged: x runs along a row, so that neighbouring x write neighbouring places")
def x_down(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[0], tile * block[1] + thread[1]
    return row * n + col if row < m and col < n else -1


@instead_of("place", "there is no guard: a thread beyond the last row or column must return -1")
def unguarded(block, thread, tile, m, n):
    return (tile * block[0] + thread[1]) * n + tile * block[1] + thread[0]


@instead_of("place", "the place was compared with m n; a thread beyond the last column then writes into the next row")
def guarded_by_place(block, thread, tile, m, n):
    at = (tile * block[0] + thread[1]) * n + tile * block[1] + thread[0]
    return at if at < m * n else -1


@instead_of("place", "rows are guarded, columns are not")
def rows_guarded(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    return row * n + col if row < m else -1


@instead_of("place", "the guard lets the row after the last one through: rows end at m - 1, columns at n - 1")
def one_row_too_far(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    return row * n + col if row <= m and col <= n else -1


@instead_of("place", "a row has n outputs, so row r begins at place r n, not r m")
def rows_of_m(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    return row * m + col if row < m and col < n else -1


@instead_of("place", "the two numbers of the block are exchanged: the first counts from the top")
def block_exchanged(block, thread, tile, m, n):
    row, col = tile * block[1] + thread[1], tile * block[0] + thread[0]
    return row * n + col if row < m and col < n else -1


@instead_of("place", "the place in the block's own tile; the block begins tile i rows down and tile j columns across")
def within_the_block(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    return thread[1] * tile + thread[0] if row < m and col < n else -1


@instead_of("place", "the guard compares row with n and col with m; the matrix is m x n")
def guard_exchanged(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    return row * n + col if row < n and col < m else -1


@instead_of("place", "columns are guarded, rows are not")
def columns_guarded(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    return row * n + col if col < n else -1


@instead_of("place", "`or` in the guard: a thread has an output only if its row and its column are inside")
def either_inside(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    return row * n + col if row < m or col < n else -1


@instead_of("place", "this numbers column after column; the outputs lie row after row")
def by_columns(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    return col * m + row if row < m and col < n else -1


@instead_of("place", "this numbers block after block; in memory the rows of the whole matrix follow each other")
def block_after_block(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    inside = row < m and col < n
    return (block[0] * ceil(n, tile) + block[1]) * tile**2 + thread[1] * tile + thread[0] if inside else -1


@instead_of("place", "idle threads were sent to the nearest output; they must return -1")
def clamped(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    return min(row, m - 1) * n + min(col, n - 1)


@instead_of("place", "a row of the matrix has n outputs, not tile")
def rows_of_tile(block, thread, tile, m, n):
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    return row * tile + col if row < m and col < n else -1


@instead_of("place", "a block is tile rows high: it begins tile * i rows down, and y counts single rows")
def y_by_tile(block, thread, tile, m, n):
    row, col = block[0] + tile * thread[1], block[1] + tile * thread[0]
    return row * n + col if row < m and col < n else -1


@instead_of("loads", "one load for each multiplication; it needs two, one from a and one from b")
def one_each(m, n, k, tile):
    return m * n * k, ceil(n, tile) * m * k + ceil(m, tile) * k * n


@instead_of("loads", "the naive count over tile: true only where tile divides m and n")
def divided(m, n, k, tile):
    return 2 * m * n * k, 2 * m * n * k // tile


@instead_of("loads", "down and across are exchanged: a is loaded once for every block across, b for every block down")
def exchanged(m, n, k, tile):
    return 2 * m * n * k, ceil(m, tile) * m * k + ceil(n, tile) * k * n


@instead_of("loads", "blocks that stick out were counted as whole ones; nothing outside of the matrices is loaded")
def whole_blocks(m, n, k, tile):
    return 2 * m * n * k, 2 * tile * k * ceil(m, tile) * ceil(n, tile)


@instead_of("loads", "each entry was counted once; every block that needs it loads it again")
def once(m, n, k, tile):
    return 2 * m * n * k, m * k + k * n


@instead_of("loads", "blocks were rounded down")
def rounded_down(m, n, k, tile):
    return 2 * m * n * k, (n // tile) * m * k + (m // tile) * k * n


@instead_of("loads", "the loads of a alone; b is loaded too")
def a_alone(m, n, k, tile):
    return 2 * m * n * k, ceil(n, tile) * m * k


@instead_of("loads", "tile^2 times fewer; but an entry of a serves only the tile threads of its row")
def by_the_square(m, n, k, tile):
    return 2 * m * n * k, 2 * m * n * k // tile**2


@instead_of("loads", "in the naive count idle threads load too; they have no output and load nothing")
def idle_load(m, n, k, tile):
    return 2 * ceil(m, tile) * ceil(n, tile) * tile**2 * k, ceil(n, tile) * m * k + ceil(m, tile) * k * n


@instead_of("loads", "full tiles were counted, with what sticks out of the matrices; that is not loaded")
def full_tiles(m, n, k, tile):
    return 2 * m * n * k, ceil(m, tile) * ceil(n, tile) * ceil(k, tile) * 2 * tile**2


@instead_of("loads", "what sticks out was counted in both kernels; threads without an output load nothing")
def overhang_in_both(m, n, k, tile):
    threads = ceil(m, tile) * ceil(n, tile) * tile**2
    return 2 * threads * k, 2 * threads * k // tile


@instead_of("loads", "in the last round k sticks out, too: nothing outside of the matrices is loaded")
def k_rounded_up(m, n, k, tile):
    k_up = tile * ceil(k, tile)
    return 2 * m * n * k, ceil(n, tile) * m * k_up + ceil(m, tile) * k_up * n


@instead_of(
    "loads", "each thread brings two numbers a round, but threads without an output, and the last round, bring fewer"
)
def two_a_round(m, n, k, tile):
    return 2 * m * n * k, 2 * m * n * ceil(k, tile)


@instead_of("loads", "the naive kernel shares nothing: every output loads its own row and column")
def naive_shares(m, n, k, tile):
    return m * k + k * n, ceil(n, tile) * m * k + ceil(m, tile) * k * n


@instead_of("loads", "the two counts are in the wrong order: the naive one comes first")
def wrong_order(m, n, k, tile):
    return ceil(n, tile) * m * k + ceil(m, tile) * k * n, 2 * m * n * k


@instead_of("loads", "both matrices were counted once for each block across; b is loaded once for each block down")
def both_across(m, n, k, tile):
    return 2 * m * n * k, ceil(n, tile) * (m * k + k * n)


@instead_of("loads", "the writes of the outputs were counted too; they are no loads")
def with_writes(m, n, k, tile):
    return 2 * m * n * k + m * n, ceil(n, tile) * m * k + ceil(m, tile) * k * n + m * n


@instead_of("loads", "these are floats; loads are whole numbers, so divide with // or use math.ceil")
def as_floats(m, n, k, tile):
    return 2 * m * n * k, float(math.ceil(n / tile) * m * k + math.ceil(m / tile) * k * n)


# ---- the product by tiles: the solution, with a line changed or gone

K_PASSED = "the guard leaves k out: in the last round first + x, or first + y, may pass it"
FIRST = "            yield\n            for l", "            for l"
SECOND = "b_tile[l, x]\n            yield\n", "b_tile[l, x]\n"
ROWS = "row, col = TILE * block[0] + y, TILE * block[1] + x"

no_first = edited(
    "tiled", "no barrier between writing and reading a tile: a thread reads what others have not written yet", FIRST
)
no_second = edited(
    "tiled", "no barrier after reading a tile: a fast thread writes the next one over what others still need", SECOND
)
second_behind = edited(
    "tiled",
    "the second barrier stands behind the loop; each round needs it, before the next tile is written",
    (SECOND[0], "b_tile[l, x]\n        yield\n"),
)
no_barrier = edited("tiled", "there is no barrier at all; the tile's loop needs two", FIRST, SECOND)
left_early = edited(
    "tiled",
    "threads without an output leave, or pass by a barrier; they must come to each, for the others wait for them",
    ("        total = 0.0\n", "        total = 0.0\n        if row >= m or col >= n:\n            return\n"),
)
loads_outside = edited(
    "tiled",
    "loads are not guarded: what sticks out of a matrix counts as 0 and is not loaded",
    (" if row < m and first + x < k else 0", ""),
    (" if first + y < k and col < n else 0", ""),
)
a_beyond_k = edited("tiled", K_PASSED, (" and first + x < k", ""))
b_beyond_n = edited(
    "tiled", "b's guard checks first + y alone; the column may lie outside too", (" and col < n else", " else")
)
writes_outside = edited(
    "tiled",
    "the write to out is not guarded: some threads have no output",
    ("        if row < m and col < n:\n            out", "        if True:\n            out"),
)
half_guarded = edited(
    "tiled",
    "the write to out is guarded by the row alone; the column must be inside too",
    ("        if row < m and col < n:\n            out", "        if row < m:\n            out"),
)
transposed_reads = edited(
    "tiled",
    "the tiles were read crosswise: a thread needs row y of a_tile and column x of b_tile",
    ("a_tile[y, l] * b_tile[l, x]", "a_tile[l, x] * b_tile[y, l]"),
)
reads_x_for_y = edited(
    "tiled",
    "x and y are exchanged where the tiles are read: row y of a_tile, column x of b_tile",
    ("a_tile[y, l] * b_tile[l, x]", "a_tile[x, l] * b_tile[l, y]"),
)
written_crosswise = edited(
    "tiled", "a's entry was put into place [x, y] of the tile and read as [y, l]", ("a_tile[y, x] =", "a_tile[x, y] =")
)
a_along_y = edited(
    "tiled",
    "in a's tile the columns run with x: a thread brings a[row, first + x]",
    ("a[row, first + x] if row < m and first + x < k", "a[row, first + y] if row < m and first + y < k"),
)
b_along_x = edited(
    "tiled",
    "in b's tile the rows run with y: a thread brings b[first + y, col]",
    ("b[first + y, col] if first + y < k", "b[first + x, col] if first + x < k"),
)
output_exchanged = edited(
    "tiled",
    "x and y are exchanged in row and col, but not in the tiles: y counts rows",
    (ROWS, "row, col = TILE * block[0] + x, TILE * block[1] + y"),
)
block_numbers_exchanged = edited(
    "tiled",
    "the block's two numbers are exchanged: the first counts from the top",
    (ROWS, "row, col = TILE * block[1] + y, TILE * block[0] + x"),
)
not_cleared = edited(
    "tiled",
    "what sticks out must become 0 in the tile; here the last tile's entries, or nan, are still there",
    (" else 0\n            b_tile", " else a_tile[y, x]\n            b_tile"),
    ("col < n else 0\n", "col < n else b_tile[y, x]\n"),
)
clamped_loads = edited(
    "tiled",
    "right, but places outside were moved to the edge and loaded from there; nothing is to be loaded for them",
    (
        "a[row, first + x] if row < m and first + x < k else 0",
        "a[min(row, m - 1), min(first + x, k - 1)] * (row < m and first + x < k)",
    ),
    (
        "b[first + y, col] if first + y < k and col < n else 0",
        "b[min(first + y, k - 1), min(col, n - 1)] * (first + y < k and col < n)",
    ),
)
one_short = edited(
    "tiled", "the loop over the tile is one short: it has TILE entries", ("range(TILE)", "range(TILE - 1)")
)
one_at_a_time = edited(
    "tiled", "the rounds overlap: the next tile begins TILE further on", ("range(0, k, TILE)", "range(0, k)")
)
floored_tiles = edited(
    "tiled",
    "the last tile is missing: k need not be a multiple of TILE, so round the number of tiles up",
    ("range(0, k, TILE)", "range(0, k // TILE * TILE, TILE)"),
)
last_tile_alone = edited(
    "tiled",
    "the sum begins anew with each tile; it must begin once, before the first",
    ("            a_tile[y, x] =", "            total = 0.0\n            a_tile[y, x] ="),
)
added_to_out = edited(
    "tiled",
    "out was added to, and it holds nan at first; add up in a variable, and write once",
    ("out[row, col] = total", "out[row, col] += total"),
)


not_counted = edited(
    "tiled",
    "load_a and load_b are for Memory; a kernel reads a[row, l] and b[l, col], and these loads are counted",
    ("= a[row, first + x] if", "= load_a(row, first + x) if"),
    ("= b[first + y, col] if", "= load_b(first + y, col) if"),
)
k_unguarded = edited(
    "tiled",
    K_PASSED,
    (" and first + x < k", ""),
    ("first + y < k and col < n", "col < n"),
)


@instead_of("tiled", "right, but every number comes from global memory; load each entry once for each block")
def naive(load_a, load_b, m, n, k, order):
    entry = lambda i, j: sum(load_a(i, l) * load_b(l, j) for l in range(k))
    return np.array([[entry(i, j) for j in range(n)] for i in range(m)]), 2 * m * n * k


@instead_of("tiled", "the product was made without the kernel, and the loads by a formula; let the threads do it")
def by_numpy(load_a, load_b, m, n, k, order):
    a = np.array([[load_a(i, l) for l in range(k)] for i in range(m)])
    b = np.array([[load_b(l, j) for j in range(n)] for l in range(k)])
    return a @ b, ceil(n, 4) * m * k + ceil(m, 4) * k * n


# ---- the sum of a block

IN_LOOP = "            yield\n            if x < distance", "            if x < distance"
ADD = "partial[x] += partial[x + distance]\n"
TAIL = " if x < len(numbers) else 0"

as_given = edited(
    "block_sum",
    "this is the kernel as it was given; its barrier stands where only some threads come by",
    IN_LOOP, (ADD, f"{ADD}                yield\n"), (TAIL, ""),
)  # fmt: skip
inside_the_branch = edited(
    "block_sum",
    "the barrier stands where only some threads come by; it must be where all of them pass",
    IN_LOOP, (ADD, f"{ADD}                yield\n"),
)  # fmt: skip
nothing_before = edited(
    "block_sum",
    "nothing waits between writing partial and the first addition",
    IN_LOOP, ("            distance //= 2", "            yield\n            distance //= 2"),
)  # fmt: skip
without_any = edited("block_sum", "there is no barrier; each step needs one before it", IN_LOOP)
before_the_loop = edited(
    "block_sum",
    "one barrier before the loop is not enough: each step reads what other threads added in the last one",
    IN_LOOP, ("        while", "        yield\n        while"),
)  # fmt: skip
unguarded_tail = edited(
    "block_sum", "threads beyond the last number (from x = len(numbers) on) load too; they must put 0", (TAIL, "")
)
undefined_tail = edited(
    "block_sum",
    "threads beyond the last number must put 0, since shared memory is undefined at first",
    (TAIL, " if x < len(numbers) else partial[x]"),
)
leaving_tail = edited(
    "block_sum",
    "threads without a number leave; the others wait for them at the barrier",
    (
        "        partial[x] = numbers",
        "        if x >= len(numbers):\n            return\n        partial[x] = numbers",
    ),
)
any_thread = edited(
    "block_sum",
    "every thread hands in its partial; only thread 0 has the sum",
    ("if x == 0:\n            total.append(partial[0])", "total.append(partial[x])"),
)
quarter = edited("block_sum", "the first distance must be half of the threads", ("threads // 2", "threads // 4"))
half_of_the_numbers = edited(
    "block_sum", "half of the numbers; the distances are halves of the threads, a power of two",
    ("threads // 2", "len(numbers) // 2"),
)  # fmt: skip
one_too_many = edited(
    "block_sum",
    "one thread too many adds: with x == distance it reads beyond what is left",
    ("x < distance", "x <= distance"),
)
KERNEL = inspect.getsource(given.block_sum).split("        # begin solution\n")[1].split("        # end solution")[0]
one_thread_of_all = edited(
    "block_sum",
    "thread 0 loads and adds everything; each thread must bring one number, and half of the threads add at a time",
    (KERNEL, "        if thread[0] == 0:\n            total.append(sum(numbers[i] for i in range(len(numbers))))\n"
     "        return\n        yield\n"),
)  # fmt: skip
SERIAL = "one thread adds everything while the others wait; half of them must add at the same time, then a quarter"
WRITE = KERNEL.split("        distance")[0] + "        yield\n        if x == 0:\n"
one_thread_adds = edited(
    "block_sum", SERIAL, (KERNEL, WRITE + "            total.append(sum(partial[i] for i in range(threads)))\n")
)
one_thread_sums = edited(
    "block_sum", f"{SERIAL}, number by number", (KERNEL, WRITE + "            total.append(partial.sum())\n")
)
one_thread_at_once = edited("block_sum", SERIAL, (KERNEL, WRITE + "            total.append(partial[:].sum())\n"))


@instead_of("block_sum", "the sum was made without the kernel; let the threads do it")
def by_python(load, count, threads, order):
    return float(sum(load(i) for i in range(count)))


last_step_missing = edited(
    "block_sum",
    "the last step, with distance 1, is missing, or the sum was read before it",
    ("distance > 0", "distance > 1"),
)


@instead_of(
    "fetch", "always along a row; if the small stride leads down, neighbours must go down. (In bytes it is 4, not 1.)"
)
def along_rows(number, shape, strides):
    return divmod(number, shape[1])


@instead_of(
    "fetch",
    "always down a column; if the small stride leads right, neighbours must go right. (In bytes it is 4, not 1.)",
)
def down_columns(number, shape, strides):
    return number % shape[0], number // shape[0]


@instead_of("fetch", "turned around: neighbouring threads must go along the small stride, not along the large one")
def along_the_large_stride(number, shape, strides):
    if strides[1] > strides[0]:
        return divmod(number, shape[1])
    return number % shape[0], number // shape[0]


@instead_of("fetch", "row and column are exchanged in what is returned")
def returned_exchanged(number, shape, strides):
    if strides[1] < strides[0]:
        return number % shape[1], number // shape[1]
    return number // shape[0], number % shape[0]


@instead_of("fetch", "divided by the number of rows where a row's length was needed, which is the number of columns")
def wrong_length(number, shape, strides):
    if strides[1] < strides[0]:
        return number // shape[0] % shape[0], number % shape[0] % shape[1]
    return number % shape[1] % shape[0], number // shape[1] % shape[1]


@instead_of("fetch", "where columns lie in memory, divmod gives (column, row); exchange them")
def columns_unswapped(number, shape, strides):
    return divmod(number, shape[1] if strides[1] < strides[0] else shape[0])


@instead_of("fetch", "where columns lie in memory, one has as many entries as there are rows; divide by that")
def columns_by_columns(number, shape, strides):
    return divmod(number, shape[1]) if strides[1] < strides[0] else divmod(number, shape[1])[::-1]


@instead_of("fetch", "rows and columns are exchanged as divisors: a row has as many entries as there are columns")
def divisors_exchanged(number, shape, strides):
    return divmod(number, shape[0]) if strides[1] < strides[0] else divmod(number, shape[1])[::-1]


@instead_of("fetch", "this is the number of the thread in its warp; each warp then fetches the same entries")
def within_the_warp(number, shape, strides):
    number %= 32
    if strides[1] < strides[0]:
        return divmod(number, shape[1])
    return number % shape[0], number // shape[0]


@instead_of("fetch", "this is a place alone; return the row and the column")
def place_alone(number, shape, strides):
    return number


@instead_of("fetch", "tiles do not always have 8 columns")
def eight_columns(number, shape, strides):
    return divmod(number, 8) if strides[1] < strides[0] else divmod(number, 8)[::-1]


@instead_of("fetch", "the shape decides here; what counts is the smaller stride")
def by_the_longer_side(number, shape, strides):
    return divmod(number, shape[1]) if shape[1] >= shape[0] else (number % shape[0], number // shape[0])


@instead_of("fetch", "row and column were both taken modulo; several threads fetch the same entry then")
def both_modulo(number, shape, strides):
    return number % shape[0], number % shape[1]


@instead_of("fetch", "these are not whole numbers: divide with //")
def true_division(number, shape, strides):
    if strides[1] < strides[0]:
        return number / shape[1], number % shape[1]
    return number % shape[0], number / shape[0]
