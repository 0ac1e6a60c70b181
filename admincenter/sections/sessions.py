"""Who is signed in, from where, with what, and since when; one session or many are ended."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.core.ids import digest

from .. import services
from ..bulk.sessions import Sessions
from ..bulk.ways import way_to_choose
from ..exports import lists
from ..exports.ways import way_to_export
from ..forms import SessionFilters
from ..pages import CURSOR, act, list_page
from ..selectors.people import find_sessions, session_for

# What a row of the list shows.
SHOWN = ("session_key", "user", "user__email", "user_agent", "proofs", "address", "last_seen_at")


@require(Permission.SESSIONS_READ)
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    here = digest(request.session.session_key or "")
    filters = SessionFilters(request.GET)
    # Further pages are the same look.
    if filters.is_valid() and CURSOR not in request.GET:
        services.tell_of_looking_for(filters.chosen.get("person"), actor=actor(request))

    def mark_ours(rows: list[Any]) -> None:
        for row in rows:
            row.is_here = row.session_key == here

    return list_page(
        request,
        "admincenter/sessions/list.html",
        title=_("Sessions"),
        filters=filters,
        find=lambda **chosen: replace(find_sessions(**chosen), complete=mark_ours),
        columns=SHOWN,
        **way_to_choose(request, Sessions),
        **way_to_export(request, lists.Sessions),
    )


@require(Permission.SESSIONS_END)
@require_POST
def end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    session = session_for(session_id)
    return act(
        request,
        lambda: services.end_session_of(session, actor=actor(request)),
        _("That session is ended."),
        to=reverse("admincenter:sessions"),
    )
