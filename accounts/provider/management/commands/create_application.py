"""`manage.py create_application --name N --type T --redirect-uri U …`: an application, printed as JSON."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.organizations.models import Organization
from accounts.provider.models import Algorithm, ApplicationType
from accounts.provider.services import create_application, issuer
from accounts.provider.services.applications import DEFAULT_GRANTS, DEFAULT_SCOPES, DEVICE, GRANTS
from mago.core.errors import Refused


class Command(BaseCommand):
    help = (
        "Register an application that signs people in through Mago; its secret is shown this once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--type", required=True, choices=ApplicationType.values)
        parser.add_argument(
            "--redirect-uri", action="append", default=[], metavar="U", help="May be repeated."
        )
        parser.add_argument("--logout-uri", action="append", default=[], metavar="U")
        parser.add_argument("--backchannel-logout-uri", default="", metavar="U")
        parser.add_argument(
            "--organization", metavar="O", help="Its short name; without one, it is for everybody."
        )
        parser.add_argument(
            "--grant", action="append", choices=sorted({*GRANTS["confidential"], "device"})
        )
        parser.add_argument("--scope", help=f"Default: {' '.join(DEFAULT_SCOPES)}")
        parser.add_argument("--algorithm", choices=Algorithm.values, default=Algorithm.ES256)

    def handle(self, *args: Any, **options: Any) -> None:
        grants = [DEVICE if grant == "device" else grant for grant in options["grant"] or ()]
        try:
            application, secret = create_application(
                name=options["name"],
                type=options["type"],
                organization=self._organization(options["organization"]),
                redirect_uris=options["redirect_uri"],
                logout_uris=options["logout_uri"],
                backchannel_logout_uri=options["backchannel_logout_uri"],
                grants=grants or list(DEFAULT_GRANTS),
                scopes=(options["scope"] or "").split() or None,
                id_token_algorithm=options["algorithm"],
                actor=None,
            )
        except Refused as refusal:
            raise CommandError(str(refusal.detail)) from None
        shown = {
            "client_id": application.client_id,
            "client_secret": secret,
            "name": application.name,
            "type": application.type,
            "redirect_uris": application.redirect_uris,
            "issuer": issuer(),
        }
        self.stdout.write(json.dumps({name: value for name, value in shown.items() if value}))

    def _organization(self, slug: str | None) -> Organization | None:
        if slug is None:
            return None
        found = Organization.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"There is no organization {slug!r}.")
        return found
