"""Certificates for servers of tests, of an authority of their own."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate_authority(name: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate that others can be issued with."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _sign(name, key, name, key, [(x509.BasicConstraints(True, None), True)]), key


def issue(
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    host: str,
    addresses: list[str],
    *,
    days: int = 2,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate for a server of that name, which ends in so many days; it began some days before."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName(host), *(x509.IPAddress(ip_address(one)) for one in addresses)]
    issuer = str(ca.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    extensions: list[tuple[Any, bool]] = [(x509.SubjectAlternativeName(names), False)]
    return _sign(host, key, issuer, ca_key, extensions, days=days), key


def _sign(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    extensions: list[tuple[Any, bool]],
    *,
    days: int = 2,
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=5))
        .not_valid_after(now + timedelta(days=days))
    )
    for extension, critical in extensions:
        made = made.add_extension(extension, critical)
    return made.sign(issuer_key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
