"""The product of signs on a GPU: kernels in CUDA C, host code on PyCUDA, and an emulation for CPUs.

Start with README.md and the kernels in kernels/. Then, in this order:

    launch.py     how each kernel is launched
    device.py     the device, or what is missing
    arrays.py     which arrays a kernel may read
    products.py   pack_signs, xnor_matmul
    network.py    run: a whole frozen network
    emulation/    the same kernels on a CPU
    bench/        the kernels measured beside cuBLAS

Until the first call, only NumPy and tinynet are loaded.
"""

from gpu.device import GpuUnavailable
from gpu.network import run
from gpu.products import pack_signs, xnor_matmul

__all__ = ["GpuUnavailable", "pack_signs", "run", "xnor_matmul"]
