"""The device: find it, open it, give it memory and kernels, and say plainly what is missing.

A program on a GPU needs four things, and each of them can be absent:

    PyCUDA     the Python package                        import pycuda
    driver     libcuda.so.1, which comes with the GPU    import pycuda.driver
    device     a GPU that the driver can see             pycuda.driver.init()
    nvcc       the compiler of the CUDA toolkit          at the first use of a kernel, even if it was compiled before

`GpuUnavailable` says which one. Nothing is loaded before it is used, so `import gpu` works anywhere.

A *context* is to a device what a process is to a machine: memory and kernels belong to it. Each device has one context
that libraries share, its primary context. PyTorch and CuPy work in it. We do too, so arrays can be handed over without
a copy. Each call makes it the current context and then restores the previous one, so other GPU code in the process
notices nothing.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any

import numpy as np

from gpu.launch import TABLE


class GpuUnavailable(RuntimeError):
    """PyCUDA, the driver, a device or nvcc is missing; the message says which, and what to do."""


def load_driver() -> Any:
    """Return the module pycuda.driver, initialized, with at least one device. Raises GpuUnavailable."""
    try:
        import pycuda.driver as driver
    except ImportError as error:
        if error.name == "pycuda":
            why = "PyCUDA is missing ({}): pip install pycuda, with the CUDA toolkit's own bin folder on PATH"
        elif "libcuda" in str(error):
            why = "the NVIDIA driver is missing ({}): install it, or run where there is an NVIDIA GPU"
        elif "undefined symbol" in str(error):
            why = "the NVIDIA driver is older than the CUDA that PyCUDA was built with ({}): update it"
        else:
            why = "PyCUDA does not load ({}): install it anew, together with everything it needs"
        raise GpuUnavailable(why.format(error)) from error
    try:
        driver.init()
        found = driver.Device.count()
    except driver.Error as error:
        raise GpuUnavailable(f"no device ({error}): nvidia-smi must list one; see CUDA_VISIBLE_DEVICES") from error
    if not found:
        raise GpuUnavailable("no device: nvidia-smi must list one; see CUDA_VISIBLE_DEVICES")
    return driver


class Session:
    """What one thread of the host holds of device 0: its primary context, and the kernels loaded into it.

    Use it as a context manager: `with session() as s:`. PyCUDA ties a context to the thread that opened it, so each
    thread has a session of its own. It is best if the thread that made a device array also drops it.
    """

    def __init__(self) -> None:
        self.driver = load_driver()
        device = self.driver.Device(0)
        self.capability: tuple[int, int] = device.compute_capability()
        self.context = device.retain_primary_context()
        self.arch = "sm_{}{}{}".format(*self.capability, "a" if self.capability == (9, 0) else "")  # "a" allows wgmma
        self._modules: dict[str, Any] = {}  # by file
        self._kernels: dict[str, Any] = {}  # by name
        self.networks: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()  # of network.py
        weakref.finalize(self, _release, self.context, self.networks, self._kernels, self._modules)

    def __enter__(self) -> Session:
        self._found = self.driver.Context.get_current()  # the caller's; None if there is none
        self.context.push()
        return self

    def __exit__(self, *error: object) -> None:
        self.context.pop()

    # ---- memory

    def empty(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """Return a device array with undefined entries. Raises MemoryError if it does not fit."""
        from pycuda.gpuarray import GPUArray

        try:
            return GPUArray(shape, dtype)
        except self.driver.MemoryError as error:
            wanted = int(np.prod(shape, dtype=object)) * np.dtype(dtype).itemsize
            free, total = self.driver.mem_get_info()
            raise MemoryError(
                f"gpu: {wanted:,} bytes are wanted for {np.dtype(dtype)} {tuple(shape)}; {free:,} of the device's "
                f"{total:,} are free: pass fewer rows at a time, or delete device arrays that you no longer need"
            ) from error

    def upload(self, array: np.ndarray) -> Any:
        """Return a copy of the array on the device."""
        copy = self.empty(array.shape, array.dtype)
        if array.size:
            copy.set(array)
        return copy

    # ---- kernels

    def kernel(self, name: str) -> Any:
        """Return a kernel of launch.TABLE, compiled for this device at its first use.

        PyCUDA keeps the compiled code on disk, for each source, architecture and version of nvcc.
        """
        file, shared = TABLE[name].file, TABLE[name].shared
        if file not in self._modules:
            self._modules[file] = self._compile(file, TABLE[name].source())
        if name not in self._kernels:
            self._kernels[name] = self._modules[file].get_function(name)
            if shared:  # CUDA asks for this above 48 KB
                most = self.driver.function_attribute.MAX_DYNAMIC_SHARED_SIZE_BYTES
                self._kernels[name].set_attribute(most, shared)
        return self._kernels[name]

    def _compile(self, file: str, source: str) -> Any:
        from pycuda.compiler import SourceModule
        from pytools.prefork import ExecError

        try:
            return SourceModule(source, arch=self.arch, no_extern_c=True)
        except ExecError as error:
            raise GpuUnavailable(
                f"nvcc is missing ({error}): install the CUDA toolkit and put its own bin folder on PATH"
            ) from error
        except self.driver.CompileError as error:
            said = (error.stderr or error.stdout or str(error)).strip()
            raise RuntimeError(f"gpu: kernels/{file} does not compile for {self.arch}; nvcc says:\n{said}") from error

    def launch(self, name: str, outputs: tuple[int, ...], *arguments: Any) -> None:
        """Start a kernel for a matrix of outputs, if there are any.

        Device arrays are passed by their address, numbers as int32 and float32. Raises ValueError for an integer above
        2^30. A kernel counts in int32, and because the last tile may stick out, it counts a little beyond the last row.
        """
        if 0 in outputs:
            return
        if too_many := [a for a in arguments if type(a) is int and a > 2**30]:
            raise ValueError(f"gpu: {name} counts to 2^30, not to {too_many[0]}: pass fewer rows at a time")
        numbers = {int: np.int32, float: np.float32}
        typed = [numbers[type(a)](a) if type(a) in numbers else address(a) for a in arguments]
        kernel = TABLE[name]
        self.kernel(name)(*typed, grid=kernel.grid(*outputs), block=kernel.block, shared=kernel.shared)

    def wait_for(self, *arrays: Any) -> None:
        """Wait until other libraries have written the device arrays, if they write on streams of their own.

        Raises ValueError if the caller works in a context other than the primary one, where an address means nothing.
        """
        for array in arrays:
            if not hasattr(array, "__cuda_array_interface__"):
                continue
            if self._found is not None and self._found.handle != self.context.handle:
                raise ValueError(
                    "gpu: the array belongs to a private context of PyCUDA; it must be in the primary context, which "
                    "libraries share: import pycuda.autoprimaryctx in place of pycuda.autoinit"
                )
            if array.__cuda_array_interface__.get("stream") not in (None, 1):  # 1: the default stream, which is ours
                self.synchronize()

    def synchronize(self) -> None:
        """Wait until the device has finished everything it was asked to do."""
        self.driver.Context.synchronize()


def _release(context: Any, *held: Any) -> None:
    """Release the arrays and kernels in the primary context, then the context; PyCUDA needs it to be current."""
    context.push()
    for things in held:
        things.clear()  # later PyCUDA would not free them, and other threads may keep the context alive
    context.detach()


def address(array: Any) -> np.uintp:
    """Return the address of a device array, as an argument for a kernel."""
    return np.uintp(array.__cuda_array_interface__["data"][0])


_of_thread = threading.local()


def session() -> Session:
    """Return this thread's session, which the first call opens. Raises GpuUnavailable."""
    if not hasattr(_of_thread, "session"):
        _of_thread.session = Session()
    return _of_thread.session
