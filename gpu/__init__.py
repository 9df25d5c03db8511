"""The product of signs on a GPU: kernels in CUDA C (kernels/), host code on PyCUDA, and an emulation for CPUs.

    launch.py     how each kernel is launched                     emulation/    the same kernels on a CPU
    device.py     the device, or what is missing for one          bench/        measured against cuBLAS
    arrays.py     which arrays a kernel may read
    products.py   pack_signs, xnor_matmul
    network.py    run: a whole frozen network

Nothing but NumPy and tinynet loads before the first call; see README.md.
"""

from gpu.device import GpuUnavailable
from gpu.network import run
from gpu.products import pack_signs, xnor_matmul

__all__ = ["GpuUnavailable", "pack_signs", "run", "xnor_matmul"]
