"""What applications may ask for, in words for people, and what it is worth at our own API."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.access.permissions import NAMES
from accounts.models import User

OPENID, PROFILE, EMAIL = "openid", "profile", "email"
OFFLINE, API_READ, API = "offline_access", "api:read", "api"

# In the order in which people are told.
LABELS = {
    OPENID: _("Know that it is you"),
    PROFILE: _("Your name and language"),
    EMAIL: _("Your e-mail address"),
    API_READ: _("See here what you may see"),
    API: _("See and change here what you may, but not who may do what"),
    OFFLINE: _("Stay signed in when you are away"),
}
# A resource outside has scopes of its own.
_OWN = re.compile(r"[a-z][a-z0-9_.:/-]{0,39}")


def is_scope(word: str) -> bool:
    """Whether an application may be registered for it: one of ours, or what may be a word of its own resource.

    >>> is_scope("openid"), is_scope("orders:read"), is_scope("two words"), is_scope("api:write")
    (True, True, False, False)
    """
    return word in LABELS or (_OWN.fullmatch(word) is not None and not word.startswith("api"))


def within(wanted: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """What of `wanted` is allowed, once each; what is unknown is left out (OpenID Connect Core 1.0, section 3.1.2.1)."""
    allowed = set(allowed)
    return [word for word in dict.fromkeys(wanted) if word in allowed]


def words_for(scopes: Iterable[str]) -> list[Any]:
    """What is asked for, for people to read; a resource's own scope as it is."""
    scopes = list(scopes)
    own = [word for word in scopes if word not in LABELS]
    return [label for word, label in LABELS.items() if word in scopes] + own


def permits(scopes: Iterable[str]) -> frozenset[str]:
    """The permissions that a token with these scopes may use at most; none where the API is not among them.

    >>> sorted(permits(["openid", "email"]))
    []
    >>> permits(["api"]) > permits(["api:read"]) >= {"hubs:read"}
    True
    """
    scopes = set(scopes)
    if API in scopes:
        return NAMES
    if API_READ in scopes:
        return frozenset(name for name in NAMES if name.endswith(":read"))
    return frozenset()


def claims_of(user: User, scopes: Iterable[str]) -> dict[str, Any]:
    """What userinfo says of a person (OpenID Connect Core 1.0, sections 5.1 and 5.4)."""
    scopes = set(scopes)
    claims: dict[str, Any] = {"sub": str(user.pk)}
    if PROFILE in scopes:
        claims |= {"name": user.name, "locale": user.language}
    if EMAIL in scopes:
        claims |= {"email": user.email, "email_verified": user.is_confirmed}
    return {name: value for name, value in claims.items() if value != ""}
