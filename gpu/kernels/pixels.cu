/* The product of pixels and signs, exact in integers: the first layer of a frozen network.

   planes (m, 8, words) uint64, see pack_planes.cu     b (n, words) uint64, the signs w_i = +1 or -1 of each column

   A pixel enters as x = 2 pixel - 255. Write it in bits: pixel = sum_p 2^p bit_p, and 255 = sum_p 2^p. Then
   x = sum_p 2^p (2 bit_p - 1), and each 2 bit_p - 1 is a sign. So a product of pixels and signs is a weighted sum of
   eight products of signs (xnor_naive.cu):

       z = sum_i x_i w_i = sum_p 2^p (n_bits - 2 d_p) = 255 n_bits - 2 sum_p 2^p d_p       d_p = popcount(plane_p ^ b_j)

   pixels_product writes z, int32 (m, n). pixels_threshold writes (z >= threshold) != flip as bits, (m, ceil(n / 64)).
   A block has 32 x 8 threads and makes 8 x 64 outputs, as in xnor_threshold.cu. grid = (ceil(m / 8), ceil(n / 64)). */

typedef unsigned long long u64;

#define WORDS 8  // in a row of a tile: 512 entries

/* Set z to the sums of row 8 blockIdx.x + threadIdx.y, columns 64 blockIdx.y + threadIdx.x and 32 further on. */
__device__ __forceinline__ void multiply(int (&z)[2], const u64 *planes, const u64 *b, int m, int n, int words,
                                         int n_bits)
{
    __shared__ u64 a_tile[64][WORDS], b_tile[64][WORDS + 1];

    int lane = threadIdx.x;
    int w = lane % WORDS;                                 // this thread fetches word w of rows r and r + 32, both
    int r = (threadIdx.y * 32 + lane) / WORDS;            // of 64 rows of b and of the 64 planes of 8 rows
    int differ[2] = {0, 0};
    for (int first = 0; first < words; first += WORDS) {
        int word = first + w;
        for (int i = r; i < 64; i += 32) {
            u64 plane = (u64)blockIdx.x * 64 + i, col = (u64)blockIdx.y * 64 + i;
            a_tile[i][w] = plane < 8 * (u64)m && word < words ? planes[plane * words + word] : 0;
            b_tile[i][w] = col < (u64)n && word < words ? b[col * words + word] : 0;
        }
        __syncthreads();
        for (int k = 0; k < WORDS; k++)
            for (int p = 0; p < 8; p++)
                for (int half = 0; half < 2; half++)
                    differ[half] += __popcll(a_tile[8 * threadIdx.y + p][k] ^ b_tile[lane + 32 * half][k]) << p;
        __syncthreads();
    }
    for (int half = 0; half < 2; half++)
        z[half] = 255 * n_bits - 2 * differ[half];
}

extern "C" __global__ void pixels_product(const u64 *planes, const u64 *b, int *out, int m, int n, int words, int n_bits)
{
    int z[2];
    multiply(z, planes, b, m, n, words, n_bits);

    int row = blockIdx.x * 8 + threadIdx.y;
    for (int half = 0; half < 2; half++) {
        int col = blockIdx.y * 64 + threadIdx.x + 32 * half;
        if (row < m && col < n)
            out[(u64)row * n + col] = z[half];
    }
}

extern "C" __global__ void pixels_threshold(const u64 *planes, const u64 *b, const int *thresholds,
                                            const unsigned char *flip, u64 *out, int m, int n, int words, int n_bits)
{
    int z[2];
    multiply(z, planes, b, m, n, words, n_bits);

    unsigned votes[2];                                    // as in xnor_threshold.cu
    for (int half = 0; half < 2; half++) {
        int col = blockIdx.y * 64 + threadIdx.x + 32 * half;
        bool on = col < n && (z[half] >= thresholds[col]) != flip[col];
        votes[half] = __ballot_sync(0xffffffff, on);
    }
    int row = blockIdx.x * 8 + threadIdx.y;
    if (threadIdx.x == 0 && row < m)
        out[(u64)row * ((n + 63) / 64) + blockIdx.y] = (u64)votes[1] << 32 | votes[0];
}
