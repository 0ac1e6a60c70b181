"""`manage.py create_hub_code --organization O --site S [--room R]`: an enrolment code, printed as JSON."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.organizations.models import Organization
from hubs.services import create_enrolment_code, place_by_names
from mago.core.errors import Refused


class Command(BaseCommand):
    help = "Create a code with which hubs enrol."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="Its short name, or its name.")
        parser.add_argument("--site", help="Its name; made where it does not exist.")
        parser.add_argument("--room", default="", help="Its name; made where it does not exist.")
        parser.add_argument("--model", default="", help="The only model that may come in.")
        parser.add_argument("--uses", type=int, default=1, help="How many hubs may come in.")

    def handle(self, *args: Any, **options: Any) -> None:
        named = Organization.objects
        organization = (
            named.filter(slug=options["organization"]).first()
            or named.filter(name=options["organization"]).first()
        )
        if organization is None:
            raise CommandError("There is no such organization.")
        if options["room"] and not options["site"]:
            raise CommandError("A room is at a site: name it with --site.")
        site = room = None
        if options["site"]:
            site, room = place_by_names(organization, options["site"], options["room"])
        try:
            row, code = create_enrolment_code(
                organization=organization,
                actor=None,
                site=site,
                room=room,
                model=options["model"],
                uses=options["uses"],
            )
        except Refused as refusal:
            raise CommandError(str(refusal.detail)) from None
        told = {"code": code, "uses": row.uses, "expires_at": row.expires_at.isoformat()}
        self.stdout.write(json.dumps(told))
