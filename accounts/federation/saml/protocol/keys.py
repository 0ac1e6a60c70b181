"""Keys and certificates: theirs, as metadata and forms carry them, and ours, as they are made."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

# NIST SP 800-57 part 1, table 2: 112 bits at least; what most providers have. Ours has 128.
RSA_BITS = 2048
OWN_RSA_BITS = 3072
OWN_LIFETIME = timedelta(days=3 * 365)
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


class Unusable(ValueError):
    """It is no certificate, or one whose key is too weak or of a kind that signs nothing here."""


@dataclass(frozen=True)
class Certificate:
    """A key of somebody else in its wrapping. The wrapping proves nothing: that we were given it does."""

    pem: str
    x509: x509.Certificate

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, with colons as most programs show it."""
        return self.x509.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def expires_at(self) -> datetime:
        return self.x509.not_valid_after_utc

    @property
    def subject(self) -> str:
        return self.x509.subject.rfc4514_string()


@lru_cache(maxsize=256)
def read_certificate(text: str) -> Certificate:
    """The certificate that PEM, or the base64 of metadata, holds. Unusable."""
    body = text.strip()
    if found := _PEM.search(body):
        body = found[1]
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
        read = x509.load_der_x509_certificate(der)
        key = read.public_key()
    except (binascii.Error, ValueError, TypeError) as error:
        raise Unusable(f"no certificate: {error}") from None
    except Exception as error:  # noqa: BLE001  UnsupportedAlgorithm and what its Rust side may raise
        raise Unusable(f"no certificate: {type(error).__name__}") from None
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < RSA_BITS:
            raise Unusable(f"the key has {key.key_size} bits; {RSA_BITS} are the least")
    elif not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.key_size < 256:
        raise Unusable("the key is neither RSA nor on a usable curve")
    return Certificate(read.public_bytes(Encoding.PEM).decode(), read)


def certificates_in(text: str) -> list[Certificate]:
    """All certificates of a text of PEM blocks, or of one bare base64. Unusable."""
    blocks = _PEM.findall(text) or [text]
    return [read_certificate(block) for block in blocks]


def make_key(name: str, now: datetime, bits: int = OWN_RSA_BITS) -> tuple[str, str]:
    """A private key of RSA (PEM, PKCS 8), and a certificate around it that it has signed itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + OWN_LIFETIME)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return pem, certificate.public_bytes(Encoding.PEM).decode()


@lru_cache(maxsize=64)
def read_private_key(pem: str) -> rsa.RSAPrivateKey:
    """Ours. Checking it costs 100 ms, so it is done once; it came from our own sealed row."""
    key = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key
