"""Unsafe combinations stop the start: `manage.py check` and every server start run these."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register


@register()
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


@register()
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


@register()
def debug_is_local(app_configs: Any, **kwargs: Any) -> list[Error]:
    if settings.DEBUG and not settings.IS_LOCAL:
        return [Error("MAGO_DEBUG is on in production.", hint="Unset MAGO_DEBUG.", id="mago.E003")]
    return []
