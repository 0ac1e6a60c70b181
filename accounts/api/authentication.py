"""Who calls: an access token in the Authorization header (RFC 6750), and nothing else. No cookie counts here."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.access.facts import Strength
from accounts.access.methods import Means
from accounts.models import User
from accounts.provider.models import AccessToken
from accounts.provider.selectors import bearer_of
from mago.core.context import authenticated
from mago.core.errors import NotSignedIn


class BearerAuthentication(BaseAuthentication):
    """`request.user` is the token's person, `request.auth` the token. A token that is not good is never ignored."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _space, credentials = header.partition(" ")
        token = bearer_of(credentials.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise NotSignedIn(code="invalid_token")
        family = token.family
        authenticated(via=Means.ACCESS_TOKEN, method=family.method, strength=Strength.SINGLE_FACTOR, at=family.created_at)
        return family.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
