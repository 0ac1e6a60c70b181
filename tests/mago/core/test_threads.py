"""What a thread opened is closed when it has ended, and not only when somebody looks for garbage."""

import gc
import os
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from mago.core import threads
from mago.core.threads import close_at_the_end


@pytest.fixture
def no_garbage_is_looked_for() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


class Connection:
    def __init__(self) -> None:
        self.itself = self
        self.closed = Event()

    def close(self) -> None:
        self.closed.set()


class Owner:
    def __init__(self) -> None:
        self.itself = self


def test_a_connection_ends_with_its_thread(no_garbage_is_looked_for: None) -> None:
    mine, theirs, owners = Connection(), Connection(), [Owner(), Owner()]
    close_at_the_end(owners[0], mine)
    thread = Thread(target=close_at_the_end, args=(owners[1], theirs))
    thread.start()
    thread.join()
    assert theirs.closed.wait(5)
    assert not mine.closed.is_set()


def test_whoever_connects_anew_leaves_nothing_open() -> None:
    owner, first, second = Owner(), Connection(), Connection()
    close_at_the_end(owner, first)
    close_at_the_end(owner, second)
    assert first.closed.wait(5)
    assert not second.closed.is_set()


def test_a_thread_may_have_several_connections() -> None:
    one, other, owners = Connection(), Connection(), [Owner(), Owner()]
    close_at_the_end(owners[0], one)
    close_at_the_end(owners[1], other)
    assert not one.closed.wait(0.01)
    assert not other.closed.is_set()


def test_what_the_threads_used_goes_back_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    returned = Event()
    monkeypatch.setattr(threads, "return_free", returned.set)
    thread = Thread(target=close_at_the_end, args=(Owner(), Connection()))
    thread.start()
    thread.join()
    assert returned.wait(5)


# Python 3.12 warns of a fork beside threads; who does it is not asked here.
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_child_closes_nothing_of_its_parents_threads() -> None:
    """To PostgreSQL a goodbye by the shared socket is the parent's."""
    theirs, ready, end = Connection(), Event(), Event()

    def hold() -> None:
        owner = Owner()
        close_at_the_end(owner, theirs)
        ready.set()
        end.wait(10)

    thread = Thread(target=hold)
    thread.start()
    ready.wait(5)
    child = os.fork()
    if not child:
        closed = True
        try:
            # Starts the child's own closer, and shows that it has worked.
            owner, first = Owner(), Connection()
            close_at_the_end(owner, first)
            close_at_the_end(owner, Connection())
            closed = not first.closed.wait(5) or theirs.closed.wait(0.2)
        finally:
            os._exit(closed)
    _child, status = os.waitpid(child, 0)
    end.set()
    thread.join()
    assert os.waitstatus_to_exitcode(status) == 0
