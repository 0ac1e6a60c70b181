"""SCRAM for a server, as in RFC 5802 and RFC 7677, over SHA-256 and SHA-512. Pure: no Django, no clock, no state.

Messages are text as they stand on the wire, out of their base64. Nothing is worked upon before its
length is known to be small. Beyond the RFCs there is `h`, the hash over what was offered (XEP-0474):
a hub that was shown a shorter list finds another one.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

MANDATORY = "SCRAM-SHA-256"
HASHES: dict[str, Any] = {MANDATORY: hashlib.sha256, "SCRAM-SHA-512": hashlib.sha512}
PLUS = "-PLUS"
END_POINT = "tls-server-end-point"
EXPORTER = "tls-exporter"
BINDING_TYPES = (EXPORTER, END_POINT)

LONGEST_MESSAGE = 1024  # bytes
LONGEST_ENCODED = (LONGEST_MESSAGE + 2) // 3 * 4
LONGEST_NAME = 128
SHORTEST_NONCE, LONGEST_NONCE = 18, 256


class Failure(Exception):
    """An exchange that ends here. `error` and `e` are told to the client, `reason` to the audit only.

    `e` is a server-error-value of RFC 5802 section 7.
    """

    status = 400
    error = "malformed-request"
    e = "other-error"
    # Whom it concerns, where that is known; for the audit as well.
    subject: Any = None
    name = ""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason or self.e or self.error)
        self.reason = str(self)

    def about(self, subject: Any, name: str) -> Self:
        self.subject, self.name = subject, name
        return self


class BadEncoding(Failure):
    e = "invalid-encoding"


class Malformed(Failure):
    pass


class ExtensionRequired(Failure):
    error = "not-supported"
    e = "extensions-not-supported"


class InvalidMechanism(Failure):
    error = "invalid-mechanism"
    e = ""


class BindingTypeUnsupported(InvalidMechanism):
    e = "unsupported-channel-binding-type"


class BindingUnsupported(InvalidMechanism):
    e = "channel-binding-not-supported"


class NotAuthorized(Failure):
    """Whatever the reason: unknown, revoked, replayed or wrong look the same."""

    status = 401
    error = "not-authorized"
    e = "invalid-proof"


class BadName(NotAuthorized):
    e = "invalid-username-encoding"


class Downgrade(NotAuthorized):
    """The client could bind to the channel and was told that we cannot (RFC 5802 section 6)."""

    e = "server-does-support-channel-binding"


class BindingMismatch(NotAuthorized):
    """The client sees another channel than we do: somebody may stand between."""

    e = "channel-bindings-dont-match"


def decode(text: object) -> bytes:
    """The bytes of strict base64; BadEncoding for anything else, before any work where it is too long."""
    if not isinstance(text, str) or len(text) > LONGEST_ENCODED:
        raise BadEncoding
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadEncoding from None


def encode(message: str) -> str:
    return base64.b64encode(message.encode()).decode()


def text_of(raw: bytes) -> str:
    """A message as text. White space at its end is not the message's (RFC 7804's own example has some)."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadEncoding from None
    if len(raw) > LONGEST_MESSAGE or "\0" in text:
        raise BadEncoding
    return text.rstrip("\r\n")


@dataclass(frozen=True)
class ClientFirst:
    """`gs2_header` as sent, `flag` n, y or p, `binding` the type named with p, `bare` what is signed."""

    gs2_header: str
    flag: str
    binding: str
    name: str
    nonce: str
    bare: str


_NAME = r"(?:[^=,\0]|=2C|=3D){1,300}"
_CLIENT_FIRST = re.compile(
    rf"(?P<gs2>(?:(?P<flag>[ny])|p=(?P<binding>[A-Za-z0-9.-]{{1,64}})),(?:a=(?P<authzid>{_NAME}))?,)"
    rf"(?P<bare>(?P<mandatory>m=[^,]*,)?n=(?P<name>{_NAME}),r=(?P<nonce>[!-+\--~]+)"
    r"(?P<extensions>(?:,[A-Za-z]=[^,]+)*))",
)
_CLIENT_FINAL = re.compile(
    r"(?P<without_proof>c=(?P<binding>[A-Za-z0-9+/=]+),r=(?P<nonce>[!-+\--~]+)"
    r"(?P<extensions>(?:,[A-Za-z]=[^,]+)*)),p=(?P<proof>[A-Za-z0-9+/=]+)",
)


