"""z = x W as a C function, for each method from what it stores.

A matrix that is made of others calls their functions: NAME_U, then NAME_V. Any nesting of methods works in this way.
"""

from __future__ import annotations

from math import prod

import numpy as np

from tinynet.exchange.c.codes import SHORT, coded, entries
from tinynet.exchange.c.designed import kronecker, pool, pruned
from tinynet.exchange.c.drawn import circulant, random_bank, sparse, supermask
from tinynet.exchange.c.rows import Product, by_rows, dense, made_of, note, seed, value
from tinynet.exchange.c.source import Source
from tinynet.parameterizations import (
    Bank,
    Binary,
    Circulant,
    Codebook,
    Coded,
    Columns,
    Dense,
    Fixed,
    Grid,
    Hashed,
    Kronecker,
    LowRank,
    Parameterization,
    Pruned,
    Quantized,
    Scaled,
    Sparse,
    Sum,
    Supermask,
    TensorTrain,
    Toeplitz,
)  # fmt: skip

CANCELLED = 1e-2  # of the longest column: a shorter one may be what is left of terms that cancel


def product(source: Source, name: str, W: Parameterization, takes: str = "float") -> Product:
    """Write the function z = x W. `takes`: the C type of x, "float", or "uint8_t" for pixels."""
    match W:
        case Dense():
            return dense(source, name, W, takes, W.weight()._data)
        case Quantized() | Binary() | Grid() | Codebook():
            return coded(source, name, W, takes)
        case Hashed():
            return _hashed(source, name, W, takes)
        case Sparse():
            return sparse(source, name, W, takes)
        case LowRank():
            return _low_rank(source, name, W, takes)
        case Pruned() if at := entries(source, f"{name}_w", W.values):
            return pruned(source, name, W, takes, at)
        case Circulant() if at := entries(source, f"{name}_c", W.c):
            return circulant(source, name, W, takes, at)
        case Kronecker() if all(isinstance(part, SHORT) for part in (W.UV.U, W.UV.V)):
            return kronecker(source, name, W, takes)
        case Supermask(inner=Binary(scale=None)):
            return supermask(source, name, W, takes)
        case Bank(kind="random"):
            return random_bank(source, name, W, takes)
        case Bank(kind="pool"):
            return pool(source, name, W, takes)
        case Scaled():
            return _scaled(source, name, W, takes)
        case Toeplitz():
            return _toeplitz(source, name, W, takes)
        case TensorTrain():
            return _tensor_train(source, name, W, takes)
        case Sum():
            return _sum(source, name, W, takes)
        case Columns():
            return _columns(source, name, W, takes)
        case Fixed():
            return product(source, name, W.W, takes)
        case Coded():
            return product(source, name, W.V, takes)  # its stream is for files; codes are easier to find in flash
    return dense(source, name, W, takes, W.weight()._data, ": no shorter way is known, so W itself")


def _hashed(source: Source, name: str, W: Hashed, takes: str) -> Product:
    inner = f"{name}_w"
    at = entries(source, inner, W.buckets)
    scratch, before = 0, ""
    if at is None:  # all K numbers at once: 1 times their matrix
        numbers = product(source, inner, W.buckets)
        scratch, at = W.K + numbers.scratch, lambda k: f"w[{k}]"
        before = f"const float one = 1.0f;\nfloat *w = scratch;\n{numbers.of('&one', 'w', f'scratch + {W.K}')}"
    source.use("bucket")
    note(source, name, W, f": {W.K} numbers, and which of them stands where by the hash of {W.seed}")
    row = f"""
        uint64_t h = row_hash({seed(W)}, BUCKET, i), xi = row_hash({seed(W)}, SIGN, i);
        for (uint32_t j = 0; j < {W.n}; j++) {{
            float w_k = {at(f"bucket(h, j, {W.K})")};
            z[j] += negative(xi, j) ? -x_i * w_k : x_i * w_k;
        }}
    """
    return by_rows(source, name, W, takes, row, before, scratch=scratch)


def _low_rank(source: Source, name: str, W: LowRank, takes: str) -> Product:
    k = W.V.m
    U = product(source, f"{name}_U", W.U, takes)
    V = product(source, f"{name}_V", W.V)
    note(source, name, W, f": x W = (x U) V, through {k} numbers")
    return made_of(source, name, takes, k + max(U.scratch, V.scratch), f"""
        {U.of("x", "scratch", f"scratch + {k}")}
        {V.of("scratch", "z", f"scratch + {k}")}
    """)  # fmt: skip


