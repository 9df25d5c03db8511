/* The product of float32 matrices, with one thread for each output, as an unoptimised network would compute it.

   a (m, k), b (k, n), out (m, n) float32     out_ij = sum_l a_il b_lj

   The lanes of half a warp read the same entry of a, and neighbouring entries of b. So what a warp reads lies close
   together, but every multiplication still needs two loads.

   A block has 16 x 16 threads and makes 16 x 16 outputs. grid = (ceil(m / 16), ceil(n / 16)). */

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
