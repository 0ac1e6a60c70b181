"""What the resources of an organization share: how a row is found, and fields that name one."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request

from accounts.access.models import Condition, CustomRole, ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.api.bodies import RowField
from accounts.api.resources import OrganizationResource
from accounts.api.serializers import EmailField, StringField
from accounts.models import User
from accounts.organizations.models import Organization
from accounts.organizations.selectors import owned_for, sites_of

from ..selectors import organizations, people

BUILT_IN = [role for role in RoleName if role != RoleName.PLATFORM_ADMINISTRATOR]


class OwnerResource(OrganizationResource):
    """What lies in the organization of the path or, where it names none, on the platform."""

    @property
    def whose(self) -> Organization | None:
        return self.organization if "organization_id" in self.kwargs else None

    def locate(self, request: Request) -> Organization | None:
        return self.whose


def owned(view: OrganizationResource, model: Any, parameter: str, permission: Permission) -> Any:
    """The row of the organization that a part of the path names, if the caller may read it; NotFound otherwise."""
    key = view.kwargs[parameter]
    row = owned_for(view.actor, model, view.organization, key, permission)
    row.organization = view.organization  # Known already: no further query.
    return row


def key_of_person(text: str) -> UUID:
    """Of an e-mail address or of the key itself, whose account may be gone; ValidationError for any other text."""
    if (key := people.key_of_person(text)) is None:
        raise serializers.ValidationError(_("Nobody here has this address."))
    return key


def key_of_organization(text: str) -> UUID:
    """Of a short name or of the key itself, whose organization may be gone; ValidationError for any other text."""
    if (key := organizations.key_of_organization(text)) is None:
        raise serializers.ValidationError(_("No organization has this short name."))
    return key


class BuiltInRoleField(serializers.ChoiceField):
    """A built-in role that can be held in an organization; cleaned to it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(role.value, role.value) for role in BUILT_IN], **kwargs)

    def to_internal_value(self, data: Any) -> RoleName:
        return RoleName(super().to_internal_value(data))


class RoleField(StringField):
    """The name of a built-in role, or the identifier of one that the organization made; cleaned to it."""

    def __init__(self, **kwargs: Any) -> None:
        words = "A built-in role such as `reporter`, or the identifier of one of the organization."
        super().__init__(max_length=40, help_text=words, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        name = super().run_validation(data)
        if name is None or name in BUILT_IN:
            return name and RoleName(name)
        own = CustomRole.objects.of(self.context["view"].organization)
        role = next((role for role in own if str(role.pk) == name), None)
        if role is None:
            raise serializers.ValidationError(_("There is nothing of this kind here."))
        return role


class MemberField(EmailField):
    """The e-mail address of a member; cleaned to the person."""

    def run_validation(self, data: Any = empty) -> Any:
        email = super().run_validation(data)
        organization = self.context["view"].organization
        members = User.objects.filter(email=email, memberships__organization=organization)
        if (found := members.first()) is None:
            raise serializers.ValidationError(_("No member has this address."))
        return found


class SiteField(RowField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            lambda view: sites_of(view.actor, view.organization), help_text="A site.", **kwargs
        )


class ConditionField(RowField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            lambda view: Condition.objects.of(view.organization), help_text="A condition.", **kwargs
        )


class ServiceAccountField(RowField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            lambda view: ServiceAccount.objects.of(view.organization).filter(is_active=True),
            help_text="A service account in use.",
            **kwargs,
        )
