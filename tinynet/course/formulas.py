r"""LaTeX formulas as a terminal can show them: $\frac{\partial L}{\partial z_k} = g_k (1 - a_k^2)$ becomes

    ∂L/∂z_k = g_k (1 - a_k^2)

Braces that group are kept, and both sides of a fraction get brackets where they need them, so that no formula changes
its meaning. A macro that has no plain form stays as it is written; to leave it out would change the formula.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

MATH = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+(?:\n[^$\n]+)*)\$", re.DOTALL)
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)  # left as it is
ONE = re.compile(r"∂? ?(\d+|[^\W\d][\u0300-\u036f]?)(_\w|_\{\w+\})?")  # a symbol or a number needs no brackets
SIGNS = re.compile(r" *([=≈←≤≥·]) *")
TIGHT = re.compile(r"(?<=[∂⟨\u2003]) +| +(?=[⟩,\u2003])|(?<=^±) +")  # no space belongs here
NAMES = ("log", "ln", "exp", "tanh", "max", "min")  # functions; tanh z must not become tanhz
SPACES = (",", ";")
NOTHING = ("!", "left", "right", "big", "Big", "bigl", "bigr")  # a space taken back, and larger brackets


def readable(markdown: str) -> str:
    """Return the Markdown with each formula turned into code, in the line or as a block of its own."""
    parts = CODE.split(markdown)
    return "".join(part if i % 2 else MATH.sub(_replace, part) for i, part in enumerate(parts))


def _replace(match: re.Match[str]) -> str:
    latex = (match[1] or match[2]).replace(r"\operatorname", r"\mathrm")
    text = _converter().latex_to_text(latex)
    text = TIGHT.sub("", re.sub("[ \n]+", " ", SIGNS.sub(r" \1 ", text)).strip())
    return f"\n\n    {text}\n\n" if match[1] else f"`{text}`"


def _name(node: Any) -> str:
    return str(node.macroname + node.macro_post_space)


def _fraction(node: Any, l2tobj: Any) -> str:
    return "/".join(_bracketed(argument, l2tobj) for argument in node.nodeargd.argnlist)


def _bracketed(argument: Any, l2tobj: Any) -> str:
    text = l2tobj.nodelist_to_text(getattr(argument, "nodelist", None) or [argument])
    return text if ONE.fullmatch(text) else f"({text})"


@cache
def _converter() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

    known = get_default_latex_context_db()
    own = [MacroTextSpec(name, simplify_repl=_name) for name in NAMES]
    own += [MacroTextSpec(name, simplify_repl=" ") for name in SPACES]
    own += [MacroTextSpec(name, simplify_repl="") for name in NOTHING]
    own += [MacroTextSpec("|", simplify_repl="‖"), MacroTextSpec("Vert", simplify_repl="‖")]
    own += [MacroTextSpec("frac", simplify_repl=_fraction), MacroTextSpec("qquad", simplify_repl="\u2003\u2003")]
    own += [MacroTextSpec("overline", simplify_repl="bar(%s)")]
    known.add_context_category("own", prepend=True, macros=own)
    known.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=lambda node: node.latex_verbatim()))
    return LatexNodes2Text(
        latex_context=known, math_mode="text", keep_braced_groups=True, keep_braced_groups_minlen=2,
        strict_latex_spaces={"between-macro-and-chars": False, "between-latex-constructs": True},
    )  # fmt: skip
