"""OpenID Connect as its client: the way to the provider, the code for a token, the token for a person.

The authorization code flow (OpenID Connect Core 1.0, section 3.1) with PKCE (RFC 7636, S256), as RFC 9700
has it. Knows nothing of requests, rows and people.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from mago.core.forms import unusable
from mago.core.outbound import Unreachable

from . import fetching
from .discovery import Description, key_for
from .providers import Provider, Step, Unproved

LEEWAY = 60  # seconds by which clocks may differ
FRESH = 600  # seconds since which a token may have been made, at most
LONGEST_TOKEN = 16_384


@dataclass(frozen=True)
class Vouched:
    """Somebody, as a provider has just proved them to us.

    `is_email_proved` where the provider knows that the address is theirs; without it, whoever has the
    identity may have written any address there.
    """

    kind: str
    issuer: str
    subject: str
    email: str = ""
    is_email_proved: bool = False
    name: str = ""
    authenticated_at: int | None = None


def challenge(verifier: str) -> str:
    """RFC 7636, section 4.2.

    >>> challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorization_url(
    provider: Provider,
    description: Description,
    *,
    state: str,
    nonce: str,
    verifier: str,
    prove_again: bool = False,
    more: Mapping[str, str] | None = None,
) -> str:
    """Where the browser goes; `more` stands above what every provider is asked."""
    parameters = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect_uri,
        "scope": provider.scopes,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    if provider.response_mode != "query":
        parameters["response_mode"] = provider.response_mode
    if prove_again:
        parameters |= provider.prove_again
    parameters |= more or {}
    endpoint = description.authorization_endpoint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"


def exchange(
    provider: Provider, description: Description, *, code: str, verifier: str
) -> dict[str, Any]:
    """The provider's answer to the code, which it gives once. Unproved."""
    try:
        answer = ask_for_token(provider, description, code=code, verifier=verifier)
        if answer.status != 200:
            raise Unproved(Step.TOKEN, said_by(answer))
        return answer.json()
    except Unreachable as error:
        raise Unproved(Step.TOKEN, error) from None


