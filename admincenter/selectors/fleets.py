"""How the hubs of a fleet stand, by what has reached the database: each answer is bounded, and shared by all who watch."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import Actor, can
from accounts.organizations.models import Organization
from hubs.life.models import Presence
from hubs.life.selectors import AWAITED, late_after, offline_after
from hubs.models import Hub, State
from hubs.selectors import hubs_of

from .figures import count, shared

MOST_HUBS = 100_000
_ANY = Q()
_KEPT_APART = Q(state=State.QUARANTINED)
_NOT_AWAITED = [state for state in State if state not in AWAITED]


@dataclass(frozen=True)
class Fleet:
    """Hubs that are awaited, and how many of them are heard, late, missed, or kept apart; `both`, missed and kept apart."""

    awaited: int
    online: int
    late: int
    offline: int
    quarantined: int
    both: int = 0

    @property
    def incidents(self) -> int:
        return self.offline + self.quarantined - self.both


def all_fleets() -> Fleet:
    """Of the hubs of all organizations, counted to MOST_HUBS."""
    return shared("fleet:", _of_all)


def fleet_of(organization: Organization) -> Fleet:
    """Of an organization's hubs, of whom MOST_HUBS are looked at."""
    return shared(f"fleet:{organization.pk}", lambda: _of(Hub.objects.of(organization)))


def fleet_seen_by(viewer: Actor, organization: Organization) -> Fleet:
    """Of those that somebody may see; who sees all of them shares the answer."""
    if can(viewer, Permission.HUBS_READ, organization):
        return fleet_of(organization)
    return _of(hubs_of(viewer, organization))


def _of(hubs: QuerySet[Hub]) -> Fleet:
    # Two columns alone, so that PostgreSQL need not read the hubs themselves beside their index.
    looked_at = hubs.order_by().annotate(seen_at=F("presence__seen_at")).values("state", "seen_at")
    awaited = Q(state__in=AWAITED)
    figures = looked_at[:MOST_HUBS].aggregate(
        awaited=Count("state", awaited),
        quarantined=Count("state", _KEPT_APART),
        both=Count("seen_at", _KEPT_APART & Q(seen_at__lt=timezone.now() - offline_after())),
        **_by_standing(awaited),
    )
    return Fleet(**figures)


def _of_all() -> Fleet:
    """What was heard is counted by itself: to join it to each hub of all would take five times as long."""
    hubs = Hub.objects.everywhere(reason="the platform's own figures")
    heard = Presence.objects.order_by()
    figures = heard.values("seen_at")[:MOST_HUBS].aggregate(**_by_standing())
    # Less those that nobody awaits, who are few, but are more each year.
    others = heard.filter(hub__state__in=_NOT_AWAITED).values("seen_at")[:MOST_HUBS]
    unawaited = others.aggregate(**_by_standing())
    apart = hubs.order_by().filter(_KEPT_APART).annotate(seen_at=F("presence__seen_at"))
    silent = Q(seen_at__lt=timezone.now() - offline_after())
    return Fleet(
        awaited=count(hubs.filter(state__in=AWAITED), MOST_HUBS).number,
        **apart.values("state", "seen_at")[:MOST_HUBS].aggregate(
            quarantined=Count("state"), both=Count("seen_at", silent)
        ),
        **{name: max(0, number - unawaited[name]) for name, number in figures.items()},
    )


def _by_standing(which: Q = _ANY) -> dict[str, Count]:
    """How many of `which` rows were heard when, by their `seen_at`."""
    now = timezone.now()
    late, offline = now - late_after(), now - offline_after()
    return {
        "online": Count("seen_at", which & Q(seen_at__gte=late)),
        "late": Count("seen_at", which & Q(seen_at__lt=late, seen_at__gte=offline)),
        "offline": Count("seen_at", which & Q(seen_at__lt=offline)),
    }
