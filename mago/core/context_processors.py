"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark", "system")


def page(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "system")
    return {
        "theme": theme if theme in THEMES else "system",
        "request_id": getattr(request, "request_id", ""),
        "has_inbox": settings.MAGO_INBOX,
        "passkey_host": settings.PASSKEY_ORIGINS[0],
        "has_documentation": settings.DOCS != "off",
    }
