"""By which settings the installation runs, as far as they are no secrets, and what of it a careful operator would change."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from .common import Part, State


def settings_part() -> Part:
    warnings = list(_warnings())
    facts: list[tuple[Any, Any]] = [
        (_("Address"), settings.MAGO_BASE_URL),
        (_("Deployment"), settings.MAGO_DEPLOYMENT),
        (_("Kind"), _("being tried out") if settings.IS_LOCAL else _("production")),
        (_("Proxies in front"), settings.TRUSTED_PROXIES),
        *((_("Advice"), words) for words in warnings),
    ]
    state = State.WARNING if warnings and not settings.IS_LOCAL else State.WELL
    words = _("Made for trying it out; nothing here is meant for production.")
    return Part(
        "settings", _("Settings"), "settings", state, words if settings.IS_LOCAL else "", facts
    )


def _warnings() -> Iterator[str]:
    """Sentences; what is unsafe has stopped the start, and is not among them."""
    if settings.IS_LOCAL:
        return
    if connection.vendor == "sqlite":
        yield _("SQLite serves one machine: set DATABASE_URL to a PostgreSQL database.")
    if not settings.REDIS_URL:
        yield _("The worker is a thread of the web process: set REDIS_URL and run workers.")
    if not settings.TRUSTED_PROXIES:
        yield _("No proxy is trusted: behind one, every visitor has its address.")
    if not settings.METRICS_TOKEN:
        yield _("Without MAGO_METRICS_TOKEN only this machine can read the metrics.")
    if not settings.BACKUP_SECRET:
        yield _("Without MAGO_BACKUP_SECRET every backup has to be given a key file.")
    if not settings.TLS_ENDPOINTS:
        yield _("No endpoint is watched: certificates may end unseen.")
