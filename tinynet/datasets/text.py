"""Text as a sequence of ids: one id a character, the number of its place in an alphabet.

    id of c = k  where  alphabet[k] = c,    for example "BET" in the alphabet "BTPSXVE" is 0 6 1

A text of n characters becomes one sequence, N = 1 and T = n: `inputs[0]` is the text, `labels[0]` the text moved
by one, with -1 at its last character. Cut it into batches with batches.py.

The alphabet of a data set is that of the whole text, sorted. A character that training never shows costs its full
price where it comes up; one that the text does not have at all is an error, not a guess.
"""

import os
from pathlib import Path

import numpy as np

from .base import DataError, Split
from .sequences import NOTHING, SequenceDataset

PARTS = (90, 95)  # percent of the text: where the training part ends, and where the validation part does


def from_text(text: str, name: str = "text", source: str = "") -> SequenceDataset:
    """The characters of any text, in order: the first 90 % to train, the next 5 % to validate, the rest to test.

    Raises ValueError where a part would have fewer than two characters, or there are more than 256 different ones.
    """
    a, b = (len(text) * part // 100 for part in PARTS)
    parts = {"train": text[:a], "valid": text[a:b], "test": text[b:]}
    for part, characters in parts.items():
        if len(characters) < 2:
            raise ValueError(
                f"{name}: a text of {len(text)} characters leaves {len(characters)} for {part}, and predicting"
                " one takes two; give at least 40"
            )
    alphabet, splits = alphabet_of(text), {}
    for part, characters in parts.items():
        ids = encode(characters, alphabet)
        splits[part] = Split(ids[None], np.append(ids[1:].astype(np.int64), NOTHING)[None])
    return SequenceDataset(**splits, name=name, alphabet=alphabet, source=source)


def from_file(path: str | os.PathLike) -> SequenceDataset:
    """The characters of a text file in UTF-8, split as `from_text` does. Raises DataError if it cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{os.fspath(path)!r} is no text file in UTF-8 that can be read: {error}") from error
    return from_text(text, Path(path).name, os.fspath(path))


def alphabet_of(text: str) -> str:
    """The characters of the text, each once, sorted."""
    return "".join(sorted(set(text)))


def encode(text: str, alphabet: str) -> np.ndarray:
    """The ids (n,), uint8, of the n characters. Raises ValueError for the first that is not in the alphabet."""
    known, codes = _code_points(_checked(alphabet)), _code_points(text)
    order = np.argsort(known)
    place = np.searchsorted(known, codes, sorter=order)
    ids = order[np.minimum(place, len(known) - 1)]  # right if the character is known at all
    unknown = np.flatnonzero(known[ids] != codes)
    if len(unknown):
        at = int(unknown[0])
        raise ValueError(
            f"{text[at]!r} at position {at} is not in the alphabet {alphabet!r};"
            " remove or replace it, or take an alphabet that has it"
        )
    return ids.astype(np.uint8)


def decode(ids: np.ndarray, alphabet: str) -> str:
    """The text of ids (n,). Raises ValueError for the first id that no character of the alphabet has."""
    ids = np.asarray(ids)
    if ids.ndim != 1 or not (ids.dtype.kind in "iu" or ids.size == 0):
        raise ValueError(f"decode: ids of shape {ids.shape}, dtype {ids.dtype}; give one row of integers")
    outside = np.flatnonzero((ids < 0) | (ids >= len(_checked(alphabet))))
    if len(outside):
        at = int(outside[0])
        raise ValueError(
            f"id {ids[at]} at position {at} is no character: the alphabet {alphabet!r} has 0 .. {len(alphabet) - 1};"
            " cut padding off, and decode with the alphabet that encoded"
        )
    return "".join([alphabet[k] for k in ids])


def _checked(alphabet: str) -> str:
    if not 1 <= len(alphabet) <= 256 or len(set(alphabet)) < len(alphabet):
        raise ValueError(
            f"an alphabet of {len(alphabet)} characters, {len(set(alphabet))} of them different: it must have 1 to"
            " 256, each once, for an id is one byte; alphabet_of(text) gives that of a text"
        )
    return alphabet


def _code_points(text: str) -> np.ndarray:
    """The Unicode number of each character, uint32 (n,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
