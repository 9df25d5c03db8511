/* The product of signs by tiles in registers, with half the popcounts.

   a (m, words), b (n, words) uint64, n_bits entries in a row, padding 0     out (m, n) int32
   out_ij = n_bits - 2 popcount(a_i ^ b_j)                                   see xnor_naive.cu

   This adds two ideas to xnor_tiled.cu.

   1. A thread makes 4 x 4 outputs. It loads 4 words of a and 4 words of b into registers, and multiplies each with
      each. That takes 8 loads from shared memory for 16 products, where xnor_tiled.cu needs 32.

   2. Counting is the expensive part. In one clock cycle a multiprocessor can start 64 logical operations of 32 bits,
      but only 16 popcounts (CUDA C++ Programming Guide, throughput of arithmetic instructions, compute capability 8.0
      and 9.0). So bits are added before they are counted: a full adder made of logical operations adds three words at
      all 32 bit positions at once (Harley and Seal).

          ones + low + high = 2 carry + ones'      ones'  =  ones ^ low ^ high             one instruction
                                                   carry  =  majority(ones, low, high)     one instruction

      Bits that weigh 1 stay in `ones`. Bits that weigh 2 are counted as they appear. So 64 entries need one popcount
      and not two:

          differ = 2 sum popcount(carry) + popcount(ones)

      In machine code (nvdisasm, CUDA 13.0, sm_90) the product of two words takes 4 LOP3, 1 POPC and 1 addition. At 64
      and 16 per clock cycle, the LOP3 and the POPC take equally long.

   A block has 16 x 16 threads and makes 64 x 64 outputs. grid = (ceil(m / 64), ceil(n / 64)). */

typedef unsigned long long u64;

#define WORDS 8            // in a row of a tile: 512 entries
#define SIDE 4             // a thread makes SIDE x SIDE outputs
#define ROWS (16 * SIDE)   // a block makes ROWS x ROWS outputs
#define PAD 2              // neighbouring words of a row are stored together, so they must lie in different banks

/* Copy 8 words of ROWS rows into tile[word][row]. Outside of both matrices are zeros, and these agree. */
__device__ __forceinline__ void fetch(u64 (&tile)[WORDS][ROWS + PAD], const u64 *from, int first_row, int rows,
                                      int first_word, int words)
{
    int thread = threadIdx.y * 16 + threadIdx.x;
    int w = thread % WORDS;                               // neighbouring threads fetch neighbouring words
    for (int r = thread / WORDS; r < ROWS; r += 256 / WORDS) {
        int row = first_row + r, word = first_word + w;
        tile[w][r] = row < rows && word < words ? from[(u64)row * words + word] : 0;
    }
}

extern "C" __global__ void __launch_bounds__(256)         // allows the compiler many registers
xnor_registers(const u64 *a, const u64 *b, int *out, int m, int n, int words, int n_bits)
{
    __shared__ u64 a_tile[WORDS][ROWS + PAD];             // sorted by word: threads read the same word of many rows
    __shared__ u64 b_tile[WORDS][ROWS + PAD];

    int x = threadIdx.x, y = threadIdx.y;
    int first_row = blockIdx.x * ROWS;
    int first_col = blockIdx.y * ROWS;
    unsigned ones[SIDE][SIDE] = {};
    int twos[SIDE][SIDE] = {};

    for (int first = 0; first < words; first += WORDS) {
        fetch(a_tile, a, first_row, m, first, words);
        fetch(b_tile, b, first_col, n, first, words);
        __syncthreads();

        for (int w = 0; w < WORDS; w++) {
            u64 a_word[SIDE], b_word[SIDE];
            for (int i = 0; i < SIDE; i++) {
                a_word[i] = a_tile[w][y + 16 * i];        // one address for half a warp
                b_word[i] = b_tile[w][x + 16 * i];        // neighbouring addresses for neighbouring threads
            }
            for (int i = 0; i < SIDE; i++)
                for (int j = 0; j < SIDE; j++) {
                    unsigned low = (unsigned)a_word[i] ^ (unsigned)b_word[j];
                    unsigned high = (unsigned)(a_word[i] >> 32) ^ (unsigned)(b_word[j] >> 32);
                    unsigned one = ones[i][j];
                    twos[i][j] += __popc(((one ^ low) & (one ^ high)) ^ one);  // the majority of three bits
                    ones[i][j] = one ^ low ^ high;
                }
        }
        __syncthreads();
    }

    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) {
            int row = first_row + y + 16 * i, col = first_col + x + 16 * j;
            if (row < m && col < n)
                out[(u64)row * n + col] = n_bits - 2 * (2 * twos[i][j] + __popc(ones[i][j]));
        }
}
