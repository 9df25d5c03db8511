/* The machine behind emulation.h: blocks run one after the other, their threads as fibers; and what inline PTX does. */

#include "emulation.h"

#include <algorithm>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>
#include <ucontext.h>

extern char __start_shared_memory[] __attribute__((weak)), __stop_shared_memory[] __attribute__((weak));

namespace emulation {

void watch(const void *address, int bytes, bool write), begin_record();  // watch.cpp
void begin_flights(unsigned members);                                    // asynchronous.cpp

const size_t STACK = 1 << 16;
const int SLOT = 32;  // bytes that a lane can show the others

struct Gate {  // a barrier; `opened` counts how often all threads have arrived
    unsigned arrived = 0, opened = 0;
};
struct Warp {
    Gate gate;
    char shown[2][32][SLOT];  // two, because a fast lane shows its next value while a slow one still reads
};
struct Thread {
    ucontext_t start;
    jmp_buf here;  // where the thread goes on
    std::unique_ptr<char[]> stack{new char[STACK]};
    unsigned number, exchanges, seen;
    dim3 index;
    Warp *warp;
    Gate *waits;  // the thread may not run until waits->opened differs from `seen`
    bool started, done;
};

std::vector<std::unique_ptr<Thread>> threads;
std::vector<Warp> warps;
Gate block_gate;
Thread *current = nullptr;
jmp_buf scheduler;
dim3 block_at, block_dim, grid_dim;
unsigned members;  // threads in a block
alignas(1024) char given[GIVEN_MOST];  // the shared memory that the launch gives
size_t given_bytes;
bool reverse = false;
std::string error;
void (*call)(void *, void **);
void *kernel, **arguments;

unsigned thread_number() { return current->number; }
dim3 thread_index() { return current->index; }
dim3 block_index() { return block_at; }
dim3 block_size() { return block_dim; }
dim3 grid_size() { return grid_dim; }

bool running() { return current; }

bool on_stack(const void *address)  // where the thread keeps its own variables
{
    const char *stack = current->stack.get();
    return address >= stack && address < stack + STACK;
}

[[noreturn]] void fail(const std::string &what)
{
    char who[128];
    snprintf(who, sizeof who, "thread (%u, %u, %u) of block (%u, %u, %u) ", current->index.x, current->index.y,
             current->index.z, block_at.x, block_at.y, block_at.z);
    error = who + what;
    longjmp(scheduler, 1);  // the thread never goes on
}

// ---- taking turns: ucontext gives a fiber its stack; later jumps suffice, and they need no system call

void resume(Thread &thread)
{
    current = &thread;
    if (_setjmp(scheduler))
        return;  // the thread waits or has ended
    if (thread.started)
        longjmp(thread.here, 1);
    thread.started = true;
    setcontext(&thread.start);
}

void enter()
{
    call(kernel, arguments);
    wait_for_groups(0);  // copies that nobody waited for arrive now
    current->done = true;
    longjmp(scheduler, 1);
}

void wait(Gate &gate, unsigned expected)
{
    current->waits = &gate;
    current->seen = gate.opened;
    if (++gate.arrived == expected) {
        gate.arrived = 0;
        gate.opened++;
    }
    if (!_setjmp(current->here))
        longjmp(scheduler, 1);
}

unsigned lanes() { return std::min(32u, members - current->number / 32 * 32); }
void wait_for_block() { wait(block_gate, members); }
void wait_for_warp() { wait(current->warp->gate, lanes()); }

using Slot = char[SLOT];

const Slot *exchange(const void *mine, size_t bytes, unsigned mask)  // returns what each lane of the warp shows
{
    if (mask != 0xffffffff)
        fail("calls a part of its warp; only the mask 0xffffffff is emulated");
    Slot *shown = current->warp->shown[current->exchanges++ % 2];
    memcpy(shown[current->number % 32], mine, bytes);
    wait_for_warp();
    return shown;
}

void shuffle(void *value, size_t bytes, unsigned mask, int lane)
{
    const Slot *shown = exchange(value, bytes, mask);
    memcpy(value, shown[lane % 32], bytes);
}

unsigned ballot(unsigned mask, bool vote)
{
    unsigned votes = 0;
    const Slot *shown = exchange(&vote, sizeof vote, mask);
    for (unsigned lane = 0; lane < lanes(); lane++)
        votes |= (unsigned)shown[lane][0] << lane;
    return votes;
}

// ---- what inline PTX does on a GPU; here, what a warp does together

void load_matrices(unsigned *r, const void *piece)  // ldmatrix: four matrices of 8 x 16 bytes
{
    const Slot *shown = exchange(&piece, sizeof piece, 0xffffffff);
    unsigned g = current->number % 32 / 4, t = current->number % 4;
    for (int matrix = 0; matrix < 4; matrix++) {
        const unsigned *row;
        memcpy(&row, shown[8 * matrix + g], sizeof row);
        watch(row + t, 4, false);
        r[matrix] = row[t];
    }
}

void mma(int *c, const unsigned *a, unsigned b0, unsigned b1, bool differ)  // m16n8k256 of bits: sums of popcounts
{
    struct Fragment {
        unsigned a[4], b[2], unused[2];
    } mine = {{a[0], a[1], a[2], a[3]}, {b0, b1}, {}};
    static_assert(sizeof mine == SLOT);
    const Fragment *lane = (const Fragment *)exchange(&mine, sizeof mine, 0xffffffff);
    unsigned g = current->number % 32 / 4, t = current->number % 4;
    for (int i = 0; i < 4; i++)  // sums 0 and 1 are in row g, 2 and 3 in row g + 8; columns 2 t and 2 t + 1
        for (int part = 0; part < 4; part++)  // four lanes hold a row of a, and four lanes a column of b
            for (int half = 0; half < 2; half++) {
                unsigned x = lane[4 * g + part].a[i / 2 + 2 * half];
                unsigned y = lane[4 * (2 * t + i % 2) + part].b[half];
                c[i] += __builtin_popcount(differ ? x ^ y : x & y);
            }
}

// ---- running

bool run_warp(unsigned warp, unsigned &left)  // as far as it gets without other warps: a GPU may run that far ahead
{
    unsigned first = 32 * warp, count = std::min(32u, members - first);
    bool any = false;
    for (bool moved = true; moved;) {
        moved = false;
        for (unsigned i = 0; i < count; i++) {
            Thread &t = *threads[first + (reverse ? count - 1 - i : i)];
            if (t.done || (t.waits && t.waits->opened == t.seen))
                continue;
            t.waits = nullptr;
            resume(t);
            if (!error.empty())
                return true;
            left -= t.done;
            moved = any = true;
        }
    }
    return any;
}

void run_block()
{
    for (char *byte = __start_shared_memory; byte < __stop_shared_memory; byte++)
        *byte = (char)0xa5;  // shared memory is undefined at first
    memset(given, 0xa5, given_bytes);
    begin_flights(members);
    block_gate = Gate();
    warps.assign((members + 31) / 32, Warp());
    for (unsigned i = 0; i < members; i++) {
        Thread &t = *threads[i];
        t.number = i;
        t.index = {i % block_dim.x, i / block_dim.x % block_dim.y, i / block_dim.x / block_dim.y};
        t.exchanges = t.seen = 0;
        t.warp = &warps[i / 32];
        t.waits = nullptr;
        t.started = t.done = false;
        getcontext(&t.start);
        t.start.uc_stack.ss_sp = t.stack.get();
        t.start.uc_stack.ss_size = STACK;
        makecontext(&t.start, enter, 0);
    }
    for (unsigned left = members; left;) {
        bool moved = false;
        for (unsigned i = 0; i < warps.size() && error.empty(); i++)
            moved |= run_warp(reverse ? warps.size() - 1 - i : i, left);
        if (!moved && error.empty())
            error = std::to_string(left) + " of " + std::to_string(members) +
                    " threads wait for others that never come";
        if (!error.empty())
            return;
    }
}

const char *run(void (*call_)(void *, void **), void *kernel_, dim3 grid, dim3 block, unsigned shared,
                void **arguments_)
{
    if (shared > GIVEN_MOST)
        return "the launch gives more shared memory than a block can have";
    given_bytes = shared;
    call = call_, kernel = kernel_, arguments = arguments_;
    grid_dim = grid, block_dim = block, members = block.x * block.y * block.z;
    error.clear();
    begin_record();
    while (threads.size() < members)
        threads.emplace_back(new Thread);
    dim3 &at = block_at;
    for (at.z = 0; at.z < grid.z; at.z++)
        for (at.y = 0; at.y < grid.y; at.y++)
            for (at.x = 0; at.x < grid.x; at.x++) {
                run_block();
                current = nullptr;
                if (!error.empty())
                    return error.c_str();
            }
    return nullptr;
}
}  // namespace emulation
