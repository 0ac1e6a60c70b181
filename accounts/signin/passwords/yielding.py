"""Threads that let everybody else go first: where there is more to do than cores to do it, they get what is left.

Linux gives each thread a priority of its own; elsewhere these are threads like any other.
"""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

# A thread so nice gets a third of what others get while they want a core, and all of it while they do not.
NICENESS = 5
_T = TypeVar("_T")


class YieldingThreads:
    """At most `count`, which are made as they are needed and kept."""

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(count, "yielding", initializer=_yield_to_others)

    def run(self, work: Callable[[], _T]) -> _T:
        """What `work` returns or raises; the caller's thread waits for it."""
        return self._pool.submit(work).result()


def _yield_to_others() -> None:
    # Nobody without rights may take it back, which is why these threads do nothing else.
    if sys.platform == "linux":
        with suppress(OSError):  # A sandbox may forbid it.
            here = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, here, os.getpriority(os.PRIO_PROCESS, here) + NICENESS)
