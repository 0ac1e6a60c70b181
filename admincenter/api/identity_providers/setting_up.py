"""How a provider is reached, what it has to know of us, and whether it works."""

from types import SimpleNamespace
from typing import Any, ClassVar

from django.conf import settings
from django.urls import reverse
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, DocumentField
from accounts.api.resources import acted, changed, listed, read
from accounts.federation.enterprise import filling, services, setup
from accounts.federation.enterprise.kinds import kind_of
from accounts.federation.enterprise.models import SetupTrial
from mago.core.keyset import Listing

from .common import OfOneProvider

LONGEST_VALUES = 400_000


class FieldSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    is_required = serializers.BooleanField()
    is_secret = serializers.BooleanField(help_text="Never told. Left out, the present one stays.")


class OwnValueSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    value = serializers.CharField()


class ProviderValuesSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"values": {"issuer": "https://login.example.com", "client_id": "mago"}}

    values = serializers.DictField(help_text="What is known of the provider.")
    known_fields = FieldSerializer(
        many=True, help_text="What can be given of a provider of its kind."
    )
    own_values = OwnValueSerializer(many=True, help_text="What of ours the provider has to know.")


class ProviderValuesBody(Body):
    """A file is given as its text."""

    example: ClassVar = {
        "values": {
            "issuer": "https://login.example.com",
            "client_id": "mago",
            "secret": "9fQw1vZt…",
        }
    }

    values = DocumentField(longest=LONGEST_VALUES)


class CheckSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    passed = serializers.BooleanField(allow_null=True, help_text="Null: it was not looked at.")
    detail = serializers.CharField()
    evidence = serializers.CharField()


class CheckedSerializer(serializers.Serializer[Any]):
    checks = CheckSerializer(many=True)
    continue_at = serializers.CharField(
        help_text="Where a person goes on in a browser: only somebody who comes back from there proves it."
    )


class TrialSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    checks = CheckSerializer(many=True)
    has_passed = serializers.BooleanField(help_text="Of the provider as it is now.")
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ProviderValues(OfOneProvider):
    changes = {"PATCH": Permission.IDENTITY_PROVIDERS_EDIT}

    def row(self) -> SimpleNamespace:
        provider = self.provider()
        kind = kind_of(provider.kind)
        return SimpleNamespace(
            values=filling.values_of(provider),
            known_fields=[
                SimpleNamespace(
                    name=name,
                    title=str(field.label),
                    is_required=field.required,
                    is_secret=filling.is_secret(field),
                )
                for name, field in filling.fields_of(provider).items()
            ],
            own_values=[
                SimpleNamespace(name=one.name, title=one.label, value=one.value or one.download)
                for one in kind.own_values(provider)
            ],
        )

    get = read(
        ProviderValuesSerializer, summary="How a provider is reached, and what it has to know"
    )

    @changed(
        ProviderValuesBody,
        ProviderValuesSerializer,
        summary="Say how a provider is reached",
        description="As on the form of its kind; what is left out stays. Its test counts no longer.",
        ask=lambda resource, values: filling.ask(resource.provider(), values),
    )
    def patch(self, row: Any, values: dict[str, Any], asked: Any) -> None:
        filling.fill(self.provider(), values, actor=self.actor, asked=asked)


class TestProvider(OfOneProvider):
    changes = {"POST": Permission.IDENTITY_PROVIDERS_EDIT}

    @acted(
        None,
        CheckedSerializer,
        summary="Try a provider, as far as that can be told without a person",
        description="`409 not_set_up` where too little is known of it. It takes a minute at most.",
    )
    def post(self) -> dict[str, Any]:
        provider = self.provider()
        checks = setup.look(provider, self.actor)
        page = reverse("admincenter:identity_provider", args=[self.organization.slug, provider.pk])
        return {"checks": checks, "continue_at": f"{settings.MAGO_BASE_URL}{page}"}


class Trials(OfOneProvider):
    def prepare(self, rows: list[Any]) -> None:
        provider = self.provider()
        for trial in rows:
            trial.provider = provider
            trial.has_passed = services.has_passed(trial)
            trial.checks = [{"evidence": ""} | check for check in trial.checks]

    @listed(TrialSerializer, summary="The tests of a provider, the newest first")
    def get(self) -> Listing:
        return Listing((SetupTrial.objects.filter(provider=self.provider()),), key=("id",))
