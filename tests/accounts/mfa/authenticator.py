"""An authenticator in software (WebAuthn Level 3, section 6): ES256, and as dishonest as a test wants it."""

import base64
import hashlib
import json
import os
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.conf import settings

AAGUID = "2fc0579f-8113-47ea-b116-bb5a8db9202a"
_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Authenticator:
    """One credential. `asks` is whether it verifies its holder; `count` what it says next."""

    def __init__(self, *, asks: bool = True, origin: str = "", rp: str = "") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.asks, self.count = asks, 0
        self.origin = origin or settings.PASSKEY_ORIGINS[0]
        self.rp = rp or settings.PASSKEY_RP_ID
        self.handle = ""
        self.cross_origin = False

    def create(self, options: dict[str, Any], *, fmt: str = "none", maker: Any = None) -> str:
        """The browser's answer to a creation, as a page sends it."""
        self.handle = options["user"]["id"]
        client = self._client("webauthn.create", options["challenge"])
        data = self._data(_ATTESTED) + self._credential()
        signed = data + hashlib.sha256(client).digest()
        attested = {"fmt": fmt, "attStmt": self._statement(fmt, signed, maker), "authData": data}
        return self._answer(
            client, attestationObject=b64(cbor2.dumps(attested)), transports=["usb"]
        )

    def get(self, options: dict[str, Any], **changed: Any) -> str:
        """The browser's answer to a request; `changed` replaces fields of its response."""
        self.count += 1
        client = self._client("webauthn.get", options["challenge"])
        data = self._data()
        signed = data + hashlib.sha256(client).digest()
        fields = {
            "authenticatorData": b64(data),
            "signature": b64(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": self.handle,
        }
        return self._answer(client, **{**fields, **changed})

    def _answer(self, client: bytes, **fields: Any) -> str:
        return json.dumps(
            {
                "id": b64(self.id),
                "rawId": b64(self.id),
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {"clientDataJSON": b64(client), **fields},
            }
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps({**said, "crossOrigin": self.cross_origin}).encode()

    def _data(self, flags: int = 0) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.asks else 0)
        return hashlib.sha256(self.rp.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _credential(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        aaguid = bytes.fromhex(AAGUID.replace("-", ""))
        return aaguid + struct.pack(">H", len(self.id)) + self.id + public

    def _statement(self, fmt: str, signed: bytes, maker: "Maker | None") -> dict[str, Any]:
        if fmt == "none":
            return {}
        key = maker.key if maker else self.key
        statement = {"alg": -7, "sig": key.sign(signed, ec.ECDSA(hashes.SHA256()))}
        return statement | ({"x5c": [maker.certificate]} if maker else {})


class Maker:
    """Who makes authenticators, with a root certificate of their own."""

    def __init__(self) -> None:
        root_key = ec.generate_private_key(ec.SECP256R1())
        self.key = ec.generate_private_key(ec.SECP256R1())
        root = _certificate("Root", root_key, root_key, is_root=True)
        self.root = root.public_bytes(Encoding.PEM)
        leaf = _certificate("Root", self.key, root_key, is_root=False)
        self.certificate = leaf.public_bytes(Encoding.DER)


def _certificate(
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    subject = "Root" if is_root else "Authenticator Attestation"
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
