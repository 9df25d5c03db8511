/* The product of signs on tensor cores that read shared memory themselves: for compute capability 9.0 and no other.

   Arguments, outputs and a block's tile are the same as in xnor_mma.cu, and so is the plan: tiles.cu copies, tensor
   cores count popcount(a_i & b_j), and outputs.cu turns the counts into outputs. But the instruction comes from
   wgmma.cu. One wgmma does the work of 64 mma and needs no ldmatrix, and a thread that has begun it only has to
   wait. (In machine code, by nvcc 13.0, a step has 4 multiplications among fewer than 170 instructions, most of them
   for the copies.)

   A block has two warpgroups and makes 128 x 128 outputs. A warpgroup makes 64 x 128 of them and a warp 16 x 128, so a
   lane has 64 counts. A tile has 8 pieces (1,024 entries) of 128 rows, which is 16 KB. Three tiles of a and three of b
   take 96 KB. A kernel's text may declare only 48 KB, so the launch gives this memory. Two blocks fit on a
   multiprocessor: while one of them waits for copies or writes, the other multiplies.

   In the end the tiles are free, and the counts go through them on their way out. This is safe because of the barrier.
   Before it, each thread waits for its copies and each warpgroup for its products; after it, nobody copies to a tile or
   multiplies one. What threads then write there need not be shown to the tensor cores, which read no more.

       xnor_wgmma                out_ij                                                tile of a block 128 x 128
       xnor_wgmma_threshold      (out_ij >= threshold_j) != flip_j, packed             128 x 128
       pixels_wgmma_threshold    the same for pixels, given as planes of bits           16 x 128 */

#define SIDE 128   // rows of a, and of b, in a tile
#define THREADS 256
#define PIECES 8   // pieces of 16 bytes in a row of a tile
#define WORDS (2 * PIECES)
#define STAGES 3   // tiles of each matrix in shared memory: one in use, two on their way

typedef uint4 Tile[SIDE][PIECES];

/* Set c to popcount(a_i & b_j), 16 x 128 counts for each warp; afterwards the tiles are free. */
__device__ __forceinline__ void multiply(int (&c)[1][16][4], const u64 *a, const u64 *b, int m, int n, int words)
{
    Tile *a_tiles = (Tile *)given_memory(), *b_tiles = a_tiles + STAGES;
    int a_row = threadIdx.x / 128 * 64;                   // this warpgroup's first row in the tile

    for (int stage = 0; stage < STAGES - 1; stage++) {
        fetch<THREADS>(a_tiles[stage], a, blockIdx.x * SIDE, m, stage * WORDS, words);
        fetch<THREADS>(b_tiles[stage], b, blockIdx.y * SIDE, n, stage * WORDS, words);
        close_group();
    }
    int stage = 0;
    for (int first = 0; first < words; first += WORDS) {
        wait_for_groups<STAGES - 2>();                    // this thread's part of the tile has arrived
        show_to_tensor_cores();
        __syncthreads();                                  // so have the others', and the last tile is multiplied

        int next = first + (STAGES - 1) * WORDS, free = (stage + STAGES - 1) % STAGES;  // there is room for another
        if (next < words) {
            fetch<THREADS>(a_tiles[free], a, blockIdx.x * SIDE, m, next, words);
            fetch<THREADS>(b_tiles[free], b, blockIdx.y * SIDE, n, next, words);
        }
        close_group();                                    // in the end an empty one, so that the count is right

        u64 x = descriptor(a_tiles[stage][a_row]), y = descriptor(b_tiles[stage]);
        order_registers();
#pragma unroll
        for (int k = 0; k < PIECES / 2; k++)              // 256 bits at a time, which is 32 bytes of each row
            wgmma(c[0], x + 2 * k, y + 2 * k);
        close_products();
        wait_for_products<0>();
        stage = (stage + 1) % STAGES;
    }
    wait_for_groups<0>();                                 // after a short sum, a tile of zeros is still on its way
    __syncthreads();                                      // both warpgroups have multiplied: the tiles are free
}

__device__ __forceinline__ Room<16> &room() { return ((Room<16> *)given_memory())[threadIdx.x / 32]; }  // the warp's

__device__ __forceinline__ int first_row() { return blockIdx.x * SIDE + threadIdx.x / 32 * 16; }       // the warp's
__device__ __forceinline__ int first_col() { return blockIdx.y * SIDE; }

extern "C" __global__ void __launch_bounds__(THREADS, 2)  // few enough registers for two blocks on a multiprocessor
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
