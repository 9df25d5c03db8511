/* The number of ones in each row of bits.

   bits (rows, words) uint64     ones (rows) int32

   One warp adds up one row. Lane l takes the words l, l + 32, l + 64, .., so that neighbouring lanes read neighbouring
   words. Then five steps turn the 32 sums into one: in each, a lane adds the sum of the lane whose number differs from
   its own in one bit.

   A block has 8 warps and makes 8 rows. grid = (ceil(rows / 8), 1). */

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
