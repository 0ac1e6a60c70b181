"""Who is calling, for the length of a request or a task: what the audit writes beside each event."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class Caller:
    """`via` is what the request was authenticated with (a session, a token …), `method` how that was
    opened, `strength` what was proved then (`accounts.access.facts.Strength`) and `authenticated_at` when."""

    request_id: str = ""
    address: str = ""
    user_agent: str = ""
    via: str = ""
    method: str = ""
    strength: int = 0
    authenticated_at: datetime | None = None
    # The names of all that the request may use at most; None where nothing but its actor limits it.
    permits: frozenset[str] | None = None
    # The key and the name of the application that acts in its actor's name; empty where they act themselves.
    application: tuple[str, ...] = ()


_NOBODY = Caller()
_caller: ContextVar[Caller] = ContextVar("caller", default=_NOBODY)


def caller() -> Caller:
    return _caller.get()


@contextmanager
def calling(new: Caller) -> Iterator[None]:
    token = _caller.set(new)
    try:
        yield
    finally:
        _caller.reset(token)


def authenticated(
    *,
    via: str,
    method: str,
    strength: int,
    at: datetime | None,
    permits: frozenset[str] | None = None,
    application: tuple[str, ...] = (),
) -> None:
    """From now on, until this request ends, it is known by what the caller was authenticated."""
    now = replace(
        _caller.get(),
        via=via,
        method=method,
        strength=strength,
        authenticated_at=at,
        permits=permits,
        application=application,
    )
    _caller.set(now)
