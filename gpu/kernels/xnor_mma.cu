/* The product of signs on tensor cores.

   a (m, words), b (n, words) uint64, n_bits entries a row, padding 0     out (m, n) int32
   ones_a (m), ones_b (n) int32: the ones in each row, from popcount_rows.cu

   A tensor core multiplies bits in one instruction of a whole warp, mma.m16n8k256 (PTX ISA, "mma"; sm_80 and later):
   256 bits of 16 rows by 256 bits of 8 columns, with AND for the multiplication and a popcount for the sum. Signs want
   XOR, which the instruction also offers; but a GPU of compute capability 9.0 takes two ANDs for it. We need one:

       popcount(a ^ b) = popcount(a) + popcount(b) - 2 popcount(a & b)
       out_ij = n_bits - 2 popcount(a_i ^ b_j) = n_bits - 2 ones_a_i - 2 ones_b_j + 4 popcount(a_i & b_j)

   The instruction spreads its operands over the 32 lanes. With g = lane / 4 and t = lane % 4 a lane holds

       a: four registers of 32 bits, the t-th of: row g, row g + 8, and the next 128 bits of row g, row g + 8
       b: two registers, the t-th of: column g, and its next 128 bits
       c: four sums, those of rows g and g + 8 in columns 2 t and 2 t + 1

   ldmatrix fetches just this from shared memory: each lane names a piece of 16 bytes (128 bits), 8 pieces make a matrix,
   and of each matrix a lane gets the t-th 4 bytes of piece g; four matrices at a time.

   A tile has 4 pieces (512 entries) of each of 128 rows. In order, the first pieces of 8 rows would lie in 8 of the 32
   banks and wait for each other; so piece p of row r lies at place p ^ (r / 2 % 4), which spreads any 8 over all banks.

   A block has 4 warps and makes 128 x 128 outputs, a warp 64 x 64 of them, which are 4 x 8 tiles of the instruction and
   128 sums a lane, in registers. Tiles of the next two steps are on their way from global memory meanwhile: cp.async
   copies past the registers, and a thread waits for its copies only when it needs them. (In machine code for sm_90, by
   nvcc 13.0, a step is 64 multiplications among fewer than 220 instructions, and a thread has fewer than 216 registers:
   two blocks fit on a multiprocessor.)

       xnor_mma                out_ij                                                  tile of a block 128 x 128
       xnor_mma_threshold      (out_ij >= threshold_j) != flip_j, packed               128 x 128
       pixels_mma_threshold    the same of pixels, given as planes of bits              16 x 128 */

typedef unsigned long long u64;

#define SIDE 128   // rows of a, and of b, in a tile
#define PIECES 4   // of 16 bytes in a row of a tile
#define WORDS (2 * PIECES)
#define STAGES 3   // tiles in shared memory: one in use, two on their way

// ---- four instructions that CUDA C has no words for

