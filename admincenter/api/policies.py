"""What is demanded of sign-ins: of everybody, of a role, at a site.

The same resources serve an organization and the platform, whose policies hold in each organization.
"""

from dataclasses import fields
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import empty

from accounts.access.facts import Strength
from accounts.access.methods import SignInMethod
from accounts.access.models import CustomRole
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.api.bodies import Body, OptionalReasonBody
from accounts.api.resources import changed, created, listed, merged, read, removed, told
from accounts.api.serializers import StringField
from accounts.organizations import services
from accounts.organizations.effective import Effective
from accounts.organizations.models import SignInPolicy
from mago.core.keyset import Listing

from ..selectors.organizations import policies_of, policies_together, policy_of
from .common import OwnerResource, RoleField, SiteField

DEMANDED = [Strength.TWO_FACTORS, Strength.PHISHING_RESISTANT]
MINUTES: dict[str, Any] = {
    "required": False,
    "allow_null": True,
    "min_value": 1,
    "max_value": 525_600,
}


class StrengthField(serializers.ChoiceField):
    """How surely somebody is who they say, by name; cleaned to its number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(s.name.lower(), s.name.lower()) for s in DEMANDED], **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return Strength[super().to_internal_value(data).upper()].value

    def to_representation(self, value: Any) -> str:
        return Strength(value).name.lower()


class PolicyRoleField(RoleField):
    """For the platform any built-in role: it concerns whoever holds that anywhere."""

    def run_validation(self, data: Any = empty) -> Any:
        if self.context["view"].whose is None and data not in (empty, None):
            if data not in RoleName.values:
                raise serializers.ValidationError(_("There is nothing of this kind here."))
            return RoleName(data)
        return super().run_validation(data)


class PolicySiteField(SiteField):
    """The platform has no sites."""

    def run_validation(self, data: Any = empty) -> Any:
        if self.context["view"].whose is None and data not in (empty, None):
            raise serializers.ValidationError(_("There is nothing of this kind here."))
        return super().run_validation(data)


class PolicySerializer(serializers.Serializer[Any]):
    """An empty field demands nothing."""

    id = serializers.UUIDField()
    role = serializers.CharField(allow_null=True, help_text="Of who holds it; null: of everybody.")
    site = serializers.UUIDField(
        source="site_id",
        allow_null=True,
        help_text="Of whose role is held there or in the whole organization; null: wherever.",
    )
    strength = StrengthField(allow_null=True)
    methods = serializers.ListField(child=serializers.CharField(), allow_null=True)
    authenticators = serializers.ListField(child=serializers.CharField(), allow_null=True)
    idle_minutes = serializers.IntegerField(allow_null=True)
    absolute_minutes = serializers.IntegerField(allow_null=True)
    single_session = serializers.BooleanField()
    grace_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class DemandsBody(Body):
    strength = StrengthField(required=False, allow_null=True)
    methods = serializers.ListField(
        child=serializers.ChoiceField(choices=[(m.value, m.value) for m in SignInMethod]),
        required=False,
        allow_null=True,
        max_length=20,
        help_text="The only ones that are allowed.",
    )
    authenticators = serializers.ListField(
        child=StringField(max_length=36),
        required=False,
        allow_null=True,
        max_length=100,
        help_text="Makes of security key (AAGUID): passkeys of others cannot be set up.",
    )
    idle_minutes = serializers.IntegerField(help_text="Without use.", **MINUTES)
    absolute_minutes = serializers.IntegerField(help_text="In any case.", **MINUTES)
    single_session = serializers.BooleanField(required=False)
    grace_until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Until then people are only reminded."
    )


class PolicyBody(DemandsBody):
    role = PolicyRoleField(required=False, allow_null=True)
    site = PolicySiteField(required=False, allow_null=True)


class ComingSerializer(serializers.Serializer[Any]):
    strength = StrengthField()
    since = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField()


class EffectiveSerializer(serializers.Serializer[Any]):
    """What all policies demand together; `…_by` names those that do, none for what Mago is set to."""

    role = serializers.CharField(allow_null=True)
    site = serializers.UUIDField(allow_null=True)
    strength = serializers.CharField()
    strength_by = serializers.ListField(child=serializers.CharField())
    coming = ComingSerializer(allow_null=True)
    methods = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="In your language; null: all."
    )
    methods_by = serializers.ListField(child=serializers.CharField())
    idle = serializers.IntegerField(help_text="Minutes.")
    idle_by = serializers.ListField(child=serializers.CharField())
    absolute = serializers.IntegerField(help_text="Minutes.")
    absolute_by = serializers.ListField(child=serializers.CharField())
    single_session = serializers.BooleanField()
    single_session_by = serializers.ListField(child=serializers.CharField())


class EffectivePoliciesSerializer(serializers.Serializer[Any]):
    results = EffectiveSerializer(many=True)


class Policies(OwnerResource):
    access = Permission.POLICIES_READ
    changes = {"POST": Permission.POLICIES_EDIT}

    @listed(
        PolicySerializer,
        summary="The sign-in policies of an organization, or of the platform itself",
    )
    def get(self) -> Listing:
        return Listing((policies_of(self.whose),), key=("key",), descending=False)

    @created(
        PolicyBody,
        PolicySerializer,
        at=("api-policy", "policy_id"),
        summary="A new sign-in policy",
        description="`409 exists` where there is one for that role and site. `400 locks_you_out` where your own "
        "sign-in would not answer to it.",
    )
    def post(self, role: Any = None, site: Any = None, **demands: Any) -> SignInPolicy:
        key = str(role.pk) if isinstance(role, CustomRole) else role
        return services.set_policy(
            organization=self.whose,
            role=key,
            site=site,
            actor=self.actor,
            is_new=True,
            **demands,
        )


class OnePolicy(OwnerResource):
    access = Permission.POLICIES_READ
    changes = {"PATCH": Permission.POLICIES_EDIT, "DELETE": Permission.POLICIES_EDIT}

    def row(self) -> SignInPolicy:
        return policy_of(self.whose, self.kwargs["policy_id"])

    get = read(PolicySerializer, summary="One sign-in policy")

    @changed(
        DemandsBody,
        PolicySerializer,
        summary="Change what a policy demands",
        description="Whom it concerns stays. Running sessions answer to it at their next request.",
    )
    def patch(self, row: SignInPolicy, **demands: Any) -> None:
        services.set_policy(
            organization=self.whose,
            role=row.role,
            site=row.site,
            actor=self.actor,
            **merged(row, demands, *services.FIELDS),
        )

    @removed(PolicySerializer, body=OptionalReasonBody, summary="Remove a policy")
    def delete(self, row: SignInPolicy, reason: str) -> None:
        services.remove_policy(policy=row, actor=self.actor, reason=reason)


class EffectivePolicies(OwnerResource):
    access = Permission.POLICIES_READ

    @told(
        EffectivePoliciesSerializer,
        summary="What is demanded of everybody, and of each role and site that has a policy",
    )
    def get(self) -> dict[str, Any]:
        groups = policies_together(self.whose, policies_of(self.whose))
        return {"results": [_told(group) for group in groups]}


def _told(group: Effective) -> dict[str, Any]:
    of, coming = group.of, group.coming
    return {
        **{one.name: getattr(group, one.name) for one in fields(group)},
        "role": of.role if of else None,
        "site": of.site_id if of else None,
        "strength": Strength(group.strength).name.lower(),
        "coming": coming and {"strength": coming.strength, "since": coming.since, "by": coming.by},
    }
