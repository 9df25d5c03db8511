"""Each layer of a frozen network as a C function, and where the rows between the layers lie.

Rows of several kinds flow, most as in the frozen network:

    pixels     const uint8_t *     the input, which stays where the caller has it
    inputs     const float *       the same, where it is no pixels
    symbol     const uint32_t *    the same, where it is the number of a symbol
    signs      uint32_t *          32 to a word, bit 1 for +1
    numbers    float *
    state      float *             what a recurrent layer keeps from step to step, its output first
    sums       int32_t *           the scores of a network of integers
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tinynet.exchange.c.matrices import product
from tinynet.exchange.c.recurrent import cell
from tinynet.exchange.c.rows import made_of, value
from tinynet.exchange.c.source import Source, comment, number
from tinynet.frozen.bits import BitLinear
from tinynet.frozen.borders import FromPixels, FromSigns
from tinynet.frozen.network import Frozen, flat
from tinynet.frozen.sequence import FrozenSequence
from tinynet.frozen.stored import Stored, StoredLinear
from tinynet.layers.activations import ReLU, Sigmoid, Tanh
from tinynet.layers.base import Layer
from tinynet.layers.batchnorm import BatchNorm
from tinynet.layers.folding import Affine
from tinynet.layers.layernorm import LayerNorm
from tinynet.layers.signs import Rounded, Scale
from tinynet.sequences.recurrent import LSTM, RNN

TYPES = {
    "pixels": "uint8_t", "inputs": "float", "symbol": "uint32_t", "long_sums": "int64_t", "signs": "uint32_t",
    "sums": "int32_t", "state": "float", "numbers": "float", "window": "uint8_t",
}  # fmt: skip
MOVING = ("signs", "numbers")  # kinds whose rows lie in memory, in turn at its ends
APART = 2**22  # integers below it that differ still do after scaling in float32


class Step(NamedTuple):
    """A call of a layer's function: what it reads and writes, how many words of it, and the words of scratch."""

    name: str
    takes: str
    reads: int
    gives: str  # as `takes`, with as many words, where it works in place
    writes: int
    scratch: int = 0
    in_place: bool = False


def integers(frozen: Frozen | FrozenSequence) -> float | None:
    """Return what the integer scores of a network of bits are multiplied by; None for a network with floats in it."""
    layers, scale = [layer for _, layer in flat(frozen.layers)], 1.0
    while type(layers[-1]) is Scale:
        scale *= layers.pop().c  # type: ignore[attr-defined]
    *hidden, last = layers
    whole = isinstance(last, BitLinear) and last.bias is None and all(isinstance(layer, BitLinear) for layer in hidden)
    return scale if whole and last.bound < APART and scale > 0 else None  # type: ignore[attr-defined]


def steps(source: Source, frozen: Frozen | FrozenSequence, kind: str = "pixels") -> list[Step]:
    """Write the functions of all layers, and return their calls in order; `kind` of the input."""
    whole = integers(frozen) is not None
    done: list[Step] = []
    width = frozen.n_in
    todo = list(flat(frozen.layers))
    if kind == "symbol":
        source.use("zero")
        made_of(source, "symbol_row", TYPES[kind], 0, f"zero(z, {width}); /* but for a single 1 */\nz[*x] = 1.0f;")
        done.append(Step("symbol_row", kind, 1, "numbers", width))
        kind = "numbers"
    for i, (at, layer) in enumerate(todo):
        name = f"layer_{at.replace('.', '_')}"
        following = todo[i + 1][1] if i + 1 < len(todo) else None
        match layer:
            case FromPixels(takes="pixels") if isinstance(following, StoredLinear):
                continue  # its product reads the pixels themselves
            case Scale() if whole:
                continue
        source.texts.append(comment(f"---- layer {at}: {described(layer)}"))
        step = _step(source, name, layer, kind, width, whole)
        if step.in_place and kind == "state":  # which must stay as it is
            made_of(source, f"{name}_x", "float", 0, f"for (uint32_t j = 0; j < {width}; j++)\n    z[j] = x[j];")
            done.append(Step(f"{name}_x", kind, width, "numbers", width))
            step = step._replace(takes="numbers", gives="numbers")
        done.append(step)
        kind, width = step.gives, getattr(layer, "n_out", width)
    return done


