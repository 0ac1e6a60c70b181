"""The providers by which everybody may sign in: set up, tried, switched on and off."""

from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.serializers import ValidationError

from accounts.access.permissions import Permission
from accounts.api.bodies import Body
from accounts.api.resources import Resource, acted, changed, read, told
from accounts.api.serializers import StringField, TextField
from accounts.federation import services
from accounts.federation.models import Kind, SocialProvider
from accounts.federation.providers import CLASSES, Provider
from accounts.federation.selectors import configured, configured_as
from accounts.federation.services.trial import STEPS
from mago.core.errors import NotFound

OPTIONAL: dict[str, Any] = {"required": False, "allow_blank": True}


class SignInProviderSerializer(serializers.Serializer[Any]):
    """Its secret is never shown."""

    kind = serializers.ChoiceField(choices=Kind.values)
    is_configured = serializers.BooleanField()
    is_enabled = serializers.BooleanField()
    from_environment = serializers.BooleanField(
        help_text="Set by the environment of the server, and changed there only."
    )
    client_id = serializers.CharField()
    name = serializers.CharField()
    issuer = serializers.CharField()
    tenant = serializers.CharField()
    trusts_email = serializers.BooleanField()
    team_id = serializers.CharField()
    key_id = serializers.CharField()
    redirect_uri = serializers.CharField(help_text="To be registered with the provider.")


class SignInProvidersSerializer(serializers.Serializer[Any]):
    results = SignInProviderSerializer(many=True)


class ProviderBody(Body):
    """`client_id`, and of the others those that its kind asks for."""

    client_id = TextField(max_length=255)
    secret = StringField(
        max_length=5000,
        write_only=True,
        help_text="Without one the present one stays. For Apple, the content of the .p8 file.",
        **OPTIONAL,
    )
    name = TextField(max_length=40, **OPTIONAL)
    issuer = TextField(max_length=500, **OPTIONAL)
    tenant = TextField(max_length=40, **OPTIONAL)
    trusts_email = serializers.BooleanField(required=False)
    team_id = TextField(max_length=20, **OPTIONAL)
    key_id = TextField(max_length=20, **OPTIONAL)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        asked = {"client_id", "secret", *CLASSES[self.context["view"].kind].asks_for}
        unknown = {name: [self._unknown()] for name in data if name not in asked}
        missing = {
            name: [_("This field is required.")]
            for name in asked - {"secret", "trusts_email"}
            if not data.get(name)
        }
        if "\x00" in data.get("secret", ""):
            unknown["secret"] = [_("This contains characters that cannot be used here.")]
        if wrong := {**missing, **unknown}:
            raise ValidationError(wrong)
        return {"trusts_email": False} | data if "trusts_email" in asked else data


class ProviderTrialSerializer(serializers.Serializer[Any]):
    passed = serializers.ListField(child=serializers.CharField())
    failed = serializers.CharField(allow_null=True, help_text="The step that did not work.")
    reason = serializers.CharField()
    remedy = serializers.CharField()


def _shown(kind: str, provider: Provider | None) -> SimpleNamespace:
    """What is known of the provider of a kind, also where there is none yet."""
    empty: Any = CLASSES[kind](kind=kind, client_id="", secret="", is_enabled=False)
    known = provider or empty
    values = {name: getattr(known, name) for name in (*asdict(known), "redirect_uri")}
    del values["secret"]
    return SimpleNamespace(is_configured=provider is not None, **values)


class SignInProviders(Resource):
    access = Permission.SIGN_IN_PROVIDERS_READ

    @told(SignInProvidersSerializer, summary="The sign-in providers, also those not set up yet")
    def get(self) -> dict[str, Any]:
        found = configured()
        return {"results": [_shown(kind.value, found.get(kind.value)) for kind in Kind]}


class _OfOneProvider(Resource):
    @property
    def kind(self) -> str:
        kind: str = self.kwargs["kind"]
        if kind not in Kind.values:
            raise NotFound
        return kind

    def row(self) -> SimpleNamespace:
        return _shown(self.kind, configured_as(self.kind))

    def held(self, row: Any) -> SocialProvider | None:
        return SocialProvider.objects.filter(kind=self.kind).first()


class OneSignInProvider(_OfOneProvider):
    access = Permission.SIGN_IN_PROVIDERS_READ
    changes = {"PUT": Permission.SIGN_IN_PROVIDERS_EDIT}

    get = read(SignInProviderSerializer, summary="One sign-in provider")

    @changed(
        ProviderBody,
        SignInProviderSerializer,
        summary="Set a sign-in provider up",
        description="A new one stays off until it is enabled. Whoever changes for whom the secret is, gives it again.",
    )
    def put(self, row: Any, **data: Any) -> None:
        services.configure(kind=self.kind, actor=self.actor, **data)


class TestSignInProvider(_OfOneProvider):
    access = Permission.SIGN_IN_PROVIDERS_READ
    changes = {"POST": Permission.SIGN_IN_PROVIDERS_EDIT}

    @acted(
        None,
        ProviderTrialSerializer,
        summary="Try a sign-in provider",
        description="As far as that can be told without a person; it takes 40 seconds at most.",
    )
    def post(self) -> dict[str, Any]:
        provider = configured_as(self.kind)
        if provider is None:
            raise NotFound
        trial = services.try_provider(provider, actor=self.actor)
        return {
            "passed": [step.value for step in STEPS if step in trial.passed],
            "failed": trial.failed and trial.failed.value,
            "reason": trial.reason,
            "remedy": trial.remedy,
        }


class EnableSignInProvider(_OfOneProvider):
    access = Permission.SIGN_IN_PROVIDERS_READ
    changes = {"POST": Permission.SIGN_IN_PROVIDERS_EDIT}

    @acted(None, SignInProviderSerializer, summary="People may sign in by this provider")
    def post(self) -> SimpleNamespace:
        _switch(self, on=True)
        return self.row()


class DisableSignInProvider(_OfOneProvider):
    access = Permission.SIGN_IN_PROVIDERS_READ
    changes = {"POST": Permission.SIGN_IN_PROVIDERS_EDIT}

    @acted(None, SignInProviderSerializer, summary="Nobody may sign in by this provider any more")
    def post(self) -> SimpleNamespace:
        _switch(self, on=False)
        return self.row()


def _switch(view: _OfOneProvider, *, on: bool) -> None:
    if configured_as(view.kind) is None:
        raise NotFound
    services.switch(kind=view.kind, on=on, actor=view.actor)
