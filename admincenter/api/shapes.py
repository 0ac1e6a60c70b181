"""Shapes that many answers share."""

from typing import Any

from rest_framework import serializers


class PersonRefSerializer(serializers.Serializer[Any]):
    """Somebody, as others are shown them."""

    id = serializers.UUIDField(source="pk")
    email = serializers.EmailField()
    name = serializers.CharField()


class NamedSerializer(serializers.Serializer[Any]):
    """Something that has a name."""

    id = serializers.UUIDField(source="pk")
    name = serializers.CharField()


class OnceField(serializers.CharField):
    """A secret that is in this answer and nowhere else; null where the answer is sent again."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="shown", allow_null=True, **kwargs)
