"""Matrices whose pattern is stored or follows from their shape: Pruned, Kronecker, and the pooling of a Bank."""

from __future__ import annotations

from math import isqrt

from tinynet.exchange.c.codes import entries
from tinynet.exchange.c.rows import Product, made_of, note, value
from tinynet.exchange.c.source import Place, Source, number
from tinynet.parameterizations import Bank, Kronecker, Pruned, gaps


def pruned(source: Source, name: str, W: Pruned, takes: str, at: Place) -> Product:
    """Write the loop over the K kept entries: a code is the gap before the next, and the highest one only a part."""
    packed = gaps.packed(W.kept)
    b = int(packed["form"][0])
    note(source, name, W, f": {W.K} numbers, and the gaps between their places in {b} bits, {2**b - 1} for a part")
    codes = source.array(f"{name}_gaps", packed["gaps"])
    source.use("zero", "codes")
    x = value(source, takes, f"x[place / {W.n}]")
    return made_of(source, name, takes, 0, f"""
struct codes gaps = codes_at({codes}, {b}, 0);
uint32_t place = 0;
zero(z, {W.n});
for (uint32_t k = 0; k < {W.K}; k++, place++) {{
    uint32_t gap;
    do {{
        gap = next_code(&gaps);
        place += gap;
    }} while (gap == {2**b - 1});
    z[place % {W.n}] += {x} * {at("k")};
}}
""")  # fmt: skip


def kronecker(source: Source, name: str, W: Kronecker, takes: str) -> Product:
    """Write x W for a sum of Kronecker products, whose factors are read entry by entry."""
    (m1, n1, m2, n2), r = W.sizes, W.UV.U.n
    U, V = (entries(source, f"{name}_{part}", getattr(W.UV, part)) for part in "UV")
    assert U and V
    note(source, name, W, f": x, read as {m1} x {m2}, becomes the sum of A_t^T x B_t over {r} terms")
    source.use("zero")
    x = value(source, takes, f"x[{m2} * i1 + i2]")
    return made_of(source, name, takes, n2, f"""
zero(z, {W.n});
for (uint32_t t = 0; t < {r}; t++)
    for (uint32_t i1 = 0; i1 < {m1}; i1++) {{
        zero(scratch, {n2}); /* row i1 of x B_t */
        for (uint32_t i2 = 0; i2 < {m2}; i2++) {{
            float x_i = {x};
            for (uint32_t j2 = 0; x_i != 0.0f && j2 < {n2}; j2++)
                scratch[j2] += x_i * {V(f"{m2 * n2} * t + {n2} * i2 + j2")};
        }}
        for (uint32_t j1 = 0; j1 < {n1}; j1++) {{
            float a = {U(f"{r} * ({n1} * i1 + j1) + t")};
            for (uint32_t j2 = 0; j2 < {n2}; j2++)
                z[{n2} * j1 + j2] += a * scratch[j2];
        }}
    }}
""")  # fmt: skip


def pool(source: Source, name: str, W: Bank, takes: str) -> Product:
    """Write the means over the squares of a coarser picture. Shares are whole numbers of 1 / m of a row."""
    m, n = isqrt(W.m), isqrt(W.n)
    source.use("share")
    note(source, name, W, f": a picture of {m} x {m} becomes one of {n} x {n}")
    pixels = takes == "uint8_t"
    term = f"(2 * x[{m} * v + u] - 255)" if pixels else f"x[{m} * v + u]"
    weight = f"share({m}, {n}, v, p) * share({m}, {n}, u, q)"
    return made_of(source, name, takes, 0, f"""
for (int32_t p = 0; p < {n}; p++)
    for (int32_t q = 0; q < {n}; q++) {{
        {"int32_t sum = 0;" if pixels else "float sum = 0.0f;"}
        for (int32_t v = {m} * p / {n}; {n} * v < {m} * (p + 1); v++)
            for (int32_t u = {m} * q / {n}; {n} * u < {m} * (q + 1); u++)
                sum += {weight if pixels else f"(float)({weight})"} * {term};
        z[{n} * p + q] = {"(float)sum" if pixels else "sum"} * {number(1 / m**2 / (255 if pixels else 1))};
    }}
""")  # fmt: skip
