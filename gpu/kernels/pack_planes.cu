/* Pixels as eight planes of bits: what the first layer of a frozen network multiplies.

   pixels (rows, n_bits) uint8     planes (rows, 8, words) uint64, words = ceil(n_bits / 64)

   Bit k of word w in plane p of a row is bit p of its pixel 64 w + k; the bits behind the last pixel are 0.

   As in pack_signs.cu one warp makes one word, but of all eight planes: each lane keeps two pixels and votes with one
   bit of them after the other. Lane p remembers the word of plane p, and eight lanes write.

   A block is 8 warps, and makes 8 neighbouring words of the planes of one row. grid = (rows, ceil(words / 8)). */

typedef unsigned long long u64;

extern "C" __global__ void pack_planes(const unsigned char *pixels, u64 *planes, int rows, int n_bits, int words)
{
    int lane = threadIdx.x % 32;
    int row = blockIdx.x;
    int word = blockIdx.y * 8 + threadIdx.x / 32;
    if (row >= rows || word >= words)                     // a whole warp, or none of it
        return;

    int low = 64 * word + lane, high = low + 32;
    const unsigned char *entries = pixels + (u64)row * n_bits;
    int low_pixel = low < n_bits ? entries[low] : 0;
    int high_pixel = high < n_bits ? entries[high] : 0;

    u64 mine = 0;
    for (int plane = 0; plane < 8; plane++) {
        unsigned lower = __ballot_sync(0xffffffff, low_pixel >> plane & 1);
        unsigned upper = __ballot_sync(0xffffffff, high_pixel >> plane & 1);
        if (lane == plane)
            mine = (u64)upper << 32 | lower;
    }
    if (lane < 8)
        planes[((u64)row * 8 + lane) * words + word] = mine;
}
