"""What `manage.py check`, and every start, says about the settings of the breach check."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from mago.core.checks import INSTALLATION

from .breach_file import open_breach_file


@register(INSTALLATION)
def breach_lookup_is_possible(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    match settings.PASSWORD_BREACH_CHECK:
        case "file" if settings.PASSWORD_BREACH_FILE:
            return _file_messages()
        case "service" if urlsplit(settings.PASSWORD_BREACH_SERVICE).scheme != "https":
            return [_service_needs_https]
    return []


def _file_messages() -> list[CheckMessage]:
    try:
        open_breach_file(settings.PASSWORD_BREACH_FILE)
    except (OSError, ValueError) as error:
        return [
            Warning(
                f"MAGO_PASSWORD_BREACH_FILE cannot be used, so breached passwords are taken: {error}",
                hint="Build it with `manage.py build_breach_file`, or set MAGO_PASSWORD_BREACH_CHECK=off.",
                id="mago.W010",
            )
        ]
    return []


_service_needs_https = Error(
    "MAGO_PASSWORD_BREACH_CHECK is `service` without an https address in MAGO_PASSWORD_BREACH_SERVICE.",
    hint="Give the base of a range service, such as https://ranges.example/range/.",
    id="mago.E010",
)
