"""What a server's certificate says, and whether machines that know nothing of us believe it."""

import http.client
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mago.core.trust import trusting

from .policy import CURVES, RSA_BITS, RSA_FLOOR, Authentication

if TYPE_CHECKING:
    from cryptography import x509


@dataclass(frozen=True)
class Certificate:
    """`key` is such as "ECDSA P-256" or "RSA 3072"; `problem` is why it is not believed, or ""."""

    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    key: str
    authentication: Authentication
    is_below_floor: bool
    is_short: bool
    problem: str = ""


def fetch(host: str, port: int, *, seconds: float, ca_file: str = "") -> Certificate:
    """The certificate that the server shows, verified against the machine's authorities and `ca_file`.

    One that is not believed is read as well, to say what is wrong with it; nothing is sent then.
    """
    try:
        return read(_shown(host, port, trusting(ca_file=ca_file), seconds))
    except ssl.SSLCertVerificationError as error:
        problem = error.verify_message or str(error)
    looking = trusting()
    looking.check_hostname = False
    looking.verify_mode = ssl.CERT_NONE
    return read(_shown(host, port, looking, seconds), problem=problem)


def _shown(host: str, port: int, context: ssl.SSLContext, seconds: float) -> bytes:
    with (
        socket.create_connection((host, port), timeout=seconds) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        shown = connection.getpeercert(binary_form=True)
    assert shown is not None
    return shown


def read(der: bytes, *, problem: str = "") -> Certificate:
    # Here and below, as few processes ever read a certificate: X.509 takes 2 MB and 26 ms.
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    certificate = x509.load_der_x509_certificate(der)
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        bits = key.key_size
        kind, name = Authentication.RSA, f"RSA {bits}"
        is_below_floor, is_short = bits < RSA_FLOOR, bits < RSA_BITS
    elif isinstance(key, ec.EllipticCurvePublicKey):
        kind, name = Authentication.ECDSA, f"ECDSA P-{key.curve.key_size}"
        is_below_floor = is_short = key.curve.name not in CURVES
    else:
        kind, name = Authentication.ANY, type(key).__name__
        is_below_floor = is_short = True
    return Certificate(
        subject=_names(certificate),
        issuer=certificate.issuer.rfc4514_string()[:250],
        serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key=name,
        authentication=kind,
        is_below_floor=is_below_floor,
        is_short=is_short,
        problem=problem,
    )


def _names(certificate: "x509.Certificate") -> str:
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return certificate.subject.rfc4514_string()[:250]
    found = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    return ", ".join([*names.get_values_for_type(x509.DNSName), *found])[:250]


def hsts_of(host: str, port: int, *, seconds: float, ca_file: str = "") -> str:
    """The header Strict-Transport-Security of the server's answer, "" for none."""
    context = trusting(ca_file=ca_file)
    connection = http.client.HTTPSConnection(host, port, timeout=seconds, context=context)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().getheader("Strict-Transport-Security", "")
    finally:
        connection.close()


def redirects_api(host: str, port: int, *, seconds: float) -> bool:
    """Whether plain http to the API is answered with a redirect; False where nobody answers."""
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request("GET", "/api/v1/me")
        return 300 <= connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
