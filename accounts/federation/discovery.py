"""What a provider says of itself, and the keys with which it signs: kept for an hour, in each process.

A token may name a key that we do not have, as keys are changed; then they are fetched anew, but not
at the pace of whoever invents names of keys. A provider that does not answer is left alone for a while,
so that the people who wait for it do not hold up everybody else.
"""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from mago.core.outbound import Unreachable

from . import fetching
from .limits import FETCH_KEYS_AGAIN
from .providers import Provider, Step, Unproved

KEPT = 3600
LEFT_ALONE = 15
# NIST SP 800-57 part 1, table 2: 112 bits, the least that is acceptable, and what the large providers use.
RSA_BITS = 2048
_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


@dataclass(frozen=True)
class Description:
    """OpenID Connect Discovery 1.0, section 3, as far as we use it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    # RFC 9207: it names itself in each answer.
    names_itself: bool = False
    end_session_endpoint: str = ""
    client_authentication: tuple[str, ...] = ()


def describe(provider: Provider, *, fresh: bool = False) -> Description:
    """The provider's description of itself, checked. Unproved."""
    key = f"federation:description:{provider.discovery_url}"
    found = _kept(key, lambda: _fetch(provider.discovery_url), Step.DISCOVERY, fresh=fresh)
    issuer = found.get("issuer")
    if not isinstance(issuer, str) or not provider.accepts_description(issuer):
        raise Unproved(Step.DISCOVERY, f"the description is of {issuer!r:.200}")
    endpoints = {}
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not fetching.is_usable(found.get(name)):
            raise Unproved(Step.DISCOVERY, f"{name} is not an address of https")
        endpoints[name] = found[name]
    userinfo, methods = (
        found.get("userinfo_endpoint"),
        found.get("token_endpoint_auth_methods_supported"),
    )
    end_session = found.get("end_session_endpoint")
    return Description(
        issuer=issuer,
        userinfo_endpoint=str(userinfo) if fetching.is_usable(userinfo) else "",
        end_session_endpoint=str(end_session) if fetching.is_usable(end_session) else "",
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        client_authentication=tuple(methods) if isinstance(methods, list) else (),
        **endpoints,
    )


def keys_of(description: Description, *, fresh: bool = False) -> list[dict[str, Any]]:
    """The provider's keys as it publishes them (RFC 7517). Unproved."""
    key = f"federation:keys:{description.jwks_uri}"
    found = _kept(key, lambda: _fetch(description.jwks_uri), Step.KEYS, fresh=fresh).get("keys")
    if not isinstance(found, list):
        raise Unproved(Step.KEYS, "there is no list of keys")
    return [one for one in found if isinstance(one, dict)]


def key_for(
    description: Description, name: str | None, algorithm: str
) -> tuple[Any, dict[str, Any]]:
    """The one key that a token of that header can be signed with, and what is published of it. Unproved."""
    for fresh in (False, True):
        if fresh and FETCH_KEYS_AGAIN.try_take(description.jwks_uri):
            break
        fitting = [
            one
            for one in keys_of(description, fresh=fresh)
            if _fits(one, algorithm) and (name is None or one.get("kid") == name)
        ]
        if len(fitting) == 1:
            return _read(fitting[0], algorithm), fitting[0]
    raise Unproved(
        Step.IDENTITY, "the token is signed with a key that the provider does not publish"
    )


def _fits(key: dict[str, Any], algorithm: str) -> bool:
    return (
        key.get("kty") == _TYPES.get(algorithm[:2])
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )


def _read(key: dict[str, Any], algorithm: str) -> Any:
    # Here, as only those who let people come by another's proof need it: it takes 3 MB with what it brings.
    import jwt
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        read = jwt.PyJWK(key, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError):
        raise Unproved(Step.KEYS, "a key cannot be read") from None
    if isinstance(read, RSAPublicKey) and read.key_size < RSA_BITS:
        raise Unproved(Step.KEYS, f"a key is shorter than {RSA_BITS} bits")
    return read


def usable_keys(description: Description, provider: Provider) -> int:
    """How many keys it publishes now that can prove something to us. Unproved where there are none."""
    keys = keys_of(description, fresh=True)
    usable = [one for one in keys if any(_fits(one, name) for name in provider.algorithms)]
    if not usable:
        raise Unproved(Step.KEYS, f"none of {len(keys)} keys signs in a way that we accept")
    return len(usable)


def _fetch(url: str) -> dict[str, Any]:
    return fetching.fetch_json(url)


def _kept(key: str, load: Any, step: Step, *, fresh: bool) -> dict[str, Any]:
    kept = None if fresh else cache.get(key)
    if isinstance(kept, str):
        raise Unproved(step, kept)
    if kept is None:
        try:
            kept = load()
        except Unreachable as error:
            if not fresh:
                cache.set(key, str(error), LEFT_ALONE)
            raise Unproved(step, error) from None
        cache.set(key, kept, KEPT)
    return dict(kept)
