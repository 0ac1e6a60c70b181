"""`manage.py saml_key --organization O prepare|activate|retire`: our key is changed, step by step."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.organizations.models import Organization
from mago.core.errors import Refused

from ... import services

STEPS = {
    "prepare": services.prepare_key,
    "activate": services.activate_key,
    "retire": services.retire_key,
}


class Command(BaseCommand):
    help = "Change the key with which an organization’s SAML providers know us."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, metavar="O", help="Its short name.")
        parser.add_argument("step", choices=STEPS)

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['organization']!r}.")
        try:
            STEPS[options["step"]](organization=organization, actor=None)
        except Refused as refusal:
            raise CommandError(str(refusal.detail)) from None
