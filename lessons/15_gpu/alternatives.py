"""Other right answers of lesson 15; the grader must accept them too."""

import math
from pathlib import Path

import numpy as np

from tinynet.course import instead_of
from tinynet.course.manifest import load_module

given = load_module(Path(__file__).with_name("solution.py"))
TILE, Memory, launch = given.TILE, given.Memory, given.launch


@instead_of("cover", "rounded up by adding tile - 1; idle threads as the padded matrix minus the matrix")
def padded(m, n, tile):
    down, across = (m + tile - 1) // tile, (n + tile - 1) // tile
    return down, across, (down * tile) * (across * tile) - m * n


@instead_of("cover", "math.ceil")
def by_ceil(m, n, tile):
    down, across = math.ceil(m / tile), math.ceil(n / tile)
    return [down, across, down * across * tile * tile - m * n]


@instead_of("place", "an early return, as kernels have it")
def early(block, thread, tile, m, n):
    row = block[0] * tile + thread[1]
    if row >= m:
        return -1
    col = block[1] * tile + thread[0]
    if col >= n:
        return -1
    return n * row + col


@instead_of("place", "by NumPy's numbering")
def by_numpy(block, thread, tile, m, n):
    at = np.array(block) * tile + np.array(thread)[::-1]
    return np.ravel_multi_index(tuple(at), (m, n)) if (at < (m, n)).all() else -1


@instead_of("loads", "block by block")
def by_blocks(m, n, k, tile):
    total = 0
    for i in range(0, m, tile):
        for j in range(0, n, tile):
            total += (min(tile, m - i) + min(tile, n - j)) * k
    return m * n * 2 * k, total


@instead_of("loads", "each row of a is read once for every column of blocks, each column of b once for every row")
def by_rows(m, n, k, tile):
    return 2 * m * n * k, k * (m * math.ceil(n / tile) + n * math.ceil(m / tile))


def tiled_by(thread_of):
    """Return `tiled` with a kernel made by thread_of(a, b, out)."""

    def tiled(load_a, load_b, m, n, k, order):
        a, b = Memory(load_a, m, k), Memory(load_b, k, n)
        out = np.full((m, n), np.nan)
        grid = -(-m // TILE), -(-n // TILE)
        launch(thread_of(a, b, out), grid, (TILE, TILE), order, (TILE, TILE), (TILE, TILE))
        return out, a.loads + b.loads

    tiled.__name__ = thread_of.__name__
    return tiled


@instead_of("tiled", "x runs down and y across; the second barrier stands at the start of the loop")
@tiled_by
def exchanged(a, b, out):
    (m, k), n = a.shape, b.shape[1]

    def kernel(block, thread, a_tile, b_tile):
        row, col = TILE * block[0] + thread[0], TILE * block[1] + thread[1]
        total = 0
        for first in range(0, k, TILE):
            yield
            i, j = first + thread[1], first + thread[0]
            a_tile[thread] = a[row, i] if row < m and i < k else 0
            b_tile[thread] = b[j, col] if j < k and col < n else 0
            yield
            total += a_tile[thread[0]] @ b_tile[:, thread[1]]
        if row < m and col < n:
            out[row, col] = total

    return kernel


@instead_of("tiled", "no barrier after the last tile, and b's tile turned")
@tiled_by
def turned(a, b, out):
    (m, k), n = a.shape, b.shape[1]

    def kernel(block, thread, a_tile, b_tile):
        x, y = thread
        row, col = TILE * block[0] + y, TILE * block[1] + x
        total, first = 0, 0
        while True:
            a_tile[y][x] = a[row, first + x] if row < m and first + x < k else 0
            b_tile[x][y] = b[first + y, col] if first + y < k and col < n else 0
            yield
            for l in range(min(TILE, k - first)):
                total += a_tile[y][l] * b_tile[x][l]
            first += TILE
            if first >= k:
                break
            yield
        if row < m and col < n:
            out[row, col] = total

    return kernel


def block_sum_by(thread_of):
    """Return `block_sum` with a kernel made by thread_of(numbers, threads, total)."""

    def block_sum(load, count, threads, order):
        total = []
        steps = launch(thread_of(Memory(load, count), threads, total), (1, 1), (threads, 1), order, (threads,))
        return total[0], steps

    block_sum.__name__ = thread_of.__name__
    return block_sum


@instead_of("block_sum", "the barrier stands before the loop and at its end")
@block_sum_by
def at_the_end(numbers, threads, total):
    def kernel(block, thread, partial):
        x = thread[0]
        partial[x] = 0.0
        if x < numbers.shape[0]:
            partial[x] = numbers[x]
        yield
        distance = threads >> 1
        while distance:
            if x < distance:
                partial[x] = partial[x] + partial[x + distance]
            yield
            distance >>= 1
        if x == 0:
            total.append(float(partial[0]))

    return kernel


@instead_of("block_sum", "neighbours first: distances 1, 2, 4, ..")
@block_sum_by
def neighbours(numbers, threads, total):
    def kernel(block, thread, partial):
        x, distance = thread[0], 1
        partial[x] = numbers[x] if x < len(numbers) else 0
        yield
        while distance < threads:
            if x % (2 * distance) == 0:
                partial[x] += partial[x + distance]
            distance *= 2
            yield
        if not x:
            total.append(partial[x])

    return kernel


@instead_of("block_sum", "a thread keeps its own sum, and puts down what others need")
@block_sum_by
def own_sums(numbers, threads, total):
    def kernel(block, thread, partial):
        x, distance = thread[0], threads
        own = partial[x] = numbers[x] if x < numbers.shape[0] else 0
        while distance := distance // 2:
            yield
            if x < distance:
                own = partial[x] = own + partial[x + distance]
        if x == 0:
            total.append(own)

    return kernel


@instead_of("fetch", "divmod along the small stride")
def by_divmod(number, shape, strides):
    if strides[0] > strides[1]:
        return divmod(number, shape[1])
    return divmod(number, shape[0])[::-1]


@instead_of("fetch", "every entry's address, sorted")
def by_address(number, shape, strides):
    entries = [(r, c) for r in range(shape[0]) for c in range(shape[1])]
    return sorted(entries, key=lambda e: e[0] * strides[0] + e[1] * strides[1])[number]


@instead_of("fetch", "to and fro, like a plough: neighbours still share a sector")
def ploughed(number, shape, strides):
    far, near = (0, 1) if strides[1] < strides[0] else (1, 0)
    line, at = divmod(number, shape[near])
    entry = [0, 0]
    entry[far], entry[near] = line, at if line % 2 == 0 else shape[near] - 1 - at
    return entry
