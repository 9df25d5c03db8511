"""Text as a sequence of ids: the id of a character is its place in an alphabet.

    id of c = k  where  alphabet[k] = c,    for example "BET" in the alphabet "BTPSXVE" is 0 6 1

A text of n characters becomes one sequence, N = 1 and T = n: `inputs[0]` is the text, and `labels[0]` is the text
shifted by one, with -1 at its last character. batches.py cuts it into batches.

The alphabet of a data set holds the characters of the whole text, sorted. A character that training never shows still
counts in the loss wherever it comes up. A character that is not in the alphabet is an error, not a guess.
"""

import os
from pathlib import Path

import numpy as np

from tinynet.datasets.base import DataError, SequenceDataset, Split
from tinynet.datasets.padding import NOTHING

PARTS = (90, 95)  # percent of the text after which the training and the validation part end


def from_text(text: str, name: str = "text", source: str = "") -> SequenceDataset:
    """Return the data set of any text, in order: the first 90 % to train, the next 5 % to validate, the rest to test.

    Raises ValueError where a part would have fewer than two characters, or where more than 256 are different.
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
    """Return the data set of a text file in UTF-8, split as `from_text` does. Raises DataError if it cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{os.fspath(path)!r} is no text file in UTF-8 that can be read: {error}") from error
    return from_text(text, Path(path).name, os.fspath(path))


def alphabet_of(text: str) -> str:
    """Return the characters of the text, each once, sorted."""
    return "".join(sorted(set(text)))


def encode(text: str, alphabet: str) -> np.ndarray:
    """Return the ids (n,), uint8, of n characters. Raises ValueError for the first that is not in the alphabet."""
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
    """Return the text of ids (n,). Raises ValueError for the first id that no character of the alphabet has."""
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
    """Return the alphabet. ValueError unless it has 1 to 256 characters, all different."""
    if not 1 <= len(alphabet) <= 256 or len(set(alphabet)) < len(alphabet):
        raise ValueError(
            f"an alphabet of {len(alphabet)} characters, {len(set(alphabet))} of them different: it must have 1 to"
            " 256, each once, because an id is one byte; alphabet_of(text) returns the alphabet of a text"
        )
    return alphabet


def _code_points(text: str) -> np.ndarray:
    """Return the Unicode number of each character, uint32 (n,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
