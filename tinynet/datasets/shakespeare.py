"""Tiny Shakespeare: 1,115,394 characters of his plays, 65 of them different. Downloaded.

The usual split keeps the order: the first 90 % to train, and of the rest one half to validate, the other to test,
1,003,854 / 55,770 / 55,770 characters. The training part shows all 65. One split is one sequence, N = 1: see
text.py for the ids, batches.py for batches.

Guessing each character of the test part by how often training shows it costs 4.85 bits; all 65 alike, 6.02.

Source: A. Karpathy (2015), char-rnn (the text is in the public domain; the repository says MIT).
"""

from .files import fetch
from .sequences import SequenceDataset
from .text import from_text

SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
URLS = ("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",)


def load() -> SequenceDataset:
    """Three parts of the text, 65 symbols; labels are the next characters. Raises DataError, see files.py."""
    path = fetch("tinyshakespeare", "input.txt", SHA256, URLS)
    return from_text(path.read_bytes().decode("ascii"), "shakespeare", "A. Karpathy (2015), char-rnn; public domain")
