"""manage.py audit_change_key: checkpoints are signed with a new key, which the old one signed."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from mago.audit.statements import change_key, keys


class Command(BaseCommand):
    help = "Sign the audit trail's checkpoints with a new key from now on; prints all public keys."

    def handle(self, *args: Any, **options: Any) -> None:
        change_key()
        self.stdout.write(json.dumps({"keys": [key.statement for key in keys()]}))
