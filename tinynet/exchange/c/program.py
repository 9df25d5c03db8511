"""The files of an exported network: NAME.c, NAME.h, and main.c, which checks that the scores are right."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tinynet.datasets.description import Description
from tinynet.exchange.c import table
from tinynet.exchange.c.given import Rows, Sequences, near
from tinynet.exchange.c.layers import TYPES, described, integers, placed, steps
from tinynet.exchange.c.source import Source, array, number, text
from tinynet.frozen.network import Frozen, flat
from tinynet.frozen.sequence import FrozenSequence


class Program(NamedTuple):
    """The text of the files by their names, and bytes: of the arrays of constants, and of working memory."""

    files: dict[str, str | bytes]
    weights: int
    memory: int
    command: str  # compiles them


SOURCE = """
/* @about@

   Written by tinynet. The header says how to call it. */
@includes@
#include "@header@"

/* All working memory. Rows lie in turn at the two ends of an array: a layer reads one and writes the other. */
static struct {
@memory@
} memory;

/* This does not compile unless the header states the true size. */
typedef char memory_has_the_size_in_the_header[sizeof memory == @NAME@_MEMORY ? 1 : -1];

@functions@

/* ---- the network */
@begin@
/* @which@, one after the other; where the scores are. */
static const @type@ *run(@row@)
{
    @calls@
    return @scores@;
}

void @name@_scores(@row_and@@type@ *scores)
{
    const @type@ *z = run(@passed@);
    for (uint32_t j = 0; j < @NAME@_OUTPUTS; j++)
        scores[j] = z[j];
}

uint32_t @name@_predict(@row@)
{
    const @type@ *z = run(@passed@);
    uint32_t best = 0;
    for (uint32_t j = 1; j < @NAME@_OUTPUTS; j++)
        if (z[j] > z[best])
            best = j;
    return best;
}
"""

HEADER = """
/* @about@

   Written by tinynet. @how@ */

#ifndef @NAME@_H
#define @NAME@_H

#include <stdint.h>

#define @NAME@_INPUTS @inputs@
#define @NAME@_OUTPUTS @outputs@
#define @NAME@_WEIGHTS @weights@ /* bytes of constants, in flash */
#define @NAME@_MEMORY @bytes@ /* bytes of working memory, in RAM */
@declared@
/* Write the @NAME@_OUTPUTS scores @of@@scaled@. */
void @name@_scores(@row_and@@type@ *scores);

/* Return the class of the highest score, 0 .. @NAME@_OUTPUTS - 1. */
uint32_t @name@_predict(@row@);
@table@
#endif
"""

MAIN = """
/* Check the network against the scores that Python computed@also@.

       @command@ && ./@name@ */

#include <stdio.h>@stdlib@
#include "@header@"

#define EXAMPLES @examples@

@vectors@

@expected@

@equal@
@answer@
int main(@arguments@)
{
    uint32_t right = 0;@answered@
    for (uint32_t k = 0; k < EXAMPLES; k++) {
        @type@ scores[@NAME@_OUTPUTS];
        @ask@
        right += equal(scores, expected[k], @name@_predict(@asked@));
    }
    printf("%u of %u equal\\n", (unsigned)right, (unsigned)EXAMPLES);
    return right == EXAMPLES ? 0 : 1;
}
"""

ANSWERED = """
    if (count > 1)
        return answer((uint32_t)count - 1, words + 1);"""

EQUAL_INTEGERS = """
/* Whether all scores are equal, and the class is the first of the highest. */
static int equal(const int32_t *z, const int32_t *expected, uint32_t class)
{
    for (uint32_t j = 0; j < @NAME@_OUTPUTS; j++)
        if (z[j] != expected[j] || expected[j] > expected[class] || (j < class && expected[j] == expected[class]))
            return 0;
    return 1;
}
"""

EQUAL_FLOATS = """
#define NEAR @near@ /* sums of floats in another order differ in their last digits */

/* Whether all scores are near to what is expected, and the class is that of a highest score, up to as much. */
static int equal(const float *z, const float *expected, uint32_t class)
{
    for (uint32_t j = 0; j < @NAME@_OUTPUTS; j++) {
        float difference = z[j] - expected[j];
        if (!(difference <= NEAR && difference >= -NEAR) || expected[j] > expected[class] + NEAR)
            return 0;
    }
    return 1;
}
"""


def program(
    frozen: Frozen | FrozenSequence, name: str, examples: Rows | Sequences, about: Description | None = None
) -> Program:
    """Return the files of a frozen network, with these examples in main.c.

    about: what it was trained on. If that was a table, a fourth file, NAME_rows.c, leads from its rows to pixels.
    """
    source, scale = Source(), integers(frozen)
    done = steps(source, frozen, examples.kind)
    sizes, calls, at = placed(done)
    given = examples.parts(done, calls)
    kind = done[-1].gives
    expected = examples.scores(frozen)  # type: ignore[arg-type]
    if scale is not None:
        expected = np.rint(expected / np.float64(np.float32(scale))).astype(np.int32)
    n = expected.shape[1]
    scaled = "" if scale is None else f": integers; those in Python are\n   {scale!r} times as large"
    sizes |= source.memory
    size = sum({"long_sums": 8, "window": 1}.get(kind, 4) * size for kind, size in sizes.items())
    if "long_sums" in sizes and size % 8:  # or some compilers would leave a gap
        sizes["numbers"], size = sizes["numbers"] + 1, size + 4
    of_table = table.parts(about, n)
    library = " -lm" if "math" in source.used or of_table else ""
    rows = f" {name}_rows.c" if of_table else ""
    command = f"cc -std=c99 -O2 {name}.c{rows} main.c{library} -o {name}"
    parts: dict[str, Any] = {
        "about": f"{name}: from {frozen.n_in} {given.pop('inputs_are')} to {n} scores\n\n{_list(frozen)}",
        "includes": "\n#include <math.h>" if "math" in source.used else "",
        "memory": "\n".join(f"    {TYPES[kind]} {kind}[{sizes[kind]}];" for kind in TYPES if kind in sizes),
        "functions": "\n\n".join([*source.shared(), *source.texts]),
        **given,
        "scores": at,
        "type": TYPES[kind],
        "inputs": frozen.n_in,
        "outputs": n,
        "weights": source.weights,
        "bytes": size,
        "scaled": scaled,
        "command": command,
        "expected": array("expected", expected),
        "equal": text(EQUAL_FLOATS if scale is None else EQUAL_INTEGERS),
        "near": number(near(frozen, examples)),
        "table": table.HEADER if of_table else "",
        "answer": "",
        "also": ",\n   or answer a row of the table, given by its values" if of_table else "",
        "stdlib": "\n#include <stdlib.h>" if of_table else "",
        "arguments": "int count, char **words" if of_table else "void",
        "answered": ANSWERED if of_table else "",
        **of_table,
        "header": f"{name}.h",
        "name": name,
        "NAME": name.upper(),
    }
    files = {f"{name}.c": SOURCE, f"{name}.h": HEADER, "main.c": MAIN}
    if of_table:
        files[f"{name}_rows.c"] = table.ROWS
    return Program({file: _filled(code, parts) for file, code in files.items()}, source.weights, size, command)


def _list(frozen: Frozen | FrozenSequence) -> str:
    """Return the layers, one a line."""
    return "\n".join(f"       layer {number:4} {described(layer)}" for number, layer in flat(frozen.layers))


def _filled(code: str, parts: dict[str, Any]) -> str:
    for name, value in parts.items():
        code = code.replace(f"@{name}@", str(value))
    return code.strip("\n") + "\n"
