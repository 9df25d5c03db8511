"""A few words of LLVM's language, for inner loops that Numba alone compiles badly.

Numba translates Python into the intermediate code of LLVM, and LLVM turns that into machine code. In a function marked
`@intrinsic` one writes this code by hand: each method of a *builder* appends an instruction and returns its result, to
be used in the next. So a Python loop around builder calls is a loop that has been unrolled.

A *vector* holds several numbers, one in each *lane*, and an instruction works on all lanes at once. A *variable* is
written as a place on the stack, but LLVM keeps it in a register as long as registers last.

Numba caches machine code on disk, and takes it to be current as long as the file of the compiled function has not
changed. It does not look at what that file imports: after a change to an intrinsic, touch the files that call it.
"""

from __future__ import annotations

from llvmlite import ir
from numba.core import cgutils

INT = ir.IntType(32)


def constant(kind: ir.VectorType, value: float) -> ir.Constant:
    """Return the vector with the same value in every lane."""
    return ir.Constant(kind, [value] * kind.count)


def splat(builder: ir.IRBuilder, kind: ir.VectorType, value: ir.Value) -> ir.Value:
    """Return the vector with a value known only at run time in every lane."""
    first = builder.insert_element(ir.Constant(kind, ir.Undefined), value, INT(0))
    return builder.shuffle_vector(first, first, constant(ir.VectorType(INT, kind.count), 0))


def call(builder: ir.IRBuilder, name: str, result: ir.Type, *arguments: ir.Value) -> ir.Value:
    """Return what one of LLVM's functions, known by its name, makes of the arguments."""
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


def popcount(builder: ir.IRBuilder, vector: ir.Value) -> ir.Value:
    """Return the number of ones in each lane."""
    kind = vector.type
    return call(builder, f"llvm.ctpop.v{kind.count}i{kind.element.width}", kind, vector)


def add_to(builder: ir.IRBuilder, variable: ir.Value, value: ir.Value) -> None:
    """Add a value to a variable."""
    builder.store(builder.add(builder.load(variable), value), variable)
