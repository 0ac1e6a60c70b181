"""Hubs that stay away are missed: once told by mail to who looks after them, and once that they are back.

What counts is silence that we were there to hear: while Mago itself was down, no hub could be heard.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.access.models import RoleBinding
from accounts.access.permissions import Permission
from accounts.access.scope import Scope
from accounts.access.selectors.bindings import unexpired
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.messaging.services import send_mail

from ..models import Hub
from .board import board
from .models import Outage, Presence, Watch
from .selectors import AWAITED, offline_after

BATCH = 500
# A gap between two looks that is longer than this means that we were not there.
LONGEST_GAP = timedelta(minutes=2)
MOST_PEOPLE = 50
MOST_NAMED = 20


@transaction.atomic
def watch(now: datetime | None = None) -> None:
    """Who is missed has an outage, who is back has none, and who looks after them has had the mails that are due."""
    now = now or timezone.now()
    awake_since = _look(now)
    _end(now)
    if awake_since <= now - offline_after():
        _begin(now)
    _tell(now, awake_since)


def _look(now: datetime) -> datetime:
    """Since when we have been listening without a gap. One run at a time gets past this."""
    row, _made = Watch.objects.select_for_update().get_or_create(
        pk=1, defaults={"looked_at": now, "awake_since": now}
    )
    if now - row.looked_at > LONGEST_GAP:
        row.awake_since = now
    row.looked_at = now
    row.save(update_fields=["looked_at", "awake_since"])
    return row.awake_since


def _begin(now: datetime) -> None:
    open_ones = Outage.objects.filter(hub=OuterRef("hub"), ended_at=None)
    silent = Presence.objects.filter(
        ~Exists(open_ones),
        seen_at__lt=now - offline_after(),
        hub__state__in=AWAITED,
        hub__organization__is_active=True,
    )
    found = dict(silent.order_by("-seen_at").values_list("hub", "seen_at")[:BATCH])
    # Workers that are behind make nobody silent. Where Redis cannot say, we were not there to hear, and this
    # whole look has not been.
    waiting = board().look(found)
    Outage.objects.bulk_create(
        [
            Outage(hub_id=hub, began_at=seen_at)
            for hub, seen_at in found.items()
            if hub not in waiting or waiting[hub].at < now - offline_after()
        ],
        ignore_conflicts=True,
    )


def _end(now: datetime) -> None:
    back = Q(hub__presence__seen_at__gt=F("began_at"))
    given_up = ~Q(hub__state__in=AWAITED) | Q(hub__organization__is_active=False)
    ended = list(_open().filter(back | given_up)[:BATCH])
    Outage.objects.filter(pk__in=[one.pk for one in ended]).update(ended_at=now)
    returned = [one for one in ended if one.told_at and one.hub.state in AWAITED]
    for outage in returned:
        _record(Tag.HUB_BACK, outage, now)
    _mail("hubs/back", returned, now)


def _tell(now: datetime, awake_since: datetime) -> None:
    delay = settings.HUB_OFFLINE_MAIL_AFTER
    if not delay or awake_since > now - delay:
        return
    due = list(_open().filter(told_at=None, began_at__lte=now - delay)[:BATCH])
    Outage.objects.filter(pk__in=[one.pk for one in due]).update(told_at=now)
    for outage in due:
        _record(Tag.HUB_MISSED, outage, now)
    _mail("hubs/offline", due, now)


def _open() -> QuerySet[Outage]:
    found = Outage.objects.filter(ended_at=None).order_by("began_at", "id")
    return found.select_related("hub__site", "hub__room", "hub__organization")


def _record(tag: Tag, outage: Outage, now: datetime) -> None:
    hub = outage.hub
    silent = int((now - outage.began_at).total_seconds())
    record(tag, target=hub, organization_id=hub.organization_id, silent_seconds=silent)


def _mail(template: str, outages: Iterable[Outage], now: datetime) -> None:
    """One mail for each site, to each who looks after it: a building that loses its power is one mail and not a hundred."""
    by_site: dict[Any, list[Outage]] = defaultdict(list)
    for outage in outages:
        by_site[outage.hub.site_id].append(outage)
    for group in by_site.values():
        first = group[0].hub
        context = {
            "organization": str(first.organization),
            "site": str(first.site),
            "count": len(group),
            "hubs": [_named(one) for one in group[:MOST_NAMED]],
            "more": max(0, len(group) - MOST_NAMED),
            "link": f"{settings.MAGO_BASE_URL}/admincenter/hubs/{first.organization.slug}/",
        }
        for person in caretakers(first)[:MOST_PEOPLE]:
            send_mail(
                template,
                to=person.email,
                context=context | {"name": str(person)},
                language=person.language,
                expires_at=now + timedelta(days=2),
            )


def _named(outage: Outage) -> dict[str, str]:
    hub = outage.hub
    room = f"{hub.room}, " if hub.room else ""
    return {"name": f"{room}{hub}", "since": outage.began_at.isoformat()}


def caretakers(hub: Hub) -> list[User]:
    """Who is told about the hub: people of the organization whose role lets them restart it there."""
    bindings = RoleBinding.objects.filter(
        unexpired(), organization=hub.organization_id, user__is_active=True
    )
    where = Scope(hub.organization_id, hub.site_id)
    found = {
        binding.user.pk: binding.user
        for binding in bindings.select_related("user", "custom_role").order_by("granted_at", "id")
        if binding.user and Permission.HUBS_REBOOT in binding.permissions
        and binding.scope.covers(where)
    }  # fmt: skip
    return list(found.values())