def _check_extensions(extensions: str, taken: str) -> None:
    """Optional ones are ignored, as they must be; each once, and none that means something else."""
    names = [part[0] for part in extensions.split(",")[1:]]
    if "m" in names:
        raise ExtensionRequired
    if len(set(names)) < len(names) or set(names) & set(taken):
        raise Malformed("an attribute twice, or out of place")


def read_client_first(message: str) -> ClientFirst:
    """The first message, taken apart; Failure where it is none."""
    found = _CLIENT_FIRST.fullmatch(message)
    if found is None:
        raise Malformed("no client-first-message")
    if found["mandatory"]:
        raise ExtensionRequired
    _check_extensions(found["extensions"], "anrcpsivef")
    name = found["name"].replace("=2C", ",").replace("=3D", "=")
    if not SHORTEST_NONCE <= len(found["nonce"]) <= LONGEST_NONCE or len(name) > LONGEST_NAME:
        raise Malformed("name or nonce too long or too short")
    # Names of hubs are ASCII, so that there is nothing to prepare (RFC 4013).
    if not (name.isascii() and name.isprintable()):
        raise BadName
    if found["authzid"] not in (None, found["name"]):
        raise Malformed("on behalf of another")
    return ClientFirst(
        found["gs2"],
        found["flag"] or "p",
        found["binding"] or "",
        name,
        found["nonce"],
        found["bare"],
    )


def server_first(nonce: str, salt: str, iterations: int, offered: str) -> str:
    """The answer: the joint nonce, the salt in base64, and the hash of what was offered."""
    return f"r={nonce},s={salt},i={iterations},h={offered}"


@dataclass(frozen=True)
class ClientFinal:
    """`binding` in base64 as sent, `without_proof` what is signed."""

    binding: str
    nonce: str
    proof: bytes
    without_proof: str


def read_client_final(message: str) -> ClientFinal:
    """The last message of the client, taken apart; Failure where it is none."""
    found = _CLIENT_FINAL.fullmatch(message)
    if found is None:
        raise Malformed("no client-final-message")
    _check_extensions(found["extensions"], "anrcpsivefh")
    return ClientFinal(
        found["binding"], found["nonce"], decode(found["proof"]), found["without_proof"]
    )


def binding_input(gs2_header: str, data: bytes = b"") -> str:
    """What `c` must be: the header that was sent, and the channel's own data, in base64."""
    return base64.b64encode(gs2_header.encode() + data).decode()


def verify(hash_name: str, stored_key: bytes, auth_message: str, proof: bytes) -> bool:
    """Whether the proof was made by somebody who knows the secret behind `stored_key`."""
    signature = hmac.digest(stored_key, auth_message.encode(), hash_name)
    if len(proof) != len(signature):
        return False
    size = len(proof)
    client_key = int.from_bytes(signature, "big") ^ int.from_bytes(proof, "big")
    made = hashlib.new(hash_name, client_key.to_bytes(size, "big")).digest()
    return hmac.compare_digest(made, stored_key)


def server_final(hash_name: str, server_key: bytes, auth_message: str) -> str:
    """Our own proof, by which the client knows that we hold its verifier."""
    signature = hmac.digest(server_key, auth_message.encode(), hash_name)
    return f"v={base64.b64encode(signature).decode()}"


def offered_hash(hash_name: str, mechanisms: Iterable[str], bindings: Iterable[str]) -> str:
    """`h` of XEP-0474: over the sorted names of the mechanisms, and of the channel bindings if any."""
    text = "\x1e".join(sorted(mechanisms))
    if names := sorted(bindings):
        text += "\x1f" + "\x1e".join(names)
    return base64.b64encode(hashlib.new(hash_name, text.encode()).digest()).decode()


def hash_name(mechanism: str) -> str:
    """What hashlib calls the hash of SCRAM-SHA-256, SCRAM-SHA-512-PLUS …

    >>> hash_name("SCRAM-SHA-256-PLUS"), hash_name("SCRAM-SHA-512")
    ('sha256', 'sha512')
    """
    return mechanism.removeprefix("SCRAM-").removesuffix(PLUS).replace("-", "").lower()
