"""What each exchange of tokens reads and writes, in statements of its own (mago.core.columns says why).

Who asks, whose token it is, and what takes its place: the statements decide nothing. `selectors` and `services` do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction

from accounts.models import User
from accounts.organizations.models import Organization
from accounts.organizations.selectors import may_concern
from mago.audit.insertion import Entry, beside
from mago.core.columns import Columns
from mago.core.sql import Statement, in_one_commit

from .models import (
    AccessToken,
    Application,
    ClientSecret,
    ClientToken,
    RefreshToken,
    TokenFamily,
)

T = TypeVar("T")

# ruff: noqa: S608 - the names in these statements are our own
_ACCESS, _REFRESH, _CLIENT, _SECRET = (
    model._meta.db_table for model in (AccessToken, RefreshToken, ClientToken, ClientSecret)
)
_FAMILY = TokenFamily._meta.db_table

_application = Columns(Application, "a")
_organization = Columns(Organization, "o")
_token = Columns(RefreshToken, "r")
_family = Columns(TokenFamily, "f")
_person = Columns(User, "u", "id", "email", "name", "language", "is_active", "signed_out_at")

_APPLICATION = (
    f"SELECT {_application.sql}, {_organization.sql} FROM {Application._meta.db_table} a"
    f" LEFT JOIN {Organization._meta.db_table} o ON o.id = a.organization_id"
)
_by_id = Statement(f"{_APPLICATION} WHERE a.id = %s")
_by_secret = Statement(
    f"{_APPLICATION} JOIN {_SECRET} s ON s.application_id = a.id WHERE s.digest = %s"
)
_refresh_token = Statement(
    f"SELECT {_token.sql}, {_family.sql}, {_person.sql}, {may_concern('u.id')} FROM {_REFRESH} r"
    f" JOIN {_FAMILY} f ON f.id = r.family_id"
    f" JOIN {User._meta.db_table} u ON u.id = f.user_id WHERE r.digest = %s"
)
_use_up = Statement(
    f"UPDATE {_REFRESH} SET rotated_at = %s WHERE digest = %s AND rotated_at IS NULL RETURNING digest"
)
_touch = Statement(f"UPDATE {_FAMILY} SET last_used_at = %s, address = %s WHERE id = %s")
_give_access = Statement(
    f"INSERT INTO {_ACCESS} (digest, family_id, scope, expires_at) VALUES (%s, %s, %s, %s)"
)
_give_refresh = Statement(
    f"INSERT INTO {_REFRESH} (digest, family_id, expires_at) VALUES (%s, %s, %s)"
)
_give_client = Statement(
    f"INSERT INTO {_CLIENT} (digest, application_id, scope, created_at, expires_at)"
    " VALUES (%s, %s, %s, %s, %s)"
)
# Where each statement is a round trip, one does it all.
_give_both = Statement(f"WITH given AS ({_give_access.sql}) {_give_refresh.sql}")
_ROTATION = (
    f"used AS (UPDATE {_REFRESH} SET rotated_at = %s"
    " WHERE digest = %s AND rotated_at IS NULL RETURNING family_id),"
    f" touched AS (UPDATE {_FAMILY} SET last_used_at = %s, address = %s"
    " WHERE id IN (SELECT family_id FROM used)),"
    f" access AS (INSERT INTO {_ACCESS} (digest, family_id, scope, expires_at)"
    " SELECT %s, family_id, %s, %s FROM used),"
    f" given AS (INSERT INTO {_REFRESH} (digest, family_id, expires_at)"
    " SELECT %s, family_id, %s FROM used RETURNING digest)"
)


def application_by_id(key: UUID) -> Application | None:
    row = _by_id.run([key])
    return _application_of(tuple(row)) if row else None


def application_by_secret(digest: str) -> Application | None:
    """The application that has a secret of this digest."""
    row = _by_secret.run([digest])
    return _application_of(tuple(row)) if row else None


@lru_cache(maxsize=1000)
def _application_of(row: Sequence[Any]) -> Application:
    """One object for as long as the row is the same, which is asked each time; nobody changes it."""
    size = len(_application)
    organization = _organization.object(row[size:]) if row[size] is not None else None
    return _application.object(row[:size], organization=organization)


def refresh_token(digest: str) -> tuple[RefreshToken, bool] | None:
    """The token of this digest with its family, and the family with its person; and whether a policy may concern them."""
    row = _refresh_token.run([digest])
    if row is None:
        return None
    *values, concerned = row
    family = len(_token) + len(_family)
    person = _person.object(values[family:])
    owner = _family.object(values[len(_token) : family], user=person)
    return _token.object(values[: len(_token)], family=owner), bool(concerned)


@dataclass(frozen=True)
class Rows:
    """What is kept of a new pair: an access token and, unless there is none, a refresh token."""

    family: TokenFamily
    access: str
    scope: str
    access_ends: datetime
    refresh: str = ""
    refresh_ends: datetime | None = None


def give(rows: Rows) -> None:
    access = [rows.access, rows.family.pk, rows.scope, rows.access_ends]
    refresh = [rows.refresh, rows.family.pk, rows.refresh_ends]
    if not rows.refresh:
        _give_access.run(access)
    elif connection.vendor == "sqlite":
        _give_access.run(access)
        _give_refresh.run(refresh)
    else:
        _give_both.run([*access, *refresh])


def give_again(rows: Rows, now: datetime, address: str | None) -> None:
    """A further pair of a family that is in use."""
    _touch.run([now, address, rows.family.pk])
    give(rows)


def rotate(
    token: RefreshToken, rows: Rows, now: datetime, address: str | None, event: Entry
) -> bool:
    """Whether the token was used up now, and by nobody before; then its pair and the event are there, at once."""
    if connection.vendor == "sqlite":
        return _at_once(lambda: _rotated(token, rows, now, address, event))
    if not rows.refresh:
        with transaction.atomic():
            return _rotated(token, rows, now, address, event)
    access, refresh = [rows.access, rows.scope, rows.access_ends], [rows.refresh, rows.refresh_ends]
    values = [now, token.digest, now, address, *access, *refresh, *event.values]
    return _rotation().run(values) is not None


def _at_once(work: Callable[[], T]) -> T:
    """As `in_one_commit`; inside somebody's transaction, not at all where it fails, whatever they make of that."""
    if connection.in_atomic_block:
        with transaction.atomic():
            return work()
    return in_one_commit(work)


def _rotated(
    token: RefreshToken, rows: Rows, now: datetime, address: str | None, event: Entry
) -> bool:
    is_first = _use_up.run([now, token.digest]) is not None
    if is_first:
        give_again(rows, now, address)
        event.insert()
    return is_first


@cache
def _rotation() -> Statement:
    return beside(_ROTATION, "given")


def give_client(values: Sequence[Any], event: Entry) -> None:
    """An application's own token is kept, and the event with it: digest, application, scope, its making and its end."""
    if connection.vendor == "sqlite":
        _at_once(lambda: (_give_client.run(values), event.insert()))
    else:
        _client_given().run([*values, *event.values])


@cache
def _client_given() -> Statement:
    return beside(f"given AS ({_give_client.sql} RETURNING digest)", "given")
