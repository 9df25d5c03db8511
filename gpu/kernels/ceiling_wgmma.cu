/* What tensor cores do at most where they read shared memory themselves: the loop of ceilings.cu with wgmma.cu.

       ceiling_wgmma      4 instructions of 64 x 128 x 256 products a warpgroup and round: 8,388,608 products

   A block is two warpgroups, 256 threads, and writes one number a thread. Both multiply the same 64 rows by the same
   128, of 128 bytes each, in the 32 KB of shared memory that the launch gives; any bits will do. */

extern "C" __global__ void ceiling_wgmma(int *out, int rounds)
{
    uint4 *rows = given_memory();
#pragma unroll
    for (int k = 0; k < 192 * 8; k += 256) {
        unsigned i = k + threadIdx.x;
        rows[i] = {i * 2654435761u, i * 2246822519u, i * 3266489917u, i * 668265263u};
    }
    show_to_tensor_cores();
    __syncthreads();

    u64 a = descriptor(rows), b = descriptor(rows + 64 * 8);
    int c[16][4] = {};
#pragma unroll 1
    for (int round = 0; round < rounds; round++) {
        order_registers();
#pragma unroll
        for (int k = 0; k < 4; k++)
            wgmma(c, a + 2 * k, b + 2 * k);
        close_products();
        wait_for_products<1>();                           // the next are begun before these are done
    }
    wait_for_products<0>();
    int all = 0;
    for (int j = 0; j < 16; j++)
        for (int i = 0; i < 4; i++)
            all += c[j][i];
    out[blockIdx.x * blockDim.x + threadIdx.x] = all;
}
