"""The key with which SAML providers know an organization: the next one is prepared, used, the former retired."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.resources import acted, told
from accounts.federation.enterprise.models import Kind
from accounts.federation.saml import services
from accounts.federation.saml.models import OwnKey
from accounts.federation.saml.selectors import keys_of
from mago.core.errors import NotFound

from .common import OfOneProvider


class SamlKeySerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=OwnKey.State.values)
    fingerprint = serializers.CharField(help_text="SHA-256 of the certificate.")
    certificate = serializers.CharField(help_text="PEM.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class SamlKeysSerializer(serializers.Serializer[Any]):
    results = SamlKeySerializer(many=True)


class _Keys(OfOneProvider):
    def keys(self) -> dict[str, Any]:
        """NotFound for a provider of another kind, which knows no such key."""
        if self.provider().kind != Kind.SAML:
            raise NotFound
        found = keys_of(self.organization)
        return {"results": [found[state] for state in OwnKey.State if state in found]}

    def step(self, change: Callable[..., Any]) -> dict[str, Any]:
        self.keys()
        change(organization=self.organization, actor=self.actor)
        return self.keys()


class SamlKeys(_Keys):
    @told(SamlKeysSerializer, summary="Our keys for the SAML providers of an organization")
    def get(self) -> dict[str, Any]:
        return self.keys()


class PrepareSamlKey(_Keys):
    changes = {"POST": Permission.IDENTITY_PROVIDERS_EDIT}

    @acted(None, SamlKeysSerializer, summary="Put the next key into our metadata")
    def post(self) -> dict[str, Any]:
        return self.step(services.prepare_key)


class ActivateSamlKey(_Keys):
    changes = {"POST": Permission.IDENTITY_PROVIDERS_EDIT}

    @acted(
        None,
        SamlKeysSerializer,
        summary="Sign with the next key; the former one still opens",
        description="`409 no_next_key`.",
    )
    def post(self) -> dict[str, Any]:
        return self.step(services.activate_key)


class RetireSamlKey(_Keys):
    changes = {"POST": Permission.IDENTITY_PROVIDERS_EDIT}

    @acted(
        None,
        SamlKeysSerializer,
        summary="Let the former key open nothing any more",
        description="`409 no_previous_key`.",
    )
    def post(self) -> dict[str, Any]:
        return self.step(services.retire_key)
