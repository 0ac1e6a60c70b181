"""Finding people among a million."""

import unicodedata
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.access.models import RoleBinding
from accounts.models import User, normalize_email
from accounts.sessions.models import Session
from mago.core.errors import NotFound

from ..keyset import Listing

# A beginning that fits more names than this is too short to tell people apart by.
MOST_NAMES = 1000
MOST_SIGNED_IN = 10_000
SHOWN = ("email", "name", "is_active", "email_confirmed_at", "created_at", "last_login")


def person_for(person_id: UUID) -> User:
    """The person with this key, or NotFound."""
    person = User.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    return person


def find_people(*, q: str = "", state: str = "", joined: timedelta | None = None) -> Listing:
    """People in a state who joined lately: the newest first.

    With `q`, those whose address or name begins with it: by address, so that an index gives the order.
    """
    found = _STATES[state](User.objects.only(*SHOWN).annotate(is_administrator=_has_role()))
    if joined:
        found = found.filter(created_at__gte=timezone.now() - joined)
    if not q:
        return Listing((found,), key=("created_at", "id"))
    by_address = found.filter(begins("email", normalize_email(q)))
    by_name = found.filter(pk__in=_named(q))
    return Listing((by_address, by_name), key=("email",), descending=False)


def roles_of(person: User) -> QuerySet[RoleBinding]:
    """The roles that a person holds, and who granted them."""
    return RoleBinding.objects.filter(user=person).select_related("granted_by").order_by("role")


def live_sessions() -> QuerySet[Session]:
    """Sessions of people that still open a page."""
    return Session.objects.filter(
        expire_date__gt=timezone.now(),
        user__is_active=True,
        created_at__gte=F("user__signed_out_at"),
    )


def begins(column: str, text: str) -> Q:
    """`column` begins with exactly `text`, said so that this database answers from its index.

    PostgreSQL has an index for LIKE beside each unique text; SQLite's LIKE takes no index, but its
    text is ordered by code point, so that a beginning is a range.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + "\U0010ffff"})
    return Q(**{f"{column}__startswith": text})


def _named(q: str) -> QuerySet[User, UUID]:
    """The keys of people whose name begins with `q`, in whatever case."""
    text = unicodedata.normalize("NFC", q).strip().lower()
    named = User.objects.alias(lower_name=Lower("name")).filter(begins("lower_name", text))
    return named.order_by("lower_name").values_list("pk", flat=True)[:MOST_NAMES]


def _has_role() -> Exists:
    return Exists(RoleBinding.objects.filter(user=OuterRef("pk")))


_STATES: dict[str, Callable[[QuerySet[User]], QuerySet[User]]] = {
    "": lambda people: people,
    "active": lambda people: people.filter(is_active=True),
    "disabled": lambda people: people.filter(is_active=False),
    "administrators": lambda people: people.filter(pk__in=RoleBinding.objects.values("user")),
    "signed-in": lambda people: people.filter(
        pk__in=live_sessions().values("user")[:MOST_SIGNED_IN]
    ),
}
