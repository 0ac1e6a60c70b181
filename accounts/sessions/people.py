"""The row of whoever signs in, held by hand (mago.core.columns says why): each sign-in does it."""

from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from accounts.models import User
from mago.core.columns import Columns
from mago.core.sql import Statement

_person = Columns(User, "u")
# SQLite has one writer at a time.
_HELD = " FOR NO KEY UPDATE" if connections[DEFAULT_DB_ALIAS].vendor == "postgresql" else ""
_by_id = Statement(
    f"SELECT {_person.sql} FROM {User._meta.db_table} u WHERE u.id = %s{_HELD}"  # noqa: S608 - our own names
)


def held(id: UUID) -> User | None:
    """The person as they are now; until the caller's transaction ends nobody else changes them."""
    row = _by_id.run([id])
    return _person.object(row) if row else None
