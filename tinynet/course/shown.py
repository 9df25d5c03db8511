"""What a lesson's cells gave, as HTML: when the site is built, and in a browser tab that runs the cells again.

Each kind of result that `recording.py` lists has one function here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import Any

Found = dict[str, Any]  # one result


def shown(results: list[Found]) -> str:
    """Return the results of a cell as HTML; pictures are named as `figures/FILE`."""
    return "".join(SHOWN[each["kind"]](each) for each in results)


def _text(found: Found) -> str:
    return f'<pre class="printed" tabindex="0">{escape(found["text"].rstrip())}</pre>' * bool(found["text"].strip())


def _error(found: Found) -> str:
    return f'<pre class="error" tabindex="0" role="alert">{escape(found["text"].rstrip())}</pre>'


def _question(found: Found) -> str:
    data = f"data-choices='{escape(json.dumps(found['choices']))}' data-share='{json.dumps(found['share'])}'"
    choices = f" ({' / '.join(found['choices'])})" if found["choices"] else ""
    asked = f'<span class="asked">{escape(found["text"])}</span>{escape(choices)}'
    return f'<div class="question" data-question="{escape(found["name"])}" {data}><p>Your guess: {asked}</p></div>'


def _answer(found: Found) -> str:
    data = f"data-result='{escape(json.dumps(found['result']))}' data-share='{json.dumps(found['share'])}'"
    asked, _, said = found["text"].rstrip().rpartition("\n")
    before = f"{escape(asked)}<br>" if asked else ""
    name, printed = escape(found["name"]), escape(found["printed"])
    return f'<p class="answer" data-question="{name}" data-printed="{printed}" {data}>{before}<b>{escape(said)}</b></p>'


def _exercise(found: Found) -> str:
    said = found["text"].strip().partition("; `tinynet grade")[0].removesuffix(".")
    return f'<p class="whose">{escape(said)}.</p>'


def _figure(found: Found) -> str:
    return f'<figure><img src="figures/{found["file"]}" alt="{escape(found["alt"])}" loading="lazy"></figure>'


def _verdict(found: Found) -> str:
    rows = "".join(
        f'<tr class="{"yes" if held else "no"}"><td>{"yes" if held else "no"}</td><td>{escape(statement)}'
        f"{f'<br><small>{escape(numbers)}</small>' * bool(numbers)}</td></tr>"
        for statement, (held, numbers) in found["statements"].items()
    )
    return f'<table class="verdict"><caption>Verdict on {found["claim"]}</caption><tbody>{rows}</tbody></table>'


def _page(found: Found) -> str:
    return f'<p><a href="figures/{found["file"]}">The page of this run</a></p>'


SHOWN: dict[str, Callable[[Found], str]] = {
    "text": _text, "error": _error, "question": _question, "answer": _answer, "exercise": _exercise, "figure": _figure,
    "verdict": _verdict, "page": _page,
}  # fmt: skip
