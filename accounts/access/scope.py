"""Where a role holds: on the platform, in an organization, at a site. What is held above flows down."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Scope:
    """No organization: the whole platform. An organization and no site: all of it."""

    organization_id: UUID | None = None
    site_id: UUID | None = None

    def __post_init__(self) -> None:
        if self.site_id is not None and self.organization_id is None:
            raise ValueError("a site is of an organization")

    def covers(self, other: "Scope") -> bool:
        """Whether what holds here holds there.

        >>> from uuid import UUID
        >>> acme, hall = UUID(int=1), UUID(int=2)
        >>> PLATFORM.covers(Scope(acme, hall)), Scope(acme).covers(Scope(acme, hall))
        (True, True)
        >>> Scope(acme, hall).covers(Scope(acme)), Scope(acme).covers(PLATFORM)
        (False, False)
        """
        if self.organization_id is None:
            return True
        if self.organization_id != other.organization_id:
            return False
        return self.site_id is None or self.site_id == other.site_id


PLATFORM = Scope()


def scope_of(target: Any) -> Scope:
    """Where `target` lies: what it says of itself (`access_scope`), a Scope as it is, the platform for None."""
    if target is None:
        return PLATFORM
    if isinstance(target, Scope):
        return target
    scope: Scope = target.access_scope
    return scope
