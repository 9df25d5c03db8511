"""Lesson 13, exercises: products of signs by XOR and popcount, tiles of them, and the gates that they take."""

import numpy as np


def pack(x):
    """Return the signs of x as bits, 64 to a word.

    An entry of 0 or more stands for +1 and becomes the bit 1; a negative entry becomes 0. In each row, the lowest bit
    of the first word is the first entry, the next bit the second entry, and so on; entry 64 is the lowest bit of the
    second word. If the last word has room left, its unused high bits are 0.

    Args:
        x: float (m, d).

    Returns:
        uint64 (m, words), with just enough words for d bits
    """
    # begin solution
    m, d = x.shape
    bits = np.zeros((m, -(-d // 64) * 64), np.uint64)
    bits[:, :d] = x >= 0
    weights = np.uint64(1) << np.arange(64, dtype=np.uint64)
    return (bits.reshape(m, -1, 64) * weights).sum(axis=2, dtype=np.uint64)
    # end solution


def products(a, b, d):
    """Return the dot products of all rows of a with all rows of b, where the rows are signs, packed as by `pack`.

    np.bitwise_count counts the ones in each word. Careful: it returns numbers of 8 bits without a sign, and their sum
    has no sign either. A dot product may be negative.

    Args:
        a: uint64 (m, words).
        b: uint64 (n, words).
        d: how many signs each row holds. Unused bits are 0.

    Returns:
        (m, n), whole numbers from -d to d, of an integer dtype with a sign
    """
    # begin solution
    differ = np.bitwise_count(a[:, None] ^ b).sum(axis=-1, dtype=np.int64)
    return d - 2 * differ
    # end solution


def too_high(d):
    """Return by how much this function is too high, whatever the signs are:

        def by_xnor(a, b, d):
            agree = np.bitwise_count(~(a[:, None] ^ b)).sum(axis=-1, dtype=np.int64)
            return 2 * agree - d

    Its arguments are those of `products`: rows of d signs each, packed as by `pack`. For d = 64 and for d = 128 it is
    right.

    Args:
        d: 1 or more.

    Returns:
        a whole number: what by_xnor returns minus the true dot product, the same for every pair of rows
    """
    # begin solution
    unused = -d % 64
    return 2 * unused
    # end solution


def in_tiles(load_a, load_b, m, n, d):
    """Return all dot products, by tiles of 2 rows of a and 4 rows of b.

    A tile makes eight products at once. It passes along its rows word by word: it loads two words of a and four of b,
    uses these six in all eight products, and goes on to the next six. So it keeps six words and eight sums at a time.
    Only when it is at the end of its rows does the next tile begin.

    Args:
        load_a: load_a(i, w) returns word w of row i of a: a whole number of 64 bits, an int of Python, whose ones
            `int.bit_count` counts. Rows and words are counted from 0.
        load_b: the same for b.
        m, n: the number of rows of a, which is even, and of b, which is a multiple of 4.
        d: how many signs each row holds, packed as by `pack`.

    Returns:
        (m, n), the dot products, whole numbers
    """
    # begin solution
    dots = np.empty((m, n), np.int64)
    for i in range(0, m, 2):
        for j in range(0, n, 4):
            differ = np.zeros((2, 4), np.int64)
            for w in range(-(-d // 64)):
                a = [load_a(i + r, w) for r in range(2)]
                b = [load_b(j + c, w) for c in range(4)]
                for r in range(2):
                    for c in range(4):
                        differ[r, c] += (a[r] ^ b[c]).bit_count()
            dots[i : i + 2, j : j + 4] = d - 2 * differ
    return dots
    # end solution


def best_tile(registers):
    """Return (r, c), the tile of r rows of a and c rows of b that loads the fewest words for each popcount.

    A processor adds and counts only what is in its registers. During a tile, each of its r c sums stays in a register
    of its own. So do the c words of b that are in use. The words of a come one at a time, and share one register.

    Args:
        registers: how many there are, 3 or more.

    Returns:
        (r, c), two whole numbers; if several tiles are equally good, any of them
    """
    # begin solution
    fits = [(r, c) for r in range(1, registers) for c in range(1, registers) if r * c + c + 1 <= registers]
    return min(fits, key=lambda tile: 1 / tile[0] + 1 / tile[1])
    # end solution


def add_up(columns, full, half):
    """Return the sum of many bits, by as few gates as you can: full adders take 5 gates, half adders take 2.

    Bits of equal weight stand in one column: each bit in columns[k] counts 2^k. For example, columns = [[1, 1, 0], [1]]
    stand for 1 + 1 + 0 + 2 = 4. Nothing but the adders may add.

    Args:
        columns: a list of lists of bits, each bit 0 or 1. A column may be empty. Leave the lists as they are.
        full: full(x, y, z) adds three bits of equal weight. It returns (sum, carry): the carry counts twice as much as
            x, y and z do, and x + y + z = sum + 2 carry.
        half: half(x, y) does the same with two bits.

    Returns:
        a list of bits, one for each power of 2, the lowest first: [0, 0, 1] in the example. More zeros may follow.
    """
    # begin solution
    columns = [list(column) for column in columns]
    total = []
    for k, column in enumerate(columns):  # the list grows on the way
        while len(column) > 1:
            bits = [column.pop() for _ in range(min(3, len(column)))]
            bit, carry = full(*bits) if len(bits) == 3 else half(*bits)
            column.append(bit)
            if k + 1 == len(columns):
                columns.append([])
            columns[k + 1].append(carry)
        total += column or [0]
    return total
    # end solution


def partial_products(x, y, both):
    """Return columns of bits whose sum is the product of two numbers, ready for `add_up`.

    Args:
        x, y: the numbers' bits, each 0 or 1, the lowest first; one may have more bits than the other.
        both: both(p, q) is an AND gate: it returns 1 if p and q are 1, otherwise 0. A circuit is built before anyone
            knows what its bits will be. So there is one gate for each pair of a bit of x and a bit of y, also for bits
            that happen to be 0.

    Returns:
        a list of lists of bits: each bit in list k counts 2^k. There is one for each gate, and no other. Within a list
        the order does not matter, and a list may be empty.
    """
    # begin solution
    columns = [[] for _ in range(len(x) + len(y))]
    for i, p in enumerate(x):
        for j, q in enumerate(y):
            columns[i + j].append(both(p, q))
    return columns
    # end solution
