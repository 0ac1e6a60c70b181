"""Who belongs to an organization, and who is invited."""

from typing import Any

from rest_framework import serializers

from accounts.access import services
from accounts.access.guards import demand
from accounts.access.models import Invitation, Membership
from accounts.access.permissions import Permission
from accounts.api.bodies import Body, OptionalReasonBody, PageQuery
from accounts.api.resources import OrganizationResource, acted, created, listed, read, removed
from accounts.api.serializers import EmailField, TextField
from mago.core.keyset import Listing

from ..forms import MEMBER_STATES
from ..selectors.organizations import find_invitations, find_members, member_for
from .common import BuiltInRoleField, SiteField, owned
from .shapes import PersonRefSerializer


class HeldRoleSerializer(serializers.Serializer[Any]):
    role = serializers.CharField(source="role_key", help_text="A built-in role, or an identifier.")
    name = serializers.CharField(source="role_name", help_text="In your language.")
    site = serializers.UUIDField(source="site_id", allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Of the membership.")
    person = PersonRefSerializer(source="user")
    roles = HeldRoleSerializer(source="user.roles_here", many=True)
    joined_at = serializers.DateTimeField()


class InvitationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    role = serializers.CharField()
    site = serializers.UUIDField(source="site_id", allow_null=True)
    invited_by = PersonRefSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was accepted or taken back."
    )


class MemberQuery(PageQuery):
    q = TextField(
        required=False,
        max_length=200,
        help_text="What the e-mail address or the name contains; short of three letters, how the address begins.",
    )
    state = serializers.ChoiceField(
        choices=[state for state, _label in MEMBER_STATES],
        required=False,
        help_text="For who looks after the members: takes `members:invite`.",
    )


class InvitationBody(Body):
    email = EmailField()
    role = BuiltInRoleField()
    site = SiteField(required=False, allow_null=True)


class Members(OrganizationResource):
    access = Permission.MEMBERS_READ

    @listed(
        MemberSerializer, query=MemberQuery, summary="The members of an organization, newest first"
    )
    def get(self, state: str = "", **chosen: Any) -> Listing:
        if state:
            demand(self.request, Permission.MEMBERS_INVITE, self.organization)
        return find_members(self.organization, state=state, **chosen, whole=True)


class OneMember(OrganizationResource):
    access = Permission.MEMBERS_READ
    changes = {"DELETE": Permission.MEMBERS_REMOVE}

    def row(self) -> Membership:
        return member_for(self.organization, self.kwargs["member_id"])

    get = read(MemberSerializer, summary="One member")

    @removed(
        MemberSerializer,
        body=OptionalReasonBody,
        summary="Remove a member",
        description="Their roles in the organization end with it. `409 last_owner` for the last owner.",
    )
    def delete(self, row: Membership, reason: str) -> None:
        services.remove_member(membership=row, actor=self.actor, reason=reason)


class TransferOwnership(OrganizationResource):
    access = Permission.ROLES_BIND
    changes = {"POST": Permission.ROLES_BIND}

    @acted(
        None,
        None,
        summary="Hand the ownership over to a member",
        description="You own the organization no longer, and stay a guest of it.",
    )
    def post(self) -> None:
        to = member_for(self.organization, self.kwargs["member_id"]).user
        services.transfer_ownership(organization=self.organization, to=to, actor=self.actor)


class Invitations(OrganizationResource):
    access = Permission.MEMBERS_READ
    changes = {"POST": Permission.MEMBERS_INVITE}

    @listed(InvitationSerializer, summary="Who is invited and has not answered yet, newest first")
    def get(self) -> Listing:
        return find_invitations(self.organization)

    @created(
        InvitationBody,
        InvitationSerializer,
        at=("api-invitation", "invitation_id"),
        summary="Invite somebody",
        description="A mail with a link is sent; it is good for a week and takes the place of an earlier one.",
    )
    def post(self, **data: Any) -> Invitation:
        return services.invite(organization=self.organization, actor=self.actor, **data)


class OneInvitation(OrganizationResource):
    access = Permission.MEMBERS_READ
    changes = {"DELETE": Permission.MEMBERS_INVITE}

    def row(self) -> Invitation:
        found: Invitation = owned(self, Invitation, "invitation_id", Permission.MEMBERS_READ)
        return found

    get = read(InvitationSerializer, summary="One invitation")

    @removed(InvitationSerializer, summary="Take an invitation back")
    def delete(self, row: Invitation) -> None:
        services.revoke_invitation(invitation=row, actor=self.actor)
