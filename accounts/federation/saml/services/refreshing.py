"""Metadata is looked at again every hour: a provider's next key counts before it signs."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.federation.enterprise.models import State
from accounts.federation.enterprise.services import touch
from mago.core.errors import Refused
from mago.core.outbound import Unreachable

from ..models import SamlProvider, Source
from .configuration import demand_addresses
from .fetching import fetch

EVERY = timedelta(hours=1)
AT_ONCE = 50
# By what a provider was asked, and whom it was believed to be.
_DESCRIBED = ("source", "metadata_url", "metadata_certificate", "entity_id", "certificates")


def refresh_all() -> int:
    """Every provider that is described by an address was asked within the hour; how many were now."""
    due = timezone.now() - EVERY
    rows = SamlProvider.objects.everywhere(reason="metadata of all organizations grows old")
    rows = rows.filter(source=Source.URL).exclude(provider__state=State.DISABLED)
    rows = rows.filter(Q(refreshed_at=None) | Q(refreshed_at__lt=due))
    asked = list(rows.select_related("provider__organization").order_by("refreshed_at")[:AT_ONCE])
    for known in asked:
        refresh(known)
    return len(asked)


def refresh(known: SamlProvider) -> None:
    """The provider's keys and addresses are those that it publishes now, where the pinned key says so.

    Without a pinned key nothing is taken over, as whoever holds the address would hold the organization; that
    something differs is noted for the administrator, as is every failure. What was known stays known.
    Where somebody has described it anew while it was asked, its answer counts for nothing.
    """
    from ..protocol.descriptions import Misdescribed, read

    try:
        raw = fetch(known.metadata_url)
        described = read(raw, now=timezone.now(), pinned=known.metadata_certificate)
        demand_addresses(described)
    except (Unreachable, Misdescribed, Refused) as error:
        words = str(error.detail) if isinstance(error, Refused) else str(error)
        _note(known, words)
        return
    logout = described.logout
    told: dict[str, Any] = {
        "sign_on_url": described.sign_on.location,
        "sign_on_binding": described.sign_on.binding,
        "logout_url": logout.location if logout else "",
        "logout_binding": logout.binding if logout else "",
        "logout_response_url": logout.response if logout else "",
        "certificates": list(described.certificates),
    }
    changed = {name: value for name, value in told.items() if getattr(known, name) != value}
    if described.entity_id != known.entity_id:
        _note(known, f"The metadata is of another provider now: {described.entity_id}")
    elif not changed:
        _note(known, "")
    elif not known.metadata_certificate:
        _note(known, f"The metadata has changed, and nothing signs it: {', '.join(changed)}")
    else:
        _take_over(known, changed)


@transaction.atomic
def _take_over(known: SamlProvider, changed: dict[str, Any]) -> None:
    if _as_asked(known).select_for_update(no_key=True).first() is None:
        return
    before = {name: getattr(known, name) for name in changed}
    for name, value in changed.items():
        setattr(known, name, value)
    known.refreshed_at, known.refresh_problem = timezone.now(), ""
    known.save(update_fields=[*changed, "refreshed_at", "refresh_problem"])
    touch(known.provider, actor=None, before=before, after=changed)


def _note(known: SamlProvider, problem: str) -> None:
    _as_asked(known).update(refreshed_at=timezone.now(), refresh_problem=problem[:500])


def _as_asked(known: SamlProvider) -> QuerySet[SamlProvider]:
    """Its row, unless it is described in another way by now: other providers were waited for, and then this one."""
    described = {name: getattr(known, name) for name in _DESCRIBED}
    rows: QuerySet[SamlProvider] = SamlProvider.objects.of(known.organization_id)
    return rows.filter(pk=known.pk, **described)
