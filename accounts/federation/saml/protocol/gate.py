"""The gate in front of the assertion consumer service: from the bytes of a form to an assertion, or to a reason.

What is read in the end is a document of its own, parsed from the very bytes that a signature covers.
SAML 2.0 Core and Profiles (section 4.1.4), as far as we allow them.
"""

import base64
import binascii
from datetime import datetime, timedelta

from lxml import etree

from ..assertion import Assertion, Expected, NameId
from ..reasons import Reason, Unproved
from .attributes import attributes_of
from .documents import (
    ASSERTION_SCHEMA,
    LARGEST,
    PROTOCOL_SCHEMA,
    Element,
    children,
    parse,
    text_of,
    time_of,
)
from .encryption import decrypt
from .keys import read_certificate
from .names import BEARER, ENTITY, SUCCESS, saml, samlp
from .signatures import demand_in_place, signature_of, verify

SKEW = timedelta(seconds=60)
# However long the provider lets it live, it is taken while it is fresh only.
FRESH = timedelta(minutes=10)
LONGEST_NAME = 512
_CONDITIONS = {saml(name) for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")}


def decode(text: str) -> bytes:
    """The bytes of a form's field in the POST binding (Bindings, section 3.5.4). Unproved."""
    if len(text) > LARGEST * 2:
        raise Unproved(Reason.TOO_LARGE, f"{len(text)} characters")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unproved(Reason.ENCODING, "no base64") from None


class Response:
    """A response that is well-formed and of the schema; nothing in it is believed until it is proved."""

    def __init__(self, raw: bytes) -> None:
        self._root = parse(raw, PROTOCOL_SCHEMA)
        if self._root.tag != samlp("Response"):
            raise Unproved(Reason.KIND, etree.QName(self._root).localname)

    @property
    def issuer(self) -> str:
        """Who says to have written it; "" where it is not told outside of what is encrypted."""
        told = self._root.find(saml("Issuer"))
        if told is None:
            told = self._root.find(f"{saml('Assertion')}/{saml('Issuer')}")
        return text_of(told)

    @property
    def in_response_to(self) -> str:
        return self._root.get("InResponseTo") or ""

    def prove(self, expected: Expected) -> Assertion:
        """The assertion, as `expected`. Unproved."""
        certificates = [read_certificate(pem) for pem in expected.certificates]
        envelope, signed = self._root, []
        if signature_of(self._root) is not None:
            envelope = _read_again(verify(self._root, certificates))
            signed.append("response")
        _check_envelope(envelope, expected)
        element, is_encrypted = self._assertion(expected)
        places = [self._root] if is_encrypted else [self._root, element]
        demand_in_place(self._root, places)
        if signature_of(element) is not None:
            believed = _read_again(verify(element, certificates))
            signed.append("assertion")
        elif not signed:
            raise Unproved(Reason.UNSIGNED)
        else:
            believed = element if is_encrypted else _only_assertion(envelope)
        return _read(believed, expected, signed, is_encrypted)

    def _assertion(self, expected: Expected) -> tuple[Element, bool]:
        found = _only_assertion(self._root)
        if found.tag == saml("Assertion"):
            return found, False
        opened = parse(decrypt(found, expected.private_keys), ASSERTION_SCHEMA)
        if opened.tag != saml("Assertion") or _count(opened) != 1:
            raise Unproved(Reason.ASSERTIONS, "inside of what was encrypted")
        demand_in_place(opened, [opened])
        return opened, True


def _read_again(covered: bytes) -> Element:
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True)
    root: Element = etree.fromstring(covered, parser)
    return root


def _count(root: Element) -> int:
    """How many assertions there are in it, wherever, of whatever namespace, sealed or not."""
    names = ("Assertion", "EncryptedAssertion")
    return sum(etree.QName(node).localname in names for node in root.iter())


def _only_assertion(root: Element) -> Element:
    direct = [*children(root, saml("Assertion")), *children(root, saml("EncryptedAssertion"))]
    if len(direct) != 1 or _count(root) != 1:
        raise Unproved(Reason.ASSERTIONS, f"{_count(root)}, {len(direct)} of them in place")
    return direct[0]


def _check_envelope(root: Element, expected: Expected) -> None:
    _check_version(root)
    _check_status(root)
    issuer = root.find(saml("Issuer"))
    if issuer is not None:
        check_issuer(issuer, expected.issuer)
    if root.get("Destination") != expected.acs_url:
        raise Unproved(Reason.DESTINATION, root.get("Destination") or "none")
    if root.get("InResponseTo") != expected.request_id:
        raise Unproved(Reason.IN_RESPONSE_TO, root.get("InResponseTo") or "none")
    check_fresh(root, expected.now)


def _check_version(root: Element) -> None:
    if root.get("Version") != "2.0":
        raise Unproved(Reason.VERSION, root.get("Version") or "none")


def _check_status(root: Element) -> None:
    codes = [code.get("Value") or "" for code in root.iter(samlp("StatusCode"))]
    if codes[:1] != [SUCCESS]:
        words = text_of(root.find(f"{samlp('Status')}/{samlp('StatusMessage')}"))
        told = " ".join(code.rpartition(":")[2] for code in codes)
        raise Unproved(Reason.STATUS, f"{told}: {words}" if words else told)


def check_issuer(issuer: Element | None, expected: str) -> None:
    is_entity = issuer is not None and (issuer.get("Format") or ENTITY) == ENTITY
    if not is_entity or text_of(issuer) != expected:
        raise Unproved(Reason.ISSUER, text_of(issuer) or "none")


