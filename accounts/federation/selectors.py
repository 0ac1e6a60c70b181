"""Reads: which providers there are, and who is linked to what."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.mfa.models import Kind as Factor
from accounts.mfa.models import Passkey
from accounts.mfa.selectors import factors_of
from accounts.models import User
from mago.core.errors import NotFound, Refused

from .models import ExternalIdentity, Kind, SocialProvider
from .providers import CLASSES, Provider


class ProviderDisabled(Refused):
    """Nobody gets in by this provider, also who was on the way when it was disabled."""

    status = 403
    code = "provider_disabled"


def configured() -> dict[str, Provider]:
    """All providers that have been configured, by kind, in the order of `Kind`. One query."""
    rows = {row.kind: row for row in SocialProvider.objects.all()}
    found = {}
    for kind in Kind.values:
        if kind in settings.SIGN_IN_PROVIDERS:
            found[kind] = _from_environment(kind)
        elif kind in rows:
            found[kind] = from_row(rows[kind])
    return found


def enabled() -> list[Provider]:
    """The providers by which people may sign in now."""
    return [provider for provider in configured().values() if provider.is_enabled]


def configured_as(kind: str) -> Provider | None:
    """The provider of a kind, enabled or not; NotFound for a kind that does not exist."""
    if kind not in Kind.values:
        raise NotFound
    return configured().get(kind)


def provider_for(kind: str) -> Provider:
    """The provider of a kind, in use. NotFound where it was never configured, ProviderDisabled where it is off."""
    provider = configured_as(kind)
    if provider is None:
        raise NotFound
    if not provider.is_enabled:
        words = _("Signing in with %(provider)s is switched off at the moment.")
        raise ProviderDisabled(words % {"provider": provider.label})
    return provider


def _from_environment(kind: str) -> Provider:
    values: dict[str, Any] = settings.SIGN_IN_PROVIDERS[kind]
    return CLASSES[kind](kind=kind, from_environment=True, **values)


def from_row(row: SocialProvider) -> Provider:
    """The provider that a row, saved or not, describes."""
    made = CLASSES[row.kind]
    more = {name: getattr(row, name) for name in made.asks_for}
    return made(
        kind=row.kind,
        client_id=row.client_id,
        secret=row.secret,
        is_enabled=row.is_enabled,
        **more,
    )


def identities_of(user: User) -> QuerySet[ExternalIdentity]:
    """What is linked to somebody's account, the newest link first."""
    return ExternalIdentity.objects.filter(user=user).order_by("-linked_at", "-pk")


def identity_for(user: User, key: UUID) -> ExternalIdentity:
    """A linked identity of somebody's own, or NotFound."""
    identity = identities_of(user).filter(pk=key).first()
    if identity is None:
        raise NotFound
    return identity


def holder_of(issuer: str, subject: str) -> ExternalIdentity | None:
    """The identity of exactly this issuer and subject, with its person."""
    return (
        ExternalIdentity.objects.select_related("user")
        .filter(issuer=issuer, subject=subject)
        .first()
    )


def ways_in(user: User, *, without: ExternalIdentity | None = None) -> set[str]:
    """The methods (`SignInMethod`) by which somebody can begin a sign-in now, leaving one identity out."""
    ways = {provider.kind for provider in enabled()}
    linked = identities_of(user)
    if without is not None:
        linked = linked.exclude(pk=without.pk)
    found = ways & set(linked.values_list("kind", flat=True))
    if user.has_usable_password():
        found.add("password")
    passkeys = factors_of(user, [Factor.PASSKEY])
    if any(isinstance(one, Passkey) and one.is_discoverable for one in passkeys):
        found.add("passkey")
    return found


def provable_with(user: User) -> list[Provider]:
    """The providers that can prove again that it is this person: where they have nothing better to prove it with."""
    if user.has_usable_password() or factors_of(user):
        return []
    linked = set(identities_of(user).values_list("kind", flat=True))
    return [provider for provider in enabled() if provider.kind in linked]
