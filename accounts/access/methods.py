"""Which means of authentication may be used for which permission.

A person in a browser, or in an app that they signed in to, may do whatever their roles allow. An API
token lives for months in some other program, and whoever steals that has it: it may not change who may
do what, nor what is demanded of sign-ins. What a hub may do is bound to the hub itself.
"""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from .permissions import Permission


class SignInMethod(models.TextChoices):
    """The doors by which people sign in, as sessions and policies name them."""

    PASSWORD = "password", _("Password")
    CODE = "code", _("A code by e-mail")
    PASSKEY = "passkey", _("Passkey")
    GOOGLE = "google", _("Google")
    MICROSOFT = "microsoft", _("Microsoft")
    APPLE = "apple", _("Apple")
    OIDC = "oidc", _("The organization’s OpenID provider")
    SAML = "saml", _("The organization’s SAML provider")
    LDAP = "ldap", _("The organization’s LDAP directory")


class Means(StrEnum):
    SESSION = "session"
    ACCESS_TOKEN = "access_token"  # noqa: S105
    # An application that a person has let in their name do what they may.
    APPLICATION = "application"
    API_TOKEN = "api_token"  # noqa: S105
    HUB_TOKEN = "hub_token"  # noqa: S105
    # A task, a command: nobody from outside is calling.
    INTERNAL = ""


_ALL = frozenset(Permission)
# Who may do what, and what is demanded of sign-ins.
_BY_PEOPLE = frozenset(
    {
        Permission.ADMINISTRATORS_EDIT,
        Permission.APPLICATIONS_EDIT,
        Permission.CONDITIONS_EDIT,
        Permission.DOMAINS_EDIT,
        Permission.IDENTITY_PROVIDERS_EDIT,
        Permission.POLICIES_EDIT,
        Permission.ROLES_BIND,
        Permission.ROLES_EDIT,
        Permission.SERVICE_ACCOUNTS_EDIT,
        Permission.SIGN_IN_PROVIDERS_EDIT,
    }
)

ALLOWED: dict[str, frozenset[Permission]] = {
    Means.SESSION: _ALL,
    Means.INTERNAL: _ALL,
    Means.ACCESS_TOKEN: _ALL,
    Means.APPLICATION: _ALL - _BY_PEOPLE,
    Means.API_TOKEN: _ALL - _BY_PEOPLE,
    Means.HUB_TOKEN: frozenset(),
}


def may_use(via: str, permission: Permission) -> bool:
    """Whether a request authenticated by `via` may use `permission`; what is not in the table may use none."""
    return permission in ALLOWED.get(via, frozenset())
