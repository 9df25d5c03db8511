"""Find the equations in docstrings and comments, and turn them into TeX.

One rule decides what is mathematics: a stretch of text is an equation if it holds a relation (=, <-, ->, <=) or a
derivative dL/dx, and every word in it is one that stands here. Anything else stays as it is written. So the source
needs no marks for the site's sake, and what is not understood is still there to read.

    W[i, j] = xi(i, j) w[h(i, j)]        W_{i, j} = \\xi(i, j) \\, w_{h(i, j)}
"""

import re
from collections.abc import Iterator

GREEK = {"alpha", "beta", "gamma", "epsilon", "eta", "lambda", "mu", "sigma", "xi"}
FUNCTIONS = {"exp": r"\exp", "log": r"\log", "tanh": r"\tanh", "max": r"\max", "min": r"\min", "sum": r"\sum"} | {
    name: rf"\operatorname{{{name}}}" for name in ("clip", "diag", "mean", "round", "sign", "softmax", "sqrt")
}
NAMES = {name: rf"\mathit{{{name.replace('_', chr(92) + '_')}}}" for name in ("lr", "schedule", "progress")}
KNOWN = NAMES | FUNCTIONS | {name: rf"\{name}" for name in GREEK}
SIGNS = {
    "=": "=", "<-": r"\leftarrow", "->": r"\to", "<=": r"\le", ">=": r"\ge", "<": "<", ">": ">", "+-": r"\pm", "+": "+",
    "-": "-", "*": r"\cdot", "/": "/", "|": "|", ",": ",", "..": r"\dots", "(": "(", ")": ")", "[": "[", "]": "]",
    "^": "^",
}  # fmt: skip
RELATIONS = {"=", "<-", "->", "<="}
PARTS = {
    "word": r"\b(?:sum of|sum over|over all|the uses|over|of|with|for|and|where)\b",
    "derivative": r"\bd[A-Za-z]/d[A-Za-z]\b",
    "name": r"[A-Za-z]+\d?(?:_[a-z0-9]+)*",
    "number": r"\d+(?:\.\d+)?",
    "sign": r"<-|->|<=|>=|\+-|\.\.|[-=<>+*/|,()\[\]^]",
    "space": r" +",
    "other": r".",
}
TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in PARTS.items()), re.DOTALL)
SUM = re.compile(r"sum of (.+) over all (.+) with (.+)")


def whole(text: str) -> str | None:
    """Return a text as TeX if all of it is an equation, which may hold a few words; else None."""
    if found := SUM.search(text):
        term, places, condition = (_tex(_tokens(part), words=False) for part in found.groups())
        left = _tex(_tokens(text[: found.start()]), words=False)
        if None not in (left, term, places, condition):
            return rf"{left} \sum_{{{places}\,:\;{condition}}} {term}"
    tokens = _tokens(text)
    return _tex(tokens, words=True) if _relates(tokens) else None


