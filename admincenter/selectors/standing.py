"""How things stand, on the platform or in one organization: each answer is bounded, and shared by all who watch."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import timezone

from accounts.access.models import Membership
from accounts.federation.enterprise.endings import Ending, endings_of
from accounts.federation.enterprise.models import OPEN, IdentityProvider
from accounts.organizations.models import Organization
from mago.tls.models import Endpoint
from mago.tls.selectors import endpoints

from ..periods import PERIODS, Period
from ..security.models import PLATFORM_ID, Ticket
from ..security.models.tickets import today
from ..security.workflow import PENDING
from .asked import REMEMBERED, ask_for, asked_for, is_due
from .factors import count_coverage
from .figures import A_MINUTE, FEW, shared
from .figures import Count as Bounded


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
    by_provider = endings_of(providers)
    found: list[tuple[Ending, str]] = [
        (ending, provider.name)
        for provider in providers
        for ending in by_provider.get(provider.pk, [])
    ]
    first = min(found, key=lambda pair: pair[0].ends_at, default=None)
    return NextEnd(first[0].days_left, first[1]) if first else None


def active_members(organization: Organization, period: Period) -> Bounded:
    """How many of the members signed in lately: as the worker counted them, else at least as many as of the newest FEW."""
    counted: Bounded | None = cache.get(_name_of_active(organization.pk, period))
    if counted:
        return counted
    name = f"active:{organization.pk}:{period.key}"
    found = shared(name, lambda: _active(organization.pk, period, FEW), A_MINUTE)
    if found.more:
        ask_for(organization.pk)
    return found


def count_active_members(organization: UUID) -> None:
    """All members are counted, for `active_members`."""
    for period in PERIODS.values():
        found = _active(organization, period, None)
        cache.set(_name_of_active(organization, period), found, REMEMBERED.total_seconds())


def _name_of_active(organization: UUID, period: Period) -> str:
    return f"admincenter:active:counted:{organization}:{period.key}"


def _active(organization: UUID, period: Period, most: int | None) -> Bounded:
    members = Membership.objects.of(organization)
    since = period.starts(timezone.now())[0]
    if most is None:
        return Bounded(members.filter(user__last_login__gte=since).count())
    # Looked at in their order, which stops at the last of them; chosen by the moment, all people would be read.
    newest = members.order_by("-joined_at", "-id").values_list("user__last_login", flat=True)
    found = list(newest[: most + 1])
    return Bounded(
        sum(last is not None and last >= since for last in found[:most]), len(found) > most
    )


def count_what_is_asked() -> None:
    """What takes long to count is counted: of all people, and of each large organization that somebody watches.

    Of each once in a quarter of an hour, however often this is called; a worker's work.
    """
    for organization in (None, *asked_for()):
        if is_due(organization):
            count_coverage(organization)
            if organization:
                count_active_members(organization)


def _name(organization: Organization | None) -> UUID | str:
    return organization.pk if organization else ""
