"""One question to a TLS server, and its answer: the first message of a handshake, written by hand.

A library offers only what it would use itself. To learn what a server would still take, one has to
offer what nobody should: old versions and broken suites. The handshake ends after the answer.
"""

import os
import socket
import struct
from collections.abc import Iterable
from ipaddress import ip_address
from typing import NamedTuple

from .policy import Version

_HANDSHAKE = 22
_CLIENT_HELLO, _SERVER_HELLO = 1, 2
_SERVER_NAME, _GROUPS, _POINTS, _SIGNATURES = 0, 10, 11, 13
_VERSIONS, _KEY_SHARE, _RENEGOTIATION = 43, 51, 0xFF01
# x25519, P-256, P-384, P-521, and the groups of RFC 7919, which old servers know by other names.
_NAMED_GROUPS = (0x001D, 0x0017, 0x0018, 0x0019, 0x0100)
# ECDSA, RSA-PSS and PKCS #1 with SHA-256 to SHA-512, Ed25519; SHA-1 for servers that know no better.
_SCHEMES = (
    0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0807, 0x0203, 0x0201,
)  # fmt: skip
_LONGEST = 1 << 16


class Answer(NamedTuple):
    """What the server chose."""

    version: int
    suite: int


def ask(
    host: str, port: int, version: Version, suites: Iterable[int], *, seconds: float
) -> Answer | None:
    """What the server at `host` chooses of this offer; None where it takes nothing of it.

    Raises OSError where nobody can be asked.
    """
    with socket.create_connection((host, port), timeout=seconds) as connection:
        connection.sendall(client_hello(version, suites, host))
        try:
            return read_answer(connection)
        except ConnectionError:
            return None  # Some servers hang up instead of saying no.


def client_hello(version: Version, suites: Iterable[int], host: str) -> bytes:
    """The record of a ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2)."""
    body = struct.pack("!H", min(version, Version.TLS_1_2)) + os.urandom(32)
    body += _vector(os.urandom(32), 1)
    body += _vector(b"".join(struct.pack("!H", suite) for suite in suites), 2)
    body += _vector(b"\x00", 1)
    if version > Version.SSL_3_0:
        body += _vector(b"".join(_extensions(version, host)), 2)
    message = bytes([_CLIENT_HELLO]) + len(body).to_bytes(3, "big") + body
    return struct.pack("!BH", _HANDSHAKE, min(version, Version.TLS_1_0)) + _vector(message, 2)


def _extensions(version: Version, host: str) -> Iterable[bytes]:
    if _is_name(host):
        yield _extension(_SERVER_NAME, _vector(b"\x00" + _vector(host.encode("idna"), 2), 2))
    yield _extension(_GROUPS, _numbers(_NAMED_GROUPS, 2))
    yield _extension(_POINTS, _vector(b"\x00", 1))
    yield _extension(_SIGNATURES, _numbers(_SCHEMES, 2))
    if version >= Version.TLS_1_3:
        yield _extension(_VERSIONS, _numbers([version], 1))
        # Any 32 bytes are a key of X25519; nobody will use it.
        share = struct.pack("!H", _NAMED_GROUPS[0]) + _vector(os.urandom(32), 2)
        yield _extension(_KEY_SHARE, _vector(share, 2))
    else:
        yield _extension(_RENEGOTIATION, _vector(b"", 1))


def read_answer(connection: socket.socket) -> Answer | None:
    """The ServerHello that comes next, or None for an alert or silence."""
    message = b""
    with connection.makefile("rb") as stream:
        while len(message) < _LONGEST:
            head = stream.read(5)
            if len(head) < 5 or head[0] != _HANDSHAKE:
                return None
            message += stream.read(int.from_bytes(head[3:], "big"))
            if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big"):
                return _server_hello(message)
    return None


def _server_hello(message: bytes) -> Answer | None:
    """The choice in a ServerHello; a HelloRetryRequest, which looks the same, has chosen as well."""
    if message[0] != _SERVER_HELLO or len(message) < 39:
        return None
    version = int.from_bytes(message[4:6], "big")
    place = 39 + message[38]
    suite = int.from_bytes(message[place : place + 2], "big")
    rest = message[place + 5 :]
    while len(rest) >= 4:
        kind, length = struct.unpack("!HH", rest[:4])
        if kind == _VERSIONS:
            version = int.from_bytes(rest[4 : 4 + length], "big")
        rest = rest[4 + length :]
    return Answer(version, suite)


def _vector(content: bytes, width: int) -> bytes:
    return len(content).to_bytes(width, "big") + content


def _numbers(numbers: Iterable[int], width: int) -> bytes:
    return _vector(b"".join(struct.pack("!H", number) for number in numbers), width)


def _extension(kind: int, content: bytes) -> bytes:
    return struct.pack("!H", kind) + _vector(content, 2)


def _is_name(host: str) -> bool:
    """Server Name Indication takes names only (RFC 6066 section 3)."""
    try:
        ip_address(host)
    except ValueError:
        return True
    return False
