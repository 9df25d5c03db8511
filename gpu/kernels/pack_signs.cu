/* Signs of floats as bits, 64 to a word.

   x (rows, n_bits) float32     bits (rows, words) uint64, words = ceil(n_bits / 64)

   Bit k of word w is 1 where x[64 w + k] >= 0, so zero counts as positive. NaN gives 0. The padding, which is the bits
   behind the last entry, is 0.

   One warp makes one word. Its 32 lanes read 32 neighbouring floats, which are one line of the cache. Then they vote:
   __ballot_sync gives every lane the 32 answers as the bits of one number, with lane 0's in the lowest bit. Two votes
   make a word.

   A block has 8 warps and makes 8 neighbouring words of one row. grid = (rows, ceil(words / 8)). */

typedef unsigned long long u64;

extern "C" __global__ void pack_signs(const float *x, u64 *bits, int rows, int n_bits, int words)
{
    int lane = threadIdx.x % 32;
    int row = blockIdx.x;
    int word = blockIdx.y * 8 + threadIdx.x / 32;         // the same for all lanes of a warp
    if (row >= rows || word >= words)                     // a warp leaves as a whole or not at all: votes need all
        return;

    int low = 64 * word + lane;                           // this lane's entry in the lower half of the word
    int high = low + 32;                                  // and in the upper half
    const float *entries = x + (u64)row * n_bits;
    unsigned lower = __ballot_sync(0xffffffff, low < n_bits && entries[low] >= 0);
    unsigned upper = __ballot_sync(0xffffffff, high < n_bits && entries[high] >= 0);

    if (lane == 0)                                        // every lane has the word, but only one writes it
        bits[(u64)row * words + word] = (u64)upper << 32 | lower;
}
