"""ANS: codes in about as many bits as they hold information.

Packed codes take the same number of bits each. But in a trained layer some codes are frequent and others rare, and a
code of probability p holds only -log2 p bits of information. Asymmetric numeral systems (Duda 2013, arXiv 1311.2540)
come close to that. All codes together become one large number x. The numbers 0 .. 2^14 - 1 are shared out among the
possible codes as places, the more likely a code the more. A code with the f places from `low` on is put into x by

    x  <-  2^14 floor(x / f) + low + (x mod f)        so x grows by the factor 2^14 / f = 1 / p

and x mod 2^14 is a place of the code that went in last. So the decoder takes the codes out in reverse order. To keep x
below 2^32, its lowest 16 bits move to the stream when it gets too large, and back when it has become small.

The shares come from the codes that both sides have seen so far (shares.py). The decoder must know what the encoder
knew; so the encoder looks up all shares first, from the first code to the last, and puts the codes in from the last to
the first.

NumPy is slow for one code after the other. So the codes are dealt out to several lanes, each with its own x, one for
every 1,024 codes; the lanes take one step together. Each x must start at 2^16 or more. Rather than at 2^16 itself, it
starts at 2^16 plus a number whose digits are the last few codes, so a lane costs little more than one byte.
"""

from __future__ import annotations

import numpy as np

from tinynet.parameterizations.shares import PLACES, Shares

WORD, FULL = 16, 2**16  # bits; the least x


def _layout(shape: tuple[int, ...], base: int) -> tuple[int, int, int, np.ndarray]:
    """Return the number of codes and of lanes, how far back the code above stands, and powers for a lane's digits."""
    count, columns = int(np.prod(shape)), shape[-1]
    lanes = max(1, count // 1024)
    digits = min(count // lanes, max(k for k in range(1, WORD + 1) if base**k <= FULL))
    return count, lanes, columns * -(-lanes // columns), base ** np.arange(digits, dtype=np.int64)


def encode(codes: np.ndarray, base: int) -> np.ndarray:
    """Return a stream, uint16 (words,), of codes (.., columns) below `base`, at most 256."""
    count, lanes, back, powers = _layout(codes.shape, base)
    seen = np.concatenate([np.full(back, base), codes.ravel()]).astype(np.intp)
    x = FULL + powers @ seen[-len(powers) * lanes :].reshape(-1, lanes)
    count -= len(powers) * lanes
    shares, low, f = Shares(base), *np.empty((2, count), np.int64)
    for i in range(0, count, lanes):
        above, here = seen[i : i + lanes][: count - i], seen[back + i : back + count][:lanes]
        borders, lane = shares.borders(above), np.arange(len(here))
        low[i : i + lanes], f[i : i + lanes] = borders[lane, here], np.diff(borders)[lane, here]
        shares.note(above, here)

    words: list[np.ndarray] = []
    for i in reversed(range(0, count, lanes)):
        y, f_here = x[: count - i], f[i : i + lanes]  # the last step may leave lanes out
        large = y >= f_here << (2 * WORD - PLACES)
        words.append(y[large] % FULL)
        y[large] >>= WORD
        y[:] = (y // f_here << PLACES) + low[i : i + lanes] + y % f_here
    return np.concatenate([x % FULL, x >> WORD, *reversed(words)]).astype(np.uint16)


def decode(stream: np.ndarray, shape: tuple[int, ...], base: int) -> np.ndarray:
    """Return the codes, uint8 of the given shape. ValueError unless the stream is the one of these codes."""
    count, lanes, back, powers = _layout(shape, base)
    if stream.dtype != np.uint16 or stream.ndim != 1 or len(stream) < 2 * lanes:
        raise ValueError(
            f"a stream of {count} codes: uint16, {2 * lanes} or more, not {stream.dtype}{list(stream.shape)}"
        )
    words = stream.astype(np.int64)
    x, at = words[:lanes] + (words[lanes : 2 * lanes] << WORD), 2 * lanes
    seen, shares, well = np.full(back + count, base), Shares(base), x.min() >= FULL
    count -= len(powers) * lanes
    for i in range(0, count, lanes):
        above, y = seen[i : i + lanes][: count - i], x[: count - i]
        borders, place, lane = shares.borders(above), y % (1 << PLACES), np.arange(len(y))
        here = (borders[:, 1:] <= place[:, None]).sum(axis=1)
        low = borders[lane, here]
        y[:] = (y >> PLACES) * (borders[lane, here + 1] - low) + place - low
        small = np.flatnonzero(y < FULL)[: len(words) - at]  # where words are missing, x stays small to the end
        y[small] = (y[small] << WORD) + words[at : at + len(small)]
        at += len(small)
        seen[back + i : back + i + len(y)] = here
        shares.note(above, here)
    if not (well and at == len(words) and x.min() >= FULL and x.max() < FULL + base * powers[-1]):
        raise ValueError(f"a stream does not end with its {len(seen) - back} codes: it was cut, changed or goes on")
    seen[back + count :] = ((x - FULL) // powers[:, None] % base).ravel()
    return seen[back:].astype(np.uint8).reshape(shape)