/* c += popcounts of a & b, 16 rows and 8 columns of 256 bits. */
__device__ __forceinline__ void mma(int (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1)
{
#ifdef __CUDACC__
    asm("mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.and.popc {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    emulation::mma(c, a, b0, b1, false);
#endif
}

/* Set r to four matrices of 8 pieces; lane l names the piece l % 8 of matrix l / 8. */
__device__ __forceinline__ void load_matrices(unsigned (&r)[4], const uint4 *piece)
{
#ifdef __CUDACC__
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"((unsigned)__cvta_generic_to_shared(piece)) : "memory");
#else
    emulation::load_matrices(r, piece);
#endif
}

/* Begin to copy 8 or 16 bytes to shared memory: `valid` of them, and zeros behind. */
template <int bytes> __device__ __forceinline__ void copy(void *to, const void *from, int valid)
{
#ifdef __CUDACC__
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;"
                 :: "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from), "n"(bytes), "r"(valid) : "memory");
#else
    emulation::copy_later(to, from, bytes, valid);
#endif
}

/* The copies begun so far and in no group are one now. */
__device__ __forceinline__ void close_group()
{
#ifdef __CUDACC__
    asm volatile("cp.async.commit_group;" ::: "memory");
#else
    emulation::close_group();
#endif
}

/* Wait for this thread's copies, but for the last `unfinished` groups. */
template <int unfinished> __device__ __forceinline__ void wait_for_groups()
{
#ifdef __CUDACC__
    asm volatile("cp.async.wait_group %0;" :: "n"(unfinished) : "memory");
#else
    emulation::wait_for_groups(unfinished);
#endif
}

// ---- the product

/* Begin to copy 8 words of 128 rows, 4 pieces a thread; what is outside becomes 0. */
__device__ __forceinline__ void fetch(uint4 (&tile)[SIDE][PIECES], const u64 *from, int first_row, int rows,
                                      int first_word, int words)
{
    int r = threadIdx.x / PIECES, piece = threadIdx.x % PIECES;
    int word = first_word + 2 * piece;
    int bytes = word >= words ? 0 : word + 1 == words ? 8 : 16;  // that a row has here
    const u64 *at = from + (u64)(first_row + r) * words + word;
    uint4 *to = &tile[r][piece ^ r / 2 % 4];              // the rows r + 32, r + 64, r + 96 have the same remainder
    bool aligned = words % 2 == 0 && (u64)from % 16 == 0;  // else every other row begins between multiples of 16 bytes
#pragma unroll
    for (int k = 0; k < SIDE; k += 128 / PIECES, at += (u64)words * (128 / PIECES), to += 128) {
        int valid = first_row + r + k < rows ? bytes : 0;
        if (aligned)
            copy<16>(to, at, valid ? 16 : 0);             // words come in pairs here
        else {
            copy<8>(to, at, valid ? 8 : 0);
            copy<8>((u64 *)to + 1, at + 1, valid == 16 ? 8 : 0);
        }
    }
}

/* Where the sums of a lane stand: c[i / 2][j][i % 2 * 2 + e] is of row `row` + 8 i and column `col` + 8 j + e. */
struct Place {
    int g, t, row, col;
};

__device__ __forceinline__ Place place()
{
    int warp = threadIdx.x / 32, g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
    return {g, t, (int)blockIdx.x * SIDE + warp / 2 * 64 + g, (int)blockIdx.y * SIDE + warp % 2 * 64 + 2 * t};
}

/* Set c to popcount(a_i & b_j), 64 x 64 of them a warp. */
__device__ __forceinline__ void multiply(int (&c)[4][8][4], const u64 *a, const u64 *b, int m, int n, int words)
{
    __shared__ uint4 a_tiles[STAGES][SIDE][PIECES], b_tiles[STAGES][SIDE][PIECES];

    int lane = threadIdx.x % 32, matrix = lane / 8, r = lane % 8;
    int a_row = threadIdx.x / 64 * 64 + matrix % 2 * 8 + r;  // of the piece that this lane names: rows 0 to 7 and 8 to
    int a_piece = matrix / 2;                             // 15, then the next pieces of both
    int b_row = threadIdx.x / 32 % 2 * 64 + r;            // 8 columns, all four pieces of each
    int b_piece = matrix;

    for (int stage = 0; stage < STAGES - 1; stage++) {
        fetch(a_tiles[stage], a, blockIdx.x * SIDE, m, stage * WORDS, words);
        fetch(b_tiles[stage], b, blockIdx.y * SIDE, n, stage * WORDS, words);
        close_group();
    }
    int stage = 0;
    for (int first = 0; first < words; first += WORDS) {
        wait_for_groups<STAGES - 2>();                    // this thread's part of the tile has come
        __syncthreads();                                  // everyone's has, and all have read the tile before

        int next = first + (STAGES - 1) * WORDS, free = (stage + STAGES - 1) % STAGES;  // there is room for another
        if (next < words) {
            fetch(a_tiles[free], a, blockIdx.x * SIDE, m, next, words);
            fetch(b_tiles[free], b, blockIdx.y * SIDE, n, next, words);
        }
        close_group();                                    // an empty one in the end, so that counting goes on

        unsigned x[2][4][4], y[4];
#pragma unroll
        for (int i = 0; i < 8; i++)
            load_matrices(x[i / 4][i % 4], &a_tiles[stage][a_row + i % 4 * 16][(a_piece + i / 4 * 2) ^ r / 2]);
#pragma unroll
        for (int j = 0; j < 8; j++) {
            load_matrices(y, &b_tiles[stage][b_row + 8 * j][b_piece ^ r / 2]);
#pragma unroll
            for (int i = 0; i < 8; i++)                   // two steps of 256 bits, each with four tiles of 16 rows
                mma(c[i % 4][j], x[i / 4][i % 4], y[i / 4 * 2], y[i / 4 * 2 + 1]);
        }
        stage = (stage + 1) % STAGES;
    }
    wait_for_groups<0>();                                 // a short sum leaves a tile of zeros on its way
}

extern "C" __global__ void __launch_bounds__(128, 2)      // 128 threads; registers for two blocks on a multiprocessor
xnor_mma(const u64 *a, const u64 *b, int *out, int m, int n, int words, int n_bits, const int *ones_a, const int *ones_b)
{
    int c[4][8][4] = {};
    multiply(c, a, b, m, n, words);

    Place at = place();
    int of_row[8];                                        // rows g, g + 8, g + 16, ..
#pragma unroll
    for (int i = 0; i < 8; i++)
        of_row[i] = at.row + 8 * i < m ? 2 * ones_a[at.row + 8 * i] : 0;

    bool pairs = n % 2 == 0 && (u64)out % 8 == 0;         // two neighbouring outputs can be written at once
#pragma unroll
    for (int j = 0; j < 8; j++) {
        int col = at.col + 8 * j;
        int left = col < n ? n_bits - 2 * ones_b[col] : 0;
        int right = col + 1 < n ? n_bits - 2 * ones_b[col + 1] : 0;
#pragma unroll
        for (int i = 0; i < 8; i++) {
            int row = at.row + 8 * i;
            if (row >= m || col >= n)
                continue;
            int2 z = {left - of_row[i] + 4 * c[i / 2][j][i % 2 * 2], right - of_row[i] + 4 * c[i / 2][j][i % 2 * 2 + 1]};
            int *to = out + (u64)row * n + col;
            if (pairs)
                *(int2 *)to = z;
            else {
                to[0] = z.x;
                if (col + 1 < n)
                    to[1] = z.y;
            }
        }
    }
}

/* A lane has 16 of the 64 columns of a row; the four lanes of a row put their bits together, and one writes the word. */
extern "C" __global__ void __launch_bounds__(128, 2)
xnor_mma_threshold(const u64 *a, const u64 *b, const int *thresholds, const unsigned char *flip, u64 *out, int m, int n,
                   int words, int n_bits, const int *ones_a, const int *ones_b)
{
    int c[4][8][4] = {};
    multiply(c, a, b, m, n, words);

    Place at = place();
    int limits[8][2];                                     // z >= threshold where 4 c - 2 ones_a >= limit
    u64 flips = 0;
#pragma unroll
    for (int k = 0; k < 16; k++) {
        int col = at.col + k / 2 * 8 + k % 2, bit = 2 * at.t + k / 2 * 8 + k % 2;
        limits[k / 2][k % 2] = col < n ? thresholds[col] - n_bits + 2 * ones_b[col] : 0x7fffffff;  // never on
        flips |= (u64)(col < n && flip[col]) << bit;
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
        int row = at.row + 8 * i;
        int of_row = row < m ? 2 * ones_a[row] : 0;
        u64 word = 0;
#pragma unroll
        for (int k = 0; k < 16; k++)
            word |= (u64)(4 * c[i / 2][k / 2][i % 2 * 2 + k % 2] - of_row >= limits[k / 2][k % 2])
                    << (2 * at.t + k / 2 * 8 + k % 2);
        word ^= flips;
        word |= __shfl_xor_sync(0xffffffff, word, 1);     // lanes 4 g to 4 g + 3 differ in two bits of their numbers
        word |= __shfl_xor_sync(0xffffffff, word, 2);
        if (at.t == 0 && row < m && at.col < n)
            out[(u64)row * ((n + 63) / 64) + at.col / 64] = word;
    }
}

/* planes (m, 8, words), see pack_planes.cu, multiplied as 8 m rows of signs: pixels.cu has the formula

       z = 255 n_bits - 2 sum_p 2^p d_p = 255 (n_bits - 2 ones_b) + sum_p 2^p (4 c_p - 2 ones_p)

   Row g of an instruction's tile is plane g of a picture, so the sum over planes is one over the lanes that share t. It
   takes three steps: in each a lane gives half of its columns to another and takes over that one's share of the other
   half, until lane g has all planes of columns 8 g + 2 t and 8 g + 2 t + 1, which are 2 lane and 2 lane + 1. */
extern "C" __global__ void __launch_bounds__(128, 2)
pixels_mma_threshold(const u64 *planes, const u64 *b, const int *thresholds, const unsigned char *flip, u64 *out, int m,
                     int n, int words, int n_bits, const int *ones_planes, const int *ones_b)
{
    int c[4][8][4] = {};
    multiply(c, planes, b, 8 * m, n, words);

    Place at = place();
    int lane = threadIdx.x % 32, first_col = at.col - 2 * at.t;
#pragma unroll
    for (int i = 0; i < 8; i++) {
        int plane_row = at.row + 8 * i, row = plane_row / 8;
        int of_row = row < m ? 2 * ones_planes[plane_row] : 0;
        u64 word = 0;
#pragma unroll
        for (int e = 0; e < 2; e++) {
            int v[8];
#pragma unroll
            for (int j = 0; j < 8; j++)
                v[j] = (4 * c[i / 2][j][i % 2 * 2 + e] - of_row) << at.g;
#pragma unroll
            for (int half = 4; half > 0; half /= 2)
#pragma unroll
                for (int j = 0; j < half; j++) {
                    bool upper = at.g & half;
                    int give = upper ? v[j] : v[j + half], keep = upper ? v[j + half] : v[j];
                    v[j] = keep + __shfl_xor_sync(0xffffffff, give, 4 * half);
                }
            int col = first_col + 2 * lane + e;
            if (col < n) {
                int z = v[0] + 255 * (n_bits - 2 * ones_b[col]);
                word |= (u64)((z >= thresholds[col]) != flip[col]) << (2 * lane + e);
            }
        }
        for (int distance = 1; distance < 32; distance *= 2)
            word |= __shfl_xor_sync(0xffffffff, word, distance);
        if (lane == 0 && row < m && first_col < n)
            out[(u64)row * ((n + 63) / 64) + first_col / 64] = word;
    }
}
