/* The multiplication by a warpgroup. Only compute capability 9.0 has this instruction (PTX ISA, "wgmma"; sm_90a).

   A *warpgroup* is four neighbouring warps, 128 threads. Together they multiply 64 rows by 128 columns of 256 bits.
   Two things differ from the mma of a warp. First, the operands need not pass through registers. The tensor cores read
   them from shared memory, and a *descriptor* tells them where. Second, the instruction does not wait. The threads go
   on while the tensor cores work, and the counts are in the registers only after a wait. We must take care of the
   order:

       order_registers()             before the first: all earlier work on the counts' registers is done
       wgmma(c, a, b)  ..            begin c += a b, several in a row
       close_products()              put the products begun so far into a group
       wait_for_products<0>()        now the counts are there, and the operands may be overwritten

   Tensor cores reach shared memory by a path of their own (the "async proxy"). So when a thread has written or copied
   something there, it must first show it to them by show_to_tensor_cores(), and then tell the other threads at a
   barrier.

   A descriptor has 64 bits. Addresses and distances are in units of 16 bytes:

       63   62 61      52 51    49 48 46 45               32 31 30 29               16 15 14 13                0
       +------+----------+--------+-----+-------------------+-----+-------------------+-----+------------------+
       |layout|    0     | offset |  0  | 8 rows, distance  |  0  | another distance  |  0  |     address      |
       +------+----------+--------+-----+-------------------+-----+-------------------+-----+------------------+

   Layout 1 means rows of 128 bytes, whose 8 pieces of 16 bytes lie at the places piece ^ row % 8, as in tiles.cu.
   Eight such rows take 1,024 bytes, which is the distance to the next eight. A tile has to begin at a multiple of
   that, so the offset is 0. The other distance is for other layouts. An instruction takes 32 bytes of each row. For
   the next 32 bytes just add 2 to the address, because tensor cores find the place of a piece from the bits of the
   address itself. */

typedef unsigned long long u64;

/* Return the shared memory that the launch gives; it begins where a tile may begin. */
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

/* Wait for this warpgroup's products, except for the last `unfinished` groups. */
template <int unfinished> __device__ __forceinline__ void wait_for_products()
{
#ifdef __CUDACC__
    asm volatile("wgmma.wait_group.sync.aligned %0;" :: "n"(unfinished) : "memory");
#else
    emulation::wait_for_products(unfinished);
#endif
}

/* Begin to add popcount(a & b) to c, for 64 rows and 128 columns of 256 bits, given by their descriptors. Warp w of the
   four has rows 16 w to 16 w + 15. Its lanes get the counts that 16 mma instructions side by side would give them: c[j]
   is for columns 8 j to 8 j + 7. */
__device__ __forceinline__ void wgmma(int (&c)[16][4], u64 a, u64 b)
{
#ifdef __CUDACC__
#define SUMS(j) "+r"(c[j][0]), "+r"(c[j][1]), "+r"(c[j][2]), "+r"(c[j][3])
    asm volatile("wgmma.mma_async.sync.aligned.m64n128k256.s32.b1.b1.and.popc "
                 "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
                 "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
                 "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
                 "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
                 "%64, %65, 1;"                           // 1: add to what is in c
                 : SUMS(0), SUMS(1), SUMS(2), SUMS(3), SUMS(4), SUMS(5), SUMS(6), SUMS(7),
                   SUMS(8), SUMS(9), SUMS(10), SUMS(11), SUMS(12), SUMS(13), SUMS(14), SUMS(15)
                 : "l"(a), "l"(b));
#undef SUMS
#else
    emulation::wgmma(c, a, b);
#endif
}
