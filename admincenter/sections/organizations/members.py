"""Who belongs to an organization, who is invited; inviting, removing, handing the ownership over."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import services
from accounts.access.guards import actor, require
from accounts.access.models import Invitation, Membership, RoleBinding
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.selectors.bindings import live_bindings
from accounts.access.selectors.decisions import can
from accounts.organizations.models import Organization
from mago.core.form_pages import get_or_post, posted

from ...bulk import memberships
from ...bulk.ways import way_to_choose
from ...exports import lists
from ...exports.ways import way_to_export
from ...once import once
from ...pages import list_page
from ...reasons import with_reason
from ...selectors.organizations import find_members, open_invitations
from .common import act, around, form_page, organization, owned, url_of
from .forms.filters import MemberFilters
from .forms.members import InviteForm

TAB = "organization_members"
# What a row of the list shows.
SHOWN = ("user", "user__email", "user__name")


@require(Permission.MEMBERS_READ, of=organization)
@require_safe
def members(request: HttpRequest, whose: Organization) -> HttpResponse:
    looks_after = bool(can(actor(request), Permission.MEMBERS_INVITE, whose))
    return list_page(
        request,
        "admincenter/organizations/members.html",
        title=_("Members"),
        filters=MemberFilters(request.GET, looks_after=looks_after),
        find=lambda **chosen: find_members(whose, viewer=actor(request), **chosen),
        columns=SHOWN,
        invitations=open_invitations(whose),
        owns=any(_is_owner(binding, whose) for binding in live_bindings(actor(request))),
        **way_to_choose(request, memberships.Members, whose),
        **way_to_export(request, lists.Members, whose),
        **around(request, whose, TAB),
    )


def _is_owner(binding: RoleBinding, whose: Organization) -> bool:
    return binding.role == RoleName.ORGANIZATION_OWNER and binding.scope == whose.access_scope


@require(Permission.MEMBERS_INVITE, of=organization)
@get_or_post
@once
def invite(request: HttpRequest, whose: Organization) -> HttpResponse:
    return form_page(
        request,
        whose,
        InviteForm(posted(request), viewer=actor(request), organization=whose),
        tab=TAB,
        title=_("Invite somebody"),
        save=lambda **data: services.invite(organization=whose, actor=actor(request), **data),
        told=_("The invitation is on its way."),
        button=_("Send the invitation"),
    )


@require(Permission.MEMBERS_INVITE, of=organization)
@require_POST
def revoke_invitation(
    request: HttpRequest, whose: Organization, invitation_id: UUID
) -> HttpResponse:
    slug, permission = whose.slug, Permission.MEMBERS_INVITE
    invitation = owned(request, slug, Invitation, invitation_id, permission)
    return act(
        request,
        whose,
        lambda: services.revoke_invitation(invitation=invitation, actor=actor(request)),
        _("The invitation is taken back."),
        tab=TAB,
    )


@require(Permission.MEMBERS_REMOVE, of=organization)
@require_POST
def remove(request: HttpRequest, whose: Organization, member_id: UUID) -> HttpResponse:
    member = owned(request, whose.slug, Membership, member_id, Permission.MEMBERS_REMOVE)
    return with_reason(
        request,
        lambda reason: services.remove_member(
            membership=member, actor=actor(request), reason=reason
        ),
        _("%(person)s is no longer a member.") % {"person": member.user},
        title=_("Remove"),
        of=member,
        to=url_of(whose, TAB),
        own=member.user_id == actor(request).pk,
    )


@require(Permission.ROLES_BIND, of=organization)
@require_POST
def transfer(request: HttpRequest, whose: Organization, member_id: UUID) -> HttpResponse:
    to = owned(request, whose.slug, Membership, member_id, Permission.ROLES_BIND).user
    return act(
        request,
        whose,
        lambda: services.transfer_ownership(organization=whose, to=to, actor=actor(request)),
        _("%(person)s owns the organization now.") % {"person": to},
        tab="organization",
    )
