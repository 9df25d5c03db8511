"""z = x W as a C function, for each method from what it stores.

A function is called NAME and has the arguments (x, z), or (x, z, scratch) if it needs room for numbers in between. It
goes through W row by row, as codes are packed and hashes are computed:

    z = 0;   for each input i:   z += x_i times row i of W            nothing where x_i = 0, as often behind ReLU

A matrix that is made of others calls their functions: NAME_U, then NAME_V. Any nesting of methods works in this way.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinynet.exchange.c.source import Place, Source, inside, number, text
from tinynet.parameterizations import (
    Binary,
    Codebook,
    Coded,
    Columns,
    Dense,
    Fixed,
    Grid,
    Hashed,
    LowRank,
    Parameterization,
    Quantized,
    Scaled,
    Sparse,
    Sum,
    Toeplitz,
    hash_grids,
    hashing,
)  # fmt: skip

FEW = 16  # levels; so many products of one input with each of them are made in advance


class Product(NamedTuple):
    """A C function that multiplies by a matrix, and how many floats of scratch it needs."""

    name: str
    scratch: int = 0

    def of(self, x: str, z: str, scratch: str) -> str:
        """Return the call."""
        return f"{self.name}({x}, {z}, {scratch});" if self.scratch else f"{self.name}({x}, {z});"


def product(source: Source, name: str, W: Parameterization, takes: str = "float") -> Product:
    """Write the function z = x W. `takes`: the C type of x, "float", or "uint8_t" for pixels."""
    match W:
        case Dense():
            return _dense(source, name, W, takes, W.weight()._data)
        case Quantized() | Binary() | Grid() | Codebook():
            return _coded(source, name, W, takes)
        case Hashed():
            return _hashed(source, name, W, takes)
        case Sparse():
            return _sparse(source, name, W, takes)
        case LowRank():
            return _low_rank(source, name, W, takes)
        case Scaled():
            return _scaled(source, name, W, takes)
        case Toeplitz():
            return _toeplitz(source, name, W, takes)
        case Sum():
            return _sum(source, name, W, takes)
        case Columns():
            return _columns(source, name, W, takes)
        case Fixed():
            return product(source, name, W.W, takes)
        case Coded():
            return product(source, name, W.V, takes)  # its stream is for files; codes are easier to find in flash
    return _dense(source, name, W, takes, W.weight()._data, ": no shorter way is known, so W itself")


def entries(source: Source, name: str, w: Parameterization) -> Place | None:
    """Write what is needed to read single entries of w (1, K); return how, or None where there is no short way."""
    match w:
        case Dense():
            return source.floats(name, w.weight()._data)
        case Fixed():
            return entries(source, name, w.W)
        case Coded():
            return entries(source, name, w.V)
        case Quantized() | Binary() | Grid() | Codebook():
            codes = _Codes(source, name, w)
            source.add(
                """
                static float @name@_at(uint32_t k)
                {
                    @start@
                    return @entry@;
                }
                """,
                name=name, start=codes.start("at", "k"), entry=codes.entry("at", "k"),
            )  # fmt: skip
            return lambda k: f"{name}_at({k})"
    return None


def _by_rows(
    source: Source, name: str, W: Parameterization, takes: str, row: str, before: str = "", after: str = "",
    scratch: int = 0, skips: bool = True,
) -> Product:  # fmt: skip
    """Write the loop over the inputs, with what to do for row i in it; if it `skips`, not for x_i = 0."""
    source.use("zero", *(["input"] if takes == "uint8_t" else []))
    skip = "if (x_i == 0.0f)\n    continue;\n" if skips and takes == "float" else ""
    x_i = "input(x[i])" if takes == "uint8_t" else "x[i]"
    loop = f"float x_i = {x_i};\n{skip}{text(row)}"
    body = f"""
{text(before)}
zero(z, {W.n});
for (uint32_t i = 0; i < {W.m}; i++) {{
    {inside(loop)}
}}
{text(after)}"""
    return made_of(source, name, takes, scratch, body.strip("\n"))


def _note(source: Source, name: str, W: Parameterization, what: str) -> None:
    source.note(f"{name}: {W.m} x {W.n}, {W!r}{what}")


def _dense(source: Source, name: str, W: Parameterization, takes: str, values: np.ndarray, why: str = "") -> Product:
    _note(source, name, W, why or ": W itself, row by row")
    at = source.floats(f"{name}_W", values)
    row = f"for (uint32_t j = 0; j < {W.n}; j++)\n    z[j] += x_i * {at(f'{W.n} * i + j')};"
    return _by_rows(source, name, W, takes, row)


class _Codes:
    """The packed codes of a matrix, what levels they stand for, and by what to multiply these.

    Levels are integers, `most` the largest, times `unit`; only those of a Codebook are any numbers.
    """

    def __init__(self, source: Source, name: str, W: Quantized | Binary | Grid | Codebook) -> None:
        state = W.state()
        self.count = 2 if isinstance(W, Binary) else W.K if isinstance(W, Codebook) else 2**W.bits if W.bits else 3
        self.ternary = self.count == 3
        self.width = (self.count - 1).bit_length()
        _note(source, name, W, ": ternary codes, five to a byte" if self.ternary else f": codes of {self.width} bits")
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


def _coded(source: Source, name: str, W: Quantized | Binary | Grid | Codebook, takes: str) -> Product:
    codes = _Codes(source, name, W)
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
    return _by_rows(source, name, W, takes, row)


def _of_integers(source: Source, name: str, W: Parameterization, takes: str, codes: _Codes) -> Product:
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


def _hashed(source: Source, name: str, W: Hashed, takes: str) -> Product:
    inner = f"{name}_w"
    at = entries(source, inner, W.buckets)
    scratch, before = 0, ""
    if at is None:  # all K numbers at once: 1 times their matrix
        numbers = product(source, inner, W.buckets)
        scratch, at = W.K + numbers.scratch, lambda k: f"w[{k}]"
        before = f"const float one = 1.0f;\nfloat *w = scratch;\n{numbers.of('&one', 'w', f'scratch + {W.K}')}"
    source.use("bucket")
    _note(source, name, W, f": {W.K} numbers, and which of them stands where by the hash of {W.seed}")
    row = f"""
        uint64_t h = row_hash({_seed(W)}, BUCKET, i), xi = row_hash({_seed(W)}, SIGN, i);
        for (uint32_t j = 0; j < {W.n}; j++) {{
            float w_k = {at(f"bucket(h, j, {W.K})")};
            z[j] += negative(xi, j) ? -x_i * w_k : x_i * w_k;
        }}
    """
    return _by_rows(source, name, W, takes, row, before, scratch=scratch)


def _sparse(source: Source, name: str, W: Sparse, takes: str) -> Product:
    hashes = hash_grids.hash_grid(W.seed, hashing.BUCKET, W.m, W.n).ravel()
    last = hashes[W.kept].max()
    if (hashes <= last).sum() != W.K:
        raise ValueError(f"two entries have the same hash {last}, so it cannot tell which of them is kept")
    source.use("mix64")
    _note(source, name, W, f": {W.K} numbers, at the entries whose hash is at most {last}")
    at = source.floats(f"{name}_w", W.w._data)
    row = f"""
        uint64_t h = row_hash({_seed(W)}, BUCKET, i);
        for (uint32_t j = 0; j < {W.n}; j++)
            if (mix64(h + GOLDEN * (j + 1)) <= UINT64_C({last}))
                z[j] += x_i * {at("k++")};
    """
    return _by_rows(source, name, W, takes, row, before="uint32_t k = 0;", skips=False)


def _seed(W: Hashed | Sparse) -> str:
    return f"UINT64_C({W.seed})"


def _low_rank(source: Source, name: str, W: LowRank, takes: str) -> Product:
    k = W.V.m
    U = product(source, f"{name}_U", W.U, takes)
    V = product(source, f"{name}_V", W.V)
    _note(source, name, W, f": x W = (x U) V, through {k} numbers")
    return made_of(source, name, takes, k + max(U.scratch, V.scratch), f"""
        {U.of("x", "scratch", f"scratch + {k}")}
        {V.of("scratch", "z", f"scratch + {k}")}
    """)  # fmt: skip


def _scaled(source: Source, name: str, W: Scaled, takes: str) -> Product:
    V = product(source, f"{name}_V", W.V, takes)
    g = source.floats(f"{name}_g", W.column_scale()._data)
    _note(source, name, W, ": x W = (x V) diag(g)")
    return made_of(source, name, takes, V.scratch, f"""
        {V.of("x", "z", "scratch")}
        for (uint32_t j = 0; j < {W.n}; j++)
            z[j] *= {g("j")};
    """)  # fmt: skip


def _sum(source: Source, name: str, W: Sum, takes: str) -> Product:
    A, B = (product(source, f"{name}_{part}", getattr(W, part), takes) for part in "AB")
    _note(source, name, W, ": x W = x A + x B")
    return made_of(source, name, takes, W.n + max(A.scratch, B.scratch), f"""
        {A.of("x", "z", f"scratch + {W.n}")}
        {B.of("x", "scratch", f"scratch + {W.n}")}
        for (uint32_t j = 0; j < {W.n}; j++)
            z[j] += scratch[j];
    """)  # fmt: skip


def _columns(source: Source, name: str, W: Columns, takes: str) -> Product:
    blocks = [product(source, f"{name}_{i}", block, takes) for i, block in enumerate(W.blocks)]
    firsts = [sum(block.n for block in W.blocks[:i]) for i in range(len(blocks))]
    _note(source, name, W, ": blocks of columns side by side")
    calls = [block.of("x", f"z + {first}", "scratch") for block, first in zip(blocks, firsts, strict=True)]
    return made_of(source, name, takes, max(block.scratch for block in blocks), "\n".join(calls))


def _toeplitz(source: Source, name: str, W: Toeplitz, takes: str) -> Product:
    """Write the loop over the windows. A window of pixels stays one of pixels, unless there is padding, 0, around."""
    windows, features = W.windows, W.K.n
    side, channels, kernel, stride, padding, d = windows
    pixels = takes == "uint8_t" and not padding
    if pixels:
        source.memory["window"] = max(source.memory.get("window", 0), 4 * -(-windows.size // 4))
    K = product(source, f"{name}_K", W.K, takes if pixels else "float")
    across = round(windows.positions ** (1 / d))
    x, places = f"x[{'(v * ' + str(side) + ' + u)' if d == 2 else 'u'} * {channels} + c]", "vu" if d == 2 else "u"
    if takes == "uint8_t" and not pixels:
        source.use("input")
        x = f"input({x})"
    if padding:
        x = f"{' || '.join(f'{place} < 0 || {place} >= {side}' for place in places)} ? 0.0f : {x}"
    loops = [f"for (int32_t {place} = {place}0; {place} < {place}0 + {kernel}; {place}++)" for place in places]
    loops += [f"for (int32_t c = 0; c < {channels}; c++)", f"*to++ = {x};"]
    firsts = [f"int32_t u0 = (int32_t)(p % {across}) * {stride} - {padding};"]
    firsts += [f"int32_t v0 = (int32_t)(p / {across}) * {stride} - {padding};"] if d == 2 else []
    window = "memory.window" if pixels else "scratch"
    call = K.of(window, f"z + {features} * p", "scratch" if pixels else f"scratch + {windows.size}")
    body = [*firsts, f"{'uint8_t' if pixels else 'float'} *to = {window};"]
    body += ["    " * depth + line for depth, line in enumerate(loops)] + [call]
    _note(source, name, W, f": {windows.positions} windows of {kernel} pixels a side, {stride} apart, each times K")
    inner = "\n    ".join(body)
    scratch = K.scratch + (0 if pixels else windows.size)
    return made_of(
        source, name, takes, scratch, f"for (uint32_t p = 0; p < {windows.positions}; p++) {{\n    {inner}\n}}"
    )


def made_of(source: Source, name: str, takes: str, scratch: int, body: str, gives: str = "float") -> Product:
    """Write a function of x and z, whose C types are given, and of scratch if it needs any."""
    source.add(
        """
        static void @name@(const @takes@ *x, @gives@ *z@scratch@)
        {
            @body@
        }
        """,
        name=name, takes=takes, gives=gives, scratch=", float *scratch" if scratch else "", body=inside(body, 3),
    )  # fmt: skip
    return Product(name, scratch)
