"""The parts, each in a few bounded questions. Nothing of what they say is a secret: of an address, scheme and host."""

import platform
import shutil
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mago.audit.models import AuditCheckpoint, AuditJob, JobState
from mago.core.schema import missing_migrations
from mago.jobs.models import OPEN, Job
from mago.messaging.selectors import backlog
from mago.tls.models import State as CertificateState
from mago.tls.selectors import endpoints

from ..figures import count, unsealed_since
from ..standing import next_certificate
from .common import Part, State, timed
from .settings import settings_part

QUEUES = ("default", "messages", "exports")
# The clock writes it down each half minute (tasks.note_alive).
ALIVE = "admincenter:worker-alive"
SILENT_AFTER = timedelta(minutes=2)
# Whoever looks at once after the start has not to be alarmed.
_STARTED = timezone.now()
MAIL_LATE = timedelta(minutes=5)
# Tasks that wait in a queue: more than a busy minute makes.
LONG_QUEUE = 1000
LITTLE_DISK, NO_DISK = 10, 3
JOB_LATE = timedelta(minutes=10)


def versions() -> list[tuple[str, str]]:
    """What runs here."""
    try:
        own = version("mago")
    except PackageNotFoundError:
        own = _from_project()
    vendor = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    return [
        ("Mago", own),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        (vendor, _database_version()),
    ]


