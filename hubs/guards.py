"""Who a hub's token speaks for, and the views that only hubs may enter."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.access.facts import Strength
from accounts.access.methods import Means
from accounts.organizations.models import Organization
from mago.core.context import authenticated
from mago.core.errors import Forbidden, NotSignedIn
from mago.core.guards import HUB, declare
from mago.core.sql import Statement

from .models import Credential, Hub
from .scopes import HubScope, scopes_of
from .tokens import read_access_token
from .who import as_uuid

View = TypeVar("View", bound=Callable[..., Any])

# What a token says must still be so.
_PRINCIPAL = Statement(
    "SELECT h.organization_id, h.site_id, h.name, h.serial, h.state"  # noqa: S608 - our own names
    f" FROM {Hub._meta.db_table} h"
    f" JOIN {Organization._meta.db_table} o ON o.id = h.organization_id"
    " WHERE h.id = %s AND h.token_epoch = %s AND o.is_active"
    f" AND EXISTS (SELECT 1 FROM {Credential._meta.db_table} c WHERE c.hub_id = h.id"
    " AND c.generation = %s AND c.stage = 'active')"
)


@dataclass(frozen=True)
class HubPrincipal:
    """The hub that a request comes from, as `request.hub`; what it may is told by its state at this moment."""

    id: UUID
    organization_id: UUID
    site_id: UUID
    name: str
    serial: str
    state: str
    generation: int
    method: str

    _meta: ClassVar = Hub._meta

    @property
    def pk(self) -> UUID:
        return self.id

    def __str__(self) -> str:
        return self.name or self.serial

    @property
    def scopes(self) -> frozenset[HubScope]:
        return scopes_of(self.state)


def principal_of(token: str) -> HubPrincipal | None:
    """The hub of a live token, or None. One read, which knows of every revocation and state as of now."""
    claims = read_access_token(token)
    if claims is None:
        return None
    row = _PRINCIPAL.run([claims.hub_id, claims.epoch, claims.generation])
    if row is None:
        return None
    organization, site, name, serial, state = row
    principal = HubPrincipal(
        id=claims.hub_id,
        organization_id=as_uuid(organization),
        site_id=as_uuid(site),
        name=name,
        serial=serial,
        state=state,
        generation=claims.generation,
        method=claims.method,
    )
    return principal if principal.scopes else None


def hub_required(scope: HubScope | None = None) -> Callable[[View], View]:
    """Only a hub with a token may enter, and with `scope` only one whose state allows it. `request.hub` is the hub."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            request.hub = _authenticate(request, scope)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded.csrf_exempt = True  # type: ignore[attr-defined]
        return declare(login_not_required(guarded), HUB)  # type: ignore[return-value]

    return decorate


def _authenticate(request: HttpRequest, scope: HubScope | None) -> HubPrincipal:
    scheme, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    hub = principal_of(token.strip()) if scheme.lower() == "bearer" else None
    if hub is None:
        raise NotSignedIn(code="invalid_token")
    if scope is not None and scope not in hub.scopes:
        raise Forbidden(_("A hub in this state may not do this."), code="insufficient_scope")
    authenticated(via=Means.HUB_TOKEN, method=hub.method, strength=Strength.NONE, at=None)
    return hub
