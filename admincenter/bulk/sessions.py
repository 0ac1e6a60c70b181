"""Sessions that are ended, many at once."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission
from accounts.models import User
from accounts.sessions.models import Session
from mago.core.errors import Conflict
from mago.jobs.models import Item, Job
from mago.jobs.services import MOST_ITEMS, Draft, draft_job

from .. import services
from ..selectors.people import find_sessions, live_sessions
from .work import ActorsWork

KIND = "sessions.end"


class End(ActorsWork):
    """`subject` is the session's identifier, which tells nothing of its cookie."""

    title = gettext_lazy("End sessions")

    def do(self, item: Item) -> None:
        demand_permission(self.actor, Permission.SESSIONS_END)
        session = live_sessions().select_related("user").filter(id=UUID(item.subject)).first()
        if session is None:
            raise Conflict(_("This session has ended already."), code="gone")
        services.end_session_of(session, actor=self.actor)


def draft(sessions: Iterable[Session], *, actor: User) -> Job:
    """A job that ends them lies there to be looked at."""
    return draft_job(KIND, drafts(sessions, actor=actor), actor=actor)


def chosen(keys: Iterable[UUID]) -> QuerySet[Session]:
    """Those that were named and are live."""
    return live_sessions().select_related("user").filter(id__in=keys)


def everything(**filters: Any) -> QuerySet[Session]:
    """All that the filters of the list find; one more than a job takes tells that there are too many."""
    (found,) = find_sessions(**filters).queries
    return found[: MOST_ITEMS + 1]


def drafts(sessions: Iterable[Session], *, actor: User) -> Iterator[Draft]:
    """Each session, by its person and its browser."""
    for session in sessions:
        assert session.user is not None
        label = f"{session.user.email} · {session.browser} · {session.address or '–'}"
        yield Draft(label, str(session.id))
