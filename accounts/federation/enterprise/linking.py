"""Somebody came by their organization's provider, and the account with their address belongs to others, too.

So they prove that it is theirs, by signing in to it in the same browser, and decide themselves. What the
provider said is kept in the browser's session meanwhile.
"""

import time
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from accounts.models import User, normalize_email
from mago.core.errors import NotFound

from .asserted import Asserted
from .models import IdentityProvider
from .selectors import provider_by_id

WAITING = "enterprise_link"
MINUTES = 15


@dataclass(frozen=True)
class Waiting:
    provider: IdentityProvider
    asserted: Asserted


def keep(request: HttpRequest, provider: IdentityProvider, asserted: Asserted) -> None:
    request.session[WAITING] = {
        "provider": str(provider.pk),
        "until": time.time() + MINUTES * 60,
        "issuer": asserted.issuer,
        "subject": asserted.subject,
        "email": asserted.email,
        "name": asserted.name,
        "groups": list(asserted.groups),
    }


def waiting(request: HttpRequest, user: User) -> Waiting | None:
    """Whom a provider vouched for in this browser a moment ago, by the address of `user`."""
    kept = dict(request.session.get(WAITING) or {})
    if not kept or kept.pop("until") < time.time():
        return None
    try:
        provider = provider_by_id(UUID(kept.pop("provider")))
    except NotFound:
        return None
    asserted = Asserted(**kept | {"groups": tuple(kept["groups"])})
    is_theirs = normalize_email(asserted.email) == user.email
    return Waiting(provider, asserted) if is_theirs else None


def is_linking(request: HttpRequest, provider: IdentityProvider, user: User) -> bool:
    found = waiting(request, user)
    return found is not None and found.provider.pk == provider.pk


def forget(request: HttpRequest) -> None:
    request.session.pop(WAITING, None)
