// A CUDA driver without a GPU: the part of libcuda.so.1 that PyCUDA calls, so that host code runs anywhere.
//
//   memory    comes from malloc and is counted. It is filled with 0xa5, so that an entry that was never written shows.
//   module    the "cubin" is a library made by build.py (see nvcc.py), opened by dlopen; a function is its
//             NAME__launch_buffer.
//   launch    runs the kernel at once, thread by thread, on the CPU. So streams and events have nothing to wait for. An
//             access outside of the allocated memory is an error, printed on stderr.
//   context   each thread of the host has a stack of contexts. As with the real driver, all calls but the first few
//             need a context on it.
//
// What the real driver refuses is refused here with the same error number: a call without a context, a copy that leaves
// its piece of memory, a launch with no threads, too many threads or too much shared memory, and an allocation beyond
// the memory. cuInit reads three settings from the environment: TINYNET_FAKE_DEVICES (1 by default),
// TINYNET_FAKE_MEMORY in bytes (2^30), and TINYNET_FAKE_CAPABILITY, 10 times the compute capability (90).
//
// Signatures are as in cuda.h, with int in place of CUresult and plain pointers as handles, so it builds without CUDA.
// fake.py adds the entry points that PyCUDA only links to; they answer "not supported".
#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace {

using Pointer = std::uintptr_t;  // CUdeviceptr
using Launch = const char *(*)(unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *);
using Configure = void (*)(int reverse, int record, int count, void **first, std::size_t *bytes);

struct Function { Launch launch; Configure configure; unsigned most; };  // most: bytes of shared memory that it may get

enum { OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100, INVALID_DEVICE = 101,
       INVALID_IMAGE = 200, INVALID_CONTEXT = 201, INVALID_HANDLE = 400, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700,
       LAUNCH_FAILED = 719 };

constexpr unsigned char POISON = 0xa5;
constexpr unsigned SHARED = 49152, SHARED_IF_ASKED = 232448;  // bytes that a launch may give a block

struct Event { double milliseconds; };

int devices = -1;                          // unknown before cuInit
int capability = 90;                       // 10 times the compute capability
std::size_t total = 0, used = 0;           // bytes
std::map<Pointer, std::size_t> pieces;     // where each piece of memory begins, and its bytes
std::mutex lock;                           // guards the three above: PyCUDA copies without holding the GIL
int primary;                               // its address is the handle of the primary context
thread_local std::vector<void *> contexts;

long setting(const char *name, long otherwise) {
    const char *text = std::getenv(name);
    return text ? std::atol(text) : otherwise;
}

double now() {
    using namespace std::chrono;
    return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

bool ready() { return !contexts.empty() && contexts.back(); }

// Return whether the `bytes` bytes from `at` on lie in one piece of memory.
bool inside(Pointer at, std::size_t bytes) {
    std::lock_guard<std::mutex> locked(lock);
    auto piece = pieces.upper_bound(at);
    if (piece == pieces.begin()) return false;
    --piece;
    return at - piece->first + bytes <= piece->second;
}

}  // namespace

