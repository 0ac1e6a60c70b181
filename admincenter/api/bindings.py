"""Who holds which role, where, under which condition and how long."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access import services
from accounts.access.models import RoleBinding
from accounts.access.permissions import Permission
from accounts.access.scope import Scope
from accounts.api.bodies import Body, OptionalReasonBody, PageQuery
from accounts.api.resources import OrganizationResource, created, listed, read, removed
from mago.core.errors import NotFound
from mago.core.keyset import Listing

from ..selectors.organizations import binding_for, find_bindings
from .common import (
    BUILT_IN,
    ConditionField,
    MemberField,
    RoleField,
    ServiceAccountField,
    SiteField,
)
from .shapes import NamedSerializer, PersonRefSerializer


class RoleBindingSerializer(serializers.Serializer[Any]):
    """A role that a person or a service account holds in the organization, or at a site of it."""

    id = serializers.UUIDField()
    person = PersonRefSerializer(source="user", allow_null=True)
    service_account = NamedSerializer(allow_null=True)
    role = serializers.CharField(source="role_key", help_text="A built-in role, or an identifier.")
    role_name = serializers.CharField(help_text="In your language.")
    site = serializers.UUIDField(source="site_id", allow_null=True)
    condition = NamedSerializer(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    granted_at = serializers.DateTimeField()
    granted_by = PersonRefSerializer(allow_null=True)


class BindingQuery(PageQuery):
    role = serializers.ChoiceField(
        choices=[*((role.value, role.value) for role in BUILT_IN), ("custom", "custom")],
        required=False,
        help_text="`custom`: any role of the organization's own.",
    )


class GrantBody(Body):
    example: ClassVar = {"role": "reporter", "member": "ada@example.com"}

    member = MemberField(required=False, help_text="The e-mail address of a member.")
    service_account = ServiceAccountField(required=False, allow_null=True)
    role = RoleField()
    site = SiteField(required=False, allow_null=True)
    condition = ConditionField(required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if bool(data.get("member")) == bool(data.get("service_account")):
            words = _("Name a member, or choose a service account.")
            raise serializers.ValidationError({"member": [words]})
        return data


class Bindings(OrganizationResource):
    access = Permission.ROLES_READ
    changes = {"POST": Permission.ROLES_BIND}
    within = True

    @listed(
        RoleBindingSerializer, query=BindingQuery, summary="Who holds which role in an organization"
    )
    def get(self, **chosen: Any) -> Listing:
        return find_bindings(self.actor, self.organization, **chosen)

    @created(
        GrantBody,
        RoleBindingSerializer,
        at=("api-binding", "binding_id"),
        summary="Grant a role",
        description="Granting it again sets its end and its condition anew. Nobody can grant what they do not hold.",
    )
    def post(
        self,
        member: Any = None,
        service_account: Any = None,
        site: Any = None,
        **data: Any,
    ) -> RoleBinding:
        scope = Scope(self.organization.pk, site.pk if site else None)
        return services.grant_role(
            user=member or service_account, scope=scope, actor=self.actor, **data
        )


class OneBinding(OrganizationResource):
    access = Permission.ROLES_READ
    changes = {"DELETE": Permission.ROLES_BIND}
    within = True

    def row(self) -> RoleBinding:
        seen = find_bindings(self.actor, self.organization).queries[0]
        found: RoleBinding | None = seen.filter(pk=self.kwargs["binding_id"]).first()
        if found is None:
            raise NotFound
        return found

    get = read(RoleBindingSerializer, summary="One role that is held")

    @removed(RoleBindingSerializer, body=OptionalReasonBody, summary="Take a role back")
    def delete(self, row: RoleBinding, reason: str) -> None:
        binding = binding_for(self.actor, self.organization, row.pk)
        services.revoke_role(binding=binding, actor=self.actor, reason=reason)
