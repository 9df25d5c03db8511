/* The most that tensor cores can do when they read shared memory themselves: the loop of ceilings.cu with wgmma.cu.

       ceiling_wgmma      in each round, a warpgroup makes 4 instructions of 64 x 128 x 256 products: 8,388,608 products

   A block has two warpgroups, 256 threads, and each thread writes one number. Both warpgroups multiply the same 64 rows
   by the same 128 rows. A row has 128 bytes, and any bits will do. The launch gives the shared memory, 32 KB. */

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
        wait_for_products<1>();                           // the next ones begin before these are done
    }
    wait_for_products<0>();
    int all = 0;
    for (int j = 0; j < 16; j++)
        for (int i = 0; i < 4; i++)
            all += c[j][i];
    out[blockIdx.x * blockDim.x + threadIdx.x] = all;
}
