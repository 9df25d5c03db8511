"""Wrong answers of lesson 13, each with the mistake behind it; the grader must reject them."""

import numpy as np

from tinynet.course import instead_of

POWERS = np.uint64(1) << np.arange(64, dtype=np.uint64)


def n_words(d):
    return -(-d // 64)


def to_words(bits):
    return (bits.reshape(len(bits), -1, 64).astype(np.uint64) * POWERS).sum(axis=2, dtype=np.uint64)


def padded(bits, value):
    return np.pad(bits, ((0, 0), (0, -bits.shape[1] % 64)), constant_values=value)


def differences(a, b):
    return np.bitwise_count(a[:, None] ^ b).sum(axis=-1, dtype=np.int64)


@instead_of("pack", "only whole words were filled: where d is no multiple of 64, the last entries are lost")
def whole_words_alone(x):
    return to_words(x[:, : x.shape[1] // 64 * 64] >= 0)


@instead_of("pack", "an entry of 0 became the bit 0; zero counts as positive")
def zero_as_negative(x):
    return to_words(padded(x > 0, 0))


@instead_of(
    "pack",
    "the unused bits are 1, not 0; did you fill up with zeros before the signs were taken? Zero counts as positive",
)
def filled_up_before(x):
    return to_words(padded(x, 0) >= 0)


@instead_of("pack", "the first entry became the highest bit of its word; it should be the lowest")
def highest_first(x):
    return to_words(padded(x >= 0, 0).reshape(len(x), -1, 64)[:, :, ::-1].reshape(len(x), -1))


@instead_of(
    "pack", "the entries of a word were read like a number in binary, highest bit first; the first is the lowest"
)
def read_as_binary(x):
    texts = ["".join("01"[int(v >= 0)] for v in row) for row in x]
    return np.array([[int(t[k : k + 64], 2) for k in range(0, len(t), 64)] for t in texts], np.uint64)


@instead_of("pack", "bits were numbered across the words; entry 1 is the next bit of the same word")
def across_words(x):
    bits = padded(x >= 0, 0)
    return to_words(bits.reshape(len(x), 64, -1).transpose(0, 2, 1).reshape(len(x), -1))


@instead_of("pack", "the powers of 2 were floats, which are exact up to 2^53 only: the low bits of a word are lost")
def powers_in_float(x):
    bits = padded(x >= 0, 0).reshape(len(x), -1, 64)
    sums = (bits * 2.0 ** np.arange(64)).sum(axis=2)
    return np.where(sums >= 2.0**64, np.uint64(2**64 - 1), np.minimum(sums, 2.0**64 - 2048).astype(np.uint64))


@instead_of("pack", "the bits are turned round: 1 stands for +1, and 0 for -1")
def turned_round(x):
    return to_words(padded(x < 0, 0))


@instead_of("pack", "the words are those of np.packbits as it stands: its first bit is the highest of each byte")
def packbits_as_it_stands(x):
    octets = np.packbits(x >= 0, axis=1)
    return np.pad(octets, ((0, 0), (0, -octets.shape[1] % 8))).view(np.uint64)


@instead_of("pack", "one word too many where d is a multiple of 64; round d / 64 up")
def always_one_more(x):
    return to_words(np.pad(x >= 0, ((0, 0), (0, 64 - x.shape[1] % 64))))


@instead_of(
    "pack", "the powers of 2 have a sign here; bit 63 needs uint64: np.uint64(1) << np.arange(64, dtype=np.uint64)"
)
def powers_with_a_sign(x):
    return (padded(x >= 0, 0).reshape(len(x), -1, 64) * (1 << np.arange(64))).sum(axis=2)


PADDING = "a row of 100 bits fills 13 bytes; fill up to whole words of 64 bits first"


@instead_of("pack", PADDING)
def packbits_without_padding(x):
    return np.packbits(x >= 0, axis=1, bitorder="little").view(np.uint64)


@instead_of("pack", PADDING + ". And np.packbits puts the first entry highest, unless you say bitorder")
def packbits_without_anything(x):
    return np.packbits(x >= 0, axis=1).view(np.uint64)


@instead_of("pack", "the high half of each word is lost: its bits were shifted as numbers of 32 bits")
def shifted_in_32_bits(x):
    return to_words(padded(x >= 0, 0)) & np.uint64(2**32 - 1)


@instead_of("products", "a difference without a sign: where d - 2 h is below 0, it wraps round to a huge number")
def without_sign(a, b, d):
    return d - 2 * np.bitwise_count(a[:, None] ^ b).sum(axis=-1)


@instead_of("products", "counts were added in 8 bits, where 256 is 0 again")
def sums_of_8_bits(a, b, d):
    return d - 2 * np.bitwise_count(a[:, None] ^ b).sum(axis=-1, dtype=np.uint8).astype(np.int64)


@instead_of("products", "d - 2 h was computed for each word, in 8 bits, before the sum; add the counts first")
def for_each_word_in_8_bits(a, b, d):
    return (np.uint8(d % 256) - np.uint8(2) * np.bitwise_count(a[:, None] ^ b)).sum(axis=-1)


@instead_of("products", "these are floats; whole numbers are wanted, of an integer dtype with a sign, such as int64")
def as_floats(a, b, d):
    return d - 2.0 * differences(a, b)


@instead_of("products", "these are the numbers of differences; turn them into dot products")
def differences_alone(a, b, d):
    return differences(a, b)


@instead_of("products", "these are the numbers of agreements; each difference also takes 1 away")
def agreements_alone(a, b, d):
    return d - differences(a, b)


@instead_of("products", "the sign is turned round: agreements add 1, and differences take 1 away")
def turned(a, b, d):
    return 2 * differences(a, b) - d


@instead_of("products", "each word counts as 64 products, so unused bits count as agreements; a row holds d signs")
def words_as_64(a, b, d):
    return 64 * a.shape[1] - 2 * differences(a, b)


@instead_of("products", "words that differ were counted; count the bits in which they differ")
def words_counted(a, b, d):
    return d - 2 * np.count_nonzero(a[:, None] ^ b, axis=-1)


@instead_of("products", "AND finds the places where both are +1; XOR finds those where they differ")
def by_and(a, b, d):
    return d - 2 * np.bitwise_count(a[:, None] & b).sum(axis=-1, dtype=np.int64)


@instead_of("products", "AND finds the places where both are +1; they also agree where both are -1")
def by_and_alone(a, b, d):
    return 2 * np.bitwise_count(a[:, None] & b).sum(axis=-1, dtype=np.int64) - d


@instead_of("products", "the numbers of ones were compared; the same number of ones can stand in different places")
def ones_compared(a, b, d):
    ones = lambda words: np.bitwise_count(words).sum(axis=-1, dtype=np.int64)
    return d - 2 * np.abs(ones(a)[:, None] - ones(b))


@instead_of("products", "rows and columns are exchanged: row i of the result belongs to row i of a")
def exchanged(a, b, d):
    return d - 2 * differences(b, a)


@instead_of("products", "only the first word of each row was compared")
def first_word_alone(a, b, d):
    return d - 2 * np.bitwise_count(a[:, None, 0] ^ b[:, 0]).astype(np.int64)


@instead_of("products", "XNOR counts the unused bits as agreements: both rows have 0 there")
def by_xnor(a, b, d):
    return 2 * np.bitwise_count(~(a[:, None] ^ b)).sum(axis=-1, dtype=np.int64) - d


@instead_of("too_high", "this is the number of unused bits; each adds an agreement, and agreements count twice")
def unused_once(d):
    return -d % 64


@instead_of("too_high", "where d is a multiple of 64 no bit is unused, so the answer is 0, not 128")
def full_word_unused(d):
    return 2 * (64 - d % 64)


@instead_of("too_high", "agreements count twice, and where d is a multiple of 64 no bit is unused")
def unused_once_and_full_word(d):
    return 64 - d % 64


@instead_of("too_high", "these are the used bits of the last word; the unused ones are counted too often")
def used_bits(d):
    return 2 * (d % 64)


@instead_of("too_high", "the sign is turned round: what is too high is a positive number")
def too_low(d):
    return -2 * (-d % 64)


@instead_of("too_high", "this is right for rows of one word; longer rows fill some words to the end")
def one_word_alone(d):
    return 2 * abs(64 - d)


@instead_of("too_high", "this takes one word for each row; of a longer row, only the last word has unused bits")
def always_one_word(d):
    return 128 - 2 * d


@instead_of("too_high", "an unused bit counts twice, as an agreement does, and a row can have any number of words")
def two_words(d):
    return 128 - d


@instead_of("too_high", "every bit of the last word was counted, used or not")
def whole_last_word(d):
    return 128 * (d % 64 > 0)


def by_tiles(load_a, load_b, m, n, d, rows=2, columns=4, row=lambda i, r: i + r, words=n_words, dot=None):
    """Return the products tile by tile, as it should be, but for what the arguments change."""
    dots = np.empty((m, n), np.int64)
    for i in range(0, m, rows):
        for j in range(0, n, columns):
            differ = np.zeros((rows, columns), np.int64)
            for w in range(words(d)):
                a = [load_a(row(i, r), w) for r in range(rows)]
                b = [load_b(j + c, w) for c in range(columns)]
                for r in range(rows):
                    for c in range(columns):
                        differ[r, c] += (a[r] ^ b[c]).bit_count()
            dots[i : i + rows, j : j + columns] = dot(differ, d) if dot else d - 2 * differ
    return dots


@instead_of("in_tiles", "both words were loaded anew for every product: a tile loads 16 words where 6 are enough")
def loaded_for_each_product(load_a, load_b, m, n, d):
    dots = np.empty((m, n), np.int64)
    for i in range(m):
        for j in range(n):
            dots[i, j] = d - 2 * sum((load_a(i, w) ^ load_b(j, w)).bit_count() for w in range(n_words(d)))
    return dots


@instead_of("in_tiles", "both words were loaded anew for every product, inside the tile: load its six words first")
def loaded_inside_the_tile(load_a, load_b, m, n, d):
    dots = np.full((m, n), d)
    for i in range(0, m, 2):
        for j in range(0, n, 4):
            for w in range(n_words(d)):
                for r in range(2):
                    for c in range(4):
                        dots[i + r, j + c] -= 2 * (load_a(i + r, w) ^ load_b(j + c, w)).bit_count()
    return dots


@instead_of("in_tiles", "the words of b were loaded again for the tile's second row")
def b_for_each_row(load_a, load_b, m, n, d):
    dots = np.full((m, n), d)
    for i in range(0, m, 2):
        for j in range(0, n, 4):
            for w in range(n_words(d)):
                for r in range(2):
                    a = load_a(i + r, w)
                    for c in range(4):
                        dots[i + r, j + c] -= 2 * (a ^ load_b(j + c, w)).bit_count()
    return dots


@instead_of("in_tiles", "all words were loaded at the start and kept; a tile keeps six at a time")
def all_kept(load_a, load_b, m, n, d):
    a = [[load_a(i, w) for w in range(n_words(d))] for i in range(m)]
    b = [[load_b(j, w) for w in range(n_words(d))] for j in range(n)]
    return by_tiles(lambda i, w: a[i][w], lambda j, w: b[j][w], m, n, d)


@instead_of("in_tiles", "the words of a were kept from tile to tile; each tile begins with nothing")
def rows_kept(load_a, load_b, m, n, d):
    dots = np.empty((m, n), np.int64)
    for i in range(0, m, 2):
        a = [[load_a(i + r, w) for w in range(n_words(d))] for r in range(2)]
        dots[i : i + 2] = by_tiles(lambda r, w, a=a: a[r][w], load_b, 2, n, d)
    return dots


@instead_of("in_tiles", "a tile loaded all the words of its six rows before it used them; it keeps six words at a time")
def whole_rows_first(load_a, load_b, m, n, d):
    dots = np.empty((m, n), np.int64)
    for i in range(0, m, 2):
        for j in range(0, n, 4):
            a = [[load_a(i + r, w) for w in range(n_words(d))] for r in range(2)]
            b = [[load_b(j + c, w) for w in range(n_words(d))] for c in range(4)]
            get_a, get_b = lambda r, w, a=a: a[r][w], lambda c, w, b=b: b[c][w]
            dots[i : i + 2, j : j + 4] = by_tiles(get_a, get_b, 2, 4, d)
    return dots


@instead_of("in_tiles", "the loop over words is the outermost; put it inside the two loops over tiles")
def words_outermost(load_a, load_b, m, n, d):
    dots = np.full((m, n), d)
    for w in range(n_words(d)):
        part = by_tiles(lambda i, _, w=w: load_a(i, w), lambda j, _, w=w: load_b(j, w), m, n, 64)
        dots += part - 64
    return dots


@instead_of("in_tiles", "the sums were not set back to 0 before the next tile")
def sums_go_on(load_a, load_b, m, n, d):
    total = np.zeros((2, 4), np.int64)

    def dot(differ, d):
        total[:] += differ
        return d - 2 * total

    return by_tiles(load_a, load_b, m, n, d, dot=dot)


@instead_of("in_tiles", "the sums were kept in 8 bits, which hold at most 255; rows may differ in more places")
def tile_sums_of_8_bits(load_a, load_b, m, n, d):
    return by_tiles(load_a, load_b, m, n, d, dot=lambda differ, d: d - 2 * differ.astype(np.uint8).astype(np.int64))


@instead_of("in_tiles", "a tile begins at row 2 t of a; t, the tile's own number, was used as a row")
def row_of_the_tile(load_a, load_b, m, n, d):
    return by_tiles(load_a, load_b, m, n, d, row=lambda i, r: i // 2 + r)


@instead_of("in_tiles", "the last word of each row is missing: d signs take d / 64 words, rounded up")
def last_word_missing(load_a, load_b, m, n, d):
    return by_tiles(load_a, load_b, m, n, d, words=lambda d: d // 64)


@instead_of("in_tiles", "these are the numbers of differences; turn them into dot products")
def tiles_of_differences(load_a, load_b, m, n, d):
    return by_tiles(load_a, load_b, m, n, d, dot=lambda differ, d: differ)


@instead_of("in_tiles", "each word counts as 64 products; a row holds d signs, and the rest of its last word is unused")
def tiles_of_whole_words(load_a, load_b, m, n, d):
    return by_tiles(load_a, load_b, m, n, d, dot=lambda differ, d: 64 * n_words(d) - 2 * differ)


@instead_of(
    "in_tiles", "an int of Python has no last bit: ~ makes it negative, and bit_count then counts something else"
)
def by_xnor_of_ints(load_a, load_b, m, n, d):
    same = np.array([[sum((~(load_a(i, w) ^ load_b(j, w))).bit_count() for w in range(n_words(d))) for j in range(n)]
                     for i in range(m)])  # fmt: skip
    return 2 * same - d


@instead_of("in_tiles", "the counts of earlier words were overwritten: add the counts of all words")
def last_word_alone(load_a, load_b, m, n, d):
    load = [(load_a, m), (load_b, n)]
    a, b = ([[one(i, w) for w in range(n_words(d))] for i in range(count)] for one, count in load)
    return np.array([[d - 2 * (r[-1] ^ s[-1]).bit_count() for s in b] for r in a])


def cheapest(fits):
    return min(fits, key=lambda tile: 1 / tile[0] + 1 / tile[1])


def tiles(registers, fit):
    return [(r, c) for r in range(1, registers + 1) for c in range(1, registers + 1) if fit(r, c)]


@instead_of("best_tile", "the sums fill all registers; the words of b and one of a need some, too")
def sums_alone(registers):
    return cheapest(tiles(registers, lambda r, c: r * c <= registers))


@instead_of("best_tile", "all words of a were given a register; they come one at a time and share one")
def all_words_of_a(registers):
    return cheapest(tiles(registers, lambda r, c: r * c + r + c <= registers))


@instead_of("best_tile", "the tile with the most products was taken; count the words for each popcount")
def most_products(registers):
    return max(tiles(registers, lambda r, c: r * c + c + 1 <= registers), key=lambda tile: tile[0] * tile[1])


@instead_of("best_tile", "the words of a tile were made few, not the words for each popcount")
def fewest_words(registers):
    return min(tiles(registers, lambda r, c: r * c + c + 1 <= registers), key=sum)


@instead_of("best_tile", "r and c are exchanged: the c words of b are kept, and the words of a share a register")
def words_of_a_kept(registers):
    return cheapest(tiles(registers, lambda r, c: r * c + r + 1 <= registers))


@instead_of("best_tile", "the registers for the words of b are missing")
def no_room_for_b(registers):
    return cheapest(tiles(registers, lambda r, c: r * c + 1 <= registers))


@instead_of("best_tile", "only squares were tried; a tile may be longer than wide")
def squares_alone(registers):
    return cheapest(tiles(registers, lambda r, c: r == c and r * c + c + 1 <= registers))


@instead_of("best_tile", "one register was left unused: a tile may need all of them")
def one_left(registers):
    return cheapest(tiles(registers, lambda r, c: r * c + c + 1 < registers) or [(1, 1)])


@instead_of("best_tile", "the register for the word of a is missing")
def no_room_for_a(registers):
    return cheapest(tiles(registers, lambda r, c: r * c + c <= registers))


def ripple(columns, full, half, *, carry_to=1, keep_last=True, swap=False):
    """Add up column by column, as it should be, but for what the arguments change."""
    columns = [list(column) for column in columns]
    most = len(columns) if not keep_last else 10**6
    total = []
    for k, column in enumerate(columns):
        while len(column) > 1:
            bits = [column.pop() for _ in range(min(3, len(column)))]
            bit, carry = full(*bits) if len(bits) == 3 else half(*bits)
            if swap:
                bit, carry = carry, bit
            column.append(bit)
            if k + carry_to >= most:
                continue
            while len(columns) <= k + carry_to:
                columns.append([])
            columns[k + carry_to].append(carry)
        total += column or [0]
    return total


@instead_of(
    "add_up", "the carry was put two columns farther; it counts twice as much, so it belongs to the next column"
)
def carry_too_far(columns, full, half):
    return ripple(columns, full, half, carry_to=2)


@instead_of("add_up", "the carry was left in its column; it counts twice as much, so it belongs to the next one")
def carry_stays(columns, full, half):
    total = []
    for column in columns:
        left = list(column)
        while len(left) > 2:
            bit, carry = full(*left[:3])
            left = [bit, carry, *left[3:]]
        total += left
    return total


@instead_of("add_up", "the carries of the last column all have the same weight: they have to be added, too")
def last_carries_in_a_row(columns, full, half):
    total, carries = [], []
    for column in columns:
        bits, carries = [*column, *carries], []
        while len(bits) > 1:
            some, bits = bits[:3], bits[3:]
            bit, carry = full(*some) if len(some) == 3 else half(*some)
            bits, carries = [bit, *bits], [*carries, carry]
        total += bits or [0]
    return total + carries


@instead_of("add_up", "one carry alone was handed on: every adder has one")
def one_carry_alone(columns, full, half):
    total, carry = [], 0
    for column in columns:
        bit = carry
        for other in column:
            bit, carry = half(bit, other)
        total.append(bit)
    return [*total, carry]


@instead_of("add_up", "sum and carry are exchanged: the sum comes first and stays in its column")
def sum_and_carry_exchanged(columns, full, half):
    return ripple(columns, full, half, swap=True)


@instead_of("add_up", "carries of the last column are lost; they make a new column")
def last_carry_lost(columns, full, half):
    return ripple(columns, full, half, keep_last=False)


@instead_of("add_up", "carries are lost: each belongs to the next column")
def carries_lost(columns, full, half):
    total = []
    for column in columns:
        left = list(column)
        while len(left) > 1:
            bits = [left.pop() for _ in range(min(3, len(left)))]
            left.append((full(*bits) if len(bits) == 3 else half(*bits))[0])
        total += left or [0]
    return total


@instead_of("add_up", "two bits were added by a full adder and a 0; a half adder does that with 2 gates")
def full_adders_alone(columns, full, half):
    return ripple(columns, full, lambda x, y: full(x, y, 0))


@instead_of("add_up", "three bits were added by half adders; a full adder does that with 5 gates")
def half_adders_alone(columns, full, half):
    columns = [list(column) for column in columns]
    total = []
    for k, column in enumerate(columns):
        while len(column) > 1:
            bit, carry = half(column.pop(), column.pop())
            column.append(bit)
            if k + 1 == len(columns):
                columns.append([])
            columns[k + 1].append(carry)
        total += column or [0]
    return total


@instead_of("add_up", "the result has its highest bit first; the lowest comes first")
def total_highest_first(columns, full, half):
    return ripple(columns, full, half)[::-1]


@instead_of("add_up", "the columns were added as if all their bits had the same weight; column k counts 2^k")
def one_weight(columns, full, half):
    return ripple([[bit for column in columns for bit in column]], full, half)


@instead_of("add_up", "Python added, not the adders: build the sum from full and half alone")
def by_python(columns, full, half):
    total = sum(sum(column) << k for k, column in enumerate(columns))
    return [total >> k & 1 for k in range(max(1, total.bit_length()))]


@instead_of("add_up", "a running number was counted up bit by bit, with half adders that ripple through it")
def counted_up(columns, full, half):
    total = [0] * (len(columns) + 8)
    for k, column in enumerate(columns):
        for carry in column:
            for place in range(k, len(total)):
                total[place], carry = half(total[place], carry)
    return total


@instead_of("add_up", "bits that are 0 were left out; a circuit does not know which bits will be 0")
def zeros_left_out(columns, full, half):
    return ripple([[bit for bit in column if bit] for column in columns], full, half)


@instead_of("partial_products", "only bits of equal number were paired; every bit of x meets every bit of y")
def pairs_alone(x, y, both):
    columns = [[] for _ in range(len(x) + len(y))]
    for i in range(min(len(x), len(y))):
        columns[2 * i].append(both(x[i], y[i]))
    return columns


@instead_of("partial_products", "each bit of x met one bit of y alone, as `zip` pairs them; it meets every bit of y")
def zipped(x, y, both):
    return [[both(p, q)] for p, q in zip(x, y, strict=False)]


@instead_of("partial_products", "the weight of a pair is 2^(i + j): the weight of x's bit is missing")
def weight_of_y(x, y, both):
    columns = [[] for _ in range(len(x) + len(y))]
    for p in x:
        for column, q in zip(columns, y, strict=False):
            column.append(both(p, q))
    return columns


@instead_of("partial_products", "the weight of a pair is 2^(i + j): the weight of the second bit is missing")
def weight_of_one(x, y, both):
    return [[both(p, q) for q in y] for p in x]


@instead_of("partial_products", "the weight of a pair is 2^(i + j), not 2^(i j)")
def weights_multiplied(x, y, both):
    columns = [[] for _ in range(len(x) * len(y))]
    for i, p in enumerate(x):
        for j, q in enumerate(y):
            columns[i * j].append(both(p, q))
    return columns


@instead_of("partial_products", "the first bit was taken for the highest; it is the lowest")
def columns_highest_first(x, y, both):
    columns = [[] for _ in range(len(x) + len(y))]
    for i, p in enumerate(x[::-1]):
        for j, q in enumerate(y[::-1]):
            columns[i + j].append(both(p, q))
    return columns


@instead_of("partial_products", "all columns are the same list: [[]] * n makes one list and names it n times")
def one_list(x, y, both):
    columns = [[]] * (len(x) + len(y))
    for i, p in enumerate(x):
        for j, q in enumerate(y):
            columns[i + j].append(both(p, q))
    return columns


@instead_of("partial_products", "columns were filled up with zeros, each of which takes an adder for nothing")
def filled_up(x, y, both):
    columns = [[0] * len(y) for _ in range(len(x) + len(y))]
    for i, p in enumerate(x):
        for j, q in enumerate(y):
            columns[i + j][j] = both(p, q)
    return columns


@instead_of("partial_products", "bits of x that are 0 were skipped; a circuit has its gates whatever its bits are")
def zeros_of_x_skipped(x, y, both):
    columns = [[] for _ in range(len(x) + len(y))]
    for i, p in enumerate(x):
        if p:
            for j, q in enumerate(y):
                columns[i + j].append(both(p, q))
    return columns


@instead_of("partial_products", "bits of y that are 0 were skipped; a circuit has its gates whatever its bits are")
def zeros_skipped(x, y, both):
    columns = [[] for _ in range(len(x) + len(y))]
    for j, q in enumerate(y):
        if q:
            for i, p in enumerate(x):
                columns[i + j].append(both(p, q))
    return columns


@instead_of("partial_products", "Python multiplied; the products of bits come from `both`")
def multiplied_by_python(x, y, both):
    columns = [[] for _ in range(len(x) + len(y))]
    for i, p in enumerate(x):
        for j, q in enumerate(y):
            columns[i + j].append(p * q)
    return columns


@instead_of("partial_products", "only one column was returned for each bit of x; pairs of high bits are lost")
def high_pairs_lost(x, y, both):
    columns = [[] for _ in range(len(x))]
    for i, p in enumerate(x):
        for j, q in enumerate(y):
            bit = both(p, q)
            if i + j < len(columns):
                columns[i + j].append(bit)
    return columns
