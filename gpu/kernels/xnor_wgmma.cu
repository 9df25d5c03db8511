/* The product of signs on tensor cores that read shared memory themselves: for compute capability 9.0, and no other.

   The same arguments, outputs and tiles of a block as in xnor_mma.cu, and the same plan: tiles.cu copies, tensor cores
   count popcount(a_i & b_j), outputs.cu makes of it what is wanted. But the instruction is that of wgmma.cu. One of
   them does the work of 64 mma, with no ldmatrix before, and a thread that has begun it only waits. (In machine code,
   by nvcc 13.0, a step is 4 multiplications among fewer than 170 instructions, most of them for the copies.)

   A block has two warpgroups and makes 128 x 128 outputs, a warpgroup 64 x 128 of them, a warp 16 x 128: 64 sums a
   lane. A tile has 8 pieces (1,024 entries) of 128 rows, 16 KB; three of a and three of b are 96 KB. That is more than
   a kernel may ask for in its text (48 KB), so the launch gives it. Two blocks fit on a multiprocessor: while one waits
   for its copies, or writes, the other multiplies.

   In the end the tiles are free, and sums go through them on their way out. Nothing may come between. Each thread has
   waited for its copies, and each warpgroup for its products, before the barrier: behind it nobody writes to a tile or
   reads it. What threads then write there they need not show to tensor cores, which read no more.

       xnor_wgmma                out_ij                                                tile of a block 128 x 128
       xnor_wgmma_threshold      (out_ij >= threshold_j) != flip_j, packed             128 x 128
       pixels_wgmma_threshold    the same of pixels, given as planes of bits            16 x 128 */

#define SIDE 128   // rows of a, and of b, in a tile
#define THREADS 256
#define PIECES 8   // of 16 bytes in a row of a tile
#define WORDS (2 * PIECES)
#define STAGES 3   // tiles of each matrix in shared memory: one in use, two on their way

typedef uint4 Tile[SIDE][PIECES];

/* Set c to popcount(a_i & b_j), 16 x 128 of them a warp, and leave the tiles to others. */
__device__ __forceinline__ void multiply(int (&c)[1][16][4], const u64 *a, const u64 *b, int m, int n, int words)
{
    Tile *a_tiles = (Tile *)given_memory(), *b_tiles = a_tiles + STAGES;
    int a_row = threadIdx.x / 128 * 64;                   // in a tile, the first of this warpgroup

    for (int stage = 0; stage < STAGES - 1; stage++) {
        fetch<THREADS>(a_tiles[stage], a, blockIdx.x * SIDE, m, stage * WORDS, words);
        fetch<THREADS>(b_tiles[stage], b, blockIdx.y * SIDE, n, stage * WORDS, words);
        close_group();
    }
    int stage = 0;
    for (int first = 0; first < words; first += WORDS) {
        wait_for_groups<STAGES - 2>();                    // this thread's part of the tile has come
        show_to_tensor_cores();
        __syncthreads();                                  // everyone's has, and the tile before is multiplied

        int next = first + (STAGES - 1) * WORDS, free = (stage + STAGES - 1) % STAGES;  // there is room for another
        if (next < words) {
            fetch<THREADS>(a_tiles[free], a, blockIdx.x * SIDE, m, next, words);
            fetch<THREADS>(b_tiles[free], b, blockIdx.y * SIDE, n, next, words);
        }
        close_group();                                    // an empty one in the end, so that counting goes on

        u64 x = descriptor(a_tiles[stage][a_row]), y = descriptor(b_tiles[stage]);
        order_registers();
#pragma unroll
        for (int k = 0; k < PIECES / 2; k++)              // 256 bits at a time, 32 bytes further in all rows
            wgmma(c[0], x + 2 * k, y + 2 * k);
        close_products();
        wait_for_products<0>();
        stage = (stage + 1) % STAGES;
    }
    wait_for_groups<0>();                                 // a short sum leaves a tile of zeros on its way
    __syncthreads();                                      // both warpgroups have multiplied: the tiles are free
}

__device__ __forceinline__ Room<16> &room() { return ((Room<16> *)given_memory())[threadIdx.x / 32]; }  // of a warp

__device__ __forceinline__ int first_row() { return blockIdx.x * SIDE + threadIdx.x / 32 * 16; }       // of a warp
__device__ __forceinline__ int first_col() { return blockIdx.y * SIDE; }

extern "C" __global__ void __launch_bounds__(THREADS, 2)  // registers for two blocks on a multiprocessor
xnor_wgmma(const u64 *a, const u64 *b, int *out, int m, int n, int words, int n_bits, const int *ones_a,
           const int *ones_b)
{
    int c[1][16][4] = {};
    multiply(c, a, b, m, n, words);
    write_sums(c, room(), first_row(), first_col(), out, m, n, n_bits, ones_a, ones_b);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
xnor_wgmma_threshold(const u64 *a, const u64 *b, const int *thresholds, const unsigned char *flip, u64 *out, int m,
                     int n, int words, int n_bits, const int *ones_a, const int *ones_b)
{
    int c[1][16][4] = {};
    multiply(c, a, b, m, n, words);
    write_signs(c, room(), first_row(), first_col(), thresholds, flip, out, m, n, n_bits, ones_a, ones_b);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
pixels_wgmma_threshold(const u64 *planes, const u64 *b, const int *thresholds, const unsigned char *flip, u64 *out,
                       int m, int n, int words, int n_bits, const int *ones_planes, const int *ones_b)
{
    int c[1][16][4] = {};
    multiply(c, planes, b, 8 * m, n, words);
    write_signs_of_pixels(c, room(), first_row(), first_col(), thresholds, flip, out, m, n, n_bits, ones_planes,
                          ones_b);
}
