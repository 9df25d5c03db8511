"""What a network that was trained on a table needs beside it: from values to pixels, and from classes to names.

These few lines are a file of their own, NAME_rows.c, because they compute in double precision, as Python does, so that
every value gets the same level. A program that makes its pixels itself leaves them out.
"""

from __future__ import annotations

from textwrap import fill

import numpy as np

from tinynet.datasets.description import Description
from tinynet.exchange.c.source import WIDTH, array, string

HEADER = """
/* ---- the table that it was trained on, in @name@_rows.c */

/* Write the pixels of a row of values, in the order of the columns:
@columns@ */
void @name@_pixels(const double *values, uint8_t *pixels);

/* What the outputs are, in order. */
extern const char *const @name@_names[@NAME@_OUTPUTS];
"""

ROWS = """
/* From rows of the table that @name@ was trained on to pixels, and from outputs to their names. */

#include <math.h>
#include "@header@"

@levels@

const char *const @name@_names[@NAME@_OUTPUTS] = {
@names@
};

/* Column i is cut into 256 levels from low_i to high_i. What lies outside gets the first or the last of them. */
void @name@_pixels(const double *values, uint8_t *pixels)
{
    for (uint32_t i = 0; i < @NAME@_INPUTS; i++) {
        double half = values[i] / 2 - low[i] / 2; /* halves, so that no difference overflows */
        double level = rint(255 * (half / (high[i] / 2 - low[i] / 2)));
        pixels[i] = level > 255 ? 255 : level > 0 ? (uint8_t)level : 0;
    }
}
"""

ANSWER = """
/* Answer a row of the table, whose values are given as words. Return 0, or 1 for words that are no row. */
static int answer(uint32_t count, char **words)
{
    double values[@NAME@_INPUTS];
    uint8_t row[@NAME@_INPUTS];
    if (count != @NAME@_INPUTS) {
        fprintf(stderr, "%u values are given, a row has %u: @header@ lists its columns\\n", (unsigned)count,
                (unsigned)@NAME@_INPUTS);
        return 1;
    }
    for (uint32_t i = 0; i < @NAME@_INPUTS; i++) {
        char *end;
        values[i] = strtod(words[i], &end);
        if (end == words[i] || *end != 0) {
            fprintf(stderr, "'%s' is no number: write one with a point, such as 1.5\\n", words[i]);
            return 1;
        }
    }
    @name@_pixels(values, row);
    @print@
    return 0;
}
"""

PRINT = """printf("%s\\n", @name@_names[@name@_predict(row)]);"""
PRINT_TARGETS = """float z[@NAME@_OUTPUTS];
    @name@_scores(row, z);
    for (uint32_t j = 0; j < @NAME@_OUTPUTS; j++) /* the scores are in deviations from the mean */
        printf("%s %g\\n", @name@_names[j], z[j] * unit[1][j] + unit[0][j]);"""


def parts(about: Description | None, outputs: int) -> dict[str, str]:
    """Return what stands in the files of a network that was trained on a table; nothing for any other."""
    if about is None or about.levels is None:
        return {}
    named = about.classes if len(about.classes) == outputs else [str(j) for j in range(outputs)]
    columns = about.columns or [str(i) for i in range(about.n)]
    listed = fill(", ".join(comments(c) for c in columns), WIDTH, initial_indent="   ", subsequent_indent="   ")
    unit = "" if about.unit is None else array("unit", about.unit) + "\n"
    return {
        "columns": listed,
        "names": ",\n".join(f"    {string(name)}" for name in named),
        "levels": "\n\n".join(array(name, np.asarray(a)) for name, a in about.levels._asdict().items()),
        "answer": unit + ANSWER,
        "print": PRINT if about.unit is None else PRINT_TARGETS,
    }


def comments(name: str) -> str:
    """Return a name as it may stand in a comment."""
    return string(name)[1:-1].replace("*/", "* /").replace("/*", "/ *")
