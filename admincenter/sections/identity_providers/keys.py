"""The key with which SAML providers know an organization's Mago: the next one is prepared, used, the former retired."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.federation.enterprise.models import IdentityProvider, Kind
from accounts.federation.saml import services
from mago.core.errors import NotFound

from .common import act, provider, url_of


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@require_POST
def prepare(request: HttpRequest, found: IdentityProvider) -> HttpResponse:
    told = _("The next key is in our metadata. Have the providers read it, then use it.")
    return _step(request, found, services.prepare_key, told)


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@require_POST
def activate(request: HttpRequest, found: IdentityProvider) -> HttpResponse:
    told = _("It signs from now on. The former one still opens what providers encrypt for it.")
    return _step(request, found, services.activate_key, told)


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=provider)
@require_POST
def retire(request: HttpRequest, found: IdentityProvider) -> HttpResponse:
    return _step(request, found, services.retire_key, _("The former key opens nothing any more."))


def _step(
    request: HttpRequest, found: IdentityProvider, change: Callable[..., Any], told: str
) -> HttpResponse:
    """NotFound for a provider of another kind, which knows no such key."""
    if found.kind != Kind.SAML:
        raise NotFound
    return act(
        request,
        lambda: change(organization=found.organization, actor=actor(request)),
        told,
        to=f"{url_of(found)}#keys",
    )
