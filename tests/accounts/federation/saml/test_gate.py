"""What the gate believes, and why it does not believe the rest. Pure: no database, no request."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import xmlsec
from lxml import etree

from accounts.federation.saml.assertion import Expected
from accounts.federation.saml.protocol import gate, redirects
from accounts.federation.saml.reasons import Reason, Unproved

from .conftest import ACS, SP
from .idp import ISSUER, MODES, NS, Idp, key_pair

REQUEST = "id-4711"
T = xmlsec.constants
ABOUT = {"to": REQUEST, "acs": ACS, "sp": SP}


def expected(**changes: Any) -> Expected:
    known: dict[str, Any] = {
        "entity_id": SP,
        "acs_url": ACS,
        "issuer": ISSUER,
        "certificates": (key_pair()[1],),
        "private_keys": (key_pair("sp")[0],),
        "request_id": REQUEST,
        "now": datetime.now(UTC),
    }
    return Expected(**(known | changes))


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_what_pysaml2_sends_is_believed_in_each_mode(idp: Idp, mode: Any) -> None:
    found = gate.Response(idp.response(mode=mode, **ABOUT)).prove(expected())
    assert found.name_id.value == "bob-1"
    assert found.attributes["mail"] == ("bob@example.com",)
    assert found.session_index
    assert found.encrypted == ("encrypted" in mode)
    assert timedelta(0) < found.expires_at - datetime.now(UTC) < timedelta(minutes=13)


def refused(raw: bytes, **changes: Any) -> Reason:
    with pytest.raises(Unproved) as error:
        gate.Response(raw).prove(expected(**changes))
    return error.value.reason


@pytest.mark.parametrize(
    "how",
    [
        {"data": T.TransformAes256Cbc},
        {"key": T.TransformRsaPkcs1},
        {"data": T.TransformAes128Cbc, "key": T.TransformRsaPkcs1, "size": 128},
    ],
    ids=["CBC", "PKCS 1", "both"],
)
def test_encryption_that_answers_questions_is_not_opened(idp: Idp, how: dict[str, Any]) -> None:
    """Bleichenbacher's and Vaudenay's attacks need somebody who tries."""
    raw = idp.forge(
        idp.response(mode=(), **ABOUT),
        mode=("assertion", "encrypted"),
        certificate=key_pair("sp")[1],
        encryption=how,
    )
    assert refused(raw) == Reason.ALGORITHM


def test_what_is_encrypted_for_others_or_garbled_stays_shut(idp: Idp) -> None:
    plain, sealed = idp.response(mode=(), **ABOUT), ("assertion", "encrypted")
    others = idp.forge(plain, mode=sealed, certificate=key_pair("stranger")[1])
    assert refused(others) == Reason.DECRYPTION
    ours = idp.forge(plain, mode=sealed, certificate=key_pair("sp")[1])
    assert refused(ours, private_keys=()) == Reason.DECRYPTION
    root = etree.fromstring(ours)
    for value in root.iter(f"{{{NS['xenc']}}}CipherValue"):
        kept = value.text
        value.text = kept[:40] + ("A" if kept[40] != "A" else "B") + kept[41:]
        assert refused(etree.tostring(root)) == Reason.DECRYPTION
        value.text = kept
    # Encrypted, and signed by nobody: anybody can encrypt for us.
    unsigned = idp.forge(plain, mode=("encrypted",), certificate=key_pair("sp")[1])
    assert refused(unsigned) == Reason.UNSIGNED


def test_a_canonicalization_that_fails_is_refused(
    idp: Idp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CVE-2025-66568: a library answered an error by nothing, and the digest of nothing was right."""
    raw = idp.response(**ABOUT)
    monkeypatch.setattr("accounts.federation.saml.protocol.signatures.canonical", lambda *_a: b"")
    assert refused(raw) == Reason.DIGEST


def test_another_key_in_the_message_says_nothing(idp: Idp) -> None:
    """Whoever signs may enclose whatever certificate they like."""
    raw = idp.response(**ABOUT)
    assert refused(raw, certificates=(key_pair("stranger")[1],)) == Reason.SIGNATURE
    assert refused(raw, certificates=()) == Reason.SIGNATURE
    known = (key_pair("stranger")[1], key_pair()[1])
    assert gate.Response(raw).prove(expected(certificates=known)).name_id.value == "bob-1"


def test_what_two_parsers_could_read_differently_is_read_by_none() -> None:
    deep = b"<a>" * 300 + b"</a>" * 300
    for raw, reason in (
        (deep, Reason.MALFORMED),
        (b"<a xmlns:x='urn:x' x:ID='1'/>", Reason.SCHEMA),
        (b"<a ID='1'><b ID='1'/></a>", Reason.IDENTIFIERS),
        (b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?><a/>", Reason.SCHEMA),
        (b"<?xml version='1.1'?><a/>", Reason.MARKUP),
        (b"<a>\x00</a>", Reason.MALFORMED),
    ):
        with pytest.raises(Unproved) as error:
            gate.Response(raw)
        assert error.value.reason == reason, raw[:60]


def test_a_message_that_swells_is_not_inflated() -> None:
    squeezer = zlib.compressobj(wbits=-15)
    bomb = squeezer.compress(b" " * 50_000_000) + squeezer.flush()
    with pytest.raises(Unproved) as error:
        redirects.read_query(f"SAMLRequest={quote(base64.b64encode(bomb).decode(), safe='')}")
    assert error.value.reason == Reason.TOO_LARGE
