/* The scores of the last layer, computed from its integers.

   z (rows, n) int32, bias (n) float32     out_ij = ((z_ij + bias_j) first) second, float32

   The order matters, because every step rounds. In this order the scores equal the CPU's bit for bit. A compiler may
   fuse a product and the sum after it, and then round once instead of twice (fused multiply-add). Here no sum comes
   after a product.

   A block has 256 threads and makes 256 rows of one column. grid = (ceil(rows / 256), n). */

typedef unsigned long long u64;

extern "C" __global__ void scores(const int *z, const float *bias, float first, float second, float *out, int rows, int n)
{
    int row = blockIdx.x * 256 + threadIdx.x;
    int col = blockIdx.y;
    if (row < rows)
        out[(u64)row * n + col] = (z[(u64)row * n + col] + bias[col]) * first * second;
}
