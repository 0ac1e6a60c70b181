"""How the parts of the installation do."""

from typing import Any

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.resources import Resource, told

from ..selectors.system import State, parts, versions, worst


class PartSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=State.values)
    detail = serializers.CharField(help_text="Why it is not well.")
    facts = serializers.SerializerMethodField()

    def get_facts(self, part: Any) -> dict[str, str]:
        return {str(name): str(value) for name, value in part.facts}


class SystemSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=State.values, help_text="Of the part that does worst.")
    versions = serializers.DictField(child=serializers.CharField())
    parts = PartSerializer(many=True)


class System(Resource):
    access = Permission.SYSTEM_READ

    @told(SystemSerializer, summary="How the parts of the installation do")
    def get(self) -> dict[str, Any]:
        found = parts()
        return {"state": worst(found), "versions": dict(versions()), "parts": found}
