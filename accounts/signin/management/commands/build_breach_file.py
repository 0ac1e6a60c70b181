"""`manage.py build_breach_file`: the offline list of breached passwords, from a downloaded one."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from accounts.signin.passwords.breach_file import write_breach_file
from accounts.signin.passwords.breach_source import hashed, plain


def open_source(name: str) -> BinaryIO:
    return sys.stdin.buffer if name == "-" else Path(name).open("rb")


class Command(BaseCommand):
    help = (
        "Builds the file for MAGO_PASSWORD_BREACH_FILE from a list ordered by hash (lines "
        "SHA1HEX:count), or from plain passwords. Prints what it built as JSON."
    )
    # It is a tool for files; the database may be elsewhere or not there yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="the list, or - for standard input")
        parser.add_argument("output", type=Path, help="the file to build or replace")
        parser.add_argument("--plain", action="store_true", help="one password a line, any order")
        parser.add_argument(
            "--min-count", type=int, default=1, help="leave out what was seen less often"
        )
        parser.add_argument(
            "--prefix-bytes",
            type=int,
            choices=range(4, 21),
            default=6,
            metavar="4..20",
            help="how much of each hash is kept (default 6)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        output, size = options["output"], options["prefix_bytes"]
        if options["plain"] and options["min_count"] > 1:
            raise CommandError("--min-count needs a list with counts; leave it out with --plain.")
        try:
            with open_source(options["source"]) as lines:
                prefixes = (
                    plain(lines, prefix_bytes=size, folder=output.parent)
                    if options["plain"]
                    else hashed(lines, prefix_bytes=size, min_count=options["min_count"])
                )
                count = write_breach_file(output, prefixes, size)
        except OSError as error:
            raise CommandError(f"Nothing was built: {error}") from None
        except ValueError as error:
            raise CommandError(
                f"Nothing was built: {error}. Give a list ordered by hash (sort it with "
                "`LC_ALL=C sort`), or plain passwords with --plain."
            ) from None
        built = {
            "file": str(output),
            "count": count,
            "prefix_bytes": size,
            "bytes": output.stat().st_size,
            "false_positive_odds": count / 256**size,
        }
        self.stdout.write(json.dumps(built))
