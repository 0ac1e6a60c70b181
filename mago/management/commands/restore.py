"""`manage.py restore FILE`: the database is what the backup holds, and the audit trail was walked to prove it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mago.audit.services import record
from mago.audit.tags import Tag
from mago.audit.verification import verify
from mago.backup.container import BadFile, read_lines
from mago.backup.load import CannotRestore, restore

from .backup import fail_for, secret_of


class Command(BaseCommand):
    help = "Replace the database by what a backup holds. Stop web and workers before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key-file", type=Path, help="A file that holds the secret.")
        parser.add_argument(
            "--force", action="store_true", help="Also where the database holds something."
        )

    def handle(
        self, *args: Any, file: Path, key_file: Path | None, force: bool, **options: Any
    ) -> None:
        secret = secret_of(key_file)

        def lines() -> Iterator[bytes]:
            with file.open("rb") as opened:
                yield from read_lines(opened, secret)

        try:
            loaded = restore(lines, force=force)
        except OSError as error:
            raise CommandError(f"{file} cannot be read ({error.strerror}).") from None
        except (BadFile, CannotRestore) as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        record(Tag.BACKUP_RESTORED, file=file.name, made=loaded.made)
        verdict = verify()
        if verdict.first_break:
            raise CommandError(f"Restored, but the audit trail is broken: {verdict.first_break}")
        told = {"made": loaded.made, "rows": loaded.rows, "files": loaded.files, "audit_links": verdict.links}  # fmt: skip
        self.stdout.write(json.dumps(told))
        fail_for(loaded.problems, "Restored, but for files that are not as they were sent")
