"""An ID token of ours that an application shows later: whom it means (OpenID Connect Core 1.0, section 3.1.2.1;
RP-Initiated Logout 1.0, section 2)."""

from typing import Any

from ..models import Algorithm
from ..services import issuer, published_keys


def claims_of_hint(token: str) -> dict[str, Any]:
    """The claims of an ID token of ours, which may have expired; nothing for anything else."""
    if not token:
        return {}
    # Here, as only processes that are shown a token of ours need it: it takes 3 MB with what it brings.
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        keys = KeySet.import_key_set({"keys": published_keys()})
        found = jwt.decode(token, keys, algorithms=list(Algorithm.values))
    except (JoseError, ValueError, TypeError, KeyError):
        return {}
    claims: dict[str, Any] = found.claims
    if found.header.get("typ") != "JWT" or claims.get("iss") != issuer():
        return {}
    return claims
