"""ANS: codes in about as many bits as they hold information.

Packed codes take the same number of bits each. But of a trained layer's codes some are frequent and others rare, and a
code of probability p holds only -log2 p bits of information. Asymmetric numeral systems (Duda 2013, arXiv 1311.2540)
reach that: all codes together become one large number x. To put in a code whose share of 2^14 places is f places from
`low` on, make room for it,

    x  <-  2^14 floor(x / f) + low + (x mod f)        so x grows by the factor 2^14 / f = 1 / p

and the last places of x say which code went in last. So the decoder takes out the codes in reverse order. To keep x
below 2^32, its lowest 16 bits move to the stream when it gets too large, and back when it has become small.

Where do the shares come from? Both sides count the codes that they have seen, so no table is stored (`Shares`). The
decoder must know what the encoder knew; so the encoder looks up all shares first, and puts the codes in from the last
to the first. Neighbouring inputs often have similar weights: so the counts are kept apart by the code one row up.

NumPy is slow for one code after the other. So the codes are dealt out to several lanes, each with its own x, one for
every 1,024 codes; the lanes take one step together. A lane costs about three bytes.
"""

from __future__ import annotations

import numpy as np

PLACES, WORD, FULL = 14, 16, 2**16  # bits; bits; the least x, which is that of an empty lane
TRUST = 4  # how many codes of each kind must be seen below some code until they count as much as all codes together


class Shares:
    """What both sides know: counts by the code above, plus TRUST * base codes that are spread as all codes are."""

    def __init__(self, base: int) -> None:
        self.base, self.least = base, np.arange(base + 1)  # each code keeps one place, even if it was never seen
        self.counts = np.zeros((base + 1, base), np.int64)  # by the code above; the last row: there is none

    def borders(self, above: np.ndarray) -> np.ndarray:
        """Return where the places of each code begin, and the end, int64 (lanes, base + 1)."""
        of_all = self._spread(2 * self.counts.sum(axis=0) + 1, 16 * TRUST * self.base)
        return self._spread(16 * self.counts[above] + np.diff(of_all), 1 << PLACES)

    def _spread(self, weights: np.ndarray, places: int) -> np.ndarray:  # integers are the same on every machine
        sums = np.zeros((*weights.shape[:-1], self.base + 1), np.int64)
        np.cumsum(weights, axis=-1, out=sums[..., 1:])
        return sums * (places - self.base) // sums[..., -1:] + self.least

    def note(self, above: np.ndarray, codes: np.ndarray) -> None:
        """Count codes that were seen."""
        np.add.at(self.counts, (above, codes), 1)


def _layout(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Return the number of codes, of lanes, and how far back the code above stands, at least as far as all lanes."""
    count, columns = int(np.prod(shape)), shape[-1]
    lanes = max(1, count // 1024)
    return count, lanes, columns * -(-lanes // columns)


def encode(codes: np.ndarray, base: int) -> np.ndarray:
    """Return a stream, uint16 (words,), of codes (.., columns) below `base`, at most 256."""
    count, lanes, back = _layout(codes.shape)
    seen = np.concatenate([np.full(back, base), codes.ravel()]).astype(np.intp)
    shares, low, f = Shares(base), *np.empty((2, count), np.int64)
    for i in range(0, count, lanes):
        above, here = seen[i : i + lanes][: count - i], seen[back + i : back + i + lanes]
        borders, lane = shares.borders(above), np.arange(len(here))
        low[i : i + lanes], f[i : i + lanes] = borders[lane, here], np.diff(borders)[lane, here]
        shares.note(above, here)

    x, words = np.full(lanes, FULL, np.int64), list[np.ndarray]()
    for i in range((count - 1) // lanes * lanes, -1, -lanes):
        y, f_here = x[: count - i], f[i : i + lanes]  # the last step may leave lanes out
        large = y >= f_here << (2 * WORD - PLACES)
        words.append(y[large][::-1] % FULL)
        y[large] >>= WORD
        y[:] = (y // f_here << PLACES) + low[i : i + lanes] + y % f_here
    return np.concatenate([x % FULL, x >> WORD, np.concatenate(words)[::-1]]).astype(np.uint16)


def decode(stream: np.ndarray, shape: tuple[int, ...], base: int) -> np.ndarray:
    """Return the codes, uint8 of the given shape. ValueError unless the stream holds exactly these."""
    count, lanes, back = _layout(shape)
    if stream.dtype != np.uint16 or stream.ndim != 1 or len(stream) < 2 * lanes:
        raise ValueError(
            f"a stream of {count} codes: uint16, {2 * lanes} or more, not {stream.dtype}{list(stream.shape)}"
        )
    words = stream.astype(np.int64)
    x, at = words[:lanes] + (words[lanes : 2 * lanes] << WORD), 2 * lanes
    seen, shares = np.full(back + count, base), Shares(base)
    for i in range(0, count, lanes):
        above, y = seen[i : i + lanes][: count - i], x[: count - i]
        borders, place, lane = shares.borders(above), y % (1 << PLACES), np.arange(len(y))
        here = (borders[:, 1:] <= place[:, None]).sum(axis=1)
        low = borders[lane, here]
        y[:] = (y >> PLACES) * (borders[lane, here + 1] - low) + place - low
        small = np.flatnonzero(y < FULL)[: len(words) - at]  # where words are missing, x does not end as it began
        y[small] = (y[small] << WORD) + words[at : at + len(small)]
        at += len(small)
        seen[back + i : back + i + lanes] = here
        shares.note(above, here)
    if at < len(words) or (x != FULL).any():
        raise ValueError(f"a stream does not end with its {count} codes: it was cut, changed or goes on")
    return seen[back:].astype(np.uint8).reshape(shape)
