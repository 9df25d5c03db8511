/* What a kernel sees when g++ compiles it for the CPU: the words of CUDA C, defined by the machine in emulation.cpp and
   asynchronous.cpp.

   The threads of a block are fibers that take turns on one processor. A fiber runs until it must wait for others at a
   barrier, a shuffle or a vote. Then the next lane of its warp runs, in ascending or in descending order. When no lane
   of the warp can go on, it is the next warp's turn. This is how a missing barrier shows: the first warp reads what the
   second has not written yet. Atomics are not emulated, nor are votes by a part of a warp.

   build.py puts this text before a kernel's own, and the launchers after it. */

#include <cstddef>
#include <cstdint>
#include <utility>

struct dim3 {
    unsigned x, y, z;
};
struct alignas(8) int2 {
    int x, y;
};
struct alignas(16) uint4 {
    unsigned x, y, z, w;
};

#define __global__
#define __device__ static
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static __attribute__((section("shared_memory")))  // blocks run one after the other: one is enough

#define UNWATCHED __attribute__((no_sanitize("thread"), noinline))  // reading arguments is not an access to an array

namespace emulation {
dim3 thread_index(), block_index(), block_size(), grid_size();
unsigned thread_number();  // within its block
void wait_for_block(), wait_for_warp();
void shuffle(void *value, size_t bytes, unsigned mask, int lane);  // replaces a value by another lane's
unsigned ballot(unsigned mask, bool vote);
void load_matrices(unsigned *r, const void *piece);
void mma(int *c, const unsigned *a, unsigned b0, unsigned b1, bool differ);
const char *run(void (*call)(void *, void **), void *kernel, dim3 grid, dim3 block, unsigned shared, void **arguments);

const size_t GIVEN_MOST = 227 << 10;  // bytes of shared memory that a launch can give to a block
void *given_memory();
unsigned shared_address(const void *at);
void copy_later(void *to, const void *from, int bytes, int valid), close_group(), wait_for_groups(int unfinished);
void show_to_tensor_cores(), order_registers(), close_products(), wait_for_products(int unfinished);
void wgmma(int (*c)[4], uint64_t a, uint64_t b);
}  // namespace emulation

#define threadIdx emulation::thread_index()
#define blockIdx emulation::block_index()
#define blockDim emulation::block_size()
#define gridDim emulation::grid_size()

inline void __syncthreads() { emulation::wait_for_block(); }
inline void __syncwarp(unsigned = 0xffffffff) { emulation::wait_for_warp(); }
template <class T> void __stcs(T *to, T value) { *to = value; }
inline size_t __cvta_generic_to_shared(const void *at) { return emulation::shared_address(at); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }

inline unsigned __ballot_sync(unsigned mask, int vote) { return emulation::ballot(mask, vote != 0); }

template <class T> T __shfl_sync(unsigned mask, T value, int lane)
{
    emulation::shuffle(&value, sizeof value, mask, lane);
    return value;
}

template <class T> T __shfl_xor_sync(unsigned mask, T value, int distance)
{
    return __shfl_sync(mask, value, (int)emulation::thread_number() ^ distance);
}

// ---- launching: arguments come as the driver gets them, as a pointer to each or packed one after the other

namespace emulation {
template <class... A> struct Types {
    template <size_t... I> UNWATCHED static void unpack(void *kernel, void **arguments, std::index_sequence<I...>)
    {
        ((void (*)(A...))kernel)(*(A *)arguments[I]...);
    }
    UNWATCHED static void call(void *kernel, void **arguments)
    {
        unpack(kernel, arguments, std::index_sequence_for<A...>());
    }
};

template <class... A> const char *launch(void (*kernel)(A...), dim3 grid, dim3 block, unsigned shared, void **arguments)
{
    return run(Types<A...>::call, (void *)kernel, grid, block, shared, arguments);
}

template <class... A>
const char *launch_buffer(void (*kernel)(A...), dim3 grid, dim3 block, unsigned shared, char *buffer)
{
    size_t place = 0, sizes[] = {sizeof(A)...};
    void *arguments[sizeof...(A)];
    for (size_t i = 0; i < sizeof...(A); i++) {
        place = (place + sizes[i] - 1) / sizes[i] * sizes[i];  // pointers and numbers are aligned to their own size
        arguments[i] = buffer + place;
        place += sizes[i];
    }
    return launch(kernel, grid, block, shared, arguments);
}
}  // namespace emulation
