"""Whom a token spoke for a moment ago, in this process: asked anew at the latest after a second.

A program that asks often would otherwise wait for the same rows each time. So whatever ends a token
or a right is true a second later in every process, and at once in the one that did it.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction

# The promise of docs/api.md. Counted from before the database was asked.
SECONDS = 1.0
# More than one process can answer in that time; a few kilobytes each.
MOST = 1000


class _Memory:
    """`ends` is another number after each `clear`: what was asked for before that, and is answered after it,
    is not kept."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[float, Any]] = {}
        self.ends = 0

    def clear(self) -> None:
        self.ends += 1
        self.known.clear()


_memory = _Memory()


def remembered(key: str, find: Callable[[], Any]) -> Any:
    """What `find` gives, or what it gave for this key within the last second; None is asked again.

    Many requests share what they are given: it is for those that only read.
    """
    now, ends = time.time(), _memory.ends
    at, found = _memory.known.get(key, (0.0, None))
    if found is not None and 0 <= now - at < SECONDS:
        return found
    if (found := find()) is not None and ends == _memory.ends:
        if len(_memory.known) >= MOST:
            _memory.known.clear()
        _memory.known[key] = now, found
    return found


def forget() -> None:
    """Everybody is asked for anew, now and once more after the transaction: others may read until then."""
    _memory.clear()
    transaction.on_commit(_memory.clear)
