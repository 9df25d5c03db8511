/* The watch on memory: which thread reads or writes which bytes.

   With -fsanitize=thread, g++ calls a function before every access that a kernel makes to memory. We do not link the
   sanitizer; we define these functions here. An access outside of shared memory and of the launch's arrays is an error.
   All other accesses can be recorded. A thread's own variables are not counted. */

#include "emulation.h"

#include <cstdint>
#include <string>
#include <vector>

extern char __start_shared_memory[] __attribute__((weak)), __stop_shared_memory[] __attribute__((weak));

namespace emulation {

bool running(), on_stack(const void *address);  // emulation.cpp
[[noreturn]] void fail(const std::string &what);
void hide(char *at, int bytes);  // asynchronous.cpp
extern bool reverse;
extern char given[];
extern size_t given_bytes;

struct Access {
    int32_t thread, array, write, bytes;  // array -1: shared memory
    int64_t offset;
};
struct Array {
    char *first;
    size_t bytes;
};

const int SHARED = -1;
std::vector<Array> arrays;
std::vector<Access> trace;
bool record = false;

void begin_record() { trace.clear(); }

bool inside(const char *at, int bytes, Array array)
{
    return at >= array.first && at + bytes <= array.first + array.bytes;
}

[[noreturn]] void refuse(int bytes, bool write, const char *why)
{
    fail((write ? "writes " : "reads ") + std::to_string(bytes) + " bytes " + why);
}

void watch(const void *address, int bytes, bool write)
{
    if (!running() || on_stack(address))
        return;
    const char *at = (const char *)address;
    if (bytes <= 16 && (uintptr_t)at % bytes)
        refuse(bytes, write, "at an address that is no multiple of that");
    if (write)
        hide((char *)at, bytes);  // from tensor cores, until the thread shows it
    Array array = {given, given_bytes};  // shared memory: first what the launch gives, then what the text declares
    if (!inside(at, bytes, array))
        array = {__start_shared_memory, (size_t)(__stop_shared_memory - __start_shared_memory)};
    int number = SHARED;
    while (!inside(at, bytes, array)) {
        if (arrays.empty())  // nobody has said where the arrays lie
            return;
        if (++number == (int)arrays.size())
            refuse(bytes, write, "outside of every array");
        array = arrays[number];
    }
    dim3 block = block_index();
    if (record && !block.x && !block.y && !block.z)
        trace.push_back({(int32_t)thread_number(), number, write, bytes, at - array.first});
}
}  // namespace emulation

// ---- for Python

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT void emulation__configure(int reverse, int record, int count, char **first, size_t *bytes)
{
    emulation::reverse = reverse;
    emulation::record = record;
    emulation::arrays.clear();
    for (int i = 0; i < count; i++)
        emulation::arrays.push_back({first[i], bytes[i]});
}

EXPORT size_t emulation__trace(const emulation::Access **rows)  // of block (0, 0, 0), in order of time
{
    *rows = emulation::trace.data();
    return emulation::trace.size();
}

// ---- what g++ calls before each access

#define WATCH(name, size)                                                                          \
    extern "C" void __tsan_##name##read##size(void *at) { emulation::watch(at, size, false); }     \
    extern "C" void __tsan_##name##write##size(void *at) { emulation::watch(at, size, true); }
WATCH(, 1)
WATCH(, 2)
WATCH(, 4)
WATCH(, 8)
WATCH(, 16)
WATCH(unaligned_, 2)
WATCH(unaligned_, 4)
WATCH(unaligned_, 8)
WATCH(unaligned_, 16)
extern "C" void __tsan_read_range(void *at, size_t bytes) { emulation::watch(at, bytes, false); }
extern "C" void __tsan_write_range(void *at, size_t bytes) { emulation::watch(at, bytes, true); }
extern "C" void __tsan_init() {}
extern "C" void __tsan_func_entry(void *) {}
extern "C" void __tsan_func_exit() {}
