"""Text from a file is shown on one line, harmless and short."""

import pytest

from tinynet.quoting import quoted


@pytest.mark.parametrize(
    "text, shown",
    [
        ("a layer, 4 x 3", "a layer, 4 x 3"),
        ("\u00e9\u65e5\N{GRINNING FACE}", "\u00e9\u65e5\N{GRINNING FACE}"),
        ("\x1b[31m\n\0\x7f", r"\x1b[31m\n\x00\x7f"),
        ("\u202eabc\u200b\ud800", r"\u202eabc\u200b\ud800"),
        ("\N{TAG SPACE}", r"\U000e0020"),
        (ValueError("no"), "no"),
    ],
)
def test_what_is_not_printable_is_escaped(text, shown):
    assert quoted(text) == shown


def test_what_is_long_is_cut_and_says_how_long_it_was():
    assert quoted("x" * 450_000, 5) == "xxxxx.. (450,000 characters)"
    assert quoted("x" * 5, 5) == "xxxxx"


def test_some_characters_can_be_kept():
    assert quoted("a\n\tb\r", keep="\n\t") == "a\n\tb\\r"
