"""Packed codes, unpacked while a row is multiplied by: Quantized, Binary, Grid and Codebook."""

from __future__ import annotations

import numpy as np

from tinynet.exchange.c.rows import Product, by_rows, made_of, note
from tinynet.exchange.c.source import Place, Source, number
from tinynet.parameterizations import Binary, Codebook, Coded, Dense, Fixed, Grid, Parameterization, Quantized

SHORT = (Dense, Quantized, Binary, Grid, Codebook)  # single entries of these are found at once
FEW = 16  # levels; so many products of one input with each of them are made in advance


class Codes:
    """The packed codes of a matrix, what levels they stand for, and by what to multiply these.

    Levels are integers, `most` the largest, times `unit`; only those of a Codebook are any numbers.
    """

    def __init__(self, source: Source, name: str, W: Quantized | Binary | Grid | Codebook) -> None:
        state = W.state()
        self.count = 2 if isinstance(W, Binary) else W.K if isinstance(W, Codebook) else 2**W.bits if W.bits else 3
        self.ternary = self.count == 3
        self.width = (self.count - 1).bit_length()
        note(source, name, W, ": ternary codes, five to a byte" if self.ternary else f": codes of {self.width} bits")
        self.name = source.array(f"{name}_codes", state["bits" if isinstance(W, Binary) else "codes"])
        source.use("digits" if self.ternary else "codes")
        self.s: Place | None = None
        self.columns = False
        if "s" in state:
            self.s, self.columns = source.floats(f"{name}_s", state["s"]), W.scale == "column"
        self.unit, self.most = 1.0, 1
        if isinstance(W, Codebook):
            self.level: Place = source.floats(f"{name}_c", W.centroids.weight()._data)
            self.most = 0
        elif isinstance(W, Grid):
            self.unit = float(np.abs(W.levels).min())
            levels = np.rint(W.levels / self.unit).astype(np.int16)
            self.most = int(levels[-1])
            if W.kind == "half steps":
                self.level = lambda code: f"2 * (int32_t){code} - {self.most}"
            else:
                place = source.array(f"{name}_levels", levels)
                self.level = lambda code: f"{place}[{code}]"
        elif self.count == 2:
            self.level = lambda code: f"{code} ? 1 : -1"
        else:
            self.most = W.Q
            self.level = lambda code: f"(int32_t){code} - {self.most}"

    def start(self, at: str, first: str) -> str:
        """Return the statement that goes to a code."""
        if self.ternary:
            return f"struct digits {at} = digits_at({self.name}, {first});"
        return f"struct codes {at} = codes_at({self.name}, {self.width}, {first});"

    def next(self, at: str) -> str:
        """Return the expression of the next code."""
        return f"next_digit(&{at})" if self.ternary else f"next_code(&{at})"

    def factors(self, j: str) -> str:
        """Return what a level of column j is multiplied by, beginning with a sign of multiplication."""
        unit = "" if self.unit == 1 else f" * {number(self.unit)}"
        return unit + ("" if self.s is None else f" * {self.s(j if self.columns else '0')}")

    def entry(self, at: str, j: str) -> str:
        """Return the entry of W of the next code, which is of column j."""
        level = self.level(self.next(at))
        return f"(float)({level}){self.factors(j)}" if self.most else f"{level}{self.factors(j)}"


def coded(source: Source, name: str, W: Quantized | Binary | Grid | Codebook, takes: str) -> Product:
    """Write x W for packed codes."""
    codes = Codes(source, name, W)
    if codes.most:
        return _of_integers(source, name, W, takes, codes)
    if codes.count <= min(FEW, W.n):  # few levels: multiply x_i by each of them once, then only add
        row = f"""
            float times[{codes.count}];
            {codes.start("row", f"{W.n} * i")}
            for (uint32_t code = 0; code < {codes.count}; code++)
                times[code] = x_i * {codes.level("code")};
            for (uint32_t j = 0; j < {W.n}; j++)
                z[j] += times[{codes.next("row")}];
        """
    else:
        row = f"""
            {codes.start("row", f"{W.n} * i")}
            for (uint32_t j = 0; j < {W.n}; j++)
                z[j] += x_i * {codes.level(codes.next("row"))};
        """
    return by_rows(source, name, W, takes, row)


def _of_integers(source: Source, name: str, W: Parameterization, takes: str, codes: Codes) -> Product:
    """Write x W for levels that are integers.

    A small processor adds integers in one step and floats in forty. So inputs become integers too: a pixel is one
    anyway, 2 p - 255 = 255 x. Of other rows the largest |x| lies below some 2^e, and x_i becomes round(2^(b - e) x_i),
    with as many bits b as leave room for the sum, at most the 23 that a float has. If only few would be left, the sum
    gets 64 bits.
    """
    most = codes.most * W.m
    b = min(23, ((2**31 - 1) // most).bit_length() - 1)
    pixels = takes == "uint8_t"
    long = 255 * most >= 2**31 if pixels else b < 20
    kind, b = ("long_sums", 23) if long else ("sums", b)
    source.memory[kind] = max(source.memory.get(kind, 0), W.n)
    x_i = "2 * x[i] - 255" if pixels else f"fixed(x[i], {b} - e)"
    power = "(1.0f / 255.0f)" if pixels else f"power(e - {b})"
    source.use(*([] if pixels else ["fixed"]))
    times = f"(int64_t)x_i * ({codes.level(codes.next('row'))})" if long else (
        f"x_i * ({codes.level(codes.next('row'))})")  # fmt: skip
    return made_of(source, name, takes, 0, f"""
{"" if pixels else f"int32_t e = exponent(x, {W.m});"}
{"int64_t" if long else "int32_t"} *sums = memory.{kind};
for (uint32_t j = 0; j < {W.n}; j++)
    sums[j] = 0;
for (uint32_t i = 0; i < {W.m}; i++) {{
    int32_t x_i = {x_i};
    {codes.start("row", f"{W.n} * i")}
    for (uint32_t j = 0; {"" if pixels else "x_i != 0 && "}j < {W.n}; j++)
        sums[j] += {times};
}}
for (uint32_t j = 0; j < {W.n}; j++)
    z[j] = (float)sums[j] * {power}{codes.factors("j")};
""")  # fmt: skip


def entries(source: Source, name: str, w: Parameterization) -> Place | None:
    """Write what is needed to read single entries, counted row by row; return how, or None where no way is short."""
    match w:
        case Dense():
            return source.floats(name, w.weight()._data)
        case Fixed():
            return entries(source, name, w.W)
        case Coded():
            return entries(source, name, w.V)
        case Quantized() | Binary() | Grid() | Codebook():
            codes = Codes(source, name, w)
            source.add(
                """
                static float @name@_at(uint32_t k)
                {
                    @start@
                    return @entry@;
                }
                """,
                name=name, start=codes.start("at", "k"), entry=codes.entry("at", "k" if w.m == 1 else f"k % {w.n}"),
            )  # fmt: skip
            return lambda k: f"{name}_at({k})"
    return None