def _scaled(source: Source, name: str, W: Scaled, takes: str) -> Product:
    lengths = np.linalg.norm(W.V.weight()._data, axis=0)
    if W.normalize and not isinstance(W.V, SHORT) and (lengths[lengths > 0] < CANCELLED * lengths.max()).any():
        why = ": a column of V is but what rounding left of a sum, and made long again; so W itself"
        return dense(source, name, W, takes, W.weight()._data, why)
    V = product(source, f"{name}_V", W.V, takes)
    g = source.floats(f"{name}_g", W.column_scale()._data)
    note(source, name, W, ": x W = (x V) diag(g)")
    return made_of(source, name, takes, V.scratch, f"""
        {V.of("x", "z", "scratch")}
        for (uint32_t j = 0; j < {W.n}; j++)
            z[j] *= {g("j")};
    """)  # fmt: skip


def _sum(source: Source, name: str, W: Sum, takes: str) -> Product:
    A, B = (product(source, f"{name}_{part}", getattr(W, part), takes) for part in "AB")
    note(source, name, W, ": x W = x A + x B")
    return made_of(source, name, takes, W.n + max(A.scratch, B.scratch), f"""
        {A.of("x", "z", f"scratch + {W.n}")}
        {B.of("x", "scratch", f"scratch + {W.n}")}
        for (uint32_t j = 0; j < {W.n}; j++)
            z[j] += scratch[j];
    """)  # fmt: skip


def _columns(source: Source, name: str, W: Columns, takes: str) -> Product:
    blocks = [product(source, f"{name}_{i}", block, takes) for i, block in enumerate(W.blocks)]
    firsts = [sum(block.n for block in W.blocks[:i]) for i in range(len(blocks))]
    note(source, name, W, ": blocks of columns side by side")
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
    places = "vu" if d == 2 else "u"
    at = f"v * {side} + u" if d == 2 else "u"
    x = f"x[{at}]" if channels == 1 else f"x[({at}) * {channels} + c]"
    x = x if pixels else value(source, takes, x)
    if padding:
        x = f"{' || '.join(f'{place} < 0 || {place} >= {side}' for place in places)} ? 0.0f : {x}"
    loops = [f"for (int32_t {place} = {place}0; {place} < {place}0 + {kernel}; {place}++)" for place in places]
    loops += [f"for (int32_t c = 0; c < {channels}; c++)"] if channels > 1 else []
    moved = (f" * {stride}" if stride > 1 else "") + (f" - {padding}" if padding else "")
    firsts = [f"int32_t u0 = (int32_t)(p % {across}){moved};"]
    firsts += [f"int32_t v0 = (int32_t)(p / {across}){moved};"] if d == 2 else []
    window = "memory.window" if pixels else "scratch"
    call = K.of(window, f"z + {features} * p", "scratch" if pixels else f"scratch + {windows.size}")
    body = [*firsts, f"{'uint8_t' if pixels else 'float'} *to = {window};"]
    body += ["    " * depth + line for depth, line in enumerate([*loops, f"*to++ = {x};"])] + [call]
    note(source, name, W, f": {windows.positions} windows of {kernel} pixels a side, {stride} apart, each times K")
    inner = "\n    ".join(body)
    scratch = K.scratch + (0 if pixels else windows.size)
    return made_of(
        source, name, takes, scratch, f"for (uint32_t p = 0; p < {windows.positions}; p++) {{\n    {inner}\n}}"
    )


def _tensor_train(source: Source, name: str, W: TensorTrain, takes: str) -> Product:
    """Write the chain of cores: each turns one digit of the inputs' places into one of the outputs'."""
    cores = [product(source, f"{name}_{k}", core) for k, core in enumerate(W.train)]
    rest = [prod(W.a[k + 1 :]) for k in range(len(cores))]
    lead = [prod(W.b[:k]) for k in range(len(cores))]
    sizes = [lead[k] * core.n * rest[k] for k, core in enumerate(W.train)]
    row, out = max(core.m for core in W.train), max(core.n for core in W.train)
    size = max(sizes[:-1], default=0)  # of what lies between two cores; two of these, a row and what becomes of it
    body, read = ["float *row = scratch;", f"float *out = scratch + {row};"], "x"
    for k, (core, of_core) in enumerate(zip(W.train, cores, strict=True)):
        write = "z" if k == len(cores) - 1 else f"(out + {out + k % 2 * size})"
        entry = f"{read}[({core.m} * a + i) * {rest[k]} + q]"
        body.append(
            f"""
for (uint32_t a = 0; a < {lead[k]}; a++)
    for (uint32_t q = 0; q < {rest[k]}; q++) {{
        for (uint32_t i = 0; i < {core.m}; i++)
            row[i] = {entry if k else value(source, takes, entry)};
        {of_core.of("row", "out", f"out + {out + 2 * size}")}
        for (uint32_t j = 0; j < {core.n}; j++)
            {write}[({core.n} * a + j) * {rest[k]} + q] = out[j];
    }}""".strip("\n")
        )
        read = write
    note(source, name, W, f": a chain of {len(cores)} cores, digit by digit")
    scratch = row + out + 2 * size + max(core.scratch for core in cores)
    return made_of(source, name, takes, scratch, "\n".join(body))
