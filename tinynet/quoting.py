"""Text that comes from a file, made fit to be shown: nothing in it can steer a terminal, and it does not fill one."""


def quoted(text: object, most: int = 300) -> str:
    r"""Return the text on one line: what is not printable becomes \x1b or \u202e, and `most` characters are kept."""
    text = str(text)
    shown = text if len(text) <= most else f"{text[:most]}.. ({len(text):,} characters)"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
