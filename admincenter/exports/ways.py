"""The way from a list to its export."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.access.guards import actor

from ..navigation import Permissions, permissions
from .work import Export


def way_to_export(request: HttpRequest, wanted: type[Export], whose: Any = None) -> dict[str, str]:
    """What a list's template shows it by; nothing for whoever may not. `whose` is what the path names by its `slug`."""
    if whose or wanted.within:
        held = Permissions(actor(request), whose, within=wanted.within)
    else:
        held = permissions(request)
    if wanted.permission not in held:
        return {}
    name = wanted.kind.replace(".", "_")
    return {"export_url": reverse(f"admincenter:{name}", args=[whose.slug] if whose else [])}
