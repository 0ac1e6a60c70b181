"""Shapes of what is asked and told about who may do what."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access.permissions import PLATFORM_ONLY, Permission

from .serializers import EmailField

NAMES = sorted(permission.value for permission in frozenset(Permission) - PLATFORM_ONLY)


PERMISSIONS = [(name, name) for name in NAMES]
EVERYWHERE = [(permission.value, permission.value) for permission in Permission]
PRINCIPALS = ["person", "service_account"]


class ExplainQuerySerializer(serializers.Serializer[Any]):
    organization = serializers.UUIDField(
        required=False, help_text="Its identifier; without one, it is asked on the platform."
    )
    permission = serializers.ChoiceField(
        choices=EVERYWHERE,
        help_text="What can be held on the platform only is asked there.",
    )
    member = EmailField(
        required=False,
        help_text="The e-mail address of a member; for whoever may read people, also of somebody who holds a role on the "
        "platform.",
    )
    service_account = serializers.UUIDField(required=False, help_text="Or a service account.")
    site = serializers.UUIDField(required=False, help_text="A site, if not the whole organization.")
    hub = serializers.UUIDField(
        required=False,
        help_text="Or a hub: conditions may ask for its model, its tags and its site.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("organization"):
            if Permission(data["permission"]) in PLATFORM_ONLY:
                words = _("This can be held on the platform only: ask without an organization.")
                raise serializers.ValidationError({"permission": [words]})
        elif wrong := [name for name in ("service_account", "site", "hub") if data.get(name)]:
            words = _("Name its organization, too.")
            raise serializers.ValidationError({name: [words] for name in wrong})
        return data


class PrincipalSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=PRINCIPALS)
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="The e-mail address of a person.")


class BindingSerializer(serializers.Serializer[Any]):
    """A role that somebody holds somewhere; without an organization, on the whole platform."""

    who = PrincipalSerializer()
    role = serializers.CharField()
    organization = serializers.UUIDField(allow_null=True)
    site = serializers.UUIDField(allow_null=True)
    condition = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class LookedSerializer(BindingSerializer):
    allows = serializers.BooleanField()
    reason = serializers.CharField()


class DecisionSerializer(serializers.Serializer[Any]):
    allowed = serializers.BooleanField()
    reason = serializers.CharField()


class ExplanationSerializer(serializers.Serializer[Any]):
    permission = serializers.ChoiceField(choices=EVERYWHERE)
    decision = DecisionSerializer(allow_null=True)
    looked_at = LookedSerializer(many=True)
    who_can = BindingSerializer(many=True, help_text="The first 500, by when they were granted.")


class RoleDryRunSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"permissions": ["hubs:read", "hubs:reboot"]}

    permissions = serializers.ListField(
        child=serializers.ChoiceField(choices=PERMISSIONS), allow_empty=True, max_length=len(NAMES)
    )


class ConditionDryRunSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"rule": {"network": ["192.0.2.0/24"]}}

    rule = serializers.DictField(help_text="As docs/organizations.md describes it.")


class HubsSerializer(serializers.Serializer[Any]):
    """Hubs that are alike in what conditions ask for."""

    model = serializers.CharField(help_text="Empty for any that no condition asks for.")
    tags = serializers.ListField(
        child=serializers.CharField(), help_text="Those that a condition asks for."
    )


class ChangeSerializer(serializers.Serializer[Any]):
    """At such hubs of the site, at the site, or in the whole organization. What is not listed is as around it; with
    neither gains nor losses, all stays as it is there, unlike around it."""

    who = PrincipalSerializer()
    site = serializers.UUIDField(allow_null=True)
    hubs = HubsSerializer(allow_null=True)
    gains = serializers.ListField(child=serializers.CharField())
    losses = serializers.ListField(child=serializers.CharField())


class ChangesSerializer(serializers.Serializer[Any]):
    changes = ChangeSerializer(many=True)
    complete = serializers.BooleanField(
        help_text="False where there are more people, sites or kinds of hubs than are looked at, or more to tell: "
        "what is not listed may change, too."
    )
