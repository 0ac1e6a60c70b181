"""Where notices come from: each source is a permission, and a bounded look at how things stand."""

from accounts.access.permissions import Permission

from .access import of_access, of_directories, of_endings
from .common import Level, Notice, Source, Where
from .fleets import of_clones, of_missing, of_quarantine
from .platform import of_endpoints, of_lockdowns, of_messages, of_trail
from .programmes import of_risks, of_tests, of_tickets

__all__ = ["SOURCES", "Level", "Notice", "Source", "Where"]

SOURCES: tuple[Source, ...] = (
    Source(Permission.AUDIT_READ, of_trail),
    Source(Permission.LOCKDOWNS_READ, of_lockdowns),
    Source(Permission.MESSAGES_READ, of_messages),
    Source(Permission.CERTIFICATES_READ, of_endpoints),
    Source(Permission.TICKETS_READ, of_tickets),
    Source(Permission.PENETRATION_TESTS_READ, of_tests),
    Source(Permission.RISKS_READ, of_risks),
    Source(Permission.HUBS_READ, of_clones),
    Source(Permission.HUBS_READ, of_missing),
    Source(Permission.HUBS_READ, of_quarantine),
    Source(Permission.IDENTITY_PROVIDERS_READ, of_directories),
    Source(Permission.IDENTITY_PROVIDERS_READ, of_endings),
    Source(Permission.ROLES_BIND, of_access),
)
