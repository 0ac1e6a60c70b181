"""`manage.py bill_of_materials`: CycloneDX of the lock; `--licences` prints docs/licences.md's table."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mago.supply_chain import bill_of_materials, licences, lock


class Command(BaseCommand):
    help = "Print what Mago is built from."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--licences", action="store_true", help="A table in Markdown instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["licences"]:
            self.stdout.write(licences(lock()), ending="")
        else:
            self.stdout.write(json.dumps(bill_of_materials(lock()), indent=1))
