"""`manage.py rotate_keys`: seal everything with the newest key; `--new` puts a new key before the others first.

With the generated key file: `rotate_keys --new`, restart every process, `rotate_keys`. With
MAGO_SECRET_KEY: put a new line before the old ones, restart, `rotate_keys`. When it says that nothing
was left, the old lines may go (links and cookies that they signed work no longer then).
"""

import json
import os
import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.rotation import reseal


class Command(BaseCommand):
    help = "Seal everything with the newest key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--new",
            action="store_true",
            help="Put a new key before the others in the generated key file.",
        )

    def handle(self, *args: Any, new: bool, **options: Any) -> None:
        if new:
            self._add_key()
            return
        resealed = reseal()
        record(Tag.KEYS_ROTATED, resealed=resealed)
        self.stdout.write(json.dumps({"resealed": resealed}))

    def _add_key(self) -> None:
        path = settings.DATA_DIR / "secret.key"
        if (
            os.environ.get("MAGO_SECRET_KEY")
            or os.environ.get("MAGO_SECRET_KEY_FILE")
            or not path.exists()
        ):
            raise CommandError(
                "The key is given by MAGO_SECRET_KEY: put a new line before the old ones there."
            )
        draft = path.with_suffix(".new")
        with open(  # noqa: PTH123  the mode is set as the file is made
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
        ) as file:
            file.write(f"{secrets.token_urlsafe(48)}\n{path.read_text(encoding='ascii')}")
            # A machine that loses its power now keeps the old file or has the new one.
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        self.stderr.write(
            "A new key stands first. Restart every process, then run `manage.py rotate_keys`."
        )
