"""Unsafe combinations stop the start: `manage.py check` and every server start run these.

A start runs none but those of `INSTALLATION`: what depends on the code alone is the same wherever it runs, and the
tests have looked at it. It took a tenth of a second.
"""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Warning, register

# The tag of what depends on where, and with which settings, the code runs.
INSTALLATION = "installation"


@register(INSTALLATION)
def one_broker(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Several processes cannot share what lies in one process's memory."""
    locmem = "locmem" in str(settings.CACHES["default"]["BACKEND"]).lower()
    if locmem and settings.WEB_CONCURRENCY > 1:
        return [
            Error(
                "WEB_CONCURRENCY is above 1 while the cache lies in one process's memory.",
                hint="Set REDIS_URL.",
                id="mago.E001",
            )
        ]
    return []


@register(INSTALLATION)
def sqlite_is_for_one_process(app_configs: Any, **kwargs: Any) -> list[Error]:
    sqlite = "sqlite" in settings.DATABASES["default"]["ENGINE"]
    if sqlite and settings.WEB_CONCURRENCY > 1:
        return [
            Error(
                "WEB_CONCURRENCY is above 1 on SQLite.",
                hint="Set DATABASE_URL to a PostgreSQL database.",
                id="mago.E002",
            )
        ]
    return []


@register(INSTALLATION)
def debug_is_local(app_configs: Any, **kwargs: Any) -> list[Error]:
    if settings.DEBUG and not settings.IS_LOCAL:
        return [Error("MAGO_DEBUG is on in production.", hint="Unset MAGO_DEBUG.", id="mago.E003")]
    return []


@register(deploy=True)
def every_setting_is_known(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """What an earlier version knew, or what somebody else calls like ours."""
    return [
        Warning(f"{name} is no setting of this version.", hint="Take it out.", id="mago.W001")
        for name in settings.UNKNOWN_VARIABLES
    ]
