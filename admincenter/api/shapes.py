"""Shapes that many answers share."""

from typing import Any

from rest_framework import serializers

from accounts.api.account_shapes import (
    FactorSerializer,
    NamedSerializer,
    PersonRefSerializer,
    ProgramSerializer,
    SessionSerializer,
)

__all__ = [
    "FactorSerializer",
    "NamedSerializer",
    "OnceField",
    "PersonRefSerializer",
    "ProgramSerializer",
    "SessionSerializer",
]


class OnceField(serializers.CharField):
    """A secret that is in this answer and nowhere else; null where the answer is sent again."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="shown", allow_null=True, **kwargs)
