"""Keeping freed memory.

A training step allocates and frees the same large arrays again and again. glibc hands free memory at the top of the
heap back to the system once it is more than twice the largest block freed so far; the next step then takes it back page
by page, each a fault. Freeing one large block, whose pages were never touched, raises that threshold. Elsewhere than on
glibc it does nothing.
"""

from __future__ import annotations

import numpy as np

LARGEST = 2**25 - 2**16  # bytes, just below the 32 MiB up to which glibc's threshold follows


def keep_freed_memory() -> None:
    """Have the allocator keep up to 64 MiB of freed memory for the next step."""
    np.empty(LARGEST, np.uint8)
