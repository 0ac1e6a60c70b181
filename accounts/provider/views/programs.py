"""What programs ask: tokens, what a token is, who a person is; no session, no cookie."""

from typing import Any

from authlib.oauth2.rfc6749.errors import (
    InvalidRequestError,
    InvalidScopeError,
    UnauthorizedClientError,
)
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import public
from accounts.access.principals import remembered
from accounts.sessions.assurance import acr_of
from mago.core.context import caller
from mago.core.form_pages import get_or_post
from mago.core.http import network_of
from mago.core.ids import digest
from mago.core.ratelimit import Limit

from .. import services
from ..discovery import authorization_server, openid_provider
from ..models import AccessToken, ClientToken, RefreshToken
from ..protocol import server
from ..protocol.requests import Request
from ..registration import DEVICE
from ..scopes import OPENID, claims_of, within
from ..selectors import bearer_of, issued_to

# Each leaves a row for ten minutes.
DEVICES = Limit("device authorization", 30, 600)
JWKS_SECONDS = 3600
HEADERS: list[tuple[str, str]] = [("Cache-Control", "no-store"), ("Pragma", "no-cache")]


@csrf_exempt
@public
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    return server.token_response(request)


@csrf_exempt
@public
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Whoever was given a token may give it back; another's, and one that is none, changes nothing (RFC 7009)."""
    return server.answer(request, _revoked)


@csrf_exempt
@public
@require_POST
def introspect(request: HttpRequest) -> HttpResponse:
    """What a token is, to whom it was given; of another's token nothing but that it is none (RFC 7662)."""
    return server.answer(request, _introspected)


@csrf_exempt
@public
@require_POST
def device_authorization(request: HttpRequest) -> HttpResponse:
    return server.answer(request, _asked_for_device)


@csrf_exempt
@public
@get_or_post
def userinfo(request: HttpRequest) -> HttpResponse:
    """Who the person of a token is, as far as its scope says (OpenID Connect Core 1.0, section 5.3)."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return _unauthorized("")
    secret = secret.strip()
    found: AccessToken | None = remembered(f"userinfo:{digest(secret)}", lambda: bearer_of(secret))
    if found is None or found.family.application_id is None:
        return _unauthorized("invalid_token")
    if OPENID not in found.scope.split():
        return _unauthorized("insufficient_scope", status=403)
    return JsonResponse(claims_of(found.family.user, found.scope.split()))


@public
@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    return _public_answer({"keys": services.published_keys()}, JWKS_SECONDS)


@public
@require_safe
def openid_configuration(request: HttpRequest) -> HttpResponse:
    return _public_answer(openid_provider(), JWKS_SECONDS)


@public
@require_safe
def oauth_authorization_server(request: HttpRequest) -> HttpResponse:
    return _public_answer(authorization_server(), JWKS_SECONDS)


def _revoked(request: Request) -> tuple[int, Any, Any]:
    client = server.authenticated_client(request)
    found = issued_to(client.application, _token_in(request))
    if found is not None:
        services.revoke_token(found)
    return 200, {}, HEADERS


def _introspected(request: Request) -> tuple[int, Any, Any]:
    request.only_reads = True
    application, token = server.authenticated_client(request).application, _token_in(request)
    if application.is_public:
        raise UnauthorizedClientError("Only a client that proves itself may ask.")
    key = f"introspect:{application.pk}:{digest(token)}"
    found = remembered(key, lambda: issued_to(application, token))
    if isinstance(found, RefreshToken) and found.rotated_at is not None:
        found = None  # Used up. Whoever shows it to have it revoked may still do so.
    return 200, {"active": False} if found is None else _shape(found), HEADERS


def _shape(token: AccessToken | RefreshToken | ClientToken) -> dict[str, Any]:
    shape = {
        "active": True,
        "iss": services.issuer(),
        "exp": int(token.expires_at.timestamp()),
    }
    if isinstance(token, ClientToken):
        application = token.application
        return shape | {
            "client_id": application.client_id,
            "sub": application.client_id,
            "scope": token.scope,
            "token_type": "Bearer",
        }
    family = token.family
    is_access = isinstance(token, AccessToken)
    return shape | {
        "client_id": str(family.application_id),
        "sub": str(family.user_id),
        "scope": token.scope if isinstance(token, AccessToken) else family.scope,
        "aud": family.resource or services.issuer(),
        "auth_time": int(family.proved_at.timestamp()),
        "acr": acr_of(family.strength),
        "token_type": "Bearer" if is_access else "refresh_token",
    }


def _token_in(request: Request) -> str:
    found: str = request.payload.data.get("token", "")
    if not found:
        raise InvalidRequestError("Missing 'token' in request.")
    return found


def _asked_for_device(request: Request) -> tuple[int, Any, Any]:
    client = server.authenticated_client(request)
    if not client.check_grant_type(DEVICE):
        raise UnauthorizedClientError("The client may not use this grant.")
    DEVICES.take(network_of(caller().address))
    application = client.application
    asked = request.payload.data.get("scope", "").split()
    scopes = within(asked, application.scopes)
    if asked and not scopes:
        raise InvalidScopeError
    grant, secret = services.ask_for_device(application=application, scope=" ".join(scopes))
    code, page = (
        f"{grant.user_code[:4]}-{grant.user_code[4:]}",
        f"{settings.MAGO_BASE_URL}/oauth/device",
    )
    answer = {
        "device_code": secret,
        "user_code": code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={code}",
        "expires_in": int((grant.expires_at - grant.created_at).total_seconds()),
        "interval": grant.interval,
    }
    return 200, answer, HEADERS


def _unauthorized(error: str, status: int = 401) -> HttpResponse:
    """RFC 6750, section 3."""
    response = JsonResponse({"error": error} if error else {}, status=status)
    response.headers["WWW-Authenticate"] = f'Bearer error="{error}"' if error else "Bearer"
    return response


def _public_answer(content: dict[str, Any], seconds: int) -> HttpResponse:
    """The same for everybody, also for a page of another origin."""
    response = JsonResponse(content)
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