def _from_project() -> str:
    """Run from its folder, as it mostly is, it is no installed package."""
    import tomllib

    text = (Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def _database_version() -> str:
    if connection.vendor == "postgresql":
        number = connection.pg_version  # type: ignore[attr-defined]
        return f"{number // 10000}.{number % 10000}"
    import sqlite3

    return sqlite3.sqlite_version


def parts() -> list[Part]:
    """All parts. One that is away is down, and says no more than the kind of its error; it may hold an address."""
    asked = (
        _database, _cache, _worker, _queues, _mail, _sms, _trail, _jobs, _certificates, _disk,
    )  # fmt: skip
    return [*(ask() for ask in asked), settings_part()]


def _database() -> Part:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    def part(state: State, detail: str, facts: list[tuple[Any, Any]]) -> Part:
        return Part("database", _("Database"), "server", state, detail, facts)

    try:
        _answer, took = timed(ask)
        missing = len(missing_migrations())
        facts = [(_("Answers in"), took), (_("Size"), _size()), (_("Migrations missing"), missing)]
    except DatabaseError as error:
        return part(State.DOWN, type(error).__name__, [])
    if missing:
        return part(State.DOWN, _("Its tables are not those of this code: run migrate."), facts)
    return part(State.WELL, "", facts)


def _size() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute(
                "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            )
        return filesizeformat(cursor.fetchone()[0])


def _cache() -> Part:
    where = "Redis" if settings.REDIS_URL else _("in the memory of this process")
    title, icon = _("Cache"), "zap"
    try:
        cache.set("admincenter:ping", "pong", 10)
        answer, took = timed(lambda: cache.get("admincenter:ping"))
    except Exception as error:  # noqa: BLE001  each cache fails in its own way
        return Part("cache", title, icon, State.DOWN, type(error).__name__)
    facts = [(_("Where"), where), (_("Answers in"), took)]
    return Part("cache", title, icon, State.WELL if answer == "pong" else State.DOWN, "", facts)


def _worker() -> Part:
    title, icon = _("Workers and clock"), "cpu"
    seen: datetime | None = cache.get(ALIVE)
    form = _("a thread of the web process") if settings.EMBEDDED_WORKER else _("processes")
    facts = [(_("Form"), form), (_("Web processes"), settings.WEB_CONCURRENCY)]
    if seen is None and timezone.now() - _STARTED < SILENT_AFTER:
        words = _("This process has just started, and has heard of no worker yet.")
        return Part("worker", title, icon, State.WELL, words, facts)
    if seen is None or timezone.now() - seen > SILENT_AFTER:
        words = _("No task that the clock sets off was done in the last minutes.")
        return Part("worker", title, icon, State.DOWN, words, facts)
    age = max(0, int((timezone.now() - seen).total_seconds()))
    said = _("%(seconds)s s ago") % {"seconds": age}
    return Part("worker", title, icon, State.WELL, "", [*facts, (_("Last heard"), said)])


def _queues() -> Part:
    title, icon = _("Queues"), "list"
    if not settings.REDIS_URL:
        words = _("Tasks travel in the memory of the web process.")
        return Part("broker", title, icon, State.WELL, words)
    from redis import Redis

    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
        ) as broker:
            _pong, took = timed(broker.ping)
            waiting = {queue: int(broker.llen(queue)) for queue in QUEUES}
    except Exception as error:  # noqa: BLE001  each way of being away has its own error
        return Part("broker", title, icon, State.DOWN, type(error).__name__)
    facts = [(_("Answers in"), took), *((queue, number) for queue, number in waiting.items())]
    if max(waiting.values()) > LONG_QUEUE:
        words = _("More tasks wait than the workers get through.")
        return Part("broker", title, icon, State.WARNING, words, facts)
    return Part("broker", title, icon, State.WELL, "", facts)


def _mail() -> Part:
    waiting = backlog()
    where = settings.EMAIL_URL
    server = _("the inbox of this installation") if where.scheme == "inbox" else where.host
    facts = [
        (_("Server"), server),
        (_("Messages that are due"), waiting.due),
        (_("Given up"), waiting.dead),
    ]
    late = waiting.oldest is not None and timezone.now() - waiting.oldest > MAIL_LATE
    words, state = "", State.WELL
    if late:
        state, words = State.WARNING, _("The oldest message has been due for more than 5 minutes.")
    elif waiting.dead:
        state, words = State.WARNING, _("Messages were given up: see why, and try them again.")
    return Part("mail", _("Mail"), "mail", state, words, facts, "messages")


def _sms() -> Part:
    if not settings.TWILIO_ACCOUNT_SID:
        words = _("No carrier is set; SMS land in the inbox of this installation.")
        return Part("sms", _("SMS"), "smartphone", State.OFF, words)
    facts = [(_("Carrier"), "Twilio"), (_("Sender"), settings.TWILIO_FROM)]
    return Part("sms", _("SMS"), "smartphone", State.WELL, "", facts)


def _trail() -> Part:
    since = unsealed_since()
    newest = AuditCheckpoint.objects.order_by("-sequence").values_list("sequence", "time").first()
    facts = [
        (_("Events that are sealed and signed"), newest[0] if newest else 0),
        (_("Last checkpoint (UTC)"), f"{newest[1]:%Y-%m-%d %H:%M}" if newest else "–"),
    ]
    state = State.DOWN if since else State.WELL
    words = _("The audit trail is not being sealed") if since else ""
    return Part("audit", _("Audit trail"), "scroll-text", state, words, facts, "verification")


def _jobs() -> Part:
    open_jobs = Job.objects.filter(state__in=OPEN)
    running = (JobState.WAITING, JobState.RUNNING)
    exports = AuditJob.objects.filter(state__in=running)
    facts = [
        (_("Jobs that wait or run"), count(open_jobs, 1000)),
        (_("Exports and verifications"), count(exports, 1000)),
    ]
    late = open_jobs.filter(
        created_at__lt=timezone.now() - JOB_LATE, attempts=0, leased_until=None
    ).exists()
    words = _("A job has been waiting for more than 10 minutes.") if late else ""
    state = State.WARNING if late else State.WELL
    return Part("jobs", _("Background jobs"), "activity", state, words, facts, "jobs")


def _certificates() -> Part:
    title, icon, page = _("Certificates and TLS"), "badge-check", "certificates"
    watched = endpoints()
    if not watched:
        words = _("No endpoint is watched: name it in MAGO_TLS_ENDPOINTS.")
        return Part("certificates", title, icon, State.OFF, words, [], page)
    facts: list[tuple[Any, Any]] = [
        (_("Profile"), settings.TLS_PROFILE),
        (_("Endpoints"), len(watched)),
    ]
    if first := next_certificate():
        days = ngettext("%(days)s day", "%(days)s days", first.days) % {"days": first.days}
        facts.append((_("Next certificate ends"), f"{days} · {first.whose}"))
    states = {one.state for one in watched}
    if CertificateState.EXPIRED in states:
        return Part("certificates", title, icon, State.DOWN, _("A certificate ended."), facts, page)
    if CertificateState.OVERDUE in states or any(one.breaches for one in watched):
        words = _("Something is not as the policy wants it.")
        return Part("certificates", title, icon, State.WARNING, words, facts, page)
    return Part("certificates", title, icon, State.WELL, "", facts, page)


def _disk() -> Part:
    title, icon = _("Disk"), "archive"
    try:
        usage = shutil.disk_usage(settings.DATA_DIR)
    except OSError as error:
        return Part("disk", title, icon, State.DOWN, type(error).__name__)
    free = 100 * usage.free // max(usage.total, 1)
    facts = [
        (_("Free"), f"{filesizeformat(usage.free)} ({free} %)"),
        (_("In all"), filesizeformat(usage.total)),
    ]
    state = State.DOWN if free < NO_DISK else State.WARNING if free < LITTLE_DISK else State.WELL
    words = "" if state == State.WELL else _("There is little room left where the data lies.")
    return Part("disk", title, icon, state, words, facts)
