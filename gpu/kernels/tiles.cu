/* Tiles of bits in shared memory, and copies into them that a thread need not wait for.

   From sm_80 on a thread can tell the machine to copy 8 or 16 bytes from global to shared memory and go on. It gathers
   such copies in groups, and when it needs them it waits until only so many of its last groups are on their way.

   A tile has `pieces` pieces of 16 bytes (128 entries) of each of its rows. What multiplies it reads the same piece of
   8 neighbouring rows at once. The 32 banks of shared memory are as wide as 8 pieces: in order, the same pieces of 8
   rows would lie in the same 4 or 8 banks and wait for each other. So a row's pieces change places with the row's
   number, which spreads any 8 over all banks. With 8 pieces to a row:

       row 0    0 1 2 3 4 5 6 7         row 3    3 2 1 0 7 6 5 4
       row 1    1 0 3 2 5 4 7 6         ..
       row 2    2 3 0 1 6 7 4 5         row 8    0 1 2 3 4 5 6 7

   With 4 pieces two rows lie beside each other in the banks, and the number changes with every second row. */

typedef unsigned long long u64;

/* Where a piece of a row lies. */
template <int pieces> __device__ __forceinline__ int place(int row, int piece)
{
    return piece ^ row / (8 / pieces) % pieces;
}

/* Begin to copy 8 or 16 bytes to shared memory: `valid` of them, and zeros behind. */
template <int bytes> __device__ __forceinline__ void copy(void *to, const void *from, int valid)
{
#ifdef __CUDACC__
    unsigned at = (unsigned)__cvta_generic_to_shared(to);
    if (bytes == 16)  // cg: past the cache of the multiprocessor, where nobody looks for it again; not for 8 bytes
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(at), "l"(from), "r"(valid) : "memory");
    else
        asm volatile("cp.async.ca.shared.global [%0], [%1], 8, %2;" :: "r"(at), "l"(from), "r"(valid) : "memory");
#else
    emulation::copy_later(to, from, bytes, valid);
#endif
}

/* The copies begun so far and in no group are one now. */
__device__ __forceinline__ void close_group()
{
#ifdef __CUDACC__
    asm volatile("cp.async.commit_group;" ::: "memory");
#else
    emulation::close_group();
#endif
}

/* Wait for this thread's copies, but for the last `unfinished` groups. */
template <int unfinished> __device__ __forceinline__ void wait_for_groups()
{
#ifdef __CUDACC__
    asm volatile("cp.async.wait_group %0;" :: "n"(unfinished) : "memory");
#else
    emulation::wait_for_groups(unfinished);
#endif
}

/* Begin to copy a tile, by all threads of the block; what is outside of the matrix becomes 0. */
template <int threads, int side, int pieces>
__device__ __forceinline__ void fetch(uint4 (&tile)[side][pieces], const u64 *from, int first_row, int rows,
                                      int first_word, int words)
{
    int r = threadIdx.x / pieces, piece = threadIdx.x % pieces;
    int word = first_word + 2 * piece;
    int bytes = word >= words ? 0 : word + 1 == words ? 8 : 16;  // that a row has here
    const u64 *at = from + (u64)(first_row + r) * words + word;
    uint4 *to = &tile[r][place<pieces>(r, piece)];        // and so in this thread's other rows: 8 divides the step
    bool aligned = words % 2 == 0 && (u64)from % 16 == 0;  // else every other row begins between multiples of 16 bytes
    const int step = threads / pieces;                    // rows that the block copies at a time
#pragma unroll
    for (int k = 0; k < side; k += step, at += (u64)words * step, to += threads) {
        int valid = first_row + r + k < rows ? bytes : 0;
        if (aligned)
            copy<16>(to, at, valid ? 16 : 0);             // words come in pairs here
        else {
            copy<8>(to, at, valid ? 8 : 0);
            copy<8>((u64 *)to + 1, at + 1, valid == 16 ? 8 : 0);
        }
    }
}
