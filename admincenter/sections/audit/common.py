"""What the pages of the trail share: its tabs."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.permissions import Permission

from ...navigation import permissions

TABS = (
    (_("Events"), "audit", Permission.AUDIT_READ),
    (_("Exports"), "exports", Permission.AUDIT_EXPORT),
    (_("Streams"), "streams", Permission.AUDIT_READ),
    (_("Verification"), "verification", Permission.AUDIT_READ),
)


def around(request: HttpRequest, current: str) -> dict[str, Any]:
    """What templates/admincenter/audit/head.html shows, under the tab of that URL name."""
    held = permissions(request)
    tabs = [
        {"title": title, "url": reverse(f"admincenter:{name}"), "current": name == current}
        for title, name, permission in TABS
        if permission in held
    ]
    return {"head": "admincenter/audit/head.html", "tabs": tabs, "held": held}
