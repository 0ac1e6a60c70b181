"""`manage.py create_identity_provider --organization O --kind K …`: a provider, set up, printed as JSON."""

import json
import sys
from pathlib import Path
from typing import Any

from django import forms
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.organizations.models import Organization
from mago.core.errors import Refused

from ... import services
from ...filling import fields_of, fill
from ...kinds import kind_of, known_kinds
from ...models import IdentityProvider, Kind, State


class Command(BaseCommand):
    help = "Make an identity provider of an organization; what to copy into its console is printed as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, metavar="O", help="Its short name.")
        parser.add_argument("--kind", required=True, choices=Kind.values)
        parser.add_argument("--name", help="Default: the name of the kind.")
        parser.add_argument("--slug", default="", help="Short name, part of addresses.")
        parser.add_argument("--state", choices=State.values, default=State.DRAFT)
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help="A field of the kind's form, such as issuer=https://…; may be repeated.",
        )
        parser.add_argument(
            "--file",
            action="append",
            default=[],
            metavar="FIELD=PATH",
            help="As --set, from a file: metadata, a certificate, a secret; - reads standard input.",
        )
        parser.add_argument("--map", action="append", default=[], metavar="FIELD=ATTRIBUTE")
        parser.add_argument("--group-role", action="append", default=[], metavar="GROUP=ROLE")
        parser.add_argument("--default-role", default="", metavar="ROLE")
        parser.add_argument("--required-group", action="append", default=[], metavar="GROUP")
        parser.add_argument("--trusts-second-factor", action="store_true")
        parser.add_argument("--no-provisioning", action="store_true")
        parser.add_argument("--allow-idp-initiated", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["kind"] not in known_kinds():
            raise CommandError(f"There is no kind {options['kind']!r} here.")
        try:
            with transaction.atomic():
                provider = self._make(options)
        except Refused as refusal:
            words = [f"{name}: {' '.join(all_)}" for name, all_ in refusal.fields.items()]
            raise CommandError("; ".join(words) or str(refusal.detail)) from None
        values = kind_of(provider.kind).own_values(provider)
        self.stdout.write(
            json.dumps(
                {
                    "id": str(provider.pk),
                    "organization": provider.organization.slug,
                    "slug": provider.slug,
                    "kind": provider.kind,
                    "state": provider.state,
                    **{value.name: value.value or value.download for value in values},
                }
            )
        )

    def _make(self, options: dict[str, Any]) -> IdentityProvider:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['organization']!r}.")
        provider = services.create_provider(
            organization=organization,
            kind=options["kind"],
            name=options["name"] or str(Kind(options["kind"]).label),
            slug=options["slug"],
            actor=None,
        )
        services.edit_provider(
            provider=provider,
            actor=None,
            trusts_second_factor=options["trusts_second_factor"],
            provisions=not options["no_provisioning"],
            allow_idp_initiated=options["allow_idp_initiated"],
            attribute_mapping=dict(map(_pair, options["map"])),
            required_groups=options["required_group"],
        )
        services.set_roles(
            provider=provider,
            groups=[_pair(text, last=True) for text in options["group_role"]],
            default_role=options["default_role"],
            actor=None,
        )
        provider.refresh_from_db()
        if options["set"] or options["file"]:
            self._configure(provider, options)
        services.set_state(provider=provider, state=options["state"], actor=None)
        provider.refresh_from_db()
        return provider

    def _configure(self, provider: IdentityProvider, options: dict[str, Any]) -> None:
        given: dict[str, Any] = dict(map(_pair, options["set"]))
        fields = fields_of(provider)
        for name, path in map(_pair, options["file"]):
            content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
            is_file = isinstance(fields.get(name), forms.FileField)
            given[name] = content if is_file else content.decode().strip()
        if unknown := given.keys() - fields.keys():
            raise CommandError(
                f"No field of {provider.kind}: {', '.join(unknown)}. Known: {', '.join(fields)}."
            )
        fill(provider, given, actor=None)


def _pair(text: str, *, last: bool = False) -> tuple[str, str]:
    name, equals, value = text.rpartition("=") if last else text.partition("=")
    if not equals:
        raise CommandError(f"{text!r} is not NAME=VALUE.")
    return name, value
