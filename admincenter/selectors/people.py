"""Finding people among a million."""

import unicodedata
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from string import ascii_lowercase, ascii_uppercase
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Collate, Lower
from django.utils import timezone

from accounts.access.models import Membership, RoleBinding
from accounts.access.roles import RoleName
from accounts.access.selectors.bindings import unexpired
from accounts.models import User, normalize_email
from accounts.sessions.models import Session
from accounts.standing.models import Deletion, Lockdown
from mago.core.among import among
from mago.core.errors import NotFound

from ..keyset import CREATED, Listing, Order
from ..searched import PEOPLE
from .factors import FACTORS, with_factor, with_strongest, without_factor

# Of what very many have in common, no more people than these are sorted.
MOST_SEARCHED = 300
ENGLISH = str.maketrans(ascii_uppercase, ascii_lowercase)
# Of those who are signed in, a list shows so many: whoever joined last.
MOST_SIGNED_IN = 300
_ORDERS = {**CREATED, "address": Order(("email",))}
SHOWN = ("email", "name", "is_active", "email_confirmed_at", "created_at", "last_login")


def person_for(person_id: UUID) -> User:
    """The person with this key, or NotFound."""
    person = User.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    return person


def find_people(
    *, q: str = "", state: str = "", joined: timedelta | None = None, whole: bool = False
) -> Listing:
    """People in a state who joined lately: the newest first. `whole`: however many are signed in, and however long it takes.

    With `q`, those whose address or name contains it, or begins with it where it is short: by address, so that an
    index gives the order of all that begin with it. Of very many these are some, unless the list is narrowed
    further: then each of them may be the one that is wanted.
    """
    is_administrator = Exists(_administrating().filter(user=OuterRef("pk")))
    shown = User.objects.only(*SHOWN).annotate(
        is_administrator=is_administrator,
        is_deleted=Exists(Deletion.objects.filter(person=OuterRef("pk"))),
        is_locked_down=Exists(Lockdown.objects.filter(person=OuterRef("pk"), lifted_at=None)),
    )
    narrowed = _every_signed_in if whole and state == "signed-in" else _STATES[state]
    found = narrowed(shown)
    if joined:
        found = found.filter(created_at__gte=timezone.now() - joined)
    if not q:
        return Listing((found,), key=("created_at", "id"), orders=_ORDERS)
    by_address = found.filter(begins("email", normalize_email(q)))
    are_many = False
    if not PEOPLE.can_find(q):
        contain = Q(pk__in=_named(q))
    elif whole or state or joined:
        contain, are_many = PEOPLE.all_containing(q)
    else:
        contain, are_many = PEOPLE.some_containing(q, MOST_SEARCHED)
    others = found.filter(contain)
    nearby = found.filter(PEOPLE.seen_in(q)) if are_many and not whole else None
    return Listing((by_address, others), key=("email",), descending=False, nearby=nearby)


def key_of_person(text: str) -> UUID | None:
    """Of an e-mail address or, as the account may be gone, of the key itself; None where nobody has the address."""
    try:
        return UUID(text)
    except ValueError:
        found = User.objects.filter(email=normalize_email(text))
        return found.values_list("pk", flat=True).first()


def roles_of(person: User) -> QuerySet[RoleBinding]:
    """The roles that a person holds, where, how long, and who granted them."""
    bindings = RoleBinding.objects.filter(user=person).filter(unexpired())
    beside = ("custom_role", "organization", "site", "condition", "granted_by")
    return bindings.select_related(*beside).order_by("granted_at", "id")


def memberships_of(person: User) -> QuerySet[Membership]:
    """The organizations that a person is a member of, by name."""
    theirs = Membership.objects.everywhere(reason="one person's memberships").filter(user=person)
    found: QuerySet[Membership] = theirs.select_related("organization")
    return found.order_by("organization__name", "id")


def live_sessions() -> QuerySet[Session]:
    """Sessions of people that still open a page."""
    return Session.objects.filter(
        expire_date__gt=timezone.now(),
        user__is_active=True,
        created_at__gte=F("user__signed_out_at"),
    )


def session_for(key: UUID) -> Session:
    """A live session, or NotFound."""
    found = live_sessions().select_related("user").filter(id=key).first()
    if found is None:
        raise NotFound
    return found


def find_sessions(
    *, person: UUID | None = None, address: str = "", since: timedelta | None = None
) -> Listing:
    """Live sessions of browsers, the newest first."""
    found = live_sessions().select_related("user").defer("session_data")
    if person:
        found = found.filter(user=person)
    if address:
        found = found.filter(address=address)
    if since:
        found = found.filter(created_at__gte=timezone.now() - since)
    return Listing((found,), key=("created_at", "id"), orders=CREATED)


def begins(column: str, text: str) -> Q:
    """`column` begins with exactly `text`, said so that this database answers from its index.

    PostgreSQL has an index for LIKE beside each unique text; SQLite's LIKE takes no index, but its
    text is ordered by code point, so that a beginning is a range.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + "\U0010ffff"})
    return Q(**{f"{column}__startswith": text})


def _named(q: str) -> QuerySet[User, UUID]:
    """The keys of people whose name begins with `q`, in whatever case; the first MOST_SEARCHED in order."""
    text = unicodedata.normalize("NFC", q).strip()
    # As the database has it in the index: SQLite knows the letters of English only.
    is_sqlite = connection.vendor == "sqlite"
    lower = text.translate(ENGLISH) if is_sqlite else text.lower()
    column = Lower("name") if is_sqlite else Collate(Lower("name"), "C")
    named = User.objects.alias(lower_name=column).filter(begins("lower_name", lower))
    return named.order_by("lower_name").values_list("pk", flat=True)[:MOST_SEARCHED]


def _administrating() -> QuerySet[RoleBinding]:
    return RoleBinding.objects.filter(unexpired(), role=RoleName.PLATFORM_ADMINISTRATOR)


def _signed_in(people: QuerySet[User]) -> QuerySet[User]:
    # Keys sort by time, so that an index leads to the newest people who have a session.
    newest = live_sessions().order_by("-user_id").values("user")[:MOST_SIGNED_IN]
    return people.filter(among(newest))


def _every_signed_in(people: QuerySet[User]) -> QuerySet[User]:
    return people.filter(Exists(live_sessions().filter(user=OuterRef("pk"))))


_STATES: dict[str, Callable[[QuerySet[User]], QuerySet[User]]] = {
    "": lambda people: people,
    "active": lambda people: people.filter(is_active=True),
    "disabled": lambda people: people.filter(is_active=False),
    "deleted": lambda people: people.filter(pk__in=Deletion.objects.values("person")),
    "locked-down": lambda people: people.filter(
        pk__in=Lockdown.objects.filter(lifted_at=None).values("person")
    ),
    "administrators": lambda people: people.filter(pk__in=_administrating().values("user")),
    "with-factor": with_factor,
    "without-factor": without_factor,
    **{f"factor-{kind}": partial(with_strongest, kind=kind) for kind in FACTORS},
    "signed-in": _signed_in,
}
