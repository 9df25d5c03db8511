/* The product of signs on tensor cores. tiles.cu copies the tiles; outputs.cu turns the counts into outputs.

   a (m, words), b (n, words) uint64, n_bits entries in a row, padding 0     out (m, n) int32
   ones_a (m), ones_b (n) int32: the ones in each row, from popcount_rows.cu

   Tensor cores multiply bits in one instruction of a whole warp, mma.m16n8k256 (PTX ISA, "mma"; sm_80 and later). It
   takes 256 bits of 16 rows and 256 bits of 8 columns. AND is its multiplication, and a popcount its sum. For signs we
   would like XOR. The instruction offers that too, but a GPU of compute capability 9.0 makes it from two ANDs. We need
   only one, if we know the ones in each row:

       out_ij = n_bits - 2 popcount(a_i ^ b_j) = n_bits - 2 ones_a_i - 2 ones_b_j + 4 popcount(a_i & b_j)

   The instruction spreads its operands over the 32 lanes. With g = lane / 4 and t = lane % 4, a lane holds

       a: four registers, the t-th 32 bits of row g, of row g + 8, and of the next 128 bits of these two rows
       b: two registers, the t-th 32 bits of column g and of its next 128 bits
       c: four counts, for rows g and g + 8 and columns 2 t and 2 t + 1

   ldmatrix fetches exactly this from shared memory, four matrices at a time. Each lane names a piece of 16 bytes (128
   bits), and 8 pieces make a matrix. From each matrix a lane gets the t-th 4 bytes of piece g.

   A block has 4 warps and makes 128 x 128 outputs. Each warp makes 64 x 64 of them, which is 4 x 8 times what the
   instruction makes, and so 128 counts in the registers of each lane. A tile in shared memory has 4 pieces (512
   entries) of 128 rows. While it is multiplied, the tiles of the next two steps are on their way from global memory.
   (In machine code for sm_90a, by nvcc 13.0, a step has 64 multiplications among fewer than 220 instructions, and a
   thread has fewer than 216 registers. So two blocks fit on a multiprocessor.) In the end the tiles are free, and the
   counts go through them on their way out.

       xnor_mma                out_ij                                                  tile of a block 128 x 128
       xnor_mma_threshold      (out_ij >= threshold_j) != flip_j, packed               128 x 128
       pixels_mma_threshold    the same for pixels, given as planes of bits             16 x 128 */

#define SIDE 128   // rows of a, and of b, in a tile
#define THREADS 128
#define PIECES 4   // pieces of 16 bytes in a row of a tile
#define WORDS (2 * PIECES)
#define STAGES 3   // tiles in shared memory: one in use, two on their way

/* Add popcount(a & b) to c, for 16 rows and 8 columns of 256 bits. */
__device__ __forceinline__ void mma(int (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1)
{
#ifdef __CUDACC__
    asm("mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.and.popc "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    emulation::mma(c, a, b0, b1, false);
#endif
}

/* Set r to four matrices of 8 pieces each; lane l names piece l % 8 of matrix l / 8. */
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

__shared__ uint4 a_tiles[STAGES][SIDE][PIECES], b_tiles[STAGES][SIDE][PIECES];

/* Set c to popcount(a_i & b_j), 64 x 64 counts for each warp; afterwards the tiles are free. */
__device__ __forceinline__ void multiply(int (&c)[4][8][4], const u64 *a, const u64 *b, int m, int n, int words)
{
    int lane = threadIdx.x % 32, matrix = lane / 8, r = lane % 8;
    int a_row = threadIdx.x / 64 * 64 + matrix % 2 * 8 + r;  // the piece that this lane names: rows 0 to 7 and 8 to
    int a_piece = matrix / 2;                             // 15, then the next pieces of both
    int b_row = threadIdx.x / 32 % 2 * 64 + r;            // 8 columns, all four pieces of each
    int b_piece = matrix;

    for (int stage = 0; stage < STAGES - 1; stage++) {
        fetch<THREADS>(a_tiles[stage], a, blockIdx.x * SIDE, m, stage * WORDS, words);
        fetch<THREADS>(b_tiles[stage], b, blockIdx.y * SIDE, n, stage * WORDS, words);
        close_group();
    }
    int stage = 0;
    for (int first = 0; first < words; first += WORDS) {
        wait_for_groups<STAGES - 2>();                    // this thread's part of the tile has arrived
        __syncthreads();                                  // so have the others', and all have read the last tile

        int next = first + (STAGES - 1) * WORDS, free = (stage + STAGES - 1) % STAGES;  // there is room for another
        if (next < words) {
            fetch<THREADS>(a_tiles[free], a, blockIdx.x * SIDE, m, next, words);
            fetch<THREADS>(b_tiles[free], b, blockIdx.y * SIDE, n, next, words);
        }
        close_group();                                    // in the end an empty one, so that the count is right

        unsigned x[2][4][4], y[4];
#pragma unroll
        for (int i = 0; i < 8; i++)
            load_matrices(x[i / 4][i % 4], &a_tiles[stage][a_row + i % 4 * 16][place<PIECES>(r, a_piece + i / 4 * 2)]);
#pragma unroll
        for (int j = 0; j < 8; j++) {
            load_matrices(y, &b_tiles[stage][b_row + 8 * j][place<PIECES>(r, b_piece)]);
#pragma unroll
            for (int i = 0; i < 8; i++)                   // 2 x 256 bits, and each for 4 x 16 rows
                mma(c[i % 4][j], x[i / 4][i % 4], y[i / 4 * 2], y[i / 4 * 2 + 1]);
        }
        stage = (stage + 1) % STAGES;
    }
    wait_for_groups<0>();                                 // after a short sum, a tile of zeros is still on its way
    __syncthreads();                                      // all have multiplied: the tiles are free
}

__device__ __forceinline__ Room<8> &room() { return ((Room<8> *)a_tiles)[threadIdx.x / 32]; }          // the warp's own

__device__ __forceinline__ int first_row() { return blockIdx.x * SIDE + threadIdx.x / 64 * 64; }       // the warp's own
__device__ __forceinline__ int first_col() { return blockIdx.y * SIDE + threadIdx.x / 32 % 2 * 64; }

extern "C" __global__ void __launch_bounds__(THREADS, 2)  // few enough registers for two blocks on a multiprocessor
xnor_mma(const u64 *a, const u64 *b, int *out, int m, int n, int words, int n_bits, const int *ones_a,
         const int *ones_b)
{
    int c[4][8][4] = {};
    multiply(c, a, b, m, n, words);
    write_sums(c, room(), first_row(), first_col(), out, m, n, n_bits, ones_a, ones_b);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
xnor_mma_threshold(const u64 *a, const u64 *b, const int *thresholds, const unsigned char *flip, u64 *out, int m, int n,
                   int words, int n_bits, const int *ones_a, const int *ones_b)
{
    int c[4][8][4] = {};
    multiply(c, a, b, m, n, words);
    write_signs(c, room(), first_row(), first_col(), thresholds, flip, out, m, n, n_bits, ones_a, ones_b);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
pixels_mma_threshold(const u64 *planes, const u64 *b, const int *thresholds, const unsigned char *flip, u64 *out, int m,
                     int n, int words, int n_bits, const int *ones_planes, const int *ones_b)
{
    int c[4][8][4] = {};
    multiply(c, planes, b, 8 * m, n, words);
    write_signs_of_pixels(c, room(), first_row(), first_col(), thresholds, flip, out, m, n, n_bits, ones_planes,
                          ones_b);
}
