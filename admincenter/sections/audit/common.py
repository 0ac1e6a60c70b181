"""What the pages of the trail share: its tabs, and what one event says."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.access.permissions import Permission
from mago.audit import canonical
from mago.audit.models import AuditEvent

from ... import diff
from ...navigation import permissions
from ...selectors.trail import link_of
from ...tabs import Tab, links

TABS = (
    Tab(_("Events"), "audit", Permission.AUDIT_READ),
    Tab(_("Exports"), "exports", Permission.AUDIT_EXPORT),
    Tab(_("Streams"), "streams", Permission.AUDIT_READ),
    Tab(_("Verification"), "verification", Permission.AUDIT_READ),
)


def around(request: HttpRequest, current: str) -> dict[str, Any]:
    """What templates/admincenter/audit/head.html shows, under the tab of that URL name."""
    held = permissions(request)
    return {"head": "admincenter/audit/head.html", "tabs": links(TABS, held, current), "held": held}


def facts_of(event: AuditEvent) -> dict[str, Any]:
    """What the page of an event shows of it: what it changed, what else it tells, and its link in the chain."""
    link = link_of(event)
    return {
        "event": event,
        "changes": diff.changes(event.told_detail),
        "details": diff.rest(event.told_detail),
        "is_ours": canonical.is_ours(event),
        "link": link,
        "link_hash": bytes(link.hash).hex() if link else "",
    }
