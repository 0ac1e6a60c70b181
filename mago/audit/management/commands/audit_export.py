"""manage.py audit_export --format csv|jsonl [--since T] [--until T] [--out FILE]"""

import os
import sys
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mago.audit.exporting import Format, export


class Command(BaseCommand):
    help = "Write the audit trail, or that of a period, as CSV or JSON Lines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", type=Format, choices=list(Format), default=Format.JSONL)
        for name in ("--since", "--until"):
            parser.add_argument(
                name, type=_moment, metavar="TIME", help="such as 2026-11-01 or 2026-11-01T12:00Z"
            )
        parser.add_argument(
            "--out", type=Path, metavar="FILE", help="A new file; else it is printed."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lines = export(
            options["format"], actor=None, since=options["since"], until=options["until"]
        )
        if options["out"] is None:
            sys.stdout.writelines(lines)
            return
        try:
            # Only we may read it: the trail names people and what they did.
            handle = os.open(options["out"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{options['out']} cannot be made: {error.strerror}.") from None
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.writelines(lines)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no time such as 2026-11-01T12:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
