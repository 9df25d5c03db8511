"""Lesson 15, exercises: blocks, threads, tiles and barriers.

Three things are given. `Memory` is global memory, which counts what is loaded from it. A `Board` is memory that the
threads of a block share. `launch` runs a kernel that is written for one thread, as a GPU does: once for each thread of
each block. A kernel that says `yield` stands at a barrier, __syncthreads() in CUDA. Up to there the threads of a block
take turns in any order that a seed gives.
"""

import numpy as np

TILE = 4  # a block has TILE x TILE threads and makes TILE x TILE outputs


class Memory:
    """An array in global memory, from which a thread loads one number at a time, such as a[row, column]."""

    def __init__(self, load, *shape):
        self.load, self.shape, self.loads = load, shape, 0

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, place):
        place = place if isinstance(place, tuple) else (place,)
        if len(place) != len(self.shape) or not all(isinstance(p, (int, np.integer)) for p in place):
            raise IndexError(f"a thread loads one number at a time; shape {self.shape} takes {len(self.shape)} indices")
        if not all(0 <= p < size for p, size in zip(place, self.shape, strict=True)):
            raise IndexError(f"a thread reads {list(map(int, place))}, outside of an array of shape {self.shape}")
        self.loads += 1
        return self.load(*map(int, place))


class Board:
    """An array that the threads of a block share; at first it holds nan. It counts reads and writes."""

    def __init__(self, shape):
        self.array, self.accesses = np.full(shape, np.nan), 0

    def __getitem__(self, place):
        self.accesses += np.size(self.array[place])
        return self.array[place]

    def __setitem__(self, place, value):
        self.array[place] = value
        self.accesses += np.size(self.array[place])


def launch(kernel, grid, block, order, *shared):
    """Run kernel(block, thread, *boards) for every thread of every block, and return how many steps a block took.

    A step is an access to a board. Threads work at the same time: between two barriers the busiest one counts alone.

    Args:
        kernel: what one thread does; block and thread say which thread it is.
        grid: how many blocks, (down, across).
        block: how many threads in a block, (x, y).
        order: a seed; it fixes the order in which the threads of a block take turns.
        shared: the shapes of the boards that the threads of a block share.

    Raises:
        RuntimeError: some threads wait at a barrier, and others have ended without it.
    """
    rng, most = np.random.default_rng(order), 0
    for where in np.ndindex(grid):
        boards, steps = [Board(shape) for shape in shared], 0
        everyone = rng.permutation(list(np.ndindex(block))).tolist()
        running = {tuple(thread): kernel(where, tuple(thread), *boards) for thread in everyone}
        running = {thread: rest for thread, rest in running.items() if rest is not None}  # None: it had no barrier
        while running:
            waiting, ended, busiest = [], [], 0
            for i in rng.permutation(len(running)):
                thread = list(running)[i]
                before = sum(board.accesses for board in boards)
                (ended if next(running[thread], "end") == "end" else waiting).append(thread)
                busiest = max(busiest, sum(board.accesses for board in boards) - before)
            if waiting and ended:
                raise RuntimeError(f"thread {min(waiting)} waits at a barrier that thread {min(ended)} never reaches")
            running = {thread: running[thread] for thread in sorted(waiting)}
            steps += busiest
        most = max(most, steps)
    return most


