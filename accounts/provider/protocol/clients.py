"""Who asks: an application, as Authlib wants it, and the three ways in which one proves itself."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from accounts.access.principals import remembered
from mago.core.ids import digest

from ..addresses import is_registered
from ..models import Application, AuthMethod
from ..scopes import within
from ..selectors import application_by_id, proved_by_secret
from ..services import issuer, use_assertion
from .requests import Request

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# What a client's own key may sign with; nothing that a public key could be mistaken for.
ASSERTION_ALGORITHMS = ["ES256", "ES384", "EdDSA", "Ed25519", "RS256", "PS256"]
LEEWAY = 60
LONGEST_LIFE = timedelta(minutes=10)
METHODS = [AuthMethod.SECRET.value, AuthMethod.PRIVATE_KEY.value, AuthMethod.NONE.value]


class Client(ClientMixin):
    """What Authlib asks of an application."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def get_client_id(self) -> str:
        return self.application.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        return " ".join(within((scope or "").split(), self.application.scopes)) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        application = self.application
        return is_registered(redirect_uri, application.redirect_uris, public=application.is_public)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.application.auth_method

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.check_grant_type("authorization_code")

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.application.grants


def client_of(client_id: str) -> Client | None:
    application = application_by_id(client_id)
    return Client(application) if application else None


def by_secret(query_client: Any, request: Request) -> Client | None:
    """HTTP Basic, each half encoded as in a form (RFC 6749, section 2.3.1)."""
    header = request.headers.get("Authorization", "")
    if not header:
        return None
    scheme, _space, encoded = header.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (ValueError, binascii.Error):
        decoded = ""
    client_id, colon, secret = (unquote_plus(part) for part in decoded.partition(":"))
    if scheme.lower() != "basic" or not colon:
        raise InvalidClientError(status_code=401, description="Malformed credentials.")
    _demand_one_way(request, client_id)

    def find() -> Application | None:
        return proved_by_secret(client_id, secret)

    # Who only asks may be told what was true within the last second.
    key = digest(f"{client_id}:{secret}")
    application = remembered(key, find) if request.only_reads else find()
    if application is None:
        raise InvalidClientError(status_code=401, description="Unknown client or secret.")
    return Client(application)


def _demand_one_way(request: Request, client_id: str) -> None:
    """Not two ways of proving oneself in one request, nor two names."""
    sent = request.payload.data
    if "client_secret" in sent or "client_assertion" in sent:
        raise InvalidRequestError("More than one way of client authentication.")
    if sent.get("client_id", client_id) != client_id:
        raise InvalidRequestError("Two different clients.")


def by_private_key(query_client: Any, request: Request) -> Client | None:
    """A JWT that the application signed for us, a moment ago and once (RFC 7523, section 3)."""
    sent = request.payload.data
    if "client_assertion" not in sent and "client_assertion_type" not in sent:
        return None
    if sent.get("client_assertion_type") != ASSERTION or "client_secret" in sent:
        raise InvalidRequestError("Unknown client_assertion_type.")
    application = _proved_by_assertion(sent.get("client_assertion", ""))
    if sent.get("client_id", application.client_id) != application.client_id:
        raise InvalidRequestError("Two different clients.")
    return Client(application)


def _proved_by_assertion(assertion: str) -> Application:
    # Here, as only applications with keys of their own need it: it takes 3 MB with what it brings.
    from joserfc import jws, jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    bad = InvalidClientError(status_code=401, description="This assertion is not good.")
    try:
        # Whose it says to be, before anything in it is believed: only to find the key that it must be signed with.
        named = jws.extract_compact(assertion.encode())
        claims = jwt.json.loads(named.payload)
        header = named.headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise bad from None
    client_id = claims.get("sub") if isinstance(claims, dict) else None
    application = application_by_id(client_id) if isinstance(client_id, str) else None
    if application is None or application.auth_method != AuthMethod.PRIVATE_KEY:
        raise bad
    if header.get("typ", "JWT") not in ("JWT", "client-authentication+jwt"):
        raise bad
    try:
        keys = KeySet.import_key_set(cast(Any, application.jwks))
        claims = jwt.decode(assertion, keys, algorithms=ASSERTION_ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise bad from None
    if not _is_good(claims, application):
        raise bad
    return application


def _is_good(claims: dict[str, Any], application: Application) -> bool:
    """By the application about itself, for us, still good, not good for long, and never seen."""
    now = datetime.now(UTC).timestamp()
    if claims.get("iss") != application.client_id or claims.get("sub") != application.client_id:
        return False
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if len(audiences) != 1 or audiences[0] not in (issuer(), f"{issuer()}/oauth/token"):
        return False
    moments = [claims.get("exp"), claims.get("nbf", now), claims.get("iat", now)]
    if not all(type(moment) in (int, float) and 0 < moment < 1e11 for moment in moments):
        return False
    expires, *begins = moments
    if expires <= now - LEEWAY or expires > now + LONGEST_LIFE.total_seconds():
        return False
    if any(moment > now + LEEWAY for moment in begins):
        return False
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        return False
    until = datetime.fromtimestamp(expires, UTC) + timedelta(seconds=LEEWAY)
    return use_assertion(application, jti, until)


def by_name(query_client: Any, request: Request) -> Client | None:
    """A public application can prove nothing; it says its name."""
    sent = request.payload.data
    if "client_secret" in sent or "Authorization" in request.headers:
        return None
    client_id = sent.get("client_id")
    return client_of(client_id) if client_id else None
