"""Django's backend, to which identifiers and times can be given as they are.

Django's fields spell them before the driver sees them. Statements written by hand (`mago.core.sql`) leave it to the
driver, which asks nobody about the other values: to look through a dozen of them in Python takes longer than the statement.
"""

import sqlite3
from datetime import UTC, datetime
from uuid import UUID

from django.db.backends.sqlite3 import base

DatabaseWrapper = base.DatabaseWrapper


def _spelled(time: datetime) -> str:
    """As Django's fields do it: naive, and in UTC."""
    return time.astimezone(UTC).isoformat(" ")[:-6] if time.tzinfo else time.isoformat(" ")


sqlite3.register_adapter(UUID, lambda id: id.hex)
# In the place of Django's, which would write the zone as well.
sqlite3.register_adapter(datetime, _spelled)
