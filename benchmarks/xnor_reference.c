/* What a C programmer would write with AVX-512 intrinsics, for benchmarks/xnor.py to compare with. Not part of tinynet.

   xnor      dot = n_bits - 2 popcount(a_i ^ b_j), by tiles of 8 rows and 32 columns; the columns are packed side by side
             in panels. a (m, words), b (n, words), dot (m, n); m is a multiple of 8, and n of 32. It runs on one thread
             and includes the packing.
   ceiling   how fast this machine can make XORs, popcounts and additions at all: 12 of each in a turn, on registers. No
             word is loaded from memory, and hardly a result is waited for. */
#include <immintrin.h>
#include <stdint.h>
#include <stdlib.h>

enum { ROWS = 8, COLUMNS = 32, BLOCK = 64 };

static void tile(const uint32_t *a, long length, const uint32_t *panel, int n_bits, int32_t *dot, long n) {
    __m512i left[ROWS], right[ROWS];
    for (int r = 0; r < ROWS; r++) left[r] = right[r] = _mm512_setzero_si512();
    for (long s = 0; s < length; s++) {
        const __m512i b0 = _mm512_load_si512(panel + COLUMNS * s), b1 = _mm512_load_si512(panel + COLUMNS * s + 16);
#pragma GCC unroll 8
        for (int r = 0; r < ROWS; r++) {
            const __m512i word = _mm512_set1_epi32((int)a[r * length + s]);
            left[r] = _mm512_add_epi32(left[r], _mm512_popcnt_epi32(_mm512_xor_si512(word, b0)));
            right[r] = _mm512_add_epi32(right[r], _mm512_popcnt_epi32(_mm512_xor_si512(word, b1)));
        }
    }
    const __m512i k = _mm512_set1_epi32(n_bits);
    for (int r = 0; r < ROWS; r++) {
        _mm512_storeu_si512(dot + r * n, _mm512_sub_epi32(k, _mm512_slli_epi32(left[r], 1)));
        _mm512_storeu_si512(dot + r * n + 16, _mm512_sub_epi32(k, _mm512_slli_epi32(right[r], 1)));
    }
}

int xnor(const uint32_t *a, const uint32_t *b, long m, long n, long words, int n_bits, int32_t *dot) {
    const long length = 2 * words;
    uint32_t *panels = aligned_alloc(64, sizeof(uint32_t) * n * length);
    if (!panels) return 1;
    for (long p = 0; p < n / COLUMNS; p++)
        for (long s = 0; s < length; s++)
            for (long c = 0; c < COLUMNS; c++)
                panels[(p * length + s) * COLUMNS + c] = b[(p * COLUMNS + c) * length + s];
    for (long block = 0; block < m; block += BLOCK)
        for (long p = 0; p < n / COLUMNS; p++)
            for (long i = block; i < block + BLOCK && i < m; i += ROWS)
                tile(a + i * length, length, panels + p * length * COLUMNS, n_bits, dot + i * n + p * COLUMNS, n);
    free(panels);
    return 0;
}

#define WORDS(x, c, s)                                                                                               \
    "vpxord %%zmm30, %%zmm" #x ", %%zmm" #x "\n vpopcntd %%zmm31, %%zmm" #c "\n"                                       \
    "vpaddd %%zmm30, %%zmm" #s ", %%zmm" #s "\n"
#define FOUR WORDS(0, 4, 8) WORDS(1, 5, 9) WORDS(2, 6, 10) WORDS(3, 7, 11)

void ceiling(long turns) {
    for (long t = 0; t < turns; t++)
        __asm__ volatile(FOUR FOUR FOUR ::: "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8",
                         "zmm9", "zmm10", "zmm11");
}
