"""XML Signature, as far as SAML 2.0 Core section 5.4 allows it, and less: what it covers is what is read.

A signature is a direct child of the element that it covers, refers to that element's identifier and
to nothing else, and uses an algorithm of the list. libxmlsec says whether a key of the provider made
it; the digest is computed here once more, over the very bytes that are read afterwards, so
that whatever a library may find behind an identifier cannot differ from what is consumed.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache

import xmlsec
from lxml import etree

from ..reasons import Reason, Unproved
from .documents import Element, canonical, text_of
from .keys import Certificate
from .names import ds

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_T = xmlsec.constants
# RFC 9231, sections 2.3.2, 2.3.6: no SHA-1, no MAC, no DSA.
SIGNATURES = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": _T.TransformRsaSha256,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": _T.TransformRsaSha384,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": _T.TransformRsaSha512,
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": _T.TransformEcdsaSha256,
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384": _T.TransformEcdsaSha384,
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512": _T.TransformEcdsaSha512,
}
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": (_T.TransformSha256, "sha256"),
    "http://www.w3.org/2001/04/xmldsig-more#sha384": (_T.TransformSha384, "sha384"),
    "http://www.w3.org/2001/04/xmlenc#sha512": (_T.TransformSha512, "sha512"),
}
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def signature_of(element: Element) -> Element | None:
    """The signature that stands directly in the element; None for none. Unproved for more than one."""
    found = element.findall(ds("Signature"))
    if len(found) > 1:
        raise Unproved(Reason.SIGNATURE_FORM, "several signatures in one element")
    return found[0] if found else None


def demand_in_place(root: Element, places: Sequence[Element]) -> None:
    """Unproved where a signature stands anywhere but directly in one of `places`."""
    for signature in root.iter(ds("Signature")):
        if signature.getparent() not in places:
            raise Unproved(Reason.SIGNATURE_FORM, "a signature stands in another element")


def verify(element: Element, certificates: Sequence[Certificate]) -> bytes:
    """The canonical bytes of `element` without its signature, which a key of `certificates` has signed. Unproved."""
    signature = signature_of(element)
    if signature is None:
        raise Unproved(Reason.UNSIGNED)
    algorithm, digest, prefixes = _check_form(element, signature)
    if not certificates:
        raise Unproved(Reason.SIGNATURE, "no certificate of the provider is known")
    covered = _covered(element, prefixes)
    if not hmac.compare_digest(hashlib.new(DIGESTS[digest][1], covered).digest(), _told(signature)):
        raise Unproved(Reason.DIGEST, element.get("ID") or "")
    # In a document of its own, so that nothing around it can be meant by the identifier.
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    if not any(_is_by(alone, one, algorithm, digest) for one in certificates):
        raise Unproved(Reason.SIGNATURE, element.get("ID") or "")
    return covered


def _check_form(element: Element, signature: Element) -> tuple[str, str, tuple[str, ...]]:
    """Names of the algorithms and the prefixes that are canonicalized inclusively; of an acceptable form."""
    info = signature.find(ds("SignedInfo"))
    references = [] if info is None else info.findall(ds("Reference"))
    if info is None or len(references) != 1 or signature.find(ds("Object")) is not None:
        raise Unproved(Reason.SIGNATURE_FORM, "not exactly one reference")
    [reference] = references
    identifier = element.get("ID")
    if not identifier or reference.get("URI") != f"#{identifier}":
        raise Unproved(Reason.SIGNATURE_FORM, "the reference is to another element")
    _demand(_algorithm(info, "CanonicalizationMethod"), [EXCLUSIVE])
    algorithm = _demand(_algorithm(info, "SignatureMethod"), SIGNATURES)
    digest = _demand(_algorithm(reference, "DigestMethod"), DIGESTS)
    transforms = reference.findall(f"{ds('Transforms')}/{ds('Transform')}")
    if [one.get("Algorithm") for one in transforms] != [ENVELOPED, EXCLUSIVE]:
        raise Unproved(Reason.SIGNATURE_FORM, "other transforms than SAML 2.0 has")
    if len(transforms[0]) or any(
        one.tag != f"{{{EXCLUSIVE}}}InclusiveNamespaces" for one in transforms[1]
    ):
        raise Unproved(Reason.SIGNATURE_FORM, "a transform with parameters")
    inclusive = transforms[1].find(f"{{{EXCLUSIVE}}}InclusiveNamespaces")
    prefixes = "" if inclusive is None else inclusive.get("PrefixList") or ""
    return algorithm, digest, tuple(prefixes.split())


def _algorithm(parent: Element, name: str) -> str:
    found = parent.find(ds(name))
    # HMACOutputLength and other parameters stand inside.
    if found is None or (len(found) and name != "CanonicalizationMethod"):
        raise Unproved(Reason.SIGNATURE_FORM, f"{name} with parameters, or none")
    return found.get("Algorithm") or ""


def _demand(name: str, allowed: object) -> str:
    if name not in allowed:  # type: ignore[operator]
        raise Unproved(Reason.ALGORITHM, name)
    return name


def _covered(element: Element, prefixes: tuple[str, ...]) -> bytes:
    """What the two transforms leave of the element: all but its own signature, canonicalized."""
    copy = etree.fromstring(etree.tostring(element, with_tail=False))
    signature = copy.find(ds("Signature"))
    assert signature is not None
    # The text behind it belongs to the element, and not to it.
    before = signature.getprevious()
    if signature.tail:
        if before is None:
            copy.text = (copy.text or "") + signature.tail
        else:
            before.tail = (before.tail or "") + signature.tail
    copy.remove(signature)
    return canonical(copy, prefixes)


def _told(signature: Element) -> bytes:
    path = f"{ds('SignedInfo')}/{ds('Reference')}/{ds('DigestValue')}"
    try:
        return base64.b64decode("".join(text_of(signature.find(path)).split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unproved(Reason.DIGEST, "no base64") from None


def _is_by(alone: Element, certificate: Certificate, algorithm: str, digest: str) -> bool:
    signature = alone.find(ds("Signature"))
    assert signature is not None
    xmlsec.tree.add_ids(alone, ["ID"])
    context = xmlsec.SignatureContext()
    for transform in (_T.TransformEnveloped, _T.TransformExclC14N, DIGESTS[digest][0]):
        context.enable_reference_transform(transform)
    for transform in (_T.TransformExclC14N, SIGNATURES[algorithm]):
        context.enable_signature_transform(transform)
    context.key = verifying_key(certificate.pem)
    try:
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


@lru_cache(maxsize=256)
def verifying_key(pem: str) -> xmlsec.Key:
    """Reading a key costs more than using it."""
    return xmlsec.Key.from_memory(pem, _T.KeyDataFormatCertPem)


def sign(element: Element, private_key: str, certificate: str, *, before: int) -> None:
    """`element` carries a signature over itself, as its child number `before`: RSA with SHA-256."""
    signature = xmlsec.template.create(
        element, _T.TransformExclC14N, _T.TransformRsaSha256, ns="ds"
    )
    element.insert(before, signature)
    reference = xmlsec.template.add_reference(
        signature, _T.TransformSha256, uri=f"#{element.get('ID')}"
    )
    xmlsec.template.add_transform(reference, _T.TransformEnveloped)
    xmlsec.template.add_transform(reference, _T.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    xmlsec.tree.add_ids(element, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = own_key(private_key, certificate)
    context.sign(signature)


@lru_cache(maxsize=64)
def own_key(private_key: str, certificate: str) -> xmlsec.Key:
    key = xmlsec.Key.from_memory(private_key, _T.KeyDataFormatPem)
    key.load_cert_from_memory(certificate, _T.KeyDataFormatPem)
    return key
