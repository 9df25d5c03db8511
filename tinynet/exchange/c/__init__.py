"""A trained network as a C program, for machines that have kilobytes.

The C code is written from the frozen network and repeats its arithmetic. It keeps what the file keeps: packed codes are
unpacked and hashes computed while a matrix is multiplied by, so a network takes as little flash as it takes disk.

    parts            C functions that several matrices share
    source           the pieces of a C file: arrays and functions under their names
    rows             the frame of a function z = x W
    codes            packed codes
    drawn            what follows from a hash
    designed         what follows from a pattern
    matrices         z = x W for each method, and for methods inside methods
    recurrent        one step of an LSTM or an RNN
    layers           each layer of a frozen network as a function, and where its numbers lie
    given            a row at once, or a sequence step by step; and the examples to check
    table            from rows of a table to pixels, and names for the answers
    program          the source, its header, and a program that checks both
    wasm             the same code as WebAssembly, for a browser
    export           from a network to the files
"""

from tinynet.exchange.c.export import export_c

__all__ = ["export_c"]
