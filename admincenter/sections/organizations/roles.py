"""The roles of an organization: what each holds, and those of its own making."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import services
from accounts.access.dry_run import DryRun, if_role_were
from accounts.access.guards import actor, require
from accounts.access.models import CustomRole
from accounts.access.permissions import Permission
from accounts.access.roles import PERMISSIONS, RoleName
from accounts.organizations.models import Organization
from mago.core.form_pages import get_or_post, posted
from mago.core.holding import held

from ...exports import set_up
from ...exports.ways import way_to_export
from ...once import once
from ...selectors.organizations import custom_roles_of
from .common import act, form_page, organization, owned, section
from .dry_run import form_with_dry_run
from .forms.fields import BUILT_IN, IN_ORGANIZATIONS
from .forms.permissions import in_groups, words_of
from .forms.roles import RoleForm

TAB = "organization_roles"


@require(Permission.ROLES_READ, of=organization, within=True)
@require_safe
def roles(request: HttpRequest, whose: Organization) -> HttpResponse:
    own = custom_roles_of(whose)
    columns: list[tuple[Any, Any]] = [
        (RoleName(name).label, PERMISSIONS[name]) for name, _label in BUILT_IN
    ]
    columns += [(role.name, role.granted) for role in own]
    context = {
        "own": own,
        "names": [name for name, _held in columns],
        "columns": len(columns) + 1,
        "matrix": [
            (
                about,
                [
                    (words_of(one), one, [one in held for _name, held in columns])
                    for one in permissions
                ],
            )
            for about, permissions in in_groups(IN_ORGANIZATIONS)
        ],
        **way_to_export(request, set_up.Roles, whose),
    }
    return section(request, whose, "roles", context, tab=TAB)


@require(Permission.ROLES_EDIT, of=organization)
@get_or_post
@once
def create(request: HttpRequest, whose: Organization) -> HttpResponse:
    return form_page(
        request,
        whose,
        RoleForm(posted(request)),
        tab=TAB,
        title=_("New role"),
        save=lambda name, permissions, seen: services.create_custom_role(
            organization=whose, name=name, permissions=permissions, actor=actor(request)
        ),
        told=_("The role exists now."),
    )


def _role(request: HttpRequest, whose: Organization, role_id: UUID) -> CustomRole:
    row: CustomRole = owned(request, whose.slug, CustomRole, role_id, Permission.ROLES_EDIT)
    return row


@require(Permission.ROLES_EDIT, of=organization)
@get_or_post
@held(_role)
def edit(request: HttpRequest, whose: Organization, role: CustomRole) -> HttpResponse:
    def run(name: str, permissions: list[str]) -> DryRun:
        return if_role_were(role, permissions)

    def save(name: str, permissions: list[str], **seen: Any) -> None:
        services.edit_custom_role(
            role=role, name=name, permissions=permissions, actor=actor(request)
        )

    return form_with_dry_run(
        request,
        whose,
        RoleForm(posted(request), initial={"name": role.name, "permissions": role.permissions}),
        run=run,
        save=save,
        tab=TAB,
        title=role.name,
        told=_("Saved."),
    )


@require(Permission.ROLES_EDIT, of=organization)
@require_POST
def delete(request: HttpRequest, whose: Organization, role_id: UUID) -> HttpResponse:
    role = _role(request, whose, role_id)
    return act(
        request,
        whose,
        lambda: services.delete_custom_role(role=role, actor=actor(request)),
        _("The role is deleted."),
        tab=TAB,
    )
