"""What the pages of the trail share: its tabs."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.access.permissions import Permission

from ...navigation import permissions
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
