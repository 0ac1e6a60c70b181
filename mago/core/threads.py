"""A connection ends with the thread that has it.

Django keeps a connection for each thread, in an object that points to itself by many ways: after its thread has ended,
Python lets go of it when it next looks for such circles everywhere, which a process that has loaded all it needs
seldom does. Threads of the web server end when they had nothing to do for half a minute; after each crowd their
connections would stay open, 0.8 MB each on SQLite and a process each on PostgreSQL.
"""

import os
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import Protocol
from weakref import WeakKeyDictionary

from .memory import return_free


class _Open(Protocol):
    def close(self) -> None: ...


class Will:
    """Leaves the connection to `_close_what_is_left` when nothing holds this any more: when its thread ends.

    It cannot close it there: SQLite's driver would take the interpreter's lock by a thread that is half gone, and
    the process would crash. To put something into this queue is allowed anywhere.
    """

    def __init__(self, connection: _Open) -> None:
        # The queue as well: where the whole process ends, the module may be gone before.
        self._connection, self._left = connection, _left

    def __del__(self) -> None:
        self._left.put(self._connection)


class _Wills(threading.local):
    def __init__(self) -> None:
        self.wills: WeakKeyDictionary[object, Will] = WeakKeyDictionary()


_left: SimpleQueue[_Open] = SimpleQueue()
_of_this_thread = _Wills()
_starting = threading.Lock()
_closer: threading.Thread | None = None


def close_at_the_end(owner: object, connection: _Open) -> None:
    """Of this thread, or of its owner, or where the owner has another one."""
    global _closer  # noqa: PLW0603 - one a process
    with _starting:
        if _closer is None:
            _closer = threading.Thread(target=_close_what_is_left, name="mago-closer", daemon=True)
            _closer.start()
    _of_this_thread.wills[owner] = Will(connection)


def release(owner: object) -> Will | None:
    """What closes the owner's connection; as long as somebody has it, the connection does not end with this thread."""
    return _of_this_thread.wills.pop(owner, None)


def keep(owner: object, will: Will | None) -> None:
    """The connection of the will is the owner's now, and ends with this thread."""
    if will is not None:
        _of_this_thread.wills[owner] = will


def _close_what_is_left() -> None:
    while True:
        # One that cannot be closed is broken already.
        with suppress(Exception):
            _left.get().close()
        if _left.empty():
            # What a crowd of threads has used, 16 MB on SQLite, would else stay with the process until the next one.
            return_free()


def _begin_anew() -> None:
    """A process that was forked has none of its parent's threads, and closes none of its parent's connections.

    Those of other threads end as it begins, and would be left to the closer: to say goodbye by the shared socket is
    to say it for the parent. In the queue of before nobody looks; the drivers know whose a connection is.
    """
    global _closer, _starting, _left
    _closer, _starting, _left = None, threading.Lock(), SimpleQueue()


os.register_at_fork(after_in_child=_begin_anew)
