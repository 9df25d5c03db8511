/* Tiles of bits in shared memory, and copies into them that a thread need not wait for.

   From sm_80 on, a thread can ask for a copy of 8 or 16 bytes from global to shared memory and go on at once. It
   gathers such copies in groups. When it needs the data, it waits until at most a given number of its latest groups
   are still on their way.

   Each row of a tile has `pieces` pieces of 16 bytes (128 entries). The multiplication reads the same piece of 8
   neighbouring rows at the same time. All 32 banks of shared memory together are as wide as 8 pieces. If pieces lay in
   order, the same piece of 8 rows would lie in the same 4 or 8 banks, and the reads would wait for each other. So the
   pieces of a row are rearranged: piece p of row r goes to place p ^ r % 8. This spreads the 8 pieces over all banks.
   With 8 pieces in a row:

       row 0    0 1 2 3 4 5 6 7         row 3    3 2 1 0 7 6 5 4
       row 1    1 0 3 2 5 4 7 6         ..
       row 2    2 3 0 1 6 7 4 5         row 8    0 1 2 3 4 5 6 7

   With 4 pieces in a row, two rows lie side by side in the banks, and the place is p ^ r / 2 % 4. */

typedef unsigned long long u64;

/* Return the place of a piece in its row. */
template <int pieces> __device__ __forceinline__ int place(int row, int piece)
{
    return piece ^ row / (8 / pieces) % pieces;
}

/* Begin to copy 8 or 16 bytes to shared memory: `valid` bytes come from `from`, the others are zeros. */
template <int bytes> __device__ __forceinline__ void copy(void *to, const void *from, int valid)
{
#ifdef __CUDACC__
    unsigned at = (unsigned)__cvta_generic_to_shared(to);
    if (bytes == 16)  // cg: bypasses the multiprocessor's own cache, as nobody needs it there; not for 8 bytes
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(at), "l"(from), "r"(valid) : "memory");
    else
        asm volatile("cp.async.ca.shared.global [%0], [%1], 8, %2;" :: "r"(at), "l"(from), "r"(valid) : "memory");
#else
    emulation::copy_later(to, from, bytes, valid);
#endif
}

/* Put the copies that were begun since the last group into a group. */
__device__ __forceinline__ void close_group()
{
#ifdef __CUDACC__
    asm volatile("cp.async.commit_group;" ::: "memory");
#else
    emulation::close_group();
#endif
}

/* Wait for this thread's copies, except for the last `unfinished` groups. */
template <int unfinished> __device__ __forceinline__ void wait_for_groups()
{
#ifdef __CUDACC__
    asm volatile("cp.async.wait_group %0;" :: "n"(unfinished) : "memory");
#else
    emulation::wait_for_groups(unfinished);
#endif
}

/* Begin to copy a tile, with all threads of the block. What lies outside of the matrix becomes 0. */
template <int threads, int side, int pieces>
__device__ __forceinline__ void fetch(uint4 (&tile)[side][pieces], const u64 *from, int first_row, int rows,
                                      int first_word, int words)
{
    int r = threadIdx.x / pieces, piece = threadIdx.x % pieces;
    int word = first_word + 2 * piece;
    int bytes = word >= words ? 0 : word + 1 == words ? 8 : 16;  // how many the row has here
    const u64 *at = from + (u64)(first_row + r) * words + word;
    uint4 *to = &tile[r][place<pieces>(r, piece)];        // the same in this thread's other rows: 8 divides the step
    bool aligned = words % 2 == 0 && (u64)from % 16 == 0;  // if not, some rows begin between multiples of 16 bytes
    const int step = threads / pieces;                    // rows that the block copies at once
#pragma unroll
    for (int k = 0; k < side; k += step, at += (u64)words * step, to += threads) {
        int valid = first_row + r + k < rows ? bytes : 0;
        if (aligned)
            copy<16>(to, at, valid ? 16 : 0);             // here words come in pairs
        else {
            copy<8>(to, at, valid ? 8 : 0);
            copy<8>((u64 *)to + 1, at + 1, valid == 16 ? 8 : 0);
        }
    }
}
