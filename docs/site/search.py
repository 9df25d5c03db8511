"""The search's index, made shorter: every page loads it, whether a reader searches or not.

Of each section it keeps the title and the first words. Whole it was larger than all else that a page loads.
"""

import json
import re
from pathlib import Path

KEPT = 500  # characters of a section


def shorten(site: Path) -> None:
    """Cut the texts of the index that MkDocs has written."""
    path = site / "search/search_index.json"
    index = json.loads(path.read_text("utf-8"))
    for section in index["docs"]:
        section["text"] = first_words(section["text"])
    path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), "utf-8")


def first_words(html: str) -> str:
    """Return the text of some HTML up to the last whole word within KEPT characters."""
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()
    return text if len(text) <= KEPT else text[:KEPT].rpartition(" ")[0]
