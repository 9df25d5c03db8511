"""Files from the internet: found, checked, or downloaded once and kept.

A file is looked for in this order:

1. $TINYNET_DATA/<folder>/<filename>, a folder of data that you already have; it is never written to;
2. the cache: $TINYNET_CACHE/<folder>/<filename>, by default the cache folder of your system;
3. the public mirrors, one after the other; what they give goes into the cache.

Wherever it is found, its sha256 must be the one in the source: a file that differs in one bit is an error, not a
slightly worse result. pooch downloads to a temporary file and moves it only when the hash is right, so the cache never
holds half a file.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from tinynet.datasets.base import DataError


def local(folder: str, filename: str, sha256: str) -> Path | None:
    """Return the path of <folder>/<filename> in $TINYNET_DATA; None if it is not there or the variable is not set.

    Raises DataError if the file there has another sha256, or if the variable does not name a folder.
    """
    root = os.environ.get("TINYNET_DATA")
    if not root:
        return None
    if not Path(root).is_dir():
        raise DataError(f"TINYNET_DATA is {root!r}, which is not a folder. Correct it, or unset it to download.")
    path = Path(root) / folder / filename
    if not path.is_file():
        return None
    if (seen := _sha256(path)) != sha256:
        raise DataError(
            f"{path} is damaged or another version: expected sha256 {sha256}, got {seen}."
            " Replace or remove that file, or unset TINYNET_DATA to download it."
        )
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(folder: str, filename: str, sha256: str, urls: Sequence[str]) -> Path:
    """Return the path of the file with this sha256: in $TINYNET_DATA, in the cache, or from the first URL that has it.

    Raises DataError, with the reason for each mirror, if no mirror gives that file or the disk refuses it.
    """
    path = local(folder, filename, sha256)
    if path is not None:
        return path

    import pooch
    import requests

    cache = Path(os.environ.get("TINYNET_CACHE") or pooch.os_cache("tinynet")) / folder
    kept, failures = cache / filename, []
    if kept.is_file() and (seen := _sha256(kept)) != sha256:
        failures.append(f"  {kept} is damaged: expected sha256 {sha256}, got {seen}")
    for url in urls:
        shelf = pooch.create(cache, "", registry={filename: sha256}, urls={filename: url}, retry_if_failed=1)
        try:
            return Path(shelf.fetch(filename))
        except (requests.RequestException, ValueError) as error:  # no network, no such page, or a wrong hash
            failures.append(f"  {url}: {error}")
        except OSError as error:  # the disk, not the network: another mirror would not help
            raise DataError(
                f"{filename} cannot be stored in {cache}: {error}."
                " Free some space, or set TINYNET_CACHE to a folder that can be written."
            ) from error
    advice = (
        "Check the network and try again, or put the file at"
        f" <a folder>/{folder}/{filename} and set TINYNET_DATA to <a folder>."
    )
    raise DataError("\n".join([f"{folder}/{filename} could not be downloaded:", *failures, advice]))
