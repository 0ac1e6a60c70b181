"""Shapes of where somebody is signed in and by what: as they see it themselves, and as administrators do."""

from typing import Any, ClassVar

from rest_framework import serializers


class SessionSerializer(serializers.Serializer[Any]):
    """A browser in which somebody is signed in."""

    changing = ("last_seen_at", "expires_at")

    id = serializers.UUIDField()
    browser = serializers.CharField(help_text="In words.")
    address = serializers.IPAddressField(allow_null=True)
    method = serializers.CharField()
    proofs = serializers.SerializerMethodField(help_text="What was shown, in order.")
    strength = serializers.IntegerField(
        help_text="1: one factor, 2: two, 3: one that cannot be phished."
    )
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(source="expire_date")

    def get_proofs(self, row: Any) -> list[str]:
        proofs: list[str] = row.proofs.split()
        return proofs


class ProgramSerializer(serializers.Serializer[Any]):
    """A program in which somebody is signed in: one of our own, or an application of an organization."""

    changing = ("last_used_at", "expires_at")

    id = serializers.UUIDField()
    application = serializers.CharField(
        source="application.name", allow_null=True, default=None, help_text="null: one of our own."
    )
    scopes = serializers.ListField(child=serializers.CharField())
    program = serializers.CharField(source="user_agent", help_text="What it calls itself.")
    address = serializers.IPAddressField(allow_null=True)
    method = serializers.CharField()
    strength = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class FactorSerializer(serializers.Serializer[Any]):
    """A second factor; `detail` tells it from others of its kind, masked."""

    changing = ("last_used_at",)

    id = serializers.IntegerField(source="pk")
    method = serializers.CharField(source="kind.value")
    name = serializers.CharField()
    detail = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class PersonRefSerializer(serializers.Serializer[Any]):
    """Somebody, as others are shown them."""

    example: ClassVar = {"name": "Ada Lovelace"}

    id = serializers.UUIDField(source="pk")
    email = serializers.EmailField()
    name = serializers.CharField()


class NamedSerializer(serializers.Serializer[Any]):
    """Something that has a name."""

    id = serializers.UUIDField(source="pk")
    name = serializers.CharField()
