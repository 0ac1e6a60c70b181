"""Whose an address is, read by hand (mago.core.columns says why): each guess of a password asks it."""

from accounts.models import User
from mago.core.columns import Columns
from mago.core.sql import Statement

_person = Columns(User, "u")
_by_email = Statement(
    f"SELECT {_person.sql} FROM {User._meta.db_table} u WHERE u.email = %s"  # noqa: S608 - our own names
)


def person_with(email: str) -> User | None:
    """The person with this address, in its normal form, active or not."""
    row = _by_email.run([email])
    return _person.object(row) if row else None


def active_person_with(email: str) -> User | None:
    """The person who may come in by this address; None as well where the account is disabled."""
    found = person_with(email)
    return found if found and found.is_active else None
