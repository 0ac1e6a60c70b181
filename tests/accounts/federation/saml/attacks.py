"""What has been tried against service providers: each a response that must open nothing.

`FORGED` is signed by the provider, and is wrong in what it says: it changes the document before that. `TAMPERED`
changes what was signed; it is given the signed document and an assertion about alice that nobody has
signed. The wrapping variants are those of Somorovsky et al., "On Breaking SAML" (2012), and three more.
"""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import xmlsec
from lxml import etree

from accounts.federation.saml.reasons import Reason

from .idp import NS, Idp, wrap

_T = xmlsec.constants
ELSEWHERE = "https://elsewhere.example.com/"


def find(root: Any, path: str) -> Any:
    [found] = root.xpath(path, namespaces=NS)
    return found


def setting(path: str, name: str, value: str | None) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        element = find(root, path)
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)

    return change


def without(path: str) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        element = find(root, path)
        element.getparent().remove(element)

    return change


def saying(path: str, text: str) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        find(root, path).text = text

    return change


def moved(path: str, name: str, minutes: float) -> Callable[[Any], None]:
    """A time is so many minutes from now, and not from when the tests were read."""

    def change(root: Any) -> None:
        time = datetime.now(UTC) + timedelta(minutes=minutes)
        find(root, path).set(name, f"{time:%Y-%m-%dT%H:%M:%SZ}")

    return change


def twice(root: Any) -> None:
    another = copy.deepcopy(find(root, "saml:Assertion"))
    another.set("ID", "id-another")
    find(root, "saml:Assertion").addnext(another)


def refused_there(root: Any) -> None:
    find(root, "samlp:Status/samlp:StatusCode").set(
        "Value", "urn:oasis:names:tc:SAML:2.0:status:Responder"
    )


_ASSERTION = "saml:Assertion"
_CONFIRMATION = f"{_ASSERTION}/saml:Subject/saml:SubjectConfirmation"
_DATA = f"{_CONFIRMATION}/saml:SubjectConfirmationData"
_CONDITIONS = f"{_ASSERTION}/saml:Conditions"
_STATEMENT = f"{_ASSERTION}/saml:AuthnStatement"

