"""Arithmetic that is worth compiling: each kernel a NumPy reference to read, and a Numba twin to run.

NumPy computes whole arrays, one operation after the other, and every array in between goes through memory. A compiled
loop keeps what it needs in registers. Its result equals the reference's, bit for bit where integers are summed. Without
Numba the references run.

    cached.py     compile, and keep the machine code on disk where that can be done
    worth.py      when that is worth it, and NumPy until then
    jit.py        compile then, and never where Numba is missing
    threads.py    share the rows of a loop among threads
    llvm.py       a few words of LLVM's language, for the innermost loops
    bits.py       signs as bits, 64 to a word
    xnor/         the product of signs: a ladder from one equation to vector registers
    hashed.py     hashed weights, entry by entry
    lstm/         an LSTM over a whole sequence
"""

from tinynet.kernels import bits, hashed, lstm, worth, xnor
from tinynet.kernels.bits import pack_signs, unpack_signs
from tinynet.kernels.threads import at_most
from tinynet.kernels.xnor import xnor_matmul

__all__ = ["at_most", "bits", "hashed", "lstm", "pack_signs", "unpack_signs", "worth", "xnor", "xnor_matmul"]