def described(layer: Layer) -> str:
    """Return a layer in one line: its class, its settings, and how its matrix is stored."""
    settings = [f"{name}={value}" for name, value in layer.config().items() if not isinstance(value, dict | list)]
    methods = {name: getattr(layer, name, None) for name in ("weight", "recurrent")}
    method = [f"{name}={W!r}" for name, W in methods.items() if isinstance(W, Stored)]
    return f"{type(layer).__name__.removeprefix('Stored')}({', '.join(settings + method)})"


def _step(source: Source, name: str, layer: Layer, kind: str, width: int, whole: bool) -> Step:
    """Write the function of one layer, and return its call."""
    match layer:
        case BitLinear():
            return _bits(source, name, layer, "sums" if whole else "numbers")
        case StoredLinear():
            W = product(source, f"{name}_W", layer.weight.built(), TYPES[kind])
            if layer.bias is not None:
                b = source.floats(f"{name}_b", layer.bias.numpy())
                add = f"for (uint32_t j = 0; j < {layer.n_out}; j++)\n    z[j] += {b('j')};"
                W = made_of(source, name, TYPES[kind], W.scratch, f"{W.of('x', 'z', 'scratch')}\n{add}")
            return Step(W.name, kind, layer.n_in, "numbers", layer.n_out, W.scratch)
        case LSTM() | RNN():
            made = cell(source, name, layer, TYPES[kind])
            return Step(name, kind, layer.n_in, "state", layer.states * layer.n_hidden, made.scratch)
        case FromSigns():
            made_of(source, name, "uint32_t", 0, f"""
                for (uint32_t i = 0; i < {width}; i++)
                    z[i] = x[i / 32] >> i % 32 & 1 ? 1.0f : -1.0f;
            """)  # fmt: skip
            return Step(name, kind, _words(width), "numbers", width)
        case FromPixels():
            x_i = value(source, "uint8_t", "x[i]")
            made_of(source, name, "uint8_t", 0, f"for (uint32_t i = 0; i < {width}; i++)\n    z[i] = {x_i};")
            return Step(name, kind, width, "numbers", width)
    each, before = _elementwise(source, name, layer), ""
    if isinstance(layer, LayerNorm):
        source.use("standardize")
        before = f"standardize(x, {width});"
    source.add(
        """
        static void @name@(float *x)
        {
            @before@
            for (uint32_t j = 0; j < @width@; j++)
                x[j] = @value@;
        }
        """,
        name=name, width=width, value=each, before=before,
    )  # fmt: skip
    return Step(name, kind, width, kind, width, in_place=True)


def _elementwise(source: Source, name: str, layer: Layer) -> str:
    """Return what becomes of x[j]. ValueError for a layer that no function is known for."""
    match layer:
        case ReLU():
            return "x[j] > 0.0f ? x[j] : 0.0f"
        case Rounded() | Scale():
            scaled = f"{number(layer.c)} * x[j]"
            source.use(*(["math"] if isinstance(layer, Rounded) else []))
            return f"rintf({scaled})" if isinstance(layer, Rounded) else scaled
        case Tanh():
            source.use("math")
            return "tanhf(x[j])"
        case Sigmoid():
            source.use("sigmoid")
            return "sigmoid(x[j])"
        case LayerNorm():
            n, a, c = layer.n, layer.gamma.numpy(), np.zeros(layer.n) if layer.bias is None else layer.bias.numpy()
        case Affine():
            n, a, c = layer.channels, layer.a.numpy(), layer.c.numpy()
        case BatchNorm():
            n, a = layer.count, layer.gamma.numpy() / np.sqrt(layer.running_var.astype(np.float64) + layer.eps)
            c = layer.beta.numpy() - a * layer.running_mean
        case _:
            raise ValueError(f"{name.replace('_', ' ', 1)}, {type(layer).__name__}, has no form in C")
    j = "j" if n == layer.n else f"j % {n}"
    return f"{source.floats(f'{name}_a', a)(j)} * x[j] + {source.floats(f'{name}_c', c)(j)}"


