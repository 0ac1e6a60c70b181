"""The end of the chain belongs to one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# PostgreSQL's name for "I am the sealer"; any number that nothing else of ours uses.
SEALER_LOCK = 0x6D61676F_61756469


@contextmanager
def turn() -> Iterator[None]:
    """A transaction during which nobody else adds links, checkpoints, keys or segments."""
    with transaction.atomic():
        # SQLite has one writer anyway: its transactions begin with the lock (settings: IMMEDIATE).
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALER_LOCK])
        yield
