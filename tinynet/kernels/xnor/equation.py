"""The product of two matrices of signs, by XOR and popcount: the whole idea, in NumPy.

Take two rows of signs and multiply them entry by entry. Where the signs agree the product is +1, where they differ it
is -1. So the dot product only asks how often they differ: of K entries, d differ and K - d agree, which leaves

    dot = (K - d) - d = K - 2 d

Now write each sign as a bit, 64 to a word (bits.py). The XOR of two words has a 1 exactly where their bits differ, and
a processor counts the ones of a word in one instruction, the popcount. With a_i and b_j the rows of bits,

    dot_ij = K - 2 popcount(a_i ^ b_j)          (Rastegari et al. 2016, "XNOR-Net", arXiv 1603.05279)

One XOR and one popcount do the work of 64 multiplications. For example, with K = 4:

    a = + - - +   1001
    b = + + - -   1100      a ^ b = 0101, two ones:      dot = 4 - 2 * 2 = 0

A row rarely fills its last word. The unused bits are 0 in both rows, so they never differ and the sum is right. (XNOR,
which counts agreements, would count them too, in spite of giving the method its name.)

Notation
    A (M, K), B (N, K)   entries +1 and -1       a (M, W), b (N, W)   their bits, W = ceil(K / 64) words a row
    n_bits               K                       dot (M, N)           A B^T, int32

NumPy shows the idea but not the speed: it writes each XOR and each count to memory and reads it back, so this product
is slower than one of floats. The next rungs of the ladder keep them in registers.
"""

from __future__ import annotations

import numpy as np

from tinynet.kernels.bits import check_bits, popcount

BLOCK_WORDS = 2**20  # XORs held at a time: 8 MB


def xnor_matmul_numpy(a_bits: np.ndarray, b_bits: np.ndarray, n_bits: int) -> np.ndarray:
    """Return dot (M, N), int32: each row of a against blocks of rows of b."""
    n_bits = check_bits("xnor_matmul", n_bits, a_bits=a_bits, b_bits=b_bits)
    dot = np.empty((len(a_bits), len(b_bits)), np.int32)
    step = max(1, BLOCK_WORDS // max(1, a_bits.shape[1]))
    for i, row in enumerate(a_bits):
        for j in range(0, len(b_bits), step):
            dot[i, j : j + step] = n_bits - 2 * popcount(row ^ b_bits[j : j + step])
    return dot
