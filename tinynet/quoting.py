"""Text that comes from a file, made fit to be shown: nothing in it can steer a terminal, and it does not fill one."""


def quoted(text: object, most: int = 300, keep: str = "") -> str:
    r"""Return `most` characters of the text; what is not printable, nor in `keep`, is written as \x1b or \u202e."""
    text = str(text)
    shown = text if len(text) <= most else f"{text[:most]}.. ({len(text):,} characters)"
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in shown)
