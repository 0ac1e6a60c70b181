"""The row of whoever signs in, held by hand (mago.core.columns says why): each sign-in does it."""

from uuid import UUID

from accounts.models import User
from mago.core.columns import Columns
from mago.core.sql import HELD, Statement

_person = Columns(User, "u")
_by_id = Statement(
    f"SELECT {_person.sql} FROM {User._meta.db_table} u WHERE u.id = %s{HELD}"  # noqa: S608 - our own names
)


def held(id: UUID) -> User | None:
    """The person as they are now; until the caller's transaction ends nobody else changes them."""
    row = _by_id.run([id])
    return _person.object(row) if row else None
