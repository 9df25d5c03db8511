/* The multiplication of a warpgroup: only compute capability 9.0 has the instruction (PTX ISA, "wgmma"; sm_90a).

   A *warpgroup* is four neighbouring warps, 128 threads, that multiply together: 64 rows by 128 columns of 256 bits.
   Two things differ from the mma of a warp. Its operands need not pass through registers: the tensor cores read them
   from shared memory, which they find by a *descriptor*. And it does not wait: the threads go on while tensor cores
   work, and the sums are in their registers only after a wait. The order of things is left to us:

       order_registers()             before the first: what was done to the sums' registers is done
       wgmma(c, a, b)  ..            begin c += a b, one after the other
       close_products()              those begun so far are a group
       wait_for_products<0>()        the sums are there, and the operands may be overwritten

   Tensor cores reach shared memory by another way (the "async proxy") than the threads and their copies do. So what a
   thread has written there it first has to show them, by show_to_tensor_cores(), and then tell the others at a barrier.

   A descriptor has 64 bits, addresses and distances in units of 16 bytes:

       63   62 61      52 51    49 48 46 45               32 31 30 29               16 15 14 13                0
       +------+----------+--------+-----+-------------------+-----+-------------------+-----+------------------+
       |layout|    0     | offset |  0  | 8 rows, distance  |  0  | another distance  |  0  |     address      |
       +------+----------+--------+-----+-------------------+-----+-------------------+-----+------------------+

   Layout 1 says: rows of 128 bytes, whose 8 pieces of 16 bytes lie at piece ^ row % 8, just as tiles.cu places them. 8
   such rows are 1,024 bytes, which is the distance to the next 8; a tile has to begin at a multiple of that, and then
   the offset is 0. The other distance is of other layouts. An instruction takes 32 bytes of each row. For the next 32
   the address is greater by 2: a piece's place is worked out from the bits of the address itself. */

typedef unsigned long long u64;

/* The shared memory that the launch gives, beginning where a tile may. */
__device__ __forceinline__ uint4 *given_memory()
{
#ifdef __CUDACC__
    extern __shared__ __align__(1024) uint4 given[];
    return given;
#else
    return (uint4 *)emulation::given_memory();
#endif
}

__device__ __forceinline__ u64 descriptor(const void *rows)
{
    u64 address = __cvta_generic_to_shared(rows);
    return 1ull << 62 | (u64)(1024 / 16) << 32 | address / 16;
}

__device__ __forceinline__ void show_to_tensor_cores()
{
#ifdef __CUDACC__
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
#else
    emulation::show_to_tensor_cores();
#endif
}

__device__ __forceinline__ void order_registers()
{
#ifdef __CUDACC__
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#else
    emulation::order_registers();
#endif
}

__device__ __forceinline__ void close_products()
{
#ifdef __CUDACC__
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
#else
    emulation::close_products();
#endif
}

/* Wait for this warpgroup's products, but for the last `unfinished` groups. */
template <int unfinished> __device__ __forceinline__ void wait_for_products()
{
#ifdef __CUDACC__
    asm volatile("wgmma.wait_group.sync.aligned %0;" :: "n"(unfinished) : "memory");
#else
    emulation::wait_for_products(unfinished);
#endif
}

/* Begin c += popcounts of a & b, 64 rows and 128 columns of 256 bits, given by their descriptors. Warp w of the four
   has rows 16 w to 16 w + 15; in it a lane has the sums that 16 instructions mma would give it, side by side: c[j]
   those of columns 8 j to 8 j + 7. */
__device__ __forceinline__ void wgmma(int (&c)[16][4], u64 a, u64 b)
{
#ifdef __CUDACC__
#define SUMS(j) "+r"(c[j][0]), "+r"(c[j][1]), "+r"(c[j][2]), "+r"(c[j][3])
    asm volatile("wgmma.mma_async.sync.aligned.m64n128k256.s32.b1.b1.and.popc "
                 "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
                 "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
                 "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
                 "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
                 "%64, %65, 1;"                           // 1: add to what is there
                 : SUMS(0), SUMS(1), SUMS(2), SUMS(3), SUMS(4), SUMS(5), SUMS(6), SUMS(7),
                   SUMS(8), SUMS(9), SUMS(10), SUMS(11), SUMS(12), SUMS(13), SUMS(14), SUMS(15)
                 : "l"(a), "l"(b));
#undef SUMS
#else
    emulation::wgmma(c, a, b);
#endif
}