def _bits(source: Source, name: str, layer: BitLinear, numbers: str) -> Step:
    """Write a layer of bits.

    A unit that is on for small sums, z < t, is on for -z >= 1 - t. So its row is stored with all signs turned over, and
    then no unit needs to say which way it goes.
    """
    n, words, signs = layer.n_in, _words(layer.n_in), layer.gives == "signs"
    rows = layer.weight.words.astype("<u8").view("<u4")[:, :words].astype(np.uint32)
    on = ""
    if signs:
        mask = np.full(words, 2**32 - 1, np.uint32)
        mask[-1] = (1 << (n - 32 * (words - 1))) - 1  # behind the last sign all bits stay 0
        rows = np.where(layer.flip[:, None], rows ^ mask, rows)
        t = np.where(layer.flip, 1 - layer.thresholds, layer.thresholds)
        small = np.abs(t).max() < 2**15
        on = source.array(f"{name}_thresholds", t.astype(np.int16 if small else np.int32))
    bits = source.array(f"{name}_bits", rows)
    of_pixels = layer.takes == "pixels"
    source.use("pixel_sum" if of_pixels else "bit_sum")
    z = f"pixel_sum(x, total, {bits}[j], {n})" if of_pixels else f"bit_sum(x, {bits}[j], {n})"
    total = f"int32_t total = sum(x, {n});" if of_pixels else ""
    if signs:
        body = f"""
            {total}
            for (uint32_t w = 0; w < {_words(layer.n_out)}; w++)
                z[w] = 0;
            for (uint32_t j = 0; j < {layer.n_out}; j++)
                if ({z} >= {on}[j])
                    z[j / 32] |= (uint32_t)1 << j % 32;
        """
    else:
        if numbers == "numbers":
            b = None if layer.bias is None else source.floats(f"{name}_b", layer.bias)
            z = f"(float){z}" + (f" + {b('j')}" if b else "")
        body = f"{total}\nfor (uint32_t j = 0; j < {layer.n_out}; j++)\n    z[j] = {z};"
    gives = "signs" if signs else numbers
    made_of(source, name, TYPES[layer.takes], 0, body, TYPES[gives])
    reads, writes = (n if of_pixels else words), (_words(layer.n_out) if signs else layer.n_out)
    return Step(name, layer.takes, reads, gives, writes)


def _words(n: int) -> int:
    """Return how many words of 32 bits hold n signs."""
    return -(-n // 32)


def placed(steps: Sequence[Step]) -> tuple[dict[str, int], list[str], str]:
    """Return the words of memory by kind of row, the calls with their places in it, and where the scores are.

    A layer reads one row and writes another, so rows lie in turn at the two ends of an array of their kind. It is as
    long as the most that any layer needs there: the row it reads, the row it writes, and its scratch, which is numbers,
    between them. Only states lie one behind the other, as each stays.
    """
    sizes: dict[str, int] = {}
    for step in steps:
        needed = {step.takes: step.reads} if step.takes in MOVING else {}
        if not step.in_place:
            needed[step.gives] = needed.get(step.gives, 0) + step.writes
        needed["numbers"] = needed.get("numbers", 0) + step.scratch
        sizes |= {kind: max(sizes.get(kind, 0), size) for kind, size in needed.items() if size and kind != "state"}
    first = steps[0].takes
    calls, x, at_start, state = [], "&symbol" if first == "symbol" else first, True, 0
    for step in steps:
        if step.in_place:
            calls.append(f"{step.name}({x});")
            continue
        low = step.reads if step.takes == "numbers" and at_start else 0  # where scratch begins
        if step.gives == "state":
            z, state = _place("state", state), state + step.writes
        else:
            at_start = not at_start if step.takes == step.gives else True
            z = _place(step.gives, 0 if at_start else sizes[step.gives] - step.writes)
            low = step.writes if step.gives == "numbers" and at_start else low
        calls.append(f"{step.name}({x}, {z}{', ' + _place('numbers', low) if step.scratch else ''});")
        x = z
    return sizes | ({"state": state} if state else {}), calls, x


def _place(kind: str, offset: int) -> str:
    return f"memory.{kind} + {offset}" if offset else f"memory.{kind}"
