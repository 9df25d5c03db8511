/* The product of float32 matrices, one thread an output: what an unoptimised network computes with.

   a (m, k), b (k, n), out (m, n) float32     out_ij = sum_l a_il b_lj

   All lanes of half a warp read the same entry of a, and neighbouring entries of b: each line of the cache is used
   whole, but a multiplication still needs two loads.

   A block is 16 x 16 threads and makes 16 x 16 outputs. grid = (ceil(m / 16), ceil(n / 16)). */

typedef unsigned long long u64;

extern "C" __global__ void float_naive(const float *a, const float *b, float *out, int m, int n, int k)
{
    int row = blockIdx.x * 16 + threadIdx.y;
    int col = blockIdx.y * 16 + threadIdx.x;
    if (row >= m || col >= n)
        return;

    float sum = 0;
    for (int l = 0; l < k; l++)
        sum += a[(u64)row * k + l] * b[(u64)l * n + col];
    out[(u64)row * n + col] = sum;
}
