"""Other right answers of lesson 13; the grader must accept them too."""

import numpy as np

from tinynet.course import instead_of


@instead_of("pack", "by np.packbits, in bytes, lowest bit first")
def by_packbits(x):
    octets = np.packbits(x >= 0, axis=1, bitorder="little")
    octets = np.pad(octets, ((0, 0), (0, -octets.shape[1] % 8)))
    return np.ascontiguousarray(octets).view("<u8").astype(np.uint64)


@instead_of("pack", "bit by bit, with Python's own integers")
def bit_by_bit(x):
    rows, d = x.shape
    words = [[0] * (-(-d // 64)) for _ in range(rows)]
    for i in range(rows):
        for j in range(d):
            if x[i, j] >= 0:
                words[i][j // 64] |= 1 << (j % 64)
    return np.array(words, dtype=np.uint64)


@instead_of("pack", "one bit of every word after the other, by OR")
def by_or(x):
    words = np.zeros((len(x), (x.shape[1] + 63) // 64), np.uint64)
    for j in range(x.shape[1]):
        words[:, j // 64] |= (x[:, j] >= 0).astype(np.uint64) << np.uint64(j % 64)
    return words


@instead_of("products", "row by row and column by column")
def by_loops(a, b, d):
    dots = np.empty((len(a), len(b)), int)
    for i, row in enumerate(a):
        for j, column in enumerate(b):
            dots[i, j] = d - 2 * int(np.bitwise_count(row ^ column).sum())
    return dots


@instead_of("products", "agreements less differences; unused bits are not counted as agreements")
def agreements_less_differences(a, b, d):
    unused = 64 * a.shape[1] - d
    agree = np.bitwise_count(~(a[:, None] ^ b)).astype(int).sum(axis=2) - unused
    return agree - (d - agree)


@instead_of("products", "by Python's long integers, one for each row")
def by_long_integers(a, b, d):
    long = lambda rows: [int.from_bytes(row.astype("<u8").tobytes(), "little") for row in rows]
    return np.array([[d - 2 * (x ^ y).bit_count() for y in long(b)] for x in long(a)])


@instead_of("products", "from the ones in a, in b, and in both")
def from_ones(a, b, d):
    count = lambda words: np.bitwise_count(words).sum(axis=-1, dtype=np.int32)
    return d - 2 * (count(a)[:, None] + count(b) - 2 * count(a[:, None] & b))


@instead_of("too_high", "words times 64, less d")
def by_words(d):
    return 2 * (64 * ((d + 63) // 64) - d)


@instead_of("too_high", "by a case for whole words")
def by_case(d):
    return 0 if d % 64 == 0 else 128 - 2 * (d % 64)


@instead_of("in_tiles", "eight sums with names, as a list of lists of ints")
def eight_sums(load_a, load_b, m, n, d):
    dots = [[0] * n for _ in range(m)]
    for j in range(0, n, 4):
        for i in range(0, m, 2):
            s = [d] * 8
            for w in range((d + 63) // 64):
                b = load_b(j, w), load_b(j + 1, w), load_b(j + 2, w), load_b(j + 3, w)
                a0, a1 = load_a(i, w), load_a(i + 1, w)
                pairs = [(x, y) for x in (a0, a1) for y in b]
                s = [t - 2 * (x ^ y).bit_count() for t, (x, y) in zip(s, pairs, strict=True)]
            dots[i][j : j + 4], dots[i + 1][j : j + 4] = s[:4], s[4:]
    return dots


@instead_of("in_tiles", "one word of a at a time, against the four of b")
def one_of_a(load_a, load_b, m, n, d):
    dots = np.full((m, n), d)
    for i in range(0, m, 2):
        for j in range(0, n, 4):
            for w in range(-(-d // 64)):
                b = [load_b(j + c, w) for c in range(4)]
                for r in range(i, i + 2):
                    a = load_a(r, w)
                    dots[r, j : j + 4] -= [2 * bin(a ^ word).count("1") for word in b]
    return dots


@instead_of("best_tile", "for each c the most rows that fit")
def most_rows(registers):
    tiles = [((registers - 1 - c) // c, c) for c in range(1, registers // 2 + 1) if registers - 1 - c >= c]
    return min(tiles, key=lambda tile: sum(tile) / (tile[0] * tile[1]))


@instead_of("best_tile", "by loops, keeping the best so far")
def best_so_far(registers):
    best, least = None, float("inf")
    for c in range(1, registers):
        for r in range(1, registers):
            if r * c + c + 1 <= registers and (r + c) / (r * c) < least:
                best, least = [r, c], (r + c) / (r * c)
    return best


@instead_of("best_tile", "as an array")
def as_array(registers):
    fits = [(r, c) for c in range(1, registers) for r in range(1, registers) if c * (r + 1) < registers]
    return np.array(max(fits, key=lambda tile: tile[0] * tile[1] / sum(tile)))


@instead_of("add_up", "threes first, over and over, then twos")
def threes_first(columns, full, half):
    columns = [list(column) for column in columns]
    k = 0
    while k < len(columns):
        while len(columns[k]) >= 2:
            if k + 1 == len(columns):
                columns.append([])
            if len(columns[k]) >= 3:
                x, y, z, *rest = columns[k]
                bit, carry = full(x, y, z)
            else:
                (x, y), rest = columns[k], []
                bit, carry = half(x, y)
            columns[k] = [*rest, bit]
            columns[k + 1] = [carry, *columns[k + 1]]
        k += 1
    return [column[0] if column else 0 for column in columns]


@instead_of("add_up", "column by column, handing on the carries")
def by_carries(columns, full, half):
    total, carries, left = [], [], list(columns)
    while left or carries:
        bits = list(left[0] if left else []) + carries
        left, carries = left[1:], []
        while len(bits) > 2:
            bit, carry = full(*bits[:3])
            bits = [*bits[3:], bit]
            carries.append(carry)
        if len(bits) == 2:
            bit, carry = half(*bits)
            bits = [bit]
            carries.append(carry)
        total.append(bits[0] if bits else 0)
    return tuple(total)


@instead_of("partial_products", "column by column")
def column_by_column(x, y, both):
    return [[both(x[i], y[k - i]) for i in range(len(x)) if 0 <= k - i < len(y)] for k in range(len(x) + len(y) - 1)]


@instead_of("partial_products", "shifted rows, as in school")
def as_in_school(x, y, both):
    columns = [[] for _ in range(len(x) + len(y))]
    for shift, q in enumerate(y):
        for column, p in zip(columns[shift:], x, strict=False):
            column.append(both(p, q))
    return columns
