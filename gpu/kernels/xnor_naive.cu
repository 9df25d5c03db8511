/* The product of signs, with one thread for each output.

   a (m, words), b (n, words) uint64, n_bits entries in a row, padding 0     out (m, n) int32

   Two signs multiply to +1 if their bits agree and to -1 if they differ. If d of the n_bits bits differ,

       out_ij = (n_bits - d) - d = n_bits - 2 popcount(a_i ^ b_j)

   This is slow for two reasons. Every thread reads two whole rows from global memory. That makes 2 m n row reads,
   although there are only m + n different rows. And neighbouring lanes read different rows of b at the same time, so
   they touch 16 lines of the cache for 8 bytes of each. xnor_tiled.cu mends both.

   A block has 16 x 16 threads and makes 16 x 16 outputs. grid = (ceil(m / 16), ceil(n / 16)). */

typedef unsigned long long u64;

extern "C" __global__ void xnor_naive(const u64 *a, const u64 *b, int *out, int m, int n, int words, int n_bits)
{
    int row = blockIdx.x * 16 + threadIdx.y;
    int col = blockIdx.y * 16 + threadIdx.x;              // neighbouring threads write neighbouring outputs
    if (row >= m || col >= n)
        return;

    int differ = 0;
    for (int word = 0; word < words; word++)
        differ += __popcll(a[(u64)row * words + word] ^ b[(u64)col * words + word]);
    out[(u64)row * n + col] = n_bits - 2 * differ;
}
