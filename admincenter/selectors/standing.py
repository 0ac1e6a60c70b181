"""How things stand, on the platform or in one organization: each answer is bounded, and shared by all who watch."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.access.models import Membership
from accounts.federation.enterprise.endings import Ending, endings_of
from accounts.federation.enterprise.models import OPEN, IdentityProvider
from accounts.mfa.models import EmailDevice, Kind, Passkey, SmsDevice, TotpDevice
from accounts.models import User
from accounts.organizations.models import Organization
from hubs.life.models import Presence
from hubs.life.selectors import AWAITED, late_after, offline_after
from hubs.models import Hub, State
from mago.tls.models import Endpoint
from mago.tls.selectors import endpoints

from ..security.models import PLATFORM_ID, Ticket
from ..security.models.tickets import today
from ..security.workflow import PENDING
from .figures import MOST, count, shared

MOST_HUBS = 100_000
# Before anybody joined.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
A_MINUTE, A_QUARTER, AN_HOUR = 60, 900, 3600
# What shows that somebody has something or is somebody, the strongest first; a code by mail shows neither.
STRONG = (Kind.PASSKEY, Kind.TOTP, Kind.SMS)
_MODELS = {
    Kind.PASSKEY: Passkey,
    Kind.TOTP: TotpDevice,
    Kind.SMS: SmsDevice,
    Kind.EMAIL: EmailDevice,
}


@dataclass(frozen=True)
class Fleet:
    """Hubs that are awaited, and how many of them are heard, missed, or kept apart."""

    awaited: int
    online: int
    missing: int
    quarantined: int

    @property
    def incidents(self) -> int:
        return self.missing + self.quarantined


def fleet(organization: Organization | None = None) -> Fleet:
    """Of the hubs of all organizations or of one, by what has reached the database; counted to MOST_HUBS."""
    return shared(f"fleet:{_name(organization)}", lambda: _fleet(organization))


def _fleet(organization: Organization | None) -> Fleet:
    now = timezone.now()
    hubs: QuerySet[Hub] = (
        Hub.objects.of(organization)
        if organization
        else Hub.objects.everywhere(reason="the platform's own figures")
    )
    heard = Presence.objects.filter(hub__state__in=AWAITED)
    if organization:
        heard = heard.filter(hub__organization=organization)

    def number(rows: QuerySet[Any]) -> int:
        return count(rows, MOST_HUBS).number

    return Fleet(
        awaited=number(hubs.filter(state__in=AWAITED)),
        online=number(heard.filter(seen_at__gte=now - late_after())),
        missing=number(heard.filter(seen_at__lt=now - offline_after())),
        quarantined=number(hubs.filter(state=State.QUARANTINED)),
    )


@dataclass(frozen=True)
class Findings:
    """Tickets that are owed, by how far off their due date is."""

    overdue: int
    week: int
    month: int
    later: int
    undated: int

    @property
    def open(self) -> int:
        return self.overdue + self.week + self.month + self.later + self.undated


def findings(organization: Organization | None = None) -> Findings:
    """Of the platform's programme, or of an organization's."""
    return shared(f"findings:{_name(organization)}", lambda: _findings(organization))


def _findings(organization: Organization | None) -> Findings:
    now = today()
    week, month = now + timedelta(days=7), now + timedelta(days=30)
    owed = Ticket.objects.of(organization or PLATFORM_ID).filter(state__in=PENDING)
    return Findings(
        **owed.order_by().aggregate(
            overdue=Count("pk", Q(due_on__lt=now)),
            week=Count("pk", Q(due_on__gte=now, due_on__lte=week)),
            month=Count("pk", Q(due_on__gt=week, due_on__lte=month)),
            later=Count("pk", Q(due_on__gt=month)),
            undated=Count("pk", Q(due_on=None)),
        )
    )


@dataclass(frozen=True)
class Coverage:
    """People by the strongest second factor that they have; of all, or of those who came last where that says `cut`."""

    people: int
    by_kind: dict[str, int]
    cut: bool = False

    @property
    def covered(self) -> int:
        return sum(self.by_kind.get(kind, 0) for kind in STRONG)

    @property
    def bare(self) -> int:
        """How many have no second factor at all."""
        return self.people - sum(self.by_kind.values())

    def share(self, number: int) -> int:
        """In percent, rounded down: all is all."""
        return 100 * number // self.people if self.people else 0


def coverage(organization: Organization | None = None) -> Coverage:
    """Who has which factor: what the worker counted of all people, else what the newest MOST show."""
    exact: Coverage | None = None if organization else cache.get(_EXACT)
    name = f"coverage:{_name(organization)}"
    # Of ten thousand among a million it takes a quarter of a second; an organization's is as old as the worker's.
    seconds = A_QUARTER if organization else A_MINUTE
    return exact or shared(name, lambda: _coverage(_people(organization), MOST), seconds)


def count_coverage() -> None:
    """All people are counted, for `coverage`; a worker's work, as it takes seconds among a million."""
    cache.set(_EXACT, _coverage(_people(None), None), AN_HOUR)


