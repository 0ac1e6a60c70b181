"""What a hub computes: its verifier, its proofs, and whether the server proved itself. Pure.

SCRAM is RFC 5802 with SHA-256 (RFC 7677), `h` is XEP-0474, HT is draft-ietf-kitten-sasl-ht.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MECHANISM = "SCRAM-SHA-256"
END_POINT = "tls-server-end-point"


class ServerNotProved(Exception):
    """Whoever answered does not hold our verifier, or was made to offer us less. Nothing it says is believed."""


@dataclass(frozen=True)
class Keys:
    client_key: bytes
    stored_key: bytes
    server_key: bytes


@lru_cache(maxsize=4096)
def keys_of(secret: str, salt: bytes, iterations: int) -> Keys:
    """RFC 5802 section 3. It takes milliseconds, so that it is kept."""
    salted = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    return Keys(client_key, hashlib.sha256(client_key).digest(), server_key)


def verifier(secret: str, salt: bytes, iterations: int) -> dict[str, Any]:
    """What the server is told of the secret: enough to check it, not to be it."""
    keys = keys_of(secret, salt, iterations)
    return {
        "mechanism": MECHANISM,
        "salt": encoded(salt),
        "iterations": iterations,
        "stored_key": encoded(keys.stored_key),
        "server_key": encoded(keys.server_key),
    }


class Exchange:
    """The four messages of one sign-in. `binding` is the channel's own data, `flag` what we say about it.

    `keys` were made with `salt` (in base64) and `iterations` when the hub enrolled: a server that asks
    for others is not the one that knows us. `offered` is the hash of what it told us that it offers.
    """

    def __init__(
        self,
        name: str,
        keys: Keys,
        salt: str,
        iterations: int,
        *,
        offered: str = "",
        flag: str = "n",
        binding: bytes = b"",
    ) -> None:
        self._keys, self._made_with = keys, (salt, str(iterations))
        self._binding, self._offered = binding, offered
        self._header = f"{flag},,"
        self._bare = f"n={name},r={secrets.token_urlsafe(24)}"
        self._nonce = self._bare.partition(",r=")[2]

    def first(self) -> str:
        return self._header + self._bare

    def final(self, server_first: str) -> str:
        """Our proof. ServerNotProved where the server answers with a nonce that is not ours, or offers less than it told us."""
        told = dict(part.split("=", 1) for part in server_first.split(",") if "=" in part)
        nonce = told.get("r", "")
        if not nonce.startswith(self._nonce) or len(nonce) < len(self._nonce) + 16:
            raise ServerNotProved("the server's nonce does not continue ours")
        if (told.get("s"), told.get("i")) != self._made_with:
            raise ServerNotProved("this is not the salt that we enrolled with")
        if self._offered and told.get("h") != self._offered:
            raise ServerNotProved("we were told of other mechanisms than the server offers")
        without_proof = f"c={encoded(self._header.encode() + self._binding)},r={nonce}"
        signed = f"{self._bare},{server_first},{without_proof}".encode()
        signature = hmac.digest(self._keys.stored_key, signed, "sha256")
        proof = bytes(a ^ b for a, b in zip(self._keys.client_key, signature, strict=True))
        self._expected = hmac.digest(self._keys.server_key, signed, "sha256")
        return f"{without_proof},p={encoded(proof)}"

    def check(self, server_final: str) -> None:
        """ServerNotProved unless the server holds our verifier."""
        expected = f"v={encoded(self._expected)}"
        if not hmac.compare_digest(
            server_final.split(",", maxsplit=1)[0].encode(), expected.encode()
        ):
            raise ServerNotProved("the server's signature is wrong")


def offered_hash(mechanisms: Iterable[str], bindings: Iterable[str]) -> str:
    """`h` over what GET …/auth told: another one in the exchange means that somebody made the list shorter."""
    text = "\x1e".join(sorted(mechanisms))
    if names := sorted(bindings):
        text += "\x1f" + "\x1e".join(names)
    return encoded(hashlib.sha256(text.encode()).digest())


class Reconnect:
    """One message and its answer. `count` must never have been used before with this token."""

    def __init__(self, name: str, token: str, count: int, binding: bytes = b"") -> None:
        self._key, self._binding = token.encode(), binding
        self._extra = f"c={count}".encode()
        code = hmac.digest(self._key, b"Initiator" + binding + self._extra, "sha256")
        self.message = name.encode() + b"\0" + self._extra + b"\0" + code

    def check(self, answer: bytes) -> None:
        """ServerNotProved unless the server holds the token too."""
        code = hmac.digest(self._key, b"Responder" + self._binding + self._extra, "sha256")
        if not hmac.compare_digest(answer, b"\0" + self._extra + b"\0" + code):
            raise ServerNotProved("the server does not hold our reconnect token")


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise ServerNotProved("no base64") from None


# The object identifiers of signatures by SHA-384 and SHA-512 (RFC 5754, RFC 5758), in DER.
_SHA384 = (bytes.fromhex("2a864886f70d01010c"), bytes.fromhex("2a8648ce3d040303"))
_SHA512 = (bytes.fromhex("2a864886f70d01010d"), bytes.fromhex("2a8648ce3d040304"))


def end_point_of(certificate: bytes) -> bytes:
    """RFC 5929 section 4: the hash of the server's certificate (DER), by the hash that signed it; SHA-256 for weaker ones."""
    _tag, body = _element(certificate)
    _tbs, rest = _split(body)
    algorithm, _signature = _split(rest)
    identifier = _element(_element(algorithm)[1])[1]
    name = "sha384" if identifier in _SHA384 else "sha512" if identifier in _SHA512 else "sha256"
    return hashlib.new(name, certificate).digest()


def _element(der: bytes) -> tuple[int, bytes]:
    """Tag and content of the first element."""
    start, length = _header(der)
    return der[0], der[start : start + length]


def _split(der: bytes) -> tuple[bytes, bytes]:
    """The first element, and what follows it."""
    start, length = _header(der)
    return der[: start + length], der[start + length :]


def _header(der: bytes) -> tuple[int, int]:
    length = der[1]
    if length < 0x80:
        return 2, length
    size = length & 0x7F
    return 2 + size, int.from_bytes(der[2 : 2 + size], "big")
