"""Whoever changes a hub, or what it proves itself with, changes it alone."""

from ..models import Hub


def locked(hub: Hub) -> Hub:
    """The hub as it is now; until the transaction ends nobody else changes it."""
    rows = Hub.objects.of(hub.organization_id).select_for_update(of=("self",), no_key=True)
    fresh: Hub = rows.select_related("site", "room").get(pk=hub.pk)
    return fresh
