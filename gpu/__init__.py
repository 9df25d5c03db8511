"""The product of signs on a GPU: kernels in CUDA C (kernels/), and their emulation on a CPU (emulation/)."""
