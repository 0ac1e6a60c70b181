"""What a notice is, where a source looks, and how organizations are named."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from django.db.models import Q

from accounts.access.permissions import Permission
from accounts.organizations.models import Organization

from ...security.models import PLATFORM_ID, PLATFORM_SLUG

# Of one source; whoever has more has to do with these first.
MOST = 50
Names = dict[UUID | None, Organization]


class Level(IntEnum):
    """How much it matters, the most first."""

    DANGER = 0
    WARNING = 1


@dataclass(frozen=True)
class Notice:
    """Something that needs somebody. `key` names this state of it; `organization_id` is None for the platform."""

    key: str
    title: str
    url: str
    level: Level
    permission: Permission
    detail: str = ""
    since: datetime | None = None
    organization_id: UUID | None = None


@dataclass(frozen=True)
class Where:
    """What is looked at: these organizations, or with `everything` the platform and all of them; these are their own then."""

    everything: bool
    organizations: tuple[UUID, ...] = ()

    def within(self, column: str = "organization_id") -> Q:
        return Q() if self.everything else Q(**{f"{column}__in": self.organizations})

    @property
    def programmes(self) -> list[UUID]:
        """What customers owe in their own programmes is theirs to know."""
        return [PLATFORM_ID] * self.everything + list(self.organizations)


@dataclass(frozen=True)
class Source:
    permission: Permission
    find: Callable[[Where], list[Notice]]


def names_of(keys: Iterable[UUID | None]) -> Names:
    """The organizations of these keys; that of the platform's programme is none."""
    wanted = {key for key in keys if key and key != PLATFORM_ID}
    return dict(Organization.objects.in_bulk(wanted)) if wanted else {}


def whose(words: str, names: Names, key: UUID | None) -> str:
    return f"{words} · {names[key]}" if key in names else words


def slug_of(names: Names, programme: UUID) -> str:
    return names[programme].slug if programme in names else PLATFORM_SLUG


def organization_of(programme: UUID) -> UUID | None:
    return None if programme == PLATFORM_ID else programme
