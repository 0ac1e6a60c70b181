"""`manage.py backup FILE`: the whole database as of now, and the files that people sent, in one encrypted file, while everything goes on."""

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mago.audit.services import record
from mago.audit.tags import Tag
from mago.backup.container import SHORTEST_SECRET, Writer
from mago.backup.dump import dump


def secret_of(path: Path | None) -> str:
    """The secret of backups: in the file that was named, else in MAGO_BACKUP_SECRET."""
    try:
        secret = path.read_text().strip() if path else settings.BACKUP_SECRET
    except OSError as error:
        raise CommandError(f"{path} cannot be read ({error.strerror}).") from None
    if len(secret) < SHORTEST_SECRET:
        raise CommandError(
            f"Name a --key-file or set MAGO_BACKUP_SECRET, with {SHORTEST_SECRET} characters or more: "
            'python -c "import secrets; print(secrets.token_urlsafe(32))"'
        )
    return secret


def fail_for(problems: list[str], summary: str) -> None:
    """CommandError that names the files, if there are any."""
    if problems:
        raise CommandError("\n".join([f"{summary}:", *problems]))


class Command(BaseCommand):
    help = "Write an encrypted backup of the database and the files that people sent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The file to write; it must not be there.")
        parser.add_argument("--key-file", type=Path, help="A file that holds the secret.")

    def handle(self, *args: Any, file: Path, key_file: Path | None, **options: Any) -> None:
        secret = secret_of(key_file)
        if file.exists():
            raise CommandError(f"{file} is there already.")
        # First, so that the backup tells of itself.
        record(Tag.BACKUP_MADE, file=file.name)
        draft = file.with_name(f".{file.name}.partial")
        try:
            with open(  # noqa: PTH123  the mode is set as the file is made
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as out:
                writer = Writer(out, secret)
                dumped = dump(writer)
                writer.close()
                out.flush()
                os.fsync(out.fileno())
            draft.rename(file)
        except OSError as error:
            raise CommandError(f"{file} cannot be written ({error.strerror}).") from None
        finally:
            draft.unlink(missing_ok=True)
        told = {"file": str(file), "rows": dumped.rows, "files": dumped.files, "bytes": file.stat().st_size}  # fmt: skip
        self.stdout.write(json.dumps(told))
        fail_for(
            dumped.problems,
            "The backup is made and whole, but for files that are not as they were sent",
        )
