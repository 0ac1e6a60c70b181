"""The redirect binding (Bindings, section 3.4): a message in a query, signed beside itself."""

import base64
import binascii
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus, urlsplit

import xmlsec

from ..reasons import Reason, Unproved
from .documents import LARGEST
from .keys import read_certificate
from .signatures import RSA_SHA256, SIGNATURES, own_key, verifying_key

MESSAGES = ("SAMLRequest", "SAMLResponse")


@dataclass(frozen=True)
class Query:
    """A message as it stood in a query: which of `MESSAGES`, its bytes, and what was signed of the query."""

    name: str
    raw: bytes
    relay_state: str
    _signed: bytes
    _algorithm: str
    _signature: str

    def verify(self, certificates: Sequence[str]) -> None:
        """A key of `certificates` (PEM) has signed it. Unproved."""
        if not self._signature:
            raise Unproved(Reason.UNSIGNED)
        transform = SIGNATURES.get(self._algorithm)
        if transform is None:
            raise Unproved(Reason.ALGORITHM, self._algorithm)
        signature = _base64(self._signature)
        for pem in certificates:
            context = xmlsec.SignatureContext()
            context.key = verifying_key(read_certificate(pem).pem)
            try:
                context.verify_binary(self._signed, transform, signature)
            except (xmlsec.Error, ValueError):
                continue
            return
        raise Unproved(Reason.SIGNATURE)


def read_query(query: str) -> Query:
    """The message of a query string as it came, undecoded. Unproved."""
    if len(query) > LARGEST:
        raise Unproved(Reason.TOO_LARGE, f"{len(query)} characters")
    parts: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name in parts:
            raise Unproved(Reason.ENCODING, f"{name} stands twice")
        parts[name] = value
    told = [name for name in MESSAGES if name in parts]
    if len(told) != 1:
        raise Unproved(Reason.KIND, "no message, or two")
    [name] = told
    # As the sender encoded it, in this order, and what is not there is left out.
    order = [one for one in (name, "RelayState", "SigAlg") if one in parts]
    return Query(
        name=name,
        raw=_inflate(_base64(unquote_plus(parts[name]))),
        relay_state=unquote_plus(parts.get("RelayState", "")),
        _signed="&".join(f"{one}={parts[one]}" for one in order).encode(),
        _algorithm=unquote_plus(parts.get("SigAlg", "")),
        _signature=unquote_plus(parts.get("Signature", "")),
    )


def write_url(
    endpoint: str,
    name: str,
    message: bytes,
    *,
    relay_state: str,
    private_key: str,
    certificate: str,
) -> str:
    """Where the browser goes with a message that our key has signed: RSA with SHA-256."""
    squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    deflated = squeezer.compress(message) + squeezer.flush()
    fields = {name: base64.b64encode(deflated).decode()}
    if relay_state:
        fields["RelayState"] = relay_state
    fields["SigAlg"] = RSA_SHA256
    query = "&".join(f"{key}={quote(value, safe='')}" for key, value in fields.items())
    context = xmlsec.SignatureContext()
    context.key = own_key(private_key, certificate)
    signature = context.sign_binary(query.encode(), SIGNATURES[RSA_SHA256])
    query += f"&Signature={quote(base64.b64encode(signature).decode(), safe='')}"
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unproved(Reason.ENCODING, "no base64") from None


def _inflate(deflated: bytes) -> bytes:
    opener = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        raw = opener.decompress(deflated, LARGEST + 1)
    except zlib.error:
        raise Unproved(Reason.ENCODING, "not deflated") from None
    if len(raw) > LARGEST:
        raise Unproved(Reason.TOO_LARGE)
    if not opener.eof:
        raise Unproved(Reason.ENCODING, "not deflated to its end")
    return raw