def inside(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield the stretches of a text in order: each with its TeX if it is an equation, else with None."""
    plain, stretch = "", list[tuple[str, str]]()
    for kind, token in [*_tokens(text), ("other", "")]:
        if kind in ("other", "word") or (kind == "name" and _name(token) is None) or _closes_sentence(stretch, token):
            for piece, tex in _split(stretch):
                if tex is None:
                    plain += piece
                else:
                    yield from [(plain, None)] * bool(plain)
                    yield piece, tex
                    plain = ""
            plain, stretch = plain + token, []
        else:
            stretch.append((kind, token))
    if plain:
        yield plain, None


def _closes_sentence(stretch: list[tuple[str, str]], token: str) -> bool:
    """Return whether a comma or a closing bracket belongs to the text around an equation."""
    signs = [each for kind, each in stretch if kind == "sign"]
    depth = sum(each in "([" for each in signs) - sum(each in ")]" for each in signs)
    return token in (",", ")", "]") and depth <= 0


def _split(stretch: list[tuple[str, str]]) -> Iterator[tuple[str, str | None]]:
    """Yield what a stretch of mathematical tokens holds: words of the sentence, the equation, words again."""
    first, last = 0, len(stretch)
    while first < last and (stretch[first][0] == "space" or stretch[first][1] in ("a", "I", "A", ",", "..", "-")):
        first += 1
    while last > first and (stretch[last - 1][0] == "space" or stretch[last - 1][1] in ("a", "I", ",", "..", "-")):
        last -= 1
    if stretch[first:last] and stretch[first][1] == "(" and _tex(stretch[first:last], words=False) is None:
        first += 1
    tex = _tex(stretch[first:last], words=False) if _relates(stretch[first:last]) else None
    for piece, its in ((stretch[:first], None), (stretch[first:last], tex), (stretch[last:], None)):
        if piece:
            yield "".join(token for _, token in piece), its


def _tokens(text: str) -> list[tuple[str, str]]:
    return [(str(found.lastgroup), found[0]) for found in TOKEN.finditer(text)]


def _relates(tokens: list[tuple[str, str]]) -> bool:
    """Return whether there is something to say: a relation between two sides, or a derivative."""
    sides = [token for kind, token in tokens if kind != "space"]
    between = any(token in RELATIONS for token in sides[1:-1])
    return between or any(kind == "derivative" for kind, _ in tokens)


def _name(token: str) -> str | None:
    """Return a name in TeX, with its indices below it, or None if it is none that equations use."""
    if token in KNOWN:
        return KNOWN[token]
    base, *indices = token.split("_")
    digit = re.fullmatch(r"([A-Za-z]|log)(\d)", base)
    if digit:
        base, indices = digit[1], [digit[2], *indices]
    if base not in KNOWN and len(base) > 1:
        return None
    if any(len(index) > 1 for index in indices):
        return None
    return KNOWN.get(base, base) + (f"_{{{' '.join(indices)}}}" if indices else "")


def _tex(tokens: list[tuple[str, str]], words: bool) -> str | None:
    """Return tokens as TeX, or None if one is unknown or a bracket is left open."""
    out, closing, after = [], [], ""  # after: the token before this one, "" behind a space or a sign
    for kind, token in tokens:
        if kind == "other" or (kind == "word" and not words):
            return None
        if kind == "space":
            out.append(" ")
            after = "" if after != ")" else after
            continue
        if kind == "derivative":
            over, below = re.findall(r"d([A-Za-z])", token)
            out.append(rf"\frac{{\partial {over}}}{{\partial {below}")
            closing.append("}")  # an index may follow: dL/dw[k]
            after = "derivative"
            continue
        if closing and closing[-1] == "}" and token != "[":
            out.append(closing.pop())  # no index: the denominator ends
        if token in ("[", "("):
            index = token == "[" and after not in ("", ")") and out[-1] != " "
            power = token == "(" and after == "^"
            out.append("_{" if index else "{" if power else token)
            closing.append("}]" if index else "})" if power else token)
        elif token in ("]", ")"):
            opened = closing.pop() if closing else ""
            if opened not in ("}" + token, "[", "("):
                return None
            out.append("}" if opened.startswith("}") else token)
            while closing and closing[-1] == "}":
                out.append(closing.pop())
            after = ")"
            continue
        elif kind == "word":
            out.append(rf"\text{{ {token} }}")
        elif kind == "sign":
            out.append(f" {SIGNS[token]} ")
        elif kind == "number":
            out.append(token if after != "^" else f"{{{token}}}")
        else:
            name = _name(token)
            if name is None:
                return None
            out.append(f"{name}" if name == token else f"{name} ")
        after = token if kind in ("name", "number") or token == "^" else ""
    out += [closing.pop() for each in list(closing) if closing[-1] == "}"]
    return None if closing else re.sub(r"(?<!\\) +", " ", "".join(out)).replace(r" } \text{ ", " ").strip()
