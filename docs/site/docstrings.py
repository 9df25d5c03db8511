"""An extension of griffe, which reads the docstrings for the reference."""

import re

import griffe

SECTIONS = {"Args:", "Attributes:", "Examples:", "Raises:", "Returns:", "Yields:"}
INDENTED = re.compile(r"^(?![-*\d ])(.+)\n(?=    +\S)", re.MULTILINE)  # a line of text, directly followed by a block


class PlainBlocks(griffe.Extension):
    """Show an indented block of a docstring as it stands, also where no blank line precedes it.

    Markdown would run such lines together with the text above, and griffe would make a box of them below a title such
    as "In reading order:".
    """

    def on_instance(self, *, obj: griffe.Object | griffe.Alias, **_: object) -> None:
        if obj.docstring:
            obj.docstring.value = INDENTED.sub(_set_apart, obj.docstring.value)


def _set_apart(line: re.Match) -> str:
    return line[0] if line[1] in SECTIONS else f"{line[0]}\n"
