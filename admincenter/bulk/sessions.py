"""Sessions that are ended, many at once."""

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from accounts.models import User
from accounts.sessions.models import Session
from mago.jobs.models import Item

from .. import services
from ..forms import SessionFilters
from ..keyset import Listing
from ..selectors.people import find_sessions, live_sessions
from .platform import OfPlatform
from .rows import RowsWork, not_to_oneself


class Sessions(OfPlatform):
    """By the identifier of each, which tells nothing of its cookie."""

    page, reads, key = "sessions", Permission.SESSIONS_READ, "id"
    form_class = SessionFilters

    def find(self, **chosen: Any) -> Listing:
        return find_sessions(**chosen)

    def found(self, **chosen: Any) -> list[Any]:
        """As in the list, whoever picks out somebody's leaves a trace."""
        services.tell_of_looking_for(chosen.get("person"), actor=self.viewer)
        return super().found(**chosen)

    def all(self) -> QuerySet[Session]:
        return live_sessions().select_related("user")

    def label(self, row: Session) -> str:
        assert row.user is not None
        return f"{row.user.email} · {row.browser} · {row.address or '–'}"


class End(RowsWork):
    kind, rows, permission = "sessions.end", Sessions, Permission.SESSIONS_END
    title = gettext_lazy("End sessions")

    @classmethod
    def spared(cls, row: Session, actor: User) -> str | Promise:
        own = row.user_id == actor.pk
        return not_to_oneself() if own else ""

    def act(self, row: Session, item: Item) -> None:
        services.end_session_of(row, actor=self.actor)


Sessions.kinds = (End,)
