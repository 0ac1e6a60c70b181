"""manage.py audit_restrict_role --role NAME: that role adds to the audit trail, and cannot change it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from mago.audit.restriction import CannotRestrict, restrict_role, statements


class Command(BaseCommand):
    help = "Let a PostgreSQL role use Mago's tables, but only read and add to the audit trail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", required=True, help="The role in Mago's DATABASE_URL.")
        parser.add_argument(
            "--print", action="store_true", help="Print the SQL and change nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        role = options["role"]
        try:
            with transaction.atomic():
                restrict_role(role)
                text = ";\n".join(statements(role))
                transaction.set_rollback(options["print"])
        except CannotRestrict as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{text};" if options["print"] else f"{role} can only add to the trail.")
