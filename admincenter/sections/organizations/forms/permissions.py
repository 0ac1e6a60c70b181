"""Permissions in words, by what they are about: for who makes a role, limits a token, or asks who may do what."""

from collections.abc import Iterable
from itertools import groupby

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access.permissions import Permission

from .fields import IN_ORGANIZATIONS

Words = str | Promise

ABOUT: dict[str, Words] = {
    "applications": _("Applications"),
    "audit": _("Audit trail"),
    "conditions": _("Conditions"),
    "domains": _("Domains"),
    "hub_codes": _("Enrolment codes"),
    "hubs": _("Hubs"),
    "identity_providers": _("Identity providers"),
    "members": _("Members"),
    "organizations": _("The organization"),
    "overview": _("Overview"),
    "patch_policies": _("Patch policy"),
    "penetration_tests": _("Penetration tests"),
    "policies": _("Sign-in policies"),
    "releases": _("Releases"),
    "risks": _("Risks"),
    "roles": _("Roles"),
    "service_accounts": _("Service accounts"),
    "sites": _("Sites"),
    "tickets": _("Tickets"),
}
# What most of them say; the others say it below.
SEE, CHANGE = pgettext_lazy("permission", "See"), pgettext_lazy("permission", "Change")
SAYS: dict[Permission, Words] = {
    Permission.AUDIT_EXPORT: pgettext_lazy("permission", "Export"),
    Permission.HUBS_ENROL: pgettext_lazy("permission", "Enrol"),
    Permission.HUBS_LOGS: pgettext_lazy("permission", "Collect logs"),
    Permission.HUBS_OPERATE: pgettext_lazy("permission", "Locate"),
    Permission.HUBS_REBOOT: pgettext_lazy("permission", "Restart"),
    Permission.HUBS_RETIRE: pgettext_lazy("permission", "Retire"),
    Permission.HUBS_ROTATE: pgettext_lazy("permission", "Renew secrets"),
    Permission.HUBS_UPDATE: pgettext_lazy("permission", "Update firmware"),
    Permission.MEMBERS_INVITE: pgettext_lazy("permission", "Invite"),
    Permission.MEMBERS_REMOVE: pgettext_lazy("permission", "Remove"),
    Permission.RELEASES_SIGN_OFF: pgettext_lazy("permission", "Sign off checkpoints"),
    Permission.RISKS_ACCEPT: pgettext_lazy("permission", "Accept"),
    Permission.RISKS_SIGN_OFF: pgettext_lazy("permission", "Sign off assessments"),
    Permission.ROLES_BIND: pgettext_lazy("permission", "Grant and take back"),
    Permission.SITES_CREATE: pgettext_lazy("permission", "Create and delete"),
    Permission.TICKETS_VERIFY: pgettext_lazy("permission", "Verify fixes"),
}


def words_of(permission: str) -> Words:
    """What it permits; what it is about stands above it."""
    return SAYS.get(Permission(permission)) or (SEE if permission.endswith(":read") else CHANGE)


def in_groups(permissions: Iterable[str]) -> list[tuple[Words, list[str]]]:
    """`permissions` by what they are about; what lets one see it comes first."""
    groups = groupby(sorted(permissions), key=lambda permission: permission.partition(":")[0])
    return [
        (ABOUT.get(about, about), sorted(some, key=lambda one: not one.endswith(":read")))
        for about, some in groups
    ]


def choices(
    permissions: Iterable[str] = IN_ORGANIZATIONS,
) -> list[tuple[Words, list[tuple[str, Words]]]]:
    """For a select, which has no room for the name beside the words."""
    return [
        (about, [(str(one), format_lazy("{} ({})", words_of(one), str(one))) for one in some])
        for about, some in in_groups(permissions)
    ]


class PermissionsWidget(forms.CheckboxSelectMultiple):
    """Boxes beside each other, in groups; below each the name that the API and the trail know it by."""

    template_name = "admincenter/organizations/permissions.html"


def boxes(
    permissions: Iterable[str] = IN_ORGANIZATIONS,
) -> list[tuple[Words, list[tuple[str, Words]]]]:
    """For a `PermissionsWidget`."""
    return [
        (about, [(str(one), words_of(one)) for one in some])
        for about, some in in_groups(permissions)
    ]
