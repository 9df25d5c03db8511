/* The product of signs, and then signs again by a threshold, in one kernel: a hidden layer of a frozen network.

   a (m, words), b (n, words) uint64, n_bits entries in a row, padding 0     out (m, ceil(n / 64)) uint64, padding 0
   z_ij = n_bits - 2 popcount(a_i ^ b_j)                                     see xnor_naive.cu
   bit j of out_i  =  (z_ij >= thresholds_j) != flip_j                       tinynet/frozen/ says why

   The sums never travel to memory. Where a product alone would write 32 bits, this kernel writes 1, and the next layer
   reads it as it is. A warp has 64 columns of one row, two for each lane, so that two votes make a whole word of the
   output (pack_signs.cu). The tiles are as in xnor_tiled.cu.

   A block has 32 x 8 threads and makes 8 x 64 outputs. grid = (ceil(m / 8), ceil(n / 64)). */

typedef unsigned long long u64;

#define WORDS 8  // in a row of a tile: 512 entries

extern "C" __global__ void xnor_threshold(const u64 *a, const u64 *b, const int *thresholds, const unsigned char *flip,
                                          u64 *out, int m, int n, int words, int n_bits)
{
    __shared__ u64 a_tile[8][WORDS];                      // a warp reads one word at a time, at the same address
    __shared__ u64 b_tile[64][WORDS + 1];

    int lane = threadIdx.x;
    int row = blockIdx.x * 8 + threadIdx.y;               // the same for all lanes of a warp
    int cols[2] = {(int)blockIdx.y * 64 + lane, (int)blockIdx.y * 64 + lane + 32};

    int r = (threadIdx.y * 32 + lane) / WORDS;            // this thread fetches word w of row r, r < 32
    int w = lane % WORDS;
    int a_row = blockIdx.x * 8 + r, b_row = blockIdx.y * 64 + r;

    int differ[2] = {0, 0};
    for (int first = 0; first < words; first += WORDS) {
        int word = first + w;
        if (r < 8)
            a_tile[r][w] = a_row < m && word < words ? a[(u64)a_row * words + word] : 0;
        b_tile[r][w] = b_row < n && word < words ? b[(u64)b_row * words + word] : 0;
        b_tile[r + 32][w] = b_row + 32 < n && word < words ? b[(u64)(b_row + 32) * words + word] : 0;

        __syncthreads();
        for (int k = 0; k < WORDS; k++)
            for (int half = 0; half < 2; half++)
                differ[half] += __popcll(a_tile[threadIdx.y][k] ^ b_tile[lane + 32 * half][k]);
        __syncthreads();
    }

    unsigned votes[2];
    for (int half = 0; half < 2; half++) {
        int z = n_bits - 2 * differ[half], col = cols[half];
        bool on = col < n && (z >= thresholds[col]) != flip[col];
        votes[half] = __ballot_sync(0xffffffff, on);
    }
    if (lane == 0 && row < m)
        out[(u64)row * ((n + 63) / 64) + blockIdx.y] = (u64)votes[1] << 32 | votes[0];
}
