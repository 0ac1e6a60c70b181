"""The provider that can prove again who somebody is."""

from typing import Any

from django import template

from accounts.federation.enterprise.entrance import session_there
from accounts.federation.enterprise.models import IdentityProvider, Kind

register = template.Library()


@register.simple_tag(takes_context=True)
def proving_provider(context: Any) -> IdentityProvider | None:
    """The SAML provider by whose word this browser is signed in, for somebody without a password here."""
    request = context["request"]
    if request.user.has_usable_password():
        return None
    session = session_there(request)
    if session is None or session.provider.kind != Kind.SAML or not session.provider.is_open:
        return None
    return session.provider
