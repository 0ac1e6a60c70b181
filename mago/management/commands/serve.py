"""`manage.py serve`, behind `bin/run`: everything a single machine needs, in one command."""

import contextlib
import os
import socket
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from mago import server


class Command(BaseCommand):
    help = "Migrate, start the web server with its worker on PORT, and print where to go."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="Add demonstration data first.")
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")

    def handle(self, *args: Any, demo: bool, host: str, **options: Any) -> None:
        port = int(os.environ.get("PORT") or 8000)
        # The database holds secrets; whatever we create is for us alone.
        os.umask(0o077)
        with contextlib.suppress(KeyboardInterrupt):
            refuse_unwritable_data()
            refuse_taken_port(host, port)
            migrate()
            if demo:
                call_command("demo_data")
            announce = partial(print, announcement(host, port), flush=True)
            server.serve(host, port, partial(open_demo, announce, host, port) if demo else announce)


def open_demo(announce: Callable[[], None], host: str, port: int) -> None:
    """Announced, and the demonstration's hubs live in this thread."""
    from hubs.demo import live

    announce()
    live(f"http://{'[::1]' if ':' in host else '127.0.0.1'}:{port}")


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


def refuse_taken_port(host: str, port: int) -> None:
    """granian would share the port with whoever has it, without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise CommandError(
            f"Port {port} of {host} cannot be had ({os.strerror(error.errno or 0)}): "
            f"stop what uses it, or choose another, for example PORT={port + 1} bin/run."
        ) from None


def migrate() -> None:
    """The tables are as the code wants them; nothing happens when they were so before."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise CommandError(f"The database of DATABASE_URL cannot be used: {error}") from None


def announcement(host: str, port: int) -> str:
    """What a newcomer needs to know: the address, the way in, and where the mails are."""
    from accounts.signin.setup import setup_link

    lines = [("Mago", f"{settings.MAGO_BASE_URL}/   (listening on {host}:{port})")]
    if link := setup_link():
        lines.append(("First owner", f"{link}   (works once, for a day)"))
    if settings.MAGO_INBOX:
        lines.append(("Mails and SMS", f"{settings.MAGO_BASE_URL}/dev/inbox/"))
    lines.append(("Stop", "Ctrl-C"))
    return "\n".join(f"{name:14} {text}" for name, text in lines)
