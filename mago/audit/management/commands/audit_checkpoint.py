"""manage.py audit_checkpoint: the end of the audit trail, signed, as JSON to keep elsewhere."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mago.audit.checkpoints import make_checkpoint
from mago.audit.services import seal
from mago.audit.statements import keys


class Command(BaseCommand):
    help = "Sign the end of the audit trail, and print it as JSON to keep elsewhere."

    def handle(self, *args: Any, **options: Any) -> None:
        seal()
        checkpoint = make_checkpoint(now=True)
        if checkpoint is None:
            raise CommandError("There is no audit trail yet: nothing has happened.")
        statements = [key.statement for key in keys()]
        self.stdout.write(json.dumps({"checkpoint": checkpoint.statement, "keys": statements}))
