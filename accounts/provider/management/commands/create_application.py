"""`manage.py create_application --name N --type T --redirect-uri U …`: an application, printed as JSON."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.access.models import ServiceAccount
from accounts.organizations.models import Organization
from accounts.provider.models import Algorithm, ApplicationType
from accounts.provider.registration import DEFAULT_GRANTS, DEFAULT_SCOPES, DEVICE, GRANTS
from accounts.provider.services import create_application, issuer
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
        parser.add_argument(
            "--service-account",
            metavar="A",
            help="By its name: as whom it acts at our API by itself.",
        )
        parser.add_argument("--scope", help=f"Default: {' '.join(DEFAULT_SCOPES)}")
        parser.add_argument("--algorithm", choices=Algorithm.values, default=Algorithm.ES256)

    def handle(self, *args: Any, **options: Any) -> None:
        organization = self._organization(options["organization"])
        grants = [DEVICE if grant == "device" else grant for grant in options["grant"] or ()]
        try:
            application, secret = create_application(
                name=options["name"],
                type=options["type"],
                organization=organization,
                service_account=self._account(organization, options["service_account"]),
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

    def _account(
        self, organization: Organization | None, name: str | None
    ) -> ServiceAccount | None:
        if name is None:
            return None
        found: ServiceAccount | None = (
            ServiceAccount.objects.of(organization).filter(name=name).first()
            if organization
            else None
        )
        if found is None:
            raise CommandError(f"The organization has no service account {name!r}.")
        return found
