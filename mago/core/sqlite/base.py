"""Django's backend, to which identifiers and times can be given as they are.

Django's fields spell them before the driver sees them. Statements written by hand (`mago.core.sql`) leave it to the
driver, which asks nobody about the other values: to look through a dozen of them in Python takes longer than the statement.
"""

import os
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.backends.sqlite3 import base

from mago.core import lending
from mago.core.threads import close_at_the_end


class DatabaseWrapper(base.DatabaseWrapper):
    # Django sets the mode where it opens a connection, and reads it where a transaction begins.
    lent: tuple[str, ...] = ("connection", "transaction_mode")

    def connect(self) -> None:
        if not lending.borrow(self):
            super().connect()

    def close_if_unusable_or_obsolete(self) -> None:
        super().close_if_unusable_or_obsolete()
        lending.give_back(self)

    def is_at_rest(self) -> bool:
        return not self.connection.in_transaction

    def get_new_connection(self, conn_params: Any) -> sqlite3.Connection:
        _make_for_us_alone(conn_params["database"])
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        close_at_the_end(self, connection)
        return connection


def _make_for_us_alone(path: str) -> None:
    """The file is there, and who made it is the only one who may open it; SQLite gives its log the same rights.

    Whichever command is the first: not each of them may say what becomes of all files that it makes.
    """
    if not path.startswith("/"):
        return  # In memory.
    # Never opened here: to close it would take away the locks that this process's other connections hold.
    # Where it cannot be made, SQLite says so itself.
    with suppress(OSError):
        os.mknod(path, 0o600)


def _spelled(time: datetime) -> str:
    """As Django's fields do it: naive, and in UTC."""
    return time.astimezone(UTC).isoformat(" ")[:-6] if time.tzinfo else time.isoformat(" ")


sqlite3.register_adapter(UUID, lambda id: id.hex)
# In the place of Django's, which would write the zone as well.
sqlite3.register_adapter(datetime, _spelled)