def check_fresh(root: Element, now: datetime) -> datetime:
    """When it was made, which is not long ago. Unproved."""
    issued = time_of(root.get("IssueInstant") or "")
    if issued > now + SKEW:
        raise Unproved(Reason.NOT_YET_VALID, f"made {issued:%FT%TZ}")
    if issued < now - FRESH - SKEW:
        raise Unproved(Reason.EXPIRED, f"made {issued:%FT%TZ}")
    return issued


def _read(root: Element, expected: Expected, signed: list[str], is_encrypted: bool) -> Assertion:
    """The assertion, from what a signature covers and nothing else."""
    _check_version(root)
    check_issuer(root.find(saml("Issuer")), expected.issuer)
    issued = check_fresh(root, expected.now)
    name_id, until = _subject(root, expected)
    _check_conditions(root, expected)
    statement, authenticated_at = _authentication(root, expected)
    session_until = statement.get("SessionNotOnOrAfter")
    session_expires_at = time_of(session_until) if session_until else None
    if session_expires_at and session_expires_at <= expected.now - SKEW:
        raise Unproved(Reason.SESSION_OVER, session_until)
    return Assertion(
        id=root.get("ID") or "",
        issuer=expected.issuer,
        name_id=name_id,
        # Neither is it taken later than that.
        expires_at=min(until, issued + FRESH) + 2 * SKEW,
        authenticated_at=authenticated_at,
        session_index=statement.get("SessionIndex") or "",
        session_expires_at=session_expires_at,
        context_class=text_of(
            statement.find(f"{saml('AuthnContext')}/{saml('AuthnContextClassRef')}")
        ),
        attributes=attributes_of(root),
        signed=tuple(signed),
        encrypted=is_encrypted,
    )


def _subject(root: Element, expected: Expected) -> tuple[NameId, datetime]:
    """The name, and until when it is confirmed."""
    subject = root.find(saml("Subject"))
    if subject is None:
        raise Unproved(Reason.SUBJECT, "there is none")
    name_id = name_id_of(subject)
    bearers = [
        one for one in children(subject, saml("SubjectConfirmation")) if one.get("Method") == BEARER
    ]
    problem = Unproved(Reason.CONFIRMATION, "there is none")
    for bearer in bearers:
        try:
            return name_id, _confirmed_until(bearer, expected)
        except Unproved as error:
            problem = error
    raise problem


def _confirmed_until(bearer: Element, expected: Expected) -> datetime:
    """Profiles, section 4.1.4.2."""
    data = bearer.find(saml("SubjectConfirmationData"))
    if data is None or not data.get("NotOnOrAfter"):
        raise Unproved(Reason.CONFIRMATION, "it does not end")
    if data.get("NotBefore"):
        raise Unproved(Reason.CONFIRMATION, "NotBefore")
    if data.get("Recipient") != expected.acs_url:
        raise Unproved(Reason.RECIPIENT, data.get("Recipient") or "none")
    if data.get("InResponseTo") != expected.request_id:
        raise Unproved(Reason.IN_RESPONSE_TO, data.get("InResponseTo") or "none")
    until = time_of(data.get("NotOnOrAfter") or "")
    if until <= expected.now - SKEW:
        raise Unproved(Reason.EXPIRED, f"confirmed until {until:%FT%TZ}")
    return until


def name_id_of(parent: Element) -> NameId:
    """The one name of a subject or of a logout's request, as written. Unproved."""
    found = parent.find(saml("NameID"))
    if found is None:
        raise Unproved(Reason.SUBJECT, "no NameID, or an encrypted one")
    value = found.text or ""
    if not value or len(found) or len(value) > LONGEST_NAME or value != value.strip():
        raise Unproved(Reason.SUBJECT, "the NameID is empty, too long or in blanks")
    if not value.isprintable():
        raise Unproved(Reason.SUBJECT, "the NameID has characters that cannot be seen")
    return NameId(
        value,
        found.get("Format") or "",
        found.get("NameQualifier") or "",
        found.get("SPNameQualifier") or "",
    )


def _check_conditions(root: Element, expected: Expected) -> None:
    """Core, section 2.5: each holds, and what we do not know does not."""
    conditions = root.find(saml("Conditions"))
    if conditions is None:
        raise Unproved(Reason.AUDIENCE, "there are no conditions")
    for condition in conditions:
        if condition.tag not in _CONDITIONS:
            raise Unproved(Reason.CONDITIONS, etree.QName(condition).localname)
    _check_window(conditions, expected.now)
    restrictions = children(conditions, saml("AudienceRestriction"))
    for restriction in restrictions:
        told = [text_of(one) for one in children(restriction, saml("Audience"))]
        if expected.entity_id not in told:
            raise Unproved(Reason.AUDIENCE, " ".join(told))
    if not restrictions:
        raise Unproved(Reason.AUDIENCE, "there is no restriction")


def _check_window(conditions: Element, now: datetime) -> None:
    since, until = conditions.get("NotBefore"), conditions.get("NotOnOrAfter")
    if since and time_of(since) > now + SKEW:
        raise Unproved(Reason.NOT_YET_VALID, since)
    if until and time_of(until) <= now - SKEW:
        raise Unproved(Reason.EXPIRED, until)


def _authentication(root: Element, expected: Expected) -> tuple[Element, datetime]:
    statements = children(root, saml("AuthnStatement"))
    if len(statements) != 1:
        raise Unproved(Reason.AUTHENTICATION, f"{len(statements)} statements")
    [statement] = statements
    at = time_of(statement.get("AuthnInstant") or "")
    if at > expected.now + SKEW:
        raise Unproved(Reason.NOT_YET_VALID, f"authenticated {at:%FT%TZ}")
    if expected.asked_at and at < expected.asked_at - SKEW:
        raise Unproved(Reason.NOT_FRESH, f"authenticated {at:%FT%TZ}")
    return statement, at
