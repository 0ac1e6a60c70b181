"""Which hub a name on the wire means, and what a sign-in has to know of it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from .models import Hub
from .scopes import scopes_of
from .scram import NotAuthorized

# `<id>` is the hub with the credential that it uses now, `<id>.<generation>` with that one.
_NAME = re.compile(
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:\.([1-9][0-9]{0,8}))?"
)


class Name(NamedTuple):
    id: UUID | None
    generation: int | None


def read_name(name: str) -> Name:
    found = _NAME.fullmatch(name)
    if found is None:
        return Name(None, None)
    return Name(UUID(found[1]), int(found[2]) if found[2] else None)


@dataclass(frozen=True)
class Who:
    """A hub as far as a sign-in needs it, and as the audit takes it: Django's own object costs more than the rest."""

    id: UUID
    organization_id: UUID
    label: str
    state: str

    _meta: ClassVar = Hub._meta

    @property
    def pk(self) -> UUID:
        return self.id

    def __str__(self) -> str:
        return self.label


def shut_out(state: str, organization_is_active: bool) -> NotAuthorized | None:
    if not scopes_of(state):
        return NotAuthorized(state)
    return None if organization_is_active else NotAuthorized("organization disabled")


def as_uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def as_moment(value: datetime) -> datetime:
    """A time as the database's driver gave it; SQLite's knows of no zones."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
