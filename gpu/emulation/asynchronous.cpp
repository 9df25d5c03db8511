/* What runs while the threads go on: copies to shared memory, and the multiplication by a warpgroup.

   Both begin at their call and end at the wait for their group, but nothing says when in between they do their work. So
   the emulation assumes the worst. Between call and wait, the place that a copy goes to has undefined contents. The
   data arrive at the wait and not earlier. Tensor cores read their operands at the call and again at the wait. Both
   reads must give the same, and the sums arrive at the wait.

   Tensor cores have their own view of shared memory. What a thread copies or writes is undefined in this view until the
   thread shows it. They find a piece where its descriptor says that it lies; see kernels/wgmma.cu. */

#include "emulation.h"

#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace emulation {

void watch(const void *address, int bytes, bool write);  // watch.cpp
[[noreturn]] void fail(const std::string &what);         // emulation.cpp
extern char given[];
extern size_t given_bytes;

const char ANYTHING = (char)0xa5;
const unsigned FIRST = 1024;  // where the launch's memory begins; a GPU keeps the first bytes for itself

struct Place {
    char *at;
    int bytes;
};
struct Copy {
    char *to;
    const char *from;
    int bytes, valid, group;
};
struct Product {
    int (*c)[4], group, sums[64];
    uint64_t a, b;
};
struct Flights {  // what a thread has started and not yet waited for
    int copy_group = 0, product_group = 0;  // the groups that new copies and products join
    std::deque<Copy> copies;
    std::vector<Place> hidden;  // not yet shown to tensor cores
    std::deque<Product> products;
    bool ordered = false;
};
static std::vector<Flights> flights;
alignas(1024) static char view[GIVEN_MOST];

static Flights &mine() { return flights[thread_number()]; }

void begin_flights(unsigned members)
{
    flights.assign(members, {});
    memset(view, ANYTHING, given_bytes);
}

void *given_memory() { return given; }
unsigned shared_address(const void *at) { return (const char *)at - given + FIRST; }

// ---- copies

void hide(char *at, int bytes)  // note what a thread has written, if it is in the launch's memory
{
    if (at < given || at + bytes > given + given_bytes)
        return;
    memset(view + (at - given), ANYTHING, bytes);
    mine().hidden.push_back({at, bytes});
}

void copy_later(void *to, const void *from, int bytes, int valid)
{
    if ((uintptr_t)to % bytes || (uintptr_t)from % bytes)
        fail("copies " + std::to_string(bytes) + " bytes between addresses that are not multiples of that");
    if (valid)
        watch(from, valid, false);
    watch(to, bytes, true);
    memset(to, ANYTHING, bytes);
    mine().copies.push_back({(char *)to, (const char *)from, bytes, valid, mine().copy_group});
}

void close_group() { mine().copy_group++; }

void wait_for_groups(int unfinished)
{
    auto &copies = mine().copies;
    for (; !copies.empty() && copies.front().group < mine().copy_group - unfinished; copies.pop_front()) {
        Copy copy = copies.front();
        memset(copy.to, 0, copy.bytes);
        memcpy(copy.to, copy.from, copy.valid);
        hide(copy.to, copy.bytes);
    }
}

void show_to_tensor_cores()
{
    auto &hidden = mine().hidden;
    for (Place place : hidden)
        memcpy(view + (place.at - given), place.at, place.bytes);
    hidden.clear();
}

// ---- products

/* Return where tensor cores find one half of a row's 32 bytes. */
static const char *piece(uint64_t descriptor, unsigned row, unsigned half)
{
    if (descriptor >> 62 != 1 || descriptor >> 49 & 7)
        fail("has a descriptor of another layout than rows of 128 bytes without offset; only that is emulated");
    unsigned start = (descriptor & 0x3fff) * 16, distance = (descriptor >> 32 & 0x3fff) * 16;
    unsigned at = start + row / 8 * distance + row % 8 * 128 + 16 * half;
    at ^= at / 128 % 8 * 16;  // these bits of the address are the row's number, as rows have 128 bytes
    if (at < FIRST || at + 16 > FIRST + given_bytes)
        fail("multiplies what is outside of the launch's shared memory");
    return view + (at - FIRST);
}

/* Compute this thread's sums, which lie as in mma, for 16 groups of 8 columns. */
static void multiply(int *sums, uint64_t a, uint64_t b)
{
    unsigned warp = thread_number() / 32 % 4, g = thread_number() % 32 / 4, t = thread_number() % 4;
    for (int i = 0; i < 64; i++) {
        unsigned row = 16 * warp + g + i / 2 % 2 * 8, col = i / 4 * 8 + 2 * t + i % 2;
        sums[i] = 0;
        for (int half = 0; half < 2; half++) {
            uint64_t x[2], y[2];
            memcpy(x, piece(a, row, half), 16);
            memcpy(y, piece(b, col, half), 16);
            sums[i] += __builtin_popcountll(x[0] & y[0]) + __builtin_popcountll(x[1] & y[1]);
        }
    }
}

void order_registers() { mine().ordered = true; }

void wgmma(int (*c)[4], uint64_t a, uint64_t b)
{
    if (!mine().ordered)
        fail("multiplies without having ordered its registers");
    Product product = {c, mine().product_group, {}, a, b};
    multiply(product.sums, a, b);
    mine().products.push_back(product);
}

void close_products() { mine().product_group++; }

void wait_for_products(int unfinished)
{
    auto &products = mine().products;
    for (; !products.empty() && products.front().group < mine().product_group - unfinished; products.pop_front()) {
        Product &product = products.front();
        int again[64];
        multiply(again, product.a, product.b);
        if (memcmp(again, product.sums, sizeof again))
            fail("overwrites rows before they are multiplied");
        for (int i = 0; i < 64; i++)
            product.c[i / 4][i % 4] += again[i];
    }
    mine().ordered = false;
}
}  // namespace emulation