FORGED: dict[str, tuple[Reason, dict[str, Any] | Callable[[Any], None]]] = {
    "signed with SHA-1": (
        Reason.ALGORITHM,
        {"algorithm": _T.TransformRsaSha1, "digest": _T.TransformSha1},
    ),
    "digest of SHA-1": (Reason.ALGORITHM, {"digest": _T.TransformSha1}),
    "signed with HMAC": (Reason.ALGORITHM, {"algorithm": _T.TransformHmacSha256}),
    "another audience": (
        Reason.AUDIENCE,
        saying(f"{_CONDITIONS}/saml:AudienceRestriction/saml:Audience", ELSEWHERE),
    ),
    "no audience": (Reason.AUDIENCE, without(f"{_CONDITIONS}/saml:AudienceRestriction")),
    "no conditions": (Reason.AUDIENCE, without(_CONDITIONS)),
    "another recipient": (Reason.RECIPIENT, setting(_DATA, "Recipient", ELSEWHERE)),
    "no recipient": (Reason.RECIPIENT, setting(_DATA, "Recipient", None)),
    "another destination": (Reason.DESTINATION, setting(".", "Destination", ELSEWHERE)),
    "no destination": (Reason.DESTINATION, setting(".", "Destination", None)),
    "another issuer of the assertion": (
        Reason.ISSUER,
        saying(f"{_ASSERTION}/saml:Issuer", ELSEWHERE),
    ),
    "it let nobody in": (Reason.STATUS, refused_there),
    "another request": (Reason.IN_RESPONSE_TO, setting(_DATA, "InResponseTo", "id-other")),
    "no request": (Reason.IN_RESPONSE_TO, setting(_DATA, "InResponseTo", None)),
    "no confirmation": (Reason.CONFIRMATION, without(_CONFIRMATION)),
    "a confirmation by a key": (
        Reason.CONFIRMATION,
        setting(_CONFIRMATION, "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
    ),
    "a confirmation without end": (Reason.CONFIRMATION, setting(_DATA, "NotOnOrAfter", None)),
    "confirmed until a while ago": (
        Reason.EXPIRED,
        moved(_DATA, "NotOnOrAfter", -2),
    ),
    "valid until a while ago": (
        Reason.EXPIRED,
        moved(_CONDITIONS, "NotOnOrAfter", -2),
    ),
    "valid in a while": (Reason.NOT_YET_VALID, moved(_CONDITIONS, "NotBefore", 2)),
    "made long ago": (Reason.EXPIRED, moved(_ASSERTION, "IssueInstant", -12)),
    "made in a while": (Reason.NOT_YET_VALID, moved(_ASSERTION, "IssueInstant", 2)),
    "sent long ago": (Reason.EXPIRED, moved(".", "IssueInstant", -12)),
    "a time of no zone": (
        Reason.SCHEMA,
        setting(_CONDITIONS, "NotOnOrAfter", "2100-01-01T00:00:00"),
    ),
    "a session that is over": (
        Reason.SESSION_OVER,
        moved(_STATEMENT, "SessionNotOnOrAfter", -2),
    ),
    "no word of how": (Reason.AUTHENTICATION, without(_STATEMENT)),
    "no name": (Reason.SUBJECT, saying(f"{_ASSERTION}/saml:Subject/saml:NameID", "")),
    "another version": (Reason.VERSION, setting(_ASSERTION, "Version", "1.1")),
}


# ── changed after it was signed ──────────────────────────────────────────────────────────────────

Tamper = Callable[[Any, Any], Any]


def _assertion(root: Any) -> Any:
    return find(root, "saml:Assertion | saml:EncryptedAssertion")


def _signed(root: Any) -> Any:
    """The element that carries a signature: the inner one where both do."""
    inner = root.find("saml:Assertion[ds:Signature]", NS)
    return root if inner is None else inner


def _holder(root: Any, evil: Any) -> Any:
    """`root`, with `evil` in the place of its assertion and without a signature."""
    forged = copy.deepcopy(root)
    for signature in forged.findall("ds:Signature", NS):
        forged.remove(signature)
    forged.replace(_assertion(forged), evil)
    return forged


def _signature(element: Any) -> Any:
    found = element.find("ds:Signature", NS)
    return etree.Element(f"{{{NS['ds']}}}Signature") if found is None else found


def xsw1(root: Any, evil: Any) -> Any:
    """The signed response inside the signature of a forged one."""
    forged, signature = _holder(root, evil), copy.deepcopy(_signature(root))
    signature.append(root)
    forged.insert(1, signature)
    return forged


def xsw2(root: Any, evil: Any) -> Any:
    """The signed response beside its signature, in a forged one."""
    forged, signature = _holder(root, evil), _signature(root)
    forged.insert(1, root)
    forged.insert(2, signature)
    return forged


def xsw3(root: Any, evil: Any) -> Any:
    _assertion(root).addprevious(evil)
    return root


def xsw4(root: Any, evil: Any) -> Any:
    """The signed assertion inside of the forged one."""
    original = _assertion(root)
    root.replace(original, evil)
    evil.append(original)
    return root


def xsw5(root: Any, evil: Any) -> Any:
    """The forged assertion carries the signature of the signed one, which follows."""
    original = _assertion(root)
    evil.insert(1, _signature(original))
    original.addprevious(evil)
    return root


def xsw6(root: Any, evil: Any) -> Any:
    """… and the signed one lies in the signature."""
    original = _assertion(root)
    signature = _signature(original)
    root.replace(original, evil)
    evil.insert(1, signature)
    signature.append(original)
    return root


def xsw7(root: Any, evil: Any) -> Any:
    """The forged one in Extensions, where anything may stand."""
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    extensions.append(evil)
    root.insert(1, extensions)
    return root


def xsw8(root: Any, evil: Any) -> Any:
    """The signed one in an Object of the signature, where anything may stand, too."""
    original = _assertion(root)
    signature = _signature(original)
    root.replace(original, evil)
    evil.insert(1, signature)
    etree.SubElement(signature, f"{{{NS['ds']}}}Object").append(original)
    return root


def after(root: Any, evil: Any) -> Any:
    _assertion(root).addnext(evil)
    return root


def same_identifier(root: Any, evil: Any) -> Any:
    evil.set("ID", _assertion(root).get("ID") or root.get("ID"))
    _assertion(root).addprevious(evil)
    return root


def in_advice(root: Any, evil: Any) -> Any:
    original = _assertion(root)
    root.replace(original, evil)
    advice = etree.Element(f"{{{NS['saml']}}}Advice")
    advice.append(original)
    find(evil, "saml:Conditions").addnext(advice)
    return root


def in_place(root: Any, evil: Any) -> Any:
    """Nothing but the forged one."""
    root.replace(_assertion(root), evil)
    return root


def stripped(root: Any, evil: Any) -> Any:
    root.replace(_assertion(root), evil)
    for signature in root.findall("ds:Signature", NS):
        root.remove(signature)
    return root


def foreign_namespace(root: Any, evil: Any) -> Any:
    """A second one that is called an assertion elsewhere."""
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    etree.SubElement(extensions, "{urn:oasis:names:tc:SAML:1.0:assertion}Assertion")
    root.insert(1, extensions)
    return root


def empty_reference(root: Any, evil: Any) -> Any:
    """An empty reference means the whole document, whatever stands in it."""
    for reference in root.iter(f"{{{NS['ds']}}}Reference"):
        reference.set("URI", "")
    return root


def second_reference(root: Any, evil: Any) -> Any:
    for reference in list(root.iter(f"{{{NS['ds']}}}Reference")):
        reference.addnext(copy.deepcopy(reference))
    return root


def other_transform(root: Any, evil: Any) -> Any:
    for transform in list(root.iter(f"{{{NS['ds']}}}Transform")):
        if transform.get("Algorithm", "").endswith("enveloped-signature"):
            transform.set("Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116")
    return root


WRAPPED: dict[str, Tamper] = {
    "XSW1": xsw1,
    "XSW2": xsw2,
    "XSW3": xsw3,
    "XSW4": xsw4,
    "XSW5": xsw5,
    "XSW6": xsw6,
    "XSW7": xsw7,
    "XSW8": xsw8,
    "XSW after": after,
    "XSW same identifier": same_identifier,
    "XSW in advice": in_advice,
}
TAMPERED: dict[str, Tamper] = {
    **WRAPPED,
    "forged in place": in_place,
    "stripped": stripped,
    "an assertion of SAML 1": foreign_namespace,
    "reference to the document": empty_reference,
    "two references": second_reference,
    "another transform": other_transform,
}


def in_text(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda raw: change(raw.decode()).encode()


_DOUBLING = "".join(f"<!ENTITY a{n} '&a{n - 1};&a{n - 1};'>" for n in range(1, 31))
# Changed as text.
TEXTUAL: dict[str, Callable[[bytes], bytes]] = {
    "comment in the name": in_text(lambda x: x.replace("bob-1", "alice<!-- -->.bob-1")),
    "instruction in the name": in_text(lambda x: x.replace("bob-1", "alice<?x y?>.bob-1")),
    "comment in an attribute": in_text(lambda x: x.replace("bob@", "alice@acme.example<!-- -->.")),
    "comment in a digest": in_text(
        lambda x: x.replace("DigestValue>", "DigestValue><!-- x -->", 1)
    ),
    "comment behind the end": in_text(lambda x: x + "<!-- -->"),
    "CDATA": in_text(lambda x: x.replace("bob-1", "<![CDATA[alice]]>")),
    "document type": in_text(lambda x: "<!DOCTYPE Response>" + x),
    "entity": in_text(
        lambda x: '<!DOCTYPE r [<!ENTITY who "alice">]>' + x.replace("bob-1", "&who;")
    ),
    "external entity": in_text(
        lambda x: (
            '<!DOCTYPE r [<!ENTITY who SYSTEM "file:///etc/passwd">]>' + x.replace("bob-1", "&who;")
        )
    ),
    "undeclared entity": in_text(lambda x: x.replace("</", "&who;</", 1)),
    "entities of entities": in_text(
        lambda x: f"<!DOCTYPE r [<!ENTITY a0 'lol'>{_DOUBLING}]>" + x.replace("bob-1", "&a30;")
    ),
    "in UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "of another encoding": lambda raw: b'<?xml version="1.0" encoding="utf-7"?>' + raw,
    "cut off": lambda raw: raw[: len(raw) // 2],
    "nothing": lambda raw: b"",
    "no XML": lambda raw: b"hello",
    "too large": lambda raw: raw + b" " * 300_000,
    "another document": lambda raw: b"<a/>",
    "its digest": in_text(lambda x: x.replace("DigestValue>", "DigestValue>AAAA", 1)),
}


def all_attacks(
    idp: Idp, mode: tuple[str, ...], certificate: str, **about: Any
) -> dict[str, bytes]:
    """Each response by what is wrong with it, in this mode of signing."""
    plain, made = idp.response(mode=(), **about), {}
    for name, (_reason, how) in FORGED.items():
        more = how if isinstance(how, dict) else {"change": how}
        made[name] = idp.forge(plain, mode=mode, certificate=certificate, **more)
    honest, evil = idp.response(mode=mode, **about), find(etree.fromstring(plain), "saml:Assertion")
    evil.find("saml:Subject/saml:NameID", NS).text = "alice"
    # Whoever has an assertion of their own can change it, and seal it for us as their provider does.
    opened = idp.response(mode=("assertion",), **about) if "encrypted" in mode else honest
    for name, tamper in TAMPERED.items():
        changed = tamper(etree.fromstring(honest), copy.deepcopy(evil))
        made[name] = etree.tostring(changed)
        if made[name] == etree.tostring(etree.fromstring(honest)):
            changed = tamper(etree.fromstring(opened), copy.deepcopy(evil))
            made[name] = _sealed(etree.tostring(changed), certificate)
    for name, change in TEXTUAL.items():
        made[name] = change(honest)
        if made[name] == honest:
            made[name] = _sealed(change(opened), certificate)
    return made


def _sealed(raw: bytes, certificate: str) -> bytes:
    root = etree.fromstring(raw)
    wrap(root, find(root, "saml:Assertion"), certificate)
    return etree.tostring(root)


__all__ = ["FORGED", "TAMPERED", "TEXTUAL", "WRAPPED", "all_attacks"]
