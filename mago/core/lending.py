"""Between requests connections wait for whoever comes next; the one that was used last goes first.

Django keeps one for each thread, and the web server's threads take turns, so that each of a dozen is used seldom. On
SQLite it then finds that another has written, and reads each page anew that it had in memory (seven, for a request that writes
one row); on PostgreSQL each is a process. Lent, there are as many as there are requests at the same moment.
"""

import time
from collections import deque
from threading import Thread
from typing import Any, NamedTuple, Protocol

from .threads import Will, keep, release

# Seconds that a connection waits before it is closed: fewer requests come at once now than did before.
LONGEST = 15.0


class Borrower(Protocol):
    """A thread's DatabaseWrapper. `lent` names what of it goes along with a connection."""

    lent: tuple[str, ...]
    connection: Any

    def is_usable(self) -> bool: ...
    def is_at_rest(self) -> bool: ...
    def close(self) -> None: ...


class _Waiting(NamedTuple):
    since: float
    # Closes the connection when nothing holds it any more.
    will: Will | None
    lent: list[Any]


_waiting: deque[_Waiting] | None = None


def begin() -> None:
    """From now on connections of this process are lent."""
    global _waiting  # noqa: PLW0603 - one a process
    _waiting = deque()
    Thread(target=_let_go, args=(_waiting,), name="mago-lending", daemon=True).start()


def borrow(wrapper: Any) -> bool:
    """Whether the wrapper has a connection now, one that waited; it is as if it had been opened."""
    while _waiting:
        try:
            waiting = _waiting.pop()
        except IndexError:  # Another thread was quicker.
            break
        for name, value in zip(wrapper.lent, waiting.lent, strict=True):
            setattr(wrapper, name, value)
        keep(wrapper, waiting.will)
        _as_opened(wrapper)
        if wrapper.is_usable():
            return True
        wrapper.close()
    return False


def give_back(wrapper: Borrower) -> None:
    """The wrapper's connection waits for the next request, if there is one and it is in no transaction."""
    if _waiting is None or wrapper.connection is None or not wrapper.is_at_rest():
        return
    lent = [getattr(wrapper, name) for name in wrapper.lent]
    wrapper.connection = None
    _waiting.append(_Waiting(time.monotonic(), release(wrapper), lent))


def _as_opened(wrapper: Any) -> None:
    """What Django says of a connection that it has opened (BaseDatabaseWrapper.connect)."""
    wrapper.in_atomic_block = wrapper.needs_rollback = False
    wrapper.closed_in_transaction = wrapper.errors_occurred = False
    wrapper.savepoint_ids, wrapper.atomic_blocks, wrapper.run_on_commit = [], [], []
    wrapper.autocommit = wrapper.health_check_done = True


def _let_go(waiting: deque[_Waiting]) -> None:
    """Those that nobody took for long are closed, but for one: to close the last is dear on SQLite, which writes its log back."""
    while True:
        time.sleep(LONGEST)
        while len(waiting) > 1 and waiting[0].since < time.monotonic() - LONGEST:
            waiting.popleft()
