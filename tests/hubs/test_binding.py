"""What can be bound to is what a proxy of ours, or a certificate's file, says; nobody else is believed."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from hubs.binding import end_point_of, offer_of
from hubs.checks import certificates_can_be_bound_to
from tests.hubs.conftest import Enrolled
from tests.hubs.hub import Device, encoded
from tests.hubs.test_handshake import NONCE, refused

pytestmark = pytest.mark.one_database

END_POINT = hashlib.sha256(b"certificate").digest()
TOLD = {"X-TLS-CB-End-Point": END_POINT.hex()}
PLUS = "SCRAM-SHA-256-PLUS"


def certificate(path: Path, key: Any, hash_: Any) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    made = builder.sign(key, hash_)
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return made.public_bytes(serialization.Encoding.DER)


@pytest.fixture
def proxy(settings: Any) -> None:
    settings.HUB_CHANNEL_BINDING_HEADERS = True


def label(name: str, context: bytes, size: int) -> bytes:
    """HkdfLabel of RFC 8446 section 7.1."""
    text = b"tls13 " + name.encode()
    parts = [size.to_bytes(2, "big"), bytes([len(text)]), text, bytes([len(context)]), context]
    return b"".join(parts)


@pytest.mark.parametrize(
    ("suite", "hash_"),
    [("TLS_AES_128_GCM_SHA256", hashes.SHA256()), ("TLS_AES_256_GCM_SHA384", hashes.SHA384())],
)
def test_exports_as_rfc_9266_says(proxy: None, suite: str, hash_: Any) -> None:
    size, name = hash_.digest_size, hash_.name
    secret, empty = b"s" * size, hashlib.new(name).digest()
    derived = HKDFExpand(hash_, size, label("EXPORTER-Channel-Binding", empty, size)).derive(secret)
    exported = HKDFExpand(hash_, 32, label("exporter", empty, 32)).derive(derived)
    meta = {"HTTP_X_TLS_EXPORTER_SECRET": secret.hex().upper(), "HTTP_X_TLS_CIPHER": suite}
    assert offer_of(meta).data == {"tls-exporter": (exported,)}
    for odd in ({"HTTP_X_TLS_CIPHER": "ECDHE-RSA-AES128-GCM-SHA256"}, {"HTTP_X_TLS_EXPORTER_SECRET": ""},
                {"HTTP_X_TLS_EXPORTER_SECRET": "zz"}, {"HTTP_X_TLS_EXPORTER_SECRET": "00" * 40}):  # fmt: skip
        assert offer_of(meta | odd).data == {}


def test_a_hub_binds_to_the_channel(proxy: None, enrolled: Enrolled, events: Any) -> None:
    device = Device(enrolled)
    device.headers = dict(TOLD)
    assert device.get("auth").json()["channel_bindings"] == ["tls-server-end-point"]
    body = device.sign_in(PLUS, ("tls-server-end-point", END_POINT))
    assert body["reconnect"]["mechanism"] == "HT-SHA-256-ENDP"
    assert device.reconnect(body["reconnect"], 1, END_POINT).status_code == 200
    assert refused(device.reconnect(body["reconnect"], 2, b"another"), e="invalid-proof")
    other = hashlib.sha256(b"another certificate").digest()
    device.token = ""
    answer = device.proceed(device.start(PLUS, ("tls-server-end-point", other)))
    assert refused(answer, e="channel-bindings-dont-match")
    first = {"mechanism": "SCRAM-SHA-256", "initial_response": encoded(f"y,,n=x,r={NONCE}")}
    assert refused(device.post("auth/start", first), e="server-does-support-channel-binding")
    first = {"mechanism": PLUS, "initial_response": encoded(f"p=tls-unique,,n=x,r={NONCE}")}
    answer = device.post("auth/start", first)
    assert refused(answer, 400, "invalid-mechanism", "unsupported-channel-binding-type")
    reasons = {event.detail["reason"] for event in events("hubs:session:failed")}
    assert reasons > {"possible man in the middle", "possible downgrade attack"}


def test_a_second_step_over_another_channel_is_refused(proxy: None, enrolled: Enrolled) -> None:
    device = Device(enrolled)
    device.headers = dict(TOLD)
    started = device.start(PLUS, ("tls-server-end-point", END_POINT))
    device.headers = {"X-TLS-CB-End-Point": hashlib.sha256(b"theirs").hexdigest()}
    assert refused(device.proceed(started), e="channel-bindings-dont-match")


def test_headers_that_no_proxy_of_ours_sets_are_not_believed(db: None) -> None:
    device = Device(name="x", secret="x")
    device.headers = dict(TOLD)
    assert device.get("auth").json()["channel_bindings"] == []
    first = {
        "mechanism": PLUS,
        "initial_response": encoded(f"p=tls-server-end-point,,n=x,r={NONCE}"),
    }
    assert refused(device.post("auth/start", first), 400, "invalid-mechanism", "")


def test_binding_can_be_demanded(proxy: None, enrolled: Enrolled, settings: Any) -> None:
    settings.HUB_REQUIRE_CHANNEL_BINDING = True
    device = Device(enrolled)
    device.headers = dict(TOLD)
    assert device.get("auth").json()["mechanisms"] == [PLUS, "SCRAM-SHA-512-PLUS"]
    assert refused(device.start(), 400, "invalid-mechanism", "")
    assert device.sign_in(PLUS, ("tls-server-end-point", END_POINT))["status"] == "success"


def test_a_certificates_file_tells_too_also_after_its_renewal(
    enrolled: Enrolled, settings: Any, tmp_path: Path
) -> None:
    old, new = tmp_path / "old.pem", tmp_path / "new.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    hashed = [
        hashlib.sha256(certificate(old, key, hashes.SHA256())).digest(),
        hashlib.sha384(certificate(new, key, hashes.SHA384())).digest(),
    ]
    settings.HUB_CERTIFICATES = [str(old), str(new)]
    assert certificates_can_be_bound_to(None) == []
    for data in hashed:
        body = Device(enrolled).sign_in(PLUS, ("tls-server-end-point", data))
        assert body["status"] == "success"


def test_a_certificate_that_cannot_be_bound_to_stops_the_start(
    settings: Any, tmp_path: Path
) -> None:
    path = tmp_path / "pair.pem"
    certificate(path, ed25519.Ed25519PrivateKey.generate(), None)
    with pytest.raises(ValueError, match="Ed25519"):
        end_point_of(str(path))
    settings.HUB_CERTIFICATES = [str(path), str(tmp_path / "none.pem")]
    assert [error.id for error in certificates_can_be_bound_to(None)] == ["hubs.E001"] * 2
