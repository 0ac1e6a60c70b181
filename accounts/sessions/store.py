"""Django's session interface over our rows.

The cookie carries 256 random bits, the row their SHA-256. A key is rotated without a round trip: the
new row is inserted, and the old one deleted, when the session is saved.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from mago.core.columns import Columns
from mago.core.context import caller
from mago.core.ids import digest, new_secret
from mago.core.sql import Statement

from .assurance import strength_of
from .models import Session
from .validity import expires_at, is_valid

# The list of sessions shows minutes, so a row is touched at most once a minute.
TOUCH_EVERY = timedelta(minutes=1)

# Asked at each request of a browser.
# ruff: noqa: S608 - the names in these statements are our own
_session, _person = Columns(Session, "s"), Columns(User, "u")
_BY_KEY = Statement(
    f"SELECT {_session.sql}, {_person.sql} FROM {Session._meta.db_table} s"
    f" LEFT JOIN {User._meta.db_table} u ON u.id = s.user_id WHERE s.session_key = %s"
)
_INSERT = Statement(_session.insert)


def _found(key: str) -> Session | None:
    """The row of that digest, with its person at hand."""
    row = _BY_KEY.run([key])
    if row is None:
        return None
    own, of_person = row[: len(_session)], row[len(_session) :]
    person = None if of_person[0] is None else _person.object(of_person)
    return _session.object(own, user=person)


class SessionStore(SessionBase):
    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: Session | None = None
        self.method = ""
        self.proofs: list[str] = []
        self.remembered = False
        self.ends_at: datetime | None = None
        self._retired: list[str] = []

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and 40 <= len(key) <= 64

    def _get_new_session_key(self) -> str:
        return new_secret()

    def load(self) -> dict[str, Any]:
        row = _found(digest(self.session_key or ""))
        if row is None or not is_valid(row, timezone.now()):
            self._session_key = None
            return {}
        self.row = row
        self.method, self.proofs, self.remembered = row.method, row.proofs.split(), row.remembered
        self.ends_at = row.ends_at
        return self.decode(self.row.session_data)

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=digest(session_key)).exists()

    def create(self) -> None:
        """A key that was never used; its row is written by `save`."""
        self._session_key = self._get_new_session_key()
        self.row = None
        self.modified = True

    def cycle_key(self) -> None:
        self.get(SESSION_KEY)  # loads what the old key holds
        self._retire()
        self.create()

    def flush(self) -> None:
        self.clear()
        self._retire()
        self._delete_retired()
        self.row = None
        self._session_key = None

    def save(self, must_create: bool = False) -> None:
        """The row is as the session is; UpdateError where it was ended meanwhile, so that it stays ended."""
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        if self.session_key is None:
            self.create()
        if self.row is None or must_create:
            # No savepoint: within a sign-in all stands or falls together, and each one costs two
            # round trips.
            with transaction.atomic(savepoint=False):
                self._insert(data)
                self._delete_retired()
        else:
            self._update(data)
        self.modified = False

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(session_key=digest(key)).delete()

    @property
    def user(self) -> User | None:
        """Who is signed in; comes with the session's row, at no further query."""
        self.get(SESSION_KEY)  # loads the row
        return self.row.user if self.row is not None else None

    def touch(self) -> None:
        """The session was used now; written at most once a minute."""
        now = timezone.now()
        if self.row is None or now - self.row.last_seen_at < TOUCH_EVERY:
            return
        self.row.last_seen_at = now
        self.row.expire_date = expires_at(
            created_at=self.row.created_at,
            last_seen_at=now,
            remembered=self.row.remembered,
            ends_at=self.row.ends_at,
        )
        self.row.address = caller().address or None
        Session.objects.filter(pk=self.row.pk).update(
            last_seen_at=now, expire_date=self.row.expire_date, address=self.row.address
        )

    def get_expiry_age(self, **kwargs: Any) -> int:
        return int(settings.SESSION_REMEMBERED_ABSOLUTE.total_seconds())

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(expire_date__lt=timezone.now()).delete()

    def _retire(self) -> None:
        if self.session_key:
            self._retired.append(digest(self.session_key))

    def _delete_retired(self) -> None:
        if self._retired:
            Session.objects.filter(session_key__in=self._retired).delete()
            self._retired = []

    def _insert(self, data: dict[str, Any]) -> None:
        now, user = timezone.now(), data.get(SESSION_KEY)
        self.row = Session(
            session_key=digest(self.session_key or ""),
            session_data=self.encode(data),
            user_id=UUID(user) if user else None,
            method=self.method,
            proofs=" ".join(self.proofs),
            strength=strength_of(self.proofs).value,
            address=caller().address or None,
            user_agent=caller().user_agent,
            created_at=now,
            proved_at=now,
            last_seen_at=now,
            remembered=self.remembered,
            ends_at=self.ends_at,
            expire_date=expires_at(
                created_at=now,
                last_seen_at=now,
                remembered=self.remembered,
                ends_at=self.ends_at,
            ),
        )
        try:
            _INSERT.run(_session.values(self.row))
        except IntegrityError:
            raise CreateError from None
        self.row._state.adding, self.row._state.db = False, DEFAULT_DB_ALIAS

    def _update(self, data: dict[str, Any]) -> None:
        assert self.row is not None
        changed = Session.objects.filter(pk=self.row.pk).update(
            session_data=self.encode(data), user_id=data.get(SESSION_KEY)
        )
        if not changed:
            raise UpdateError
