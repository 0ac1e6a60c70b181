"""An organization's OpenID provider, as the protocol wants it. Pure but for the settings' row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.federation.enterprise import mapping
from accounts.federation.enterprise.asserted import LONGEST_VALUE, MOST_VALUES, Asserted
from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.models import Kind
from accounts.federation.providers import Provider, Step, Unproved
from mago.core.forms import unusable

from .models import OpenIdSettings

# Where an organization has mapped nothing: OpenID Connect Core 1.0, section 5.1.
STANDARD = {
    "email": "email",
    "name": "name",
    "first_name": "given_name",
    "last_name": "family_name",
}
# Of the protocol, and nothing of the person.
_NOT_ABOUT_PEOPLE = frozenset(
    {"nonce", "at_hash", "c_hash", "aud", "exp", "iat", "nbf", "jti", "azp"}
)
# Seconds since 1970 that a date can be made of: whoever tells more tells no time.
_END_OF_TIME = 2**35


@dataclass(frozen=True)
class Client(Provider):
    """Us, as one organization's provider knows us: each has a return address of its own, so that no answer
    passes for another's (RFC 9700, section 4.4)."""

    organization: str = ""
    slug: str = ""
    wanted_scopes: str = "openid email profile"
    acr_values: str = ""

    @property
    def redirect_uri(self) -> str:
        return _absolute("openid:callback", self.organization, self.slug)

    @property
    def logout_uri(self) -> str:
        """Where the provider tells of logouts (OpenID Connect Back-Channel Logout 1.0)."""
        return _absolute("openid:backchannel_logout", self.organization, self.slug)

    @property
    def more(self) -> dict[str, str]:
        """What it is asked beside what every provider is."""
        asked = {"scope": self.wanted_scopes}
        return asked | {"acr_values": self.acr_values} if self.acr_values else asked


def _absolute(name: str, *parts: str) -> str:
    return f"{settings.MAGO_BASE_URL}{reverse(name, args=parts)}"


def client_of(provider: IdentityProvider) -> Client:
    """The client with which we come to this provider; OpenIdSettings.DoesNotExist for a draft that names none."""
    row: OpenIdSettings = provider.openid
    return Client(
        kind=Kind.OIDC,
        client_id=row.client_id,
        secret=row.secret,
        name=provider.name,
        issuer=row.issuer,
        organization=provider.organization.slug,
        slug=provider.slug,
        wanted_scopes=row.scopes,
        acr_values=row.acr_values,
    )


def asserted_by(provider: IdentityProvider, claims: Mapping[str, Any]) -> Asserted:
    """What the claims of a genuine ID token, and what was told beside it, say of their person."""
    attributes = _attributes(claims)
    mapped = STANDARD | provider.attribute_mapping
    return Asserted(
        issuer=claims["iss"],
        subject=claims["sub"],
        email=mapping.email_of(attributes, mapped),
        # Of its own domains the organization's provider is believed, unless it says itself that it does not know.
        email_verified=claims.get("email_verified") is not False,
        name=mapping.name_of(attributes, mapped),
        attributes=attributes,
        groups=mapping.groups_of(attributes, mapped)[:MOST_VALUES],
        authenticated_at=_moment(claims.get("auth_time")),
        session_index=_text(claims.get("sid")),
        methods=(*attributes.get("acr", ()), *attributes.get("amr", ())),
    )


def tells_all(provider: IdentityProvider, claims: Mapping[str, Any]) -> bool:
    """Whether the token tells the address, and the groups where they are mapped, so that nothing is to be asked beside it."""
    mapped = STANDARD | provider.attribute_mapping
    return all(mapped[name] in claims for name in ("email", "groups") if mapped.get(name))


def demand_acr(client: Client, claims: Mapping[str, Any]) -> None:
    """Unproved where the organization demands that somebody proved themselves in a certain way, and they have not.

    `acr_values` is a wish to the provider (OpenID Connect Core 1.0, section 3.1.2.1): what it was, the token tells.
    """
    wanted = client.acr_values.split()
    if wanted and claims.get("acr") not in wanted:
        raise Unproved(
            Step.IDENTITY, f"acr is {claims.get('acr')!r:.100}, and not {client.acr_values}"
        )


def _attributes(claims: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, value in claims.items():
        values = value if isinstance(value, list) else [value]
        texts = tuple(filter(None, map(_text, values[:MOST_VALUES])))
        if texts and name not in _NOT_ABOUT_PEOPLE:
            found[name] = texts
    return found


def _moment(seconds: Any) -> datetime | None:
    is_usable = isinstance(seconds, int | float) and 0 < seconds < _END_OF_TIME
    return datetime.fromtimestamp(seconds, UTC) if is_usable else None


def _text(value: Any) -> str:
    """A value as text; "" for what is none, or cannot be used."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        return ""
    text = str(value)[:LONGEST_VALUE]
    return "" if unusable(text) else text