_EXACT = "admincenter:coverage:exact"


def _people(organization: Organization | None) -> QuerySet[User]:
    people = User.objects.filter(is_active=True)
    if organization:
        members = Membership.objects.of(organization).order_by("-joined_at", "-id")
        people = people.filter(pk__in=members.values("user")[:MOST])
    return people


def _coverage(people: QuerySet[User], most: int | None) -> Coverage:
    if most is not None:
        people = User.objects.filter(pk__in=people.order_by("-created_at").values("pk")[:most])
    strongest = Case(
        *(When(_has(kind), then=Value(kind.value)) for kind in _MODELS), default=Value("")
    )
    rows = people.order_by().annotate(strongest=strongest).values_list("strongest")
    found = Counter(dict(rows.annotate(Count("pk"))))
    number = found.total()
    del found[""]
    return Coverage(number, dict(found), cut=most is not None and number >= most)


def _has(kind: Kind, person: str = "pk") -> Exists:
    return Exists(_MODELS[kind]._default_manager.filter(user=OuterRef(person), confirmed=True))


def has_strong_factor(person: str) -> Q:
    """Whether the person of that column has a second factor that is more than a code by mail."""
    return reduce(or_, (Q(_has(kind, person)) for kind in STRONG))


def without_factor(people: QuerySet[User], most: int = MOST) -> QuerySet[User]:
    """Of these people the newest active ones, `most` of them, less those who have a second factor.

    Told by the moment at which the last of them joined, so that a page is read along an index.
    """
    active = User.objects.filter(is_active=True).order_by("-created_at")
    last = Subquery(active.values("created_at")[most - 1 : most])
    bare = people.filter(is_active=True, created_at__gte=Coalesce(last, EPOCH))
    for kind in _MODELS:
        bare = bare.exclude(_has(kind))
    return bare


@dataclass(frozen=True)
class NextEnd:
    """The certificate that ends first: in how many days, and whose it is."""

    days: int
    whose: str


def next_certificate() -> NextEnd | None:
    """Of the endpoints that are watched; None where none was seen."""
    seen: list[Endpoint] = [one for one in endpoints() if one.days_left is not None]
    first = min(seen, key=lambda one: one.days_left or 0, default=None)
    return NextEnd(first.days_left or 0, str(first)) if first else None


def next_provider_certificate(organization: Organization) -> NextEnd | None:
    """Of the organization's open identity providers; None where none has a certificate."""
    return shared(f"endings:{organization.pk}", lambda: _next_ending(organization), A_MINUTE * 10)


def _next_ending(organization: Organization) -> NextEnd | None:
    providers = list(IdentityProvider.objects.of(organization).filter(state__in=OPEN)[:100])
    found: list[tuple[Ending, str]] = [
        (ending, provider.name)
        for provider in providers
        for ending in endings_of([provider]).get(provider.pk, [])
    ]
    first = min(found, key=lambda pair: pair[0].ends_at, default=None)
    return NextEnd(first[0].days_left, first[1]) if first else None


def members_active_since(organization: Organization, since: Any) -> int:
    """How many of the members signed in since then, of the newest MOST."""
    members = Membership.objects.of(organization).order_by("-joined_at", "-id").values("user")
    people = User.objects.filter(pk__in=members[:MOST], last_login__gte=since)
    return count(people).number


def _name(organization: Organization | None) -> UUID | str:
    return organization.pk if organization else ""
