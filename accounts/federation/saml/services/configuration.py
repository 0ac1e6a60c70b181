"""What a provider says of itself becomes known: by a file, by an address, or field by field."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.services import demand_to_edit, touch
from accounts.federation.enterprise.services.configuration import locked
from accounts.federation.fetching import is_usable
from accounts.models import User
from mago.core.errors import Refused

from ..models import SamlProvider, Source
from ..selectors import settings_of
from .fetching import fetch_metadata

if TYPE_CHECKING:
    from ..protocol.descriptions import Description

# How the provider is asked; the same for each source.
OPTIONS = ("name_id_format", "subject_attribute", "context_classes", "comparison", "always_asks")


def configure(
    *,
    provider: IdentityProvider,
    source: str,
    metadata: bytes = b"",
    metadata_url: str = "",
    fields: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    actor: User | None,
) -> SamlProvider:
    """The provider is known as it describes itself. `actor` None is whoever holds a set-up link.

    `metadata` is the content of a file; with `metadata_url` it is what was fetched from there, and is fetched where
    nobody has yet; the key that signed it is the one that must sign it from now on. `fields` are `entity_id`, `sign_on_url`, `logout_url` and
    `certificates` (PEM). Refused beside the field that is wrong.
    """
    demand_to_edit(provider, actor)
    if source == Source.URL:
        metadata = metadata or fetch_metadata(metadata_url)
    described = (
        _from_fields(fields or {})
        if source == Source.FIELDS
        else _from_metadata(metadata, "metadata_url" if source == Source.URL else "metadata")
    )
    values = _values(described) | {"source": source, "metadata_url": metadata_url}
    values |= {name: value for name, value in (options or {}).items() if name in OPTIONS}
    return _keep(provider, values, actor)


@transaction.atomic
def _keep(provider: IdentityProvider, values: dict[str, Any], actor: User | None) -> SamlProvider:
    # As it is now: it may have been opened while its description was fetched.
    demand_to_edit(locked(provider), actor)
    row = settings_of(provider)
    before = {} if row is None else {name: getattr(row, name) for name in values}
    row = row or SamlProvider(provider=provider, organization=provider.organization)
    for name, value in values.items():
        setattr(row, name, value)
    row.refreshed_at, row.refresh_problem = timezone.now(), ""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        words = _("Another provider of this organization has this entity ID.")
        raise _refused("entity_id", words) from None
    changed = {name for name in values if before.get(name) != values[name]}
    touch(
        provider,
        actor=actor,
        before={name: before.get(name) for name in changed},
        after={name: values[name] for name in changed},
    )
    return row


def _values(described: "Description") -> dict[str, Any]:
    logout = described.logout
    return {
        "entity_id": described.entity_id,
        "sign_on_url": described.sign_on.location,
        "sign_on_binding": described.sign_on.binding,
        "logout_url": logout.location if logout else "",
        "logout_binding": logout.binding if logout else "",
        "logout_response_url": logout.response if logout else "",
        "certificates": list(described.certificates),
        "metadata_certificate": described.signed_by,
    }


def _from_metadata(metadata: bytes, field: str) -> "Description":
    from ..protocol.descriptions import Misdescribed, read

    try:
        described = read(metadata, now=timezone.now())
    except Misdescribed as error:
        words = _("This metadata cannot be used: %(why)s.") % {"why": error}
        raise _refused(field, words) from None
    demand_addresses(described, field)
    return described


def _from_fields(fields: Mapping[str, str]) -> "Description":
    from ..protocol.descriptions import Description, Endpoint
    from ..protocol.keys import Unusable, certificates_in
    from ..protocol.names import REDIRECT

    entity_id = fields.get("entity_id", "").strip()
    if not 0 < len(entity_id) <= 1024 or not entity_id.isprintable():
        raise _refused("entity_id", _("Give the entity ID (issuer) as the provider writes it."))
    try:
        certificates = tuple(one.pem for one in certificates_in(fields.get("certificates", "")))
    except Unusable as error:
        words = _("This certificate cannot be used: %(why)s.") % {"why": error}
        raise _refused("certificates", words) from None
    logout = fields.get("logout_url", "").strip()
    described = Description(
        entity_id=entity_id,
        sign_on=Endpoint(fields.get("sign_on_url", "").strip(), REDIRECT),
        logout=Endpoint(logout, REDIRECT) if logout else None,
        certificates=certificates,
    )
    demand_addresses(described)
    return described


def demand_addresses(described: "Description", field: str = "") -> None:
    """Refused where a browser would be sent elsewhere than by https."""
    logout = described.logout
    named = {
        "sign_on_url": [described.sign_on.location],
        "logout_url": [one for one in (logout.location, logout.response) if one] if logout else [],
    }
    for name, addresses in named.items():
        for address in addresses:
            if not is_usable(address):
                words = _("%(address)s is not an address of https.") % {"address": address[:200]}
                raise _refused(field or name, words)


def _refused(field: str, words: str) -> Refused:
    return Refused(words, code="invalid", fields={field: [words]})