def ask_for_token(
    provider: Provider, description: Description, *, code: str, verifier: str
) -> fetching.Answer:
    """The token endpoint's answer, whatever it is. Unreachable; Unproved where our secret cannot be made."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.redirect_uri,
        "code_verifier": verifier,
    }
    headers, secret = {}, provider.client_secret()
    if _authenticates_by_header(provider, description):
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        fields |= {"client_id": provider.client_id, "client_secret": secret}
    return fetching.fetch(description.token_endpoint, fields=fields, headers=headers)


def _authenticates_by_header(provider: Provider, description: Description) -> bool:
    if provider.client_authentication:
        return provider.client_authentication == "client_secret_basic"
    known = description.client_authentication
    # Where it says nothing, it takes the header (OpenID Connect Discovery 1.0, section 3).
    return "client_secret_basic" in known or "client_secret_post" not in known


def said_by(answer: fetching.Answer) -> str:
    """What an error of the token endpoint says (RFC 6749, section 5.2), made short."""
    try:
        members = answer.json()
    except Unreachable:
        return f"status {answer.status}"
    words = [str(members[name])[:200] for name in ("error", "error_description") if name in members]
    return ": ".join(words) or f"status {answer.status}"


def read_token(
    provider: Provider, description: Description, token: Any, nonce: str
) -> dict[str, Any]:
    """The claims of an ID token that is genuine, of this issuer, for us, and for this sign-in. Unproved.

    OpenID Connect Core 1.0, section 3.1.3.7.
    """
    claims = _genuine(provider, description, token, ("sub", "exp"), ("JWT",))
    _check_claims(provider, claims, nonce)
    return claims


LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


def read_logout_token(provider: Provider, description: Description, token: Any) -> dict[str, Any]:
    """The claims of a logout token that is genuine, of this issuer, for us and fresh: `jti`, and `sub`, `sid` or
    both. Unproved. Whether it was shown before, the caller asks.

    OpenID Connect Back-Channel Logout 1.0, section 2.6.
    """
    claims = _genuine(provider, description, token, ("jti", "exp"), ("JWT", "LOGOUT+JWT"))
    _check_audience(provider, claims)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict):
        raise Unproved(Step.IDENTITY, "the token speaks of no logout")
    if "nonce" in claims:
        raise Unproved(Step.IDENTITY, "the token was made for something else")
    names = [claims[name] for name in ("sub", "sid") if name in claims]
    texts = [claims["jti"], *names]
    if not names or not all(isinstance(one, str) and one and not unusable(one) for one in texts):
        raise Unproved(Step.IDENTITY, "the token names nobody")
    return claims


def _genuine(
    provider: Provider,
    description: Description,
    token: Any,
    required: tuple[str, ...],
    types: tuple[str, ...],
) -> dict[str, Any]:
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise Unproved(Step.IDENTITY, "there is no token")
    # Here, as only those who let people come by another's proof need it: it takes 3 MB with what it brings.
    import jwt

    try:
        header = jwt.get_unverified_header(token)
        algorithm = _algorithm(provider, header, types)
        key, published = key_for(description, header.get("kid"), algorithm)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=provider.client_id,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "iat", *required]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise Unproved(Step.IDENTITY, type(error).__name__) from None
    provider.check_issuer(claims, published)
    return claims


def _algorithm(provider: Provider, header: dict[str, Any], types: tuple[str, ...]) -> str:
    """The algorithm that the token names, of those that we allow; never what it says beside that."""
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in provider.algorithms:
        raise Unproved(Step.IDENTITY, "the token is signed in a way that we do not accept")
    if "crit" in header or str(header.get("typ", "JWT")).upper() not in types:
        raise Unproved(Step.IDENTITY, "the token is of another kind")
    return algorithm


def _check_audience(provider: Provider, claims: dict[str, Any]) -> None:
    audience = claims["aud"]
    if audience not in (provider.client_id, [provider.client_id]):
        raise Unproved(Step.IDENTITY, "the token is for others, too")
    if not _is_number(claims["iat"]) or claims["iat"] < time.time() - FRESH:
        raise Unproved(Step.IDENTITY, "the token is old")


def _check_claims(provider: Provider, claims: dict[str, Any], nonce: str) -> None:
    _check_audience(provider, claims)
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise Unproved(Step.IDENTITY, "the token was made for another client")
    if not hmac.compare_digest(
        str(claims.get("nonce", "")).encode("utf-8", "replace"), nonce.encode()
    ):
        raise Unproved(Step.IDENTITY, "the token is of another sign-in")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or unusable(subject):
        raise Unproved(Step.IDENTITY, "the subject cannot be used")


def who(
    provider: Provider,
    description: Description,
    answer: dict[str, Any],
    nonce: str,
    form: dict[str, Any],
) -> Vouched:
    """Who the token endpoint's `answer` is about. Unproved."""
    claims = read_token(provider, description, answer.get("id_token"), nonce)
    about = claims
    if "email" not in claims and description.userinfo_endpoint:
        told = userinfo(description, answer, claims["sub"])
        about = claims | {name: told[name] for name in _TOLD_BESIDE if name in told}
    email, name = about.get("email"), provider.name_in(about, form)
    has_email = isinstance(email, str) and not unusable(email)
    at = claims.get("auth_time")
    return Vouched(
        kind=provider.kind,
        issuer=claims["iss"],
        subject=claims["sub"],
        email=str(email) if has_email else "",
        is_email_proved=provider.vouches_for(about),
        name="" if unusable(name) else name[:150],
        authenticated_at=int(at) if isinstance(at, int | float) else None,
    )


_TOLD_BESIDE = ("email", "email_verified", "name")


def userinfo(description: Description, answer: dict[str, Any], subject: str) -> dict[str, Any]:
    """What is told beside the token (OpenID Connect Core 1.0, section 5.3.2), of the same person only."""
    token = answer.get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        return {}
    try:
        found = fetching.fetch_json(description.userinfo_endpoint, Authorization=f"Bearer {token}")
    except Unreachable as error:
        raise Unproved(Step.IDENTITY, error) from None
    if found.get("sub") != subject:
        raise Unproved(Step.IDENTITY, "what is told beside the token is about somebody else")
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
