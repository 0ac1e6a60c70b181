"""What a provider has said of somebody, in one shape for every kind. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mago.core.ids import digest

# Whoever says more has sent a directory, not a person.
MOST_VALUES = 500
LONGEST_VALUE = 2000


@dataclass(frozen=True)
class Asserted:
    """Somebody, as a provider has just proved them to us: genuine, fresh, and for us.

    `issuer` and `subject` identify them, exactly as written; `email_verified` is False only where the
    provider says that it does not vouch for the address. `methods` are the values that say how they
    proved themselves there (acr, amr, AuthnContextClassRef); `session_index` and `context` are what single
    logout names the session by. The session here ends at `session_expires_at` at the latest.
    """

    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = True
    name: str = ""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    authenticated_at: datetime | None = None
    session_expires_at: datetime | None = None
    session_index: str = ""
    methods: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Another one where anything that accounts and roles are made of is another."""
        told = (self.email, self.email_verified, self.name, *sorted(self.groups))
        return digest("\x00".join(str(part) for part in told))

    def as_json(self) -> dict[str, Any]:
        """What a test shows: what was told, and nothing that could be used again."""
        return {
            "issuer": self.issuer,
            "subject": self.subject,
            "email": self.email,
            "email_verified": self.email_verified,
            "name": self.name,
            "attributes": {
                name[:200]: [value[:LONGEST_VALUE] for value in values[:20]]
                for name, values in list(self.attributes.items())[:100]
            },
            "groups": list(self.groups[:MOST_VALUES]),
            "methods": list(self.methods[:20]),
            "authenticated_at": self.authenticated_at and self.authenticated_at.isoformat(),
            "session_expires_at": self.session_expires_at and self.session_expires_at.isoformat(),
        }
