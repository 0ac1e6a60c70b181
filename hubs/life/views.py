"""A hub says how it is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from mago.core.context import caller
from mago.core.errors import Busy

from ..bodies import read_object
from ..guards import hub_required
from ..operations.selectors import tasks_wait
from ..scopes import HubScope
from ..views.answers import Answer, over_django
from .board import Away
from .reports import read_report
from .services import take_heartbeat

JITTER = 0.2


class NotNow(Busy):
    detail = _("This cannot be taken at the moment. Try again in a moment.")


@hub_required(HubScope.DIAGNOSTICS)
def hear(request: HttpRequest) -> Answer:
    """The hub was heard. It is told when to come again, in seconds, and whether tasks wait for it."""
    hub: Any = request.hub  # type: ignore[attr-defined]
    report = read_report(read_object(request))
    try:
        take_heartbeat(hub_id=hub.id, address=caller().address, report=report)
    except Away:
        raise NotNow from None
    return Answer.of(
        {
            "interval": int(settings.HUB_HEARTBEAT_INTERVAL.total_seconds()),
            "jitter": JITTER,
            "tasks": tasks_wait(hub),
        }
    )


heartbeat = require_POST(over_django(hear))
