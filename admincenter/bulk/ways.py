"""The way from a list to what can be done to many of its rows."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.access.guards import actor

from .rows import Rows, RowsWork


def way_to_choose(request: HttpRequest, wanted: type[Rows], whose: Any = None) -> dict[str, Any]:
    """What a list's template shows it by; nothing for whoever may do none of it. `whose` is what the path names by its
    `slug`."""
    kinds = offered(wanted.at(actor(request), whose))
    if not kinds:
        return {}
    way = reverse(f"admincenter:choose_{wanted.page}", args=[whose.slug] if whose else [])
    return {"choose_url": way, "choose_kinds": [(work.kind, work.title) for work in kinds]}


def offered(rows: Rows) -> list[type[RowsWork]]:
    """What the viewer may do to many of them, by what they hold where the list is."""
    return [work for work in rows.kinds if work.is_offered(rows.held)]
