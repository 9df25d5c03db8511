"""Measure the kernels on a GPU, beside cuBLAS and beside the most that the GPU can do: python -m gpu.bench --out DIR

measure.py    how a time is measured
sides.py      what is timed: our kernels, and the libraries beside them
stages.py     which sizes are measured, in which order
report.py     the tables and the plot, made from the figures
"""
