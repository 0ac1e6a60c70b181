import logging
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate

log = logging.getLogger(__name__)


class AdminCenterConfig(AppConfig):
    name = "admincenter"
    label = "admincenter"

    def ready(self) -> None:
        from . import checks  # noqa: F401

        # Sent for each application once all are migrated; this one has no tables, so that none is sent for it.
        post_migrate.connect(index_what_is_searched, sender=apps.get_app_config("accounts"))


def index_what_is_searched(using: str, **kwargs: Any) -> None:
    """Whatever is searched has its index of trigrams, as far as the database will have it; the log has what to do else."""
    from mago.core.trigram_tables import make

    from .checks import HINT, PROBLEM
    from .searched import ALL

    if make(connections[using], [searched.table for searched in ALL]):
        log.warning("%s %s", PROBLEM, HINT)
