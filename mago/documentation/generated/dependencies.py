"""What Mago waits for while it runs: how many connections, how long, and what happens then (ASVS 13.1.2, 13.1.3)."""

from accounts.federation import fetching
from accounts.federation.directory import limits as directory
from accounts.federation.directory import wire
from accounts.signin.passwords import breach_service
from hubs.life import board
from mago import server
from mago.audit.streams import following
from mago.core import outbound
from mago.messaging import delivery
from mago.messaging.gateways import smtp, twilio
from mago.settings import database, processes

from .tables import table, time

HEAD = """# Dependencies at run time
Made by `manage.py document` from the code that connects. Nothing is waited for without an end, every connection ends with the block that opened it, and nothing but the database is needed to answer a request. What is tried again is spread by chance. Which ports: [install](../operations/install.md#ports). What was broken on purpose: [faults](../operations/faults.md).

"""


def text() -> str:
    return HEAD + table(["what", "connections", "waited for", "where it is full or away"], rows())


def rows() -> list[tuple[str, str, str, str]]:
    seconds = (
        f"{processes.CELERY_TASK_SOFT_TIME_LIMIT} and {processes.CELERY_TASK_TIME_LIMIT} seconds"
    )
    return [
        (
            "threads of a web process",
            f"{server.THREADS}, each with one request",
            "a request: as the proxy says (60 seconds)",
            "requests wait in the line of the socket; a stop lets them end",
        ),
        (
            "PostgreSQL",
            "one a thread, kept; with PgBouncer as many as it gives",
            f"{database.CONNECT_SECONDS} seconds for a connection",
            "503 with `Retry-After`, nothing half done; found again by itself",
        ),
        (
            "SQLite",
            "one a thread, kept",
            f"{database.SQLITE_SECONDS} seconds for whoever writes",
            "503, nothing half done",
        ),
        (
            "Redis: hubs' heartbeats",
            "a pool, one a thread",
            f"{board.SECONDS} seconds an answer",
            "heartbeats of that moment are lost and said again; nothing else",
        ),
        (
            "Redis: broker",
            "one a process",
            "a request never waits for it",
            "the clock finds in the database what was not published; tasks come again after "
            + time(float(processes.CELERY_BROKER_TRANSPORT_OPTIONS.get("visibility_timeout", 300))),
        ),
        ("tasks", "as many as workers", seconds, "ended, and done again by the next run"),
        (
            "mail server",
            "one a batch of 100, by one worker",
            f"{smtp.SECONDS} seconds a step",
            (
                f"tried again after {delivery.FIRST_DELAY:.0f} seconds, growing to "
                f"{time(delivery.LONGEST_DELAY)}; dead after {time(delivery.GIVE_UP_AGE.total_seconds())} "
                f"and {delivery.GIVE_UP_ATTEMPTS} attempts"
            ),
        ),
        (
            "Twilio",
            "one a message",
            f"{twilio.SECONDS} seconds",
            "as mail; an answer that was lost means no second SMS",
        ),
        (
            "sign-in providers, metadata",
            "one a question",
            (
                f"{outbound.TIMEOUT:.0f} seconds a step, {fetching.LONGEST:.0f} in all, "
                f"{fetching.LARGEST // 1024} KiB"
            ),
            "the page says that the provider does not answer; everybody else signs in as ever",
        ),
        (
            "directories (LDAP)",
            f"{directory.AT_ONCE} a directory and process",
            (
                f"{directory.LONGEST_WAIT:.0f} seconds for one of them, {wire.CONNECT_TIMEOUT} to connect, "
                f"{wire.RECEIVE_TIMEOUT} without a byte"
            ),
            "503 for its own people; a server that is dead is passed over for a while",
        ),
        (
            "breach service",
            "one a new password",
            f"{breach_service.TIMEOUT:.0f} seconds in all",
            "`MAGO_PASSWORD_BREACH_UNREACHABLE`: accept or refuse",
        ),
        (
            "audit streams",
            "one a stream, by one worker",
            f"{outbound.TIMEOUT:.0f} seconds a step",
            (
                f"tried again after {following.FIRST_DELAY:.0f} seconds, growing to "
                f"{time(following.LONGEST_DELAY)}; waits for somebody after `MAGO_AUDIT_STREAM_GIVE_UP_HOURS`"
            ),
        ),
    ]
