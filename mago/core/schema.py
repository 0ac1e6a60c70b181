"""Whether the tables are those of this code."""

from pathlib import Path
from pkgutil import iter_modules

from django.apps import AppConfig, apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


def missing_migrations() -> list[str]:
    """Those that lie here and have not run, told by their names: to load them all costs more than a request may."""
    done = MigrationRecorder(connection).applied_migrations()
    return [
        f"{app.label}.{name}"
        for app in apps.get_app_configs()
        for name in _migrations_of(app)
        if (app.label, name) not in done
    ]


def _migrations_of(app: AppConfig) -> list[str]:
    """As Django's loader finds them."""
    found = iter_modules([str(Path(app.path, "migrations"))])
    return [name for _, name, is_package in found if not is_package and name[0] not in "_~"]
