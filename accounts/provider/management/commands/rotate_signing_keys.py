"""`manage.py rotate_signing_keys [--at-once]`: the keys that sign tokens are replaced."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.provider.services import published_keys, rotate_signing_keys


class Command(BaseCommand):
    help = "Replace the signing keys that are due; a task does the same each hour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at-once",
            action="store_true",
            help="All of them, now: somebody may have seen one. What they signed counts no more.",
        )

    def handle(self, *args: Any, at_once: bool, **options: Any) -> None:
        rotate_signing_keys(at_once=at_once)
        self.stdout.write(json.dumps({"keys": [key["kid"] for key in published_keys()]}))
