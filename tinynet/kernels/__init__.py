"""Arithmetic that is worth compiling: each a NumPy reference to read and a Numba twin to run."""
