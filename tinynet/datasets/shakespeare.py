"""Tiny Shakespeare: 1,115,394 characters of his plays, 65 of them different. Downloaded.

The usual split keeps the order: the first 90 % to train, then one half of the rest to validate and the other to test,
1,003,854 / 55,770 / 55,770 characters. The training part shows all 65. A split is a single sequence, N = 1; text.py
says what its ids are, and batches.py cuts it into batches.

Guessing every character of the test part by its frequency in training costs 4.85 bits; taking all 65 for equally
likely costs 6.02.

Source: A. Karpathy (2015), char-rnn (the text is in the public domain; the repository says MIT).
"""

from tinynet.datasets.base import SequenceDataset
from tinynet.datasets.download import fetch
from tinynet.datasets.text import from_text

SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
URLS = ("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",)


def load() -> SequenceDataset:
    """Return three parts of the text, 65 symbols; labels are the next characters. Raises DataError if there is none."""
    path = fetch("tinyshakespeare", "input.txt", SHA256, URLS)
    return from_text(path.read_bytes().decode("ascii"), "shakespeare", "A. Karpathy (2015), char-rnn; public domain")
