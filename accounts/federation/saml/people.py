"""From an assertion to what every kind of provider says of somebody."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from accounts.federation.enterprise.asserted import Asserted
from accounts.federation.enterprise.mapping import FIELDS, email_of, groups_of, name_of
from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.services import Refused

from .assertion import Assertion
from .models import SamlProvider

_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
_MICROSOFT = "http://schemas.microsoft.com/ws/2008/06/identity/claims"
# What the consoles of Entra ID, AD FS, Okta, Google and Keycloak write by themselves; the first that is told
# counts, where the administrator has named none.
USUAL: dict[str, tuple[str, ...]] = {
    "email": ("email", "mail", "emailAddress", "emailaddress", f"{_CLAIMS}/emailaddress"),
    "name": (
        "displayName",
        "displayname",
        "name",
        "cn",
        "http://schemas.microsoft.com/identity/claims/displayname",
    ),
    "first_name": ("givenName", "firstName", "first_name", "givenname", f"{_CLAIMS}/givenname"),
    "last_name": ("sn", "surname", "lastName", "last_name", f"{_CLAIMS}/surname"),
    "groups": (
        "groups",
        "group",
        "memberOf",
        "isMemberOf",
        f"{_MICROSOFT}/groups",
        "http://schemas.xmlsoap.org/claims/Group",
    ),
}


def asserted_by(provider: IdentityProvider, known: SamlProvider, assertion: Assertion) -> Asserted:
    """Who it is, and what was told of them. Refused where nobody is identified for good."""
    attributes = assertion.attributes
    mapping = mapping_of(provider, attributes)
    email = email_of(attributes, mapping)
    if not email and assertion.name_id.format == _EMAIL:
        email = assertion.name_id.value
    return Asserted(
        issuer=assertion.issuer,
        subject=_subject(known, assertion),
        email=email,
        name=name_of(attributes, mapping),
        attributes=attributes,
        groups=groups_of(attributes, mapping),
        authenticated_at=assertion.authenticated_at,
        session_expires_at=assertion.session_expires_at,
        session_index=assertion.session_index,
        methods=(assertion.context_class,) if assertion.context_class else (),
        context={"name_id": asdict(assertion.name_id)},
    )


def mapping_of(
    provider: IdentityProvider, attributes: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """Which attribute tells what: as the administrator says, or as it is usual."""
    named = provider.attribute_mapping
    usual = {
        field: next((one for one in USUAL[field] if one in attributes), "") for field in FIELDS
    }
    return {field: named.get(field) or usual[field] for field in FIELDS}


def _subject(known: SamlProvider, assertion: Assertion) -> str:
    if known.subject_attribute:
        values = assertion.attributes.get(known.subject_attribute, ())
        if len(values) == 1:
            return values[0]
        why = f"The attribute {known.subject_attribute} has {len(values)} values; one is needed."
    elif assertion.name_id.format != _TRANSIENT:
        return assertion.name_id.value
    else:
        why = "The NameID is transient, another one each time, and no attribute that identifies is set."
    raise Refused(
        "no_identity", _("Your organization’s provider did not tell us who you are."), why
    )
