/* The scores of the last layer, from its integers.

   z (rows, n) int32, bias (n) float32     out_ij = ((z_ij + bias_j) first) second, float32

   In this order, for every step rounds: then the scores are those of the CPU, bit for bit. A compiler may round a product
   and a following sum once instead of twice (fused multiply-add); here no sum follows a product.

   A block is 256 threads and makes 256 rows of one column. grid = (ceil(rows / 256), n). */

typedef unsigned long long u64;

extern "C" __global__ void scores(const int *z, const float *bias, float first, float second, float *out, int rows, int n)
{
    int row = blockIdx.x * 256 + threadIdx.x;
    int col = blockIdx.y;
    if (row < rows)
        out[(u64)row * n + col] = (z[(u64)row * n + col] + bias[col]) * first * second;
}
