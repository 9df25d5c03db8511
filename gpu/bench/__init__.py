"""The kernels measured on a GPU, beside cuBLAS and beside what the GPU can do at most: python -m gpu.bench --out DIR

measure.py    how a figure is made
sides.py      what is timed: our kernels, and the libraries beside them
stages.py     which sizes, in which order
report.py     the table and the plot, from the figures
"""
