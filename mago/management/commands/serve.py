"""`manage.py serve`, behind `bin/run`: everything a single machine needs, in one command.

`mago/server.py` is its first process. What stands here its worker does, before it serves.
"""

import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mago.core.checks import INSTALLATION
from mago.core.schema import missing_migrations
from mago.core.sql import IS_SQLITE
from mago.core.sqlite import statistics


class Command(BaseCommand):
    help = "Migrate, start the web server with its worker on PORT, and print where to go."
    requires_system_checks = [INSTALLATION]
    # What there is to say once the port answers, for whoever serves.
    announce: Callable[[], None]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="Add demonstration data first.")
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")

    def handle(self, *args: Any, demo: bool, host: str, **options: Any) -> None:
        if multiprocessing.parent_process() is None:
            raise CommandError("Start it by `manage.py serve` itself, whose first process serves.")
        port = int(os.environ.get("PORT") or 8000)
        # The database holds secrets; whatever we create is for us alone.
        os.umask(0o077)
        refuse_unwritable_data()
        migrate()
        administrator = add_demonstration() if demo else {}
        announce = partial(print, announcement(host, port, **administrator), flush=True)
        self.announce = partial(open_demo, announce, host, port) if demo else announce


def open_demo(announce: Callable[[], None], host: str, port: int) -> None:
    """Announced, and the demonstration's hubs live in this thread."""
    from hubs.demo import live

    announce()
    live(f"http://{'[::1]' if ':' in host else '127.0.0.1'}:{port}")


def add_demonstration() -> dict[str, str]:
    """The demonstration's data is there; its administrator's `email` and new `password`."""
    told = StringIO()
    call_command("demo_data", stdout=told)
    administrator: dict[str, str] = json.loads(told.getvalue())
    return administrator


def refuse_unwritable_data() -> None:
    folder = settings.DATA_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise CommandError(
            f"MAGO_DATA_DIR is {folder}, which cannot be written ({error.strerror}): "
            "name a folder that this user may write to."
        ) from None


def migrate() -> None:
    """The tables are as the code wants them; nothing happens when they were so before."""
    if missing_migrations():
        # A new one takes seconds, in which an empty terminal looks like a broken program.
        sys.stderr.write("Preparing the database ...\n")
        call_command("migrate", verbosity=0, interactive=False)
        if IS_SQLITE:
            statistics.renew()


def announcement(host: str, port: int, email: str = "", password: str = "") -> str:
    """What a newcomer needs to know: the address, the way in, and where the mails are.

    `email` and `password` are those of the demonstration's administrator, if there is one.
    """
    from accounts.signin.setup import setup_link

    lines = [("Mago", f"{settings.MAGO_BASE_URL}/   (listening on {host}:{port})")]
    if link := setup_link():
        lines.append(("First owner", f"{link}   (works once, for a day)"))
    if email:
        lines.append(
            ("Administrator", f"{email}, password {password}   (a new one at each --demo)")
        )
    if settings.MAGO_INBOX:
        lines.append(("Mails and SMS", f"{settings.MAGO_BASE_URL}/dev/inbox/"))
    lines.append(("Stop", "Ctrl-C"))
    return "\n".join(f"{name:14} {text}" for name, text in lines)
