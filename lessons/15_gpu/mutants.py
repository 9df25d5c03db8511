"""Wrong answers of lesson 15, each with the mistake behind it; the grader must reject them."""

from pathlib import Path

from tinynet.course import instead_of
from tinynet.course.manifest import load_module

given = load_module(Path(__file__).with_name("solution.py"))
TILE = given.TILE
tiled_by, block_sum_by = (
    vars(load_module(Path(__file__).with_name("alternatives.py")))[name] for name in ("tiled_by", "block_sum_by")
)


def ceil(a, b):
    return -(-a // b)


@instead_of("cover", "rounded down: the outputs beyond the last whole tile get no block; round up")
def floored(m, n, tile):
    return m // tile, n // tile, max(0, (m // tile) * (n // tile) * tile**2 - m * n)


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
def one_too_far(block, thread, tile, m, n):
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


def kernel_with(before=True, after=True, guard_a=True, guard_write=True, leave=False, swap_read=False, clear=True,
                start=0, stop=TILE, keep=True):  # fmt: skip
    """Return thread_of for `tiled`: the solution's kernel with parts taken out."""

    def thread_of(a, b, out):
        (m, k), n = a.shape, b.shape[1]

        def kernel(block, thread, a_tile, b_tile):
            x, y = thread
            row, col = TILE * block[0] + y, TILE * block[1] + x
            if leave and (row >= m or col >= n):
                return
            total = 0.0
            for first in range(start, k, TILE):
                if not keep:
                    total = 0.0
                if clear:
                    a_tile[y, x] = b_tile[y, x] = 0
                if not guard_a or (row < m and first + x < k):
                    a_tile[y, x] = a[row, first + x]
                if not guard_a or (first + y < k and col < n):
                    b_tile[y, x] = b[first + y, col]
                if before:
                    yield
                for l in range(stop):
                    total += a_tile[l, x] * b_tile[y, l] if swap_read else a_tile[y, l] * b_tile[l, x]
                if after:
                    yield
            if not guard_write or (row < m and col < n):
                out[row, col] = total

        return kernel

    return thread_of


def tiled_with(**changes):
    return tiled_by(kernel_with(**changes))


no_first = instead_of(
    "tiled", "no barrier between writing and reading a tile: a thread reads what others have not written yet"
)(tiled_with(before=False))
no_second = instead_of(
    "tiled",
    "no barrier after reading a tile: a fast thread writes the next one over what others still need",
)(tiled_with(after=False))
no_barrier = instead_of("tiled", "there is no barrier at all; the tile's loop needs two")(
    tiled_with(before=False, after=False)
)
left_early = instead_of(
    "tiled", "threads without an output leave before the barrier; they must stay, for the others wait for them"
)(tiled_with(leave=True))
loads_outside = instead_of("tiled", "loads are not guarded: what sticks out of a matrix counts as 0 and is not loaded")(
    tiled_with(guard_a=False)
)
writes_outside = instead_of("tiled", "the write to out is not guarded: some threads have no output")(
    tiled_with(guard_write=False)
)
transposed_reads = instead_of(
    "tiled", "the tiles were read crosswise: a thread needs row y of a_tile and column x of b_tile"
)(tiled_with(swap_read=True))
not_cleared = instead_of(
    "tiled", "what sticks out must become 0 in the tile; here the last tile's entries, or nan, are still there"
)(tiled_with(clear=False))
one_short = instead_of("tiled", "the loop over the tile is one short: it has TILE entries")(tiled_with(stop=TILE - 1))
last_tile_alone = instead_of("tiled", "the sum begins anew with each tile; it must begin once, before the first")(
    tiled_with(keep=False)
)


@instead_of("tiled", "right, but every number comes from global memory; load each entry once for each block")
@tiled_by
def naive(a, b, out):
    (m, k), n = a.shape, b.shape[1]

    def kernel(block, thread, a_tile, b_tile):
        row, col = TILE * block[0] + thread[1], TILE * block[1] + thread[0]
        if row < m and col < n:
            out[row, col] = sum(a[row, l] * b[l, col] for l in range(k))

    return kernel


@instead_of("tiled", "the last tile is missing: k need not be a multiple of TILE, so round the number of tiles up")
@tiled_by
def floored_tiles(a, b, out):
    (m, k), n = a.shape, b.shape[1]

    def kernel(block, thread, a_tile, b_tile):
        x, y = thread
        row, col = TILE * block[0] + y, TILE * block[1] + x
        total = 0.0
        for t in range(k // TILE):
            a_tile[y, x] = a[row, TILE * t + x] if row < m else 0
            b_tile[y, x] = b[TILE * t + y, col] if col < n else 0
            yield
            for l in range(TILE):
                total += a_tile[y, l] * b_tile[l, x]
            yield
        if row < m and col < n:
            out[row, col] = total

    return kernel


def sum_with(first=True, inside=False, each=True, end=False, tail="zero", who=0, halve=2):
    """Return thread_of for `block_sum`, with barriers in the right or in wrong places."""

    def thread_of(numbers, threads, total):
        def kernel(block, thread, partial):
            x, length = thread[0], numbers.shape[0]
            if tail == "leave" and x >= length:
                return
            if tail == "none" or x < length:
                partial[x] = numbers[x]
            elif tail == "zero":
                partial[x] = 0
            if first:
                yield
            distance = threads // halve
            while distance > 0:
                if x < distance:
                    partial[x] += partial[x + distance]
                    if inside:
                        yield
                if each:
                    yield
                distance //= 2
            if x == who or who is None:
                total.append(partial[x])

        return kernel

    return thread_of


def block_sum_with(**changes):
    return block_sum_by(sum_with(**changes))


as_given = instead_of("block_sum", "nothing waits between writing partial and the first addition")(
    block_sum_with(first=False)
)
inside_the_branch = instead_of(
    "block_sum", "the barrier stands where only some threads come by; it must be where all of them pass"
)(block_sum_with(each=False, inside=True))
without_any = instead_of("block_sum", "there is no barrier; each step needs one before it")(
    block_sum_with(first=False, each=False)
)
before_the_loop = instead_of(
    "block_sum", "one barrier before the loop is not enough: each step reads what other threads added in the last one"
)(block_sum_with(each=False))
unguarded_tail = instead_of("block_sum", "threads beyond the last number load too; they must put 0 instead")(
    block_sum_with(tail="none")
)
undefined_tail = instead_of(
    "block_sum", "threads beyond the last number must put 0, since shared memory is undefined at first"
)(block_sum_with(tail="nothing"))
leaving_tail = instead_of("block_sum", "threads without a number leave; the others wait for them at the barrier")(
    block_sum_with(tail="leave")
)
any_thread = instead_of("block_sum", "every thread hands in its partial; only thread 0 has the sum")(
    block_sum_with(who=None)
)
quarter = instead_of("block_sum", "the first distance must be half of the threads")(block_sum_with(halve=4))


@instead_of("fetch", "always along a row; if the small stride leads down, neighbouring threads must go down")
def along_rows(number, shape, strides):
    return divmod(number, shape[1])


@instead_of("fetch", "always down a column; if the small stride leads to the right, neighbouring threads must go right")
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


@instead_of("fetch", "this is the number of the thread in its warp; each warp then fetches the same entries")
def within_the_warp(number, shape, strides):
    number %= 32
    if strides[1] < strides[0]:
        return divmod(number, shape[1])
    return number % shape[0], number // shape[0]
