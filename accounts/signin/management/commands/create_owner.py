"""`manage.py create_owner --email E --password-stdin`: a platform administrator, printed as JSON."""

import getpass
import json
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.signin.forms import EmailField
from accounts.signin.services import create_owner
from mago.core.errors import Refused


class Command(BaseCommand):
    help = "Create a platform administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="Read the password from standard input, without its line end.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = (
            sys.stdin.readline().rstrip("\r\n")
            if options["password_stdin"]
            else getpass.getpass("Password: ")
        )
        try:
            email = EmailField().clean(options["email"])
            user = create_owner(email=email, password=password, name=options["name"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except Refused as refusal:
            reasons = [str(message) for messages in refusal.fields.values() for message in messages]
            raise CommandError(" ".join([str(refusal.detail), *reasons])) from None
        self.stdout.write(json.dumps({"id": str(user.pk), "email": user.email}))
