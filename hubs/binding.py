"""What can be offered to a hub over the channel that its request came by, and what that channel's own data are.

Mago speaks plain http behind a proxy that ends TLS. A proxy that can, tells about each connection in
headers, which it must overwrite whatever the client sent; else the certificate's hash is taken from
its file. What nobody of ours said is not believed: then nothing is offered to bind to.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from . import ht, scram
from .scram import END_POINT, EXPORTER, PLUS

_END_POINT_HEADER = "HTTP_X_TLS_CB_END_POINT"
_SECRET_HEADER = "HTTP_X_TLS_EXPORTER_SECRET"  # noqa: S105
_CIPHER_HEADER = "HTTP_X_TLS_CIPHER"
# TLS 1.3's suites (RFC 8446 appendix B.4) and their hashes; before 1.3 there is no such secret.
_SUITES = {
    "TLS_AES_128_GCM_SHA256": "sha256",
    "TLS_CHACHA20_POLY1305_SHA256": "sha256",
    "TLS_AES_256_GCM_SHA384": "sha384",
}
_LABEL = b"EXPORTER-Channel-Binding"


@dataclass(frozen=True)
class Offer:
    """Mechanisms and channel bindings as they are told, and hashed; `data` by type, each that is right."""

    mechanisms: tuple[str, ...]
    bindings: tuple[str, ...]
    reconnect: tuple[str, ...]
    data: Mapping[str, tuple[bytes, ...]]

    def hash(self, name: str) -> str:
        return _offered_hash(name, self.mechanisms, self.bindings)


_offered_hash = lru_cache(maxsize=32)(scram.offered_hash)


def offer_of(meta: Mapping[str, Any]) -> Offer:
    """What is offered to the sender of a request with these headers."""
    if not (settings.HUB_CHANNEL_BINDING_HEADERS or settings.HUB_CERTIFICATES):
        return _UNBOUND
    data: dict[str, tuple[bytes, ...]] = {}
    if settings.HUB_CHANNEL_BINDING_HEADERS:
        if exported := _exported(meta):
            data[EXPORTER] = (exported,)
        if end_point := _unhex(meta.get(_END_POINT_HEADER)):
            data[END_POINT] = (end_point,)
    if END_POINT not in data and settings.HUB_CERTIFICATES:
        data[END_POINT] = tuple(end_point_of(path) for path in settings.HUB_CERTIFICATES)
    return _offer(data)


def _offer(data: dict[str, tuple[bytes, ...]]) -> Offer:
    bare = tuple(scram.HASHES)
    bound = tuple(name + PLUS for name in bare) if data else ()
    optional = () if settings.HUB_REQUIRE_CHANNEL_BINDING else bare
    types = tuple(name for name in scram.BINDING_TYPES if name in data)
    reconnect = tuple(
        name
        for name, binding in ht.MECHANISMS.items()
        if (binding in data if binding else not settings.HUB_REQUIRE_CHANNEL_BINDING)
    )
    return Offer((*bound, *optional), types, reconnect, data)


_UNBOUND = Offer(tuple(scram.HASHES), (), ("HT-SHA-256-NONE",), {})


def _unhex(text: str | None) -> bytes:
    """The bytes of 32 to 64 bytes in hex, or none where it is something else."""
    try:
        raw = bytes.fromhex(text or "")
    except ValueError:
        return b""
    return raw if 32 <= len(raw) <= 64 else b""


def _exported(meta: Mapping[str, Any]) -> bytes:
    """RFC 9266: 32 bytes that only the two ends of this TLS connection know, or none."""
    name, secret = _SUITES.get(meta.get(_CIPHER_HEADER, "")), _unhex(meta.get(_SECRET_HEADER))
    if name is None or len(secret) != hashlib.new(name).digest_size:
        return b""
    empty = hashlib.new(name).digest()
    return _expand(name, _expand(name, secret, _LABEL, empty, len(empty)), b"exporter", empty, 32)


def _expand(name: str, secret: bytes, label: bytes, context: bytes, size: int) -> bytes:
    """HKDF-Expand-Label of RFC 8446 section 7.1, for what one block holds."""
    label = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(label)]) + label + bytes([len(context)]) + context
    return hmac.digest(secret, info + b"\x01", name)[:size]


def end_point_of(path: str) -> bytes:
    """RFC 5929 section 4: the hash of the certificate in that file, which is read anew when it changed."""
    return _end_point(path, Path(path).stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _end_point(path: str, changed: int) -> bytes:
    # Here, as only those who bind hubs to certificates of their own need it: X.509 takes 2 MB and 26 ms.
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    certificate = x509.load_pem_x509_certificate(Path(path).read_bytes())
    used = certificate.signature_hash_algorithm
    if used is None:
        raise ValueError(
            f"{path}: no hash is defined for a certificate that is signed so (Ed25519)"
        )
    name = "sha256" if used.name in ("md5", "sha1") else used.name
    return hashlib.new(name, certificate.public_bytes(Encoding.DER)).digest()
