"""Who is calling, for the length of a request or a task: what the audit writes beside each event."""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from collections.abc import Iterator


@dataclass(frozen=True)
class Caller:
    request_id: str = ""
    address: str = ""
    user_agent: str = ""


_caller: ContextVar[Caller] = ContextVar("caller", default=Caller())


def caller() -> Caller:
    return _caller.get()


@contextmanager
def calling(new: Caller) -> Iterator[None]:
    token = _caller.set(new)
    try:
        yield
    finally:
        _caller.reset(token)
