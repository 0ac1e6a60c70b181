"""What `manage.py check`, and every start, says about the settings of the breach check."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from .breach_file import open_breach_file


@register()
def breach_file_is_readable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.PASSWORD_BREACH_CHECK != "file" or not settings.PASSWORD_BREACH_FILE:
        return []
    try:
        open_breach_file(settings.PASSWORD_BREACH_FILE)
    except (OSError, ValueError) as error:
        return [
            Warning(
                f"MAGO_PASSWORD_BREACH_FILE cannot be used, so breached passwords are not refused: {error}",
                hint="Build it with `manage.py build_breach_file`, or set MAGO_PASSWORD_BREACH_CHECK=off.",
                id="mago.W010",
            )
        ]
    return []


@register()
def breach_service_is_https(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.PASSWORD_BREACH_CHECK != "service" or urlsplit(settings.PASSWORD_BREACH_SERVICE).scheme == "https":
        return []
    return [
        Error(
            "MAGO_PASSWORD_BREACH_CHECK is `service` without an https address in MAGO_PASSWORD_BREACH_SERVICE.",
            hint="Set it to the base of a range service, such as https://ranges.example/range/.",
            id="mago.E010",
        )
    ]
