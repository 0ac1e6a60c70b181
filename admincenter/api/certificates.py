"""Certificates: the days that each has left, and what a scan of its endpoint has seen."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.resources import Resource, acted, told
from mago.tls.models import State
from mago.tls.policy import PROFILES
from mago.tls.selectors import endpoints
from mago.tls.services import ask_for_scan


class EndpointSerializer(serializers.Serializer[Any]):
    host = serializers.CharField()
    port = serializers.IntegerField()
    state = serializers.ChoiceField(choices=State.values)
    days_left = serializers.IntegerField(allow_null=True)
    renewal_at = serializers.DateTimeField(allow_null=True)
    subject = serializers.CharField()
    issuer = serializers.CharField()
    serial = serializers.CharField()
    key = serializers.CharField()
    not_before = serializers.DateTimeField(allow_null=True)
    not_after = serializers.DateTimeField(allow_null=True)
    versions = serializers.ListField(child=serializers.CharField())
    breaches = serializers.ListField(
        child=serializers.CharField(), help_text="What is not as the policy wants it."
    )
    warnings = serializers.ListField(child=serializers.CharField())
    scanned_at = serializers.DateTimeField(allow_null=True)


class CertificatesSerializer(serializers.Serializer[Any]):
    profile = serializers.CharField(help_text="The policy of versions and ciphers.")
    endpoints = EndpointSerializer(many=True)


class Certificates(Resource):
    access = Permission.CERTIFICATES_READ

    @told(CertificatesSerializer, summary="The certificates of the endpoints that are watched")
    def get(self) -> dict[str, Any]:
        return {"profile": PROFILES[settings.TLS_PROFILE].name, "endpoints": endpoints()}


class ScanCertificates(Resource):
    access = Permission.CERTIFICATES_READ
    changes = {"POST": Permission.CERTIFICATES_SCAN}

    @acted(
        None,
        CertificatesSerializer,
        summary="Look at each endpoint now",
        description="It takes some seconds for each.",
    )
    def post(self) -> dict[str, Any]:
        scanned = ask_for_scan(actor=self.actor)
        return {"profile": PROFILES[settings.TLS_PROFILE].name, "endpoints": scanned}
