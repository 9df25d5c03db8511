/* Pixels as eight planes of bits, which is what the first layer of a frozen network multiplies.

   pixels (rows, n_bits) uint8     planes (rows, 8, words) uint64, words = ceil(n_bits / 64)

   Bit k of word w in plane p of a row is bit p of its pixel 64 w + k. The padding behind the last pixel is 0.

   As in pack_signs.cu, a warp makes one word, but here of all eight planes. Each lane keeps two pixels and votes with
   one of their bits after the other. Lane p keeps the word of plane p, and in the end eight lanes write.

   A block has 8 warps and makes 8 neighbouring words of one row's planes. grid = (rows, ceil(words / 8)). */

typedef unsigned long long u64;

extern "C" __global__ void pack_planes(const unsigned char *pixels, u64 *planes, int rows, int n_bits, int words)
{
    int lane = threadIdx.x % 32;
    int row = blockIdx.x;
    int word = blockIdx.y * 8 + threadIdx.x / 32;
    if (row >= rows || word >= words)                     // a warp leaves as a whole or not at all
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
