"""What is left of a response that was believed, and what was demanded of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True)
class NameId:
    """Somebody's name at the provider, with what a logout must repeat of it (Core, section 2.2.3)."""

    value: str
    format: str = ""
    name_qualifier: str = ""
    sp_name_qualifier: str = ""


@dataclass(frozen=True)
class Expected:
    """Of whom and for whom a response must be. `request_id` is None where nobody has asked for it.

    `certificates` are those of the provider, `private_keys` ours (PEM, both). With `asked_at` the person must
    have been asked since then.
    """

    entity_id: str
    acs_url: str
    issuer: str
    certificates: tuple[str, ...]
    private_keys: tuple[str, ...]
    request_id: str | None
    now: datetime
    asked_at: datetime | None = None


@dataclass(frozen=True)
class Assertion:
    """Genuine, fresh, for us, and an answer to what we asked.

    `expires_at` is when it can be shown no longer, so that its `id` may be forgotten. `signed` and `encrypted`
    say how it came, for administrators.
    """

    id: str
    issuer: str
    name_id: NameId
    expires_at: datetime
    authenticated_at: datetime
    session_index: str = ""
    session_expires_at: datetime | None = None
    context_class: str = ""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signed: tuple[str, ...] = ()
    encrypted: bool = False

    def to_text(self) -> str:
        """As it waits, sealed, for its browser."""
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def from_text(cls, text: str) -> Self:
        kept: dict[str, Any] = json.loads(text)
        for name in ("expires_at", "authenticated_at", "session_expires_at"):
            kept[name] = datetime.fromisoformat(kept[name]) if kept[name] else None
        kept["name_id"] = NameId(**kept["name_id"])
        kept["attributes"] = {name: tuple(told) for name, told in kept["attributes"].items()}
        return cls(**kept | {"signed": tuple(kept["signed"])})


@dataclass(frozen=True)
class LogoutRequest:
    id: str
    issuer: str
    name_id: NameId
    session_indexes: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True)
class LogoutResponse:
    id: str
    issuer: str
    in_response_to: str
    succeeded: bool
