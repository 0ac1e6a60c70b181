"""Who calls: a token in the Authorization header (RFC 6750), and nothing else. No cookie counts here."""

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.access.facts import Strength
from accounts.access.methods import Means
from accounts.access.models import ServiceAccount
from accounts.access.principals import remembered
from accounts.models import User
from accounts.provider.models import AccessToken, ApiToken, ClientToken
from accounts.provider.scopes import permits
from accounts.provider.selectors import api_token_of, bearer_of, client_token_of
from accounts.provider.services import note_use
from mago.core.context import authenticated
from mago.core.errors import Forbidden, NotSignedIn
from mago.core.ids import digest

READING = ("GET", "HEAD")


class InsufficientScope(Forbidden):
    """The token was not granted for our API, or not for this (RFC 6750, section 3.1)."""

    code = "insufficient_scope"


def _as_person(token: AccessToken) -> tuple[User, AccessToken]:
    family, application = token.family, token.family.application
    of_another = application is not None
    authenticated(
        via=Means.APPLICATION if of_another else Means.ACCESS_TOKEN,
        method=family.method,
        strength=family.strength,
        at=family.proved_at,
        permits=_permits(token.scope) if of_another else None,
        application=(str(application.pk), str(application)) if application else (),
    )
    return family.user, token


def _permits(scope: str) -> frozenset[str]:
    """What the scope of an application's token is worth here; InsufficientScope where it is nothing."""
    if not (found := permits(scope.split())):
        raise InsufficientScope
    return found


def _as_application(token: ClientToken) -> tuple[ServiceAccount, ClientToken]:
    account = token.application.service_account
    assert account is not None
    authenticated(
        via=Means.API_TOKEN,
        method="client credentials",
        strength=Strength.NONE,
        at=None,
        permits=_permits(token.scope),
    )
    return account, token


def _as_program(token: ApiToken) -> tuple[ServiceAccount, ApiToken]:
    note_use(token)
    authenticated(
        via=Means.API_TOKEN,
        method="api token",
        strength=Strength.NONE,
        at=None,
        permits=token.permits,
    )
    return token.service_account, token


def _token(secret: str, *, only_reads: bool) -> AccessToken | ApiToken | ClientToken | None:
    """The live token, or None. Who only reads may be told what was true within the last second."""

    def find() -> AccessToken | ApiToken | ClientToken | None:
        return bearer_of(secret) or api_token_of(secret) or client_token_of(secret)

    found: AccessToken | ApiToken | ClientToken | None = (
        remembered(digest(secret), find) if only_reads else find()
    )
    return found


class BearerAuthentication(BaseAuthentication):
    """`request.user` is the token's person or service account, `request.auth` the token. A token that is not good is never ignored."""

    def authenticate(
        self, request: Request | HttpRequest
    ) -> tuple[User, AccessToken] | tuple[ServiceAccount, ApiToken | ClientToken] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _space, credentials = header.partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedIn(code="invalid_token")
        match _token(credentials.strip(), only_reads=request.method in READING):
            case AccessToken() as token:
                return _as_person(token)
            case ApiToken() as token:
                return _as_program(token)
            case ClientToken() as token:
                return _as_application(token)
        raise NotSignedIn(code="invalid_token")

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
