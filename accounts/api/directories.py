"""Whose password is their organization's directory's to judge, also when a program shows it."""

from django.http import HttpRequest, HttpResponseBase

from accounts.federation.directory import entrance
from accounts.federation.directory.services import WrongCredentials as DirectoryRefused
from accounts.federation.enterprise import services as enterprise
from accounts.federation.enterprise.models import Enforcement, IdentityProvider, Kind
from accounts.federation.enterprise.selectors import route_of
from accounts.models import User, normalize_email
from accounts.signin.services import WrongCredentials


def directory_for(email: str) -> IdentityProvider | None:
    """The provider whose directory is asked; None where the password is ours.

    While it is not enforced yet, whoever has a password here still uses that.
    """
    route = route_of(email)
    if route is None or route.provider.kind != Kind.LDAP:
        return None
    if route.enforcement != Enforcement.ENFORCED:
        user = User.objects.filter(email=normalize_email(email)).first()
        if user is not None and user.has_usable_password():
            return None
    return route.provider


def sign_in(
    request: HttpRequest, provider: IdentityProvider, *, email: str, password: str
) -> HttpResponseBase:
    """As `entrance.sign_in` of the directory; what is wrong is told in the words of every other password."""
    try:
        return entrance.sign_in(request, provider, login=email, password=password)
    except DirectoryRefused:
        raise WrongCredentials from None
    except enterprise.Refused as refusal:
        enterprise.note(provider, refusal)
        if refusal.ends is not None:
            enterprise.let_go(refusal.ends, reason=refusal.code)
        raise
