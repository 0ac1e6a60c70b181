"""What a provider's metadata says: who it is, where it is asked, and the keys with which it answers."""

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from ..reasons import Reason, Unproved
from .documents import Element, children, parse, time_of
from .keys import Unusable, read_certificate
from .names import POST, PROTOCOL, REDIRECT, ds, md
from .signatures import signature_of, verify

MOST_CERTIFICATES = 10


@dataclass(frozen=True)
class Endpoint:
    """Where, and by which binding; `response` is where answers go, which is the same place mostly."""

    location: str
    binding: str
    response: str = ""


@dataclass(frozen=True)
class Description:
    """SAML 2.0 Metadata, as far as we use it. `signed_by` is the certificate of its signature (PEM), "" for none."""

    entity_id: str
    sign_on: Endpoint
    logout: Endpoint | None
    certificates: tuple[str, ...]
    signed_by: str = ""


class Misdescribed(ValueError):
    """The metadata cannot be used; the words are for an administrator."""


def read(raw: bytes, *, now: datetime, pinned: str = "") -> Description:
    """The one provider that the document describes. With `pinned` (PEM) its key must have signed it. Misdescribed."""
    try:
        root = parse(raw, allow_comments=True)
        signer = _signer(root, pinned)
        if signer:
            covered = verify(root, [read_certificate(signer)])
            root = etree.fromstring(covered)
        elif pinned:
            raise Misdescribed("the metadata is not signed any more")
        return _read(root, now, signer)
    except (Unproved, Unusable) as error:
        raise Misdescribed(str(error)) from None


def _signer(root: Element, pinned: str) -> str:
    """The certificate to verify with: the one that was pinned, or the one that the signature carries."""
    signature = signature_of(root)
    if signature is None or pinned:
        return pinned if signature is not None else ""
    carried = signature.findall(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")
    return read_certificate("".join(carried[0].itertext())).pem if carried else ""


def _read(root: Element, now: datetime, signer: str) -> Description:
    entities = (
        [root] if root.tag == md("EntityDescriptor") else children(root, md("EntityDescriptor"))
    )
    found = [
        (entity, role)
        for entity in entities
        for role in children(entity, md("IDPSSODescriptor"))
        if PROTOCOL in (role.get("protocolSupportEnumeration") or "").split()
    ]
    if len(found) != 1:
        raise Misdescribed(f"it describes {len(found)} identity providers; exactly one is needed")
    [(entity, role)] = found
    for element in (root, entity, role):
        until = element.get("validUntil")
        if until and time_of(until) <= now:
            raise Misdescribed(f"it was valid until {until}")
    entity_id = entity.get("entityID") or ""
    if not 0 < len(entity_id) <= 1024 or not entity_id.isprintable():
        raise Misdescribed("it has no usable entityID")
    sign_on = _endpoint(role, "SingleSignOnService")
    if sign_on is None:
        raise Misdescribed("it has no SingleSignOnService for the redirect or the POST binding")
    certificates = _certificates(role)
    return Description(
        entity_id=entity_id,
        sign_on=sign_on,
        logout=_endpoint(role, "SingleLogoutService"),
        certificates=certificates,
        signed_by=signer,
    )


def _endpoint(role: Element, name: str) -> Endpoint | None:
    by_binding = {one.get("Binding"): one for one in reversed(children(role, md(name)))}
    for binding in (REDIRECT, POST):
        if (found := by_binding.get(binding)) is not None:
            location = found.get("Location") or ""
            return Endpoint(location, binding, found.get("ResponseLocation") or "")
    return None


def _certificates(role: Element) -> tuple[str, ...]:
    """Those that sign; one that cannot be used is left out where another can."""
    found: list[str] = []
    problem = Unproved(Reason.SIGNATURE, "it has no certificate that signs")
    for descriptor in children(role, md("KeyDescriptor")):
        if descriptor.get("use", "signing") != "signing":
            continue
        path = f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"
        for carried in descriptor.findall(path):
            try:
                found.append(read_certificate("".join(carried.itertext())).pem)
            except Unusable as error:
                problem = Unproved(Reason.SIGNATURE, error)
    if not found:
        raise problem
    return tuple(dict.fromkeys(found))[:MOST_CERTIFICATES]