extern "C" {

// ---- device

int cuInit(unsigned) {
    devices = setting("TINYNET_FAKE_DEVICES", 1);
    total = setting("TINYNET_FAKE_MEMORY", 1L << 30);
    capability = setting("TINYNET_FAKE_CAPABILITY", 90);
    return devices ? OK : NO_DEVICE;
}

int cuDriverGetVersion(int *version) { return *version = 13000, OK; }

int cuGetErrorString(int error, const char **text) {
    static const std::map<int, const char *> texts = {
        {OK, "no error"}, {INVALID_VALUE, "invalid argument"}, {OUT_OF_MEMORY, "out of memory"},
        {NOT_INITIALIZED, "initialization error"}, {NO_DEVICE, "no CUDA-capable device is detected"},
        {INVALID_DEVICE, "invalid device ordinal"}, {INVALID_IMAGE, "device kernel image is invalid"},
        {INVALID_CONTEXT, "invalid device context"}, {INVALID_HANDLE, "invalid resource handle"},
        {NOT_FOUND, "named symbol not found"}, {ILLEGAL_ADDRESS, "an illegal memory access was encountered"},
        {LAUNCH_FAILED, "unspecified launch failure"}, {801, "operation not supported"}};
    auto found = texts.find(error);
    return *text = found == texts.end() ? "unknown error" : found->second, OK;
}

int cuGetErrorName(int error, const char **text) { return cuGetErrorString(error, text); }

int cuDeviceGetCount(int *count) { return devices < 0 ? NOT_INITIALIZED : (*count = devices, OK); }

int cuDeviceGet(int *device, int ordinal) {
    if (devices < 0) return NOT_INITIALIZED;
    return ordinal < 0 || ordinal >= devices ? INVALID_DEVICE : (*device = ordinal, OK);
}

int cuDeviceGetName(char *name, int bytes, int) { return std::snprintf(name, bytes, "emulation, no GPU"), OK; }
int cuDeviceGetPCIBusId(char *id, int bytes, int) { return std::snprintf(id, bytes, "0000:00:00.0"), OK; }
int cuDeviceTotalMem_v2(std::size_t *bytes, int) { return *bytes = total, OK; }
int cuDeviceComputeCapability(int *major, int *minor, int) {
    return *major = capability / 10, *minor = capability % 10, OK;
}

int cuDeviceGetAttribute(int *value, int attribute, int) {
    static const std::map<int, int> values = {  // by the numbers of CUdevice_attribute
        {1, 1024}, {2, 1024}, {3, 1024}, {4, 64},              // threads in a block, and along x, y, z
        {5, 2147483647}, {6, 65535}, {7, 65535},               // blocks along x, y, z
        {8, SHARED}, {97, SHARED_IF_ASKED}, {81, 233472},  // shared memory: a block, if asked, a multiprocessor
        {10, 32}, {12, 65536}, {82, 65536}, {39, 2048},        // warp; registers; threads in a multiprocessor
        {16, 1}, {41, 1}, {75, capability / 10}, {76, capability % 10}};  // multiprocessors, unified, capability
    auto found = values.find(attribute);
    return *value = found == values.end() ? 0 : found->second, OK;
}

// ---- contexts

int cuDevicePrimaryCtxRetain(void **context, int) { return devices < 0 ? NOT_INITIALIZED : (*context = &primary, OK); }
int cuDevicePrimaryCtxRelease_v2(int) { return OK; }
int cuCtxCreate_v4(void **context, void *, unsigned, int) {  // a private context, made current
    return *context = std::malloc(1), contexts.push_back(*context), OK;
}
int cuCtxDetach(void *) { return OK; }
int cuCtxPushCurrent_v2(void *context) { return contexts.push_back(context), OK; }
int cuCtxGetCurrent(void **context) { return *context = contexts.empty() ? nullptr : contexts.back(), OK; }
int cuCtxSynchronize() { return ready() ? OK : INVALID_CONTEXT; }
int cuCtxGetDevice(int *device) { return ready() ? (*device = 0, OK) : INVALID_CONTEXT; }

int cuCtxPopCurrent_v2(void **context) {
    if (!ready()) return INVALID_CONTEXT;
    if (context) *context = contexts.back();
    return contexts.pop_back(), OK;
}

int cuCtxSetCurrent(void *context) {
    if (!contexts.empty()) contexts.pop_back();
    if (context) contexts.push_back(context);
    return OK;
}

// ---- memory

int cuMemAlloc_v2(Pointer *at, std::size_t bytes) {
    if (!ready()) return INVALID_CONTEXT;
    if (!bytes) return INVALID_VALUE;
    std::lock_guard<std::mutex> locked(lock);
    if (used + bytes > total) return OUT_OF_MEMORY;
    void *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    if (!memory) return OUT_OF_MEMORY;
    std::memset(memory, POISON, bytes);
    *at = reinterpret_cast<Pointer>(memory);
    pieces[*at] = bytes;
    return used += bytes, OK;
}

int cuMemFree_v2(Pointer at) {
    if (!ready()) return INVALID_CONTEXT;
    std::lock_guard<std::mutex> locked(lock);
    auto piece = pieces.find(at);
    if (piece == pieces.end()) return INVALID_VALUE;
    used -= piece->second;
    std::memset(reinterpret_cast<void *>(at), POISON, piece->second);  // so that a late reader notices
    std::free(reinterpret_cast<void *>(at));
    return pieces.erase(piece), OK;
}

int cuMemGetInfo_v2(std::size_t *free, std::size_t *all) {
    return ready() ? (*free = total - used, *all = total, OK) : INVALID_CONTEXT;
}

int cuMemcpyHtoD_v2(Pointer to, const void *from, std::size_t bytes) {
    if (!ready()) return INVALID_CONTEXT;
    return inside(to, bytes) ? (std::memcpy(reinterpret_cast<void *>(to), from, bytes), OK) : INVALID_VALUE;
}

int cuMemcpyDtoH_v2(void *to, Pointer from, std::size_t bytes) {
    if (!ready()) return INVALID_CONTEXT;
    return inside(from, bytes) ? (std::memcpy(to, reinterpret_cast<void *>(from), bytes), OK) : INVALID_VALUE;
}

int cuMemcpyDtoD_v2(Pointer to, Pointer from, std::size_t bytes) {
    return inside(from, bytes) ? cuMemcpyHtoD_v2(to, reinterpret_cast<void *>(from), bytes) : INVALID_VALUE;
}

int cuMemcpyDtoDAsync_v2(Pointer to, Pointer from, std::size_t bytes, void *) { return cuMemcpyDtoD_v2(to, from, bytes); }

int cuMemsetD8_v2(Pointer at, unsigned char value, std::size_t bytes) {
    if (!ready()) return INVALID_CONTEXT;
    return inside(at, bytes) ? (std::memset(reinterpret_cast<void *>(at), value, bytes), OK) : INVALID_VALUE;
}

// ---- modules and launches

int cuModuleLoadDataEx(void **module, const void *image, unsigned, void *, void *) {
    if (!ready()) return INVALID_CONTEXT;
    const auto *header = static_cast<const unsigned char *>(image);
    if (std::memcmp(header, "\177ELF\2", 5)) return INVALID_IMAGE;
    std::uint64_t sections;  // in a 64-bit ELF file: where their table begins, bytes of a row, rows; it comes last
    std::uint16_t row, rows;
    std::memcpy(&sections, header + 40, 8);
    std::memcpy(&row, header + 58, 2);
    std::memcpy(&rows, header + 60, 2);
    char path[] = "/tmp/cubin-XXXXXX";
    int file = mkstemp(path);
    if (file < 0) return INVALID_IMAGE;
    std::size_t bytes = sections + std::size_t(row) * rows;
    bool written = write(file, image, bytes) == static_cast<ssize_t>(bytes);
    close(file);
    *module = written ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
    unlink(path);
    return *module ? OK : (std::fprintf(stderr, "fake driver: %s\n", dlerror()), INVALID_IMAGE);
}

int cuModuleLoadData(void **module, const void *image) { return cuModuleLoadDataEx(module, image, 0, nullptr, nullptr); }
int cuModuleUnload(void *module) { return dlclose(module) ? INVALID_HANDLE : OK; }

int cuModuleGetFunction(void **function, void *module, const char *name) {
    static std::map<std::pair<void *, std::string>, Function> functions;
    auto launch = reinterpret_cast<Launch>(dlsym(module, (std::string(name) + "__launch_buffer").c_str()));
    auto configure = reinterpret_cast<Configure>(dlsym(module, "emulation__configure"));
    if (!launch || !configure) return NOT_FOUND;
    Function &found = functions[{module, name}];  // the same at every call, so that its attributes stay
    if (found.launch != launch) found = {launch, configure, SHARED};
    return *function = &found, OK;
}

int cuFuncGetAttribute(int *value, int, void *) { return *value = 0, OK; }
int cuFuncSetAttribute(Function *function, int attribute, int value) {
    if (attribute != 8) return OK;  // 8: CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
    return value > int(SHARED_IF_ASKED) ? INVALID_VALUE : (function->most = value, OK);
}
int cuFuncSetBlockShape(void *, int, int, int) { return OK; }  // PyCUDA sets it too, but the launch counts

int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, void *, void **, void **extra) {
    if (!ready()) return INVALID_CONTEXT;
    if (!gx || !gy || !gz || !bx || !by || !bz || gx > 2147483647u || gy > 65535 || gz > 65535 || bz > 64 ||
        std::uint64_t(bx) * by * bz > 1024)
        return INVALID_VALUE;
    void *arguments = nullptr;
    for (; extra && *extra; extra += 2)  // 1: the buffer with the arguments, 2: its bytes, 0: the end
        if (*extra == reinterpret_cast<void *>(1)) arguments = extra[1];
    std::vector<void *> first;
    std::vector<std::size_t> sizes;
    for (auto [at, bytes] : pieces) first.push_back(reinterpret_cast<void *>(at)), sizes.push_back(bytes);
    auto [launch, configure, most] = *static_cast<Function *>(function);
    if (shared > most) return INVALID_VALUE;
    configure(0, 0, first.size(), first.data(), sizes.data());
    const char *error = launch(gx, gy, gz, bx, by, bz, shared, arguments);
    return error ? (std::fprintf(stderr, "fake driver: %s\n", error), LAUNCH_FAILED) : OK;
}

// ---- streams and events: all work is done when a call returns

int cuStreamCreate(void **stream, unsigned) { return *stream = std::malloc(1), OK; }
int cuStreamDestroy_v2(void *stream) { return std::free(stream), OK; }
int cuStreamSynchronize(void *) { return OK; }
int cuEventCreate(Event **event, unsigned) { return ready() ? (*event = new Event{0}, OK) : INVALID_CONTEXT; }
int cuEventDestroy_v2(Event *event) { return delete event, OK; }
int cuEventRecord(Event *event, void *) { return event->milliseconds = now(), OK; }
int cuEventQuery(Event *) { return OK; }
int cuEventSynchronize(Event *) { return OK; }

int cuEventElapsedTime_v2(float *milliseconds, Event *start, Event *end) {
    return *milliseconds = float(end->milliseconds - start->milliseconds), OK;
}

int cuEventElapsedTime(float *milliseconds, Event *start, Event *end) {  // its name before CUDA 13
    return cuEventElapsedTime_v2(milliseconds, start, end);
}

}  // extern "C"