def cover(m, n, tile):
    """Return how many blocks cover a matrix of m x n outputs, and how many of their threads have nothing to do.

    Every block has tile x tile threads and makes tile x tile outputs, one a thread. At the lower and the right edge
    blocks may stick out. There are no more blocks than needed.

    Args:
        m, n, tile: whole numbers, 1 or more.

    Returns:
        (blocks from top to bottom, blocks from left to right, idle threads in all blocks together)
    """
    # begin solution
    down, across = -(-m // tile), -(-n // tile)
    return down, across, down * across * tile**2 - m * n
    # end solution


def place(block, thread, tile, m, n):
    """Return the place in memory of the output that a thread makes, or -1 if the thread has nothing to do.

    The output matrix, m x n, lies in memory row after row: place 0 holds row 0, column 0; place 1 holds row 0,
    column 1. Blocks have tile x tile threads. Threads with neighbouring x (and the same y) write to neighbouring
    places.

    Args:
        block: (i, j): block i from the top, j from the left, counted from 0.
        thread: (x, y), its place in the block, each from 0 to tile - 1.
        tile, m, n: whole numbers.

    Returns:
        a whole number
    """
    # begin solution
    row, col = tile * block[0] + thread[1], tile * block[1] + thread[0]
    return row * n + col if row < m and col < n else -1
    # end solution


def loads(m, n, k, tile):
    """Return how many numbers are loaded from global memory for a product of m x k by k x n, by either kernel.

    naive: each thread loads every number that it multiplies.
    tiled: a block loads each entry of a and b that its outputs need just once, and its threads share it.

    Threads without an output load nothing. Nothing outside of the matrices is loaded. tile need not divide m, n or k.

    Args:
        m, n, k: the sizes.
        tile: a block makes tile x tile outputs.

    Returns:
        (loads of the naive kernel, loads of the tiled kernel), whole numbers
    """
    # begin solution
    down, across = -(-m // tile), -(-n // tile)
    return 2 * m * n * k, across * m * k + down * k * n
    # end solution


def tiled(load_a, load_b, m, n, k, order):
    """Return the product of a and b by tiles, and the number of loads. Write the kernel.

    The kernel is what one thread does. It may load numbers from a and b, such as a[row, l], and use the two shared
    tiles, of TILE x TILE numbers each. It adds its sum up in a variable of its own, and writes it to out[row, col] at
    the end. `yield` is the barrier. The product must be right in whatever order the threads take turns. A block loads
    each entry that it needs once, and nothing outside of the matrices. The sizes need not be multiples of TILE: what
    sticks out counts as 0.

    Args:
        load_a, load_b: load_a(row, l) returns an entry of a, load_b(l, col) an entry of b. Memory calls them.
        m, n, k: a is m x k, and b is k x n.
        order: the seed of the order, for `launch`.

    Returns:
        (the product (m, n), the number of loads from a and b)
    """
    a, b = Memory(load_a, m, k), Memory(load_b, k, n)
    out = np.full((m, n), np.nan)

    def kernel(block, thread, a_tile, b_tile):
        """Compute one output. block (i, j) counts tiles down and across; thread (x, y): x across, y down."""
        # begin solution
        x, y = thread
        row, col = TILE * block[0] + y, TILE * block[1] + x
        total = 0.0
        for first in range(0, k, TILE):
            a_tile[y, x] = a[row, first + x] if row < m and first + x < k else 0
            b_tile[y, x] = b[first + y, col] if first + y < k and col < n else 0
            yield
            for l in range(TILE):
                total += a_tile[y, l] * b_tile[l, x]
            yield
        if row < m and col < n:
            out[row, col] = total
        # end solution

    launch(kernel, (-(-m // TILE), -(-n // TILE)), (TILE, TILE), order, (TILE, TILE), (TILE, TILE))
    return out, a.loads + b.loads


def block_sum(load, count, threads, order):
    """Return the sum of some numbers, added up by the threads of one block. Mend the kernel that the lesson shows.

    Each thread puts one number into shared memory; then half of them add, then a quarter, and so on. At the end
    partial[0] holds the sum, and one thread appends it to `total`.

    Args:
        load: load(i) returns number i, counted from 0. Memory calls it.
        count: how many numbers there are, 1 to `threads`; len(numbers) says so, too.
        threads: how many threads the block has, a power of two.
        order: the seed of the order, for `launch`.

    Returns:
        (the sum, the number of steps that `launch` counts)
    """
    numbers, total = Memory(load, count), []

    def kernel(block, thread, partial):
        """Add up. thread is (x, 0); partial has room for one number a thread."""
        # begin solution
        x = thread[0]
        partial[x] = numbers[x] if x < len(numbers) else 0
        distance = threads // 2
        while distance > 0:
            yield
            if x < distance:
                partial[x] += partial[x + distance]
            distance //= 2
        if x == 0:
            total.append(partial[0])
        # end solution

    steps = launch(kernel, (1, 1), (threads, 1), order, (threads,))
    [result] = total  # from one thread
    return result, steps


def fetch(number, shape, strides):
    """Return which entry of a tile a thread fetches, so that a warp touches as few sectors of memory as possible.

    A tile has as many entries as the block has threads, and each entry is fetched by exactly one of them. Threads 0 to
    31 are a warp and read at the same time; so do threads 32 to 63, and so on. Memory comes in sectors of 32 bytes.

    Args:
        number: the thread's number in the block, from 0.
        shape: (rows, columns) of the tile; both are powers of two.
        strides: (from an entry to the one below it, from an entry to the one on its right), in bytes. The smaller one
            is 4, the size of an entry; the larger one may be thousands.

    Returns:
        (row, column) in the tile, each from 0
    """
    # begin solution
    rows, columns = shape
    if strides[1] < strides[0]:
        return number // columns, number % columns
    return number % rows, number // rows
    # end solution
