"""A person's name and password, from a page or a program: asked of the directory, and on to the pipeline."""

from django.http import HttpRequest, HttpResponseBase

from accounts.federation.enterprise import entrance
from accounts.federation.enterprise.models import IdentityProvider
from accounts.sessions import browsers

from .services import check_password


def sign_in(
    request: HttpRequest,
    provider: IdentityProvider,
    *,
    login: str,
    password: str,
    next_url: str = "",
) -> HttpResponseBase:
    """The next question of the sign-in, or the open door. `check_password`'s refusals, and `entrance.arrive`'s."""
    asserted = check_password(
        provider=provider,
        login=login,
        password=password,
        browser=browsers.known_as(request, login.strip().lower()),
    )
    return entrance.arrive(request, provider=provider, asserted=asserted, next_url=next_url)
