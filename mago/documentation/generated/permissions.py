"""What each permission takes: which role holds it, and by which means of authentication it is used."""

from accounts.access.methods import Means, may_use
from accounts.access.permissions import PLATFORM_ONLY, SENSITIVE, Permission
from accounts.access.roles import ON_PLATFORM, PERMISSIONS, RoleName

from .tables import table

HEAD = """# Permissions
Made by `manage.py document` from `accounts/access/permissions.py`, `roles.py` and `methods.py`. Whatever is not permitted here is refused. Roles of your own choose among the permissions ([organizations](../organizations.md)); nobody grants what they do not hold.

Columns: **again** – whoever uses it has proved minutes before that it is them; **of** – held in an organization or a part of it, or on the platform only. ○ – of a role that is held on the platform, where all but an owner's can be, and nowhere else. Roles: """
MEANS = {
    Means.SESSION: "browser",
    Means.ACCESS_TOKEN: "our app",
    Means.APPLICATION: "application",
    Means.API_TOKEN: "API token",
    Means.HUB_TOKEN: "hub",
}
AFTER = """
Means: **browser** a session of a person; **our app** a native app with the person's own sign-in; **application** one that the person let in their name; **API token** a service account's; **hub** a device, which holds scopes instead ([protocol of hubs](../hub-protocol.md)). What an application or a token may is also cut to its scopes ([sign-in for applications](../openid-provider.md)).
"""
SHORT = {
    RoleName.GUEST: "G",
    RoleName.REPORTER: "R",
    RoleName.OPERATOR: "O",
    RoleName.TECHNICIAN: "T",
    RoleName.SITE_ADMINISTRATOR: "SA",
    RoleName.SECURITY_OFFICER: "SO",
    RoleName.ORGANIZATION_OWNER: "OO",
    RoleName.PLATFORM_ADMINISTRATOR: "PA",
}


def text() -> str:
    head = ["permission", "of", "again", *SHORT.values(), *MEANS.values()]
    roles = ", ".join(f"{short} {role.label.lower()}" for role, short in SHORT.items())
    rows = [
        (
            f"`{permission}`",
            "platform" if permission in PLATFORM_ONLY else "organization",
            _mark(permission in SENSITIVE),
            *(_held(permission, role) for role in SHORT),
            *(_mark(may_use(means, permission)) for means in MEANS),
        )
        for permission in Permission
    ]
    return HEAD + roles + ".\n\n" + table(head, rows) + AFTER


def _held(permission: Permission, role: RoleName) -> str:
    only_there = permission not in PERMISSIONS[role] and permission in ON_PLATFORM.get(role, ())
    return "○" if only_there else _mark(permission in PERMISSIONS[role])


def _mark(holds: bool) -> str:
    return "●" if holds else "–"
