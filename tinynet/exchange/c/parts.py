"""C functions that matrices share. What they do is written beside the Python code whose names they carry."""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """The text of a function, and the names of the parts that it calls."""

    code: str
    calls: tuple[str, ...] = ()


PARTS = {
    "math": Part(""),  # no text of its own: the header math.h
    "input": Part("""
        /* The input that a pixel p = 0 .. 255 stands for: x = 2 p / 255 - 1. */
        static float input(uint8_t p)
        {
            return (float)(2 * p - 255) * (1.0f / 255.0f);
        }
    """),
    "half": Part("""
        /* The float whose 16 bits are given: sign, 5 bits of exponent, 10 of mantissa. */
        static float half(uint16_t bits)
        {
            uint32_t sign = (uint32_t)(bits >> 15) << 31, rest = bits & 0x7fff;
            union { uint32_t bits; float x; } as;
            if (rest < 0x400)                       /* without an exponent: a multiple of 2^-24 */
                return (sign ? -1.0f : 1.0f) * (float)rest * (1.0f / 16777216.0f);
            as.bits = sign | ((rest << 13) + ((127u - 15u) << 23));
            return as.x;
        }
    """),
    "zero": Part("""
        static void zero(float *z, uint32_t n)
        {
            for (uint32_t j = 0; j < n; j++)
                z[j] = 0.0f;
        }
    """),
    "sigmoid": Part(
        """
        static float sigmoid(float x)
        {
            return 1.0f / (1.0f + expf(-x));
        }
        """,
        ("math",),
    ),
    "standardize": Part(
        """
        /* Bring a row to mean 0 and variance 1. */
        static void standardize(float *x, uint32_t n)
        {
            float mean = 0.0f, squares = 0.0f, deviation;
            for (uint32_t j = 0; j < n; j++)
                mean += x[j];
            mean /= (float)n;
            for (uint32_t j = 0; j < n; j++) {
                x[j] -= mean;
                squares += x[j] * x[j];
            }
            deviation = sqrtf(squares / (float)n + 1e-5f);
            for (uint32_t j = 0; j < n; j++)
                x[j] /= deviation;
        }
        """,
        ("math",),
    ),
    "fixed": Part("""
        /* The bits of a float: its sign, 8 bits of exponent, 23 of mantissa, behind a 1 that is not written. */
        union number { float x; uint32_t bits; };

        /* The least e with all |x| < 2^e, but at least -60. Floats without sign are in the order of their bits. */
        static int32_t exponent(const float *x, uint32_t n)
        {
            uint32_t most = 0;
            for (uint32_t i = 0; i < n; i++) {
                union number a = {x[i]};
                if ((a.bits & 0x7fffffffu) > most)
                    most = a.bits & 0x7fffffffu;
            }
            return (int32_t)(most >> 23) < 66 ? -60 : (int32_t)(most >> 23) - 126;
        }

        /* 2^k x, rounded to an integer, where it is below 2^23. */
        static int32_t fixed(float x, int32_t k)
        {
            union number a = {x};
            int32_t shift = 150 - (int32_t)((a.bits >> 23) & 255) - k, z;
            if (shift > 31)
                return 0;
            z = (int32_t)((((a.bits & 0x7fffffu) | 0x800000u) + (1u << (shift - 1))) >> shift);
            return a.bits >> 31 ? -z : z;
        }

        /* 2^k */
        static float power(int32_t k)
        {
            union number a;
            a.bits = (uint32_t)(k + 127) << 23;
            return a.x;
        }
    """),
    "codes": Part("""
        /* A place among packed codes of `width` bits each, lowest bit first, running on from byte to byte. */
        struct codes { const uint8_t *next; uint32_t width, bits, left; };

        static struct codes codes_at(const uint8_t *packed, uint32_t width, uint32_t first)
        {
            uint32_t place = first * width;
            struct codes at = {packed + place / 8 + 1, width, packed[place / 8] >> place % 8, 8 - place % 8};
            return at;
        }

        static uint32_t next_code(struct codes *at)
        {
            uint32_t code;
            if (at->left < at->width) {
                at->bits |= (uint32_t)*at->next++ << at->left;
                at->left += 8;
            }
            code = at->bits & ((1u << at->width) - 1);
            at->bits >>= at->width;
            at->left -= at->width;
            return code;
        }
    """),
    "digits": Part("""
        /* A place among packed ternary codes, five to a byte: the digits of a number in base 3. */
        struct digits { const uint8_t *next; uint32_t byte, left; };

        static struct digits digits_at(const uint8_t *packed, uint32_t first)
        {
            struct digits at = {packed + first / 5 + 1, packed[first / 5], 5 - first % 5};
            for (uint32_t k = 0; k < first % 5; k++)
                at.byte /= 3;
            return at;
        }

        static uint32_t next_digit(struct digits *at)
        {
            uint32_t digit;
            if (at->left == 0) {
                at->byte = *at->next++;
                at->left = 5;
            }
            digit = at->byte % 3;
            at->byte /= 3;
            at->left--;
            return digit;
        }
    """),
    "mix64": Part("""
        /* The hash: SplitMix64's finalizer of the seed, the stream, i, then j. */
        #define GOLDEN UINT64_C(0x9E3779B97F4A7C15)
        enum { BUCKET, SIGN };

        static uint64_t mix64(uint64_t z)
        {
            z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
            z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
            return z ^ (z >> 31);
        }

        static uint64_t row_hash(uint64_t seed, uint32_t stream, uint32_t i)
        {
            return mix64(mix64(mix64(seed) + GOLDEN * (stream + 1)) + GOLDEN * (i + 1));
        }
    """),
    "bucket": Part(
        """
        /* h(i, j), the bucket of an entry, 0 .. K - 1: the upper half of its hash, scaled. */
        static uint32_t bucket(uint64_t row, uint32_t j, uint32_t K)
        {
            return (uint32_t)(((mix64(row + GOLDEN * (j + 1)) >> 32) * K) >> 32);
        }

        /* xi(i, j), the sign of an entry: whether it is -1. */
        static uint32_t negative(uint64_t row, uint32_t j)
        {
            return (uint32_t)(mix64(row + GOLDEN * (j + 1)) >> 63);
        }
        """,
        ("mix64",),
    ),
    "uniform": Part(
        """
        /* A random number in [-1, 1): the top 24 bits of a hash. */
        static float uniform(uint64_t row, uint32_t j)
        {
            return (float)(int32_t)(mix64(row + GOLDEN * (j + 1)) >> 40) * (1.0f / 8388608.0f) - 1.0f;
        }
        """,
        ("mix64",),
    ),
    "share": Part("""
        /* What share of interval j pixel i covers, in 1 / m: n equal intervals on a row of m pixels. */
        static int32_t share(int32_t m, int32_t n, int32_t i, int32_t j)
        {
            int32_t first = n * i > m * j ? n * i : m * j;
            int32_t last = n * (i + 1) < m * (j + 1) ? n * (i + 1) : m * (j + 1);
            return last - first;
        }
    """),
    "popcount": Part("""
        /* How many bits are 1: first in each pair, then in each four, each eight, and all together. */
        static int32_t popcount(uint32_t x)
        {
            x = x - ((x >> 1) & 0x55555555u);
            x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
            return (int32_t)((((x + (x >> 4)) & 0x0f0f0f0fu) * 0x01010101u) >> 24);
        }
    """),
    "bit_sum": Part(
        """
        /* The sum of n products of signs, 32 to a word, bit 1 for +1: n minus twice the disagreements. */
        static int32_t bit_sum(const uint32_t *signs, const uint32_t *row, uint32_t n)
        {
            int32_t disagreements = 0;
            for (uint32_t w = 0; w < (n + 31) / 32; w++)
                disagreements += popcount(signs[w] ^ row[w]);
            return (int32_t)n - 2 * disagreements;
        }
        """,
        ("popcount",),
    ),
    "pixel_sum": Part(
        """
        /* The sum of n products of a sign w and 2 p - 255, for pixels p whose sum is `total`. With w = 2 b - 1 for a
           bit b, it is 4 times the sum of the pixels whose bit is 1, minus 2 total, minus 255 times the sum of w. */
        static int32_t pixel_sum(const uint8_t *pixels, int32_t total, const uint32_t *row, uint32_t n)
        {
            int32_t on = 0, ones = 0;
            for (uint32_t w = 0; w < (n + 31) / 32; w++) {
                const uint8_t *p = pixels + 32 * w;
                ones += popcount(row[w]);
                for (uint32_t bits = row[w]; bits; bits >>= 1, p++)
                    if (bits & 1)
                        on += *p;
            }
            return 4 * on - 2 * total - 255 * (2 * ones - (int32_t)n);
        }

        static int32_t sum(const uint8_t *pixels, uint32_t n)
        {
            int32_t total = 0;
            for (uint32_t i = 0; i < n; i++)
                total += pixels[i];
            return total;
        }
        """,
        ("popcount",),
    ),
}
