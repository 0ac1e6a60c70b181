"""The row of whoever signs in, written by hand (mago.core.columns says why): each sign-in does it."""

from datetime import datetime
from uuid import UUID

from accounts.models import User
from mago.core.columns import Columns
from mago.core.sql import Statement

_person = Columns(User, User._meta.db_table)
_sign_in = Statement(
    f"UPDATE {User._meta.db_table} SET last_login = %s WHERE id = %s RETURNING {_person.sql}"  # noqa: S608 - our own names
)


def note_sign_in(id: UUID, at: datetime) -> User | None:
    """They signed in last at that moment. The person as they are now; until the caller's transaction ends nobody
    else changes them.
    """
    row = _sign_in.run([at, id])
    return _person.object(row) if row else None
