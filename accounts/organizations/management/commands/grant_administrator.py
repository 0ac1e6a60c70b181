"""`manage.py grant_administrator --email E`: who has an account administers the platform, or does so no longer."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.access.roles import RoleName
from accounts.access.selectors.in_charge import platform_bindings
from accounts.access.services import revoke_on_platform
from accounts.models import User, normalize_email
from accounts.organizations.services import grant_on_platform
from mago.core.errors import Refused

REASON = "manage.py grant_administrator"


class Command(BaseCommand):
    help = "Make somebody who has an account a platform administrator, for whoever is locked out; or take it away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument(
            "--revoke", action="store_true", help="They administer the platform no longer."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email=normalize_email(options["email"])).first()
        if person is None:
            raise CommandError("Nobody here has this address.")
        try:
            if options["revoke"]:
                self._revoke(person)
            else:
                grant_on_platform(person=person, reason=REASON, actor=None)
        except Refused as refusal:
            raise CommandError(str(refusal.detail)) from None
        told = {"id": str(person.pk), "email": person.email}
        self.stdout.write(json.dumps(told | {"administrator": not options["revoke"]}))

    def _revoke(self, person: User) -> None:
        held = platform_bindings().filter(user=person)
        binding = held.filter(role=RoleName.PLATFORM_ADMINISTRATOR).first()
        if binding is None:
            raise CommandError("This person does not administer the platform.")
        revoke_on_platform(binding=binding, reason=REASON, actor=None)
