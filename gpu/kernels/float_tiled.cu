/* The product of float32 matrices by tiles in shared memory.

   a (m, k), b (k, n), out (m, n) float32     out_ij = sum_l a_il b_lj

   This is the same step as from xnor_naive.cu to xnor_tiled.cu. The 256 threads fetch a tile of 16 x 16 entries of each
   matrix, one entry of each for each thread, and all multiply from shared memory. Global memory is read 16 times less.

   A block has 16 x 16 threads and makes 16 x 16 outputs. grid = (ceil(m / 16), ceil(n / 16)). */

typedef unsigned long long u64;

extern "C" __global__ void float_tiled(const float *a, const float *b, float *out, int m, int n, int k)
{
    __shared__ float a_tile[16][16];
    __shared__ float b_tile[16][16];                      // no bank conflicts: a line of threads reads one row of it

    int x = threadIdx.x, y = threadIdx.y;
    int row = blockIdx.x * 16 + y;
    int col = blockIdx.y * 16 + x;

    float sum = 0;
    for (int first = 0; first < k; first += 16) {
        a_tile[y][x] = row < m && first + x < k ? a[(u64)row * k + first + x] : 0;
        b_tile[y][x] = first + y < k && col < n ? b[(u64)(first + y) * n + col] : 0;

        __syncthreads();
        for (int l = 0; l < 16; l++)
            sum += a_tile[y][l] * b_tile[l][x];
        __syncthreads();
    }
    if (row < m && col < n)
        out[(u64)row * n + col] = sum;
}
