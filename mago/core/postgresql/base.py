"""Django's backend, which asks a connection once a second whether it lives, and not at each request; and which has a
short way for statements written by hand (`direct`).

To ask is a round trip, as dear as the statement that a small request is about. Whoever comes within that
second of a server that went away gets an error that can be tried again, and has the connection asked
at once; whoever comes later notices nothing.
"""

import time
from typing import Any

from django.db.backends.postgresql import base

from mago.core import lending
from mago.core.threads import close_at_the_end

from .direct import Direct

SECONDS = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    direct: Direct
    lent: tuple[str, ...] = ("connection", "direct")

    def connect(self) -> None:
        if not lending.borrow(self):
            super().connect()

    def close_if_unusable_or_obsolete(self) -> None:
        super().close_if_unusable_or_obsolete()
        lending.give_back(self)

    def is_at_rest(self) -> bool:
        return bool(self.direct.is_at_rest)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        made = super().get_new_connection(conn_params)
        close_at_the_end(self, made)
        self.direct = Direct(made, made.prepare_threshold)
        return made

    def is_usable(self) -> bool:
        now = time.monotonic()
        if self.connection is not None and not self.errors_occurred:
            is_whole = not (self.connection.closed or self.connection.broken)
            if is_whole and now - self.direct.lived_at < SECONDS:
                return True
        usable: bool = super().is_usable()
        if self.connection is not None:
            self.direct.lived_at = now if usable else float("-inf")
        return usable
