/* The number of ones in each row of bits.

   bits (rows, words) uint64     ones (rows) int32

   One warp adds one row: lane l takes the words l, l + 32, l + 64, .. (neighbouring lanes, neighbouring words), and
   then 32 sums become one in five steps, each lane adding the sum of the lane whose number differs in one bit.

   A block is 8 warps, and so 8 rows. grid = (ceil(rows / 8), 1). */

typedef unsigned long long u64;

extern "C" __global__ void popcount_rows(const u64 *bits, int *ones, int rows, int words)
{
    int lane = threadIdx.x % 32;
    int row = blockIdx.x * 8 + threadIdx.x / 32;
    if (row >= rows)
        return;

    int sum = 0;
    for (int word = lane; word < words; word += 32)
        sum += __popcll(bits[(u64)row * words + word]);
    for (int distance = 16; distance > 0; distance /= 2)
        sum += __shfl_xor_sync(0xffffffff, sum, distance);

    if (lane == 0)
        ones[row] = sum;
}
