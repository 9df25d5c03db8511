/* The most that the machine can do: loops of nothing but the instructions that the products are made of.

   Every thread runs `rounds` rounds and then writes one number, so that the compiler cannot drop the work. Eight chains
   of dependent steps run side by side in a thread. This way the pace is set by the units, not by their latency.

       ceiling_popcount   in each round, a thread makes 8 XORs and 8 popcounts of 32 bits: 256 products of signs
       ceiling_mma_and    in each round, a warp makes 8 instructions of 16 x 8 x 256 products with AND: 262,144 products
       ceiling_mma_xor    the same with XOR

   A product and its addition count as two operations. A block has 256 threads. grid = (ceil(threads / 256), 1). */

#define CHAINS 8

extern "C" __global__ void ceiling_popcount(int *out, int rounds)
{
    int thread = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned x[CHAINS];
    for (int i = 0; i < CHAINS; i++)
        x[i] = thread * CHAINS + i;
    for (int round = 0; round < rounds; round++)
#pragma unroll
        for (int i = 0; i < CHAINS; i++)
            x[i] ^= __popc(x[i]);
    unsigned all = 0;
    for (int i = 0; i < CHAINS; i++)
        all += x[i];
    out[thread] = all;
}

/* Add popcount(a & b) to c, or popcount(a ^ b) if `differ`; see xnor_mma.cu. */
template <bool differ>
__device__ __forceinline__ void mma(int (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1)
{
#ifdef __CUDACC__
    if (differ)
        asm("mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.xor.popc {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
            : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
    else
        asm("mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.and.popc {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
            : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    emulation::mma(c, a, b0, b1, differ);
#endif
}

template <bool differ> __device__ __forceinline__ void chains(int *out, int rounds)
{
    int thread = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned a[4] = {thread * 1u, thread * 3u, thread * 5u, thread * 7u}, b0 = ~thread, b1 = thread * 11u;
    int c[CHAINS][4] = {};
    for (int round = 0; round < rounds; round++)
#pragma unroll
        for (int i = 0; i < CHAINS; i++)
            mma<differ>(c[i], a, b0 + i, b1);
    int all = 0;
    for (int i = 0; i < CHAINS; i++)
        for (int k = 0; k < 4; k++)
            all += c[i][k];
    out[thread] = all;
}

extern "C" __global__ void ceiling_mma_and(int *out, int rounds) { chains<false>(out, rounds); }

extern "C" __global__ void ceiling_mma_xor(int *out, int rounds) { chains<true>(out, rounds); }
