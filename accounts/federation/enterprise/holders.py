"""Who may set a provider up: those whose role says so, and the browser in which its set-up link was opened."""

from django.http import HttpRequest

from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import can
from mago.core.errors import Refused

from .models import IdentityProvider
from .services import setup_links

# Under this name a browser's session keeps what makes the set-up its own.
OPENED = "enterprise_setup"


def may_edit(request: HttpRequest, provider: IdentityProvider) -> bool:
    return bool(can(request.user, Permission.IDENTITY_PROVIDERS_EDIT, provider))


def may_set_up(request: HttpRequest, provider: IdentityProvider) -> bool:
    if may_edit(request, provider):
        return True
    try:
        return provider_in_browser(request).pk == provider.pk
    except Refused:
        return False


def provider_in_browser(request: HttpRequest) -> IdentityProvider:
    """The provider that this browser may set up. SetupLinkSpent."""
    return setup_links.link_of(request.session.get(OPENED, "")).provider
