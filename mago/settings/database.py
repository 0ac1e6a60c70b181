"""SQLite for one process, PostgreSQL when it grows. The code above sees no difference."""

from typing import Any

from . import env
from .base import DATA_DIR

_address = env.url(
    "DATABASE_URL",
    f"sqlite:///{DATA_DIR}/mago.sqlite3",
    ("sqlite", "postgresql", "postgres"),
    meaning="Database: sqlite:///file, or postgresql://user:password@host:port/name?sslmode=verify-full.",
)

# How long a connection, or whoever writes, is waited for: a machine that is gone does not answer at all.
CONNECT_SECONDS = 5
SQLITE_SECONDS = 20


def _sqlite() -> dict[str, Any]:
    return {
        "ENGINE": "mago.core.sqlite",
        # Four slashes give an absolute path, three one inside the data folder.
        "NAME": str(DATA_DIR / _address.path.removeprefix("/")),
        # Closing the last connection writes the whole log back into the file: 10 ms, at each request.
        "CONN_MAX_AGE": None,
        # Without recursive triggers an INSERT OR REPLACE deletes what stands in its way past all triggers, also those
        # that keep the audit trail.
        # IMMEDIATE takes the write lock where it can still wait for it; DEFERRED would fail with "database is locked".
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": SQLITE_SECONDS,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            " PRAGMA recursive_triggers=ON;",
        },
    }


def _postgresql() -> dict[str, Any]:
    _prove_the_server(_address.options.get("host", _address.host))
    return {
        "ENGINE": "mago.core.postgresql",
        "NAME": _address.path.removeprefix("/") or "mago",
        "USER": _address.user,
        "PASSWORD": _address.password,
        "HOST": _address.options.pop("host", _address.host),
        "PORT": _address.port or "",
        # Statements that run often are planned once a connection (`mago.core.sql`). Behind a PgBouncer
        # older than 1.21 they cannot be: prepare_threshold=0 in the address turns it off.
        "OPTIONS": {
            "prepare_threshold": _prepared_after(),
            "connect_timeout": CONNECT_SECONDS,
            **_address.options,
        },
        # A new connection costs a dozen queries; PgBouncer in transaction mode cannot carry server-side cursors.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def _prove_the_server(host: str) -> None:
    """Over a network the server proves who it is, and nothing in the address turns that off (ASVS 12.3.2)."""
    if env.is_this_machine(host):
        return
    if _address.options.setdefault("sslmode", "verify-full") != "verify-full":
        raise env.refuse(
            "DATABASE_URL",
            "does not have the server of another machine prove who it is",
            "Leave sslmode out, or write sslmode=verify-full; sslrootcert names an authority of your own.",
        )
    # The authorities of the machine, unless one is named.
    _address.options.setdefault("sslrootcert", env.authorities())


def _prepared_after() -> int | None:
    """After how many uses psycopg has a statement prepared; None: never."""
    uses = _address.options.pop("prepare_threshold", "3")
    if not uses.isdecimal():
        raise env.refuse(
            "DATABASE_URL", "has a prepare_threshold that is no number", "Give 0 or more."
        )
    return int(uses) or None


DATABASES = {"default": _sqlite() if _address.scheme == "sqlite" else _postgresql()}
