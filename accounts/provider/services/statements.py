"""What we sign: ID tokens, access tokens for resources outside, and the news that somebody signed out."""

import base64
import hashlib
import time
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from accounts.sessions.assurance import acr_of, amr_of
from mago.core.ids import new_id

from ..models import Algorithm, Application, TokenFamily
from .keys import signer_for

ID_TOKEN_SECONDS = 600
LOGOUT_TOKEN_SECONDS = 120
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


def issuer() -> str:
    """Who we are in everything we sign: the public address, without a slash at its end."""
    name: str = settings.MAGO_BASE_URL
    return name


def id_token(family: TokenFamily, application: Application, access: str, nonce: str = "") -> str:
    """Who signed in, how and when, for the application alone (OpenID Connect Core 1.0, section 2)."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": issuer(),
        "sub": str(family.user_id),
        "aud": application.client_id,
        "iat": now,
        "exp": now + ID_TOKEN_SECONDS,
        "auth_time": int(family.proved_at.timestamp()),
        "acr": acr_of(family.strength),
        "amr": amr_of(family.proofs.split()),
        "at_hash": half_hash(access, application.id_token_algorithm),
    }
    if family.session_id:
        claims["sid"] = str(family.session_id)
    if nonce:
        claims["nonce"] = nonce
    return signer_for(application.id_token_algorithm).sign(claims, typ="JWT")


def resource_token(
    application: Application,
    *,
    subject: str,
    resource: str,
    scope: str,
    expires_at: datetime,
    family: TokenFamily | None = None,
) -> str:
    """An access token for a resource outside (RFC 9068); our own API takes none of these."""
    claims: dict[str, Any] = {
        "iss": issuer(),
        "sub": subject,
        "aud": resource,
        "client_id": application.client_id,
        "scope": scope,
        "iat": int(time.time()),
        "exp": int(expires_at.timestamp()),
        "jti": new_id().hex,
    }
    if family is not None:
        claims |= {
            "auth_time": int(family.proved_at.timestamp()),
            "acr": acr_of(family.strength),
            "amr": amr_of(family.proofs.split()),
        }
    return signer_for(Algorithm.ES256).sign(claims, typ="at+jwt")


def logout_token(application: Application, user: User, session_id: Any) -> str:
    """The session is over (OpenID Connect Back-Channel Logout 1.0, section 2.4)."""
    now = int(time.time())
    claims = {
        "iss": issuer(),
        "sub": str(user.pk),
        "aud": application.client_id,
        "iat": now,
        "exp": now + LOGOUT_TOKEN_SECONDS,
        "jti": new_id().hex,
        "sid": str(session_id),
        "events": {_LOGOUT: {}},
    }
    return signer_for(application.id_token_algorithm).sign(claims, typ="logout+jwt")


def half_hash(value: str, algorithm: str) -> str:
    """`at_hash` (OpenID Connect Core 1.0, section 3.1.3.6); the hash of Ed25519 is SHA-512.

    >>> half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "ES256")
    '77QmUPtjPfzWtF2AnpK9RQ'
    """
    name = "sha512" if algorithm == Algorithm.EDDSA else "sha256"
    found = hashlib.new(name, value.encode()).digest()
    return base64.urlsafe_b64encode(found[: len(found) // 2]).rstrip(b"=").decode()
