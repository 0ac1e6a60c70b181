"""Reads: which organization a path means, which provider a message is of, and our keys."""

from accounts.federation.enterprise.models import IdentityProvider, Kind
from accounts.federation.enterprise.selectors import identity_of, is_on_for, providers_of
from accounts.organizations.models import Organization
from mago.core.errors import NotFound

from .models import OwnKey, SamlProvider

__all__ = [
    "identity_of",
    "keys_of",
    "open_providers",
    "organization_at",
    "private_keys_of",
    "provider_of_issuer",
    "settings_of",
]


def organization_at(slug: str) -> Organization:
    """The organization of that short name, where it has a SAML provider in whatever state; NotFound."""
    found = Organization.objects.filter(slug=slug, is_active=True).first()
    if found is None or not is_on_for(found):
        raise NotFound
    if not providers_of(found).filter(kind=Kind.SAML).exists():
        raise NotFound
    return found


def open_providers(organization: Organization) -> list[IdentityProvider]:
    """Those by which its people may come in now."""
    found = providers_of(organization).filter(kind=Kind.SAML)
    return [one for one in found if one.is_open]


def settings_of(provider: IdentityProvider) -> SamlProvider | None:
    """What is known of the provider itself; None before it was set up."""
    rows = SamlProvider.objects.of(provider.organization_id)
    found: SamlProvider | None = rows.filter(provider=provider).first()
    return found


def provider_of_issuer(organization: Organization, issuer: str) -> SamlProvider | None:
    """Whose identifier that is, exactly, among the organization's."""
    rows = SamlProvider.objects.of(organization).select_related("provider__organization")
    found: SamlProvider | None = rows.filter(entity_id=issuer).first()
    # A database that compares without regard to case would take one for another.
    return found if found is not None and found.entity_id == issuer else None


def keys_of(organization: Organization) -> dict[str, OwnKey]:
    """Our keys that live, by state."""
    return {key.state: key for key in OwnKey.objects.of(organization)}


def private_keys_of(organization: Organization) -> tuple[str, ...]:
    """Whatever may open what is encrypted for us (PEM), the current one first."""
    keys, states = keys_of(organization), (OwnKey.State.CURRENT, *OwnKey.State)
    return tuple(dict.fromkeys(keys[state].private_key for state in states if state in keys))
