"""What SQLite knows of how full its tables are, by which it chooses between indexes; PostgreSQL sees to it by itself."""

from django.db import connection

# So many rows of each index are looked at, which takes some forty milliseconds in all, however large the tables are.
_LOOKED_AT = 1000


def renew() -> None:
    """SQLite chooses by what its tables hold now, on each connection that is opened from here on.

    Without it an index of which nothing is known may be taken for a much better one: after an upgrade has added one,
    a list could take forty times as long.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {_LOOKED_AT}")
        cursor.execute("ANALYZE")
