"""`manage.py check_advisories FILE`: what a copy of the OSV database knows against the lock. Asks no network."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mago.supply_chain import advisories, lock, osv_records


class Command(BaseCommand):
    help = (
        "Hold the locked packages against advisories in OSV's form (a file, or a folder of them)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        try:
            records = list(osv_records(path))
        except (OSError, ValueError) as error:
            raise CommandError(f"{path} cannot be read: {error}") from None
        if not records:
            raise CommandError(f"{path} holds no advisories: nothing was checked.")
        found = advisories(lock(), records)
        told = {"read": len(records), "found": [vars(one) for one in found]}
        self.stdout.write(json.dumps(told))
        if found:
            raise CommandError(f"{len(found)} advisories concern what is locked.")
