"""The built-in roles: each holds all that the ones before it hold, so that rising never takes away.

Guest < Reporter < Operator < Technician < Site administrator < Organization owner < Platform administrator,
and beside them Reporter < Security officer < Organization owner. All but an owner's can be held on the platform as
well, where they flow down into every organization.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .permissions import PLATFORM_ONLY, Permission


class RoleName(models.TextChoices):
    GUEST = "guest", _("Guest")
    REPORTER = "reporter", _("Reporter")
    OPERATOR = "operator", _("Operator")
    TECHNICIAN = "technician", _("Technician")
    SITE_ADMINISTRATOR = "site-administrator", _("Site administrator")
    SECURITY_OFFICER = "security-officer", _("Security officer")
    ORGANIZATION_OWNER = "organization-owner", _("Organization owner")
    PLATFORM_ADMINISTRATOR = "platform-administrator", _("Platform administrator")


_P = Permission
_GUEST = frozenset({_P.ORGANIZATIONS_READ, _P.SITES_READ, _P.HUBS_READ})
_REPORTER = _GUEST | {p for p in Permission if p.endswith(":read")} - PLATFORM_ONLY
_OPERATOR = _REPORTER | {_P.HUBS_OPERATE}
_TECHNICIAN = _OPERATOR | {_P.HUBS_LOGS, _P.HUBS_REBOOT, _P.HUBS_ROTATE, _P.HUBS_UPDATE}
_SITE_ADMINISTRATOR = _TECHNICIAN | {
    _P.HUBS_EDIT,
    _P.HUBS_ENROL,
    _P.HUBS_RETIRE,
    _P.SITES_EDIT,
    _P.ROLES_BIND,
}
_SECURITY_OFFICER = _REPORTER | {
    _P.TICKETS_EDIT,
    _P.TICKETS_VERIFY,
    _P.RELEASES_EDIT,
    _P.RELEASES_SIGN_OFF,
    _P.PATCH_POLICIES_EDIT,
    _P.PENETRATION_TESTS_EDIT,
    _P.RISKS_ACCEPT,
    _P.RISKS_EDIT,
    _P.RISKS_SIGN_OFF,
    _P.AUDIT_EXPORT,
}
_ORGANIZATION_OWNER = frozenset(Permission) - PLATFORM_ONLY

PERMISSIONS: dict[str, frozenset[Permission]] = {
    RoleName.GUEST: _GUEST,
    RoleName.REPORTER: _REPORTER,
    RoleName.OPERATOR: _OPERATOR,
    RoleName.TECHNICIAN: _TECHNICIAN,
    RoleName.SITE_ADMINISTRATOR: _SITE_ADMINISTRATOR,
    RoleName.SECURITY_OFFICER: _SECURITY_OFFICER,
    RoleName.ORGANIZATION_OWNER: _ORGANIZATION_OWNER,
    RoleName.PLATFORM_ADMINISTRATOR: frozenset(Permission),
}
_PLATFORM_READ = frozenset(p for p in PLATFORM_ONLY if p.endswith(":read"))
# Of roles held on the platform: who reads everything reads what is the platform's own as well. An owner's is of one
# organization.
ON_PLATFORM: dict[str, frozenset[Permission]] = {
    role: held | (_PLATFORM_READ if held >= _REPORTER else frozenset())
    for role, held in PERMISSIONS.items()
    if role != RoleName.ORGANIZATION_OWNER
}


def permissions_of_role(role: str, *, on_platform: bool) -> frozenset[Permission]:
    """What a built-in role holds, on the platform or in an organization; nothing for what is none."""
    return (ON_PLATFORM if on_platform else PERMISSIONS).get(role, frozenset())
