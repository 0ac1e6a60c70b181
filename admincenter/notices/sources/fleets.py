"""Of fleets: hubs that are missing, kept apart, or seem to be two."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.permissions import Permission
from hubs.life.models import Outage
from hubs.models import Hub, State
from mago.audit.models import AuditTally
from mago.audit.tags import Tag

from ...selectors.figures import grouped
from .common import MOST, Level, Notice, Where, names_of, whose

ALARM_FOR = timedelta(days=7)


def of_clones(where: Where) -> list[Notice]:
    seen = AuditTally.objects.filter(
        where.within(),
        tag=Tag.HUB_CLONE_DETECTED,
        hour__gte=timezone.now() - ALARM_FOR,
    ).exclude(organization_id=AuditTally.EVERYWHERE)
    rows = list(seen.values("organization_id").annotate(last=Max("hour"))[:MOST])
    names = names_of([row["organization_id"] for row in rows])
    return [
        Notice(
            f"clone:{row['organization_id']}:{row['last']:%Y-%m-%dT%H}",
            whose(_("A hub seems to be cloned"), names, row["organization_id"]),
            reverse("admincenter:fleet", args=[names[row["organization_id"]].slug])
            + "?state=quarantined",
            Level.DANGER,
            Permission.HUBS_READ,
            _("Two devices proved themselves as one; it is in quarantine."),
            row["last"],
            row["organization_id"],
        )
        for row in rows
        if row["organization_id"] in names
    ]


def of_missing(where: Where) -> list[Notice]:
    outages = Outage.objects.filter(where.within("hub__organization_id"), ended_at=None)
    rows = outages.order_by().values_list("hub__organization_id")
    return _by_organization(
        "missing",
        rows.annotate(Count("pk"), Max("began_at"), Min("began_at"))[:MOST],
        lambda n: ngettext("%(number)s hub is missing", "%(number)s hubs are missing", n),
        "?standing=offline",
    )


def of_quarantine(where: Where) -> list[Notice]:
    hubs = Hub.objects.everywhere(reason="narrowed to what is looked at")
    rows = hubs.filter(where.within(), state=State.QUARANTINED).order_by()
    return _by_organization(
        "quarantine",
        rows.values_list("organization_id").annotate(
            Count("pk"), Max("state_since"), Min("state_since")
        )[:MOST],
        lambda n: ngettext(
            "%(number)s hub is in quarantine", "%(number)s hubs are in quarantine", n
        ),
        "?state=quarantined",
    )


def _by_organization(
    kind: str, found: Iterable[Any], words: Callable[[int], str], query: str
) -> list[Notice]:
    """One notice for each row of an organization, a number of its hubs, and the last and first moment."""
    rows = list(found)
    names = names_of([key for key, *_rest in rows])
    return [
        Notice(
            f"{kind}:{key}:{number}:{last:%Y-%m-%dT%H:%M}",
            whose(words(number) % {"number": grouped(number)}, names, key),
            reverse("admincenter:fleet", args=[names[key].slug]) + query,
            Level.WARNING,
            Permission.HUBS_READ,
            since=first,
            organization_id=key,
        )
        for key, number, last, first in rows
        if key in names
    ]
